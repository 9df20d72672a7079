"""Results as files: written at once, with a keyed digest; read back only where this teacher's key wrote them."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

from autograder.results.record import Record, read_record
from autograder.results.secret import derive_key, is_sealed, load_secret, seal
from course_utils.files import write_file

_PURPOSE = "results"
_MOST = 20_000_000  # bytes of one result


class OutputError(ValueError):
    """The output folder cannot be used; the message says why and what to do."""


def load_result_key() -> bytes:
    """The key of stored results. Raises secret.SecretError."""
    return derive_key(load_secret(), _PURPOSE)


def write_result(record: Record, path: Path, key: bytes) -> None:
    """Whoever reads finds the whole of it or none; a link in its place is replaced, never followed."""
    data = seal(record.to_json(), key)
    write_file(path, json.dumps(data, ensure_ascii=False, indent=1) + "\n", durable=False)


def read_result(path: Path, key: bytes) -> Record:
    """The record. Raises ValueError for what `write_result` did not write with this key, OSError if it can't be read.

    A link is not followed, and what is no plain file, or endless, is not read.
    """
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MOST:
            raise ValueError("this is not a result")
        data = json.loads(file.read(_MOST).decode("utf-8"))
    if not is_sealed(data, key):
        raise ValueError("this was not written with this key")
    return read_record(data)


def read_results(out: Path, key: bytes | None = None) -> tuple[list[Record], list[str]]:
    """(all records in OUT/results that are ours, the names of files there that are not), both in order of file names.

    `key` is load_result_key()'s where none is given. Raises OutputError where OUT/results is a link.
    """
    key = load_result_key() if key is None else key
    records, strangers = [], []
    for path in list_results(out):
        try:
            records.append(read_result(path, key))
        except (ValueError, OSError, RecursionError):
            strangers.append(path.name)
    return records, strangers


def list_results(out: Path) -> list[Path]:
    """The files of results in OUT, sorted."""
    require_own_folder(out / "results")
    return sorted((out / "results").glob("*.json"))


def require_own_folder(path: Path) -> None:
    """Raises OutputError where a link stands in the folder's place: what lies behind it is somebody else's."""
    if path.is_symlink():
        raise OutputError(f"{path} is a link, which is never followed: remove it, or name another folder with -o")
