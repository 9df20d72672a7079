"""One seed for all random generators, their states taken and put back, and batches whose order a seed decides."""

from __future__ import annotations

import operator
import os
import random
import sys
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

_FRAMEWORKS = ("torch", "tensorflow")
last_seed: int | None = None  # what `seed_everything` was last given in this process


def seed_everything(seed: int = 0, frameworks: Sequence[str] = (), deterministic: bool = False) -> np.random.Generator:
    """Seed Python, NumPy and every framework that is loaded; return a fresh NumPy generator with the same seed.

    seed: 0 … 2**32 - 1 (the range of NumPy's global generator). frameworks: "torch" and "tensorflow" are imported and
    seeded when named; a framework that is neither named nor loaded is left alone, so seed again after its import.
    deterministic: also ask these frameworks for deterministic kernels (slower on a GPU, and some operations raise).
    torch.manual_seed covers CUDA, XPU and MPS too. Python's hash seed is fixed when the interpreter starts: set
    PYTHONHASHSEED outside. Raises ValueError for any other seed or framework.
    """
    global last_seed
    seed = check_whole("seed", seed, 0, 2**32 - 1)
    names = (frameworks,) if isinstance(frameworks, str) else tuple(frameworks)
    unknown = [name for name in names if name not in _FRAMEWORKS]
    if unknown:
        raise ValueError(f"unknown framework {unknown[0]!r}; choose from {', '.join(_FRAMEWORKS)}")
    if "keras" in sys.modules:  # forgets Keras's global SeedGenerator too
        sys.modules["keras"].utils.set_random_seed(seed)
    if "tensorflow" in names or "tensorflow" in sys.modules:
        import tensorflow as tf

        tf.random.set_seed(seed)
        if deterministic:
            tf.config.experimental.enable_op_determinism()
    if "torch" in names or "torch" in sys.modules:
        import torch

        torch.manual_seed(seed)
        if deterministic:
            os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # what cuBLAS needs for reproducible sums
            torch.backends.cudnn.benchmark = False
            torch.use_deterministic_algorithms(True)
    random.seed(seed)
    np.random.seed(seed)
    last_seed = seed
    return np.random.default_rng(seed)


def check_whole(name: str, value: Any, least: int, most: int = 2**63 - 1) -> int:
    """Return a whole number of any type (int, np.int64, a tensor of one) as an int; ValueError names what it is not."""
    try:
        number = operator.index(value)
    except TypeError:
        number = least - 1
    if isinstance(value, bool) or not least <= number <= most:
        raise ValueError(f"{name} must be a whole number from {least} to {most}, not {value!r}")
    return number


