"""A list of students as a school's system or a spreadsheet wrote it: read, filled in, written back the same way."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.export.encodings import decode_list
from autograder.export.words import fold
from autograder.results.cells import disarm_given, format_rows
from course_utils.files import write_file

_SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab"}
_LONGEST = 1 << 24  # characters in a cell: an online text may be long


@dataclass(frozen=True)
class Dialect:
    """How a list is written: codec, byte order mark, separator, end of a line, whether decimals have a comma."""

    codec: str = "utf-8"
    mark: bytes = b""
    separator: str = ","
    newline: str = "\r\n"
    comma: bool = False

    def describe(self) -> str:
        """For people: "utf-8, separated by commas"."""
        return f"{self.codec}, separated by {_SEPARATORS.get(self.separator, repr(self.separator))}s"


@dataclass
class Table:
    """The cells of a list, each as it stood; `head` is the index of the row with the columns' names."""

    path: Path
    rows: list[list[str]]
    head: int
    dialect: Dialect

    @property
    def header(self) -> list[str]:
        return [name.strip() for name in self.rows[self.head]]

    def body(self) -> list[int]:
        """The indices of the rows below the header that hold anything."""
        return [at for at in range(self.head + 1, len(self.rows)) if any(cell.strip() for cell in self.rows[at])]

    def get(self, at: int, column: int | None) -> str:
        """A cell without blanks around it; "" where the row is too short or there is no such column."""
        row = self.rows[at]
        return row[column].strip() if column is not None and column < len(row) else ""

    def set(self, at: int, column: int, text: str) -> None:
        row = self.rows[at]
        row += [""] * (column + 1 - len(row))
        row[column] = text

    def find(self, names: set[str]) -> list[int]:
        """The columns that are called one of these folded names."""
        return [at for at, name in enumerate(self.header) if fold(name) in names]

    def add_column(self, name: str) -> int:
        """A new last column, empty."""
        column = max(len(self.rows[at]) for at in [self.head, *self.body()])
        self.set(self.head, column, name)
        return column

    def format(self, number: float) -> str:
        """At most two decimals, with the decimal sign of the list."""
        text = f"{number:.2f}".rstrip("0").rstrip(".")
        return text.replace(".", ",") if self.dialect.comma else text

    def list_columns(self) -> str:
        return ", ".join(f"{name!r}" for name in self.header if name) or "none"


def read_table(path: Path, encoding: str | None = None) -> Table:
    """The list in a CSV file. Raises ValueError, with the file's name, for one that is none, and says what to do."""
    text, codec, mark = decode_list(path.read_bytes(), path, encoding)
    try:
        rows, separator, head = _split(text)
    except csv.Error as error:
        raise ValueError(f"{path} is not a table ({error}): download it again, and give it unchanged") from None
    newline = next(iter(re.findall(r"\r\n|\n|\r", text)), "\r\n")
    dialect = Dialect(codec, mark, separator, newline, _has_decimal_commas(rows, separator))
    return Table(path, rows, head, dialect)


def write_table(table: Table, path: Path, kept: set[int] = frozenset(), codec: str | None = None) -> Dialect:
    """Write the list in its own dialect and return the one that was used.

    Every cell stays as it was, but for one that a spreadsheet would run; in the columns `kept`, by which the school's
    system finds people, even that. `codec` where the system reads one only; where the list's own cannot hold a
    character of the results, UTF-8 with a byte order mark.
    """
    rows = [[cell if at in kept else disarm_given(cell) for at, cell in enumerate(row)] for row in table.rows]
    dialect = table.dialect if codec in (None, table.dialect.codec) else replace(table.dialect, codec=codec, mark=b"")
    text = format_rows(rows, dialect.separator, dialect.newline)
    try:
        content = text.encode(dialect.codec)
    except UnicodeEncodeError:
        dialect = replace(dialect, codec="utf-8")
        content = text.encode("utf-8", "replace")
    if dialect.codec == "utf-8" != table.dialect.codec:  # it went through a spreadsheet, and may again
        dialect = replace(dialect, mark=b"\xef\xbb\xbf")
    write_file(path, dialect.mark + content)
    return dialect


def _split(text: str) -> tuple[list[list[str]], str, int]:
    """(rows, separator, index of the header): the separator that gives the header the most columns."""
    asked = re.match(r"sep=(.)\r?\n", text)  # Excel's own first line, which no school's system reads
    separators = [asked[1]] if asked else list(_SEPARATORS)
    text = text[asked.end() :] if asked else text
    found = []
    for separator in separators:
        rows = _parse(text, separator)
        head = next((at for at, row in enumerate(rows) if sum(bool(cell.strip()) for cell in row) > 1), 0)
        found.append((rows, separator, head))
    rows, separator, head = max(found, key=lambda item: (len(item[0][item[2]]), -item[2]) if item[0] else (0, 0))
    lines = [row[0] for row in rows if row]
    if rows and len(rows[head]) == 1 and any(len(row) > 1 for row in _parse("\n".join(lines), ",")):
        return _split("\n".join(lines) + "\n")  # a spreadsheet of semicolons saved comma lines as one cell each
    if not lines:
        raise csv.Error("it is empty")
    return rows, separator, head


def _parse(text: str, separator: str) -> list[list[str]]:
    csv.field_size_limit(max(csv.field_size_limit(), _LONGEST))
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))


def _has_decimal_commas(rows: list[list[str]], separator: str) -> bool:
    cells = [cell.strip() for row in rows for cell in row]
    commas, points = (sum(bool(re.fullmatch(rf"\d+{sign}\d+", cell)) for cell in cells) for sign in (",", r"\."))
    return commas > points or (commas == points == 0 and separator == ";")
