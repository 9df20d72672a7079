"""What a session in the sandbox may use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """For one session; memory and address space count from what the libraries take already."""

    memory_mb: int = 1024  # and as much address space
    scratch_mb: int = 64  # /tmp and /dev/shm together, in memory; also the largest file
    processes: int = 48  # threads of its one process
    open_files: int = 64
    cpu_seconds: int = 120  # of all threads together
    session_seconds: float = 600.0  # wall time from start to end
