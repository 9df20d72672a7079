"""What an exercise's own notebook says of its cells: which are given, what each answer cell defines."""

from __future__ import annotations

import functools
import itertools
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from autograder.answers.rooms import find_notebook, load_definition
from autograder.sandbox.inside.studying import study_cell

_NAME = re.compile(
    r"^(?:%\w+[ \t]+)?(?:(?:async[ \t]+)?(?:def|class)[ \t]+(\w{1,80})"
    r"|(\w[\w, \t]{0,200}+)(?::[^=\n]{1,80})?=(?!=))",
    re.M,
)


@dataclass(frozen=True)
class Layout:
    """What the exercise's own notebook says of cells.

    given: the set-up cell's imports, then the given cells. places: the id and the text, in both languages, of each code
    cell -> its number if it is a given one, else 0. names: question -> what its untouched cell defines. setup: the
    lines of the set-up cell.
    """

    name: str
    given: tuple[str, ...]
    places: dict[str, int]
    names: dict[str, frozenset[str]]
    setup: frozenset[str]


@functools.cache
def load_layout(name: str) -> Layout:
    """The exercise's layout, from its built notebooks. Raises ValueError as `load_definition` does."""
    definition, places, setup = load_definition(name), {}, []
    for lang in ("en", "zh"):
        try:
            notebook = json.loads(find_notebook(name, lang=lang).read_text(encoding="utf-8"))
        except ValueError:  # an exercise in one language
            continue
        cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        tagged = [(cell, cell["metadata"].get("tags", [])) for cell in cells]
        setup += [_join(cell["source"]) for cell, tags in tagged if "setup" in tags]
        numbers = itertools.count(2)
        for cell, tags in tagged:
            number = next(numbers) if "given" in tags else 0
            places |= {key: number for key in (cell.get("id"), normalize(_join(cell["source"]))) if key}
    names = {question: find_names(hole) for question, hole in definition.holes.items()}
    lines = frozenset(line.rstrip() for source in setup for line in source.split("\n"))
    return Layout(name, (_find_imports(lines), *definition.given), places, names, lines)


def find_names(source: str) -> frozenset[str]:
    """Names that the source defines at its top level, by their look: nothing hostile is compiled on this side."""
    groups = (match[1] or match[2] for match in _NAME.finditer(source[:200_000]))
    return frozenset(name.strip() for group in groups for name in group.split(","))


@functools.cache
def find_given_names(given: tuple[str, ...]) -> frozenset[str]:
    """What the given cells define."""
    return frozenset(name for source in given for name in study_cell(source).binds)


def normalize(source: str) -> str:
    """The source without blanks at the ends of lines, and blank lines at its own."""
    return "\n".join(line.rstrip() for line in source.strip().split("\n"))


def _join(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)


def _find_imports(lines: Iterable[str]) -> str:
    """The set-up cell's imports of what there is beside a learner's code, too: a cell may use `os` from there."""
    imports = [line for line in lines if re.match(r"(?:import|from) (?!autograder|course_utils)", line)]
    return "\n".join(sorted(imports))
