"""Exercise 04: penalties, AdamW, dropout, label-preserving pictures, early stopping, and which strategy to ship."""

from __future__ import annotations

import itertools
from pathlib import Path
from statistics import NormalDist

import numpy as np

from autograder.answers import (
    Exercise,
    Learner,
    Misconception,
    Tolerance,
    Wrong,
    as_array,
    drivers,
    expect_choice,
    expect_letters,
    expect_number,
    expect_parts,
    expect_shape,
    judge_constant,
    keep_inputs,
)
from autograder.answers.rooms import load_module

NEAR = Tolerance(1e-5, 1e-6)  # loose enough for float32, far tighter than any wrong recipe below
POINTS = Tolerance(1e-5, 1e-4)  # of percentage points: accuracies near 90 in float32 differ by 1e-5
WHOLE = Tolerance(0, 1e-3)
EXERCISE = Exercise.beside(__file__)
say = EXERCISE.say
recipes = load_module(Path(__file__).with_name("recipes.py"))


@EXERCISE.check("q1")
def all_weights_pay_and_no_bias(answer, rng):
    params, lambda1, lambda2 = _draw_params(rng)
    with keep_inputs(answer, "elastic_penalty", params, lambda1, lambda2) as value:
        penalty, _ = _open_penalty(value, params)
    weights = [p for name, p in params.items() if name.startswith("W")]
    flat = np.concatenate([p.ravel() for p in weights])

    def pay(arrays, first=lambda p: np.abs(p).sum(), second=lambda p: (p**2).sum() / 2):
        return sum(lambda1 * first(p) + lambda2 * second(p) for p in arrays)

    lengths = (np.linalg.norm, lambda p: np.linalg.norm(p) / 2)
    misread = [lambda name: "b" not in name, lambda name: "W" in name, lambda name: not name.startswith("b")]
    misread += [lambda name: name[0] == "W" and name[1:].isdigit(), lambda name: params[name].ndim > 1]
    squares = (lambda p: (p**2).sum() / 2, lambda p: np.linalg.norm(p, 2) ** 2 / 2)
    wrong = {
        "root-of-the-squares": [pay(arrays, second=length) for arrays in ([flat], weights) for length in lengths],
        "mean-for-sum": [
            pay([flat]) / flat.size,
            pay(weights, lambda p: np.abs(p).mean(), lambda p: (p**2).mean() / 2),
            pay([flat]) / len(weights),
        ],
        "matrix-norm": [pay(weights, lambda p: np.linalg.norm(p, 1), second) for second in squares],
        "one-layer-only": [pay([p]) for p in weights],
        "bias-penalised": pay(params.values()),
        "names-misread": [pay([p for name, p in params.items() if is_weight(name)]) for is_weight in misread],
        "half-forgotten": pay(weights, second=lambda p: (p**2).sum()),
        "lambdas-swapped": lambda2 * np.abs(flat).sum() + lambda1 * (flat**2).sum() / 2,
    }
    NEAR.judge(penalty, pay(weights), wrong, "penalty")


@EXERCISE.check("q1")
def each_weight_pulls_at_itself(answer, rng):
    params, lambda1, lambda2 = _draw_params(rng)
    _, gradients = _open_penalty(answer.call("elastic_penalty", params, lambda1, lambda2), params)
    _judge_gradients(gradients, params, lambda1, lambda2)


@EXERCISE.check("q1")
def the_minimum_is_pulled_to_zero(answer, rng):
    d, lambda1, lambda2 = int(rng.integers(6, 12)), float(rng.uniform(0.8, 1.5)), float(rng.uniform(0.3, 1.5))
    h = rng.uniform(0.3, 3, d)
    a = rng.choice([-1, 1], d) * lambda1 / h  # at the threshold: within it and beyond it by turns
    a *= np.where(np.arange(d) % 2, rng.uniform(0.2, 0.8, d), rng.uniform(1.2, 4, d))
    a[:4] = np.abs(a[:4]) * [1, 1, -1, -1]  # both signs, on both sides of the threshold
    size, ridge = h * np.abs(a) - lambda1, h * a / (h + lambda2)
    one_sided, two_sided = ((h * a - lambda1 * sign) / (h + lambda2) for sign in (1, np.sign(a)))
    lost = [np.maximum(one_sided, 0), np.maximum(two_sided, 0), one_sided, np.maximum(size, 0) / (h + lambda2)]
    factors = (1, 1 / (1 + lambda2), h / (h + lambda2), 1 / (h + lambda2))
    wrong = {
        "never-zero": [ridge, a],
        "past-zero": two_sided,
        "negative-side-lost": lost,
        "curvature-ignored": [np.sign(a) * np.maximum(np.abs(a) - lambda1, 0) * factor for factor in factors],
        "kept-whole": [np.where(size > 0, kept, 0) for kept in (a, ridge)],
        "slope-miscopied": [
            np.sign(a) * np.maximum(h * np.abs(a) - share * lambda1, 0) / (below * h + k * lambda2 + 1 - below)
            for share, below, k in itertools.product((1, 0.5, 2), (1, 0), (1, 0.5, 2))
        ],
    }
    right = np.sign(a) * np.maximum(size, 0) / (h + lambda2)
    NEAR.judge(answer.call("penalized_minimum", a, h, lambda1, lambda2), right, wrong, "w")


