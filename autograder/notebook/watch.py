"""Notices what a program uses of this computer that grading does not have: files, other processes, sockets."""

from __future__ import annotations

import contextlib
import functools
import os
import random
import re
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

_PROCESSES = {"socket.__new__", "subprocess.Popen", "os.system", "os.fork", "os.forkpty", "os.posix_spawn", "os.exec"}
_CHANCE = ("/dev/random", "/dev/urandom")
_CACHES = ("COURSE_CACHE", "MPLCONFIGDIR", "KERAS_HOME", "HF_HOME", "TORCH_HOME", "IPYTHONDIR")
_OURS = Path(__file__).resolve().parents[2]
_watching: list[Watch] = []


class Watch:
    """`files`: those that the code has read, as it named them; `processes`: whether it started any, or used sockets;
    `unseeded`: whether it asked the system for random numbers; `memory`: bytes that it held at once beyond what was
    there before, 0 where something earlier had held more."""

    def __init__(self):
        self.files: list[str] = []
        self.processes = self.unseeded = False
        self.memory = 0
        self._written: set[str] = set()

    def note(self, event: str, arguments: tuple) -> None:
        if event in _PROCESSES:
            self.processes = True
        elif event == "open" and isinstance(arguments[0], (str, bytes)):
            name, flags = os.fsdecode(arguments[0]), arguments[2]
            path = os.path.abspath(name)
            self.unseeded |= name in _CHANCE
            if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
                self._written.add(path)
            elif path not in self._written and name not in self.files and is_learners(path) and os.path.isfile(path):
                if not _is_read_for_a_message():
                    self.files.append(name)


@contextlib.contextmanager
def watch() -> Iterator[Watch]:
    """What the block's code uses."""
    import psutil

    _add_hook()
    _watching.append(seen := Watch())
    plain, asked = os.urandom, getattr(os, "getrandom", None)
    before, peak = psutil.Process().memory_info().rss, _measure_peak()

    def draw(size: int, flags: int = 0) -> bytes:
        seen.unseeded |= _is_called_by_a_cell()
        return plain(size)

    os.urandom = random._urandom = draw  # NumPy's default_rng(), secrets and SystemRandom read the latter
    if asked:
        os.getrandom = draw
    try:
        yield seen
    finally:
        os.urandom = random._urandom = plain
        if asked:
            os.getrandom = asked
        if (highest := _measure_peak()) > peak:
            seen.memory = max(0, highest - before)
        _watching.remove(seen)


def is_learners(path: str) -> bool:
    """Whether it belongs neither to Python and its libraries nor to the course or the system."""
    return not any(Path(path).is_relative_to(folder) for folder in _list_folders()) and "/matplotlib-" not in path


def _measure_peak() -> int:
    """Bytes of memory that this process has held at most; 0 on Windows, which does not say."""
    if sys.platform == "win32":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _is_called_by_a_cell() -> bool:
    frame = sys._getframe(2)
    while frame and not re.match(r"<(q\d|\[)", frame.f_code.co_filename):
        frame = frame.f_back
    return frame is not None


def _is_read_for_a_message() -> bool:
    """Whether Python looks up source lines, for a warning or a traceback: no answer depends on them."""
    frame = sys._getframe(2)
    while frame and frame.f_globals.get("__name__") != "linecache":
        frame = frame.f_back
    return frame is not None


@functools.cache
def _add_hook() -> None:
    sys.addaudithook(_listen)  # stays until this process ends, and costs next to nothing while nobody watches


def _listen(event: str, arguments: tuple) -> None:
    if _watching:
        with contextlib.suppress(Exception):  # a hook that raises would end the learner's own call
            _watching[-1].note(event, arguments)


@functools.cache
def _list_folders() -> tuple[str, ...]:
    places = {sys.prefix, sys.base_prefix, sys.exec_prefix, *sysconfig.get_paths().values()}
    places |= {str(_OURS / name) for name in ("autograder", "course_utils", "course_data", "lessons", "exercises")}
    places |= {os.path.expanduser(f"~/{name}") for name in (".cache", ".config", ".ipython", ".matplotlib", ".keras")}
    places |= {os.environ[name] for name in _CACHES if os.environ.get(name)}
    return (*places, "/proc", "/dev", "/sys", "/usr", "/etc", "/lib", "/lib64")
