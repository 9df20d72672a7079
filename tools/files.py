"""Text files: read if there, written aside and renamed, only when something differs."""

from __future__ import annotations

import os
from pathlib import Path


def write_text(path: Path, text: str) -> bool:
    """Whether the file had to be written: False where it already holds `text`."""
    if read_text(path) == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(path.name + ".new")
    aside.write_text(text, encoding="utf-8")
    os.replace(aside, path)
    return True


def read_text(path: Path) -> str | None:
    """The file's text, or None where there is no file."""
    return path.read_text(encoding="utf-8") if path.exists() else None
