"""Junk answers to every question: constants, echoes of what came in, results of other inputs; none earns a point."""

from __future__ import annotations

import ast
import copy
import functools
import itertools
import math
from collections.abc import Callable, Iterator
from unittest.mock import patch

import numpy as np

from autograder.answers.answer import Local
from autograder.answers.exercise import Exercise
from autograder.answers.marking import run_check
from autograder.answers.outcome import Outcome
from autograder.answers.rooms import load_exercise
from proofs.cases import LocalNotebook, read_cells, run_cells

CONSTANTS = (None, 0, 1, -1, 2, 0.5, 1e9, 10**40, math.nan, math.inf, True, False, "", "x", "0", [], {}, (), [0], [[]])


ODD_CONSTANTS = ("ABCDEFGH", "x" * 10_000, [2], [0, 0], [1, 2, 3], {"a": 1}, np.zeros(3), "1, 2", "yes", len)


class Empty:
    """A class with nothing in it."""


@functools.cache
def solve(name: str) -> dict:
    """The namespace of the solution, run once."""
    answer = LocalNotebook()
    run_cells(answer, read_cells(name))
    return answer.namespace


def list_names(name: str, question: str) -> tuple[list[str], list[str]]:
    """(functions, other values) that the question's answer cell binds."""
    (source,) = (source for own, source in read_cells(name) if own == question)
    body = ast.parse(source).body
    functions = [node.name for node in body if isinstance(node, ast.FunctionDef)]
    others = ast.Module([node for node in body if not isinstance(node, ast.FunctionDef)], [])
    names = (node for node in ast.walk(others) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    return functions, sorted({node.id for node in names} & solve(name).keys())


def list_classes(name: str, question: str) -> list[str]:
    """The classes that the question's answer cell defines."""
    (source,) = (source for own, source in read_cells(name) if own == question)
    return [node.name for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]


def list_given(name: str) -> list:
    """Values of the given cells, no functions: a learner may assign one of them."""
    cells = [source for own, source in read_cells(name) if not own]
    bound = {node.id for cell in cells for node in ast.walk(ast.parse(cell)) if isinstance(node, ast.Name)}
    values = [value for key, value in solve(name).items() if key in bound and not callable(value)]
    return [value for value in values if type(value) in (int, float, str, list, tuple, dict, np.ndarray)]


def list_functions(real: Callable, stale, examples: list) -> Iterator[tuple[str, Callable]]:
    """(what it does, function) in place of the `real` one. stale: a result it once gave; examples: what they give."""
    for value in CONSTANTS:
        yield f"returns {value!r}", lambda *args, _value=value, **kwargs: copy.copy(_value)
    yield "returns a result of other inputs", lambda *args, **kwargs: copy.deepcopy(stale)
    yield "returns an object", lambda *args, **kwargs: Empty()
    yield "returns its inputs", lambda *args, **kwargs: [*args, *kwargs.values()]
    yield "returns its inputs as a text", lambda *args, **kwargs: f"{args} {kwargs}"
    for fill in (0, 1, 0.5, math.nan, None, True):
        yield f"fills the right shape with {fill}", functools.partial(_fill_result, real, fill)
    for at in range(6):
        yield f"returns argument {at}", lambda *args, _at=at, **kwargs: args[_at]
        yield f"copies argument {at}", lambda *args, _at=at, **kwargs: copy.deepcopy(args[_at])
        yield f"transposes argument {at}", lambda *args, _at=at, **kwargs: np.asarray(args[_at]).T
        for fill in (0, 1):
            yield (
                f"fills argument {at} with {fill}",
                lambda *args, _at=at, _fill=fill, **kwargs: refill(args[_at], _fill),
            )

    def complain(*args, **kwargs):
        raise ValueError(" ".join(map(str, [*_flatten(args), *_flatten(kwargs)])))

    yield "raises its inputs", complain
    for kind in (ValueError, KeyError, Exception):
        yield f"raises {kind.__name__}", functools.partial(_raise, kind)
    for number, value in enumerate(examples):  # last, so that the functions of a question keep step
        yield f"returns what example {number} gives", lambda *args, _value=value, **kwargs: copy.deepcopy(_value)


def _fill_result(real: Callable, fill, *args, **kwargs):
    """What the right function gives, with other numbers; nothing where it gives or changes something else."""
    try:
        return refill(real(*copy.deepcopy(args), **copy.deepcopy(kwargs)), fill)
    except Exception:
        return None


def refill(value, fill):
    """The value with all numbers in it replaced."""
    if isinstance(value, (list, tuple)):
        return [refill(one, fill) for one in value]
    if isinstance(value, dict):
        return {key: refill(one, fill) for key, one in value.items()}
    return np.full(np.shape(value), fill).tolist() if isinstance(value, (np.ndarray, np.generic)) else fill


def mark_junk(name: str, question: str, seeds: tuple[int, ...]) -> Iterator[tuple[str, Outcome]]:
    """(label, outcome) of each check of a question on each junk answer."""
    exercise, solved = load_exercise(name), solve(name)
    functions, constants = list_names(name, question)
    gone = dict.fromkeys(list_classes(name, question), lambda *args, **kwargs: None)
    stale = _record(exercise, question, solved, functions)
    junk = {}
    for function in functions:
        examples = [one.value for one in exercise.examples(question) if one.function == function]
        junk[function] = list(list_functions(solved[function], stale.get(function), examples))
    blank = dict.fromkeys(constants)
    none = ("returns None", lambda *args, **kwargs: None)
    answers = []
    for row in itertools.zip_longest(*junk.values(), fillvalue=none):
        label = ", ".join(dict.fromkeys(label for label, _ in row))
        answers.append((label, blank | dict(zip(junk, (one for _, one in row), strict=True))))
    nothing = {function: none[1] for function in functions}
    for value in [*CONSTANTS, *list_given(name), *ODD_CONSTANTS] if constants else []:
        answers.append((f"{_short(value)} for {', '.join(constants)}", nothing | dict.fromkeys(constants, value)))
    for label, names in answers:
        for seed in seeds:
            for check in exercise.questions[question].checks:
                with patch.dict(solved, gone):  # where the given functions look for them
                    outcome = run_check(exercise, check, Local({**solved, **names}), seed)
                yield f"{name} {question} {label}, seed {seed}", outcome


def _record(exercise: Exercise, question: str, solved: dict, functions: list[str]) -> dict:
    """A result of each function, from a run of the checks with another seed."""
    seen = {}

    def watch(function, *args, **kwargs):
        value = solved[function](*args, **kwargs)
        seen[function] = copy.deepcopy(value)
        return value

    watched = {function: functools.partial(watch, function) for function in functions}
    for check in exercise.questions[question].checks:
        run_check(exercise, check, Local({**solved, **watched}), 999)
    return seen


def _raise(kind, *args, **kwargs):
    raise kind("no")


def _flatten(value) -> Iterator:
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, (list, tuple)):
        for one in value:
            yield from _flatten(one)
    else:
        yield value


def _short(value) -> str:
    text = repr(value)
    return text if len(text) < 40 else f"{text[:39]}…"
