"""Keras models that the learner builds or converts: weights put in, trained, overwritten."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Mapping

import numpy as np


def train_keras_model(build, sizes, rate, weights, batches) -> dict:
    """A model of build(sizes, rate) with `weights` put in by their shapes; tested on a batch, trained on the others.

    weights: arrays of different shapes; batches: pairs (x, y), y one-hot. Returns {"fresh" (weights as built),
    "outputs" (for the first x), "tested" (loss and metrics on the first batch), "trained" (after each step, in the
    order of `weights`)}, or {"stopped": why}: "type", "compiled", "shapes", "loss" ("sparse": would whole numbers do?).
    """
    import keras

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of Keras; they are for the learner's own calls
        model, (x, y) = build(tuple(sizes), rate), batches[0]
        if not isinstance(model, keras.Model):
            return {"stopped": "type", "type": "None" if model is None else type(model).__name__}
        if not model.compiled:
            return {"stopped": "compiled"}
        model(x)  # builds it, if it isn't yet
        shapes = [tuple(variable.shape) for variable in model.weights]
        if sorted(shapes) != sorted(np.shape(array) for array in weights):
            return {"stopped": "shapes", "shapes": shapes}
        variables, fresh = [model.weights[shapes.index(np.shape(array))] for array in weights], model.get_weights()
        for variable, array in zip(variables, weights, strict=True):
            variable.assign(array)
        model.run_eagerly = True  # else each model is compiled for a second
        done = {"fresh": fresh, "outputs": np.array(model(x), dtype=np.float64)}
        try:
            done["tested"] = _test_keras(model, x, y)
        except Exception as error:
            try:
                sparse = bool(_test_keras(model, x, y.argmax(axis=1)))
            except Exception:
                sparse = False
            text = str(error).rpartition("}} ")[2]  # without TensorFlow's name for the node
            return {"stopped": "loss", "sparse": sparse, "error": f"{type(error).__name__}: {text}"[:200]}
        done["trained"] = []
        for x, y in batches[1:]:
            model.train_on_batch(x, y)
            done["trained"].append([np.array(variable) for variable in variables])
        return done


def build_keras_twice(build, sizes, rate, x, y) -> dict:
    """Two models of build(sizes, rate), each trained a step.

    Returns {"seen": the second's weights before, between and after}, or {"stopped": "optimizer"} if they share one.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        models, seen = [build(tuple(sizes), rate) for _ in range(2)], []
        if models[0] is not models[1] and models[0].optimizer is models[1].optimizer:
            return {"stopped": "optimizer"}
        for model in models:
            model(x)
        seen.append(models[1].get_weights())
        for model in models:
            model.run_eagerly = True
            model.train_on_batch(x, y)
            seen.append(models[1].get_weights())
        return {"seen": seen}


def convert_and_overwrite(convert, weights, *arguments) -> dict:
    """convert(weights, *arguments), a dictionary of arrays; then each array in `weights` is overwritten by nan.

    Returns {"state", "later" (the same dictionary after that), "ordered" (per name: is it in C order?), "changed" (did
    convert itself change `weights`?)}, or {"stopped": type} for what is no dictionary.
    """
    before = copy.deepcopy(weights)
    state = convert(weights, *arguments)
    if not isinstance(state, Mapping):
        return {"stopped": type(state).__name__}
    changed = not all(map(np.array_equal, weights, before))
    state = {name: value.detach() if hasattr(value, "detach") else value for name, value in state.items()}
    first = {name: np.asarray(array).copy() for name, array in state.items()}
    for array in weights:
        array[...] = np.nan
    ordered = {name: bool(np.asarray(array).flags.c_contiguous) for name, array in state.items()}
    return {"state": first, "later": state, "ordered": ordered, "changed": changed}


def _test_keras(model, x, y) -> dict:
    return {name: float(value) for name, value in model.test_on_batch(x, y, return_dict=True).items()}
