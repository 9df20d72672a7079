"""The three tools of an exercise notebook: check(question), hint(question), score()."""

from __future__ import annotations

from typing import NamedTuple

from autograder.answers.answer import Local
from autograder.answers.exercise import Exercise
from autograder.answers.marking import mark_exercise, mark_question
from autograder.answers.outcome import STATUS_TEXT, Outcome, Status, Text
from autograder.answers.rooms import load_exercise

_SIGN = {Status.PASSED: "✓", Status.WRONG: "✗", Status.NOT_ATTEMPTED: "○", Status.COULD_NOT_RUN: "!"}
_HEADS = Text("| | Question | Points | Result |", "| | 题目 | 得分 | 结果 |")
_HIDDEN = Text(
    "Grading adds {points} points of hidden checks of the same kinds.",
    "评分时另有 {points} 分的隐藏检查，类型与此相同。",
)
_ALL_HINTS = Text(
    "That was the last hint: with it, the docstring is enough.", "这是最后一条提示：结合文档字符串就足够了。"
)


class Feedback:
    """Text that shows as Markdown in a notebook and as itself elsewhere."""

    def __init__(self, text: str):
        self.text = text

    def __repr__(self) -> str:
        return self.text

    def _repr_markdown_(self) -> str:
        return self.text


class Tools(NamedTuple):
    check: object
    hint: object
    score: object


def open_exercise(name: str, namespace: dict, lang: str = "en") -> Tools:
    """check, hint and score for the exercise `name` ("01_backprop") on the learner's `namespace` (pass globals()).

    Raises ValueError for an unknown exercise or language.
    """
    exercise, answer, opened = load_exercise(name), Local(namespace), {}
    if lang not in ("en", "zh"):
        raise ValueError(f"lang is 'en' or 'zh', not {lang!r}")

    def check(question: str) -> Feedback:
        """Run the visible checks of one question and say what they found."""
        _require(exercise, question)
        return Feedback(_describe(exercise, question, mark_question(exercise, question, answer), lang))

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
        return Feedback(_tabulate(exercise, mark_exercise(exercise, answer), lang))

    return Tools(check, hint, score)


def summarize(outcomes: list[Outcome]) -> Status:
    """One status for a question: passed only if all checks passed; else the first that did not."""
    return next((outcome.status for outcome in outcomes if outcome.status is not Status.PASSED), Status.PASSED)


def _describe(exercise: Exercise, question: str, outcomes: list[Outcome], lang: str) -> str:
    status, title = summarize(outcomes), exercise.questions[question].title.say(lang)
    earned, points = sum(outcome.earned for outcome in outcomes), sum(outcome.points for outcome in outcomes)
    share = Text(f" ({earned}/{points})", f"（{earned}/{points}）").say(lang)
    head = f"{_SIGN[status]} **{question} · {title}** {STATUS_TEXT[status].say(lang)}{share}"
    if status is Status.NOT_ATTEMPTED:
        return f"{head}\n\n{outcomes[0].message.say(lang)}"
    lines, said = [], set()
    for outcome in outcomes:
        lines.append(f"- {_SIGN[outcome.status]} {outcome.sentence.say(lang)}")
        if outcome.message and outcome.message not in said:
            lines.append(f"    - **{outcome.message.say(lang)}**")
            said.add(outcome.message)
    return "\n".join([head, "", *lines])


def _tabulate(exercise: Exercise, results: dict[str, list[Outcome]], lang: str) -> str:
    rows = [_HEADS.say(lang), "|---|---|---|---|"]
    for question, outcomes in results.items():
        status = summarize(outcomes)
        earned, points = sum(outcome.earned for outcome in outcomes), sum(outcome.points for outcome in outcomes)
        rows.append(
            f"| {_SIGN[status]} | {question} · {exercise.questions[question].title.say(lang)} | {earned}/{points} "
            f"| {STATUS_TEXT[status].say(lang)} |"
        )
    flat = [outcome for outcomes in results.values() for outcome in outcomes]
    earned, points = sum(outcome.earned for outcome in flat), sum(outcome.points for outcome in flat)
    total = Text("**Score: {earned} / {points} ({share:.0%})**", "**总分：{earned} / {points}（{share:.0%}）**").say(
        lang
    )
    lines = ["\n".join(rows), total.format(earned=earned, points=points, share=earned / points)]
    hidden = sum(question.points(True) - question.points(False) for question in exercise.questions.values())
    if hidden:
        lines.append(f"*{_HIDDEN.say(lang).format(points=hidden)}*")
    return "\n\n".join(lines)


def _require(exercise: Exercise, question: str) -> None:
    if question not in exercise.questions:
        raise ValueError(f"there is no question {question!r}; there are {', '.join(exercise.questions)}")
