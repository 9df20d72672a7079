"""Finds the answers in a handed-in notebook, and the learner's other cells, which they may need."""

from __future__ import annotations

import re
from dataclasses import dataclass

from autograder.answers.layout import Layout
from autograder.answers.outcome import Text
from autograder.answers.program import Cell, Step, list_steps
from autograder.grading.parsing import RawCell, SubmissionError, read_notebook
from autograder.results.record import RecordStatus

MAX_ANSWER = 200_000  # characters of one cell
MAX_CELLS = 400  # code cells that are looked at, and
MAX_CODE = 2_000_000  # their characters: answers first

_COURSE = re.compile(r"lessons/(?P<name>\w{1,80})/(?P<kind>lesson|exercise)\.py")
_EARLIER = re.compile(
    r"source/(?P<kind>lesson|exercise)s/(?P<name>\w{1,80})\.py"
)  # notebooks built before November 2026
_LEFT_OUT = Text(
    f"Some code cells are longer than {MAX_ANSWER:,} characters, or too many; they were not run.",
    f"有些代码单元格超过 {MAX_ANSWER:,} 个字符，或数量过多，没有运行。",
)
_ID = re.compile(r"([0-9]{2}_\w{1,80})-(?:q[0-9]{1,4}\w{0,20}|[0-9]{3})")


@dataclass(frozen=True)
class Submission:
    """What may become the program, in the order of the file; the answers; what people should know.

    `answers`: question -> the source of its cells.
    """

    answers: dict[str, str]
    notes: tuple[Text, ...] = ()
    steps: tuple[Step, ...] = ()


def read_submission(data: bytes, layout: Layout) -> Submission:
    """The cells of a handed-in exercise, found by `program.list_steps`; no code is parsed or run.

    An answer is a code cell with the id of the published cell ("01_backprop-q1"), its metadata (course.question), the
    marker on its first line ("# q1: …"), or one that defines a name that the untouched cell defines. Questions without
    one are left out of `answers`, with a note. Outputs are never taken. Raises SubmissionError, nothing else, whatever
    `data` holds.
    """
    course, cells = read_notebook(data)
    _require_exercise(course, cells, layout.name)
    most = MAX_ANSWER + 1  # what is longer is not run, nor looked at any further
    found = [Cell(cell.source[:most], cell.ids, cell.question, cell.count) for cell in cells if cell.is_code]
    steps, notes = list_steps(found, layout), []
    steps, left_out = _limit(steps)
    answers = {}
    for question in layout.names:
        sources = [step.source for step in steps if question in step.questions]
        if sources:
            answers[question] = "\n".join(sources)
        else:
            note = _note_long if any(question in step.questions for step in left_out) else _note_missing
            notes.append(note(cells, layout.name, question))
    if not answers:
        raise SubmissionError(
            RecordStatus.UNREADABLE,
            Text(
                f"No answer of {layout.name} was found: no cell has its id, begins with the line `# q1: …` or defines "
                "its names. Copy your answers into a fresh copy of the exercise and hand that in.",
                f"没有找到 {layout.name} 的任何答案：没有单元格带有其 id、以 `# q1: …` 开头，或定义其名称。"
                "请把答案复制到一份新的练习文件中再提交。",
            ),
        )
    if left_out and not notes:
        notes.append(_LEFT_OUT)
    if course.get("variant") == "solution":
        notes.append(Text("This file is the course's published solution.", "这个文件是课程公布的参考解答。"))
    return Submission(answers, tuple(notes), tuple(steps))


def _limit(steps: list[Step]) -> tuple[list[Step], list[Step]]:
    """(steps, those left out): answers have the first right to what may be looked at, then the cells as they come."""
    order = sorted(range(len(steps)), key=lambda at: (not steps[at].given, not steps[at].questions))
    kept, size = set(), 0
    for at in order:
        length = len(steps[at].source)
        if length <= MAX_ANSWER and len(kept) < MAX_CELLS and size + length <= MAX_CODE:
            kept.add(at)
            size += length
    return [step for at, step in enumerate(steps) if at in kept], [s for at, s in enumerate(steps) if at not in kept]


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


def _note_long(cells: list[RawCell], exercise: str, question: str) -> Text:
    return Text(
        f"{question}: the answer is longer than {MAX_ANSWER:,} characters and was not run.",
        f"{question}：答案超过 {MAX_ANSWER:,} 个字符，没有运行。",
    )
