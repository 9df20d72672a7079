"""Reading single members of an archive, in memory: nothing is unpacked, nothing may point outside or be huge."""

import fnmatch
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO


class UnsafeArchiveError(RuntimeError):
    """An archive holds a member that points outside of it, or unpacks to far more than it should."""


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
