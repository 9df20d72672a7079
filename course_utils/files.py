"""Small safe file operations: written whole or not at all, changed by one process at a time."""

from __future__ import annotations

import errno
import os
import platform
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

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
    """Bring the names in a folder to the disk, where the file system has a call for that (Windows has none)."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        except OSError as error:
            if error.errno not in _NO_SUCH_CALL:
                raise
        finally:
            os.close(handle)


@contextmanager
def locked(path: str | Path, timeout: float = 600.0) -> Iterator[None]:
    """Let one process (and one thread of it) at a time into the block; `path` is a file for this alone, and goes away.

    Raises TimeoutError, which says who holds the lock, after `timeout` seconds. A process that dies holds nothing.
    """
    from filelock import FileLock, Timeout  # takes longer to import than this package does

    path, lock = Path(path), FileLock(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        lock.acquire(timeout=timeout)
    except Timeout:
        holder = "another process"
        with suppress(OSError):  # Windows locks the content too
            holder = path.read_text(encoding="utf-8") or holder
        message = f"{holder} has been at work for {timeout:g} s with {path}: wait for it, or end it, then try again"
        raise TimeoutError(message) from None
    try:
        if isinstance(lock, FileLock):  # not where a file system has no locks: filelock has a marker of its own there
            with suppress(OSError):
                path.write_text(f"process {os.getpid()} on {platform.node() or 'this machine'}", encoding="utf-8")
        yield
    finally:
        if isinstance(lock, FileLock):
            with suppress(OSError):
                path.unlink()  # before the release: who waits looks whether the file that it locked still has its name
        lock.release()