@EXERCISE.check("q1", hidden=True)
def any_shape_and_any_penalty(answer, rng):
    shapes = {"b0": (1, 3), "W9": 4, "Wout": (2, 1, 3, 2), "b_W9": 2}
    params = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    params["W9"][1] = 0
    weights = np.concatenate([params["W9"], params["Wout"].ravel()])
    for lambda1, lambda2 in ((0.0, float(rng.uniform(0.5, 2))), (float(rng.uniform(0.5, 2)), 0.0)):
        with keep_inputs(answer, "elastic_penalty", params, lambda1, lambda2) as value:
            penalty, gradients = _open_penalty(value, params)
            NEAR.expect(penalty, lambda1 * np.abs(weights).sum() + lambda2 / 2 * (weights**2).sum(), "penalty")
            _judge_gradients(gradients, params, lambda1, lambda2)
    bias = {"b": params["b0"]}
    penalty, _ = _open_penalty(answer.call("elastic_penalty", bias, 1.0, 1.0), bias)
    NEAR.expect(penalty, 0, "penalty of a bias alone")
    a, h = rng.normal(size=5), rng.uniform(0.5, 2, 5)
    a[1] = 0
    _expect_kept(answer, h * a / (h + 1), "penalized_minimum", a, h, 0.0, 1.0)


@EXERCISE.check("q2")
def l2_goes_through_both_means(answer, rng):
    state = _draw_state(rng)
    lam, right = state["lam"], _adam(**state, decoupled=False)
    value = expect_parts(_call_twice(answer, "adam_step", *state.values(), False, *_BETAS), "w, m, v")

    def penalised_by(lam):
        return _adam(**state | {"lam": lam}, decoupled=False)[0]

    wrong = {
        "penalty-outside": _adam(**state, decoupled=True)[0],
        "decay-forgotten": penalised_by(0),
        "penalty-in-one-mean": [_adam(**state, decoupled=False, means=means)[0] for means in ("m", "v")],
        "twice-the-penalty": penalised_by(2 * lam),
        "rate-in-the-gradient": penalised_by(state["alpha"] * lam),
    }
    _judge_step(value, right, wrong, state, decoupled=False)


@EXERCISE.check("q2")
def adamw_decays_beside_the_means(answer, rng):
    state = _draw_state(rng)
    w, alpha, lam = (state[name] for name in ("w", "alpha", "lam"))
    right, penalised = (_adam(**state, decoupled=decoupled) for decoupled in (True, False))
    value = expect_parts(_call_twice(answer, "adam_step", *state.values(), True, *_BETAS), "w, m, v")
    step = w * (1 - alpha * lam) - right[0]  # α u
    wrong = {
        "penalty-through-the-root": penalised[0],
        "decay-without-rate": w * (1 - lam) - step,
        "decay-of-the-new-weight": [(w - step) * (1 - alpha * lam), (w - step) / (1 + alpha * lam)],
        "decay-grows": w * (1 + alpha * lam) - step,
        "decay-forgotten": w - step,
    }
    if NEAR.same(value[0], right[0]) and any(map(NEAR.same, value[1:], penalised[1:])):
        raise Misconception("decay-in-the-means")
    _judge_step(value, right, wrong, state, decoupled=True)
    for decoupled in (True, False):
        with keep_inputs(answer, "adam_step", *state.values(), decoupled, *_BETAS) as value:
            _expect_step(value, _adam(**state, decoupled=decoupled))
        epsilon = float(rng.uniform(0.3, 0.9))
        right, inside = (_adam(**state, decoupled=decoupled, epsilon=epsilon, inside=where) for where in (False, True))
        value = expect_parts(answer.call("adam_step", *state.values(), decoupled, *_BETAS, epsilon), "w, m, v")
        NEAR.name(value[0], right[0], {"epsilon-inside-the-root": inside[0]})
        _expect_step(value, right)


@EXERCISE.check("q2")
def a_weight_halves_step_by_step(answer, rng):
    seen = []
    for span in ((0.02, 0.03), (0.06, 0.09), (0.15, 0.2), (0.22, 0.28)):
        for telling in (True, False):
            alpha, product = float(rng.uniform(0.3, 0.9)), float(rng.uniform(*span))
            while telling == (np.ceil(np.log(2) / product) == np.ceil(np.log(0.5) / np.log(1 - product))):
                product = float(rng.uniform(*span))  # until a smooth decay takes another number of steps, or the same
            steps = expect_number(answer.call("steps_to_halve", alpha, product / alpha), "steps")
            seen.append((steps, alpha, product))
    value, alpha, x = np.array(seen).T
    with np.errstate(all="ignore"):
        exact, without_rate = (np.log(0.5) / np.log(1 - share) for share in (x, x / alpha))
    right = np.ceil(exact)
    wrong = {
        "rounded-down": [np.floor(exact), np.round(exact), exact, right + 1],
        "smooth-decay": [np.log(2) / x, np.ceil(np.log(2) / x), np.round(np.log(2) / x)],
        "straight-decay": [0.5 / x, np.ceil(0.5 / x)],
        "half-life-without-rate": [np.ceil(without_rate), np.ceil(np.log(2) * alpha / x)],
    }
    NEAR.name(value, right, wrong)
    for came, should in zip(value, right, strict=True):
        WHOLE.expect(came, should, "steps")
    for alpha, lam in ((0.9, 0.8), (0.5, 1.0)):  # after one step 0.28 of it are left, or exactly half
        few = expect_number(answer.call("steps_to_halve", alpha, lam), "steps")
        WHOLE.judge(few, 1, {"half-is-enough": 2} if lam == 1 else {}, "steps")


