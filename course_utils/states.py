"""States of live objects as trees of plain values, and trees as safetensors bytes and back: exact, and no pickle."""

from __future__ import annotations

import copy
import hashlib
import json
import math
import struct
import sys
from collections import Counter, OrderedDict
from operator import attrgetter, methodcaller
from typing import Any

import numpy as np

from . import keras_states, seeds

_NATIVE = set("bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64".split())
_AS_BYTES = {"bfloat16", "complex64", "complex128", "float8_e4m3fn", "float8_e5m2"}  # safetensors or NumPy lacks them
_BUILD = {"tuple": tuple, "dict": dict, "OrderedDict": OrderedDict, "Counter": lambda pairs: Counter(dict(pairs))}
_PLAIN = (type(None), bool, int, float, str, bytes, list, tuple, dict, np.ndarray, np.generic)
_SLOTS = {"exp_avg", "exp_avg_sq", "max_exp_avg_sq", "momentum_buffer", "square_avg", "sum"}  # shaped like a parameter


class CheckpointError(RuntimeError):
    """A checkpoint cannot be read or does not fit; the text says which file, what is wrong, and what to do."""


def capture_state(state: dict[str, Any]) -> dict:
    """Return {"state": {name: {"kind", "class", "value"}}, "random"}; ValueError, TypeError for what has no state."""
    if not isinstance(state, dict) or not state or not all(type(name) is str for name in state):
        raise ValueError('state must be a dict like {"model": model, "optimizer": optimizer}: names, and what to save')
    entries = {}
    for name, thing in state.items():
        kind, take, _ = _find_rule(name, thing)
        entries[name] = {"kind": kind, "class": _class_of(thing), "value": take(thing)}
    return {"state": entries, "random": seeds.capture_random()}


def apply_state(state: dict[str, Any], saved: dict, random_states: bool, keep: bool = True) -> None:
    """Put a saved tree into the objects of `state`, or CheckpointError and nothing; keep=False: only see if it fits."""
    before, current = None, "state"
    try:
        before = copy.deepcopy(capture_state(state))
        if missing := sorted(set(state) - set(saved["state"])):
            raise ValueError(f"the checkpoint holds {sorted(saved['state'])}, but not {missing}")
        for current, thing in state.items():
            then, now = saved["state"][current], before["state"][current]
            same = then["class"].split(".")[-1] == now["class"].split(".")[-1]
            if then["kind"] != now["kind"] or not (same or now["kind"] in _BY_CONTENT):
                raise ValueError(f"it is a {now['class']}, but the checkpoint holds a {then['class']}")
            _find_rule(current, thing)[2](thing, then["value"])
        current = "random states"
        if random_states:
            seeds.apply_random(saved["random"])
        if keep:
            before = None
    except Exception as error:  # the objects may raise whatever they like
        raise CheckpointError(f"{current!r} does not fit: {error}; everything is as it was before") from error
    finally:
        if before:
            for name, thing in state.items():
                _find_rule(name, thing)[2](thing, before["state"][name]["value"])
            seeds.apply_random(before["random"])


def encode_state(tree: Any) -> bytes:
    """Return `tree` as a safetensors file, its structure as JSON in the metadata.

    It may hold _PLAIN values, OrderedDict, Counter and dense PyTorch tensors; TypeError names the place of others.
    """
    from safetensors.numpy import save

    tensors: dict[str, np.ndarray] = {}
    structure = json.dumps(_encode(tree, (), tensors), allow_nan=False)
    return save(tensors, metadata={"tree": structure})


