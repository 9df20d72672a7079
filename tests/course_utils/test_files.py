"""Files are written whole or not at all, whatever the file system lacks; a lock lets one in and says who has it."""

import errno
import os
import signal
import stat
import subprocess
import sys
import threading
import time

import pytest

from course_utils import files
from course_utils.files import locked, write_file


def refuse_on_folders(monkeypatch, code):
    """From now on `os.fsync` answers `code` for folders."""
    real = os.fsync

    def fsync(handle):
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(code, os.strerror(code))
        return real(handle)

    monkeypatch.setattr(files.os, "fsync", fsync)


@pytest.mark.parametrize("content, raw", [(b"\x00\r\n", b"\x00\r\n"), ("名\n", "名\n".encode()), ("a\r\n", b"a\r\n")])
def test_bytes_and_texts_arrive_as_they_are_and_folders_are_made(tmp_path, content, raw):
    target = tmp_path / "new" / "folder" / "file"
    for path in (str(target), target):
        write_file(path, content)
        assert target.read_bytes() == raw
    assert [path.name for path in target.parent.iterdir()] == ["file"]


def test_a_write_that_fails_leaves_the_old_file_and_no_rubbish(tmp_path, monkeypatch):
    write_file(tmp_path / "file", "old")

    def fill_disk(handle):
        raise OSError(errno.ENOSPC, "No space left")

    monkeypatch.setattr(files.os, "fsync", fill_disk)
    with pytest.raises(OSError, match="No space"):
        write_file(tmp_path / "file", "new")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("file", "old")]


@pytest.mark.parametrize("code", [errno.EINVAL, errno.ENOTSUP])
def test_a_file_system_that_cannot_sync_folders_is_good_enough(tmp_path, monkeypatch, code):
    refuse_on_folders(monkeypatch, code)
    write_file(tmp_path / "file", "text")
    assert (tmp_path / "file").read_text() == "text"


def test_a_disk_that_fails_is_not_taken_for_one(tmp_path, monkeypatch):
    refuse_on_folders(monkeypatch, errno.EIO)
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        write_file(tmp_path / "file", "text")


COUNT = """
import sys
from pathlib import Path
from course_utils.files import locked
folder = Path(sys.argv[1])
for _ in range(150):
    with locked(folder / "lock"):
        number = int((folder / "number").read_text())
        (folder / "number").write_text(str(number + 1))
"""


def test_two_processes_and_threads_never_get_in_together(tmp_path):
    (tmp_path / "number").write_text("0")
    command = [sys.executable, "-W", "error", "-c", COUNT, str(tmp_path)]
    others = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    inside, together = threading.Semaphore(), []

    def enter():
        for _ in range(20):
            with locked(tmp_path / "lock"):
                together.append(not inside.acquire(blocking=False))
                time.sleep(0.001)
                inside.release()

    threads = [threading.Thread(target=enter) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for other in others:
        assert not other.communicate(timeout=120)[1] and other.returncode == 0
    assert together == [False] * 40 and (tmp_path / "number").read_text() == "300"
    assert not (tmp_path / "lock").exists(), "the folder is as clean as before"


HOLD = """
import sys, time
from course_utils.files import locked
with locked(sys.argv[1]):
    print("in", flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_who_holds_the_lock_is_named_and_a_dead_one_holds_nothing(tmp_path):
    path = tmp_path / "lock"
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout.readline() == "in\n"
        with pytest.raises(TimeoutError, match=rf"process {holder.pid} on .*{path}.* end it, then try again"):
            with locked(path, timeout=0.2):
                raise AssertionError("two were let in")
    finally:
        holder.send_signal(signal.SIGKILL)
        holder.communicate()
    with locked(path, timeout=5):
        assert str(os.getpid()) in path.read_text()
