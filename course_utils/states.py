"""States of live objects as trees of plain values, and trees as safetensors bytes and back: exact, and no pickle."""

from __future__ import annotations

import base64
import copy
import json
import math
import struct
import sys
from collections import Counter, OrderedDict
from collections.abc import Callable
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np

from . import keras_states, seeds

_NATIVE = set("bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64".split())
_AS_BYTES = {"bfloat16", "complex64", "complex128", "float8_e4m3fn", "float8_e5m2"}  # safetensors or NumPy lacks them
_DICTS = {"dict": dict, "OrderedDict": OrderedDict, "Counter": Counter}
_PLAIN = (type(None), bool, int, float, str, bytes, list, tuple, dict, np.ndarray, np.generic)
_SHAPED_LIKE_PARAMETER = ("exp_avg", "exp_avg_sq", "max_exp_avg_sq", "momentum_buffer", "square_avg", "sum")


class CheckpointError(RuntimeError):
    """A checkpoint cannot be read or does not fit; the text says which file, what is wrong, and what to do."""


def demand(fulfilled: Any, message: str) -> None:
    """Raise CheckpointError with this message where something is not as it must be."""
    if not fulfilled:
        raise CheckpointError(message)


def capture_state(state: dict[str, Any]) -> dict:
    """Return {"state": {name: {"kind", "class", "value"}}, "random": the global generators'}, the values as trees.

    Raises ValueError where `state` is no dict of named things, TypeError for a thing that no rule covers.
    """
    entries = {}
    for name, thing in check_names(state).items():
        kind = _find_kind(name, thing)
        entries[name] = {"kind": kind, "class": _class_of(thing), "value": _RULES[kind].take(thing)}
    return {"state": entries, "random": seeds.capture_random()}


def check_names(state: Any) -> dict[str, Any]:
    """Return `state`; ValueError where it is no dict of named things."""
    if not isinstance(state, dict) or not state or not all(type(name) is str for name in state):
        raise ValueError('state must be a dict like {"model": model, "optimizer": optimizer}: names, and what to save')
    return state


def check_state(state: dict[str, Any], saved: dict) -> None:
    """Raise CheckpointError where the saved tree does not fit the objects of `state`; changes nothing."""
    try:
        missing = sorted(set(state) - set(saved["state"]))
        demand(not missing, f"it holds {sorted(saved['state'])}, but not {missing}")
        for name, thing in state.items():
            kind, entry, now = _find_kind(name, thing), saved["state"][name], _class_of(thing)
            alike = kind == entry["kind"] and now.split(".")[-1] == entry["class"].split(".")[-1]
            alike |= kind == entry["kind"] in ("plain", "torch-module", "keras-model")  # of these, more is compared
            demand(alike, f"{name!r} is a {now}, but the checkpoint holds a {entry['class']}")
            problem = _RULES[kind].misfit(thing, entry["value"])
            demand(not problem, f"{name!r} {problem}")
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"it does not fit ({type(error).__name__}: {error})") from error


def apply_state(state: dict[str, Any], saved: dict, random_states: bool) -> None:
    """Put a checked tree into the objects of `state`, all or nothing. Raises CheckpointError where one refuses it."""
    before = copy.deepcopy(capture_state(state))

    def put(tree: dict) -> None:
        for name, thing in state.items():
            _RULES[before["state"][name]["kind"]].put(thing, tree["state"][name]["value"])
        if random_states or tree is before:
            seeds.apply_random(tree["random"])

    try:
        put(saved)
    except Exception as error:  # whatever it was: put everything back
        put(before)
        raise CheckpointError(f"it was refused ({error}); everything is as it was before") from error


def encode_state(tree: Any) -> bytes:
    """Return `tree` as the bytes of one safetensors file; its structure travels as JSON in the file's metadata.

    Allowed: None, bool, int, float (NaN and infinities too), str, bytes, list, tuple, dict, OrderedDict, Counter,
    NumPy arrays and scalars, dense PyTorch tensors. Raises TypeError naming the place of anything else.
    """
    from safetensors.numpy import save

    tensors: dict[str, np.ndarray] = {}
    structure = json.dumps(_encode(tree, (), tensors), allow_nan=False)
    return save(tensors, metadata={"tree": structure})


