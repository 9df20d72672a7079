"""Keras training that can be killed and resumed exactly: data whose order depends on (seed, epoch), and a callback."""

from __future__ import annotations

from typing import Any

import numpy as np

from .batches import ShuffledBatches
from .checkpoint import Checkpoints


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

        def __init__(self):
            super().__init__()
            self._next = 0
            self.set_epoch(0)

        def __len__(self) -> int:
            return len(plan)

        def __getitem__(self, index: int) -> tuple:
            rows = self._order[index * batch_size : (index + 1) * batch_size]
            return keras.tree.map_structure(lambda array: np.asarray(array)[rows], (x, y))

        def set_epoch(self, epoch: int) -> None:
            self._next, self._order = epoch, plan.order_of(epoch)

        def on_epoch_begin(self) -> None:  # on_epoch_end would not do: fit calls it before the first epoch too
            self.set_epoch(self._next)
            self._next += 1

    return ResumableBatches()


def keras_checkpoint(
    store: Checkpoints, batches: Any, state: dict[str, Any] | None = None, config: dict[str, Any] | None = None
) -> Any:
    """Return a callback that saves the model, its optimiser and all random states after each epoch, as step = epoch.

    The metrics are the epoch's logs; meta["extra"]["history"] holds those of all epochs so far, before the kill too.
    state: further objects to save, as for `Checkpoints.save`. Callbacks that keep a memory of their own (EarlyStopping,
    ReduceLROnPlateau) begin anew after a resume.

    >>> start = store.resume({"model": model})                                   # doctest: +SKIP
    >>> model.fit(batches, epochs=20, initial_epoch=start, shuffle=False, callbacks=[keras_checkpoint(store, batches)])
    """
    import keras

    class SaveEachEpoch(keras.callbacks.Callback):
        """Tells the batches which epoch begins, and saves when it has ended."""

        history: dict[str, list[float]]

        def on_train_begin(self, logs: dict | None = None) -> None:
            if self.params.get("steps") not in (None, len(batches)):
                raise ValueError(
                    f"fit was given steps_per_epoch={self.params['steps']}, an epoch has {len(batches)} "
                    "batches: leave steps_per_epoch out, or the order of the data cannot be resumed"
                )
            self._begun = False

        def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
            if not self._begun:
                earlier = epoch - 1 in store.steps()
                self.history = store.read_meta(epoch - 1)["extra"].get("history", {}) if earlier else {}
                self._begun = True
            batches.set_epoch(epoch)

        def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
            metrics = {name: float(value) for name, value in (logs or {}).items()}
            for name, value in metrics.items():
                self.history.setdefault(name, []).append(value)
            store.save(epoch, {"model": self.model, **(state or {})}, metrics, config, {"history": self.history})

    return SaveEachEpoch()
