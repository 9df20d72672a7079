"""The shared judging helpers: what passes, what is named, and what the learner reads."""

import numpy as np
import pytest

from autograder.answers.answer import Local
from autograder.answers.calls import call_at_the_edge, call_each, keep_inputs
from autograder.answers.expect import (
    expect_close,
    expect_entries,
    expect_number,
    expect_numbers,
    expect_parts,
    is_equal,
)
from autograder.answers.judge import (
    Tolerance,
    expect_choice,
    expect_letters,
    expect_rows,
    judge_constant,
    judge_equal,
)
from autograder.answers.outcome import CouldNotRun, Misconception, NotAttempted, Text, Unfit, Wrong

NEAR = Tolerance(1e-5, 1e-6)


def test_right_values_pass_and_wrong_recipes_are_named_in_order():
    right, wrong = np.array([1.0, 2.0]), {"halved": np.array([0.5, 1.0]), "scaled": [[2.0, 4.0], [0.5, 1.0]]}
    NEAR.judge(right.astype(np.float32) * (1 + 1e-6), right, wrong, "w")
    for value, name in (([0.5, 1.0], "halved"), (np.array([2, 4]), "scaled")):
        with pytest.raises(Misconception, match=name):
            NEAR.judge(value, right, wrong, "w")
    with pytest.raises(Wrong, match=r"`w\[1\]` is 3; it should be 2"):
        NEAR.judge([1, 3], right, wrong, "w")
    with pytest.raises(Wrong, match=r"`w` has shape \(1, 2\)"):
        NEAR.judge([[0.5, 1.0]], right, wrong, "w")


def test_a_recipe_may_be_computed_when_it_is_needed():
    asked = []
    wrong = {"halved": lambda: asked.append(1) or np.array([0.5])}
    NEAR.judge(np.array([1.0]), np.array([1.0]), wrong)
    assert not asked
    with pytest.raises(Misconception, match="halved"):
        NEAR.judge(np.array([0.5]), np.array([1.0]), wrong)


def test_a_recipe_that_is_right_here_names_nobody():
    NEAR.judge(3.0, 3.0, {"same": 3.0})
    NEAR.judge(1 + 0.9e-5, 1.0, {"next": 1 + 1.8e-5})  # close to both: right
    with pytest.raises(Wrong, match="is 3.1; it should be 3"):
        NEAR.judge(3.1, 3.0, {"same": 3.0})


def test_nan_is_like_nan_and_infinity_like_itself():
    nan, inf = float("nan"), float("inf")
    NEAR.judge([nan, inf], [nan, inf], {})
    with pytest.raises(Misconception, match="empty"):
        NEAR.judge([1.0, nan], [1.0, 0.0], {"empty": np.array([1.0, nan])})
    with pytest.raises(Wrong, match="is nan; it should be 1"):
        NEAR.judge(nan, 1.0, {"mean of nothing": nan})
    for value in ([nan, 1.0], [inf, 1.0], [-inf, 1.0]):
        with pytest.raises(Wrong, match=r"\[0\]"):
            NEAR.judge(value, [0.0, 1.0], {"other": np.array([2.0, 1.0])})
    with pytest.raises(Wrong, match=r"`F\[1\]` is 1; it should be nan"):
        NEAR.judge([nan, 1.0], [nan, nan], {}, "F")


def test_what_is_no_number_matches_no_recipe():
    for value in ("2", None, [[1], [2, 3]]):
        with pytest.raises(Wrong):
            NEAR.judge(value, 1.0, {"two": 2.0})
        assert not NEAR.same(value, 2.0)


def test_a_sentence_can_stand_in_place_of_the_right_value():
    secret = Text("not the cost", "不是花费")
    for judged in (Tolerance(0, 0.01).judge, judge_equal):
        judged(5, 5, {"six": 6}, "COST", secret)
        with pytest.raises(Wrong, match="^not the cost$"):
            judged(7, 5, {"six": 6}, "COST", secret)
        with pytest.raises(Misconception, match="six"):
            judged(6, 5, {"six": 6}, "COST", secret)


