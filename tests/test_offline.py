"""The block that keeps tests and notebooks offline holds here and in child processes, and lets loopback through."""

import socket
import subprocess
import sys
import threading
import urllib.request

import pytest

PROBE = "import urllib.request; urllib.request.urlopen('http://example.com', timeout=5)"


def test_a_download_in_the_tests_fails():
    with pytest.raises(OSError, match="run offline"):
        urllib.request.urlopen("http://example.com", timeout=5)


def test_a_connection_by_address_fails():
    with socket.socket() as connection, pytest.raises(OSError, match="run offline"):
        connection.connect(("192.0.2.1", 80))


def test_a_download_in_a_child_fails():
    child = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True)
    assert child.returncode and "run offline" in child.stderr


def test_loopback_works():
    def answer_once():
        with server.accept()[0] as caller:
            caller.sendall(b"yes")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=answer_once)
        thread.start()
        with socket.create_connection(("localhost", server.getsockname()[1]), timeout=5) as connection:
            assert connection.recv(3) == b"yes"
        thread.join()
