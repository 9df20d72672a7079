"""Gathers what was handed in, from files, folders and zip archives: one notebook a student, or why there is none.

Who a file belongs to is decided by names that no student can choose for another:
- In a folder, and in an archive that is given alone, each outermost folder or file is a student (wrappers.unwrap takes
  off folders that lie around the whole class); what lies deeper names nobody.
- An archive given beside other paths is one student's, called after the archive, whatever its members are called. Only
  where every path that is given bears names of a school's system is each archive a class; a student whom one of them
  then claims together with something else is an error.
- An archive inside a folder or archive belongs to whom it lies under.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.answers.outcome import Text
from autograder.grading.handed import (
    NOT_OPENED,
    OTHER_ARCHIVE,
    Entry,
    Handed,
    is_zip,
    list_archive,
    list_folder,
    read_entry,
)
from autograder.grading.newest import choose_newest, make_handed, take_all
from autograder.grading.parsing import SubmissionError
from autograder.grading.students import Owner, find_owner, find_owners, is_system_name
from autograder.grading.wrappers import bears_system_names, is_work, unwrap
from autograder.results.plain_text import make_plain


@dataclass(frozen=True)
class _Source:
    """A path that was given: `entries` of a folder or archive, None for a file; why it can't be opened, if so."""

    path: Path
    entries: list[Entry] | None
    is_archive: bool = False
    problem: Text | None = None

    def unwrap(self, exercise: str) -> list[str]:
        return unwrap([entry.name for entry in self.entries], exercise, self.is_archive)

    def bears_system_names(self, exercise: str) -> bool:
        if self.entries is None or (self.is_archive and is_system_name(self.path.name)):
            return is_system_name(self.path.name) or is_system_name(self.path.absolute().parent.name)
        return bears_system_names(self.unwrap(exercise))


def gather(paths: list[Path], exercise: str, skip: Path | None = None) -> list[Handed]:
    """One file a student, sorted by student: the newest notebook, with a note if there were others.

    `paths` are notebooks, folders (searched whole, links not followed) and zip archives (read in memory, never
    unpacked to disk); a folder `skip` among them, the output's, is left out. A student without a notebook still
    appears, with the problem. Raises ValueError for a path that does not exist, or a student claimed twice.
    """
    sources = [_open(path, skip) for path in paths]
    known = len(sources) == 1 or all(source.bears_system_names(exercise) for source in sources)
    classes, ones = [], []  # of many students, of one
    for source in sources:
        many = known and not is_system_name(source.path.name) if source.is_archive else True
        (classes if source.entries is not None and many else ones).append(source)
    by_student: dict[str, list[Handed]] = {}
    claims: dict[str, set[Path]] = {}
    given = [*_read_ones(ones, exercise, known), *((source, _read_class(source, exercise)) for source in classes)]
    for source, items in given:
        for item in items:
            by_student.setdefault(item.student, []).append(item)
            claims.setdefault(item.student, set()).add(source.path)
    _require_single_claims(claims, {source.path for source in classes if source.is_archive})
    return [choose_newest(items, exercise) for _, items in sorted(by_student.items())]


def gather_one(folder: Path, exercise: str) -> Handed:
    """What one student handed in, where `folder` holds nothing else. Raises ValueError if it holds no file."""
    owner = Owner(folder.name)
    items = [make_handed(entry, entry.name, owner, exercise) for entry in list_folder(folder, None)]
    if not items:
        raise ValueError(f"there is no file in {folder}")
    return choose_newest(items, exercise)


def _open(path: Path, skip: Path | None) -> _Source:
    if not os.path.lexists(path):
        raise ValueError(f"there is no file or folder {make_plain(str(path), 200)}")
    if path.is_symlink():  # the shell's * gives links too
        return _Source(path, None)
    if path.is_dir():
        return _Source(path, list_folder(path, skip))
    if not is_zip(path.name):
        return _Source(path, None)
    try:
        return _Source(path, list_archive(path), True)
    except SubmissionError as error:
        return _Source(path, None, problem=error.message)


def _read_class(source: _Source, exercise: str) -> list[Handed]:
    """A folder's or archive's files, each of the student whom its outermost name tells."""
    names, container = source.unwrap(exercise), source.path.absolute()
    container = container.stem if source.is_archive else container.name
    is_system = bears_system_names(names)
    items = []
    for entry, name, owner in zip(
        source.entries, names, find_owners(names, [container] * len(names), exercise), strict=True
    ):
        if is_system and "/" not in name and not is_work(name) and not is_system_name(name):
            continue  # a list or an index that the system put beside the students' folders
        file = f"{source.path.name}/{entry.name}" if source.is_archive else entry.name
        items.append(make_handed(entry, file, owner, exercise))
    return items


def _read_ones(sources: list[_Source], exercise: str, known: bool) -> list[tuple[_Source, list[Handed]]]:
    """Files, and archives that belong to one student each, who are told by the names of the files themselves."""
    owners = _name_files([source.path for source in sources], exercise, known)
    found = []
    for source, owner in zip(sources, owners, strict=True):
        if source.entries is None:
            entry = read_entry(source.path, str(source.path))
            if entry.problem is NOT_OPENED:
                entry = replace(entry, problem=source.problem or OTHER_ARCHIVE)
            found.append((source, [make_handed(entry, entry.name, owner, exercise)]))
            continue
        found.append((source, take_all(source.entries, source.path.name, owner, exercise)))
    return found


def _name_files(paths: list[Path], exercise: str, known: bool) -> list[Owner]:
    """Files are named by themselves; by their folders where that leaves one open, or where files lie deeper."""
    parents = [path.absolute().parent for path in paths]
    owners = find_owners([path.name for path in paths], [""] * len(paths), exercise)
    homes: dict[str, set[Path]] = {}
    for owner, parent in zip(owners, parents, strict=True):
        homes.setdefault(owner.student, set()).add(parent)
    around = Path(os.path.commonpath(parents)) if parents else Path()
    alike = not known and any(len(folders) > 1 for folders in homes.values())
    # whom the file's own name leaves open: called like an exercise, it is its folder's
    nameless = [find_owner(path.name, exercise, "/").student != owner.student
                for path, owner in zip(paths, owners, strict=True)]  # fmt: skip
    by_folder = alike or (not known and any(nameless) and len(set(parents)) > 1)
    for at, (path, parent) in enumerate(zip(paths, parents, strict=True)):
        inner = parent.relative_to(around).parts
        if inner and by_folder or len(inner) > 1 and not known:  # what lies in a student's folder names nobody else
            owners[at] = find_owner("/".join((*inner, path.name)), exercise)
        elif is_system_name(parent.name):
            owners[at] = find_owner(f"{parent.name}/{path.name}", exercise)
        elif nameless[at]:
            owners[at] = find_owner(path.name, exercise, parent.name)
    return owners


def _require_single_claims(claims: dict[str, set[Path]], archives: set[Path]) -> None:
    """Raises ValueError where an archive of many students claims one whom another path claims too."""
    for student, paths in claims.items():
        if len(paths) > 1 and paths & archives:
            names = " and ".join(sorted(make_plain("/".join(path.parts[-2:]), 200) for path in paths))
            raise ValueError(f"{student} is in {names}: which one is newer? Grade them one after the other, with the "
                             "same -o; the last one counts")  # fmt: skip
