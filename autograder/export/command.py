"""python -m autograder export: grades for Canvas, Moodle or any list; exercises for nbgrader and Gradescope."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from autograder.answers.rooms import find_notebook, list_exercises, load_exercise
from autograder.command_line import NOTHING_MATCHED, NothingMatched, Parser, print_error
from autograder.export.canvas import write_canvas
from autograder.export.gradescope import write_gradescope
from autograder.export.lists import write_list
from autograder.export.matching import Written
from autograder.export.moodle import write_moodle
from autograder.export.nbgrader import write_nbgrader
from autograder.results.plain_text import make_plain
from autograder.results.record import Record
from autograder.results.stored import read_results

_SHOWN = 20  # names on the terminal
_SYSTEMS = {  # what each takes as --roster
    "canvas": "the gradebook that Canvas exported",
    "moodle": "Moodle's grading worksheet, in any language",
    "list": "any list of students saved as CSV: Google Classroom, Blackboard, 学习通, an office",
}
_COLUMN = "the assignment's name in Canvas, elsewhere the column of grades (as a rule it is found without)"
_ANONYMOUS = (
    "Names that begin with anon_ came from an anonymous assignment, which Canvas lets nobody grade from a file: post "
    "its grades or switch anonymity off, then download the submissions again"
)
_GROUPS = "Is one of these a group? Give the list a column “Group”: each member then gets the group's grade"


def main(arguments: list[str]) -> int:
    """0: written; 2: refused, and why; 3: no student of the results is in the list, so nothing was written."""
    options = _parse(arguments)
    try:
        return options.write(options)
    except (ValueError, OSError) as error:
        print_error(error)
        return NOTHING_MATCHED if isinstance(error, NothingMatched) else 2


def _write_grades(options: argparse.Namespace) -> int:
    records = _read_records(options.graded)
    column = options.column
    if options.system == "canvas":
        written = write_canvas(records, options.file, column, options.roster, options.encoding)
    elif options.system == "moodle":
        written = write_moodle(records, options.file, options.roster, options.lang, column, options.encoding)
    else:
        written = write_list(records, options.file, options.roster, column, options.encoding)
    print(f"{options.file}: {written.grades} grade{'s' * (written.grades != 1)}")
    for note in written.notes:
        print(f"{note}.")
    _tell_missing(written, options.roster)
    return 0


def _tell_missing(written: Written, roster: Path | None) -> None:
    """Who is in the results or the list alone, on the terminal's error stream."""
    for names, what in (
        (written.unknown, f"Graded, but not in {roster}, so not in the file"),
        (written.alone, f"In {roster}, but without a result, so left as they were"),
    ):
        if names:
            more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
            print(
                f"{what} ({len(names)}): {', '.join(make_plain(name, 60) for name in names[:_SHOWN])}{more}",
                file=sys.stderr,
            )
    if any(name.startswith(("anon_", "LATE_anon_")) for name in written.unknown):
        print(f"{_ANONYMOUS}.", file=sys.stderr)
    elif written.unknown:
        print(f"{_GROUPS}.", file=sys.stderr)


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
    for name, roster in _SYSTEMS.items():
        grades = systems.add_parser(name, help=f"grades of a graded folder for {roster}")
        grades.add_argument("graded", metavar="OUT", type=Path, help="the folder that `grade -o OUT` wrote")
        grades.add_argument("file", metavar="FILE", type=Path, help="the CSV file to write")
        grades.add_argument(
            "--roster", metavar="CSV", type=Path, required=name == "list", help=f"{roster}; is filled in"
        )
        grades.add_argument(
            "--encoding", metavar="NAME", help="of the roster, where it isn't found out: gb18030, cp1252"
        )
        grades.add_argument("--assignment", "--column", metavar="NAME", dest="column", help=_COLUMN)
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
    """The records of OUT that this teacher's key signed; others are named on the error stream."""
    records, strangers = read_results(out)
    if strangers:
        names = ", ".join(make_plain(name, 60) for name in strangers[:_SHOWN])
        print(f"Not written by `grade` here, so not believed ({len(strangers)}): {names}", file=sys.stderr)
    if not records:
        raise ValueError(f"{out} holds no results: grade first, with -o {out}")
    return records
