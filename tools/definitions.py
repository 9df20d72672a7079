"""Makes an exercise's definition: what grading runs beside the answers, as JSON beside the checks."""

from __future__ import annotations

import ast
import json
import sys
from pathlib import Path

from course_utils.install import get_module_name
from tools.render import render_code
from tools.source import ROOT, Source


def definition_path(source: Source) -> Path:
    return ROOT / "autograder" / "checks" / f"ex_{source.stem}.json"


def render_definition(source: Source) -> str:
    """Given cells and untouched answer cells, in order, and the modules that both are likely to import."""
    given = [cell.text for cell in source.cells if "given" in cell.tags]
    holes = {cell.question: render_code(source, cell, "en", "exercise") for cell in source.cells if cell.question}
    definition = {"libraries": _find_libraries(source, given), "given": given, "holes": holes}
    return json.dumps(definition, ensure_ascii=False, indent=1) + "\n"


def _find_libraries(source: Source, given: list[str]) -> list[str]:
    """What the set-up cell ensures, and what the given cells import; modules of Python itself cost nothing."""
    found = {"numpy"}
    for cell in source.cells:
        for node in ast.walk(ast.parse(cell.text)) if "setup" in cell.tags else ():
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "ensure":
                found |= {get_module_name(argument.value) for argument in node.args}
    for node in ast.walk(ast.parse("\n".join(given))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    ours = {*sys.stdlib_module_names, "course_utils", "course_data", "autograder"}
    return sorted(name for name in found if name.split(".")[0] not in ours)
