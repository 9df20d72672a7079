"""Reads a source (Jupytext py:percent) into cells, each with its line, and finds what is wrong with it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jupytext

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("en", "zh")
PLACEHOLDER = re.compile(r"⟦([^⟦⟧]+)⟧")  # a number in prose that the lesson computes: ⟦expression:format⟧
PICTURE = {"en": "*The picture:*", "zh": "*图中所见：*"}  # begins the paragraph that says what a picture shows
GUESS = {"en": "**Before you run it:**", "zh": "**先猜再运行：**"}
DEEPER = {"en": "Deeper: ", "zh": "选读："}  # begins the heading, after its number, of a section beyond the core
_MARKER = re.compile(r"^# %%(?: |$)")


@dataclass(frozen=True)
class Problem:
    """Something wrong in a source file, with the place where to mend it."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        path = self.path.relative_to(ROOT) if self.path.is_relative_to(ROOT) else self.path
        return f"{path}:{self.line}: {self.message}"


class SourceError(Exception):
    """One or more problems that keep a source from being built; the text lists them, one a line."""

    def __init__(self, problems: list[Problem]):
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True)
class Cell:
    """One cell of a source; `line` is where its `# %%` stands."""

    kind: str  # "markdown" or "code"
    text: str
    line: int
    lang: str | None  # "en" or "zh" for prose, None for code
    of: str | None  # zh only: hash of the English text that it was translated from
    question: str | None  # "q1" for an exercise's answer cell
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """A source file: its path, stem ("01_backprop"), kind ("lesson" or "exercise") and cells."""

    path: Path
    kind: str
    cells: tuple[Cell, ...]

    @property
    def stem(self) -> str:
        """The room's name: "01_backprop"."""
        return self.path.parent.name


def read_source(path: Path) -> Source:
    """Parse a py:percent file. Raises SourceError with file and line for a cell that is not understood."""
    return _parse(path, path.read_text(encoding="utf-8"))


@cache
def _parse(path: Path, text: str) -> Source:
    lines = [number for number, line in enumerate(text.splitlines(), 1) if _MARKER.match(line)]
    cells = jupytext.reads(text, fmt="py:percent").cells
    if len(cells) != len(lines):
        raise SourceError(
            [
                Problem(
                    path,
                    1,
                    f"{len(lines)} cell markers but {len(cells)} cells: does text stand before "
                    "the first '# %%', or is a marker malformed?",
                )
            ]
        )
    parsed, problems = [], []
    for cell, line in zip(cells, lines, strict=True):
        meta = {key: value for key, value in cell.metadata.items() if not key.startswith("lines_to_")}  # spacing
        unknown = set(meta) - {"lang", "of", "question", "tags"}
        if unknown:
            problems.append(Problem(path, line, f"unknown cell metadata {sorted(unknown)}"))
        if cell.cell_type == "markdown" and meta.get("lang") not in LANGUAGES:
            problems.append(Problem(path, line, 'prose needs its language: # %% [markdown] lang="en" (or "zh")'))
        if cell.cell_type == "code" and ("lang" in meta or "of" in meta):
            problems.append(Problem(path, line, "code stands once for both languages: remove lang and of"))
        parsed.append(
            Cell(
                cell.cell_type,
                cell.source,
                line,
                meta.get("lang"),
                meta.get("of"),
                meta.get("question"),
                tuple(meta.get("tags", ())),
            )
        )
    if problems:
        raise SourceError(problems)
    return Source(path, path.stem, tuple(parsed))


def hash_text(text: str) -> str:
    """The 8 hex digits by which a translation names its English text (white space at line ends ignored)."""
    lines = (line.rstrip() for line in text.strip().splitlines())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:8]


def pair_cells(source: Source) -> list[tuple[Cell, Cell | None]]:
    """(English prose, Chinese twin) or (code, None), in order. Raises SourceError where a twin is missing."""
    pairs, problems, cells = [], [], list(source.cells)
    while cells:
        cell = cells.pop(0)
        if cell.kind == "code":
            pairs.append((cell, None))
        elif cell.lang == "zh":
            problems.append(Problem(source.path, cell.line, "Chinese prose without the English cell right before it"))
        elif not (cells and cells[0].lang == "zh"):
            problems.append(Problem(source.path, cell.line, "English prose without its Chinese twin right after it"))
        else:
            pairs.append((cell, cells.pop(0)))
    if problems:
        raise SourceError(problems)
    return pairs
