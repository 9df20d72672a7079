"""What learners read in an answer cell, found by name and put into Chinese: docstrings, and the notes of its holes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

REGION = re.compile(
    r"^(?P<indent>[ ]*)# BEGIN SOLUTION(?P<note>:[^\n]*)?\n(?P<body>.*?)^[ ]*# END SOLUTION[ ]*$", re.M | re.S
)
_NO_NOTE = "在这里写下你的答案"


@dataclass(frozen=True)
class Piece:
    """A docstring (table "docstrings") or a hole's note ("holes"); `line` counts from 1 within the cell."""

    table: str
    key: str  # the function's qualified name; for a hole outside any function the first name assigned
    text: str
    line: int


def find_pieces(code: str) -> list[Piece]:
    """All docstrings and notes of an answer cell, as they stand in its source."""
    pieces = [
        Piece("docstrings", name, ast.get_docstring(node), node.body[0].lineno)
        for name, node in _definitions(ast.parse(code))
        if ast.get_docstring(node)
    ]
    notes = (
        Piece("holes", _name_hole(code, match), _note(match), _line(code, match)) for match in REGION.finditer(code)
    )
    return pieces + [piece for piece in notes if piece.text]


def translate_answer(code: str, docstrings: dict[str, str], holes: dict[str, str]) -> str:
    """The source of an answer cell with the Chinese docstrings and notes that there are; the rest stays English."""

    def translate_note(match: re.Match) -> str:
        note = holes.get(_name_hole(code, match), _note(match) or _NO_NOTE)
        return match[0].replace(f"# BEGIN SOLUTION{match['note'] or ''}\n", f"# BEGIN SOLUTION: {note}\n", 1)

    translated = REGION.sub(translate_note, code)  # keeps the number of lines
    lines = translated.splitlines(keepends=True)
    for name, node in reversed(list(_definitions(ast.parse(code)))):
        if name in docstrings and ast.get_docstring(node):
            old = node.body[0]
            lines[old.lineno - 1 : old.end_lineno] = [_quote(docstrings[name], lines[old.lineno - 1]) + "\n"]
    return "".join(lines)


def _quote(text: str, first: str) -> str:
    """`text` as a docstring, quoted and indented as in its `first` line."""
    indent, quote = re.match(r"(\s*)(r?\"\"\")", first).groups()
    text = text if quote[0] == "r" else text.replace("\\", "\\\\")
    head, *rest = text.splitlines()
    if not rest:
        return f'{indent}{quote}{head}"""'
    return "\n".join([f"{indent}{quote}{head}", *((indent + line).rstrip() for line in rest), f'{indent}"""'])


def _definitions(node: ast.AST, above: str = "") -> Iterator[tuple[str, ast.AST]]:
    """(qualified name, function or class) in the order of the file."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield above + child.name, child
            yield from _definitions(child, f"{above}{child.name}.")
        else:
            yield from _definitions(child, above)


def _name_hole(code: str, match: re.Match) -> str:
    line = _line(code, match)
    around = [name for name, node in _definitions(ast.parse(code)) if node.lineno <= line <= node.end_lineno]
    if around:
        return around[-1]
    assigned = (node for node in ast.walk(ast.parse(match["body"])) if isinstance(node, ast.Name))
    return next((node.id for node in assigned if isinstance(node.ctx, ast.Store)), "")


def _note(match: re.Match) -> str:
    return (match["note"] or "").lstrip(": ")


def _line(code: str, match: re.Match) -> int:
    return code.count("\n", 0, match.start()) + 1
