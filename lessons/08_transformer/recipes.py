"""Exercise 08: the block of q1 in NumPy, what it draws, and the wrong ways in which people put it together."""

from __future__ import annotations

import math

import numpy as np

_erf = np.vectorize(math.erf, otypes=[float])


def _gelu(z):
    return z * (1 + _erf(z / 2**0.5)) / 2


def _gelu_by_tanh(z):
    return z * (1 + np.tanh((2 / np.pi) ** 0.5 * (z + 0.044715 * z**3))) / 2


def _norm(x, p, part):
    away = x - x.mean(axis=-1, keepdims=True)
    unit = away / np.sqrt((away**2).mean(axis=-1, keepdims=True) + 1e-5)
    return p[f"norm_{part}.weight"] * unit + p[f"norm_{part}.bias"]


def _attend(h, p, heads, seen):
    """seen: (B, T, T), True: may look; whoever may look nowhere gets nothing."""
    B, T, d = h.shape
    mixed = h @ p["attention.in_proj_weight"].T + p["attention.in_proj_bias"]
    q, k, v = mixed.reshape(B, T, 3, heads, -1).transpose(2, 0, 3, 1, 4)  # (B, heads, T, d / heads) each
    scores = q @ k.swapaxes(-1, -2) / (d / heads) ** 0.5
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True)) * seen[:, None]
    weights = powers / np.maximum(powers.sum(axis=-1, keepdims=True), 1e-300)
    joined = (weights @ v).swapaxes(1, 2).reshape(B, T, d)
    return joined @ p["attention.out_proj.weight"].T + p["attention.out_proj.bias"]


def _think(h, p, activation=_gelu):
    return activation(h @ p["mlp.0.weight"].T + p["mlp.0.bias"]) @ p["mlp.2.weight"].T + p["mlp.2.bias"]


def look_back(real):
    """(B, T, T): the place of the query sees the tokens up to it."""
    return np.tri(real.shape[1], dtype=bool) & real[:, None]


def run_block(x, p, heads, seen, activation=_gelu, depth=1):
    """y, (B, T, d)."""
    for _ in range(depth):
        x = x + _attend(_norm(x, p, 1), p, heads, seen)
        x = x + _think(_norm(x, p, 2), p, activation)
    return x


def mistake_masks(real) -> dict[str, list[np.ndarray]]:
    """What a place sees, (B, T, T) each."""
    T = real.shape[1]
    tri, past, tokens = np.tri(T, dtype=bool), np.tri(T, k=-1, dtype=bool), real[:, None]
    everywhere = np.ones((len(real), 1, 1), dtype=bool)
    return {
        "padding-seen": [tri & everywhere],
        "ahead-seen": [tokens & np.ones((T, 1), dtype=bool), everywhere & np.ones((T, T), dtype=bool)],
        "mask-not-turned": [~tri & tokens, tri & ~tokens, ~tri & ~tokens, ~(tri & tokens), ~tri & everywhere],
        "own-place-hidden": [past & tokens],
    }


def mistake_block(x, p, heads, seen) -> dict[str, list[np.ndarray]]:
    """What wrong ways of putting the parts together give."""
    N, K = (lambda h, part=part: _norm(h, p, part) for part in (1, 2))
    A, M = (lambda h: _attend(h, p, heads, seen)), (lambda h: _think(h, p))
    n, one = N(x), x + A(N(x))
    h, other, turned, post = n + A(n), x + M(K(x)), x + M(n), N(x + A(x))
    activations = np.tanh, _gelu_by_tanh, (lambda z: np.maximum(z, 0)), (lambda z: z / (1 + np.exp(-z)))
    return {
        "norm-at-the-other-place": [K(post + M(post)), one + K(M(one)), x + N(A(x)) + K(M(x + N(A(x))))],
        "residual-missing": [M(K(A(n))), M(K(one)), A(n) + M(K(A(n)))],
        "residual-from-the-norm": [K(h) + M(K(h)), h + M(K(h)), K(one) + M(K(one))],
        "one-norm-for-both": [one + M(N(one)), x + A(K(x)) + M(K(x + A(K(x)))), x + A(K(x)) + M(N(x + A(K(x))))],
        "norm-forgotten": [x + A(x) + M(K(x + A(x))), one + M(one), x + A(x) + M(x + A(x))],
        "parts-beside-each-other": [one + M(K(x)), x + M(K(one)), one + M(n)],
        "network-first": [other + A(N(other)), turned + A(K(turned))],
        "normed-at-the-end": [K(one + M(K(one))), N(one + M(K(one)))],
        "another-activation": [run_block(x, p, heads, seen, activation) for activation in activations],
        "heads-ignored": [run_block(x, p, one, seen) for one in range(1, x.shape[-1] + 1) if x.shape[-1] % one == 0],
    }


def draw_block(rng, B, T, d, heads, ratio=2):
    """x (B, T, d), and the block's parameters by their names; heads divides d."""
    shapes = {"attention.in_proj_weight": (3 * d, d), "attention.out_proj.weight": (d, d)}
    shapes |= {"mlp.0.weight": (ratio * d, d), "mlp.2.weight": (d, ratio * d)}
    p = {name: rng.normal(size=shape) * (1.5 / shape[1] ** 0.5) for name, shape in shapes.items()}
    biases = {"attention.in_proj_bias": 3 * d, "attention.out_proj.bias": d, "mlp.0.bias": ratio * d, "mlp.2.bias": d}
    p |= {name: rng.normal(size=n) / 2 for name, n in biases.items()}
    for part in (1, 2):
        p |= {f"norm_{part}.weight": rng.uniform(0.5, 2, d), f"norm_{part}.bias": rng.normal(size=d) / 2}
    return rng.normal(size=(B, T, d)) * 1.5 + 0.5, p


def draw_constant_block(rng, B, T, d, heads):
    """x, p, what attention gives and what the network gives: (d,) each, at every place the same, whatever x is."""
    x, p = draw_block(rng, B, T, d, heads)
    a, c = rng.uniform(1, 2, d) * rng.choice([-1, 1], d), rng.uniform(3, 4, d) * rng.choice([-1, 1], d)
    p["attention.in_proj_weight"][2 * d :] = p["mlp.0.weight"][:] = 0
    values, inside = p["attention.in_proj_bias"][2 * d :], p["mlp.0.bias"]
    values[:], inside[:] = rng.uniform(2, 3, d), rng.uniform(1, 2, len(inside))
    p["attention.out_proj.bias"] = a - p["attention.out_proj.weight"] @ values
    p["mlp.2.bias"] = c - p["mlp.2.weight"] @ _gelu(inside)
    return x, p, a, c


def list_dropped(x, a, c, share) -> dict[str, list[list[np.ndarray]]]:
    """What each number of y may be in training: for the right block ("") and for wrong ones, (B, T, d) each."""
    k, x = 1 / (1 - share), x + np.zeros_like(a)
    return {
        "": [[x, x + k * a, x + k * c, x + k * (a + c)]],
        "never-drops": [[x + a + c]],
        "kept-not-rescaled": [[x, x + a, x + c, x + a + c]],
        "one-part-drops": [[x + c, x + k * a + c], [x + a, x + a + k * c]],
        "drops-the-sum": [
            [0 * x, 0 * x + k * c, k * (x + a + c), k * (k * (x + a) + c)],
            [0 * x, k * (x + c), k * (x + k * a + c)],
        ],
    }
