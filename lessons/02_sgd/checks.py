"""Exercise 02: SGD, momentum, Adam, schedules, the edge of stability, and the price of a run."""

from __future__ import annotations

import numpy as np

from autograder.answers import Exercise, Learner, Misconception, Wrong, as_array, drivers, expect_close

RTOL, ATOL = (
    1e-5,
    1e-6,
)  # loose enough for float32 (1e-7 is not, in 1 run of 100), far tighter than any wrong recipe below
EXERCISE = Exercise.beside(__file__)
say = EXERCISE.say


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
    _diagnose(value, w + step, wrong, "w")


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
    _diagnose(value, _sgd(X, y, w, alpha, batches), wrong, "w")


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
        _diagnose(answer.call("sgd_epoch", X, y, w, alpha, B, order), _sgd(X, y, w, alpha, batches), wrong, "w")


@EXERCISE.check("q1", hidden=True)
def a_pass_leaves_its_inputs_alone(answer, rng):
    X, y, w, alpha, n, order = _draw_regression(rng)
    right = _sgd(X, y, w, alpha, order.reshape(n, 1))
    _expect_inputs_unchanged(answer, right, "sgd_epoch", X, y, w, alpha, 1, order)


@EXERCISE.check("q2")
def the_velocity_gathers_gradients(answer, rng):
    gradients, w, alpha, beta = _draw_gradients(rng)
    alphas = np.full(len(gradients), alpha)
    value = _call_twice(answer, "momentum_path", gradients, w, alphas, beta)
    v = _velocities(gradients, beta)
    wrong = {
        "no-memory": _walk(w, alpha * gradients),
        "averaged-gradients": _walk(w, alpha * (1 - beta) * v),
        "nesterov-step": _walk(w, alpha * (gradients + beta * v)),
        "old-velocity": _walk(w, alpha * np.vstack([0 * w, v[:-1]])),
        "not-the-weights": v,
    }
    damped = _walk(w, alpha * _velocities(np.vstack([gradients[:1], (1 - beta) * gradients[1:]]), beta))
    if _same(value, damped):  # torch's dampening: the first gradient enters whole
        raise Misconception("averaged-gradients")
    if _same(value, -alpha * v) or _same(value, alpha * v):
        raise Misconception("not-the-weights")
    _diagnose_path(value, _walk(w, alpha * v), wrong, w)


@EXERCISE.check("q2")
def the_rate_may_change(answer, rng):
    gradients, w, alpha, beta = _draw_gradients(rng)
    alphas = alpha * rng.uniform(0.3, 3, size=len(gradients))
    value = answer.call("momentum_path", gradients, w, alphas, beta)
    v = _velocities(gradients, beta)
    wrong = {
        "rate-inside-the-velocity": _walk(w, _velocities(alphas[:, None] * gradients, beta)),
        "first-rate-only": _walk(w, alphas[0] * v),
        "averaged-gradients": _walk(w, alphas[:, None] * (1 - beta) * v),
    }
    _diagnose_path(value, _walk(w, alphas[:, None] * v), wrong, w)


@EXERCISE.check("q2", hidden=True)
def momentum_leaves_its_inputs_alone(answer, rng):
    gradients, w, alpha, beta = _draw_gradients(rng)
    right = _walk(w, alpha * _velocities(gradients, beta))
    _expect_inputs_unchanged(answer, right, "momentum_path", gradients, w, np.full(len(gradients), alpha), beta)


@EXERCISE.check("q3")
def the_first_step_is_alpha_long(answer, rng):
    gradients, w, alpha, beta1, beta2 = _draw_adam(rng)
    value, g = _call_twice(answer, "adam_path", gradients, w, alpha, beta1, beta2, 1e-12), gradients[0]
    right = _adam(gradients, w, alpha, beta1, beta2, 1e-12)
    _expect_rows(value, right, w)
    a, b = 1 - beta1, 1 - beta2
    with np.errstate(all="ignore"):
        wrong = {
            "no-correction": w - alpha * a * g / np.sqrt(b * g**2),
            "half-corrected": w - alpha * g / np.sqrt(b * g**2),
            "uphill": 2 * w - right[0],
            "not-squared": w - alpha * g / np.sqrt(g),
            "no-root": w - alpha / g,
            "one-length-for-all": w - alpha * g / np.linalg.norm(g),
        }
    first = as_array(value)[0]
    if not np.isfinite(first).any():
        raise Misconception("t-from-zero")
    if _same(first, w - alpha * a * g / np.abs(g)):
        raise Misconception("half-corrected")
    if _same(first, w - alpha * g / np.sqrt((g**2).mean())):
        raise Misconception("one-length-for-all")
    _diagnose(first, right[0], wrong, "path[0]")


