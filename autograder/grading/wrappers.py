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
    paths = list(paths)
    for _ in range(5):
        parts = [PurePosixPath(path).parts for path in paths]
        notebooks = [part for part in parts if ".ipynb" in part[-1]]
        tops = {part[0] for part in notebooks}
        if not tops or any(len(part) == 1 for part in notebooks) or any(map(is_system_name, tops)):
            break
        inner = {part[1] for part in notebooks}
        several = len(inner - {f"{name}.ipynb" for name in (exercise, *list_exercises())}) > 1
        if not all(map(is_system_name, inner)) and not (is_archive and len(tops) == 1 and several):
            break
        paths = ["/".join(part[1:]) if part[0] in tops and len(part) > 1 else path
                 for part, path in zip(parts, paths, strict=True)]  # fmt: skip
    return paths


def bears_system_names(paths: Sequence[str]) -> bool:
    """Whether each notebook among these, taken off its wrappers, lies under a name that a school's system wrote."""
    tops = [PurePosixPath(path).parts[0] for path in paths if ".ipynb" in path or path.lower().endswith(".zip")]
    return bool(tops) and all(map(is_system_name, tops))
