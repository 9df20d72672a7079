"""Reads a room's texts.toml for the build: its entries with their lines; notes that their Chinese has been read."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.answers.texts import join_lines
from tools.answers import Piece, find_pieces
from tools.files import write_text
from tools.source import Problem, Source, SourceError, hash_text

BESIDE = ("docstrings", "holes")  # tables whose English stands in exercise.py
_TABLES = ("questions", "misconceptions", "checks", "messages", *BESIDE)
_HEADER = re.compile(rf"\[\[?(?P<name>(?:{'|'.join(_TABLES)})\.[^\]]+)\]\]?\s*")


@dataclass(frozen=True)
class Entry:
    """A text in both languages; `line` is where its [header] stands, `end` the last line of its values."""

    name: str  # as in its header: checks.rows_add_up
    line: int
    end: int
    en: str | None
    zh: str | None
    of: str | None


def texts_path(source: Source) -> Path:
    """Where an exercise's texts stand."""
    return source.path.with_name("texts.toml")


def read_chinese(source: Source) -> tuple[dict[str, str], dict[str, str]]:
    """Chinese docstrings, and Chinese notes of holes, by name; none where the exercise has no texts.toml."""
    data = _load(texts_path(source)) if texts_path(source).exists() else {}
    return tuple({key: _chinese(table, entry) for key, entry in data.get(table, {}).items()} for table in BESIDE)


def hash_shown(source: Source) -> str:
    """What a solved exercise shows of its texts: titles and the sentences of checks."""
    data = _load(texts_path(source)) if texts_path(source).exists() else {}
    return json.dumps([data.get(table) for table in ("questions", "checks")], ensure_ascii=False)


def stamp_texts(source: Source) -> int:
    """Write the hash of each English text beside its Chinese; returns how many changed."""
    path = texts_path(source)
    if not path.exists():
        return 0
    lines, changed = path.read_text(encoding="utf-8").splitlines(keepends=True), 0
    for entry in reversed(read_entries(source)):
        if entry.en is None or entry.zh is None or entry.of == hash_text(entry.en):
            continue
        keep = entry.end - (entry.of is not None)  # `of` stands last
        lines[keep : entry.end] = [f'of = "{hash_text(entry.en)}"\n']
        changed += 1
    write_text(path, "".join(lines))
    return changed


def _load(path: Path) -> dict:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SourceError([Problem(path, 1, "an exercise has its texts in this file")]) from None
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise SourceError([Problem(path, int(line[1]) if line else 1, str(error))]) from None


def read_entries(source: Source) -> list[Entry]:
    """All texts in the order of the file, each with its English. Raises SourceError for what is no texts.toml."""
    path = texts_path(source)
    if unknown := _load(path).keys() - set(_TABLES):
        raise SourceError([Problem(path, 1, f"unknown tables {sorted(unknown)}; there are {', '.join(_TABLES)}")])
    english = {(piece.table, piece.key): piece.text for _, piece in find_pieces_of(source)}
    lines = path.read_text(encoding="utf-8").splitlines()
    heads = [number for number, line in enumerate(lines, 1) if _HEADER.fullmatch(line)]
    entries = []
    for begin, after in zip(heads, [*heads[1:], len(lines) + 1], strict=True):
        end = max(n for n in range(begin, after) if lines[n - 1].strip() and not lines[n - 1].startswith("#"))
        keys, values = _open("\n".join(lines[begin - 1 : end]))
        en = english.get(keys) if keys[0] in BESIDE else join_lines(values.get("en", ""), "en")
        name = _HEADER.fullmatch(lines[begin - 1])["name"]
        entries.append(Entry(name, begin, end, en or None, _chinese(keys[0], values) or None, values.get("of")))
    return entries


def _chinese(table: str, values: dict[str, str]) -> str:
    """A docstring keeps its lines; all else is a paragraph."""
    text = values.get("zh", "")
    return text.strip() if table == "docstrings" else join_lines(text, "zh")


def _open(block: str) -> tuple[tuple[str, ...], dict]:
    """The keys that lead to the one table of a block, and the table."""
    keys, node = (), tomllib.loads(block)
    while len(node) == 1 and isinstance(inner := next(iter(node.values())), dict | list):
        keys += tuple(node)
        node = inner[0] if isinstance(inner, list) else inner
    return keys, node


def find_pieces_of(source: Source) -> Iterator[tuple[int, Piece]]:
    """(line in the source, docstring or note) of all answer cells."""
    for cell in source.cells:
        for piece in find_pieces(cell.text) if cell.question else ():
            yield cell.line + piece.line, piece
