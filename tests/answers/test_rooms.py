"""Rooms: exercises by name, their definition from the built notebook, and the version that decides a grade."""

import json
import shutil

import pytest

from autograder.answers import rooms

NAME = "02_sgd"


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A copy of the course that may be changed."""
    for folder in ("autograder", "lessons", "exercises"):
        shutil.copytree(rooms.COURSE / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(rooms, "COURSE", tmp_path)
    monkeypatch.setattr(rooms, "PACKAGE", tmp_path / "autograder")
    return tmp_path


def _hash() -> str:
    rooms.load_definition.cache_clear()
    return rooms.hash_version.__wrapped__(NAME)


def _append(path, content: bytes = b"\n") -> None:
    path.write_bytes(path.read_bytes() + content)


@pytest.mark.parametrize(
    "file",
    [
        "autograder/sandbox/inside/drivers/keras_models.py",
        "autograder/sandbox/outside/sandbox.py",
        "autograder/answers/exercise.py",
        f"lessons/{NAME}/checks.py",
    ],
)
def test_whatever_decides_a_grade_changes_the_version(course, file):
    before = _hash()
    _append(course / file)
    assert _hash() != before


def test_a_new_file_of_the_room_or_the_grader_changes_the_version(course):
    versions = [_hash()]
    for file in (f"lessons/{NAME}/checks_of_q6.py", "autograder/answers/new.py", "autograder/new/data.json"):
        (course / file).parent.mkdir(exist_ok=True)
        (course / file).write_text("")
        versions.append(_hash())
    assert len(set(versions)) == 4


def test_given_cells_and_holes_change_the_version_and_prose_does_not(course):
    path, before = course / "exercises" / f"{NAME}.ipynb", _hash()
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"][0]["source"] = "# Another title"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    assert _hash() == before
    given = next(cell for cell in notebook["cells"] if "given" in cell["metadata"].get("tags", []))
    given["source"] = "import numpy as np\nMORE = 1"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    assert _hash() != before


@pytest.mark.parametrize(
    "file", ["lessons/01_backprop/checks.py", f"lessons/{NAME}/lesson.py", f"lessons/{NAME}/mistakes.py"]
)
def test_another_exercise_the_lesson_and_the_proofs_do_not(course, file):
    before = _hash()
    _append(course / file)
    assert _hash() == before


def test_an_unknown_exercise_lists_the_names():
    with pytest.raises(ValueError, match="there is no exercise '99_none'; there are 01_backprop, 02_sgd"):
        rooms.load_exercise("99_none")


def test_an_exercise_that_was_never_built_says_how(course):
    (course / "exercises" / f"{NAME}.ipynb").unlink()
    rooms.load_definition.cache_clear()
    with pytest.raises(ValueError, match=f"run python tools/build.py --only {NAME}"):
        rooms.load_definition(NAME)
