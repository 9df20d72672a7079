"""How a wrong value hangs together with the right one: twice as much, transposed, reversed, one short, almost right.

It serves the mistakes that no exercise foresees. What it says is true of the two values, whatever has led there.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from autograder.answers.forms import SLIPS, Relation, list_forms, relate, say_whose

_MOST = 200_000  # entries of an array that is looked at
_RTOL, _ATOL = 1e-5, 1e-9


def find_relation(value, right, slips: bool = False) -> Relation | None:
    """The first relation that holds between a wrong array and the right one; None where none does.

    slips: only slips of form such as per cent, for a constant whose right value mustn't be found by trying.
    """
    value, right = np.asarray(value, dtype=np.float64), np.asarray(right, dtype=np.float64)
    if not (value.size and right.size and value.size + right.size <= _MOST and np.isfinite(right).any()):
        return None
    with np.errstate(all="ignore"):
        if _close(value, right) or slips and value.shape != right.shape:
            return None
        if right.size == 1 and abs(right) < 20 and right == np.round(right):
            return None  # of small whole numbers, every two are related
        if slips:
            return next((one for one in _compare_forms(value, right) if one.name in SLIPS), None)
        if value.shape != right.shape:
            return next(_compare_shapes(value, right), None)
        steps = _find_holes, _compare_forms, _compare_orders, _compare_factors, _compare_lines, _compare_places
        return next(itertools.chain.from_iterable(step(value, right) for step in steps), None)


def find_order(value, right) -> Relation | None:
    """The same for lists of anything: reversed, in another order, one short, one too long."""
    if not (isinstance(value, (list, tuple)) and isinstance(right, (list, tuple))):
        return None
    value, right = list(value), list(right)
    if len(value) == len(right) > 1:
        if value == right[::-1]:
            return relate("reversed", "Yours stand in reverse order.", "你的顺序颠倒了。")
        if sorted(map(repr, value)) == sorted(map(repr, right)):
            return relate("other-order", "Yours are the right ones, in another order.", "你的都对，只是顺序不对。")
    return _compare_ends(value, right, lambda one, other: one == other)


def _compare_ends(value, right, same) -> Relation | None:
    for name, short, long, en, zh in (
        ("one-short", value, right, "is missing", "缺了"),
        ("one-too-long", right, value, "is too many", "多了"),
    ):
        if len(short) and len(short) + 1 == len(long):
            for rest, end, chinese in ((long[:-1], "last", "最后"), (long[1:], "first", "第")):
                if same(short, rest):
                    return relate(name, f"The {end} one {en}.", f"{zh}{chinese}一个。")
    return None


def _close(value: np.ndarray, recipe: np.ndarray) -> bool:
    return value.shape == recipe.shape and bool(np.isclose(value, recipe, _RTOL, _ATOL, equal_nan=True).all())


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
        if _close(value, 1 - right):
            yield relate("inverted", "Yes and no have changed places everywhere.", "“是”与“否”处处颠倒了。")
        return
    yield from (relation for made, relation in list_forms(right) if _close(value, made))


def _compare_orders(value: np.ndarray, right: np.ndarray) -> Iterator[Relation]:
    for j, k in itertools.combinations(range(right.ndim), 2):
        if _close(value, right.swapaxes(j, k)):
            yield relate("transposed", f"Axes {j} and {k} have changed places.", f"第 {j} 轴和第 {k} 轴对调了。")
    for k in range(right.ndim):
        ours, theirs = np.moveaxis(right, k, 0), np.moveaxis(value, k, 0)
        if _close(theirs, ours[::-1]):
            yield relate("reversed", f"Axis {k} runs backwards in yours.", f"你的第 {k} 轴是倒着的。")
        if len(ours) > 2 and not (ours == ours[:1]).all():
            later = "Yours stand one place {} along axis {}."
            for mine, other, en, zh in (
                (theirs[1:], ours[:-1], "later", "后"),
                (theirs[:-1], ours[1:], "earlier", "前"),
            ):
                if _close(mine, other):
                    yield relate("one-place-off", later.format(en, k), f"你的沿第 {k} 轴{zh}移了一位。")
        if len(ours) > 1 and _close(theirs, ours.cumsum(axis=0)):
            yield relate("summed-up", f"Yours are added up along axis {k}.", f"你的沿第 {k} 轴做了累加。")
    if right.size > 1 and _close(np.sort(value, axis=None), np.sort(right, axis=None)):
        yield relate("other-order", "Yours are the right numbers, at other places.", "数都对，只是位置不对。")


def _compare_factors(value: np.ndarray, right: np.ndarray) -> Iterator[Relation]:
    whose, varied = say_whose(right.size), (right != right.flat[0]).any()
    factors = (value / right)[right != 0]
    if factors.size and _close(value, c := factors[0] * right) and np.isfinite(factors[0]) and factors[0]:
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
    if varied and _close(value, right + (gap := (value - right).flat[0])):
        en = f"{whose.en} is what it should be plus {gap:.4g}."
        yield relate("constant-offset", en, f"{whose.zh}等于正确值加 {gap:.4g}。")


def _compare_lines(value: np.ndarray, right: np.ndarray) -> Iterator[Relation]:
    """Rows, or columns, each with a factor or an offset of its own: shared out, or centred, over another axis."""
    for k in range(right.ndim):
        if right.shape[k] < 2 or right.size < 3 * right.shape[k]:
            continue
        for made, en, zh in ((value / right, "times", "乘以"), (value - right, "plus", "加上")):
            first = made.take([0], axis=k)
            if np.isfinite(made).all() and made.all() and _close(made, np.broadcast_to(first, made.shape)):
                en = f"Along axis {k} yours are the right ones {en} one number, another number for each line."
                yield relate("line-by-line", en, f"沿第 {k} 轴，你的每一条都等于正确值{zh}同一个数，各条不同。")


def _compare_places(value: np.ndarray, right: np.ndarray) -> Iterator[Relation]:
    wrong = ~np.isclose(value, right, _RTOL, _ATOL, equal_nan=True)
    for k in range(right.ndim):
        lines = np.moveaxis(wrong, k, 0).reshape(right.shape[k], -1).any(axis=1)
        if len(lines) > 2 and lines.sum() == 1 and lines[0] != lines[-1]:
            end, zh = ("first", "第一") if lines[0] else ("last", "最后一")
            en = f"Yours is wrong only at the {end} place of axis {k}."
            yield relate(f"only-the-{end}", en, f"你的只有第 {k} 轴的{zh}个位置不对。")
        first = int(lines.argmax())
        if 1 < first < len(lines) - 1 and lines[first:].all():
            en = f"Along axis {k} yours is right before place {first} and wrong from there on: what comes in there?"
            zh = f"沿第 {k} 轴，位置 {first} 之前都对，从那里起都不对：那里发生了什么？"
            yield relate("wrong-from-there-on", en, zh)
        last = len(lines) - 1 - int(lines[::-1].argmax())
        if 0 < first < last < len(lines) - 1 and lines[first : last + 1].all():
            en = f"Along axis {k} yours is right at both ends, and wrong from place {first} to {last}: another curve?"
            yield relate("wrong-in-between", en, f"沿第 {k} 轴两端都对，位置 {first} 到 {last} 不对：是另一条曲线？")
    if right.size > 2 and (value == value.flat[0]).all():
        yield relate("all-equal", "All of yours are equal.", "你的全都相等。")
    if right.size > 1 and (right[wrong] == 0).all():
        yield relate("not-zero", "Yours is wrong only where 0 should stand.", "你的结果只在应为 0 的位置出错。")
    if right.size > 1 and (value[wrong] == 0).all():
        yield relate("zero-instead", "Where yours is wrong, it is 0.", "你的结果出错之处都是 0。")
    most = 0.01 if right.size > 2 else 0.001
    if (abs(value - right) <= most * abs(right)).all():
        en = f"Yours is off by less than {most:.1%}: rounded on the way, or a small constant too many?"
        yield relate("nearly-right", en, f"误差不到 {most:.1%}：是中途取了整，还是多了一个小常数？")


def _compare_shapes(value: np.ndarray, right: np.ndarray) -> Iterator[Relation]:
    if value.ndim == right.ndim > 1 and sorted(value.shape) == sorted(right.shape):
        yield relate("axes-exchanged", "Axes have changed places.", "轴的顺序不对。")
    if right.size > 1 and _close(value.ravel(), right.ravel()):
        en, zh = "The numbers are right; only their shape is not", "数都对，只是形状不对"
        if value.squeeze().shape == right.squeeze().shape:
            more = value.ndim > right.ndim
            en += f": an axis of length 1 {'is too many' if more else 'is missing'}"
            zh += f"：{'多' if more else '缺'}了一个长度为 1 的轴"
        yield relate("another-shape", f"{en}.", f"{zh}。")
    if value.ndim == right.ndim == 1 and (found := _compare_ends(value, right, _close)):
        yield found
    yield from _compare_lengths(value, right)
    for make, en, zh in ((np.mean, "mean", "平均"), (np.sum, "sum", "求和")):
        axes = [None, *range(value.ndim)] if right.ndim < value.ndim else []
        if any(_close(np.asarray(make(value, axis=axis)), right) for axis in axes):
            yield relate(f"{en}-forgotten", f"The {en} is missing.", f"少了{zh}。")


def _compare_lengths(value: np.ndarray, right: np.ndarray) -> Iterator[Relation]:
    """Some at an end of an axis are missing, or too many; the others are right."""
    axes = [k for k in range(right.ndim) if value.ndim == right.ndim and value.shape[k] != right.shape[k]]
    for k in axes if len(axes) == 1 else ():
        gap, count = right.shape[k] - value.shape[k], min(value.shape[k], right.shape[k])
        for end, en, zh in ((slice(count), "last", "最后"), (slice(-count, None), "first", "最前")):
            ours, theirs = (np.moveaxis(one, k, 0)[end] for one in (right, value))
            if _close(theirs, ours):
                name, what, was = ("ends-early", "missing", "缺了") if gap > 0 else ("too-long", "too many", "多了")
                en = f"Along axis {k} the {en} {abs(gap)} are {what}; the others are right."
                yield relate(name, en, f"沿第 {k} 轴{was}{zh} {abs(gap)} 个，其余都对。")
