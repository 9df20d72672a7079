"""The program that is judged, in the notebook and when graded: which of a learner's cells run, and in which order."""

from __future__ import annotations

import builtins
import functools
import json
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from autograder.answers.rooms import find_notebook, load_definition
from autograder.sandbox.inside.cells import NOTEBOOK_NAMES
from autograder.sandbox.inside.studying import EVERYTHING, Names, study_cell

_NAME = re.compile(
    r"^(?:%\w+[ \t]+)?(?:(?:async[ \t]+)?(?:def|class)[ \t]+(\w{1,80})"
    r"|(\w[\w, \t]{0,200}?)[ \t]{0,9}(?::[^=\n]{1,80})?=(?!=))",
    re.M,
)
_MARKER = re.compile(r"(?:\s|%[^\n]*\n)*+#[ \t]*(q[0-9]{1,4}\w{0,20})[ \t]*[:：]", re.I)
_TOOLS_ONLY = re.compile(r"(?:\s*(?:check|hint|score)\([^()\n]{0,80}\)[;\s]*)*+")


class Cell(NamedTuple):
    """A code cell as a file or a kernel knows it. `question`: its metadata; `count`: its place in the order of runs."""

    source: str
    ids: tuple[str, ...] = ()
    question: str | None = None
    count: int | None = None


@dataclass(frozen=True)
class Step:
    """A learner's cell in the program, or a given one (`given`: its number, from 1; then the rest is empty).

    `questions`: those whose answer it holds. `names` is None where the cell was not studied, or is no Python.
    """

    source: str = ""
    given: int = 0
    questions: tuple[str, ...] = ()
    count: int | None = None
    names: Names | None = None


@dataclass(frozen=True)
class Layout:
    """What the exercise's own notebook says of cells.

    given: the set-up cell's imports, then the given cells. places: the id and the text, in both languages, of a given
    cell -> its number. names: question -> what its untouched cell defines. setup: the lines of the set-up cell.
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
        setup += [join_source(cell["source"]) for cell, tags in tagged if "setup" in tags]
        for number, cell in enumerate((cell for cell, tags in tagged if "given" in tags), 2):
            places |= {cell.get("id", ""): number, _normalize(join_source(cell["source"])): number}
    names = {question: find_names(hole) for question, hole in definition.holes.items()}
    lines = frozenset(line.rstrip() for source in setup for line in source.split("\n"))
    return Layout(name, (_find_imports(lines), *definition.given), places, names, lines)


def join_source(source: str | list[str]) -> str:
    """A cell's text, which a notebook holds whole or line by line."""
    return source if isinstance(source, str) else "".join(source)


def find_names(source: str) -> frozenset[str]:
    """Names that the source defines at its top level, by their look: nothing hostile is compiled on this side."""
    groups = (match[1] or match[2] for match in _NAME.finditer(source[:200_000]))
    return frozenset(name.strip() for group in groups for name in group.split(","))


def find_marker(source: str) -> str | None:
    """ "q1", where the first line is "# q1: …"."""
    marker = _MARKER.match(source[:10_000].lstrip("\ufeff"))
    return marker[1].lower() if marker else None


def list_steps(cells: Iterable[Cell], layout: Layout) -> list[Step]:
    """All that could be a step, in the order of the cells; nothing is parsed or run.

    A given cell that the learner has edited keeps what they added, and nothing that they changed.
    """
    steps = []
    for cell in cells:
        source = cell.source
        if "open_exercise(" in source:
            source = "\n".join(line for line in source.split("\n") if line.rstrip() not in layout.setup)
        if _TOOLS_ONLY.fullmatch(source[:10_000]) and len(source) < 10_000:
            continue
        given = layout.places.get(_normalize(source), 0)
        edited = 0 if given else next((layout.places[id] for id in cell.ids if id in layout.places), 0)
        again = [Step(given=given or edited, count=cell.count)] if given or edited else []
        own = [] if given else [Step(source, 0, _find_questions(cell, source, layout), cell.count)]
        steps += again + own + again if edited else again + own
    return steps


def add_names(steps: Sequence[Step], study: Callable = lambda cells: map(study_cell, cells)) -> list[Step]:
    """The steps with their names; `study` gives those of the cells' sources, in order."""
    own = [step for step in steps if not step.given]
    found = iter(study([step.source for step in own]))
    return [step if step.given else replace(step, names=next(found)) for step in steps]


def choose_steps(steps: Sequence[Step], layout: Layout, question: str | None = None) -> list[Step]:
    """The program: the answers (to one question) and, of the other cells, those that define or change what they need.

    In the order of the last run where all these cells have been run, else in that of the notebook. Given cells stay.
    """
    wanted = [question] if question else list(layout.names)
    needed = {name for one in wanted for name in layout.names[one]}
    chosen = {at for at, step in enumerate(steps) if set(step.questions) & set(wanted)}
    while True:
        needed |= {name for at in chosen if steps[at].names for name in steps[at].names.needs}
        more = {at for at, step in enumerate(steps) if _touches(step, needed)} - chosen
        if not more:
            break
        chosen |= more
    counts = [steps[at].count for at in chosen]
    program = [step for at, step in enumerate(steps) if step.given or at in chosen]
    if None not in counts and len({step.count for step in program if not step.given}) == len(counts):
        program.sort(key=lambda step: step.count or 0)
    return program


def name_step(step: Step) -> str:
    """What people call the cell: its questions, or its number in the notebook."""
    return ", ".join(step.questions) or f"[{step.count or ' '}]"


def find_rivals(program: Sequence[Step], layout: Layout) -> list[str]:
    """Names of or for answers that several cells define: which one counts depends on the order of running."""
    own = [step for step in program if step.names]
    read = {name for step in own for name in step.names.needs}.union(*layout.names.values())
    seen, rivals = {}, set()
    for step in own:
        for name in read & set(step.names.binds) - {*step.names.blanks, *step.names.changes, *step.names.imports}:
            if seen.setdefault(name, step.source) != step.source:
                rivals.add(name)
    return sorted(rivals)


def find_absent(program: Sequence[Step], layout: Layout) -> list[str]:
    """Names that the program needs and no cell of it defines."""
    own = [step.names for step in program if step.names]
    if any(EVERYTHING in names.binds for names in own):
        return []
    known = {*dir(builtins), *NOTEBOOK_NAMES, *_find_given_names(layout.given)}
    return sorted({name for names in own for name in names.needs} - known.union(*(names.binds for names in own)))


@functools.cache
def _find_given_names(given: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name for source in given for name in study_cell(source).binds)


def _touches(step: Step, needed: Collection[str]) -> bool:
    names = step.names
    return bool(names and (EVERYTHING in names.binds or needed & {*names.binds, *names.changes}))


def _find_questions(cell: Cell, source: str, layout: Layout) -> tuple[str, ...]:
    """By id, metadata, marker, and the names that the cell defines: a cell may hold several answers."""
    marker, names = find_marker(source), find_names(source)
    return tuple(
        question
        for question, own in layout.names.items()
        if question in (cell.question, marker) or f"{layout.name}-{question}" in cell.ids or own & names
    )


def _normalize(source: str) -> str:
    return "\n".join(line.rstrip() for line in source.strip().split("\n"))


def _find_imports(lines: Iterable[str]) -> str:
    """The set-up cell's imports of what there is beside a learner's code, too: a cell may use `os` from there."""
    imports = [line for line in lines if re.match(r"(?:import|from) (?!autograder|course_utils)", line)]
    return "\n".join(sorted(imports))
