"""Finds a device that really computes, and says what this process may use: cores, memory, frameworks."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import platform
import re
import subprocess
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import torch

_KINDS = ("cuda", "xpu", "mps", "cpu")  # the order of preference
_CGROUPS, _OWN_CGROUP = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")  # where Linux keeps a container's limits
_TENSORFLOW = """import json, tensorflow as tf
print(json.dumps([tf.__version__, [gpu.name for gpu in tf.config.list_physical_devices("GPU")]]))"""


class DeviceReport(NamedTuple):
    """What this process has to compute with; memory in bytes. Of the frameworks: None where not asked or not here."""

    python: str
    system: str
    cpu_threads: int
    memory_total: int
    memory_available: int
    torch_version: str | None = None
    accelerators: list[str] | None = None
    tensorflow_version: str | None = None
    tensorflow_gpus: list[str] | None = None

    def __repr__(self) -> str:
        total, available = (f"{size / 2**30:.1f} GiB" for size in (self.memory_total, self.memory_available))
        rows = {"Python": self.python, "System": self.system, "CPU threads": f"{self.cpu_threads} (usable here)"}
        rows["Memory"] = f"{total}, available {available}"
        if self.torch_version:
            rows["PyTorch"] = f"{self.torch_version}; {'; '.join(self.accelerators) or 'no CUDA, XPU or MPS device'}"
        if self.tensorflow_version:
            rows["TensorFlow"] = f"{self.tensorflow_version}; {', '.join(self.tensorflow_gpus) or 'no GPU'}"
        return "\n".join(f"{name:<12} {text}" for name, text in rows.items())


def pick_device(prefer: str | torch.device | None = None, quiet: bool = False) -> torch.device:
    """Return the first of CUDA, XPU, MPS, CPU that allocates memory and multiplies matrices correctly.

    prefer: "cuda", "cuda:1", "xpu", "mps", "cpu" or "auto"; without it the environment variable COURSE_DEVICE counts.
    Prints one line that says what was chosen and why, unless quiet. A device that is present but broken or full, or an
    explicit choice that cannot work, is warned about, and the next one is taken. Raises ValueError for another name.
    """
    import torch

    (choice, origin), failed = _read_choice(prefer), []
    for name in dict.fromkeys([*filter(None, [choice]), *_KINDS]):
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
    system = f"{platform.system()} ({platform.machine()})"
    facts = (platform.python_version(), system, count_cores(), *measure_memory())
    if not frameworks:
        return DeviceReport(*facts)
    version, found = None, None
    with contextlib.suppress(ImportError):
        import torch

        kinds = {kind: getattr(torch, kind).device_count() for kind in filter(_is_present, _KINDS[:-1])}
        version, found = torch.__version__, [_describe(f"{kind}:{i}") for kind in kinds for i in range(kinds[kind])]
    return DeviceReport(*facts, version, found, *_ask_tensorflow())


def count_cores() -> int:
    """Return how many CPU threads this process may keep busy: its affinity, and a container's quota rounded up."""
    import psutil

    ask = getattr(psutil.Process(), "cpu_affinity", None)  # macOS has none
    cores = len(ask()) if ask else psutil.cpu_count() or 1
    quotas = _read_cgroups("cpu", "cpu.max", "cpu.cfs_quota_us", "cpu.cfs_period_us")
    return min([cores, *(-(-quota // period) for quota, period in quotas)])


def measure_memory() -> tuple[int, int]:
    """Return (total, available) bytes of memory, a container's limits included."""
    import psutil

    machine = psutil.virtual_memory()
    limits = _read_cgroups("memory", "memory.max", "memory.limit_in_bytes", "memory.current", "memory.usage_in_bytes")
    total = min([machine.total, *(limit for limit, _ in limits)])  # version 1 writes a huge number for "no limit"
    return total, min([machine.available, *(max(0, limit - used) for limit, used in limits)])


def use_tensorflow_memory_growth() -> list[str]:
    """Let TensorFlow take GPU memory as it needs it; return the GPUs' names. RuntimeError where it has used one yet."""
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    try:
        for gpu in gpus:
            if not tf.config.experimental.get_memory_growth(gpu):
                tf.config.experimental.set_memory_growth(gpu, True)
    except (RuntimeError, ValueError) as error:
        what = "TensorFlow has already taken the GPU's memory: restart the kernel and call"
        raise RuntimeError(f"{what} use_tensorflow_memory_growth() before all else of it ({error})") from error
    return [gpu.name for gpu in gpus]


def _read_choice(prefer: Any) -> tuple[str | None, str]:
    """The explicit choice (None: automatic) and who made it."""
    origin = "the argument" if prefer is not None else "COURSE_DEVICE"
    name = str(os.environ.get("COURSE_DEVICE", "") if prefer is None else prefer).strip().lower()
    if name in ("", "auto"):
        return None, origin
    if not re.fullmatch(r"(cuda|xpu)(:\d+)?|mps(:0)?|cpu(:0)?", name):
        choices = f"auto, {', '.join(_KINDS)}, or one of several as cuda:1"
        raise ValueError(f"{origin} names the device {name!r}; choose from {choices}")
    return name, origin


def _is_present(kind: str) -> bool:
    import torch

    module = torch.backends.mps if kind == "mps" else getattr(torch, kind, None)
    return kind == "cpu" or module is not None and module.is_available()


def _find_problem(name: str) -> str | None:
    """Why a device cannot be used; None when a product of known value came out right."""
    rows = [[8 * i + j for j in range(8)] for i in range(8)]  # small whole numbers: exact in every float type used
    expected = [[sum(a * b for a, b in zip(left, right, strict=True)) for right in rows] for left in rows]
    try:
        result = _multiply_on(name, rows)
    except Exception as error:  # drivers fail in many ways; each is a reason not to use the device
        return f"{type(error).__name__}: {(str(error).strip().splitlines() or ['no message'])[0]}"
    return None if result == expected else "it computes wrong numbers"


def _multiply_on(name: str, rows: list[list[int]]) -> list[list[float]]:
    """rows @ rows.T computed on the device, after memory was really taken there."""
    import torch

    block = torch.ones(16 << 20, dtype=torch.float32, device=name)  # a GPU that cannot spare 64 MiB is full
    matrix = torch.tensor(rows, dtype=torch.float32, device=name) * block[0]
    return (matrix @ matrix.T).cpu().tolist()


def _describe(name: str) -> str:
    import torch

    kind = name.split(":")[0]
    if kind in ("cpu", "mps"):
        return f"{name} ({count_cores()} threads)" if kind == "cpu" else "mps (Apple GPU)"
    properties = getattr(torch, kind).get_device_properties(name)
    return f"{name} ({properties.name}, {properties.total_memory / 2**30:.1f} GiB)"


def _ask_tensorflow() -> tuple[str | None, list[str] | None]:
    """Version and GPUs of TensorFlow, from a process of its own: 0.5 GB, log lines and GPU memory don't stay here."""
    if importlib.util.find_spec("tensorflow") is None:
        return None, None
    answer = subprocess.run([sys.executable, "-c", _TENSORFLOW], capture_output=True, text=True, check=False)
    if answer.returncode == 0:
        return tuple(json.loads(answer.stdout.splitlines()[-1]))
    reason = (answer.stderr.strip().splitlines() or ["no reason given"])[-1]
    warnings.warn(f"TensorFlow is installed but does not start: {reason}", RuntimeWarning, stacklevel=3)
    return None, None


def _read_cgroups(controller: str, *files: str) -> list[list[int]]:
    """The two numbers in these files, for each control group above this process, of version 2 or 1, that sets both."""
    pairs = []
    with contextlib.suppress(OSError):  # not on Linux
        for line in _OWN_CGROUP.read_text().splitlines():
            _, names, path = line.split(":", 2)
            if names == "" or controller in names.split(","):
                inner = Path(_CGROUPS, names, path.lstrip("/"))
                for folder in (f for f in (inner, *inner.parents) if f.is_relative_to(_CGROUPS / names)):
                    words = " ".join(file.read_text() for file in map(folder.joinpath, files) if file.is_file()).split()
                    if len(words) == 2 and all(map(str.isdigit, words)):
                        pairs.append([int(word) for word in words])
    return pairs
