"""Writes a Gradescope autograder: a zip with a set-up script, a run script and the part of the course they need."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
import zipfile
from collections.abc import Sequence
from pathlib import Path

_DATE = (1980, 1, 1, 0, 0, 0)  # the same files give the same zip
_ENSURE = re.compile(r"\bensure\(([^)]*)\)")
_SETUP = """\
#!/usr/bin/env bash
# Gradescope runs this once, as root, when the image is made: sandbox, Python 3.11 or newer, what the exercise needs.
set -euo pipefail
root="${1:-/autograder}"
export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install -y bubblewrap
fits='import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))'
find_python() {
    for name in python3.13 python3.12 python3.11 python3; do
        if "$name" -c "$fits" 2>/dev/null; then echo "$name"; return; fi
    done
}
if [ -z "$(find_python)" ]; then apt-get install -y python3.11 python3.11-venv; fi
"$(find_python)" -m venv "$root/venv"
"$root/venv/bin/pip" install -q -r "$root/source/needs.txt" -c "$root/source/course/constraints.txt"
"""
_RUN = """\
#!/usr/bin/env bash
# Gradescope runs this for each submission. Elsewhere: run_autograder ROOT, which has source/, submission/ and results/.
here="$(cd "$(dirname "${{BASH_SOURCE[0]}}")" && pwd)"
root="${{1:-}}"
for folder in "$here" "$(dirname "$here")" /autograder; do
    if [ -z "$root" ] && [ -d "$folder/submission" ]; then root="$folder"; fi
done
if [ ! -d "$root/submission" ]; then echo "no folder submission/ in '$root': run_autograder ROOT" >&2; exit 2; fi
root="$(cd "$root" && pwd)"
python="$root/venv/bin/python"
if [ ! -x "$python" ]; then python=python3; fi
export PYTHONPATH="$root/source/course"
cd "$root/source/course" || exit 2
exec "$python" -P -m autograder.gradescope "$root" {arguments}
"""


def write_gradescope(exercise: str, path: Path, root: Path, options: Sequence[str] = ()) -> Path:
    """The zip to upload under Configure Autograder. `root` is the course's folder, where exercises/ are built.

    It holds the two packages with the checks of this exercise alone, the untouched notebook, and the names of what to
    install, in the course's tested versions. `options` go to `autograder grade`. The same tree gives the same bytes.
    """
    notebook = root / "exercises" / f"{exercise}.ipynb"
    if not notebook.exists():
        raise ValueError(f"there is no {notebook}: build the exercises first (make build)")
    arguments = " ".join(shlex.quote(word) for word in (exercise, *options))
    files = {"setup.sh": _SETUP, "run_autograder": _RUN.format(arguments=arguments)}
    files["needs.txt"] = "".join(f"{name}\n" for name in _list_needs(root, notebook))
    for file in _list_course(root, exercise, notebook):
        files[f"course/{file.relative_to(root).as_posix()}"] = file.read_bytes()
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in sorted(files.items()):
            info = zipfile.ZipInfo(name, _DATE)
            info.external_attr = (0o100755 if name in ("setup.sh", "run_autograder") else 0o100644) << 16
            info.create_system, info.compress_type = 3, zipfile.ZIP_DEFLATED  # 3: Unix, so that the mode is kept
            archive.writestr(info, content)
    return path


def _list_needs(root: Path, notebook: Path) -> list[str]:
    """Distributions: the course's own dependencies, and those that the notebook's ensure(…) names."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needs = set(project["dependencies"])
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        for call in _ENSURE.findall("".join(cell["source"])):
            needs |= {name.strip(" \"'\n") for name in call.split(",")}
    return sorted(needs - {""})


def _list_course(root: Path, exercise: str, notebook: Path) -> list[Path]:
    files = [notebook, *(root / name for name in ("pyproject.toml", "requirements.txt", "constraints.txt"))]
    for package in ("autograder", "course_utils"):
        files += [file for file in (root / package).rglob("*") if file.is_file() and "__pycache__" not in file.parts]
    checks = root / "autograder" / "checks"
    kept = {checks / name for name in ("__init__.py", f"ex_{exercise}.py", f"ex_{exercise}.json")}
    return [file for file in files if file.parent != checks or file in kept]
