"""A class through the pool of processes: everyone once, whatever dies; results are kept, whole, and used again."""

import hashlib
import json
import os
import signal
import threading
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from classes import NAME, hand_in, make_class
from sandboxes import wait_until

from autograder.grading import lanes
from autograder.grading.intake import gather
from autograder.grading.lanes import grade_locally
from autograder.grading.setting import Setting, derive_task_key
from autograder.grading.whole_class import grade_class
from autograder.results.folder import OutputError, Results
from autograder.results.record import RecordStatus, read_record
from autograder.results.stored import read_result, write_result
from autograder.sandbox.outside.limits import Limits

KEY = b"k" * 32
SETTING = Setting(NAME, timeout=2.0, total=30.0, limits=Limits(memory_mb=300), key=b"inputs")


def _grade(folder: Path, out: Path, setting: Setting = SETTING, run=None):
    """[(record, whether it is new)] of one run."""
    handed = gather([folder], setting.exercise, skip=out)
    with Results(out, setting.exercise, KEY, [item.student for item in handed]) as results:
        return list(grade_class(handed, setting, results, run or partial(grade_locally, jobs=2)))


def _read_results(out: Path) -> dict:
    records = [read_record(json.loads(path.read_text())) for path in (out / "results").glob("*.json")]
    assert len({record.student for record in records}) == len(records)
    return {record.student: record for record in records}


