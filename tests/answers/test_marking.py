"""Marking, on a toy exercise: four kinds of result, reproducible inputs, no forged equality, no crash."""

import numpy as np
import pytest

from autograder.answers.answer import Learner, Local
from autograder.answers.exercise import Exercise
from autograder.answers.expect import expect_close, expect_equal, expect_shape, is_close
from autograder.answers.marking import mark_exercise, mark_question
from autograder.answers.outcome import CheckFailed, Misconception, NotAttempted, Status, Text, Wrong
from autograder.answers.texts import Texts
from autograder.notebook import open_exercise

_TEXT = Text("a", "甲")
_QUESTIONS = {"q1": (_TEXT, (_TEXT,) * 3)}
TOY = Exercise(
    "toy",
    Texts(
        _QUESTIONS,
        misconceptions={"squared": Text("You squared it.", "你做了平方。")},
        checks={"doubles": _TEXT, "names_the_factor": _TEXT},
    ),
)


@TOY.check("q1", points=2)
def doubles(answer, rng):
    x = rng.normal(size=3)
    y = answer.call("double", x)
    if is_close(y, x**2):
        raise Misconception("squared")
    expect_close(y, 2 * x, what="double(x)")


@TOY.check("q1", hidden=True)
def names_the_factor(answer, rng):
    expect_equal(answer.get("FACTOR"), 2, "FACTOR")


def _mark(double, factor=2, hidden=True, seed=0):
    return mark_question(TOY, "q1", Local({"double": double, "FACTOR": factor}), seed, hidden)


def _hole(x):
    raise NotImplementedError("q1: write your answer here")


def _crash(x):
    return x[99]


def test_right_answer_earns_all_points():
    assert [outcome.earned for outcome in _mark(lambda x: x + x)] == [2, 1]


def test_hidden_checks_run_only_when_asked():
    assert [outcome.check for outcome in _mark(lambda x: 2 * x, hidden=False)] == ["doubles"]


@pytest.mark.parametrize(("double", "status", "words"), [
    (lambda x: x**2, Status.WRONG, "You squared it."),
    (lambda x: 3 * x, Status.WRONG, "it should be"),
    (lambda x: 2 * x[:2], Status.WRONG, "has shape (2,); it should be (3,)"),
    (lambda x: x * np.nan, Status.WRONG, "nan"),
    (lambda x: None, Status.WRONG, "is the `return` missing?"),
    (lambda x: "2x", Status.WRONG, "not a text"),
    (lambda x: [1, "2x", 3], Status.WRONG, "yours holds a text"),
    (lambda x: [[1], [2, 3]], Status.WRONG, "different lengths"),
    (lambda x: np.random.default_rng(0), Status.WRONG, "not an object of type `Generator`"),
    (lambda x: iter(int, 1), Status.WRONG, "not something too large"),
    (_crash, Status.COULD_NOT_RUN, "IndexError"),
    (_hole, Status.NOT_ATTEMPTED, "Replace"),
    (..., Status.NOT_ATTEMPTED, "Replace"),
    (7, Status.COULD_NOT_RUN, "is of type `int`, no function"),
    (lambda: 1, Status.COULD_NOT_RUN, "TypeError"),
])  # fmt: skip
def test_each_failure_has_its_kind_and_sentence(double, status, words):
    outcome = _mark(double)[0]
    assert outcome.status is status and outcome.earned == 0 and words in outcome.message.en
    assert outcome.message.zh != outcome.message.en


def test_a_question_with_one_hole_counts_as_not_attempted():
    assert {outcome.status for outcome in _mark(lambda x: 2 * x, factor=...)} == {Status.NOT_ATTEMPTED}


def test_a_missing_name_says_what_to_do():
    outcome = mark_question(TOY, "q1", Local({}))[0]
    assert outcome.status is Status.COULD_NOT_RUN and "`double` is not defined: run the cell" in outcome.message.en


def test_a_result_depends_on_the_seed_only():
    seen = []
    for seed in (1, 1, 2):
        _mark(lambda x: seen.append(x.copy()) or 2 * x, seed=seed)
    assert np.array_equal(seen[0], seen[1]) and not np.array_equal(seen[0], seen[2])


def _lucky(seeds):
    """A wrong answer that the first draw of some seeds doesn't show."""
    exercise = Exercise("toy", Texts(_QUESTIONS, checks={"doubles": _TEXT}))
    draws = []

    @exercise.check("q1")
    def doubles(answer, rng):
        draws.append(rng.random())
        expect_close(answer.call("double", len(draws) - 1), 0)

    answer = Local({"double": lambda at: 0 if at in seeds else 1})
    return mark_question(exercise, "q1", answer)[0].status, draws


