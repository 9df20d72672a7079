"""Gathers what was handed in, from files, folders and zip archives: one notebook a student, or why there is none."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath

from autograder.answers.outcome import Text
from autograder.answers.rooms import list_exercises
from autograder.grading.archives import list_members
from autograder.grading.parsing import MAX_BYTES, SubmissionError, too_large
from autograder.grading.students import Owner, find_owner, is_system_name
from autograder.results.record import RecordStatus

_MAYBE = (".ipynb", ".json", ".txt", "")  # browsers save x.ipynb.json and x.ipynb.txt
_NO_NOTEBOOK = Text("This is not a notebook: hand in the .ipynb file.", "这不是笔记本：请提交 .ipynb 文件。")
_NESTED = Text(
    "Archives inside are not opened: hand in the .ipynb file itself.", "不会打开内层压缩包：请直接提交 .ipynb 文件。"
)
_LINK = Text(
    "This is a link or a special file, which is never followed: hand in the .ipynb file itself.",
    "这是链接或特殊文件，不会跟随读取：请直接提交 .ipynb 文件。",
)


@dataclass(frozen=True)
class Handed:
    """One file that a student handed in. `read()` gives its bytes, at most MAX_BYTES, or raises SubmissionError."""

    student: str
    file: str
    modified: float  # seconds since 1970; archives: as their clock had it
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


def gather(paths: list[Path], exercise: str, skip: Path | None = None) -> list[Handed]:
    """One file a student, sorted by student: the newest notebook, with a note if there were others.

    `paths` are notebooks, folders (searched whole, links not followed) and zip archives (read in memory, never
    unpacked to disk); a folder `skip` among them, the output's, is left out. A student without a notebook still
    appears, with the problem. Raises ValueError for a path that does not exist.
    """
    handed = [*_gather_files([path for path in paths if not _is_container(path)], exercise)]
    for path in paths:
        if _is_container(path):
            handed += _read_folder(path, exercise, skip) if path.is_dir() else _read_archive(path, exercise)
    by_student: dict[str, list[Handed]] = {}
    for item in handed:
        by_student.setdefault(item.student, []).append(item)
    return [choose_newest(items, exercise) for _, items in sorted(by_student.items())]


def gather_one(folder: Path, exercise: str) -> Handed:
    """What one student handed in, where `folder` holds nothing else. Raises ValueError if it holds no file."""
    items = [*_read_folder(folder, exercise, None)]
    if not items:
        raise ValueError(f"there is no file in {folder}")
    return choose_newest(items, exercise)


def choose_newest(items: list[Handed], exercise: str) -> Handed:
    """The newest of one student's notebooks, by the system's number of the attempt, else by time.

    Files that cannot be a notebook, and files named after another exercise, count only if there is nothing else.
    """

    def rank(item: Handed):
        fits = item.owner.named in ("", exercise)
        return item.problem is None, ".ipynb" in item.file, fits, item.owner.attempt, item.modified, item.file

    *others, newest = sorted(items, key=rank)
    notebooks = [other for other in others if other.problem is not _NO_NOTEBOOK]
    if not notebooks:
        return newest
    note = Text(
        f"{len(notebooks) + 1} files of this student were found; the newest was graded.",
        f"找到该学生的 {len(notebooks) + 1} 个文件；评分采用最新的一个。",
    )
    return replace(newest, notes=(*newest.notes, note))


def _is_container(path: Path) -> bool:
    if not os.path.lexists(path):
        raise ValueError(f"there is no file or folder {path}")
    return not path.is_symlink() and (path.is_dir() or path.suffix.lower() == ".zip")  # the shell's * gives links too


def _gather_files(paths: list[Path], exercise: str) -> Iterator[Handed]:
    """Files given one by one: named by themselves, or by their folders where several folders hold the same name."""
    parents = [path.absolute().parent for path in paths]
    owners = [find_owner(path.name, exercise, parent.name) for path, parent in zip(paths, parents, strict=True)]
    homes: dict[str, set[Path]] = {}
    for owner, parent in zip(owners, parents, strict=True):
        homes.setdefault(owner.student, set()).add(parent)
    for path, parent, owner in zip(paths, parents, owners, strict=True):
        alike = len(homes[owner.student]) > 1 and not is_system_name(path.name)
        if alike or is_system_name(parent.name):
            owner = find_owner(f"{parent.name}/{path.name}", exercise)
        yield _offer(path, str(path), owner, path.lstat())


def _read_folder(folder: Path, exercise: str, skip: Path | None) -> Iterator[Handed]:
    paths = []
    for root, folders, files in os.walk(folder):  # lists links to folders, does not enter them
        folders[:] = sorted(name for name in folders if not _is_litter(name) and not _is_same(Path(root, name), skip))
        links = [name for name in folders if os.path.islink(os.path.join(root, name))]
        paths += [Path(root, name) for name in sorted([*files, *links]) if not _is_litter(name)]
    for path in paths:
        name = path.relative_to(folder).as_posix()
        yield _offer(path, name, find_owner(name, exercise, folder.absolute().name), path.lstat())


def _offer(path: Path, file: str, owner: Owner, status: os.stat_result) -> Handed:
    problem = None if stat.S_ISREG(status.st_mode) else _LINK
    file = file.encode("utf-8", "replace").decode()
    return Handed(
        owner.student, file, status.st_mtime, owner, partial(_read_file, path), problem or _judge_name(path.name)
    )


def _read_file(path: Path) -> bytes:
    with open(path, "rb") as stream:
        return stream.read(MAX_BYTES + 1)


def _read_archive(path: Path, exercise: str) -> Iterator[Handed]:
    try:
        members = [member for member in list_members(path) if not _is_litter(member.name)]
    except SubmissionError as error:
        owner = find_owner(path.name, exercise, path.stem)
        yield Handed(owner.student, path.name, path.stat().st_mtime, owner, lambda: b"", error.message)
        return
    for member, inside in zip(members, _unwrap([member.name for member in members], exercise), strict=True):
        owner = find_owner(inside, exercise, path.stem)
        problem = member.problem or _judge_name(member.name)
        yield Handed(owner.student, f"{path.name}/{member.name}", member.modified, owner, member.load, problem)


def _unwrap(names: list[str], exercise: str) -> list[str]:
    """The paths without the folder that archiving put around all of them; it holds notebooks of several names."""
    parts = [PurePosixPath(name).parts for name in names]
    inner = {part[1] for part in parts if len(part) > 1 and ".ipynb" in part[-1]}
    several = len(inner - {f"{name}.ipynb" for name in (exercise, *list_exercises())}) > 1
    if several and len({part[0] for part in parts}) == 1 and not is_system_name(parts[0][0]):
        return ["/".join(part[1:]) for part in parts]
    return names


def _judge_name(name: str) -> Text | None:
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in (".zip", ".rar", ".7z", ".tar", ".gz", ".tgz"):
        return _NESTED
    return None if suffix in _MAYBE else _NO_NOTEBOOK


def _is_litter(name: str) -> bool:
    """What systems leave behind: hidden files, .ipynb_checkpoints, __MACOSX."""
    return any(part.startswith((".", "__MACOSX")) and not part.startswith("..") for part in name.split("/"))


def _is_same(path: Path, other: Path | None) -> bool:
    return other is not None and path.resolve() == other.resolve()
