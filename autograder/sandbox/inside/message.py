"""What one message on the wire may hold, and how much of it; arrays as bytes."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

MAX_BYTES = 32 << 20  # of an array, and of a frame
MAX_ENTRIES = 8 << 20  # of an array: whoever computes with it may take eight bytes for each, several times
MAX_ITEMS = 200_000  # values in one message; an array is one
MAX_TEXT = 4 << 20  # bytes of all texts of one message
MAX_DEPTH = 32
MAX_INT_BYTES = 256  # 2,047 bits
MAX_DIMENSIONS = 16
DRIVERS = "autograder.sandbox.inside.drivers"
_DTYPES = tuple(map(np.dtype, "|b1 |i1 <i2 <i4 <i8 |u1 <u2 <u4 <u8 <f2 <f4 <f8 <c8 <c16".split()))
_CODES = {dtype: code for code, dtype in enumerate(_DTYPES)}


class WireError(Exception):
    """The bytes are no message, or the value fits in none; the message says why."""


@dataclass(frozen=True)
class Learner:
    """An argument that stands for what the learner called `name`: passed on as it is, never copied or looked into."""

    name: str


@dataclass(frozen=True)
class Driver:
    """A public function of autograder.sandbox.inside.drivers, by name."""

    name: str


class Counter:
    """Counts the values of one message, in the writer and the reader alike."""

    items = text_bytes = 0

    def count(self, more: int, depth: int) -> None:
        """`more` values at that depth. Raises WireError where a message holds no more."""
        self.items += more
        if depth > MAX_DEPTH or self.items > MAX_ITEMS:
            raise WireError("nested too deep, or too many items")

    def count_text(self, more: int) -> None:
        """`more` bytes of text. Raises WireError where a message holds no more."""
        self.text_bytes += more
        if self.text_bytes > MAX_TEXT:
            raise WireError("too much text")


def is_key(key) -> bool:
    """Text or 64 bits: thousands of longer integers can share one hash, and would make a dict take minutes to build."""
    return type(key) is str or type(key) is int and key.bit_length() < 64


def pack_array(value: np.ndarray | np.generic) -> bytes:
    """Dtype, dimensions, shape, entries. Raises WireError for an array that is too large, or of no such dtype."""
    dtype = value.dtype.newbyteorder("<")
    if dtype not in _CODES or value.ndim > MAX_DIMENSIONS or _is_large(value.shape, dtype):
        raise WireError(f"an array of {value.dtype}, shape {value.shape}, cannot be sent")
    head = struct.pack(f">BB{value.ndim}Q", _CODES[dtype], value.ndim, *value.shape)
    return head + value.astype(dtype, copy=False).tobytes()


def read_array(take: Callable[[int], bytes]) -> np.ndarray:
    """The array, from what `take` gives of the message, in this machine's byte order. Raises WireError."""
    code, dimensions = take(2)
    if code >= len(_DTYPES) or dimensions > MAX_DIMENSIONS:
        raise WireError("no such dtype, or too many dimensions")
    shape, dtype = struct.unpack(f">{dimensions}Q", take(8 * dimensions)), _DTYPES[code]
    if _is_large(shape, dtype):
        raise WireError("an array is too large")
    raw = take(math.prod(shape) * dtype.itemsize)
    if dtype.kind == "b" and raw.strip(b"\0\1"):  # NumPy's booleans are 0 or 1; other bytes misbehave
        raise WireError("a boolean that is neither")
    return np.frombuffer(raw, dtype).reshape(shape).astype(dtype.newbyteorder("="))


def _is_large(shape: tuple[int, ...], dtype: np.dtype) -> bool:
    """An empty axis counts as one entry: NumPy refuses a vast axis even beside an empty one."""
    entries = math.prod(max(length, 1) for length in shape)
    return entries > MAX_ENTRIES or entries * dtype.itemsize > MAX_BYTES
