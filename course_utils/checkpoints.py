"""Checkpoints that resume exactly: whole or absent, hashed, readable; the last few and the best are kept; no pickle."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import json
import math
import platform
import secrets
import sys
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from . import seeds, states
from .files import locked, sync_folder, write_file
from .seeds import check_whole
from .states import CheckpointError

WEIGHTS, META, FORMAT, VERSION = "weights.safetensors", "meta.json", "course-checkpoint", 1
_LIBRARIES = ("numpy", "torch", "keras", "tensorflow", "transformers")
Json = dict[str, Any] | None


class Checkpoints:
    """A folder of checkpoints `step-00000123/{weights.safetensors, meta.json}`; several processes may save in it.

    keep_last: how many of the newest to keep (None: all). best: a metric whose best step (by `mode`) is kept besides.

    >>> store = Checkpoints("runs/mnist", keep_last=3, best="val_loss")          # doctest: +SKIP
    >>> for step in range(store.resume(state), N_STEPS):                         # 0 when the store is empty
    ...     store.save(step, state, metrics={"val_loss": train(step)})
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
        """Write one checkpoint, and the global random states; drop those no longer wanted; return its folder.

        state: name -> what has state_dict and load_state_dict, a Keras model or optimiser, a random generator, a plain
        value (comes back in meta["values"]). The rest is JSON. What cannot be saved: ValueError, TypeError, no write.
        """
        step, tree = check_whole("step", step, 0, 10**12 - 1), states.capture_state(state)
        for name, value in (metrics or {}).items():
            if isinstance(value, bool) or not isinstance(value, (int, float, np.number)):
                raise TypeError(f"metric {name!r} must be a number, not {value!r}; a tensor has .item()")
        weights, now = states.encode_state(tree), datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        versions = {name: str(sys.modules[name].__version__) for name in _LIBRARIES if name in sys.modules}
        meta = {"format": FORMAT, "version": VERSION, "step": step, "saved_at": now}
        meta |= {"metrics": metrics or {}, "config": config or {}, "extra": extra or {}}
        meta["state"] = {name: entry["class"] for name, entry in tree["state"].items()}
        meta["random"] = {"seed": seeds.last_seed, "states": sorted(tree["random"])}
        meta["versions"] = {"python": platform.python_version(), **versions}
        meta["files"] = {WEIGHTS: {"bytes": len(weights), "sha256": hashlib.sha256(weights).hexdigest()}}
        meta = _to_json({**meta, "meta_sha256": hash_json(meta)}, "meta")
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
        if later := [number for number in self.steps() if number > step]:
            message = f"step {step} was saved, but the steps {later} of an earlier run still count as newer"
            warnings.warn(f"{message}: store.drop_after({step}) forgets them", stacklevel=2)
        return target

    def restore(self, state: dict, step: int | str = "newest", random_states: bool = True) -> dict[str, Any]:
        """Load a checkpoint (a number, "newest" or "best") into all or some objects that were saved; return its meta.

        Damaged, foreign or unfit: CheckpointError names the newest step that is none of these, and nothing has changed.
        """
        number, offer = self._find(step), "No other step is whole and fits"
        try:
            return self._load(number, state, random_states)
        except CheckpointError as error:
            for other in sorted({*self.steps()} - {number}):
                with contextlib.suppress(CheckpointError):
                    self._load(other, state, random_states, keep=False)
                    offer = f"The newest whole one that fits is step {other}: restore(state, step={other})"
            raise CheckpointError(f"step {number} cannot be restored: {error}. {offer}") from error

    def resume(self, state: dict) -> int:
        """Restore the newest checkpoint and return the step after it, 0 when there is none. Needs all names saved."""
        if self.latest() is None:
            return 0
        if missing := sorted(set(self._whole_meta(self.latest()).get("state", {})) - set(state)):
            raise CheckpointError(f"an exact continuation needs {missing} in state too: the checkpoint holds them")
        return self.restore(state)["step"] + 1

    def steps(self) -> list[int]:
        """Return the numbers of all steps in the folder, oldest first (whether whole or not)."""
        names = (path.name.removeprefix("step-") for path in self.folder.glob("step-*"))
        return sorted(int(name) for name in names if name.isdecimal() and 8 <= len(name) <= 12)

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
        if not (steps := self.steps()):
            raise CheckpointError(f"{self.folder} holds no checkpoint: nothing was saved there, or the path is wrong")
        wanted = {"newest": self.latest, "best": self.best_step}.get(step) if isinstance(step, str) else None
        number = wanted() if wanted else check_whole("step (or 'newest' or 'best')", step, 0)
        if number not in steps:
            wanted = f"step with a finite metric {self.best!r}" if step == "best" else f"step {number}"
            raise CheckpointError(f"there is no {wanted} in {self.folder}; there are {steps}")
        return number

    def _load(self, step: int, state: dict, random_states: bool, keep: bool = True) -> dict[str, Any]:
        """Check every hash of a step, apply it to `state`, return its meta with the plain values."""
        meta, path = _read_meta(self._path(step)), self._path(step) / WEIGHTS
        try:
            saved = states.decode_state(path.read_bytes(), meta["files"].get(WEIGHTS, {}).get("sha256", "missing"))
        except (OSError, CheckpointError) as error:
            raise CheckpointError(f"{path}: {getattr(error, 'strerror', error)}") from None
        states.apply_state(state, saved, random_states, keep)
        plain = {name: entry["value"] for name, entry in saved["state"].items() if entry["kind"] == "plain"}
        return {**meta, "values": plain}

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


def _read_meta(folder: Path) -> dict[str, Any]:
    """The meta.json of a checkpoint folder, its format, its hash and its step checked."""
    path, hook = folder / META, lambda node: float(node["$float"]) if "$float" in node else node
    try:
        meta = json.loads(path.read_bytes(), object_hook=hook)
    except (OSError, ValueError, RecursionError) as error:
        raise CheckpointError(f"{path} is missing or damaged ({error})") from None
    if not isinstance(meta, dict) or (meta.get("format"), meta.get("version")) != (FORMAT, VERSION):
        raise CheckpointError(f"{path} was written by another program, or by another version of this course")
    if meta.pop("meta_sha256", "") != hash_json(meta):
        raise CheckpointError(f"{path} was changed after it was written: its hash does not fit its content")
    if folder.name != f"step-{meta['step']:08d}":
        raise CheckpointError(f"{folder} was renamed: it was written as step {meta['step']}")
    return meta


def _to_json(value: Any, where: str) -> Any:
    """`value` in the words of JSON: tuples as lists, NumPy's numbers as numbers, NaN as {"$float": "nan"}."""
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, float) and not math.isfinite(value):
        return {"$float": str(value)}
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, (list, tuple)):
        return [_to_json(item, f"{where}[{i}]") for i, item in enumerate(value)]
    if isinstance(value, dict) and all(type(key) is str and key != "$float" for key in value):
        return {key: _to_json(item, f"{where}[{key!r}]") for key, item in value.items()}
    raise TypeError(f"{where} is {value!r:.80}; readable JSON has numbers, texts, lists, dicts whose keys are texts")


def hash_json(value: Any) -> str:
    """Return the sha256 of a value's JSON, 64 hex digits; the order of keys does not count."""
    text = json.dumps(_to_json(value, "meta"), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