def _refuse(tasks, setting):
    assert not list(tasks), "graded again"
    return iter(())


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A class of 60 of all kinds, graded: (members, folder, out, what the run yielded)."""
    folder, out = tmp_path_factory.mktemp("class"), tmp_path_factory.mktemp("out")
    members = make_class(folder)
    return members, folder, out, _grade(folder, out)


def test_everyone_gets_what_they_deserve_once(graded):
    members, _, out, yielded = graded
    records = _read_results(out)
    assert set(records) == set(members) and sorted(record.student for record, _ in yielded) == sorted(members)
    for student, (data, points) in members.items():
        record = records[student]
        assert record.status is not RecordStatus.GRADER_ERROR, record.message
        if points is None:
            assert record.score < 22, student
        else:
            assert record.score == points, (student, record.to_json())
        assert record.submission_sha256 in ("", hashlib.sha256(data).hexdigest())


def test_hostile_answers_cost_their_question_only(graded):
    members, _, out, _ = graded
    for student, record in _read_results(out).items():
        if b"os._exit(0)" in members[student][0] or b"class Equal" in members[student][0]:
            assert record.score == 22 - record.questions["q1"].points, student


def test_what_is_finished_is_not_done_again(graded):
    _, folder, out, first = graded
    again = _grade(folder, out, run=_refuse)
    assert {(record.student, record.score) for record, _ in again} == {(r.student, r.score) for r, _ in first}
    assert not any(is_new for record, is_new in again if record.submission_sha256)


def _one(tmp_path, data=None) -> tuple[Path, Path]:
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    (folder / "Ann.ipynb").write_bytes(data or hand_in())
    return folder, out


@pytest.mark.parametrize("reason", ["file", "seed", "limits", "key", "half a result", "forged", "grader error"])
def test_it_is_graded_again_when_something_changed(tmp_path, reason):
    folder, out = _one(tmp_path)
    setting, path = SETTING, out / "results" / "Ann.json"
    assert [is_new for _, is_new in _grade(folder, out)] == [True]
    assert [is_new for _, is_new in _grade(folder, out)] == [False]
    if reason == "file":
        (folder / "Ann.ipynb").write_bytes(hand_in({"q1": "# q1: x"}))
    elif reason == "half a result":
        path.write_bytes(path.read_bytes()[:200])
    elif reason == "forged":
        path.write_text(path.read_text().replace("sgd", "SGD"))
    elif reason == "grader error":
        write_result(replace(read_result(path, KEY), status=RecordStatus.GRADER_ERROR), path, KEY)
    else:
        change = {"seed": {"seed": 5}, "limits": {"timeout": 3.0}, "key": {"key": b"other"}}[reason]
        setting = replace(SETTING, **change)
    assert [is_new for _, is_new in _grade(folder, out, setting)] == [True]
    assert list(_read_results(out)) == ["Ann"]


def test_one_command_at_a_time_and_one_exercise_a_folder(tmp_path):
    folder, out = _one(tmp_path)
    with Results(out, NAME, KEY):
        with pytest.raises(OutputError, match="in use"), Results(out, NAME, KEY):
            pass
    _grade(folder, out)
    with pytest.raises(OutputError, match=f"holds results of {NAME}"), Results(out, "01_backprop", KEY):
        pass
    with Results(out, NAME, KEY) as results:
        assert set(results.records) == {"Ann"}


def test_an_output_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"), Results(tmp_path / "file", NAME, KEY):
        pass


def test_students_whose_names_differ_in_case_only_keep_their_results(tmp_path):
    folder, out = _one(tmp_path)
    _grade(folder, out)
    (folder / "ann.ipynb").write_bytes(hand_in(folder="exercises"))
    _grade(folder, out)
    assert {student: record.score for student, record in _read_results(out).items()} == {"Ann": 22, "ann": 0}


def test_pseudonyms_leave_no_name_in_feedback(tmp_path):
    folder, out = _one(tmp_path)
    _grade(folder, out)
    for pseudonyms in (False, True):
        with Results(out, NAME, KEY) as results:
            results.write_reports("en", pseudonyms)
        pages = list((out / "feedback").iterdir())
        assert len(pages) == 1 and (("Ann" in pages[0].name + pages[0].read_text()) is not pseudonyms)
    assert pages[0].stem in (out / "pseudonyms.csv").read_text()
    assert not list(out.glob("*.key")), "a key that lies among results could be a learner's"


def _children(pid: int) -> list[int]:
    return [int(child) for task in os.listdir(f"/proc/{pid}/task")
            for child in Path(f"/proc/{pid}/task/{task}/children").read_text().split()]  # fmt: skip


def _find_lane_processes() -> list[int]:
    commands = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in _children(os.getpid())}
    return [pid for pid, command in commands.items() if b"spawn_main" in command]


@pytest.mark.parametrize("moment", ["starting", "working"])
@pytest.mark.parametrize("victim", ["lane", "sandbox"])
def test_a_process_that_is_killed_is_replaced_and_nobody_is_lost(victim, moment, monkeypatch):
    ready, take = [], lanes._Lane.take
    monkeypatch.setattr(lanes._Lane, "take", lambda lane: (take(lane), lane.met_ready and ready.append(lane))[0])
    slow = hand_in({"q1": "# q1: x\nimport time\ntime.sleep(1.5)"})
    killed = []

    def kill():
        assert wait_until(_find_lane_processes, 20)
        lane = _find_lane_processes()[0]
        if moment == "working":
            assert wait_until(lambda: ready, 60)
            lane = ready[0]._process.pid
            wait_until(lambda: False, 0.5)
        assert wait_until(lambda: _children(lane), 20)
        target = lane if victim == "lane" else _children(lane)[0]
        os.kill(target, signal.SIGKILL)
        killed.append(target)

    thread = threading.Thread(target=kill)
    thread.start()
    records = dict(grade_locally([(str(n), slow if n < 2 else hand_in()) for n in range(6)], SETTING, jobs=2))
    thread.join()
    assert killed and set(records) == set("012345")
    assert all(record.score == (18 if key in "01" else 22) for key, record in records.items()), {
        key: (record.score, record.message) for key, record in records.items()
    }
    assert not _find_lane_processes()


class _PlayedLane:
    """A lane that says at once what `said` has for each notebook, in turn, and notes who was busy then."""

    def __init__(self, context, setting, patience, processor):
        self.pipe, self._other = context.Pipe()
        self.task, self.met_ready, self.until, self.processor = None, True, time.monotonic() + 60, processor
        self.others.append(self)

    def give(self, task):
        self.task = task
        self.log.append((task[1], sum(lane.task is not None for lane in self.others)))
        self._other.send(self.said[task[1]].pop(0))

    def take(self):
        self.task = None
        return self.pipe.recv()

    def stop(self):
        self.pipe.close()


def test_who_was_starved_is_graded_again_alone_and_that_counts(monkeypatch):
    said = {b"slow": [("starved", True), ("well", True)], b"a": [("a", False)], b"b": [("b", False)]}
    played = type("Played", (_PlayedLane,), {"others": [], "log": [], "said": said})
    monkeypatch.setattr(lanes, "_Lane", played)
    tasks = [(data.decode(), data) for data in said]
    assert sorted(grade_locally(tasks, SETTING, jobs=2)) == [("a", "a"), ("b", "b"), ("slow", "well")]
    assert played.log[-1] == (b"slow", 1) and [data for data, _ in played.log].count(b"slow") == 2
    processors = [lane.processor for lane in played.others]
    assert len(set(processors)) == min(2, len(os.sched_getaffinity(0)))


def test_a_submission_that_the_grader_cannot_finish_is_its_error():
    slow = hand_in({"q1": "# q1: x\nimport time\ntime.sleep(1.9)"})
    records = dict(grade_locally([("a", slow), ("b", hand_in())], SETTING, jobs=2, patience=1.2))
    assert records["a"].status is RecordStatus.GRADER_ERROR and "took too long" in records["a"].message.en


def test_nothing_to_do_starts_nothing(monkeypatch):
    monkeypatch.setattr(lanes, "_Lane", None)
    assert list(grade_locally([], SETTING, jobs=2)) == []


def test_the_same_task_has_the_same_name():
    names = {derive_task_key(SETTING, b"a"), derive_task_key(SETTING, b"a"), derive_task_key(SETTING, b"b")}
    assert len(names) == 2 and derive_task_key(Setting(NAME), b"a") not in names
