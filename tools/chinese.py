"""Joins the wrapped lines of Chinese prose: a line break between two characters would show as a space."""

from __future__ import annotations

import re

_PUNCTUATION = "，。；：？！、（）《》〈〉「」『』【】“”‘’…—～·"
_WIDE = rf"[\u3400-\u9fff\uf900-\ufaff{_PUNCTUATION}]"
_BLOCK = re.compile(
    r"\s*([-*+]\s|\d+\.\s|#|\||>|\$\$|```|<|$)"
)  # begins a block of its own: never joined to what precedes
_LONE = re.compile(r"\s*(#|\||\$\$|```|<|$)|.*(\$\$|  |\\)$")  # ends one: nothing is joined to it


def join_lines(text: str) -> str:
    """`text` with each break that Chinese does not want removed; formulas, code, tables and lists keep their lines."""
    joined: list[str] = []
    inside = None  # the fence of the display formula or code block that we are in
    for line in text.split("\n"):
        fence = next((mark for mark in ("```", "$$") if line.count(mark) % 2), None)
        if (
            inside is None
            and joined
            and not _BLOCK.match(line)
            and not _LONE.match(joined[-1])
            and _meet(joined[-1], line)
        ):
            joined[-1] += line.lstrip()
        else:
            joined.append(line)
        if fence and inside in (None, fence):
            inside = None if inside else fence
    return "\n".join(joined)


def _meet(before: str, after: str) -> bool:
    """Whether no space belongs between the two lines."""
    last, first = _visible(before)[-1:], _visible(after.lstrip())[:1]
    both_wide = re.match(_WIDE, last) and re.match(_WIDE, first)
    return bool(both_wide or (last and last in _PUNCTUATION) or (first and first in _PUNCTUATION))


def _visible(text: str) -> str:
    """Without the marks of emphasis at its ends."""
    return text.strip("*_")
