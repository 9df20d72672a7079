"""One seed for all random generators, their states taken and put back, and batches whose order a seed decides."""

from __future__ import annotations

import importlib
import operator
import os
import random
import sys
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

last_seed: int | None = None  # what `seed_everything` was last given in this process


def check_whole(name: str, value: Any, least: int, most: int = 2**63 - 1) -> int:
    """Return a whole number of any type (int, np.int64, a tensor of one) as an int; ValueError names what it is not."""
    try:
        number = operator.index(value)
    except TypeError:
        number = least - 1
    if isinstance(value, bool) or not least <= number <= most:
        raise ValueError(f"{name} must be a whole number from {least} to {most}, not {value!r}")
    return number


def seed_everything(seed: int = 0, frameworks: Sequence[str] = (), deterministic: bool = False) -> np.random.Generator:
    """Seed Python, NumPy and every framework that is loaded; return a fresh NumPy generator with the same seed.

    seed: 0 … 2**32 - 1. frameworks: "torch", "tensorflow", which are imported first; seed again after a later import.
    deterministic: ask for deterministic kernels too (slower on a GPU, some operations raise). Otherwise ValueError.
    """
    global last_seed
    seed, names = check_whole("seed", seed, 0, 2**32 - 1), [frameworks] if isinstance(frameworks, str) else frameworks
    if unknown := set(names) - {"torch", "tensorflow"}:
        raise ValueError(f"unknown framework {sorted(unknown)[0]!r}; choose from torch, tensorflow")
    for name in names:
        importlib.import_module(name)
    if "keras" in sys.modules:  # forgets Keras's global SeedGenerator too
        sys.modules["keras"].utils.set_random_seed(seed)
    if tf := sys.modules.get("tensorflow"):
        tf.random.set_seed(seed)
        if deterministic:
            tf.config.experimental.enable_op_determinism()
    if torch := sys.modules.get("torch"):
        torch.manual_seed(seed)  # on all devices
        if deterministic:
            os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # what cuBLAS needs for reproducible sums
            torch.backends.cudnn.benchmark = False
            torch.use_deterministic_algorithms(True)
    random.seed(seed)
    np.random.seed(seed)
    last_seed = seed
    return np.random.default_rng(seed)


def capture_random() -> dict:
    """Return the states of the global generators: Python, NumPy and, once loaded, PyTorch on all devices in use."""
    states = {"python": random.getstate(), "numpy": np.random.get_state(legacy=False)}
    if torch := sys.modules.get("torch"):
        used = [name for name in ("cuda", "xpu") if hasattr(torch, name) and getattr(torch, name).is_initialized()]
        states["torch"] = {"cpu": torch.get_rng_state(), **{k: getattr(torch, k).get_rng_state_all() for k in used}}
        if torch.backends.mps.is_available():
            states["torch"]["mps"] = torch.mps.get_rng_state()
    return states


def apply_random(states: dict) -> None:
    """Put back what `capture_random` took; warns where the devices are not the same."""
    put_python(random, states["python"])
    np.random.set_state(states["numpy"])
    torch = sys.modules.get("torch")
    for name, saved in states.get("torch", {}).items() if torch else ():
        device = torch if name == "cpu" else getattr(torch, name, None)
        if isinstance(saved, list) and device and device.device_count() == len(saved):
            device.set_rng_state_all(saved)
        elif name == "cpu" or name == "mps" and torch.backends.mps.is_available():
            device.set_rng_state(saved)
        else:
            warnings.warn(f"the checkpoint knows other {name} devices: their random states are not these", stacklevel=5)


def take_numpy(rng: np.random.Generator) -> dict:
    """Return the state of a NumPy generator, and how many children it has."""
    return {"state": rng.bit_generator.state, "spawned": getattr(rng.bit_generator.seed_seq, "n_children_spawned", 0)}


def put_numpy(rng: np.random.Generator, saved: dict) -> None:
    """Put back what `take_numpy` took."""
    rng.bit_generator.state = saved["state"]
    if (behind := saved["spawned"] - take_numpy(rng)["spawned"]) > 0:  # no child must be handed out twice
        rng.bit_generator.seed_seq.spawn(behind)


def put_python(rng: Any, saved: Sequence) -> None:
    """Put back what `getstate` of a `random.Random`, or of the module `random`, returned."""
    version, words, gauss = saved
    rng.setstate((version, tuple(map(int, words)), gauss))
