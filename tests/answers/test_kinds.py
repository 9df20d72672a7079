"""The right answers, in every type that means the same, pass every check of every exercise."""

import collections
import types
from fractions import Fraction

import junk
import numpy as np
import pandas as pd
import pytest
import torch

from autograder.answers.answer import Local
from autograder.answers.marking import run_check
from autograder.answers.outcome import Status
from autograder.answers.rooms import list_exercises, load_exercise

ASKS_FOR_MORE = [("05_keras_mnist", f"q{n}") for n in (1, 3, 4, 5)]  # a dtype, a model, an order in memory, a state
QUESTIONS = [(name, question) for name in list_exercises() for question in load_exercise(name).questions]


def _is_array(value) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind in "biuf"


def _to_libraries(value):
    """Tensors that keep a gradient, fractions, NumPy's numbers and texts, views of dictionaries, generators."""
    if _is_array(value):
        return torch.tensor(value, requires_grad=value.dtype.kind == "f")
    if isinstance(value, (float, np.floating)) and np.isfinite(value):
        return Fraction(float(value))
    if isinstance(value, bool):
        return np.bool_(value)
    if isinstance(value, int) and abs(value) < 2**62:
        return np.int64(value)
    if isinstance(value, str):
        return np.str_(value)
    if isinstance(value, dict):
        return types.MappingProxyType(value)
    return (item for item in value) if isinstance(value, list) else value


def _to_tables(value):
    """Frames and series, arrays of objects, arrays of one number or text, ordered dictionaries, deques."""
    if _is_array(value):
        return {1: pd.Series, 2: pd.DataFrame}.get(value.ndim, lambda array: array.astype(object))(value)
    if isinstance(value, (int, float, str, np.number)):
        return np.array(value)
    if isinstance(value, dict):
        return collections.OrderedDict(value)
    return collections.deque(value) if isinstance(value, list) else value


def _to_builtins(value):
    """Tuples of Python's own numbers."""
    if isinstance(value, (np.ndarray, np.generic)):
        value = value.tolist()
    return tuple(map(_to_builtins, value)) if isinstance(value, (list, tuple)) else value


def _translate(value, to):
    """The value with all that it holds, from the inside out."""
    if type(value) in (list, tuple):
        return to(type(value)(_translate(item, to) for item in value))
    return to({key: _translate(item, to) for key, item in value.items()} if isinstance(value, dict) else value)


@pytest.mark.parametrize("to", [_to_libraries, _to_tables, _to_builtins])
@pytest.mark.parametrize(("name", "question"), [one for one in QUESTIONS if one not in ASKS_FOR_MORE])
def test_a_right_answer_of_another_type_passes(name, question, to):
    solved, (functions, constants) = junk.solve(name), junk.list_names(name, question)

    def translate(function):
        return lambda *args, **kwargs: _translate(function(*args, **kwargs), to)

    answer = {function: translate(solved[function]) for function in functions}
    answer |= {constant: _translate(solved[constant], to) for constant in constants}
    exercise = load_exercise(name)
    for check in exercise.questions[question].checks:
        outcome = run_check(exercise, check, Local({**solved, **answer}), 1)
        assert outcome.status is Status.PASSED, f"{check.name}: {outcome.message}"
