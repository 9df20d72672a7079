"""Finds a device that really computes, reports what the machine has, and says which number type suits it."""

from __future__ import annotations

import importlib
import os
import platform
import re
import warnings
from typing import TYPE_CHECKING, Any, NamedTuple

from .machine import DeviceReport, ask_tensorflow, count_cpu_threads, read_memory

if TYPE_CHECKING:
    import torch

_KINDS = ("cuda", "xpu", "mps", "cpu")  # the order of preference
_PROBE_BYTES = 64 << 20  # a GPU that cannot spare 64 MiB is full
_GIB = 2**30


class DtypeAdvice(NamedTuple):
    """A number type for training on a device, and why."""

    dtype: torch.dtype
    reason: str


def pick_device(prefer: str | torch.device | None = None, quiet: bool = False) -> torch.device:
    """Return the first of CUDA, XPU, MPS, CPU that allocates memory and multiplies matrices correctly.

    prefer: "cuda", "cuda:1", "xpu", "mps", "cpu" or "auto"; without it the environment variable COURSE_DEVICE counts.
    Prints one line that says what was chosen and why, unless quiet. A device that is present but broken or full, or an
    explicit choice that cannot work, is warned about, and the next one is taken. Raises ValueError for another name.
    """
    import torch

    choice, origin = _read_choice(prefer)
    failed = []
    for name in dict.fromkeys([*([choice] if choice else []), *_KINDS]):
        asked = name == choice
        if not asked and not _is_present(name):
            continue
        problem = _find_problem(name)
        if problem is None:
            if not quiet:
                print(f"Device: {_describe(name)}: {_say_why(name, origin if asked else None, failed)}")
            return torch.device(name)
        failed.append(name)
        who = f"{origin} asks for the device {name}, but it" if asked else f"the device {name} is present but"
        warnings.warn(f"{who} cannot be used: {problem}. Trying the next one.", RuntimeWarning, stacklevel=2)
    raise RuntimeError("not even the CPU computes a correct product: install PyTorch anew")


def device_report(frameworks: bool = True) -> DeviceReport:
    """Return what this machine offers. frameworks: also ask PyTorch and TensorFlow where installed (takes seconds)."""
    total, available = read_memory()
    basics = DeviceReport(
        platform.python_version(), f"{platform.system()} ({platform.machine()})", count_cpu_threads(), total, available
    )
    if not frameworks:
        return basics
    torch, (tf_version, tf_gpus) = _import_or_none("torch"), ask_tensorflow()
    found = (
        []
        if torch is None
        else [
            _describe(f"{kind}:{i}")
            for kind in _KINDS[:2]
            if _is_present(kind)
            for i in range(getattr(torch, kind).device_count())
        ]
    )
    found += ["mps"] if torch is not None and _is_present("mps") else []
    return DeviceReport(
        **{
            **vars(basics),
            "torch_version": torch and torch.__version__,
            "accelerators": found,
            "tensorflow_version": tf_version,
            "tensorflow_gpus": tf_gpus,
        }
    )


def use_tensorflow_memory_growth() -> list[str]:
    """Let TensorFlow take GPU memory as it needs it, instead of all at once; return the names of the GPUs (maybe none).

    Raises RuntimeError where TensorFlow has used a GPU already: this has to come first.
    """
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    for gpu in gpus:
        if tf.config.experimental.get_memory_growth(gpu):
            continue
        try:
            tf.config.experimental.set_memory_growth(gpu, True)
        except (RuntimeError, ValueError) as error:
            raise RuntimeError(
                "TensorFlow has already taken the GPU's memory: restart the kernel and call "
                f"use_tensorflow_memory_growth() before all else of TensorFlow ({error})"
            ) from error
    return [gpu.name for gpu in gpus]


def advise_dtype(device: str | torch.device) -> DtypeAdvice:
    """Return the number type to try for mixed-precision training on `device`, with the reason."""
    import torch

    device = torch.device(device)
    if device.type == "cuda":
        major, minor = torch.cuda.get_device_capability(device)
        if major >= 8:  # torch.cuda.is_bf16_supported() also says yes where it is emulated
            return DtypeAdvice(
                torch.bfloat16,
                f"compute capability {major}.{minor} has bfloat16 units: the range of "
                "float32, so no loss scaling is needed",
            )
        if major >= 7:
            return DtypeAdvice(
                torch.float16,
                f"compute capability {major}.{minor} has float16 units but none for "
                "bfloat16; small gradients vanish, so scale the loss (torch.amp.GradScaler)",
            )
        return DtypeAdvice(torch.float32, f"compute capability {major}.{minor} has no fast half-precision units")
    if device.type == "xpu" and torch.xpu.is_bf16_supported():
        return DtypeAdvice(torch.bfloat16, "this XPU has bfloat16 units: the range of float32, no loss scaling needed")
    if device.type == "cpu":
        units = sorted(key for key, here in _read_cpu_capabilities().items() if key.endswith("bf16") and here)
        if units:  # measured: 2.5 times as fast in a layer of 1024 x 1024 (avx512_bf16)
            return DtypeAdvice(
                torch.bfloat16,
                f"this CPU has bfloat16 units ({', '.join(units)}); keep float32 where "
                "results must be exact to more than three digits",
            )
        return DtypeAdvice(torch.float32, "this CPU has no bfloat16 units: half precision would be slower")
    return DtypeAdvice(torch.float32, f"on {device.type} half precision may lack operations or speed: measure it first")


def _read_choice(prefer: Any) -> tuple[str | None, str]:
    """The explicit choice (None: automatic) and who made it."""
    origin = "the argument" if prefer is not None else "COURSE_DEVICE"
    name = str(prefer if prefer is not None else os.environ.get("COURSE_DEVICE", "")).strip().lower()
    if name in ("", "auto"):
        return None, origin
    if not re.fullmatch(r"(cuda|xpu)(:\d+)?|mps(:0)?|cpu(:0)?", name):
        raise ValueError(
            f"{origin} names the device {name!r}; choose from auto, {', '.join(_KINDS)}, or one of several as cuda:1"
        )
    return name, origin


def _is_present(kind: str) -> bool:
    import torch

    module = {"mps": torch.backends.mps}.get(kind) or getattr(torch, kind, None)
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

    block = torch.ones(_PROBE_BYTES // 4, dtype=torch.float32, device=name)
    matrix = torch.tensor(rows, dtype=torch.float32, device=name) * block[0]
    return (matrix @ matrix.T).cpu().tolist()


def _describe(name: str) -> str:
    import torch

    kind = name.split(":")[0]
    if kind == "cpu":
        return f"{name} ({count_cpu_threads()} threads)"
    if kind == "mps":
        return f"{name} (Apple GPU)"
    properties = getattr(torch, kind).get_device_properties(name)
    return f"{name} ({properties.name}, {properties.total_memory / _GIB:.1f} GiB)"


def _say_why(name: str, origin: str | None, failed: list[str]) -> str:
    if origin:
        return f"{origin} asks for it"
    if name != "cpu":
        return "the first of CUDA, XPU, MPS, CPU that computes correctly"
    return f"{', '.join(failed)} cannot be used" if failed else "there is no CUDA, XPU or MPS device"


def _read_cpu_capabilities() -> dict[str, Any]:
    import torch

    return torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}


def _import_or_none(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None
