"""Text files: read if there, written aside and renamed, only when something differs."""

from __future__ import annotations

from pathlib import Path

from course_utils.files import write_file


def write_text(path: Path, text: str) -> bool:
    """Whether the file had to be written: False where it already holds `text`."""
    if read_text(path) == text:
        return False
    write_file(path, text, durable=False)
    return True


def read_text(path: Path) -> str | None:
    """The file's text, or None where there is no file."""
    return path.read_text(encoding="utf-8") if path.exists() else None
