"""A wrong value's relation to the right one is named, and none is seen where there is none."""

import numpy as np
import pytest

from autograder.answers.answer import Local
from autograder.answers.expect import expect_close, expect_equal
from autograder.answers.judge import Tolerance, judge_constant
from autograder.answers.marking import run_check
from autograder.answers.outcome import Wrong
from autograder.answers.relations import find_order, find_relation
from autograder.answers.rooms import load_exercise

RIGHT = np.random.default_rng(0).normal(size=(4, 5))
ROWS = np.random.default_rng(4).uniform(1, 2, size=(4, 3))
SHARES = np.random.default_rng(1).dirichlet(np.ones(5), size=6)


@pytest.mark.parametrize(
    "name, value, right",
    [
        ("opposite-sign", -RIGHT, RIGHT),
        ("twice-as-much", 2 * RIGHT, RIGHT),
        ("half-as-much", 0.35, 0.7),
        ("one-too-many", [3, 5], [2, 4]),
        ("one-too-few", 47, 48),
        ("percent-for-share", 41.25, 0.4125),
        ("one-minus-it", 0.3, 0.7),
        ("bits-for-nats", 0.3 / np.log(2), 0.3),
        ("degrees-for-radians", np.degrees(RIGHT), RIGHT),
        ("root-taken", 1.1**0.5, 1.1),
        ("cut-to-whole", [1, 2, 5], [1.5, 2.25, 5.75]),
        ("sign-lost", abs(RIGHT), RIGHT),
        ("negative-cut-off", np.maximum(RIGHT, 0), RIGHT),
        ("nan-for-a-number", [1, np.nan], [1, 2]),
        ("infinity-for-a-number", [1, np.inf], [1, 2]),
        ("all-zeros", np.zeros((4, 5)), RIGHT),
        ("all-equal", np.full((4, 5), 0.2), RIGHT),
        ("inverted", [1, 0, 1], [0, 1, 0]),
        ("transposed", RIGHT[:, :4].T, RIGHT[:, :4]),
        ("reversed", RIGHT[:, ::-1], RIGHT),
        ("one-place-off", np.roll(RIGHT, 1, axis=1), RIGHT),
        ("summed-up", RIGHT.cumsum(axis=0), RIGHT),
        ("other-order", RIGHT.ravel()[[1, 0, 2, 4, 3]], RIGHT.ravel()[:5]),
        ("divisor-off-by-one", RIGHT * (7 / 6) ** 0.5, RIGHT),
        ("divisor-off-by-one", 0.7 * (11 / 12) ** 0.5, 0.7),
        ("constant-factor", RIGHT * 3.3, RIGHT),
        ("constant-offset", RIGHT + 0.25, RIGHT),
        ("line-by-line", SHARES / SHARES.sum(axis=0), SHARES),
        ("only-the-last", np.where(np.arange(5) < 4, RIGHT, 9), RIGHT),
        ("not-zero", np.where(RIGHT > 0, RIGHT, 3), np.where(RIGHT > 0, RIGHT, 0)),
        ("zero-instead", np.where(RIGHT > 0, RIGHT, 0), RIGHT - (RIGHT == 9)),
        ("nearly-right", np.round(5 + RIGHT, 2), 5 + RIGHT),
        ("axes-exchanged", RIGHT.T, RIGHT),
        ("one-short", RIGHT[0, 1:], RIGHT[0]),
        ("one-too-long", [*RIGHT[0], 3], RIGHT[0]),
        ("ends-early", RIGHT[:2], RIGHT),
        ("ends-early", RIGHT[:, 3:], RIGHT),
        ("too-long", RIGHT, RIGHT[1:]),
        ("another-shape", RIGHT[:, None], RIGHT),
        ("another-shape", RIGHT.ravel(), RIGHT),
        ("another-shape", RIGHT[0], RIGHT[:1]),
        ("wrong-from-there-on", np.where(np.arange(4)[:, None] < 2, RIGHT, 9), RIGHT),
        ("wrong-in-between", np.where(abs(np.arange(5) - 2) < 2, 9, RIGHT), RIGHT),
        ("mean-forgotten", RIGHT, RIGHT.mean()),
        ("sum-forgotten", RIGHT, RIGHT.sum(axis=1)),
        ("power-of-ten", 412.5, 0.4125),
        ("power-of-ten", [4.125e-7, 2e-6], [412.5, 2000]),
        ("binary-units", 3.5 * 1.024**2, 3.5),
        ("binary-units", 1536, 1.5),
        ("some-missing", [3, 8], [3, 5, 8]),
        ("some-missing", RIGHT[0, [0, 1, 3, 4]], RIGHT[0]),
        ("some-too-many", np.insert(RIGHT[0], 2, 7), RIGHT[0]),
        ("some-twice", [0, 1, 1, 2], [0, 1, 2]),
        ("some-twice", [2, 0, 2, 1, 4], [2, 0, 3, 1, 4]),
        ("ends-early", RIGHT[0, :3], RIGHT[0]),
        ("line-by-line", np.c_[ROWS, 0 * ROWS] * [[2], [5], [3], [7]], np.c_[ROWS, 0 * ROWS]),
        ("one-for-all", np.full((4, 5), RIGHT.mean()), RIGHT),
        ("one-for-all", np.broadcast_to(RIGHT.mean(axis=1, keepdims=True), (4, 5)), RIGHT),
        ("one-for-all", np.broadcast_to(RIGHT.max(axis=0), (4, 5)), RIGHT),
        ("equal-along", np.broadcast_to(RIGHT[1], (4, 5)) ** 2 + 1, RIGHT),
        ("some-opposite-sign", np.where(np.arange(20).reshape(4, 5) % 3, RIGHT, -RIGHT), RIGHT),
        ("some-one-minus-it", np.where(SHARES > 0.2, 1 - SHARES, SHARES), SHARES),
        ("some-twice-as-much", np.where(np.arange(5) == 2, 2 * RIGHT, RIGHT), RIGHT),
        ("no-shares", 3 * SHARES**2, SHARES),
        ("no-shares", SHARES**2 / (SHARES**2).sum(axis=0), SHARES),
        ("out-of-range", SHARES.ravel()[:9] * 3 + np.arange(9), SHARES.ravel()[:9]),
        ("negative", 2 * np.arange(20.0) ** 1.5 - 3, np.arange(20.0)),
    ],
)
def test_a_relation_has_a_name_and_two_sentences(name, value, right):
    found = find_relation(value, right)
    if name == "zero-instead":  # the same array, told by its cause
        assert found.name == "negative-cut-off"
        found = find_relation(np.where(np.arange(5) % 2, RIGHT, 0), RIGHT)
    assert found.name == name and found.text.en != found.text.zh
    assert find_relation(right, right) is None


