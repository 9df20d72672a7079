"""Writes grades as schools' systems read them: Canvas's gradebook and Moodle's grading worksheet, both CSV."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable
from html import escape
from pathlib import Path

from autograder.answers.outcome import STATUS_TEXT
from autograder.results.plain_text import to_plain_text
from autograder.results.record import Record, RecordStatus
from autograder.results.report import write_csv

CANVAS_COLUMNS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
MOODLE_COLUMNS = ("Identifier", "Full name", "Grade", "Maximum Grade", "Feedback comments")
_KEY = re.compile(r"(?P<name>.+)_(?P<id>\d{1,12})")  # a student's key, where Canvas or Moodle gave the file its name


def write_canvas(records: Iterable[Record], path: Path, assignment: str, roster: Path | None = None) -> list[str]:
    """A file for Canvas: Grades, Import. Returns the students that the roster does not know; they are not in the file.

    `roster` is the gradebook that Canvas exported: its rows are kept in order, its column of the assignment ("Name" or
    "Name (123)") named as it is there, so that Canvas fills that assignment in and makes no second one. Students are
    found by Canvas's number, else by login or SIS id, else by name; of names that two rows share, none. Without a
    roster, every student gets a row, with Canvas's number where the file name held it. Nothing stands where there is
    no score (not handed in, grader error): Canvas leaves such a grade as it is.
    """
    records = sorted(records, key=lambda record: record.student)
    highest = max((record.max_score for record in records), default=0)
    possible = ["    Points Possible", "", "", "", "", highest]
    if roster is None:
        people = [[_split(record.student)[0], _split(record.student)[1], "", "", ""] for record in records]
        rows = [[*person, _score(record)] for person, record in zip(people, records, strict=True)]
        write_csv(path, [[*CANVAS_COLUMNS, assignment], possible, *rows])
        return []
    header, lines = _read_table(roster, "Student", "Canvas: Grades, Export")
    people = [line for line in lines if "points possible" not in line["Student"].lower() and line.get("ID", "")]
    pattern = re.compile(rf"{re.escape(assignment)}( \(\d+\))?", re.I)
    column = next((name for name in header if pattern.fullmatch(name)), assignment)
    keys = [
        lambda line: line.get("ID", ""),
        lambda line: line.get("SIS Login ID", ""),
        lambda line: line.get("SIS User ID", ""),
        lambda line: _bare_name(line["Student"]),
    ]
    found, unknown = _match(records, people, keys)
    rows = [[*(line.get(name, "") for name in CANVAS_COLUMNS), _score(found.get(at))] for at, line in enumerate(people)]
    write_csv(path, [[*CANVAS_COLUMNS, column], possible, *rows])
    return unknown


def write_moodle(
    records: Iterable[Record], path: Path, worksheet: Path | None = None, lang: str = "en", bom: bool = False
) -> list[str]:
    """A file for Moodle: Assignment, Grading action, Upload grading worksheet. Returns the students it has no row for.

    `worksheet` is the one that Moodle gave (Download grading worksheet): all its columns and rows are kept, Grade and
    Feedback comments filled in. Moodle takes the file only for an assignment with that feedback type, and skips rows
    that were graded since the download. Grades are scaled to the worksheet's Maximum Grade where that differs.
    """
    records = sorted(records, key=lambda record: record.student)
    if worksheet is None:
        rows = [_moodle_row(record, lang) for record in records]
        write_csv(path, [MOODLE_COLUMNS, *rows], bom)
        return []
    header, lines = _read_table(worksheet, "Identifier", "Moodle: Grading action, Download grading worksheet")
    header += [name for name in ("Grade", "Feedback comments") if name not in header]
    keys = [
        lambda line: line["Identifier"].split()[-1] if line["Identifier"].split() else "",
        lambda line: line.get("Email address", ""),
        lambda line: line.get("Full name", ""),
        lambda line: _bare_name(line.get("Full name", "")),
    ]
    found, unknown = _match(records, lines, keys)
    for at, record in found.items():
        lines[at]["Grade"] = _scale(record, lines[at].get("Maximum Grade", ""))
        lines[at]["Feedback comments"] = describe_result(record, lang)
    write_csv(path, [header, *([line.get(name, "") for name in header] for line in lines)], bom)
    return unknown


def describe_result(record: Record, lang: str = "en") -> str:
    """The result in a few lines of escaped HTML: a sentence, then each question with its points and status."""
    lines = [record.message.say(lang)] if record.message else []
    if record.status is RecordStatus.GRADED:
        for id, question in record.questions.items():
            status = STATUS_TEXT[question.status].say(lang)
            lines.append(
                f"{id} · {to_plain_text(question.title.say(lang))}: {question.earned}/{question.points}, {status}"
            )
    return "<br>".join(escape(line) for line in lines)


def _match(
    records: list[Record], lines: list[dict], keys: list[Callable[[dict], str]]
) -> tuple[dict[int, Record], list[str]]:
    """({index of a line: its record}, students without a line). The first key decides, if exactly one line has it."""
    tables = []
    for key in keys:
        table: dict[str, list[int]] = {}
        for at, line in enumerate(lines):
            table.setdefault(_fold(key(line)), []).append(at)
        tables.append(table)
    found: dict[int, Record] = {}
    unknown = []
    for record in records:
        name, id = _split(record.student)
        asked = [id, record.student, record.student, _bare_name(name)]
        hits = [
            table[_fold(value)] for table, value in zip(tables, asked, strict=True) if value and _fold(value) in table
        ]
        at = next((hit[0] for hit in hits if len(hit) == 1), None)
        if at is None or at in found:
            unknown.append(record.student)
        else:
            found[at] = record
    return found, unknown


def _read_table(path: Path, column: str, origin: str) -> tuple[list[str], list[dict]]:
    text = path.read_text(encoding="utf-8-sig")
    delimiter = max(",;\t", key=text.partition("\n")[0].count)  # in some countries the systems write semicolons
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, restval="")
    header = [name.strip() for name in reader.fieldnames or []]
    reader.fieldnames = header
    if column not in header:
        raise ValueError(f"{path} has no column {column!r}; it should be the file from {origin}")
    return header, [{name: value or "" for name, value in line.items() if name} for line in reader]


def _moodle_row(record: Record, lang: str) -> list[str | int]:
    name, id = _split(record.student)
    identifier = f"Participant {id}" if id else ""
    return [identifier, name, _score(record), record.max_score, describe_result(record, lang)]


def _score(record: Record | None) -> int | str:
    return "" if record is None or record.status is RecordStatus.GRADER_ERROR else record.score


def _scale(record: Record, highest: str) -> int | float | str:
    score = _score(record)
    try:
        of = float(highest.replace(",", "."))
    except ValueError:
        return score
    return score if score == "" or of in (0, record.max_score) else round(score * of / record.max_score, 2)


def _split(student: str) -> tuple[str, str]:
    match = _KEY.fullmatch(student)
    return (match["name"], match["id"]) if match else (student, "")


def _bare_name(name: str) -> str:
    """As Canvas writes names into file names: letters and digits only, small; "Doe, Jane" gives "doejane"."""
    return "".join(c for c in _fold(name) if c.isalnum())


def _fold(value: str) -> str:
    return unicodedata.normalize("NFC", value).strip().casefold()
