"""Lists what a source says to its reader, piece by piece with the line of each: prose, comments, strings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tools.source import Problem, Source
from tools.texts import read_entries, texts_path

_SPOKEN = re.compile(r'#[^\n]*|"""[\s\S]*?"""|\'\'\'[\s\S]*?\'\'\'|"[^"\n]*"|\'[^\'\n]*\'')  # comments, strings
_FIGURE = re.compile(r"\d")
SYMBOLS = re.compile(r"```.*?```|`[^`\n]+`|\$\$.+?\$\$|(?<![\\$])\$(?!\$)(?:\\.|[^$\\])+?\$", re.S)  # code and formulas
_SILENT = re.compile(SYMBOLS.pattern + r"|⟦[^⟦⟧]*⟧|\{[^{}\n]*\}", re.S)  # and numbers that the build fills in


class Passage(NamedTuple):
    """A piece of text; `line` is where it begins in the file."""

    path: Path
    line: int
    text: str

    def problem(self, offset: int, message: str) -> Problem:
        """The problem at this place of the text."""
        return Problem(self.path, self.line + self.text.count("\n", 0, offset), message)


def list_passages(source: Source) -> Iterator[Passage]:
    """Prose cells whole; of code cells the comments and strings with a figure; the texts of an exercise's checks."""
    for cell in source.cells:
        if cell.kind == "markdown":
            yield Passage(source.path, cell.line + 1, cell.text)
            continue
        for match in _SPOKEN.finditer(cell.text):
            if _FIGURE.search(match[0]):
                yield Passage(source.path, cell.line + 1 + cell.text.count("\n", 0, match.start()), match[0])
    for entry in read_entries(source) if texts_path(source).exists() and source.kind == "exercise" else ():
        yield from (Passage(texts_path(source), entry.line, text) for text in (entry.en, entry.zh) if text)


def silence(text: str) -> str:
    """The text, as long as before, with spaces for code, formulas and numbers that the build fills in."""
    return _SILENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