@EXERCISE.check("q3")
def later_steps_follow_algorithm_1(answer, rng):
    gradients, w, alpha, beta1, beta2 = _draw_adam(rng)
    value = answer.call("adam_path", gradients, w, alpha, beta1, beta2, 1e-12)
    wrong = {
        "betas-swapped": _adam(gradients, w, alpha, beta2, beta1, 1e-12),
        "correction-frozen": _adam(gradients, w, alpha, beta1, beta2, 1e-12, count=lambda t: 1),
        "hats-put-back": _adam(gradients, w, alpha, beta1, beta2, 1e-12, put_back=True),
        "no-first-mean": _adam(gradients, w, alpha, 0, beta2, 1e-12),
        "betas-fixed": _adam(gradients, w, alpha, 0.9, 0.999, 1e-12),
    }
    _diagnose_path(value, _adam(gradients, w, alpha, beta1, beta2, 1e-12), wrong, w)


@EXERCISE.check("q3")
def epsilon_stands_outside_the_root(answer, rng):
    gradients, w, alpha, beta1, beta2 = _draw_adam(rng)
    epsilon = rng.uniform(0.3, 0.9)
    value = answer.call("adam_path", gradients, w, alpha, beta1, beta2, epsilon)
    wrong = {
        "epsilon-inside-the-root": _adam(
            gradients, w, alpha, beta1, beta2, epsilon, root=lambda v, c, e: (v / c + e) ** 0.5
        ),
        "epsilon-before-the-correction": _adam(
            gradients, w, alpha, beta1, beta2, epsilon, root=lambda v, c, e: (v**0.5 + e) / c**0.5
        ),
        "epsilon-fixed": _adam(gradients, w, alpha, beta1, beta2, 1e-8),
    }
    _diagnose_path(value, _adam(gradients, w, alpha, beta1, beta2, epsilon), wrong, w)


@EXERCISE.check("q3", hidden=True)
def adam_leaves_its_inputs_alone(answer, rng):
    gradients, w, alpha, *_ = _draw_adam(rng)
    gradients[:, 0], gradients[:, 1] = 0, gradients[:, 1] * 1e-8  # the second: of the size of the default epsilon
    _expect_inputs_unchanged(answer, _adam(gradients, w, alpha, 0.9, 0.999, 1e-8), "adam_path", gradients, w, alpha)


@EXERCISE.check("q4")
def the_warm_up_rises_in_equal_stairs(answer, rng):
    alpha0, alpha_end, T_w, T = _draw_schedule(rng)
    t = np.arange(T_w)
    value = [_number(answer.call("warmup_cosine", int(k), alpha0, alpha_end, T_w, T)) for k in t]
    wrong = {"warm-up-from-zero": alpha0 * t / T_w, "warm-up-too-low": alpha0 * (t + 1) / (T_w + 1)}
    _diagnose(value, alpha0 * (t + 1) / T_w, wrong, "rate")


