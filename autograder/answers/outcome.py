"""What a check can find: passed, wrong, not attempted, could not run; and the exceptions by which a check says so."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Text(NamedTuple):
    """A sentence in both languages of the course."""

    en: str
    zh: str

    def say(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en

    def format(self, **values) -> Text:
        return Text(self.en.format(**values), self.zh.format(**values))


class Status(StrEnum):
    PASSED = "passed"
    WRONG = "wrong"
    NOT_ATTEMPTED = "not attempted"
    COULD_NOT_RUN = "could not run"
    ONLY_HERE = "passes here only"  # in the notebook, as long as this kernel lives; not when graded


STATUS_TEXT = {
    Status.PASSED: Text("passed", "通过"),
    Status.WRONG: Text("not yet right", "还不对"),
    Status.NOT_ATTEMPTED: Text("not attempted", "尚未作答"),
    Status.COULD_NOT_RUN: Text("could not run", "无法运行"),
    Status.ONLY_HERE: Text("passes here, but would not when graded", "在这里通过，但评分时不会通过"),
}


@dataclass(frozen=True)
class Outcome:
    """The result of one check; `message` helps the learner on, `misconception` names the mistake where it is known."""

    question: str
    check: str
    status: Status
    points: int
    sentence: Text
    message: Text | None = None
    misconception: str | None = None
    hidden: bool = False

    @property
    def earned(self) -> int:
        return self.points if self.status is Status.PASSED else 0


class CheckFailed(Exception):
    """Base of what a check raises; carries the sentence for the learner."""

    status = Status.WRONG

    def __init__(self, message: Text):
        super().__init__(message.en)
        self.message = message


class Wrong(CheckFailed):
    """The answer was computed and is not right."""


class Misconception(Exception):
    """The answer is wrong in a way that has a name; its sentence stands in the exercise's table of misconceptions."""

    def __init__(self, name: str):
        super().__init__(name)
        self.name = name


class NotAttempted(CheckFailed):
    """The hole is still there."""

    status = Status.NOT_ATTEMPTED

    def __init__(self):
        super().__init__(
            Text(
                "Replace `raise NotImplementedError(…)` (or `...`) by your answer, run that cell, then this one.",
                "请把 `raise NotImplementedError(…)`（或 `...`）换成你的答案，运行那个单元格，再运行本格。",
            )
        )


class CouldNotRun(CheckFailed):
    """The answer did not get as far as a value; the message says what to do. `kind`: its exception's type, if any."""

    status = Status.COULD_NOT_RUN
    kind = ""