def test_unrelated_values_have_none():
    rng = np.random.default_rng(3)
    shapes = ((), (1,), (2,), (5,), (3, 4), (2, 3, 4))
    pairs = [(rng.normal(size=shape), rng.normal(size=shape)) for shape in shapes for _ in range(200)]
    assert sum(find_relation(*pair) is not None for pair in pairs) <= 1
    assert find_relation(np.inf, np.inf) is find_relation([], 3) is find_relation(5, np.nan) is None


@pytest.mark.parametrize(
    "name, value, right",
    [
        ("power-of-ten", 413, 0.4125),
        ("power-of-ten", 41.25, 0.4125),
        ("power-of-ten", 3000, 3),
        ("binary-units", 1500, 1.5),
        ("some-missing", [3, 9], [3, 5, 8]),
        ("some-missing", [8, 3], [3, 5, 8]),
        ("some-missing", [1, 0], [1, 1, 0]),
        ("some-too-many", [0, 1, 9, 2], [0, 1, 1]),
        ("some-twice", [0, 0, 7, 2], [0, 1, 2]),
        ("some-twice", [1, 1, 1, 2], [0, 1, 2, 1]),
        ("line-by-line", RIGHT * np.arange(1, 21).reshape(4, 5), RIGHT),
        ("one-for-all", np.full((4, 5), RIGHT.mean() + 0.1), RIGHT),
        ("equal-along", np.broadcast_to(RIGHT[1], (4, 5)), np.broadcast_to(RIGHT[1] ** 2 + 1, (4, 5))),
        ("equal-along", RIGHT[[0, 0]], RIGHT[:2]),
        ("some-opposite-sign", np.where(np.arange(20).reshape(4, 5) % 3, RIGHT, 1.5 - RIGHT), RIGHT),
        ("some-opposite-sign", -RIGHT, RIGHT),
        ("some-twice-as-much", [2, 4, 7, 4], [1, 2, 7, 2]),
        ("no-shares", SHARES[::-1] ** 2 / (SHARES[::-1] ** 2).sum(axis=1, keepdims=True), SHARES),
        ("no-shares", [1, 0, 1], [1, 0, 0]),
        ("out-of-range", [0.3, 1.2], [0.2, 0.5]),
        ("out-of-range", np.linspace(0.1, 0.9, 9) ** 3, np.linspace(0.1, 0.9, 9)),
        ("negative", RIGHT[::-1] ** 3, RIGHT),
        ("other-order", [0.1, 0.2, 0.4], [0.4, 0.3, 0.1]),
    ],
)
def test_a_relation_is_not_seen_where_it_is_not(name, value, right):
    """Nor where a simpler one says more, or where few or small numbers say nothing."""
    found = find_relation(value, right)
    assert found is None or found.name != name