def decode_state(raw: bytes, sha256: str | None = None) -> Any:
    """Return the tree that `encode_state` wrote, its tensors fresh and on the CPU; any other bytes: CheckpointError."""
    from safetensors.numpy import load

    if raw[8:9] != b"{" and (raw[:2] == b"PK" or raw[:1] == b"\x80"):  # safetensors: 8 bytes of length, then JSON
        raise CheckpointError("it is a pickle or a zip archive, as torch.save writes; it was not opened")
    if sha256 not in (None, hashlib.sha256(raw).hexdigest()):
        raise CheckpointError("it was changed or cut after it was written: its hash is not the one in meta.json")
    try:
        tensors, header = load(raw), json.loads(raw[8 : 8 + int.from_bytes(raw[:8], "little")])
        if "tree" not in header.get("__metadata__", {}):
            raise ValueError("it is from elsewhere: the structure beside the tensors is missing")
        return json.loads(header["__metadata__"]["tree"], object_hook=lambda node: _decode(node, tensors))
    except Exception as error:  # the library raises several kinds; each means: not a whole file
        raise CheckpointError(f"no whole safetensors file of this course ({type(error).__name__}: {error})") from error


def _encode(value: Any, path: tuple, tensors: dict) -> Any:
    kind, torch = type(value), sys.modules.get("torch")
    if value is None or kind in (bool, int, str) or kind is float and math.isfinite(value):
        return value
    if kind is float:
        return {"$": "float", "v": str(value), "bits": struct.pack("<d", value).hex()}
    if kind is bytes:
        return {"$": "bytes", "v": value.hex()}
    if kind in (list, tuple) or torch and kind is torch.Size:
        items = [_encode(item, (*path, i), tensors) for i, item in enumerate(value)]
        return items if kind is list else {"$": "tuple", "v": items}
    if kind in (dict, OrderedDict, Counter):
        items = {key: _encode(item, (*path, key), tensors) for key, item in value.items()}
        if kind is dict and all(type(key) is str and key != "$" for key in items):
            return items
        pairs = [[_encode(key, (*path, f"key {key!r}"), tensors), item] for key, item in items.items()]
        versions = {"extra": value._metadata} if hasattr(value, "_metadata") else {}  # PyTorch's, of the layers
        return {"$": kind.__name__, "v": pairs, **_encode(versions, path, tensors)}
    held, dtype = "", ""
    if kind in (np.ndarray, np.memmap) or isinstance(value, np.generic):
        held, dtype, array = "scalar" if isinstance(value, np.generic) else "numpy", value.dtype.name, np.array(value)
        array = array.astype(array.dtype.newbyteorder("<"), order="C")
    elif torch and isinstance(value, torch.Tensor) and value.layout == torch.strided and not value.is_quantized:
        held, dtype = "torch", str(value.dtype).removeprefix("torch.")
        data = value.detach().cpu().resolve_conj().resolve_neg().contiguous()
        array = (data if dtype in _NATIVE else data.reshape(-1, 1).view(torch.uint8)).numpy()
    if dtype not in _NATIVE | _AS_BYTES:
        where = "state" + "".join(f"[{part!r}]" for part in path)
        raise TypeError(f"{where} is a {_class_of(value)}, which a checkpoint cannot hold; save its numbers instead")
    name = ".".join(map(str, path)) or "value"
    while name in tensors:  # the keys 1 and "1" would share a name
        name += "'"
    tensors[name] = array if dtype in _NATIVE else np.frombuffer(array.tobytes(), np.uint8)
    return {"$": held, "t": name, "dtype": dtype, "shape": list(value.shape)}


def _decode(node: dict, tensors: dict) -> Any:
    """What one JSON object stands for; those inside of it were decoded before."""
    kind = node.get("$")
    if kind is None:
        return node
    if kind == "float":
        return struct.unpack("<d", bytes.fromhex(node["bits"]))[0]
    if kind == "bytes":
        return bytes.fromhex(node["v"])
    if kind in _BUILD:
        result = _BUILD[kind](node["v"])
        if "extra" in node:
            result._metadata = node["extra"]
        return result
    dtype, shape, array = node["dtype"], node["shape"], tensors[node["t"]]
    if array.dtype.name != (dtype if dtype in _NATIVE else "uint8") or dtype not in _NATIVE | _AS_BYTES:
        raise ValueError(f"{node['t']} is {array.dtype}, declared as {dtype}")
    if kind == "torch":
        import torch

        return torch.tensor(array).view(getattr(torch, dtype)).reshape(shape)
    array = array.copy().view(dtype).reshape(shape)
    return {"numpy": array, "scalar": array[()]}[kind]


