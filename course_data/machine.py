"""What this machine offers: Python, cores, memory, frameworks and their devices; the doctor and lesson 00 show it."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import platform
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psutil

from course_utils.device import KINDS, describe_device

_CGROUPS, _OWN_CGROUP = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")  # where Linux keeps a container's limits
_TENSORFLOW = """import json, tensorflow as tf
print(json.dumps([tf.__version__, [gpu.name for gpu in tf.config.list_physical_devices("GPU")]]))"""


class DeviceReport(NamedTuple):
    """What this process has to compute with, printed as a table; None: a framework was not asked, or is not here."""

    machine: dict[str, str]
    memory_total: int  # bytes
    torch_version: str | None = None
    accelerators: list[str] | None = None
    tensorflow_version: str | None = None
    tensorflow_gpus: list[str] | None = None

    def __repr__(self) -> str:
        rows = dict(self.machine)
        if self.torch_version:
            rows["PyTorch"] = f"{self.torch_version}; {'; '.join(self.accelerators) or 'no CUDA, XPU or MPS device'}"
        if self.tensorflow_version:
            rows["TensorFlow"] = f"{self.tensorflow_version}; {', '.join(self.tensorflow_gpus) or 'no GPU'}"
        return "\n".join(f"{name:<12} {text}" for name, text in rows.items())


def device_report(frameworks: bool = True) -> DeviceReport:
    """Return what this machine offers. frameworks: also ask PyTorch and TensorFlow where installed (takes seconds)."""
    memory = measure_memory()
    total, available = (f"{size / 2**30:.1f} GiB" for size in memory)
    machine = {"Python": platform.python_version(), "System": f"{platform.system()} ({platform.machine()})"}
    machine |= {"CPU threads": f"{count_cores()} (usable here)", "Memory": f"{total}, available {available}"}
    if not frameworks:
        return DeviceReport(machine, memory[0])
    version, found = None, None
    with contextlib.suppress(ImportError):
        import torch

        modules = {kind: torch.get_device_module(kind) for kind in KINDS[:-1]}
        counts = {kind: module.device_count() for kind, module in modules.items() if module.is_available()}
        version, found = (
            torch.__version__,
            [describe_device(f"{kind}:{i}") for kind in counts for i in range(counts[kind])],
        )
    return DeviceReport(machine, memory[0], version, found, *_ask_tensorflow())


def count_cores() -> int:
    """Return how many CPU threads are ours: by affinity (macOS has none), and by a container's quota, rounded up."""
    cores = len(psutil.Process().cpu_affinity()) if hasattr(psutil.Process, "cpu_affinity") else psutil.cpu_count() or 1
    quotas = _read_cgroups("cpu.max", "cpu.cfs_quota_us", "cpu.cfs_period_us")
    return min([cores, *(-(-quota // period) for quota, period in quotas)])


def measure_memory() -> tuple[int, int]:
    """Return (total, available) bytes of memory, a container's limits included."""
    machine = psutil.virtual_memory()
    limits = [*_read_cgroups("memory.max", "memory.limit_in_bytes", "memory.current", "memory.usage_in_bytes")]
    total = min([machine.total, *(limit for limit, _ in limits)])  # version 1 writes a huge number for "no limit"
    return total, min([machine.available, *(max(0, limit - used) for limit, used in limits)])


def _read_cgroups(*files: str) -> Iterator[list[int]]:
    """The two numbers in these files, for each control group above this process, of version 2 or 1, that sets both."""
    with contextlib.suppress(OSError):  # not on Linux
        for line in _OWN_CGROUP.read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            inner = Path(_CGROUPS, controllers, path.lstrip("/"))
            for folder in (inner, *inner.parents):
                words = " ".join(file.read_text() for file in map(folder.joinpath, files) if file.is_file()).split()
                if len(words) == 2 and all(map(str.isdigit, words)):
                    yield [int(word) for word in words]


def _ask_tensorflow() -> tuple[str | None, list[str] | None]:
    """Version and GPUs of TensorFlow, from a process of its own: 0.5 GB, log lines and GPU memory don't stay here."""
    if importlib.util.find_spec("tensorflow") is not None:
        answer = subprocess.run([sys.executable, "-c", _TENSORFLOW], capture_output=True, text=True, check=False)
        if answer.returncode == 0:
            return tuple(json.loads(answer.stdout.splitlines()[-1]))
        reason = (answer.stderr.strip().splitlines() or ["no reason given"])[-1]
        warnings.warn(f"TensorFlow is installed but does not start: {reason}", RuntimeWarning, stacklevel=3)
    return None, None
