"""The version of an exercise: whatever decides a grade changes it, another exercise's checks don't."""

import shutil
from pathlib import Path

import pytest

from autograder import definition


@pytest.fixture
def package(tmp_path, monkeypatch):
    copy = tmp_path / "autograder"
    shutil.copytree(Path(definition.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(definition, "_PACKAGE", copy)
    return copy


@pytest.mark.parametrize("file", ["drivers/runs.py", "sandbox.py", "checks/ex_02_sgd.py", "checks/ex_02_sgd.json"])
def test_whatever_decides_a_grade_changes_the_version(package, file):
    before = definition.hash_version.__wrapped__("02_sgd")
    path = package / file
    path.write_bytes(path.read_bytes() + b"\n")
    assert definition.hash_version.__wrapped__("02_sgd") != before


def test_another_exercises_checks_do_not(package):
    before = definition.hash_version.__wrapped__("02_sgd")
    path = package / "checks" / "ex_01_backprop.py"
    path.write_bytes(path.read_bytes() + b"\n")
    assert definition.hash_version.__wrapped__("02_sgd") == before
