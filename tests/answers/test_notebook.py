"""check, hint and score in a kernel: judged is what will be graded, and the learner's kernel stays as it was."""

import json
import random
from pathlib import Path

import numpy as np
import pytest
from classes import NAME, find_answer, read_notebook, solved
from IPython.core.interactiveshell import InteractiveShell

from autograder.grading.setting import Setting
from autograder.notebook import judging, open_exercise
from autograder.sandbox.outside.limits import Limits

HELPER = "def batches_of(order, B):\n    return [order[k:k + B] for k in range(0, len(order), B)]"
HELPED = """# q1: with a helper
def sgd_epoch(X, y, w, alpha, B, order):
    for rows in batches_of(order, B):
        w = w - alpha * X[rows].T @ (X[rows] @ w - y[rows]) / len(rows)
    return w"""
PASSED, ONLY_HERE = "passed (3/3)", "would not when graded"


class Shell:
    """A learner's kernel with a fresh exercise; cells have ids, as in JupyterLab."""

    def __init__(self, lang: str = "en"):
        self.shell = InteractiveShell()
        self.run("import numpy as np", f"{NAME}-002")
        self.setup = (
            f"from autograder import open_exercise\ncheck, hint, score = open_exercise({NAME!r}, globals(), {lang!r})"
        )
        self.run(self.setup, f"{NAME}-001")

    def run(self, source: str, id: str | None = None):
        result = self.shell.run_cell(source, store_history=True, cell_id=id)
        return result.result

    def check(self, question: str = "q1") -> str:
        return str(self.run(f'check("{question}")'))


@pytest.fixture
def shell():
    return Shell()


@pytest.fixture
def saved(shell, tmp_path, monkeypatch):
    """Saves cells as the notebook of this kernel."""

    def save(*cells: tuple[str, str]) -> None:
        notebook = read_notebook(folder="exercises")
        own = [
            {"cell_type": "code", "id": id, "source": source, "metadata": {}, "execution_count": 1}
            for id, source in cells
        ]
        (tmp_path / "mine.ipynb").write_text(json.dumps({**notebook, "cells": own}), encoding="utf-8")
        monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "mine.ipynb"))

    return save


def test_what_passes_in_both_is_shown_as_ever(shell):
    shell.run(solved("q1"), f"{NAME}-q1")
    assert PASSED in shell.check() and "*" not in shell.check().split("\n")[-1]
    assert "3/3" in str(shell.run("score()"))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_helper_whose_cell_has_changed_is_missed_beforehand(lang):
    shell = Shell(lang)
    shell.run(HELPER, "own")
    shell.run(HELPED, f"{NAME}-q1")
    assert PASSED.replace("passed (3/3)", "3/3") in shell.check()
    shell.run("print('something else')", "own")
    shown = shell.check()
    assert "batches_of" in shown and ({"en": ONLY_HERE, "zh": "评分时不会通过"}[lang]) in shown and "0/3" in shown
    assert "| 0/3 |" in str(shell.run("score()"))


def test_a_deleted_cell_is_missed_once_the_notebook_is_saved(shell, saved):
    shell.run(HELPER, "own")
    shell.run(HELPED, f"{NAME}-q1")
    assert "what is deleted is not graded" in shell.check()
    saved((f"{NAME}-q1", HELPED), ("own", HELPER))
    assert PASSED in shell.check() and "deleted" not in shell.check()
    saved((f"{NAME}-q1", HELPED))
    assert ONLY_HERE in shell.check() and "No cell of this notebook defines `batches_of`" in shell.check()


def test_an_edit_that_was_not_run_is_judged_once_it_is_saved(shell, saved):
    shell.run(solved("q1"), f"{NAME}-q1")
    saved((f"{NAME}-q1", solved("q1").replace("- alpha", "+ alpha")))
    assert ONLY_HERE in shell.check()


def test_a_later_cell_that_breaks_the_name_is_shown_as_graded(shell):
    shell.run(solved("q1"), f"{NAME}-q1")
    shell.run("sgd_epoch = 3", "own")
    assert "could not run" in shell.check() and "Several cells define `sgd_epoch`" in shell.check()


@pytest.mark.parametrize("source", ["score = 3", "check = hint = score = None", "del check", "def check(x): return x"])
def test_the_tools_stay_callable_and_the_learners_names_too(shell, source):
    shell.run(solved("q1"), f"{NAME}-q1")
    shell.run(source)
    assert PASSED in shell.check() and "**Score" in str(shell.run("score()")) and "1/3" in str(shell.run('hint("q1")'))
    assert shell.run(source + "\nscore") in (3, None) or source.startswith(("del", "def"))


def test_nothing_of_the_second_run_appears_or_remains(shell, capsys):
    shell.run("import matplotlib; matplotlib.use('Agg')\nimport matplotlib.pyplot as plt, random")
    noisy = "\nprint('LOUD')\nimport warnings, sys\nwarnings.warn('LOUD')\nprint('LOUD', file=sys.stderr)\nplt.figure()"
    shell.run(solved("q1") + noisy + "\nimport random\nrandom.random(), np.random.random()", f"{NAME}-q1")
    plt = shell.shell.user_ns["plt"]
    figures, states = plt.get_fignums(), (random.getstate(), np.random.get_state()[1].tolist())
    capsys.readouterr()
    assert PASSED in shell.check()
    said = capsys.readouterr()
    assert "LOUD" not in said.out + said.err and plt.get_fignums() == figures
    assert (random.getstate(), np.random.get_state()[1].tolist()) == states


