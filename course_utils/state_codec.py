"""Turns a tree of states (dicts, lists, numbers, tensors) into safetensors bytes and back: exact, and no pickle."""

from __future__ import annotations

import base64
import json
import math
import struct
import sys
from collections import Counter, OrderedDict
from typing import Any

import numpy as np

# Types that safetensors and NumPy both know are stored as they are, all others as their bytes.
_NATIVE = {
    "bool",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float16",
    "float32",
    "float64",
}
_NUMPY_ONLY = {"complex64", "complex128"}
_TORCH_ONLY = {"bfloat16", "complex64", "complex128", "float8_e4m3fn", "float8_e5m2"}
_TAG = "$"  # a JSON object with this key stands for what JSON has no word for


class CheckpointError(RuntimeError):
    """A checkpoint cannot be read or does not fit; the text says which file, what is wrong, and what to do."""


def encode_state(tree: Any) -> bytes:
    """Return `tree` as the bytes of one safetensors file; its structure travels as JSON in the file's metadata.

    Allowed: None, bool, int, float (NaN and infinities too), str, bytes, list, tuple, dict, OrderedDict, Counter,
    NumPy arrays and scalars, dense PyTorch tensors. Dict keys: None, bool, int, float, str or tuples of them.
    Raises TypeError naming the place of anything else, so that nothing is lost silently.
    """
    from safetensors.numpy import save

    tensors: dict[str, np.ndarray] = {}
    structure = _encode(tree, (), tensors)
    return save(tensors, metadata={"tree": json.dumps(structure, allow_nan=False)})


def decode_state(raw: bytes) -> Any:
    """Return the tree that `encode_state` wrote; tensors are fresh copies on the CPU.

    Raises CheckpointError for any other bytes; nothing in them is ever executed.
    """
    from safetensors.numpy import load

    refuse_pickle(raw)
    try:
        tensors = load(raw)
        length = int.from_bytes(raw[:8], "little")
        structure = json.loads(json.loads(raw[8 : 8 + length])["__metadata__"]["tree"])
    except KeyError as error:
        raise CheckpointError(
            "a safetensors file from elsewhere: the course's structure beside the tensors is missing"
        ) from error
    except Exception as error:  # the library raises several kinds; each means: not a whole file
        raise CheckpointError(f"not a whole safetensors file ({error})") from error
    try:
        return _decode(structure, tensors)
    except (KeyError, TypeError, ValueError, IndexError, RuntimeError, AttributeError, struct.error) as error:
        why = f"{type(error).__name__}: {error}"
        raise CheckpointError(f"the structure beside the tensors makes no sense ({why})") from error


def refuse_pickle(raw: bytes) -> None:
    """Raise CheckpointError when the bytes are a pickle or a zip archive: those can run code when they are opened."""
    looks_whole = raw[8:9] == b"{"  # safetensors: 8 bytes of length, any of them, then JSON
    if not looks_whole and (raw[:2] == b"PK" or raw[:1] == b"\x80"):
        raise CheckpointError("it is a pickle or a zip archive, as torch.save writes; it was not opened")


def _encode(value: Any, path: tuple, tensors: dict) -> Any:
    if value is None or type(value) in (bool, int, str):
        return value
    if type(value) is float:
        return value if math.isfinite(value) else _tag_float(value)
    if type(value) is bytes:
        return {_TAG: "bytes", "v": base64.b64encode(value).decode()}
    if type(value) is list:
        return [_encode(item, (*path, i), tensors) for i, item in enumerate(value)]
    if type(value) is tuple or type(value).__name__ == "Size" and type(value).__module__ == "torch":
        return {_TAG: "tuple", "v": [_encode(item, (*path, i), tensors) for i, item in enumerate(value)]}
    if type(value) in (dict, OrderedDict, Counter):
        return _encode_dict(value, path, tensors)
    if type(value) in (np.ndarray, np.memmap) or isinstance(value, np.generic):
        kind = "numpy" if isinstance(value, np.ndarray) else "scalar"
        array = np.array(value, order="C")  # a copy in C order (ascontiguousarray would turn a 0-d array into 1-d)
        array = array.astype(array.dtype.newbyteorder("="))
        if array.dtype.name in _NATIVE | _NUMPY_ONLY:
            return _put(kind, array, array.dtype.name, array.shape, path, tensors)
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        name = str(value.dtype).removeprefix("torch.")
        if value.layout == torch.strided and not value.is_quantized and name in _NATIVE | _TORCH_ONLY:
            data = value.detach().to("cpu").resolve_conj().resolve_neg().contiguous()
            if name not in _NATIVE:  # an empty tensor has no stride that would allow the view
                data = data.reshape(-1).view(torch.uint8) if data.numel() else torch.empty(0, dtype=torch.uint8)
            array = data.numpy()
            return _put("torch", array.copy(), name, tuple(value.shape), path, tensors)
    raise TypeError(
        f"{_show(path)} is {_describe(value)}, which a checkpoint cannot hold; save its numbers or leave it out"
    )


