"""Starts the worker in a sandbox and gets sessions from it; restarts it should it die."""

from __future__ import annotations

import contextlib
import socket
import struct
import subprocess
import tempfile
import threading
import time
import uuid
from functools import partial
from pathlib import Path

from autograder.sandbox.inside.frames import receive_frame
from autograder.sandbox.inside.message import WireError
from autograder.sandbox.inside.wire import decode
from autograder.sandbox.outside.cgroup import make_cgroup
from autograder.sandbox.outside.errors import SandboxError, SandboxUnavailable
from autograder.sandbox.outside.launch import Bubblewrap, Container, Unconfined
from autograder.sandbox.outside.limits import Limits
from autograder.sandbox.outside.process import ContainerProcess, LinuxProcess
from autograder.sandbox.outside.session import Session

__all__ = ["Limits", "Sandbox", "SandboxError", "SandboxUnavailable", "Session", "Unconfined", "find_launcher"]

_START_SECONDS = 120.0  # for the libraries; a cold disk is slow
_SESSION_SECONDS = 20.0
_HOW = """No sandbox is to be had here, and without one a submission could read and change whatever you can.
{reason}
Ways out:
  1. Linux, and Windows within WSL 2: install bubblewrap (`sudo apt install bubblewrap`, `sudo dnf install bubblewrap`)
     and allow user namespaces (`sudo sysctl -w user.max_user_namespaces=10000`; on Ubuntu 23.10 and later also
     `sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`)
  2. macOS, or Linux without bubblewrap: docker or podman. Once: an image of Python with what the exercise imports, e.g.
     `printf 'FROM python:3.12-slim\\nRUN pip install numpy torch' | docker build -t course-grader -`
     and from then on the same command with --container course-grader
  3. only for code that you trust, and on Linux only: --without-sandbox-at-my-own-risk"""


def find_launcher(image: str | None = None, data: Path | None = None) -> Bubblewrap | Container:
    """The sandbox of this machine, tried out: bubblewrap, or a container of that image. Raises SandboxUnavailable."""
    launchers = [Container(image, engine) for engine in ("podman", "docker")] if image else [Bubblewrap(data)]
    reasons = []
    for launcher in launchers:
        try:
            with Sandbox((), launcher=launcher) as sandbox, sandbox.start() as session:
                if session.run_cell("assert 1 + 1 == 2", seconds=20) == ("value", None):
                    return launcher
        except (SandboxUnavailable, SandboxError, OSError) as error:
            reasons.append(f"{type(launcher).__name__}: {error}")
    raise SandboxUnavailable(_HOW.format(reason="\n".join(reasons)))


