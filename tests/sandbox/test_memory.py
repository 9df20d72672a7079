"""Memory gathered in large pages holds what it held, and a fork of it is cheaper."""

import os
import platform
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_GATHER = """
import re, sys
from autograder.sandbox.inside.memory import gather_pages

def count_large():
    return int(re.search(r"AnonHugePages: +(\\d+)", open("/proc/self/smaps_rollup").read())[1])

numbers = list(range(2_000_000))  # 80 MB in small pages
before = count_large()
gather_pages()
assert numbers == list(range(2_000_000))
print(count_large() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="large pages are gathered on Linux only")
def test_memory_is_gathered_and_unchanged():
    done = subprocess.run([sys.executable, "-c", _GATHER], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    if _is_supported():
        assert int(done.stdout) >= 20_000  # kB; little where the machine's memory is in pieces


def _is_supported() -> bool:
    """Linux 6.1 and later, with large pages built in and no mode that has them everywhere already."""
    version = tuple(map(int, re.findall(r"\d+", platform.release())[:2]))
    mode = Path("/sys/kernel/mm/transparent_hugepage/enabled")
    return version >= (6, 1) and os.path.exists(mode) and "[madvise]" in mode.read_text()
