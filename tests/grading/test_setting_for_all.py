"""A cell that sets something for the whole process, which the answer notices without naming it, runs when graded."""

import pytest
from classes import NAME, dump, find_answer, read_notebook, solved

from autograder.grading.grader import Grader
from autograder.grading.setting import Setting
from autograder.sandbox.inside.studying import EVERYTHING, study_cell

CELLS = {
    "builtins": ("import builtins\nbuiltins.rows_of = list", "rows_of([1])"),
    "environment": ("import os\nos.environ['RATE'] = '3'", "import os; os.environ['RATE']"),
    "environment by magic": ("%env RATE=3", "import os; os.environ['RATE']"),
    "depth": (
        "import sys\nsys.setrecursionlimit(20_000)",
        "deep = lambda n: n and deep(n - 1); deep(3_000)",
    ),
    "digits": (
        "import decimal\ndecimal.getcontext().prec = 60",
        "from decimal import Decimal; assert len(str(Decimal(1) / 3)) > 50",
    ),
    "modules": ("import sys\nsys.modules['numpie'] = np", "import numpie"),
    "another name": ("import numpy\nnumpy.mine = 3", "np.mine"),
    "setattr": ("import numpy\nsetattr(numpy, 'mine', 3)", "np.mine"),
    "a part": ("from numpy import linalg\nlinalg.mine = 3", "np.linalg.mine"),
    "a branch": ("match 3:\n    case 3:\n        import math\n        math.two = 2", "import math as m; m.two"),
}
SETUPS = {
    "short": "from autograder import open_exercise\ncheck, hint, score = open_exercise('02_sgd', globals())",
    "by module": "import autograder as ag\ncheck, hint, score = ag.open_exercise(\n    '02_sgd', globals()\n)",
    "one name": "from autograder import open_exercise\ntools = open_exercise('02_sgd', globals())\ncheck, *_ = tools",
}


@pytest.fixture(scope="module")
def grader():
    with Grader(Setting(NAME)) as grader:
        yield grader


def grade(grader, answer: str, own: str | None = None) -> list[bool]:
    notebook = read_notebook(folder="exercises")
    find_answer(notebook, "q1")["source"] = answer
    if own:
        cell = {"cell_type": "code", "id": "own", "metadata": {}, "source": own, "outputs": [], "execution_count": None}
        notebook["cells"].insert(2, cell)
    return [check.earned == check.points for check in grader.grade(dump(notebook)).questions["q1"].checks]


@pytest.mark.parametrize("kind", CELLS)
def test_what_is_set_for_all_is_set_when_graded(grader, kind):
    own, used = CELLS[kind]
    assert all(grade(grader, solved("q1").replace("    for start", f"    {used}\n    for start"), own))


@pytest.mark.parametrize("kind", SETUPS)
def test_an_answer_merged_with_a_set_up_cell_of_ones_own_words(grader, kind):
    assert all(grade(grader, SETUPS[kind] + "\n" + solved("q1")))


@pytest.mark.parametrize(
    "source",
    ["plt.rcParams['a'] = 1", "rows.append(1)", "ax.set_title('x')", "x = set([1])", "np.random.seed(1)", "%env PATH"],
)
def test_other_cells_are_run_only_where_they_are_needed(source):
    assert EVERYTHING not in study_cell(source).changes
