"""Grades as Canvas and Moodle read them, an nbgrader assignment, and a Gradescope autograder run in a bare folder."""

import csv
import io
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from toy_exercise import EXERCISE

from autograder.answers import rooms
from autograder.answers.answer import Local
from autograder.answers.marking import mark_exercise
from autograder.answers.outcome import Text
from autograder.export import nbgrader as export_nbgrader
from autograder.export.gradescope import write_gradescope
from autograder.export.gradescope_run import describe_record, grade_in_container
from autograder.export.nbgrader import CheckNotPassed, require_check, write_nbgrader
from autograder.export.spreadsheets import write_canvas, write_moodle
from autograder.results.record import RecordStatus, make_failure, make_record

ROOT = Path(__file__).resolve().parents[2]
HOLES = {
    "q1": "# q1: double\ndef double(x):\n    raise NotImplementedError('q1: twice')",
    "q2": "# q2: two\nFACTOR = ...",
}
SOLVED = {"q1": "# q1: double\ndef double(x):\n    y = x + x\n    return y", "q2": "# q2: two\nFACTOR = 2"}


def _record(student, factor=2, double=lambda x: 2 * x):
    outcomes = mark_exercise(EXERCISE, Local({"double": double, "FACTOR": factor}), hidden=True)
    return make_record(EXERCISE, outcomes, student=student, file=f"{student}.ipynb", seed=1)


def _failure(student, status):
    return make_failure(EXERCISE, status, Text("Sandbox <down>.", "沙箱不可用。"), student=student, file="x", seed=1)


def _rows(path):
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Other (1),Toy exercise (4711),Final Score
,,,,,,Manual Posting,
    Points Possible,,,,,5,6,(read only)
