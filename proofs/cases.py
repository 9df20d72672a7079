"""What must hold of an exercise and of right and wrong answers; `verify` and the tests share it."""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from autograder.answers.answer import Local, explain
from autograder.answers.exercise import Exercise
from autograder.answers.marking import mark_exercise, mark_question, run_check
from autograder.answers.outcome import CheckFailed, Outcome, Status
from autograder.answers.rooms import find_room, load_module
from autograder.sandbox.inside.calling import describe_error
from autograder.sandbox.inside.cells import run_cell
from tools.render import render_code
from tools.source import read_source

SEEDS = (1, 2)
_INNER = re.compile(
    r"call_(and|with)_|_driver|drivers|autograder|sandbox|<(?!br? ?/?>)\w|"
    r"numpy\.|torch\.|ndarray|NoneType|Traceback|__|object at"
)
Cells = tuple[tuple[str | None, str], ...]  # (question, or None for a given cell; source), in order


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
        self.namespace, self._cells = {"__name__": "__main__"}, []
        super().__init__(self.namespace, self._begin_again)

    def _begin_again(self) -> LocalNotebook:
        again = LocalNotebook()
        for cell in self._cells:
            again.run_cell(*cell)
        return again

    def run_cell(self, source: str, name: str) -> None:
        """Run a cell, called `name`. Raises CouldNotRun, NotAttempted."""
        self._cells.append((source, name))
        try:
            run_cell(self.namespace, source, name)
        except Exception as error:
            explain(describe_error(error), name)


@functools.cache
def read_cells(name: str, variant: str = "solution") -> Cells:
    """The cells that answers need: those tagged given, and the answers ("solution") or their holes ("exercise")."""
    source = read_source(find_room(name) / "exercise.py")
    return tuple(
        (cell.question, render_code(source, cell, "en", variant))
        for cell in source.cells
        if cell.question or "given" in cell.tags
    )


def load_mistakes(name: str):
    """The room's module mistakes.py: MISTAKES, UNUSUAL, and EQUIVALENT if it has it."""
    return load_module(find_room(name) / "mistakes.py")


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
    if inner := find_inner_name(outcomes):
        return inner
    if case.kind == "unusual":
        return _first_other(outcomes, Status.PASSED)
    return _judge_catch(exercise, case, outcomes)


def find_inner_name(outcomes: Iterable[Outcome]) -> str:
    """The first message that shows a learner a name of ours or of a library, in a sentence; "" if none does."""
    for outcome in outcomes:
        for text in outcome.message or ():
            ours = re.sub(
                r"stopped with `.*|运行中断：`.*|\$[^$]*\$", "", text, flags=re.DOTALL
            )  # not their error, nor formulas
            if found := _INNER.search(ours):
                return f"{outcome.check} shows {found[0]!r}: {text}"
    return ""


def is_caught(exercise: Exercise, cells: Cells, question: str, code: str, open_answer: Callable, seed: int) -> bool:
    """Whether any check, visible or hidden, refuses the answer `code` of a question."""
    with _opened(open_answer) as answer:
        try:
            run_cells(answer, cells, question, code)
        except CheckFailed:
            return True
        checks = exercise.questions[question].checks  # those after the first that refuses it are not asked
        return any(run_check(exercise, check, answer, seed).status is not Status.PASSED for check in checks)


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
