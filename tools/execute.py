"""Runs a rendered notebook in a fresh kernel and brings back outputs, the prose's numbers, time and memory."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from tools.minutes import MINUTES
from tools.pictures import shrink_png
from tools.render import Run
from tools.source import PLACEHOLDER, Cell, Problem, Source, SourceError

CELL_SECONDS = 600
_SPECIAL = {"run_seconds", "peak_memory", *MINUTES}
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_PROBE = """\
import json as _json, resource as _resource, sys as _sys
_scale = 1 if _sys.platform == "darwin" else 1024
print(_json.dumps({{"values": {{{values}}}, "peak": _resource.getrusage(_resource.RUSAGE_SELF).ru_maxrss * _scale}}))
"""


def execute_notebook(notebook: nbformat.NotebookNode, source: Source, code_hash: str, folder: Path, progress) -> Run:
    """Execute all cells in `folder`; `progress` (a tqdm) advances by one a code cell.

    Raises SourceError with the line of the cell in the source, where a cell or a number in the prose fails.
    """
    origins = [cell for cell in source.cells if cell.kind == "code"]
    expressions = _find_expressions(source)
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
    )
    run, started = Run(code_hash), time.perf_counter()
    with client.setup_kernel():
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type != "code":
                continue
            origin = origins[len(run.outputs)]
            try:
                client.execute_cell(cell, index)
            except CellExecutionError as error:
                raise SourceError(
                    [Problem(source.path, origin.line, "this cell fails:\n" + _ANSI.sub("", str(error)))]
                ) from None
            run.outputs.append(_clean_outputs(cell.outputs))
            progress.update()
        run.seconds = round(time.perf_counter() - started, 1)
        run.values, run.peak_memory = _probe(client, notebook, source, expressions)
    return run


def _find_expressions(source: Source) -> dict[str, Cell]:
    return {
        name: cell
        for cell in source.cells
        if cell.kind == "markdown"
        for name in PLACEHOLDER.findall(cell.text)
        if name not in _SPECIAL
    }


def _probe(client, notebook, source: Source, expressions: dict[str, Cell]) -> tuple[dict[str, str], int]:
    values = ", ".join(f'{name!r}: f"""{{{name}}}"""' for name in expressions)
    notebook.cells.append(nbformat.v4.new_code_cell(_PROBE.format(values=values)))
    try:
        client.execute_cell(notebook.cells[-1], len(notebook.cells) - 1)
    except CellExecutionError as error:
        line = next(iter(expressions.values())).line if expressions else 1
        raise SourceError(
            [Problem(source.path, line, f"a ⟦number⟧ in the prose can't be computed: {error.ename}: {error.evalue}")]
        ) from None
    answer = json.loads(notebook.cells.pop().outputs[0].text)
    return answer["values"], answer["peak"]


def _clean_outputs(outputs: list) -> list:
    """Without live widgets (nothing to see without their kernel), each stream in one piece, pictures made light."""
    clean: list = []
    for output in outputs:
        if "application/vnd.jupyter.widget-view+json" in output.get("data", {}):
            continue
        if "image/png" in output.get("data", {}):
            output.data["image/png"] = shrink_png(output.data["image/png"])
        if output.output_type == "stream" and clean and clean[-1].get("name") == output.name:
            clean[-1].text += output.text
        else:
            clean.append(output)
    return clean
