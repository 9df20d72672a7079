"""`make setup` in a renamed folder: its environment is told where the course lies now, once, without a network."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
INPUTS = ("requirements.txt", "constraints.txt", "pyproject.toml")


@pytest.mark.skipif(shutil.which("make") is None, reason="no make here: the plain commands are for this machine")
def test_make_notices_that_the_folder_was_renamed(tmp_path):
    before, after = tmp_path / "a course", tmp_path / "the same course"
    (before / ".venv" / "bin").mkdir(parents=True)
    python = before / ".venv" / "bin" / "python"  # writes down what it is asked to do
    python.write_text('#!/bin/sh\necho "$@" >> calls\n')
    python.chmod(0o755)
    shutil.copy(ROOT / "Makefile", before)
    for name in INPUTS:
        (before / name).touch()
        os.utime(before / name, (0, 0))

    assert "install -r requirements.txt" in _set_up(before)
    assert "install" not in _set_up(before)
    before.rename(after)
    assert "pip install -q --no-deps --no-build-isolation -e ." in _set_up(after)
    assert "install" not in _set_up(after)


def _set_up(folder: Path) -> str:
    """What `make setup` asks of the environment's Python, with a Python for it that does nothing."""
    (folder / "calls").unlink(missing_ok=True)
    subprocess.run(["make", "setup", "PYTHON=true"], cwd=folder, check=True, capture_output=True)
    return (folder / "calls").read_text()
