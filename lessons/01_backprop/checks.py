"""Checks of exercise 01: questions with hints, the mistakes that they can name, then the checks."""

from __future__ import annotations

import numpy as np

from autograder.answers import (
    CouldNotRun,
    Exercise,
    Learner,
    Misconception,
    Wrong,
    as_array,
    drivers,
    expect_close,
    expect_equal,
    expect_shape,
    is_close,
)

EXERCISE = Exercise.beside(__file__)
say = EXERCISE.say
RTOL, ATOL = 1e-5, 1e-6  # wide enough for float32, far narrower than any mistake


# ---------------------------------------------------------------- q1
@EXERCISE.check("q1")
def open_unit(answer, rng):
    for _ in range(3):
        _compare_blame(answer, _draw_unit(rng, 1))


@EXERCISE.check("q1")
def shut_unit(answer, rng):
    for _ in range(3):
        _compare_blame(answer, _draw_unit(rng, -1))


@EXERCISE.check("q1", hidden=True)
def edges_of_the_unit(answer, rng):
    w, x, v, c = (int(number) for number in rng.integers(2, 6, 4))
    got = _call_unit(answer, {"w": w, "b": -w * x, "v": v, "c": c, "x": x, "t": -1})
    if is_close(got["b"], 2 * (w * x + c + 1) * v):
        raise Misconception("slope-at-zero")
    _compare_blame(answer, {"w": w, "b": -w * x, "v": v, "c": c, "x": x, "t": -1})
    _compare_blame(answer, {"w": w, "b": 1, "v": v, "c": c, "x": x, "t": v * (w * x + 1) + w * x + c})


# ---------------------------------------------------------------- q2
@EXERCISE.check("q2")
def bias_and_input_get_their_blame(answer, rng):
    for g, W, x, parts in _try_layers(answer, rng):
        _judge_bias_and_input(g, W, x, *parts)


@EXERCISE.check("q2")
def weights_get_an_outer_product(answer, rng):
    for g, W, x, parts in _try_layers(answer, rng):
        _judge_weights(g, W, x, *parts)


@EXERCISE.check("q2", hidden=True)
def inputs_stay(answer, rng):
    for m, n in ((3, 4), (1, 4), (3, 1), (1, 1)):
        inputs = rng.normal(size=m), rng.normal(size=(m, n)), rng.normal(size=n)
        parts = _call_keeping(answer, "layer_backward", inputs, _LAYER)
        g, W, x = inputs
        for part, right, name in zip(parts, (np.outer(g, x), g, W.T @ g), _LAYER, strict=True):
            expect_close(part, right, RTOL, ATOL, name)


# ---------------------------------------------------------------- q3
@EXERCISE.check("q3")
def operations_know_their_slopes(answer, rng):
    for _ in range(3):
        a, b = rng.uniform(0.5, 1.2), rng.uniform(1.5, 2.5)
        run = _differentiate(answer, [a, b], [("divide", 0, 1)])
        expect_close(run["value"], a / b, RTOL, ATOL, "divide(a, b).value")
        by_a, by_b = run["grads"][:2]
        _compare_root(run)
        expect_close(by_a, 1 / b, RTOL, ATOL, "∂(a/b)/∂a")
        if is_close(by_b, a / b**2):
            raise Misconception("denominator-sign")
        if not is_close(by_b, -a / b**2, RTOL, ATOL):
            raise Misconception("denominator-slope")
        run = _differentiate(answer, [a - 1], [("exp", 0, 0)])
        expect_close(run["value"], np.exp(a - 1), RTOL, ATOL, "exp(a).value")
        if not is_close(run["grads"][0], np.exp(a - 1), RTOL, ATOL):
            raise Misconception("exp-slope")


