"""Makes what a program draws at random, and what its clocks show, the same in every session."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

from autograder.sandbox.inside.clocks import make_clocks_repeatable

DEVICE_BYTES = 1 << 20
_plain_seed = random.Random.seed
_stream = random.Random(0)


def make_repeatable() -> None:
    """Begin the random numbers of Python, NumPy, PyTorch and TensorFlow anew; unseeded generators follow from them.

    NumPy's default_rng(), secrets, uuid4 and SystemRandom all read `random._urandom`. What C libraries ask the kernel
    for is no more random: see `write_device`. So are texts' hashes (PYTHONHASHSEED), addresses, Python's clocks,
    and what lies in memory that was freed: the requests' nonces follow from the submission and the teacher's key.

    This keeps the score of an answer that doesn't look for chance. One that does finds it: a race of threads, how much
    memory or time there is, the processor's own counter and generator, other clocks than Python's (see `clocks`).
    """
    _plain_seed(_stream, 0)
    os.urandom = random._urandom = _stream.randbytes
    os.getrandom = lambda size, flags=0: _stream.randbytes(size)
    random.Random.seed = _seed
    random.seed = random._inst.seed
    random.seed(0)
    sys.modules["numpy"].random.seed(0)
    if torch := sys.modules.get("torch"):
        torch.manual_seed(0)
        torch.seed = torch.random.seed = lambda: torch.manual_seed(_stream.getrandbits(63)).initial_seed()
    if tensorflow := sys.modules.get("tensorflow"):
        tensorflow.random.set_seed(0)
    make_clocks_repeatable()


def write_device(path: str) -> None:
    """A file that sessions see as /dev/urandom: C libraries read it where the kernel has no getrandom, as for them."""
    Path(path).write_bytes(random.Random(0).randbytes(DEVICE_BYTES))


def _seed(self: random.Random, a=None, version: int = 2) -> None:
    """Random.seed, without the system's randomness where no seed is given."""
    _plain_seed(self, _stream.getrandbits(64) if a is None else a, version)
