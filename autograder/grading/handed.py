"""One file that was handed in: where it lies, how its bytes are read, and why not, where they are not."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from autograder.answers.outcome import Text
from autograder.grading.archives import Member, list_members
from autograder.grading.parsing import MAX_BYTES, SubmissionError, too_large
from autograder.grading.students import Owner
from autograder.results.record import RecordStatus

_MAYBE = (".ipynb", ".json", ".txt", "")  # browsers save x.ipynb.json and x.ipynb.txt
_ARCHIVES = (".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".tbz2", ".xz", ".txz", ".zst")
_MOST_INSIDE = 2_000  # members of a student's own archive
NO_NOTEBOOK = Text("This is not a notebook: hand in the .ipynb file.", "这不是笔记本：请提交 .ipynb 文件。")
NOT_OPENED = Text(
    "Archives inside are opened only if they are sound .zip files, one in the other at most: hand in the .ipynb file "
    "itself.",
    "内层压缩包只有是完好的 .zip、且最多一层时才会打开：请直接提交 .ipynb 文件。",
)
OTHER_ARCHIVE = Text(
    "Only .zip archives are opened: unpack this one, and give the folder or the .ipynb file.",
    "只会打开 .zip 压缩包：请先解压，再给出文件夹或 .ipynb 文件。",
)
_LINK = Text(
    "This is a link or a special file, which is never followed: hand in the .ipynb file itself.",
    "这是链接或特殊文件，不会跟随读取：请直接提交 .ipynb 文件。",
)


@dataclass(frozen=True)
class Entry:
    """A file in a folder or archive: its path there, when it was modified, its bytes, and why it is not read, if so."""

    name: str
    modified: float  # seconds since 1970; archives: as their clock had it
    load: Callable[[], bytes]
    problem: Text | None = None


@dataclass(frozen=True)
class Handed:
    """One file that a student handed in. `read()` gives its bytes, at most MAX_BYTES, or raises SubmissionError."""

    student: str
    file: str
    modified: float
    owner: Owner
    load: Callable[[], bytes]
    problem: Text | None = None
    notes: tuple[Text, ...] = ()

    def read(self) -> bytes:
        if self.problem:
            raise SubmissionError(RecordStatus.UNREADABLE, self.problem)
        try:
            data = self.load()
        except SubmissionError:
            raise
        except Exception as error:  # zipfile, zlib and the file system have many
            kind = type(error).__name__
            message = Text(f"The file could not be read ({kind}).", f"文件无法读取（{kind}）。")
            raise SubmissionError(RecordStatus.UNREADABLE, message) from None
        if len(data) > MAX_BYTES:
            raise too_large()
        return data


def list_folder(folder: Path, skip: Path | None) -> list[Entry]:
    """The files in it, searched whole, links listed but not followed; a folder `skip`, the output's, is left out."""
    entries = []
    for root, folders, files in os.walk(folder):  # lists links to folders, does not enter them
        folders[:] = sorted(name for name in folders if not _is_litter(name) and not _is_same(Path(root, name), skip))
        links = [name for name in folders if os.path.islink(os.path.join(root, name))]
        paths = [Path(root, name) for name in sorted([*files, *links]) if not _is_litter(name)]
        entries += [read_entry(path, path.relative_to(folder).as_posix()) for path in paths]
    return entries


def list_archive(path: Path) -> list[Entry]:
    """The files in a zip archive. Raises SubmissionError if it is none."""
    return _list_entries(list_members(lambda: path))


def list_inner_archive(outer: Handed) -> list[Entry]:
    """The files in a zip archive that a student handed in. Raises SubmissionError if it is none, or too large."""
    if len(outer.load()) > MAX_BYTES:
        raise too_large()
    return _list_entries(list_members(lambda: io.BytesIO(outer.load()), _MOST_INSIDE))


def read_entry(path: Path, name: str) -> Entry:
    """The file at `path`, as an entry of that name."""
    status = path.lstat()
    problem = None if stat.S_ISREG(status.st_mode) else _LINK
    name = name.encode("utf-8", "replace").decode()
    return Entry(name, status.st_mtime, partial(_read_file, path), problem or _judge_name(path.name))


def is_zip(name: str) -> bool:
    """Whether a file of this name is opened as an archive."""
    return name.lower().endswith(".zip")


def _list_entries(members: list[Member]) -> list[Entry]:
    return [
        Entry(member.name, member.modified, member.load, member.problem or _judge_name(member.name))
        for member in members
        if not _is_litter(member.name)
    ]


def _read_file(path: Path) -> bytes:
    with open(path, "rb") as stream:
        return stream.read(MAX_BYTES + 1)


def _judge_name(name: str) -> Text | None:
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in _ARCHIVES:
        return NOT_OPENED
    return None if suffix in _MAYBE else NO_NOTEBOOK


def _is_litter(name: str) -> bool:
    """What systems leave behind: hidden files, .ipynb_checkpoints, __MACOSX."""
    return any(part.startswith((".", "__MACOSX")) and not part.startswith("..") for part in name.split("/"))


def _is_same(path: Path, other: Path | None) -> bool:
    return other is not None and path.resolve() == other.resolve()
