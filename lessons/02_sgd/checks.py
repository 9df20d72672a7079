"""Exercise 02: SGD, Lion for PyTorch, a clipped loop, schedules, the edge of stability, and the price of a run."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from autograder.answers import (
    Exercise,
    Misconception,
    Tolerance,
    Wrong,
    as_array,
    call_at_the_edge,
    call_each,
    expect_choice,
    expect_number,
    expect_numbers,
    expect_shape,
    judge_constant,
    judge_equal,
    keep_inputs,
)

NEAR = Tolerance(1e-4, 1e-5)  # float32 and PyTorch's clip, which adds 1e-6 to the norm; wrong recipes are far off
CENT = Tolerance(0, 0.01)
DECAY = Tolerance(1e-5, 0)  # of q4's c, which may be as small as 1e-4
EXERCISE = Exercise.beside(__file__)
say = EXERCISE.say
_RATES = "edge, best, momentum_edge"


@EXERCISE.check("q1")
def one_batch_of_all_is_one_step(answer, rng):
    X, y, w, alpha, n, order = _draw_regression(rng)
    value = answer.call("sgd_epoch", X, y, w, alpha, n, order)
    step = _sgd(X, y, w, alpha, [order]) - w
    wrong = {
        "gradient-of-the-sum": w + n * step,
        "factor-two": w + 2 * step,
        "uphill": w - step,
        "batch-size-ignored": _sgd(X, y, w, alpha, [[row] for row in order]),
    }
    NEAR.judge(value, w + step, wrong, "w", _find_wrong_step([as_array(value, "w")], [w + step], w))


@EXERCISE.check("q1")
def each_batch_moves_the_weights(answer, rng):
    X, y, w, alpha, n, order = _draw_regression(rng)
    B = n // 4  # n is a multiple of 4
    value, batches = answer.call("sgd_epoch", X, y, w, alpha, B, order), order.reshape(4, B)
    wrong = {
        "one-step-a-pass": w + sum(_sgd(X, y, w, alpha, [rows]) - w for rows in batches),
        "whole-data-each-step": _sgd(X, y, w, alpha, [order] * 4),
        "order-ignored": _sgd(X, y, w, alpha, np.arange(n).reshape(4, B)),
        "order-changed": [_sgd(X, y, w, alpha, rows) for rows in (batches[::-1], order.reshape(B, 4).T)],
        "divided-by-n": _sgd(X, y, w, alpha, batches, size=n),
        "batch-size-ignored": _sgd(X, y, w, alpha, [[row] for row in order]),
    }
    NEAR.judge(value, _sgd(X, y, w, alpha, batches), wrong, "w")


@EXERCISE.check("q1")
def the_last_batch_counts(answer, rng):
    X, y, w, alpha, n, order = _draw_regression(rng)
    for B in (n // 2 - 1, n // 4 + 1, n + 3):  # 2 left over; 3 batches and some; one batch smaller than B
        batches = [order[start : start + B] for start in range(0, n, B)]
        wrong = {
            "last-batch-dropped": _sgd(X, y, w, alpha, [rows for rows in batches if len(rows) == B]),
            "last-batch-divided-by-B": _sgd(X, y, w, alpha, batches, size=B),
            "batches-evened-out": [
                lambda count=count: _sgd(X, y, w, alpha, np.array_split(order, count))
                for count in (len(batches), max(1, n // B))
            ],
        }
        with keep_inputs(answer, "sgd_epoch", X, y, w, alpha, B, order) as value:
            NEAR.judge(value, _sgd(X, y, w, alpha, batches), wrong, "w")


@EXERCISE.check("q1", hidden=True)
def a_pass_leaves_its_inputs_alone(answer, rng):
    for cut in (lambda n: 1, lambda n: 2, lambda n: n - 1, lambda n: n // 2 + 1):
        X, y, w, alpha, n, order = _draw_regression(rng)
        batches = [order[start : start + cut(n)] for start in range(0, n, cut(n))]
        with keep_inputs(answer, "sgd_epoch", X, y, w, alpha, cut(n), order) as value:
            NEAR.expect(value, _sgd(X, y, w, alpha, batches), "the result")


@EXERCISE.check("q2")
def lion_steps_by_a_sign(answer, rng):
    gradients, w, rates, betas, _ = _draw_lion(rng, 28)  # many signs: hardly two recipes agree in all
    rates[:] = rates[0]
    run = gradients, w, rates, betas, 0.0
    right, (beta1, beta2) = _lion(*run), betas
    wrong = {
        "nothing-moves": np.tile(w, (len(rates), 1)),
        "first-tensor-only": np.where(np.arange(len(w)) % (len(w) - 1), w, right),  # the first weight, the bias
        "uphill": 2 * w - right,
        "sign-of-the-gradient": _lion(gradients, w, rates, (0, beta2), 0.0),
        "no-sign": _lion(*run, sign=lambda c: c),
        "betas-swapped": _lion(gradients, w, rates, (beta2, beta1), 0.0),
        "one-beta": _lion(gradients, w, rates, (beta1, beta1), 0.0),
        "sign-of-the-new-memory": _lion(gradients, w, rates, (beta2, beta2), 0.0),
        "memory-is-the-last-gradient": _lion(gradients, w, rates, (beta1, 0), 0.0),
        "share-forgotten": [  # without 1 - beta1, without 1 - beta2, without either, without beta1 as well
            lambda weight=weight: _lion(gradients, w, rates, (weight / (1 + weight), beta2), 0.0)
            for weight in (beta1, beta1 / (1 - beta1) / (1 - beta2), beta1 / (1 - beta2), 1)
        ],
        "shares-exchanged": [
            lambda pair=pair: _lion(gradients, w, rates, pair, 0.0)
            for pair in ((1 - beta1, beta2), (beta1, 1 - beta2), (1 - beta1, 1 - beta2))
        ],
        "memory-before-the-step": lambda: _lion(gradients, w, rates, (beta1 * beta2, beta2), 0.0),
        "memory-starts-elsewhere": [
            lambda share=share: _lion(*run, start=share * gradients[0]) for share in (1, 1 - beta1, 1 - beta2)
        ],
        "default-for-the-group": lambda: _lion(gradients, w, np.ones_like(rates), betas, 0.0),
    }
    _judge_path(_call_twice(answer, "run_lion", *run), right, wrong, w, gradients, rates)


@EXERCISE.check("q2")
def each_group_has_its_settings(answer, rng):
    for decay in (0.0, float(rng.uniform(0.3, 0.9))):  # without decay only the schedule is new
        run = gradients, w, rates, betas, _ = (*_draw_lion(rng)[:4], decay)
        wrong = {"first-rate-only": _lion(gradients, w, np.full_like(rates, rates[0]), betas, decay)}
        if decay:
            wrong |= {
                "decay-of-the-bias-too": _lion(*run, bias_decay=decay),
                "decay-inside-the-sign": _lion(*run, coupled=True),
                "decay-without-the-rate": _lion(gradients, w, rates, betas, decay / rates[:, None]),
                "decay-forgotten": _lion(gradients, w, rates, betas, 0.0),
                "decay-after-the-step": _lion(*run, decay_last=True),
                "decay-turned-round": _lion(gradients, w, rates, betas, -decay),
            }
        with keep_inputs(answer, "run_lion", *run) as value:
            _judge_path(value, _lion(*run), wrong, w, gradients, rates)
    _judge_rest(answer, rng)


@EXERCISE.check("q2", hidden=True)
def lion_on_other_gradients(answer, rng):
    for zero in (True, False):
        gradients, w, rates, betas, decay = run = _draw_lion(rng)
        gradients[:, 0] = 0 if zero else gradients[:, 0] * 1e-9  # a sign of 0 is 0; a small one is whole
        with keep_inputs(answer, "run_lion", *run) as value:
            NEAR.expect(value, _lion(*run), "the result")


@EXERCISE.check("q3")
def the_line_is_named(answer, rng):
    letters = {"A": "sum-for-mean", "B": "", "C": "clearing-late", "D": "falling-rate"}
    expect_choice(answer.get("LINE"), "LINE", letters)


@EXERCISE.check("q3")
def long_gradients_are_shortened(answer, rng):
    while True:
        X, y, w, rates, max_norm = run = _draw_batches(rng)
        right, B = _clipped(*run), len(y[0])
        wrong = {
            "nothing-moves": np.tile(w, (len(rates), 1)),
            "uphill": _clipped(X, y, w, -rates, max_norm),
            "never-clipped": _clipped(X, y, w, rates, np.inf),
            "each-number-clipped": _clipped(*run, clip=lambda g, c: np.clip(g, -c, c)),
            "always-one-length": _clipped(*run, clip=lambda g, c: g * c / np.linalg.norm(g)),
            "to-length-one": _clipped(*run, clip=lambda g, c: g / max(1, np.linalg.norm(g))),
            "step-clipped": _clipped(X, y, w, np.ones_like(rates), max_norm, scale=rates),
            "sum-for-mean-in-the-loop": _clipped(*run, scale=np.full_like(rates, B)),
            "factor-two": _clipped(*run, scale=np.full_like(rates, 2)),
            "gradients-pile-up": _clipped(*run, pile=True),
            "first-rate-only": _clipped(X, y, w, np.full_like(rates, rates[0]), max_norm),
        }
        if not any(NEAR.same(*recipes) for recipes in combinations(wrong.values(), 2)):  # else names might mislead
            break
    with keep_inputs(answer, "train_clipped", *run) as value:
        _judge_path(value, right, wrong, w, lambda t, at: X[t].T @ (X[t] @ at - y[t]) / B, rates)


@EXERCISE.check("q3")
def a_broken_batch_makes_no_step(answer, rng):
    X, y, w, rates, max_norm = run = _draw_batches(rng)
    X[2, 0, 0], y[4, 1], X[5, 1, -1] = np.nan, np.inf, 1e200  # the last: one number of the gradient
    right, good = _clipped(*run), [0, 1, 3, *range(6, len(rates))]
    stalled = np.repeat(_clipped(X[good], y[good], w, rates[: len(good)], max_norm), _repeats(good, len(rates)), axis=0)
    value = _call_twice(answer, "train_clipped", *run)
    path = as_array(value, "path")
    if path.shape == right.shape and not np.isfinite(path).all():
        raise Misconception("nan-spreads")
    if path.shape == right[good].shape and NEAR.same(path, right[good]):
        raise Misconception("row-left-out")
    if path.ndim == 2 and len(path) < len(good) and NEAR.same(path, right[: len(path)]):
        raise Misconception("stops-at-the-first")
    patched = np.where(np.isfinite(X), X, 0), np.where(np.isfinite(y), y, 0)
    wrong = {
        "schedule-waits": stalled,
        "stops-at-the-first": np.vstack([right[:2], np.tile(right[1], (len(right) - 2, 1))]),
        "numbers-replaced": _clipped(*patched, w, rates, max_norm),
    }
    _judge_path(path, right, wrong, w, lambda t, at: X[t].T @ (X[t] @ at - y[t]) / len(y[t]), rates)


@EXERCISE.check("q3", hidden=True)
def other_batches_and_guards(answer, rng):
    for B, T in ((1, 1), (4, 9), (7, 3)):
        X, y, w, rates, max_norm = _draw_batches(rng, T, B)
        X[0], y[0] = 0, 0  # a gradient of exactly 0
        run, right = (X, y, w, rates, max_norm), _clipped(X, y, w, rates, max_norm)
        if T == 1:
            NEAR.expect(call_at_the_edge(answer, "divided-by-no-length", "train_clipped", *run), right, "the result")
            continue
        with keep_inputs(answer, "train_clipped", *run) as value:
            NEAR.expect(value, right, "the result")


@EXERCISE.check("q4")
def the_warm_up_rises_in_equal_stairs(answer, rng):
    for end in (0.2, 0.7):  # of alpha0: below and above the first stair
        alpha0, _, T_w, T = _draw_schedule(rng)
        t, right = np.arange(T_w), alpha0 * np.arange(1, T_w + 1) / T_w
        wrong = {
            "warm-up-from-zero": alpha0 * t / T_w,
            "warm-up-too-low": alpha0 * (t + 1) / (T_w + 1),
            "warm-up-from-the-end": [np.maximum(right, end * alpha0), end * alpha0 + (1 - end) * right],
        }
        NEAR.judge(_call_schedule(answer, t, alpha0, end * alpha0, T_w, T), right, wrong, "rate")


@EXERCISE.check("q4")
def the_cosine_leads_exactly_to_the_end(answer, rng):
    alpha0, alpha_end, T_w, T = schedule = _draw_schedule(rng)
    t = np.arange(T_w, T + 1)
    share, height = (t - T_w) / (T - T_w), (alpha0 - alpha_end) / 2

    def cosine(share):
        return alpha_end + height * (1 + np.cos(np.pi * share))

    def from_step_zero(rates):  # so that rate[t] in the message is step t
        return np.r_[np.zeros(T_w), rates]

    value, right = _call_schedule(answer, t, *schedule), cosine(share)
    shifted = [cosine((t - T_w) / (T - T_w + k))[:-2] for k in (-1, 1)]
    NEAR.name(value[:-2], right[:-2], {"end-off-by-one": shifted})
    wrong = {
        "warm-up-too-long": np.r_[alpha0 * (T_w + 1) / T_w, right[1:]],
        "degrees": alpha_end + height * (1 + np.cos(np.radians(np.pi * share))),
        "cosine-from-step-zero": cosine(t / T),
        "end-ignored": alpha0 / (2 * height) * (right - alpha_end),
        "end-as-a-floor": np.maximum(alpha_end, alpha0 / (2 * height) * (right - alpha_end)),
        "end-added-on-top": alpha_end + alpha0 / (2 * height) * (right - alpha_end),
    }
    wrong = {name: from_step_zero(rates) for name, rates in wrong.items()}
    NEAR.judge(from_step_zero(value), from_step_zero(right), wrong, "rate")
    _judge_after_the_end(answer, *schedule)
    _judge_after_the_end(answer, alpha0, alpha_end, 0, T)


@EXERCISE.check("q4")
def the_two_decays_meet(answer, rng):
    for product in (*rng.uniform(10, 300, 2), rng.uniform(0.2, 0.45)):  # the last rate hardly falls
        T = int(rng.integers(60, 900))
        beta = float(product) / T
        value = expect_number(answer.call("matching_c", beta, T), "c")
        wrong = {
            "other-logarithm": [np.log2(1 + beta * T) / T, np.log10(1 + beta * T) / T],
            "only-at-first": beta,
            "one-forgotten": np.log(beta * T) / T,
            "not-per-step": np.log(1 + beta * T),
            "slopes-matched": beta / (1 + beta * T),
        }
        DECAY.judge(value, np.log(1 + beta * T) / T, wrong, "c")


@EXERCISE.check("q4", hidden=True)
def after_the_end_and_without_warm_up(answer, rng):
    alpha0, alpha_end, T_w, T = _draw_schedule(rng)
    for schedule in (
        (alpha0, alpha_end, 0, T),
        (alpha0, 0.0, T_w, T_w + 1),
        (alpha0, alpha0, T_w, T),
        (alpha0, 0.0, 1, T),
    ):
        start, end, warm, stop = schedule
        t = np.unique([0, warm, (warm + stop) // 2, stop - 1, stop])
        right = end + (start - end) / 2 * (1 + np.cos(np.pi * (t - warm) / (stop - warm)))
        right[t < warm] = start / max(warm, 1)
        NEAR.expect(_call_schedule(answer, t, *schedule), right, "rate")
        _judge_after_the_end(answer, *schedule)
    for beta, T in ((0.001, 3), (3.0, 1), (0.02, 5_000)):
        DECAY.expect(expect_number(answer.call("matching_c", beta, T), "c"), np.log(1 + beta * T) / T, "c")


@EXERCISE.check("q5")
def the_fault_is_named(answer, rng):
    letters = {"A": "too-few-steps", "B": "wrong-numerator", "C": "", "D": "condition-number"}
    expect_choice(answer.get("FAULT"), "FAULT", letters)


@EXERCISE.check("q5")
def the_steepest_direction_sets_the_edge(answer, rng):
    for _ in range(2):
        H, eigenvalues = _draw_hessian(rng)
        edge, _, _ = _call_rates(answer, H, float(rng.uniform(0.2, 0.9)))
        trace, entries = np.trace(H), (np.diag(H).max(), np.abs(H).max(), H[-1, -1])
        wrong = {
            "sum-of-eigenvalues": [2 / trace, 2 / np.linalg.norm(H), 2 / (trace / len(H))],
            "entries-for-eigenvalues": [2 / entry for entry in entries],
            "last-eigenvalue": 2 / np.linalg.eig(H)[0][-1],
            "flattest-direction": 2 / eigenvalues[0],
            "edge-halved": 1 / eigenvalues[-1],
        }
        NEAR.judge(edge, 2 / eigenvalues[-1], wrong, "edge")


@EXERCISE.check("q5")
def the_best_rate_and_momentums_edge(answer, rng):
    for _ in range(2):
        (H, eigenvalues), beta = _draw_hessian(rng), float(rng.uniform(0.2, 0.9))
        smallest, largest = eigenvalues[0], eigenvalues[-1]
        _, best, edge = _call_rates(answer, H, beta)
        middles = eigenvalues.mean(), np.median(eigenvalues), (smallest * largest) ** 0.5
        wrong = {"best-for-the-steepest": 1 / largest, "best-for-another-middle": [1 / middle for middle in middles]}
        NEAR.judge(best, 2 / (smallest + largest), wrong, "best")
        by_length = [2 * (1 - beta) / largest, 2 / (1 - beta) / largest]
        wrong = {"momentum-by-step-length": by_length, "momentum-ignored": 2 / largest}
        NEAR.judge(edge, 2 * (1 + beta) / largest, wrong, "momentum_edge")
    _judge_no_rate(answer, rng)


@EXERCISE.check("q5", hidden=True)
def negative_curvature_has_no_rate(answer, rng):
    _judge_no_rate(answer, rng)
    for beta in (0.0, 0.5):
        curvature = float(rng.uniform(0.5, 5))
        right = np.array([2, 1, 2 + 2 * beta]) / curvature
        NEAR.expect(_call_rates(answer, np.array([[curvature]]), beta), right, "rates")
        NEAR.expect(_call_rates(answer, curvature * np.eye(3), beta), right, "rates")


@EXERCISE.check("q6")
def every_seed_must_be_there(answer, rng):
    R, S, P = (int(rng.integers(low, high)) for low, high in ((5, 9), (3, 6), (25, 40)))
    heights = rng.uniform(1, 5, (R, S, 1)) * np.exp(-rng.uniform(0.2, 0.8, (R, S, 1)) * np.arange(1, P + 1))  # falling
    target = float(heights[:, :, -1].max() * 1.5)
    seconds, dollars = rng.uniform(50, 5_000, R), float(rng.uniform(2, 30))
    value = answer.call("price_runs", heights, seconds, dollars, target)

    def price(curves):
        return ((curves <= target).argmax(axis=1) + 1) * seconds / 3600 * dollars

    right, per_pass = price(heights.max(axis=1)), seconds / 3600 * dollars
    wrong = {
        "not-dollars": [right / dollars, right / per_pass, right * 3600 / dollars],
        "seconds-as-hours": [right * 60, right * 3600],
        "average-seed": [price(np.median(heights, axis=1)), price(heights.mean(axis=1))],
        "passes-from-zero": right - per_pass,
        "luckiest-seed": price(heights.min(axis=1)),
    }
    NEAR.judge(value, right, wrong, "price")


@EXERCISE.check("q6")
def who_never_arrives_costs_infinity(answer, rng):
    P, target = int(rng.integers(12, 20)), float(rng.uniform(0.5, 2))
    never, lost, twice = (np.full((3, P), 2 * target) for _ in range(3))
    never[:2, 4:] = target / 2  # one seed stays above
    lost[:2, 3:], lost[2, 2:] = target / 2, np.nan
    twice[0, 3:], twice[1, 2:5], twice[2, 6:], twice[1, 8:] = (target,) * 4  # all three at column 8, not before
    twice[0, 10] = 2 * target  # and not at column 10
    seconds, dollars = rng.uniform(50, 5_000, 3), float(rng.uniform(2, 30))
    value = answer.call("price_runs", np.array([never, lost, twice]), seconds, dollars, target)
    prices = expect_shape(value, (3,), "price")
    per_pass = seconds / 3600 * dollars
    wrong = {"never-is-cheap": prices[0]} if np.isfinite(prices[0]) else {}
    NEAR.judge(prices[0], np.inf, wrong, "price of a setting that never arrives")
    wrong = {"nan-counts-as-arrived": 4 * per_pass[1]}
    NEAR.judge(prices[1], np.inf, wrong, "price of a setting with a seed that is nan")
    wrong = {"below-only": np.inf, "seeds-at-different-times": 7 * per_pass[2]}
    NEAR.judge(prices[2], 9 * per_pass[2], wrong, "price of a setting whose seeds rise and fall")


@EXERCISE.check("q6")
def the_choice_is_the_cheapest(answer, rng):
    choice = expect_number(answer.get("CHOICE"), "CHOICE")
    names = ("BATCH_SIZES", "HEIGHTS", "SECONDS_PER_PASS", "DOLLARS_PER_HOUR", "TARGET")
    sizes, heights, seconds, dollars, target = (np.asarray(EXERCISE.given(name)) for name in names)
    there = (heights <= target).all(axis=1)
    passes = np.where(there.any(axis=1), there.argmax(axis=1) + 1, np.inf)
    prices = passes * seconds / 3600 * dollars
    if choice not in sizes:
        raise Wrong(say("one-of-the-sizes", known=", ".join(map(str, sizes))))
    wrong = {"fewest-passes": sizes[passes.argmin()], "cheapest-pass": sizes[seconds.argmin()]}
    judge_equal(choice, sizes[prices.argmin()], wrong, "CHOICE", say("never-there"))
    saving, per_pass = prices[passes.argmin()] - prices.min(), seconds / 3600 * dollars
    wrong = {
        "saving-turned-round": -saving,
        "saving-of-one-pass": per_pass[passes.argmin()] - per_pass[prices.argmin()],
        "price-for-saving": [prices.min(), prices[passes.argmin()]],
    }
    judge_constant(answer.get("SAVING"), saving, wrong, "SAVING", CENT, say("not-the-saving"))


def _draw_regression(rng):
    """X, y, w, alpha, n (a multiple of 4) and a random order of the n rows; at that rate the order matters."""
    n, d = 4 * int(rng.integers(3, 6)), int(rng.integers(2, 6))
    X, y, w = rng.normal(size=(n, d)), rng.normal(size=n), rng.normal(size=d)
    return X, y, w, float(rng.uniform(0.8, 1.6) / (X**2).sum(axis=1).max()), n, rng.permutation(n)


def _sgd(X, y, w, alpha, batches, size=None):
    for rows in batches:
        w = w - alpha * X[rows].T @ (X[rows] @ w - y[rows]) / (size or len(rows))
    return w


def _draw_lion(rng, T=None):
    """Gradients of one size, so that neither memory nor gradient alone decides a sign; w, rates, betas, decay."""
    T, d = T or int(rng.integers(9, 14)), int(rng.integers(4, 7))
    rates = rng.uniform(0.05, 0.3, T)
    betas = float(rng.uniform(0.66, 0.74)), float(rng.uniform(0.85, 0.93))
    return rng.normal(size=(T, d)), rng.normal(size=d), rates, betas, float(rng.uniform(0.2, 0.6))


def _judge_rest(answer, rng):
    """A tensor without a gradient stays as it is, and so does its memory."""
    gradients, w, rates, betas, decay = run = _draw_lion(rng)
    gradients[:5, -1] = np.nan, 2, 2, np.nan, -0.2  # the memory outweighs the last
    gradients[6, 0] = np.nan  # the first tensor: others come after it, in its group and in the next
    gradients[0, 0] = gradients[4, 0] = 0  # once without a memory, once with one
    skipped = np.where(gradients == 0, np.nan, gradients)
    ended, left = gradients.copy(), gradients.copy()
    ended[6], left[6, :-1] = np.nan, np.nan
    wrong = {
        "none-counts-as-zero": _lion(np.nan_to_num(gradients), w, rates, betas, decay),
        "zero-counts-as-none": lambda: _lion(skipped, w, rates, betas, decay),
        "step-ends-early": [_lion(early, w, rates, betas, decay) for early in (ended, left)],
    }
    value = call_at_the_edge(answer, "none-stops-the-step", "run_lion", *run)
    _judge_path(value, _lion(*run), wrong, w, gradients, rates)


def _lion(
    gradients, w, rates, betas, decay, *, sign=np.sign, coupled=False, decay_last=False, bias_decay=0.0, start=0.0
):
    """The path of Lion from the memory `start`; decay: a number, or (T, 1). coupled: it is added to the gradient."""
    decays = np.tile(decay, (len(rates) // np.size(decay), len(w))).astype(float)  # (T, d)
    decays[:, -1] = bias_decay
    m, path = start + np.zeros_like(w), []
    for g, rate, pull in zip(gradients, rates, decays, strict=True):
        moves = ~np.isnan(g)
        g = np.where(moves, g, 0) + (pull * w if coupled else 0)
        c, new = betas[0] * m + (1 - betas[0]) * g, betas[1] * m + (1 - betas[1]) * g
        step = sign(c)
        if decay_last:
            moved = (w - rate * step) * (1 - rate * pull)
        else:
            moved = w - rate * (step + (0 if coupled else pull * w))
        w, m = np.where(moves, moved, w), np.where(moves, new, m)
        path.append(w)
    return np.array(path)


def _draw_batches(rng, T=None, B=None):
    """X, y, w, rates and a max_norm between the norms of the first gradients: some are clipped, some are not."""
    T, B, d = T or int(rng.integers(9, 13)), B or int(rng.integers(3, 6)), int(rng.integers(2, 5))
    X, y = rng.normal(size=(T, B, d)) * 3 ** rng.choice([-1.0, 0.0, 1.0], (T, 1, 1)), 2 * rng.normal(size=(T, B))
    edges = [np.linalg.eigvalsh(x.T @ x / B)[-1] for x in X]
    w, rates = rng.normal(size=d), rng.uniform(0.4, 1.6, T) / edges  # no step makes the last bits of float32 grow
    norms = [np.linalg.norm(x.T @ (x @ w - target) / B) for x, target in zip(X, y, strict=True)]
    return X, y, w, rates, float(np.median(norms)) * float(rng.uniform(0.8, 1.1))


def _clipped(X, y, w, rates, max_norm, clip=None, scale=None, pile=False):
    """The right path, or a wrong one. scale: a factor of each gradient before it is clipped."""
    clip = clip or (lambda g, c: g * min(1, c / (np.linalg.norm(g) or 1)))
    scale, piled, path = np.ones(len(rates)) if scale is None else scale, 0, []
    with np.errstate(all="ignore"):
        for x, target, rate, factor in zip(X, y, rates, scale, strict=True):
            g = factor * x.T @ (x @ w - target) / len(target)
            piled = piled + g if pile else g
            w = w - rate * clip(piled, max_norm) if np.isfinite(piled).all() else w
            path.append(w)
    return np.array(path)


def _repeats(good, T):
    """How often each row of the good batches stands in a path of T rows."""
    return np.diff([*good, T])


def _draw_schedule(rng):
    alpha0 = float(rng.uniform(0.2, 2))
    T_w = int(rng.integers(3, 8))
    return alpha0, alpha0 * float(rng.uniform(0.1, 0.4)), T_w, T_w + int(rng.integers(9, 20))


def _draw_hessian(rng, negative=0):
    """A symmetric matrix and its ascending eigenvalues, the last of np.linalg.eig not the largest.

    negative = 1: one small eigenvalue below 0; negative = -1: one that is the largest in size; negative = 2: two.
    """
    while True:
        d = int(rng.integers(3, 7))
        eigenvalues = np.sort(rng.uniform(0.5, 10, size=d)) * 10 ** rng.uniform(-2, 1)
        if negative:
            eigenvalues[0] = -eigenvalues[1] / 2 if negative > 0 else -2 * eigenvalues[-1]
            eigenvalues[1] *= -1 if negative == 2 else 1  # the determinant is positive again
        basis = np.linalg.qr(rng.normal(size=(d, d)))[0]
        H = (basis * eigenvalues) @ basis.T
        H = (H + H.T) / 2
        if negative or not NEAR.same(np.linalg.eig(H)[0][-1], eigenvalues[-1]):
            return H, eigenvalues


def _call_twice(answer, name, *args):
    """The value of a call, if a second call with the same input gives it again."""
    first, second = (answer.call(name, *args) for _ in range(2))
    values = as_array(first), as_array(second)
    if values[0].shape == values[1].shape and not np.array_equal(*values, equal_nan=True):
        raise Misconception("state-survives-the-call")
    return first


def _call_schedule(answer, steps, alpha0, alpha_end, T_w, T) -> list[float]:
    """The learner's rate at each of the steps."""
    rates = call_each(answer, "warmup_cosine", [(int(t), alpha0, alpha_end, T_w, T) for t in steps])
    return [expect_number(rate, "rate") for rate in rates]


