"""Checkpoints that resume exactly: whole or absent, hashed, readable; the last few and the best are kept; no pickle."""

from __future__ import annotations

import datetime
import math
import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from .batches import ShuffledBatches
from .checkpoint_files import WEIGHTS, read_folder, read_meta, recover_folders, remove_folder, write_folder
from .random_states import capture_random
from .state_codec import CheckpointError
from .state_objects import apply_state, capture_object, check_state

__all__ = ["CheckpointError", "Checkpoints", "ShuffledBatches"]


class Checkpoints:
    """A folder of checkpoints `step-00000123/{weights.safetensors, meta.json}`.

    keep_last: how many of the newest to keep (None: all). best: the metric whose best step is kept besides; mode: "min"
    or "max". A step is a number that your loop counts: batches, epochs, whatever it saves by.

    >>> store = Checkpoints("runs/mnist", keep_last=3, best="val_loss")          # doctest: +SKIP
    >>> for step in range(store.resume(state), N_STEPS):                         # 0 when the store is empty
    ...     loss = train(step)
    ...     store.save(step, state, metrics={"val_loss": loss})
    """

    def __init__(self, folder: str | Path, keep_last: int | None = 3, best: str | None = None, mode: str = "min"):
        if keep_last is not None and (type(keep_last) is not int or keep_last < 1):
            raise ValueError(f"keep_last must be a whole number of at least 1, or None to keep all, not {keep_last!r}")
        if mode not in ("min", "max"):
            raise ValueError(f"mode must be 'min' or 'max', not {mode!r}")
        self.folder, self.keep_last, self.best, self.mode = Path(folder).absolute(), keep_last, best, mode
        recover_folders(self.folder)

    def save(
        self,
        step: int,
        state: dict[str, Any],
        metrics: dict[str, float] | None = None,
        config: dict[str, Any] | None = None,
        extra: dict[str, Any] | None = None,
    ) -> Path:
        """Write one checkpoint, drop those that are no longer wanted, return its folder.

        state: name -> anything with state_dict and load_state_dict, a Keras model or optimiser, a random generator, or
        a plain value (`restore` returns those in meta["values"]). The global random states of Python, NumPy and PyTorch
        are saved always. metrics, config, extra: plain JSON data, readable in meta.json.
        Raises ValueError or TypeError naming what cannot be saved; then nothing is written.
        """
        if type(step) is not int or not 0 <= step < 10**12:
            raise ValueError(f"step must be a whole number from 0 on, not {step!r}")
        _check_names(state)
        from .reproducibility import last_seed

        entries = {name: capture_object(name, thing) for name, thing in state.items()}
        tree = {"state": entries, "random": capture_random()}
        meta = {
            "step": step,
            "saved_at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            "metrics": _check_metrics(metrics or {}),
            "config": config or {},
            "extra": extra or {},
            "state": {name: entry["class"] for name, entry in entries.items()},
            "random": {"seed": last_seed(), "states": sorted(tree["random"])},
        }
        recover_folders(self.folder)
        write_folder(self._path(step), tree, meta)
        self._prune(step)
        later = [s for s in self.steps() if s > step]
        if later:
            warnings.warn(
                f"step {step} was saved, but the steps {later} of an earlier run still count as newer: "
                f"store.drop_after({step}) forgets them",
                stacklevel=2,
            )
        return self._path(step)

    def restore(self, state: dict[str, Any], step: int | str = "newest", random_states: bool = True) -> dict[str, Any]:
        """Load a checkpoint into the objects of `state`, in place; return its meta ("values" holds the plain entries).

        step: a number, "newest" or "best". `state` may name a part of what was saved (a model alone, to evaluate it:
        then take random_states=False). Raises CheckpointError where the files are damaged or foreign or do not fit,
        naming the newest step that does; `state` and the random states are then as they were.
        """
        _check_names(state)
        number = self._find(step)
        try:
            saved, meta = self._read_fitting(number, state)
            apply_state(state, saved, random_states)
        except CheckpointError as error:
            raise CheckpointError(f"step {number} cannot be restored: {error}. {self._offer(number, state)}") from error
        plain = {name: entry["value"] for name, entry in saved["state"].items() if entry["kind"] == "plain"}
        return {**meta, "values": plain}

    def resume(self, state: dict[str, Any]) -> int:
        """Restore the newest checkpoint and return the step after it, 0 when there is none. Needs all names saved."""
        if self.latest() is None:
            return 0
        missing = sorted(set(self._meta_or_empty(self.latest()).get("state", {})) - set(state))
        if missing:
            raise CheckpointError(f"an exact continuation needs {missing} in state too: the checkpoint holds them")
        return self.restore(state)["step"] + 1

    def steps(self) -> list[int]:
        """Return the numbers of all steps in the folder, oldest first (whether whole or not)."""
        found = (re.fullmatch(r"step-(\d{8,12})", path.name) for path in self.folder.glob("step-*"))
        return sorted(int(match[1]) for match in found if match)

    def latest(self) -> int | None:
        """Return the number of the newest step, None in an empty store."""
        return max(self.steps(), default=None)

    def best_step(self) -> int | None:
        """Return the step with the best finite value of the metric `best`, the earliest of equals, or None."""
        scores = []
        for step in self.steps():
            value = self._meta_or_empty(step).get("metrics", {}).get(self.best)
            if isinstance(value, (int, float)) and math.isfinite(value):
                scores.append((value if self.mode == "min" else -value, step))
        return min(scores)[1] if scores else None

    def read_meta(self, step: int | str = "newest") -> dict[str, Any]:
        """Return the meta of one step without loading anything. Raises CheckpointError where it is damaged."""
        return read_meta(self._path(self._find(step)))

    def drop_after(self, step: int) -> None:
        """Delete all steps later than `step`: for going back and taking another way."""
        for later in self.steps():
            if later > step:
                remove_folder(self._path(later))

    def _path(self, step: int) -> Path:
        return self.folder / f"step-{step:08d}"

    def _find(self, step: int | str) -> int:
        if not self.steps():
            raise CheckpointError(f"{self.folder} holds no checkpoint: nothing was saved there, or the path is wrong")
        if step == "newest":
            return self.latest()
        if step == "best":
            if self.best_step() is None:
                raise CheckpointError(
                    f"no step in {self.folder} has a finite metric {self.best!r}: "
                    "Checkpoints(best=…) must name one that save() was given"
                )
            return self.best_step()
        if type(step) is not int:
            raise ValueError(f"step must be a number, 'newest' or 'best', not {step!r}")
        if step not in self.steps():
            raise CheckpointError(f"there is no step {step} in {self.folder}; there are {self.steps()}")
        return step

    def _read_fitting(self, step: int, state: dict[str, Any]) -> tuple[dict, dict]:
        saved, meta = read_folder(self._path(step))
        if meta["step"] != step:
            raise CheckpointError(f"{self._path(step)} was renamed: it was written as step {meta['step']}")
        check_state(state, saved)
        return saved, meta

    def _offer(self, refused: int, state: dict[str, Any]) -> str:
        for step in reversed(self.steps()):
            if step != refused:
                try:
                    self._read_fitting(step, state)
                except CheckpointError:
                    continue
                return f"The newest whole one that fits is step {step}: restore(state, step={step})"
        return "No other step is whole and fits"

    def _meta_or_empty(self, step: int) -> dict[str, Any]:
        """The meta of a step whose files look whole (the weights' hash is not computed: that is for restore)."""
        try:
            meta = read_meta(self._path(step))
            size = (self._path(step) / WEIGHTS).stat().st_size
            return meta if size == meta["files"][WEIGHTS]["bytes"] else {}
        except (CheckpointError, OSError, KeyError, TypeError):
            return {}

    def _prune(self, just_saved: int) -> None:
        """Delete what is older than the last `keep_last` whole steps, but never the best one nor the one just saved."""
        if self.keep_last is None:
            return
        whole = [step for step in self.steps() if self._meta_or_empty(step)]
        kept = set(whole[-self.keep_last :]) | {just_saved}
        for step in self.steps():
            if step < min(kept - {just_saved}, default=just_saved) and step not in (just_saved, self.best_step()):
                remove_folder(self._path(step))


def _check_names(state: Any) -> None:
    if not isinstance(state, dict) or not state or not all(type(name) is str for name in state):
        raise ValueError('state must be a dict like {"model": model, "optimizer": optimizer}: names, and what to save')


def _check_metrics(metrics: dict[str, Any]) -> dict[str, Any]:
    for name, value in metrics.items():
        if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.number)):
            raise TypeError(f"metric {name!r} must be a number, not a {type(value).__qualname__}; a tensor has .item()")
    return metrics
