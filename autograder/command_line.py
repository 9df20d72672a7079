"""What our commands have in common: they take no word for an option that may be a file's name, and print plainly."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from autograder.results.plain_text import make_plain

NOTHING_MATCHED = 3  # exit code


class NothingMatched(ValueError):
    """Not one of the files, or rows, is what was asked for; the message says what they are, and what to do."""


class Parser(argparse.ArgumentParser):
    """An argparse that a file's name cannot command.

    The shell puts the names of files where `*` stands, whoever chose them. So no option may be abbreviated, no word is
    taken for an option while a file here has that name, and no other word may begin with "-": a path can be written
    with "./" before it. Words are never read from a file ("@names"). Such words end the program with exit code 2.
    """

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **{"allow_abbrev": False, **options})

    def parse_args(self, arguments: Sequence[str] | None = None, namespace=None) -> argparse.Namespace:
        arguments = sys.argv[1:] if arguments is None else list(arguments)
        for at, word in enumerate(arguments):
            if word.startswith("-") and (os.path.lexists(word) or "--" in arguments[:at]):
                self.error(f"a file is called {word!r}, like an option: rename it, or write './{word}' (the shell puts "
                           "the names of all files where * stands)")  # fmt: skip
        return super().parse_args(arguments, namespace)

    def error(self, message: str) -> NoReturn:
        super().error(make_plain(message, 1000))


def print_error(error: object) -> None:
    """On stderr, in one plain line."""
    print(f"autograder: {make_plain(str(error), 1500)}", file=sys.stderr)
