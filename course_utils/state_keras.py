"""The state of Keras models and optimisers as plain trees, on any Keras backend."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from .state_codec import CheckpointError


def capture_model(model: Any) -> dict:
    """Return the weights, the states of the seed generators and, where it is compiled, the optimiser's variables."""
    if not model.built:
        raise ValueError("the Keras model has no variables yet: begin it with keras.Input, or call model.build(shape)")
    optimizer = getattr(model, "optimizer", None)
    if optimizer is not None and not optimizer.built:
        optimizer.build(model.trainable_variables)
    return {
        "layers": list_variables(_keras_layers(model)),
        "optimizer_class": optimizer and _class_name(optimizer),
        "optimizer": None if optimizer is None else list_variables(optimizer.variables),
    }


def check_model(name: str, model: Any, saved: dict) -> None:
    """Raise CheckpointError where the saved variables do not fit the model or its optimiser; changes nothing."""
    current = capture_model(model)
    compare_variables(f"{name}'s layers", saved["layers"], current["layers"])
    if saved["optimizer"] is None:
        return
    if current["optimizer"] is None:
        raise CheckpointError(f"{name!r} was saved with its optimiser: call model.compile(…) before you restore")
    if saved["optimizer_class"] != current["optimizer_class"]:
        raise CheckpointError(
            f"{name!r} was trained by {saved['optimizer_class']}, but is now compiled with {current['optimizer_class']}"
        )
    compare_variables(f"{name}'s optimiser", saved["optimizer"], current["optimizer"])


def apply_model(model: Any, saved: dict) -> None:
    """Assign checked values to the model and its optimiser."""
    assign_variables(_keras_layers(model), saved["layers"])
    if saved["optimizer"] is not None:
        assign_variables(model.optimizer.variables, saved["optimizer"])


def list_variables(variables: list) -> list:
    """Return [{"path", "value"}], the values as NumPy copies."""
    from keras.ops import convert_to_numpy

    return [{"path": variable.path, "value": np.array(convert_to_numpy(variable))} for variable in variables]


def assign_variables(variables: list, saved: list) -> None:
    """Assign the values of `list_variables` to variables of the same order."""
    for variable, entry in zip(variables, saved, strict=True):
        variable.assign(entry["value"])


def compare_variables(name: str, saved: list, current: list) -> None:
    """Raise CheckpointError at the first difference in position, shape or name.

    Keras numbers its layers as they are made (dense_3), so the numbers in names are left out.
    """
    if len(saved) != len(current):
        raise CheckpointError(f"{name}: {len(saved)} variables in the checkpoint, {len(current)} here")
    for then, now in zip(saved, current, strict=True):
        plain = [re.sub(r"_\d+(?=[_/]|$)", "", entry["path"]) for entry in (then, now)]
        if plain[0] != plain[1] or _sign(then["value"]) != _sign(now["value"]):
            raise CheckpointError(
                f"{name}: the checkpoint has {then['path']} {_sign(then['value'])}, "
                f"here stands {now['path']} {_sign(now['value'])}"
            )


def _keras_layers(model: Any) -> list:
    metrics = {id(v) for v in model.metrics_variables}  # they are reset at each epoch, and made late
    return [v for v in model.variables if id(v) not in metrics]  # weights and the states of the seed generators


def _sign(value: Any) -> str:
    return f"{value.dtype}{tuple(value.shape)}"


def _class_name(thing: Any) -> str:
    return f"{type(thing).__module__}.{type(thing).__qualname__}"
