"""The three tools of an exercise notebook: check(question), hint(question), score()."""

from __future__ import annotations

from typing import NamedTuple

from autograder.answers.exercise import Exercise
from autograder.answers.outcome import Text
from autograder.answers.rooms import load_exercise
from autograder.notebook.feedback import Feedback, describe, summarize, tabulate
from autograder.notebook.judging import Judge

__all__ = ["Feedback", "Tools", "open_exercise", "summarize"]

_ALL_HINTS = Text(
    "That was the last hint: with it, the docstring is enough.", "这是最后一条提示：结合文档字符串就足够了。"
)


class Tools(NamedTuple):
    check: object
    hint: object
    score: object


def open_exercise(name: str, namespace: dict, lang: str = "en") -> Tools:
    """check, hint and score for the exercise `name` ("01_backprop") on the learner's `namespace` (pass globals()).

    Raises ValueError for an unknown exercise or language.
    """
    exercise, opened = load_exercise(name), {}
    if lang not in ("en", "zh"):
        raise ValueError(f"lang is 'en' or 'zh', not {lang!r}")

    def check(question: str) -> Feedback:
        """Run the visible checks of one question and say what they found."""
        _require(exercise, question)
        return Feedback(describe(exercise, question, *judge.judge(question), lang))

    def hint(question: str, level: int | None = None) -> Feedback:
        """The next of three hints, or the hint of that level (1 to 3)."""
        _require(exercise, question)
        if level is not None and level not in (1, 2, 3):
            raise ValueError(f"a hint has level 1, 2 or 3, not {level!r}")
        opened[question] = level or min(opened.get(question, 0) + 1, 3)
        sentence = exercise.questions[question].hints[opened[question] - 1].say(lang)
        text = f"**{question} · {opened[question]}/3** {sentence}"
        return Feedback(text + (f"\n\n*{_ALL_HINTS.say(lang)}*" if opened[question] == 3 else ""))

    def score() -> Feedback:
        """Points of all questions by the visible checks, as a table."""
        results = {question: judge.judge(question)[0] for question in exercise.questions}
        return Feedback(tabulate(exercise, results, lang))

    tools = Tools(check, hint, score)
    judge = Judge(exercise, namespace, tools._asdict())
    return tools


def _require(exercise: Exercise, question: str) -> None:
    if question not in exercise.questions:
        raise ValueError(f"there is no question {question!r}; there are {', '.join(exercise.questions)}")
