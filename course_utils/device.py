"""Finds a device that really computes, and says what this process may use: cores, memory, frameworks."""

import contextlib
import importlib.util
import json
import os
import platform
import re
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import psutil

if TYPE_CHECKING:
    import torch

_KINDS = ("cuda", "xpu", "mps", "cpu")  # the order of preference
_CGROUPS, _OWN_CGROUP = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")  # where Linux keeps a container's limits
_TENSORFLOW = """import json, tensorflow as tf
print(json.dumps([tf.__version__, [gpu.name for gpu in tf.config.list_physical_devices("GPU")]]))"""


class DeviceReport(NamedTuple):
    """What this process has to compute with, printed as a table; None: a framework was not asked, or is not here."""

    machine: dict[str, str]
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


def pick_device(prefer: "str | torch.device | None" = None, quiet: bool = False) -> "torch.device":
    """Return the first of CUDA, XPU, MPS, CPU that computes correctly, and print one line why, unless quiet.

    prefer: "cuda", "cuda:1", "xpu", "mps", "cpu" or "auto"; without it the environment variable COURSE_DEVICE counts.
    What is asked for or present but broken or full is warned about and passed over. ValueError for another name.
    """
    import torch

    origin = "COURSE_DEVICE" if prefer is None else "the argument"
    choice = str(os.environ.get("COURSE_DEVICE", "") if prefer is None else prefer).strip().lower() or "auto"
    if not re.fullmatch(r"auto|(cuda|xpu)(:\d+)?|(mps|cpu)(:0)?", choice):
        known = f"auto, {', '.join(_KINDS)}, or one of several as cuda:1"
        raise ValueError(f"{origin} names the device {choice!r}; choose from {known}")
    failed = []
    for name in _KINDS if choice == "auto" else dict.fromkeys([choice, *_KINDS]):
        if name != choice and not _is_present(name):
            continue
        if problem := _find_problem(name):
            who = f"{origin} asks for the device {name}, but it" if name == choice else f"the device {name} is here but"
            warnings.warn(f"{who} cannot be used: {problem}. Trying the next one.", RuntimeWarning, stacklevel=2)
            failed.append(name)
            continue
        why = f"{', '.join(failed)} cannot be used" if failed else "there is no CUDA, XPU or MPS device"
        why = why if name == "cpu" else "the first of CUDA, XPU, MPS, CPU that computes correctly"
        if not quiet:
            print(f"Device: {_describe(name)}: {f'{origin} asks for it' if name == choice else why}")
        return torch.device(name)
    raise RuntimeError("not even the CPU computes a correct product: install PyTorch anew")


def device_report(frameworks: bool = True) -> DeviceReport:
    """Return what this machine offers. frameworks: also ask PyTorch and TensorFlow where installed (takes seconds)."""
    total, available = (f"{size / 2**30:.1f} GiB" for size in measure_memory())
    machine = {"Python": platform.python_version(), "System": f"{platform.system()} ({platform.machine()})"}
    machine |= {"CPU threads": f"{count_cores()} (usable here)", "Memory": f"{total}, available {available}"}
    if not frameworks:
        return DeviceReport(machine)
    version, found = None, None
    with contextlib.suppress(ImportError):
        import torch

        counts = {kind: getattr(torch, kind).device_count() for kind in _KINDS[:-1] if _is_present(kind)}
        version, found = torch.__version__, [_describe(f"{kind}:{i}") for kind in counts for i in range(counts[kind])]
    return DeviceReport(machine, version, found, *_ask_tensorflow())


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


def use_tensorflow_memory_growth() -> list[str]:
    """Let TensorFlow take GPU memory as it needs it; return the GPUs' names. RuntimeError where it has used one yet."""
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    try:
        for gpu in gpus:
            tf.config.experimental.set_memory_growth(gpu, True)
    except (RuntimeError, ValueError) as error:
        raise RuntimeError(f"TensorFlow is at work already: restart the kernel, call this first ({error})") from error
    return [gpu.name for gpu in gpus]


def _is_present(kind: str) -> bool:
    import torch

    return (torch.backends.mps if kind == "mps" else getattr(torch, kind)).is_available()


def _find_problem(name: str) -> str | None:
    """Why a device cannot be used; None when a product of known value came out right."""
    rows = np.arange(64).reshape(8, 8)  # small whole numbers: their product is exact in every float type used
    try:
        result = _multiply_on(name, rows.tolist())
    except Exception as error:  # drivers fail in many ways; each is a reason not to use the device
        return f"{type(error).__name__}: {(str(error).strip().splitlines() or ['no message'])[0]}"
    return None if result == (rows @ rows.T).tolist() else "it computes wrong numbers"


def _multiply_on(name: str, rows: list[list[int]]) -> list[list[float]]:
    """rows @ rows.T computed on the device, after memory was really taken there."""
    import torch

    block = torch.ones(16 << 20, dtype=torch.float32, device=name)  # a GPU that cannot spare 64 MiB is full
    matrix = torch.tensor(rows, dtype=torch.float32, device=name) * block[0]
    return (matrix @ matrix.T).tolist()


def _describe(name: str) -> str:
    import torch

    kind = name.split(":")[0]
    if kind in ("cpu", "mps"):
        return f"{name} ({count_cores()} threads)" if kind == "cpu" else "mps (Apple GPU)"
    properties = getattr(torch, kind).get_device_properties(name)
    return f"{name} ({properties.name}, {properties.total_memory / 2**30:.1f} GiB)"


def _ask_tensorflow() -> tuple[str | None, list[str] | None]:
    """Version and GPUs of TensorFlow, from a process of its own: 0.5 GB, log lines and GPU memory don't stay here."""
    if importlib.util.find_spec("tensorflow") is not None:
        answer = subprocess.run([sys.executable, "-c", _TENSORFLOW], capture_output=True, text=True, check=False)
        if answer.returncode == 0:
            return tuple(json.loads(answer.stdout.splitlines()[-1]))
        reason = (answer.stderr.strip().splitlines() or ["no reason given"])[-1]
        warnings.warn(f"TensorFlow is installed but does not start: {reason}", RuntimeWarning, stacklevel=3)
    return None, None


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
