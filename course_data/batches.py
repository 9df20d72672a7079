"""Shuffled batches whose order depends on the seed and the epoch alone, so that a killed epoch can be finished."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from course_utils.seeds import check_whole


class ShuffledBatches:
    """Indices of shuffled mini-batches; `for idx in batches` runs through the rest of the current epoch.

    n: number of examples; the last of an epoch's batches may be smaller than batch_size, or is left out (drop_last).
    A batch counts as seen when it is handed out: save a checkpoint after the update that used it.

    >>> [len(idx) for idx in ShuffledBatches(5, batch_size=2, seed=0)]           # one epoch
    [2, 2, 1]
    """

    def __init__(self, n: int, batch_size: int, seed: int, drop_last: bool = False):
        self.n, self.batch_size = check_whole("n", n, 1), check_whole("batch_size", batch_size, 1)
        self.seed, self.drop_last = check_whole("seed", seed, 0), bool(drop_last)
        self.epoch, self.position = 0, 0  # position: batches of this epoch that were handed out
        if len(self) == 0:
            raise ValueError(f"with drop_last no batch is left: batch_size {batch_size} is larger than n = {n}")

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
        self._turn_page()

    def order_of(self, epoch: int) -> np.ndarray:
        """Return the order of all n examples in one epoch, (n,) int64; needs nothing but the seed and the epoch."""
        return np.random.default_rng([self.seed, epoch]).permutation(self.n)

    def state_dict(self) -> dict[str, Any]:
        """Return where we are, and what must be equal for that to mean anything."""
        return {name: getattr(self, name) for name in ("epoch", "position", "n", "batch_size", "seed", "drop_last")}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on where `state` was taken. Raises ValueError where the data or the settings differ."""
        for name, now in self.state_dict().items():
            if name not in ("epoch", "position") and state.get(name) != now:
                raise ValueError(
                    f"{name} was {state.get(name)!r}, here {now!r}: the order of the data would be another"
                )
        epoch, position = state["epoch"], state["position"]
        if not (type(epoch) is type(position) is int and epoch >= 0 and 0 <= position <= len(self)):
            raise ValueError(f"epoch {epoch!r}, position {position!r} is no place in epochs of {len(self)} batches")
        self.epoch, self.position = epoch, position
        self._turn_page()

    def _turn_page(self) -> None:
        if self.position >= len(self):
            self.epoch, self.position = self.epoch + 1, 0


def keras_batches(x: Any, y: Any, batch_size: int, seed: int, drop_last: bool = False) -> Any:
    """Return a keras.utils.PyDataset of shuffled batches (x, y); epoch e's order depends on (seed, e) only.

    x, y: arrays of the same length N, or dicts, tuples of such. Give it to `model.fit(batches, shuffle=False, …)`; do
    not set steps_per_epoch: Keras would then read ahead into the next epoch while the old order still holds.
    """
    import keras

    lengths = {len(array) for array in keras.tree.flatten((x, y))}
    if len(lengths) != 1:
        raise ValueError(f"x and y must have the same number of examples, not {sorted(lengths)}")
    plan = ShuffledBatches(lengths.pop(), batch_size, seed, drop_last)

    class ResumableBatches(keras.utils.PyDataset):
        """Batches in the order of one epoch; `set_epoch` says which epoch begins next."""

        next, order = 0, plan.order_of(0)

        def __len__(self) -> int:
            return len(plan)

        def __getitem__(self, index: int) -> tuple:
            rows = self.order[index * batch_size : (index + 1) * batch_size]
            return keras.tree.map_structure(lambda array: np.asarray(array)[rows], (x, y))

        def set_epoch(self, epoch: int) -> None:
            self.next, self.order = epoch, plan.order_of(epoch)

        def on_epoch_begin(self) -> None:  # on_epoch_end would not do: fit calls it before the first epoch too
            self.set_epoch(self.next)
            self.next += 1

    return ResumableBatches()
