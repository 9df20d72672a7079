"""What is wrong with a room's texts.toml: twins, hashes, formulas, terms, values; what is missing or left over."""

from __future__ import annotations

import ast
import doctest
import re
import string
from collections.abc import Iterator

from autograder.answers.examples import find_examples
from tools.answers import Piece
from tools.source import Problem, Source, SourceError
from tools.texts import BESIDE, Entry, find_pieces_of, read_entries, texts_path
from tools.twins import compare_texts, find_missing_terms


def find_text_problems(source: Source, glossary: list[tuple[str, list[str]]]) -> list[Problem]:
    """All that a program can find wrong with the texts of an exercise, missing ones included."""
    path = texts_path(source)
    try:
        entries = read_entries(source)
    except SourceError as error:
        return error.problems
    problems = [
        Problem(path, entry.line, f"{entry.name}: {message}")
        for entry in entries
        for message in _judge(entry, glossary)
    ]
    problems += _find_untranslated(source, entries) + _find_unsaid(source, entries)
    return problems + _find_bad_examples(source)


def _judge(entry: Entry, glossary) -> list[str]:
    table = entry.name.split(".")[0]
    if entry.en is None and table in BESIDE:
        return ["nothing of that name stands in an answer cell: mend the name, or remove this"]
    if not (entry.en and entry.zh):
        return ["a text has both languages: en = … and zh = …"]
    messages = compare_texts(entry.en, entry.zh, entry.of)
    messages += find_missing_terms(_without_names(entry.en, entry.zh), entry.zh, glossary)
    if table == "messages" and _placeholders(entry.en) != _placeholders(entry.zh):
        messages.append(f"different values: English {_placeholders(entry.en)}, Chinese {_placeholders(entry.zh)}")
    if table == "docstrings" and ('"""' in entry.zh or entry.zh.endswith('"')):
        messages.append('a docstring neither holds """ nor ends with "')
    if table == "docstrings" and _list_examples(entry.en) != _list_examples(entry.zh):
        messages.append("different examples: >>> and the lines below, to a blank one, are the same in both languages")
    for what, pattern in (("`code`", r"`[^`\n]+`"), ("numbers", r"\d+(?:\.\d+)?")) if table in BESIDE else ():
        en, zh = (sorted(re.findall(pattern, text)) for text in (entry.en, entry.zh))
        if en != zh:
            messages.append(f"different {what}: English {en}, Chinese {zh}")
    return messages


def _list_examples(text: str) -> list[tuple[str, str]]:
    """(call, result) of each example; their indentation aside."""
    try:
        return [(one.source, one.want) for one in doctest.DocTestParser().get_examples(text)]
    except ValueError:  # said of the cell
        return []


def _find_bad_examples(source: Source) -> list[Problem]:
    problems = []
    for cell in source.cells:
        try:
            find_examples(cell.text if cell.question else "")
        except ValueError as error:
            problems.append(Problem(source.path, cell.line, f"an example of a docstring: {error}"))
    return problems


def _without_names(en: str, zh: str) -> str:
    """Without the words that stand in the Chinese too: names in code, which these texts don't always quote."""
    kept = set(re.findall(r"[A-Za-z_]\w*", zh))
    return re.sub(r"[A-Za-z_]\w*", lambda match: " " if match[0] in kept else match[0], en)


def _placeholders(text: str) -> list[str]:
    try:
        return sorted(f"{name}:{spec}" for _, name, spec, _ in string.Formatter().parse(text) if name is not None)
    except ValueError:  # braces that are no placeholders
        return []


def _find_untranslated(source: Source, entries: list[Entry]) -> list[Problem]:
    there = {entry.name for entry in entries}
    return [
        Problem(source.path, line, f"no Chinese for this: add [{_header(piece)}] to texts.toml")
        for line, piece in find_pieces_of(source)
        if _header(piece) not in there
    ]


def _header(piece: Piece) -> str:
    return f'{piece.table}."{piece.key}"' if "." in piece.key else f"{piece.table}.{piece.key}"


def _find_unsaid(source: Source, entries: list[Entry]) -> list[Problem]:
    """Messages that no check says, and what a check says without a message."""
    path = source.path.with_name("checks.py")
    if not path.exists():
        return []
    said = list(_find_said(ast.parse(path.read_text(encoding="utf-8"))))
    names = {
        entry.name.removeprefix("messages."): entry.line for entry in entries if entry.name.startswith("messages.")
    }
    problems = [
        Problem(path, line, f"say: texts.toml has no message {pattern.pattern}")
        for line, pattern in said
        if not any(pattern.fullmatch(name) for name in names)
    ]
    return problems + [
        Problem(texts_path(source), line, f"messages.{name}: no check says this")
        for name, line in names.items()
        if not any(pattern.fullmatch(name) for _, pattern in said)
    ]


def _find_said(tree: ast.AST) -> Iterator[tuple[int, re.Pattern]]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(ast.Name("say"), [ast.Constant(str(name)), *_]):
                yield node.lineno, re.compile(name)
            case ast.Call(ast.Name("say"), [ast.JoinedStr(parts), *_]):
                yield (
                    node.lineno,
                    re.compile(
                        "".join(
                            getattr(part, "value", "") if isinstance(part, ast.Constant) else ".+" for part in parts
                        )
                    ),
                )
