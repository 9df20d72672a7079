"""The ledger takes finite numbers and short words, never rewrites a line, and survives damage and company."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from course_utils import ledger

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def own_ledger(monkeypatch, tmp_path):
    path = tmp_path / "deep" / "ledger.jsonl"
    monkeypatch.setenv("COURSE_LEDGER", str(path))
    return path


def test_a_record_comes_back_with_its_time_and_lesson(own_ledger):
    row = ledger.record("bert-tiny", lesson="10", accuracy=np.float32(0.5), bytes=1_000_000, device="cpu", 准确率=0.9)
    assert ledger.read() == [row]
    assert row == {
        "name": "bert-tiny",
        "time": row["time"],
        "lesson": "10",
        "accuracy": 0.5,
        "bytes": 1_000_000,
        "device": "cpu",
        "准确率": 0.9,
    }
    assert row["time"].endswith("+00:00") and "准确率" in own_ledger.read_text(encoding="utf-8")


def test_no_ledger_yet_is_an_empty_list():
    assert ledger.read() == [] and ledger.latest() == []


def test_recording_again_keeps_the_history_and_latest_gives_one_line_a_model(own_ledger):
    for name, accuracy in (("a", 0.1), ("b", 0.2), ("a", 0.3)):
        ledger.record(name, accuracy=accuracy)
    assert [(row["name"], row["accuracy"]) for row in ledger.read()] == [("a", 0.1), ("b", 0.2), ("a", 0.3)]
    assert [(row["name"], row["accuracy"]) for row in ledger.latest()] == [("a", 0.3), ("b", 0.2)]
    assert len(own_ledger.read_text().splitlines()) == 3


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), -np.inf, True, np.bool_(True), None, [1], {"a": 1}, "x" * 201, 1j, b"x"]
)
def test_what_is_no_finite_number_or_short_word_is_refused_and_nothing_written(own_ledger, value):
    with pytest.raises(ValueError, match="accuracy must be a finite number or a string of at most 200"):
        ledger.record("a", accuracy=value)
    assert not own_ledger.exists()


def test_a_whole_number_of_any_size_is_finite():
    assert ledger.record("a", operations=10**400) in ledger.read(), "no float holds it"


@pytest.mark.parametrize("name", ["", "  ", 3, None, "x" * 201])
def test_a_name_must_be_a_short_string(own_ledger, name):
    with pytest.raises(ValueError, match="name"):
        ledger.record(name, accuracy=1)
    assert not own_ledger.exists()


def test_a_record_without_measures_or_with_a_reserved_name_is_refused():
    with pytest.raises(ValueError, match="at least one measure"):
        ledger.record("a")
    with pytest.raises(ValueError, match="'time'"):
        ledger.record("a", time=3.0)


def test_a_damaged_line_is_named_skipped_and_kept(own_ledger):
    ledger.record("a", x=1)
    damaged = b'{"name": "b", "x": \xff\n[1, 2]\n'
    with own_ledger.open("ab") as file:
        file.write(damaged)
    ledger.record("c", x=3)
    with pytest.warns(UserWarning) as caught:
        assert [row["name"] for row in ledger.read()] == ["a", "c"]
    assert [f"line {n} is damaged" in str(w.message) for n, w in zip((2, 3), caught, strict=True)] == [True, True]
    assert damaged in own_ledger.read_bytes()


def test_a_line_torn_by_a_kill_does_not_swallow_the_next(own_ledger):
    ledger.record("a", x=1)
    with own_ledger.open("ab") as file:
        file.write(b'{"name": "torn')
    ledger.record("b", x=2)
    with pytest.warns(UserWarning, match="line 2"):
        assert [row["name"] for row in ledger.read()] == ["a", "b"]


def test_lines_of_several_processes_do_not_mix(own_ledger):
    code = (
        "import sys; from course_utils import ledger\n"
        "for i in range(50): ledger.record(sys.argv[1], i=i, pad='x' * 150)"
    )
    runs = [subprocess.Popen([sys.executable, "-c", code, name]) for name in "abc"]
    assert [run.wait(60) for run in runs] == [0, 0, 0]
    rows = ledger.read()
    assert len(rows) == 150 and {name: [r["i"] for r in rows if r["name"] == name] for name in "abc"} == {
        name: list(range(50)) for name in "abc"
    }


def test_a_path_overrules_the_environment_and_lines_are_plain_json(tmp_path, own_ledger):
    ledger.record("a", path=tmp_path / "other.jsonl", x=1)
    assert json.loads((tmp_path / "other.jsonl").read_text())["x"] == 1
    assert not own_ledger.exists() and len(ledger.read(tmp_path / "other.jsonl")) == 1


def test_lessons_and_exercises_share_one_ledger(monkeypatch, tmp_path):
    monkeypatch.delenv("COURSE_LEDGER")
    monkeypatch.chdir(ROOT / "tests")  # any folder of the course
    assert ledger._find_ledger(None) == ROOT / "runs" / "ledger.jsonl"
    monkeypatch.chdir(tmp_path)  # a bare notebook
    assert ledger._find_ledger(None) == tmp_path / "runs" / "ledger.jsonl"


def test_a_folder_that_cannot_be_written_names_the_variable_and_that_way_out_works(monkeypatch, tmp_path, own_ledger):
    monkeypatch.delenv("COURSE_LEDGER")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs").write_text("a file, so no folder can be made: even root, whom no permission stops, is refused")
    with pytest.raises(
        OSError, match=r'the ledger .*runs.ledger\.jsonl cannot be .*os\.environ\["COURSE_LEDGER"\] = "'
    ):
        ledger.record("a", x=1)
    monkeypatch.setenv("COURSE_LEDGER", str(own_ledger))
    assert ledger.record("a", x=1) in ledger.read()
