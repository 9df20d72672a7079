"""Text that is safe where others read it: no formula in any spreadsheet, no unseen or direction-changing characters."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence

Cell = str | int | float
_SIGNS = "=+-@|%＝＋－＠｜％﹢﹣﹦﹫﹪⁺⁻⁼₊₋₌"  # a spreadsheet takes a cell that begins so for a formula, or may
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_BLANKS = r"[\s\x00-\x1f\x7f\"\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]*"  # dropped at the start
_PIECE = re.compile(rf"((?:^|[,;\t\r\n]){_BLANKS})([{re.escape(_SIGNS)}])")
_HARMLESS = re.compile(r"\s*[+-][\d\s.,]*%?")


def clean(text: object) -> str:
    """The text on one line, without control, invisible, undecodable and direction-changing characters."""
    return "".join(c if unicodedata.category(c) not in _UNSEEN else " " for c in str(text))


def disarm(text: str) -> str:
    """The text with an apostrophe before each sign that could begin a formula, whatever separates the columns.

    A comma in one country is a semicolon in another: in "x;=1+1" the second half becomes a cell of its own, so each
    piece counts.
    """
    return _PIECE.sub(r"\1'\2", text)


def disarm_given(text: str) -> str:
    """`disarm` for a cell of a list that a school's system gave: a number, a telephone number or a dash stays."""
    return text if _HARMLESS.fullmatch(text) else disarm(text)


def make_cell(cell: Cell) -> Cell:
    """A cell that we write: on one line, readable, no formula; numbers as they are."""
    return disarm(clean(cell)) if isinstance(cell, str) else cell


def format_rows(rows: Iterable[Sequence[Cell]], separator: str = ",", newline: str = "\r\n") -> str:
    """The cells as CSV, as they are."""
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=separator, lineterminator=newline).writerows(rows)
    return stream.getvalue()
