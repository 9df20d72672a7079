"""What this process may use of the machine: CPU threads, memory (container limits included), TensorFlow's GPUs."""

from __future__ import annotations

import importlib.util
import json
import math
import os
import subprocess
import sys
import warnings
from dataclasses import dataclass, field
from pathlib import Path

_NO_LIMIT = 1 << 60  # cgroup v1 writes a huge number where there is no limit
_CGROUPS = Path("/sys/fs/cgroup")
_OWN_CGROUP = Path("/proc/self/cgroup")
_TENSORFLOW = """
import json
import tensorflow as tf
print(json.dumps([tf.__version__, [gpu.name for gpu in tf.config.list_physical_devices("GPU")]]))
"""


@dataclass(frozen=True)
class DeviceReport:
    """What this process has to compute with; memory in bytes, None where unknown; TensorFlow GPUs None if not asked."""

    python: str
    system: str
    cpu_threads: int
    memory_total: int | None
    memory_available: int | None
    torch_version: str | None = None
    tensorflow_version: str | None = None
    accelerators: list[str] = field(default_factory=list)
    tensorflow_gpus: list[str] | None = None

    def __repr__(self) -> str:
        def gib(size: int | None) -> str:
            return "unknown" if size is None else f"{size / 2**30:.1f} GiB"

        rows = [
            ("Python", self.python),
            ("System", self.system),
            ("CPU threads", f"{self.cpu_threads} (usable here)"),
            ("Memory", f"{gib(self.memory_total)}, available {gib(self.memory_available)}"),
        ]
        if self.torch_version is not None:
            devices = "; ".join(self.accelerators) or "no CUDA, XPU or MPS device"
            rows.append(("PyTorch", f"{self.torch_version}; {devices}"))
        if self.tensorflow_version is not None:
            gpus = ", ".join(self.tensorflow_gpus or []) or "no GPU"
            rows.append(("TensorFlow", f"{self.tensorflow_version}; {gpus}"))
        return "\n".join(f"{name:<12} {text}" for name, text in rows)


def count_cpu_threads() -> int:
    """Return how many CPU threads this process may keep busy: its affinity, and a container's quota rounded up."""
    if hasattr(os, "sched_getaffinity"):  # Linux; os.cpu_count() would count the host's threads
        threads = len(os.sched_getaffinity(0))
    else:
        threads = os.cpu_count() or 1
    quota = _read_cpu_quota()
    return threads if quota is None else max(1, min(threads, math.ceil(quota)))


def read_memory() -> tuple[int | None, int | None]:
    """Return (total, available) bytes, a container's limit included; None for what this system does not tell."""
    total, available = _read_system_memory()
    for limit, used in _read_memory_limits():
        if limit is not None and limit < _NO_LIMIT:
            total = limit if total is None else min(total, limit)
            if used is not None:
                left = max(0, limit - used)
                available = left if available is None else min(available, left)
    return total, available


def ask_tensorflow() -> tuple[str | None, list[str] | None]:
    """Version and GPUs of TensorFlow, from a process of its own: 0.5 GB, log lines and GPU memory don't stay here."""
    if importlib.util.find_spec("tensorflow") is None:
        return None, None
    answer = subprocess.run([sys.executable, "-c", _TENSORFLOW], capture_output=True, text=True, check=False)
    lines = answer.stdout.splitlines()
    if answer.returncode or not lines:
        reason = (answer.stderr.strip().splitlines() or ["no reason given"])[-1]
        warnings.warn(f"TensorFlow is installed but does not start: {reason}", RuntimeWarning, stacklevel=3)
        return None, None
    return tuple(json.loads(lines[-1]))


def _read_system_memory() -> tuple[int | None, int | None]:
    if sys.platform.startswith("linux"):
        try:
            lines = Path("/proc/meminfo").read_text().splitlines()
            sizes = {key: int(rest.split()[0]) * 1024 for key, rest in (line.split(":", 1) for line in lines)}
            return sizes.get("MemTotal"), sizes.get("MemAvailable")
        except (OSError, ValueError, IndexError):
            return None, None
    if sys.platform == "win32":
        return _read_windows_memory()
    try:  # macOS tells the total only
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"), None
    except (ValueError, OSError, AttributeError):
        return None, None


def _read_windows_memory() -> tuple[int | None, int | None]:
    import ctypes

    class Status(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ulong), ("load", ctypes.c_ulong)] + [
            (name, ctypes.c_ulonglong)
            for name in ("total", "available", "page_total", "page_free", "virtual_total", "virtual_free", "extended")
        ]

    status = Status(length=ctypes.sizeof(Status))
    if not ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
        return None, None
    return status.total, status.available


def _find_cgroups(controller: str) -> list[Path]:
    """The folders that limit this process, innermost first: its own and all its parents, v2 then v1."""
    try:
        lines = _OWN_CGROUP.read_text().splitlines()
    except OSError:
        return []
    folders = []
    for line in lines:
        _, names, path = line.split(":", 2)
        if names in ("", controller) or controller in names.split(","):
            root = _CGROUPS / names if names else _CGROUPS
            inner = root / path.lstrip("/")
            folders += [folder for folder in (inner, *inner.parents) if folder == root or root in folder.parents]
    return [folder for folder in dict.fromkeys(folders) if folder.is_dir()]


def _read_number(path: Path) -> int | None:
    try:
        return int(path.read_text().split()[0])
    except (OSError, ValueError, IndexError):  # "max", or no such file
        return None


def _read_cpu_quota() -> float | None:
    quotas = []
    for folder in _find_cgroups("cpu"):
        try:
            quota, period = (folder / "cpu.max").read_text().split()[:2]
        except (OSError, ValueError):  # version 1 keeps the two in files of their own
            quota, period = (str(_read_number(folder / f"cpu.cfs_{part}_us")) for part in ("quota", "period"))
        if quota.isdigit() and period.isdigit() and int(period) > 0:
            quotas.append(int(quota) / int(period))
    return min(quotas, default=None)


def _read_memory_limits() -> list[tuple[int | None, int | None]]:
    limits = []
    for folder in _find_cgroups("memory"):
        limits.append((_read_number(folder / "memory.max"), _read_number(folder / "memory.current")))
        limits.append((_read_number(folder / "memory.limit_in_bytes"), _read_number(folder / "memory.usage_in_bytes")))
    return limits