"Doe, Jane",12345,S1,jdoe,A,1,,90
"Doe, John",12346,S2,john@x,A,1,,90
"Wang, Ann",12347,S3,awang,A,1,,90
"Wang, Ann",12348,S4,bwang,A,1,,90
"Zhang, San",12349,S5,zs,B,1,3,90
"Student, Test",999,,,A,,,
"""


def test_canvas_with_a_roster_keeps_its_rows_and_finds_students(tmp_path):
    (tmp_path / "roster.csv").write_text(CANVAS, encoding="utf-8-sig")
    records = [
        _record("doejane_12345"),
        _record("john@x", 3),
        _record("wangann"),
        _record("nobody"),
        _failure("San Zhang_12349", RecordStatus.GRADER_ERROR),
    ]
    unknown = write_canvas(records, tmp_path / "canvas.csv", "Toy exercise", tmp_path / "roster.csv")
    header, possible, *rows = _rows(tmp_path / "canvas.csv")
    assert header == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Toy exercise (4711)"]
    assert possible == ["    Points Possible", "", "", "", "", "6"]  # as Canvas writes it, four spaces first
    assert [(row[1], row[5]) for row in rows] == [
        ("12345", "6"),
        ("12346", "5"),
        ("12347", ""),
        ("12348", ""),
        ("12349", ""),
        ("999", ""),
    ]
    assert unknown == ["nobody", "wangann"]  # two rows are called Wang, Ann: nobody's grade is guessed


def test_two_students_for_one_row_are_not_both_taken(tmp_path):
    (tmp_path / "roster.csv").write_text(CANVAS, encoding="utf-8")
    records = [_record("doejane_12345"), _record("jdoe", 3)]
    assert write_canvas(records, tmp_path / "canvas.csv", "Toy", tmp_path / "roster.csv") == ["jdoe"]
    assert _rows(tmp_path / "canvas.csv")[2][5] == "6"


def test_canvas_without_a_roster_uses_the_numbers_in_the_file_names(tmp_path):
    assert write_canvas([_record("doejane_12345"), _record("=evil")], tmp_path / "canvas.csv", "Toy") == []
    rows = _rows(tmp_path / "canvas.csv")
    assert rows[0][-1] == "Toy" and rows[2] == ["'=evil", "", "", "", "", "6"] and rows[3][:2] == ["doejane", "12345"]


@pytest.mark.parametrize("write", [lambda a, b, c: write_canvas(a, b, "Toy", c), write_moodle])
def test_a_wrong_table_is_refused_with_what_it_should_be(tmp_path, write):
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match="it should be the file from"):
        write([], tmp_path / "out.csv", tmp_path / "other.csv")


MOODLE = """Identifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed",\
"Last modified (grade)","Feedback comments"
"Participant 77","王 小明",wang@x,Submitted,,6.00,Yes,-,
"Participant 78","Jane Doe",jane@x,Submitted,,100.00,Yes,-,
"Participant 79","Bob Ray",bob@x,"No submission",2.00,6.00,Yes,"1 May",kept
"""


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_moodle_fills_its_own_worksheet_in(tmp_path, delimiter):
    (tmp_path / "sheet.csv").write_text(MOODLE.replace(",", delimiter), encoding="utf-8")
    records = [_record("王 小明_77", 3), _record("Jane Doe"), _record("Eve_1")]
    assert write_moodle(records, tmp_path / "moodle.csv", tmp_path / "sheet.csv") == ["Eve_1"]
    header, wang, jane, bob = _rows(tmp_path / "moodle.csv")
    assert (
        len(header) == 9
        and wang[4] == "5"
        and jane[4] == "100.0"
        and bob[4:] == ["2.00", "6.00", "Yes", "1 May", "kept"]
    )
    assert wang[8] == "q1 · Double a vector: 5/5, passed<br>q2 · Name the factor: 0/1, not yet right"


def test_moodle_without_a_worksheet_and_with_a_grader_error(tmp_path):
    write_moodle(
        [_failure("Li_5", RecordStatus.GRADER_ERROR), _record("王_77")], tmp_path / "m.csv", lang="zh", bom=True
    )
    rows = _rows(tmp_path / "m.csv")
    assert rows[1] == ["Participant 5", "Li", "", "6", "沙箱不可用。"] and rows[2][:4] == [
        "Participant 77",
        "王",
        "6",
        "6",
    ]
    write_moodle([_failure("Li_5", RecordStatus.UNREADABLE)], tmp_path / "m.csv")
    assert _rows(tmp_path / "m.csv")[1][2:] == ["0", "6", "Sandbox &lt;down&gt;."]


def _notebook(answers):
    def cell(source, id, kind="code", **metadata):
        extra = {"outputs": [{"output_type": "stream", "name": "stdout", "text": "x"}], "execution_count": 1}
        return {
            "cell_type": kind,
            "id": id,
            "metadata": metadata,
            "source": source,
            **(extra if kind == "code" else {}),
        }

    cells = [
        cell("# Toy", "77_toy-000", "markdown"),
        cell('from course_utils import ensure\nensure("numpy", "scipy")', "77_toy-001"),
    ]
    for question, source in answers.items():
        cells += [
            cell(source, f"77_toy-{question}", course={"question": question}, deletable=False),
            cell(f'check("{question}")', f"77_toy-{question}c", editable=False),
        ]
    return {"cells": [*cells, cell("score()", "77_toy-099")], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def _write_notebooks(folder):
    paths = {"exercises": HOLES, "solutions": SOLVED}
    for name, answers in paths.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "77_toy.ipynb").write_text(json.dumps(_notebook(answers)))
    return [folder / name / "77_toy.ipynb" for name in paths]


def test_nbgrader_cells_carry_its_metadata_and_pass_or_fail(tmp_path, monkeypatch):
    monkeypatch.setattr(export_nbgrader, "load_exercise", lambda name: EXERCISE)
    source, release, config = write_nbgrader(EXERCISE, *_write_notebooks(tmp_path), tmp_path / "course")
    assert source == tmp_path / "course" / "source" / "77_toy" / "77_toy.ipynb" and "code_stub" in config.read_text()
    earned = {}
    for path in (source, release):
        cells, namespace, earned[path] = json.loads(path.read_text())["cells"], {}, 0
        kinds = [(cell["metadata"]["nbgrader"]["grade"], cell["metadata"]["nbgrader"]["solution"]) for cell in cells]
        assert kinds == [(False, False)] * 2 + [(False, True), (True, False)] * 2
        ids = [cell["metadata"]["nbgrader"]["grade_id"] for cell in cells]
        assert len(set(ids)) == len(ids) and all(re.fullmatch(r"[a-zA-Z0-9_\-]{1,64}", id) for id in ids)
        for cell in cells:
            metadata = cell["metadata"]["nbgrader"]
            assert metadata["schema_version"] == 3 and metadata["locked"] is not metadata["solution"]
            if metadata["solution"] or metadata["grade"]:
                assert cell["outputs"] == []
                try:
                    exec(cell["source"], namespace)
                except CheckNotPassed:
                    continue
                earned[path] += metadata.get("points", 0)
    assert earned == {source: 3, release: 0}  # visible checks only
    text = json.loads(source.read_text())["cells"][2]["source"]
    assert text == (
        "# q1: double\ndef double(x):\n    ### BEGIN SOLUTION\n    y = x + x\n    return y\n    ### END SOLUTION"
    )
    assert "hidden" not in source.read_text() and "large" not in release.read_text()


def test_nbgrader_checksums_are_nbgraders_own(tmp_path):
    _, release, _ = write_nbgrader(EXERCISE, *_write_notebooks(tmp_path), tmp_path / "course")
    cells = json.loads(release.read_text())["cells"]
    sums = {cell["metadata"]["nbgrader"]["grade_id"]: cell["metadata"]["nbgrader"]["checksum"] for cell in cells}
    # computed by nbgrader 0.9.6, utils.compute_checksum, for a locked, a solution and a test cell
    assert sums["77_toy-000"] == "9329320dd9fb27495f359a6fb472f4f9"
    assert sums["77_toy-q1"] == "9dc54c599c814ab527d2ee0825d5de4a"
    assert sums["77-toy-q2-names-the-factor"] == "d3cc8c73b9ca933eb06cbde28d597fe7"


def test_an_nbgrader_cell_says_what_is_wrong(monkeypatch):
    monkeypatch.setattr(export_nbgrader, "load_exercise", lambda name: EXERCISE)
    require_check("77_toy", "q2", "names_the_factor", {"FACTOR": 2})
    with pytest.raises(CheckNotPassed, match="`FACTOR` is two. `FACTOR` is `3`; it should be `2`."):
        require_check("77_toy", "q2", "names_the_factor", {"FACTOR": 3})
    with pytest.raises(CheckNotPassed, match="等于二"):
        require_check("77_toy", "q2", "names_the_factor", {"FACTOR": 3}, lang="zh")
    with pytest.raises(ValueError, match="no visible check"):
        require_check("77_toy", "q1", "doubles_large_numbers", {})


def test_nbgrader_needs_every_answer_cell(tmp_path):
    untouched, solution = _write_notebooks(tmp_path)
    notebook = json.loads(untouched.read_text())
    del notebook["cells"][2]
    untouched.write_text(json.dumps(notebook))
    with pytest.raises(ValueError, match="no answer cell for q1"):
        write_nbgrader(EXERCISE, untouched, solution, tmp_path / "course")


GRADER = """
import json, os, pathlib, sys
command, exercise, given, flag, out, *options = sys.argv[1:]
assert (command, flag) == ("grade", "-o") and pathlib.Path(given).name == "submission.ipynb", sys.argv
if "--fail" in options: sys.exit(3)
(pathlib.Path(out) / "results").mkdir(parents=True)
record = json.loads(pathlib.Path(given).read_text())["record"]
(pathlib.Path(out) / "results" / "submission.json").write_text(json.dumps(record))
"""


def _container(folder, record):
    """A folder as Gradescope's container has it; the stub grader finds its record in the notebook."""
    (folder / "submission").mkdir(parents=True)
    (folder / "results").mkdir()
    data = {"cells": [], "record": record.to_json()} if record else {}
    (folder / "submission" / "Jane Doe.ipynb").write_text(json.dumps(data))
    (folder / "grader.py").write_text(GRADER)
    return folder


