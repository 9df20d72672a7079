"""Trusted side: what must hold of an exercise and of right and wrong answers; `verify` and the tests share it."""

from __future__ import annotations

import contextlib
import functools
import importlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.calling import describe_error
from autograder.cells import run_cell
from autograder.exercise import Exercise
from autograder.marking import mark_exercise, mark_question
from autograder.namespace import Local, explain
from autograder.outcome import CheckFailed, Outcome, Status

ROOT = Path(__file__).resolve().parent.parent
SEEDS = (1, 2)
Cells = tuple[tuple[str | None, str], ...]  # (question, or None for a given cell; source), in order
_NEEDED = ("source/exercises", "tests/mistakes", "tools")


@dataclass(frozen=True)
class Case:
    """An answer and what the checks must say of it; `kind` is "solution", "untouched", "unusual" or "mistake"."""

    exercise: str
    kind: str
    question: str = ""  # "": the whole exercise
    name: str = ""
    code: str = ""
    check: str = ""  # of a mistake: the first check that must fail
    says: str = ""  # of a mistake: a misconception, or words of the message


class LocalNotebook(Local):
    """An answer in this process, with cells of its own; for code that one trusts."""

    def __init__(self):
        self.namespace = {"__name__": "__main__"}
        super().__init__(self.namespace)

    def run_cell(self, source: str, name: str) -> None:
        """Run a cell, called `name`. Raises CouldNotRun, NotAttempted."""
        try:
            run_cell(self.namespace, source, name)
        except Exception as error:
            explain(describe_error(error), name)


def require_course() -> None:
    """Raises FileNotFoundError where only the installed package is there, without the course's repository."""
    if missing := [folder for folder in _NEEDED if not (ROOT / folder).is_dir()]:
        raise FileNotFoundError(
            f"{ROOT} has no {', '.join(missing)}: the known wrong answers and the solutions stand in the course's "
            "repository, not in the installed package. Run `python -m autograder verify` in a copy of the repository."
        )


@functools.cache
def read_cells(name: str, variant: str = "solution") -> Cells:
    """The cells that answers need: those tagged given, and the answers ("solution") or their holes ("exercise")."""
    with _repository():
        source_module, render = importlib.import_module("tools.source"), importlib.import_module("tools.render")
    source = source_module.read_source(ROOT / "source" / "exercises" / f"{name}.py")
    return tuple(
        (cell.question, render.render_code(source, cell, "en", variant))
        for cell in source.cells
        if cell.question or "given" in cell.tags
    )


def load_mistakes(name: str):
    """The module tests/mistakes/ex_NN_topic.py: MISTAKES, UNUSUAL, and EQUIVALENT if it has it."""
    with _repository():
        return importlib.import_module(f"mistakes.ex_{name}")


def list_cases(name: str) -> list[Case]:
    """All that must be shown of an exercise but its mutants, in the order of the files."""
    module = load_mistakes(name)
    cases = [Case(name, "solution"), Case(name, "untouched")]
    cases += [Case(name, "unusual", case.question, case.name, case.code) for case in module.UNUSUAL]
    return cases + [
        Case(name, "mistake", case.question, case.name, case.code, case.check, case.says) for case in module.MISTAKES
    ]


def find_fault(exercise: Exercise, cells: Cells, case: Case, open_answer: Callable = LocalNotebook, seed=1) -> str:
    """What the checks get wrong about this case, in a sentence; "" if nothing.

    cells: of the variant that the case needs. open_answer: gives an answer with run_cell, a LocalNotebook or a Remote,
    or a context manager that does.
    """
    with _opened(open_answer) as answer:
        try:
            run_cells(answer, cells, case.question, case.code)
        except CheckFailed as error:
            return f"a cell could not run: {error.message.en}"
        if not case.question:
            wanted = Status.PASSED if case.kind == "solution" else Status.NOT_ATTEMPTED
            marked = mark_exercise(exercise, answer, seed, hidden=True).values()
            return _first_other([outcome for outcomes in marked for outcome in outcomes], wanted)
        outcomes = mark_question(exercise, case.question, answer, seed, hidden=True)
    if case.kind == "unusual":
        return _first_other(outcomes, Status.PASSED)
    return _judge_catch(exercise, case, outcomes)


def is_caught(exercise: Exercise, cells: Cells, question: str, code: str, open_answer: Callable, seed: int) -> bool:
    """Whether any check, visible or hidden, refuses the answer `code` of a question."""
    with _opened(open_answer) as answer:
        try:
            run_cells(answer, cells, question, code)
        except CheckFailed:
            return True
        outcomes = mark_question(exercise, question, answer, seed, hidden=True)
    return any(outcome.status is not Status.PASSED for outcome in outcomes)


def run_cells(answer, cells: Cells, question: str = "", code: str = "") -> None:
    """Run the cells up to that question's, and `code` in its place; without a question all of them."""
    for own, source in cells:
        if question and own == question:
            answer.run_cell(code, own)
            return
        answer.run_cell(source, own or "given")


def _judge_catch(exercise: Exercise, case: Case, outcomes: list[Outcome]) -> str:
    failed = next((outcome for outcome in outcomes if outcome.status is not Status.PASSED), None)
    if failed is None:
        return "every check accepts this wrong answer"
    said = failed.message.en if failed.message else ""
    if failed.check != case.check:
        return f"caught by {failed.check} instead of {case.check}: {said}"
    named = case.says in exercise.misconceptions
    if failed.misconception == case.says if named else case.says in said:
        return ""
    return f"{failed.check} says {failed.misconception or said!r} instead of {case.says!r}"


def _first_other(outcomes: list[Outcome], wanted: Status) -> str:
    other = next((outcome for outcome in outcomes if outcome.status is not wanted), None)
    if other is None:
        return "" if outcomes else "there is no check"
    return f"{other.question} {other.check}: {other.status}, {other.message.en if other.message else 'full marks'}"


@contextlib.contextmanager
def _opened(open_answer: Callable) -> Iterator:
    answer = open_answer()
    with answer if hasattr(answer, "__exit__") else contextlib.nullcontext(answer) as opened:
        yield opened


@contextlib.contextmanager
def _repository() -> Iterator[None]:
    """Imports from the repository, not only from the installed package, while this lasts."""
    require_course()
    folders = [str(ROOT), str(ROOT / "tests")]
    sys.path[:0] = folders
    try:
        yield
    finally:
        for folder in folders:
            sys.path.remove(folder)
