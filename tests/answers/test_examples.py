"""Examples in docstrings: read from the untouched cell, judged by structure and to the digits, worth no point."""

import math

import numpy as np
import pytest

from autograder.answers.answer import Local
from autograder.answers.examples import find_examples
from autograder.answers.exercise import Definition, Exercise
from autograder.answers.marking import mark_question
from autograder.answers.outcome import CheckFailed, Status, Text
from autograder.answers.rooms import list_exercises, load_exercise
from autograder.answers.texts import Texts

_TEXT = Text("a", "甲")


def _cell(*examples: str, name: str = "f") -> str:
    lines = [line for example in examples for line in (*example.splitlines(), "")]
    body = "\n".join(f"    {line}".rstrip() for line in ["Does it.", "", *lines])
    return f'def {name}(*args, **kwargs):\n    """{body.lstrip()}\n    """\n    raise NotImplementedError("q1")\n'


def _one(example: str):
    (found,) = find_examples(_cell(example))
    return found


def _passes(example: str, value) -> bool:
    try:
        _one(example).judge(Local({"f": lambda *args, **kwargs: value}))
    except CheckFailed:
        return False
    return True


def test_the_arguments_of_a_call_are_literals_and_lists_of_numbers_arrays():
    example = _one(
        ">>> f([[1, 2], [3, 4]], [1, 2.5], [True, False], (1, 2), ([1], [2, 3]), [[1.0], [2.0, 3.0]],\n"
        '...   ["a"], [(1, 2)], a=nan, b={"x": [1.0], 2: None}, c=10**9, d=-inf, e=[], g=[0.0, nan])\n1'
    )
    table, mixed, mask, pair, arrays, ragged, texts, pairs = example.args
    assert [one.dtype.kind for one in (table, mixed, mask)] == ["i", "f", "b"] and table.shape == (2, 2)
    assert pair == (1, 2) and isinstance(arrays, tuple) and [one.tolist() for one in arrays] == [[1], [2, 3]]
    assert isinstance(ragged, list) and ragged[1].dtype == np.float64 and texts == ["a"] and pairs == [(1, 2)]
    assert (
        math.isnan(example.kwargs["a"])
        and example.kwargs["b"]["x"].tolist() == [1]
        and example.kwargs["d"] == -math.inf
    )
    assert (example.kwargs["c"], example.kwargs["e"]) == (10**9, []) and np.isnan(example.kwargs["g"][1])
    assert example.call.startswith(">>>") is False and "\n" not in example.call


@pytest.mark.parametrize(("expected", "right", "wrong"), [
    ("0.25", [0.25, np.float32(0.2549), np.array([0.2451]), [0.25]],
     [0.256, 0.244, "0.25", None, True, math.nan, np.ones(2) / 4]),
    ("[0.9, 0.93333]", [(0.9, 0.93333), np.array([0.94, 0.933334])], [[0.9, 0.9334], [0.9], 0.9, [[0.9], [0.93333]]]),
    ("3", [3, 3.0, np.float32(3.000001), np.array(3), np.array([3])], [3.001, 4, "3", math.inf, True, 10**400]),
    ("69315", [69315, 69315.0], [69314.7, 69314]),
    ("1e-3", [0.001, 0.0012], [0.002]),
    ("2 / 3", [2 / 3], [0.667]),
    ("nan", [math.nan, np.array(np.nan)], [0.0, None]),
    ("-inf", [-math.inf], [math.inf, -1e300, -(10**400)]),
    ("True", [True, np.bool_(True), np.array([True])], [1, "True", False]),
    ("[True, False]", [np.array([1, 0]), [True, False], [1.0, 0.0]], [[True, True], [0.9, 0]]),
    ('("a", None, [1])', [("a", None, np.array([1])), ["a", None, [1]]],
     [("a", 0, [1]), ("b", None, [1]), ("a", None)]),
    ('{"w": [[6]], 2: -0.5}', [{2: -0.5, "w": np.array([[6]])}],
     [{"w": [[6]]}, {"w": [6], 2: -0.5}, [], {"w": [[6]], 2: 0.5}]),
    ('[{"a": 1.50}]', [[{"a": 1.5}], ({"a": 1.504},)], [[{"a": 1.51}], [{}], {"a": 1.5}]),
    ("[]", [[], (), np.zeros(0)], [[0], None]),
    ('"two  blanks"', ["two  blanks"], ["two blanks"]),
])  # fmt: skip
def test_a_result_holds_by_structure_and_to_the_digits_written(expected, right, wrong):
    example = f">>> f()\n{expected}"
    assert [_passes(example, value) for value in right] == [True] * len(right)
    assert [_passes(example, value) for value in wrong] == [False] * len(wrong)


