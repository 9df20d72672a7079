"""Finds each student's row in a list: by the school's number, by login or address, else by name; guesses nobody."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from autograder.command_line import NothingMatched
from autograder.export.tables import Table
from autograder.export.words import GROUPS, fold, list_known
from autograder.results.plain_text import make_plain
from autograder.results.record import Record, RecordStatus

# A student's key where the system gave the file its name: "Doe Jane_12345" (Moodle, Canvas), "Doe, Jane_jdoe" (Sakai)
_KEY = re.compile(r"(?P<name>.+)_(?P<id>\d{1,12})|(?P<person>[^_]+, [^_]*)_(?P<login>[^_\s]+)", re.S)
_WHOLE = re.compile(r"(\d+)[.,]0+")  # 12345.0, as a spreadsheet writes a number
_BROKEN = re.compile(r"\d+[.,]?\d*[eE]\+\d+")  # 1.23457E+11: the last digits are gone


class Key(NamedTuple):
    """One way to find a row: what the record is asked by, what stands in the row, and whether that can be the same."""

    ask: Callable[[Record], str]
    read: Callable[[int], str]
    agree: Callable[[Record, int], bool] = lambda record, at: True


@dataclass
class Written:
    """What an export did: how many grades, who is in the results or the list alone, what the teacher should know."""

    grades: int
    unknown: list[str] = field(default_factory=list)
    alone: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def split_student(student: str) -> tuple[str, str]:
    """("Doe Jane", "12345") of a key that a school's system gave, else (the key, "")."""
    match = _KEY.fullmatch(student)
    return (match["name"] or match["person"], match["id"] or match["login"]) if match else (student, "")


def squeeze(name: str) -> str:
    """As Canvas writes names into file names: letters and digits only, small; "Doe, Jane" gives "doejane"."""
    return "".join(c for c in fold(name) if c.isalnum())


def by_id(table: Table, column: int, names: list[int]) -> Key:
    """The number that the school's system put into the file's name.

    A row whose columns `names` have no word in common with the file's name is another's: a plain file "jane_2.ipynb"
    ends in a number, too, and Canvas writes a group's number where a person's would stand.
    """

    def agree(record: Record, at: int) -> bool:
        words = _list_words(" ".join(table.get(at, name) for name in names))
        asked = split_student(record.student)[0]
        return not words or not _list_words(asked) or any(word in _simplify(asked) for word in words)

    return Key(lambda record: split_student(record.student)[1], lambda at: _plain(table.get(at, column)), agree)


def find_names(table: Table, skip: set[int]) -> list[int]:
    """The columns that tell people apart by letters: names, logins, addresses; none where there is one row only."""
    found = []
    for column in range(len(table.header)):
        cells = [table.get(at, column) for at in table.body() if table.get(at, column)]
        if column not in skip and len(cells) > 1 and len(set(cells)) == len(cells) and any(map(_list_words, cells)):
            found.append(column)
    return found


def by_key(table: Table, column: int | None) -> Key:
    """The student's key as a whole: a login, an address, a number, a name as it is written."""
    return Key(lambda record: record.student, lambda at: _plain(table.get(at, column)))


def by_name(read: Callable[[int], str]) -> Key:
    """The name, letters only."""
    return Key(lambda record: squeeze(split_student(record.student)[0]), lambda at: squeeze(read(at)))


def require_whole_numbers(table: Table, columns: list[int]) -> None:
    """Raises ValueError where a spreadsheet has rounded the numbers by which students are found."""
    for column in columns:
        for at in table.body():
            if _BROKEN.fullmatch(table.get(at, column)):
                raise ValueError(
                    f"{table.path}: the column {table.header[column]!r} holds {table.get(at, column)}: a spreadsheet "
                    "has rounded the numbers. Download the list again and give it as it came"
                )


def match(
    records: list[Record], lines: list[int], keys: list[Key], groups: Key | None = None
) -> tuple[dict[int, Record], list[Record]]:
    """({row: its record}, records without a row). A key counts where exactly one row has it; the first keys go first.

    With `groups`, a record that is called like a group goes to each of its members.
    """
    found: dict[int, Record] = {}
    left = list(records)
    for key in keys:
        table: dict[str, list[int]] = {}
        for at in lines:
            table.setdefault(fold(key.read(at)), []).append(at)
        for record in list(left):
            hits = table.get(fold(key.ask(record)), []) if key.ask(record) else []
            if len(hits) == 1 and hits[0] not in found and key.agree(record, hits[0]):
                found[hits[0]] = record
                left.remove(record)
    for record in list(left) if groups else ():
        members = [at for at in lines if at not in found and groups.read(at) and groups.read(at) == groups.ask(record)]
        found |= dict.fromkeys(members, record)
        if members:
            left.remove(record)
    return found, left


def by_group(table: Table) -> Key | None:
    """The group that handed in together, where the list has a column of groups."""
    columns = table.find(list_known("group") | set(GROUPS))
    return by_name(lambda at: table.get(at, columns[0])) if columns else None


def explain_left(left: list[Record], lines: list[int], key: Key) -> list[str]:
    """Sentences on records whose number is in the list beside another name."""
    numbers = {fold(key.read(at)) for at in lines} - {""}
    doubted = [record.student for record in left if fold(key.ask(record)) in numbers]
    names = ", ".join(make_plain(student, 60) for student in doubted[:5])
    return [f"The list has the number of {names} beside another name, or twice: left out"] if doubted else []


def require_match(table: Table, records: list[Record], found: dict[int, Record]) -> None:
    """Raises NothingMatched, which shows one of each side, where records and list have nobody in common."""
    if records and not found:
        rows = [" ".join(cell for cell in table.rows[at] if cell.strip())[:60] for at in table.body()[:1]]
        raise NothingMatched(
            f"0 of {len(records)} students are in {table.path}, so nothing was written. The results name "
            f"{records[0].student!r}; the list begins with {rows[0] if rows else 'nobody'!r}. Is it this class's list?"
        )


def scale(record: Record, highest: str) -> float | None:
    """The score in the list's points; None where there is no score, so that the list keeps what it has."""
    of = _read_points(highest)
    if record.status is RecordStatus.GRADER_ERROR:
        return None
    return record.score * of / record.max_score if of and record.max_score else record.score


def describe_scale(records: list[Record], highest: str) -> list[str]:
    """A sentence where the list has another highest score than the exercise."""
    most, of = max((record.max_score for record in records), default=0), _read_points(highest)
    return [f"Scores were scaled from {most} to the {of:g} points of the list"] if of and of != most else []


def _read_points(highest: str) -> float:
    """0.0 where it is no number above 0."""
    try:
        points = float(highest.replace(",", "."))
    except ValueError:
        return 0.0
    return points if 0 < points < float("inf") else 0.0


def _plain(cell: str) -> str:
    return _WHOLE.sub(r"\1", cell)


def _simplify(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))


def _list_words(text: str) -> list[str]:
    """The words of two letters and more, or of one Chinese character and more, small and without accents."""
    words = re.findall(r"[^\W\d_]+", _simplify(text))
    return [word for word in words if len(word) > 1 or not word.isascii()]
