"""Frames on a pipe or socket, four bytes of length and that many bytes of `wire`, within a time limit."""

from __future__ import annotations

import os
import select
import struct
import time
from collections.abc import Callable

from autograder.sandbox.inside.message import MAX_BYTES, WireError

_TICK = 0.05  # s
_CHUNK = 1 << 18  # bytes


def send_frame(fd: int, payload: bytes, deadline: float = float("inf")) -> None:
    """Write one frame. Raises WireError if it is too long, TimeoutError at `deadline` (time.monotonic), OSError."""
    if len(payload) > MAX_BYTES:
        raise WireError(f"{len(payload)} bytes are more than a frame holds")
    rest, may_block = memoryview(struct.pack(">I", len(payload)) + payload), os.get_blocking(fd)
    while rest:
        if may_block:
            _wait(fd, select.POLLOUT, deadline, None)
        try:
            rest = rest[os.write(fd, rest[:_CHUNK]) :]
        except BlockingIOError:
            _wait(fd, select.POLLOUT, deadline, None)


def receive_frame(fd: int, deadline: float = float("inf"), tick: Callable[[], None] | None = None) -> bytes:
    """The next frame; `tick` is called every 50 ms meanwhile and may raise.

    Raises WireError for a frame that is too long, TimeoutError at `deadline` (time.monotonic), however the bytes
    trickle, EOFError if the other side has gone.
    """
    (length,) = struct.unpack(">I", _read_exactly(fd, 4, deadline, tick))
    if length > MAX_BYTES:
        raise WireError(f"a frame of {length} bytes was announced")
    return _read_exactly(fd, length, deadline, tick)


def _read_exactly(fd: int, count: int, deadline: float, tick) -> bytes:
    data, may_block = bytearray(), os.get_blocking(fd)
    while len(data) < count:
        if may_block:
            _wait(fd, select.POLLIN, deadline, tick)
        try:
            chunk = os.read(fd, min(count - len(data), _CHUNK))
        except BlockingIOError:
            _wait(fd, select.POLLIN, deadline, tick)
            continue
        except ConnectionError:
            chunk = b""
        if not chunk:
            raise EOFError("the other side has gone")
        data += chunk
    return bytes(data)


def _wait(fd: int, event: int, deadline: float, tick) -> None:
    poll = select.poll()
    poll.register(fd, event)
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if tick:
            tick()
        if poll.poll(1000 * min(left, _TICK if tick else 3600)):
            return
