"""The rules that the build refuses a source for, each with the breaches that tools/exceptions.toml still allows."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.chinese import find_lapses
from tools.links import find_dead_links, list_notebooks
from tools.minutes import find_lonely_deeper, find_typed_minutes
from tools.passages import list_passages
from tools.references import Outline, find_dead_lessons, find_dead_sections, read_outline
from tools.source import ROOT, Problem, Source

EXCEPTIONS = ROOT / "tools" / "exceptions.toml"
RULES = ("wide-line", "dead-section", "dead-lesson", "dead-link", "typed-minutes", "lonely-deeper", "chinese")
COLUMNS = 88  # a wider line of code is cut on the site, in Colab and on a laptop
Allowed = dict[tuple[str, str, str], int]  # (rule, "lesson", "07_attention") -> how many breaches


@dataclass(frozen=True)
class Course:
    """What a source may refer to: sections of lessons, and notebooks; and the names of all sources."""

    outline: Outline
    notebooks: set[str]
    names: set[tuple[str, str]]


def survey(sources: list[Source]) -> Course:
    """The course that these sources, all of them, make."""
    names = {(source.kind, source.stem) for source in sources}
    return Course(read_outline(sources), list_notebooks(sources), names)


def find_wide_lines(source: Source) -> Iterator[Problem]:
    """Lines of code wider than 88 columns; a Chinese character takes two."""
    for cell in source.cells:
        for offset, line in enumerate(cell.text.splitlines() if cell.kind == "code" else (), 1):
            if (width := _count_columns(line)) > COLUMNS:
                yield Problem(source.path, cell.line + offset, f"{width} columns of code: break it at {COLUMNS}")


def find_breaches(source: Source, course: Course) -> dict[str, list[Problem]]:
    """What in a source breaks each rule, allowed or not."""
    passages = list(list_passages(source))
    found = (
        find_wide_lines(source),
        find_dead_sections(passages, course.outline),
        find_dead_lessons(passages, course.outline),
        find_dead_links(source, course.notebooks),
        find_typed_minutes(source) if source.kind == "lesson" else (),
        find_lonely_deeper(source),
        find_lapses(source),
    )
    return dict(zip(RULES, map(list, found), strict=True))


def refuse(sources: list[Source], course: Course, allowed: Allowed | None = None) -> list[Problem]:
    """Every breach that the list doesn't allow, and every entry of the list that allows more than there is."""
    allowed = read_exceptions() if allowed is None else allowed
    problems = []
    for source in sources:
        for rule, found in find_breaches(source, course).items():
            entry = (rule, source.kind, source.stem)
            problems += weigh(found, allowed.get(entry, 0), entry)
    for rule, kind, name in allowed:
        if rule not in RULES or (kind, name) not in course.names:
            problems.append(Problem(EXCEPTIONS, 1, f"[{rule}.{kind}] {name}: no such rule or source: remove the entry"))
    return problems


def weigh(found: list[Problem], limit: int, entry: tuple[str, str, str]) -> list[Problem]:
    """What is wrong with so many breaches where `limit` are allowed: nothing if they are as many."""
    rule, kind, name = entry
    if len(found) > limit > 0:
        return [Problem(one.path, one.line, f"{one.message} ({rule}: {len(found)}, {limit} allowed)") for one in found]
    if len(found) < limit:
        what = f"lower it to {len(found)}" if found else "remove the entry"
        return [Problem(EXCEPTIONS, 1, f"[{rule}.{kind}] {name} = {limit}, but {len(found)} are left: {what}")]
    return found if not limit else []


def read_exceptions(path: Path = EXCEPTIONS) -> Allowed:
    """How many breaches of which rule are still allowed where; none where there is no such file."""
    if not path.exists():
        return {}
    allowed = {}
    for rule, entry in tomllib.loads(path.read_text(encoding="utf-8")).items():
        for kind, counts in entry.items():
            if kind != "since":
                allowed |= {(rule, kind, name): count for name, count in counts.items()}
    return allowed


def _count_columns(line: str) -> int:
    wide = 0 if line.isascii() else sum(unicodedata.east_asian_width(character) in "WF" for character in line)
    return len(line) + wide
