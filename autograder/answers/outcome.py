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
        """The sentence with the values, which may hold braces; a Text among them is said in its language."""
        return Text(*(
            self.say(lang).format(**{k: v.say(lang) if isinstance(v, Text) else v for k, v in values.items()})
            for lang in ("en", "zh")
        ))  # fmt: skip


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
    """The answer was computed and is not right; `relation`: how it hangs together with the right one, name and text."""

    def __init__(self, message: Text, relation=None):
        if relation:
            message = Text(f"{message.en} {relation.text.en}", message.zh + relation.text.zh)
        super().__init__(message)
        self.relation = relation


class Misconception(Exception):
    """The answer is wrong in a way that has a name; its sentence stands in the exercise's table of misconceptions."""

    def __init__(self, name: str):
        super().__init__(name)
        self.name = name


class Unfit:
    """What an answer is that is no plain data; `kind` names its type, "" where it is nested too deep or too large.

    An `expect_…` says which type is wanted in its place. Whatever else a check does with it raises Wrong.
    """

    def __init__(self, kind: str):
        self.kind = kind

    def __repr__(self) -> str:
        return self.kind.replace("`", "'") or "…"

    def describe(self) -> Text:
        """What it is, as the end of a sentence."""
        if not self.kind:
            return Text("something too large, or nested too deep", "过大或嵌套过深的数据")
        return Text(f"an object of type `{self}`", f"类型为 `{self}` 的对象")

    def _refuse(self, *_, **__):
        what = self.describe()
        raise Wrong(
            Text(
                f"Your answer is {what.en}; return numbers, texts, lists, tuples, dictionaries or arrays.",
                f"你的答案是{what.zh}；请返回数、文本、列表、元组、字典或数组。",
            )
        )

    __getitem__ = __iter__ = __len__ = __array__ = __float__ = __bool__ = __abs__ = __neg__ = _refuse
    __lt__ = __le__ = __gt__ = __ge__ = __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _refuse


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
