"""What people do to the cells of an exercise, graded as a kernel would run them."""

import copy

import pytest
from classes import NAME, dump, find_answer, read_notebook, solved

from autograder.answers.outcome import Status
from autograder.answers.rooms import load_exercise
from autograder.grading.grader import Grader
from autograder.grading.setting import Setting

POINTS = {id: question.points(hidden=True) for id, question in load_exercise(NAME).questions.items()}
FULL = sum(POINTS.values())
HELPER = "def batches_of(order, B):\n    return [order[k:k + B] for k in range(0, len(order), B)]"
HELPED = """# q1: with a helper
def sgd_epoch(X, y, w, alpha, B, order):
    for rows in batches_of(order, B):
        w = w - alpha * X[rows].T @ (X[rows] @ w - y[rows]) / len(rows)
    return w"""
SETTING = """def sgd_epoch(X, y, w, alpha, B, order):
    for start in range(0, len(order), B):
        rows = order[start:start + B]
        w = w - FACTOR["of"] * alpha * X[rows].T @ (X[rows] @ w - y[rows]) / len(rows)
    return w"""


@pytest.fixture(scope="module")
def grader():
    with Grader(Setting(NAME, timeout=5.0)) as grader:
        yield grader


def _code(source: str, **more) -> dict:
    return {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": source, **more}


def _grade(grader, change=None, q1: str | None = None, above: str | None = None, below: str | None = None):
    """The record of the solution after `change(cells, place of q1)`, or with other cells at q1."""
    notebook = read_notebook()
    at = notebook["cells"].index(find_answer(notebook, "q1"))
    if q1 is not None:
        notebook["cells"][at]["source"] = q1
    for source, place in ((below, at + 1), (above, at)):
        if source is not None:
            notebook["cells"].insert(place, _code(source))
    if change:
        change(notebook["cells"], at)
    return grader.grade(dump(notebook))


def _hole(question: str = "q1") -> str:
    return "".join(find_answer(read_notebook(folder="exercises"), question)["source"])


def _body(question: str = "q1") -> str:
    return solved(question).split("\n", 1)[1]


@pytest.mark.parametrize(
    "cells",
    [
        {"above": HELPER, "q1": HELPED},
        {"below": HELPER, "q1": HELPED},
        {"above": "import math as m\nfrom functools import partial", "q1": solved("q1") + "\npartial(m.sqrt, 4)()"},
        {"q1": solved("q1").replace("def ", "os.getcwd(), sys.path\ndef ", 1)},  # imported by the set-up cell
        {"q1": _hole(), "below": _body()},
        {"q1": _hole(), "above": _body()},
        {"q1": solved("q1").split("\n")[0], "below": _body()},
        {"above": "FACTOR = {}\nFACTOR['of'] = 1", "q1": SETTING},
        {"above": "FACTOR = {'of': 0}", "q1": SETTING, "below": "FACTOR['of'] = 1"},
        {"above": "FACTOR = {}\ndef put(table):\n    table['of'] = 1", "q1": SETTING, "below": "put(FACTOR)"},
        {"above": "for FACTOR in [{'of': 1}]: pass", "q1": SETTING},
        {"above": "def fill():\n    global FACTOR\n    FACTOR = {'of': 1}\nfill()", "q1": SETTING},
        {"above": "from math import *", "q1": solved("q1") + "\nsqrt(4)"},
        {"above": "%time FACTOR = {'of': 1}", "q1": SETTING},
        {"above": "%%time\nFACTOR = {'of': 1}", "q1": SETTING},
        {"above": "%%capture said\nprint('x')\nFACTOR = {'of': 1}", "q1": "said.show()\n" + SETTING},
        {"above": "FACTOR = {'of': len(undefined)}\n", "below": "undefined = [1]", "q1": SETTING},  # run again
        {"above": "check('q1')\nFACTOR = {'of': 1}\nscore()", "q1": SETTING},
        {"q1": "!pip install -q \\\n    einops tqdm\n" + solved("q1")},
        {"q1": "%pip install -q einops\n%matplotlib inline\n!ls -l\nfiles = !ls\n?np\nnp.eig?\n" + solved("q1")},
        {"q1": "files = !ls\nprint(len(files))\n" + solved("q1")},
        {"q1": "%%time\n" + solved("q1")},
        {"q1": "%%timeit -n 1\n1 + 1", "below": _body()},
        {"q1": solved("q1") + "\nimport asyncio\nawait asyncio.sleep(0.01)\nassert await asyncio.gather()== []"},
        {"q1": solved("q1") + "\n# one by one;\u2028each makes one step\nNOTE = 'first\x0cpage\x85'"},
        {"q1": solved("q1").replace("\n", "\r\n")},
        {"q1": solved("q1") + "\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"},
        {"above": "score = 3\ncheck = hint = None"},
        {"above": "import time\ntime.sleep(60)"},  # nothing that an answer needs
        {"above": "raise SystemExit", "below": "def broken(:"},
        {"above": "from google.colab import drive\ndrive.mount('/content/drive')"},
    ],
    ids=lambda cells: " | ".join(f"{place}: {source[:30]}" for place, source in cells.items()),
)
def test_what_a_kernel_passes_is_graded_in_full(grader, cells):
    record = _grade(grader, **cells)
    assert record.score == FULL, record.questions["q1"]


def _copy_below(cells, at):
    cells.insert(at + 1, {**copy.deepcopy(cells[at]), "id": "a1b2c3d4"})
    cells[at]["source"] = _hole()


def _copy_above(cells, at):
    cells.insert(at, {**copy.deepcopy(cells[at]), "id": "a1b2c3d4"})
    cells[at + 1]["source"] = _hole()


def _merge(cells, at):
    below = next(cell for cell in cells[at + 1 :] if cell["metadata"].get("course"))
    cells[at]["source"] = f"{solved('q1')}\n\n{solved('q2')}"
    cells.remove(below)


def _merge_into_given(cells, at):
    given = next(cell for cell in cells if "given" in cell["metadata"].get("tags", []))
    given["source"] = f"{''.join(given['source'])}\n{solved('q1')}"
    del cells[at]


def _add_to_given_and_setup(cells, at):
    setup = next(cell for cell in cells if "setup" in cell["metadata"].get("tags", []))
    given = next(cell for cell in cells if "given" in cell["metadata"].get("tags", []))
    setup["source"] = "".join(setup["source"]) + "\nimport math as from_setup"
    given["source"] = "import functools\n" + "".join(given["source"])
    cells[at]["source"] = solved("q1") + "\nfrom_setup.sqrt(4), functools.reduce"


def _move_to_the_end(cells, at):
    answers = [cell for cell in cells if cell["metadata"].get("course")]
    cells[:] = [cell for cell in cells if cell not in answers] + answers[::-1]


def _lose_marker_and_id(cells, at):
    cells[at] = _code("# My name is Ann\n" + _body())


def _think_again(cells, at):
    q5 = next(cell for cell in cells if cell["metadata"].get("course", {}).get("question") == "q5")
    q5["source"] = "".join(q5["source"]).replace('FAULT = "C"', 'FAULT = "A"')
    cells.insert(cells.index(q5) + 1, _code('FAULT = "C"   # after thinking again'))


def _think_again_above(cells, at):
    """In a cell above, which was run last."""
    _think_again(cells, at)
    place = next(place for place, cell in enumerate(cells) if "after thinking" in "".join(cell["source"]))
    cells.insert(at, {**cells.pop(place), "execution_count": 99})


def _time_an_answer(cells, at):
    q6 = next(cell for cell in cells if cell["metadata"].get("course", {}).get("question") == "q6")
    q6["source"] = "".join(q6["source"]).replace("PRICES = ", "%time PRICES = ", 1)


def _change_given_values(cells, at):
    """The trusted ones count."""
    given = [cell for cell in cells if "given" in cell["metadata"].get("tags", [])][-1]
    given["source"] = "".join(given["source"]).replace("TARGET = 0.02", "TARGET = 5.0")


@pytest.mark.parametrize(
    "change",
    [
        _copy_below, _copy_above, _merge, _merge_into_given, _add_to_given_and_setup, _move_to_the_end,
        _lose_marker_and_id, _think_again, _think_again_above, _time_an_answer, _change_given_values,
    ],
)  # fmt: skip
def test_cells_may_be_copied_merged_moved_and_typed_anew(grader, change):
    record = _grade(grader, change)
    assert record.score == FULL, {id: str(question.status) for id, question in record.questions.items()}


@pytest.mark.parametrize(
    ("cells", "says", "note"),
    [
        ({"q1": HELPED}, "name 'batches_of' is not defined", "No cell of the file defines `batches_of`"),
        ({"above": HELPER + "\n1 / 0", "q1": HELPED.replace("_of", "_off")}, "batches_off", "`batches_off`"),
        ({"q1": "B0 = int(input('size? '))\n" + solved("q1")}, "input() has nobody to answer it", ""),
        ({"q1": solved("q1") + "\nsgd_epoch = 3"}, "`sgd_epoch` is of type `int`, no function", ""),
        ({"q1": "import no_such_package\n" + solved("q1")}, "No module named 'no_such_package'", ""),
        ({"above": "open('mine.csv')\nROWS = 3", "q1": "ROWS\n" + solved("q1")}, "'ROWS'", "'mine.csv'"),
    ],
)
def test_what_cannot_be_carried_over_is_told_to_the_learner_and_the_teacher(grader, cells, says, note):
    record = _grade(grader, **cells)
    said = " ".join(check.message.en for check in record.questions["q1"].checks if check.message)
    assert record.score == FULL - POINTS["q1"] and says in said
    assert note in (record.message.en if record.message else "")


@pytest.mark.parametrize("killer", ["import os\nos._exit(1)", "while True: pass", "import ctypes; ctypes.string_at(0)"])
def test_an_own_cell_that_ends_the_session_is_left_out_and_told(grader, killer):
    record = _grade(grader, above=f"OFFSET = 0\n{killer}", q1=solved("q1") + "\nOFFSET")
    assert record.questions["q2"].status is Status.PASSED
    assert record.score >= FULL - POINTS["q1"] and "own" in record.message.en


def test_a_deeply_nested_cell_costs_itself_only(grader):
    record = _grade(grader, above="deep = " + "-" * 100_000 + "1", below="OTHER = " + "(" * 5_000 + ")" * 5_000)
    assert record.score == FULL


def test_what_is_drawn_without_a_seed_is_the_same_each_time(grader):
    draws = """import os, random, secrets, uuid
random.seed()
np.random.seed()
DRAWN = [os.urandom(8), random.SystemRandom().random(), random.random(), random.Random().random(), secrets.randbits(64),
         uuid.uuid4().hex, np.random.default_rng().random(), np.random.RandomState().rand(), np.random.rand()]"""
    stop = (
        solved("q1").replace("def ", "raise KeyError(str(DRAWN))\ndef ", 1).replace("order):", "order):\n    1 / 0", 1)
    )
    first, second = (_grade(grader, above=draws, q1=stop).questions["q1"].checks[0].message for _ in range(2))
    assert first == second and "KeyError: \"[b'" in first.en