def test_a_result_may_stand_in_several_lines():
    assert _passes(">>> f()\n([1.0,\n  2.0], 3)", ([1, 2], 3)) and _passes(">>> f(\n...     1)\n2\n\nMore words.", 2)


@pytest.mark.parametrize("example", [
    ">>> g(1)\n2", ">>> f(x)\n2", ">>> f(1) + 1\n2", ">>> f(1)\ntwo", ">>> f(1)\n2\nmore words", ">>> f(1)",
    ">>> f(1 +)\n2",    ">>> f(open('x'))\n2", ">>> f(**{'a': 1})\n2", ">>> y = f(1)\n2", ">>> f(1)\n...", ">>>f(1)\n2",
])  # fmt: skip
def test_what_is_no_example_is_an_error(example):
    with pytest.raises(ValueError, match="f: |blank after"):
        find_examples(_cell(example))


def _toy(*examples: str) -> Exercise:
    exercise = Exercise("toy", Texts({"q1": (_TEXT, (_TEXT,) * 3)}, checks=dict.fromkeys("abc", _TEXT)))
    for name, hidden in (("a", False), ("b", False), ("c", True)):
        check = lambda answer, rng: answer.call("f", 1.0)  # noqa: E731
        check.__name__ = name
        exercise.check("q1", hidden=hidden)(check)
    exercise.define(lambda: Definition("toy", (), (), {"q1": _cell(*examples)}))
    return exercise


def _mark(exercise: Exercise, f) -> list:
    return mark_question(exercise, "q1", Local({"f": f}), hidden=True)


def test_a_failing_example_makes_the_last_visible_check_wrong_and_says_what_should_come():
    toy = _toy(">>> f([1.0, 2.0])\n[2.0, 4.0]", ">>> f(3)\n6")
    assert [outcome.status for outcome in _mark(toy, lambda x: 2 * x)] == [Status.PASSED] * 3
    outcomes = _mark(toy, lambda x: 2 * x if np.ndim(x) else 0)
    assert [outcome.status for outcome in outcomes] == [Status.PASSED, Status.WRONG, Status.PASSED]
    assert outcomes[1].earned == 0
    assert outcomes[1].message == Text(
        "The example in the docstring, `f(3)`, gives `6`; yours gives `0`.",
        "文档字符串中的例子 `f(3)` 应得 `6`，你的得到 `0`。",
    )


def test_an_example_that_stops_says_so_and_one_that_meets_a_hole_is_not_attempted():
    toy = _toy(">>> f([1.0, 2.0])\n[2.0, 4.0]")

    def stops(x):
        return {1.0: 2}[x]

    outcome = _mark(toy, stops)[1]
    assert outcome.status is Status.COULD_NOT_RUN
    assert "The example in the docstring, `f([1.0, 2.0])`: `f` stopped with" in outcome.message.en
    assert "文档字符串中的例子" in outcome.message.zh and "运行中断" in outcome.message.zh

    def hole(x):
        if np.ndim(x):
            raise NotImplementedError("q1: …")

    assert {outcome.status for outcome in _mark(toy, hole)} == {Status.NOT_ATTEMPTED}


def test_what_comes_is_shown_in_short():
    toy = _toy(">>> f([1.0, 2.0])\n[2.0, 4.0]")
    for value in (np.zeros(2_000_000), "x`" * 5_000, {k: [k] * 9 for k in range(999)}, 10**4000):
        outcome = _mark(toy, lambda x, value=value: value)[1]
        assert outcome.status is Status.WRONG and all(len(text) < 250 for text in outcome.message)
        assert outcome.message.en.count("`") == 6


@pytest.mark.parametrize("name", list_exercises())
def test_every_example_of_the_course_is_understood(name):
    exercise = load_exercise(name)
    for question in exercise.questions:
        for example in exercise.examples(question):
            assert example.expected
