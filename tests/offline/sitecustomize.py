"""Loaded by every Python that the tests start: a connection or name look-up beyond this machine raises OSError."""

import ipaddress
import socket

_NAMES = {"localhost", "localhost.localdomain", "", None}


def _refuse_beyond_loopback(host):
    name = host.decode() if isinstance(host, bytes) else host
    if name in _NAMES or name == socket.gethostname():
        return
    try:
        if ipaddress.ip_address(name.split("%")[0]).is_loopback or name in ("0.0.0.0", "::"):
            return
    except ValueError:
        pass
    raise OSError(f"the course's tests run offline, but this code asks for {name!r}")


def _guard_connection(method):
    def connect(self, address, *rest):
        if self.family in (socket.AF_INET, socket.AF_INET6):
            _refuse_beyond_loopback(address[0])
        return method(self, address, *rest)

    return connect


def _guard_lookup(function):
    def look_up(host, *rest, **options):
        _refuse_beyond_loopback(host)
        return function(host, *rest, **options)

    return look_up


class OfflineSocket(socket.socket):
    """A socket that reaches this machine only."""

    connect = _guard_connection(socket.socket.connect)
    connect_ex = _guard_connection(socket.socket.connect_ex)


if socket.socket.__name__ != OfflineSocket.__name__:  # once a process
    socket.socket = OfflineSocket
    socket.getaddrinfo = _guard_lookup(socket.getaddrinfo)
    socket.gethostbyname = _guard_lookup(socket.gethostbyname)
