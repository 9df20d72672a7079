"""Makes what a program draws at random the same in every session, also where it asks the system for it."""

from __future__ import annotations

import os
import random
import sys

_plain_seed = random.Random.seed
_stream = random.Random(0)


def make_repeatable() -> None:
    """Begin the random numbers of Python, NumPy, PyTorch and TensorFlow anew; unseeded generators follow from them.

    NumPy's default_rng(), secrets, uuid4 and SystemRandom all read `random._urandom`. Not covered: the clock, process
    numbers, /dev/urandom.
    """
    _plain_seed(_stream, 0)
    os.urandom = random._urandom = _stream.randbytes
    random.Random.seed = _seed
    random.seed = random._inst.seed
    random.seed(0)
    sys.modules["numpy"].random.seed(0)
    if torch := sys.modules.get("torch"):
        torch.manual_seed(0)
        torch.seed = torch.random.seed = lambda: torch.manual_seed(_stream.getrandbits(63)).initial_seed()
    if tensorflow := sys.modules.get("tensorflow"):
        tensorflow.random.set_seed(0)


def _seed(self: random.Random, a=None, version: int = 2) -> None:
    """Random.seed, without the system's randomness where no seed is given."""
    _plain_seed(self, _stream.getrandbits(64) if a is None else a, version)
