"""A class, from the files that were handed in to the gradebook; what is finished is not done again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from autograder.answers.rooms import load_exercise
from autograder.grading.intake import Handed
from autograder.grading.parsing import SubmissionError
from autograder.grading.setting import Setting
from autograder.results.folder import Results
from autograder.results.record import Record, join_texts, make_failure

Run = Callable[[Iterable[tuple[str, bytes]], Setting], Iterator[tuple[str, Record]]]


def grade_class(handed: list[Handed], setting: Setting, results: Results, run: Run) -> Iterator[tuple[Record, bool]]:
    """(record, whether it is new) of each student, stored before it is yielded.

    `run` grades (key, notebook) tasks and yields (key, record) in any order: lanes.grade_locally on this machine,
    cluster.grade_remotely on many. A key says nothing about the student.
    """
    todo: dict[str, Handed] = {}
    for number, item in enumerate(handed):
        try:
            sha256 = hashlib.sha256(item.read()).hexdigest()
        except SubmissionError as error:
            yield _store(results, item, _fail(setting, item, error)), True
            continue
        if results.is_finished(item.student, sha256, setting.versions()):
            yield results.records[item.student], False
        else:
            todo[str(number)] = item
    unread: list[tuple[Handed, SubmissionError]] = []

    def read_tasks() -> Iterator[tuple[str, bytes]]:
        for key, item in todo.items():
            try:
                data = item.read()
            except SubmissionError as error:  # it was there a moment ago
                unread.append((item, error))
            else:
                yield key, data

    for key, record in run(read_tasks(), setting):
        yield _store(results, todo[key], record), True
    for item, error in unread:
        yield _store(results, item, _fail(setting, item, error)), True


def _fail(setting: Setting, item: Handed, error: SubmissionError) -> Record:
    return make_failure(
        load_exercise(setting.exercise),
        error.status,
        error.message,
        student=item.student,
        file=item.file,
        seed=setting.seed,
        versions=setting.versions(),
    )


def _store(results: Results, item: Handed, record: Record) -> Record:
    """The record, which was made without names, with the student's, the file's and what intake noted."""
    texts = (record.message, *item.notes) if record.message else item.notes
    record = replace(record, student=item.student, file=item.file, message=join_texts(texts))
    results.add(record)
    return record
