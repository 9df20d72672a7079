"""Writes what the READMEs take from the built notebooks: the table of lessons with what was measured, and a picture."""

from __future__ import annotations

import base64
import json
from pathlib import Path

from course_utils.files import write_file
from tools.source import ROOT

PICTURE, PICTURE_TAG = "docs/road.png", "readme-picture"  # the output of the cell with that tag
BEGIN, END = "<!-- lessons: written by tools/build.py -->", "<!-- end of lessons -->"
_TEXTS = {
    "README.md": ("en", "| Lesson | 中文 | Exercise | Runs in | Peak memory |", "exercise", "{:.0f} s"),
    "README.zh-CN.md": ("zh", "| 课 | English | 练习 | 运行时间 | 内存峰值 |", "练习", "{:.0f} 秒"),
}


def update_readme(write: bool) -> list[Path]:
    """The READMEs, and their picture, that disagree with the notebooks; with `write` they are brought up to date."""
    wanted = {ROOT / name: _fill_table(ROOT / name, *spec) for name, spec in _TEXTS.items()}
    wanted[ROOT / PICTURE] = _find_picture()
    changed = [path for path, content in wanted.items() if content is not None and _read(path) != content]
    for path in changed if write else ():
        write_file(path, wanted[path], durable=False)
    return changed


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def _fill_table(path: Path, *spec) -> bytes | None:
    text = (_read(path) or b"").decode()
    if BEGIN not in text or END not in text:
        return None
    head, _, rest = text.partition(BEGIN)
    return f"{head}{BEGIN}\n{_make_table(*spec)}\n{END}{rest.partition(END)[2]}".encode()


def _find_picture() -> bytes | None:
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8")).get("cells", []):
            if PICTURE_TAG in cell["metadata"].get("tags", []):
                return next(
                    base64.b64decode(output["data"]["image/png"]) for output in cell["outputs"] if "data" in output
                )
    return None


def _make_table(lang: str, header: str, exercise_word: str, time: str) -> str:
    rows = [header, "|" + "---|" * header.count(" | ") + "---|"]
    for english in sorted((ROOT / "notebooks").glob("*.ipynb")):
        chinese = english.parent / "zh" / english.name
        here, there = (english, chinese) if lang == "en" else (chinese, english)
        notebook = json.loads(here.read_text(encoding="utf-8"))
        course = notebook.get("metadata", {}).get("course")
        if not (course and chinese.exists()):
            continue
        exercise = ROOT / "exercises" / ("zh" if lang == "zh" else "") / english.name
        columns = [
            _link(_title(notebook), here),
            _link(_title(json.loads(there.read_text(encoding="utf-8"))), there),
            _link(exercise_word, exercise) if exercise.exists() else "–",
            time.format(course["seconds"]),
            f"{course['peak_memory'] / 1e9:.1f} GB",
        ]
        rows.append(f"| {' | '.join(columns)} |")
    return "\n".join(rows)


def _link(text: str, path: Path) -> str:
    return f"[{text}]({path.relative_to(ROOT).as_posix()})"


def _title(notebook: dict) -> str:
    return "".join(notebook["cells"][0]["source"]).splitlines()[0].removeprefix("# ")
