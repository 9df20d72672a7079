"""One learner's session in the sandbox, asked and answered in frames of which nothing is believed."""

from __future__ import annotations

import hmac
import os
import secrets
import threading
import time
from collections.abc import Callable

from autograder.sandbox.inside.frames import receive_frame, send_frame
from autograder.sandbox.inside.message import WireError
from autograder.sandbox.inside.wire import decode, encode
from autograder.sandbox.outside.limits import Limits
from autograder.sandbox.outside.process import Process
from autograder.sandbox.outside.watch import WATCH

_LOOK_SECONDS = 0.05
_MOST_WALL = 4.0  # times the seconds of a request, on a machine so busy that its process hardly gets a processor
MAX_TEXT = 300  # characters of each text that a learner's error brings
_SHAPES = {  # of what can happen beside a value; see `calling`
    "blank": [],
    "missing": [str],
    "uncallable": [str, str],
    "unfit": [str],
    "raised": [str, str, int, str],
}


class SessionEnded(Exception):
    """The session is over; `reason` is "time" (of this request), "session" (its time in all), "memory", "crash" (the
    process ended) or "forgery" (it wrote what is no reply)."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


class Session:
    """Runs cells, calls functions, gets values. `ended` is None, or why the session is over: then start another one.

    `starved`: it ended for want of time although its process had waited for a processor most of that time.
    """

    def __init__(
        self,
        reader: int,
        writer: int,
        process: Process,
        limits: Limits,
        close: Callable[[Session], None],
        key: bytes = b"",
    ):
        """key: of the nonces, for this session alone; the same key, the same memory inside. Without one, another."""
        os.set_blocking(reader, False)
        os.set_blocking(writer, False)
        self._reader, self._writer, self._process, self._limits, self._close = reader, writer, process, limits, close
        self._until = time.monotonic() + limits.session_seconds
        self._baseline, self._lock = process.measure_memory(), threading.Lock()
        self._key, self._asked = key or secrets.token_bytes(32), 0
        self.ended: str | None = None
        self.starved = False
        WATCH.add(self)

    def study(self, sources: list[str], seconds: float = 10.0) -> tuple:
        """("value", the `studying.Names` of each source as a list, or None); unchecked. Raises SessionEnded."""
        return self._ask(seconds, "study", sources)

    def rerun_given(self, number: int, seconds: float = 10.0) -> tuple:
        """What happened when the given cell's names were put back. Raises SessionEnded."""
        return self._ask(seconds, "given", number)

    def run_cell(self, source: str, name: str = "cell", blanks: tuple = (), seconds: float = 10.0) -> tuple:
        """What happened (see `calling`) when the cell ran; holes among `blanks` replace nothing.

        Raises SessionEnded.
        """
        return self._ask(seconds, "cell", source, name, list(blanks))

    def call(self, function, args: tuple = (), kwargs: dict | None = None, seconds: float = 10.0) -> tuple:
        """What happened when the learner's function of that name, or a driver function, was called.

        Raises SessionEnded, and WireError for arguments that cannot be sent.
        """
        return self._ask(seconds, "call", function, args, kwargs or {})

    def get(self, name: str, seconds: float = 10.0) -> tuple:
        """What happened when the learner's value of that name was asked for. Raises SessionEnded."""
        return self._ask(seconds, "get", name)

    def end_by(self, until: float) -> None:
        """No request lasts longer than until then (time.monotonic), whatever it may take by itself."""
        self._until = min(self._until, until)

    def close(self) -> None:
        """End the session, with every process that it started; closing twice is fine."""
        self._end("closed")

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def look(self) -> None:
        """End the session if it holds more memory than it may; called steadily, from another thread."""
        with self._lock:
            if not self.ended and self._process.measure_memory() - self._baseline > self._limits.memory_mb << 20:
                self.ended = "memory"
                self._process.kill()  # whoever waits for a reply meets the end of the stream

    def _ask(self, seconds: float, *request) -> tuple:
        if self.ended:
            raise SessionEnded(self.ended)
        self._asked += 1
        nonce = _make_nonce(self._key, self._asked)
        message = encode((nonce, *request), request=True)
        clock = _Clock(self._process, seconds)
        deadline = min(clock.latest, self._until)
        try:
            send_frame(self._writer, message, deadline)
            return _check_reply(decode(receive_frame(self._reader, deadline, clock.look)), nonce)
        except TimeoutError:
            self.starved = clock.starved
            self._end("session" if time.monotonic() >= self._until else "time")
        except (WireError, MemoryError):  # no reply, or one that does not fit in here
            self._end("forgery")
        except (EOFError, OSError):
            self._end("memory" if self._process.lacked_memory() else "crash")
        except BaseException:  # interrupted in the middle: the next reply would be this one's
            self._end("closed")
            raise
        raise SessionEnded(self.ended)

    def _end(self, reason: str) -> None:
        with self._lock:
            if not self.ended:
                self.ended = reason
                self._process.kill()
            if self._close:
                WATCH.remove(self)
                self._process.close()
                self._close(self)
                self._close = None


class _Clock:
    """The time of one request: a process that waits for a processor is not charged for it.

    Charged is the time on the clock less what the first thread waited in line, and at least what all threads computed:
    who fills the line with own threads gains nothing.
    """

    def __init__(self, process: Process, seconds: float):
        self._process, self._seconds, self._begun = process, seconds, time.monotonic()
        self._first, self._look_again = None, self._begun + _LOOK_SECONDS
        self.latest, self.starved = self._begun + _MOST_WALL * seconds, False

    def look(self) -> None:
        """Raises TimeoutError when the time is up. Cheap where it is called often, and where the reply comes soon."""
        if (now := time.monotonic()) < self._look_again:
            return
        self._look_again = now + min(_LOOK_SECONDS, self._seconds / 8)
        computed, waited = self._process.measure_time()
        if self._first is None:
            self._first = computed, waited
        charged = max(now - self._begun - (waited - self._first[1]), computed - self._first[0])
        self.starved = charged < self._seconds
        if not self.starved:
            raise TimeoutError


def _make_nonce(key: bytes, number: int) -> int:
    """Unknown to replies written ahead; of one size, so that addresses repeat.

    It lies in memory that was freed, and an answer that forgot to fill np.empty may compute with it: the next grading
    is to find the same there.
    """
    return int.from_bytes(hmac.digest(key, str(number).encode(), "sha256")[:8], "big") >> 2 | 1 << 62


def _check_reply(reply, nonce: int) -> tuple:
    """What happened, if this is a reply to that request; its texts short and printable. Raises WireError."""
    match reply:
        case (int(answered), ("value", value)) if answered == nonce:
            return ("value", value)
        case (int(answered), (str(kind), *parts)) if answered == nonce and kind in _SHAPES:
            if [type(part) for part in parts] == _SHAPES[kind]:
                return (kind, *(_clean(part) if type(part) is str else part for part in parts))
    raise WireError("no reply to the request")


def _clean(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text[:MAX_TEXT])