def _judge_after_the_end(answer, alpha0, alpha_end, T_w, T):
    late = T + np.array([0, 1, 2, T])
    again = alpha_end + (alpha0 - alpha_end) / 2 * (1 + np.cos(np.pi * (late - T_w) / (T - T_w)))
    value = _call_schedule(answer, late, alpha0, alpha_end, T_w, T)
    NEAR.judge(value, np.full(4, alpha_end), {"rises-again": again}, "rate after T")


def _judge_no_rate(answer, rng):
    """Three zeros where an eigenvalue is negative, small or the largest in size, where two are, or where one is 0."""
    for sign in (1, -1, 2):
        H, _ = _draw_hessian(rng, negative=sign)
        value = answer.call("stable_rates", H, 0.5)
        if value is None or NEAR.same(value, 0.0):
            raise Wrong(say("three-zeros"))
        if not NEAR.same(expect_numbers(value, _RATES), np.zeros(3)):
            raise Misconception("negative-curvature-overlooked")
    flat = np.diag(rng.permutation([0.0, 1.0, 3.0]))
    if not NEAR.same(_call_rates(answer, flat, 0.5), np.zeros(3)):
        raise Misconception("flat-direction-overlooked")


def _call_rates(answer, H, beta) -> list[float]:
    return expect_numbers(answer.call("stable_rates", H, beta), _RATES)


