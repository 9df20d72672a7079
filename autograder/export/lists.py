"""Fills in any other list of students, as Google Classroom, Blackboard, 学习通 or a school's office saves it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from autograder.export.matching import (
    Written,
    by_group,
    by_id,
    by_key,
    by_name,
    find_names,
    match,
    require_match,
    require_whole_numbers,
    scale,
)
from autograder.export.tables import Table, read_table, write_table
from autograder.export.words import GRADES, fold, list_known
from autograder.results.record import Record


def write_list(
    records: Iterable[Record], path: Path, roster: Path, column: str | None = None, encoding: str | None = None
) -> Written:
    """The list with a column of scores: all that stood in it stays, in its encoding, separator and decimal sign.

    A student's row is the one in which a single cell is the student's key (login, address, number) or name, whatever
    the column is called. The scores go to the column `column`, else to the one whose name holds the exercise's, else
    to one that is called "Grade", "成绩" or the like in any language, else to a new last column. Rows above the
    columns' names (a title) stay. Raises ValueError for a list that is none, NothingMatched for another class's.
    """
    records = sorted(records, key=lambda record: record.student)
    table = read_table(roster, encoding)
    columns = range(len(table.header))
    exercise = records[0].exercise if records else ""
    target, notes = _find_target(table, column, exercise)
    others = [at for at in columns if at != target]
    names = find_names(table, {target})
    keys = [
        *(by_key(table, at) for at in others),
        *(by_id(table, at, names) for at in others),
        *(by_name(lambda at, column=column: table.get(at, column)) for column in others),
        by_name(lambda at: table.get(at, 0) + table.get(at, 1)),  # first name, last name, in two columns
        by_name(lambda at: table.get(at, 1) + table.get(at, 0)),
    ]
    found, unknown = match(records, table.body(), keys, by_group(table))
    if unknown:
        require_whole_numbers(table, others)
    require_match(table, records, found)
    for at, record in found.items():
        points = scale(record, "")
        if points is not None:
            table.set(at, target, table.format(points))
    dialect = write_table(table, path)
    alone = [
        " ".join(table.get(at, column) for column in columns[:3]).strip() for at in table.body() if at not in found
    ]
    notes.append(f"The file is {dialect.describe()}")
    return Written(len(found), [record.student for record in unknown], alone, notes)


def _find_target(table: Table, asked: str | None, exercise: str) -> tuple[int, list[str]]:
    """(the column for the scores, what to say of it). Raises ValueError, which lists them, where it isn't one."""
    if asked:
        hits = table.find({fold(asked)})
        if len(hits) == 1:
            return hits[0], []
        raise ValueError(f"{table.path} has {len(hits)} columns {asked!r}. It has {table.list_columns()}")
    wanted = fold(exercise).replace("_", " ")
    hits = [at for at, name in enumerate(table.header) if wanted and wanted in fold(name).replace("_", " ")]
    hits = hits or table.find(list_known("grade") | set(GRADES))
    if len(hits) == 1:
        return hits[0], []
    if hits:
        names = ", ".join(repr(table.header[at]) for at in hits)
        raise ValueError(f"{table.path} has several columns for scores: {names}. Name one with --column NAME")
    return table.add_column(exercise), [f"The scores stand in a new last column, {exercise!r}"]
