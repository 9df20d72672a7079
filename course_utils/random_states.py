"""The states of random generators, taken and put back: Python's, NumPy's, PyTorch's on every device in use."""

from __future__ import annotations

import random
import sys
import warnings

import numpy as np


def capture_random() -> dict:
    """Return the states of the global generators: Python, NumPy and, once loaded, PyTorch on all devices in use."""
    states = {"python": pack_python(random.getstate()), "numpy": np.random.get_state(legacy=False)}
    torch = sys.modules.get("torch")
    if torch is not None:
        states["torch"] = {"cpu": torch.get_rng_state()}
        for device in ("cuda", "xpu"):  # a device that was never used has drawn nothing
            module = getattr(torch, device, None)
            if module is not None and module.is_initialized():
                states["torch"][device] = module.get_rng_state_all()
        if torch.backends.mps.is_available():
            states["torch"]["mps"] = torch.mps.get_rng_state()
    return states


def apply_random(states: dict) -> None:
    """Put back what `capture_random` took; warns where the GPUs are not the same."""
    random.setstate(unpack_python(states["python"]))
    np.random.set_state(states["numpy"])
    torch = sys.modules.get("torch")
    if torch is None or "torch" not in states:
        return
    torch.set_rng_state(states["torch"]["cpu"])
    for device in ("cuda", "xpu", "mps"):
        if device not in states["torch"]:
            continue
        module = torch.backends.mps if device == "mps" else getattr(torch, device, None)
        count = int(module.is_available()) if device == "mps" else module.device_count() if module else 0
        if count != (1 if device == "mps" else len(states["torch"][device])):
            warnings.warn(
                f"the checkpoint was made with other {device} devices: their random states were not restored",
                stacklevel=4,
            )
        elif device == "mps":
            torch.mps.set_rng_state(states["torch"]["mps"])
        else:
            module.set_rng_state_all(states["torch"][device])


def capture_generator(rng: np.random.Generator) -> dict:
    """Return the state of one NumPy generator, and how many children it has spawned."""
    return {"state": rng.bit_generator.state, "spawned": _count_spawned(rng)}


def apply_generator(rng: np.random.Generator, value: dict) -> None:
    """Put back what `capture_generator` took."""
    rng.bit_generator.state = value["state"]
    behind = value["spawned"] - _count_spawned(rng)
    if behind > 0:  # rng.spawn() must not hand out the same children twice
        rng.bit_generator.seed_seq.spawn(behind)


def pack_python(state: tuple) -> list:
    """Return random.getstate() with its 625 words as one array."""
    version, words, gauss = state
    return [version, np.array(words, np.uint32), gauss]


def unpack_python(packed: list) -> tuple:
    """Undo `pack_python`."""
    version, words, gauss = packed
    return version, tuple(map(int, words)), gauss


def _count_spawned(rng: np.random.Generator) -> int:
    return getattr(rng.bit_generator.seed_seq, "n_children_spawned", 0)
