"""Folders that archiving or downloading put around a class: taken off, so that the outermost name left is a student."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from autograder.answers.rooms import list_exercises
from autograder.grading.students import is_system_name


def unwrap(paths: Sequence[str], exercise: str, is_archive: bool) -> list[str]:
    """The paths without the folders around all of them.

    Folders go if all that they hold bears names that a school's system wrote; one folder around everything in an
    archive, where archivers put one, also if it holds notebooks of several names. Where students lie side by side,
    nothing does: what a student put into a folder never becomes another student.
    """
    parts = [PurePosixPath(path).parts for path in paths]
    notebooks = [part for part in parts if ".ipynb" in part[-1]]
    files = [part for part in parts if is_work(part[-1])]
    around = next((depth for depth in range(5) if files and _bear_system_names(files, depth)), None)
    if around is None:
        tops = {part[0] for part in notebooks}
        inner = {part[1] for part in notebooks if len(part) > 1}
        several = len(inner - {f"{name}.ipynb" for name in (exercise, *list_exercises())}) > 1
        around = int(is_archive and len(tops) == 1 and several)
    shared = {part[:around] for part in files}
    return ["/".join(part[around:]) if part[:around] in shared and len(part) > around else path
            for part, path in zip(parts, paths, strict=True)]  # fmt: skip


def is_work(name: str) -> bool:
    """Whether a file of this name may hold what was handed in: a notebook, or a student's archive."""
    return ".ipynb" in name or name.lower().endswith(".zip")


def _bear_system_names(files: list[tuple[str, ...]], depth: int) -> bool:
    return all(len(part) > depth and is_system_name(part[depth]) for part in files)


def bears_system_names(paths: Sequence[str], of: int = 1) -> bool:
    """Whether all work among these, taken off its wrappers, lies under at least `of` names that a system wrote."""
    tops = {PurePosixPath(path).parts[0] for path in paths if is_work(PurePosixPath(path).name)}
    return len(tops) >= of and all(map(is_system_name, tops))
