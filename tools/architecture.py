"""Draws docs/architecture.svg from the imports: which part of the house stands on which. `python tools/architecture.py`

tests/test_architecture.py compares the picture with the code, and refuses an arrow up and a circle.
"""

from __future__ import annotations

import ast
import sys
from html import escape
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.files import write_text
from tools.source import ROOT

# From top to bottom: an import leads to a lower floor, or stays in its room.
FLOORS = (
    ("proofs",),
    ("tools", "autograder.export"),
    ("autograder.grading",),
    ("autograder.results", "autograder.sandbox.outside", "autograder.notebook", "lessons"),
    ("autograder.answers",),
    ("autograder.sandbox.inside",),
    ("course_data",),
    ("course_utils",),
)
PICTURE = ROOT / "docs" / "architecture.svg"
_ROOMS = sorted((room for floor in FLOORS for room in floor), key=len, reverse=True)
_WIDTH, _HEIGHT, _GAP, _BOX = 1260, 78, 44, 270
_TOPS = ("proofs", "tools", "lessons", "autograder", "course_data", "course_utils")
_UNTRUSTED = "autograder.sandbox.inside"


def find_room(module: str) -> str | None:
    """The room of a module ("autograder.answers.expect" → "autograder.answers"), None for what is not ours."""
    return next((room for room in _ROOMS if module == room or module.startswith(f"{room}.")), None)


def list_arrows() -> dict[tuple[str, str], list[str]]:
    """(room, room that it imports) → the places, "path:line", of all imports between two rooms."""
    arrows: dict[tuple[str, str], list[str]] = {}
    paths = [path for top in _TOPS for path in (ROOT / top).rglob("*.py")]
    for path in sorted(path for path in paths if path.parent.parent != ROOT / "lessons" or path.stem == "checks"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        own = find_room(".".join(parts))
        for line, module in _list_imports(ast.parse(path.read_text(encoding="utf-8")), parts):
            other = find_room(module)
            if own and other and other != own:
                arrows.setdefault((own, other), []).append(f"{path.relative_to(ROOT)}:{line}")
    return arrows


def draw() -> str:
    """The picture as SVG text: a box a room with what it says of itself, an arrow for each import between rooms."""
    places, boxes = {}, []
    for row, floor in enumerate(FLOORS):
        for column, room in enumerate(floor):
            x = (_WIDTH - len(floor) * (_BOX + _GAP / 2) + _GAP / 2) / 2 + column * (_BOX + _GAP / 2)
            places[room] = x, _GAP + row * (_HEIGHT + _GAP)
            boxes.append(_draw_box(room, *places[room]))
    lines = [_draw_arrow(places[own], places[other]) for own, other in sorted(_reduce(set(list_arrows())))]
    height = len(FLOORS) * (_HEIGHT + _GAP) + _GAP
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif" role="img">',
        "<title>The rooms of the house; an arrow is an import; those that other arrows imply are left out</title>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0L8 4L0 8z" fill="#56708a"/></marker></defs>',
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>', *lines, *boxes, "</svg>\n"])  # fmt: skip


def _list_imports(tree: ast.Module, parts: tuple[str, ...]):
    """(line, module) of each import, relative ones resolved; `from a import b` counts as a.b where that is a room."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = ".".join(parts[: len(parts) - node.level]) if node.level else ""
            module = ".".join(filter(None, [package, node.module]))
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


def _describe(room: str) -> str:
    """The first sentence of the room's docstring."""
    if room == "lessons":
        return "One room a lesson: lesson, exercise, checks, texts, mistakes. A check imports answers/ alone"
    path = ROOT.joinpath(*room.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    said = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return said.splitlines()[0].split("; ")[0].rstrip(".") if said else ""


def _draw_box(room: str, x: float, y: float) -> str:
    fill, edge = ("#fdf0e6", "#b3541e") if room == _UNTRUSTED else ("#eef4fa", "#2f5f8f")
    words, lines = _describe(room).split(), [""]
    for word in words:
        if len(lines[-1]) + len(word) > 42:
            lines.append("")
        lines[-1] += f"{' ' if lines[-1] else ''}{word}"
    texts = "".join(
        f'<text x="{x + 12}" y="{y + 40 + 15 * number}" font-size="12" fill="#333">{escape(line)}</text>'
        for number, line in enumerate(lines[:3])
    )
    name = room.replace(".", "/").replace("/__main__", " (commands)")
    return (
        f'<rect x="{x}" y="{y}" width="{_BOX}" height="{_HEIGHT}" rx="8" fill="{fill}" stroke="{edge}"/>'
        f'<text x="{x + 12}" y="{y + 21}" font-size="15" font-weight="bold" fill="{edge}">{name}</text>{texts}'
    )


def _reduce(arrows: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Without those that a way of several arrows implies."""

    def reaches(start: str, end: str, direct: bool) -> bool:
        steps = [other for own, other in arrows if own == start and (direct or other != end)]
        return any(step == end or reaches(step, end, True) for step in steps)

    return {(own, other) for own, other in arrows if not reaches(own, other, False)}


def _draw_arrow(start: tuple[float, float], end: tuple[float, float]) -> str:
    """Straight where nothing stands between, else around the left."""
    (x, y), (u, v) = start, end
    path = f"M{x + _BOX / 2} {y + _HEIGHT}L{u + _BOX / 2} {v - 2}"
    if v - y > 2 * (_HEIGHT + _GAP):
        side = _GAP / 2
        path = f"M{x} {y + _HEIGHT / 2}H{side}V{v - _GAP / 4}H{u + _BOX / 4}V{v - 2}"
    return f'<path d="{path}" fill="none" stroke="#56708a" marker-end="url(#tip)"/>'


if __name__ == "__main__":
    print("written" if write_text(PICTURE, draw()) else "nothing to do")
