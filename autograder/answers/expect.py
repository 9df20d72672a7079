"""What checks expect: shape, closeness, equality; each failure is a sentence with what came and what should."""

from __future__ import annotations

import numpy as np

from autograder.answers.outcome import Text, Wrong

_NOTHING = Text("Your function returns None: is the `return` missing?", "你的函数返回了 None：是不是漏了 `return`？")


def as_array(value, what: str = "the answer") -> np.ndarray:
    """A number, (nested) list or array as a float array. Raises Wrong for text, None, ragged lists."""
    try:
        array = np.asarray(value)
        if array.dtype.kind not in "biuf":
            raise TypeError
        return array.astype(np.float64)
    except (TypeError, ValueError):
        kind = type(value).__name__
        raise Wrong(
            _NOTHING
            if value is None
            else Text(
                f"`{what}` should be a number or an array of numbers, not {kind}.",
                f"`{what}` 应为数或数组，而不是 {kind}。",
            )
        ) from None


def expect_shape(value, shape: tuple[int, ...], what: str = "the answer") -> np.ndarray:
    """The array, if it has that shape. Raises Wrong naming both shapes."""
    array = as_array(value, what)
    if array.shape != tuple(shape):
        raise Wrong(
            Text(
                f"`{what}` has shape {array.shape}; it should be {tuple(shape)}.",
                f"`{what}` 的形状是 {array.shape}，应为 {tuple(shape)}。",
            )
        )
    return array


def is_close(value, expected, rtol: float = 1e-5, atol: float = 1e-8) -> bool:
    """Same shape and |value − expected| ≤ atol + rtol·|expected| everywhere; False for NaN. Raises nothing."""
    try:
        array, expected = as_array(value), np.asarray(expected, dtype=np.float64)
    except Wrong:
        return False
    return (
        array.shape == expected.shape
        and bool(np.all(np.isfinite(array) | ~np.isfinite(expected)))
        and np.allclose(array, expected, rtol, atol)
    )


def expect_close(value, expected, rtol: float = 1e-5, atol: float = 1e-8, what: str = "the answer") -> None:
    """|value − expected| ≤ atol + rtol·|expected| in every entry, same shape. Raises Wrong with the worst entry."""
    expected = np.asarray(expected, dtype=np.float64)
    array = expect_shape(value, expected.shape, what)
    if is_close(array, expected, rtol, atol):
        return
    with np.errstate(all="ignore"):
        gap = np.where(np.isfinite(array), np.abs(array - expected), np.inf)
    worst = np.unravel_index(int(np.argmax(gap)), gap.shape)
    at = f"[{', '.join(map(str, worst))}]" if worst else ""
    raise Wrong(
        Text(
            f"`{what}{at}` is {array[worst]:.6g}; it should be {expected[worst]:.6g}.",
            f"`{what}{at}` 是 {array[worst]:.6g}，应为 {expected[worst]:.6g}。",
        )
    )


def expect_equal(value, expected, what: str = "the answer") -> None:
    """Equal number, text, bool, None, or list, tuple or array of these. Raises Wrong with both values."""
    if not _same(value.tolist() if isinstance(value, np.ndarray) else value, expected):
        came, should = _short(value), _short(expected)
        raise Wrong(Text(f"`{what}` is {came}; it should be {should}.", f"`{what}` 是 {came}，应为 {should}。"))


def _same(value, expected) -> bool:
    if isinstance(expected, (list, tuple)):
        return isinstance(value, (list, tuple)) and len(value) == len(expected) and all(map(_same, value, expected))
    if isinstance(expected, (bool, str, type(None))):
        return type(value) is type(expected) and value == expected
    return type(value) in (int, float) and value == expected


def _short(value) -> str:
    text = repr(value)
    return f"`{text if len(text) <= 80 else text[:77] + '…'}`"
