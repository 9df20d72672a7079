"""The sandboxes of one grader: one for each set of libraries that answers import, started when first asked for."""

from __future__ import annotations

import importlib.util
import re
import threading

from autograder.grading.setting import Setting
from autograder.sandbox.outside.errors import SandboxError
from autograder.sandbox.outside.launch import Unconfined
from autograder.sandbox.outside.sandbox import Sandbox, find_launcher

_FRAMEWORK = re.compile(r"^[ \t]*(?:import|from)[ \t]+(torch|tensorflow|keras)\b", re.M)


class Pool:
    """`with Pool(setting, libraries, given) as pool: sandbox = pool.choose(sources)`; may be used from many threads.

    Raises SandboxUnavailable and SandboxError where there is no sandbox.
    """

    def __init__(self, setting: Setting, libraries: tuple[str, ...], given: tuple[str, ...]):
        self._setting, self._libraries, self._given = setting, libraries, given
        self._sandboxes: dict[tuple[str, ...], Sandbox] = {}
        self._lock, self._launcher = threading.Lock(), None

    def __enter__(self) -> Pool:
        self._launcher = find_launcher(self._setting.image) if self._setting.confined else Unconfined()
        self._find(self._libraries)
        return self

    def __exit__(self, *_) -> None:
        with self._lock:
            while self._sandboxes:
                self._sandboxes.popitem()[1].__exit__()

    @property
    def starved(self) -> int:
        """How many sessions ended for want of time while they waited for a processor."""
        with self._lock:
            return sum(sandbox.starved for sandbox in self._sandboxes.values())

    def choose(self, sources) -> Sandbox:
        """One that has already imported the frameworks that these cells name: importing takes seconds."""
        own = self._libraries
        named = {name for source in sources for name in _FRAMEWORK.findall(source)} - set(own)
        try:
            return self._find(own + tuple(sorted(name for name in named if importlib.util.find_spec(name))))
        except SandboxError:
            return self._find(own)

    def _find(self, libraries: tuple[str, ...]) -> Sandbox:
        with self._lock:
            if libraries not in self._sandboxes:
                sandbox = Sandbox(libraries, self._setting.limits, self._launcher, self._given)
                self._sandboxes[libraries] = sandbox.__enter__()
            return self._sandboxes[libraries]
