"""Exercise 01: one unit, a layer, an engine, a batch, a check of gradients, a mended loop, three methods' price."""

from __future__ import annotations

import numpy as np

from autograder.answers import (
    CouldNotRun,
    Exercise,
    Learner,
    Misconception,
    Tolerance,
    Wrong,
    as_array,
    call_each,
    drivers,
    expect_choice,
    expect_entries,
    expect_number,
    expect_parts,
    judge_constant,
    keep_inputs,
)

NEAR = Tolerance(1e-5, 1e-6)  # wide enough for float32, far narrower than any mistake
ERROR = Tolerance(1e-4, 1e-7)  # of q5's relative error: the quotients are not exact themselves
EXERCISE = Exercise.beside(__file__)
say = EXERCISE.say
_LAYER, _NETWORK, _COSTS = "dW, db, dx", "dW1, db1, dW2, db2", "backprop, recompute, differences"


@EXERCISE.check("q1")
def open_unit(answer, rng):
    _judge_units(answer, [_draw_unit(rng, 1) for _ in range(5)])


@EXERCISE.check("q1")
def shut_unit(answer, rng):
    _judge_units(answer, [*(_draw_unit(rng, -1) for _ in range(5)), _draw_unit_at_zero(rng)])


@EXERCISE.check("q1", hidden=True)
def edges_of_the_unit(answer, rng):
    units = []
    for _ in range(3):
        units.append(unit := _draw_unit_at_zero(rng))
        z, y = unit["w"] * unit["x"], unit["w"] * unit["x"] + unit["c"]
        units.append(unit | {"b": 1, "t": unit["v"] * (z + 1) + y})  # y = t
        units += [_draw_unit(rng, 1), _draw_unit(rng, -1)]
    _judge_units(answer, units)


@EXERCISE.check("q2")
def bias_and_input_get_their_blame(answer, rng):
    for layer, parts in _try_layers(answer, rng):
        _judge_bias_and_input(*layer, *parts)


@EXERCISE.check("q2")
def weights_get_an_outer_product(answer, rng):
    for layer, parts in _try_layers(answer, rng):
        _judge_weights(*layer, *parts)
    _judge_layers(answer, rng, (3, 4), (1, 3), (4, 1))


@EXERCISE.check("q2", hidden=True)
def one_input_or_one_output(answer, rng):
    _judge_layers(answer, rng, (1, 5), (3, 1), (1, 1), (5, 5), (2, 7))


@EXERCISE.check("q3")
def operations_know_their_slopes(answer, rng):
    for a, b in ((rng.uniform(0.5, 1.2), rng.uniform(1.5, 2.5)), (-1.5, 0.7), (6, 2)):
        run = _differentiate(answer, [a, b], [("divide", 0, 1)])
        NEAR.expect(run["value"], a / b, "divide(a, b).value")
        by_a, by_b = run["grads"][:2]
        _judge_root(run)
        NEAR.expect(by_a, 1 / b, "∂(a/b)/∂a")
        NEAR.judge(by_b, -a / b**2, {"denominator-sign": a / b**2, "denominator-slope": by_b}, "∂(a/b)/∂b")
        run = _differentiate(answer, [a - 1], [("exp", 0, 0)])
        NEAR.expect(run["value"], np.exp(a - 1), "exp(a).value")
        NEAR.judge(run["grads"][0], np.exp(a - 1), {"exp-slope": run["grads"][0]}, "∂eᵃ/∂a")


@EXERCISE.check("q3")
def blame_adds_up_over_roads(answer, rng):
    for long_first in (False, True):
        a, p, q, r = rng.uniform(1.1, 1.9, 4)
        # m = a·a; short road m·p, long road ((m·q)·r)/p; root = their sum
        roads = [("*", 4, 1), ("*", 4, 2), ("*", 6, 3), ("divide", 7, 1)]
        program = [("*", 0, 0), *roads, ("+", 8, 5) if long_first else ("+", 5, 8)]
        run = _differentiate(answer, [a, p, q, r], program)
        by_a, by_m = run["grads"][0], run["grads"][4]
        short, long = p, q * r / p
        if NEAR.same(by_m, 0) and not NEAR.same(run["grads"][8], 0):
            raise Misconception("passed-on-too-early")
        _judge_root(run)
        NEAR.name(by_m, short + long, {"last-road-wins": [short, long]})
        NEAR.name(by_a, 2 * a * (short + long), {"last-road-wins": a * (short + long)})
        if NEAR.same(by_m, short + long) and not NEAR.same(by_a, 2 * a * (short + long)):
            raise Misconception("passed-on-too-early")
        _expect_grads(run, [a, p, q, r], program)
        _judge_square_with_another_user(answer, a, p, long_first)
    _judge_twins_and_slope_of_zero(answer, a, p)
    for _ in range(2):
        _judge_twice(answer, *_draw_program(rng))
    _judge_twice(answer, [3], [("*", 0, 0), ("*", 1, 0), ("+", 1, 2), ("divide", 0, 0), ("*", 3, 4)])  # · 3 / 3