def decode_state(raw: bytes) -> Any:
    """Return the tree that `encode_state` wrote, its tensors fresh and on the CPU; any other bytes: CheckpointError."""
    from safetensors.numpy import load

    demand(not is_pickle(raw), "it is a pickle or a zip archive, as torch.save writes; it was not opened")
    try:
        tensors, header = load(raw), json.loads(raw[8 : 8 + int.from_bytes(raw[:8], "little")])
        tree = header.get("__metadata__", {}).get("tree")
        demand(tree, "a safetensors file from elsewhere: the course's structure beside the tensors is missing")
        return json.loads(tree, object_hook=lambda node: _decode(node, tensors))
    except CheckpointError:
        raise
    except Exception as error:  # the library raises several kinds; each means: not a whole file
        raise CheckpointError(f"no whole safetensors file of this course ({type(error).__name__}: {error})") from error


def is_pickle(raw: bytes) -> bool:
    """Is it a pickle or a zip archive? (safetensors: 8 bytes of length, any of them, then JSON)"""
    return raw[8:9] != b"{" and (raw[:2] == b"PK" or raw[:1] == b"\x80")


def _encode(value: Any, path: tuple, tensors: dict) -> Any:
    kind = type(value)
    if value is None or kind in (bool, int, str) or kind is float and math.isfinite(value):
        return value
    if kind is float:
        return {"$": "float", "v": str(value), "bits": struct.pack("<d", value).hex()}
    if kind is bytes:
        return {"$": "bytes", "v": base64.b64encode(value).decode()}
    if kind is list or kind is tuple or (kind.__module__, kind.__name__) == ("torch", "Size"):
        items = [_encode(item, (*path, i), tensors) for i, item in enumerate(value)]
        return items if kind is list else {"$": "tuple", "v": items}
    if kind is dict and all(type(key) is str and key != "$" for key in value):
        return {key: _encode(item, (*path, key), tensors) for key, item in value.items()}
    if kind in _DICTS.values():
        pairs = [
            (_encode(k, (*path, f"key {k!r}"), tensors), _encode(v, (*path, k), tensors)) for k, v in value.items()
        ]
        versions = getattr(value, "_metadata", None)  # of layers: PyTorch keeps them here, beside the items
        extra = {} if versions is None else {"extra": _encode(versions, (*path, "_metadata"), tensors)}
        return {"$": kind.__name__, "v": pairs, **extra}
    torch, dtype = sys.modules.get("torch"), ""
    if type(value) in (np.ndarray, np.memmap) or isinstance(value, np.generic):
        held = "numpy" if isinstance(value, np.ndarray) else "scalar"
        array = np.array(value, value.dtype.newbyteorder("<"), order="C")
        dtype, array = (
            array.dtype.name,
            array if array.dtype.name in _NATIVE else np.frombuffer(array.tobytes(), np.uint8),
        )
    elif torch and isinstance(value, torch.Tensor) and value.layout == torch.strided and not value.is_quantized:
        held, dtype = "torch", str(value.dtype).removeprefix("torch.")
        data = value.detach().to("cpu").resolve_conj().resolve_neg().contiguous()
        array = (data if dtype in _NATIVE else data.reshape(-1).view(torch.uint8)).numpy()
    if dtype not in _NATIVE | _AS_BYTES:
        where = "state" + "".join(f"[{part!r}]" for part in path)
        raise TypeError(f"{where} is a {_class_of(value)}, which a checkpoint cannot hold; save its numbers instead")
    name = ".".join(map(str, path)) or "value"
    while name in tensors:  # the keys 1 and "1" would share a name
        name += "'"
    tensors[name] = array
    return {"$": held, "t": name, "dtype": dtype, "shape": list(value.shape)}


def _decode(node: dict, tensors: dict) -> Any:
    """What one JSON object stands for; those inside of it were decoded before."""
    kind = node.get("$")
    if kind is None:
        return node
    if kind == "float":
        return struct.unpack("<d", bytes.fromhex(node["bits"]))[0]
    if kind == "bytes":
        return base64.b64decode(node["v"], validate=True)
    if kind == "tuple":
        return tuple(node["v"])
    if kind in _DICTS:
        result = _DICTS[kind](dict(node["v"]))
        if "extra" in node:
            result._metadata = node["extra"]
        return result
    dtype, shape, array = node["dtype"], node["shape"], tensors[node["t"]]
    if array.dtype.name != (dtype if dtype in _NATIVE else "uint8") or dtype not in _NATIVE | _AS_BYTES:
        raise ValueError(f"{node['t']} is {array.dtype}, not {dtype}")
    if kind == "torch":
        import torch

        return torch.tensor(array).view(getattr(torch, dtype)).reshape(shape)
    array = array.copy().view(dtype).reshape(shape)
    return {"numpy": array, "scalar": array[()]}[kind]