@EXERCISE.check("q2", hidden=True)
def first_steps_and_inputs(answer, rng):
    for decoupled in (True, False):
        state = _draw_state(rng, shape=(3, 4))
        state |= {"m": np.zeros((3, 4)), "v": np.zeros((3, 4)), "t": 1}
        state["w"][0, 0], state["g"][0, 0] = 0, 3e-8  # of the size of the default ε
        with keep_inputs(answer, "adam_step", *state.values(), decoupled) as value:
            _expect_step(value, _adam(**state, decoupled=decoupled, betas=(0.9, 0.999)))


@EXERCISE.check("q3")
def training_keeps_the_mean_and_evaluation_everything(answer, rng):
    X, mask, q = _draw_masked(rng)
    wrong = {
        "not-scaled": X * mask,
        "scaled-down": X * mask * q,
        "keep-and-drop-swapped": [*_swapped(X, mask, q), X * (1 - mask) * q],
        "never-drops": [X, X / q],
    }
    NEAR.judge(answer.call("dropout", X, mask, q, True), X * mask / q, wrong, "output in training")
    _judge_evaluation(answer, "dropout", X, mask, q, "output in evaluation")


@EXERCISE.check("q3")
def the_way_back_has_the_same_slopes(answer, rng):
    G, mask, q = _draw_masked(rng)
    wrong = {
        "backward-without-mask": G / q,
        "backward-without-scale": [G * mask, G * mask * q],
        "mean-mask-for-the-mask": [G, G * q],
        "keep-and-drop-swapped": _swapped(G, mask, q),
    }
    NEAR.judge(answer.call("dropout_backward", G, mask, q, True), G * mask / q, wrong, "gradient in training")
    _judge_evaluation(answer, "dropout_backward", G, mask, q, "gradient in evaluation")


@EXERCISE.check("q3")
def dropout_is_a_penalty(answer, rng):
    for _ in range(2):
        n, d = int(rng.integers(3, 7)), int(rng.integers(2, 6))
        X, y, w, q = rng.normal(size=(n, d)), rng.normal(size=n), rng.normal(size=d), float(rng.uniform(0.55, 0.9))
        value = expect_number(answer.call("expected_loss", X, y, w, q), "loss")
        base, variance, odds = np.mean((X @ w - y) ** 2) / 2, ((X * w) ** 2).sum() / (2 * n), (1 - q) / q
        wrong = {
            "loss-of-the-mean": base,
            "variance-of-the-coin": [base + factor * variance for factor in (q * (1 - q), 1 - q, odds / q, 1 / q, q)],
            "penalty-not-halved": [base + 2 * odds * variance, 2 * (base + odds * variance)],
            "odds-upside-down": base + variance / odds,
            "inputs-forgotten": [base + odds * (w**2).sum() * factor for factor in (1, 0.5, 1 / n, 0.5 / n)],
            "one-coin-an-example": base + odds * np.mean((X @ w) ** 2) / 2,
            "sum-for-mean": [
                n * (base + odds * variance),
                base + n * odds * variance,
                n * base + odds * variance,
                base + 2 * n * odds * variance,
            ],
        }
        right = base + odds * variance
        NEAR.name(value, right, wrong)
        turned = value if NEAR.same(value, right) else answer.call("expected_loss", X[::-1], y[::-1], w, q)
        if Tolerance(0.2, 0).same(turned, value) and not Tolerance(1e-6, 0).same(turned, value):
            raise Misconception("drawn-not-derived")  # the order of the examples matters to it
        NEAR.expect(value, right, "loss")


@EXERCISE.check("q3", hidden=True)
def other_shapes_and_nothing_dropped(answer, rng):
    X, q = rng.normal(size=(2, 3, 4, 2)), float(rng.uniform(0.02, 0.09))
    mask = (rng.random(X.shape) < 0.3).astype(int)
    for name in ("dropout", "dropout_backward"):
        _expect_kept(answer, X * mask / q, name, X, mask, q, True)
        _expect_kept(answer, X, name, X, mask, q, False)
        value = answer.call(name, X[0, 0], np.ones((4, 2), dtype=int), 1.0, True)
        NEAR.expect(value, X[0, 0], f"{name} with q = 1")
    rows, y, w = rng.normal(size=(4, 3)), rng.normal(size=4), rng.normal(size=3)
    errors, variances = rows @ w - y, (1 - q) / q * ((rows * w) ** 2).sum(axis=1)
    _expect_kept(answer, np.mean(errors**2 + variances) / 2, "expected_loss", rows, y, w, q)
    NEAR.expect(answer.call("expected_loss", rows, y, w, 1.0), np.mean(errors**2) / 2, "loss with q = 1")


