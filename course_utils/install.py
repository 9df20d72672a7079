"""`ensure`: what a notebook needs and this machine lacks is installed, as tested, and nothing else changes."""

import importlib
import importlib.metadata
import importlib.util
import os
import re
import sys
import tempfile
from pathlib import Path

from .run_pip import PipError, run_pip

_TOOLS = {"pip", "setuptools", "wheel"}  # setuptools leaves a hook in every start; it may still be upgraded
_MODULES = {"scikit-learn": "sklearn", "tensorflow-cpu": "tensorflow", "pillow": "PIL", "pyyaml": "yaml"}
_TENSORFLOW = {"TF_ENABLE_ONEDNN_OPTS": "0", "TF_CPP_MIN_LOG_LEVEL": "1"}  # one order of additions; no start-up notes


class InstallError(RuntimeError):
    """pip could not install what a notebook needs; the message has pip's last lines and the ways out."""


def ensure(*distributions: str) -> None:
    """Install those of the named distributions whose module is not here; with all of them here, do nothing, silently.

    Names are those of requirements.txt ("scikit-learn", not "sklearn"), versions its exact pins. What is installed
    already keeps its version, whichever it is. ValueError for a name that requirements.txt does not have; InstallError
    where pip fails. tensorflow-cpu and tensorflow count as one; either makes TensorFlow start without its notes and
    compute in one order, unless its variables are set already: call `ensure` before the import.
    """
    pins = read_pins()
    for name in distributions:
        if canonicalize_name(name) not in pins:
            raise ValueError(f"{name!r} is not in requirements.txt, which has: {', '.join(sorted(pins))}")
    missing = [name for name in map(canonicalize_name, distributions) if not has_module(get_module_name(name))]
    if missing:
        _install(list(dict.fromkeys(missing)))
    if "tensorflow" in map(get_module_name, distributions):
        for variable, value in _TENSORFLOW.items():
            os.environ.setdefault(variable, value)


def read_pins() -> dict[str, list[str]]:
    """requirements.txt: canonical name -> its lines ("torch==2.13.0", perhaps with a marker after ";")."""
    pins: dict[str, list[str]] = {}
    for line in _read_lines("requirements.txt"):
        pins.setdefault(get_name(line), []).append(line)
    return pins


def find_pin(name: str) -> str:
    """The requirement for this machine, without its marker: "tensorflow-cpu" on a Mac gives "tensorflow==…".

    ValueError where no line of requirements.txt holds for this platform.
    """
    from packaging.requirements import Requirement

    module = get_module_name(name)
    for other, lines in read_pins().items():
        if get_module_name(other) == module:
            for requirement in map(Requirement, lines):
                if requirement.marker is None or requirement.marker.evaluate():
                    requirement.marker = None
                    return str(requirement)
    raise ValueError(f"requirements.txt has no {name} for this platform ({sys.platform})")


def has_module(module: str) -> bool:
    """Whether `import module` would find a real module (a mere folder of that name does not count)."""
    if module in sys.modules:
        return True
    spec = importlib.util.find_spec(module)
    return spec is not None and spec.origin is not None


def get_module_name(name: str) -> str:
    """The name under which a distribution is imported."""
    name = canonicalize_name(name)
    return _MODULES.get(name, name.replace("-", "_"))


def get_name(line: str) -> str:
    """The canonical name at the head of a requirement line."""
    return canonicalize_name(re.split(r"[=<>!~;@\[\s]", line, maxsplit=1)[0])


def canonicalize_name(name: str) -> str:
    """Lower case, one "-" for any run of "-", "_" and "." (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name.strip()).lower()


def make_constraints(wanted: list[str]) -> list[str]:
    """Pins for what is neither wanted nor installed yet; what this process has imported is held at its present version.

    So a running kernel's numpy never changes under it, and nothing that is here is moved to our version.
    """
    installed = {canonicalize_name(d.metadata["Name"] or ""): d.version for d in importlib.metadata.distributions()}
    settled = {*installed, *(get_name(line) for line in wanted)}
    tested = [line for lines in read_pins().values() for line in lines] + _read_lines("constraints.txt")
    lines = [line for line in tested if get_name(line) not in settled]
    imported = {module.partition(".")[0] for module in sys.modules} | {"numpy"}
    owners = importlib.metadata.packages_distributions()
    loaded = {canonicalize_name(owner) for module in imported for owner in owners.get(module, ())}
    return lines + [f"{name}=={installed[name]}" for name in sorted(loaded & set(installed) - _TOOLS)]


def _install(names: list[str]) -> None:
    wanted = [find_pin(name) for name in names]
    print(f"installing {', '.join(wanted)}: this notebook needs it and it is not here (may take minutes) …", flush=True)
    try:
        with tempfile.TemporaryDirectory() as folder:
            constraints = Path(folder) / "constraints.txt"
            constraints.write_text("\n".join(make_constraints(wanted)) + "\n", encoding="utf-8")
            run_pip(["install", "-c", str(constraints), *wanted])
    except PipError as error:
        quoted = " ".join(f'"{item}"' for item in wanted)
        raise InstallError(
            f"could not install {', '.join(wanted)}.\n{error}\nWays out:\n"
            f"  1. see that a package index is reachable, then run this cell again\n"
            f"  2. by hand, in a terminal: {sys.executable} -m pip install {quoted}\n"
            f"  3. without a network: get the wheels elsewhere with `pip download`, then here"
            f" pip install --no-index --find-links FOLDER {quoted}\n"
            f"  4. where versions conflict: a fresh environment, and the set-up of the course's README"
        ) from error
    importlib.invalidate_caches()
    unseen = [name for name in names if not has_module(get_module_name(name))]
    if unseen:
        raise InstallError(f"{', '.join(unseen)} was installed, but this process does not see it: restart the kernel")


def _read_lines(name: str) -> list[str]:
    """The requirement lines of requirements.txt or constraints.txt, without comments, options and empty lines."""
    root = Path(__file__).resolve().parent.parent
    places = [root / "from_gradient_to_product" / name, root / name]
    for place in places:
        if place.is_file():
            lines = (re.sub(r"(^|\s)#.*", "", line).strip() for line in place.read_text(encoding="utf-8").splitlines())
            return [line for line in lines if line and not line.startswith("-")]
    raise InstallError(f"{name} is missing: it should be {places[0]} (a wheel) or {places[1]} (a checkout)")
