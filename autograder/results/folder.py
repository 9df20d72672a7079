"""The output folder: one finished result a student, kept from run to run, and what is made of all of them."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterable
from pathlib import Path

from autograder.results.names import Pseudonyms, name_files
from autograder.results.record import Record, RecordStatus
from autograder.results.report import write_csv, write_feedback, write_grades
from autograder.results.stored import OutputError, list_results, read_result, require_own_folder, write_result


class Results:
    """OUT/results as a context manager: `records` of all students, by student; one command at a time.

    `key` signs what is stored; what it did not sign is not believed, and named in `strangers`. Nothing here follows a
    link that somebody put in place of a file or folder. Raises OutputError for a folder that cannot be written, is in
    use, or holds another exercise's results.
    """

    def __init__(self, out: Path, exercise: str, key: bytes, students: Iterable[str] = ()):
        self.out, self.exercise, self.records = out, exercise, {}
        self.strangers: list[str] = []
        self._students, self._key, self._lock, self._names = set(students), key, None, {}

    def __enter__(self) -> Results:
        try:
            for folder in (self.out / "results", self.out / "feedback"):
                require_own_folder(folder)
                folder.mkdir(parents=True, exist_ok=True)
            self._lock = _open_lock(self.out / "results" / ".lock")
        except OSError as error:
            raise OutputError(f"{self.out} cannot be written: {error.strerror}; name another folder with -o") from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._load()
        except BlockingIOError:
            os.close(self._lock)
            raise OutputError(f"{self.out} is in use: another command is writing to it; wait for its end") from None
        except BaseException:
            os.close(self._lock)
            raise
        return self

    def __exit__(self, *_) -> None:
        os.close(self._lock)

    def is_finished(self, student: str, sha256: str, versions: dict[str, str]) -> bool:
        """Whether this student's file has its result already, by the same checks, key, seed and limits."""
        record = self.records.get(student)
        return (
            record is not None
            and record.status is not RecordStatus.GRADER_ERROR
            and record.submission_sha256 == sha256
            and versions.items() <= record.versions.items()
        )

    def add(self, record: Record) -> None:
        """Store a result; a reader, and who starts again after a crash, finds the whole of it or none."""
        write_result(record, self._place(record.student), self._key)
        self.records[record.student] = record

    def write_reports(self, lang: str, pseudonyms: bool) -> None:
        """grades.csv and feedback/ of all records; under pseudonyms, pseudonyms.csv leads back to the students."""
        records = sorted(self.records.values(), key=lambda record: record.student)
        write_grades(records, self.out / "grades.csv", lang)
        hidden = Pseudonyms(self._key, self.exercise) if pseudonyms else None
        for record in records:
            shown = hidden.name(record.student) if hidden else None
            write_feedback(record, self.out, shown or self._names[record.student], lang, shown)
        wanted = {f"{hidden.name(student) if hidden else self._names[student]}.html" for student in self.records}
        for page in (self.out / "feedback").glob("*.html"):
            if page.name not in wanted:  # of an earlier run, under the other kind of name
                page.unlink()
        if hidden:
            rows = [[record.student, hidden.name(record.student)] for record in records]
            write_csv(self.out / "pseudonyms.csv", [["student", "pseudonym"], *rows])

    def _load(self) -> None:
        """Read what is there; each file gets the name that it has among all students of now."""
        stored: dict[str, Path] = {}
        for path in list_results(self.out):
            try:
                record = read_result(path, self._key)
            except (ValueError, OSError, RecursionError):
                self.strangers.append(path.name)  # graded again if the student's file is there, and then written anew
                continue
            if record.exercise != self.exercise:
                raise OutputError(
                    f"{self.out} holds results of {record.exercise}; name another folder for {self.exercise} with -o"
                )
            if record.student not in stored or record.submission_sha256:
                stored[record.student], self.records[record.student] = path, record
        for leftover in (self.out / "results").glob(".*.tmp"):
            leftover.unlink()
        self._names = name_files(sorted(self._students | set(stored)))
        for student, path in stored.items():
            if path.stem != self._names[student]:
                os.replace(path, self._place(student))

    def _place(self, student: str) -> Path:
        return self.out / "results" / f"{self._names[student]}.json"


def _open_lock(path: Path) -> int:
    """The lock's file, opened, never truncated; a link in its place is refused, as is anything but a plain file."""
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EMLINK):
            raise OutputError(f"{path} is a link, which is never followed: remove it, then try again") from None
        raise
