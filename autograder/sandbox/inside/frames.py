"""Frames on a pipe or socket, four bytes of length and that many bytes of `wire`, within a time limit."""

from __future__ import annotations

import os
import select
import struct
import time
from collections.abc import Callable

from autograder.sandbox.inside.message import MAX_BYTES, WireError

_TICK = 0.05  # s
_FIRST, _CHUNK = 1 << 14, 1 << 18  # bytes that are read at once: most frames are short


def send_frame(fd: int, payload: bytes, deadline: float = float("inf")) -> None:
    """Write one frame. Raises WireError if it is too long, TimeoutError at `deadline` (time.monotonic), OSError."""
    if len(payload) > MAX_BYTES:
        raise WireError(f"{len(payload)} bytes are more than a frame holds")
    rest, waits = memoryview(struct.pack(">I", len(payload)) + payload), False
    while rest:
        if waits or deadline < float("inf") and os.get_blocking(fd):
            _wait(fd, select.POLLOUT, deadline, None)
        try:
            rest, waits = rest[os.write(fd, rest[:_CHUNK]) :], False
        except BlockingIOError:
            waits = True


def receive_frame(fd: int, deadline: float = float("inf"), tick: Callable[[], None] | None = None) -> bytes:
    """The next frame; `tick` is called every 50 ms meanwhile and may raise.

    One side writes only when the other has answered: what comes behind a frame is refused.

    Raises WireError for a frame that is too long, or not the only one, TimeoutError at `deadline` (time.monotonic),
    however the bytes trickle, EOFError if the other side has gone.
    """
    data = bytearray()
    while len(data) < 4 or len(data) < (end := 4 + int.from_bytes(data[:4], "big")):
        if len(data) >= 4 and end > 4 + MAX_BYTES:
            raise WireError(f"a frame of {end - 4} bytes was announced")
        if tick or deadline < float("inf"):
            _wait(fd, select.POLLIN, deadline, tick)
        try:
            chunk = os.read(fd, _CHUNK if data else _FIRST)
        except BlockingIOError:
            continue
        except ConnectionError:
            chunk = b""
        if not chunk:
            raise EOFError("the other side has gone")
        data += chunk
    if len(data) > end:
        raise WireError("bytes behind the frame")
    return bytes(memoryview(data)[4:])


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
