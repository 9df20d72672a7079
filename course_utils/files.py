"""Small safe file operations: hashes that are not computed twice, replacing at once, a lock, reading single members."""

import fnmatch
import hashlib
import json
import os
import sys
import tarfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO
from uuid import uuid4

_seen: dict[tuple[str, int, int], str] = {}  # (path, size, mtime_ns) -> sha256, for this process


class UnsafeArchiveError(RuntimeError):
    """An archive holds a member that points outside of it, or unpacks to far more than it should."""


def hash_file(path: Path, remember_in: Path | None = None) -> str:
    """The sha256 of a file, hex. Computed once per process while size and time of change stay the same.

    remember_in: a JSON file that keeps the answer between processes, for files so large that hashing takes a while.
    """
    stat = path.stat()
    key = (str(path.resolve()), stat.st_size, stat.st_mtime_ns)
    if key not in _seen and remember_in is not None:
        _seen.update({(k[0], k[1], k[2]): v for *k, v in _read_list(remember_in)})
    if key not in _seen:
        with path.open("rb") as stream:
            _seen[key] = hashlib.file_digest(stream, "sha256").hexdigest()
        if remember_in is not None:
            rows = [row for row in _read_list(remember_in) if row[0] != key[0]] + [[*key, _seen[key]]]
            write_text(remember_in, json.dumps(rows, indent=1))
    return _seen[key]


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text with LF line ends, at once: a reader sees the old file or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = make_aside_name(path)
    try:
        aside.write_text(text, encoding="utf-8", newline="\n")
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def make_aside_name(path: Path) -> Path:
    """A name in the same folder that no other process uses."""
    return path.with_name(f".{path.name}.{os.getpid()}.{uuid4().hex[:8]}")


@contextmanager
def lock(path: Path, wait: float = 600.0) -> Iterator[None]:
    """Only one process at a time gets past this; the operating system frees the lock of a process that dies.

    wait: seconds until TimeoutError. (Two threads of one process exclude each other as well.)
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as stream:
        deadline, told = time.monotonic() + wait, False
        while not _try_lock(stream):
            if time.monotonic() > deadline:
                raise TimeoutError(f"another process has held {path} for {wait:.0f} s; end it, or delete the file")
            if not told:
                print(f"waiting for another process that prepares {path.stem} …")
                told = True
            time.sleep(0.1)
        try:
            yield
        finally:
            _unlock(stream)


def read_members(archive: Path | IO[bytes], patterns: list[str], limit: int = 2**30) -> Iterator[tuple[str, bytes]]:
    """(name, content) of the regular files in a .zip or .tar.gz whose names match one of the patterns.

    Nothing is written to disk. A matching name that is absolute or climbs with "..", and more than `limit` bytes in
    all, raise UnsafeArchiveError; links and devices are passed over.
    """
    is_zip = zipfile.is_zipfile(archive)
    if not isinstance(archive, Path):
        archive.seek(0)
    left = limit
    for name, size, read in _iterate_zip(archive) if is_zip else _iterate_tar(archive):
        if not any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns):
            continue
        pure = PurePosixPath(name.replace("\\", "/"))
        if pure.is_absolute() or ".." in pure.parts or ":" in pure.parts[0]:
            raise UnsafeArchiveError(f"the archive has a member {name!r}, which points outside of it; not opened")
        left -= size
        if left < 0:
            raise UnsafeArchiveError(f"the archive unpacks to more than {limit:,} bytes; not opened")
        yield name, read()


def _iterate_zip(archive: Path | IO[bytes]):
    with zipfile.ZipFile(archive) as opened:
        for info in opened.infolist():
            if not info.is_dir():
                yield info.filename, info.file_size, lambda info=info: opened.read(info)


def _iterate_tar(archive: Path | IO[bytes]):
    arguments = {"name": archive} if isinstance(archive, Path) else {"fileobj": archive}
    with tarfile.open(**arguments, mode="r:gz") as opened:
        for info in opened:
            if info.isreg():
                yield info.name, info.size, lambda info=info: opened.extractfile(info).read()


def _read_list(path: Path) -> list:
    """The rows of a remembered file; an unreadable one counts as empty, its hashes are simply computed again."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return [row for row in rows if isinstance(row, list) and len(row) == 4]
    except (OSError, ValueError, TypeError):
        return []


if sys.platform == "win32":
    import msvcrt

    def _try_lock(stream: IO[bytes]) -> bool:
        stream.seek(0)
        try:
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(stream: IO[bytes]) -> None:
        stream.seek(0)
        msvcrt.locking(stream.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try_lock(stream: IO[bytes]) -> bool:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _unlock(stream: IO[bytes]) -> None:
        fcntl.flock(stream, fcntl.LOCK_UN)