@EXERCISE.check("q4")
def the_cosine_leads_exactly_to_the_end(answer, rng):
    alpha0, alpha_end, T_w, T = _draw_schedule(rng)
    t, height = np.arange(T_w, T + 1), (alpha0 - alpha_end) / 2

    def cosine(share):
        return alpha_end + height * (1 + np.cos(np.pi * share))

    value = [_number(answer.call("warmup_cosine", int(k), alpha0, alpha_end, T_w, T)) for k in t]
    right = cosine((t - T_w) / (T - T_w))
    if any(_same(value[:-2], cosine((t - T_w) / (T - T_w + k))[:-2]) for k in (-1, 1)):
        raise Misconception("end-off-by-one")
    wrong = {
        "warm-up-too-long": np.r_[alpha0 * (T_w + 1) / T_w, right[1:]],
        "degrees": alpha_end + height * (1 + np.cos(np.radians(np.pi * (t - T_w) / (T - T_w)))),
        "cosine-from-step-zero": cosine(t / T),
        "end-ignored": alpha0 / (2 * height) * (right - alpha_end),
        "end-added-on-top": alpha_end + alpha0 / (2 * height) * (right - alpha_end),
    }
    padded = np.r_[np.zeros(T_w), value], np.r_[np.zeros(T_w), right]  # so that rate[t] in the message is step t
    _diagnose(padded[0], padded[1], {name: np.r_[np.zeros(T_w), recipe] for name, recipe in wrong.items()}, "rate")


@EXERCISE.check("q4")
def the_two_decays_meet(answer, rng):
    for _ in range(3):
        beta, T = float(rng.uniform(0.05, 0.5)), int(rng.integers(60, 900))
        wrong = {
            "only-at-first": beta,
            "one-forgotten": np.log(beta * T) / T,
            "not-per-step": np.log(1 + beta * T),
            "other-logarithm": np.log10(1 + beta * T) / T,
        }
        value = _number(answer.call("matching_c", beta, T), "c")
        if _same(value, np.log2(1 + beta * T) / T):
            raise Misconception("other-logarithm")
        _diagnose(value, np.log(1 + beta * T) / T, wrong, "c")


@EXERCISE.check("q4", hidden=True)
def after_the_end_and_without_warm_up(answer, rng):
    alpha0, alpha_end, T_w, T = _draw_schedule(rng)
    right = alpha_end + (alpha0 - alpha_end) / 2 * (1 + np.cos(np.pi * np.arange(T + 1) / T))
    value = [_number(answer.call("warmup_cosine", t, alpha0, alpha_end, 0, T)) for t in range(T + 1)]
    expect_close(value, right, RTOL, ATOL, "rate")
    after = [_number(answer.call("warmup_cosine", T + k, alpha0, alpha_end, T_w, T)) for k in (1, 2, T)]
    again = [alpha_end + (alpha0 - alpha_end) / 2 * (1 + np.cos(np.pi * (T + k - T_w) / (T - T_w))) for k in (1, 2, T)]
    _diagnose(after, np.full(3, alpha_end), {"rises-again": again}, "rate after T")


@EXERCISE.check("q5")
def the_fault_is_named(answer, rng):
    letter = answer.get("FAULT")
    letter = letter.strip().strip(".").upper() if isinstance(letter, str) else letter
    wrong = {"A": "too-few-steps", "B": "wrong-numerator", "D": "condition-number"}
    if isinstance(letter, str) and letter in wrong:
        raise Misconception(wrong[letter])
    if letter != "C":
        raise Wrong(say("one-of-four-letters"))


@EXERCISE.check("q5")
def the_steepest_direction_sets_the_edge(answer, rng):
    for _ in range(3):
        H, eigenvalues = _draw_hessian(rng)
        value = _three_rates(answer.call("stable_rates", H, float(rng.uniform(0.2, 0.9))))[0]
        largest = eigenvalues[-1]
        for other in (np.trace(H), np.linalg.norm(H), np.trace(H) / len(H)):
            if _same(value, 2 / other):
                raise Misconception("sum-of-eigenvalues")
        if any(_same(value, 2 / entry) for entry in (np.diag(H).max(), np.abs(H).max(), H[-1, -1])):
            raise Misconception("entries-for-eigenvalues")
        wrong = {
            "last-eigenvalue": 2 / np.linalg.eig(H)[0][-1],
            "flattest-direction": 2 / eigenvalues[0],
            "edge-halved": 1 / largest,
        }
        _diagnose(value, 2 / largest, wrong, "edge")