class ShuffledBatches:
    """Indices of shuffled mini-batches; `for idx in batches` runs through the rest of the current epoch.

    n: number of examples; batch_size: examples a batch (the last batch may be smaller, or is left out with drop_last).
    A batch counts as seen when it is handed out: save a checkpoint after the update that used it.

    >>> batches = ShuffledBatches(5, batch_size=2, seed=0)
    >>> [len(idx) for idx in batches]                        # one epoch
    [2, 2, 1]
    """

    def __init__(self, n: int, batch_size: int, seed: int, drop_last: bool = False):
        self.n, self.batch_size = check_whole("n", n, 1), check_whole("batch_size", batch_size, 1)
        self.seed, self.drop_last = check_whole("seed", seed, 0), bool(drop_last)
        if drop_last and batch_size > n:
            raise ValueError(f"with drop_last no batch is left: batch_size {batch_size} is larger than n = {n}")
        self.epoch, self.position = 0, 0  # position: batches of this epoch that were handed out

    def __len__(self) -> int:
        """Return the number of batches in a whole epoch."""
        return self.n // self.batch_size if self.drop_last else -(-self.n // self.batch_size)

    def __iter__(self) -> Iterator[np.ndarray]:
        self._turn_page()
        epoch, order = self.epoch, self.order_of(self.epoch)
        while self.epoch == epoch and self.position < len(self):
            start = self.position * self.batch_size
            self.position += 1
            yield order[start : start + self.batch_size]
        if self.epoch == epoch:
            self._turn_page()

    def order_of(self, epoch: int) -> np.ndarray:
        """Return the order of all n examples in one epoch, (n,) int64; needs nothing but the seed and the epoch."""
        return np.random.default_rng([self.seed, epoch]).permutation(self.n)

    def state_dict(self) -> dict[str, Any]:
        """Return where we are, and what must be equal for that to mean anything."""
        settings = {"n": self.n, "batch_size": self.batch_size, "seed": self.seed, "drop_last": self.drop_last}
        return {"epoch": self.epoch, "position": self.position, **settings}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on where `state` was taken. Raises ValueError where the data or the settings differ."""
        for name, value in self.state_dict().items():
            if name not in ("epoch", "position") and state.get(name) != value:
                made = f"the batches were made with {name} = {state.get(name)!r}, these have {value!r}"
                raise ValueError(f"{made}: the order of the data would not be the same")
        epoch, position = state["epoch"], state["position"]
        if not (type(epoch) is int and type(position) is int and epoch >= 0 and 0 <= position <= len(self)):
            raise ValueError(f"epoch {epoch!r}, position {position!r} is no place in epochs of {len(self)} batches")
        self.epoch, self.position = epoch, position
        self._turn_page()

    def _turn_page(self) -> None:
        if self.position >= len(self):
            self.epoch, self.position = self.epoch + 1, 0


def capture_random() -> dict:
    """Return the states of the global generators: Python, NumPy and, once loaded, PyTorch on all devices in use."""
    states = {"python": capture_generator(random), "numpy": np.random.get_state(legacy=False)}
    if torch := sys.modules.get("torch"):
        used = [name for name in ("cuda", "xpu") if hasattr(torch, name) and getattr(torch, name).is_initialized()]
        states["torch"] = {"cpu": torch.get_rng_state(), **{k: getattr(torch, k).get_rng_state_all() for k in used}}
        if torch.backends.mps.is_available():
            states["torch"]["mps"] = torch.mps.get_rng_state()
    return states


def apply_random(states: dict) -> None:
    """Put back what `capture_random` took; warns where the GPUs are not the same."""
    apply_generator(random, states["python"])
    np.random.set_state(states["numpy"])
    torch = sys.modules.get("torch")
    for device, saved in states.get("torch", {}).items() if torch else ():
        if device == "cpu":
            torch.set_rng_state(saved)
        elif device == "mps" and torch.backends.mps.is_available():
            torch.mps.set_rng_state(saved)
        elif device != "mps" and hasattr(torch, device) and getattr(torch, device).device_count() == len(saved):
            getattr(torch, device).set_rng_state_all(saved)
        else:
            message = f"the checkpoint was made with other {device} devices: their random states were not restored"
            warnings.warn(message, stacklevel=5)


def capture_generator(rng: Any) -> Any:
    """Return the state of a generator of NumPy (with its number of children), of PyTorch or of Python."""
    if isinstance(rng, np.random.Generator):
        spawned = getattr(rng.bit_generator.seed_seq, "n_children_spawned", 0)
        return {"state": rng.bit_generator.state, "spawned": spawned}
    if hasattr(rng, "get_state"):
        return rng.get_state()
    version, words, gauss = rng.getstate()  # of `random.Random`, or of the module itself
    return [version, np.array(words, np.uint32), gauss]


def apply_generator(rng: Any, saved: Any) -> None:
    """Put back what `capture_generator` took."""
    if isinstance(rng, np.random.Generator):
        rng.bit_generator.state = saved["state"]
        behind = saved["spawned"] - capture_generator(rng)["spawned"]
        if behind > 0:  # rng.spawn() must not hand out the same children twice
            rng.bit_generator.seed_seq.spawn(behind)
    elif hasattr(rng, "set_state"):
        rng.set_state(saved)
    else:
        version, words, gauss = saved
        rng.setstate((version, tuple(map(int, words)), gauss))
