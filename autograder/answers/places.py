"""Where in an array of the right shape a wrong value goes wrong: by line, by group, at one end, in some places only."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.answers.forms import Relation, are_close, find_close, list_forms, relate


def compare_some(value: np.ndarray, right: np.ndarray) -> Iterator[Relation]:
    """In some places, three different ones at least, each number is in one form, say has the opposite sign."""
    wrong = ~find_close(value, right)
    if wrong.all() or np.unique(right[wrong]).size < 3:
        return
    for made, (name, text) in list_forms(right[wrong]):
        if are_close(value[wrong], made):
            en = f"At {wrong.sum()} of {wrong.size} places {text.en[0].lower()}{text.en[1:-1]}; the others are right."
            zh = f"{wrong.size} 处中有 {wrong.sum()} 处，{text.zh[:-1]}；其余都对。"
            yield relate(f"some-{name}", en, zh)


def compare_lines(value: np.ndarray, right: np.ndarray) -> Iterator[Relation]:
    """Rows, or columns, each with a factor or an offset of its own: shared out, or centred, over another axis."""
    for k in range(right.ndim):
        if right.shape[k] < 2 or right.size < 3 * right.shape[k]:
            continue
        ours, theirs = (np.moveaxis(one, k, 0).reshape(right.shape[k], -1) for one in (right, value))
        largest = np.nanargmax(np.where(np.isfinite(ours), abs(ours), 0), axis=1)[:, None]
        one, other = (np.take_along_axis(lines, largest, axis=1) for lines in (ours, theirs))
        factors, gaps = np.where(one == 0, 1, other / one), other - one
        for own, made, en, zh in ((factors, ours * factors, "times", "乘以"), (gaps, ours + gaps, "plus", "加上")):
            if own.all() and np.isfinite(own).all() and are_close(theirs, made):
                en = f"Along axis {k} yours are the right ones {en} one number, another number for each line."
                yield relate("line-by-line", en, f"沿第 {k} 轴，你的每一条都等于正确值{zh}同一个数，各条不同。")


def compare_groups(value: np.ndarray, right: np.ndarray) -> Iterator[Relation]:
    """One number stands in place of several, say their mean."""
    if np.unique(right).size < 3:
        return  # the mean, sum or maximum of two kinds of numbers may well be one of them
    for axis in (None, *(k for k in range(right.ndim) if 1 < right.shape[k] < right.size)):
        if (find_close(right, right.max(axis, keepdims=True)) | ~np.isfinite(right)).all():
            continue  # so it should be
        where, zh = ("The", "") if axis is None else (f"Along axis {axis} the", f"沿第 {axis} 轴，")
        for make, en, name in ((np.mean, "mean", "平均值"), (np.sum, "sum", "和"), (np.max, "maximum", "最大值")):
            if are_close(value, np.broadcast_to(make(right, axis, keepdims=True), right.shape)):
                en = f"{where} {en} of the right ones stands in place of each."
                yield relate("one-for-all", en, f"{zh}每个位置上都是正确值的{name}。")
        if axis is None or right.shape[axis] < 3 or not np.ptp(value):
            continue
        if are_close(value, np.broadcast_to(value.take([0], axis=axis), value.shape)):
            en = f"Yours are all equal along axis {axis}; they should differ."
            yield relate("equal-along", en, f"你的沿第 {axis} 轴全都相等，应当各不相同。")


def compare_places(value: np.ndarray, right: np.ndarray) -> Iterator[Relation]:
    wrong = ~find_close(value, right)
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


def compare_ranges(value: np.ndarray, right: np.ndarray) -> Iterator[Relation]:
    """What all the right ones have in common and these don't: shares of 1, numbers from 0 to 1, none below 0."""
    if right.size < 3 or not np.isfinite(right).all() or right.min() < 0:
        return
    for k in range(right.ndim) if ((right != 0) & (right != 1)).any() else ():
        if right.shape[k] < 2 or not find_close(right.sum(k), np.ones(1)).all():
            continue
        if not find_close(value.sum(k), np.ones(1)).all():
            others = [j for j in range(right.ndim) if find_close(value.sum(j), np.ones(1)).all()]
            en, zh = (f": they do along axis {others[0]}", f"，而是沿第 {others[0]} 轴") if others else ("", "")
            en = f"Along axis {k} they should add up to 1; yours don't{en}."
            yield relate("no-shares", en, f"沿第 {k} 轴的和应当是 1，你的不是{zh}。")
    if right.size < 8:
        return  # of few, a range says nothing
    low, high = value.min(), value.max()
    if right.max() <= 1 and not (-_ATOL <= low and high <= 1 + _ATOL):
        en = f"All should lie between 0 and 1; yours reach from {low:.4g} to {high:.4g}."
        yield relate("out-of-range", en, f"都应在 0 到 1 之间；你的是从 {low:.4g} 到 {high:.4g}。")
    if low < -_ATOL:
        few = int((value < -_ATOL).sum())
        en = f"None should be negative; {few} of yours {'is' if few == 1 else 'are'}."
        yield relate("negative", en, f"都不应为负；你的有 {few} 个是负的。")


_ATOL = 1e-9
