"""A cgroup for each sandbox, where the grader may make one: a bound by the kernel on all memory of all its sessions.

What is in it beside what the watch sees: /tmp, buffers and tables of the kernel, the pages that a session copies from
the zygote. It is made once for a sandbox, not for a session: to move a process costs up to 15 ms, to be forked into the
same cgroup nothing. Best effort: where none can be made, the limits of a process and the watch hold alone.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import time
from pathlib import Path

from autograder.sandbox.outside.limits import Limits

_SLACK = 128 << 20  # bytes, for the kernel and what starts sessions
_NAMES = {  # version: the files of the limits, that of events, what memory.stat calls bytes that are no file's
    1: (("memory.limit_in_bytes", "memory.memsw.limit_in_bytes"), "memory.oom_control", "total_rss"),
    2: (("memory.max", "memory.swap.max"), "memory.events", "anon"),
}
_MOUNT = re.compile(r"^\S+ \S+ \S+ (\S+) (\S+) .*? - (cgroup2?) \S+ (\S+)", re.M)  # root, place, type, options
_ENTER = 'echo $$ 2>/dev/null >"$0"; exec "$@"'
_numbers = itertools.count()


class Cgroup:
    """An own cgroup below `parent`: see `find_parents`."""

    def __init__(self, parent: Path, version: int):
        self._folder, self._version = parent / f"autograder-{os.getpid()}-{next(_numbers)}", version
        self._sessions, self._own = 0, 0
        self._folder.mkdir()

    def enter(self, command: list[str]) -> list[str]:
        """The command, from its first moment in this cgroup, and with it all that it will fork."""
        return ["/bin/sh", "-c", _ENTER, str(self._folder / "cgroup.procs"), *command]

    def admit(self, sessions: int, limits: Limits) -> None:
        """Memory for so many at a time, each of which may copy all that the zygote holds; never less than before."""
        if sessions <= self._sessions:
            return
        with contextlib.suppress(OSError):
            self._own = self._own or _read_field(self._folder / "memory.stat", _NAMES[self._version][2])
        each = self._own + (limits.memory_mb + limits.scratch_mb << 20)
        limit, self._sessions = self._own + sessions * each + _SLACK, sessions
        memory, swap = _NAMES[self._version][0]
        for name in (swap, memory, swap):  # of version 1 the one with swap may never be the lower one
            with contextlib.suppress(OSError):
                (self._folder / name).write_text(str(0 if name == "memory.swap.max" else limit))

    def count_kills(self) -> int:
        """How many processes the kernel has ended here for want of memory."""
        with contextlib.suppress(OSError):
            return _read_field(self._folder / _NAMES[self._version][1], "oom_kill")
        return 0

    def remove(self) -> None:
        """Once all in it have been killed."""
        _remove(self._folder)


def make_cgroup() -> Cgroup | None:
    """A new one, or None where this process may make none."""
    remove_left(seconds=0)
    for parent, version in find_parents():
        with contextlib.suppress(OSError):
            return Cgroup(parent, version)
    return None


def remove_left(seconds: float = 1.0) -> None:
    """What graders have left that were killed."""
    for parent, _ in find_parents():
        for folder in parent.glob("autograder-*-*"):
            if not Path("/proc", folder.name.split("-")[1]).exists():
                _remove(folder, seconds)


def _remove(folder: Path, seconds: float = 1.0) -> None:
    """As soon as the last ones in it have ended; what stays is an empty folder of the kernel's."""
    until = time.monotonic() + seconds
    while folder.exists():
        with contextlib.suppress(OSError):
            return folder.rmdir()
        if time.monotonic() >= until:
            return
        time.sleep(0.005)


def find_parents(process: Path = Path("/proc/self")) -> list[tuple[Path, int]]:
    """(folder, version) below which a cgroup with a limit on memory might be made, the likely ones first.

    Version 2 lets no cgroup that has processes share memory out: it is made beside one's own, in what has been
    delegated to whoever has no rights (`systemd-run --user --scope -p Delegate=yes …`).
    """
    found = []
    with contextlib.suppress(OSError):
        own = [line.split(":", 2)[1:] for line in (process / "cgroup").read_text().splitlines()]
        for root, mount, kind, options in _MOUNT.findall((process / "mountinfo").read_text()):
            for names, path in own:
                folder = Path(mount, path.removeprefix("" if root == "/" else root).lstrip("/"))
                if kind == "cgroup2" and not names:
                    found += [(one, 2) for one in (folder, folder.parent) if _shares_memory(one)]
                elif kind == "cgroup" and "memory" in names.split(",") and "memory" in options.split(","):
                    found.append((folder, 1))
    return found


def _shares_memory(folder: Path) -> bool:
    with contextlib.suppress(OSError):
        return "memory" in (folder / "cgroup.subtree_control").read_text().split()
    return False


def _read_field(file: Path, name: str) -> int:
    return int(dict(line.split()[:2] for line in file.read_text().splitlines())[name])