@EXERCISE.check("q3")
def blame_adds_up_over_roads(answer, rng):
    for long_first in (False, True):
        a, p, q, r = rng.uniform(1.1, 1.9, 4)
        # m = a·a; short road m·p, long road ((m·q)·r)/p; root = their sum
        roads = [("*", 4, 1), ("*", 4, 2), ("*", 6, 3), ("divide", 7, 1)]
        program = [("*", 0, 0), *roads, ("+", 8, 5) if long_first else ("+", 5, 8)]
        run = _differentiate(answer, [a, p, q, r], program)
        by_m = run["grads"][4]
        short, long = p, q * r / p
        if is_close(by_m, 0) and not is_close(run["grads"][8], 0):
            raise Misconception("passed-on-too-early")
        _compare_root(run)
        if is_close(by_m, short) or is_close(by_m, long) or is_close(run["grads"][0], (short + long) * a):
            raise Misconception("last-road-wins")
        if is_close(by_m, short + long) and not is_close(run["grads"][0], 2 * a * (short + long), RTOL, ATOL):
            raise Misconception("passed-on-too-early")
        _compare_grads(run, [a, p, q, r], program)
    for _ in range(5):
        inputs, program = _draw_program(rng)
        _compare_grads(_differentiate(answer, inputs, program), inputs, program)


@EXERCISE.check("q3")
def long_chains_and_many_diamonds(answer, rng):
    a = rng.uniform(0.5, 0.9)
    diamonds = [("+", i, i) for i in range(60)]  # each number is used twice by the next: 2**60 roads
    run = _differentiate(answer, [a], diamonds, most_walks=100_000)
    _compare_grads(run, [a], diamonds)
    chain = [("+", i + 1, 0) for i in range(4_000)]
    run = _differentiate(answer, [a, 0.1], chain)
    _compare_grads(run, [a, 0.1], chain)


@EXERCISE.check("q3", hidden=True)
def a_second_call_gives_the_same(answer, rng):
    inputs, program = _draw_program(rng)
    once = _differentiate(answer, inputs, program)
    _compare_grads(once, inputs, program)
    twice = _differentiate(answer, inputs, program, calls=2)
    if not is_close(twice["grads"], as_array(once["grads"])):
        raise Misconception("old-gradients-kept")


# ---------------------------------------------------------------- q4
@EXERCISE.check("q4")
def output_layer(answer, rng):
    inputs = _draw_batch(rng, 7, 4, 3, 3)  # K = M: a forgotten transpose still runs, and is named in the next check
    _, _, dW2, db2 = _call_parts(answer, "network_gradients", _PARTS, *inputs)
    (X, T, W1, b1, W2, b2), (_, _, right_dW2, right_db2) = inputs, _gradients(*inputs)
    N, K = T.shape
    if as_array(db2, "db2").shape == (N, K):
        raise Misconception("bias-not-summed")
    for factor, name in (
        (K, "mean-over-rows-only"), (N * K, "mean-forgotten"), (1 / N, "mean-taken-twice"), (1 / (N * K), "mean-taken-twice"),
        (1 / K, "mean-taken-twice"), (0.5, "factor-two-forgotten"), (-1, "sign-reversed"),
    ):  # fmt: skip
        if is_close(dW2, factor * right_dW2, RTOL):
            raise Misconception(name)
    if any(is_close(dW2, H.T @ (2 * (H @ W2 + bias - T) / T.size), RTOL) for H, bias in (
        (np.tanh(X @ W1), b2), (np.tanh(X @ W1 + b1), 0 * b2), (np.tanh(X @ W1), 0 * b2), (X @ W1 + b1, b2),
    )):  # fmt: skip
        raise Misconception("forward-incomplete")
    if is_close(dW2, right_dW2.T, RTOL):
        raise Misconception("weight-gradient-transposed")
    _expect(dW2, right_dW2, "dW2")
    if is_close(db2, right_db2 / N, RTOL):
        raise Misconception("bias-averaged")
    _expect(db2, right_db2, "db2")


