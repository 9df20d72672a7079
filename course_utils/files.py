"""Small safe file operations: written whole or not at all, hashed, changed by one process at a time; plain JSON."""

from __future__ import annotations

import errno
import hashlib
import json
import math
import os
import platform
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

_NO_SUCH_CALL = {errno.EINVAL, errno.ENOTSUP, errno.ENOSYS, errno.EBADF}  # what file systems answer that lack a call


def write_file(path: str | Path, content: bytes | str, durable: bool = True) -> None:
    """Write a file at once: whoever reads sees the old content or the new one, whole; `durable`: after a power cut too.

    A text is written as UTF-8, its line ends as they are, what UTF-8 can't hold as "?". Missing folders are made.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with open(aside, "xb") as file:
            file.write(content.encode("utf-8", "replace") if isinstance(content, str) else content)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)
    if durable:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk; a file system that has no such call is left to its own habits."""
    if os.name != "posix":  # Windows cannot open a folder, and needs no such call
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _NO_SUCH_CALL:
            raise
    finally:
        os.close(handle)


def hash_file(path: str | Path) -> str:
    """Return the sha256 of a file's content, 64 hex digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def locked(path: str | Path, timeout: float = 600.0) -> Iterator[None]:
    """Let one process (and one thread of it) at a time into the block; `path` is a file for this purpose alone.

    timeout: seconds until TimeoutError, which says who holds the lock. The lock of a process that dies is freed by the
    operating system. The file is gone afterwards.
    """
    from filelock import FileLock, Timeout  # takes longer to import than this package does

    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)
    try:
        lock.acquire(timeout=timeout)
    except Timeout:
        holder = "another process"
        with suppress(OSError):
            holder = path.read_text(encoding="utf-8") or holder
        message = f"{holder} has been at work for {timeout:g} s with {path}: wait for it, or end it, then try again"
        raise TimeoutError(message) from None
    native = isinstance(lock, FileLock)  # a file system without locks: filelock makes do with a marker of its own
    try:
        if native:
            with suppress(OSError):  # Windows locks the content too
                path.write_text(f"process {os.getpid()} on {platform.node() or 'this machine'}", encoding="utf-8")
        yield
    finally:
        if native:
            with suppress(OSError):
                path.unlink()  # before the release: who waits looks whether the file that it locked still has its name
        lock.release()


def to_json(value: Any, where: str) -> Any:
    """Return `value` in the words of JSON: tuples as lists, NumPy's numbers as numbers, NaN as {"$float": "nan"}.

    Raises TypeError with the place, `where`, of what JSON has no word for, and of keys that are no texts.
    """
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, float) and not math.isfinite(value):
        return {"$float": str(value)}
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, (list, tuple)):
        return [to_json(item, f"{where}[{i}]") for i, item in enumerate(value)]
    if isinstance(value, dict) and all(type(key) is str and key != "$float" for key in value):
        return {key: to_json(item, f"{where}[{key!r}]") for key, item in value.items()}
    raise TypeError(f"{where} is {value!r:.80}; readable JSON has numbers, texts, lists, dicts whose keys are texts")


def hash_json(value: Any) -> str:
    """Return the sha256 of a value's JSON, 64 hex digits; the order of keys does not count."""
    text = json.dumps(to_json(value, "meta"), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
