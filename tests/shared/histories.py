"""Random histories of a learner's notebook in a real kernel: cells added, copied, split, merged, moved, rerun."""

import json
import os
import queue
import random
import re
from pathlib import Path

from classes import NAME, read_notebook, solved

from tools.source import ROOT

QUESTIONS = ("q1", "q2", "q5")
_SHOWN = tuple(f"{NAME}-{place}" for place in ("001", "002", "q1", "q2", "016", "q5"))
_HELPED = """def batches_of(order, B):
    return [order[k : k + B] for k in range(0, len(order), B)]"""
_WITH_HELP = """# q1: with a helper
def sgd_epoch(X, y, w, alpha, B, order):
    for rows in batches_of(order, B):
        w = w - alpha * X[rows].T @ (X[rows] @ w - y[rows]) / len(rows)
    return w"""
_IN_TORCH = """# q1: in torch's words
def sgd_epoch(X, y, w, alpha, B, order):
    for start in range(0, len(order), STEP or B):
        rows = order[start : start + B]
        w = w - RATE * alpha * X[rows].T @ (X[rows] @ w - y[rows]) / len(rows)
    return w"""
_LETTERS = ('FAULT = "A"', 'FAULT = "C"', 'FAULT = "C"', '%time FAULT = "C"', 'FAULT: str = "B"')
_OWN = (
    "score = 3",
    "print(sgd_epoch)",
    "import math\nprint(math.pi)",
    "raise KeyError('mine')",
    "for w in range(3): print(w)",
    "files = !echo a b\nprint(len(files))",
    "!echo \\\n  two",
    "check = 5\nhint = 2",
    "%%time\nx = sum(range(100))",
    "np.random.seed(1)",
    "import numpy as np\nX = np.ones((3, 2))",
    "undefined_name",
    "def broken(:",
    "STEP, RATE = 0, 1",
    "STEP = 0; RATE = 2",
    "RATE = 1",
    "STEP = 0",
    "FAULT = FAULT",
    "del FAULT",
    "import asyncio\nawait asyncio.sleep(0)",
    "from math import *",
    "q = 1  # q1: not an answer",
    "def sgd_epoch(*a): return 0",
    "sgd_epoch.calls = 0",
)


class Kernel:
    """A real ipykernel, asked as JupyterLab asks it."""

    def __init__(self, folder: Path):
        from jupyter_client.manager import start_new_kernel

        self.file = folder / f"{NAME}.ipynb"
        self._manager, self._client = start_new_kernel(
            kernel_name="python3", env=_environment(self.file), cwd=str(folder)
        )

    def close(self) -> None:
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)

    def run(self, source: str, id: str | None = None) -> tuple[int, str]:
        """(the cell's number, what its last line shows as Markdown, "" if nothing)."""
        content = {"code": source, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False,
                   "stop_on_error": False}  # fmt: skip
        message = self._client.session.msg("execute_request", content, metadata={"cellId": id} if id else {})
        self._client.shell_channel.send(message)
        shown, number = "", 0
        while True:
            try:
                said = self._client.get_iopub_msg(timeout=60)
            except queue.Empty:
                raise TimeoutError(source) from None
            if said["parent_header"].get("msg_id") != message["header"]["msg_id"]:
                continue
            if said["msg_type"] == "execute_result":
                shown = said["content"]["data"].get("text/markdown", "")
            elif said["msg_type"] == "stream" and "Error in callback" in said["content"]["text"]:
                raise RuntimeError(said["content"]["text"])
            elif said["msg_type"] == "error":
                shown = "\n".join(said["content"]["traceback"])
            elif said["msg_type"] == "execute_input":
                number = said["content"]["execution_count"]
            elif said["msg_type"] == "status" and said["content"]["execution_state"] == "idle":
                return number, shown

    def restart(self) -> None:
        """As a new kernel: no names, no memory of what was run, numbers from 1."""
        self.run(
            "_shell = get_ipython()\n_old = _shell.__dict__.pop('_course_recorder', None)\n"
            "if _old: _old.detach()\n_shell.reset(new_session=True)"
        )


