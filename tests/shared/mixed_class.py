"""Whether hostile submissions cost honest ones anything: a class graded with them, and without.

python tests/shared/mixed_class.py 01_backprop --count 500 --jobs 2    grades both, says what differs and the seconds
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if __name__ == "__main__":  # tests have both on their path
    sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "shared")]

from make_class import Handed, make_class  # noqa: E402

from autograder.grading.lanes import grade_locally  # noqa: E402
from autograder.grading.setting import Setting  # noqa: E402
from autograder.results.record import Record  # noqa: E402

KINDS = {"right": 25, "hostile": 20, "helped": 20, "unusual": 10, "wrong": 20, "broken": 5}  # of a hundred


@dataclass(frozen=True)
class Comparison:
    """Seconds that the class took with the hostile ones and without, and a line for each thing that is not right."""

    with_hostile: float
    without: float
    faults: list[str]


def compare(exercise: str, count: int, jobs: int = 2, seed: int = 0, timeout: float = 2.0) -> Comparison:
    """Grade a class in which every fifth is hostile and every fifth has a helper cell, then its honest ones alone."""
    handed = make_class(exercise, count, seed, KINDS)
    honest = [one for one in handed if one.kind != "hostile"]
    setting = Setting(exercise, timeout=timeout, total=30.0)
    (records, mixed), (alone, quiet) = (_grade(some, setting, jobs) for some in (handed, honest))
    faults = [
        _say(one, records[one.file], "is outside of what it deserves")
        for one in handed
        if not one.lowest <= records[one.file].score <= one.highest or records[one.file].status != one.status
    ]
    faults += [_say(one, records[one.file], f"alone: {alone[one.file].score}") for one in honest
               if replace(records[one.file], seconds=0) != replace(alone[one.file], seconds=0)]  # fmt: skip
    return Comparison(mixed, quiet, faults)


def _grade(handed: list[Handed], setting: Setting, jobs: int) -> tuple[dict[str, Record], float]:
    begun = time.perf_counter()
    records = dict(grade_locally(((one.file, one.data) for one in handed), setting, jobs))
    return records, time.perf_counter() - begun


def _say(one: Handed, record: Record, what: str) -> str:
    return f"{one.kind} ({one.what}) in {one.file}: {record.score} of {one.lowest}..{one.highest}, {what}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("exercise")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    found = compare(options.exercise, options.count, options.jobs, options.seed)
    print(*found.faults, sep="\n")
    print(f"{options.count} in {found.with_hostile:.0f} s, without the hostile ones {found.without:.0f} s; "
          f"{len(found.faults)} faults")  # fmt: skip
    return min(1, len(found.faults))


if __name__ == "__main__":
    sys.exit(main())
