"""What checks expect: shape, closeness, equality; each failure is a sentence with what came and what should."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from autograder.answers.outcome import Text, Unfit, Wrong
from autograder.answers.relations import find_order, find_relation

MAX_ENTRIES = 1 << 23  # of an array that checks calculate with
_NUMBERS = frozenset({bool, int, float})
_NOTHING = Text("Your function returns None: is the `return` missing?", "你的函数返回了 None：是不是漏了 `return`？")
_PARTS = Text("Return {count} values: `return {names}`.", "请返回 {count} 个值：`return {names}`。")
_ENTRIES = Text("Return a dictionary with the keys {keys}.", "请返回一个字典，键为 {keys}。")
_NO_ARRAY = Text(
    "`{what}` should be a number or an array of numbers, not {found}.", "`{what}` 应为数或数组，而不是{found}。"
)
_HOLDS = Text(
    "`{what}` should be an array of numbers; yours holds {found}.", "`{what}` 应为数的数组，而你的含有{found}。"
)
_RAGGED = Text(
    "`{what}` should be an array: its rows have different lengths.", "`{what}` 应为数组，而你的各行长度不同。"
)
_SHAPE = Text("`{what}` has shape {found}; it should be {shape}.", "`{what}` 的形状是 {found}，应为 {shape}。")
_IS = Text("`{what}` is {came}; it should be {should}.", "`{what}` 是 {came}，应为 {should}。")
_HUGE = Text("`{what}` is too large.", "`{what}` 过大。")
_WORDS = {
    type(None): Text("None", " None"),
    str: Text("a text", "文本"),
    bool: Text("a truth value", "布尔值"),
    int: Text("a number", "数"),
    float: Text("a number", "数"),
    list: Text("a list", "列表"),
    tuple: Text("a tuple", "元组"),
    dict: Text("a dictionary", "字典"),
    np.ndarray: Text("an array of complex numbers", "复数数组"),
}


def describe(value) -> Text:
    """What kind of value it is, in a learner's words, as the end of a sentence."""
    return value.describe() if isinstance(value, Unfit) else _WORDS[type(value)]


def as_array(value, what: str = "the answer") -> np.ndarray:
    """A number, (nested) list or array as a float array. Raises Wrong for text, None, ragged lists, too many entries.

    The types are looked at first: of a list with a long text NumPy would make texts, each as long as the longest.
    """
    if value is None:
        raise Wrong(_NOTHING)
    if type(value) is np.ndarray and value.dtype.kind in "biuf" and value.size <= MAX_ENTRIES:
        return value.astype(np.float64)
    for found in _find_others(value):
        raise Wrong((_NO_ARRAY if found is value else _HOLDS).format(what=what, found=describe(found)))
    if _count(value) > MAX_ENTRIES:
        raise Wrong(_HUGE.format(what=what))
    try:
        return np.array(value, dtype=np.float64)
    except (OverflowError, ValueError) as error:
        raise Wrong((_HUGE if isinstance(error, OverflowError) else _RAGGED).format(what=what)) from None


def _find_others(value) -> Iterator:
    """What is no number nor a list or an array of numbers."""
    if isinstance(value, np.ndarray):
        if value.dtype.kind not in "biuf":
            yield value
    elif isinstance(value, (list, tuple)):
        if not set(map(type, value)) <= _NUMBERS:
            for item in value:
                yield from _find_others(item)
    elif type(value) not in _NUMBERS and not isinstance(value, np.number | np.bool_):
        yield value


def _count(value) -> int:
    """The numbers in it."""
    if isinstance(value, (list, tuple)):
        return len(value) if set(map(type, value)) <= _NUMBERS else sum(map(_count, value))
    return value.size if isinstance(value, np.ndarray) else 1


def expect_shape(value, shape: tuple[int, ...], what: str = "the answer") -> np.ndarray:
    """The array, if it has that shape; where it is (), one entry in any shape. Raises Wrong naming both."""
    array = _unwrap(as_array(value, what), tuple(shape))
    if array.shape != tuple(shape):
        raise Wrong(_SHAPE.format(what=what, found=array.shape, shape=tuple(shape)))
    return array


def expect_number(value, what: str = "the answer") -> float:
    """A number, also as an array or list of one entry. Raises Wrong."""
    return float(expect_shape(value, (), what))


