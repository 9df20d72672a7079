"""The bounded, typed, pickle-free encoding of what passes between the grader and the sandbox.

A value is a tag byte, then what the tag says. The reader trusts nothing: it counts items, depth and digits while
decoding, builds exact built-in types and NumPy arrays only, and answers every malformation with the one WireError.
"""

from __future__ import annotations

import struct
from types import FunctionType

import numpy as np

from autograder.sandbox.inside.message import (
    DRIVERS,
    MAX_INT_BYTES,
    Counter,
    Driver,
    Learner,
    WireError,
    is_key,
    pack_array,
    read_array,
)

_LENGTH, _SHORT, _FLOAT = struct.Struct(">I"), struct.Struct(">H"), struct.Struct(">d")
_WORD = 1 << 63
_CONSTANTS = {b"N": None, b"T": True, b"F": False}


def encode(value, request: bool = False) -> bytes:
    """The value as bytes. Only a request may hold Learner, functions of `drivers` and NumPy scalars."""
    writer = _Writer(request)
    writer.write(value, 0)
    return b"".join(writer.out)


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


class _Writer(Counter):
    """Encodes one value into `out`."""

    def __init__(self, request: bool):
        self.request, self.out = request, []

    def write(self, value, depth: int) -> None:
        kind, add = type(value), self.out.append
        self.count(1, depth)
        if value is None or kind is bool:
            add(b"N" if value is None else b"T" if value else b"F")
        elif kind is float:
            add(b"f" + _FLOAT.pack(value))
        elif kind is int:
            raw = value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True)
            if len(raw) > MAX_INT_BYTES:
                raise WireError("an integer has too many digits")
            add(b"i" + _SHORT.pack(len(raw)) + raw)
        elif kind is str:
            add(self.pack_text(b"s", value))
        elif kind is list or kind is tuple:
            add((b"l" if kind is list else b"t") + _LENGTH.pack(len(value)))
            self.write_items(value, depth + 1)
        elif kind is complex:
            add(b"c" + _FLOAT.pack(value.real) + _FLOAT.pack(value.imag))
        elif kind is dict and all(map(is_key, value)):
            add(b"d" + _LENGTH.pack(len(value)))
            for key, item in value.items():
                self.write(key, depth + 1)
                self.write(item, depth + 1)
        elif kind is np.ndarray or self.request and isinstance(value, np.generic):
            add((b"a" if kind is np.ndarray else b"g") + pack_array(value))
        elif self.request and kind in (Learner, Driver):
            add(self.pack_text(b"L" if kind is Learner else b"D", value.name))
        elif self.request and kind is FunctionType and _is_driver(value):
            add(self.pack_text(b"D", value.__name__))
        else:
            what = f"a value of type {kind.__name__} cannot be sent"
            raise WireError(f"{what}; only plain data and functions of {DRIVERS}")

    def pack_text(self, tag: bytes, text: str) -> bytes:
        raw = text.encode("utf-8", "replace")
        self.count_text(len(raw))
        return tag + _LENGTH.pack(len(raw)) + raw

    def write_items(self, items: list | tuple, depth: int) -> None:
        """A byte that says how the items follow, and they: floats, integers, texts and rows of a table at once.

        So a program of 4,000 steps (operation, i, j) is three columns rather than 16,000 values.
        """
        kinds, number = set(map(type, items)), len(items)
        kind = kinds.pop() if len(kinds) == 1 else None
        if kind is float:
            self.count(number, depth)
            self.out.append(struct.pack(f">c{number}d", b"F", *items))
        elif kind is int and -_WORD <= min(items) and max(items) < _WORD:
            self.count(number, depth)
            self.out.append(struct.pack(f">c{number}q", b"I", *items))
        elif kind is str and number > 1 and "\0" not in "".join(items):
            self.count(number, depth)
            self.out.append(self.pack_text(b"S", "\0".join(items)))
        elif kind is tuple and number > 1 and (width := len(items[0])) and set(map(len, items)) == {width}:
            self.count(number, depth)
            self.out.append(b"R" + _LENGTH.pack(width))
            for column in zip(*items, strict=True):
                self.write_items(column, depth + 1)
        else:
            self.out.append(b"V")
            for item in items:
                self.write(item, depth)


def _is_driver(function: FunctionType) -> bool:
    return function.__module__.startswith(f"{DRIVERS}.") and function.__qualname__.isidentifier()


class _Reader(Counter):
    """Decodes one value, counting what it has read."""

    def __init__(self, data: bytes, request: bool):
        self.data, self.request, self.at = data, request, 0

    def take(self, count: int) -> bytes:
        if count > len(self.data) - self.at:
            raise WireError("cut short")
        self.at += count
        return self.data[self.at - count : self.at]

    def length(self) -> int:
        return _LENGTH.unpack(self.take(4))[0]

    def text(self) -> str:
        self.count_text(length := self.length())
        return self.take(length).decode("utf-8")  # strict: no lone surrogates

    def float(self) -> float:
        return _FLOAT.unpack(self.take(8))[0]

    def read(self, depth: int):
        self.count(1, depth)
        tag = self.take(1)
        if tag == b"f":
            return self.float()
        if tag == b"i":
            (length,) = _SHORT.unpack(self.take(2))
            if not 0 < length <= MAX_INT_BYTES:
                raise WireError("an integer has too many digits")
            return int.from_bytes(self.take(length), "big", signed=True)
        if tag == b"a":
            return read_array(self.take)
        if tag == b"s":
            return self.text()
        if tag == b"l":
            return self.read_items(depth + 1)
        if tag == b"t":
            return tuple(self.read_items(depth + 1))
        if tag in _CONSTANTS:
            return _CONSTANTS[tag]
        if tag == b"d":
            return {self.read_key(depth + 1): self.read(depth + 1) for _ in range(self.length())}
        if tag == b"c":
            return complex(self.float(), self.float())
        if self.request and tag == b"g":
            return read_array(self.take)[()]
        if self.request and tag in b"LD":
            return (Learner if tag == b"L" else Driver)(self.text())
        raise WireError(f"unknown tag {tag!r}")

    def read_items(self, depth: int, number: int | None = None) -> list:
        """What `write_items` wrote: `number` items, or as many as the message says."""
        number = self.length() if number is None else number
        how = self.take(1)
        if how == b"V":
            return [self.read(depth) for _ in range(number)]
        self.count(number, depth)
        if how in b"FI":
            return list(struct.unpack(f">{number}{'d' if how == b'F' else 'q'}", self.take(8 * number)))
        if how == b"S" and len(texts := self.text().split("\0", number)) == number:
            return texts
        if how == b"R" and number and (width := self.length()):
            return list(zip(*[self.read_items(depth + 1, number) for _ in range(width)], strict=True))
        raise WireError("items of no such kind, or not as many as announced")

    def read_key(self, depth: int) -> str | int:
        key = self.read(depth)
        if not is_key(key):
            raise WireError(f"a key of type {type(key).__name__}, or too large")
        return key