@EXERCISE.check("q4")
def hidden_layer(answer, rng):
    for sizes in ((6, 4, 3, 3), (7, 2, 5, 3)):
        inputs = _draw_batch(rng, *sizes)
        dW1, db1, _, _ = _call_parts(answer, "network_gradients", _PARTS, *inputs)
        (X, T, W1, b1, W2, b2), (right_dW1, right_db1, _, _) = inputs, _gradients(*inputs)
        if as_array(db1, "db1").shape == (len(X), len(b1)):
            raise Misconception("bias-not-summed")
        Z = X @ W1 + b1
        H = np.tanh(Z)
        dY = 2 * (H @ W2 + b2 - T) / T.size
        dH = dY @ W2.T
        for dZ, name in (
            (dH, "tanh-slope-left-out"), (dH * (1 - H), "tanh-slope-not-squared"),
            (dH * (1 - Z**2), "tanh-slope-at-the-wrong-place"), (dH * (1 - np.tanh(H) ** 2), "tanh-slope-at-the-wrong-place"),
        ):  # fmt: skip
            if is_close(db1, dZ.sum(axis=0), RTOL) or is_close(dW1, X.T @ dZ, RTOL):
                raise Misconception(name)
        if W2.shape[0] == W2.shape[1] and is_close(db1, ((dY @ W2) * (1 - H**2)).sum(axis=0), RTOL):
            raise Misconception("input-blame-by-rows")
        if is_close(dW1, right_dW1.T, RTOL):
            raise Misconception("weight-gradient-transposed")
        _expect(dW1, right_dW1, "dW1")
        if is_close(db1, right_db1 / len(X), RTOL):
            raise Misconception("bias-averaged")
        _expect(db1, right_db1, "db1")


@EXERCISE.check("q4", hidden=True)
def other_batches(answer, rng):
    for sizes in ((1, 3, 4, 2), (5, 2, 1, 1), (1, 1, 1, 1), (4, 4, 4, 4)):
        inputs = _draw_batch(rng, *sizes)
        parts = _call_keeping(answer, "network_gradients", inputs, _PARTS)
        for part, right, name in zip(parts, _gradients(*inputs), _PARTS, strict=True):
            expect_close(part, right, RTOL, ATOL, name)
    X, *others = _draw_batch(rng, 4, 3, 3, 2)
    X[::2] *= 1e4
    parts = _call_parts(answer, "network_gradients", _PARTS, X, *others)
    for part, right, name in zip(parts, _gradients(X, *others), _PARTS, strict=True):
        if not np.all(np.isfinite(as_array(part, name))):
            raise Misconception("overflow")
        expect_close(part, right, 1e-3, 1e-4, name)


# ---------------------------------------------------------------- q5
@EXERCISE.check("q5")
def a_right_gradient_passes(answer, rng):
    for size in (3, 6):
        X, t, w = _draw_loss(rng, size)
        _judge_right(answer, X, t, w, _slope(X, t, w))


@EXERCISE.check("q5")
def a_wrong_entry_is_found(answer, rng):
    for shape in ((6,), (2, 3), (3, 1, 2)):
        X, t, w = _draw_loss(rng, 6)
        q = _slope(X, t, w)
        for position, factor in ((0, 1.5), (int(np.argmin(abs(q))), 0.5), (5, -1), (2, 0)):
            g = q.copy()
            g[position] *= factor
            value = _run_check(answer, X, t, w.reshape(shape), g.reshape(shape))
            _name_wrong_error(value, g, q)
            expect_close(value, max(_errors(g, q)), 1e-4, 1e-7, "check_gradient")


@EXERCISE.check("q5", hidden=True)
def zeros_and_tiny_entries(answer, rng):
    X, t, w = _draw_loss(rng, 4)
    X[:, 1] = 0  # the loss does not depend on w[1]
    q = _slope(X, t, w)
    value = _judge_right(answer, X, t, w, q)
    g = q + [0, rng.uniform(1e-4, 8e-4), 0, 0]
    value = _run_check(answer, X, t, w, g)
    if is_close(value, 1, 1e-3):
        raise Misconception("floor-left-out")
    expect_close(value, max(_errors(g, q)), 1e-3, 1e-7, "check_gradient")
    expect_close(_run_check(answer, X, t, w, 0 * q), 1, 1e-4, 0, "check_gradient")