@EXERCISE.check("q4")
def pictures_move_and_zeros_come_in(answer, rng):
    images = _draw_images(rng, square=True)
    B, H, W = images.shape
    down, right = _draw_offsets(rng, B, H), np.roll(_draw_offsets(rng, B, W), 2)
    value = answer.call("shift_images", images, down, right)
    if as_array(value, "images").shape != images.shape:
        raise Misconception("size-changed")
    wrong = {
        "wraps-around": [recipes.shift(images, a * down, b * right, fill="wrap") for a in (1, -1) for b in (1, -1)],
        "axes-swapped": [recipes.shift(images, right, down), recipes.shift(images, right, down, fill="wrap")],
        "other-way": [recipes.shift(images, a * down, b * right) for a, b in ((-1, 1), (1, -1), (-1, -1))],
        "one-shift-for-all": [recipes.shift(images, np.full(B, down[k]), np.full(B, right[k])) for k in (0, -1)],
        "edge-drawn-out": recipes.shift(images, down, right, fill="edge"),
    }
    NEAR.judge(value, recipes.shift(images, down, right), wrong, "images")
    _judge_far_shifts(answer, rng)


@EXERCISE.check("q4")
def labels_follow_the_pictures(answer, rng):
    transforms = EXERCISE.given("TRANSFORMS")
    for name, more in zip(transforms, (0, 1, 6), strict=True):
        glyphs, right = _draw_glyphs(rng, name, more)
        K, changed = len(glyphs), transforms[name](glyphs)
        wrong = {
            "labels-kept": [np.arange(K), np.where(right < 0, np.arange(K), right)],
            "only-itself": np.where(right == np.arange(K), right, -1),
            "nothing-becomes-zero": np.where(right < 0, 0, right),
            "nearest-glyph": (changed[:, None] != glyphs).sum(axis=(2, 3)).argmin(axis=1),
            "one-transform": [_labels(glyphs, other(glyphs)) for other in transforms.values()],
            "ten-glyphs": [np.where((right >= 10) | (np.arange(K) >= k), -1, right) for k in (10, K)],
        }
        with keep_inputs(answer, "labels_after", glyphs, name) as value:
            if as_array(value, "labels").shape == (10,):
                raise Misconception("ten-glyphs")
            NEAR.judge(value, right, wrong, "labels")


@EXERCISE.check("q4")
def safe_is_what_keeps_each_digit(answer, rng):
    names = answer.get("SAFE")
    names = [names] if isinstance(names, str) else names
    transforms, glyphs = EXERCISE.given("TRANSFORMS"), EXERCISE.given("GLYPHS")
    if not isinstance(names, (list, tuple)) or not all(isinstance(name, str) and name in transforms for name in names):
        raise Wrong(say("no-names"))
    shown = glyphs[list(EXERCISE.given("SCOREBOARD"))]
    safe = {
        name for name, change in transforms.items() if np.array_equal(_labels(shown, change(shown)), range(len(shown)))
    }
    if set(names) - safe:
        raise Misconception("readable-is-not-right")
    if set(names) != safe:
        raise Misconception("too-careful")


@EXERCISE.check("q4", hidden=True)
def far_shifts_and_narrow_pictures(answer, rng):
    for _ in range(3):
        _judge_far_shifts(answer, rng)
    one = rng.uniform(1, 9, (1, 1, 4))
    for offsets in ((0, 0), (0, 3), (1, 0), (0, -1), (-7, 2), (0, 11)):
        down, right = (np.array([offset]) for offset in offsets)
        NEAR.expect(answer.call("shift_images", one, down, right), recipes.shift(one, down, right), "images")
    for name in EXERCISE.given("TRANSFORMS"):
        glyphs, right = _draw_glyphs(rng, name, int(rng.integers(0, 9)))
        _expect_kept(answer, right, "labels_after", glyphs, name)
    _expect_kept(answer, [-1], "labels_after", np.array([[[1, 0, 0]]]), "mirror left-right")


@EXERCISE.check("q5")
def the_faults_are_named(answer, rng):
    wrong = {"A": "not-the-training-loss", "D": "counter-is-reset", "E": "best-is-compared"}
    expect_letters(answer.get("FAULTS"), "FAULTS", "BC", "ABCDE", wrong, say("fault-missing"))


