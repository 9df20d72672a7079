"""The process of a session, seen from outside: its memory, its time, its end."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import time
from typing import Protocol

from autograder.sandbox.outside.cgroup import Cgroup


class Process(Protocol):
    """What a session needs of the process that runs it."""

    def kill(self) -> None:
        """End it, and wait until that is so."""

    def close(self) -> None:
        """Forget it; nothing else is asked of it from now on."""

    def measure_memory(self) -> int:
        """Bytes that it holds of its own; 0 where someone else limits them, or once it has ended."""

    def lacked_memory(self) -> bool:
        """Whether the kernel has ended it, or another of its sandbox, for want of memory."""

    def measure_time(self) -> tuple[float, float]:
        """Seconds: what all its threads computed, and what its first one waited for a processor while it could run."""


class LinuxProcess:
    """A process by its number, seen from outside its namespaces; it can start no other, but threads."""

    def __init__(self, pid: int, cgroup: Cgroup | None = None):
        self._pid, self._cgroup = pid, cgroup
        self._kills = cgroup.count_kills() if cgroup else 0
        self._handle = os.pidfd_open(pid)  # stays this process, even when the number is given to another

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, signal.SIGKILL)
        poll = select.poll()
        poll.register(self._handle, select.POLLIN)
        poll.poll(5000)

    def close(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def measure_memory(self) -> int:
        """Resident memory that is no file's; what the zygote had is in it."""
        with contextlib.suppress(OSError), open(f"/proc/{self._pid}/status", "rb") as file:
            fields = dict(line.split(b":", 1) for line in file)
            return sum(int(fields[name].split()[0]) << 10 for name in (b"RssAnon", b"RssShmem") if name in fields)
        return 0

    def lacked_memory(self) -> bool:
        return self._cgroup is not None and self._cgroup.count_kills() > self._kills

    def measure_time(self) -> tuple[float, float]:
        with contextlib.suppress(OSError), open(f"/proc/{self._pid}/schedstat") as file:
            _, waited, _ = file.read().split()
            return time.clock_gettime(~self._pid << 3 | 2), int(waited) * 1e-9  # its clock, as clock_getcpuclockid says
        return 0.0, 0.0


class ContainerProcess:
    """A session's container; its memory and its share of the processors are the engine's to limit."""

    def __init__(self, running: subprocess.Popen, kill_command: list[str]):
        self._running, self._kill_command = running, kill_command

    def kill(self) -> None:
        subprocess.run(self._kill_command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=30)
        self._running.kill()
        self._running.communicate()

    def close(self) -> None:
        pass

    def measure_memory(self) -> int:
        return 0

    def lacked_memory(self) -> bool:
        return False

    def measure_time(self) -> tuple[float, float]:
        return 0.0, 0.0
