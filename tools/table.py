"""Writes the lesson table of both READMEs from what the built notebooks measured."""

from __future__ import annotations

import json
import os
from pathlib import Path

from tools.source import ROOT

BEGIN, END = "<!-- lessons: written by tools/build.py -->", "<!-- end of lessons -->"
_TEXTS = {
    "README.md": ("en", "| Lesson | 中文 | Exercise | Runs in | Peak memory |", "exercise", "{:.0f} s"),
    "README.zh-CN.md": ("zh", "| 课 | English | 练习 | 运行时间 | 内存峰值 |", "练习", "{:.0f} 秒"),
}


def update_tables(write: bool) -> list[Path]:
    """The READMEs whose table disagrees with the notebooks; with `write` they are brought up to date."""
    changed = []
    for name, spec in _TEXTS.items():
        path = ROOT / name
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        if BEGIN not in text or END not in text:
            continue
        head, _, rest = text.partition(BEGIN)
        new = f"{head}{BEGIN}\n{_make_table(*spec)}\n{END}{rest.partition(END)[2]}"
        if new != text:
            changed.append(path)
            if write:
                aside = path.with_name(path.name + ".new")
                aside.write_text(new, encoding="utf-8")
                os.replace(aside, path)
    return changed


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
