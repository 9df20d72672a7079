"""Runs the program that will be graded in this process: in a namespace of its own, unseen, leaving nothing behind."""

from __future__ import annotations

import contextlib
import io
import random
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from autograder.answers.answer import Local, explain
from autograder.answers.exercise import Exercise
from autograder.answers.layout import Layout
from autograder.answers.marking import mark_question
from autograder.answers.outcome import CheckFailed, CouldNotRun, Outcome, Status, Text
from autograder.answers.program import Step, name_step, restrict_program
from autograder.notebook.watch import Watch, watch
from autograder.sandbox.inside.calling import describe_error
from autograder.sandbox.inside.cells import Notebook


@dataclass
class Rehearsal:
    """What came of it. `seconds`: of the slowest cell; `used`: what of this computer."""

    outcomes: list[Outcome] = field(default_factory=list)
    seconds: float = 0.0
    used: Watch = field(default_factory=Watch)


class Stage:
    """Rehearses the programs of one exercise; the same program is rehearsed once."""

    def __init__(self, exercise: Exercise, layout: Layout):
        self._exercise, self._layout, self._known = exercise, layout, {}

    def rehearse(self, program: Sequence[Step], question: str) -> Rehearsal:
        """The visible checks of one question on the part of the program that it needs."""
        program = restrict_program(program, self._layout, question)
        key = question, tuple((step.given, step.source) for step in program)
        if key not in self._known:
            if len(self._known) > 100:
                self._known.clear()
            self._known[key] = self._run(program, question)
        return self._known[key]

    def open(self, program: Sequence[Step], question: str) -> Local:
        """An answer in a new namespace in which the program has run."""
        return self._open(restrict_program(program, self._layout, question), {}, Rehearsal())

    def _open(
        self, program: list[Step], failed: dict[int, CheckFailed], result: Rehearsal, main: bool = False
    ) -> Local:
        notebook = Notebook(self._layout.given, main)  # all of them: a check may ask for what they define
        for step in program:
            _run_step(notebook, step, failed, result)
        for step in program:
            if getattr(failed.get(id(step)), "kind", "") == "NameError":
                _run_step(notebook, step, failed, result)
        return Local(notebook.namespace, lambda: self._open(program, {}, Rehearsal(), main))

    def _run(self, program: list[Step], question: str) -> Rehearsal:
        result, failed = Rehearsal(), {}
        with keep_random(), _keep_main(), swallow_output(), watch() as result.used:
            _seed()
            answer = self._open(program, failed, result, main=True)
            result.outcomes = mark_question(self._exercise, question, answer)
        stops = [failed[id(step)] for step in program if id(step) in failed and question in step.questions]
        if stops:
            result.outcomes = [_blame(outcome, stops[-1]) for outcome in result.outcomes]
        return result


@contextlib.contextmanager
def keep_random() -> Iterator[None]:
    """Behind the block, the kernel's random numbers go on as before."""
    torch, states = sys.modules.get("torch"), (random.getstate(), np.random.get_state())
    state = torch.get_rng_state() if torch else None
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
        if torch:
            torch.set_rng_state(state)


@contextlib.contextmanager
def _keep_main() -> Iterator[None]:
    """Behind the block, `__main__` is the kernel's again: pickle looks there for the classes of cells."""
    main = sys.modules["__main__"]
    try:
        yield
    finally:
        sys.modules["__main__"] = main


@contextlib.contextmanager
def swallow_output() -> Iterator[None]:
    """Nothing that is printed, displayed or plotted in the block appears, nor do warnings."""
    plt = sys.modules.get("matplotlib.pyplot")
    figures = plt.get_fignums() if plt else []
    current = plt.gcf().number if figures else None
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            with warnings.catch_warnings(), _without_display():
                warnings.simplefilter("ignore")
                yield
    finally:
        if plt := sys.modules.get("matplotlib.pyplot"):
            for number in set(plt.get_fignums()) - set(figures):
                plt.close(number)
            if current in plt.get_fignums():
                plt.figure(current)


def _without_display():
    """Swallows what is displayed by IPython."""
    if "IPython" not in sys.modules:
        return contextlib.nullcontext()
    from IPython.utils.capture import capture_output

    return capture_output(stdout=False, stderr=False, display=True)


def _run_step(notebook: Notebook, step: Step, failed: dict[int, CouldNotRun], result: Rehearsal) -> None:
    began = time.perf_counter()
    failed.pop(id(step), None)
    try:
        if step.given:
            notebook.rerun_given(step.given)
        else:
            notebook.run(step.source, name_step(step), step.names.blanks if step.names else ())
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        try:
            explain(describe_error(error), name_step(step))
        except CheckFailed as stop:
            failed[id(step)] = stop
    result.seconds = max(result.seconds, time.perf_counter() - began)


def _blame(outcome: Outcome, stop: CheckFailed) -> Outcome:
    """What could not run, because the cell itself had stopped, says so; a hole in it counts as one."""
    if outcome.status is not Status.COULD_NOT_RUN:
        return outcome
    return replace(outcome, status=stop.status, message=Text(*stop.message))


def _seed() -> None:
    """As the sandbox begins."""
    random.seed(0)
    np.random.seed(0)
    if torch := sys.modules.get("torch"):
        torch.manual_seed(0)
