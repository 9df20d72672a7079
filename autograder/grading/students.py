"""From the paths of what was handed in to students."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from autograder.answers.rooms import list_exercises
from autograder.grading.systems import SystemName, read_system_name
from autograder.results.names import hash_name

_COPY = re.compile(  # browsers, Google, JupyterLab, Windows, macOS
    r"^copy of | ?\(\d{1,4}\)$|-Copy\d{1,3}$| ?- ?(?:copy|kopie|copie|copia|cópia|副本)$| copy(?: \d{1,2})?$"
    r"|^“(?=.+”的副本$)|”的副本$|[ -]?的?副本(?: ?\d{1,2})?$",
    re.I,
)
_SECOND = re.compile(r"(.+) [2-9]")  # macOS calls the second "jane" so; but "student 2" is no second "student 1"
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
# "计科2101班-张三-20210001-作业.ipynb": names as 学习通 and class monitors put them together, in any order
_NUMBER = re.compile(r"[A-Za-z]{0,2}\d{5,14}")
_HAN_NAME = re.compile(r"[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff]{1,12}(?:·[\u4e00-\u9fff]{1,12})+")
_NO_NAME = re.compile(r".*(?:作业|实验|练习|报告|版|答案|提交|副本|稿|班|级|专业|学院|系|课程|章|题|次|工程|科学|技术)")


@dataclass(frozen=True)
class Owner:
    """Whose a file is: the student's key, and by which number the file is newer than others of that student.

    The key is the part of the name by which the school's system tells its students apart: "Doe Jane_12345" (Moodle's
    participant 12345), "doejane_12345" (Canvas's user 12345), "Jane Doe" (Google Classroom, plain files and folders).
    """

    student: str
    attempt: tuple[int, int] = (0, 0)
    named: str = ""  # the exercise that the file's name gives, "" if it gives none
    is_text: bool = False  # a system's own note beside the file


def find_owners(paths: Sequence[str], containers: Sequence[str], exercise: str) -> list[Owner]:
    """The owner of each path, as `find_owner` has it; what one name leaves open, all of them together decide.

    Canvas never gives two files one number: names that seem to, such as hw_2_1_jane and hw_2_1_bob, are not its own.
    Blackboard's user may hold "_": what all titles share is the title. "jane 2" is a second "jane" if there is a first.
    """
    systems = [read_system_name(_first(path)) for path in paths]
    rests: dict[tuple, set[str]] = {}
    for name in systems:
        if name and name.rest is not None:
            rests.setdefault((name.student, name.attempt[0]), set()).add(name.rest)
    for at, name in enumerate(systems):
        if name and name.rest is not None and len(rests[name.student, name.attempt[0]]) > 1:
            systems[at] = read_system_name(_first(paths[at]), canvas=False)
    shared = _share_words([name.title for name in systems if name and name.title])
    owners = []
    for path, container, name in zip(paths, containers, systems, strict=True):
        if name and name.title:
            words = "_".join([*name.title.split("_")[shared:], name.student])
            name = SystemName(words, name.attempt, is_text=name.is_text)
        owners.append(_find_owner(path, exercise, container, name))
    students = {owner.student for owner in owners}
    for at, (path, owner) in enumerate(zip(paths, owners, strict=True)):
        second = _SECOND.fullmatch(owner.student)
        if second and second[1] in students and "/" not in path:
            owners[at] = replace(owner, student=second[1])
    return owners


def find_owner(path: str, exercise: str, container: str = "") -> Owner:
    """Whose file `path` is: a relative path with "/", as in the folder or archive called `container`.

    The outermost folder or name decides, and of it what a school's system wrote, so that nobody's own names reach
    another student; without that, the outermost folder; in the top folder, the file's name. A file called like an
    exercise names nobody: it belongs to whom the container is called after.
    """
    return find_owners([path], [container], exercise)[0]


def _find_owner(path: str, exercise: str, container: str, system: SystemName | None) -> Owner:
    *folders, file = _split(path) or [container]
    stem, again = _strip_copy_marks(re.split(r"\.ipynb\b", file)[0] if ".ipynb" in file else PurePosixPath(file).stem)
    exercises = _list_names(exercise)
    named = next((name for name in exercises if name in stem), "")
    if system:
        attempt = system.attempt if any(system.attempt) else (0, again)
        return Owner(_clean(system.student), attempt, named, system.is_text and not folders)
    if folders:
        return Owner(_clean(folders[0]), (0, 0), named)
    if stem in exercises or re.fullmatch(rf"{re.escape(exercise)} \d", stem):
        return Owner(_clean(container or stem), (0, 0), named)
    google = re.match(rf"(.+) - .*{re.escape(exercise)}", stem, re.S)  # "Jane Doe - 01_backprop"
    return Owner(_clean(google[1] if google else _find_number_and_name(stem) or stem), (0, 0), named)


def _find_number_and_name(stem: str) -> str | None:
    """The longest number and the name beside it, as they stand: 张三-20210001 of 计科2101班-张三-20210001-作业."""
    words = [(match[0], match.span()) for match in re.finditer(r"[^-_— ]+", stem)]
    numbers = [at for at, (word, _) in enumerate(words) if _NUMBER.fullmatch(word)]
    for at in sorted(numbers, key=lambda at: -len(words[at][0])):
        for beside in (at - 1, at + 1):
            if 0 <= beside < len(words) and _HAN_NAME.fullmatch(word := words[beside][0]) and not _NO_NAME.match(word):
                return stem[min(words[at][1][0], words[beside][1][0]) : max(words[at][1][1], words[beside][1][1])]
    return None


def is_system_name(part: str) -> bool:
    """Whether a school's system wrote this name of a file or folder."""
    return read_system_name(unicodedata.normalize("NFC", part)) is not None


def _split(path: str) -> list[str]:
    return [unicodedata.normalize("NFC", part) for part in PurePosixPath(path).parts if part not in ("/", ".", "..")]


def _first(path: str) -> str:
    return next(iter(_split(path)), "")


def _share_words(titles: list[str]) -> int:
    """How many words, joined by "_", all titles begin with."""
    split = [title.split("_") for title in titles]
    return next((at for at, words in enumerate(zip(*split, strict=False)) if len(set(words)) > 1),
                min(map(len, split), default=0))  # fmt: skip


@functools.cache
def _list_names(exercise: str) -> tuple[str, ...]:
    """All exercises, the longest names first: "01_backprop_again" is not "01_backprop"."""
    return tuple(sorted({exercise, *list_exercises()}, key=lambda name: (-len(name), name)))


def _strip_copy_marks(stem: str) -> tuple[str, int]:
    """(the stem without "Copy of", "(1)", "副本", how many such marks it had)."""
    for marks in range(10):
        shorter = _COPY.sub("", stem, count=1).strip()
        if shorter in ("", stem):
            return stem, marks
        stem = shorter
    return stem, 10


def _clean(name: str) -> str:
    """NFC, without control, invisible, direction-changing and undecodable characters, at most 100 characters.

    Where that drops something, a hash keeps names apart that would now look alike.
    """
    name = " ".join(unicodedata.normalize("NFC", name).split())
    kept = " ".join("".join(c if unicodedata.category(c) not in _UNSEEN else " " for c in name).split())
    return kept if kept == name and 0 < len(kept) <= 100 else f"{kept[:80]}-{hash_name(name)}".lstrip("-")
