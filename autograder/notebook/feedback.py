"""What check and score say, as Markdown."""

from __future__ import annotations

from autograder.answers.exercise import Exercise
from autograder.answers.outcome import STATUS_TEXT, Outcome, Status, Text

_SIGN = {
    Status.PASSED: "✓",
    Status.WRONG: "✗",
    Status.NOT_ATTEMPTED: "○",
    Status.COULD_NOT_RUN: "!",
    Status.ONLY_HERE: "!",
}
_HEADS = Text("| | Question | Points | Result |", "| | 题目 | 得分 | 结果 |")
_HIDDEN = Text(
    "Grading adds {points} points of hidden checks of the same kinds.",
    "评分时另有 {points} 分的隐藏检查，类型与此相同。",
)


class Feedback:
    """Text that shows as Markdown in a notebook and as itself elsewhere."""

    def __init__(self, text: str):
        self.text = text

    def __repr__(self) -> str:
        return self.text

    def _repr_markdown_(self) -> str:
        return self.text


def summarize(outcomes: list[Outcome]) -> Status:
    """One status for a question: passed only if all checks passed; else the first that did not."""
    return next((outcome.status for outcome in outcomes if outcome.status is not Status.PASSED), Status.PASSED)


def describe(exercise: Exercise, question: str, outcomes: list[Outcome], cautions: list[Text], lang: str) -> str:
    """One question's outcomes, and what the learner should mend before they hand in."""
    status, title = summarize(outcomes), exercise.questions[question].title.say(lang)
    earned, points = sum(outcome.earned for outcome in outcomes), sum(outcome.points for outcome in outcomes)
    share = Text(f" ({earned}/{points})", f"（{earned}/{points}）").say(lang)
    head = f"{_SIGN[status]} **{question} · {title}** {STATUS_TEXT[status].say(lang)}{share}"
    behind = [f"\n*{caution.say(lang)}*" for caution in cautions]
    if status is Status.NOT_ATTEMPTED:
        return "\n".join([head, "", outcomes[0].message.say(lang), *behind])
    lines, said = [], set()
    for outcome in outcomes:
        lines.append(f"- {_SIGN[outcome.status]} {outcome.sentence.say(lang)}")
        if outcome.message and outcome.message not in said:
            lines.append(f"    - **{outcome.message.say(lang)}**")
            said.add(outcome.message)
    return "\n".join([head, "", *lines, *behind])


def tabulate(exercise: Exercise, results: dict[str, list[Outcome]], lang: str) -> str:
    """Points of all questions, as a table."""
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
