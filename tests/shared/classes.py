"""Shared by the tests of grading: notebooks as learners hand them in, and a class of all kinds of them."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from proofs.cases import load_mistakes
from tools.source import ROOT

NAME = "02_sgd"


def read_notebook(name: str = NAME, folder: str = "solutions") -> dict:
    """A built notebook; solutions without the mark that says so."""
    notebook = json.loads((ROOT / folder / f"{name}.ipynb").read_text(encoding="utf-8"))
    notebook["metadata"]["course"].pop("variant", None)
    return notebook


def find_answer(notebook: dict, question: str) -> dict:
    """The answer cell of that question."""
    return next(cell for cell in notebook["cells"] if _question(cell) == question)


def hand_in(answers: dict[str, str] | None = None, name: str = NAME, folder: str = "solutions") -> bytes:
    """The bytes of a solved (or untouched) notebook, some answer cells replaced."""
    notebook = read_notebook(name, folder)
    for question, source in (answers or {}).items():
        find_answer(notebook, question)["source"] = source
    return dump(notebook)


def dump(notebook: dict) -> bytes:
    return json.dumps(notebook, ensure_ascii=False).encode()


def solved(question: str, name: str = NAME) -> str:
    """The source of the solution's answer cell."""
    return "".join(find_answer(read_notebook(name), question)["source"])


def make_class(folder: Path, size: int = 60) -> dict[str, tuple[bytes, int | None]]:
    """Notebooks in `folder`; student -> (bytes, points that the file must get, None where less than full is enough)."""
    cases = load_mistakes(NAME)
    hostile = [
        "# q1: x\nimport os\nos._exit(0)",
        "# q1: x\nimport os\nwhile True:\n    os.fork()",
        "# q1: x\nclass Equal(float):\n    __eq__ = lambda self, other: True\nsgd_pass = lambda *a, **k: Equal()",
        "# q1: x\nfor number in range(3, 64):\n    try:\n        __import__('os').write(number, b'\\0' * 4096)\n"
        "    except OSError:\n        pass",
        "# q1: x\nimport sys\nsys.modules.clear()",
    ]
    broken = [b"", b"not JSON", b"[]", dump(read_notebook())[:-100], dump(read_notebook("01_backprop"))]
    members: dict[str, tuple[bytes, int | None]] = {}
    for number in range(size):
        kind, index = divmod(number, size // 6)
        if kind == 0:
            data, points = hand_in(), 22
        elif kind in (1, 2):
            mistake = cases.MISTAKES[(7 * number) % len(cases.MISTAKES)]
            data, points = hand_in({mistake.question: mistake.code}), None
        elif kind == 3:
            unusual = cases.UNUSUAL[index % len(cases.UNUSUAL)]
            data, points = hand_in({unusual.question: unusual.code}), 22
        elif kind == 4:
            data, points = broken[index % len(broken)], 0
        else:
            data, points = hand_in({"q1": hostile[index % len(hostile)]}), None
        student = f"Student {number:03d}"
        (folder / f"{student}.ipynb").write_bytes(data)
        members[student] = (data, points)
    return members


def start_command(*arguments, **options) -> subprocess.Popen:
    """`python -m autograder …` in a process group of its own, which heeds Ctrl-C: tests run by `… &` ignore it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    return subprocess.Popen(
        [sys.executable, "-m", "autograder", *map(str, arguments)],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True, **options,
    )  # fmt: skip


def run_command(*arguments, **options) -> subprocess.CompletedProcess:
    process = start_command(*arguments, **options)
    out, err = process.communicate(timeout=240)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def _question(cell: dict) -> str | None:
    return cell["metadata"].get("course", {}).get("question")
