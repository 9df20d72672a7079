"""Finds the answers in a handed-in notebook; takes nothing else from it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from autograder.answers.outcome import Text
from autograder.grading.parsing import RawCell, SubmissionError, read_notebook
from autograder.results.record import RecordStatus

MAX_ANSWER = 200_000  # characters of one answer

_COURSE = re.compile(r"lessons/(?P<name>\w{1,80})/(?P<kind>lesson|exercise)\.py")
_EARLIER = re.compile(
    r"source/(?P<kind>lesson|exercise)s/(?P<name>\w{1,80})\.py"
)  # notebooks built before November 2026
_ID = re.compile(r"([0-9]{2}_\w{1,80})-(?:q[0-9]{1,4}\w{0,20}|[0-9]{3})")
_NAME = re.compile(r"^(?:def|class)[ \t]+(\w+)|^(\w+)[ \t]*=(?!=)", re.M)


@dataclass(frozen=True)
class Submission:
    """The source of each answer that was found, by question, and what the teacher and the learner should know."""

    answers: dict[str, str]
    notes: tuple[Text, ...] = ()


def read_submission(data: bytes, exercise: str, questions: Mapping[str, str]) -> Submission:
    """The answers to `questions` (id -> source of the untouched answer cell, "" if unknown) of an exercise.

    The first of these that finds a code cell decides: the id of the published cell ("01_backprop-q1") or its metadata
    (course.question), the marker on the first line ("# q1: …"), and as a last resort a name that the untouched cell
    defines. A cell that was split counts whole. Of several cells the one with the id counts, else the last, as after
    Run All; a note says so. Questions without a cell are left out of `answers`, with a note. Check cells, given cells,
    extra cells and outputs are never taken. Raises SubmissionError, nothing else, whatever `data` holds.
    """
    course, cells = read_notebook(data)
    _require_exercise(course, cells, exercise)
    answers, notes = {}, []
    for question, untouched in questions.items():
        candidates = _find_answers(cells, exercise, question, untouched)
        if not candidates:
            notes.append(_note_missing(cells, exercise, question))
            continue
        if len(candidates) > 1:
            notes.append(_note_several(question, len(candidates)))
        if len(candidates[-1]) > MAX_ANSWER:
            notes.append(_note_long(question))
        else:
            answers[question] = candidates[-1]
    if not answers:
        raise SubmissionError(
            RecordStatus.UNREADABLE,
            Text(
                f"No answer of {exercise} was found: no cell has its id or begins with the line `# q1: …`. Copy your "
                "answers into a fresh copy of the exercise and hand that in.",
                f"没有找到 {exercise} 的任何答案：没有单元格带有其 id，也没有以 `# q1: …` 开头的。"
                "请把答案复制到一份新的练习文件中再提交。",
            ),
        )
    if course.get("variant") == "solution":
        notes.append(Text("This file is the course's published solution.", "这个文件是课程公布的参考解答。"))
    return Submission(answers, tuple(notes))


def find_names(source: str) -> set[str]:
    """Names that the source defines at its top level, by their look: nothing hostile is compiled on this side."""
    return {match[1] or match[2] for match in _NAME.finditer(source[:MAX_ANSWER])}


def _require_exercise(course: dict, cells: list[RawCell], exercise: str) -> None:
    """A notebook with the id of one of our answer cells is ours; else its metadata, else its ids, say what it is."""
    matches = [match for cell in cells for id in cell.ids if (match := _ID.fullmatch(id))]
    if any(match[0].startswith(f"{exercise}-q") for match in matches):
        return
    source = course.get("source")
    named = (_COURSE.fullmatch(source) or _EARLIER.fullmatch(source)) if isinstance(source, str) else None
    kind, name = named.group("kind", "name") if named else ("exercise", matches[0][1] if matches else exercise)
    if kind == "lesson":
        text = Text(
            f"This is the lesson {name}: hand in the exercise, exercises/{exercise}.ipynb, with your answers.",
            f"这是课文 {name}：请提交写好答案的练习 exercises/{exercise}.ipynb。",
        )
    elif name != exercise:
        text = Text(
            f"This is the exercise {name}; {exercise} was being graded.", f"这是练习 {name}；这次评分的是 {exercise}。"
        )
    else:
        return
    raise SubmissionError(RecordStatus.OTHER_EXERCISE, text)


def _find_answers(cells: list[RawCell], exercise: str, question: str, untouched: str) -> list[str]:
    """Sources that claim to be the answer; the one that counts stands last."""
    cells = [cell for cell in cells if cell.is_code]
    own = f"{exercise}-{question}"
    groups: list[list[RawCell]] = []  # a split cell: the parts after the first carry its metadata, but no marker
    for cell in cells:
        if own in cell.ids or cell.question == question:
            if not groups or cell.marker == question:
                groups.append([])
            groups[-1].append(cell)
    if not groups:
        groups = [[cell] for cell in cells if cell.marker == question]
    if not groups:
        names = find_names(untouched)
        groups = [[cell] for cell in cells if not cell.marker and names & find_names(cell.source)]
    groups.sort(key=lambda group: any(own in cell.ids for cell in group))  # stable: those with the id last
    return ["\n".join(cell.source for cell in group) for group in groups]


def _note_missing(cells: list[RawCell], exercise: str, question: str) -> Text:
    if any(not cell.is_code and f"{exercise}-{question}" in cell.ids for cell in cells):
        return Text(
            f"{question}: its answer cell is no longer a code cell; turn it back into one.",
            f"{question}：答案单元格已不是代码单元格；请改回代码单元格。",
        )
    return Text(
        f"{question}: its answer cell was not found; keep the cell and its first line `# {question}: …`.",
        f"{question}：没有找到答案单元格；请保留该单元格及其首行 `# {question}: …`。",
    )


def _note_several(question: str, number: int) -> Text:
    return Text(
        f"{question}: {number} cells claim to be the answer; graded was the one with the exercise's id, else the last.",
        f"{question}：有 {number} 个单元格自称是答案；评分采用带有练习单元格 id 的那个，否则采用最后一个。",
    )


def _note_long(question: str) -> Text:
    return Text(
        f"{question}: the answer is longer than {MAX_ANSWER:,} characters and was not run.",
        f"{question}：答案超过 {MAX_ANSWER:,} 个字符，没有运行。",
    )
