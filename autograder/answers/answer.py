"""What a check sees of an answer: `call` a function and `get` a value by name, here in the learner's own notebook."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from autograder.answers.outcome import CouldNotRun, NotAttempted, Text, Unfit
from autograder.sandbox.inside.calling import call_function, get_value
from autograder.sandbox.inside.message import Learner

__all__ = ["Answer", "Learner", "Local", "explain"]


class Answer(Protocol):
    """The one interface of checks; the notebook offers it as Local, the sandbox as Remote."""

    def call(self, function: str | Any, *args, **kwargs):
        """What the learner's function of that name returns for copies of the arguments, as plain data.

        A driver function (`answers.drivers`) may stand in its place, where a plain call is not enough; it takes
        `Learner("name")` arguments. What is no plain data comes as Unfit. Raises NotAttempted, CouldNotRun.
        """

    def get(self, name: str):
        """The learner's value of that name as plain data. Raises as `call` does."""

    def fresh(self) -> Answer:
        """The same program run anew, in a namespace (in the sandbox: a process) that shares nothing with this one.

        For what is saved in one and resumed in the other. Raises CouldNotRun.
        """


class Local:
    """The learner's own namespace (a dict, usually globals()); `fresh` begins another like it, where that is known."""

    def __init__(self, namespace: dict, fresh: Callable[[], Answer] | None = None):
        self._namespace, self._fresh = namespace, fresh

    def call(self, function, *args, **kwargs):
        return explain(call_function(self._namespace, function, args, kwargs), name_call(function, args))

    def get(self, name: str):
        return explain(get_value(self._namespace, name), name)

    def fresh(self) -> Answer:
        return self._fresh() if self._fresh else Local(dict(self._namespace))


def name_call(function: str | Any, args: tuple) -> str:
    """What a learner calls what is called: their function's name, also where a driver calls it."""
    if isinstance(function, str):
        return function
    return next((one.name for one in args if isinstance(one, Learner)), function.__name__)


def explain(happened: tuple, name: str):
    """The value that `calling` reports for `name`, or Unfit. Raises NotAttempted or CouldNotRun, in a sentence."""
    match happened:
        case ("value", value):
            return value
        case ("blank",):
            raise NotAttempted()
        case ("missing", missing):
            raise CouldNotRun(
                Text(
                    f"`{missing}` is not defined: run the cell that defines it, then this check again.",
                    f"`{missing}` 尚未定义：请先运行定义它的单元格，再运行检查。",
                )
            )
        case ("uncallable", name, kind):
            raise CouldNotRun(
                Text(
                    f"`{name}` is of type `{kind}`, no function: run the cell that defines it again.",
                    f"`{name}` 的类型是 `{kind}`，不是函数：请重新运行定义它的单元格。",
                )
            )
        case ("unfit", kind):
            return Unfit(kind)
        case ("raised", kind, text, line, source):
            error = _describe_stop(name, f"{kind}: {text}".replace("`", "'"), line, source)
            error.kind = kind
            raise error
    raise ValueError(f"{happened[:1]} is nothing that can happen")


_CONFINED = Text(
    " Grading offers one process with threads: no other programs or processes, no sockets (so no asyncio, no workers "
    "of a DataLoader).",
    "评分环境只提供一个可用线程的进程：不能启动其他程序或进程，也没有套接字"
    "（因此没有 asyncio，也没有 DataLoader 的工作进程）。",
)


def _describe_stop(name: str, what: str, line: int, source: str) -> CouldNotRun:
    more = _CONFINED if "[Errno 38]" in what else Text("", "")
    en = f", in line {line} of the cell" + (f": `{source}`" if source else "") if line else ""
    zh = f"（单元格第 {line} 行" + (f"：`{source}`" if source else "") + "）" if line else ""
    return CouldNotRun(
        Text(f"`{name}` stopped with `{what}`{en}.{more.en}", f"`{name}` 运行中断：`{what}`{zh}。{more.zh}")
    )
