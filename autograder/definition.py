"""Trusted side: what an exercise runs beside the answers: its given cells, the libraries it needs, its untouched holes.

tools/build.py writes one JSON file an exercise beside its checks, so that an installed copy of the package has it too.
"""

from __future__ import annotations

import functools
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from autograder.exercise import load_exercise

_PACKAGE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Definition:
    """`libraries`: modules to import ahead. `given`: the given cells. `holes`: question -> untouched answer cell."""

    name: str
    libraries: tuple[str, ...]
    given: tuple[str, ...]
    holes: dict[str, str]


def load_definition(name: str) -> Definition:
    """The definition of that exercise. Raises ValueError for an unknown one, or one that was never built."""
    exercise, path = load_exercise(name), definition_path(name)
    if not path.exists():
        raise ValueError(f"{path} is missing: run python tools/build.py --only {name}")
    data = json.loads(path.read_text(encoding="utf-8"))
    if set(data["holes"]) != set(exercise.questions):
        raise ValueError(f"{path} has other questions than its checks: run python tools/build.py --only {name}")
    return Definition(name, tuple(data["libraries"]), tuple(data["given"]), data["holes"])


def definition_path(name: str) -> Path:
    return _PACKAGE / "checks" / f"ex_{name}.json"


@functools.cache
def hash_version(name: str) -> str:
    """Hash of all that decides the exercise's scores: its checks and definition, and this package."""
    digest = hashlib.sha256()
    for file in sorted(_PACKAGE.rglob("*")):  # whatever is added later counts, too
        others = file.parent.name == "checks" and file.name.startswith("ex_") and file.stem != f"ex_{name}"
        if file.is_file() and "__pycache__" not in file.parts and not others:
            path = file.relative_to(_PACKAGE).as_posix()
            digest.update(path.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]
