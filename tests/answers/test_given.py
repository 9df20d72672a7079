"""Given values come from the definition: fresh copies, of the final state, without running what they don't need."""

import sys

import numpy as np
import pytest

from autograder.answers.exercise import Definition, Exercise
from autograder.answers.given import get_given
from autograder.answers.rooms import list_exercises, load_definition, load_exercise
from autograder.answers.texts import Texts
from autograder.sandbox.inside.cells import run_cell

CELLS = (
    "import numpy as np\nimport no_such_library\nfrom nowhere import something",
    'draw = np.random.default_rng(1)\nA = draw.normal(size=3)\nWAYS = {"a": [1]}',
    "def late():\n    return draw.random(), K",
    'B = draw.normal(size=3)\nWAYS["b"] = [2]\nK = 1\nL, M = 2, 3\nfor N in range(4):\n    K += N\nBROKEN = 1 / 0',
)


def test_a_value_is_that_after_all_cells_and_depends_on_what_ran_before():
    draw = np.random.default_rng(1)
    first, second = draw.normal(size=3), draw.normal(size=3)
    assert np.array_equal(get_given(CELLS, "B"), second) and np.array_equal(get_given(CELLS, "A"), first)
    assert get_given(CELLS, "WAYS") == {"a": [1], "b": [2]}
    assert [get_given(CELLS, name) for name in "KLMN"] == [7, 2, 3, 3]
    assert get_given(CELLS, "late")() == (draw.random(), 7)


def test_each_time_another_copy():
    get_given(CELLS, "WAYS")["a"].append(3)
    assert get_given(CELLS, "WAYS")["a"] == [1]


def test_what_isnt_bound_is_said():
    with pytest.raises(ValueError, match="the given cells bind no 'NOWHERE'"):
        get_given(CELLS, "NOWHERE")
    exercise = Exercise("toy", Texts())
    with pytest.raises(ValueError, match="ask for 'K' inside a check"):
        exercise.given("K")
    exercise.define(lambda: Definition("toy", (), CELLS, {}))
    assert exercise.given("K") == 7


@pytest.mark.parametrize("name", [name for name in list_exercises() if name[:2] != "05"])  # 05 imports Keras
def test_every_given_value_is_what_the_cells_give_when_all_run(name):
    exercise, namespace = load_exercise(name), {"__name__": "__main__"}
    for cell in load_definition(name).given:
        run_cell(namespace, cell, "given")
    kinds = (int, float, str, tuple, np.ndarray)
    values = {key: value for key, value in namespace.items() if isinstance(value, kinds) and not key.startswith("__")}
    for key, value in values.items():
        np.testing.assert_equal(exercise.given(key), value)


def test_a_constant_beside_keras_needs_no_keras(monkeypatch):
    monkeypatch.setitem(sys.modules, "keras", None)  # its import fails
    exercise = load_exercise("05_keras_mnist")
    assert exercise.given("VALUE_OF_A_POINT") == 1_000 and exercise.given("VAL_LOSS").shape == (4, 6, 40)
    assert exercise.given("Run")(np.ones((8, 2)), np.eye(2)[[0, 1] * 4], seed=0).step() > 0
