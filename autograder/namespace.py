"""What a check sees of an answer: `call` a function and `get` a value by name, here in the learner's own notebook."""

from __future__ import annotations

import copy
import re
import traceback
from dataclasses import dataclass
from typing import Any, Protocol

from autograder.outcome import CouldNotRun, NotAttempted, Text
from autograder.values import to_plain

_HOLE = re.compile(r"^q\d+\w*:")  # a hole raises NotImplementedError("q2: …")


@dataclass(frozen=True)
class Learner:
    """An argument that stands for what the learner called `name`: passed on as it is, never copied or looked into."""

    name: str


class Answer(Protocol):
    """The one interface of checks; the notebook offers it as Local, the sandbox as Remote."""

    def call(self, function: str | Any, *args, **kwargs):
        """What the learner's function of that name returns for copies of the arguments, as plain data.

        A public driver function (from autograder.drivers) may stand in its place, where a plain call is not enough; it
        takes `Learner("name")` arguments. Raises NotAttempted or CouldNotRun.
        """

    def get(self, name: str):
        """The learner's value of that name as plain data. Raises NotAttempted or CouldNotRun."""


class Local:
    """The learner's own namespace (a dict, usually globals())."""

    def __init__(self, namespace: dict):
        self._namespace = namespace

    def call(self, function, *args, **kwargs):
        name = function if isinstance(function, str) else next((a.name for a in args if isinstance(a, Learner)), "?")
        target = self._find(function) if isinstance(function, str) else function
        if not callable(target):
            raise CouldNotRun(
                Text(
                    f"`{name}` is a {type(target).__name__}, not a function: run the cell that defines it again.",
                    f"`{name}` 不是函数（而是 {type(target).__name__}）：请重新运行定义它的单元格。",
                )
            )
        args = [self._pass(argument) for argument in args]
        kwargs = {key: self._pass(argument) for key, argument in kwargs.items()}
        try:
            return to_plain(target(*args, **kwargs))
        except NotImplementedError as error:
            if _HOLE.match(str(error)):
                raise NotAttempted() from None
            raise _explain(error, name) from None
        except RecursionError as error:
            raise _explain(error, name) from None
        except Exception as error:
            if hasattr(error, "message") and isinstance(error.message, Text):
                raise
            raise _explain(error, name) from None

    def get(self, name: str):
        return to_plain(self._find(name))

    def _pass(self, argument):
        if isinstance(argument, Learner):
            return self._find(argument.name)
        return argument if callable(argument) else copy.deepcopy(argument)

    def _find(self, name: str):
        if name not in self._namespace:
            raise CouldNotRun(
                Text(
                    f"`{name}` is not defined: run the cell that defines it, then this check again.",
                    f"`{name}` 尚未定义：请先运行定义它的单元格，再运行检查。",
                )
            )
        if self._namespace[name] is ...:
            raise NotAttempted()
        return self._namespace[name]


def _explain(error: Exception, name: str) -> CouldNotRun:
    """Name, line and text of an exception from the learner's code."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "autograder" not in frame.filename]
    own = [frame for frame in frames if "ipykernel" in frame.filename or frame.filename.startswith("<")]
    at = (own or frames or [None])[0 if not own else -1]
    where = (
        Text(
            f", in line {at.lineno} of the cell" + (f": `{at.line}`" if at.line else ""),
            f"（单元格第 {at.lineno} 行" + (f"：`{at.line}`" if at.line else "") + "）",
        )
        if at
        else Text("", "")
    )
    what = f"{type(error).__name__}: {error}".replace("`", "'")[:300]
    return CouldNotRun(Text(f"`{name}` stopped with `{what}`{where.en}.", f"`{name}` 运行中断：`{what}`{where.zh}。"))
