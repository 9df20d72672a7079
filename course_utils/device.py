"""Finds a device that really computes, and says what it is."""

import os
import re
import warnings
from typing import Any

import numpy as np

KINDS = ("cuda", "xpu", "mps", "cpu")  # the order of preference


def pick_device(prefer: Any = None, quiet: bool = False) -> Any:
    """Return the first of CUDA, XPU, MPS, CPU that computes correctly, and print one line why, unless quiet.

    prefer: one of these, "cuda:1", "auto", else the environment variable COURSE_DEVICE; ValueError for another name.
    What is asked for or present but broken or full is warned about and passed over.
    """
    import torch

    origin = "COURSE_DEVICE" if prefer is None else "the argument"
    choice = str(os.environ.get("COURSE_DEVICE", "") if prefer is None else prefer).strip().lower() or "auto"
    if not re.fullmatch(r"auto|(cuda|xpu)(:\d+)?|(mps|cpu)(:0)?", choice):
        raise ValueError(f"{origin} names the device {choice!r}; choose from auto, {', '.join(KINDS)}, or as cuda:1")
    failed = []
    for name in KINDS if choice == "auto" else dict.fromkeys([choice, *KINDS]):
        if name != choice and not torch.get_device_module(name).is_available():
            continue
        if problem := _find_problem(name):
            who = f"{origin} asks for the device {name}, but it" if name == choice else f"the device {name} is here but"
            warnings.warn(f"{who} cannot be used: {problem}. Trying the next one.", RuntimeWarning, stacklevel=2)
            failed.append(name)
            continue
        why = f"{', '.join(failed)} cannot be used" if failed else "there is no CUDA, XPU or MPS device"
        why = why if name == "cpu" else "the first of CUDA, XPU, MPS, CPU that computes correctly"
        if not quiet:
            print(f"Device: {describe_device(name)}: {f'{origin} asks for it' if name == choice else why}")
        return torch.device(name)
    raise RuntimeError("not even the CPU computes a correct product: install PyTorch anew")


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


def describe_device(name: str) -> str:
    """Return the name and what its hardware is called."""
    import torch

    kind = name.split(":")[0]
    if kind in ("cpu", "mps"):
        return f"{name} ({torch.get_num_threads()} threads)" if kind == "cpu" else "mps (Apple GPU)"
    properties = getattr(torch, kind).get_device_properties(name)
    return f"{name} ({properties.name}, {properties.total_memory / 2**30:.1f} GiB)"
