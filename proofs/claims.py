"""Wrong answers and what must catch each, unusual right answers, and mutants that change nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mistake:
    """A wrong answer cell: `check` is the first check that must fail, `says` a misconception or words it says."""

    question: str
    name: str
    check: str
    says: str
    code: str


@dataclass(frozen=True)
class Unusual:
    """A right answer written in an unexpected way: full marks."""

    question: str
    name: str
    code: str


@dataclass(frozen=True)
class Equivalent:
    """Mutants of a question's solution that no check can catch, since they are right answers too; `why` they are.

    changes: as `python -m proofs` prints them, "old line → new line".
    """

    question: str
    why: str
    changes: tuple[str, ...]
