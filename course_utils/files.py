"""Small safe file operations: a hash, writing at once, and only one process at a time."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import filelock


def hash_file(path: Path) -> str:
    """The sha256 of a file, hex."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_file(path: Path, content: bytes | str) -> None:
    """Write a file at once: a reader sees the old one or the new one, never half of it. Text is UTF-8 as it stands."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}.{uuid4().hex[:8]}")
    try:
        aside.write_bytes(content.encode() if isinstance(content, str) else content)
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)


@contextlib.contextmanager
def locked(path: Path, timeout: float = 600.0) -> Iterator[None]:
    """Only one process and thread at a time holds the lock file `path`; a process that dies frees it.

    Raises TimeoutError, which names the file, after `timeout` seconds.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with filelock.FileLock(path, timeout=timeout):
            yield
    except filelock.Timeout:
        raise TimeoutError(f"another process has held {path} for {timeout:.0f} s: end it, or delete the file") from None
