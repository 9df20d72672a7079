"""Writes a Gradescope autograder: a zip with a set-up script, a run script and the part of the course they need."""

from __future__ import annotations

import importlib.metadata
import json
import re
import shlex
import zipfile
from collections.abc import Sequence
from pathlib import Path

from autograder.answers import rooms
from autograder.results.secret import derive_key, load_secret

_COURSE = "from-gradient-to-product"  # the distribution's name
_DATE = (1980, 1, 1, 0, 0, 0)  # the same files give the same zip
_SECRET = "grading.key"
_MODES = {"setup.sh": 0o755, "run_autograder": 0o755, _SECRET: 0o600}
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
export PYTHONPATH="$root/source/course" COURSE_GRADING_KEY="$root/source/grading.key"
chmod 600 "$COURSE_GRADING_KEY" || exit 2
cd "$root/source/course" || exit 2
exec "$python" -P -m autograder.export.gradescope_run "$root" {arguments}
"""


def write_gradescope(exercise: str, path: Path, options: Sequence[str] = ()) -> Path:
    """The zip to upload under Configure Autograder.

    It holds our packages with the checks of this exercise alone, the untouched notebook, the names of what to install,
    in the course's tested versions, and a grading key for this use alone, derived from the teacher's. `options` go to
    `autograder grade`. The same course and teacher give the same bytes. Raises ValueError for an exercise that is
    unknown or not built, or where there is no key.
    """
    arguments = " ".join(shlex.quote(word) for word in (exercise, *options))
    files = {"setup.sh": _SETUP.encode(), "run_autograder": _RUN.format(arguments=arguments).encode()}
    files["needs.txt"] = "".join(f"{name}\n" for name in _list_needs(exercise)).encode()
    files[_SECRET] = derive_key(load_secret(), f"gradescope {exercise}")
    for place, file in _list_course(exercise).items():
        files[f"course/{place}"] = file.read_bytes()
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in sorted(files.items()):
            info = zipfile.ZipInfo(name, _DATE)
            info.external_attr = (0o100000 | _MODES.get(name, 0o644)) << 16
            info.create_system, info.compress_type = 3, zipfile.ZIP_DEFLATED  # 3: Unix, so that the mode is kept
            archive.writestr(info, content)
    return path


def _list_needs(exercise: str) -> list[str]:
    """Distributions: the course's own dependencies, and those that the notebook's ensure(…) names."""
    needs = {need for need in importlib.metadata.requires(_COURSE) or () if "extra ==" not in need}
    for cell in json.loads(rooms.find_notebook(exercise).read_text(encoding="utf-8"))["cells"]:
        for call in _ENSURE.findall("".join(cell["source"])):
            needs |= {name.strip(" \"'\n") for name in call.split(",")}
    return sorted(needs - {""})


def _list_course(exercise: str) -> dict[str, Path]:
    """Files by their place in the course's folder, from a checkout or from an installed copy."""
    beside = rooms.PACKAGE.parent
    files = rooms.list_files(exercise) | {f"exercises/{exercise}.ipynb": rooms.find_notebook(exercise)}
    for name in ("requirements.txt", "constraints.txt"):
        installed = beside / _COURSE.replace("-", "_") / name
        files[name] = installed if installed.exists() else beside / name
    for library in ("course_utils", "course_data"):
        for file in (beside / library).rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                files[file.relative_to(beside).as_posix()] = file
    return files
