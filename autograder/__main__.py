"""python -m autograder grade|export …: each command says with --help what it takes."""

from __future__ import annotations

import importlib
import sys

_COMMANDS = {
    "grade": ("autograder.grading.command", "grade a class: one command from a folder of submissions to a gradebook"),
    "export": (
        "autograder.export.command",
        "grades for Canvas, Moodle or any list, exercises for nbgrader or Gradescope",
    ),
}
_WINDOWS = """{} needs Linux or macOS, where submissions can be locked in. On Windows use WSL, its own Linux:
`wsl --install` (once), open its terminal, make the course's environment there as the README says, run this again."""


def main(arguments: list[str] | None = None) -> int:
    arguments = sys.argv[1:] if arguments is None else arguments
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # a terminal in Latin-1 or cp1252 shows "?", not a UnicodeEncodeError
    if arguments[:1] == ["verify"]:
        print(
            "proofs need the course's repository, so they have a command of their own: python -m proofs",
            file=sys.stderr,
        )
        return 2
    if not arguments or arguments[0] not in _COMMANDS:
        lines = [f"  {name:8} {what}" for name, (_, what) in _COMMANDS.items()]
        print("usage: python -m autograder COMMAND …   (COMMAND --help says more)", *lines, sep="\n")
        return 0 if arguments and arguments[0] in ("-h", "--help") else 2
    if arguments[0] == "grade" and is_windows("Grading"):
        return 2
    return importlib.import_module(_COMMANDS[arguments[0]][0]).main(arguments[1:])


def is_windows(what: str) -> bool:
    """Whether this is Windows; then it is said what to do, before anything is imported that isn't there."""
    if sys.platform == "win32":
        print(_WINDOWS.format(what), file=sys.stderr)
    return sys.platform == "win32"


if __name__ == "__main__":
    sys.exit(main())
