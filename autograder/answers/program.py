"""The program that is judged, in the notebook and when graded: which of a learner's cells run, and in which order."""

from __future__ import annotations

import builtins
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from autograder.answers.layout import Layout, find_given_names, find_names, normalize
from autograder.sandbox.inside.cells import NOTEBOOK_NAMES
from autograder.sandbox.inside.studying import EVERYTHING, Names, study_cell

_MARKER = re.compile(r"(?:\s|%[^\n]*\n)*+#[ \t]*(q[0-9]{1,4}\w{0,20})[ \t]*[:：]", re.I)
_OPENING = re.compile(r"(?<!def )(?:\b\w+\.)?\bopen_exercise\([^()]*+(?:\([^()]*+\)[^()]*+)*+\)")
_IMPORT = re.compile(r"^[ \t]*(?:import autograder\b|from autograder import open_exercise\b)[^,;\n]*$", re.M)
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

    `questions`: those whose answer it holds; `published`: it is one of the exercise's cells. `names`: None
    where the cell was not studied, or is no Python.
    """

    source: str = ""
    given: int = 0
    questions: tuple[str, ...] = ()
    count: int | None = None
    published: bool = False
    names: Names | None = None


def find_marker(source: str) -> str | None:
    """ "q1", where the first line is "# q1: …"."""
    marker = _MARKER.match(source[:10_000].lstrip("\ufeff"))
    return marker[1].lower() if marker else None


def calls_only_tools(source: str) -> bool:
    """Whether the cell calls check, hint and score and does nothing else."""
    return len(source) < 10_000 and bool(_TOOLS_ONLY.fullmatch(source))


def list_steps(cells: Iterable[Cell], layout: Layout) -> list[Step]:
    """All that could be a step, in the order of the cells; nothing is parsed or run.

    A given cell that the learner has edited keeps what they added, and nothing that they changed.
    """
    steps = []
    for cell in cells:
        source = cell.source
        if "open_exercise(" in source:
            source = "\n".join(line for line in source.split("\n") if line.rstrip() not in layout.setup)
            source = _OPENING.sub("(check, hint, score)", _IMPORT.sub("", source))
        if calls_only_tools(source):
            continue
        text = normalize(source)
        given, places = layout.places.get(text, 0), [layout.places[id] for id in cell.ids if id in layout.places]
        edited = 0 if given else max(places, default=0)
        again = [Step(given=given or edited, count=cell.count)] if given or edited else []
        published = bool(places) or text in layout.places or find_marker(source) in layout.names
        questions = _find_questions(cell, source, layout)
        own = [] if given else [Step(source, 0, questions, cell.count, published)]
        steps += again + own + again if edited else again + own
    return steps


def add_names(steps: Sequence[Step], study: Callable = lambda cells: map(study_cell, cells)) -> list[Step]:
    """The steps with their names; `study` gives those of the cells' sources, in order."""
    own = [step for step in steps if not step.given]
    found = iter(study([step.source for step in own]))
    return [step if step.given else replace(step, names=next(found)) for step in steps]


def choose_steps(steps: Sequence[Step], layout: Layout) -> list[Step]:
    """The program: the answers and, of the other cells, those that define or change what they need; given cells stay.

    In the order of the last run where all these cells have been run, else in that of the notebook.
    """
    program = restrict_program(steps, layout, *layout.names)
    counts = [step.count for step in program if not step.given and not _is_hole(step)]
    if None not in counts and len(set(counts)) == len(counts):
        program.sort(key=lambda step: step.count or 0)
    return program


def restrict_program(steps: Sequence[Step], layout: Layout, *questions: str) -> list[Step]:
    """Of these steps those that the answers to the questions need, in the same order; given cells stay."""
    touched_by: dict[str, list[int]] = {}  # name -> the steps that define or change it
    for at, step in enumerate(steps):
        for name in {*step.names.binds, *step.names.changes} if step.names else ():
            touched_by.setdefault(name, []).append(at)
    chosen, looked_at = set(), {EVERYTHING}.union(*(layout.names[question] for question in questions))
    more = {at for at, step in enumerate(steps) if set(step.questions) & set(questions)}
    more = more.union(*(touched_by.get(name, ()) for name in looked_at))
    while more:  # each step and each name is looked at once, however long the chain
        chosen.add(at := more.pop())
        new = set(steps[at].names.needs) - looked_at if steps[at].names else set()
        looked_at |= new
        more |= {at for name in new for at in touched_by.get(name, ())} - chosen
    return [step for at, step in enumerate(steps) if step.given or at in chosen]


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
    known = {*dir(builtins), *NOTEBOOK_NAMES, *find_given_names(layout.given)}
    return sorted({name for names in own for name in names.needs} - known.union(*(names.binds for names in own)))


def _is_hole(step: Step) -> bool:
    return bool(step.names and step.names.blanks == step.names.binds)


def _find_questions(cell: Cell, source: str, layout: Layout) -> tuple[str, ...]:
    """By id, metadata, marker, and the names that the cell defines: a cell may hold several answers."""
    marker, names = find_marker(source), find_names(source)
    return tuple(
        question
        for question, own in layout.names.items()
        if question in (cell.question, marker) or f"{layout.name}-{question}" in cell.ids or own & names
    )