def _unwrap(array: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """A number out of an array of one entry, where a number is wanted."""
    return array.reshape(()) if shape == () and array.size == 1 else array


def expect_parts(value, names: str) -> list:
    """As many parts as `names` has, say "loss, gradient", from a tuple, list or array. Raises Wrong."""
    count = len(names.split(", "))
    if isinstance(value, (list, tuple)) or (isinstance(value, np.ndarray) and value.ndim):
        if len(value) == count:
            return list(value)
    raise Wrong(_NOTHING if value is None else _PARTS.format(count=count, names=names))


def expect_numbers(value, names: str) -> list[float]:
    """A number for each of the names, as expect_parts. Raises Wrong."""
    return [expect_number(part, name) for part, name in zip(expect_parts(value, names), names.split(", "), strict=True)]


def expect_entries(value, names: str) -> dict:
    """The entries of a dictionary that has `names`, say "loss, gradient", in this order. Raises Wrong."""
    keys = names.split(", ")
    if type(value) is not dict or not set(keys) <= value.keys():
        raise Wrong(_NOTHING if value is None else _ENTRIES.format(keys=", ".join(f'"{key}"' for key in keys)))
    return {key: value[key] for key in keys}


def is_close(value, expected, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> bool:
    """Same shape and |value − expected| ≤ atol + rtol·|expected| everywhere. Raises nothing.

    Infinity is close to itself alone, and so is nan if `equal_nan`; else it is close to nothing.
    """
    if type(value) is float and isinstance(expected, float):  # as below, for two numbers in a tenth of the time
        near = math.isfinite(expected) and abs(value - expected) <= atol + rtol * abs(expected)
        return bool(near or value == expected or equal_nan and value != value and expected != expected)
    try:
        expected = np.asarray(expected, dtype=np.float64)
        array = _unwrap(as_array(value), expected.shape)
    except Wrong:
        return False
    return array.shape == expected.shape and bool(_find_close(array, expected, rtol, atol, equal_nan).all())


def _find_close(array: np.ndarray, expected: np.ndarray, rtol: float, atol: float, equal_nan: bool) -> np.ndarray:
    """np.isclose of two float arrays of one shape, in a third of its time: one submission takes 500 of them."""
    with np.errstate(all="ignore"):
        close = (abs(array - expected) <= atol + rtol * abs(expected)) & np.isfinite(expected) | (array == expected)
    return close | np.isnan(array) & np.isnan(expected) if equal_nan else close


def expect_close(value, expected, rtol: float = 1e-5, atol: float = 1e-8, what: str = "the answer") -> None:
    """|value − expected| ≤ atol + rtol·|expected| in every entry, same shape; where nan is expected, nan.

    Raises Wrong with the worst entry.
    """
    expected = np.asarray(expected, dtype=np.float64)
    array = _unwrap(as_array(value, what), expected.shape)
    if array.shape != expected.shape:
        text = _SHAPE.format(what=what, found=array.shape, shape=expected.shape)
        raise Wrong(text, find_relation(array, expected))
    close = _find_close(array, expected, rtol, atol, equal_nan=True)
    if close.all():
        return
    with np.errstate(all="ignore"):
        gap = np.abs(array - expected)
    gap = np.where(close, 0, np.where(np.isnan(gap), np.inf, gap))
    worst = np.unravel_index(int(np.argmax(gap)), gap.shape)
    at = f"[{', '.join(map(str, worst))}]" if worst else ""
    shown = {"what": f"{what}{at}", "came": f"{array[worst]:.6g}", "should": f"{expected[worst]:.6g}"}
    raise Wrong(_IS.format(**shown), find_relation(array, expected))


def is_equal(value, expected) -> bool:
    """Equal number, text, bool, None, or list, tuple or array of these; 1 is not True. Raises nothing."""
    value = value.tolist() if isinstance(value, np.ndarray) else value
    if isinstance(expected, (list, tuple)):
        return isinstance(value, (list, tuple)) and len(value) == len(expected) and all(map(is_equal, value, expected))
    if isinstance(expected, (bool, str, type(None))):
        return type(value) is type(expected) and value == expected
    return type(value) in (int, float) and value == expected


def expect_equal(value, expected, what: str = "the answer") -> None:
    """Equal number, text, bool, None, or list, tuple or array of these. Raises Wrong with both values."""
    if not is_equal(value, expected):
        text = _IS.format(what=what, came=_short(value), should=_short(expected))
        raise Wrong(text, find_order(value, expected) or relate_arrays(value, expected))


def relate_arrays(value, expected, slips: bool = False):
    """find_relation, of whatever is an array of numbers."""
    try:
        return find_relation(as_array(value), as_array(expected), slips)
    except Wrong:
        return None


def _short(value) -> str:
    text = repr(value)
    return f"`{text if len(text) <= 80 else text[:77] + '…'}`"
