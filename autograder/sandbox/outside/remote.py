"""What a check sees of an answer that lives in a sandbox; the same interface and sentences as Local."""

from __future__ import annotations

from autograder.answers.answer import explain, name_call
from autograder.answers.outcome import CouldNotRun, Text
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

    `stopped` is the error with which the session ended, None as long as it has not.
    """

    def __init__(self, session: Session, seconds: float = 10.0):
        self.session, self.seconds = session, seconds
        self.stopped: Stopped | None = None

    def run_cell(self, source: str, name: str) -> None:
        """Run a cell, called `name`. Raises CouldNotRun (Stopped, where the session ended), NotAttempted."""
        self._explain(name, self.session.run_cell, source, name)

    def call(self, function, *args, **kwargs):
        return self._explain(name_call(function, args), self.session.call, function, args, kwargs)

    def get(self, name: str):
        return self._explain(name, self.session.get, name)

    def _explain(self, name: str, ask, *arguments):
        try:
            happened = ask(*arguments, seconds=self.seconds)
        except SessionEnded as error:
            self.stopped = self.stopped or Stopped(error.reason, name, self.seconds)
            raise self.stopped from None
        return explain(happened, name)
