"""Sentences as data: read from texts.toml, joined from lines, filled with values, none missing, none left over."""

import pytest

from autograder.answers.exercise import Exercise
from autograder.answers.outcome import Text
from autograder.answers.texts import Texts, read_texts

_TEXT = Text("a", "甲")
TOML = '''
[questions.q1.title]
en = "Double"
zh = "加倍"
of = "00000000"

[[questions.q1.hints]]
en = """
First look at $x$.
Then think."""
zh = """
先看 $x$。
再想。"""

[[questions.q1.hints]]
en = "b"
zh = "乙"

[[questions.q1.hints]]
en = "c"
zh = "丙"

[misconceptions.squared]
en = "You squared it."
zh = "你做了平方。"

[checks.doubles]
en = "It is 2x."
zh = "等于 2x。"

[messages.out-of-range]
en = "From 0 to {last:.1f}."
zh = "从 0 到 {last:.1f}。"

[messages.set]
en = "Return {1, 2}."
zh = "请返回 {1, 2}。"
'''


@pytest.fixture
def room(tmp_path):
    folder = tmp_path / "77_toy"
    folder.mkdir()
    (folder / "texts.toml").write_text(TOML, encoding="utf-8")
    return folder


def test_an_exercise_finds_the_texts_of_its_room(room):
    exercise = Exercise.beside(str(room / "checks.py"))
    assert exercise.name == "77_toy" and exercise.misconceptions == {"squared": Text("You squared it.", "你做了平方。")}
    assert exercise.questions["q1"].title == Text("Double", "加倍")
    assert exercise.questions["q1"].hints[1:] == (Text("b", "乙"), Text("c", "丙"))


def test_lines_are_joined_as_each_language_wants_it(room):
    (_, hints), *_ = read_texts(room / "texts.toml").questions.values()
    assert hints[0] == Text("First look at $x$. Then think.", "先看 $x$。再想。")


def test_only_a_message_with_values_is_filled(room):
    exercise = Exercise.beside(str(room / "checks.py"))
    assert exercise.say("out-of-range", last=5) == Text("From 0 to 5.0.", "从 0 到 5.0。")
    assert exercise.say("set") == Text("Return {1, 2}.", "请返回 {1, 2}。")
    with pytest.raises(KeyError):
        exercise.say("unknown")


def test_a_check_takes_its_sentence_and_none_may_be_missing_or_left_over(room):
    exercise = Exercise.beside(str(room / "checks.py"))
    with pytest.raises(ValueError, match=r"no check: doubles"):
        exercise.require_checks()

    @exercise.check("q1", points=2, hidden=True)
    def doubles(answer, rng): ...

    (check,) = exercise.questions["q1"].checks
    assert (check.name, check.points, check.hidden) == ("doubles", 2, True)
    assert check.sentence == Text("It is 2x.", "等于 2x。")
    exercise.require_checks()
    with pytest.raises(ValueError, match=r"77_toy: texts.toml has no sentence \[checks.halves\]"):

        @exercise.check("q1")
        def halves(answer, rng): ...


def test_a_question_has_three_hints():
    with pytest.raises(ValueError, match="incomplete q1: a question has exactly three hints"):
        Exercise("incomplete", Texts({"q1": (_TEXT, (_TEXT, _TEXT))}))


@pytest.mark.parametrize(
    ("text", "words"), [("[a", "texts.toml: Expected"), ('[questions.q1.title]\nen = "a"', "texts.toml: zh is missing")]
)
def test_a_text_that_is_not_understood_is_named_with_its_file(tmp_path, text, words):
    path = tmp_path / "texts.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=words):
        read_texts(path)
