"""What Keras computes, in NumPy: the outputs of a network, its loss's gradients, and the steps of Adam."""

from __future__ import annotations

import numpy as np


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