def _environment(file: Path) -> dict[str, str]:
    return {**os.environ, "JPY_SESSION_NAME": str(file), "PYTHONPATH": str(ROOT)}


class History:
    """One learner's notebook and kernel, moved by a seed; `actions` says what was done."""

    def __init__(self, kernel: Kernel, seed: int):
        self._random, self._kernel, self.actions = random.Random(seed), kernel, []
        self._with_ids, self._saves = self._random.random() < 0.7, self._random.random() < 0.6
        notebook = read_notebook(NAME, "exercises")
        self._head = {key: value for key, value in notebook.items() if key != "cells"}
        self._cells = [cell for cell in notebook["cells"] if cell["id"] in _SHOWN]
        for cell in self._cells:
            cell["source"] = "".join(cell["source"])
        kernel.file.unlink(missing_ok=True)
        kernel.restart()
        self._next, self._merged = 0, set()
        self._run_all()
        for _ in range(self._random.randint(3, 12)):
            self._act()
        if self._random.random() < 0.3:
            self._run_all()

    def check(self, question: str) -> str:
        """What check shows."""
        if self._saves:
            self._kernel.file.write_bytes(self.hand_in())
        return self._kernel.run(f'check("{question}")', None)[1]

    def hand_in(self) -> bytes:
        return json.dumps({**self._head, "cells": self._cells}).encode()

    def _act(self) -> None:
        actions = [
            self._answer, self._answer, self._answer, self._answer_elsewhere, self._copy, self._split, self._merge,
            self._move, self._help, self._add_own, self._add_own, self._letter, self._rerun, self._rerun, self._delete,
            self._wrap, self._restart, self._edit_own, self._extend_given,
        ]  # fmt: skip
        action = self._random.choice(actions)
        self.actions.append(action.__name__)
        action()

    def _run(self, cell: dict) -> None:
        self.actions.append(f"run {cell['id']}: {cell['source'][:60]!r}")
        cell["execution_count"], _ = self._kernel.run(cell["source"], cell["id"] if self._with_ids else None)

    def _run_all(self) -> None:
        self.actions.append("run all")
        for cell in self._cells:
            self._run(cell)

    def _add(self, at: int, source: str, metadata: dict | None = None) -> dict:
        self._next += 1
        cell = {"cell_type": "code", "id": f"own{self._next}", "metadata": metadata or {}, "source": source,
                "execution_count": None, "outputs": []}  # fmt: skip
        self._cells.insert(at, cell)
        return cell

    def _maybe_run(self, cell: dict, likely: float = 0.9) -> None:
        """A cell that is never run is known to the kernel only where the notebook was saved."""
        if self._random.random() < likely or not self._saves:
            self._run(cell)

    def _find(self, question: str) -> int | None:
        """The place of one of its cells; a merged one stays as it is: it holds more."""
        own = [cell["metadata"].get("course", {}).get("question") == question for cell in self._cells]
        places = [at for at, cell in enumerate(self._cells) if own[at] and cell["id"] not in self._merged]
        return self._random.choice(places) if places else None

    def _write(self, question: str) -> str:
        source = solved(question)
        if question == "q1":
            source = self._random.choice([source, source, _WITH_HELP, _IN_TORCH, source.replace("- alpha", "+ alpha")])
        if question == "q5":
            source = source.replace('FAULT = "C"', self._random.choice(_LETTERS))
        return source

    def _answer(self) -> None:
        question = self._random.choice(QUESTIONS)
        if (at := self._find(question)) is not None:
            self._cells[at]["source"] = self._write(question)
            self._maybe_run(self._cells[at])

    def _answer_elsewhere(self) -> None:
        question = self._random.choice(QUESTIONS)
        at = self._find(question)
        at = len(self._cells) if at is None else at + self._random.choice([0, 1, 1])
        self._maybe_run(self._add(at, self._write(question).split("\n", 1)[1]))

    def _copy(self) -> None:
        question = self._random.choice(QUESTIONS)
        if (at := self._find(question)) is not None:
            copy = self._add(at + 1, self._cells[at]["source"], dict(self._cells[at]["metadata"]))
            if self._random.random() < 0.7:
                copy["source"] = self._write(question)
            self._maybe_run(copy)

    def _split(self) -> None:
        if (at := self._find("q5")) is not None and "\n\n\n" in self._cells[at]["source"]:
            first, second = self._cells[at]["source"].split("\n\n\n", 1)
            self._cells[at]["source"] = first
            new = self._add(at + 1, second, dict(self._cells[at]["metadata"]))
            self._maybe_run(self._cells[at], 0.6)
            self._maybe_run(new, 0.6)

    def _merge(self) -> None:
        at = self._random.randrange(1, len(self._cells))
        if at + 1 < len(self._cells):
            below = self._cells.pop(at + 1)
            self._merged |= {below["id"], self._cells[at]["id"]}
            self._cells[at]["source"] += "\n\n" + below["source"]
            self._maybe_run(self._cells[at])

    def _move(self) -> None:
        cell = self._cells.pop(self._random.randrange(1, len(self._cells)))
        self._cells.insert(self._random.randrange(1, len(self._cells) + 1), cell)

    def _help(self) -> None:
        if (at := self._find("q1")) is not None:
            self._cells[at]["source"] = _WITH_HELP
            helper = self._add(at + self._random.choice([0, 0, 1]), _HELPED)
            for cell in self._random.sample([helper, next(c for c in self._cells if c["source"] == _WITH_HELP)], 2):
                self._maybe_run(cell)

    def _add_own(self) -> None:
        self._maybe_run(self._add(self._random.randrange(1, len(self._cells) + 1), self._random.choice(_OWN)))

    def _edit_own(self) -> None:
        own = [cell for cell in self._cells if cell["id"].startswith("own") and not cell["metadata"]]
        if own:
            cell = self._random.choice(own)
            cell["source"] = self._random.choice([*_OWN, _HELPED])
            self._maybe_run(cell)

    def _letter(self) -> None:
        at = self._find("q5") or len(self._cells) - 1
        self._maybe_run(self._add(at + 1, self._random.choice(_LETTERS)))

    def _rerun(self) -> None:
        self._run(self._random.choice(self._cells[1:]))

    def _delete(self) -> None:
        own = [cell for cell in self._cells if cell["id"].startswith("own")]
        own = [cell for cell in own if self._saves or not cell["metadata"]]
        if own:
            self._cells.remove(self._random.choice(own))

    def _wrap(self) -> None:
        question = self._random.choice(QUESTIONS)
        if (at := self._find(question)) is not None and not self._cells[at]["source"].startswith("%%"):
            magic = self._random.choice(
                ["%%time\n", "%%capture\n", "!echo a \\\n  b\n", "%matplotlib inline\n", "?np\n"]
            )
            self._cells[at]["source"] = magic + self._cells[at]["source"]
            self._maybe_run(self._cells[at])

    def _extend_given(self) -> None:
        cell = next((cell for cell in self._cells if "given" in cell["metadata"].get("tags", [])), None)
        if cell:
            cell["source"] += "\n" + self._random.choice(["import math", "RATE = 1", "STEP = 0", _HELPED])
            self._maybe_run(cell)

    def _restart(self) -> None:
        if self._random.random() < 0.5:
            self._kernel.restart()
            if self._random.random() < 0.7:
                self._run_all()
            else:
                for cell in self._cells[: self._random.randrange(2, len(self._cells) + 1)]:
                    self._run(cell)


def read_shown(text: str) -> tuple[list[str], bool]:
    """(the sentences of the checks that are shown as passed, whether anything is said beside the results)."""
    lines = text.split("\n")
    passed = [line[4:] for line in lines if line.startswith("- ✓ ")]
    warned = bool(re.search(r"^\*[^*]", text, re.M)) or "would not when graded" in text or "not defined" in text
    return passed, warned
