"""Writes grades as Moodle reads them: the grading worksheet of an assignment, in any of Moodle's languages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from pathlib import Path

from autograder.answers.outcome import STATUS_TEXT
from autograder.export.matching import (
    Written,
    by_group,
    by_id,
    by_key,
    by_name,
    describe_scale,
    explain_left,
    find_names,
    match,
    require_match,
    scale,
    split_student,
)
from autograder.export.tables import Table, read_table, write_table
from autograder.export.words import LANGUAGES, find_language, fold, list_known
from autograder.results.cells import clean
from autograder.results.plain_text import to_plain_text
from autograder.results.record import Record, RecordStatus
from autograder.results.report import write_csv

_IDENTIFIER = re.compile(r"(\D*?)\s*(\d{1,12})")
_NEVER = "-"  # in "Last modified (grade)": not graded yet


def write_moodle(
    records: Iterable[Record],
    path: Path,
    worksheet: Path | None = None,
    lang: str = "en",
    column: str | None = None,
    encoding: str | None = None,
) -> Written:
    """A file for Moodle: Assignment, Grading action, Upload grading worksheet.

    `worksheet` is the one that Moodle gave (Download grading worksheet), in any language, perhaps saved by a
    spreadsheet since: all its columns and rows are kept, grades and comments filled in, in its encoding, separator and
    decimal sign. Moodle finds columns by their names in the teacher's language, so the names stay; a missing
    "Last modified (grade)", without which Moodle refuses the file, is added in the worksheet's language. Grades are
    scaled to the worksheet's highest. Without a worksheet the file has the columns that Moodle needs, in `lang`.

    Raises ValueError where the columns cannot be told apart (`column` then names the grade's), NothingMatched for a
    class that is not this one.
    """
    records = sorted(records, key=lambda record: record.student)
    if worksheet is None:
        return _write_plain(records, path, lang)
    table = read_table(worksheet, encoding)
    identifier = _find_identifier(table)
    language = find_language([name for at, name in enumerate(table.header) if at != identifier])
    words = LANGUAGES.get(language) if language else None
    highest = _find_highest(table, identifier)
    grade = _find_grade(table, words, identifier, highest, column)
    comments = _find_one(table, words, "comments")
    others = [at for at in range(len(table.header)) if at not in (identifier, grade, highest, comments)]
    keys = [
        by_id(table, identifier, [identifier, *find_names(table, {identifier, grade, highest, comments})])._replace(
            read=lambda at: _read_number(table.get(at, identifier))
        ),
        *(by_key(table, at) for at in others),
        *(by_name(lambda at, column=column: table.get(at, column)) for column in others),
    ]
    found, unknown = match(records, table.body(), keys, by_group(table))
    require_match(table, records, found)
    if words and _find_one(table, words, "modified") is None:
        modified = table.add_column(words.modified[0])
        for at in table.body():
            table.set(at, modified, _NEVER)
    if words and comments is None:
        comments = table.add_column(words.comments[0])
    for at, record in found.items():
        points = scale(record, table.get(at, highest))
        if points is not None:
            table.set(at, grade, table.format(points))
            if comments is not None:
                table.set(at, comments, describe_result(record, lang))
    dialect = write_table(table, path, {identifier, grade})
    notes = describe_scale(records, table.get(table.body()[0], highest) if table.body() else "")
    notes += explain_left(unknown, table.body(), keys[0])
    if comments is None:
        notes.append("No column of comments was recognised, so there are grades only")
    if (dialect.codec, dialect.separator) != ("utf-8", ","):
        notes.append(f"When Moodle asks, the file is {dialect.describe()}")
    alone = [" ".join(table.get(at, column) for column in range(3)).strip() for at in table.body() if at not in found]
    return Written(len(found), [record.student for record in unknown], alone, notes)


def describe_result(record: Record, lang: str = "en") -> str:
    """The result in a few lines of escaped HTML: a sentence, then each question with its points and status."""
    lines = [record.message.say(lang)] if record.message else []
    if record.status is RecordStatus.GRADED:
        for id, question in record.questions.items():
            status = STATUS_TEXT[question.status].say(lang)
            lines.append(
                f"{id} · {to_plain_text(question.title.say(lang))}: {question.earned}/{question.points}, {status}"
            )
    return "<br>".join(escape(clean(line)) for line in lines)


def _write_plain(records: list[Record], path: Path, lang: str) -> Written:
    words = LANGUAGES["zh_cn" if lang == "zh" else "en"]
    name = "姓名" if lang == "zh" else "Full name"
    rows = [[*(words.identifier[:1]), name, *(kind[0] for kind in words[1:5])]]
    for record in records:
        person, id = split_student(record.student)
        identifier = f"{'参与者' if lang == 'zh' else 'Participant '}{id}" if id else ""
        points = scale(record, "")
        rows.append([identifier, person, "" if points is None else points, record.max_score, "",
                     describe_result(record, lang)])  # fmt: skip
    write_csv(path, rows)
    language = "Chinese" if lang == "zh" else "English"
    note = f"Moodle takes this file where it shows itself in {language}; with --roster in any language"
    return Written(len(records), notes=[note])


def _read_number(identifier: str) -> str:
    match = _IDENTIFIER.fullmatch(identifier)
    return match[2] if match else ""


def _find_identifier(table: Table) -> int:
    """The column that holds "Participant 123", in whatever language: one word, another number in each row."""
    fitting = []
    for column in range(len(table.header)):
        matches = [_IDENTIFIER.fullmatch(table.get(at, column)) for at in table.body() if table.get(at, column)]
        if not matches or None in matches:
            continue
        words, numbers = {fold(match[1]) for match in matches}, {match[2] for match in matches}
        if len(words) == 1 and len(numbers) == len(matches):
            named, worded = fold(table.header[column]) in list_known("identifier"), words != {""}
            if named or worded:
                fitting.append((named + 2 * (named and worded), column))
    best = [column for rank, column in fitting if rank == max(fitting)[0]]
    if len(best) != 1:
        raise ValueError(
            f"{table.path} has {'no' if not best else 'more than one'} column of Moodle's identifiers (“Participant "
            f"123”); it should be the file from Moodle: Grading action, Download grading worksheet. "
            f"It has {table.list_columns()}"
        )
    return best[0]


def _find_highest(table: Table, identifier: int) -> int | None:
    """The column of the highest grade: by its name, else the one that holds the same positive number in all rows."""
    named = table.find(list_known("highest"))
    if named:
        return named[0]
    same = []
    for column in range(len(table.header)):
        cells = {table.get(at, column) for at in table.body()}
        if column != identifier and len(cells) == 1 and re.fullmatch(r"0*[1-9]\d*([.,]\d+)?", *cells):
            same.append(column)
    return same[0] if len(same) == 1 else None


def _find_grade(table: Table, words, identifier: int, highest: int | None, asked: str | None) -> int:
    if asked:
        hits = table.find({fold(asked)})
    else:
        hits = table.find(set(map(fold, words.grade))) if words else []
        hits = hits or table.find(list_known("grade"))
        before = highest - 1 if highest else -1
        if not hits and before >= 0 and before != identifier:
            hits = [before]
    if len(hits) != 1:
        raise ValueError(
            f"{table.path} has {'no' if not hits else 'more than one'} column of grades that is known. It has "
            f"{table.list_columns()}. Name one with --column NAME"
        )
    return hits[0]


def _find_one(table: Table, words, kind: str) -> int | None:
    hits = table.find(set(map(fold, getattr(words, kind)))) if words else []
    hits = hits or table.find(list_known(kind))
    return hits[0] if hits else None
