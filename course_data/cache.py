"""The cache of data: where it lies, whether a copy in it is whole, and hashes that are not computed twice."""

import hashlib
import json
import os
import shutil
import sys
from pathlib import Path
from uuid import uuid4

from course_utils.files import write_file

from .registry import Source

FORMAT = 1  # raise it when a builder writes its files otherwise; older caches are then made anew
_NAME = "from-gradient-to-product"
_seen: dict[tuple[str, int, int], str] = {}  # (path, size, mtime_ns) -> sha256, for this process


class MissingDataError(RuntimeError):
    """Data that is neither cached, nor shipped by an installed package, nor reachable. The message lists ways out."""


def get_cache_dir() -> Path:
    """The folder for data: the environment variable COURSE_CACHE, else this user's cache folder on this platform.

    Raises MissingDataError where neither is to be had: an account without a home folder.
    """
    try:
        if chosen := os.environ.get("COURSE_CACHE"):
            return Path(chosen).expanduser().absolute()
        if sys.platform == "win32":
            return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / _NAME
        if sys.platform == "darwin":
            return Path.home() / "Library" / "Caches" / _NAME
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / _NAME
    except RuntimeError as error:  # Path.home(): neither HOME nor an entry in the list of users
        message = "this account has no home folder for data. Set COURSE_CACHE to a folder that can be written"
        raise MissingDataError(f"{message}, such as COURSE_CACHE=/tmp/course.") from error


def make_cache_dir() -> Path:
    """The cache folder, made and tried out. Raises MissingDataError where it cannot be written."""
    folder = get_cache_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = make_aside_name(folder / "probe")
        probe.touch()
        probe.unlink()
    except OSError as error:
        message = f"the cache folder {folder} cannot be written ({error}). Set COURSE_CACHE to a folder that can be."
        raise MissingDataError(message) from error
    return folder


def check_cached(source: Source) -> str:
    """ "" if the cached copy is whole, every hash checked (once a process); else a sentence that says what is wrong."""
    try:
        folder = get_cache_dir() / source.name
        if not folder.is_dir():
            return "not in the cache"
        record = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
        files, known = record["files"], (record["format"], record["sha256"])
        if known != (FORMAT, source.sha256 or source.members):
            return "the cached copy was made by another version of the course"
        for name, sha256 in files.items():
            if hash_once(folder / name) != sha256:
                return f"the cached file {name} is damaged"
    except MissingDataError as error:
        return str(error)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return f"the cached copy is damaged ({error})"
    return ""


def hash_once(path: Path, memory: Path | None = None) -> str:
    """The sha256 of a file, hex: computed once a process while size and time of change stay the same.

    memory: a JSON file that keeps the answer between processes, for files so large that hashing takes a while.
    """
    stat = path.stat()
    key = (str(path.resolve()), stat.st_size, stat.st_mtime_ns)
    if key not in _seen and memory is not None:
        _seen.update({(k[0], k[1], k[2]): v for *k, v in _read_rows(memory)})
    if key not in _seen:
        _seen[key] = hash_file(path)
        if memory is not None:
            rows = [row for row in _read_rows(memory) if row[0] != key[0]] + [[*key, _seen[key]]]
            write_file(memory, json.dumps(rows, indent=1))
    return _seen[key]


def hash_file(path: str | Path) -> str:
    """Return the sha256 of a file's content, 64 hex digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def find_memory() -> Path | None:
    """The file in which `hash_once` remembers; None where the cache cannot be written."""
    try:
        return make_cache_dir() / "verified.json"
    except MissingDataError:
        return None


def set_aside(path: Path) -> Path:
    """Rename to NAME.damaged, in place of an earlier one."""
    damaged = path.with_name(path.name + ".damaged")
    remove(damaged)
    os.replace(path, damaged)
    return damaged


def remove(path: Path) -> None:
    """Remove a file or a folder, if it is there."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def make_aside_name(path: Path) -> Path:
    """A name in the same folder that no other process uses."""
    return path.with_name(f".{path.name}.{os.getpid()}.{uuid4().hex[:8]}")


def _read_rows(path: Path) -> list:
    """The rows of a remembered file; an unreadable one counts as empty, its hashes are simply computed again."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return [row for row in rows if isinstance(row, list) and len(row) == 4]
    except (OSError, ValueError, TypeError):
        return []
