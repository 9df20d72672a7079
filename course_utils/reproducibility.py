"""One seed for all generators, set in the open."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Sequence

import numpy as np

_FRAMEWORKS = ("torch", "tensorflow")
_last_seed: int | None = None


def seed_everything(seed: int = 0, frameworks: Sequence[str] = (), deterministic: bool = False) -> np.random.Generator:
    """Seed Python, NumPy and every framework that is loaded; return a fresh NumPy generator with the same seed.

    seed: 0 … 2**32 - 1 (the range of NumPy's global generator). frameworks: "torch" and "tensorflow" are imported and
    seeded when named; a framework that is neither named nor loaded is left alone, so seed again after its import.
    deterministic: also ask these frameworks for deterministic kernels (slower on a GPU, and some operations raise).
    torch.manual_seed covers CUDA, XPU and MPS too. Python's hash seed is fixed when the interpreter starts: set
    PYTHONHASHSEED outside. Raises ValueError for any other seed or framework.
    """
    global _last_seed
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or not 0 <= seed < 2**32:
        raise ValueError(f"seed must be a whole number from 0 to {2**32 - 1}, not {seed!r}")
    names = (frameworks,) if isinstance(frameworks, str) else tuple(frameworks)
    unknown = [name for name in names if name not in _FRAMEWORKS]
    if unknown:
        raise ValueError(f"unknown framework {unknown[0]!r}; choose from {', '.join(_FRAMEWORKS)}")
    seed = int(seed)
    if "keras" in sys.modules:  # forgets Keras's global SeedGenerator too
        sys.modules["keras"].utils.set_random_seed(seed)
    if "tensorflow" in names or "tensorflow" in sys.modules:
        _seed_tensorflow(seed, deterministic)
    if "torch" in names or "torch" in sys.modules:
        _seed_torch(seed, deterministic)
    random.seed(seed)
    np.random.seed(seed)
    _last_seed = seed
    return np.random.default_rng(seed)


def last_seed() -> int | None:
    """Return the seed that `seed_everything` was last given in this process, None if it never ran."""
    return _last_seed


def _seed_torch(seed: int, deterministic: bool) -> None:
    import torch

    torch.manual_seed(seed)
    if deterministic:
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # what cuBLAS needs for reproducible sums
        torch.backends.cudnn.benchmark = False
        torch.use_deterministic_algorithms(True)


def _seed_tensorflow(seed: int, deterministic: bool) -> None:
    import tensorflow as tf

    tf.random.set_seed(seed)
    if deterministic:
        tf.config.experimental.enable_op_determinism()
