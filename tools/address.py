"""The course's public address, from its one place: [tool.course] in pyproject.toml."""

from __future__ import annotations

import tomllib

from tools.source import ROOT


def course_address() -> str:
    """What pip installs the course from, "git+https://…@branch", or "" where pyproject.toml names no repository."""
    course = _read_course()
    return f"git+{course['repository']}@{course['branch']}" if course["repository"] else ""


def make_badge(path: str) -> str:
    """An "Open in Colab" badge for the notebook at `path` (from the root), or "" where no repository is named."""
    course = _read_course()
    if not course["repository"]:
        return ""
    name = course["repository"].removeprefix("https://github.com/").removesuffix(".git").strip("/")
    picture = "https://colab.research.google.com/assets/colab-badge.svg"
    target = f"https://colab.research.google.com/github/{name}/blob/{course['branch']}/{path}"
    return f"[![Open in Colab]({picture})]({target})"


def _read_course() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["course"]
