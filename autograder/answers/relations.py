"""How a wrong value hangs together with the right one: twice as much, transposed, reversed, one short, almost right.

It serves the mistakes that no exercise foresees. What it says is true of the two values, whatever has led there.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from autograder.answers.forms import SLIPS, Relation, are_close, list_forms, relate, say_whose
from autograder.answers.lengths import compare_ends, compare_members, compare_shapes, number_alike
from autograder.answers.places import compare_groups, compare_lines, compare_places, compare_ranges, compare_some

_MOST = 200_000  # entries of an array that is looked at
_STEPS = compare_some, compare_lines, compare_groups, compare_places, compare_ranges


def find_relation(value, right, slips: bool = False) -> Relation | None:
    """The first relation that holds between a wrong array and the right one; None where none does.

    slips: only slips of form such as per cent, for a constant whose right value mustn't be found by trying.
    """
    value, right = np.asarray(value, dtype=np.float64), np.asarray(right, dtype=np.float64)
    if not (value.size and right.size and value.size + right.size <= _MOST and np.isfinite(right).any()):
        return None
    with np.errstate(all="ignore"):
        if are_close(value, right) or slips and value.shape != right.shape:
            return None
        if right.size == 1 and abs(right) < 20 and right == np.round(right):
            return None  # of small whole numbers, every two are related
        if slips:
            return next(_find_slips(value, right), None)
        if value.shape != right.shape:
            return next(compare_shapes(value, right), None)
        steps = _find_holes, _compare_forms, _compare_orders, _compare_factors, *_STEPS, _compare_members
        return next(itertools.chain.from_iterable(step(value, right) for step in steps), None)


def find_order(value, right) -> Relation | None:
    """The same for lists of anything: reversed, in another order, some missing, too many, or twice."""
    if not (isinstance(value, (list, tuple)) and isinstance(right, (list, tuple)) and len(value) + len(right) <= _MOST):
        return None
    value, right = list(value), list(right)
    if len(value) == len(right) > 1:
        if value == right[::-1]:
            return relate("reversed", "Yours stand in reverse order.", "你的顺序颠倒了。")
        if sorted(map(repr, value)) == sorted(map(repr, right)):
            return relate("other-order", "Yours are the right ones, in another order.", "你的都对，只是顺序不对。")
    numbers = {}
    alike = [[numbers.setdefault(repr(one), len(numbers)) for one in listed] for listed in (value, right)]
    return compare_ends(value, right, lambda one, other: one == other) or compare_members(*alike)


def _find_slips(value: np.ndarray, right: np.ndarray) -> Iterator[Relation]:
    """What may be said of a secret: nothing that a junk number, tried, would find."""
    if (abs(right) < 20).all() and (right == np.round(right)).all():
        return
    junk = all(float(f"{one:.0e}") == one for one in value.flat)  # of one digit
    for found in _compare_forms(value, right):
        if found.name in SLIPS and not (junk and found.name in ("power-of-ten", "binary-units")):
            yield found
    yield from _compare_sorted(value, right)


def _find_holes(value: np.ndarray, right: np.ndarray) -> Iterator[Relation]:
    if np.isnan(value).any() and not np.isnan(right).any():
        why = "0/0, ∞ − ∞, or the logarithm of a negative number?", "是 0/0、∞ − ∞，还是对负数取了对数？"
        yield relate("nan-for-a-number", f"Yours holds `nan`: {why[0]}", f"你的结果里有 `nan`：{why[1]}")
    if np.isinf(value).any() and not np.isinf(right).any():
        why = "a division by 0, log 0, or the exponential of a large number?", "是除以 0、log 0，还是对大数取了指数？"
        yield relate("infinity-for-a-number", f"Yours is infinite: {why[0]}", f"你的结果是无穷大：{why[1]}")
    if value.size > 1 and not value.any():
        yield relate("all-zeros", "All of yours are 0.", "你的全是 0。")


def _compare_forms(value: np.ndarray, right: np.ndarray) -> Iterator[Relation]:
    if right.size > 1 and ((right == 0) | (right == 1)).all():  # as truth values
        if are_close(value, 1 - right):
            yield relate("inverted", "Yes and no have changed places everywhere.", "“是”与“否”处处颠倒了。")
        return
    yield from (relation for made, relation in list_forms(right) if are_close(value, made))


def _compare_orders(value: np.ndarray, right: np.ndarray) -> Iterator[Relation]:
    for j, k in itertools.combinations(range(right.ndim), 2):
        if are_close(value, right.swapaxes(j, k)):
            yield relate("transposed", f"Axes {j} and {k} have changed places.", f"第 {j} 轴和第 {k} 轴对调了。")
    for k in range(right.ndim):
        ours, theirs = np.moveaxis(right, k, 0), np.moveaxis(value, k, 0)
        if are_close(theirs, ours[::-1]):
            yield relate("reversed", f"Axis {k} runs backwards in yours.", f"你的第 {k} 轴是倒着的。")
        if len(ours) > 2 and not (ours == ours[:1]).all():
            later = "Yours stand one place {} along axis {}."
            for mine, other, en, zh in (
                (theirs[1:], ours[:-1], "later", "后"),
                (theirs[:-1], ours[1:], "earlier", "前"),
            ):
                if are_close(mine, other):
                    yield relate("one-place-off", later.format(en, k), f"你的沿第 {k} 轴{zh}移了一位。")
        if len(ours) > 1 and are_close(theirs, ours.cumsum(axis=0)):
            yield relate("summed-up", f"Yours are added up along axis {k}.", f"你的沿第 {k} 轴做了累加。")
    yield from _compare_sorted(value, right)


def _compare_sorted(value: np.ndarray, right: np.ndarray) -> Iterator[Relation]:
    if right.size > 1 and are_close(np.sort(value, axis=None), np.sort(right, axis=None)):
        yield relate("other-order", "Yours are the right numbers, at other places.", "数都对，只是位置不对。")


def _compare_factors(value: np.ndarray, right: np.ndarray) -> Iterator[Relation]:
    whose, varied = say_whose(right.size), (right != right.flat[0]).any()
    factors = (value / right)[right != 0]
    if factors.size and are_close(value, c := factors[0] * right) and np.isfinite(factors[0]) and factors[0]:
        c, odd = float(factors[0]), max(abs(factors[0]), abs(1 / factors[0]))
        for n, power in itertools.product(range(3, 65), (1, 0.5) if varied else (0.5,)):
            if abs(odd / (n / (n - 1)) ** power - 1) < 1e-6 and c > 0:
                ratio = f"{n}/{n - 1}" if c > 1 else f"{n - 1}/{n}"
                ratio = ratio if power == 1 else f"√({ratio})"
                en = f"{whose.en} is {ratio} of what it should be: you divide by one more, or one less."
                yield relate("divisor-off-by-one", en, f"{whose.zh}是正确值的 {ratio} 倍：除数差了 1。")
        if varied or odd < 1000 and abs(odd - round(odd)) < 1e-5:
            en = f"{whose.en} is {c:.4g} times what it should be: another number divides or multiplies."
            yield relate("constant-factor", en, f"{whose.zh}是正确值的 {c:.4g} 倍：乘或除的是另一个数。")
    if varied and are_close(value, right + (gap := (value - right).flat[0])):
        en = f"{whose.en} is what it should be plus {gap:.4g}."
        yield relate("constant-offset", en, f"{whose.zh}等于正确值加 {gap:.4g}。")


def _compare_members(value: np.ndarray, right: np.ndarray) -> Iterator[Relation]:
    if value.ndim == 1 and (found := compare_members(*number_alike(value, right))):
        yield found
