"""Attention, several heads, and cross-attention, right and by the wrong recipes that people write."""

from __future__ import annotations

import numpy as np


def score_pairs(Q, K, scale=None) -> np.ndarray:
    """Q K^T, divided by the root of d_k or by `scale`, in float64."""
    Q, K = Q.astype(np.float64), K.astype(np.float64)
    return Q @ np.swapaxes(K, -1, -2) / (np.sqrt(Q.shape[-1]) if scale is None else scale)


def soften(scores, allowed=True, axis=-1) -> np.ndarray:
    """Softmax over what is allowed; zeros where nothing is."""
    scores = np.where(allowed, scores, -np.inf)
    e = np.exp(scores - np.maximum(scores.max(axis=axis, keepdims=True), -1e30))
    return e / np.maximum(e.sum(axis=axis, keepdims=True), 1)


def apply_mask(scores, mask, how, axis=-1) -> np.ndarray:
    """Weights with the mask applied "before" softmax, as it should be, or `how` else people do it."""
    match how:
        case "before":
            return soften(scores, mask, axis)
        case "never":
            return soften(scores, True, axis)
        case "after":
            return soften(scores, True, axis) * mask
        case "zero":
            return soften(scores * mask, True, axis)
        case "inverted":
            return soften(scores, ~mask, axis)
        case "added":
            return soften(scores + mask, True, axis)


def join_heads(
    x, W, b, W_out, b_out, heads,
    order=(0, 1, 2), split="right", merge="right", turned="", biased=(True, True), scale=None, axis=3,
):  # fmt: skip
    """nn.MultiheadAttention's self-attention, or one of the wrong recipes."""
    B, T, d = x.shape
    width = d // heads
    matrix = {"stacked": np.concatenate([one.T for one in W.reshape(3, d, d)]), "sideways": W.reshape(d, 3 * d).T}
    matrix["both"] = matrix["stacked"]
    projected = x @ matrix.get(turned, W).T + b * biased[0]  # (B, T, 3d)

    def cut(part):
        match split:
            case "right":
                return part.reshape(B, T, heads, width).swapaxes(1, 2)
            case "interleaved":
                return part.reshape(B, T, width, heads).transpose(0, 3, 1, 2)
            case "reshaped":
                return part.reshape(B, heads, T, width)

    if split == "heads first":
        parts = list(projected.reshape(B, T, heads, 3, width).transpose(3, 0, 2, 1, 4))
    else:
        parts = [cut(projected[..., i * d : (i + 1) * d]) for i in range(3)]
    Q, K, V = (parts[i] for i in order)
    H = soften(Q @ K.swapaxes(2, 3) / (width**0.5 if scale is None else scale), True, axis) @ V
    match merge:
        case "right":
            H = H.swapaxes(1, 2)
        case "interleaved":
            H = H.transpose(0, 2, 3, 1)
    return H.reshape(B, T, d) @ (W_out if turned in ("last", "both") else W_out.T) + b_out * biased[1]


def run_module(x, W, b, W_out, b_out, heads, hidden) -> tuple[np.ndarray, np.ndarray]:
    """(output, weights) of nn.MultiheadAttention under a mask of its kind, (B * heads, T, T), True: must not look."""
    B, T, d = x.shape
    Q, K, V = (x @ W.T + b).reshape(B, T, 3, heads, d // heads).transpose(2, 0, 3, 1, 4)
    weights = soften(score_pairs(Q, K), ~hidden.reshape(B, heads, T, T))
    return (weights @ V).swapaxes(1, 2).reshape(B, T, d) @ W_out.T + b_out, weights


def look_across(target, source, real, W_Q, W_K, W_V, roles=("t", "s", "s"), scale=None, axis=2, hide="before"):
    """(output, weights) of cross-attention, or of one of the wrong recipes; the mask goes with the source."""
    words = {"t": target, "s": source}
    Q, K, V = (words[role] @ W for role, W in zip(roles, (W_Q, W_K, W_V), strict=True))
    scores = score_pairs(Q, K, scale)
    mask = real[:, :, None] if roles[0] == "s" and roles[1] == "t" else real[:, None]
    weights = apply_mask(scores, mask, hide, axis)
    return weights @ V, weights
