"""Computes how long a lesson takes to read, its core and its whole, and finds reading times that somebody typed.

A section whose heading says so, `## 07.3 Deeper: …` (in Chinese `## 07.3 选读：…`), counts only in the whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tools.quiz import is_quiz
from tools.source import DEEPER, GUESS, PICTURE, Problem, Source, SourceError, pair_cells

SECONDS = {"word": 0.5, "line": 8, "picture": 60, "question": 90}  # 120 words a minute: dense text is read slowly
MINUTES = ("core_minutes", "whole_minutes")  # what prose calls them: ⟦core_minutes⟧
_HEADING = re.compile(r"^##\s+(?:(\d\d\.\d+)\s+)?(.*)$", re.M)
_NOT_WORDS = re.compile(r"\$\$.*?\$\$|\$[^$]*\$", re.S)
_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*|⟦[^⟧]*⟧|\d[\d,.]*")
_TYPED = re.compile(r"\d+\s*(?:minutes?\b|min\b|分钟)")


@dataclass(frozen=True)
class Minutes:
    """Minutes of reading, the same in both languages; `whole` includes the sections marked Deeper."""

    core: int
    whole: int

    def fill(self) -> dict[str, str]:
        """What stands in prose for ⟦core_minutes⟧ and ⟦whole_minutes⟧."""
        return dict(zip(MINUTES, (str(self.core), str(self.whole)), strict=True))


def compute_minutes(source: Source) -> Minutes:
    """Reading time from the English words, code lines (not the empty ones), pictures and questions of a source."""
    seconds, deeper = {False: 0.0, True: 0.0}, False
    for cell in source.cells:
        if cell.kind == "code":
            seconds[deeper] += SECONDS["line"] * sum(bool(line.strip()) for line in cell.text.splitlines())
        elif cell.lang == "en":
            for part in re.split(r"^(?=##\s)", cell.text, flags=re.M):
                if heading := _HEADING.match(part):
                    deeper = heading[2].startswith(DEEPER["en"])
                seconds[deeper] += _read(part)
            seconds[deeper] += SECONDS["question"] * is_quiz(cell.text)
    return Minutes(round(seconds[False] / 60), round(sum(seconds.values()) / 60))


def count_words(text: str) -> int:
    """Words, ⟦numbers⟧ and figures of an English text without its formulas."""
    return len(_WORD.findall(_NOT_WORDS.sub(" ", text)))


def find_lonely_deeper(source: Source) -> Iterator[Problem]:
    """Sections that are marked Deeper in one language only."""
    try:
        pairs = pair_cells(source)
    except SourceError:
        return  # tools/twins.py names what is missing
    for en, zh in pairs:
        if zh is not None and (lonely := _find_deeper(en.text, "en") ^ _find_deeper(zh.text, "zh")):
            marks = f"'## NN.k {DEEPER['en'].strip()} …' goes with '## NN.k {DEEPER['zh']}…'"
            yield Problem(source.path, zh.line, f"{', '.join(sorted(lonely))} is marked in one language only: {marks}")


def find_typed_minutes(source: Source) -> Iterator[Problem]:
    """Reading times that a lesson's first cell states by hand."""
    for cell in [cell for cell in source.cells if cell.kind == "markdown"][:2]:
        for match in _TYPED.finditer(cell.text):
            line = cell.line + 1 + cell.text.count("\n", 0, match.start())
            message = f"'{match[0]}' is typed: write ⟦core_minutes⟧ and ⟦whole_minutes⟧, which the build computes"
            yield Problem(source.path, line, message)


def _read(text: str) -> float:
    """Seconds for English prose, its questions "before you run it" and the pictures that it describes."""
    words, pictures, guesses = count_words(text), text.count(PICTURE["en"]), text.count(GUESS["en"])
    return SECONDS["word"] * words + SECONDS["picture"] * pictures + SECONDS["question"] * guesses


def _find_deeper(text: str, lang: str) -> set[str]:
    return {match[1] or match[2] for match in _HEADING.finditer(text) if match[2].startswith(DEEPER[lang])}
