"""Ordered data for Keras: batches whose order in an epoch depends on the seed and that epoch's number alone."""

from __future__ import annotations

from typing import Any

import numpy as np

from course_utils import ShuffledBatches


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
