"""From file names, as schools' systems write them, to students; safe output names; pseudonyms. Trusted side only."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import secrets
import unicodedata
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from autograder.exercise import list_exercises

# Each pattern begins with what the system wrote; what the student chose comes after and is never read as a name.
_MOODLE = re.compile(r"(?P<name>.+?)_(?P<id>\d{1,12})_assignsubmission_(?:file|onlinetext)_.*", re.S)
_CANVAS = re.compile(r"(?P<name>[^\W\d_][^_]*)_(?:LATE_)?(?P<id>\d{1,12})_(?P<attempt>\d{1,12})_(?P<rest>.+)", re.S)
_CANVAS_AGAIN = re.compile(r"-(\d{1,3})\.\w+$")  # "x-1.ipynb": the second file of that name
_COPY = re.compile(r"^copy of | ?\(\d{1,4}\)$|[ -]?副本$|^“(?=.+”的副本$)|”的副本$", re.I)  # browsers, Google
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.I)
_HASHED = re.compile(r"-[0-9a-f]{8}$")
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_KEY = "pseudonym.key"


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


def name_files(students: list[str]) -> dict[str, str]:
    """A file name (no suffix) for each student: readable, allowed on every system, different even without case."""
    plain = {student: _make_safe(student) for student in students}
    taken: dict[str, int] = {}
    for name in plain.values():
        taken[name.casefold()] = taken.get(name.casefold(), 0) + 1
    return {
        student: f"{name}-{_hash(student)}"
        if name != student or taken[name.casefold()] > 1 or _HASHED.search(name)
        else name
        for student, name in plain.items()
    }


class Pseudonyms:
    """Stable pseudonyms: the same for the same student and folder, and without the key file they lead nowhere.

    The key stands in `folder`, readable by its owner only. Sorted by pseudonym, the order of names is gone.
    """

    def __init__(self, folder: Path):
        self._key = _load_key(folder / _KEY)

    def name(self, student: str) -> str:
        """The student's pseudonym, "s-" and 12 letters or digits (60 bits)."""
        digest = hmac.digest(self._key, unicodedata.normalize("NFC", student).encode("utf-8", "replace"), "sha256")
        return "s-" + base64.b32encode(digest)[:12].decode().lower()


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
    return kept if kept == name and 0 < len(kept) <= 100 else f"{kept[:80]}-{_hash(name)}".lstrip("-")


def _make_safe(name: str) -> str:
    kept = "".join(c if c.isalnum() or unicodedata.category(c) == "Mn" or c in " -_.,'()@+" else "_" for c in name)
    while len(kept.encode()) > 150:
        kept = kept[:-1]
    kept = kept.strip(" ")
    kept = re.sub(r"^[.\-]|\.$", "_", kept) or "_"
    return f"_{kept}" if _RESERVED.fullmatch(kept) else kept


def _hash(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:8]


def _load_key(path: Path) -> bytes:
    """The key, made once; of two processes that make it at the same time, both get the first one's."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        file = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "wb") as stream:
            stream.write(secrets.token_bytes(32))
        try:
            os.link(aside, path)
        except FileExistsError:
            pass
        finally:
            os.unlink(aside)
    key = path.read_bytes()
    if len(key) != 32:
        raise ValueError(f"{path} is not a key of 32 bytes: remove it, and the pseudonyms that were made with it")
    return key
