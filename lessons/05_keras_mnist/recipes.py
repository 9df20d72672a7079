"""What Keras computes, in NumPy: outputs, gradients, steps of Adam, parameters of layers, epochs of a callback."""

from __future__ import annotations

import numpy as np

ACTIVATIONS = (  # that aren't ReLU: tanh, sigmoid, swish, ELU, GELU, leaky ReLU
    np.tanh,
    lambda z: sigmoid(z),
    lambda z: z * sigmoid(z),
    lambda z: np.where(z > 0, z, np.expm1(z.clip(max=0))),
    lambda z: z / 2 * (1 + np.tanh((2 / np.pi) ** 0.5 * (z + 0.044715 * z**3))),
    lambda z: np.where(z > 0, z, 0.2 * z),
)
MORE_WAYS = {  # misconception: further ways to count that it covers
    "weights-at-each-place": ["bias-at-each-place"],
    "a-bias-for-each-input": ["bias-for-each-channel"],
    "pooling-rounded-up": ["pooling-not-rounded"],
    "pooling-on-one-side": ["pooling-on-the-other"],
    "height-for-width": ["height-alone", "width-alone"],
}
WAYS_BACK = (  # wrong ones, of the callback
    "better-than-the-last",
    "nan-taken-for-better",
    "equal-taken-for-better",
    "nan-left-alone",
    "rate-kept-without-weights",
    "halved-only-once",
    "halved-each-epoch",
    "another-factor",
)


def forward(weights, x, activation=lambda z: np.maximum(z, 0)):
    """(N, classes): the logits of dense layers; weights: kernel, bias, kernel, bias, …"""
    x = np.asarray(x, dtype=np.float64)
    for W, b in zip(weights[:-2:2], weights[1:-2:2], strict=True):
        x = activation(x @ W + b)
    return x @ weights[-2] + weights[-1]


def log_softmax(z):
    """Of each row, also where logits are large."""
    z = z - z.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def softmax(z):
    """Of each row."""
    return np.exp(log_softmax(z))


def sigmoid(z):
    """Of each entry."""
    return 1 / (1 + np.exp(-z))


def gradients(weights, x, y):
    """Of the mean cross-entropy with respect to each weight."""
    inputs = [np.asarray(x, dtype=np.float64)]
    for W, b in zip(weights[:-2:2], weights[1:-2:2], strict=True):
        inputs.append(np.maximum(inputs[-1] @ W + b, 0))
    d, gradients = (softmax(inputs[-1] @ weights[-2] + weights[-1]) - y) / len(x), []
    for W, given in zip(weights[-2::-2], reversed(inputs), strict=True):
        gradients = [given.T @ d, d.sum(axis=0), *gradients]
        d = (d @ W.T) * (given > 0)
    return gradients


def adam(weights, batches, rate, epsilon=1e-7):
    """The weights after each step, as Keras computes Adam: epsilon beside the root of the uncorrected mean square."""
    weights, steps = [np.asarray(w, dtype=np.float64) for w in weights], []
    m, v = ([0 * w for w in weights] for _ in range(2))
    for t, batch in enumerate(batches, start=1):
        alpha = rate * (1 - 0.999**t) ** 0.5 / (1 - 0.9**t)
        for i, g in enumerate(gradients(weights, *batch)):
            m[i], v[i] = 0.9 * m[i] + 0.1 * g, 0.999 * v[i] + 0.001 * g**2
        weights = [w - alpha * m[i] / (v[i] ** 0.5 + epsilon) for i, w in enumerate(weights)]
        steps.append(weights)
    return steps


def count_parameters(shape, layers, way=""):
    """Parameters of each layer; `way` names a wrong way to count."""
    counts, (h, w, c), n = [], shape, None
    for kind, *sizes in layers:
        count = 0
        if kind == "conv":
            filters, a, b = sizes
            a, b = {"height-alone": (a, a), "width-alone": (b, b)}.get(way, (a, b))
            below, right = {"height-for-width": (b, a), "map-keeps-its-size": (1, 1)}.get(way, (a, b))
            h, w = h - below + 1, w - right + 1
            biases = {"no-biases": 0, "a-bias-for-each-input": c, "bias-at-each-place": filters * h * w}
            biases |= {"bias-for-each-channel": filters * c, "one-bias-for-all": 1}
            count = a * b * filters * (1 if way == "kernel-without-channels" else c) + biases.get(way, filters)
            count = count * (h * w if way == "weights-at-each-place" else 1)
            c = c if way == "channels-of-the-input" else filters
            h, w = (h - 1, w - 1) if way == "map-one-too-small" else (h, w)
        elif kind == "pool":
            p = sizes[0]
            sides = {"pooling-rounded-up": (-(-h // p), -(-w // p)), "pooling-not-rounded": (h / p, w / p)}
            sides |= {
                "pooling-ignored": (h, w),
                "pooling-on-one-side": (h // p, w),
                "pooling-on-the-other": (h, w // p),
            }
            h, w = sides.get(way, (h // p, w // p))
        elif kind == "flatten":
            n = h * w * (1 if way == "flatten-without-channels" else c)
        else:
            units = sizes[0]
            count = n * units + {"no-biases": 0, "a-bias-for-each-input": n}.get(way, units)
            n = n if way == "inputs-of-the-flatten" else units
        counts.append(count)
    return counts


def replay(losses, rate, way="") -> np.ndarray:
    """(n, 2): weight and rate after each epoch, as the given `replay` plays them; `way` names a wrong way to do it."""
    best, kept, seen, first = np.inf, None, [], rate
    for weight, loss in enumerate(losses, start=1):
        now = weight
        lower = {"equal-taken-for-better": loss <= best, "nan-taken-for-better": not loss >= best}.get(way, loss < best)
        skipped = way == "nan-left-alone" and np.isnan(loss)
        waits = skipped or (way == "rate-kept-without-weights" and not kept)
        if lower:
            kept = weight
        elif not skipped:
            now = kept or weight
        if way == "halved-each-epoch" or not (lower or waits):
            rate = {"halved-only-once": first / 2, "another-factor": rate / 10}.get(way, rate / 2)
        best = loss if lower or way == "better-than-the-last" else best
        seen.append((now, rate))
    return np.array(seen, dtype=float)


def find_p(t, S) -> float:
    """The two-sided p that belongs to t, of S differences."""
    from scipy.special import stdtr  # here: nobody who only reads the table of exercises needs SciPy

    return 2 * stdtr(S - 1, -abs(t))
