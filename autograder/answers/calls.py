"""Calls that promise more than a value: the inputs stay, nothing stops at an edge, small ones go together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import numpy as np

from autograder.answers.answer import Answer, Learner
from autograder.answers.outcome import CouldNotRun, Misconception, Unfit
from autograder.sandbox.inside import drivers


@contextmanager
def keep_inputs(answer: Answer, function: str, *inputs) -> Iterator:
    """`with keep_inputs(answer, "f", x, y) as value:` judge f(x, y) in the block.

    Behind it, if the block found nothing wrong, raises the misconception "changes-its-inputs" where x or y is not what
    it was before the call.
    """
    after = answer.call(drivers.call_and_keep_inputs, Learner(function), *inputs)
    yield after if isinstance(after, Unfit) else after["result"]
    if not all(_alike(now, then) for now, then in zip(after["inputs"], inputs, strict=True)):
        raise Misconception("changes-its-inputs")


def call_each(answer: Answer, function: str, calls: Iterable[tuple]) -> list:
    """What the function returns for each tuple of arguments: one request, where each call alone takes little.

    Raises as `answer.call` does, at the first call that stops.
    """
    calls = list(calls)
    values = answer.call(drivers.call_each, Learner(function), calls)
    if isinstance(values, Unfit):
        return [values] * len(calls)
    if type(values) is not list or len(values) != len(calls):
        raise ValueError("not as many values as calls")
    return values


def call_at_the_edge(answer: Answer, misconception: str, function: str, *inputs):
    """What the function returns where people's functions stop: one that raises there has the misconception.

    "": none, the error goes on. So does that of a function that isn't there, is a hole still, or ends the session.
    """
    try:
        return answer.call(function, *inputs)
    except CouldNotRun as error:
        if misconception and error.kind:
            raise Misconception(misconception) from None
        raise


def _alike(now, then) -> bool:
    """Equal all through, nan to nan; a list may have come back as a tuple."""
    if isinstance(then, dict):
        return isinstance(now, dict) and now.keys() == then.keys() and all(_alike(now[key], then[key]) for key in then)
    if isinstance(then, (list, tuple)):
        return isinstance(now, (list, tuple)) and len(now) == len(then) and all(map(_alike, now, then))
    if isinstance(then, np.ndarray):
        return np.array_equal(now, then, equal_nan=then.dtype.kind == "f")
    return bool(now == then) or (now != now and then != then)
