"""A process's memory before it serves many: the collector leaves it alone, and a fork copies little of it."""

from __future__ import annotations

import ctypes
import gc
from pathlib import Path

_COLLAPSE = 25  # MADV_COLLAPSE, since Linux 6.1


def leave_garbage() -> None:
    """Never look for garbage in what there is now, and seldom in what will be: a tenth of the grading was that."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def gather_pages() -> None:
    """All private memory that is no file's in large pages: a fork copies hundreds of entries, not tens of thousands.

    As far as the kernel can and will; where it refuses, nothing changes.
    """
    madvise = ctypes.CDLL(None).madvise
    madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    for line in Path("/proc/self/maps").read_text().splitlines():
        span, rights, _, _, inode, *_ = line.split()
        if rights == "rw-p" and inode == "0":
            start, end = (int(address, 16) for address in span.split("-"))
            madvise(start, end - start, _COLLAPSE)
