"""One learner's session in the sandbox, asked and answered in frames of which nothing is believed."""

from __future__ import annotations

import contextlib
import os
import secrets
import select
import signal
import time
from collections.abc import Callable
from typing import Protocol

from autograder.sandbox.inside.frames import receive_frame, send_frame
from autograder.sandbox.inside.message import WireError
from autograder.sandbox.inside.wire import decode, encode
from autograder.sandbox.outside.limits import Limits

_LOOK_SECONDS = 0.05
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


class Process(Protocol):
    """What a session needs of the process that runs it."""

    def kill(self) -> None:
        """End it with all that it started, and wait until that is so."""

    def measure_memory(self) -> int:
        """Bytes that it and all that it started hold of their own."""


class Session:
    """Runs cells, calls functions, gets values. `ended` is None, or why the session is over: then start another."""

    def __init__(self, reader: int, writer: int, process: Process, limits: Limits, close: Callable[[], None]):
        os.set_blocking(reader, False)
        os.set_blocking(writer, False)
        self._reader, self._writer, self._process, self._limits, self._close = reader, writer, process, limits, close
        self._until = time.monotonic() + limits.session_seconds
        self._baseline, self._look_again = process.measure_memory(), 0.0
        self.ended: str | None = None

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

    def close(self) -> None:
        """End the session, with every process that it started; closing twice is fine."""
        self._end("closed")

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def _ask(self, seconds: float, *request) -> tuple:
        if self.ended:
            raise SessionEnded(self.ended)
        nonce = secrets.randbits(63)  # a reply that was written before its request was sent does not know it
        message = encode((nonce, *request), request=True)
        deadline = min(time.monotonic() + seconds, self._until)
        try:
            send_frame(self._writer, message, deadline)
            return _check_reply(decode(receive_frame(self._reader, deadline, self._watch_memory)), nonce)
        except TimeoutError:
            self._end("session" if deadline == self._until else "time")
        except MemoryError:
            self._end("memory")
        except WireError:
            self._end("forgery")
        except (EOFError, OSError):
            self._end("crash")
        except BaseException:  # interrupted in the middle: the next reply would be this one's
            self._end("closed")
            raise
        raise SessionEnded(self.ended)

    def _watch_memory(self) -> None:
        """Every 50 ms at most: a look at a process takes 0.2 ms, many calls no more than that."""
        if (now := time.monotonic()) < self._look_again:
            return
        self._look_again = now + _LOOK_SECONDS
        if self._process.measure_memory() - self._baseline > self._limits.memory_mb << 20:
            raise MemoryError

    def _end(self, reason: str) -> None:
        if not self.ended:
            self.ended = reason
            self._process.kill()
            self._close()


class LinuxProcess:
    """A process by its number, seen from outside its namespaces; its first process's end is the end of all."""

    def __init__(self, pid: int, confined: bool):
        self._pid, self._confined = pid, confined
        self._handle = os.pidfd_open(pid)  # stays this process, even when the number is given to another

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, signal.SIGKILL)
        if not self._confined:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._pid, signal.SIGKILL)
        _wait_for_end(self._handle)
        os.close(self._handle)

    def measure_memory(self) -> int:
        total, queue = 0, [self._pid]
        while queue:
            pid = queue.pop()
            with contextlib.suppress(OSError, ValueError):
                total += _read_resident(pid)
                for thread in os.listdir(f"/proc/{pid}/task"):
                    with open(f"/proc/{pid}/task/{thread}/children") as file:
                        queue += map(int, file.read().split())
        return total


def _read_resident(pid: int) -> int:
    """Bytes of resident memory that is no file's; what the zygote had is in it, once for each process."""
    with open(f"/proc/{pid}/status") as file:
        fields = dict(line.split(":", 1) for line in file)
    return sum(int(fields[name].split()[0]) << 10 for name in ("RssAnon", "RssShmem") if name in fields)


def _wait_for_end(handle: int, seconds: float = 5.0) -> None:
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    poll.poll(1000 * seconds)


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