# ---------------------------------------------------------------- q6
@EXERCISE.check("q6")
def bug_is_named(answer, rng):
    bug = answer.get("BUG")
    bug = " ".join(bug.lower().split()) if isinstance(bug, str) else bug
    wrong = {"rate too high": "rate-blamed", "gradients overwritten": "overwriting-blamed", "wrong sign": "sign-blamed"}
    if isinstance(bug, str) and bug in wrong:
        raise Misconception(wrong[bug])
    expect_equal(bug, "gradients never reset", "BUG")


@EXERCISE.check("q6")
def loop_descends(answer, rng):
    for N, D, steps in ((6, 3, 1), (5, 4, 2), (7, 3, 25)):
        X, t, rate = rng.normal(size=(N, D)), rng.normal(size=N) + 2, rng.uniform(0.01, 0.1)
        w, losses = _call_parts(answer, "train", ("w", "losses"), X, t, rate, steps)
        right_w, right_losses = _descend(X, t, rate, steps)
        if steps > 1 and is_close(w, _descend(X, t, rate, steps, keep=1.0)[0], RTOL):
            raise Misconception("still-not-reset")
        if is_close(w, _descend(X, t, rate, steps, last_row=True)[0], RTOL):
            raise Misconception("only-the-last-row")
        if steps == 1 and as_array(w, "w").shape == (D,) and not is_close(w, right_w, RTOL, ATOL):
            ratio = as_array(w) / right_w
            if is_close(ratio, np.full(D, ratio[0])) and ratio[0] > 0:
                raise Misconception("rate-changed")
        _expect(w, right_w, "w")
        expect_shape(losses, (steps,), "losses")
        if is_close(losses, _descend(X, t, rate, steps + 1)[1][1:], RTOL):
            raise Misconception("losses-after-the-step")
        _expect(losses, right_losses, "losses")


@EXERCISE.check("q6", hidden=True)
def nothing_outlives_a_call(answer, rng):
    X, t, rate = rng.normal(size=(5, 3)), rng.normal(size=5), 0.05
    right_w, right_losses = _descend(X, t, rate, 9)
    calls = [_call_keeping(answer, "train", (X, t, rate, 9), ("w", "losses")) for _ in range(2)]
    (first, _), (w, losses) = calls
    if not is_close(w, as_array(first, "w"), RTOL, ATOL):
        raise Misconception("state-between-calls")
    _expect(w, right_w, "w")
    _expect(losses, right_losses, "losses")
    w, losses = _call_parts(answer, "train", ("w", "losses"), X, t, rate, 0)
    expect_close(w, np.zeros(3), what="w")
    expect_shape(losses, (0,), "losses")


# ---------------------------------------------------------------- q7
@EXERCISE.check("q7")
def seconds_are_counted(answer, rng):
    for _ in range(3):
        P, d, k, tau, A = _draw_network(rng)
        seconds, _ = _call_costs(answer, P, d, tau, A, k)
        backprop, _, differences = seconds
        if is_close(differences, (P + 1) * tau):
            raise Misconception("one-sided-passes")
        if is_close(backprop, (1 + P) * tau) or is_close(backprop, P * tau) or is_close(backprop, 2 * P * tau):
            raise Misconception("backward-per-parameter")
        if is_close(backprop, (2 - 1 / d) * tau) or is_close(backprop, 2 * tau):
            raise Misconception("forward-forgotten")
        if is_close(backprop, 3 * tau):
            raise Misconception("first-layer-counted-twice")
        right = np.array([3 - 1 / d, 4 - 1 / d, 2 * P]) * tau
        _expect(seconds, right, "seconds (backprop, recompute, differences)")


