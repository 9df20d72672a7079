"""Pictures moved and training stopped as exercise 04 asks for it, and by wrong ways that its checks can name."""

from __future__ import annotations

import numpy as np


def shift(images, down, right, fill="zero") -> np.ndarray:
    """Pixel (i, j) comes from (i − down, j − right); from outside: 0, "wrap" around, or the nearest "edge"."""
    B, H, W = images.shape
    rows, columns = np.arange(H) - np.reshape(down, (B, 1)), np.arange(W) - np.reshape(right, (B, 1))
    inside = ((rows >= 0) & (rows < H))[:, :, None] & ((columns >= 0) & (columns < W))[:, None]
    if fill == "edge":
        rows, columns = rows.clip(0, H - 1), columns.clip(0, W - 1)
    moved = images[np.arange(B)[:, None, None], (rows % H)[:, :, None], (columns % W)[:, None]]
    return moved * inside if fill == "zero" else moved


def stop(losses, patience, max_epochs, fault=""):
    """(epochs run, best epoch) of early stopping, or of the variant that a misconception names."""
    best, best_epoch, waited = float("inf"), 0, 0
    limit = patience + {"one-epoch-too-many": 1, "one-epoch-too-few": -1, "never-stops": max_epochs}.get(fault, 0)
    for epoch in range(1, max_epochs + 1):
        loss = losses[epoch - 1][fault != "training-loss-watched"]
        low = {"tie-counts": loss <= best, "nan-is-the-best": not loss >= best}.get(fault, loss < best)
        best_epoch, waited = (epoch, waited if fault == "waits-in-total" else 0) if low else (best_epoch, waited + 1)
        best = loss if low or fault == "previous-not-best" else best
        if waited >= limit:
            break
    return epoch, best_epoch