@EXERCISE.check("q5")
def the_best_rate_and_momentums_edge(answer, rng):
    for _ in range(3):
        (H, eigenvalues), beta = _draw_hessian(rng), float(rng.uniform(0.2, 0.9))
        smallest, largest = eigenvalues[0], eigenvalues[-1]
        _, best, edge = _three_rates(answer.call("stable_rates", H, beta))
        _diagnose(best, 2 / (smallest + largest), {"best-for-the-steepest": 1 / largest}, "best")
        if any(_same(edge, 2 * factor / largest) for factor in (1 - beta, 1 / (1 - beta))):
            raise Misconception("momentum-by-step-length")
        _diagnose(edge, 2 * (1 + beta) / largest, {"momentum-ignored": 2 / largest}, "momentum_edge")


@EXERCISE.check("q5", hidden=True)
def negative_curvature_has_no_rate(answer, rng):
    for sign in (1, -1):
        H, _ = _draw_hessian(rng, negative=sign)
        value = answer.call("stable_rates", H, 0.5)
        if value is None or (np.ndim(value) == 0 and value == 0):
            raise Wrong(say("three-zeros"))
        if not _same(_three_rates(value), np.zeros(3)):
            raise Misconception("negative-curvature-overlooked")
    if not _same(
        _three_rates(answer.call("stable_rates", np.diag(rng.permutation([0.0, 1.0, 3.0])), 0.5)), np.zeros(3)
    ):
        raise Misconception("flat-direction-overlooked")
    curvature = float(rng.uniform(0.5, 5))
    value = _three_rates(answer.call("stable_rates", np.array([[curvature]]), 0.5))
    expect_close(value, np.array([2, 1, 3]) / curvature, RTOL, ATOL, "rates")


@EXERCISE.check("q6")
def every_seed_must_be_there(answer, rng):
    R, S, P = (int(rng.integers(low, high)) for low, high in ((5, 9), (3, 6), (25, 40)))
    heights = rng.uniform(1, 5, (R, S, 1)) * np.exp(-rng.uniform(0.2, 0.8, (R, S, 1)) * np.arange(1, P + 1))  # falling
    target, seconds, dollars = (
        float(heights[:, :, -1].max() * 1.5),
        rng.uniform(50, 5_000, R),
        float(rng.uniform(2, 30)),
    )
    value = answer.call("price_runs", heights, seconds, dollars, target)

    def price(curves):
        return ((curves <= target).argmax(axis=1) + 1) * seconds / 3600 * dollars

    right = price(heights.max(axis=1))
    wrong = {
        "passes-from-zero": right - seconds / 3600 * dollars,
        "average-seed": price(heights.mean(axis=1)),
        "luckiest-seed": price(heights.min(axis=1)),
        "seconds-as-hours": right * 3600,
    }
    if any(_same(value, right / factor) for factor in (dollars, seconds / 3600 * dollars, dollars / 3600)):
        raise Misconception("not-dollars")
    if _same(value, right * 60):
        raise Misconception("seconds-as-hours")
    if _same(value, price(np.median(heights, axis=1))):
        raise Misconception("average-seed")
    _diagnose(value, right, wrong, "price")


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
    right = np.array([np.inf, np.inf, 9 * seconds[2] / 3600 * dollars])
    if as_array(value, "price").shape != (3,):
        expect_close(value, right, RTOL, ATOL, "price")
    value = as_array(value)
    if value[0] != np.inf:
        raise Misconception("never-is-cheap")
    if value[1] != np.inf:
        raise Misconception("nan-counts-as-arrived")
    if _same(value[2], right[2] * 7 / 9):
        raise Misconception("seeds-at-different-times")
    expect_close(value[2], right[2], RTOL, ATOL, "price of a setting whose seeds rise and fall")


