"""The benchmark of grading (`make bench`): throughput, start, memory, with the sandbox on; fails below the targets.

Start: from the command to the first result. Throughput: the results after the first, by the time that they took.
Memory: the proportional share (PSS) of every process that grading runs, sampled; the largest sum.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "shared")]

from make_class import Handed, Maker, make_class  # noqa: E402

from autograder.grading.lanes import grade_locally  # noqa: E402
from autograder.grading.setting import Setting  # noqa: E402

TARGETS = {"NumPy": 10.0, "PyTorch": 8.0}  # submissions a second; two quiet cores grade 12 and 11, we want 20
MOST_SECONDS, MOST_BYTES = 10.0, 2_000_000_000
_KINDS = {"right": 50, "wrong": 50}  # of a class that can be compared: nobody loops or breaks
_PSS = re.compile(rb"^Pss:\s+(\d+) kB", re.M)


@dataclass
class Figures:
    """What one run took."""

    name: str
    submissions: int
    start: float  # s
    rate: float  # submissions a second
    memory: int  # bytes
    wrong_scores: int

    def list_failures(self) -> list[str]:
        failures = [(self.rate < TARGETS[self.name], f"{self.rate:.1f} submissions/s are under {TARGETS[self.name]:g}"),
                    (self.start > MOST_SECONDS, f"a start of {self.start:.1f} s is over {MOST_SECONDS:g}"),
                    (self.memory > MOST_BYTES, f"{self.memory / 1e9:.2f} GB are over {MOST_BYTES / 1e9:g}"),
                    (self.wrong_scores > 0, f"{self.wrong_scores} scores are not what they should be")]  # fmt: skip
        return [f"{self.name}: {what}" for failed, what in failures if failed]


def main() -> int:
    """Print the table; 1 if a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--count", type=int, default=100, help="submissions of each kind")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    classes = {"NumPy": ("01_backprop", make_numpy_class(options.count)),
               "PyTorch": ("02_sgd", make_torch_class(options.count))}  # fmt: skip
    print(f"{'':8} {'count':>6} {'start':>8} {'a second':>9} {'memory':>9}   ({options.jobs} processes, sandbox on)")
    failures = []
    for name, (exercise, handed) in classes.items():
        figures = measure(name, exercise, handed, options.jobs)
        failures += figures.list_failures()
        print(f"{name:8} {figures.submissions:6} {figures.start:6.1f} s {figures.rate:9.1f} "
              f"{figures.memory / 1e9:6.2f} GB", flush=True)  # fmt: skip
    print("\n".join(failures) or "All targets are met.")
    return 1 if failures else 0


def make_numpy_class(count: int) -> list[Handed]:
    """Right and wrong answers, none of which imports a framework."""
    handed = make_class("01_backprop", 2 * count, kinds=_KINDS)
    return [one for one in handed if b"import torch" not in one.data][:count]


def make_torch_class(count: int) -> list[Handed]:
    """Answers of 02_sgd in PyTorch, four questions each, a cell of its own for each student."""
    maker, rng = Maker("02_sgd"), random.Random(0)
    answers = dict(maker.answers)
    answers |= {case.question: case.code for case in maker.known.UNUSUAL if "import torch" in case.code}
    named = {question: f"{code}\n# student NUMBER" for question, code in answers.items()}
    made = []
    for number in range(count):
        own = {question: code.replace("NUMBER", str(number)) for question, code in named.items()}
        made.append(maker.hand_in(f"{number}.ipynb", "torch", "", maker.notebook(own, rng), maker.full, maker.full))
    return made


def measure(name: str, exercise: str, handed: list[Handed], jobs: int) -> Figures:
    """Grade the class once."""
    memory, end = [0], threading.Event()

    def watch():
        while not end.wait(0.25):
            memory[0] = max(memory[0], sum(map(read_pss, list_processes(os.getpid()))))

    watcher = threading.Thread(target=watch)
    watcher.start()
    tasks, wrong, first = {str(number): one for number, one in enumerate(handed)}, 0, None
    begun = time.perf_counter()
    try:
        for key, record in grade_locally(((key, one.data) for key, one in tasks.items()), Setting(exercise), jobs):
            first = first or time.perf_counter()
            wrong += not tasks[key].lowest <= record.score <= tasks[key].highest
        done = time.perf_counter()
    finally:
        end.set()
        watcher.join()
    return Figures(name, len(handed), first - begun, (len(handed) - 1) / (done - first), memory[0], wrong)


def list_processes(root: int) -> list[int]:
    """The process and all below it."""
    found = [root]
    for pid in found:  # grows while we walk along it
        try:
            for thread in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{thread}/children") as file:
                    found += map(int, file.read().split())
        except OSError:
            continue
    return found


def read_pss(pid: int) -> int:
    """Bytes: its own, and its share of what it shares; 0 once it has ended."""
    try:
        return sum(int(match[1]) << 10 for match in _PSS.finditer(Path(f"/proc/{pid}/smaps_rollup").read_bytes()))
    except OSError:
        return 0


if __name__ == "__main__":
    sys.exit(main())
