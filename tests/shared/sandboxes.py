"""Shared by the tests of the sandbox: one sandbox a module, a Remote a test, its processes on this machine."""

import contextlib
import os
import sys
import time
from pathlib import Path

import psutil
import pytest

from autograder.sandbox.outside.limits import Limits
from autograder.sandbox.outside.remote import Remote
from autograder.sandbox.outside.sandbox import Sandbox, find_launcher

LIMITS = Limits(memory_mb=300, scratch_mb=16, processes=24, cpu_seconds=3, session_seconds=60)


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(("numpy",), LIMITS, find_launcher()) as sandbox:
        yield sandbox


@pytest.fixture
def answer(sandbox):
    before = list_descendants(sandbox)
    with sandbox.start() as session:
        yield Remote(session, seconds=8)
    assert wait_until(lambda: list_descendants(sandbox) <= before), "something outlived the session"


def list_descendants(sandbox) -> set[int]:
    """Numbers of all processes below the sandbox's own, but for the one that awaits the next session."""
    found, queue = set(), [sandbox._process.pid]
    while queue:
        with contextlib.suppress(OSError, psutil.Error):
            pid = queue.pop()
            children = {child.pid for child in psutil.Process(pid).children()} if not _forks_sessions(pid) else set()
            found |= children
            queue += children
    return found


def _forks_sessions(pid: int) -> bool:
    """A session has a session of the kernel's of its own, the worker that forks it doesn't."""
    process = psutil.Process(pid)
    return process.name() != "bwrap" and os.getsid(pid) == os.getsid(process.ppid())


def wait_until(condition, seconds: float = 20.0) -> bool:
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def as_ordinary_user(command: list[str]) -> list[str]:
    """The command, for root to run as a user without rights, who can read this Python wherever root keeps it."""
    view = ["bwrap", "--dev-bind", "/", "/"]
    needed = {Path(sys.prefix), Path(sys.base_prefix), Path(__file__).resolve().parents[2]}
    closed = {folder for path in needed for folder in path.parents if not folder.stat().st_mode & 1}
    for folder in sorted(folder for folder in closed if not closed & set(folder.parents)):
        view += ["--perms", "0755", "--tmpfs", str(folder)]
        for path in sorted(path for path in needed if folder in path.parents):
            for parent in reversed([parent for parent in path.parents if folder in parent.parents]):
                view += ["--perms", "0755", "--dir", str(parent)]
            view += ["--ro-bind", str(path), str(path)]
    return [*view, "--", "setpriv", "--reuid=4242", "--regid=4242", "--clear-groups", *command]
