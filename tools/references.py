"""Finds references to sections and lessons that are not there: "07.19", "07.19 节", "lesson 99", "第 99 课"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tools.passages import Passage, silence
from tools.source import Problem, Source

Outline = dict[str, set[int]]  # lesson number "07" -> the numbers of its sections

_NUMBER = r"\d\d?(?![\d%]|\.\d| %)"
_NOTED = rf"{_NUMBER}(?:\s*\([^()]*\))?"
_LISTED = rf"{_NOTED}(?:(?:,\s*|\s+)(?:and\s+|to\s+|or\s+)?{_NOTED}|\s*[–-]\s*{_NUMBER})*"
_LESSONS = re.compile(
    rf"\b(?:[Ll]essons|[Ee]xercises)\s+(?P<en>{_LISTED})|\b(?:[Ll]esson|[Ee]xercise)\s+(?P<one_en>{_NUMBER})"
    rf"|第\s*(?P<zh>{_NUMBER}(?:\s*[、，和与及或到至–-]\s*{_NUMBER})*)\s*课|(?:练习|课文)\s*(?P<one_zh>{_NUMBER})"
)
_SECTION = re.compile(r"(?<![A-Za-z0-9_.,$-])(\d\d)\.([1-9]\d?)(?![A-Za-z0-9_%]|\.\d|\s+%)")
_OTHER_WORK = re.compile(r"[§第]\s*$")  # "§ 10.14", "第 10.14 节": a section of a paper or a book
_NAMED = re.compile(r"(?:\b(?:sections?|lessons?|exercises?)\s+|课文\s*)$", re.I)


def read_outline(sources: Iterable[Source]) -> Outline:
    """The sections that each lesson has, from its English headings `## 07.1 …`."""
    outline: Outline = {}
    for source in sources:
        if source.kind == "lesson":
            number = source.stem.split("_")[0]
            text = "\n".join(cell.text for cell in source.cells if cell.lang == "en")
            outline[number] = {int(found) for found in re.findall(rf"^## {number}\.(\d+) ", text, re.M)}
    return outline


def find_dead_sections(passages: Iterable[Passage], outline: Outline) -> Iterator[Problem]:
    """References to a section that its lesson doesn't have."""
    for passage in passages:
        for offset, lesson, section, _ in _find_sections(passage.text):
            if lesson in outline and section not in outline[lesson]:
                message = (
                    f"there is no section {lesson}.{section}, the last is {lesson}.{len(outline[lesson])}; "
                    f"another work's section is written § {lesson}.{section}, a number ${lesson}.{section}$"
                )
                yield passage.problem(offset, message)


def find_dead_lessons(passages: Iterable[Passage], outline: Outline) -> Iterator[Problem]:
    """References to a lesson, its exercise or one of its sections, where there is no such lesson."""
    for passage in passages:
        cited = [(offset, lesson) for offset, lesson, _, sure in _find_sections(passage.text) if sure]
        for offset, lesson in sorted(cited + list(_find_lessons(passage.text))):
            if lesson not in outline:
                message = f"there is no lesson {lesson}: cite it when it is there, name its subject until then"
                yield passage.problem(offset, message)


def _find_lessons(text: str) -> Iterator[tuple[int, str]]:
    """(offset, lesson "07") of each lesson that is cited."""
    text = silence(text) if _LESSONS.search(text) else ""
    for match in _LESSONS.finditer(text):
        listed = re.sub(r"\([^()]*\)", lambda note: " " * len(note[0]), match[match.lastgroup])
        for found in re.finditer(r"\d+", listed):
            yield match.start(match.lastgroup) + found.start(), found[0].zfill(2)


def _find_sections(text: str) -> Iterator[tuple[int, str, int, bool]]:
    """(offset, lesson "07", section, whether this can be no number) of each section that is cited.

    A bare "17.5" may be a number; with a word, in brackets or with a zero before it, it is a section.
    """
    text = silence(text) if _SECTION.search(text) else ""
    for match in _SECTION.finditer(text):
        before, after = text[max(0, match.start() - 12) : match.start()], text[match.end() : match.end() + 3]
        if not _OTHER_WORK.search(before):
            bracketed = before[-1:] in ("(", "（") and after[:1] in (")", "）")
            named = _NAMED.search(before) or after.strip().startswith("节") or match[1].startswith("0")
            yield match.start(), match[1], int(match[2]), bool(bracketed or named)