class _Rule(NamedTuple):
    """How one kind of object gives its state, takes it back, and says why one does not fit ("" where it does)."""

    types: str = ""  # "torch.nn.Module": looked up where torch is loaded
    take: Callable = lambda thing: thing.state_dict()
    put: Callable = lambda thing, value: thing.load_state_dict(value)
    misfit: Callable = lambda thing, value: ""


def _put_module(module: Any, saved: dict) -> None:
    if saved.keys() != module.state_dict().keys():
        ours, theirs = _plain_names(module.state_dict()), _plain_names(saved)
        saved = {ours[name]: saved[theirs[name]] for name in ours}
    module.load_state_dict(saved)


def _misfit_module(module: Any, saved: dict) -> str:
    then, now = ({k: _sign(s[key]) for k, key in _plain_names(s).items()} for s in (saved, module.state_dict()))
    problems = [f"{key} is missing in the checkpoint" for key in now if key not in then]
    problems += [f"{key} is only in the checkpoint" for key in then if key not in now]
    both = [key for key in then if key in now and then[key] != now[key]]
    problems += [f"{key} is {then[key]} in the checkpoint and {now[key]} here" for key in both]
    more = f"; and {len(problems) - 3} more" if len(problems) > 3 else ""
    return problems and f"is another model: {'; '.join(problems[:3])}{more}"


def _plain_names(tensors: dict) -> dict[str, str]:
    """Names without what torch.compile ("_orig_mod.") and DataParallel ("module.") put into them -> names."""
    names = {".".join(part for part in key.split(".") if part != "_orig_mod"): key for key in tensors}
    wrapped = all(name.startswith("module.") for name in names)
    return {name.removeprefix("module.") if wrapped else name: key for name, key in names.items()}


def _misfit_optimizer(optimizer: Any, saved: dict) -> str:
    then, now = ([len(g["params"]) for g in groups] for groups in (saved["param_groups"], optimizer.param_groups))
    if then != now:
        return f"has parameter groups of {now} parameters, those of the checkpoint had {then}"
    for index, parameter in enumerate(p for group in optimizer.param_groups for p in group["params"]):
        for key, value in saved["state"].get(index, {}).items():
            if key in _SHAPED_LIKE_PARAMETER and getattr(value, "shape", parameter.shape) != parameter.shape:
                shapes = f"{key} is {_sign(value)} in the checkpoint, the parameter {_sign(parameter)}"
                return f"belongs to another model: of parameter {index}, {shapes}"
    return ""


_RULES = {  # Keras first: on PyTorch its models are modules too
    "keras-model": _Rule("keras.Model", keras_states.take_model, keras_states.put_model, keras_states.misfit_model),
    "keras-optimizer": _Rule(
        "keras.optimizers.Optimizer",
        lambda optimizer: keras_states.take_variables(optimizer.variables),
        lambda optimizer, saved: keras_states.put_variables(optimizer.variables, saved),
        lambda optimizer, saved: keras_states.misfit_variables(
            saved, keras_states.take_variables(optimizer.variables), 1
        ),
    ),
    "torch-module": _Rule("torch.nn.Module", put=_put_module, misfit=_misfit_module),
    "torch-optimizer": _Rule("torch.optim.Optimizer", misfit=_misfit_optimizer),
    "torch-generator": _Rule("torch.Generator", lambda rng: rng.get_state(), lambda rng, value: rng.set_state(value)),
    "numpy-generator": _Rule("numpy.random.Generator", seeds.capture_generator, seeds.apply_generator),
    "python-random": _Rule("random.Random", seeds.capture_generator, seeds.apply_generator),
    "plain": _Rule("torch.Tensor", lambda value: value, lambda value, saved: None),
    "state-dict": _Rule(),
}


def _find_kind(name: str, thing: Any) -> str:
    for kind, rule in _RULES.items():
        library, _, path = rule.types.partition(".")
        if library in sys.modules and isinstance(thing, attrgetter(path)(sys.modules[library])):
            return kind
    if isinstance(thing, _PLAIN):
        return "plain"
    if callable(getattr(thing, "state_dict", None)) and callable(getattr(thing, "load_state_dict", None)):
        return "state-dict"
    needed = "no state_dict() and load_state_dict(), and is no Keras model, no generator and no plain value"
    raise TypeError(f"state[{name!r}] is a {_class_of(thing)}: it has {needed}")


def _sign(value: Any) -> str:
    return f"{value.dtype}{tuple(value.shape)}" if hasattr(value, "shape") else type(value).__name__


def _class_of(thing: Any) -> str:
    return f"{type(thing).__module__}.{type(thing).__qualname__}"
