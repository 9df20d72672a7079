"""Sources made of a few cells, without a file: what the tests of the build's rules try them on."""

from pathlib import Path

from tools.source import Cell, Source


def make_source(*cells: Cell, kind: str = "lesson", name: str = "77_try") -> Source:
    """A source whose cells follow each other as in a file: each has its line after the text of the one before."""
    placed, line = [], 1
    for cell in cells:
        placed.append(Cell(cell.kind, cell.text, line, cell.lang, cell.of, cell.question, cell.tags))
        line += len(cell.text.splitlines()) + 2
    return Source(Path(f"/course/{name}/{name}.py"), kind, tuple(placed))


def say(text: str, lang: str = "en") -> Cell:
    """A cell of prose."""
    return Cell("markdown", text, 1, lang, None, None)


def code(text: str) -> Cell:
    """A cell of code."""
    return Cell("code", text, 1, None, None, None)