@pytest.mark.parametrize(("right", "near"), [(1536, NEAR), (1536, None), ((3, 2), None), (0.7613, Tolerance(0, 6e-4))])
def test_a_constant_is_judged_without_a_word_of_the_right_one(right, near):
    wrong = {"seven": [7, [7, 7]]}
    for same in (
        right,
        np.array(right),
        np.array(right, dtype=np.float32),
        [right] if np.ndim(right) == 0 else list(right),
    ):
        judge_constant(same, right, wrong, "LOW", near)
    with pytest.raises(Misconception, match="seven"):
        judge_constant(np.full(np.shape(right), 7), right, wrong, "LOW", near)
    for junk in (
        0,
        1,
        -1,
        1e9,
        float("nan"),
        float("inf"),
        "x",
        [],
        [1, 2],
        [1, 2, 3],
        [[1], [2, 3]],
        None,
        True,
        {},
        "1536",
    ):
        with pytest.raises(Wrong) as caught:
            judge_constant(junk, right, wrong, "LOW", near)
        said = "".join(caught.value.message).replace("[1, 2]", "").replace("2 numbers", "").replace("2 个数", "")
        assert not any(part in said for part in ("1536", "0.76", "(3, 2)", "3", "2"))
    with pytest.raises(Wrong, match="^other$"):
        judge_constant(np.zeros(np.shape(right)), right, wrong, "LOW", near, Text("other", "别的"))


def test_exact_values_are_judged_as_they_are():
    judge_equal(["a", "b"], ("a", "b"), {"turned": [["b", "a"]]})
    judge_equal(None, None, {})
    with pytest.raises(Misconception, match="turned"):
        judge_equal(["b", "a"], ["a", "b"], {"turned": [["b", "a"]]})
    with pytest.raises(Wrong, match="`n` is `3`; it should be `2`"):
        judge_equal(3, 2, {"one": 1, "others": [0, 4]}, "n")
    assert not is_equal(True, 1) and not is_equal(1, True) and is_equal([np.array([1, 2])], [[1, 2]])


def test_the_worst_entry_is_one_that_is_off():
    with pytest.raises(Wrong, match=r"`w\[1\]` is 0.2; it should be 0.1"):
        expect_close([1e6 + 5, 0.2], [1e6, 0.1], 1e-5, 1e-6, "w")  # 5 of a million is within the tolerance


def test_numbers_and_parts():
    assert expect_number([[2]], "x") == 2.0 and isinstance(expect_number(np.float32(2), "x"), float)
    with pytest.raises(Wrong, match=r"`x` has shape \(2,\)"):
        expect_number([1, 2], "x")
    assert expect_numbers(np.array([1, 2]), "low, high") == [1.0, 2.0]
    assert expect_parts(("a", [1]), "name, rows") == ["a", [1]]
    for value in (1.0, [1], {"low": 1, "high": 2}, np.array(2), "ab"):
        with pytest.raises(Wrong, match="Return 2 values: `return low, high`"):
            expect_parts(value, "low, high")
    with pytest.raises(Wrong, match="is the `return` missing"):
        expect_parts(None, "low, high")
    with pytest.raises(Wrong, match="`high` should be a number"):
        expect_numbers([1, "2"], "low, high")


def test_entries():
    assert list(expect_entries({"b": 1, "c": 2, "a": [3]}, "a, b").items()) == [("a", [3]), ("b", 1)]
    for value in ({"a": 1}, [1, 2], "ab"):
        with pytest.raises(Wrong, match='Return a dictionary with the keys "a", "b"'):
            expect_entries(value, "a, b")
    with pytest.raises(Wrong, match="is the `return` missing"):
        expect_entries(None, "a, b")


def test_choices():
    options = {"A": "too-few", "not shown": "", "C": "too-many"}
    assert expect_choice("  Not  shown. ", "VERDICT", options) == "not shown"
    assert expect_choice("c", "VERDICT", tuple(options)) == "C"
    with pytest.raises(Misconception, match="too-few"):
        expect_choice("a", "VERDICT", options)
    for right in ("A", ["a"], ("A.",), [["(A)"]], "a)", " Ａ", '"A"'):
        with pytest.raises(Misconception, match="too-few"):
            expect_choice(right, "VERDICT", options)
    assert expect_choice("l2", "WAY", ("weight decay (L1)", "L2")) == "L2"
    assert expect_choice("Weight  decay (L1)", "WAY", ("weight decay (L1)", "L2")) == "weight decay (L1)"
    for value in (None, 3, "", "B", ["A", "C"], Unfit("Run"), {"A": 1}, "A" * 10**6):
        with pytest.raises(Wrong) as error:
            expect_choice(value, "VERDICT", options)
        assert error.value.message == (
            '`VERDICT` is "A", "C" or "not shown".',
            '`VERDICT` 应是 "A"、"C" 或 "not shown"。',
        )