def _grade(folder, *options):
    finished = grade_in_container(folder, "77_toy", options, command=(sys.executable, str(folder / "grader.py")))
    return finished, json.loads((folder / "results" / "results.json").read_text(encoding="utf-8"))


def test_gradescope_gets_a_test_for_each_check(tmp_path):
    finished, result = _grade(_container(tmp_path, _record("submission", 3)))
    assert finished and result["score"] == 5 == sum(test["score"] for test in result["tests"])
    assert [
        (test["number"], test["score"], test["max_score"], test["visibility"], test["status"])
        for test in result["tests"]
    ] == [
        ("1.1", 2, 2, "visible", "passed"),
        ("1.2", 3, 3, "after_due_date", "passed"),
        ("2.1", 0, 1, "visible", "failed"),
    ]
    assert "it should be `2`" in result["tests"][2]["output"] and "应为 `2`" in result["tests"][2]["output"]
    assert result["stdout_visibility"] == "hidden"


def test_gradescope_never_gets_a_score_that_was_not_made(tmp_path):
    for name, record, options in (
        ("a", _failure("x", RecordStatus.GRADER_ERROR), ()),
        ("b", _record("x"), ("--fail",)),
        ("c", None, ()),
    ):
        finished, result = _grade(_container(tmp_path / name, record), *options)
        assert not finished and "score" not in result and "not your fault" in result["output"]


