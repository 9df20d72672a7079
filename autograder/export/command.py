"""python -m autograder export: grades for Canvas and Moodle, and exercises for nbgrader and Gradescope."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from autograder.answers.rooms import find_notebook, list_exercises, load_exercise
from autograder.command_line import Parser
from autograder.export.gradescope import write_gradescope
from autograder.export.nbgrader import write_nbgrader
from autograder.export.spreadsheets import write_canvas, write_moodle
from autograder.results.record import Record, read_record


def main(arguments: list[str]) -> int:
    """0: written; 2: refused, and why."""
    options = _parse(arguments)
    try:
        return options.write(options)
    except (ValueError, OSError) as error:
        print(f"autograder: {error}", file=sys.stderr)
        return 2


def _write_grades(options: argparse.Namespace) -> int:
    records = _read_records(options.graded)
    if options.system == "canvas":
        unknown = write_canvas(records, options.file, options.assignment or records[0].exercise, options.roster)
    else:
        unknown = write_moodle(records, options.file, options.roster, options.lang)
    print(f"{options.file}: {len(records) - len(unknown)} grades")
    if unknown:
        print(f"Not in {options.roster}, so not in the file: {', '.join(unknown)}", file=sys.stderr)
    return 0


def _write_assignment(options: argparse.Namespace) -> int:
    exercise = load_exercise(options.exercise)
    notebooks = (find_notebook(exercise.name, variant, options.lang) for variant in ("exercise", "solution"))
    write_nbgrader(exercise, *notebooks, options.file, options.lang)
    print(f"{options.file}: source/ and release/ of {exercise.name}; visible checks only, as safe as nbgrader is")
    return 0


def _write_zip(options: argparse.Namespace) -> int:
    write_gradescope(options.exercise, options.file)
    print(f"{options.file}: upload it to Gradescope under Configure Autograder")
    return 0


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = Parser(prog="python -m autograder export", description=__doc__)
    systems = parser.add_subparsers(dest="system", required=True, metavar="SYSTEM")
    for name, roster in (("canvas", "the gradebook that Canvas exported"), ("moodle", "Moodle's grading worksheet")):
        grades = systems.add_parser(name, help=f"grades of a graded folder for {name.title()}")
        grades.add_argument("graded", metavar="OUT", type=Path, help="the folder that `grade -o OUT` wrote")
        grades.add_argument("file", metavar="FILE", type=Path, help="the CSV file to write")
        grades.add_argument("--roster", metavar="CSV", type=Path, help=f"{roster}: its rows are kept and filled in")
        grades.add_argument("--assignment", metavar="NAME", help="Canvas: the assignment's name (the exercise's)")
        grades.add_argument("--lang", choices=["en", "zh"], default="en", help="language of Moodle's comments")
        grades.set_defaults(write=_write_grades)
    names = ", ".join(list_exercises())
    nbgrader = systems.add_parser("nbgrader", help="an exercise as an nbgrader assignment")
    nbgrader.add_argument("exercise", metavar="EXERCISE", help=f"one of {names}")
    nbgrader.add_argument("file", metavar="FOLDER", type=Path, help="the course folder of nbgrader")
    nbgrader.add_argument("--lang", choices=["en", "zh"], default="en")
    nbgrader.set_defaults(write=_write_assignment)
    gradescope = systems.add_parser("gradescope", help="an exercise as a Gradescope autograder")
    gradescope.add_argument("exercise", metavar="EXERCISE", help=f"one of {names}")
    gradescope.add_argument("file", metavar="ZIP", type=Path, help="the zip to write")
    gradescope.set_defaults(write=_write_zip)
    return parser.parse_args(arguments)


def _read_records(out: Path) -> list[Record]:
    paths = sorted((out / "results").glob("*.json"))
    if not paths:
        raise ValueError(f"{out} holds no results: grade first, with -o {out}")
    return [read_record(json.loads(path.read_text(encoding="utf-8"))) for path in paths]
