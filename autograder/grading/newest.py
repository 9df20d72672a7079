"""Of all that one student handed in, the notebook that counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from autograder.answers.outcome import Text
from autograder.grading.handed import NO_NOTEBOOK, NOT_OPENED, Entry, Handed, is_zip, list_inner_archive
from autograder.grading.parsing import SubmissionError, too_large
from autograder.grading.students import Owner, find_owner
from autograder.grading.wrappers import bears_system_names, unwrap

_LOOKS_LIKE_A_CLASS = Text(
    "This archive holds files as a school's system names them, of several students; given beside other files it counts "
    "as the work of one. If it is a class's, grade it alone, with the same -o.",
    "这个压缩包里的文件按教学平台的方式命名，像是多名学生的；与其他文件一起给出时，它只算一名学生的提交。"
    "如果它是全班的，请单独评分，-o 不变。",
)


def choose_newest(items: list[Handed], exercise: str) -> Handed:
    """The newest of one student's notebooks, by the system's number of the attempt, else by time.

    Files that cannot be a notebook, and files named after another exercise, count only if there is nothing else; a
    zip archive is opened only if there is no notebook beside it.
    """
    if not any(item.problem is None and ".ipynb" in item.file for item in items):
        items = [inner for item in items for inner in _open_inner(item, exercise)]

    def rank(item: Handed):
        fits = item.owner.named in ("", exercise)
        return item.problem is None, ".ipynb" in item.file, fits, item.owner.attempt, item.modified, item.file

    *others, newest = sorted(items, key=rank)
    is_notebook = ".ipynb" in newest.file
    notebooks = [other for other in others if other.problem is not NO_NOTEBOOK and
                 (not is_notebook or other.problem or ".ipynb" in other.file)]  # fmt: skip
    if not notebooks:
        return newest
    note = Text(
        f"{len(notebooks) + 1} files of this student were found; the newest was graded.",
        f"找到该学生的 {len(notebooks) + 1} 个文件；评分采用最新的一个。",
    )
    return replace(newest, notes=(*newest.notes, note))


def make_handed(entry: Entry, file: str, owner: Owner, exercise: str) -> Handed:
    """The entry, called `file` in what is shown, as this owner's."""
    problem = entry.problem or (NO_NOTEBOOK if owner.is_text else None)
    named = find_owner(Path(entry.name).name, exercise, "-").named
    return Handed(owner.student, file, entry.modified, replace(owner, named=named), entry.load, problem)


def take_all(entries: list[Entry], archive: str, owner: Owner, exercise: str) -> list[Handed]:
    """All that lies in one student's archive, as theirs, whatever it is called there; a note if it seems a class's."""
    names = unwrap([entry.name for entry in entries], exercise, True)
    notes = (_LOOKS_LIKE_A_CLASS,) if bears_system_names(names, of=2) else ()
    items = [make_handed(entry, f"{archive}/{entry.name}", owner, exercise) for entry in entries]
    return [replace(item, notes=notes) for item in items]


def _open_inner(item: Handed, exercise: str) -> Sequence[Handed]:
    """What lies in a student's own archive, as theirs; the item itself where it is none that is opened."""
    if item.problem is not NOT_OPENED or not is_zip(item.file):
        return [item]
    try:
        return take_all(list_inner_archive(item), item.file, item.owner, exercise) or [item]
    except SubmissionError as error:
        return [replace(item, problem=error.message) if error.message == too_large().message else item]
    except Exception:  # the file can't be read
        return [item]
