"""Writes grades as Canvas reads them: its gradebook, with the column of one assignment filled in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from autograder.export.matching import (
    Written,
    by_group,
    by_id,
    by_key,
    by_name,
    describe_scale,
    explain_left,
    match,
    require_match,
    require_whole_numbers,
    scale,
    split_student,
)
from autograder.export.tables import Table, read_table, write_table
from autograder.export.words import fold
from autograder.results.record import Record
from autograder.results.report import write_csv

COLUMNS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
_IDS = ("id", "sis login id", "sis user id")
_COMPUTED = re.compile(r"(current|final|override) (score|points|grade|status)")  # Canvas computes these
_NUMBER = re.compile(r" \(\d+\)$")  # Canvas's own number of an assignment


def write_canvas(
    records: Iterable[Record],
    path: Path,
    assignment: str | None = None,
    roster: Path | None = None,
    encoding: str | None = None,
) -> Written:
    """A file for Canvas: Grades, Import; UTF-8, as Canvas takes nothing else.

    `roster` is the gradebook that Canvas exported. All its rows are kept; of its columns those that name people and
    the assignment's, so that the import touches no other grade. The assignment is the column "Name" or "Name (123)",
    else the one whose name holds `assignment` (None: the exercise's name). Students are found by Canvas's number, else
    by login or SIS id, else by name; of names that two rows share, none. Points are scaled to the column's Points
    Possible. Nothing changes where there is no score (grader error). Without a roster every student gets a row.

    Raises ValueError for a list that Canvas did not write or a column that is not there, NothingMatched for a class
    that is not this one.
    """
    records = sorted(records, key=lambda record: record.student)
    if roster is None:
        return _write_plain(records, path, assignment)
    table = read_table(roster, encoding)
    columns = {fold(name): at for at, name in reversed(list(enumerate(table.header)))}
    if not {"id", "section"} <= set(columns) or not {"student", "lastname"} & set(columns):
        raise ValueError(
            f"{roster} has no columns 'Student', 'ID', 'Section'; it should be the file from Canvas: Grades, Export. "
            f"It has {table.list_columns()}"
        )
    first, ids = columns["section"] + 1, [columns[name] for name in _IDS if name in columns]
    require_whole_numbers(table, ids)

    names = [columns[name] for name in ("student", "lastname", "firstname") if name in columns]

    def read_name(at: int) -> str:
        return " ".join(table.get(at, name) for name in names)

    possible = next((at for at in table.body() if "points possible" in read_name(at).lower()), None)
    people = [at for at in table.body() if at != possible and (read_name(at).strip() or table.get(at, ids[0]))]
    target = _find_assignment(table, first, possible, assignment, records[0].exercise if records else "")
    keys = [by_id(table, ids[0], names), *(by_key(table, at) for at in [*ids[1:], ids[0]]), by_name(read_name)]
    found, unknown = match(records, people, keys, by_group(table))
    require_match(table, records, found)
    highest = table.get(possible, target) if possible is not None else ""
    for at, record in found.items():
        points = scale(record, highest)
        table.set(at, target, table.get(at, target) if points is None else table.format(points))
    if possible is not None and not highest and records:
        table.set(possible, target, str(records[0].max_score))
    _write_columns(table, path, [*range(first), target], ids)
    alone = [read_name(at) for at in people if at not in found]
    notes = [*describe_scale(records, highest), *explain_left(unknown, people, keys[0])]
    return Written(len(found), [record.student for record in unknown], alone, notes)


def _write_plain(records: list[Record], path: Path, assignment: str | None) -> Written:
    highest = max((record.max_score for record in records), default=0)
    header = [*COLUMNS, assignment or (records[0].exercise if records else "")]
    rows = []
    for record in records:
        points = scale(record, "")
        rows.append([*split_student(record.student), "", "", "", "" if points is None else points])
    write_csv(path, [header, ["    Points Possible", "", "", "", "", highest], *rows])
    note = f"If Canvas has no assignment {header[-1]!r} yet, the import makes it; --roster fills in one that is there"
    return Written(len(records), notes=[note])


def _find_assignment(table: Table, first: int, possible: int | None, asked: str | None, exercise: str) -> int:
    """The assignment's column. Raises ValueError, which lists those there are, if it is none or more than one."""
    open_ = {}
    for at, name in list(enumerate(table.header))[first:]:
        read_only = possible is not None and "read only" in table.get(possible, at).lower()
        if name and not read_only and not _COMPUTED.search(fold(name)):
            open_[at] = name
    wanted = fold(asked or exercise)
    exact = [at for at, name in open_.items() if wanted in (fold(name), fold(_NUMBER.sub("", name)))]
    holding = [at for at, name in open_.items() if wanted.replace("_", " ") in fold(name).replace("_", " ")]
    hits = exact or (holding if wanted else [])
    if len(hits) != 1:
        names = ", ".join(repr(_NUMBER.sub("", name)) for name in open_.values())
        raise ValueError(
            f"{table.path} has {'no' if not hits else 'more than one'} assignment {asked or exercise!r}. It has "
            f"{names or 'none: make it in Canvas first and export again'}. Name one with --assignment NAME"
        )
    return hits[0]


def _write_columns(table: Table, path: Path, columns: list[int], ids: list[int]) -> None:
    rows = [[row[at] if at < len(row) else "" for at in columns] if row else [] for row in table.rows[table.head :]]
    separator = table.dialect.separator if table.dialect.separator in ",;" else ","
    short = Table(path, rows, 0, replace(table.dialect, separator=separator))
    write_table(short, path, {columns.index(at) for at in ids}, "utf-8")
