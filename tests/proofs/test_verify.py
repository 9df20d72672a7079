"""`verify`: a weak check is found by its mutation score, a wrong claim of a mistakes.py is reported, loops end."""

import time
from types import SimpleNamespace

import pytest

from autograder.answers.exercise import Exercise
from autograder.answers.expect import expect_close, expect_shape
from autograder.answers.outcome import Text
from autograder.answers.texts import Texts
from autograder.sandbox.outside.errors import SandboxUnavailable
from autograder.sandbox.outside.sandbox import find_launcher
from proofs import cases as proofs
from proofs import verify
from proofs.cases import Case, find_fault
from proofs.claims import Mistake, Unusual
from proofs.jury import Jury, Task, find_libraries
from proofs.mutants import Mutant, make_mutants

_CELLS = ((None, "import numpy as np"), ("q1", "def center(x):\n    return x - x.mean(axis=0)"))
_TEXT = Text("a", "甲")
_NOTHING = "def center(x): return 0 * x"
_LOOP = Mutant("loop", "def center(x):\n    while True: pass", "", "")


def _make_exercise(weak: bool) -> Exercise:
    exercise = Exercise("77_toy", Texts({"q1": (_TEXT, (_TEXT,) * 3)}, checks={"centers": _TEXT}))

    @exercise.check("q1")
    def centers(answer, rng):
        x = rng.normal(size=(4, 3))
        y = answer.call("center", x)
        expect_shape(y, (4, 3), "center(x)")
        if not weak:
            expect_close(y, x - x.mean(axis=0), what="center(x)")

    return exercise


def _score(exercise: Exercise, jury: Jury) -> float:
    mutants = make_mutants(_CELLS[1][1])
    return sum(all(jury.catch(exercise, _CELLS, "q1", one, (1, 2))) for one in mutants) / len(mutants)


@pytest.fixture(scope="module")
def jury():
    with Jury(find_launcher(), seconds=1.0) as jury:
        yield jury


def test_a_weak_check_is_found_by_its_mutation_score(jury):
    assert _score(_make_exercise(weak=False), jury) == 1.0
    assert _score(_make_exercise(weak=True), jury) < 0.7


def test_an_endless_mutant_ends(jury):
    begun = time.monotonic()
    assert jury.catch(_make_exercise(weak=True), _CELLS, "q1", _LOOP, (1, 2)) == [True]
    assert time.monotonic() - begun < 20
    assert jury.catch(_make_exercise(weak=True), _CELLS, "q1", Mutant("", _CELLS[1][1], "", ""), (1,)) == [False]


def test_an_endless_mutant_ends_without_a_sandbox():
    begun = time.monotonic()
    assert Jury(None, seconds=0.1).catch(_make_exercise(weak=True), _CELLS, "q1", _LOOP, (1, 2)) == [True]
    assert time.monotonic() - begun < 20


def test_a_mutant_that_only_some_inputs_catch_is_tried_on_every_seed(monkeypatch):
    monkeypatch.setattr("proofs.jury.is_caught", lambda *arguments: arguments[-1] == 2)
    assert Jury(None).catch(None, _CELLS, "q1", _LOOP, (1, 2, 3)) == [False, True, False]


@pytest.mark.parametrize(("case", "words"), [
    (Case("77_toy", "mistake", "q1", "right", _CELLS[1][1], "centers", "should be"), "every check accepts"),
    (Case("77_toy", "mistake", "q1", "none", _NOTHING, "another", "should be"), "instead of another"),
    (Case("77_toy", "mistake", "q1", "none", _NOTHING, "centers", "the moon"), "instead of 'the moon'"),
    (Case("77_toy", "mistake", "q1", "none", _NOTHING, "centers", "should be"), ""),
    (Case("77_toy", "unusual", "q1", "wrong", "def center(x): return x", "", ""), "q1 centers: wrong"),
    (Case("77_toy", "unusual", "q1", "stops", "1 / 0", "", ""), "a cell could not run"),
    (Case("77_toy", "untouched"), "q1 centers: passed"),
    (Case("77_toy", "solution"), ""),
])  # fmt: skip
def test_what_does_not_hold_is_said(case, words):
    fault = find_fault(_make_exercise(weak=False), _CELLS, case)
    assert words in fault and bool(words) == bool(fault)


