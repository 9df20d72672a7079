"""Wrong answers with the check and the message that must catch each, and unusual right ones that must pass."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mistake:
    """A wrong answer cell. `check` is the first check that must fail; `says` a misconception's name, or words of the message."""

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
