"""Gathers a process's own memory in large pages: a fork then copies hundreds of entries, not tens of thousands."""

from __future__ import annotations

import ctypes
from pathlib import Path

_COLLAPSE = 25  # MADV_COLLAPSE, since Linux 6.1


def gather_pages() -> None:
    """All private memory that is no file's, as far as the kernel can and will; where it refuses, nothing changes."""
    madvise = ctypes.CDLL(None).madvise
    madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    for line in Path("/proc/self/maps").read_text().splitlines():
        span, rights, _, _, inode, *_ = line.split()
        if rights == "rw-p" and inode == "0":
            start, end = (int(address, 16) for address in span.split("-"))
            madvise(start, end - start, _COLLAPSE)