@EXERCISE.check("q5", points=2)
def stops_in_time_with_the_best_weights(answer, rng):
    losses, patience, max_epochs = _draw_telling_run(rng)
    for _ in range(2):  # the second time with other weights: nothing may be left of the first
        _judge_fit(answer, rng, losses, patience, max_epochs)
    nan = float("nan")
    _judge_fit(answer, rng, [(1.0, 0.9), (0.8, 0.7), (0.7, 0.8), (0.6, 0.7), (0.5, 0.6)], 2, 5)
    _judge_fit(answer, rng, [(1.0, nan), (0.9, 0.8), (0.8, nan), (0.7, 0.4), (0.6, 0.5), (0.5, 0.1)], 2, 5)
    _judge_fit(answer, rng, [(1.0, nan)] * 4, 3, 4)  # hopeless


@EXERCISE.check("q5", hidden=True)
def diverged_short_and_hopeless_runs(answer, rng):
    nan, best = float("nan"), float(rng.uniform(0.2, 0.3))
    _judge_fit(answer, rng, [(1.0, nan), (1.0, nan), (1.0, 0.9), (1.0, 0.8), *[(1.0, 0.95)] * 4], 2, 8)  # hopeless
    _judge_fit(answer, rng, [(1.0, 0.9), (0.9, best), (nan, nan), (nan, 0.8), (nan, nan), (nan, 0.1)], 3, 6)
    falling = [(1 / k, best / k) for k in range(1, 10)]
    _judge_fit(answer, rng, falling, 2, int(rng.integers(3, 6)))  # max_epochs first
    _judge_fit(answer, rng, falling, 4, 1)
    enormous = [(train, 1e15 * loss) for train, loss in falling]
    _judge_fit(answer, rng, enormous, 1, 4)  # no loss is too high to begin with
    _judge_fit(answer, rng, [(1.0, 0.9), (0.9, 0.5), (0.8, 0.5), (0.7, 0.4), (0.6, 0.3)], 1, 5)  # patience 1, a tie


@EXERCISE.check("q6")
def gains_are_compared_seed_by_seed(answer, rng):
    accuracies, baseline = _draw_accuracies(rng)
    with keep_inputs(answer, "compare_with_baseline", accuracies, baseline, 0.9) as value:
        _judge_pairing(_open_rows(value, len(accuracies)), accuracies, baseline, 0.9)


@EXERCISE.check("q6")
def all_intervals_hold_at_once(answer, rng):
    for confidence in (0.9, 0.99):
        accuracies, baseline = _draw_accuracies(rng)
        K, S = accuracies.shape
        rows = _open_rows(answer.call("compare_with_baseline", accuracies, baseline, confidence), K)
        _judge_pairing(rows, accuracies, baseline, confidence)  # the same sentence as above, if it is that
        gain, low, high = rows
        D, tail = accuracies - baseline, 1 - confidence
        error = D.std(axis=1, ddof=1) / S**0.5
        right = error * _t_quantile(1 - tail / (2 * K), S - 1)
        wrong = {
            "confidence-not-shared": [error * _t_quantile(1 - t / 2, S - 1) for t in (tail, 1 - confidence / K)],
            "one-sided": [error * _t_quantile(1 - tail / k, S - 1) for k in (K, 1)],
            "normal-for-t": [error * NormalDist().inv_cdf(1 - tail / k) for k in (2 * K, 2, K)],
            "degrees-of-freedom": [
                error * _t_quantile(1 - tail / (2 * K), df) for df in (S, S - 2, 2 * S - 2, K - 1, K)
            ],
            "confidence-wired-in": error * _t_quantile(1 - 0.05 / (2 * K), S - 1),
            "strategies-wired-in": error * _t_quantile(1 - tail / (2 * len(EXERCISE.given("STRATEGIES"))), S - 1),
        }
        POINTS.name((high - low) / 2, right, wrong)
        for value, offset, what in ((low, -right, "low"), (high, right, "high"), (gain, 0, "gain")):
            POINTS.expect(value, D.mean(axis=1) + offset, what)


@EXERCISE.check("q6")
def the_choice_brings_most_for_sure(answer, rng):
    names = ("ACCURACIES", "BASELINE", "STRATEGIES", "COSTS", "DOLLARS_PER_POINT")
    accuracies, baseline, strategies, costs, dollars = (EXERCISE.given(name) for name in names)
    D, (K, S) = accuracies - baseline, accuracies.shape
    gain, error = D.mean(axis=1), D.std(axis=1, ddof=1) / S**0.5
    alone, low = (gain - error * _t_quantile(1 - 0.05 / (2 * k), S - 1) for k in (1, K))
    nets = dollars * low - costs
    best = int(nets.argmax())
    options = {name: "cheapest-or-surest" for name in strategies} | {"baseline": "too-timid"}
    options[strategies[low.argmax()]] = "gain-without-costs"
    options |= {strategies[(dollars * ends - costs).argmax()]: "means-or-single-intervals" for ends in (gain, alone)}
    expect_choice(answer.get("CHOICE"), "CHOICE", options | {strategies[best]: ""})
    wrong = {
        "net-of-the-mean": dollars * gain[best] - costs[best],
        "net-of-one-interval": dollars * alone[best] - costs[best],
        "costs-forgotten": dollars * low[best],
    }
    judge_constant(answer.get("NET"), nets[best], wrong, "NET", Tolerance(0, 1), say("not-the-net"))  # to a dollar


