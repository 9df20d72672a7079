"""A sandbox's cgroup, where one can be made: in it from the start, ended for want of memory, removed; else none."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sandboxes import LIMITS, wait_until

from autograder.sandbox.outside import cgroup
from autograder.sandbox.outside import sandbox as outside
from autograder.sandbox.outside.limits import Limits
from autograder.sandbox.outside.sandbox import Sandbox, find_launcher
from autograder.sandbox.outside.session import SessionEnded

ROOT = Path(__file__).resolve().parents[2]
MB = 1 << 20


def _can_be_made() -> bool:
    made = cgroup.make_cgroup()
    if made:
        made.remove()
    return made is not None


writable = pytest.mark.skipif(not _can_be_made(), reason="this user may make no cgroup that bounds memory")


@writable
def test_all_that_a_sandbox_runs_is_in_its_cgroup_and_nothing_stays():
    with Sandbox((), LIMITS, find_launcher()) as sandbox, sandbox.start() as session:
        folder = sandbox._cgroup._folder
        inside = set(map(int, (folder / "cgroup.procs").read_text().split()))
        assert {sandbox._process.pid, session._process._pid} <= inside and os.getpid() not in inside
    assert not folder.exists()


@writable
def test_memory_that_no_process_is_charged_for_ends_the_session_and_no_other():
    """Files in /tmp and pipes: the watch, and the address space, would let them pass."""
    with Sandbox((), Limits(scratch_mb=64), find_launcher()) as sandbox:
        with sandbox.start() as session:
            used = int(_find_file(sandbox, "memory.usage_in_bytes", "memory.current").read_text())
            _find_file(sandbox, "memory.limit_in_bytes", "memory.max").write_text(str(used + 24 * MB))
            with pytest.raises(SessionEnded, match="memory"):
                session.run_cell("for n in range(60):\n    open(f'/tmp/{n}', 'wb').write(b'a' * 1_000_000)")
        worker = sandbox._process.pid
        with sandbox.start() as session:
            assert session.run_cell("1") == ("value", None)
            with pytest.raises(SessionEnded, match="crash"):
                session.run_cell("import os\nos._exit(1)")
        assert sandbox._process.pid == worker


@writable
def test_more_sessions_at_a_time_may_have_more():
    with Sandbox((), LIMITS, find_launcher()) as sandbox:
        limits = []
        for _ in range(2):
            with sandbox.start(), sandbox.start():
                limits.append(int(_find_file(sandbox, "memory.limit_in_bytes", "memory.max").read_text()))
    own = (limits[0] - 2 * 316 * MB - 128 * MB) / 3
    assert limits[0] == limits[1] and 5 * MB < own < 100 * MB


@writable
def test_what_a_killed_grader_leaves_is_removed():
    code = (
        "from autograder.sandbox.outside.sandbox import Sandbox, find_launcher\nimport time\n"
        "with Sandbox((), launcher=find_launcher()) as s: print(s._cgroup._folder, flush=True); time.sleep(99)"
    )
    grader = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    folder = Path(grader.stdout.readline().strip())
    assert folder.name.startswith(f"autograder-{grader.pid}-") and folder.exists()
    grader.send_signal(signal.SIGKILL)
    grader.communicate()
    assert wait_until(lambda: cgroup.remove_left() or not folder.exists())


def test_where_none_can_be_made_the_sandbox_works_without(monkeypatch):
    monkeypatch.setattr(cgroup, "find_parents", lambda: [(Path("/proc"), 1), (Path("/nowhere"), 2)])
    assert cgroup.make_cgroup() is None
    with Sandbox((), LIMITS, find_launcher()) as sandbox, sandbox.start() as session:
        assert sandbox._cgroup is None and session.run_cell("1") == ("value", None)
        with pytest.raises(SessionEnded, match="crash"):
            session.run_cell("import os\nos._exit(1)")


def test_a_cgroup_that_nothing_can_enter_stops_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr(outside, "make_cgroup", lambda: cgroup.Cgroup(tmp_path, 2))
    (tmp_path / "file").touch()
    with Sandbox((), LIMITS, find_launcher()) as sandbox, sandbox.start() as session:
        assert session.run_cell("1") == ("value", None)


@pytest.mark.parametrize(
    "own, mounts, shared, found",
    [
        ("4:memory:/a/b\n0::/x", "31 1 0:1 / {root}/memory rw - cgroup cgroup rw,memory", (), [("memory/a/b", 1)]),
        ("4:cpu,memory:/d/c", "31 1 0:1 /d {root}/m rw a:1 - cgroup cgroup rw,cpu,memory", (), [("m/c", 1)]),
        ("4:cpu:/a", "31 1 0:1 / {root}/cpu rw - cgroup cgroup rw,cpu", (), []),
        ("0::/user/s", "31 1 0:1 / {root} rw - cgroup2 cgroup2 rw", ("user",), [("user", 2)]),
        ("0::/", "31 1 0:1 / {root} rw - cgroup2 none rw", (".",), [(".", 2)]),
        ("0::/user/s", "31 1 0:1 / {root} rw - cgroup2 cgroup2 rw", (), []),
        ("", "", (), []),
    ],
)
def test_where_a_cgroup_can_be_made(tmp_path, own, mounts, shared, found):
    (tmp_path / "cgroup").write_text(own)
    (tmp_path / "mountinfo").write_text(f"1 0 0:1 / / rw - ext4 /dev/a rw\n{mounts.format(root=tmp_path)}")
    for folder in shared:
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / "cgroup.subtree_control").write_text("cpu memory pids")
    assert cgroup.find_parents(tmp_path) == [(tmp_path / folder, version) for folder, version in found]
    assert cgroup.find_parents(tmp_path / "none") == []


def _find_file(sandbox, *names: str) -> Path:
    return next(file for name in names if (file := sandbox._cgroup._folder / name).exists())