def _encode_dict(value: dict, path: tuple, tensors: dict) -> Any:
    if type(value) is dict and all(type(key) is str and key != _TAG for key in value):
        return {key: _encode(item, (*path, key), tensors) for key, item in value.items()}
    pairs = [[_encode_key(key, path), _encode(item, (*path, key), tensors)] for key, item in value.items()]
    record = {_TAG: type(value).__name__, "v": pairs}
    extra = getattr(value, "_metadata", None)  # PyTorch keeps the layers' versions here, beside the items
    return record if extra is None else {**record, "extra": _encode(extra, (*path, "_metadata"), tensors)}


def _encode_key(key: Any, path: tuple) -> Any:
    parts = key if type(key) is tuple else (key,)
    if not all(part is None or type(part) in (bool, int, float, str) for part in parts):
        raise TypeError(
            f"{_show(path)} has the key {key!r}, {_describe(key)}; keys are numbers, strings or tuples of them"
        )
    return _encode(key, path, {})


def _put(kind: str, array: np.ndarray, dtype: str, shape: tuple, path: tuple, tensors: dict) -> dict:
    name = ".".join(map(str, path)) or "value"
    while name in tensors:  # the keys 1 and "1" would share a name
        name += "'"
    tensors[name] = array if dtype in _NATIVE else np.frombuffer(array.tobytes(), np.uint8)
    return {_TAG: kind, "t": name, "dtype": dtype, "shape": list(shape)}


def _decode(node: Any, tensors: dict) -> Any:
    if isinstance(node, list):
        return [_decode(item, tensors) for item in node]
    if not isinstance(node, dict):
        return node
    kind = node.get(_TAG)
    if kind is None:
        return {key: _decode(item, tensors) for key, item in node.items()}
    if kind == "float":
        return _untag_float(node)
    if kind == "bytes":
        return base64.b64decode(node["v"], validate=True)
    if kind == "tuple":
        return tuple(_decode(item, tensors) for item in node["v"])
    if kind in ("dict", "OrderedDict", "Counter"):
        result = {"dict": dict, "OrderedDict": OrderedDict, "Counter": Counter}[kind]()
        result.update({_decode(key, tensors): _decode(item, tensors) for key, item in node["v"]})
        if "extra" in node:
            result._metadata = _decode(node["extra"], tensors)
        return result
    if kind in ("numpy", "scalar", "torch"):
        return _take(kind, node, tensors)
    raise ValueError(f"unknown kind {kind!r}")


def _take(kind: str, node: dict, tensors: dict) -> Any:
    name, shape, array = node["dtype"], tuple(node["shape"]), tensors[node["t"]]
    if name not in _NATIVE | (_TORCH_ONLY if kind == "torch" else _NUMPY_ONLY):
        raise ValueError(f"unknown dtype {name!r}")
    if name in _NATIVE and (array.dtype.name != name or array.shape != shape):
        raise ValueError(f"{node['t']} is {array.dtype}{array.shape}, not {name}{shape}")
    if kind == "torch":
        import torch

        if name in _NATIVE:
            return torch.from_numpy(array.copy())
        dtype = getattr(torch, name)
        flat = torch.from_numpy(array.copy()).view(dtype) if array.size else torch.empty(0, dtype=dtype)
        return flat.reshape(shape)
    array = array.copy() if name in _NATIVE else array.copy().view(name).reshape(shape)
    return array if kind == "numpy" else array[()]


def _tag_float(value: float) -> dict:
    return {_TAG: "float", "v": str(value), "bits": struct.pack("<d", value).hex()}


def _untag_float(node: dict) -> float:
    return struct.unpack("<d", bytes.fromhex(node["bits"]))[0]


def _show(path: tuple) -> str:
    return "state" + "".join(f"[{part!r}]" for part in path)


def _describe(value: Any) -> str:
    return f"a {type(value).__module__}.{type(value).__qualname__}"
