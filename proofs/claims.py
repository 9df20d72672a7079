"""Wrong answers and what must catch each, unusual right ones, mutants that change nothing, and how a room writes them.

Text is replaced wherever it stands; a mutant is written as `python -m proofs` prints it, "old line → new line".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import dedent, indent


@dataclass(frozen=True)
class Mistake:
    """A wrong answer cell: `check` is the first check that must fail, `says` a misconception or words it says."""

    question: str
    name: str
    check: str
    says: str
    code: str


@dataclass(frozen=True)
class Unusual:
    """A right answer written in an unexpected way: full marks."""

    question: str
    name: str
    code: str


@dataclass(frozen=True)
class Equivalent:
    """Mutants of a question's solution that no check can catch, since they are right answers too; `why` they are."""

    question: str
    why: str
    changes: tuple[str, ...]


def edit_text(text: str, *changes: str) -> str:
    """The text after the changes, old and new by turns. Raises ValueError for an old one that doesn't stand in it."""
    for old, new in zip(changes[::2], changes[1::2], strict=True):
        if old not in text:
            raise ValueError(f"{old!r} does not stand in the text to change")
        text = text.replace(old, new)
    return text


def edit_by_arrows(text: str, *changes: str) -> str:
    """The text after the changes, each "old → new". Raises ValueError for one that isn't that, and as edit_text."""
    pairs = (change.split(" → ") for change in changes)
    return edit_text(text, *(part for old, new in pairs for part in (old, new)))


def define_function(header: str, lines: str) -> str:
    """The function with that header, "name(parameters)", and those lines, whatever their margin, as its body."""
    return f"def {header}:\n{_indent(lines)}"


def replace_bodies(cells: Mapping[str, str], question: str, **bodies: str) -> str:
    """The question's cell, with other bodies for some of its functions. Raises ValueError for one that isn't there."""
    cell = cells[question]
    for function, lines in bodies.items():
        (body,) = re.findall(rf"^def {function}\(.*\):\n((?:    .*\n)+)", cell, re.MULTILINE)
        cell = cell.replace(body, _indent(lines))
    return cell


def list_mistakes(cells: Mapping[str, str], question: str, check: str, *rows: tuple[str, ...]) -> list[Mistake]:
    """What `check` must refuse. A row: name, what it says, and a cell, or old and new texts by turns in the right."""
    return [
        Mistake(question, name, check, says, code[0] if len(code) == 1 else edit_text(cells[question], *code))
        for name, says, *code in rows
    ]


def list_mutants(line: str, *changes: str) -> tuple[str, ...]:
    """The mutants of a line: one for each change of a part of it, "part → other part"."""
    return tuple(f"{line} → {edit_by_arrows(line, change)}" for change in changes)


def list_changes(line: str, *others: str) -> tuple[str, ...]:
    """The mutants of a line: one for each other line that may stand in its place."""
    return tuple(f"{line} → {other}" for other in others)


def swap_lines(first: str, second: str) -> tuple[str]:
    """The one mutant in which two neighbouring lines change places."""
    return (f"{first} / {second} → {second} / {first}",)


def _indent(lines: str) -> str:
    return indent(dedent(lines).strip("\n") + "\n", "    ")