@EXERCISE.check("q3")
def long_chains_and_many_diamonds(answer, rng):
    a = rng.uniform(0.5, 0.9)
    diamonds = [("+", i, i) for i in range(60)]  # each number is used twice by the next: 2**60 roads
    _expect_grads(_differentiate(answer, [a], diamonds, most_walks=100_000), [a], diamonds)
    chain = [("+", i + 1, 0) for i in range(_CHAIN)]  # deeper than any kernel's limit of recursion
    run = _differentiate(answer, [a, 0.1], chain)
    NEAR.expect(run["value"], 0.1 + _CHAIN * a, "root.value")
    NEAR.expect(run["grads"], [_CHAIN] + [1] * (_CHAIN + 1), "∂root/∂node")


@EXERCISE.check("q3", hidden=True)
def larger_graphs(answer, rng):
    for _ in range(3):
        _judge_twice(answer, *_draw_program(rng, parts=3))
    _judge_twice(answer, [float(rng.uniform(1, 2))], [])  # the root alone


@EXERCISE.check("q4")
def output_layer(answer, rng):
    batch = _draw_batch(rng, 7, 4, 3, 3)  # K = M: a forgotten transpose is the next check's
    with keep_inputs(answer, "network_gradients", *batch) as value:
        parts, rights = expect_parts(value, _NETWORK), _gradients(*batch)
        _name_order(parts, rights)
        _judge_output_layer(*batch, *parts[2:], *rights[2:])


def _judge_output_layer(X, T, W1, b1, W2, b2, dW2, db2, right_dW2, right_db2):
    N, K = T.shape
    if as_array(db2, "db2").shape == (N, K):
        raise Misconception("bias-not-summed")
    Z, without_b1 = X @ W1 + b1, np.tanh(X @ W1)
    incomplete = (without_b1, b2), (np.tanh(Z), 0 * b2), (without_b1, 0 * b2), (Z, b2)
    wrong = {
        "mean-over-rows-only": K * right_dW2,
        "two-outputs-assumed": K / 2 * right_dW2,
        "mean-forgotten": N * K * right_dW2,
        "mean-taken-twice": [right_dW2 / N, right_dW2 / (N * K), right_dW2 / K],
        "factor-two-forgotten": right_dW2 / 2,
        "sign-reversed": -right_dW2,
        "forward-incomplete": [H.T @ (2 * (H @ W2 + bias - T) / T.size) for H, bias in incomplete],
        "weight-gradient-transposed": right_dW2.T,
    }
    NEAR.judge(dW2, right_dW2, wrong, "dW2")
    NEAR.judge(db2, right_db2, {"bias-averaged": right_db2 / N}, "db2")


@EXERCISE.check("q4")
def hidden_layer(answer, rng):
    for sizes in ((6, 4, 3, 3), (7, 2, 5, 2)):
        batch = X, T, W1, b1, W2, b2 = _draw_batch(rng, *sizes)
        dW1, db1, _, _ = expect_parts(answer.call("network_gradients", *batch), _NETWORK)
        right_dW1, right_db1, _, _ = _gradients(*batch)
        if as_array(db1, "db1").shape == (len(X), len(b1)):
            raise Misconception("bias-not-summed")
        Z = X @ W1 + b1
        H = np.tanh(Z)
        dY = 2 * (H @ W2 + b2 - T) / T.size
        dH = dY @ W2.T
        slopes = {
            "tanh-slope-left-out": [dH],
            "tanh-slope-not-squared": [dH * (1 - H)],
            "tanh-slope-at-the-wrong-place": [dH * (1 - Z**2), dH * (1 - np.tanh(H) ** 2)],
            "slope-of-another-activation": [dH * H * (1 - H), dH * (Z > 0)],
        }
        NEAR.name(dW1, right_dW1, {name: [X.T @ dZ for dZ in dZs] for name, dZs in slopes.items()})
        wrong = {name: [dZ.sum(axis=0) for dZ in dZs] for name, dZs in slopes.items()}
        if W2.shape[0] == W2.shape[1]:
            wrong["input-blame-by-rows"] = ((dY @ W2) * (1 - H**2)).sum(axis=0)
        NEAR.name(db1, right_db1, wrong)
        NEAR.judge(dW1, right_dW1, {"weight-gradient-transposed": right_dW1.T}, "dW1")
        NEAR.judge(db1, right_db1, {"bias-averaged": right_db1 / len(X)}, "db1")


