"""The examples in an answer cell's docstrings: calls with literal arguments, the literal result below, judged as such.

    >>> sgd_epoch(X=[[1.0], [2.0]], y=[1.0, 2.0], w=[0.0], alpha=0.1, B=2, order=[1, 0])
    [0.25]

A list of numbers in the call becomes an array, one of lists of equal lengths, too; a tuple stays a tuple, of arrays if
it holds such lists: where a function takes a list of arrays, the call holds a tuple. nan, inf and arithmetic may be
written. Of the result each number holds to the digits written: 0.25 is 0.245 to 0.255, a whole number is itself.
"""

from __future__ import annotations

import ast
import doctest
import math
import reprlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from autograder.answers.answer import Answer
from autograder.answers.outcome import CouldNotRun, Text, Wrong

_SAYS = Text(
    "The example in the docstring, `{call}`, gives `{expected}`; yours gives `{came}`.",
    "文档字符串中的例子 `{call}` 应得 `{expected}`，你的得到 `{came}`。",
)
_STOPS = Text("The example in the docstring, `{call}`: {why}", "文档字符串中的例子 `{call}`：{why}")
_NUMBERS = {"nan": math.nan, "inf": math.inf}
_SLACK = 1e-6  # of a number: what the digits of float32 may be off


@dataclass(frozen=True)
class Example:
    """A call of the answer's function as it stands in its docstring, and what it gives, as a syntax tree."""

    call: str
    function: str
    args: tuple
    kwargs: dict
    expected: str

    @property
    def value(self):
        """What the call gives, as far as its digits tell."""
        return _evaluate(_parse(self.expected))

    def judge(self, answer: Answer) -> None:
        """Raises Wrong, with the call and both results, or what the call raises."""
        shown = {"call": _shorten(self.call, 160), "expected": _shorten(self.expected, 80)}
        try:
            value = answer.call(self.function, *self.args, **self.kwargs)
        except CouldNotRun as error:
            raise CouldNotRun(_STOPS.format(**shown, why=error.message)) from None
        if not _agrees(value, _parse(self.expected), self.expected):
            raise Wrong(_SAYS.format(**shown, came=_shorten(_show(value), 80)))


def find_examples(source: str) -> tuple[Example, ...]:
    """The examples of a cell's functions, in order. Raises ValueError for one that isn't written as above."""
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    parser, found = doctest.DocTestParser(), []
    for function in functions:
        for example in parser.get_examples(ast.get_docstring(function) or ""):
            try:
                found.append(_read(example.source, example.want, function.name))
            except (SyntaxError, ValueError, NameError, TypeError, ArithmeticError) as error:
                raise ValueError(f"{function.name}: {example.source.strip()}: {error}") from None
    return tuple(found)


def _read(source: str, want: str, function: str) -> Example:
    source, expected = (" ".join(line.strip() for line in text.strip().splitlines()) for text in (source, want))
    call = _parse(source)
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == function):
        raise ValueError(f"an example calls {function}(…)")
    if any(keyword.arg is None for keyword in call.keywords):
        raise ValueError("an example names its arguments one by one")
    args = tuple(_to_arrays(_evaluate(node)) for node in call.args)
    kwargs = {keyword.arg: _to_arrays(_evaluate(keyword.value)) for keyword in call.keywords}
    _evaluate(_parse(expected))
    return Example(source, function, args, kwargs, expected)


def _parse(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _evaluate(node: ast.expr):
    """The value of a literal, which may name nan and inf, and reckon; a docstring is ours. Raises NameError."""
    return eval(compile(ast.Expression(node), "<example>", "eval"), {"__builtins__": {}}, _NUMBERS)


def _to_arrays(value):
    if isinstance(value, dict):
        return {key: _to_arrays(one) for key, one in value.items()}
    kinds = set(_list_kinds(value)) if isinstance(value, list) else set()
    if kinds and (kinds == {bool} or kinds <= {int, float}):
        try:
            return np.array(value, dtype=max(kinds, key=[bool, int, float].index))
        except ValueError:  # lists of different lengths
            pass
    return type(value)(map(_to_arrays, value)) if isinstance(value, (list, tuple)) else value


def _list_kinds(value: list) -> Iterator[type]:
    """The types of what the lists within lists hold at last."""
    for item in value:
        yield from _list_kinds(item) if isinstance(item, list) else [type(item)]


def _agrees(value, expected: ast.expr, text: str, in_list: bool = False) -> bool:
    """Whether the value is that of the literal: of its structure, and each number to the digits written.

    A number may be an array or a list of one entry, but not in a list; there a truth value may be 0 or 1.
    """
    value = value.tolist() if isinstance(value, np.ndarray) else value
    if isinstance(expected, (ast.List, ast.Tuple)):
        in_list = in_list or isinstance(expected, ast.List)
        return (
            isinstance(value, (list, tuple))
            and len(value) == len(expected.elts)
            and all(_agrees(one, item, text, in_list) for one, item in zip(value, expected.elts, strict=True))
        )
    if isinstance(expected, ast.Dict):
        entries = {_evaluate(key): node for key, node in zip(expected.keys, expected.values, strict=True)}
        same = isinstance(value, dict) and value.keys() >= entries.keys()
        return same and all(_agrees(value[key], node, text) for key, node in entries.items())
    while isinstance(value, (list, tuple)) and len(value) == 1 and not in_list:
        value = value[0]
    right = _evaluate(expected)
    if right is None or isinstance(right, str):
        return type(value) is type(right) and value == right
    if isinstance(right, bool) or isinstance(value, bool):
        return type(value) in (bool, int, float) and value == right and (in_list or type(value) is type(right))
    return type(value) in (int, float) and _is_near(value, right, ast.get_source_segment(text, expected))


def _is_near(value: int | float, right: int | float, written: str) -> bool:
    """A whole number is equal, but for what float32 may be off; any other within half a unit of its last digit."""
    if not math.isfinite(right) or (type(value) is int and type(right) is int):
        return value == right or (value != value and right != right)
    half = 0.0
    try:
        if type(right) is float:
            half = 0.5 * 10.0 ** Decimal(written.lstrip("+- ")).as_tuple().exponent
    except ArithmeticError:  # reckoned, say 1/3: as near as can be
        pass
    gap = abs(value - right) if abs(value) < 1e300 else math.inf
    return gap <= half * (1 + _SLACK) + _SLACK * max(1, abs(right))


class _Show(reprlib.Repr):
    """repr of plain data, cut where it is long, numbers to six digits."""

    def repr_float(self, value: float, level: int) -> str:
        return f"{value:.6g}"


def _show(value) -> str:
    return _Show().repr(value.tolist() if isinstance(value, np.ndarray) else value)


def _shorten(text: str, length: int) -> str:
    return (text if len(text) <= length else f"{text[: length - 1]}…").replace("`", "'")
