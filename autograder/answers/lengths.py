"""How a wrong value of another length or shape hangs together with the right one: some missing, too many, or twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from autograder.answers.forms import Relation, are_close, relate
from autograder.answers.outcome import Text


def compare_ends(value, right, same: Callable[[object, object], bool]) -> Relation | None:
    """Some at the end, or at the beginning, are missing or too many; `same` compares what is left."""
    short, long = (value, right) if len(value) < len(right) else (right, value)
    gap = len(long) - len(short)
    if gap and len(short) >= min(gap, 2):
        for rest, first in ((long[:-gap], False), (long[gap:], True)):
            if same(short, rest):
                return _relate_end(gap, first, lacks=len(value) < len(right))
    return None


def compare_members(value: Sequence, right: Sequence) -> Relation | None:
    """Of right ones that all differ, some are missing, or stand there twice; or others stand between them."""
    known, held = {one: place for place, one in enumerate(right)}, set(value)
    if len(known) < len(right) or len(right) < 3 or len(value) < 2:
        return None
    lacking, extra = [one for one in right if one not in held], [one for one in value if one not in known]
    twice = len(held) < len(value)
    once = [known[one] for one in value if one in known]
    if twice and not extra and len(held) > 1:
        few = len(lacking)
        more = f", and {'one is' if few == 1 else f'{few} are'} missing" if few else ""
        zh = f"有的重复出现{f'，并缺了 {few} 个' if few else ''}。"
        return relate("some-twice", f"Some of the right ones stand there more than once{more}.", zh)
    if twice or once != sorted(once):
        return None
    if lacking and not extra:
        return relate("some-missing", *_say_count(len(lacking), "missing", "缺了", known[lacking[0]]))
    if extra and not lacking:
        return relate("some-too-many", *_say_count(len(extra), "too many", "多了", list(value).index(extra[0])))
    return None


def compare_shapes(value: np.ndarray, right: np.ndarray) -> Iterator[Relation]:
    """Relations of two arrays of different shapes."""
    if value.ndim == right.ndim > 1 and sorted(value.shape) == sorted(right.shape):
        yield relate("axes-exchanged", "Axes have changed places.", "轴的顺序不对。")
    if right.size > 1 and are_close(value.ravel(), right.ravel()):
        en, zh = "The numbers are right; only their shape is not", "数都对，只是形状不对"
        if value.squeeze().shape == right.squeeze().shape:
            more = value.ndim > right.ndim
            en += f": an axis of length 1 {'is too many' if more else 'is missing'}"
            zh += f"：{'多' if more else '缺'}了一个长度为 1 的轴"
        yield relate("another-shape", f"{en}.", f"{zh}。")
    if value.ndim == right.ndim == 1:
        found = compare_ends(value, right, are_close) or compare_members(*number_alike(value, right))
        yield from [found] if found else []
    yield from _compare_lengths(value, right)
    for make, en, zh in ((np.mean, "mean", "平均"), (np.sum, "sum", "求和")):
        axes = [None, *range(value.ndim)] if right.ndim < value.ndim else []
        if any(are_close(np.asarray(make(value, axis=axis)), right) for axis in axes):
            yield relate(f"{en}-forgotten", f"The {en} is missing.", f"少了{zh}。")


def number_alike(value: np.ndarray, right: np.ndarray) -> tuple[list[int], list[int]]:
    """A whole number for each entry of two vectors; the same for two entries that are close."""
    order = np.argsort(np.concatenate([right, value]), kind="stable")
    sorted_ones, numbers = np.concatenate([right, value])[order], np.empty(len(order), dtype=int)
    near = np.isclose(sorted_ones[1:], sorted_ones[:-1], 1e-5, 1e-9, equal_nan=True)
    numbers[order] = np.cumsum([0, *~near])
    return numbers[len(right) :].tolist(), numbers[: len(right)].tolist()


def _compare_lengths(value: np.ndarray, right: np.ndarray) -> Iterator[Relation]:
    """Some at an end of an axis are missing, or too many; the others are right."""
    axes = [k for k in range(right.ndim) if value.ndim == right.ndim and value.shape[k] != right.shape[k]]
    for k in axes if len(axes) == 1 else ():
        gap, count = right.shape[k] - value.shape[k], min(value.shape[k], right.shape[k])
        for end in (slice(count), slice(-count, None)):
            ours, theirs = (np.moveaxis(one, k, 0)[end] for one in (right, value))
            if are_close(theirs, ours):
                yield _relate_end(abs(gap), end.start is not None, gap > 0, k)


def _relate_end(count: int, first: bool, lacks: bool, axis: int | None = None) -> Relation:
    """That so many are missing, or too many, at an end."""
    name = ("one-short" if lacks else "one-too-long") if axis is None and count == 1 else ""
    name = name or ("ends-early" if lacks else "too-long")
    end, chinese = ("first", "最前") if first else ("last", "最后")
    en = f"the {end} {'one is' if count == 1 else f'{count} are'} {'missing' if lacks else 'too many'}"
    zh = f"{'缺' if lacks else '多'}了{chinese}{'一' if count == 1 else f' {count} '}个"
    if axis is None:
        return relate(name, f"{en.capitalize()}.", f"{zh}。")
    return relate(name, f"Along axis {axis} {en}; the others are right.", f"沿第 {axis} 轴{zh}，其余都对。")


def _say_count(count: int, what: str, zh: str, place: int) -> Text:
    if count == 1:
        return Text(f"One is {what}, at place {place}; the others are right.", f"位置 {place} {zh}一个，其余都对。")
    return Text(
        f"{count} are {what}, the first at place {place}; the others are right.",
        f"{zh} {count} 个，第一个在位置 {place}；其余都对。",
    )
