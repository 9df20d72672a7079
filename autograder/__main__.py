"""python -m autograder grade|export …: each command says with --help what it takes."""

from __future__ import annotations

import importlib
import sys

_COMMANDS = {
    "grade": ("autograder.grading.command", "grade a class: one command from a folder of submissions to a gradebook"),
    "export": ("autograder.export.command", "write grades for Canvas or Moodle, exercises for nbgrader or Gradescope"),
}


def main(arguments: list[str] | None = None) -> int:
    arguments = sys.argv[1:] if arguments is None else arguments
    if not arguments or arguments[0] not in _COMMANDS:
        lines = [f"  {name:8} {what}" for name, (_, what) in _COMMANDS.items()]
        print("usage: python -m autograder COMMAND …   (COMMAND --help says more)", *lines, sep="\n")
        return 0 if arguments and arguments[0] in ("-h", "--help") else 2
    return importlib.import_module(_COMMANDS[arguments[0]][0]).main(arguments[1:])


if __name__ == "__main__":
    sys.exit(main())
