"""Turns what an answer returns into plain data, exact built-in types and arrays that cannot run code."""

from __future__ import annotations

import collections
import enum
import itertools
import math
import numbers
import sys
from collections import abc
from decimal import Decimal

import numpy as np

from autograder.sandbox.inside.message import MAX_ITEMS

MAX_DEPTH = 20
ATOMS = frozenset({type(None), bool, int, float, str})  # plain as they are
_ARRAY_KINDS = "biufc"  # bool, int, unsigned, float, complex
_WIDEST = {"f": np.float64, "c": np.complex128}


class NotPlain(TypeError):
    """The value is no plain data: `type_name` names its type, or is "" where it is nested too deep or too large."""

    def __init__(self, type_name: str):
        super().__init__(type_name)
        self.type_name = type_name


def are_atoms(items: list | tuple) -> bool:
    """Whether each is of one of the exact types ATOMS; much faster than to look at one after the other."""
    return set(map(type, items)) <= ATOMS


def to_plain(value, depth: int = 0):
    """`value` as None, bool, int, float, str, list, tuple, dict (with str or int keys) or a numeric ndarray of its own.

    What means the same becomes the same: tensors, series and other arrays an array (of texts or objects: a list), other
    numbers, texts, sequences and mappings the plain ones, sets a sorted list, iterators a list. Raises NotPlain for
    any other type. A subclass may redefine what it likes, comparison, too: only exact types leave.
    """
    kind = type(value)
    if depth > MAX_DEPTH:
        raise NotPlain("")
    if kind in ATOMS:
        return value
    if kind in (list, tuple):
        flat = depth < MAX_DEPTH and are_atoms(value)
        return kind(value if flat else [to_plain(item, depth + 1) for item in value])
    if kind is dict:
        return _plain_dict(value, depth)
    array = value if kind is np.ndarray else _to_array(value, kind)
    if array is not None:
        return _plain_array(array, kind, depth)
    return to_plain(_simplify(value, kind, depth), depth + 1)


def _simplify(value, kind: type, depth: int):
    """One step nearer to plain: of an exact type, or holding what isn't. Raises NotPlain."""
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, (str, collections.UserString)):
        return str.__str__(value) if isinstance(value, str) else value.data
    if isinstance(value, numbers.Integral):
        return int.__int__(value) if isinstance(value, int) else int(value)
    if isinstance(value, (numbers.Real, Decimal)):
        return _to_float(value, kind)
    if isinstance(value, abc.Mapping):
        return dict(_list_some(value.items()))
    if isinstance(value, abc.Set) and not isinstance(value, abc.MappingView):
        return sorted((to_plain(item, depth + 1) for item in _list_some(value)), key=_rank)
    if isinstance(value, tuple):
        return tuple(tuple.__iter__(value))
    if isinstance(value, (bytes, bytearray)) or not isinstance(value, (abc.Sequence, abc.MappingView, abc.Iterator)):
        if _name(kind) == "NAType":  # of pandas
            return math.nan
        raise NotPlain(_name(kind))
    return _list_some(value)


def _plain_dict(value: dict, depth: int) -> dict:
    keys = [to_plain(key) if not isinstance(key, tuple) else key for key in value]
    if any(type(key) not in (str, int) for key in keys):
        raise NotPlain("dict")
    return {key: to_plain(item, depth + 1) for key, item in zip(keys, value.values(), strict=True)}


def _plain_array(array: np.ndarray, kind: type, depth: int):
    array = np.asarray(array)
    if array.dtype.kind in _ARRAY_KINDS:
        own = _narrow(np.array(array))
        return own.item() if issubclass(kind, np.generic) and own.dtype.kind != "c" else own
    if array.dtype.kind not in "UO":
        raise NotPlain(_name(kind))
    if array.size > MAX_ITEMS:
        raise NotPlain("")
    plain = to_plain(array.tolist(), depth + 1)
    if array.ndim and all(isinstance(one, numbers.Number) for one in array.ravel().tolist()):
        packed = np.array(plain)
        return packed if packed.dtype.kind in _ARRAY_KINDS else plain  # a whole number of more than 64 bits
    return plain


def _to_array(value, kind: type) -> np.ndarray | None:
    """What holds numbers or texts in an array's shape as one, None for what doesn't. Raises NotPlain."""
    torch, sparse = sys.modules.get("torch"), hasattr(kind, "toarray")
    try:
        if torch is not None and isinstance(value, torch.Tensor):
            return _from_torch(torch, value)
        if isinstance(value, np.ma.MaskedArray) and np.ma.getmaskarray(value).any():
            raise NotPlain("MaskedArray")
        if hasattr(kind, "__array__") or sparse or kind.__module__ == "array" or kind is memoryview:
            array = np.asarray(value.toarray() if sparse else value)
            return array.astype(np.float32) if "float" in array.dtype.name and array.dtype.kind == "V" else array
    except (ValueError, RuntimeError, AttributeError, TypeError, NotImplementedError):  # symbolic, without data …
        raise NotPlain(_name(kind)) from None
    return None


def _from_torch(torch, value) -> np.ndarray:
    """Also of a parameter, sparse, conjugated, on another device, of a type that NumPy lacks."""
    value = value.detach()
    value = value.dequantize() if value.is_quantized else value.to_dense() if value.layout != torch.strided else value
    value = value.cpu().resolve_conj().resolve_neg()
    try:
        return value.numpy()
    except TypeError:
        return value.float().numpy()


def _to_float(value, kind: type) -> float:
    try:
        return float.__float__(value) if isinstance(value, float) else float(value)
    except (OverflowError, ValueError):
        raise NotPlain(_name(kind)) from None


def _list_some(items) -> list:
    """The items, if they end. Raises NotPlain."""
    some = list(itertools.islice(items, MAX_ITEMS + 1))
    if len(some) > MAX_ITEMS:
        raise NotPlain("")
    return some


def _name(kind: type) -> str:
    """The type's own name, whatever its metaclass says."""
    return type.__dict__["__name__"].__get__(kind)[:80]


def _rank(item) -> tuple:
    """The order of a set's items: numbers, texts, then what else there is."""
    if type(item) in (bool, int, float):
        return "", item
    return type(item).__name__, item if type(item) is str else repr(item)


def _narrow(array: np.ndarray) -> np.ndarray:
    """In this machine's byte order, and no wider than 64 bits a number (128 for complex ones)."""
    wide = array.dtype.kind in _WIDEST and array.dtype.itemsize > np.dtype(_WIDEST[array.dtype.kind]).itemsize
    return array.astype(_WIDEST[array.dtype.kind] if wide else array.dtype.newbyteorder("="), copy=False)
