"""Calls of one function: what it changes, raises, draws or costs."""

from __future__ import annotations

import tracemalloc
from time import process_time  # the real one: `clocks` comes later

import numpy as np

from autograder.sandbox.inside.values import to_plain


def call_and_keep_inputs(function, *inputs) -> dict:
    """What `function(*inputs)` returns, and the inputs as they are afterwards."""
    return {"result": function(*inputs), "inputs": list(inputs)}


def call_and_catch(function, *inputs) -> dict:
    """{"result": what `function(*inputs)` returns}, or {"error": its type, "kinds": and bases, "message"}.

    A hole's NotImplementedError is not caught: the question counts as not attempted.
    """
    try:
        return {"result": function(*inputs)}
    except NotImplementedError:
        raise
    except Exception as error:  # whatever it is: the check judges it
        kinds = [kind.__name__ for kind in type(error).__mro__]
        return {"error": kinds[0], "kinds": kinds, "message": str(error)}


def call_each(function, calls) -> list:
    """What `function(*arguments)` returns for each of `calls`; a later call can't change an earlier result."""
    return [to_plain(function(*arguments)) for arguments in calls]


def call_with_generators(function, arguments, seeds) -> list:
    """What `function(*arguments, rng)` returns with a fresh generator of each seed."""
    return [function(*arguments, np.random.default_rng(seed)) for seed in seeds]


def measure_call(function, tiny, small, large) -> dict:
    """function(*large), measured: {"result", "seconds" (of the processor), "megabytes" (the most in use at once)}.

    tiny is called first, so that what the function imports is not counted; then small. Where that takes 0.05 s already,
    or memory runs out, large is not tried: {"stopped": "seconds" or "megabytes"}.
    """
    try:
        function(*tiny)
        begin = process_time()
        function(*small)
        if process_time() - begin > 0.05:
            return {"stopped": "seconds"}
        tracemalloc.start()
        begin = process_time()
        result = function(*large)
        seconds, (_, most) = process_time() - begin, tracemalloc.get_traced_memory()
        return {"result": result, "seconds": seconds, "megabytes": most / 1e6}
    except MemoryError:
        return {"stopped": "megabytes"}
    finally:
        tracemalloc.stop()