def test_letters():
    def judge(value):
        expect_letters(value, "FAULTS", "ABD", "ABCDE", {"CE": "blamed", "B": "forgotten"}, Text("more", "还有"))

    for value in ("ABD", "d, b and a.", ["A", "B", "d"], ("AB", "D"), "A、B和D", "Ａ，Ｂ，Ｄ", "{A, B, D}"):
        judge(value)
    for value, name in (("ABCD", "blamed"), ("ADE", "blamed"), ("AD", "forgotten")):
        with pytest.raises(Misconception, match=name):
            judge(value)
    with pytest.raises(Wrong, match="^more$"):
        judge("AB")
    for value in (
        "",
        "ABX",
        "12",
        None,
        5,
        [1, 2],
        Unfit("Run"),
        "都对",
        {"A": 1, "B": 2, "D": 3},
        "ABD" + "X" * 10**6,
    ):
        with pytest.raises(Wrong, match='letters out of A to E, for instance "AE"'):
            judge(value)


def test_row_numbers():
    rows = expect_rows([2.0, 0], "rows", 3)
    assert rows.tolist() == [2, 0] and rows.dtype == int and not expect_rows([], "rows", 3).size
    for value in ([3], [-1], [0.5], [[0, 1]], [float("nan")], np.array([True, False]), [True, False], 1):
        with pytest.raises(Wrong, match="`rows` should hold row numbers, whole numbers from 0 to 2"):
            expect_rows(value, "rows", 3)


def add_in_place(table, x):
    for row in table.values() if isinstance(table, dict) else [table]:
        row[0] += x
    return 0


@pytest.mark.parametrize(
    "table", [np.array([1.0, np.nan]), [1.0, 2.0], {"w": np.ones(2)}, {"w": [1, 2]}, np.array([1, 2])]
)
def test_inputs_are_compared_after_the_result(table):
    answer = Local({"f": add_in_place})
    with keep_inputs(answer, "f", table, 0) as value:
        assert value == 0
    with pytest.raises(Misconception, match="changes-its-inputs"), keep_inputs(answer, "f", table, 1) as value:
        NEAR.judge(value, 0, {})
    with pytest.raises(Wrong, match="is 0; it should be 1"), keep_inputs(answer, "f", table, 1) as value:
        NEAR.judge(value, 1, {})


def test_many_calls_in_one_request_have_values_of_their_own():
    shared = np.zeros(2)

    def fill(x):
        shared[:] = x
        return shared

    values = call_each(Local({"f": fill}), "f", [(1,), (2,)])
    assert [value.tolist() for value in values] == [[1, 1], [2, 2]]
    assert call_each(Local({"f": fill}), "f", []) == []
    with pytest.raises(CouldNotRun, match="`f` stopped with `ZeroDivisionError"):
        call_each(Local({"f": lambda x: 1 / x}), "f", [(1,), (0,)])
    unfit = call_each(Local({"f": lambda x: object()}), "f", [(1,), (0,)])
    assert [type(value) for value in unfit] == [Unfit, Unfit]


def test_a_function_that_fails_beside_kept_inputs_is_called_by_its_own_name():
    def halve(x):
        return x / 0

    with pytest.raises(CouldNotRun, match="`halve` stopped with `ZeroDivisionError"):
        with keep_inputs(Local({"halve": halve}), "halve", 3):
            pass


def test_who_stops_at_an_edge_has_the_misconception_and_who_is_not_there_has_none():
    answer = Local({"f": lambda x: 1 / x, "hole": lambda x: (_ for _ in ()).throw(NotImplementedError("q1: write it"))})
    assert call_at_the_edge(answer, "divides-by-zero", "f", 2) == 0.5
    with pytest.raises(Misconception, match="divides-by-zero"):
        call_at_the_edge(answer, "divides-by-zero", "f", 0)
    with pytest.raises(CouldNotRun, match="ZeroDivisionError"):
        call_at_the_edge(answer, "", "f", 0)
    with pytest.raises(CouldNotRun, match="`g` is not defined"):
        call_at_the_edge(answer, "divides-by-zero", "g", 0)
    with pytest.raises(NotAttempted):
        call_at_the_edge(answer, "divides-by-zero", "hole", 0)


def test_a_sentence_takes_values_with_braces_and_sentences_in_their_language():
    what = Text("{it}", "{它}")
    assert Text("a {x} {why}", "甲 {x} {why}").format(x="{0}", why=what) == Text("a {0} {it}", "甲 {0} {它}")
