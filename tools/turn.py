"""Turns one knob of a lesson and runs it again: does what it asserts still hold, and what do its numbers become?

python tools/turn.py 10 SEED 1 2 3                     other seeds; says for each where a cell fails, if one does
python tools/turn.py 10 SEED 1 --numbers accuracy      also the prose's numbers whose expression contains this text

Nothing is written: neither notebooks nor the ledger. Exit code 1 when a run fails.
"""

from __future__ import annotations

import argparse
import ast
import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tqdm import tqdm

from tools.build import find_sources
from tools.execute import execute_notebook
from tools.render import render_notebook
from tools.source import Problem, Source, SourceError


def turn(source: Source, knob: str, value: str) -> Source:
    """The source with `knob = value` right after the statement that first sets it: what follows sees the new value.

    Raises SourceError where no cell sets such a name at its top level.
    """
    for place, cell in enumerate(source.cells):
        if cell.kind != "code" or (line := _find_line(cell.text, knob)) is None:
            continue
        lines = cell.text.splitlines()
        turned = replace(cell, text="\n".join([*lines[:line], f"{knob} = {value}", *lines[line:]]))
        return replace(source, cells=(*source.cells[:place], turned, *source.cells[place + 1 :]))
    raise SourceError([Problem(source.path, 1, f"no cell sets a knob called {knob!r}")])


def run(source: Source) -> dict[str, str]:
    """Execute the lesson elsewhere than in notebooks/; the numbers of its prose. Raises SourceError as a build does."""
    notebook = render_notebook(source, "en", "lesson")
    with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, COURSE_LEDGER=f"{folder}/ledger.jsonl"):
        return execute_notebook(notebook, source, "", Path(folder), tqdm(disable=True)).values


def _find_line(text: str, knob: str) -> int | None:
    """The last line, counted from 1, of the first top-level statement of a cell that assigns to this name."""
    for statement in ast.parse(text).body:
        if isinstance(statement, ast.Assign):
            names = [node.id for target in statement.targets for node in ast.walk(target) if isinstance(node, ast.Name)]
            if knob in names:
                return statement.end_lineno
    return None


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("lesson", help="its number or name, such as 10")
    parser.add_argument("knob", help="a name that a cell sets, such as SEED")
    parser.add_argument("values", nargs="+", help="what to set it to instead, each in its own run")
    parser.add_argument("--numbers", metavar="TEXT", help="show the prose's numbers whose expression contains TEXT")
    options = parser.parse_args(arguments)
    failed = False
    try:
        (source,) = (source for source in find_sources(options.lesson) if source.kind == "lesson")
        turned = {value: turn(source, options.knob, value) for value in options.values}
    except SourceError as error:
        parser.error(str(error))
    for value, other in turned.items():
        try:
            numbers = run(other)
        except SourceError as error:
            failed = True
            print(f"{source.stem}, {options.knob} = {value}: {error}", flush=True)
        else:
            wanted = [name for name in numbers if options.numbers and options.numbers in name]
            shown = [f"  {name}  {numbers[name]}" for name in wanted]
            print(f"{source.stem}, {options.knob} = {value}: every cell runs", *shown, sep="\n", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
