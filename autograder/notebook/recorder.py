"""Remembers which cells were run in this kernel, and keeps check, hint and score callable whatever a cell calls so."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.answers.layout import find_names
from autograder.answers.program import Cell, calls_only_tools, find_marker

_PLACE = "_course_recorder"  # on IPython's shell


@dataclass
class _Run:
    source: str
    id: str | None
    count: int
    seconds: float  # since the epoch


class Recorder:
    """The latest version of each cell that was run."""

    def __init__(self, shell):
        self._shell, self._runs, self._tools, self._kept = shell, {}, {}, {}
        for count, source in enumerate(shell.history_manager.input_hist_raw[1:], 1):  # before this recorder
            self._keep(_Run(source, None, count, 0.0))
        shell.events.register("pre_run_cell", self._begin)
        shell.events.register("post_run_cell", self._end)

    @classmethod
    def attach(cls, namespace: dict, tools: Mapping[str, object]) -> Recorder | None:
        """The recorder of the kernel whose namespace this is, made when first asked for; None outside IPython.

        `tools`: the callables that a cell which calls nothing else always finds under these names.
        """
        find_shell = namespace.get("get_ipython")
        shell = find_shell() if callable(find_shell) else None
        if getattr(shell, "user_ns", None) is not namespace:
            return None
        recorder = getattr(shell, _PLACE, None)
        if recorder is None:
            recorder = cls(shell)
            setattr(shell, _PLACE, recorder)
        recorder._tools = dict(tools)
        return recorder

    def detach(self) -> None:
        """Record no more."""
        self._shell.events.unregister("pre_run_cell", self._begin)
        self._shell.events.unregister("post_run_cell", self._end)

    def list_cells(self) -> tuple[list[Cell], set[str], bool]:
        """(the notebook's code cells in their order, names that only deleted cells define, is the file known?).

        Where the notebook's file can be found, its cells, and behind them those that were run since it was saved; else
        all that were run.
        """
        saved, when = _read_saved(self._shell.user_ns)
        left = list(self._runs.values())
        pairs = [(cell, _take(left, cell)) for cell in saved]
        if not any(run for _, run in pairs):
            return [_make_cell(run) for run in left], set(), False
        cells = [_update(cell, run, when) if run else cell for cell, run in pairs]
        cells += [_make_cell(run) for run in left if run.seconds > when]
        defined = {name for cell in cells for name in find_names(cell.source)}
        return cells, {name for run in left for name in find_names(run.source)} - defined, True

    def _begin(self, info) -> None:
        names = self._shell.user_ns
        for name, tool in self._tools.items():
            mixed = f"{name}(" in info.raw_cell and not callable(names.get(name))
            if names.get(name) is not tool and (mixed or calls_only_tools(info.raw_cell)):
                self._kept[name] = names.get(name, tool)
                names[name] = tool
        count = self._shell.execution_count if info.store_history else 0
        last = max((run.count for run in self._runs.values()), default=0)
        self._keep(_Run(info.raw_cell, getattr(info, "cell_id", None), max(count, last + 1), time.time()))

    def _end(self, result) -> None:
        for name, value in self._kept.items():
            if self._shell.user_ns.get(name) is self._tools[name]:
                self._shell.user_ns[name] = value
        self._kept.clear()

    def _keep(self, run: _Run) -> None:
        """Behind the cells that were known: their order is that of the first runs, as far as it can be the file's."""
        names = frozenset(find_names(run.source))
        key = run.id or find_marker(run.source) or names or run.source
        self._runs[key] = run


def _take(runs: list[_Run], cell: Cell) -> _Run | None:
    """The cell's run, out of the list: the one with its id or, where the kernel isn't told ids, with its text."""
    found = next((run for run in runs if (run.id in cell.ids if run.id else run.source == cell.source)), None)
    if found:
        runs.remove(found)
    return found


def _update(cell: Cell, run: _Run, saved: float) -> Cell:
    """The saved cell as it will be handed in, if nothing more is done to it."""
    return cell._replace(source=run.source if run.seconds > saved else cell.source, count=run.count)


def _make_cell(run: _Run) -> Cell:
    return Cell(run.source, (run.id,) if run.id else (), None, run.count)


def _read_saved(namespace: dict) -> tuple[list[Cell], float]:
    """(code cells of this kernel's notebook as last saved, when), ([], 0) where the file isn't known."""
    path = namespace.get("__vsc_ipynb_file__") or os.environ.get("JPY_SESSION_NAME") or ""
    try:
        file = Path(path)
        when, notebook = file.stat().st_mtime, json.loads(file.read_text(encoding="utf-8"))
        return [
            Cell(
                source if isinstance(source := cell["source"], str) else "".join(source),
                (str(cell["id"]),),
                cell["metadata"].get("course", {}).get("question"),
                cell.get("execution_count"),
            )
            for cell in notebook["cells"]
            if cell["cell_type"] == "code"
        ], when
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return [], 0.0