@EXERCISE.check("q4", hidden=True)
def other_batches(answer, rng):
    for sizes in ((1, 3, 4, 2), (5, 2, 1, 1), (1, 1, 1, 1), (4, 4, 4, 4), (3, 5, 2, 6)):
        batch = _draw_batch(rng, *sizes)
        with keep_inputs(answer, "network_gradients", *batch) as value:
            _expect_parts(value, _gradients(*batch), _NETWORK)
    X, *others = _draw_batch(rng, 4, 3, 3, 2)
    X[::2] *= 1e4
    value = expect_parts(answer.call("network_gradients", X, *others), _NETWORK)
    if not all(np.isfinite(as_array(part, name)).all() for part, name in zip(value, _NETWORK.split(", "), strict=True)):
        raise Misconception("overflow")
    _expect_parts(value, _gradients(X, *others), _NETWORK, Tolerance(1e-3, 1e-4))


@EXERCISE.check("q5")
def a_right_gradient_passes(answer, rng):
    for size in (3, 6):
        X, t, w = _draw_loss(rng, size)
        if size == 6:  # the loss does not depend on w[1], so small that w[1] + h - h is another number
            X[:, 1], w[1] = 0, w[1] / 1e9
        q = _slope(X, t, w)
        _expect_tiny(answer, X, t, w, q)
        value = _run_check(answer, X, t, w, q + 2 * abs(q))
        if not value > 1e-3:
            raise Wrong(say("wrong-gradient-passes", value=value))
    _expect_tiny(answer, None, None, np.array([1.0, 2.0]), np.array([2.0, 4.0]))


@EXERCISE.check("q5")
def a_wrong_entry_is_found(answer, rng):
    X, t, w = _draw_loss(rng, 4)
    q = _slope(X, t, w)
    g = q + [-3, 0.7, 0, 0] * abs(q)  # one entry far too small, one a little too large
    wrong = {"sign-kept": max((g - q) / (abs(g) + abs(q))), "average-for-worst": sum(_errors(g, q))}
    ERROR.name(_run_check(answer, X, t, w, g), max(_errors(g, q)), wrong)
    for shape, factors in (((6,), (1.7, 0.5)), ((2, 3), (-1, 0)), ((3, 1, 2), (1.7, -1))):
        X, t, w = _draw_loss(rng, 6)
        q = _slope(X, t, w)
        for position, factor in zip((int(np.argmin(abs(q))), 5), factors, strict=True):
            g = q.copy()
            g[position] *= factor
            value = _run_check(answer, X, t, w.reshape(shape), g.reshape(shape))
            ERROR.judge(value, max(_errors(g, q)), _wrong_errors(g, q), "check_gradient")
    _judge_tiny_entry(answer, rng)
    ERROR.expect(_run_check(answer, None, None, np.array([1.0, 2.0]), np.array([2.0, 8.0])), 1 / 3, "check_gradient")


@EXERCISE.check("q5", hidden=True)
def zeros_and_tiny_entries(answer, rng):
    X, t, w, q = _judge_tiny_entry(answer, rng)
    Tolerance(1e-4, 0).expect(_run_check(answer, X, t, w, 0 * q), 1, "check_gradient")
    Tolerance(1e-4, 0).expect(_run_check(answer, X, t, w.reshape(2, 2), -q.reshape(2, 2)), 1, "check_gradient")


@EXERCISE.check("q6")
def bug_is_named(answer, rng):
    bugs = {
        "rate too high": "rate-blamed",
        "gradients never reset": "",
        "gradients overwritten": "overwriting-blamed",
        "wrong sign": "sign-blamed",
    }
    expect_choice(answer.get("BUG"), "BUG", bugs)


