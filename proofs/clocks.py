"""A clock for answers that run in the own process of a test or a proof: one that never ends is stopped, and no more."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator


class TooLong(BaseException):
    """No answer's `except Exception` catches it, nor does a check's."""


@contextlib.contextmanager
def within(seconds: float) -> Iterator[None]:
    """Ends the block with TooLong when the time is up. No clock beside the main thread, nor on Windows."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_):
        raise TooLong(f"an answer was still running after {seconds:g} s: a loop that never ends?")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