def test_the_same_program_is_run_once(shell, monkeypatch):
    monkeypatch.setattr("builtins.runs", runs := [], raising=False)
    shell.run(solved("q1") + "\nruns.append(1)", f"{NAME}-q1")
    shell.check(), shell.check(), shell.run("score()"), shell.check()
    assert len(runs) == 2  # in the kernel, and as graded


def test_setting_up_again_changes_nothing(shell):
    shell.run(solved("q1"), f"{NAME}-q1")
    for _ in range(3):
        shell.run(shell.setup, f"{NAME}-001")
    assert PASSED in shell.check()
    events = shell.shell.events.callbacks
    assert len([call for call in events["pre_run_cell"] if "Recorder" in str(call)]) == 1


@pytest.mark.parametrize(
    ("above", "says"),
    [
        ("from pathlib import Path\nPath('rows.txt').read_text()", "does not have that file"),
        ("import subprocess\nsubprocess.run(['true'])", "one process with threads"),
        ("rng = np.random.default_rng()\nrng.random()", "without a seed"),
        ("import random\nrandom.SystemRandom().random()", "without a seed"),
        ("with open('/dev/urandom', 'rb') as file:\n    file.read(1)", "without a seed"),
        ("import os\nos.getrandom(1)", "without a seed"),
        ("import time\nbegin = time.perf_counter()", "read the clock"),
        ("from datetime import datetime\ndatetime.now()", "read the clock"),
        ("big = np.ones(180_000_000)\ndel big", "hold 1.4 GB at once; grading offers 1.1 GB"),
        ("!pip install numpy-financial --dry-run -q --no-index", "Grading installs nothing"),
    ],
)
def test_what_grading_lacks_is_told_beforehand(shell, tmp_path, monkeypatch, above, says):
    if (peak := Path("/proc/self/clear_refs")).exists():
        peak.write_text("5")  # the most that this process has held is what it holds now, whatever ran before
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.txt").write_text("1")
    shell.run(f"{above}\nROWS = 1", "own")
    shell.run(solved("q1") + "\nROWS", f"{NAME}-q1")
    assert says in shell.check() and "3/3" in shell.check()


def test_what_is_offered_is_what_grading_offers():
    assert Limits().memory_mb << 20 == judging.MEMORY and Setting(NAME).timeout == judging.SECONDS


def test_a_file_that_the_cells_write_themselves_is_there_when_graded(shell, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shell.run("from pathlib import Path\nPath('t').write_text('1')\nROWS = Path('t').read_text()", "own")
    shell.run(solved("q1") + "\nROWS", f"{NAME}-q1")
    assert "that file" not in shell.check()


def test_lines_that_python_looks_up_for_a_warning_are_no_file_that_is_missed(shell, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "course_helper.py").write_text("1\n")
    shell.run("import linecache\nROWS = linecache.getline('course_helper.py', 1)", "own")
    shell.run(solved("q1") + "\nROWS", f"{NAME}-q1")
    assert PASSED in shell.check() and "that file" not in shell.check()


def test_a_plain_namespace_is_judged_as_it_stands():
    namespace = {"np": np}
    check, _, _ = open_exercise(NAME, namespace)
    exec(HELPER + "\n" + HELPED, namespace)
    assert PASSED in str(check("q1"))


def test_input_is_refused_without_asking(shell, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda *args: "4")
    shell.run("SIZE = input('size? ')\n" + solved("q1"), f"{NAME}-q1")
    assert ONLY_HERE in shell.check() and "input()" in shell.check()


def test_the_untouched_hole_is_not_attempted(shell):
    shell.run("".join(find_answer(read_notebook(folder="exercises"), "q1")["source"]), f"{NAME}-q1")
    assert "not attempted" in shell.check()


def test_a_hole_that_was_run_last_does_not_hide_the_answer(shell):
    shell.run(solved("q5").split("\n", 1)[1].replace('FAULT = "C"', "FAULT = ..."), "copy")
    shell.run("".join(find_answer(read_notebook(folder="exercises"), "q5")["source"]), f"{NAME}-q5")
    shell.run('FAULT = "C"', "own")
    shown = shell.check("q5")  # in the kernel, stable_rates is a hole
    assert PASSED in shown and "This is the result of your cells as grading runs them" in shown


def test_classes_of_cells_can_be_pickled(shell):
    shell.run("import pickle\nclass A: pass\n" + solved("q1") + "\npickle.dumps(A())", f"{NAME}-q1")
    assert PASSED in shell.check()


@pytest.mark.parametrize("above", ["import numpy, beside", "if 1: import beside", "__import__('beside')"])
def test_a_module_beside_the_notebook_is_told_beforehand(shell, tmp_path, monkeypatch, above):
    monkeypatch.syspath_prepend(tmp_path), (tmp_path / "beside.py").write_text("")
    shell.run(above + "\n" + solved("q1"), f"{NAME}-q1")
    assert "does not have that file" in shell.check()
