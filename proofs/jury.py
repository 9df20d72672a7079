"""Judges one answer after another for `verify`, each in a fresh session of the sandbox."""

from __future__ import annotations

import ast
import contextlib
import functools
import importlib.util
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from autograder.answers.rooms import load_exercise
from autograder.sandbox.outside.limits import Limits
from autograder.sandbox.outside.remote import Remote
from autograder.sandbox.outside.sandbox import Sandbox
from proofs.cases import Case, Cells, LocalNotebook, find_fault, is_caught, read_cells
from proofs.clocks import TooLong, within
from proofs.mutants import Mutant

_SECONDS = 3.0  # of a mutant's cell or call: the slowest right answer takes 0.1
_LIMITS = Limits(memory_mb=512, cpu_seconds=20, session_seconds=60)


@dataclass(frozen=True)
class Task:
    """One answer to judge, with each of the seeds: a case or a mutant."""

    exercise: str
    question: str
    seeds: tuple[int, ...]
    case: Case | None = None
    mutant: Mutant | None = None


class _Recorded(Remote):
    """A session that remembers its cells: a check may ask for the same in a fresh one."""

    def __init__(self, start: Callable, seconds: float):
        self._start, self._cells = start, []
        super().__init__(start(), seconds, self._begin_again)

    def run_cell(self, source: str, name: str, blanks=()) -> None:
        self._cells.append((source, name))
        super().run_cell(source, name, blanks)

    def _begin_again(self) -> _Recorded:
        again = _Recorded(self._start, self.seconds)
        for cell in self._cells:
            again.run_cell(*cell)
        return again


class Jury:
    """`with Jury(launcher) as jury: jury.judge(task)`; launcher None: in this process, on trust."""

    def __init__(self, launcher, seconds: float = _SECONDS):
        self._launcher, self._seconds = launcher, seconds
        self._sandboxes: dict[tuple[str, ...], Sandbox] = {}  # one for each set of libraries: light ones fork faster
        self._open_ones = contextlib.ExitStack()

    def __enter__(self) -> Jury:
        return self

    def __exit__(self, *details) -> None:
        self._open_ones.close()
        self._sandboxes.clear()

    def judge(self, task: Task) -> str | list[bool]:
        """Of a case what is wrong with it, "" if nothing; of a mutant whether it was caught, for each seed."""
        exercise = load_exercise(task.exercise)
        if task.mutant:
            cells = read_cells(task.exercise)
            return self.catch(exercise, cells, task.question, task.mutant, task.seeds)
        cells = read_cells(task.exercise, "exercise" if task.case.kind == "untouched" else "solution")
        opener = self._make_opener(cells, task.case.code)
        try:
            for seed in task.seeds:
                if fault := find_fault(exercise, cells, task.case, opener, seed):
                    return f"{fault} (seed {seed})"
            return ""
        except TooLong:
            return "it takes too long"

    def catch(self, exercise, cells, question: str, mutant: Mutant, seeds: tuple[int, ...]) -> list[bool]:
        """Whether the checks catch the mutant; the later seeds are tried only where the first lets it pass."""
        caught, opener = [], self._make_opener(cells, mutant.code)
        for seed in seeds:
            try:
                caught.append(is_caught(exercise, cells, question, mutant.code, opener, seed))
            except TooLong:
                caught.append(True)
            if caught == [True]:
                break
        return caught

    def _make_opener(self, cells: Cells, code: str) -> Callable:
        """Opens an answer where the libraries are loaded that it, or a given cell, imports."""
        if self._launcher is None:
            return self._open_here
        libraries = find_libraries([code, *(source for _, source in cells)])
        if libraries not in self._sandboxes:
            self._sandboxes[libraries] = self._open_ones.enter_context(Sandbox(libraries, _LIMITS, self._launcher))
        return functools.partial(self._open_session, self._sandboxes[libraries])

    @contextlib.contextmanager
    def _open_session(self, sandbox: Sandbox) -> Iterator[Remote]:
        with contextlib.ExitStack() as sessions:
            yield _Recorded(lambda: sessions.enter_context(sandbox.start()), self._seconds)

    @contextlib.contextmanager
    def _open_here(self) -> Iterator[LocalNotebook]:
        with within(5 * self._seconds):
            yield LocalNotebook()


def find_libraries(sources: list[str]) -> tuple[str, ...]:
    """Installed packages that the sources import, the standard library's apart."""
    return tuple(sorted(set().union(*map(_find_imports, sources))))


@functools.lru_cache(maxsize=1000)
def _find_imports(source: str) -> frozenset[str]:
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return frozenset(name for name in names - sys.stdlib_module_names if importlib.util.find_spec(name))
