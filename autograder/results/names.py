"""Names of output files and pseudonyms: readable, allowed on every system, leading back only for the teacher."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import secrets
import unicodedata
from pathlib import Path

_RESERVED = re.compile(r"(con|prn|aux|nul|(com|lpt)[\d¹²³]) *(\..*)?", re.I | re.S)  # Windows opens devices so
_HASHED = re.compile(r"-[0-9a-f]{8}$")
_KEY = "pseudonym.key"


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
    """Stable pseudonyms: the same for the same student and folder, and without the key file they lead nowhere.

    The key stands in `folder`, readable by its owner only. Sorted by pseudonym, the order of names is gone.
    """

    def __init__(self, folder: Path):
        self._key = _load_key(folder / _KEY)

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