def _judge_path(value, right, wrong, w, gradients=None, rates=None):
    _expect_rows(value, right, w)
    wrong = {"uphill": 2 * w - right, **wrong}
    NEAR.judge(value, right, wrong, "path", _find_wrong_step(value, right, w, gradients, rates))


def _find_wrong_step(path, right, w, gradients=None, rates=None):
    """What is to be said of the first step that is wrong; None where there is none, or no number.

    gradients: (T, d), or a function that gives the one of a step from the weights before it.
    """
    if NEAR.same(path, right) or np.shape(path) != np.shape(right) or not np.isfinite(path := as_array(path)).all():
        return None
    t = next(t for t, rows in enumerate(zip(path, right, strict=True)) if not NEAR.same(*rows))
    before = right[t - 1] if t else w
    step, should = path[t] - before, right[t] - before
    ratio = step @ should / (should @ should or 1)
    others = np.flatnonzero(~np.isclose(step, should, NEAR.rtol, NEAR.atol))
    if not step.any():
        how = say("step-not-made")
    elif not should.any():
        how = say("step-too-many")
    elif NEAR.same(step, ratio * should) and ratio < 0:
        how = say("step-uphill", ratio=f"{-ratio:.4g}")
    elif NEAR.same(step, ratio * should):
        how = say("step-of-another-length", ratio=f"{ratio:.4g}")
    elif NEAR.same(abs(step), abs(should)):
        how = say("step-with-other-signs", weights=_list(others))
    else:
        how = say("step-elsewhere", weights=_list(others), came=_list(step), should=_list(should))
    if gradients is None:
        return how
    g = gradients(t, before) if callable(gradients) else gradients[t]
    shown = {"g": _list(g), "length": f"{np.linalg.norm(g):.4g}", "rate": f"{rates[t]:.4g}"}
    return say("first-wrong-step", t=t + 1, how=how, **shown)


def _list(numbers) -> str:
    return f"[{', '.join(f'{number:.4g}' for number in numbers)}]"


def _expect_rows(value, right, w):
    """A row for each step, each a row of its own, without the start."""
    path = as_array(value, "path")
    if path.shape == (len(right) + 1, len(w)):
        raise Misconception("start-among-the-rows")
    if NEAR.same(path, np.tile(right[-1], (len(right), 1))):
        raise Misconception("one-array-many-times")
