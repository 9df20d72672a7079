"""What checks expect of a value: types are looked at before arrays are made, and each refusal says what is wanted."""

import time
import tracemalloc

import numpy as np
import pytest

from autograder.answers.answer import Local
from autograder.answers.calls import keep_inputs
from autograder.answers.exercise import Exercise
from autograder.answers.expect import (
    MAX_ENTRIES,
    as_array,
    expect_close,
    expect_entries,
    expect_equal,
    expect_number,
    expect_parts,
    is_close,
    is_equal,
)
from autograder.answers.judge import expect_choice, expect_letters, expect_rows
from autograder.answers.marking import mark_question
from autograder.answers.outcome import Misconception, Status, Text, Unfit, Wrong
from autograder.answers.texts import Texts


@pytest.mark.parametrize("value", [
    3, 3.0, True, np.float32(3), np.array(3), [1, 2], (1, [2.0][0]), [[True, False], [0.5, 2]], np.ones((2, 0)), [],
    [np.ones(2), [1, 2]], [np.array(1), 2], [10**30, 1], np.ones(3, dtype=np.uint8),
])  # fmt: skip
def test_numbers_in_any_shape_become_an_array_of_their_own(value):
    array = as_array(value)
    assert array.dtype == np.float64 and array.shape == np.shape(value) and array is not value


@pytest.mark.parametrize(("value", "words"), [
    (None, "is the `return` missing?"), ("2", "not a text"), ({"a": 1}, "not a dictionary"), ([1, "2"], "holds a text"),
    ([1, [None, 2]], "holds None"), (({},), "holds a dictionary"),
    ([[1], [2, 3]], "different lengths"), ([1, [2]], "different lengths"),
    ([np.ones(2), np.ones(3)], "different lengths"), (np.array(1j), "not an array of complex numbers"),
    (10**400, "too large"),
    (Unfit("Run"), "not an object of type `Run`"), (Unfit(""), "not something too large"),
    (np.array(["a"]), "not an array"), (np.array([None]), "not an array"), ([np.array([None])], "holds an array"),
])  # fmt: skip
def test_what_is_no_array_of_numbers_is_named(value, words):
    with pytest.raises(Wrong, match=words) as refused:
        as_array(value, "w")
    assert refused.value.message.zh != refused.value.message.en and "`w`" in refused.value.message.en or value is None
    assert not is_close(value, 2.0) and not is_equal(value, 2)


def test_no_memory_is_asked_for_what_is_refused():
    texts = ["a" * 1_000_000, *["b"] * 100_000]  # as an array of texts: 400 GB
    shared = np.ones(1 << 20)
    tracemalloc.start()
    began = time.process_time()
    for value in (texts, [texts, 1], (1, *texts), [shared] * 1_000, [[shared] * 100] * 100):
        with pytest.raises(Wrong):
            as_array(value)
    assert tracemalloc.get_traced_memory()[1] < 100e6 and time.process_time() - began < 5
    tracemalloc.stop()
    assert as_array(np.zeros(MAX_ENTRIES, dtype=bool)).size == MAX_ENTRIES


@pytest.mark.parametrize(("expect", "words"), [
    (lambda value: expect_number(value, "LOW"), "`LOW` should be a number"),
    (lambda value: expect_close(value, [1.0], what="w"), "`w` should be a number or an array"),
    (lambda value: expect_parts(value, "loss, gradient"), "Return 2 values: `return loss, gradient`"),
    (lambda value: expect_entries(value, "w, b"), 'Return a dictionary with the keys "w", "b"'),
    (lambda value: expect_choice(value, "FAULT", ("A", "B")), '`FAULT` is "A" or "B"'),
    (lambda value: expect_letters(value, "FAULTS", "A", "AB", {}), "is a text of letters"),
    (lambda value: expect_rows(value, "rows", 3), "should be a number or an array"),
    (lambda value: expect_equal(value, 3, "n"), "`n` is `Run`; it should be `3`"),
    (lambda value: value["loss"], "return numbers, texts, lists"),
    (lambda value: [*value], "return numbers, texts, lists"),
    (lambda value: value + 1, "return numbers, texts, lists"),
    (lambda value: np.asarray(value), "return numbers, texts, lists"),
    (lambda value: value in (1, 2) or len(value), "return numbers, texts, lists"),
])  # fmt: skip
def test_where_a_type_is_refused_the_wanted_one_is_named(expect, words):
    with pytest.raises(Wrong) as refused:
        expect(Unfit("Run"))
    assert words in refused.value.message.en and refused.value.message.zh != refused.value.message.en


def test_an_answer_of_a_strange_type_reaches_the_check_as_unfit():
    text = Text("a", "甲")
    toy = Exercise(
        "toy", Texts({"q1": (text, (text,) * 3)}, checks=dict.fromkeys(("kept", "wants_a_dictionary"), text))
    )

    @toy.check("q1")
    def kept(answer, rng):
        with keep_inputs(answer, "f", 1) as value:
            expect_number(value, "f(1)")

    @toy.check("q1")
    def wants_a_dictionary(answer, rng):
        expect_entries(answer.call("f", 1), "a, b")

    said = [outcome.message.en for outcome in mark_question(toy, "q1", Local({"f": lambda x: object()}))]
    assert said == [
        "`f(1)` should be a number or an array of numbers, not an object of type `object`.",
        'Return a dictionary with the keys "a", "b".',
    ]
    for value in ({"a": 1, "b": 2}, {"b": 2, "a": 1, "c": 3}):
        assert mark_question(toy, "q1", Local({"f": lambda x, value=value: value}))[1].status is Status.PASSED


def test_misconceptions_are_not_what_unfit_raises():
    with pytest.raises(Wrong):
        bool(Unfit("Run"))
    assert not issubclass(Misconception, Wrong) and repr(Unfit("a`b")) == "a'b"
