"""Chance that is the same in every session: who asks the system for random numbers gets these.

So an answer that draws without a seed, say by `np.random.default_rng()`, gets the same score each time.
"""

from __future__ import annotations

import _random
import os
import random
import sys

_SOURCE = _random.Random(0)
_seed_given = random.Random.seed


def fix_chance() -> None:
    """Begin all random numbers anew, those of Python, NumPy and PyTorch and those that stand for the system's."""
    _SOURCE.seed(0)
    os.urandom = random._urandom = _draw  # also secrets, uuid, NumPy where it has no seed
    random.Random.seed = _seed
    random.seed = random._inst.seed
    random.seed(0)
    sys.modules["numpy"].random.seed(0)
    if torch := sys.modules.get("torch"):
        torch.manual_seed(0)


def _draw(count: int, /) -> bytes:
    return _SOURCE.getrandbits(8 * count).to_bytes(count, "little")


def _seed(self, a=None, version: int = 2) -> None:
    _seed_given(self, _SOURCE.getrandbits(256) if a is None else a, version)
