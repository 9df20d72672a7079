"""The doctor: is this machine ready for the lessons, and if not, which command makes it so."""

import importlib.metadata
import platform
import sys

from course_data.machine import device_report
from course_utils import install

from .cache import MissingDataError, get_cache_dir
from .fetch import check_ready
from .registry import SOURCES

_PYTHON = ((3, 11), (3, 14))  # from, up to but without
_WORKSHOP = ("jupytext", "nbclient", "nbformat", "nbval", "pytest", "hatchling")  # for building and testing only
_MARKS = {"ok": "✓", "note": "·", "bad": "✗"}


def examine(quick: bool = False) -> int:
    """Print the findings; 0 if everything that the lessons need is here, else 1. quick: no import of the frameworks."""
    missing = [problem for part in (_examine_python, _examine_packages, _examine_data) for problem in part()]
    print(f"\nDevice\n{device_report(frameworks=not quick)}\n")
    if missing:
        print("Not ready yet. To do:")
        for command in dict.fromkeys(missing):
            print(f"  {command}")
    else:
        print("Ready: every lesson runs here without a network.")
    return 1 if missing else 0


def _examine_python() -> list[str]:
    low, high = _PYTHON
    good = low <= sys.version_info[:2] < high
    print("Python")
    _print_line("ok" if good else "bad", platform.python_version(), f"{sys.executable} on {platform.system()}")
    wanted = f"{low[0]}.{low[1]} to {high[0]}.{high[1] - 1}"
    return [] if good else [f"install Python {wanted} and make the environment anew with it"]


def _examine_packages() -> list[str]:
    print("\nPackages (against requirements.txt)")
    problems = []
    for module, requirement in install.read_pins().items():
        name, version = requirement.name, _find_version(requirement.name, module)
        if version is None:
            if name in _WORKSHOP:
                _print_line("note", name, "missing; only needed to build and test the course")
            else:
                _print_line("bad", name, "missing")
                problems.append(f'python -m pip install "{name}{requirement.specifier}"')
        elif requirement.specifier.contains(version, prereleases=True):
            _print_line("ok", name, version)
        else:
            _print_line("note", name, f"{version}; tested with {requirement.specifier}")
    return problems


def _examine_data() -> list[str]:
    print("\nData and models")
    problems = []
    try:
        folder = get_cache_dir()
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        _print_line("note", "cache", f"{folder} ({size / 1e6:.1f} MB)")
    except MissingDataError as error:
        _print_line("bad", "cache", str(error))
        problems.append("export COURSE_CACHE=FOLDER    (one that can be written)")
    for source in SOURCES.values():
        problem = check_ready(source)
        command = f"python -m course_data download {source.name}"
        if problem == "":
            _print_line("ok", source.name, source.title)
        elif source.default:
            _print_line("bad", source.name, f"{source.title}: {problem}")
            problems.append(command)
        else:
            _print_line("note", source.name, f"{source.title}: {problem}; if wanted: {command}")
    return problems


def _find_version(*names: str) -> str | None:
    """The installed version under the first of these names; tensorflow answers for tensorflow-cpu. None: not here."""
    for name in names:
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return None


def _print_line(mark: str, name: str, text: str) -> None:
    symbol = _MARKS[mark] if _can_print(_MARKS[mark]) else {"ok": "+", "note": ".", "bad": "!"}[mark]
    print(f"  {symbol} {name:<22} {text}")


def _can_print(symbol: str) -> bool:
    """Whether the terminal's encoding has the symbol (a Windows console may not)."""
    try:
        symbol.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True