def test_in_a_notebook_a_check_passes_with_each_of_three_draws():
    status, draws = _lucky({0, 1, 2})
    assert status is Status.PASSED and len(set(draws)) == 3 and _lucky({0, 1, 2})[1] == draws
    for luck, tried in (({1, 2}, 1), ({0, 2}, 2), ({0, 1}, 3)):
        status, draws = _lucky(luck)
        assert status is Status.WRONG and len(draws) == tried


@pytest.mark.parametrize("seed", [0, 1, 2**63, 2**128 - 1, -5, 10**60])
def test_a_seed_is_any_whole_number(seed):
    assert [outcome.earned for outcome in _mark(lambda x: 2 * x, seed=seed)] == [2, 1]


def test_large_seeds_differ_in_all_their_bits():
    seen = []
    for seed in (2**127, 2**127 + 1, 2**126 + 1, 1):
        _mark(lambda x: seen.append(tuple(x)) or 2 * x, seed=seed)
    assert len(set(seen)) == 4


def test_a_check_without_memory_says_that_the_answer_is_too_large():
    toy = Exercise("toy", Texts(_QUESTIONS, checks={"grows": _TEXT}))

    @toy.check("q1")
    def grows(answer, rng):
        raise MemoryError

    (outcome,) = mark_question(toy, "q1", Local({}), 1)
    assert outcome.status is Status.COULD_NOT_RUN and "too large" in outcome.message.en


def test_an_answer_cannot_change_the_checks_inputs():
    def double(x):
        x += x
        return x

    assert _mark(double)[0].earned == 2


def test_a_stumbling_check_gives_no_point_and_no_crash():
    toy = Exercise("stumbles", Texts(_QUESTIONS, checks={"stumbles": _TEXT}))

    @toy.check("q1")
    def stumbles(answer, rng):
        return answer.get("x")["{0}"]

    (outcome,) = mark_exercise(toy, Local({"x": {}}))["q1"]
    assert outcome.status is Status.COULD_NOT_RUN and outcome.earned == 0


class Equal:
    """Claims to equal everything."""

    __array_priority__ = 1e9

    def __eq__(self, other):
        return True

    def __sub__(self, other):
        return 0.0

    __rsub__ = __abs__ = __sub__

    def __array__(self, *args, **kwargs):
        return np.zeros(3)

    def __float__(self):
        return 0.0


class EqualArray(np.ndarray):
    def __eq__(self, other):
        return np.ones(self.shape, dtype=bool)


class EqualNumber(float):
    __eq__ = Equal.__eq__
    __hash__ = float.__hash__


@pytest.mark.parametrize("forged", [Equal(), np.zeros(3).view(EqualArray), EqualNumber(1.0), [Equal()], {"a": Equal()},
                                    np.array([Equal()] * 3, dtype=object)])  # fmt: skip
def test_an_object_that_equals_everything_earns_nothing(forged):
    assert all(outcome.earned == 0 for outcome in _mark(lambda x: forged, factor=forged))


def test_drivers_get_the_learners_objects():
    def drive(double, x):
        return double(double(x))

    assert Local({"double": lambda x: 2 * x}).call(drive, Learner("double"), 3) == 12
    with pytest.raises(NotAttempted):
        Local({"double": ...}).call(drive, Learner("double"), 3)


@pytest.mark.parametrize(("value", "expected", "same"), [
    ([1, 2], np.array([1.0, 2.0]), True),
    (np.float32(0.1), 0.1, True),
    (np.array([1.0, np.nan]), np.array([1.0, 2.0]), False),
    (np.array([[1.0, 2.0]]), np.array([1.0, 2.0]), False),
    (1.001, 1.0, False),
    ([[1], [2, 3]], np.ones((2, 2)), False),
    (None, 0.0, False),
])  # fmt: skip
def test_is_close(value, expected, same):
    assert is_close(value, expected) is same


def test_the_worst_entry_is_named():
    with pytest.raises(CheckFailed, match=r"`dW\[1, 0\]` is 9; it should be 3"):
        expect_close(np.array([[1, 2.0001], [9, 4]]), np.array([[1, 2], [3, 4.0]]), what="dW")
    with pytest.raises(Wrong, match=r"has shape \(2,\)"):
        expect_shape([1, 2], (3,), "b")
    for value, expected in (([1, 2], [1, 3]), ("1", 1), (np.ones(2), 1), (None, 0)):
        with pytest.raises(Wrong):
            expect_equal(value, expected)
    expect_equal((1, 2), [1, 2])


@pytest.mark.parametrize(
    ("change", "words"), [({"name": "99_none"}, "there is no exercise"), ({"lang": "de"}, "lang is")]
)
def test_opening_says_what_is_wrong(change, words):
    with pytest.raises(ValueError, match=words):
        open_exercise(**{"name": "01_backprop", "namespace": {}, "lang": "en"} | change)
