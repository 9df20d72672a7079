"""A clock for answers that run in the test's own process: one that never ends fails its test, and no more."""

import contextlib
import signal
import threading


class TookTooLong(BaseException):
    """No answer's `except Exception` catches it, nor does a check's."""


@contextlib.contextmanager
def within(seconds: float):
    """Ends the block with TookTooLong when the time is up. Only a main thread can be interrupted so; else no clock."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_):
        raise TookTooLong(f"an answer was still running after {seconds:g} s: a loop that never ends?")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
