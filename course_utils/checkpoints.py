"""Checkpoints that resume exactly: whole or absent, hashed, readable; the last few and the best are kept; no pickle."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import json
import math
import platform
import re
import secrets
import sys
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from . import seeds, states
from .files import hash_json, locked, sync_folder, to_json, write_file
from .seeds import check_whole
from .states import CheckpointError

WEIGHTS, META, FORMAT, VERSION = "weights.safetensors", "meta.json", "course-checkpoint", 1
Json = dict[str, Any] | None


class Checkpoints:
    """A folder of checkpoints `step-00000123/{weights.safetensors, meta.json}`; several processes may save in it.

    keep_last: how many of the newest to keep (None: all). best: the metric whose best step is kept besides; mode: "min"
    or "max". A step is a number that your loop counts: batches, epochs, whatever it saves by.

    >>> store = Checkpoints("runs/mnist", keep_last=3, best="val_loss")          # doctest: +SKIP
    >>> for step in range(store.resume(state), N_STEPS):                         # 0 when the store is empty
    ...     loss = train(step)
    ...     store.save(step, state, metrics={"val_loss": loss})
    """

    def __init__(self, folder: str | Path, keep_last: int | None = 3, best: str | None = None, mode: str = "min"):
        if mode not in ("min", "max"):
            raise ValueError(f"mode must be 'min' or 'max', not {mode!r}")
        self.keep_last = None if keep_last is None else check_whole("keep_last", keep_last, 1)
        self.folder, self.best, self.mode = Path(folder).absolute(), best, mode
        if any(self.folder.glob(".*.step-*")):  # left by a killed run, or of a writer at work, or not ours to change
            with contextlib.suppress(OSError), self._changing(timeout=0):
                pass

    def save(self, step: int, state: dict, metrics: Json = None, config: Json = None, extra: Json = None) -> Path:
        """Write one checkpoint, drop those that are no longer wanted, return its folder.

        state: name -> anything with state_dict and load_state_dict, a Keras model or optimiser, a random generator, or
        a plain value (`restore` returns those in meta["values"]). The global random states of Python, NumPy and PyTorch
        are saved always. metrics, config, extra: plain JSON data, readable in meta.json.
        Raises ValueError or TypeError naming what cannot be saved; then nothing is written.
        """
        step, tree = check_whole("step", step, 0, 10**12 - 1), states.capture_state(state)
        for name, value in (metrics or {}).items():
            if isinstance(value, bool) or not isinstance(value, (int, float, np.number)):
                raise TypeError(f"metric {name!r} must be a number, not {value!r}; a tensor has .item()")
        weights = states.encode_state(tree)
        loaded = [name for name in ("numpy", "torch", "keras", "tensorflow", "transformers") if name in sys.modules]
        versions = {name: str(sys.modules[name].__version__) for name in loaded}
        meta = {
            "format": FORMAT,
            "version": VERSION,
            "step": step,
            "saved_at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            "metrics": metrics or {},
            "config": config or {},
            "extra": extra or {},
            "state": {name: entry["class"] for name, entry in tree["state"].items()},
            "random": {"seed": seeds.last_seed, "states": sorted(tree["random"])},
            "versions": {"python": platform.python_version(), **versions},
            "files": {WEIGHTS: {"bytes": len(weights), "sha256": hashlib.sha256(weights).hexdigest()}},
        }
        meta = to_json({**meta, "meta_sha256": hash_json(meta)}, "meta")
        target, fresh = self._path(step), self.folder / f".saving.{self._path(step).name}"
        with self._changing():
            write_file(fresh / WEIGHTS, weights)
            write_file(fresh / META, json.dumps(meta, indent=2, ensure_ascii=False))  # the last: now it is whole
            self._drop([step])  # killed here: `_tidy` brings the fresh one to its place
            fresh.rename(target)
            sync_folder(self.folder)
            whole = [number for number in self.steps() if self._whole_meta(number)]
            oldest = min(whole[-self.keep_last :]) if self.keep_last else 0
            self._drop({number for number in self.steps() if number < oldest} - {step, self.best_step()})
            later = [number for number in self.steps() if number > step]
        if later:
            message = f"step {step} was saved, but the steps {later} of an earlier run still count as newer"
            warnings.warn(f"{message}: store.drop_after({step}) forgets them", stacklevel=2)
        return target

    def restore(self, state: dict, step: int | str = "newest", random_states: bool = True) -> dict[str, Any]:
        """Load a checkpoint into the objects of `state`, in place; return its meta ("values" holds the plain entries).

        step: a number, "newest" or "best". `state` may name a part of what was saved (a model alone, to evaluate it:
        then take random_states=False). Raises CheckpointError where the files are damaged or foreign or do not fit,
        naming the newest step that does; `state` and the random states are then as they were.
        """
        number = self._find(step)
        try:
            saved, meta = self._load(number, state, random_states)
        except CheckpointError as error:
            offer = "No other step is whole and fits"
            for other in self.steps():
                with contextlib.suppress(CheckpointError):
                    if other != number and self._load(other, state, random_states, keep=False):
                        offer = f"The newest whole one that fits is step {other}: restore(state, step={other})"
            raise CheckpointError(f"step {number} cannot be restored: {error}. {offer}") from error
        plain = {name: entry["value"] for name, entry in saved["state"].items() if entry["kind"] == "plain"}
        return {**meta, "values": plain}

    def resume(self, state: dict) -> int:
        """Restore the newest checkpoint and return the step after it, 0 when there is none. Needs all names saved."""
        if self.latest() is None:
            return 0
        if missing := sorted(set(self._whole_meta(self.latest()).get("state", {})) - set(state)):
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
        values = {step: self._whole_meta(step).get("metrics", {}).get(self.best) for step in self.steps()}
        finite = {step: value for step, value in values.items() if value is not None and math.isfinite(value)}
        return (min if self.mode == "min" else max)(finite, key=finite.get, default=None)  # the first of equals

    def read_meta(self, step: int | str = "newest") -> dict[str, Any]:
        """Return the meta of one step without loading anything. Raises CheckpointError where it is damaged."""
        return _read_meta(self._path(self._find(step)))

    def drop_after(self, step: int) -> None:
        """Delete all steps later than `step`: for going back and taking another way."""
        with self._changing():
            self._drop(later for later in self.steps() if later > step)

    def _path(self, step: int) -> Path:
        return self.folder / f"step-{step:08d}"

    def _find(self, step: int | str) -> int:
        if not self.steps():
            raise CheckpointError(f"{self.folder} holds no checkpoint: nothing was saved there, or the path is wrong")
        if step == "newest":
            return self.latest()
        number = self.best_step() if step == "best" else check_whole("step (or 'newest' or 'best')", step, 0)
        if number is None:
            needed = "Checkpoints(best=…) must name one that save() was given"
            raise CheckpointError(f"no step in {self.folder} has a finite metric {self.best!r}: {needed}")
        if number not in self.steps():
            raise CheckpointError(f"there is no step {number} in {self.folder}; there are {self.steps()}")
        return number

    def _load(self, step: int, state: dict, random_states: bool, keep: bool = True) -> tuple[dict, dict]:
        """Check every hash of a step, apply it to `state`, return (what was saved, its meta)."""
        folder = self._path(step)
        meta, raw = _read_meta(folder), _read(folder / WEIGHTS)
        if meta["step"] != step:
            raise CheckpointError(f"{folder} was renamed: it was written as step {meta['step']}")
        try:
            saved = states.decode_state(raw, meta["files"].get(WEIGHTS, {}).get("sha256", "missing"))
        except CheckpointError as error:
            raise CheckpointError(f"{folder / WEIGHTS}: {error}") from None
        states.apply_state(state, saved, random_states, keep)
        return saved, meta

    def _whole_meta(self, step: int) -> dict[str, Any]:
        """The meta of a step whose files look whole, else {} (the weights' hash is computed by restore alone)."""
        with contextlib.suppress(CheckpointError, OSError, KeyError):
            meta = _read_meta(self._path(step))
            if (self._path(step) / WEIGHTS).stat().st_size == meta["files"][WEIGHTS]["bytes"]:
                return meta
        return {}

    @contextlib.contextmanager
    def _changing(self, timeout: float = 600.0):
        """The only process at work in the folder, which is tidy before and afterwards, whatever happens."""
        with locked(self.folder / ".lock", timeout):
            try:
                self._tidy()
                yield
            finally:
                self._tidy()

    def _drop(self, steps: Iterable[int]) -> None:
        for path in filter(Path.exists, map(self._path, steps)):  # each vanishes by one rename; `_tidy` does the rest
            path.rename(self.folder / f".removed.{path.name}.{secrets.token_hex(4)}")

    def _tidy(self) -> None:
        """Bring to its place what a killed save wrote whole, delete what it half wrote or had dropped."""
        for path in sorted(self.folder.glob(".*.step-*"), reverse=True):
            target = self.folder / path.name.split(".")[2]
            if path.name.startswith(".saving.") and (path / META).exists() and not target.exists():
                path.rename(target)
                continue
            for name in (WEIGHTS, META, f".{WEIGHTS}.*", f".{META}.*"):
                for file in path.glob(name):
                    file.unlink()
            with contextlib.suppress(OSError):  # not empty: somebody put a file of their own there
                path.rmdir()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CheckpointError(f"{path} is missing or unreadable ({error.strerror})") from None


def _read_meta(folder: Path) -> dict:
    """The meta.json of a checkpoint folder, its format and its hash checked."""
    path, text = folder / META, _read(folder / META)
    try:
        meta = json.loads(text, object_hook=lambda node: float(node["$float"]) if "$float" in node else node)
    except (ValueError, RecursionError) as error:
        raise CheckpointError(f"{path} is damaged: it is no JSON ({error})") from None
    if not isinstance(meta, dict) or (meta.get("format"), meta.get("version")) != (FORMAT, VERSION):
        raise CheckpointError(f"{path} was written by another program, or by another version of this course")
    if meta.pop("meta_sha256", "") != hash_json(meta):
        raise CheckpointError(f"{path} was changed after it was written: its hash does not fit its content")
    return meta
