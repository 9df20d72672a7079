"""`ensure`: what a notebook needs and this machine lacks is installed, as tested, and nothing else changes."""

import importlib.metadata
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_TOOLS = {"pip", "setuptools", "wheel"}  # setuptools leaves a hook in every start; it may still be upgraded
_MODULES = {"scikit-learn": "sklearn", "tensorflow-cpu": "tensorflow", "pillow": "PIL", "pyyaml": "yaml"}
_TENSORFLOW = {"TF_ENABLE_ONEDNN_OPTS": "0", "TF_CPP_MIN_LOG_LEVEL": "1"}  # one order of additions; no start-up notes
_WAYS_OUT = """could not install {quoted}.
{error}
Ways out:
  1. see that a package index is reachable, then run this cell again
  2. by hand, in a terminal: {python} -m pip install {quoted}
  3. without a network: elsewhere `pip download {quoted}`; here pip install --no-index --find-links FOLDER {quoted}
  4. where versions conflict: a fresh environment, and the set-up of the course's README"""


class InstallError(RuntimeError):
    """pip failed, or could not install what a notebook needs; the message has its last lines, and the ways out."""


def ensure(*distributions: str) -> None:
    """Install those of the named distributions whose module is not here, as requirements.txt has them; else ValueError.

    Either name of TensorFlow makes it start without notes and compute in one order, where called before the import.
    """
    pins, modules = read_pins(), {get_module_name(name): name for name in distributions}
    if unknown := [name for module, name in modules.items() if module not in pins]:
        known = ", ".join(sorted(pin.name for pin in pins.values()))
        raise ValueError(f"{unknown[0]!r} is not in requirements.txt, which has for this platform: {known}")
    if missing := [module for module in modules if not has_module(module)]:
        _install(missing, [f"{pins[module].name}{pins[module].specifier}" for module in missing])
    for variable, value in _TENSORFLOW.items() if "tensorflow" in modules else ():
        os.environ.setdefault(variable, value)


def read_pins() -> dict[str, Requirement]:
    """What requirements.txt asks for on this platform, each in an exact version, by the name of its module."""
    wanted = _read_requirements("requirements.txt")
    return {get_module_name(pin.name): pin for pin in wanted if pin.marker is None or pin.marker.evaluate()}


def has_module(module: str) -> bool:
    """Whether `import module` would find a real module (a mere folder of that name does not count)."""
    return module in sys.modules or getattr(importlib.util.find_spec(module), "origin", None) is not None


def get_module_name(name: str) -> str:
    """The name under which a distribution is imported."""
    name = canonicalize_name(name)
    return _MODULES.get(name, name.replace("-", "_"))


def run_pip(arguments: list[str], **environment: str) -> None:
    """Run `python -m pip ARGUMENTS` with these environment variables added; InstallError where it fails."""
    command = [sys.executable, "-m", "pip", *arguments, "--no-input", "--disable-pip-version-check"]
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    result = subprocess.run(command, env={**os.environ, **environment}, encoding="utf-8", errors="replace", **streams)
    if result.returncode != 0:
        lines = [line.rstrip() for line in result.stdout.splitlines() if line.strip() and "Retrying (" not in line]
        last = "\n".join("    " + line for line in lines[-8:]) or "    (no output)"
        hint = "\n    Try first: python -m ensurepip --upgrade" if "No module named pip" in result.stdout else ""
        raise InstallError(f"pip {arguments[0]} ended with code {result.returncode}:\n{last}{hint}")


def _make_constraints(wanted: list[str]) -> list[str]:
    """Pins for what is neither wanted nor here; what this process has imported, NumPy above all, stays as it is."""
    installed = {canonicalize_name(d.metadata["Name"] or ""): d.version for d in importlib.metadata.distributions()}
    settled = {*installed, *(canonicalize_name(Requirement(pin).name) for pin in wanted)}
    tested = _read_requirements("requirements.txt") + _read_requirements("constraints.txt")
    owners = importlib.metadata.packages_distributions()
    loaded = {canonicalize_name(owner) for module in [*sys.modules, "numpy"] for owner in owners.get(module, ())}
    lines = [str(pin) for pin in tested if canonicalize_name(pin.name) not in settled]
    return lines + [f"{name}=={installed[name]}" for name in sorted(loaded & set(installed) - _TOOLS)]


def _install(modules: list[str], pins: list[str]) -> None:
    print(f"installing {', '.join(pins)}: this notebook needs it and it is not here (may take minutes) …", flush=True)
    try:
        with tempfile.TemporaryDirectory() as folder:
            constraints = Path(folder) / "constraints.txt"
            constraints.write_text("\n".join(_make_constraints(pins)) + "\n", encoding="utf-8")
            run_pip(["install", "-c", str(constraints), *pins])
    except InstallError as error:
        quoted = " ".join(f'"{pin}"' for pin in pins)
        raise InstallError(_WAYS_OUT.format(error=error, python=sys.executable, quoted=quoted)) from error
    importlib.invalidate_caches()
    if unseen := [module for module in modules if not has_module(module)]:
        raise InstallError(f"{', '.join(unseen)} was installed, but this process does not see it: restart the kernel")


def _read_requirements(name: str) -> list[Requirement]:
    """The lines of requirements.txt or constraints.txt, without comments, options and empty lines."""
    root = Path(__file__).resolve().parent.parent
    places = [root / "from_gradient_to_product" / name, root / name]
    for place in filter(Path.is_file, places):
        lines = (re.sub(r"(^|\s)#.*", "", line).strip() for line in place.read_text(encoding="utf-8").splitlines())
        return [Requirement(line) for line in lines if line and not line.startswith("-")]
    raise InstallError(f"{name} is missing: it should be {places[0]} (a wheel) or {places[1]} (a checkout)")
