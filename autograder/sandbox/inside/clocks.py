"""A clock for the learner's code that shows the same times in every session: only reading and sleeping move it on."""

from __future__ import annotations

import ctypes
import datetime
import gc
import os
import resource
import sys
import time
import uuid
from collections.abc import Callable

_BEGIN = 1_767_225_600 * 10**9  # ns: the first of January 2026, UTC
_STEP = 10**6  # ns, that each reading takes
_CLOCKS = ("time", "monotonic", "perf_counter", "process_time", "thread_time")
_CALENDARS = {"gmtime": 0, "localtime": 0, "ctime": 0, "asctime": 0, "strftime": 1}  # which argument is the moment
_plain = {name: getattr(time, name) for name in ("sleep", *_CALENDARS)}
_plain_usage, _passed = resource.getrusage, 0


def make_clocks_repeatable() -> None:
    """Begin the time that Python's modules `time`, `datetime`, `timeit` and `os.times` tell anew.

    Waiting is real. So are the clocks that a library bound before, or asks the system for itself (np.datetime64("now"),
    the times of files): an answer bent on chance finds them, or the processor's own counter, or a race of threads.
    """
    global _passed
    _passed = 0
    for name in _CLOCKS:
        since = _BEGIN if name == "time" else 0
        setattr(time, name, lambda since=since: (since + _read()) / 1e9)
        setattr(time, f"{name}_ns", lambda since=since: since + _read())
    time.clock_gettime_ns = lambda clock: _BEGIN * (clock == time.CLOCK_REALTIME) + _read()
    time.clock_gettime = lambda clock: time.clock_gettime_ns(clock) / 1e9
    time.sleep = _sleep
    for name, position in _CALENDARS.items():
        setattr(time, name, _give_moment(name, position))
    os.times = lambda: os.times_result((now := _read() / 1e9, 0.0, 0.0, 0.0, now))
    resource.getrusage = lambda who: resource.struct_rusage((_read() / 1e9, 0.0, *_plain_usage(who)[2:]))
    _set_methods(datetime.datetime, now=_now, utcnow=_utcnow)  # `today` asks time.time
    uuid._generate_time_safe = None  # uuid1 then asks time.time_ns
    sys.modules.pop("timeit", None)  # imported anew, it takes these clocks


def _read() -> int:
    """Nanoseconds since the beginning."""
    global _passed
    _passed += _STEP
    return _passed


def _sleep(seconds: float, /) -> None:
    global _passed
    _plain["sleep"](seconds)
    _passed += int(seconds * 1e9)


def _give_moment(name: str, position: int) -> Callable:
    """The function of the calendar that takes this clock's moment where it is given none."""

    def function(*arguments):
        if len(arguments) == position or arguments[position] is None:
            moment = time.time() if name in ("gmtime", "localtime", "ctime") else time.localtime()
            arguments = (*arguments[:position], moment)
        return _plain[name](*arguments)

    return function


def _now(kind: type, tz: datetime.tzinfo | None = None) -> datetime.datetime:
    return kind.fromtimestamp(time.time(), tz)


def _utcnow(kind: type) -> datetime.datetime:
    return kind.fromtimestamp(time.time(), datetime.UTC).replace(tzinfo=None)


def _set_methods(kind: type, **functions) -> None:
    """Class methods of a type that is written in C, which lets nobody set them: of it and all that is made of it."""
    gc.get_referents(kind.__dict__)[0].update({name: classmethod(function) for name, function in functions.items()})
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(kind))
