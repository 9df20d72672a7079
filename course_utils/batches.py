"""Shuffled mini-batches whose order depends on (seed, epoch) only, so that a stopped epoch can be finished exactly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np


class ShuffledBatches:
    """Indices of shuffled mini-batches; `for idx in batches` runs through the rest of the current epoch.

    n: number of examples; batch_size: examples a batch (the last batch may be smaller, or is left out with drop_last).
    A batch counts as seen when it is handed out: save a checkpoint after the update that used it.

    >>> batches = ShuffledBatches(5, batch_size=2, seed=0)
    >>> [len(idx) for idx in batches]                        # one epoch
    [2, 2, 1]
    """

    def __init__(self, n: int, batch_size: int, seed: int, drop_last: bool = False):
        for name, value, least in (("n", n, 1), ("batch_size", batch_size, 1), ("seed", seed, 0)):
            if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
                raise ValueError(f"{name} must be an integer of at least {least}, not {value!r}")
        if drop_last and batch_size > n:
            raise ValueError(f"with drop_last no batch is left: batch_size {batch_size} is larger than n = {n}")
        self.n, self.batch_size, self.seed, self.drop_last = int(n), int(batch_size), int(seed), bool(drop_last)
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
        return {"epoch": self.epoch, "position": self.position, **self._settings()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on where `state` was taken. Raises ValueError where the data or the settings differ."""
        for name, value in self._settings().items():
            if name not in state or state[name] != value:
                raise ValueError(
                    f"the batches were made with {name} = {state.get(name)!r}, these have {value!r}: "
                    "the order of the data would not be the same"
                )
        epoch, position = state["epoch"], state["position"]
        if not (type(epoch) is int and type(position) is int and epoch >= 0 and 0 <= position <= len(self)):
            raise ValueError(f"epoch {epoch!r}, position {position!r} is no place in epochs of {len(self)} batches")
        self.epoch, self.position = epoch, position
        self._turn_page()

    def _turn_page(self) -> None:
        if self.position >= len(self):
            self.epoch, self.position = self.epoch + 1, 0

    def _settings(self) -> dict[str, Any]:
        return {"n": self.n, "batch_size": self.batch_size, "seed": self.seed, "drop_last": self.drop_last}
