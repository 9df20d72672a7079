"""Takes the state out of live objects (models, optimisers, generators) as plain trees, checks it, and puts it back."""

from __future__ import annotations

import copy
import random
import sys
from typing import Any

import numpy as np

from . import state_keras
from .random_states import (
    apply_generator,
    apply_random,
    capture_generator,
    capture_random,
    pack_python,
    unpack_python,
)
from .state_codec import CheckpointError

_PLAIN = (type(None), bool, int, float, str, bytes, list, tuple, dict, np.ndarray, np.generic)
_SHAPED_LIKE_PARAMETER = ("exp_avg", "exp_avg_sq", "max_exp_avg_sq", "momentum_buffer", "square_avg", "sum")


def capture_object(name: str, thing: Any) -> dict:
    """Return {"kind", "class", "value"} of one entry of `state`. Raises TypeError for what no rule covers."""
    kind = _find_kind(name, thing)
    value = {
        "keras-model": state_keras.capture_model,
        "keras-optimizer": lambda o: state_keras.list_variables(o.variables),
        "numpy-generator": capture_generator,
        "torch-generator": lambda g: g.get_state(),
        "python-random": lambda r: pack_python(r.getstate()),
        "plain": lambda v: v,
    }.get(kind, lambda o: o.state_dict())(thing)
    return {"kind": kind, "class": _class_name(thing), "value": value}


def check_state(state: dict[str, Any], saved: dict) -> None:
    """Raise CheckpointError where the saved tree does not fit the objects of `state`; changes nothing."""
    try:
        missing = sorted(set(state) - set(saved["state"]))
        if missing:
            raise CheckpointError(f"it holds {sorted(saved['state'])}, but not {missing}")
        for name, thing in state.items():
            _check_object(name, thing, saved["state"][name])
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"it does not fit ({type(error).__name__}: {error})") from error


def apply_state(state: dict[str, Any], saved: dict, random_states: bool) -> None:
    """Put a checked tree into the objects of `state`, all or nothing. Raises CheckpointError where one refuses it."""
    before = {name: copy.deepcopy(capture_object(name, thing)) for name, thing in state.items()}
    before_random, current = capture_random(), "random states"
    try:
        for current, thing in state.items():
            _apply_object(thing, saved["state"][current])
        current = "random states"
        if random_states:
            apply_random(saved["random"])
    except Exception as error:  # whatever it was: put everything back
        for name, thing in state.items():
            _apply_object(thing, before[name])
        apply_random(before_random)
        raise CheckpointError(f"{current!r} refused it ({error}); everything is as it was before") from error


def _check_object(name: str, thing: Any, saved: dict) -> None:
    kind, now, then = _find_kind(name, thing), _class_name(thing), saved["class"]
    if kind != saved["kind"] or (
        kind != "plain"
        and "model" not in kind
        and "module" not in kind
        and now.rpartition(".")[2] != then.rpartition(".")[2]
    ):
        raise CheckpointError(f"{name!r} is a {now}, but the checkpoint holds a {then}")
    value = saved["value"]
    if kind == "torch-module":
        now = {key: _sign(item) for key, item in thing.state_dict().items()}
        _compare_named(name, {key: _sign(item) for key, item in value.items()}, now)
    elif kind == "keras-model":
        state_keras.check_model(name, thing, value)
    elif kind == "keras-optimizer":
        state_keras.compare_variables(name, value, state_keras.list_variables(thing.variables))
    elif kind == "numpy-generator" and value["state"]["bit_generator"] != thing.bit_generator.state["bit_generator"]:
        raise CheckpointError(
            f"{name!r} draws from {thing.bit_generator.state['bit_generator']}, "
            f"but the checkpoint was made with {value['state']['bit_generator']}"
        )
    elif kind == "torch-optimizer":
        _check_torch_optimizer(name, thing, value)


def _apply_object(thing: Any, saved: dict) -> None:
    kind, value = saved["kind"], saved["value"]
    if kind == "keras-model":
        state_keras.apply_model(thing, value)
    elif kind == "keras-optimizer":
        state_keras.assign_variables(thing.variables, value)
    elif kind == "numpy-generator":
        apply_generator(thing, value)
    elif kind == "torch-generator":
        thing.set_state(value)
    elif kind == "python-random":
        thing.setstate(unpack_python(value))
    elif kind != "plain":
        thing.load_state_dict(value)


def _find_kind(name: str, thing: Any) -> str:
    torch, keras = sys.modules.get("torch"), sys.modules.get("keras")
    if keras is not None and isinstance(thing, keras.Model):
        return "keras-model"
    if keras is not None and isinstance(thing, keras.optimizers.Optimizer):
        return "keras-optimizer"
    if torch is not None and isinstance(thing, (torch.nn.Module, torch.optim.Optimizer, torch.Generator)):
        return (
            "torch-module"
            if isinstance(thing, torch.nn.Module)
            else "torch-optimizer"
            if isinstance(thing, torch.optim.Optimizer)
            else "torch-generator"
        )
    if isinstance(thing, np.random.Generator):
        return "numpy-generator"
    if isinstance(thing, random.Random):
        return "python-random"
    if isinstance(thing, _PLAIN) or torch is not None and isinstance(thing, torch.Tensor):
        return "plain"
    if callable(getattr(thing, "state_dict", None)) and callable(getattr(thing, "load_state_dict", None)):
        return "state-dict"
    raise TypeError(
        f"state[{name!r}] is a {_class_name(thing)}: it has no state_dict() and load_state_dict(), and is "
        "no Keras model, no generator and no plain value"
    )


def _compare_named(name: str, saved: dict, current: dict) -> None:
    problems = [f"{key} is missing in the checkpoint" for key in current if key not in saved]
    problems += [f"{key} is only in the checkpoint" for key in saved if key not in current]
    problems += [
        f"{key} is {saved[key]} in the checkpoint and {current[key]} here"
        for key in saved
        if key in current and saved[key] != current[key]
    ]
    if problems:
        more = f"; and {len(problems) - 3} more" if len(problems) > 3 else ""
        raise CheckpointError(f"{name!r} is another model: {'; '.join(problems[:3])}{more}")


def _check_torch_optimizer(name: str, optimizer: Any, saved: dict) -> None:
    groups = [len(group["params"]) for group in optimizer.param_groups]
    if groups != [len(group["params"]) for group in saved["param_groups"]]:
        raise CheckpointError(f"{name!r} has parameter groups of {groups}, not those of the checkpoint")
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    order = [index for group in saved["param_groups"] for index in group["params"]]
    for index, parameter in zip(order, parameters, strict=True):
        for key in _SHAPED_LIKE_PARAMETER:
            tensor = saved["state"].get(index, {}).get(key)
            if tensor is not None and getattr(tensor, "shape", parameter.shape) != parameter.shape:
                raise CheckpointError(
                    f"{name!r}: {key} of parameter {index} is {_sign(tensor)} in the checkpoint, "
                    f"the parameter {_sign(parameter)}: it belongs to another model"
                )


def _sign(value: Any) -> str:
    return f"{value.dtype}{tuple(value.shape)}" if hasattr(value, "shape") else type(value).__name__


def _class_name(thing: Any) -> str:
    return f"{type(thing).__module__}.{type(thing).__qualname__}"
