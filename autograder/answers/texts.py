"""Reads a room's texts.toml: every sentence that its exercise says to learners, in both languages."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from autograder.answers.outcome import Text


@dataclass(frozen=True)
class Texts:
    """An exercise's sentences by kind and name; a question has its title and three hints."""

    questions: dict[str, tuple[Text, tuple[Text, Text, Text]]] = field(default_factory=dict)
    misconceptions: dict[str, Text] = field(default_factory=dict)
    checks: dict[str, Text] = field(default_factory=dict)  # by the name of the check's function
    messages: dict[str, Text] = field(default_factory=dict)


def read_texts(path: Path) -> Texts:
    """The sentences of a texts.toml. Raises ValueError, with the path, for one that is missing or isn't understood."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        questions = {
            id: (_join(question["title"]), tuple(map(_join, question["hints"])))
            for id, question in data["questions"].items()
        }
        names = ("misconceptions", "checks", "messages")
        tables = [{key: _join(text) for key, text in data.get(name, {}).items()} for name in names]
    except KeyError as error:
        raise ValueError(f"{path}: {error.args[0]} is missing") from None
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path}: {error}") from None
    return Texts(questions, *tables)


def join_lines(text: str, lang: str) -> str:
    """A text that stands one sentence a line, as one line: English joined by blanks, Chinese by nothing."""
    return (" " if lang == "en" else "").join(line.strip() for line in text.strip().splitlines())


def _join(entry: dict[str, str]) -> Text:
    return Text(join_lines(entry["en"], "en"), join_lines(entry["zh"], "zh"))
