"""Writes and reads one checkpoint folder: a safetensors file, a readable meta.json, hashes over both, one rename."""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import platform
import secrets
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from .state_codec import CheckpointError, decode_state, encode_state, refuse_pickle

WEIGHTS, META = "weights.safetensors", "meta.json"
FORMAT, VERSION = "course-checkpoint", 1
_STALE_SECONDS = 3600  # where a writer cannot be asked whether it lives, wait for an hour
_writing: set[str] = set()  # temporary folders of this process that are in use right now


def write_folder(target: Path, tree: Any, meta: dict) -> None:
    """Write `tree` and `meta` as the folder `target`, which appears whole or not at all; an older one is replaced.

    meta: plain JSON data; format, versions of the libraries in use, and hashes (of meta too) are added here.
    """
    weights = encode_state(tree)
    meta = {
        "format": FORMAT,
        "version": VERSION,
        **to_plain_json(meta, "meta"),
        "versions": _loaded_versions(),
        "files": {WEIGHTS: {"bytes": len(weights), "sha256": hashlib.sha256(weights).hexdigest()}},
    }
    meta["meta_sha256"] = _hash_meta(meta)
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh, old = _name_temporary("saving", target), _name_temporary("replaced", target)
    _writing.update((fresh.name, old.name))
    try:
        fresh.mkdir()
        _write_synced(fresh / WEIGHTS, weights)
        _write_synced(fresh / META, json.dumps(meta, indent=2, ensure_ascii=False).encode())
        _sync_folder(fresh)
        if target.exists():
            target.rename(old)  # killed before the next line: `recover_folders` puts the old one back
        fresh.rename(target)
        _sync_folder(target.parent)
        remove_folder(old)
    finally:
        remove_folder(fresh)
        if old.exists() and not target.exists():
            old.rename(target)
        _writing.difference_update((fresh.name, old.name))


def read_meta(folder: Path) -> dict:
    """Return the verified meta.json of a checkpoint folder. Raises CheckpointError naming the file and the damage."""
    path = folder / META
    try:
        meta = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise CheckpointError(f"{path} is missing") from None
    except (OSError, ValueError, RecursionError) as error:
        raise CheckpointError(f"{path} is damaged: it is no JSON ({error})") from None
    if not isinstance(meta, dict) or meta.get("format") != FORMAT:
        raise CheckpointError(f"{path} was written by another program: its format is not {FORMAT!r}")
    if meta.get("version") != VERSION:
        raise CheckpointError(f"{path} has version {meta.get('version')!r}; this course reads version {VERSION}")
    if meta.get("meta_sha256") != _hash_meta(meta):
        raise CheckpointError(f"{path} was changed after it was written: its hash does not fit its content")
    return from_plain_json(meta)


def read_folder(folder: Path) -> tuple[Any, dict]:
    """Return (tree, meta) of a checkpoint folder after every hash was checked; raises CheckpointError otherwise."""
    meta, path = read_meta(folder), folder / WEIGHTS
    try:
        size, digest = meta["files"][WEIGHTS]["bytes"], meta["files"][WEIGHTS]["sha256"]
        raw = path.read_bytes()
    except (KeyError, TypeError):
        raise CheckpointError(f"{folder / META} names no hash for {WEIGHTS}") from None
    except OSError as error:
        raise CheckpointError(f"{path} is missing or unreadable ({error.strerror})") from None
    try:
        refuse_pickle(raw)
    except CheckpointError as error:
        raise CheckpointError(f"{path} is foreign: {error}") from None
    if len(raw) != size:
        raise CheckpointError(f"{path} is damaged: {len(raw)} bytes where {size} were written")
    if hashlib.sha256(raw).hexdigest() != digest:
        raise CheckpointError(f"{path} was changed after it was written: its hash does not fit meta.json")
    try:
        return decode_state(raw), meta
    except CheckpointError as error:
        raise CheckpointError(f"{path}: {error}") from error


def remove_folder(folder: Path) -> None:
    """Remove a checkpoint folder if it is there. It vanishes by one rename first; files that are not ours are kept."""
    if not folder.exists():
        return
    if not folder.name.startswith("."):
        folder = folder.rename(_name_temporary("removed", folder))
    for name in (WEIGHTS, META):
        (folder / name).unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # not empty: somebody put a file of their own there
        folder.rmdir()


def recover_folders(root: Path) -> None:
    """Clean up after killed runs: put back a checkpoint that was being replaced, remove half-written ones."""
    for path in sorted(root.glob(".replaced.*")) + sorted(root.glob(".saving.*")) + sorted(root.glob(".removed.*")):
        if path.name in _writing or not path.is_dir() or _writer_may_live(path):
            continue
        target = root / path.name.split(".")[2]
        with contextlib.suppress(OSError):  # another process may be cleaning up as well
            if path.name.startswith(".replaced.") and not target.exists():
                path.rename(target)
            else:
                remove_folder(path)


def to_plain_json(value: Any, where: str) -> Any:
    """Return `value` as plain JSON data, tuples as lists, NumPy numbers as numbers. Raises TypeError with the place."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or type(value) in (bool, int, str):
        return value
    if type(value) is float:  # strict JSON has no NaN: it is written as {"$float": "nan"}
        return value if math.isfinite(value) else {"$float": str(value)}
    if isinstance(value, (list, tuple)):
        return [to_plain_json(item, f"{where}[{i}]") for i, item in enumerate(value)]
    if isinstance(value, dict):
        odd = [key for key in value if type(key) is not str or key == "$float"]
        if odd:
            raise TypeError(f"{where} has the key {odd[0]!r}; in readable JSON every key is a string")
        return {key: to_plain_json(item, f"{where}[{key!r}]") for key, item in value.items()}
    raise TypeError(f"{where} is a {type(value).__qualname__}; write it as a number, string, list or dict")


def from_plain_json(value: Any) -> Any:
    """Undo the spelling that `to_plain_json` gives to NaN and infinity."""
    if isinstance(value, list):
        return [from_plain_json(item) for item in value]
    if isinstance(value, dict):
        return float(value["$float"]) if "$float" in value else {k: from_plain_json(v) for k, v in value.items()}
    return value


def _hash_meta(meta: dict) -> str:
    content = {key: value for key, value in meta.items() if key != "meta_sha256"}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _write_synced(path: Path, data: bytes) -> None:
    with open(path, "xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":  # Windows cannot open a folder, and needs no such call
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _name_temporary(kind: str, target: Path) -> Path:
    host = platform.node() or "host"
    return target.with_name(f".{kind}.{target.name}.{host}.{os.getpid()}.{secrets.token_hex(4)}")


def _writer_may_live(path: Path) -> bool:
    parts = path.name.split(".")  # "", kind, target, host (may hold dots), process id, token
    if len(parts) < 6 or not parts[-2].isdigit():
        return True  # not a name that this module gives: leave it alone
    pid, host = int(parts[-2]), ".".join(parts[3:-2])
    if os.name == "posix" and host == (platform.node() or "host"):
        if pid == os.getpid():
            return False  # ours and not in use: an earlier process had the same number
        try:
            os.kill(pid, 0)  # asks only; on Windows it would end the process, hence the guard above
        except ProcessLookupError:
            return False
        except PermissionError:
            pass
    return time.time() - path.stat().st_mtime < _STALE_SECONDS


def _loaded_versions() -> dict[str, str]:
    names = [name for name in ("numpy", "torch", "keras", "tensorflow", "transformers") if name in sys.modules]
    return {"python": platform.python_version(), **{name: str(sys.modules[name].__version__) for name in names}}