@EXERCISE.check("q6", hidden=True)
def one_strategy_or_two_seeds(answer, rng):
    for K, S in ((1, 2), (1, 9), (8, 3)):  # rounded: exact in float32
        accuracies, baseline = (np.round(64 * rng.normal(90, 1, shape)) / 64 for shape in ((K, S), S))
        D = accuracies - baseline
        half = D.std(axis=1, ddof=1) / S**0.5 * _t_quantile(1 - 0.05 / (2 * K), S - 1)
        with keep_inputs(answer, "compare_with_baseline", accuracies, baseline) as value:
            for row, offset, what in zip(_open_rows(value, K), (0, -half, half), ("gain", "low", "high"), strict=True):
                POINTS.expect(row, D.mean(axis=1) + offset, what)


_BETAS = (0.8, 0.95)


def _draw_params(rng):
    """Three layers with biases, names not all alike, a zero in each matrix and both signs; and two strengths."""
    sizes, params = rng.integers(2, 5, size=4), {}
    names = ("W1", "b1"), ("W2", "b2"), ("Wback", "shiftW")
    for rows, columns, (weight, bias) in zip(sizes[:-1], sizes[1:], names, strict=True):
        W = rng.uniform(0.3, 2, (rows, columns)) * rng.choice([-1, 1], (rows, columns))
        W[0, :2], W[1, 0] = (-abs(W[0, 0]), abs(W[0, 1])), 0
        params |= {weight: W, bias: rng.uniform(0.5, 1.5, columns)}
    params["b2"] = params["b2"][None]  # a bias may have two axes
    return params, float(rng.uniform(0.5, 1)), float(rng.uniform(1.5, 3))


def _open_penalty(value, params) -> tuple:
    penalty, gradients = expect_parts(value, "penalty, gradients")
    if type(gradients) is not dict or gradients.keys() != params.keys():
        raise Wrong(say("no-dictionary"))
    return expect_number(penalty, "penalty"), gradients


def _judge_gradients(gradients, params, lambda1, lambda2):
    for name, p in params.items():
        value, what, l1, l2 = gradients[name], f"gradients[{name!r}]", lambda1 * np.sign(p), lambda2 * p
        if value is None:
            raise Wrong(say("no-gradient", name=name))
        if not name.startswith("W"):
            NEAR.judge(value, 0 * p, {"bias-penalised": [l1, l2, l1 + l2, lambda1 + l2, l1 + 2 * l2]}, what)
            continue
        wrong = {
            "half-forgotten": l1 + 2 * l2,
            "gradient-halved": l1 + l2 / 2,
            "lambdas-swapped": lambda2 * np.sign(p) + lambda1 * p,
            "slope-grows-with-the-weight": [lambda1 * p + l2, lambda1 * np.abs(p) + l2],
            "sign-lost": lambda1 + l2,
        }
        NEAR.name(value, l1 + l2, wrong if lambda1 and lambda2 else {})
        array, zero = expect_shape(value, p.shape, what), p == 0
        if NEAR.same(array[~zero], (l1 + l2)[~zero]) and not NEAR.same(array[zero], 0 * p[zero]):
            raise Misconception("pushed-off-zero")
        NEAR.expect(array, l1 + l2, what)


def _draw_state(rng, shape=None) -> dict:
    """The arguments of a step before `decoupled`, in their order."""
    shape = shape or int(rng.integers(4, 7))
    w, g, m = (rng.uniform(0.5, 2, shape) * rng.choice([-1, 1], shape) for _ in range(3))
    state = {"w": w, "g": g, "m": m, "v": rng.uniform(0.5, 3, shape), "t": int(rng.integers(3, 7))}
    return state | {"alpha": float(rng.uniform(0.05, 0.3)), "lam": float(rng.uniform(0.3, 0.8))}


def _adam(w, g, m, v, t, alpha, lam, decoupled, betas=_BETAS, epsilon=1e-8, means="mv", hats=(1, 1), inside=False):
    """(w, m, v) after a step.

    means: which of them see the penalty; hats: which are corrected; inside: ε under the root.
    """
    full = g if decoupled else g + lam * w
    m = betas[0] * m + (1 - betas[0]) * (full if "m" in means else g)
    v = betas[1] * v + (1 - betas[1]) * (full if "v" in means else g) ** 2
    first, second = (1 - beta**t if hat else 1 for beta, hat in zip(betas, hats, strict=True))
    root = np.sqrt(v / second + epsilon) if inside else np.sqrt(v / second) + epsilon
    return w - alpha * m / first / root - (alpha * lam * w if decoupled else 0), m, v


