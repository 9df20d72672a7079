"""Names of files and folders as schools' systems write them: whose it is, and which attempt.

What the system wrote comes first, what the student chose comes after it and is never read as a name. So of several
marks that a name bears, the leftmost counts.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

_LONGEST = 500  # characters: no system writes longer ones
# "Doe Jane_12345_assignsubmission_file_02_sgd.ipynb", as a folder with or without the last "_"; also …_onlinetext
_MOODLE = re.compile(r"(?P<name>.+?)_(?P<id>\d{1,12})_assignsubmission_[a-z]+(?:_.*)?", re.S)
# "doejane_LATE_12345_67890_02_sgd-1.ipynb": Canvas's user, then the file; for groups the group's name
_CANVAS = re.compile(r"(?P<name>.*?[^\W\d_].*?)_(?:LATE_)?(?P<id>\d{1,12})_(?P<attempt>\d{1,12})_(?P<rest>.+)", re.S)
_DATED = re.compile(r"\D*?_?(?:19|20)\d\d_(?:0?[1-9]|1[0-2])_")  # homework_2026_11_30_jane is nobody's number 2026
_CANVAS_TEXT = re.compile(
    r"(?P<name>.*?[^\W\d_].*?)_(?:LATE_)?(?P<id>\d{1,12})_(?P<text>text|url|link|media)\.html?", re.S
)
_CANVAS_ANONYMOUS = re.compile(  # "LATE_anon_aB3dE_98765_02_sgd.ipynb": five letters and digits for the student
    r"(?:LATE_)?(?P<name>anon)_(?:LATE_)?(?P<id>[A-Za-z0-9]{5})_"
    r"(?:(?P<attempt>\d{1,12})_(?P<rest>.+)|(?P<text>text|url|link|media)\.html?)",
    re.S,
)
_CANVAS_AGAIN = re.compile(r"-(\d{1,3})(?=\.\w+$)")  # "x-1.ipynb": the second file of that name
# "Homework 2_jdoe_attempt_2026-11-30-10-15-30_02_sgd.ipynb", and the .txt that Blackboard puts beside it
_BLACKBOARD = re.compile(
    r"(?P<title>.+?)_(?P<id>[^_]+)_attempt_(?P<date>\d{4}(?:-\d\d){5})(?:_(?P<rest>.+)|(?P<text>\.txt))", re.S
)
# "12345-67890 - Jane Doe - Nov 30, 2026 1015 AM - 02_sgd.ipynb", as a folder without the last part (Brightspace)
_BRIGHTSPACE = re.compile(r"(?P<id>\d{1,12})-\d{1,12} ?- (?P<name>(?:(?!\.ipynb).)+?)(?: ?- (?P<rest>.+))?", re.S)
_WHEN = re.compile(
    r"(?P<month>[A-Z][a-z]{2})[a-z]* (?P<day>\d{1,2}), (?P<year>\d{4}) (?P<h>\d{1,2}):?(?P<m>\d\d) ?(?P<half>AM|PM)"
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# "Doe, Jane(jdoe)", a folder, and "Doe, Jane(jdoe)_Submission attachment(s)_02_sgd.ipynb" (Sakai)
_SAKAI = re.compile(r"(?P<name>[^()]+, [^()]*)\((?P<id>[^()\s]+)\)(?:_Submission attachment\(s\)_.*)?", re.S)


@dataclass(frozen=True)
class SystemName:
    """`student`: the key by which the system tells its students apart; `attempt`: the higher, the newer.

    `rest`: what the student called it, where Canvas wrote the name (two files never share an attempt there, but plain
    names such as hw_2_1_jane and hw_2_1_bob seem to). `is_text`: the system's own note beside a file. `title`: the
    assignment's, where the name bears it.
    """

    student: str
    attempt: tuple[int, int] = (0, 0)
    rest: str | None = None
    is_text: bool = False
    title: str | None = None


@functools.lru_cache(maxsize=4096)
def read_system_name(part: str, canvas: bool = True) -> SystemName | None:
    """What a system wrote into this name of a file or folder, None if none did; `canvas`: whether it may be Canvas."""
    if len(part) > _LONGEST:
        return None
    if match := _BRIGHTSPACE.fullmatch(part):
        return SystemName(_plain(match).student, (_read_date(match["rest"] or ""), 0))
    if match := _CANVAS_ANONYMOUS.fullmatch(part) if canvas else None:
        return _canvas(match)
    found = [(_BLACKBOARD.fullmatch(part), _blackboard), (_MOODLE.fullmatch(part), _plain)]
    found.append((_SAKAI.fullmatch(part), _plain))
    if canvas and not _DATED.match(part):
        found += [(_CANVAS.fullmatch(part), _canvas), (_CANVAS_TEXT.fullmatch(part), _canvas)]
    found = [(match.start("id"), match, read) for match, read in found if match]
    if not found:
        return None
    _, match, read = min(found, key=lambda one: one[0])
    return read(match)


def _plain(match: re.Match) -> SystemName:
    return SystemName(f"{match['name'].strip()}_{match['id']}")


def _canvas(match: re.Match) -> SystemName:
    student, fields = f"{match['name']}_{match['id']}", match.groupdict()
    if fields.get("text"):
        return SystemName(student, is_text=True)
    again = _CANVAS_AGAIN.search(match["rest"])
    rest = _CANVAS_AGAIN.sub("", match["rest"])
    return SystemName(student, (int(match["attempt"]), int(again[1]) if again else 0), rest)


def _blackboard(match: re.Match) -> SystemName:
    date = int(match["date"].replace("-", ""))
    return SystemName(match["id"], (date, 0), is_text=bool(match["text"]), title=match["title"])


def _read_date(text: str) -> int:
    """202611301015 for "Nov 30, 2026 1015 AM"; 0 where there is none."""
    match = _WHEN.match(text)
    if not match or match["month"] not in _MONTHS:
        return 0
    hour = int(match["h"]) % 12 + (12 if match["half"] == "PM" else 0)
    digits = (match["year"], _MONTHS.index(match["month"]) + 1, int(match["day"]), hour, int(match["m"]))
    return int("{}{:02}{:02}{:02}{:02}".format(*digits))