class Sandbox:
    """`with Sandbox(("torch",)) as sandbox: session = sandbox.start()`; sessions may be started from many threads.

    In each session the trusted cells `given` have run already.

    Enter it in a thread that lives as long as the sandbox: the kernel ends the sandbox together with that thread.
    """

    def __init__(
        self,
        libraries: tuple[str, ...] = ("numpy",),
        limits: Limits | None = None,
        launcher=None,
        given: tuple[str, ...] = (),
    ):
        self.libraries, self.limits, self.launcher = libraries, limits or Limits(), launcher or Bubblewrap()
        self.given = given
        self.starved = 0  # sessions that ended for want of time while they waited for a processor
        self._lock, self._process, self._control, self._log = threading.Lock(), None, None, None
        self._cgroup, self._sessions = None, 0

    def __enter__(self) -> Sandbox:
        if not isinstance(self.launcher, Container):
            self._launch()
        return self

    def __exit__(self, *_) -> None:
        self._stop()

    def start(self, key: bytes = b"") -> Session:
        """A fresh session; key: see Session. Raises SandboxError if there is none to be had, a new worker included."""
        if isinstance(self.launcher, Container):
            return self._start_container(key)
        for attempt in (1, 2):
            with self._lock:
                if self._process is None or self._process.poll() is not None:
                    self._launch()
                if self._cgroup:
                    self._cgroup.admit(self._sessions + 1, self.limits)
                worker, ours = self._process, self._ask_worker()
            try:
                return self._meet(ours, key)
            except (EOFError, OSError, WireError) as error:
                ours.close()
                with self._lock:
                    if self._process is worker:  # not one that another thread has started meanwhile
                        self._stop()
                if attempt == 2:
                    raise SandboxError(f"the sandbox starts no session: {type(error).__name__}") from None

    def _launch(self) -> None:
        """Start the worker and wait until it has its libraries. Raises SandboxUnavailable, SandboxError."""
        self._stop()
        self._control, theirs = socket.socketpair()
        self._log = tempfile.TemporaryFile()
        try:
            with theirs:
                command = self.launcher.command(self.libraries, self.limits, self.given, theirs.fileno())
                self._cgroup = make_cgroup() if self.launcher.confined else None
                command = self._cgroup.enter(command) if self._cgroup else command
                self._process = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log, pass_fds=[theirs.fileno()]
                )
            self._expect_ready()
        except BaseException:
            self._stop()
            raise

    def _expect_ready(self) -> None:
        try:
            said = decode(receive_frame(self._control.fileno(), time.monotonic() + _START_SECONDS))
        except (EOFError, TimeoutError) as error:
            said = ("failed", self._read_log() or f"it said nothing ({type(error).__name__})")
        if said != ("ready",):
            raise SandboxError(f"the sandbox did not start: {said[-1]}")

    def _ask_worker(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)  # before anyone can write: else process 0 says hello
        with theirs, contextlib.suppress(OSError):  # a dead worker shows when no session says hello
            socket.send_fds(self._control, [b"s"], [theirs.fileno()])
        return ours

    def _meet(self, ours: socket.socket, key: bytes) -> Session:
        """The session at the other end, its process number taken from the kernel rather than from what it says."""
        deadline = time.monotonic() + _SESSION_SECONDS
        ours.settimeout(_SESSION_SECONDS)
        _, credentials, *_ = ours.recvmsg(1, socket.CMSG_SPACE(12), socket.MSG_PEEK)
        hello = decode(receive_frame(ours.fileno(), deadline))
        if hello[0] == "failed":
            ours.close()
            raise SandboxError(f"a session could not lock itself in: {hello[1]}")
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 0)
        pid, *_ = struct.unpack("iII", credentials[0][2])
        process = LinuxProcess(pid, self._cgroup)
        with self._lock:
            self._sessions += 1
        return Session(ours.fileno(), ours.fileno(), process, self.limits, partial(self._part, ours), key)

    def _part(self, ours: socket.socket | None, session: Session) -> None:
        with self._lock:
            self.starved += session.starved
            self._sessions -= bool(ours)
        if ours:
            ours.close()

    def _start_container(self, key: bytes) -> Session:
        name = f"session-{uuid.uuid4().hex}"
        command = self.launcher.command(self.libraries, self.limits, self.given, name)
        running = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        process = ContainerProcess(running, self.launcher.kill_command(name))
        try:
            decode(receive_frame(running.stdout.fileno(), time.monotonic() + _START_SECONDS))
        except (EOFError, TimeoutError, WireError) as error:
            process.kill()
            raise SandboxError(f"the container did not start: {type(error).__name__}") from None
        ends = running.stdout.fileno(), running.stdin.fileno()
        return Session(*ends, process, self.limits, partial(self._part, None), key)

    def _read_log(self) -> str:
        self._log.seek(0)
        return self._log.read()[-2000:].decode(errors="replace").strip()

    def _stop(self) -> None:
        if self._control:
            self._control.close()  # the worker ends, and with it its process namespace
        if self._process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(2)
            self._process.kill()
            self._process.wait()
        if self._log:
            self._log.close()
        if self._cgroup:
            self._cgroup.remove()
        self._process = self._control = self._log = self._cgroup = None
