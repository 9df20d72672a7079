"""What a driver reports stands in the learner's memory: replaced there, it earns no point."""

import time

import numpy as np
import pytest

from autograder.answers.marking import mark_question
from autograder.answers.outcome import Status
from autograder.answers.rooms import load_exercise
from autograder.sandbox.inside import drivers
from proofs.cases import LocalNotebook, read_cells, run_cells


def _passed(name: str, question: str, code: str) -> set[str]:
    """The checks of the question that the answer passes."""
    answer = LocalNotebook()
    run_cells(answer, read_cells(name), question, code)
    outcomes = mark_question(load_exercise(name), question, answer, hidden=True)
    return {outcome.check for outcome in outcomes if outcome.status is Status.PASSED}


def test_a_run_that_is_said_to_go_on_is_not_believed(monkeypatch):
    def forge_saving(save_state, make_run, X, Y, *others):
        twin, fields = make_run(X, Y, 0), others[0]
        if isinstance(fields, dict):  # the best that can be said without a state: how the run itself goes on
            for name, value in fields.items():
                if name == "generator":
                    twin.rng.bit_generator.state = value
                else:
                    setattr(twin, name, np.copy(value) if isinstance(value, np.ndarray) else value)
        losses = [twin.step() for _ in range(others[-1])]
        state = {"nothing": np.zeros(100)}
        return {"state": state, "later": state, "fields": {}, "losses": losses, "W": twin.W, "twin": twin.W}

    def forge_loading(load_state, make_run, X, Y, seed, state, steps):
        run = make_run(X, Y, seed)
        return 2 * [{"fields": {}, "losses": [run.step() for _ in range(steps)], "W": run.W, "returned": False}]

    monkeypatch.setattr(drivers, "save_run", forge_saving)
    monkeypatch.setattr(drivers, "resume_run", forge_loading)
    nothing = "def save_state(run):\n    return {}\n\ndef load_state(run, state):\n    pass\n"
    assert _passed("05_keras_mnist", "q5", nothing) == set()


@pytest.mark.parametrize("seconds", [0.0, 6.0])
def test_the_time_of_a_call_is_told_by_our_own_clock(monkeypatch, seconds):
    late = [0.0]

    def forge_measuring(function, *inputs):
        return {"result": function(*inputs[-1]), "seconds": 0.0, "megabytes": 0.0}

    right = next(code for question, code in read_cells("06_evaluation") if question == "q3")
    slow = right.replace("positives, negatives =", "wait()\n    positives, negatives =")
    clock = time.monotonic
    monkeypatch.setattr(drivers, "measure_call", forge_measuring)
    monkeypatch.setattr(time, "monotonic", lambda: clock() + late[0])
    monkeypatch.setattr("builtins.wait", lambda: late.append(late.pop() + seconds), raising=False)
    assert ("twenty_thousand_scores_are_no_trouble" in _passed("06_evaluation", "q3", slow)) is (seconds < 4)


def test_a_state_of_zeros_is_no_copy():
    zeros = (
        "def to_torch_state(weights, positions, map_shape=None):\n"
        "    names = [f'{place}.{kind}' for place in positions for kind in ('weight', 'bias')]\n"
        "    return {name: np.zeros(np.shape(w)[::-1]) for name, w in zip(names, weights)}\n"
    )
    assert _passed("05_keras_mnist", "q4", zeros) == set()