@EXERCISE.check("q6")
def loop_descends(answer, rng):
    for N, D, steps, pace in ((6, 3, 1, 1), (5, 4, 2, 1), (7, 3, 25, 1), (6, 2, 9, 30), (4, 1, 90, 3)):
        X, t, rate = rng.normal(size=(N, D)), rng.normal(size=N) + 2, pace * rng.uniform(0.01, 0.1)
        with keep_inputs(answer, "train", X, t, rate, steps) as value:
            w, losses = expect_parts(value, "w, losses")
        right_w, right_losses = _descend(X, t, rate, steps)
        ratio = as_array(w, "w").sum() / right_w.sum()
        scaled = {"rate-changed": ratio * right_w} if steps == 1 and ratio > 0 else {}
        NEAR.name(w, right_w, _descend_wrongly(X, t, rate, steps) | scaled)
        made = as_array(losses, "losses").size
        if made < steps and any(NEAR.same(w, _descend(X, t, rate, k)[0]) for k in (made - 1, made)):
            raise Misconception("stops-early")
        NEAR.expect(w, right_w, "w")
        if steps < 9:
            again, _ = expect_parts(answer.call("train", X, t, rate, steps), "w, losses")
            NEAR.judge(again, right_w, {"state-between-calls": again}, "w")
        later = np.append(right_losses[1:], np.mean((X @ right_w - t) ** 2))
        NEAR.judge(losses, right_losses, {"losses-after-the-step": later}, "losses")
    X, steps = rng.normal(size=(4, 2)), int(rng.integers(3, 6))  # w = 0 is the best: every loss is 0
    w, losses = expect_parts(answer.call("train", X, np.zeros(4), 0.1, steps), "w, losses")
    if as_array(losses, "losses").ndim == 1 and len(losses) < steps:
        raise Misconception("stops-early")
    _expect_parts((w, losses), (np.zeros(2), np.zeros(steps)), "w, losses")


@EXERCISE.check("q6", hidden=True)
def nothing_outlives_a_call(answer, rng):
    X, t, rate = rng.normal(size=(5, 3)), rng.normal(size=5), 0.05
    for steps in (9, 2, 9):
        with keep_inputs(answer, "train", X, t, rate, steps) as value:
            _expect_parts(value, _descend(X, t, rate, steps), "w, losses")
    _expect_parts(answer.call("train", X, t, rate, 0), (np.zeros(3), []), "w, losses")


@EXERCISE.check("q7")
def seconds_are_counted(answer, rng):
    for (P, d, k, tau, _), (seconds, _) in _call_costs(answer, rng):
        right = np.array([3 - 1 / d, 4 - 1 / d, 2 * P]) * tau
        NEAR.name(seconds[2], right[2], {"one-sided-passes": (P + 1) * tau})
        wrong = {
            "backward-per-parameter": [(1 + P) * tau, P * tau, 2 * P * tau],
            "forward-forgotten": [(2 - 1 / d) * tau, 2 * tau],
            "first-layer-counted-twice": 3 * tau,
        }
        NEAR.name(seconds[0], right[0], wrong)
        once_more = [right[0], right[0] + k / d * tau, right[0] + k * tau, right[0] + d / k * tau]
        NEAR.name(seconds[1], right[1], {"recompute-is-one-pass": once_more})
        NEAR.judge(seconds, right, {}, f"seconds ({_COSTS})")