def _put_module(module: Any, saved: dict) -> None:
    here, there = _plain_names(module.state_dict()), _plain_names(saved)
    now, then = ({name: _sign(value) for name, (_, value) in side.items()} for side in (here, there))
    if wrong := [name for name in {**now, **then} if now.get(name) != then.get(name)]:
        told = [f"{n} is {then.get(n, 'missing')} in the checkpoint and {now.get(n, 'missing')} here" for n in wrong]
        raise ValueError(f"it is another model: {'; '.join(told[:3])}" + "; and more" * (len(told) > 3))
    renamed = {here[name][0]: there[name][1] for name in here}
    module.load_state_dict(saved if renamed.keys() == saved.keys() else renamed)  # `saved`: the layers' versions too


def _plain_names(tensors: dict) -> dict[str, tuple[str, Any]]:
    """Names without what torch.compile ("_orig_mod.") and DataParallel ("module.") put into them -> (name, tensor)."""
    named = {".".join(part for part in key.split(".") if part != "_orig_mod"): (key, tensors[key]) for key in tensors}
    wrapped = all(name.startswith("module.") for name in named)
    return {name.removeprefix("module.") if wrapped else name: item for name, item in named.items()}


def _put_optimizer(optimizer: Any, saved: dict) -> None:
    optimizer.load_state_dict(saved)  # this compares the groups of parameters, but no shapes
    for parameter, slots in optimizer.state.items():
        for key in _SLOTS & slots.keys():
            if getattr(slots[key], "shape", parameter.shape) != parameter.shape:
                raise ValueError(f"it belongs to another model: {key} is {_sign(slots[key])}, not {_sign(parameter)}")


def _sign(value: Any) -> str:
    return f"{value.dtype}{tuple(value.shape)}" if hasattr(value, "shape") else "there"


def _class_of(thing: Any) -> str:
    return f"{type(thing).__module__}.{type(thing).__qualname__}"


_TAKE, _PUT = methodcaller("state_dict"), lambda thing, value: thing.load_state_dict(value)
_BY_CONTENT = ("plain", "torch-module", "keras-model")  # of these what they hold decides, of others their class too
_RULES = [  # kind, type (looked up where its library is loaded), how to take the state and how to put it back
    ("keras-model", "keras.Model", keras_states.take_model, keras_states.put_model),  # on PyTorch it is a Module too
    ("keras-optimizer", "keras.Optimizer", keras_states.take_variables, keras_states.put_variables),
    ("torch-module", "torch.nn.Module", _TAKE, _put_module),
    ("torch-optimizer", "torch.optim.Optimizer", _TAKE, _put_optimizer),
    ("torch-generator", "torch.Generator", methodcaller("get_state"), lambda rng, saved: rng.set_state(saved)),
    ("numpy-generator", "numpy.random.Generator", seeds.take_numpy, seeds.put_numpy),
    ("python-random", "random.Random", methodcaller("getstate"), seeds.put_python),
    ("plain", "torch.Tensor", lambda value: value, lambda value, saved: None),
]


def _find_rule(name: str, thing: Any) -> tuple[str, Any, Any]:
    """(kind, take, put) for one entry of `state`. Raises TypeError for what no rule covers."""
    for kind, path, take, put in _RULES:
        library, _, path = path.partition(".")
        known = library in sys.modules and isinstance(thing, attrgetter(path)(sys.modules[library]))
        if known or kind == "plain" and isinstance(thing, _PLAIN):
            return kind, take, put
    if hasattr(thing, "state_dict") and hasattr(thing, "load_state_dict"):
        return "state-dict", _TAKE, _PUT
    needed = "no state_dict() and load_state_dict(), and is no Keras model, no generator and no plain value"
    raise TypeError(f"state[{name!r}] is a {_class_of(thing)}: it has {needed}")