def _judge_step(value, right, wrong, state, decoupled):
    """wrong: recipes for w alone."""
    wrong |= {
        "no-correction": [_adam(**state, decoupled=decoupled, hats=hats)[0] for hats in ((0, 0), (0, 1), (1, 0))],
        "betas-exchanged": _adam(**state, decoupled=decoupled, betas=_BETAS[::-1])[0],
        "uphill": _climb(state, decoupled),
        "t-off-by-one": [_adam(**state | {"t": state["t"] + k}, decoupled=decoupled)[0] for k in (-1, 1)],
    }
    NEAR.name(value[0], right[0], wrong)
    for name, came, should, beta in zip("mv", value[1:], right[1:], _BETAS, strict=True):
        hat = should / (1 - beta ** state["t"])
        NEAR.name(came, should, {"hats-returned": hat, "old-means-returned": state[name]})
    _expect_step(value, right)


def _climb(state, decoupled):
    """w + α u in place of w − α u; the penalty as it should be."""
    decayed = state["w"] * (1 - state["alpha"] * state["lam"] * decoupled)
    return 2 * decayed - _adam(**state, decoupled=decoupled)[0]


def _expect_step(value, right):
    for name, came, should in zip("wmv", expect_parts(value, "w, m, v"), right, strict=True):
        NEAR.expect(came, should, name)


def _draw_masked(rng):
    """X, a mask with both kinds in each row, and a q that isn't near one half."""
    shape = int(rng.integers(2, 5)), int(rng.integers(3, 6))
    mask = (rng.random(shape) < 0.6).astype(int)
    mask[:, :2] = 0, 1
    return rng.uniform(0.5, 2, shape) * rng.choice([-1, 1], shape), mask, float(rng.uniform(0.6, 0.9))


def _swapped(X, mask, q) -> list:
    """What dropout gives to those who take kept for dropped, or q for 1 − q."""
    return [X * (1 - mask) / q, X * mask / (1 - q), X * (1 - mask) / (1 - q), X * (1 - mask)]


def _judge_evaluation(answer, function, X, mask, q, what):
    wrong = {
        "drops-at-evaluation": [X * mask / q, X * mask, X * mask * q],
        "scaled-at-evaluation": [X * q, X / q, X * (1 - q), X / (1 - q)],
    }
    NEAR.judge(answer.call(function, X, mask, q, False), X, wrong, what)


def _draw_images(rng, square):
    B, H = int(rng.integers(6, 9)), int(rng.integers(4, 7))
    return rng.uniform(1, 9, (B, H, H if square else H + int(rng.integers(1, 4))))


def _judge_far_shifts(answer, rng):
    """Shifts of wide pictures: three as far as the picture reaches or farther, one by nearly its width, none at all."""
    images = _draw_images(rng, square=False)
    B, H, W = images.shape
    down, right = rng.integers(-H - 2, H + 3, B), rng.integers(-W - 2, W + 3, B)
    down[:6], right[:6] = (H, -H - 1, 1, 0, 0, -1), (0, 1, W, 1 - W, 0, -W - 1)
    _expect_kept(answer, recipes.shift(images, down, right), "shift_images", images, down, right)


def _draw_offsets(rng, B, size):
    """B offsets within the picture: positive, negative and 0 among them, the first and the last not alike."""
    offsets = rng.integers(1, size - 1, B) * rng.choice([-1, 1], B)
    offsets[:3] = 1, -2, 0
    offsets[-1] = 2
    return offsets


def _draw_glyphs(rng, name, more=0):
    """Different glyphs, in random order: two stay as they are, two pairs change places, two and more become nothing."""
    transforms, K = EXERCISE.given("TRANSFORMS"), 8 + more
    change = transforms[name]
    while True:
        noise = rng.integers(0, 2, (6 + more, int(rng.integers(4, 6)), int(rng.integers(3, 6))))
        moved = change(noise)
        glyphs = np.concatenate([noise[:2] | moved[:2], noise[2:4], moved[2:4], noise[4:]])[rng.permutation(K)]
        right = _labels(glyphs, change(glyphs))
        different = len({glyph.tobytes() for glyph in glyphs}) == K and (right < 0).sum() == 2 + more
        different = different and (more < 5 or right.max() >= 10)
        others = [_labels(glyphs, any_other(glyphs)) for key, any_other in transforms.items() if key != name]
        itself = np.where(right == np.arange(K), right, -1)
        nearest = (change(glyphs)[:, None] != glyphs).sum(axis=(2, 3)).argmin(axis=1)
        mistaken = any(np.array_equal(labels, other) for labels in (right, itself) for other in others)
        if different and not mistaken and nearest[right < 0].any():
            return glyphs, right


def _labels(glyphs, changed):
    same = (changed[:, None] == glyphs).all(axis=(2, 3))
    return np.where(same.any(axis=1), same.argmax(axis=1), -1)


_FAULTS = ("one-epoch-too-many", "one-epoch-too-few", "training-loss-watched", "previous-not-best", "waits-in-total",
           "tie-counts", "never-stops")  # fmt: skip