@EXERCISE.check("q6")
def the_choice_is_the_cheapest(answer, rng):
    choice, saving = (_number(answer.get(name), name) for name in ("CHOICE", "SAVING"))
    sizes, heights, seconds = (np.asarray(answer.get(name)) for name in ("BATCH_SIZES", "HEIGHTS", "SECONDS_PER_PASS"))
    there = (heights <= answer.get("TARGET")).all(axis=1)
    passes = np.where(there.any(axis=1), there.argmax(axis=1) + 1, np.inf)
    prices = passes * seconds / 3600 * answer.get("DOLLARS_PER_HOUR")
    right, quick = sizes[prices.argmin()], sizes[passes.argmin()]
    if choice not in sizes.tolist():
        known = ", ".join(map(str, sizes))
        raise Wrong(say("one-of-the-sizes", known=known))
    if choice == quick != right:
        raise Misconception("fewest-passes")
    if choice == sizes[seconds.argmin()] != right:
        raise Misconception("cheapest-pass")
    if choice != right:
        raise Wrong(say("never-there"))
    if not abs(saving - (prices[passes.argmin()] - prices.min())) <= 0.01:  # a cent
        raise Wrong(say("not-the-saving"))


def _draw_regression(rng):
    """X, y, w, alpha, n (a multiple of 4) and a random order of the n rows."""
    n, d = 4 * int(rng.integers(3, 7)), int(rng.integers(2, 6))
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

    negative = 1: one small eigenvalue below 0; negative = -1: one that is the largest in size.
    """
    while True:
        d = int(rng.integers(3, 7))
        eigenvalues = np.sort(rng.uniform(0.5, 10, size=d)) * 10 ** rng.uniform(-2, 1)
        if negative:
            eigenvalues[0] = -eigenvalues[1] / 2 if negative > 0 else -2 * eigenvalues[-1]
        basis = np.linalg.qr(rng.normal(size=(d, d)))[0]
        H = (basis * eigenvalues) @ basis.T
        H = (H + H.T) / 2
        if negative or not _same(np.linalg.eig(H)[0][-1], eigenvalues[-1]):
            return H, eigenvalues


def _call_twice(answer, name, *args):
    """The value of a call, if a second call with the same input gives it again."""
    first, second = (answer.call(name, *args) for _ in range(2))
    if as_array(first).shape == as_array(second).shape and not np.array_equal(first, second, equal_nan=True):
        raise Misconception("state-survives-the-call")
    return first


def _expect_inputs_unchanged(answer, right, name, *args):
    """The right result, and the inputs afterwards as before."""
    after = answer.call(drivers.call_and_keep_inputs, Learner(name), *args)
    expect_close(after["result"], right, RTOL, ATOL, "the result")
    if not all(np.array_equal(now, before) for now, before in zip(after["inputs"], args, strict=True)):
        raise Misconception("changes-its-inputs")


def _diagnose_path(value, right, wrong, w):
    _expect_rows(value, right, w)
    _diagnose(value, right, {"uphill": 2 * w - right, **wrong}, "path")


def _expect_rows(value, right, w):
    if _same(value, np.vstack([w, right])) or as_array(value, "path").shape == (len(right) + 1, len(w)):
        raise Misconception("start-among-the-rows")
    if _same(value, np.tile(right[-1], (len(right), 1))):
        raise Misconception("one-array-many-times")
    if as_array(value, "path").shape != right.shape:
        expect_close(value, right, RTOL, ATOL, "path")


def _diagnose(value, right, wrong, what):
    """Name the wrong recipe that gives `value`, unless it can't be told from the right one; else compare."""
    for name, recipe in wrong.items():
        if _same(value, recipe) and not _same(right, recipe):
            raise Misconception(name)
    expect_close(value, right, RTOL, ATOL, what)


def _same(value, recipe) -> bool:
    """Close, where nan equals nan."""
    try:
        array, recipe = as_array(value), np.asarray(recipe, dtype=np.float64)
    except Wrong:
        return False
    return array.shape == recipe.shape and np.allclose(array, recipe, RTOL, ATOL, equal_nan=True)


def _number(value, what: str = "rate") -> float:
    """A number, also as an array or list of one entry."""
    array = as_array(value, what)
    if array.size != 1:
        expect_close(array, 0.0, what=what)
    return float(array.reshape(()))


def _three_rates(value) -> np.ndarray:
    if isinstance(value, (list, tuple)) and len(value) == 3:
        return np.array([_number(item) for item in value])
    array = as_array(value, "rates")
    if array.size != 3:
        expect_close(array, np.zeros(3), what="rates")
    return array.reshape(3)
