"""Gradients of the learner's graphs and checks, with what is read on the way counted."""

from __future__ import annotations

from operator import attrgetter

import numpy as np

_READ = attrgetter("value", "edges", "grad")  # what every node has


def differentiate_program(
    backpropagate, divide, exp, node_class, inputs, program, calls=1, most_walks=0, stale=0.0
) -> dict:
    """Build a graph of nodes, run backpropagate on its last node `calls` times, read the gradients.

    program: a list of (operation, i, j), where i and j number the inputs and then the earlier results; operation is
    "+", "-", "*", "divide" or "exp" (which ignores j). stale: what stands in every .grad before each call. With
    most_walks > 0 the edges are counted as they are read, and the run ends when there were more. Returns {"value",
    "grads"} (all numbered nodes), or {"stopped": why}: "node" and "edges" for a result that is not built as Node is,
    "recursion", "walks".
    """
    nodes = [node_class(value) for value in inputs]
    build = {"+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b,
             "divide": divide, "exp": lambda a, _: exp(a)}  # fmt: skip
    for operation, i, j in program:
        nodes.append(build[operation](nodes[i], nodes[j]))
        try:
            _, edges, _ = _READ(nodes[-1])
        except AttributeError:
            return {"stopped": "node"}
        if not all(map(_is_edge, edges)):
            return {"stopped": "edges"}
    if most_walks:
        walks = [0, most_walks]
        for node in nodes:
            node.edges = _CountedEdges(node.edges)
            node.edges.walks = walks
    try:
        for _ in range(calls):
            for node in nodes:
                node.grad = stale
            backpropagate(nodes[-1])
    except RecursionError:
        return {"stopped": "recursion"}
    except _TooManyWalks:
        return {"stopped": "walks"}
    return {"value": nodes[-1].value, "grads": [node.grad for node in nodes]}


def run_gradient_check(check_gradient, X, t, w, g) -> dict:
    """check_gradient(loss, w, g) for loss(w) = mean((tanh(X w) − t)²), w of any shape, taken as one vector.

    Without X the loss is the sum of w². Returns {"value", "w" (afterwards), "points" (where the loss was asked for, one
    a row), "types" (of those arrays)}.
    """
    points, types, shape = [], [], np.shape(w)

    def loss(w):
        if np.shape(w) != shape:
            raise ValueError(f"loss takes an array of the shape of w, {shape}, not {np.shape(w)}")
        array = np.asarray(w)
        points.append(np.array(array, dtype=np.float64).ravel())
        types.append(str(array.dtype))
        return (array**2).sum() if X is None else np.mean((np.tanh(X @ array.ravel()) - t) ** 2)

    value = check_gradient(loss, w, g)
    return {"value": value, "w": w, "points": np.array(points[:10_000]), "types": sorted(set(types))}


def _is_edge(edge) -> bool:
    return type(edge) in (tuple, list) and len(edge) == 2 and hasattr(edge[0], "grad")


class _TooManyWalks(Exception):
    """The edges were read more often than any order of the nodes needs."""


class _CountedEdges(tuple):
    """Edges of a node that count how often they are read."""

    def __iter__(self):
        return self._count(super().__iter__())

    def __getitem__(self, index):
        return self._count(super().__getitem__(index))

    def _count(self, value):
        self.walks[0] += 1
        if self.walks[0] > self.walks[1]:
            raise _TooManyWalks
        return value
