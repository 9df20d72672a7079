"""From file names, as schools' systems write them, to students."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath

from autograder.answers.rooms import list_exercises
from autograder.results.names import hash_name

# Each pattern begins with what the system wrote; what the student chose comes after and is never read as a name.
_MOODLE = re.compile(r"(?P<name>.+?)_(?P<id>\d{1,12})_assignsubmission_(?:file|onlinetext)_.*", re.S)
_CANVAS = re.compile(r"(?P<name>[^\W\d_][^_]*)_(?:LATE_)?(?P<id>\d{1,12})_(?P<attempt>\d{1,12})_(?P<rest>.+)", re.S)
_CANVAS_AGAIN = re.compile(r"-(\d{1,3})\.\w+$")  # "x-1.ipynb": the second file of that name
_COPY = re.compile(r"^copy of | ?\(\d{1,4}\)$|[ -]?副本$|^“(?=.+”的副本$)|”的副本$", re.I)  # browsers, Google
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


@dataclass(frozen=True)
class Owner:
    """Whose a file is: the student's key, and by which number the file is newer than others of that student.

    The key is the part of the name by which the school's system tells its students apart: "Doe Jane_12345" (Moodle's
    participant 12345), "doejane_12345" (Canvas's user 12345), "Jane Doe" (Google Classroom, plain files and folders).
    """

    student: str
    attempt: tuple[int, int] = (0, 0)
    named: str = ""  # the exercise that the file's name gives, "" if it gives none


def find_owner(path: str, exercise: str, container: str = "") -> Owner:
    """Whose file `path` is: a relative path with "/", as in the folder or archive called `container`.

    The outermost folder or name that Moodle or Canvas wrote decides; without one, the outermost folder, so that
    nobody's own file names reach another student; in the top folder, the file's name. A file called like an exercise
    names nobody: it belongs to whom the container is called after.
    """
    parts = [unicodedata.normalize("NFC", part) for part in PurePosixPath(path).parts if part not in ("/", ".", "..")]
    *folders, file = parts or [container]
    stem, again = _strip_copy_marks(re.split(r"\.ipynb\b", file)[0] if ".ipynb" in file else PurePosixPath(file).stem)
    exercises = {exercise, *list_exercises()}
    named = next((name for name in sorted(exercises, key=len, reverse=True) if name in stem), "")
    for part in [*folders, file]:  # Canvas first: its names have no underscore, so nobody's file name can lengthen them
        if match := _CANVAS.fullmatch(part):
            second = _CANVAS_AGAIN.search(match["rest"])
            attempt = (int(match["attempt"]), int(second[1]) if second else 0)
            return Owner(_clean(f"{match['name']}_{match['id']}"), attempt, named)
        if match := _MOODLE.fullmatch(part):
            return Owner(_clean(f"{match['name']}_{match['id']}"), (0, again), named)
    if folders:
        return Owner(_clean(folders[0]), (0, 0), named)
    if stem in exercises:
        return Owner(_clean(container or stem), (0, 0), named)
    google = re.match(rf"(.+) - .*{re.escape(exercise)}", stem, re.S)  # "Jane Doe - 01_backprop"
    return Owner(_clean(google[1] if google else stem), (0, 0), named)


def is_system_name(part: str) -> bool:
    """Whether Moodle or Canvas wrote this name of a file or folder."""
    return bool(_MOODLE.fullmatch(part) or _CANVAS.fullmatch(part))


def _strip_copy_marks(stem: str) -> tuple[str, int]:
    """(the stem without "Copy of", "(1)", "副本", how many such marks it had)."""
    for marks in range(10):
        shorter = _COPY.sub("", stem, count=1).strip()
        if shorter in ("", stem):
            return stem, marks
        stem = shorter
    return stem, 10


def _clean(name: str) -> str:
    """NFC, without control, invisible, direction-changing and undecodable characters, at most 100 characters.

    Where that drops something, a hash keeps names apart that would now look alike.
    """
    name = " ".join(unicodedata.normalize("NFC", name).split())
    kept = " ".join("".join(c if unicodedata.category(c) not in _UNSEEN else " " for c in name).split())
    return kept if kept == name and 0 < len(kept) <= 100 else f"{kept[:80]}-{hash_name(name)}".lstrip("-")