@EXERCISE.check("q7")
def bytes_are_counted(answer, rng):
    own = EXERCISE.given("ENCODER")["k"]
    for (P, d, k, _, A), (_, sizes) in _call_costs(answer, rng):
        right = 8 * P + np.array([d + 1, d // k + k, 2]) * A
        kept = {
            "encoder-wired-in": [d // own + own, d / own + own],
            "layers-of-recompute": [d // k, k, d // k + k + 1, d // k + k - 1, d + k, d + 1, d],
        }
        NEAR.name(sizes[1], right[1], {name: [8 * P + n * A for n in numbers] for name, numbers in kept.items()})
        wrong = {
            "only-weights-in-memory": [8 * P, 4 * P],
            "gradient-not-stored": right[0] - 4 * P,
            "input-not-kept": right[0] - A,
        }
        NEAR.name(sizes[0], right[0], wrong)
        NEAR.judge(sizes, right, {}, f"bytes ({_COSTS})")


@EXERCISE.check("q7")
def choice_has_its_price(answer, rng):
    costs, memory = _costs(**EXERCISE.given("ENCODER")), EXERCISE.given("MEMORY")
    fitting = {name: seconds for name, (seconds, size) in costs.items() if size <= memory}
    best = min(fitting, key=fitting.get)
    wrong = {name: "lifetimes" if name in fitting else "does-not-fit" for name in costs}
    expect_choice(answer.get("CHOICE"), "CHOICE", {**wrong, best: ""})
    others = [seconds for name, (seconds, _) in costs.items() if name != best]
    wrong = {"seconds-of-another": others, "first-layer-counted-twice": 4 * EXERCISE.given("ENCODER")["pass_seconds"]}
    judge_constant(answer.get("SECONDS"), fitting[best], wrong, "SECONDS", Tolerance(2e-3, 0))  # a whole number will do


def _expect_parts(value, right, names: str, near: Tolerance = NEAR):
    for part, right_part, name in zip(expect_parts(value, names), right, names.split(", "), strict=True):
        near.expect(part, right_part, name)


def _name_order(parts, rights):
    """Names the parts that are all right but stand in another order."""
    if not all(map(NEAR.same, parts, rights)) and all(any(NEAR.same(part, one) for part in parts) for one in rights):
        raise Misconception("parts-exchanged")


# q1
def _draw_unit(rng, sign):
    while True:
        w, x, v, c, t, z = map(float, rng.permutation(np.r_[6:10, 11:20])[:6] / 10 * rng.choice([-1, 1], 6))
        b = round(sign * abs(z) - w * x, 2)
        z = w * x + b
        h, dy = max(0.0, z), 2 * (v * max(0.0, z) + w * x + c - t)
        if min(abs(dy), abs(v + 1), abs(v - 1), abs(h - x), abs(x - 1), abs(z - x)) > 0.3:
            return {"w": w, "b": b, "v": v, "c": c, "x": x, "t": t}


def _draw_unit_at_zero(rng):
    """A unit with z = 0 exactly."""
    w, x, v, c = map(int, rng.integers([2, 2, 3, 2], 6))  # v = 2: half a slope looks like another road
    return {"w": w, "b": -w * x, "v": v, "c": c, "x": x, "t": -1}


def _judge_units(answer, units):
    values = call_each(answer, "gradients_by_hand", [tuple(unit.values()) for unit in units])
    for unit, value in zip(units, values, strict=True):
        entries = expect_entries(value, "w, b, v, c")
        _judge_unit({name: expect_number(part, f"∂L/∂{name}") for name, part in entries.items()}, unit)


def _judge_unit(got, unit):
    w, b, v, c, x, t = unit.values()
    z = w * x + b
    h = max(0.0, z)
    dy = 2 * (v * h + w * x + c - t)
    dz = dy * v * (z > 0)
    if z == 0:
        NEAR.name(got["b"], 0, {"slope-at-zero": dy * v})
    right = {"c": dy, "v": dy * h, "b": dz, "w": dz * x + dy * x}
    wrong = {
        "c": {
            "factor-two-forgotten": dy / 2,
            "sign-reversed": [-dy, -dy / 2],
            "straight-road-not-in-y": dy - 2 * w * x,
            "relu-left-out-of-y": 2 * (v * z + w * x + c - t),
        },
        "v": {"blame-from-x": dy * x, "blame-from-z": dy * z},
        "b": {
            "relu-slope-left-out": dy * v,
            "weight-of-the-road-forgotten": dy if z > 0 else np.nan,
            "open-unit-shut": 0 if z > 0 else np.nan,
            "bias-on-both-roads": dz + dy,
        },
        "w": {"one-road-forgotten": [dy * x, dz * x], "input-forgotten": [dz * x + dy, dz + dy * x, dz + dy]},
    }
    at = " for " + ", ".join(f"{name} = {number:g}" for name, number in unit.items())
    for part in right:
        NEAR.name(got[part], right[part], wrong[part])
        numbers = {name: n for name, n in {**unit, "z": z}.items() if abs(n) not in (0, 0.5, 1, 2)}  # other slips
        factors = [name for name, n in numbers.items() if NEAR.same(got[part], right[part] * n)]
        if not NEAR.same(got[part], right[part]) and len(factors) == 1:
            raise Wrong(say("a-factor-too-many", what=f"∂L/∂{part}{at}", name=factors[0]))
        NEAR.expect(got[part], right[part], f"∂L/∂{part}{at}")


# q2
def _draw_layer(rng, square):
    m = int(rng.integers(3, 6))
    n = m if square else m + int(rng.integers(1, 4))
    return rng.normal(size=m), rng.normal(size=(m, n)), rng.normal(size=n)


def _try_layers(answer, rng):
    """((g, W, x), the learner's parts) of a square layer, then another; if that stops, what the square one says."""
    square = _draw_layer(rng, True)
    parts = _call_layer(answer, *square)
    yield square, parts
    other = _draw_layer(rng, False)
    try:
        other_parts = _call_layer(answer, *other)
    except CouldNotRun:
        _judge_weights(*square, *parts)
        _judge_bias_and_input(*square, *parts)
        raise
    yield other, other_parts


def _call_layer(answer, g, W, x) -> list:
    with keep_inputs(answer, "layer_backward", g, W, x) as value:  # a change on the way spoils dx
        parts = expect_parts(value, _LAYER)
        _name_order(parts, (np.outer(g, x), g, W.T @ g))
    return parts


def _judge_layers(answer, rng, *shapes):
    for m, n in shapes:
        g, W, x = rng.normal(size=m), rng.normal(size=(m, n)), rng.normal(size=n)
        with keep_inputs(answer, "layer_backward", g, W, x) as value:
            _expect_parts(value, (np.outer(g, x), g, W.T @ g), _LAYER)


def _judge_weights(g, W, x, dW, db, dx):
    if as_array(dW, "dW").ndim != 2:
        raise Misconception("not-an-outer-product")
    NEAR.judge(dW, np.outer(g, x), {"weight-gradient-transposed": np.outer(x, g)}, "dW")


def _judge_bias_and_input(g, W, x, dW, db, dx):
    if as_array(db, "db").size == 1:
        raise Misconception("bias-gradient-summed")
    square = len(g) == len(x)
    scaled = [g * (W @ x), g + W @ x, *([g * x, g + x, x] if square else [])]
    if (len(x), 1) in (as_array(dx, "dx").shape, as_array(db, "db").shape):
        raise Misconception("column-for-vector")
    NEAR.judge(db, g, {"bias-gradient-scaled": scaled}, "db")
    wrong = {"outputs-averaged": W.T @ g / len(g), "output-for-blame": W.T @ (W @ x)}
    wrong |= {"input-blame-by-rows": W @ g} if square else {}
    wrong |= {"input-multiplied-in": [W.T @ g * x, W.T @ g + x]}
    NEAR.judge(dx, W.T @ g, wrong, "dx")


# q3
_CHAIN = 3_000
_STOPPED = dict(recursion="recursion-limit", walks="every-road-walked", node="not-a-node", edges="edges-not-pairs")


def _differentiate(answer, inputs, program, **options):
    names = (Learner(name) for name in ("backpropagate", "divide", "exp", "Node"))
    inputs = [float(value) for value in inputs]
    run = answer.call(drivers.differentiate_program, *names, inputs, program, **options)
    if "stopped" in run:
        raise Misconception(_STOPPED[run["stopped"]])
    return run


def _draw_program(rng, parts=1):
    """A random graph of nine operations a part on three numbers, many of which are used more than once."""
    inputs, program = list(rng.uniform(0.6, 1.4, 3)), []
    operations = ("*", "divide", "+", "-", "exp", "*", "divide", "+", "+") * parts
    for position, operation in enumerate(operations, start=3):
        other = int(rng.integers(0, position))
        left = 0 if operation == "exp" else position - 1  # the exponential of an input stays small
        program.append((operation, left, 0 if operation in ("exp", "divide") else other))
    return inputs, program


def _judge_twice(answer, inputs, program):
    """Judges the gradients of one call, then those of two, before each of which something else stood in the nodes."""
    once = _differentiate(answer, inputs, program)
    if inputs == [3]:  # a² + a³ = 36 times a / a
        NEAR.name(once["grads"][0], 33, {"one-edge-for-both": [33 - 36 / 3, 33 + 36 / 3]})
    _expect_grads(once, inputs, program)
    grads = as_array(once["grads"])
    again = as_array(_differentiate(answer, inputs, program, calls=2, stale=7.0)["grads"])
    if not NEAR.same(np.where(grads == 0, 0, again), grads):  # 0: the root was not made from it
        raise Misconception("old-gradients-kept")


def _judge_square_with_another_user(answer, a, p, square_first):
    """m = a·a is used twice by m·m, and once on the longer road (m·p)·p."""
    inputs, program = [a, p], [("*", 0, 0), ("*", 2, 2), ("*", 2, 1), ("*", 4, 1)]
    program.append(("+", 3, 5) if square_first else ("+", 5, 3))
    run = _differentiate(answer, inputs, program)
    by_m = 2 * a**2 + p**2
    if NEAR.same(run["grads"][2], by_m) and not NEAR.same(run["grads"][0], 2 * a * by_m):
        raise Misconception("passed-on-too-early")
    _expect_grads(run, inputs, program)


def _judge_twins_and_slope_of_zero(answer, a, p):
    """(a·p)·0 − (a² + a²·p): a·p gets 0, whatever stood there; a² is two nodes of one value."""
    inputs, program = [a, 0, p], [("*", 0, 2), ("*", 3, 1), ("*", 0, 0), ("*", 0, 0), ("*", 6, 2), ("+", 5, 7)]
    program.append(("-", 4, 8))
    run = _differentiate(answer, inputs, program)
    NEAR.name(run["grads"][0], -2 * a * (1 + p), {"known-by-value": [-2 * a, -2 * a * p]})
    _expect_grads(run, inputs, program)
    if not NEAR.same(_differentiate(answer, inputs, program, stale=7.0)["grads"], run["grads"]):
        raise Misconception("old-gradients-kept")


def _judge_root(run):
    if not NEAR.same(run["grads"][-1], 1):
        raise Misconception("root-gradient-not-one")
    if NEAR.same(run["grads"][:-1], np.zeros(len(run["grads"]) - 1)):
        raise Misconception("blame-does-not-arrive")


def _expect_grads(run, inputs, program):
    values, slopes = list(inputs), []
    for operation, i, j in program:
        value, *by_both = _OPERATIONS[operation](values[i], values[j])
        values.append(value)
        slopes.append(by_both)
    grads = [0.0] * (len(values) - 1) + [1.0]
    for position in range(len(values) - 1, len(inputs) - 1, -1):
        _, i, j = program[position - len(inputs)]
        by_left, by_right = slopes[position - len(inputs)]
        grads[i] += grads[position] * by_left
        grads[j] += grads[position] * by_right
    NEAR.expect(run["value"], values[-1], "root.value")
    NEAR.expect(run["grads"][: len(inputs)], grads[: len(inputs)], "∂root/∂input")
    NEAR.expect(run["grads"], grads, "∂root/∂node")


_OPERATIONS = {  # the result, its slope by a, its slope by b
    "+": lambda a, b: (a + b, 1, 1),
    "-": lambda a, b: (a - b, 1, -1),
    "*": lambda a, b: (a * b, b, a),
    "divide": lambda a, b: (a / b, 1 / b, -a / b**2),
    "exp": lambda a, b: (np.exp(a), np.exp(a), 0),
}


# q4
def _draw_batch(rng, N, D, M, K):
    X, T, W1, b1 = rng.normal(size=(N, D)), rng.normal(size=(N, K)), rng.normal(size=(D, M)), rng.normal(size=M)
    return X, T, W1, b1, rng.normal(size=(M, K)), rng.normal(size=K)


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
    if X is None:
        return 2 * w
    y = np.tanh(X @ w)
    return X.T @ (2 * (y - t) * (1 - y**2)) / len(t)


def _errors(g, q):
    return abs(g - q) / np.maximum(abs(g) + abs(q), 0.001)


def _wrong_errors(g, q):
    errors, gaps = _errors(g, q), abs(g - q)
    worst = int(np.argmax(errors))
    sizes = abs(g[worst]), abs(q[worst])
    others = [*sizes, max(sizes), sum(sizes) / 2, max(abs(q)), max(abs(g)), np.linalg.norm(q), np.linalg.norm(g)]
    return {
        "divided-by-h": max(_errors(g, 2 * q)),
        "norm-over-all": np.linalg.norm(g - q) / (np.linalg.norm(g) + np.linalg.norm(q)),
        "average-for-worst": errors.mean(),
        "floor-added": max(gaps / (abs(g) + abs(q) + 0.001)),
        "absolute-error": max(gaps),
        "not-the-worst": [errors[0], errors[-1], errors.min()],
        "other-denominator": [gaps[worst] / other for other in others if other],
    }


def _run_check(answer, X, t, w, g):
    """The learner's result, after a look at where the losses were asked for."""
    run = answer.call(drivers.run_gradient_check, Learner("check_gradient"), X, t, w, g)
    moves = run["points"] - w.ravel() if len(run["points"]) else np.zeros((0, w.size))
    same = as_array(run["w"], "w")
    step = float(np.max(np.abs(moves), initial=0))
    if "float32" in run["types"] or "float16" in run["types"]:
        raise Misconception("float32-inside")
    if not Tolerance(0, 1e-9).same(same, w):
        raise Misconception("not-restored")
    if np.any(np.count_nonzero(np.abs(moves) > step / 100, axis=1) > 1):
        raise Misconception("all-entries-at-once")
    if not np.array_equal(same, w):
        raise Misconception("restored-by-arithmetic")
    if len(moves) and (not np.any(moves < -1e-14) or not np.any(moves > 1e-14)):
        raise Misconception("one-sided")
    if isinstance(run["value"], bool) or (w.size > 1 and as_array(run["value"], "check_gradient").size == w.size):
        raise Wrong(say("one-number-for-the-worst"))
    value = expect_number(run["value"], "check_gradient")
    if np.isnan(value):
        raise Misconception("zero-over-zero")
    is_right = Tolerance(1e-9, 0).same(g.ravel(), _slope(X, t, w.ravel()))
    if is_right and step and (len(moves) == 2 * w.size or not value < 1e-6):
        if step < 5e-8:
            raise Misconception("step-too-small")
        if step > 2e-4:
            raise Misconception("step-too-large")
    return value


def _judge_tiny_entry(answer, rng):
    """Judges an entry that is wrong by less than the floor, where the loss does not depend on it: X, t, w, slopes."""
    X, t, w = _draw_loss(rng, 4)
    X[:, 1] = 0
    q = _slope(X, t, w)
    _expect_tiny(answer, X, t, w, q)
    g = q + [0, rng.uniform(1e-4, 8e-4), 0, 0]
    value = _run_check(answer, X, t, w, g)
    Tolerance(1e-3, 1e-7).judge(value, max(_errors(g, q)), {"floor-left-out": 1}, "check_gradient")
    return X, t, w, q


def _expect_tiny(answer, X, t, w, q):
    value = _run_check(answer, X, t, w, q)
    if ERROR.same(value, 1 / 3):
        raise Misconception("divided-by-h")
    if not 0 <= value < 1e-6:
        raise Wrong(say("right-gradient-refused", value=value))


# q6
def _descend(X, t, rate, steps, keep=0.0, collect=lambda errors, X: X.T @ errors):
    """(w, losses); keep: the share of the old gradient in the new one; collect: N/2 times the new one."""
    w, grad, losses = np.zeros(X.shape[1]), np.zeros(X.shape[1]), []
    for _ in range(steps):
        errors = X @ w - t
        losses.append(errors @ errors / len(X))
        grad = keep * grad + 2 * collect(errors, X) / len(X)
        w = w - rate * grad
    return w, np.array(losses)


def _descend_wrongly(X, t, rate, steps):
    felt = np.eye(len(X)) + np.tril(2 * rate / len(X) * X @ X.T, -1)  # the rows before have moved w already
    ways = {
        "only-the-last-row": [lambda errors, X: errors[-1] * X[-1]],
        "a-step-for-each-row": [
            lambda errors, X: X.T @ np.linalg.solve(felt, errors),
            lambda errors, X: X.T @ (errors * np.arange(len(X), 0, -1)),  # at each row, with all so far
        ],
    }
    run = X, t, rate, steps
    wrong = {name: [lambda way=way: _descend(*run, collect=way)[0] for way in some] for name, some in ways.items()}
    others = {"still-not-reset": lambda: _descend(*run, keep=1.0)[0], "uphill": lambda: _descend(X, t, -rate, steps)[0]}
    return others | wrong


# q7
def _costs(P, d, pass_seconds, layer_bytes, k):
    return {
        "backprop": ((3 - 1 / d) * pass_seconds, 8 * P + (d + 1) * layer_bytes),
        "recompute": ((4 - 1 / d) * pass_seconds, 8 * P + (d // k + k) * layer_bytes),
        "differences": (2 * P * pass_seconds, 8 * P + 2 * layer_bytes),
    }


def _call_costs(answer, rng):
    """(P, d, k, tau, A) of several networks; each with (seconds, bytes), each of the three methods in order."""
    networks = []
    for k, blocks in ((2, 9), (5, 2), (1, 1), (3, 6), (4, 3)):  # the encoder's k comes last
        P, A = int(rng.integers(1_000, 100_000)), int(rng.integers(10_000, 1_000_000))
        networks.append((P, k * blocks, k, float(rng.uniform(0.5, 2)), A))
    values = call_each(answer, "compare_methods", [(P, d, tau, A, k) for P, d, k, tau, A in networks])
    for network, value in zip(networks, values, strict=True):
        rows = []
        for name, pair in expect_entries(value, _COSTS).items():
            seconds, size = expect_parts(pair, "seconds, bytes")
            rows.append((expect_number(seconds, f"{name}: seconds"), expect_number(size, f"{name}: bytes")))
        yield network, np.transpose(rows)
