"""Turns a quiz written as a list of choices into folds that work in JupyterLab, Colab and without JavaScript.

**Quiz.** Question?

- [ ] a choice :: what who chose it has mixed up
- [x] the right choice :: why it is right
"""

from __future__ import annotations

import re

_CHOICE = re.compile(r"^- \[(?P<mark>[ x])\] (?P<choice>.+?) :: (?P<feedback>.+)$")
_START = re.compile(r"^\*\*(Quiz\.|小测验。)\*\*")
_VERDICT = {"x": "✓", " ": "✗"}


def is_quiz(text: str) -> bool:
    """Whether a prose cell is a quiz."""
    return bool(_START.match(text.strip()))


def find_quiz_problem(text: str) -> str | None:
    """What is wrong with a quiz cell, or None (also for a cell that is no quiz)."""
    if not is_quiz(text):
        return None
    items = _choices(text)
    matches = [_CHOICE.match(item) for item in items]
    if not 2 <= len(items) <= 6:
        return f"a quiz has 2 to 6 choices, this one {len(items)}"
    if not all(matches):
        return "a quiz choice reads '- [ ] choice :: feedback'; every choice needs its feedback"
    if sum(match["mark"] == "x" for match in matches) != 1:
        return "a quiz marks exactly one choice as right: '- [x]'"
    return None


def right_choice(text: str) -> int:
    """Position of the right choice in a quiz cell, from 0."""
    return [item.startswith("- [x]") for item in _choices(text)].index(True)


def render_quiz(text: str) -> str:
    """The quiz as Markdown with one <details> a choice; other text is returned as it is."""
    if not is_quiz(text):
        return text
    question = text[: text.index("\n- [")].rstrip()
    folds = []
    for letter, item in zip("ABCDEF", _choices(text), strict=False):
        match = _CHOICE.match(item)
        folds.append(
            f"<details><summary>{letter}. {_inline_code(match['choice'])}</summary>\n\n"
            f"{_VERDICT[match['mark']]} {match['feedback']}\n\n</details>"
        )
    return "\n\n".join([question, *folds])


def _inline_code(text: str) -> str:
    """Markdown is not read inside <summary>: write its code spans and emphasis as HTML."""
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", text)
    return re.sub(r"\*\*([^*]+)\*\*", r"<b>\1</b>", text)


def _choices(text: str) -> list[str]:
    """The list items, each joined to one line."""
    items: list[str] = []
    for line in text.splitlines():
        if line.startswith("- ["):
            items.append(line)
        elif items and line.startswith("  "):
            items[-1] += " " + line.strip()
    return items
