"""An nbgrader assignment, and a Gradescope autograder run in a bare folder."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from toy_exercise import EXERCISE
from toy_records import make_toy_failure, make_toy_record

from autograder.answers import rooms
from autograder.answers.outcome import Text
from autograder.export import gradescope_run
from autograder.export import nbgrader as export_nbgrader
from autograder.export.gradescope import write_gradescope
from autograder.export.gradescope_run import describe_record, grade_in_container
from autograder.export.nbgrader import EXPORT_VERSION, CheckNotPassed, require_check, write_nbgrader
from autograder.grading.parsing import SubmissionError
from autograder.results.record import RecordStatus
from autograder.results.secret import derive_key, load_secret

ROOT = Path(__file__).resolve().parents[2]
HOLES = {
    "q1": "# q1: double\ndef double(x):\n    raise NotImplementedError('q1: twice')",
    "q2": "# q2: two\nFACTOR = ...",
}
SOLVED = {"q1": "# q1: double\ndef double(x):\n    y = x + x\n    return y", "q2": "# q2: two\nFACTOR = 2"}


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
    id, blank = "77-toy-q2-names-the-factor", {"cell_type": "code", "metadata": {}}
    code = (
        "# `FACTOR` is two.\nfrom autograder.export.nbgrader import require_check\n"
        'require_check("77_toy", "q2", "names_the_factor", globals(), lang="en")'
    )
    tagged = export_nbgrader._tag(blank, code, id, locked=True, points=1)
    assert tagged["metadata"]["nbgrader"]["checksum"] == "d3cc8c73b9ca933eb06cbde28d597fe7"
    (cell,) = [cell for cell in cells if cell["metadata"]["nbgrader"]["grade_id"] == id]
    assert cell == {**cell, **export_nbgrader._tag(cell, cell["source"], id, locked=True, points=1)}


def test_an_nbgrader_cell_says_what_is_wrong(monkeypatch):
    monkeypatch.setattr(export_nbgrader, "load_exercise", lambda name: EXERCISE)
    now = {"version": EXPORT_VERSION}
    require_check("77_toy", "q2", "names_the_factor", {"FACTOR": 2}, **now)
    with pytest.raises(CheckNotPassed, match="`FACTOR` is two. `FACTOR` is `3`; it should be `2`."):
        require_check("77_toy", "q2", "names_the_factor", {"FACTOR": 3}, **now)
    with pytest.raises(CheckNotPassed, match="等于二"):
        require_check("77_toy", "q2", "names_the_factor", {"FACTOR": 3}, lang="zh", **now)


@pytest.mark.parametrize(
    ("question", "check", "version"),
    [
        ("q2", "names_the_factor", None),
        ("q2", "names_the_factor", EXPORT_VERSION - 1),
        ("q2", "names_it", EXPORT_VERSION),
        ("q1", "doubles_large_numbers", EXPORT_VERSION),
        ("q9", "doubles", EXPORT_VERSION),
    ],
)
def test_an_assignment_of_another_version_says_export_it_again(monkeypatch, question, check, version):
    monkeypatch.setattr(export_nbgrader, "load_exercise", lambda name: EXERCISE)
    for lang, said in (("en", "export it again.*export nbgrader 77_toy"), ("zh", "请老师重新导出")):
        with pytest.raises(ValueError, match=said):
            require_check("77_toy", question, check, {"FACTOR": 2}, lang, version)


def test_an_assignment_whose_module_moved_says_export_it_again(tmp_path, monkeypatch):
    with pytest.raises(ImportError, match="export it again"):
        exec("from autograder.export_nbgrader import require_check", {})  # as the first exports had it
    _, release, _ = write_nbgrader(EXERCISE, *_write_notebooks(tmp_path), tmp_path / "course")
    (cell,) = [
        cell["source"] for cell in json.loads(release.read_text())["cells"] if "names_the_factor" in cell["source"]
    ]
    monkeypatch.delattr(export_nbgrader, "require_check")
    with pytest.raises(ImportError, match="export it again"):
        exec(cell, {"FACTOR": 2})


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
if "--fail" in options: sys.exit(4)
if "--none" in options: sys.exit(3)
key = pathlib.Path(os.environ.get("COURSE_GRADING_KEY", given))
assert "source" not in key.parts or key.stat().st_mode & 0o077 == 0, key
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
    finished, result = _grade(_container(tmp_path, make_toy_record("submission", 3)))
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


def test_gradescope_shows_nothing_by_which_a_hidden_input_could_leave(tmp_path):
    """The whole result of two runs that differ in their time, and in what a hidden check found, but for that check."""
    quick, slow = make_toy_record("x"), replace(make_toy_record("x"), seconds=77.7)
    assert describe_record(quick) == describe_record(slow)
    wrong = make_toy_record("x", double=lambda x: 2 * x if len(x) == 3 else 3 * x)
    seen = [
        [test for test in describe_record(record)["tests"] if test["visibility"] == "visible"]
        for record in (quick, wrong)
    ]
    assert seen[0] == seen[1] and describe_record(wrong)["score"] == 3
    rest = [
        {key: value for key, value in describe_record(record).items() if key not in ("tests", "score")}
        for record in (quick, wrong)
    ]
    assert rest[0] == rest[1]


def test_gradescope_gets_no_control_characters(tmp_path):
    result = describe_record(make_toy_record("x", message="\x1b[31m\u202eevil\x00"))
    assert not set("\x1b\u202e\x00") & set(result["output"]) and "evil" in result["output"]


def test_gradescope_never_gets_a_score_that_was_not_made(tmp_path):
    for name, record, options in (
        ("a", make_toy_failure("x", RecordStatus.GRADER_ERROR), ()),
        ("b", make_toy_record("x"), ("--fail",)),
        ("c", None, ()),
    ):
        finished, result = _grade(_container(tmp_path / name, record), *options)
        assert not finished and "score" not in result and "not your fault" in result["output"]


def test_gradescope_tells_the_student_why_grade_found_no_notebook_of_the_exercise(tmp_path, monkeypatch):
    def refuse(*_):
        raise SubmissionError(RecordStatus.OTHER_EXERCISE, Text("Another exercise.", "别的练习。"))

    monkeypatch.setattr(gradescope_run, "load_layout", lambda name: None)
    for read, wanted in ((refuse, (True, 0, "Another exercise.")), (lambda *_: None, (False, None, "not your fault"))):
        monkeypatch.setattr(gradescope_run, "read_submission", read)
        finished, result = _grade(_container(tmp_path / str(wanted[0]), None), "--none")
        assert (finished, result.get("score")) == wanted[:2] and wanted[2] in result["output"]


def test_gradescope_tells_the_student_about_an_unreadable_submission(tmp_path):
    result = describe_record(make_toy_failure("x", RecordStatus.UNREADABLE))
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
    root = _container(tmp_path / "autograder", make_toy_record("submission"))
    with zipfile.ZipFile(path) as archive:
        names, modes = archive.namelist(), {info.filename: info.external_attr >> 16 for info in archive.infolist()}
        archive.extractall(root / "source")
        assert {"scipy", "numpy>=2.0"} <= set(archive.read("needs.txt").decode().split("\n"))
    key = (root / "source" / "grading.key").read_bytes()
    assert (
        key == derive_key(load_secret(), "gradescope 77_toy") != load_secret() and modes["grading.key"] & 0o777 == 0o600
    )
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
