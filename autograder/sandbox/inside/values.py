"""Turns what an answer returns into plain data, exact built-in types and arrays that cannot run code."""

from __future__ import annotations

import sys

import numpy as np

MAX_DEPTH = 20
ATOMS = frozenset({type(None), bool, int, float, str})  # plain as they are
_ARRAY_KINDS = "biufc"  # bool, int, unsigned, float, complex
_WIDEST = {"f": np.float64, "c": np.complex128}


class NotPlain(TypeError):
    """The value is no plain data: `type_name` names its type, or is "" where it is nested too deep."""

    def __init__(self, type_name: str):
        super().__init__(type_name)
        self.type_name = type_name


def are_atoms(items: list | tuple) -> bool:
    """Whether each is of one of the exact types ATOMS; much faster than to look at one after the other."""
    return set(map(type, items)) <= ATOMS


def to_plain(value, depth: int = 0):
    """`value` as None, bool, int, float, str, list, tuple, dict (with str or int keys) or a numeric ndarray of its own.

    PyTorch, TensorFlow and Keras tensors become arrays. Raises NotPlain for any other type: a subclass may redefine
    comparison, so only exact types are let through.
    """
    kind = type(value)
    if depth > MAX_DEPTH:
        raise NotPlain("")
    if kind in ATOMS:
        return value
    if kind in (list, tuple):
        flat = depth < MAX_DEPTH and are_atoms(value)
        return kind(value if flat else [to_plain(item, depth + 1) for item in value])
    if kind is dict and all(type(key) in (str, int) for key in value):
        return {key: to_plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, np.generic) and value.dtype.kind in _ARRAY_KINDS and kind.__module__ == "numpy":
        return _narrow(np.array(value)).item()
    array = value if kind is np.ndarray else _from_tensor(value, kind)
    if array is not None and array.dtype.kind in _ARRAY_KINDS:
        return _narrow(np.array(array))
    raise NotPlain(f"{kind.__module__}.{kind.__qualname__}" if kind.__module__ != "builtins" else kind.__qualname__)


def _narrow(array: np.ndarray) -> np.ndarray:
    """In this machine's byte order, and no wider than 64 bits a number (128 for complex ones)."""
    wide = array.dtype.kind in _WIDEST and array.dtype.itemsize > np.dtype(_WIDEST[array.dtype.kind]).itemsize
    return array.astype(_WIDEST[array.dtype.kind] if wide else array.dtype.newbyteorder("="), copy=False)


def _from_tensor(value, kind: type) -> np.ndarray | None:
    """An exact PyTorch tensor or parameter, TensorFlow eager tensor or variable, Keras variable, as an array."""
    torch, tensorflow, keras = (sys.modules.get(name) for name in ("torch", "tensorflow", "keras"))
    if torch is not None and kind in (torch.Tensor, torch.nn.Parameter):
        return value.detach().cpu().to(torch.float32 if value.dtype == torch.bfloat16 else value.dtype).numpy()
    if tensorflow is not None and kind.__module__.startswith("tensorflow.python") and tensorflow.is_tensor(value):
        return np.asarray(value.numpy())
    if keras is not None and kind.__module__.startswith("keras.src.backend") and isinstance(value, keras.Variable):
        return np.asarray(value.numpy())
    return None
