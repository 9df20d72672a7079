"""Names of output files and pseudonyms: readable, allowed on every system, leading back only for the teacher."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import unicodedata

from autograder.results.secret import derive_key

_RESERVED = re.compile(r"(con|prn|aux|nul|(com|lpt)[\d¹²³]) *(\..*)?", re.I | re.S)  # Windows opens devices so
_HASHED = re.compile(r"-[0-9a-f]{8}$")


def name_files(students: list[str]) -> dict[str, str]:
    """A file name (no suffix) for each student: readable, allowed on every system, different in every file system."""
    plain = {student: _make_safe(student) for student in students}
    taken: dict[str, int] = {}
    for name in plain.values():
        taken[_twin(name)] = taken.get(_twin(name), 0) + 1
    return {
        student: f"{name}-{hash_name(student)}"
        if name != student or taken[_twin(name)] > 1 or _HASHED.search(name)
        else name
        for student, name in plain.items()
    }


class Pseudonyms:
    """Stable pseudonyms: the same for the same student and exercise, and without the teacher's key they lead nowhere.

    Sorted by pseudonym, the order of names is gone.
    """

    def __init__(self, key: bytes, exercise: str):
        self._key = derive_key(key, f"pseudonyms {exercise}")

    def name(self, student: str) -> str:
        """The student's pseudonym, "s-" and 12 letters or digits (60 bits)."""
        digest = hmac.digest(self._key, unicodedata.normalize("NFC", student).encode("utf-8", "replace"), "sha256")
        return "s-" + base64.b32encode(digest)[:12].decode().lower()


def hash_name(name: str) -> str:
    """8 hex digits that keep alike names apart."""
    return hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:8]


def _twin(name: str) -> str:
    """The same for names that some file system takes for one: Windows folds letters, macOS composed characters too."""
    return unicodedata.normalize("NFKC", name).upper().casefold()


def _make_safe(name: str) -> str:
    kept = "".join(c if c.isalnum() or unicodedata.category(c) == "Mn" or c in " -_.,'()@+" else "_" for c in name)
    while len(kept.encode()) > 150:
        kept = kept[:-1]
    kept = kept.strip(" ")
    kept = re.sub(r"^[.\-]|\.$", "_", kept) or "_"
    return f"_{kept}" if _RESERVED.fullmatch(kept) else kept