def test_of_one_that_is_missing_one_is_spoken():
    for value, right, en, zh in (
        (RIGHT[1:], RIGHT, "Along axis 0 the first one is missing; the others are right.", "缺了最前一个"),
        (RIGHT[2:], RIGHT, "Along axis 0 the first 2 are missing; the others are right.", "缺了最前 2 个"),
        ([3, 8], [3, 5, 8], "One is missing, at place 1; the others are right.", "位置 1 缺了一个"),
        ([4, 4, 6, 9], [4, 5, 6, 9], "more than once, and one is missing.", "缺了 1 个"),
        ([4, 4, 6, 6], [4, 5, 6, 9], "more than once, and 2 are missing.", "缺了 2 个"),
    ):
        said = find_relation(value, right).text
        assert en in said.en and zh in said.zh


def test_lists_of_anything_have_an_order():
    right = ["a", ("b", 1), "c"]
    for value, name in ((right[::-1], "reversed"), (["c", "a", ("b", 1)], "other-order"), (right[1:], "one-short")):
        assert find_order(value, right).name == name
    assert find_order([*right, "d"], right).name == "one-too-long"
    for value, name in (
        (["a", "c"], "some-missing"), ([*right, "d", "e"], "too-long"), (["a", "a", "c"], "some-twice"),
        (["a", "x", ("b", 1), "c"], "some-too-many"),
    ):  # fmt: skip
        assert find_order(value, right).name == name
    assert find_order("abc", right) is find_order(["x"], right) is find_order(right, right[:1]) is None
    assert find_order(["c", "a"], right) is find_order(["a", "x"], right) is find_order(["a"], ["a", "a", "b"]) is None


def test_the_sentence_stands_behind_the_values():
    with pytest.raises(Wrong, match="it should be 2.* twice what"):
        expect_close([2.0, 4.0], [1.0, 2.0])
    with pytest.raises(Wrong, match="reverse order"):
        expect_equal(["b", "a"], ["a", "b"])


def test_a_constant_is_told_its_form_alone():
    near = Tolerance(1e-5, 1e-9)
    for value, said in ((41.25, "per cent"), (0.825, "isn't"), (0.4126, "isn't")):
        with pytest.raises(Wrong) as caught:
            judge_constant(value, 0.4125, {}, "SHARE", near)
        assert said in caught.value.message.en or said == "isn't" and caught.value.relation is None


def test_of_a_secret_junk_finds_nothing_and_the_right_numbers_elsewhere_are_named():
    right = (1536, 640, 0.375)
    assert find_relation((640, 1536, 0.375), right, slips=True).name == "other-order"
    assert find_relation(412.5, 0.4125, slips=True).name == "power-of-ten"
    for value, secret in ((1, 0.001), (1000, 1), (1, 1 << 20), (2e3, 2), ((2, 1, 0), (0, 1, 2)), ((1, 3), (3, 1))):
        assert find_relation(value, secret, slips=True) is None
    with pytest.raises(Wrong, match="not right yet. Yours are the right numbers, at other places"):
        judge_constant([640, 1536], (1536, 640), {}, "SIZES")


def test_a_hidden_check_names_no_relation():
    exercise = load_exercise("07_attention")
    check = exercise.questions["q4"].checks[0]

    def judge(answer, rng):
        expect_close(answer.get("x"), 4.5)

    for hidden in (True, False):
        found = run_check(
            exercise, type(check)(**{**vars(check), "function": judge, "hidden": hidden}), Local({"x": 9.0}), 1
        )
        assert found.misconception == (None if hidden else "twice-as-much")
