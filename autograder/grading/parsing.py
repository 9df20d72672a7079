"""From the bytes of a handed-in file to a notebook's cells, bounded in size, depth and memory; nothing is run."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from autograder.answers.outcome import Text
from autograder.results.record import RecordStatus

MAX_BYTES = 20_000_000
MAX_CONTAINERS, MAX_COMMAS = 200_000, 1_000_000  # lists and objects, entries: keep the memory of parsing under 300 MB
MAX_DEPTH = 100  # Jupyter's own files stay under 10, those with plots and widgets under 30

_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{]+|[\]}]+', re.S)  # a string, open or closed; brackets

_CHINESE = re.compile(rb"(?:[\xa1-\xf7][\xa1-\xfe])+")  # GB2312


class SubmissionError(Exception):
    """A submission that cannot be graded: the status of its record, and the sentence that says why and what to do."""

    def __init__(self, status: RecordStatus, message: Text):
        super().__init__(message.en)
        self.status, self.message = status, message


@dataclass(frozen=True)
class RawCell:
    """What grading looks at in a cell. `ids`: its own, and the one that Colab keeps in the metadata."""

    is_code: bool
    source: str
    ids: tuple[str, ...]
    question: str | None  # metadata course.question
    count: int | None  # its place in the order of the last runs


def read_notebook(data: bytes) -> tuple[dict, list[RawCell]]:
    """(the notebook's own course metadata, its cells). Raises SubmissionError, nothing else, whatever `data` holds."""
    notebook = _parse(data)
    cells = [_read_cell(cell) for cell in _find_cells(notebook) if isinstance(cell, dict)]
    if not any(cell.source.strip() for cell in cells):
        raise SubmissionError(
            RecordStatus.EMPTY,
            Text("The notebook has no text in any of its cells.", "笔记本的单元格里没有任何内容。"),
        )
    return _read_course(notebook), cells


def _parse(data: bytes) -> dict:
    if not data.strip(b" \t\r\n\0\xef\xbb\xbf"):
        raise SubmissionError(RecordStatus.EMPTY, Text("The file is empty.", "文件是空的。"))
    if len(data) > MAX_BYTES:
        raise too_large()
    try:
        text = _decode(data).lstrip("\ufeff")
        _limit_structure(text)
        notebook = json.loads(text, object_pairs_hook=_make_object, parse_int=_make_integer)
    except UnicodeDecodeError:
        raise _unreadable("The file is not text, so not a notebook.", "文件不是文本，因此不是笔记本。") from None
    except (ValueError, RecursionError, MemoryError):
        raise _unreadable(
            "The file is not JSON, so not a notebook: was it cut off, or renamed? Hand in the .ipynb file itself.",
            "文件不是 JSON，因此不是笔记本：是否被截断，或只改了扩展名？请提交 .ipynb 文件本身。",
        ) from None
    if not isinstance(notebook, dict) or not isinstance(_find_cells(notebook), list):
        raise _unreadable(
            "The file is JSON, but no notebook: it has no cells.", "文件是 JSON，却不是笔记本：没有单元格。"
        )
    return notebook


def _decode(data: bytes) -> str:
    """The text; where an editor has saved it in an encoding of its own, the likelier one. Raises UnicodeDecodeError."""
    try:
        return data.decode(json.detect_encoding(data))
    except UnicodeDecodeError:
        if not data.lstrip().startswith(b"{") or b"\0" in data:
            raise
        return data.decode("latin-1" if re.search(rb"[\x80-\xff]", _CHINESE.sub(b"", data)) else "gb18030")


def _limit_structure(text: str) -> None:
    """Counts before parsing: a bomb of empty lists takes thirty times its size, a deep one the parser's stack."""
    depth, containers, commas = 0, text.count("[") + text.count("{"), text.count(",")
    if containers <= MAX_CONTAINERS and commas <= MAX_COMMAS:
        most = 4 * containers + 2 * commas + 1  # brackets, keys and values of JSON with as many commas
        for number, match in enumerate(_TOKEN.finditer(text)):
            kind = text[match.start()]
            depth += len(match[0]) if kind in "[{" else -len(match[0]) if kind in "]}" else 0
            if depth > MAX_DEPTH or number > most:
                break
        else:
            return
    raise _unreadable(
        "The file is nested deeper, or has more entries, than any notebook: clear the outputs and hand it in again.",
        "文件的嵌套或条目超出任何笔记本：请清除输出后重新提交。",
    )


def _make_object(pairs: list) -> dict:
    result = dict(pairs)
    if len(result) != len(pairs):  # two readers could see two notebooks
        raise _unreadable(
            "The file gives two values under one name, as no notebook program does: save it again and hand that in.",
            "文件在同一个键下给出两个值，没有笔记本程序会这样保存：请重新保存后提交。",
        )
    return result


def _make_integer(digits: str) -> int:
    return int(digits) if len(digits) < 20 else 0  # no number in a notebook matters to grading


def _find_cells(notebook: dict):
    sheets = notebook.get("worksheets")  # nbformat 3
    if "cells" not in notebook and isinstance(sheets, list) and sheets and isinstance(sheets[0], dict):
        return sheets[0].get("cells")
    return notebook.get("cells")


def _read_cell(cell: dict) -> RawCell:
    source = cell.get("source", cell.get("input", ""))  # "input": nbformat 3
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    source = source.encode("utf-8", "replace").decode() if isinstance(source, str) else ""  # drops lone surrogates
    metadata = cell.get("metadata")
    ids = (cell.get("id"), metadata.get("id") if isinstance(metadata, dict) else None)
    question = _read_course(cell).get("question")
    count = cell.get("execution_count", cell.get("prompt_number"))
    return RawCell(
        cell.get("cell_type") == "code",
        source,
        tuple(id for id in ids if isinstance(id, str)),
        question if isinstance(question, str) else None,
        count if type(count) is int and count > 0 else None,
    )


def _read_course(holder: dict) -> dict:
    metadata = holder.get("metadata")
    course = metadata.get("course") if isinstance(metadata, dict) else None
    return course if isinstance(course, dict) else {}


def too_large() -> SubmissionError:
    """The error for a file over MAX_BYTES; who reads files raises it before all is read."""
    size = MAX_BYTES // 10**6
    return _unreadable(
        f"The file is larger than {size} MB: clear the outputs, save, and hand it in again.",
        f"文件超过 {size} MB：请清除输出，保存后重新提交。",
    )


def _unreadable(en: str, zh: str) -> SubmissionError:
    return SubmissionError(RecordStatus.UNREADABLE, Text(en, zh))
