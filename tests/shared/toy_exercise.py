"""A toy exercise for the tests of grading: two questions, visible and hidden checks, two misconceptions."""

from autograder.answers.exercise import Exercise
from autograder.answers.expect import expect_close, expect_equal, is_close
from autograder.answers.outcome import Misconception, Text
from autograder.answers.texts import Texts

NAME = "77_toy"
_HINTS = (Text("a", "甲"), Text("b", "乙"), Text("c", "丙"))
EXERCISE = Exercise(
    NAME,
    Texts(
        questions={
            "q1": (Text("Double a vector", "向量加倍"), _HINTS),
            "q2": (Text("Name the factor", "写出倍数"), _HINTS),
        },
        misconceptions={
            "squared": Text("You squared $x$; `double` adds it to itself.", "你做了平方；`double` 是自身相加。"),
            "only-first": Text("Only the first entry is doubled.", "只有第一个元素加倍了。"),
        },
        checks={
            "doubles": Text("`double(x)` is 2x for a vector.", "对向量，`double(x)` 等于 2x。"),
            "doubles_large_numbers": Text("The same holds for large numbers.", "对很大的数同样成立。"),
            "names_the_factor": Text("`FACTOR` is two.", "`FACTOR` 等于二。"),
        },
    ),
)


@EXERCISE.check("q1", points=2)
def doubles(answer, rng):
    x = rng.normal(size=3)
    y = answer.call("double", x)
    if is_close(y, x**2):
        raise Misconception("squared")
    expect_close(y, 2 * x, what="double(x)")


@EXERCISE.check("q1", points=3, hidden=True)
def doubles_large_numbers(answer, rng):
    x = 1e6 * (1 + rng.random(size=4))
    y = answer.call("double", x)
    if is_close(y[:1], 2 * x[:1]) and is_close(y[1:], x[1:]):
        raise Misconception("only-first")
    expect_close(y, 2 * x, what="double(x)")


@EXERCISE.check("q2")
def names_the_factor(answer, rng):
    expect_equal(answer.get("FACTOR"), 2, "FACTOR")
