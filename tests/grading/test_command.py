"""The command: what it writes, says and refuses; killed in the middle, it loses and doubles nothing."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from classes import NAME, hand_in, make_class, run_command, start_command
from sandboxes import wait_until

from autograder import __main__
from autograder.grading import command as grade_command
from autograder.results.record import read_record
from autograder.sandbox.outside.errors import SandboxUnavailable
from proofs import __main__ as proofs_main


def _read_grades(out) -> list[dict]:
    with open(out / "grades.csv", newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "Ann.ipynb").write_bytes(hand_in())
    (folder / "Bob.ipynb").write_bytes(hand_in({"q2": "# q2: x\nraise KeyError"}))
    (folder / "Cho.ipynb").write_bytes(b"")
    return folder


def test_it_writes_gradebook_results_and_feedback_and_says_what_was_missed(folder, tmp_path):
    out = tmp_path / "out"
    done = run_command("grade", NAME, folder, "-o", out, "--jobs", 2)
    assert done.returncode == 0, done.stderr
    rows = {row["student"]: row for row in _read_grades(out)}
    assert {student: row["score"] for student, row in rows.items()} == {"Ann": "22", "Bob": "19", "Cho": "0"}
    assert rows["Bob"]["q2"] == "0" and rows["Bob"]["max_score"] == "22" and rows["Cho"]["status"] == "empty"
    assert {path.stem for path in (out / "feedback").glob("*.html")} == set(rows)
    assert "q2" in done.stdout and "Cho (empty)" in done.stdout and "3/3" in done.stderr
    again = run_command("grade", NAME, folder, "-o", out, "--lang", "zh")
    assert again.returncode == 0 and "保留" in again.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["03_nothing", "{folder}", "-o", "{out}"], "there is no exercise '03_nothing'; there are 01_backprop, 02_sgd"),
        ([NAME, "{out}", "-o", "{out}"], "there is no file or folder"),
        ([NAME, "{folder}", "-o", "{folder}/Ann.ipynb"], "cannot be written"),
        ([NAME, "{folder}", "-o", "{out}", "--timeout", "0"], "--timeout"),
        ([NAME, "{folder}", "-o", "{out}", "--container", "x"], "No sandbox is to be had here"),
        ([NAME, "{folder}", "-o", "{out}", "--scheduler", "tcp://127.0.0.1:9"], "--scheduler|scheduler answers"),
    ],
    ids=["exercise", "path", "output", "timeout", "sandbox", "scheduler"],
)
def test_it_refuses_in_a_sentence(folder, tmp_path, monkeypatch, capsys, arguments, says):
    monkeypatch.setattr("autograder.grading.cluster._CONNECT_SECONDS", 1, raising=False)
    places = {"folder": folder, "out": tmp_path / "out"}
    code = grade_command.main([argument.format(**places) for argument in arguments])
    said = capsys.readouterr().err
    assert code == 2 and any(words in said for words in says.split("|")) and "Traceback" not in said
    assert not (tmp_path / "out" / "grades.csv").exists()


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({}, "no submissions in"),
        ({"a/notes.pdf": b"x", "b.docx": b"x"}, "0 of 2 submissions"),
        (
            {"ann.ipynb": hand_in(name="01_backprop"), "bob.ipynb": hand_in(name="01_backprop")},
            "This is the exercise 01_",
        ),
        ({"ann.ipynb": b"cut off", "bob.ipynb": b"[]"}, "not JSON"),
        ({"class.tar.gz": b"x"}, "0 of 1 submissions"),
    ],
    ids=["empty", "no notebooks", "another exercise", "broken", "tar"],
)
def test_nothing_of_the_exercise_is_an_error_of_its_own_that_writes_no_grades(tmp_path, capsys, files, says):
    (tmp_path / "in").mkdir()
    for name, content in files.items():
        (tmp_path / "in" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "in" / name).write_bytes(content)
    assert grade_command.main([NAME, str(tmp_path / "in"), "-o", str(tmp_path / "out")]) == 3
    said = capsys.readouterr().err
    assert says in said and said.count("\n") == 1
    assert not (tmp_path / "out" / "grades.csv").exists() and not list((tmp_path / "out" / "results").glob("*.json"))


def test_one_notebook_of_the_exercise_is_enough(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for name, content in {
        "a.ipynb": b"cut off",
        "b.pdf": b"x",
        "c.ipynb": hand_in(name="01_backprop"),
        "d.ipynb": b"",
    }.items():
        (folder / name).write_bytes(content)
    assert grade_command.main([NAME, str(folder), "-o", str(tmp_path / "out")]) == 0
    assert {row["student"]: row["status"] for row in _read_grades(tmp_path / "out")} == {
        "a": "unreadable", "b": "unreadable", "c": "other exercise", "d": "empty"}  # fmt: skip


def test_a_forged_result_is_graded_again_and_said(folder, tmp_path, capsys):
    out = tmp_path / "out"
    assert grade_command.main([NAME, str(folder), "-o", str(out)]) == 0
    honest = _read_grades(out)
    for question in (data := json.loads((out / "results" / "Bob.json").read_text()))["questions"].values():
        for check in question["checks"]:
            check.update(status="passed", earned=check["points"])
        question.update(earned=question["points"], status="passed")
    (out / "results" / "Bob.json").write_text(json.dumps({**data, "score": data["max_score"]}))
    (out / "results" / "Zed.json").write_text(json.dumps({**data, "student": "Zed", "score": data["max_score"]}))
    capsys.readouterr()
    assert grade_command.main([NAME, str(folder), "-o", str(out)]) == 0
    assert "2 results in" in (said := capsys.readouterr().err) and "not believed" in said and "Bob.json" in said
    assert _read_grades(out) == honest, "nobody new, nobody better"


def test_results_under_another_key_are_graded_again(folder, tmp_path, monkeypatch, capsys):
    out = tmp_path / "out"
    assert grade_command.main([NAME, str(folder), "-o", str(out)]) == 0
    first = {path.name: path.read_text() for path in (out / "results").glob("*.json")}
    monkeypatch.setenv("COURSE_GRADING_KEY", str(tmp_path / "other.key"))
    assert grade_command.main([NAME, str(folder), "-o", str(out), "--lang", "zh"]) == 0
    assert "不予采信" in capsys.readouterr().err
    for path in (out / "results").glob("*.json"):
        assert json.loads(path.read_text())["digest"] != json.loads(first[path.name])["digest"]
        assert json.loads(path.read_text())["score"] == json.loads(first[path.name])["score"]
    for path in out.rglob("*"):
        assert path.is_dir() or (tmp_path / "other.key").read_bytes() not in path.read_bytes()


@pytest.mark.parametrize("out", ["in", "in/Ann.ipynb/..", "."])
def test_an_output_that_holds_what_was_handed_in_is_refused(folder, tmp_path, monkeypatch, capsys, out):
    monkeypatch.chdir(tmp_path if out != "." else folder)
    paths = [str(folder)] if out != "." else sorted(str(path) for path in folder.iterdir())
    out = out if out != "in/Ann.ipynb/.." else str(folder)
    assert grade_command.main([NAME, *paths, "-o", out]) == 2
    assert "holds what was handed in" in capsys.readouterr().err and not list(folder.glob("results"))


def test_an_output_behind_a_link_among_what_was_handed_in_is_refused(folder, tmp_path, capsys):
    home = tmp_path / "home"
    home.mkdir()
    (folder / "out").symlink_to(home)
    for out in (folder / "out", folder / "out" / "deeper"):
        assert grade_command.main([NAME, str(folder), "-o", str(out)]) == 2
        assert "behind a link" in capsys.readouterr().err and not list(home.iterdir())


def test_an_output_among_what_was_handed_in_is_no_submission_and_what_is_planted_there_not_believed(folder, tmp_path):
    (folder / "out" / "results").mkdir(parents=True)
    (folder / "out" / "results" / "Eve.json").write_text("{}")
    (folder / "out" / "Eve.ipynb").write_bytes(hand_in())
    assert grade_command.main([NAME, str(folder), "-o", str(folder / "out")]) == 0
    assert [row["student"] for row in _read_grades(folder / "out")] == ["Ann", "Bob", "Cho"]


def test_where_no_key_can_be_kept_it_says_what_to_set(folder, tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("COURSE_GRADING_KEY", str(tmp_path / "file" / "grading.key"))
    assert grade_command.main([NAME, str(folder), "-o", str(tmp_path / "out")]) == 2
    assert "COURSE_GRADING_KEY" in capsys.readouterr().err


def test_another_exercises_folder_is_refused(folder, tmp_path, capsys):
    out = tmp_path / "out"
    assert grade_command.main([NAME, str(folder), "-o", str(out)]) == 0
    before = (out / "grades.csv").read_bytes()
    assert grade_command.main(["01_backprop", str(folder), "-o", str(out)]) == 2
    assert f"holds results of {NAME}" in capsys.readouterr().err and (out / "grades.csv").read_bytes() == before


def test_without_a_sandbox_it_refuses_and_says_what_to_install(folder, tmp_path, monkeypatch, capsys):
    def find_none(tasks, setting, jobs):
        raise SandboxUnavailable("install bubblewrap")

    monkeypatch.setattr(grade_command, "grade_locally", find_none)
    assert grade_command.main([NAME, str(folder), "-o", str(tmp_path / "out")]) == 2
    assert "install bubblewrap" in capsys.readouterr().err


def test_grading_without_a_sandbox_needs_the_flag_and_names_the_risk(folder, tmp_path):
    done = run_command("grade", NAME, folder, "-o", tmp_path / "out", "--without-sandbox-at-my-own-risk")
    assert done.returncode == 0 and "at your own risk" in done.stderr
    assert [row["score"] for row in _read_grades(tmp_path / "out")] == ["22", "19", "0"]


def test_on_macos_what_cannot_work_there_is_refused_with_what_can(folder, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "platform", "darwin")
    arguments = [NAME, str(folder), "-o", str(tmp_path / "out"), "--without-sandbox-at-my-own-risk"]
    assert grade_command.main(arguments) == 2 and "here --container IMAGE" in capsys.readouterr().err


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "ascii"])
def test_a_terminal_of_another_encoding_shows_question_marks_and_no_traceback(folder, tmp_path, monkeypatch, encoding):
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    command = [sys.executable, "-m", "autograder", "grade", NAME, folder, "-o", tmp_path / "out", "--lang", "zh"]
    done = subprocess.run(command, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0 and b"?" in done.stdout and b"Traceback" not in done.stderr
    assert (tmp_path / "out" / "grades.csv").exists()


@pytest.mark.parametrize("main", [__main__.main, proofs_main.main], ids=["grade", "proofs"])
def test_on_windows_it_says_to_use_wsl_before_it_imports_what_is_not_there(monkeypatch, capsys, main):
    monkeypatch.setattr(sys, "platform", "win32")
    for module in ("autograder.grading.command", "proofs.verify"):
        monkeypatch.setitem(sys.modules, module, None)  # importing it fails, as fcntl and pwd do there
    assert main(["grade", NAME, "folder", "-o", "out"]) == 2
    assert "use WSL" in capsys.readouterr().err


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_stopped_in_the_middle_and_started_again_everyone_is_graded_once(tmp_path, how):
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    members = make_class(folder, 24)
    command = ["grade", NAME, folder, "-o", out, "--jobs", 2, "--timeout", 2]
    process = start_command(*command)
    assert wait_until(lambda: len(list((out / "results").glob("*.json"))) >= 8, 60)
    os.kill(process.pid, how)
    process.communicate(timeout=30)
    assert process.returncode == (-9 if how == signal.SIGKILL else 130)
    finished = {path: path.stat().st_mtime_ns for path in (out / "results").glob("*.json")}
    for path in finished:
        read_record(json.loads(path.read_text()))
    assert 8 <= len(finished) < 24 and not (out / "grades.csv").exists()
    time.sleep(1.5)
    done = run_command(*command)
    assert done.returncode == 0, done.stderr
    rows = _read_grades(out)
    assert [row["student"] for row in rows] == sorted(members) and "grader error" not in {row["status"] for row in rows}
    graded = [path for path in finished if read_record(json.loads(path.read_text())).submission_sha256]
    assert all(path.stat().st_mtime_ns == finished[path] for path in graded)


def test_nothing_is_left_running_after_a_kill(tmp_path):
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    (folder / "Eve.ipynb").write_bytes(hand_in({"q1": "# q1: x\nwhile True: pass"}))
    process = start_command("grade", NAME, folder, "-o", out)
    assert wait_until(lambda: len(_list_descendants(process.pid)) >= 5, 30)
    started = _list_descendants(process.pid)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=30)
    assert wait_until(lambda: not any(map(_is_running, started)), 10)


def _list_descendants(pid: int) -> list[int]:
    try:
        children = [int(child) for task in os.listdir(f"/proc/{pid}/task")
                    for child in Path(f"/proc/{pid}/task/{task}/children").read_text().split()]  # fmt: skip
    except OSError:
        return []
    return children + [below for child in children for below in _list_descendants(child)]


def _is_running(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_who_types_the_old_command_for_proofs_is_told_the_new_one(capsys):
    assert __main__.main(["verify", NAME]) == 2
    assert "python -m proofs" in capsys.readouterr().err
