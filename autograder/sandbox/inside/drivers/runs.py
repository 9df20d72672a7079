"""Training runs: replayed, saved and resumed."""

from __future__ import annotations

import copy
from collections.abc import Mapping

import numpy as np


def replay_training(fit, w, weights, losses, patience, max_epochs) -> dict:
    """fit(w, run_epoch, patience, max_epochs) for a run_epoch that replays: epoch k writes weights[k] into its array.

    weights: (P, d); losses: P pairs (training loss, validation loss), P >= max_epochs. Returns {"result", "starts"
    (what the array held before each epoch)}, or {"stopped": "epochs"} when more than P epochs were asked for.
    """
    starts = []

    def run_epoch(w):
        if len(starts) == len(weights):
            raise _TooManyEpochs
        if not hasattr(w, "shape"):
            raise ValueError(f"run_epoch trains the array of weights that it is given, not a {type(w).__name__}")
        starts.append(np.array(w, dtype=np.float64))
        w[...] = weights[len(starts) - 1]
        return tuple(losses[len(starts) - 1])

    try:
        result = fit(w, run_epoch, patience, max_epochs)
    except _TooManyEpochs:
        return {"stopped": "epochs"}
    return {"result": result, "starts": starts}


def save_run(save_state, make_run, X, Y, fields, steps) -> dict:
    """Save the state of a run that stands at `fields`, train it `steps` steps more; a twin does so and is never saved.

    fields: its numbers and arrays by name, and "generator", the state of its generator. Returns {"state" (at once),
    "later" (the same object in the end), "losses" and "W" (of the steps), "twin" (its W)}, or {"stopped": "generator"}
    for a state that holds a generator.
    """
    run, twin = _make_run_at(make_run, X, Y, fields), _make_run_at(make_run, X, Y, fields)
    state = save_state(run)
    if _holds_generator(state):
        return {"stopped": "generator"}
    first, losses = copy.deepcopy(state), [run.step() for _ in range(steps)]
    for _ in range(steps):
        twin.step()
    return {"state": first, "later": state, "losses": losses, "W": run.W.copy(), "twin": twin.W}


def resume_run(load_state, make_run, X, Y, seed, state, steps) -> list:
    """Load one state into two runs, each trained a little before, one after the other, and train each `steps` steps.

    Returns, for each, {"fields" (after loading), "losses", "W", "returned" (did load_state give back something else?)}.
    """
    done = []
    for number in range(2):
        run = make_run(X, Y, seed + number)
        for _ in range(2):
            run.step()
        returned = load_state(run, state)
        done.append({"fields": _read_fields(run), "losses": [run.step() for _ in range(steps)], "W": run.W.copy(),
                     "returned": returned is not None and returned is not run})  # fmt: skip
    return done


def _make_run_at(make_run, X, Y, fields):
    run = make_run(X, Y, 0)
    for name, value in fields.items():
        if name != "generator":
            setattr(run, name, copy.copy(value))
    run.rng.bit_generator.state = copy.deepcopy(fields["generator"])
    return run


def _read_fields(run) -> dict:
    """Copies of a run's numbers and arrays, but for its data, and its generator's state as text."""
    fields = {name: value for name, value in vars(run).items() if name not in ("X", "Y")}
    plain = {name: np.array(value) for name, value in fields.items() if np.asarray(value).dtype.kind in "biuf"}
    return {**plain, "generator": repr(run.rng.bit_generator.state)}


def _holds_generator(state) -> bool:
    if isinstance(state, Mapping):
        return any(map(_holds_generator, state.values()))
    if isinstance(state, (list, tuple)):
        return any(map(_holds_generator, state))
    return isinstance(state, (np.random.Generator, np.random.BitGenerator))


class _TooManyEpochs(Exception):
    """More epochs were trained than there are to replay."""
