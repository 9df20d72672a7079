"""Keras training that can be killed and resumed exactly: states on any backend, and a callback that saves them."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import Any

import numpy as np


def keras_checkpoint(store: Any, batches: Any, state: dict | None = None, config: dict | None = None) -> Any:
    """Return a callback that saves the model, its optimiser and all random states after each epoch, as step = epoch.

    state, config: more to save, as for `Checkpoints.save`. The epoch's logs are its metrics, those of all epochs are
    meta["extra"]["history"]. Callbacks with a memory of their own (EarlyStopping) begin anew.

    >>> start = store.resume({"model": model})                                   # doctest: +SKIP
    >>> model.fit(batches, epochs=20, initial_epoch=start, shuffle=False, callbacks=[keras_checkpoint(store, batches)])
    """
    import keras

    class SaveEachEpoch(keras.callbacks.Callback):
        """Tells the batches which epoch begins, and saves when it has ended."""

        def on_train_begin(self, logs: dict | None = None) -> None:
            if self.params.get("steps") not in (None, len(batches)):
                raise ValueError(f"leave steps_per_epoch out: only {len(batches)} batches can be resumed exactly")
            self.history = None

        def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
            if self.history is None:
                earlier = epoch - 1 in store.steps()
                self.history = store.read_meta(epoch - 1)["extra"].get("history", {}) if earlier else {}
            batches.set_epoch(epoch)

        def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
            metrics = {name: float(value) for name, value in (logs or {}).items()}
            for name, value in metrics.items():
                self.history.setdefault(name, []).append(value)
            store.save(epoch, {"model": self.model, **(state or {})}, metrics, config, {"history": self.history})

    return SaveEachEpoch()


def take_model(model: Any) -> dict:
    """Return a model's variables, what its layers learned besides, and, where it is compiled, its optimiser's state."""
    if not model.built:
        raise ValueError("the Keras model has no variables yet: begin it with keras.Input, or call model.build(shape)")
    state = {"layers": take_variables(_own_variables(model), model.name), "learned": []}
    for layer in model._flatten_layers():  # `adapt` learns words, their weights, borders of bins: none is a variable
        words = layer.get_vocabulary() if hasattr(layer, "get_vocabulary") else getattr(layer, "bin_boundaries", None)
        if learned := [str(item) for item in (*(words or ()), *np.asarray(getattr(layer, "idf_weights_const", ())))]:
            state["learned"].append([layer.name, learned])
    if (optimizer := getattr(model, "optimizer", None)) is None:
        return {**state, "optimizer_class": None, "optimizer": None}
    if not optimizer.built:
        optimizer.build(model.trainable_variables)
    inner = getattr(optimizer, "inner_optimizer", None)  # in mixed precision
    name = type(optimizer).__name__ + (f"({type(inner).__name__})" if inner else "")
    return {**state, "optimizer_class": name, "optimizer": take_variables(optimizer)}


def put_model(model: Any, saved: dict) -> None:
    """Assign saved values to the model and its optimiser. Raises ValueError where they do not fit."""
    from keras.layers import Normalization

    now = take_model(model)
    for (layer, then), (_, here) in zip_longest(saved["learned"], now["learned"], fillvalue=("another", [])):
        for number, (a, b) in enumerate(zip_longest(then, here)):
            if a != b:
                what = f"entry {number} is {a!r} of {len(then)} in the checkpoint and {b!r} of {len(here)} here"
                raise ValueError(f"its layer {layer!r} has learned something else: {what}; adapt it to the same data")
    put_variables(_own_variables(model), saved["layers"], root=model.name)
    if saved["optimizer"] is not None:
        if now["optimizer_class"] != saved["optimizer_class"].split(".")[-1]:
            here = now["optimizer_class"] or "none: call model.compile(…) before you restore"
            raise ValueError(f"it was trained by {saved['optimizer_class']}, now it has {here}")
        put_variables(model.optimizer, saved["optimizer"])
    for layer in model._flatten_layers():
        if isinstance(layer, Normalization):  # computes with constants that it makes of its variables
            layer.finalize_state()
            model.train_function = model.test_function = model.predict_function = None  # compiled with them


def _own_variables(model: Any) -> list:
    metrics = {id(variable) for variable in model.metrics_variables}  # they are reset at each epoch, and made late
    return [variable for variable in model.variables if id(variable) not in metrics]


def take_variables(owner: Any, root: str = "") -> list:
    """Return the names, without `root` in front, and values of an optimiser's variables, or of a list of such."""
    from keras.ops import convert_to_numpy

    variables = getattr(owner, "variables", owner)
    return [{"path": v.path.removeprefix(root + "/"), "value": np.array(convert_to_numpy(v))} for v in variables]


def put_variables(owner: Any, saved: list, root: str = "") -> None:
    """Assign values in order; ValueError where shapes, dtypes or names differ.

    Of names ("sequential_1/dense_3/kernel", "dense/kernel") numbers do not count, nor what only one has in front; of an
    optimiser's, which repeat the model's, the last word alone does.
    """
    variables = getattr(owner, "variables", owner)
    words = 0 if owner is variables else 1
    if len(saved) != len(variables):
        raise ValueError(f"{len(saved)} variables in the checkpoint, {len(variables)} here: it has other layers")
    for then, now, variable in zip(saved, take_variables(variables, root), variables, strict=True):
        a, b = ([w for w in re.split("[/_]", v["path"]) if not w.isdigit()][-words:] for v in (then, now))
        signs = [f"{v['value'].dtype}{v['value'].shape}" for v in (then, now)]
        same = min(len(a), len(b))
        if a[-same:] != b[-same:] or signs[0] != signs[1]:
            raise ValueError(f"the checkpoint has {then['path']} {signs[0]}, here stands {now['path']} {signs[1]}")
        variable.assign(then["value"])
