"""Finds an exercise by name: its checks, what runs beside the answers, and the version that decides a grade.

In the course's folder a room is `lessons/NN_topic/` and the untouched exercise `exercises/NN_topic.ipynb`; an installed
copy of this package carries both within itself.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib.util
import json
import sys
from pathlib import Path

from autograder.answers.exercise import Definition, Exercise

PACKAGE = Path(__file__).resolve().parent.parent
COURSE = PACKAGE if (PACKAGE / "lessons").is_dir() else PACKAGE.parent  # where lessons/, exercises/, solutions/ lie
_UNGRADED = ("lesson.py", "exercise.py", "mistakes.py")  # of a room; of exercise.py counts what is built from it
_INSTALLED = ("lessons", "exercises", "solutions")  # within an installed copy of this package
_IMPORT_NAMES = {"scikit-learn": "sklearn", "tensorflow-cpu": "tensorflow", "pillow": "PIL"}


def list_exercises() -> list[str]:
    """Names of all exercises that have checks: "01_backprop", …"""
    return sorted(path.parent.name for path in COURSE.glob("lessons/*/checks.py"))


def find_room(name: str) -> Path:
    """The folder with the exercise's checks and texts. Raises ValueError that lists the names there are."""
    if name not in list_exercises():
        raise ValueError(f"there is no exercise {name!r}; there are {', '.join(list_exercises())}")
    return COURSE / "lessons" / name


def load_exercise(name: str) -> Exercise:
    """The exercise of that name. Raises ValueError that lists the names there are, or the sentences without a check."""
    exercise = load_module(find_room(name) / "checks.py").EXERCISE
    exercise.require_checks()
    exercise.define(functools.partial(load_definition, name))
    return exercise


def load_module(path: Path):
    """A room's module, loaded once: folders that begin with a number can't be imported by name."""
    name = f"{path.stem}_of_{path.parent.name}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[name]
            raise
    return sys.modules[name]


def find_notebook(name: str, variant: str = "exercise", lang: str = "en") -> Path:
    """The built notebook: variant "exercise" (with holes) or "solution". Raises ValueError if it was never built."""
    path = COURSE / f"{variant}s" / ("zh" if lang == "zh" else "") / f"{name}.ipynb"
    if not path.exists():
        raise ValueError(f"{path} is missing: run python tools/build.py --only {name}")
    return path


@functools.cache
def load_definition(name: str) -> Definition:
    """The definition, from the built exercise. Raises ValueError for an unknown one, or one that was never built."""
    questions, path = set(load_exercise(name).questions), find_notebook(name)
    cells = [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    sources = [cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"]) for cell in cells]
    tags = [cell["metadata"].get("tags", []) for cell in cells]
    asked = [cell["metadata"].get("course", {}).get("question") for cell in cells]
    given = tuple(source for source, tag in zip(sources, tags, strict=True) if "given" in tag)
    setup = [source for source, tag in zip(sources, tags, strict=True) if "setup" in tag]
    holes = {question: source for question, source in zip(asked, sources, strict=True) if question}
    if set(holes) != questions:
        raise ValueError(f"{path} has other questions than its checks: run python tools/build.py --only {name}")
    return Definition(name, tuple(_find_libraries(setup, given)), given, holes)


@functools.cache
def hash_version(name: str) -> str:
    """Hash of all that decides the exercise's scores: this package, the room, the definition; nothing is listed."""
    digest = hashlib.sha256(repr(load_definition(name)).encode())
    for path, file in sorted(list_files(name).items()):
        digest.update(path.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]


def list_files(name: str) -> dict[str, Path]:
    """All code and texts that grading this exercise runs, by their place in the course's folder."""
    files = {}
    for place, folder, left_out in (
        (PACKAGE.name, PACKAGE, _INSTALLED),
        (f"lessons/{name}", find_room(name), _UNGRADED),
    ):
        for file in folder.rglob("*"):
            inner = file.relative_to(folder)
            if file.is_file() and "__pycache__" not in inner.parts and inner.parts[0] not in left_out:
                files[f"{place}/{inner.as_posix()}"] = file
    return files


def _find_libraries(setup: list[str], given: tuple[str, ...]) -> list[str]:
    """What the set-up cell ensures, and what the given cells import; modules of Python itself cost nothing."""
    found = {"numpy"}
    for node in ast.walk(ast.parse("\n".join(setup))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "ensure":
            names = [argument.value for argument in node.args]
            found |= {_IMPORT_NAMES.get(name, name.replace("-", "_")) for name in names}
    for node in ast.walk(ast.parse("\n".join(given))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    ours = {*sys.stdlib_module_names, "course_utils", "course_data", "autograder"}
    return sorted(name for name in found if name.split(".")[0] not in ours)
