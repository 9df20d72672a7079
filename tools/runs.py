"""Which executions a source has, what each depends on, and the run that a built notebook keeps of it."""

from __future__ import annotations

import nbformat

from tools.render import Run, hash_code, notebook_path
from tools.source import ROOT, Source
from tools.texts import hash_shown

_NOT_SHOWN = ("lesson.py", "exercise.py", "mistakes.py")  # of a room; the cells of exercise.py are hashed as such
_SHOWING = ("sandbox/inside/drivers/*.py", "answers/marking.py", "notebook.py")  # of autograder/


def list_executions(source: Source) -> list[tuple[str, str]]:
    """(variant, language) of each execution: a lesson's outputs serve both languages, a solution's checks speak one."""
    return [("lesson", "en")] if source.kind == "lesson" else [("solution", "en"), ("solution", "zh")]


def hash_run(source: Source) -> str:
    """What an execution depends on; a solution's output also on its checks and on what shows their result."""
    if source.kind == "lesson":
        return hash_code(source)
    files = [path for path in sorted(source.path.parent.glob("*.py")) if path.name not in _NOT_SHOWN]
    files += [path for pattern in _SHOWING for path in sorted((ROOT / "autograder").glob(pattern))]
    return hash_code(source, b"".join(path.read_bytes() for path in files) + hash_shown(source).encode())


def read_run(source: Source, variant: str, lang: str) -> Run | None:
    """The run kept in the built notebook, or None where there is none or it belongs to other code."""
    try:
        notebook = nbformat.read(ROOT / notebook_path(source, lang, variant), as_version=4)
    except (OSError, ValueError, nbformat.reader.NotJSONError):
        return None
    course = notebook.metadata.get("course", {})
    outputs = [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]
    cells = sum(cell.kind == "code" for cell in source.cells)
    if course.get("code_hash") != hash_run(source) or len(outputs) != cells:
        return None
    return Run(course.code_hash, outputs, dict(course["values"]), course.seconds, course.peak_memory)
