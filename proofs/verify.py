"""`python -m proofs`: proves each exercise's checks on right, unusual, wrong and mutated answers."""

from __future__ import annotations

import multiprocessing
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from tqdm import tqdm

from autograder.answers.rooms import list_exercises, load_exercise
from autograder.command_line import Parser
from autograder.sandbox.outside.errors import SandboxUnavailable
from autograder.sandbox.outside.sandbox import find_launcher
from course_data.machine import count_cores
from proofs.cases import SEEDS, list_cases, load_mistakes, read_cells
from proofs.jury import Jury, Task
from proofs.mutants import make_mutants

_HEADS = ("exercise", "", "wrong", "unusual", "mutants", "caught", "equivalent", "survive", "score")
_QUICK = 12  # mutants of a question


@dataclass
class Report:
    """What was found of one exercise: faults in sentences, survivors as diffs, and counts by (question, what)."""

    name: str
    faults: list[str] = field(default_factory=list)
    survivors: list[str] = field(default_factory=list)
    counts: Counter = field(default_factory=Counter)

    def score(self, question: str) -> float:
        """The share of the question's mutants, equivalent ones apart, that a check catches."""
        of_question = {what: self.counts[question, what] for what in ("mutants", "caught", "equivalent")}
        return of_question["caught"] / max(1, of_question["mutants"] - of_question["equivalent"])


def main(arguments: list[str]) -> int:
    """0 if all holds, 1 if a proof fails or a mutant survives that is not listed as equivalent, 2 if it cannot run."""
    parser = Parser(prog="python -m proofs", description=__doc__)
    parser.add_argument("exercises", nargs="*", metavar="EXERCISE", help="01_backprop …; all if none is named")
    parser.add_argument("--jobs", type=int, default=count_cores(), metavar="N", help="processes (all cores)")
    parser.add_argument("--quick", action="store_true", help=f"one seed, and {_QUICK} mutants of each question")
    parser.add_argument("--right", type=int, metavar="N", help="right answers alone, each with N seeds")
    options = parser.parse_args(arguments)
    try:
        for name in options.exercises:
            load_exercise(name)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    names = options.exercises or list_exercises()
    reports = verify_exercises(names, max(1, options.jobs), options.quick, options.right)
    for report in reports:
        print(*(f"\n{report.name} {text}" for text in [*report.survivors, *report.faults]), sep="\n", end="")
    print(f"\n\n{format_table(reports)}\n")
    faults, survivors = (
        sum(map(len, lists)) for lists in zip(*((r.faults, r.survivors) for r in reports), strict=True)
    )
    print("Everything holds." if not faults + survivors else f"{faults} faults, {survivors} mutants survive.")
    return 1 if faults + survivors else 0


def verify_exercises(names: list[str], jobs: int = 1, quick: bool = False, right: int | None = None) -> list[Report]:
    """A report of each exercise, the same whatever `jobs`: each answer is judged alone, results are kept in order."""
    try:
        launcher = find_launcher()
    except SandboxUnavailable:
        launcher = None
        print("No sandbox: the course's own answers and their mutants run in this process's children.", file=sys.stderr)
    tasks = [task for name in names for task in list_tasks(name, quick, right)]
    reports = {name: Report(name) for name in names}
    for task, verdict in zip(tasks, _judge_all(tasks, launcher, jobs), strict=True):
        _enter(reports[task.exercise], task, verdict)
    for report in reports.values():
        _compare_equivalents(report, quick or right)
    return list(reports.values())


def list_tasks(name: str, quick: bool = False, right: int | None = None) -> list[Task]:
    """All cases of an exercise, then the mutants of each question's solution; or its right answers, with many seeds."""
    if right:
        cases = [case for case in list_cases(name) if case.kind in ("solution", "unusual")]
        return [Task(name, case.question, tuple(range(1, right + 1)), case=case) for case in cases]
    seeds = SEEDS[:1] if quick else SEEDS
    tasks = [Task(name, case.question, seeds, case=case) for case in list_cases(name)]
    for question, code in read_cells(name):
        if question:
            mutants = make_mutants(code)
            step = max(1, len(mutants) // _QUICK) if quick else 1
            tasks += [Task(name, question, seeds, mutant=mutant) for mutant in mutants[::step]]
    return tasks


def format_table(reports: list[Report]) -> str:
    """The counts of each question, and its mutation score."""
    rows = [_HEADS]
    for report in reports:
        for question in load_exercise(report.name).questions:
            counts = [report.counts[question, what] for what in ("mistake", "unusual", *_HEADS[4:8])]
            rows.append((report.name, question, *map(str, counts), f"{report.score(question):.1%}"))
    widths = [max(len(row[i]) for row in rows) for i in range(len(_HEADS))]
    return "\n".join("  ".join(f"{text:>{width}}" for text, width in zip(row, widths, strict=True)) for row in rows)


def _judge_all(tasks: list[Task], launcher, jobs: int) -> Iterator:
    bar = {"total": len(tasks), "unit": " answers", "disable": None}
    if jobs == 1:
        with Jury(launcher) as jury:
            yield from tqdm(map(jury.judge, tasks), **bar)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context, _start_jury, (launcher,)) as pool:
        yield from tqdm(pool.map(_judge, tasks, chunksize=4), **bar)


_jury: list[Jury] = []  # of this process, in the pool


def _start_jury(launcher) -> None:
    _jury.append(Jury(launcher).__enter__())


def _judge(task: Task):
    return _jury[0].judge(task)


def _enter(report: Report, task: Task, verdict: str | list[bool]) -> None:
    """verdict: of a case, what is wrong with it; of a mutant, whether it was caught with each seed."""
    if task.case:
        report.counts[task.question, task.case.kind] += 1
        if verdict:
            label = " ".join(filter(None, (task.question, task.case.kind, task.case.name)))
            report.faults.append(f"{label}: {verdict}")
        return
    mutant, counts = task.mutant, report.counts
    counts[task.question, "mutants"] += 1
    reasons = _list_equivalents(report.name, task.question)
    if all(verdict):
        counts[task.question, "caught"] += 1
        if mutant.change in reasons:
            report.faults.append(f"{task.question}: listed as equivalent, but a check catches it: {mutant.change}")
    elif mutant.change in reasons:
        counts[task.question, "equivalent"] += 1
    else:
        counts[task.question, "survive"] += 1
        how = "is caught with some seeds only" if any(verdict) else "survives every check"
        report.survivors.append(f"{task.question}: this mutant ({mutant.rule}) {how}\n{mutant.diff()}")


def _list_equivalents(name: str, question: str) -> dict[str, str]:
    """Change -> why it changes nothing, as mistakes.py lists them."""
    listed = getattr(load_mistakes(name), "EQUIVALENT", [])
    return {change: one.why for one in listed if one.question == question for change in one.changes}


def _compare_equivalents(report: Report, quick: bool) -> None:
    for question, code in () if quick else read_cells(report.name):
        made = {mutant.change for mutant in make_mutants(code)} if question else set()
        stale = [change for change in _list_equivalents(report.name, question or "") if change not in made]
        report.faults += [f"{question}: listed as equivalent, but no such mutant is made: {one}" for one in stale]
