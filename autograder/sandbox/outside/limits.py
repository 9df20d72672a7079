"""What a session in the sandbox may use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """For one session; memory and address space count from what the libraries take already."""

    memory_mb: int = 1024  # of all processes of the session together, and the address space of each
    scratch_mb: int = 64  # /tmp and /dev/shm together, in memory; also the largest file
    processes: int = 48  # and threads
    open_files: int = 64
    cpu_seconds: int = 120  # of each process
    session_seconds: float = 600.0  # wall time from start to end
