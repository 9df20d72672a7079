"""A class on a Dask cluster of real processes: workers and command killed, nobody lost and nobody twice."""

import csv
import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace

import pytest
from classes import NAME, hand_in, make_class, run_command, start_command
from sandboxes import wait_until

from tools.source import ROOT

pytest.importorskip("distributed", reason="grading on a cluster is NOT tested: pip install distributed==2026.8.0")
from autograder.grading import cluster
from autograder.grading.grader import Grader
from autograder.grading.setting import Setting
from autograder.results.record import RecordStatus
from autograder.sandbox.outside.limits import Limits

SETTING = Setting(NAME, timeout=2.0, total=30.0, limits=Limits(memory_mb=300))


def _start(program: str, *arguments) -> subprocess.Popen:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    return subprocess.Popen(
        [sys.executable, "-m", f"distributed.cli.{program}", *arguments, "--no-dashboard"],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


class _Cluster:
    """A scheduler on loopback, and workers, each a process."""

    def __init__(self, folder, workers: int):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address, self.folder = f"tcp://127.0.0.1:{self.port}", folder
        self.processes = [_start("dask_scheduler", "--host", "127.0.0.1", "--port", str(self.port))]
        assert wait_until(self._answers, 60)
        self.workers = [self.add_worker() for _ in range(workers)]

    def add_worker(self) -> subprocess.Popen:
        worker = _start(
            "dask_worker", self.address, "--nthreads", "1", "--no-nanny", "--local-directory", str(self.folder)
        )
        self.processes.append(worker)
        return worker

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def close(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()


@pytest.fixture
def dask(tmp_path):
    dask = _Cluster(tmp_path / "dask", workers=2)
    yield dask
    dask.close()


def test_a_killed_worker_and_a_killed_command_lose_nobody(dask, tmp_path):
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    members = make_class(folder, 30)
    command = ["grade", NAME, folder, "-o", out, "--scheduler", dask.address, "--timeout", 5]
    count = lambda: len(list((out / "results").glob("*.json")))  # noqa: E731
    process = start_command(*command)
    assert wait_until(lambda: count() >= 7, 90), process.poll()
    dask.workers[0].kill()
    before = count()
    assert wait_until(lambda: count() >= before + 3, 90)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=30)
    assert count() < len(members)
    dask.add_worker()
    done = run_command(*command)
    assert done.returncode == 0, done.stderr
    with open(out / "grades.csv", newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [row["student"] for row in rows] == sorted(members)
    for row in rows:
        points = members[row["student"]][1]
        told = (out / "results" / f"{row['student']}.json").read_text(encoding="utf-8")
        assert row["status"] != "grader error" and (points is None or row["score"] == str(points)), told


def test_the_same_result_as_on_this_machine_and_no_name_in_a_task(dask, monkeypatch):
    sent = []
    submit = cluster.Client.submit
    monkeypatch.setattr(
        cluster.Client,
        "submit",
        lambda self, *args, **options: (sent.append((args, options)), submit(self, *args, **options))[1],
    )
    data = hand_in()
    records = dict(cluster.grade_remotely([("0", data), ("1", data)], SETTING, dask.address))
    assert {record.score for record in records.values()} == {22} and set(records) == {"0", "1"}
    assert len(sent) == 1, "the same bytes are one task"
    assert all(record.student == record.file == "" for record in records.values())


def test_the_sandbox_cannot_reach_the_scheduler(dask):
    probe = f"# q1: x\nimport socket\nsocket.create_connection(('127.0.0.1', {dask.port}), 2)"
    record = dict(cluster.grade_remotely([("0", hand_in({"q1": probe}))], SETTING, dask.address))["0"]
    message = record.questions["q1"].checks[0].message.en
    assert record.score == 18 and ("Error" in message or "not permitted" in message) and "create_connection" in message


def test_another_version_of_the_course_on_a_worker_is_said(dask, monkeypatch):
    monkeypatch.setattr(cluster, "hash_version", lambda name: "0" * 16)
    record = dict(cluster.grade_remotely([("0", hand_in())], SETTING, dask.address))["0"]
    assert record.status is RecordStatus.GRADER_ERROR and "install the same" in record.message.en


class _Answer:
    """A finished task whose worker answered so."""

    def __init__(self, answer):
        self._answer = answer

    def result(self):
        return self._answer


@pytest.fixture(scope="module")
def honest():
    """(the submission's bytes, its record as a worker sends it)."""
    with Grader(SETTING) as grader:
        return hand_in(), grader.grade(hand_in()).to_json()


def test_a_workers_own_result_is_taken(honest):
    data, answer = honest
    assert cluster._read_result(_Answer(answer), SETTING, data).score == 22


def _raise_points(answer):
    for question in answer["questions"].values():
        for check in question["checks"]:
            check.update(points=10 * check["points"], earned=10 * check["earned"])
        question.update(points=10 * question["points"], earned=10 * question["earned"])
    answer.update(score=220, max_score=220)


def _earn_more_than_there_is(answer):
    question = answer["questions"]["q1"]
    question["checks"][0]["earned"] += 100
    question["earned"] += 100
    answer["score"] += 100


def _leave_one_out(answer):
    question = answer["questions"].pop("q1")
    answer.update(score=answer["score"] - question["earned"], max_score=answer["max_score"] - question["points"])


@pytest.mark.parametrize(
    "forge",
    [
        lambda answer: answer.update(exercise="01_backprop"),
        lambda answer: answer.update(submission_sha256="0" * 64),
        lambda answer: answer["versions"].update(checks="0" * 16),
        lambda answer: answer["versions"].pop("limits"),
        lambda answer: answer["versions"].update(key="0" * 16),
        lambda answer: answer["versions"].update(run_seed="1"),
        lambda answer: answer.update(student="Bob"),
        lambda answer: answer.update(file="bob.ipynb"),
        lambda answer: answer.update(seed=1),
        _raise_points,
        _earn_more_than_there_is,
        _leave_one_out,
    ],
)
def test_the_result_of_another_task_or_none_at_all_is_refused(honest, forge):
    data, answer = honest
    answer = json.loads(json.dumps(answer))
    forge(answer)
    record = cluster._read_result(_Answer(answer), SETTING, data)
    assert record.status is RecordStatus.GRADER_ERROR and "a worker answered with" in record.message.en
    assert (record.student, record.exercise, record.score) == ("", NAME, 0)


@pytest.mark.parametrize("answer", [None, [], "22", 22, {}, {"record_version": 1}, {"score": 22}])
def test_what_is_no_result_is_the_graders_error(answer):
    record = cluster._read_result(_Answer(answer), SETTING, b"x")
    assert record.status is RecordStatus.GRADER_ERROR and "not a result record" in record.message.en


def test_the_key_is_in_no_name_of_a_task_and_two_keys_share_none(monkeypatch):
    secret = replace(SETTING, key=b"never shown")
    assert "never shown" not in repr(secret) + cluster.derive_task_key(secret, b"x")
    assert cluster.derive_task_key(secret, b"x") != cluster.derive_task_key(SETTING, b"x")


def test_no_scheduler_is_said_in_time(monkeypatch):
    monkeypatch.setattr(cluster, "_CONNECT_SECONDS", 1)
    began = time.monotonic()
    with pytest.raises(cluster.SandboxError, match="no Dask scheduler answers"):
        list(cluster.grade_remotely([("0", b"")], SETTING, "tcp://127.0.0.1:9"))
    assert time.monotonic() - began < 20
