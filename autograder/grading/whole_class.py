"""A class, from the files that were handed in to the gradebook; what is finished is not done again."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from autograder.answers.layout import load_layout
from autograder.answers.rooms import load_exercise
from autograder.command_line import NothingMatched
from autograder.grading.intake import Handed
from autograder.grading.parsing import SubmissionError
from autograder.grading.setting import Setting
from autograder.grading.submission import read_submission
from autograder.results.folder import Results
from autograder.results.plain_text import make_plain
from autograder.results.record import Record, RecordStatus, join_texts, make_failure

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


def require_some(handed: list[Handed], setting: Setting, paths: list[Path]) -> None:
    """Raises NothingMatched, which says what the files are, where none of them is a notebook of this exercise.

    Reads no further than the first that is.
    """
    places = ", ".join(make_plain(str(path), 80) for path in paths[:3]) + (", …" if len(paths) > 3 else "")
    if not handed:
        raise NothingMatched(f"no submissions in {places}: notebooks end in .ipynb, archives in .zip")
    layout, reasons = load_layout(setting.exercise), Counter()
    for item in handed:
        try:
            read_submission(item.read(), layout)
            return
        except SubmissionError as error:
            if error.status is RecordStatus.EMPTY:
                return
            reasons[error.message.en] += 1
    found = " ".join(f"{count} × {reason}" for reason, count in reasons.most_common(3))
    raise NothingMatched(
        f"0 of {len(handed)} submissions in {places} are notebooks of {setting.exercise}; nothing was graded. {found} "
        "Name the exercise that they are of, or the folder or .zip that holds the notebooks."
    )


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
