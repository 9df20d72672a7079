"""Attacks as answer cells: ANSWER stands for the right answer's source, EXERCISE for the name of the exercise."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.answers.layout import find_names


@dataclass(frozen=True)
class Attack:
    """is_right: the answers stay right, so that they count. costs_others: other answers may fail through it.

    forged: an expression that takes the place of every function and value that the question asks for.
    """

    code: str
    is_right: bool = False
    costs_others: bool = False
    forged: str = ""

    def replace_functions(self, answer: str) -> str:
        names = sorted(find_names(answer)) if self.forged else []
        return "".join(f"\n{name} = {self.forged}" for name in names)


_EVERYTHING = """
class Everything(float):
    __array_priority__ = 1e9
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __lt__(self, other): return True
    __le__ = __gt__ = __ge__ = __contains__ = __lt__
    __hash__ = float.__hash__
    def __getattr__(self, name): return self
    def __call__(self, *a, **k): return self
    def __getitem__(self, i): return self
    def __len__(self): return 1
    def __sub__(self, other): return 0.0
    __rsub__ = __abs__ = __sub__
"""
_REACH = """
def attempt(action):
    try: return action()
    except BaseException: return None
"""
HOSTILE = {
    "equals everything": Attack(_EVERYTHING, forged="Everything()"),
    "an array that equals everything": Attack(
        "import numpy as np\nclass Same(np.ndarray):\n    def __eq__(self, other): return True\n",
        forged="lambda *a, **k: np.zeros(3).view(Same)",
    ),
    "endless loop": Attack("while True: pass"),
    "endless call": Attack("def loop(*a, **k):\n    while True: pass\n", forged="loop"),
    "exit": Attack("import os\nos._exit(0)"),
    "too much memory": Attack("x = []\nwhile True: x.append(bytearray(10**8))"),
    "enormous answer": Attack("", forged="lambda *a, **k: 'x' * 10**9"),
    "deep answer": Attack(
        "def deep(*a, **k):\n    x = []\n    for _ in range(10**5): x = [x]\n    return x\n", forged="deep"
    ),
    "a reply of its own": Attack("import os\nos.write(3, b'\\0\\0\\0\\1T' * 1000)", costs_others=True),
    "reads the hidden checks": Attack(
        _REACH + "import glob\nfound = [attempt(lambda: open(p).read()) for p in glob.glob('/**/ex_EXERCISE.py', "
        "recursive=True)]\nfrom autograder.checks import ex_EXERCISE\n"
    ),
    "writes everybody's grades": Attack(
        _REACH
        + "import os, glob\nfor p in ['/tmp/grades.csv', *glob.glob('/**/grades.csv'), *glob.glob('/**/*.ipynb')]:\n"
        "    attempt(lambda: open(p, 'w').write('mine,999'))\nANSWER",
        is_right=True,
    ),
    "children": Attack(
        _REACH + "import os, time\nfor _ in range(30):\n    if attempt(os.fork) == 0:\n        time.sleep(99)\nANSWER",
        is_right=True,
        costs_others=True,
    ),
    "patches NumPy": Attack(
        "import numpy as np\nnp.allclose = np.isclose = lambda *a, **k: True\n"
        "np.abs = np.absolute = lambda x: x * 0\nANSWER",
        is_right=True,
        costs_others=True,
    ),
    "busy threads": Attack(
        _REACH + "import threading\ndef spin():\n    while True: pass\n"
        "for _ in range(60): attempt(lambda: threading.Thread(target=spin, daemon=True).start())\nANSWER",
        is_right=True,
        costs_others=True,
    ),
    "memory to the brim": Attack(
        _REACH + "kept = []\nfor _ in range(90): attempt(lambda: kept.append(bytearray(10**7)))\nANSWER",
        is_right=True,
        costs_others=True,
    ),
    "a full disk": Attack(
        _REACH + "for n in range(9): attempt(lambda: open(f'/tmp/{n}', 'wb').write(b'x' * 10**7))\nANSWER",
        is_right=True,
    ),
    "never ready": Attack("import time\ndef nap(*a, **k): time.sleep(10**6)\n", forged="nap"),
    "floods its output": Attack("for _ in range(100): print('x' * 10**6)\nANSWER", is_right=True),
}
