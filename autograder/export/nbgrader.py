"""Writes an exercise as an nbgrader assignment, for teacher and students, and holds what its test cells call.

nbgrader runs a student's code in the process that holds the tests and the points. So this export holds visible checks
only, and its points are as safe as nbgrader: for a score that cannot be forged, grade with `autograder grade`.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from pathlib import Path

from autograder.answers.answer import Local
from autograder.answers.exercise import Exercise
from autograder.answers.marking import mark_question
from autograder.answers.outcome import Status, Text
from autograder.answers.rooms import load_exercise
from autograder.results.cells import clean
from autograder.results.plain_text import to_plain_text
from course_utils.files import write_file

EXPORT_VERSION = 2  # of what the test cells call; raise it when they need other arguments
_AGAIN = Text(
    "This assignment was exported with another version of the course. Teacher: export it again "
    "(python -m autograder export nbgrader {exercise} FOLDER); no student is to blame.",
    "这份作业是用另一版本的课程导出的，不是学生的错。"
    "请老师重新导出（python -m autograder export nbgrader {exercise} FOLDER）。",
)
_CALL = """\
# {sentence}
try:
    from autograder.export.nbgrader import require_check
except ImportError as error:
    raise ImportError({again!r}) from error
require_check({exercise!r}, {question!r}, {check!r}, globals(), lang={lang!r}, version={version})"""
_BEGIN, _END = "### BEGIN SOLUTION", "### END SOLUTION"  # what `nbgrader generate_assignment` cuts out
_CONFIG = """\
c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "course"
c.ClearSolutions.code_stub = {"python": "raise NotImplementedError(\\"q0: write your answer here\\")"}
"""


class CheckNotPassed(AssertionError):
    """A check of an nbgrader test cell did not pass; the text is the check's sentence and its message."""


def require_check(
    exercise: str, question: str, check: str, namespace: dict, lang: str = "en", version: int | None = None
) -> None:
    """Run one visible check on the learner's globals(). Raises CheckNotPassed, which nbgrader counts as no points.

    Raises ValueError, which says so, for a cell that another version of the course exported.
    """
    again = _AGAIN.say(lang).format(exercise=exercise)
    if version != EXPORT_VERSION:
        raise ValueError(again)
    loaded = load_exercise(exercise)
    known = question in loaded.questions
    outcomes = {item.check: item for item in mark_question(loaded, question, Local(namespace))} if known else {}
    if check not in outcomes:
        raise ValueError(f"{again} ({question}: {check})")
    outcome = outcomes[check]
    if outcome.status is not Status.PASSED:
        texts = [text.say(lang) for text in (outcome.sentence, outcome.message) if text]
        raise CheckNotPassed(to_plain_text(" ".join(texts)))


def write_nbgrader(exercise: Exercise, untouched: Path, solution: Path, folder: Path, lang: str = "en") -> list[Path]:
    """FOLDER/source/NAME/NAME.ipynb for the teacher and FOLDER/release/NAME/NAME.ipynb for students.

    `untouched` and `solution` are the built notebooks of the exercise (exercises/ and solutions/). In each, the call
    of check() after an answer gives way to one locked test cell a visible check, worth its points; prose, set-up and
    given cells are locked; answer cells may be edited. The teacher's answers stand between nbgrader's own marks, so
    that `nbgrader generate_assignment` works on them too. Raises ValueError if a notebook lacks an answer cell.
    """
    hole, solved = (json.loads(path.read_text(encoding="utf-8")) for path in (untouched, solution))
    holes, paths = {_question(cell): _text(cell) for cell in hole["cells"]}, []
    for path, notebook in ((untouched, hole), (solution, solved)):
        missing = set(exercise.questions) - {_question(cell) for cell in notebook["cells"]}
        if missing:
            raise ValueError(f"{path} has no answer cell for {', '.join(sorted(missing))}: build the exercises again")
    for kind, notebook in (("source", solved), ("release", hole)):
        cells = []
        for cell in notebook["cells"]:
            if _question(cell) and kind == "source":
                cell = {**cell, "source": _mark_solution(holes[_question(cell)], _text(cell))}
            cells += _convert(exercise, cell, _question(cell), lang)
        paths.append(folder / kind / exercise.name / f"{exercise.name}.ipynb")
        write_file(paths[-1], json.dumps({**notebook, "cells": cells}, ensure_ascii=False, indent=1) + "\n")
    config = folder / "nbgrader_config.py"
    write_file(config, _CONFIG)
    return [*paths, config]


def _convert(exercise: Exercise, cell: dict, question: str | None, lang: str) -> list[dict]:
    """The nbgrader cells for one of ours: an answer cell brings its tests with it, calls of check() are dropped."""
    text = _text(cell)
    if cell["cell_type"] == "code" and text.lstrip().startswith(("check(", "score(")):
        return []
    if not question:
        return [_tag(cell, text, cell["id"], locked=True)]
    cells = [_tag(cell, text, cell["id"], solution=True)]
    for check in exercise.questions[question].checks:
        if not check.hidden:
            code = _CALL.format(
                sentence=" ".join(clean(to_plain_text(check.sentence.say(lang))).split()),
                again=_AGAIN.say(lang).format(exercise=exercise.name),
                exercise=exercise.name,
                question=question,
                check=check.name,
                lang=lang,
                version=EXPORT_VERSION,
            )
            id = f"{cell['id']}-{check.name}".replace("_", "-")[:64]  # nbformat: at most 64 characters
            blank = {"cell_type": "code", "execution_count": None, "id": id, "metadata": {}, "outputs": []}
            cells.append(_tag(blank, code, id, locked=True, points=check.points))
    return cells


def _tag(
    cell: dict, text: str, id: str, locked: bool = False, solution: bool = False, points: int | None = None
) -> dict:
    """The cell without outputs, with nbgrader's metadata, schema 3, and the checksum by which it notices changes."""
    grade = points is not None
    parts = [
        text,
        cell["cell_type"],
        str(grade),
        str(solution),
        str(locked),
        id,
        *([str(float(points))] if grade else []),
    ]
    metadata = {
        "grade": grade,
        "grade_id": id,
        "locked": locked,
        "schema_version": 3,
        "solution": solution,
        "task": False,
        "cell_type": cell["cell_type"],
        "checksum": hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest(),
        **({"points": points} if grade else {}),
    }
    cell = {**cell, "source": text, "metadata": {**cell["metadata"], "nbgrader": metadata}}
    cell["metadata"].pop("editable", None)
    return {**cell, "outputs": [], "execution_count": None} if cell["cell_type"] == "code" else cell


def _mark_solution(hole: str, solved: str) -> str:
    """The solved cell with nbgrader's marks around each run of lines that the hole does not have."""
    before, after, marked = hole.splitlines(), solved.splitlines(), []
    for kind, _, _, start, stop in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        lines = after[start:stop]
        if kind == "equal" or not lines:
            marked += lines
            continue
        indent = lines[0][: len(lines[0]) - len(lines[0].lstrip())]
        marked += [indent + _BEGIN, *lines, indent + _END]
    return "\n".join(marked)


def _question(cell: dict) -> str | None:
    return cell["metadata"].get("course", {}).get("question")


def _text(cell: dict) -> str:
    return cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
