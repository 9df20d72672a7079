"""A toy exercise for the tests of grading: two questions, visible and hidden checks, two misconceptions."""

from autograder.answers.exercise import Exercise
from autograder.answers.expect import expect_close, expect_equal, is_close
from autograder.answers.outcome import Misconception, Text

NAME = "77_toy"
EXERCISE = Exercise(NAME)
HINTS = [Text("a", "甲"), Text("b", "乙"), Text("c", "丙")]
EXERCISE.question("q1", Text("Double a vector", "向量加倍"), HINTS)
EXERCISE.question("q2", Text("Name the factor", "写出倍数"), HINTS)
EXERCISE.misconception(
    "squared", en="You squared $x$; `double` adds it to itself.", zh="你做了平方；`double` 是自身相加。"
)
EXERCISE.misconception("only-first", en="Only the first entry is doubled.", zh="只有第一个元素加倍了。")


@EXERCISE.check("q1", points=2)
def doubles(answer, rng):
    """en: `double(x)` is 2x for a vector.
    zh: 对向量，`double(x)` 等于 2x。"""
    x = rng.normal(size=3)
    y = answer.call("double", x)
    if is_close(y, x**2):
        raise Misconception("squared")
    expect_close(y, 2 * x, what="double(x)")


@EXERCISE.check("q1", points=3, hidden=True)
def doubles_large_numbers(answer, rng):
    """en: The same holds for large numbers.
    zh: 对很大的数同样成立。"""
    x = 1e6 * (1 + rng.random(size=4))
    y = answer.call("double", x)
    if is_close(y[:1], 2 * x[:1]) and is_close(y[1:], x[1:]):
        raise Misconception("only-first")
    expect_close(y, 2 * x, what="double(x)")


@EXERCISE.check("q2")
def names_the_factor(answer, rng):
    """en: `FACTOR` is two.
    zh: `FACTOR` 等于二。"""
    expect_equal(answer.get("FACTOR"), 2, "FACTOR")
