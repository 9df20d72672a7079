"""Exercise 02: SGD, momentum, Adam, schedules, the edge of stability, and the price of a run."""

from __future__ import annotations

import numpy as np

from autograder.answers import (
    Exercise,
    Misconception,
    Tolerance,
    Wrong,
    as_array,
    call_each,
    expect_choice,
    expect_number,
    expect_numbers,
    expect_shape,
    judge_constant,
    judge_equal,
    keep_inputs,
)

NEAR = Tolerance(1e-5, 1e-6)  # float32 passes (with 1e-7 not in 1 run of 100), the wrong recipes below are far off
CENT = Tolerance(0, 0.01)
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
    NEAR.judge(value, w + step, wrong, "w")


@EXERCISE.check("q1")
def each_batch_moves_the_weights(answer, rng):
    X, y, w, alpha, n, order = _draw_regression(rng)
    B = n // 4  # n is a multiple of 4
    value, batches = answer.call("sgd_epoch", X, y, w, alpha, B, order), order.reshape(4, B)
    wrong = {
        "one-step-a-pass": w + sum(_sgd(X, y, w, alpha, [rows]) - w for rows in batches),
        "whole-data-each-step": _sgd(X, y, w, alpha, [order] * 4),
        "order-ignored": _sgd(X, y, w, alpha, np.arange(n).reshape(4, B)),
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
            "batches-evened-out": _sgd(X, y, w, alpha, np.array_split(order, len(batches))),
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
def the_velocity_gathers_gradients(answer, rng):
    gradients, w, alpha, beta = _draw_gradients(rng)
    alphas = np.full(len(gradients), alpha)
    value = _call_twice(answer, "momentum_path", gradients, w, alphas, beta)
    v = _velocities(gradients, beta)
    damped = _velocities(np.vstack([gradients[:1], (1 - beta) * gradients[1:]]), beta)  # PyTorch's: the first is whole
    wrong = {
        "no-memory": _walk(w, alpha * gradients),
        "averaged-gradients": [_walk(w, alpha * (1 - beta) * v), _walk(w, alpha * damped)],
        "nesterov-step": _walk(w, alpha * (gradients + beta * v)),
        "old-velocity": _walk(w, alpha * np.vstack([0 * w, v[:-1]])),
        "not-the-weights": [v, -alpha * v, alpha * v],
    }
    _judge_path(value, _walk(w, alpha * v), wrong, w)


@EXERCISE.check("q2")
def the_rate_may_change(answer, rng):
    gradients, w, alpha, beta = _draw_gradients(rng)
    alphas = alpha * rng.uniform(0.3, 3, size=len(gradients))
    v = _velocities(gradients, beta)
    wrong = {
        "rate-inside-the-velocity": _walk(w, _velocities(alphas[:, None] * gradients, beta)),
        "first-rate-only": _walk(w, alphas[0] * v),
        "averaged-gradients": _walk(w, alphas[:, None] * (1 - beta) * v),
    }
    with keep_inputs(answer, "momentum_path", gradients, w, alphas, beta) as value:
        _judge_path(value, _walk(w, alphas[:, None] * v), wrong, w)


@EXERCISE.check("q2", hidden=True)
def momentum_leaves_its_inputs_alone(answer, rng):
    for T in (None, 1):
        gradients, w, alpha, beta = _draw_gradients(rng)
        gradients, beta = gradients[:T], beta if T else 0.0
        alphas = alpha * rng.uniform(0.3, 3, size=len(gradients))
        with keep_inputs(answer, "momentum_path", gradients, w, alphas, beta) as value:
            NEAR.expect(value, _walk(w, alphas[:, None] * _velocities(gradients, beta)), "the result")


@EXERCISE.check("q3")
def the_first_step_is_alpha_long(answer, rng):
    gradients, w, alpha, beta1, beta2 = run = _draw_adam(rng)
    value, right = _call_twice(answer, "adam_path", *run, 1e-12), _adam(*run, 1e-12)
    _expect_rows(value, right, w)
    g, first, a, b = gradients[0], as_array(value)[0], 1 - beta1, 1 - beta2
    if not np.isfinite(first).any():
        raise Misconception("t-from-zero")
    with np.errstate(all="ignore"):
        wrong = {
            "half-corrected": [w - alpha * a * g / np.abs(g), w - alpha * g / np.sqrt(b * g**2)],
            "one-length-for-all": [w - alpha * g / np.sqrt((g**2).mean()), w - alpha * g / np.linalg.norm(g)],
            "no-correction": w - alpha * a * g / np.sqrt(b * g**2),
            "uphill": 2 * w - right[0],
            "not-squared": w - alpha * g / np.sqrt(g),
            "no-root": w - alpha / g,
        }
    NEAR.judge(first, right[0], wrong, "path[0]")


@EXERCISE.check("q3")
def later_steps_follow_algorithm_1(answer, rng):
    gradients, w, alpha, beta1, beta2 = run = _draw_adam(rng)
    value = answer.call("adam_path", *run, 1e-12)
    wrong = {
        "betas-swapped": _adam(gradients, w, alpha, beta2, beta1, 1e-12),
        "correction-frozen": _adam(*run, 1e-12, count=lambda t: 1),
        "hats-put-back": _adam(*run, 1e-12, put_back=True),
        "no-first-mean": _adam(gradients, w, alpha, 0, beta2, 1e-12),
        "betas-fixed": _adam(gradients, w, alpha, 0.9, 0.999, 1e-12),
    }
    _judge_path(value, _adam(*run, 1e-12), wrong, w)


@EXERCISE.check("q3")
def epsilon_stands_outside_the_root(answer, rng):
    gradients, w, alpha, *_ = run = _draw_adam(rng)
    epsilon = rng.uniform(0.3, 0.9)
    wrong = {
        "epsilon-inside-the-root": _adam(*run, epsilon, root=lambda v, c, e: (v / c + e) ** 0.5),
        "epsilon-before-the-correction": _adam(*run, epsilon, root=lambda v, c, e: (v**0.5 + e) / c**0.5),
        "epsilon-fixed": _adam(*run, 1e-8),
    }
    with keep_inputs(answer, "adam_path", *run, epsilon) as value:
        _judge_path(value, _adam(*run, epsilon), wrong, w)
    NEAR.expect(answer.call("adam_path", gradients, w, alpha), _adam(gradients, w, alpha, 0.9, 0.999, 1e-8), "path")


@EXERCISE.check("q3", hidden=True)
def adam_leaves_its_inputs_alone(answer, rng):
    gradients, w, alpha, *_ = _draw_adam(rng)
    gradients[:, 0], gradients[:, 1] = 0, gradients[:, 1] * 1e-8  # the second: of the size of the default epsilon
    with keep_inputs(answer, "adam_path", gradients, w, alpha) as value:
        NEAR.expect(value, _adam(gradients, w, alpha, 0.9, 0.999, 1e-8), "the result")


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
        NEAR.judge(value, np.log(1 + beta * T) / T, wrong, "c")


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
        NEAR.expect(expect_number(answer.call("matching_c", beta, T), "c"), np.log(1 + beta * T) / T, "c")


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
        NEAR.judge(best, 2 / (smallest + largest), {"best-for-the-steepest": 1 / largest}, "best")
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
    if prices[0] != np.inf:
        raise Misconception("never-is-cheap")
    if prices[1] != np.inf:
        raise Misconception("nan-counts-as-arrived")
    if prices[2] == np.inf:
        raise Misconception("below-only")
    per_pass = seconds[2] / 3600 * dollars
    wrong = {"seeds-at-different-times": 7 * per_pass}
    NEAR.judge(prices[2], 9 * per_pass, wrong, "price of a setting whose seeds rise and fall")


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
    """X, y, w, alpha, n (a multiple of 4) and a random order of the n rows."""
    n, d = 4 * int(rng.integers(3, 6)), int(rng.integers(2, 6))
    X, y, w = rng.normal(size=(n, d)), rng.normal(size=n), rng.normal(size=d)
    return X, y, w, float(rng.uniform(0.02, 0.1)), n, rng.permutation(n)


def _sgd(X, y, w, alpha, batches, size=None):
    for rows in batches:
        w = w - alpha * X[rows].T @ (X[rows] @ w - y[rows]) / (size or len(rows))
    return w


def _draw_gradients(rng):
    T, d = int(rng.integers(6, 12)), int(rng.integers(2, 6))
    return rng.normal(size=(T, d)), rng.normal(size=d), float(rng.uniform(0.05, 0.3)), float(rng.uniform(0.5, 0.95))


def _velocities(gradients, beta):
    v = np.zeros_like(gradients)
    for t, g in enumerate(gradients):
        v[t] = beta * v[t - 1] + g if t else g
    return v


def _walk(w, steps):
    return w - np.cumsum(steps, axis=0)


def _draw_adam(rng):
    """Gradients from about 0.01 to 100, so that a shared or missing scale shows."""
    T, d = int(rng.integers(6, 12)), int(rng.integers(3, 6))
    gradients = rng.uniform(0.5, 2, (T, d)) * rng.choice([-1, 1], (T, d)) * 10 ** rng.uniform(-1, 1, d)
    gradients[0, :2] = np.abs(gradients[0, :2]) * [1, -1]  # both signs in the first step
    return gradients, rng.normal(size=d), *(float(rng.uniform(*r)) for r in ((0.05, 0.3), (0.5, 0.8), (0.9, 0.99)))


def _adam(gradients, w, alpha, beta1, beta2, epsilon, count=lambda t: t, put_back=False, root=None):
    root = root or (lambda v, correction, e: (v / correction) ** 0.5 + e)
    m, v, path = 0 * w, 0 * w, []
    for t, g in enumerate(gradients, start=1):
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
        first, second = 1 - beta1 ** count(t), 1 - beta2 ** count(t)
        w = w - alpha * (m / first) / root(v, second, epsilon)
        m, v = (m / first, v / second) if put_back else (m, v)
        path.append(w)
    return np.array(path)


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


def _judge_path(value, right, wrong, w):
    _expect_rows(value, right, w)
    NEAR.judge(value, right, {"uphill": 2 * w - right, **wrong}, "path")


def _expect_rows(value, right, w):
    """A row for each step, each a row of its own, without the start."""
    path = as_array(value, "path")
    if path.shape == (len(right) + 1, len(w)):
        raise Misconception("start-among-the-rows")
    if NEAR.same(path, np.tile(right[-1], (len(right), 1))):
        raise Misconception("one-array-many-times")
    expect_shape(path, right.shape, "path")
