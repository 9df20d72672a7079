"""The bounded, typed, pickle-free encoding of what passes between the grader and the sandbox.

A value is a tag byte, then what the tag says. The reader trusts nothing: it counts items, depth and digits while
decoding, builds exact built-in types and NumPy arrays only, and answers every malformation with the one WireError.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from types import FunctionType

import numpy as np

MAX_BYTES = 32 << 20  # of an array, and of a frame
MAX_ITEMS = 200_000  # values in one message; an array is one
MAX_DEPTH = 32
MAX_INT_BYTES = 256  # 2,047 bits
MAX_DIMENSIONS = 16
DRIVERS = "autograder.sandbox.inside.drivers"
_DTYPES = tuple(map(np.dtype, "|b1 |i1 <i2 <i4 <i8 |u1 <u2 <u4 <u8 <f2 <f4 <f8 <c8 <c16".split()))


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


def encode(value, request: bool = False) -> bytes:
    """The value as bytes. Only a request may hold Learner, functions of `drivers` and NumPy scalars."""
    out: list[bytes] = []
    _write(out, value, request, 0)
    return b"".join(out)


def decode(data: bytes, request: bool = False):
    """The value that `encode` was given. Raises WireError for anything else."""
    reader = _Reader(data, request)
    try:
        value = reader.read(0)
    except WireError:
        raise
    except Exception as error:  # struct, unicode, overflow, NumPy: the bytes are wrong, whatever noticed it
        raise WireError(f"malformed: {type(error).__name__}") from None
    if reader.at != len(data):
        raise WireError("bytes after the value")
    return value


def _write(out: list[bytes], value, request: bool, depth: int) -> None:
    kind = type(value)
    if depth > MAX_DEPTH or len(out) >= MAX_ITEMS:
        raise WireError("nested too deep, or too many items")
    if value is None or kind is bool:
        out.append({None: b"N", True: b"T", False: b"F"}[value])
    elif kind is int:
        raw = value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True)
        if len(raw) > MAX_INT_BYTES:
            raise WireError("an integer has too many digits")
        out.append(struct.pack(">cH", b"i", len(raw)) + raw)
    elif kind is float:
        out.append(struct.pack(">cd", b"f", value))
    elif kind is complex:
        out.append(struct.pack(">cdd", b"c", value.real, value.imag))
    elif kind is str:
        out.append(_pack_text(b"s", value))
    elif kind in (list, tuple):
        out.append(struct.pack(">cI", b"l" if kind is list else b"t", len(value)))
        for item in value:
            _write(out, item, request, depth + 1)
    elif kind is dict and all(type(key) is str or type(key) is int and _is_key(key) for key in value):
        out.append(struct.pack(">cI", b"d", len(value)))
        for key, item in value.items():
            _write(out, key, request, depth + 1)
            _write(out, item, request, depth + 1)
    elif kind is np.ndarray or request and isinstance(value, np.generic):
        out.append(_pack_array(value, b"a" if kind is np.ndarray else b"g"))
    elif request and kind in (Learner, Driver):
        out.append(_pack_text(b"L" if kind is Learner else b"D", value.name))
    elif request and kind is FunctionType and _is_driver(value):
        out.append(_pack_text(b"D", value.__name__))
    else:
        raise WireError(f"a value of type {kind.__name__} cannot be sent; only plain data and functions of {DRIVERS}")


def _is_driver(function: FunctionType) -> bool:
    return function.__module__.startswith(f"{DRIVERS}.") and function.__qualname__.isidentifier()


def _is_key(number: int) -> bool:
    """64 bits: thousands of longer integers can share one hash, and would make a dict take minutes to build."""
    return number.bit_length() < 64


def _pack_text(tag: bytes, text: str) -> bytes:
    raw = text.encode("utf-8", "replace")
    return struct.pack(">cI", tag, len(raw)) + raw


def _pack_array(value, tag: bytes) -> bytes:
    dtype = value.dtype.newbyteorder("<")
    if dtype not in _DTYPES or value.ndim > MAX_DIMENSIONS or _count(value.shape) * dtype.itemsize > MAX_BYTES:
        raise WireError(f"an array of {value.dtype}, shape {value.shape}, cannot be sent")
    head = struct.pack(f">cBB{value.ndim}Q", tag, _DTYPES.index(dtype), value.ndim, *value.shape)
    return head + value.astype(dtype).tobytes()


def _count(shape: tuple[int, ...]) -> int:
    """Elements, an empty axis counted as one: NumPy refuses a vast axis even beside an empty one."""
    return math.prod(max(length, 1) for length in shape)


class _Reader:
    """Decodes one value, counting what it has read."""

    def __init__(self, data: bytes, request: bool):
        self.data, self.request, self.at, self.items = data, request, 0, 0

    def take(self, count: int) -> bytes:
        if count > len(self.data) - self.at:
            raise WireError("cut short")
        self.at += count
        return self.data[self.at - count : self.at]

    def unpack(self, layout: str) -> tuple:
        return struct.unpack(layout, self.take(struct.calcsize(layout)))

    def text(self) -> str:
        return self.take(*self.unpack(">I")).decode("utf-8")  # strict: no lone surrogates

    def read(self, depth: int):
        self.items += 1
        if depth > MAX_DEPTH or self.items > MAX_ITEMS:
            raise WireError("nested too deep, or too many items")
        tag = self.take(1)
        if tag in b"NTF":
            return {b"N": None, b"T": True, b"F": False}[tag]
        if tag == b"i":
            (length,) = self.unpack(">H")
            if not 0 < length <= MAX_INT_BYTES:
                raise WireError("an integer has too many digits")
            return int.from_bytes(self.take(length), "big", signed=True)
        if tag == b"f":
            return self.unpack(">d")[0]
        if tag == b"c":
            return complex(*self.unpack(">dd"))
        if tag == b"s":
            return self.text()
        if tag in b"lt":
            items = [self.read(depth + 1) for _ in range(*self.unpack(">I"))]
            return items if tag == b"l" else tuple(items)
        if tag == b"d":
            return {self.key(depth + 1): self.read(depth + 1) for _ in range(*self.unpack(">I"))}
        if tag == b"a":
            return self.array()
        if self.request and tag == b"g":
            return self.array()[()]
        if self.request and tag in b"LD":
            return (Learner if tag == b"L" else Driver)(self.text())
        raise WireError(f"unknown tag {tag!r}")

    def key(self, depth: int) -> str | int:
        key = self.read(depth)
        if not (type(key) is str or type(key) is int and _is_key(key)):
            raise WireError(f"a key of type {type(key).__name__}, or too large")
        return key

    def array(self) -> np.ndarray:
        code, dimensions = self.unpack(">BB")
        if code >= len(_DTYPES) or dimensions > MAX_DIMENSIONS:
            raise WireError("no such dtype, or too many dimensions")
        shape, dtype = self.unpack(f">{dimensions}Q"), _DTYPES[code]
        if _count(shape) * dtype.itemsize > MAX_BYTES:
            raise WireError("an array is too large")
        raw = self.take(math.prod(shape) * dtype.itemsize)
        if dtype.kind == "b" and raw.strip(b"\0\1"):  # NumPy's booleans are 0 or 1; other bytes misbehave
            raise WireError("a boolean that is neither")
        array = np.frombuffer(raw, dtype).reshape(shape)
        return array.astype(dtype.newbyteorder("="))
