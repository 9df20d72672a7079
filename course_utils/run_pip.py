"""The one place that starts pip: this interpreter's own, its output kept for the error message."""

import os
import subprocess
import sys


class PipError(RuntimeError):
    """pip failed; the message carries the last lines of its output."""


def run_pip(arguments: list[str], **environment: str) -> None:
    """Run `python -m pip ARGUMENTS` with these environment variables added; PipError where it fails."""
    command = [sys.executable, "-m", "pip", *arguments, "--no-input", "--disable-pip-version-check"]
    result = subprocess.run(
        command, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace", check=False,
    )  # fmt: skip
    if result.returncode != 0:
        lines = [line.rstrip() for line in result.stdout.splitlines() if line.strip() and "Retrying (" not in line]
        last = "\n".join("    " + line for line in lines[-8:]) or "    (no output)"
        hint = "\n    Try first: python -m ensurepip --upgrade" if "No module named pip" in result.stdout else ""
        raise PipError(f"pip {arguments[0]} ended with code {result.returncode}:\n{last}{hint}")
