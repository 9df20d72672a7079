"""Grades on many machines: a Dask `distributed` cluster, of which any worker may die at any time.

A task is a notebook's bytes and the setting, no name; its key is their hash, so that a task which runs twice, or is
handed in twice, is the same task. The hash holds no secret; the workers get the key that random inputs are drawn with,
never the one that signs results. Each worker process keeps a sandbox of its own, without a network: what runs in it
reaches neither the scheduler nor another worker. The command is where names are, and where results are stored; what a
worker answers counts only if it names the exercise, version and submission that were asked for.
"""

from __future__ import annotations

import atexit
import hashlib
import threading
from collections.abc import Iterable, Iterator

from distributed import Client, KilledWorker, as_completed

from autograder.answers.rooms import hash_version, load_exercise
from autograder.grading.grader import Grader, grade_safely, make_grader_error
from autograder.grading.setting import Setting, derive_task_key
from autograder.results.record import Record, make_failure, read_record
from autograder.sandbox.outside.errors import SandboxError

_CONNECT_SECONDS = 30
_AT_ONCE = 500  # tasks in the scheduler's memory
_RETRIES = 3
_grader_lock, _graders = threading.Lock(), {}


def grade_remotely(
    tasks: Iterable[tuple[str, bytes]], setting: Setting, scheduler: str
) -> Iterator[tuple[str, Record]]:
    """(key, record) of each task (key, notebook), as they are finished; on Ctrl-C what has not begun is withdrawn.

    Raises SandboxError where the cluster cannot be reached, or its workers cannot grade.
    """
    try:
        client = Client(scheduler, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise SandboxError(f"no Dask scheduler answers at {scheduler}: {error}") from None
    with client:
        tasks, waiting, running = iter(tasks), {}, as_completed(loop=client.loop)
        while True:
            while len(waiting) < _AT_ONCE and (task := next(tasks, None)):
                key, data = task
                name = derive_task_key(setting, data)
                if name in waiting:
                    waiting[name][1].append(key)
                    continue
                waiting[name] = (data, [key])
                running.add(client.submit(grade_task, data, setting, hash_version(setting.exercise), key=name,
                                          retries=_RETRIES, pure=True))  # fmt: skip
            if not waiting:
                return
            future = next(running)
            data, keys = waiting.pop(future.key)
            record = _read_result(future, setting, data)
            future.release()
            for key in keys:
                yield key, record


def grade_task(data: bytes, setting: Setting, version: str) -> dict:
    """On a worker: the record as plain data. Raises RuntimeError where the worker has another version of the course."""
    if (mine := hash_version(setting.exercise)) != version:
        raise RuntimeError(f"this worker has version {mine} of the course, the command {version}: install the same")
    return grade_safely(_find_grader(setting), data).to_json()


def _read_result(future, setting: Setting, data: bytes) -> Record:
    try:
        record = read_record(future.result())
        _require_own(record, setting, data)
        return record
    except KilledWorker:
        return make_grader_error(setting, data, "several workers died while they graded it")
    except Exception as error:
        return make_grader_error(setting, data, f"{type(error).__name__}: {error}")


def _require_own(record: Record, setting: Setting, data: bytes) -> None:
    """Raises ValueError for the result of another exercise, version or submission, or one that no grader writes."""
    unknown = make_failure(
        load_exercise(setting.exercise), record.status, record.message, student="", file="", seed=setting.seed
    )
    own = [(id, question.points) for id, question in unknown.questions.items()]
    checks = [check for question in record.questions.values() for check in question.checks]
    if (
        record.exercise != setting.exercise
        or record.submission_sha256 != hashlib.sha256(data).hexdigest()
        or not setting.versions().items() <= record.versions.items()
    ):
        raise ValueError("a worker answered with the result of another submission, exercise or version")
    if (
        [(id, question.points) for id, question in record.questions.items()] != own
        or any(check.earned not in (0, check.points) for check in checks)
        or any(q.earned != sum(check.earned for check in q.checks) for q in record.questions.values())
        or (record.student, record.file, record.seed) != ("", "", setting.seed)
    ):
        raise ValueError("a worker answered with what is no result of this exercise")


def _find_grader(setting: Setting) -> Grader:
    """This process's grader for the setting; the one before it is closed."""
    with _grader_lock:
        if setting not in _graders:
            for old in list(_graders):
                _graders.pop(old).__exit__()
            grader = Grader(setting)
            grader.__enter__()
            _graders[setting] = grader
            atexit.register(grader.__exit__)
        return _graders[setting]