def test_gradescope_tells_the_student_about_an_unreadable_submission(tmp_path):
    result = describe_record(_failure("x", RecordStatus.UNREADABLE))
    assert result["score"] == 0 and "Sandbox" in result["output"]
    (_container(tmp_path / "a", None) / "submission" / "Jane Doe.ipynb").unlink()
    assert _grade(tmp_path / "a") == (
        True,
        {
            "score": 0,
            "output": "There is no file in the submission.\n提交中没有文件。",
            "output_format": "text",
            "stdout_visibility": "hidden",
        },
    )
    (tmp_path / "a" / "submission" / "x.pdf").write_text("pdf")
    assert "not a notebook" in _grade(tmp_path / "a")[1]["output"]


@pytest.fixture
def course(tmp_path, monkeypatch):
    """The least that write_gradescope takes: our packages are enough of the course for a stub grader."""
    folder = tmp_path / "course"
    _write_notebooks(folder)
    for name in ("requirements.txt", "constraints.txt"):
        (folder / name).write_bytes((ROOT / name).read_bytes())
    for file in (ROOT / "autograder").rglob("*.py"):
        target = folder / file.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.read_bytes())
    (folder / "autograder" / "__main__.py").write_text(GRADER)
    for file in ("lessons/77_toy/checks.py", "lessons/77_toy/mistakes.py", "lessons/78_other/checks.py"):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text("")
    for library in ("course_utils", "course_data"):
        shutil.copytree(ROOT / library, folder / library, ignore=shutil.ignore_patterns("__pycache__", "pretrained"))
    monkeypatch.setattr(rooms, "COURSE", folder)
    monkeypatch.setattr(rooms, "PACKAGE", folder / "autograder")
    return folder


def test_the_gradescope_zip_runs_in_a_bare_folder(tmp_path, course):
    path = write_gradescope("77_toy", tmp_path / "gradescope.zip", ["--timeout", "5 0"])
    again = write_gradescope("77_toy", tmp_path / "again.zip", ["--timeout", "5 0"])
    assert path.read_bytes() == again.read_bytes()
    root = _container(tmp_path / "autograder", _record("submission"))
    with zipfile.ZipFile(path) as archive:
        names, modes = archive.namelist(), {info.filename: info.external_attr >> 16 for info in archive.infolist()}
        archive.extractall(root / "source")
        assert {"scipy", "numpy>=2.0"} <= set(archive.read("needs.txt").decode().split("\n"))
    assert stat.S_IMODE(modes["run_autograder"]) == stat.S_IMODE(modes["setup.sh"]) == 0o755
    assert [name for name in names if "/lessons/" in name] == ["course/lessons/77_toy/checks.py"]
    assert "course/exercises/77_toy.ipynb" in names and not [name for name in names if "solutions" in name]
    script = (root / "source" / "run_autograder").read_text()
    assert "77_toy --timeout '5 0'" in script
    (root / "run_autograder").write_text(script)  # where Gradescope copies it
    (root / "submission" / "json.py").write_text("raise SystemExit('the student took over')")
    environment = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    for command, folder in (
        (["bash", str(root / "run_autograder")], root / "submission"),
        (["bash", str(root / "source" / "run_autograder")], tmp_path),
        (["bash", str(root / "source" / "run_autograder"), str(root)], "/"),
    ):
        (root / "results" / "results.json").unlink(missing_ok=True)
        run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
        assert run.returncode == 0, run.stderr
        assert json.loads((root / "results" / "results.json").read_text(encoding="utf-8"))["score"] == 6
    lost = subprocess.run(["bash", str(root / "source" / "run_autograder"), "/nowhere"], capture_output=True, text=True)
    assert lost.returncode == 2 and "no folder submission" in lost.stderr
    syntax = subprocess.run(["bash", "-n", str(root / "source" / "setup.sh")], capture_output=True, text=True)
    assert syntax.returncode == 0, syntax.stderr


def test_gradescope_needs_the_built_exercise(tmp_path, course):
    (course / "exercises" / "77_toy.ipynb").unlink()
    with pytest.raises(ValueError, match="run python tools/build.py --only 77_toy"):
        write_gradescope("77_toy", tmp_path / "x.zip")