@EXERCISE.check("q7")
def bytes_are_counted(answer, rng):
    for _ in range(3):
        P, d, k, tau, A = _draw_network(rng)
        _, sizes = _call_costs(answer, P, d, tau, A, k)
        if is_close(sizes[0], 8 * P) or is_close(sizes[0], 4 * P):
            raise Misconception("only-weights-in-memory")
        layers = np.array([d + 1, d // k + k, 2]) * A
        if is_close(sizes, 4 * P + layers) or is_close(sizes[0], 4 * P + layers[0]):
            raise Misconception("gradient-not-stored")
        if is_close(sizes[0], 8 * P + d * A):
            raise Misconception("input-not-kept")
        _expect(sizes, 8 * P + layers, "bytes (backprop, recompute, differences)")


@EXERCISE.check("q7")
def choice_has_its_price(answer, rng):
    choice, seconds = answer.get("CHOICE"), answer.get("SECONDS")
    costs = _costs(**answer.get("ENCODER"))
    fitting = {name: cost for name, cost in costs.items() if cost[1] <= answer.get("MEMORY")}
    choice = choice.strip().lower() if isinstance(choice, str) else choice
    best = min(fitting, key=lambda name: fitting[name][0])
    if isinstance(choice, str) and choice != best and choice in costs:
        raise Misconception("lifetimes" if choice in fitting else "does-not-fit")
    expect_equal(choice, best, "CHOICE")
    expect_close(seconds, costs[best][0], RTOL, ATOL, "SECONDS")


# ---------------------------------------------------------------- reference answers and inputs
_PARTS = ("dW1", "db1", "dW2", "db2")
_LAYER = ("dW", "db", "dx")
_METHODS = ("backprop", "recompute", "differences")


def _call_parts(answer, function, names, *inputs):
    return _split(answer.call(function, *inputs), names)


def _call_keeping(answer, function, inputs, names):
    """The parts of the result; Misconception where an input is not the same afterwards."""
    answer.call(function, *inputs)  # an error is reported in the learner's own name
    run = answer.call(drivers.call_and_keep_inputs, Learner(function), *inputs)
    if not all(is_close(after, before, 0, 0) for after, before in zip(run["inputs"], inputs, strict=True)):
        raise Misconception("inputs-changed")
    return _split(run["result"], names)


def _expect(value, right, what):
    """expect_close, but a factor common to all entries is named as such."""
    right = np.asarray(right, dtype=np.float64)
    array = expect_shape(value, right.shape, what)
    largest = np.unravel_index(int(np.argmax(abs(right))), right.shape)
    factor = array[largest] / right[largest] if right[largest] else 1.0
    if (
        right.size > 1
        and np.isfinite(factor)
        and abs(factor - 1) > 1e-3
        and factor
        and is_close(array, factor * right, RTOL)
    ):
        raise Wrong(say("off-by-a-factor", what=what, factor=factor))  # fmt: skip
    expect_close(array, right, RTOL, ATOL, what)


def _split(value, names):
    """A tuple, list or dictionary with those names, in their order."""
    if type(value) is dict and set(value) >= set(names):
        return [value[name] for name in names]
    if isinstance(value, np.ndarray) and value.ndim and len(value) == len(names):
        return list(value)
    if not isinstance(value, (list, tuple)) or len(value) != len(names):
        if value is None:
            as_array(value)
        wanted, what = (
            ", ".join(names),
            f"{type(value).__name__}" + (f" of {len(value)}" if isinstance(value, (list, tuple, dict)) else ""),
        )
        raise Wrong(say("parts-missing", count=len(names), wanted=wanted, what=what))  # fmt: skip
    return list(value)


def _number(value, what):
    """A number; arrays of one entry count as one."""
    array = as_array(value, what)
    return float(array.reshape(())) if array.size == 1 else float(expect_shape(array, (), what))


# q1
def _draw_unit(rng, sign):
    while True:
        w, x, v, c, t, z = map(float, (rng.uniform(0.5, 2, 6) * rng.choice([-1, 1], 6)).round(1))
        b = round(sign * abs(z) - w * x, 2)
        z = w * x + b
        h, dy = max(0.0, z), 2 * (v * max(0.0, z) + w * x + c - t)
        if min(abs(dy), abs(v + 1), abs(v - 1), abs(h - x), abs(x - 1), abs(z - x)) > 0.3:
            return {"w": w, "b": b, "v": v, "c": c, "x": x, "t": t}


def _call_unit(answer, unit):
    value = answer.call("gradients_by_hand", *unit.values())
    if type(value) is dict:
        value = {str(key).removeprefix("dL/").removeprefix("d"): item for key, item in value.items()}
    parts = _split(value, ("w", "b", "v", "c"))
    return {name: _number(part, f"∂L/∂{name}") for name, part in zip("wbvc", parts, strict=True)}


def _compare_blame(answer, unit):
    got = _call_unit(answer, unit)
    w, b, v, c, x, t = unit.values()
    z = w * x + b
    h = max(0.0, z)
    dy = 2 * (v * h + w * x + c - t)
    dz = dy * v * (z > 0)
    at = " for " + ", ".join(f"{name} = {number:g}" for name, number in unit.items())
    named = [("c", factor * dy, name, True) for factor, name in
             ((0.5, "factor-two-forgotten"), (-1, "sign-reversed"), (-0.5, "sign-reversed"))]  # fmt: skip
    named += [
        ("c", dy - 2 * w * x, "straight-road-not-in-y", True),
        ("v", dy * x, "blame-from-x", True),
        ("v", dy * z, "blame-from-z", z < 0),
        ("b", dy * v, "relu-slope-left-out", z < 0),
        ("b", dy, "weight-of-the-road-forgotten", z > 0),
        ("b", dz + dy, "bias-on-both-roads", True),
        ("w", dy * x, "one-road-forgotten", z > 0),
        ("w", dz * x, "one-road-forgotten", True),
    ]
    for part, right in {"c": dy, "v": dy * h, "b": dz, "w": dz * x + dy * x}.items():
        for of, wrong, name, possible in named:
            if of == part and possible and abs(dy) > 0.1 and is_close(got[part], wrong, RTOL):
                raise Misconception(name)
        expect_close(got[part], right, RTOL, ATOL, f"∂L/∂{part}{at}")


# q2
def _draw_layer(rng, square):
    m = int(rng.integers(3, 6))
    n = m if square else m + int(rng.integers(1, 4))
    return rng.normal(size=m), rng.normal(size=(m, n)), rng.normal(size=n)


def _try_layers(answer, rng):
    """(g, W, x, the learner's parts) for a square layer, then another; if that one stops, what the square one says."""
    square = _draw_layer(rng, True)
    parts = _call_parts(answer, "layer_backward", _LAYER, *square)
    yield *square, parts
    other = _draw_layer(rng, False)
    try:
        other_parts = _call_parts(answer, "layer_backward", _LAYER, *other)
    except CouldNotRun:
        _judge_weights(*square, *parts)
        _judge_bias_and_input(*square, *parts)
        raise
    yield *other, other_parts


def _judge_weights(g, W, x, dW, db, dx):
    if as_array(dW, "dW").ndim != 2:
        raise Misconception("not-an-outer-product")
    if is_close(dW, np.outer(x, g)):
        raise Misconception("weight-gradient-transposed")
    _expect(dW, np.outer(g, x), "dW")


def _judge_bias_and_input(g, W, x, dW, db, dx):
    if as_array(db, "db").size == 1:
        raise Misconception("bias-gradient-summed")
    square = len(g) == len(x)
    if any(is_close(db, wrong) for wrong in (g * (W @ x), g + W @ x, *([g * x, g + x, x] if square else []))):
        raise Misconception("bias-gradient-scaled")
    _expect(db, g, "db")
    if square and is_close(dx, W @ g):
        raise Misconception("input-blame-by-rows")
    _expect(dx, W.T @ g, "dx")


# q3
_STOPPED = {
    "recursion": "recursion-limit",
    "walks": "every-road-walked",
    "node": "not-a-node",
    "edges": "edges-not-pairs",
}


def _differentiate(answer, inputs, program, **options):
    names = (Learner(name) for name in ("backpropagate", "divide", "exp", "Node"))
    inputs = [float(value) for value in inputs]
    run = answer.call(drivers.differentiate_program, *names, inputs, program, **options)
    if "stopped" in run:
        raise Misconception(_STOPPED[run["stopped"]])
    return run


def _draw_program(rng):
    """A random graph in which every number is used, most of them more than once."""
    inputs = list(rng.uniform(0.6, 1.4, 3))
    program = []
    for position in range(3, 12):
        operation = ("*", "divide", "+", "-", "exp", "*", "divide", "+", "+")[position - 3]
        i, j = position - 1, int(rng.integers(0, position))
        if operation == "exp":  # of a difference, to keep it small
            program.append(("exp", 0, 0))
        else:
            program.append((operation, i, 0 if operation == "divide" else j))
    return inputs, program


def _compare_root(run):
    if not is_close(run["grads"][-1], 1):
        raise Misconception("root-gradient-not-one")
    if is_close(run["grads"][:-1], np.zeros(len(run["grads"]) - 1)):
        raise Misconception("blame-does-not-arrive")


def _compare_grads(run, inputs, program):
    values, slopes = list(inputs), []
    for operation, i, j in program:
        a, b = values[i], values[j]
        value, by_a, by_b = {
            "+": (a + b, 1, 1), "-": (a - b, 1, -1), "*": (a * b, b, a),
            "divide": (a / b if b else 0, 1 / b if b else 0, -a / b**2 if b else 0), "exp": (np.exp(min(a, 50)), np.exp(min(a, 50)), 0),
        }[operation]  # fmt: skip
        values.append(value)
        slopes.append((by_a, by_b))
    grads = np.zeros(len(values))
    grads[-1] = 1
    for position in range(len(values) - 1, len(inputs) - 1, -1):
        _, i, j = program[position - len(inputs)]
        by_a, by_b = slopes[position - len(inputs)]
        grads[i] += grads[position] * by_a
        grads[j] += grads[position] * by_b
    expect_close(run["value"], values[-1], RTOL, ATOL, "root.value")
    expect_close(run["grads"][: len(inputs)], grads[: len(inputs)], RTOL, ATOL, "∂root/∂input")
    expect_close(run["grads"], grads, RTOL, ATOL, "∂root/∂node")


# q4
def _draw_batch(rng, N, D, M, K):
    return (rng.normal(size=(N, D)), rng.normal(size=(N, K)), rng.normal(size=(D, M)), rng.normal(size=M),
            rng.normal(size=(M, K)), rng.normal(size=K))  # fmt: skip


def _gradients(X, T, W1, b1, W2, b2):
    H = np.tanh(X @ W1 + b1)
    dY = 2 * (H @ W2 + b2 - T) / T.size
    dZ = (dY @ W2.T) * (1 - H**2)
    return X.T @ dZ, dZ.sum(axis=0), H.T @ dY, dY.sum(axis=0)


# q5
def _draw_loss(rng, size):
    """X, t, w of the loss mean((tanh(X w) − t)²), its derivatives of different sizes and none close to the floor."""
    while True:
        X = rng.normal(size=(9, size)) * np.linspace(1.5, 0.4, size)
        t, w = rng.normal(size=9) * 2, rng.normal(size=size) * 0.5
        q = _slope(X, t, w)
        if min(abs(q)) > 0.04 and max(abs(q)) > 10 * min(abs(q)):
            return X, t, w


def _slope(X, t, w):
    y = np.tanh(X @ w)
    return X.T @ (2 * (y - t) * (1 - y**2)) / len(t)


def _errors(g, q):
    return abs(g - q) / np.maximum(abs(g) + abs(q), 0.001)


def _run_check(answer, X, t, w, g):
    """The learner's result, after a look at where the losses were asked for."""
    run = answer.call(drivers.run_gradient_check, Learner("check_gradient"), X, t, w, g)
    moves = run["points"] - w.ravel() if len(run["points"]) else np.zeros((0, w.size))
    run["step"] = float(np.max(np.abs(moves), initial=0))
    if "float32" in run["types"] or "float16" in run["types"]:
        raise Misconception("float32-inside")
    if not is_close(run["w"], w, 0, 1e-9):
        raise Misconception("not-restored")
    if np.any(np.count_nonzero(np.abs(moves) > run["step"] / 100, axis=1) > 1):
        raise Misconception("all-entries-at-once")
    if len(moves) and (not np.any(moves < -1e-14) or not np.any(moves > 1e-14)):
        raise Misconception("one-sided")
    if isinstance(run["value"], bool) or (w.size > 1 and as_array(run["value"], "check_gradient").size == w.size):
        raise Wrong(say("one-number-for-the-worst"))  # fmt: skip
    value = _number(run["value"], "check_gradient")
    if np.isnan(value):
        raise Misconception("zero-over-zero")
    is_right = is_close(g.ravel(), _slope(X, t, w.ravel()), 1e-9, 0)
    if is_right and run["step"] and (len(moves) == 2 * w.size or not value < 1e-6):
        if run["step"] < 5e-8:
            raise Misconception("step-too-small")
        if run["step"] > 2e-4:
            raise Misconception("step-too-large")
    return value


def _judge_right(answer, X, t, w, q):
    value = _run_check(answer, X, t, w, q)
    if not 0 <= value < 1e-6:
        raise Wrong(say("right-gradient-refused", value=value))  # fmt: skip


def _name_wrong_error(value, g, q):
    if is_close(value, np.linalg.norm(g - q) / (np.linalg.norm(g) + np.linalg.norm(q)), 1e-4):
        raise Misconception("norm-over-all")
    errors, gap = _errors(g, q), max(abs(g - q))
    if is_close(value, errors.mean(), 1e-4) and errors.size > 1:
        raise Misconception("average-for-worst")
    if is_close(value, max(abs(g - q) / (abs(g) + abs(q) + 0.001)), 1e-6, 0) and not is_close(
        value, max(errors), 1e-6, 0
    ):
        raise Misconception("floor-added")
    if is_close(value, gap, 1e-4):
        raise Misconception("absolute-error")
    worst = int(np.argmax(errors))
    sizes = abs(g[worst]), abs(q[worst])
    others = [*sizes, max(sizes), sum(sizes) / 2, max(abs(q)), max(abs(g)), np.linalg.norm(q), np.linalg.norm(g)]
    if any(other and is_close(value, abs(g - q)[worst] / other, 1e-3) for other in others) and not is_close(
        value, errors[worst], 1e-3
    ):
        raise Misconception("other-denominator")


# q6
def _descend(X, t, rate, steps, keep=0.0, last_row=False):
    w, grad, losses = np.zeros(X.shape[1]), np.zeros(X.shape[1]), []
    for _ in range(steps):
        errors = X @ w - t
        losses.append(np.mean(errors**2))
        new = 2 * errors[-1] * X[-1] / len(X) if last_row else 2 * X.T @ errors / len(X)
        grad = keep * grad + new
        w = w - rate * grad
    return w, losses


# q7
def _draw_network(rng):
    P, k, blocks = int(rng.integers(1_000, 100_000)), int(rng.integers(2, 5)), int(rng.integers(2, 6))
    return P, k * blocks, k, float(rng.uniform(0.5, 2)), int(rng.integers(10_000, 1_000_000))


def _costs(P, d, pass_seconds, layer_bytes, k):
    return {
        "backprop": ((3 - 1 / d) * pass_seconds, 8 * P + (d + 1) * layer_bytes),
        "recompute": ((4 - 1 / d) * pass_seconds, 8 * P + (d // k + k) * layer_bytes),
        "differences": (2 * P * pass_seconds, 8 * P + 2 * layer_bytes),
    }


def _call_costs(answer, P, d, tau, A, k):
    """(seconds, bytes), each of the three methods in order."""
    value = answer.call("compare_methods", P, d, tau, A, k)
    pairs = [_split(pair, ("seconds", "bytes")) for pair in _split(value, _METHODS)]
    return [[_number(pair[part], f"{name}: {what}") for name, pair in zip(_METHODS, pairs, strict=True)]
            for part, what in enumerate(("seconds", "bytes"))]  # fmt: skip