def _plant(monkeypatch, cases: SimpleNamespace):
    """Q2 of a real exercise, with these cases, and without a sandbox: in this process."""

    def refuse(*_):
        raise SandboxUnavailable

    everything = verify.list_tasks
    monkeypatch.setattr(verify, "find_launcher", refuse)
    monkeypatch.setattr(proofs, "load_mistakes", lambda name: cases)
    monkeypatch.setattr(verify, "load_mistakes", lambda name: cases)
    monkeypatch.setattr(
        verify, "list_tasks", lambda *given: [one for one in everything(*given) if one.question == "q2"]
    )


def test_a_wrong_mistake_and_survivors_make_the_command_fail(monkeypatch, capsys):
    right = dict(proofs.read_cells("01_backprop"))["q2"]
    planted = Mistake("q2", "planted", "weights_get_an_outer_product", "", right)
    _plant(monkeypatch, SimpleNamespace(MISTAKES=[planted], UNUSUAL=[Unusual("q2", "same", right)], EQUIVALENT=[]))
    assert verify.main(["01_backprop", "--jobs", "1"]) == 1
    out, err = capsys.readouterr()
    assert "q2 mistake planted: every check accepts this wrong answer" in out and "1 faults" in out
    assert "-    return (np.outer(g, x), g.copy(), W.T @ g)\n+    return (np.outer(g, x), g, W.T @ g)" in out
    assert "No sandbox" in err


def test_what_is_listed_as_equivalent_must_survive_and_exist(monkeypatch):
    caught = "return (np.outer(g, x), g.copy(), W.T @ g) → return (np.outer(x, g), g.copy(), W.T @ g)"
    listed = [SimpleNamespace(question="q2", why="", changes=(caught, "a → b"))]
    _plant(monkeypatch, SimpleNamespace(MISTAKES=[], UNUSUAL=[], EQUIVALENT=listed))
    (report,) = verify.verify_exercises(["01_backprop"])
    assert any("but a check catches it" in fault for fault in report.faults)
    assert "q2: listed as equivalent, but no such mutant is made: a → b" in report.faults


def test_right_answers_alone_are_judged_with_many_seeds(monkeypatch):
    """PyTorch's own clip, which adds 1e-6 to the norm, was refused with 1 seed in 10."""
    everything = verify.list_tasks
    _plant(monkeypatch, proofs.load_mistakes("02_sgd"))
    tasks = [task for task in everything("02_sgd", right=20) if "clip_grad_norm_" in task.case.code]
    assert tasks and all(task.seeds == tuple(range(1, 21)) and task.case.kind == "unusual" for task in tasks)
    monkeypatch.setattr(verify, "list_tasks", lambda *given: tasks)
    (report,) = verify.verify_exercises(["02_sgd"], right=20)
    assert report.faults == []


def test_an_unknown_exercise_is_refused(capsys):
    assert verify.main(["99_none"]) == 2
    assert "there is no exercise '99_none'" in capsys.readouterr().err


def test_libraries_are_those_that_are_imported_and_installed():
    sources = ["import math\nimport numpy as np", "from numpy.linalg import norm\nimport no_such_package"]
    assert find_libraries(sources) == ("numpy",)


def test_quick_takes_a_sample_and_one_seed():
    tasks, all_tasks = verify.list_tasks("02_sgd", True), verify.list_tasks("02_sgd")
    assert {task.seeds for task in tasks} == {(1,)} and {task.seeds for task in all_tasks} == {(1, 2)}
    mutants = [task for task in tasks if task.mutant]
    assert {task.question for task in mutants} == {f"q{n}" for n in range(1, 7)} and len(mutants) < len(all_tasks) / 5
    assert all(isinstance(task, Task) for task in tasks)
