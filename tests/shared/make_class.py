"""Makes a class: submissions that are right, unusual, wrong, broken and hostile, with the score that each deserves.

python tests/make_class.py 01_backprop FOLDER --count 500 --seed 0    writes them, and expected.csv beside the folder
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if __name__ == "__main__":  # tests have both on their path
    sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "shared")]

from hostile import HOSTILE  # noqa: E402

from autograder.answers.rooms import load_exercise  # noqa: E402
from proofs.cases import load_mistakes, read_cells  # noqa: E402

KINDS = {"right": 35, "unusual": 15, "wrong": 30, "broken": 10, "hostile": 10}  # of a hundred
_NAMES = (
    "Ada Lovelace",
    "李小明",
    "José Núñez",
    "Anna-Lena Öz",
    "O'Brien Siobhán",
    "Nguyễn Thị Hoa",
    "王 芳",
    "Grace Hopper",
)


@dataclass(frozen=True)
class Handed:
    """One file of a class; lowest, highest: points that it deserves, equal where known; status: the record's."""

    file: str
    data: bytes
    kind: str
    what: str
    lowest: int
    highest: int
    status: str = "graded"


def make_class(exercise: str, count: int = 500, seed: int = 0, kinds: dict[str, int] | None = None) -> list[Handed]:
    """`count` submissions of different students, in shares as `kinds` has them; the same for the same seed."""
    rng, maker = random.Random(f"{exercise} {seed}"), Maker(exercise)
    kinds = kinds or KINDS
    chosen = [kind for kind, share in kinds.items() for _ in range(count * share // sum(kinds.values()))]
    chosen += [next(iter(kinds))] * (count - len(chosen))
    rng.shuffle(chosen)
    return [maker.make(kind, _name_file(rng, number, exercise), rng) for number, kind in enumerate(chosen)]


def write_class(handed: list[Handed], folder: Path) -> None:
    """The files into `folder`, and what they deserve into FOLDER.expected.csv."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in handed:
        (folder / one.file).write_bytes(one.data)
    with open(folder.with_name(f"{folder.name}.expected.csv"), "w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["file", "kind", "what", "lowest", "highest", "status"])
        rows.writerows([one.file, one.kind, one.what, one.lowest, one.highest, one.status] for one in handed)


class Maker:
    """Notebooks of one exercise."""

    def __init__(self, name: str):
        self.name, self.exercise, self.known = name, load_exercise(name), load_mistakes(name)
        self.answers = {question: code for question, code in read_cells(name) if question}
        self.holes = {question: code for question, code in read_cells(name, "exercise") if question}
        self.points = {question.id: question.points(hidden=True) for question in self.exercise.questions.values()}
        self.full = sum(self.points.values())

    def make(self, kind: str, file: str, rng: random.Random) -> Handed:
        return getattr(self, f"_make_{kind}")(file, rng)

    def notebook(self, answers: dict[str, str], rng: random.Random) -> dict:
        """The exercise as it was given out, in either language, with these answers in the place of its holes."""
        folder = rng.choice(["exercises", "exercises/zh"])
        notebook = json.loads((ROOT / folder / f"{self.name}.ipynb").read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            if question := cell["metadata"].get("course", {}).get("question"):
                code = answers.get(question, self.holes[question])
                cell["source"] = code if code.lstrip().startswith(f"# {question}") else f"# {question}: mine\n{code}"
        return notebook

    def hand_in(self, file, kind, what, notebook, lowest, highest, status="graded") -> Handed:
        data = notebook if isinstance(notebook, bytes) else json.dumps(notebook, ensure_ascii=False).encode()
        return Handed(file, data, kind, what, lowest, highest, status)

    def _make_right(self, file: str, rng: random.Random) -> Handed:
        return self.hand_in(file, "right", "solution", self.notebook(self.answers, rng), self.full, self.full)

    def _make_unusual(self, file: str, rng: random.Random) -> Handed:
        case = rng.choice(self.known.UNUSUAL)
        notebook = self.notebook({**self.answers, case.question: case.code}, rng)
        return self.hand_in(file, "unusual", f"{case.question} {case.name}", notebook, self.full, self.full)

    def _make_wrong(self, file: str, rng: random.Random) -> Handed:
        """One to three questions wrong: each loses the points of the check that catches it, at most all of its own."""
        cases = {case.question: case for case in rng.sample(self.known.MISTAKES, rng.randint(1, 3))}
        worth = {check.name: check.points for one in self.exercise.questions.values() for check in one.checks}
        lost = sum(worth[case.check] for case in cases.values())
        most = sum(self.points[question] for question in cases)
        notebook = self.notebook({**self.answers, **{case.question: case.code for case in cases.values()}}, rng)
        what = ", ".join(f"{case.question} {case.name}" for case in cases.values())
        return self.hand_in(file, "wrong", what, notebook, self.full - most, self.full - lost)

    def _make_helped(self, file: str, rng: random.Random) -> Handed:
        """Right or wrong, but each answer's function needs one that stands in a cell of the student's own."""
        made = self._make_right(file, rng) if rng.random() < 0.5 else self._make_wrong(file, rng)
        notebook = json.loads(made.data)
        for cell in notebook["cells"]:
            if question := cell["metadata"].get("course", {}).get("question"):
                for name in re.findall(r"^def (\w+)", cell["source"], re.M):
                    cell["source"] += _THROUGH_HELPER.format(name=name, question=question)
        own = {"cell_type": "code", "id": "own", "metadata": {}, "source": _HELPER, "outputs": []}
        notebook["cells"][3:3] = [{**own, "execution_count": None}]
        return self.hand_in(file, "helped", made.what, notebook, made.lowest, made.highest)

    def _make_broken(self, file: str, rng: random.Random) -> Handed:
        what = rng.choice(list(_BROKEN))
        notebook, worth, status = _BROKEN[what](self, rng)
        score = self.full if worth else 0
        return self.hand_in(file, "broken", what, notebook, score, score, status)

    def _make_hostile(self, file: str, rng: random.Random) -> Handed:
        """One answer attacks, the others are right. An attack costs its question, never gains; some cost others."""
        what, question = rng.choice(list(HOSTILE)), rng.choice(list(self.answers))
        attack = HOSTILE[what]
        code = attack.code.replace("ANSWER", self.answers[question]).replace("EXERCISE", self.name)
        code += attack.replace_functions(self.answers[question])
        notebook = self.notebook({**self.answers, question: code}, rng)
        highest = self.full if attack.is_right else self.full - self.points[question]
        lowest = 0 if attack.costs_others else highest
        return self.hand_in(file, "hostile", f"{question} {what}", notebook, lowest, highest)


_HELPER = "def pass_on(function, *arguments, **named):\n    return function(*arguments, **named)\n"
_THROUGH_HELPER = """

{question}_{name} = {name}


def {name}(*arguments, **named):
    return pass_on({question}_{name}, *arguments, **named)
"""


def _cut_off(maker: Maker, rng: random.Random) -> tuple:
    return json.dumps(maker.notebook(maker.answers, rng)).encode()[:-500], False, "unreadable"


def _lose_ids(maker: Maker, rng: random.Random) -> tuple:
    notebook = maker.notebook(maker.answers, rng)
    for cell in notebook["cells"]:
        del cell["id"]
        cell["metadata"] = {}
    return notebook, True, "graded"


def _save_in_colab(maker: Maker, rng: random.Random) -> tuple:
    notebook = maker.notebook(maker.answers, rng)
    for cell in notebook["cells"]:
        cell["metadata"]["id"] = cell.pop("id")
        cell["source"] = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
    return {**notebook, "nbformat_minor": 0, "metadata": {"colab": {"provenance": []}}}, True, "graded"


def _add_cells(maker: Maker, rng: random.Random) -> tuple:
    notebook = maker.notebook(maker.answers, rng)
    extra = {"cell_type": "code", "id": "extra", "metadata": {}, "source": "raise ValueError", "outputs": []}
    notebook["cells"][3:3] = [{**extra, "execution_count": None}]
    return notebook, True, "graded"


_BROKEN: dict[str, Callable[[Maker, random.Random], tuple]] = {  # (notebook or bytes, full marks?, status)
    "no bytes": lambda maker, rng: (b"", False, "empty"),
    "untouched": lambda maker, rng: (maker.notebook({}, rng), False, "empty"),
    "a PDF": lambda maker, rng: (b"%PDF-1.7\n\xff\xfe\x00", False, "unreadable"),
    "cut off": _cut_off,
    "ids lost": _lose_ids,
    "saved in Colab": _save_in_colab,
    "extra cells": _add_cells,
}


def _name_file(rng: random.Random, number: int, exercise: str) -> str:
    """As Moodle, Canvas, Google Classroom or the student would call it; each number another student."""
    name = rng.choice(_NAMES)
    short = "".join(letter for letter in name.lower() if letter.isalnum())
    return rng.choice([
        f"{name}_{10_000 + number}_assignsubmission_file_{exercise}.ipynb",
        f"{short}_{10_000 + number}_{900_000 + number}_{exercise}.ipynb",
        f"{short}_LATE_{10_000 + number}_{900_000 + number}_{exercise}-1.ipynb",
        f"{name} {number} - {exercise}.ipynb",
        f"{short}{number}.ipynb",
    ])  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("exercise")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    write_class(make_class(options.exercise, options.count, options.seed), options.folder)


if __name__ == "__main__":
    main()
