"""`python -m proofs [EXERCISE …]`: proves the exercises' checks; --help says more."""

from __future__ import annotations

import importlib
import sys

from autograder.__main__ import is_windows


def main(arguments: list[str]) -> int:
    """The exit code of `proofs.verify`, 2 on Windows."""
    return 2 if is_windows("Proving") else importlib.import_module("proofs.verify").main(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
