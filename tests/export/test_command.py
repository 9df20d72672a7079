"""python -m autograder export, on the real exercises; and the Gradescope zip graded for real, in a bare folder."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from autograder.__main__ import main

ROOT = Path(__file__).resolve().parents[2]
NAME = "02_sgd"


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A class of two: one who copied the solution, one who handed in the untouched exercise."""
    folder = tmp_path_factory.mktemp("class")
    (folder / "in").mkdir()
    shutil.copy(ROOT / "solutions" / f"{NAME}.ipynb", folder / "in" / "ada.ipynb")
    shutil.copy(ROOT / "exercises" / "zh" / f"{NAME}.ipynb", folder / "in" / "李明.ipynb")
    assert main(["grade", NAME, str(folder / "in"), "-o", str(folder / "out"), "--jobs", "1"]) == 0
    return folder / "out"


@pytest.mark.parametrize("system", ["canvas", "moodle"])
def test_grades_of_a_graded_folder(system, graded, tmp_path):
    assert main(["export", system, str(graded), str(tmp_path / "grades.csv")]) == 0
    lines = (tmp_path / "grades.csv").read_text(encoding="utf-8-sig").splitlines()
    assert any("ada" in line and ",22" in line for line in lines) and any("李明" in line for line in lines)


def test_who_is_missing_on_which_side_is_said_and_nobody_in_common_is_an_error(graded, tmp_path, capsys):
    roster, out = tmp_path / "list.csv", tmp_path / "out.csv"
    roster.write_text("Name,02_sgd\nada,\nbob,\n\x1b[31meve,\n", encoding="utf-8")
    assert main(["export", "list", str(graded), str(out), "--roster", str(roster)]) == 0
    said = capsys.readouterr()
    assert "1 grade\n" in said.out and "ada,22" in out.read_text(encoding="utf-8-sig")
    assert "not in the file (1): 李明" in said.err and "left as they were (2): bob, [31meve" in said.err
    out.unlink()
    roster.write_text("Name,02_sgd\nbob,\n", encoding="utf-8")
    assert main(["export", "list", str(graded), str(out), "--roster", str(roster)]) == 3
    assert "0 of 2 students are in" in capsys.readouterr().err and not out.exists()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_an_nbgrader_assignment(lang, tmp_path):
    assert main(["export", "nbgrader", NAME, str(tmp_path), "--lang", lang]) == 0
    release, source = (tmp_path / kind / NAME / f"{NAME}.ipynb" for kind in ("release", "source"))
    assert "NotImplementedError" in release.read_text(encoding="utf-8") and source.exists()


@pytest.mark.parametrize(
    "arguments", [["canvas", "nowhere", "x.csv"], ["nbgrader", "99_none", "x"], ["gradescope", "99_none", "x.zip"]]
)
def test_what_is_wrong_is_said(arguments, capsys):
    assert main(["export", *arguments]) == 2
    assert "autograder: " in capsys.readouterr().err


@pytest.mark.parametrize(("notebook", "score"), [(f"solutions/{NAME}.ipynb", 22), (f"exercises/{NAME}.ipynb", 0)])
def test_the_gradescope_zip_grades_in_a_bare_folder(notebook, score, tmp_path):
    assert main(["export", "gradescope", NAME, str(tmp_path / "autograder.zip")]) == 0
    for name in ("source", "submission", "results"):
        (tmp_path / name).mkdir()
    with zipfile.ZipFile(tmp_path / "autograder.zip") as archive:
        archive.extractall(tmp_path / "source")
    shutil.copy(ROOT / notebook, tmp_path / "submission" / "mine.ipynb")
    environment = {"PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}
    command = ["bash", str(tmp_path / "source" / "run_autograder"), str(tmp_path)]
    done = subprocess.run(command, cwd="/", env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    results = json.loads((tmp_path / "results" / "results.json").read_text(encoding="utf-8"))
    total = results["score"] if "score" in results else sum(test["score"] for test in results["tests"])
    assert total == score
