"""What a check sees of an answer that lives in a sandbox; the same interface and sentences as Local."""

from __future__ import annotations

from collections.abc import Callable, Collection

from autograder.answers.answer import explain, name_call
from autograder.answers.outcome import CouldNotRun, Text
from autograder.sandbox.inside.studying import Names
from autograder.sandbox.outside.session import Session, SessionEnded

_WHY = {
    "time": Text(
        "`{name}` took longer than {seconds:g} s: look for a loop that never ends.",
        "`{name}` 运行超过了 {seconds:g} 秒：请检查是否有不会结束的循环。",
    ),
    "session": Text(
        "`{name}` was stopped: all answers together took too long. Look for a loop that never ends.",
        "`{name}` 被中止：所有答案合计用时过长。请检查是否有不会结束的循环。",
    ),
    "memory": Text(
        "`{name}` needed too much memory: look for a list or an array that keeps growing.",
        "`{name}` 占用内存过多：请检查是否有不断增长的列表或数组。",
    ),
    "crash": Text(
        "`{name}` ended the whole Python process: an exit, a crash inside a library, or too much processor time.",
        "`{name}` 使整个 Python 进程结束：可能是退出调用、库内部崩溃，或处理器时间超限。",
    ),
    "forgery": Text(
        "While `{name}` ran, something was written that is not a result; it was refused.",
        "`{name}` 运行时写出了不属于结果的内容，已被拒收。",
    ),
    "closed": Text("`{name}` was not run: its session was closed.", "`{name}` 没有运行：会话已关闭。"),
}


class Stopped(CouldNotRun):
    """The session ended in the middle; `reason` is SessionEnded's. Start another one for what comes next."""

    def __init__(self, reason: str, name: str, seconds: float):
        super().__init__(_WHY[reason].format(name=name, seconds=seconds))
        self.reason = reason


class Remote:
    """The learner's namespace in a session; each cell, call and value has `seconds` of time.

    `stopped` is the error with which the session ended, None as long as it has not. `fresh` begins another like it.
    """

    def __init__(self, session: Session, seconds: float = 10.0, fresh: Callable[[], Remote] | None = None):
        self.session, self.seconds, self._fresh = session, seconds, fresh
        self.stopped: Stopped | None = None

    def study(self, sources: list[str]) -> list[Names | None]:
        """The names of each cell, None where it is no Python. Raises CouldNotRun."""
        found = self._explain("study", self.session.study, sources)
        if type(found) is not list or len(found) != len(sources):
            raise CouldNotRun(_WHY["forgery"].format(name="study"))
        return [Names(*names) if _are_names(names) else None for names in found]

    def rerun_given(self, number: int) -> None:
        """Put back what the given cell of that number defines. Raises Stopped."""
        self._explain("given", self.session.rerun_given, number)

    def run_cell(self, source: str, name: str, blanks: Collection[str] = ()) -> None:
        """Run a cell, called `name`; holes among the names `blanks` replace no answer.

        Raises CouldNotRun (Stopped, where the session ended), NotAttempted.
        """
        self._explain(name, self.session.run_cell, source, name, tuple(blanks))

    def call(self, function, *args, **kwargs):
        return self._explain(name_call(function, args), self.session.call, function, args, kwargs)

    def get(self, name: str):
        return self._explain(name, self.session.get, name)

    def fresh(self) -> Remote:
        if self._fresh is None:
            raise ValueError("this answer knows no program to begin anew")
        return self._fresh()

    def _explain(self, name: str, ask, *arguments):
        try:
            happened = ask(*arguments, seconds=self.seconds)
        except SessionEnded as error:
            self.stopped = self.stopped or Stopped(error.reason, name, self.seconds)
            raise self.stopped from None
        return explain(happened, name)


def _are_names(names) -> bool:
    parts = names if type(names) is list and len(names) == len(Names._fields) else [None]
    return all(type(part) is list and all(type(name) is str for name in part) for part in parts)
