"""Reads zip archives in memory, nothing of them is ever written to disk; what could be a trick is refused."""

from __future__ import annotations

import stat
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from autograder.answers.outcome import Text
from autograder.grading.parsing import MAX_BYTES, SubmissionError, too_large
from autograder.grading.zip_names import decode_names
from autograder.results.record import RecordStatus

MAX_MEMBERS = 50_000
_DAMAGED = Text(
    "The archive is damaged, or not a zip file as schools' systems write it.", "压缩包已损坏，或不是常规的 zip 文件。"
)
_LINK = Text(
    "In the archive this is a link or a special file, which is never followed: hand in the .ipynb file itself.",
    "压缩包里的它是链接或特殊文件，不会跟随读取：请直接提交 .ipynb 文件。",
)
_CLIMBS = Text(
    "The archive gives it a path that leads out of its folder; it was not read.",
    "压缩包里它的路径指向文件夹之外；没有读取。",
)
_LOCKED = Text("It is encrypted: hand it in without a password.", "它已加密：请提交不带密码的文件。")


@dataclass(frozen=True)
class Member:
    """A file in an archive: its path, when it was modified, `load()` for its bytes, and why it is not read, if so."""

    name: str
    modified: float
    load: Callable[[], bytes]
    problem: Text | None


def list_members(reopen: Callable[[], Path | BinaryIO], most: int | None = None) -> list[Member]:
    """The files in a zip archive, not yet unpacked. Raises SubmissionError if it is not one, or of absurd size.

    `reopen` gives its path, or its bytes as a file, each time that it is needed.
    """
    try:
        with zipfile.ZipFile(reopen()) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
        if len(infos) > (most or MAX_MEMBERS):
            raise zipfile.BadZipFile
        named = zip(infos, _read_names(infos), strict=True)
        return [_describe(reopen, info, name) for info, name in named if not name.endswith("/")]
    except Exception:  # damaged archives raise nearly anything
        raise SubmissionError(RecordStatus.UNREADABLE, _DAMAGED) from None


def _describe(reopen: Callable[[], Path | BinaryIO], info: zipfile.ZipInfo, name: str) -> Member:
    clean = name.encode("utf-8", "replace").decode()
    return Member(clean, time.mktime((*info.date_time, 0, 0, -1)), partial(_load, reopen, info), _judge(info, name))


def _judge(info: zipfile.ZipInfo, name: str) -> Text | None:
    if name.startswith("/") or ".." in name.split("/") or ":" in name[:2]:
        return _CLIMBS
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
        return _LINK
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # zipfile unpacks others without a bound
        return _DAMAGED
    return _LOCKED if info.flag_bits & 1 else None


def _load(reopen: Callable[[], Path | BinaryIO], info: zipfile.ZipInfo) -> bytes:
    if info.file_size > MAX_BYTES:
        raise too_large()
    with zipfile.ZipFile(reopen()) as archive, archive.open(info) as stream:
        return stream.read(MAX_BYTES + 1)


def _read_names(infos: list[zipfile.ZipInfo]) -> list[str]:
    """Their names with "/" between folders: Windows's own archiver writes "\\", and many leave out the encoding."""
    unclear = [info for info in infos if not info.flag_bits & 0x800 and not info.orig_filename.isascii()]
    decoded = decode_names([info.orig_filename.encode("cp437", "replace") for info in unclear])
    names = {id(info): name.split("\0")[0] for info, name in zip(unclear, decoded, strict=True)}
    return [names.get(id(info), info.filename).replace("\\", "/") for info in infos]