def _draw_telling_run(rng):
    """Losses, patience, max_epochs: each wrong variant gives another pair (epochs run, best epoch)."""
    while True:
        patience, max_epochs = int(rng.integers(2, 4)), int(rng.integers(14, 18))
        validation = np.round(rng.uniform(0.2, 0.9, max_epochs + 4) + np.linspace(0.3, 0, max_epochs + 4), 1)
        training = np.sort(rng.uniform(0.01, 1, max_epochs + 4))[::-1]
        losses = list(zip(training.tolist(), validation.tolist(), strict=True))
        right = recipes.stop(losses, patience, max_epochs)
        ends = {right, *(recipes.stop(losses, patience, max_epochs, fault) for fault in _FAULTS)}
        if len(ends) == len(_FAULTS) + 1 and right[1] > 2:
            return losses, patience, max_epochs


def _judge_fit(answer, rng, losses, patience, max_epochs):
    """Let the learner's `fit` replay these losses on weights of the check's own, and judge the outcome."""
    weights = rng.normal(size=(len(losses) + 1, int(rng.integers(2, 5))))  # row k: after k epochs
    run = answer.call(drivers.replay_training, Learner("fit"), weights[0], weights[1:], losses, patience, max_epochs)
    if "stopped" in run:
        raise Misconception("beyond-the-end")
    best_w, best_epoch = expect_parts(run["result"], "best_w, best_epoch")
    best_w, best_epoch = as_array(best_w, "best_w"), expect_number(best_epoch, "best_epoch")
    starts = np.array(run["starts"]).reshape(-1, weights.shape[1])
    epochs, right = len(starts), recipes.stop(losses, patience, max_epochs)
    if not NEAR.same(starts, weights[:epochs]):
        raise Misconception("always-from-the-start")
    if epochs > max_epochs:
        raise Misconception("beyond-the-end")
    for fault in (*_FAULTS, "nan-is-the-best"):
        if (epochs, best_epoch) == recipes.stop(losses, patience, max_epochs, fault) != right:
            raise Misconception(fault)
    if (epochs, best_epoch + 1) == right:
        raise Misconception("epochs-from-zero")
    if epochs != right[0]:
        raise Wrong(say("stopped-elsewhere", came=epochs, should=right[0]))
    WHOLE.expect(best_epoch, right[1], "best_epoch")
    NEAR.judge(best_w, weights[right[1]], {"last-weights": weights[epochs]}, "best_w")


def _draw_accuracies(rng):
    """(K, S) and (S,): a seed moves all by about 2, a strategy alone by about 0.3; K, S, K + 1, S ± 1 differ."""
    K, S = int(rng.integers(3, 5)), int(rng.choice([7, 8, 10]))
    seeds = rng.normal(90, 2, S)
    return seeds + rng.uniform(0.5, 2, (K, 1)) + rng.uniform(0.2, 0.5, (K, 1)) * rng.normal(size=(K, S)), seeds


def _judge_pairing(rows, accuracies, baseline, confidence):
    """Whether gain and standard error come from the differences, whatever quantile the error was multiplied by."""
    (gain, low, high), (K, S) = rows, accuracies.shape
    D, tail = accuracies - baseline, 1 - confidence
    POINTS.judge(gain, D.mean(axis=1), {"other-way-round": -D.mean(axis=1)}, "gain")
    half, error = (high - low) / 2, D.std(axis=1, ddof=1) / S**0.5
    apart = np.sqrt((accuracies.var(axis=1, ddof=1) + baseline.var(ddof=1)) / S)
    quantiles = [_t_quantile(1 - tail / k, S - 1) for k in (1, 2, K, 2 * K)]
    wrong = {
        "seeds-not-paired": [apart * q for q in (*quantiles, _t_quantile(1 - tail / (2 * K), 2 * S - 2))],
        "spread-of-the-strategy": [accuracies.std(axis=1, ddof=1) / S**0.5 * q for q in quantiles],
        "spread-not-error": [error * S**0.5 * q for q in quantiles],
        "divided-by-S": [D.std(axis=1) / S**0.5 * q for q in quantiles],
    }
    right = error * quantiles[-1]
    POINTS.name(half, right, wrong)
    if not POINTS.same((low + high) / 2, gain):
        POINTS.expect(low, gain - right, "low")
    if not np.allclose(half * error[0], half[0] * error, 1e-4):
        POINTS.expect(half, right, "half of the interval's length")


def _open_rows(value, K) -> list[np.ndarray]:
    names = "gain, low, high"
    return [
        expect_shape(row, (K,), name) for row, name in zip(expect_parts(value, names), names.split(", "), strict=True)
    ]


def _t_quantile(p, df):
    return EXERCISE.given("t_quantile")(p, df)


def _call_twice(answer, name, *args):
    """The value of a call, if a second call with the same input gives it again."""
    first, second = (answer.call(name, *args) for _ in range(2))
    if isinstance(first, (list, tuple)) and isinstance(second, (list, tuple)):
        pairs = zip(first, second, strict=False)
        if not all(one is other is None or NEAR.same(one, other) for one, other in pairs):
            raise Misconception("state-survives-the-call")
    return first


def _expect_kept(answer, right, name, *inputs):
    """The right result, and the inputs afterwards as before."""
    with keep_inputs(answer, name, *inputs) as value:
        NEAR.expect(value, right, "the result")
