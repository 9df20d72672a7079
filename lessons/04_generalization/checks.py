"""Exercise 04: penalties, AdamW, dropout, label-preserving pictures, early stopping, and which strategy to ship."""

from __future__ import annotations

import numpy as np

from autograder.answers import Exercise, Learner, Misconception, Wrong, as_array, drivers, expect_close

RTOL, ATOL = 1e-5, 1e-6  # loose enough for float32, far tighter than any wrong recipe below
POINTS_ATOL = 1e-4  # of percentage points: accuracies near 90 in float32 differ by 1e-5
EXERCISE = Exercise.beside(__file__)
say = EXERCISE.say
_TRANSFORMS = {
    "half turn": lambda images: images[:, ::-1, ::-1],
    "mirror left-right": lambda images: images[:, :, ::-1],
    "mirror up-down": lambda images: images[:, ::-1, :],
}
_NET = 4572.138228  # dollars a year, of augmentation; the checks keep their own numbers, so that the given ones may be played with
_WRONG_NETS = {"net-of-the-mean": 6762.5, "net-of-one-interval": 5282.457912, "costs-forgotten": 6072.138228}


@EXERCISE.check("q1")
def all_weights_pay_and_no_bias(answer, rng):
    params, lambda1, lambda2 = _draw_params(rng)
    value, _ = _penalty_and_gradients(answer, params, lambda1, lambda2)
    weights = [p for name, p in params.items() if name.startswith("W")]

    def pay(arrays, first=lambda p: np.abs(p).sum(), second=lambda p: (p**2).sum() / 2):
        return sum(lambda1 * first(p) + lambda2 * second(p) for p in arrays)

    flat = np.concatenate([p.ravel() for p in weights])
    wrong = {
        "bias-penalised": pay(params.values()),
        "half-forgotten": pay(weights, second=lambda p: (p**2).sum()),
        "lambdas-swapped": lambda2 * np.abs(flat).sum() + lambda1 * (flat**2).sum() / 2,
    }
    named = {
        "root-of-the-squares": [
            pay(arrays, second=length)
            for arrays in ([flat], weights)
            for length in (np.linalg.norm, lambda p: np.linalg.norm(p) / 2)
        ],
        "mean-for-sum": [
            pay([flat]) / flat.size,
            pay(weights, lambda p: np.abs(p).mean(), lambda p: (p**2).mean() / 2),
            pay([flat]) / len(weights),
        ],
        "matrix-norm": [
            pay(weights, lambda p: np.linalg.norm(p, 1), second)
            for second in (
                lambda p: (p**2).sum() / 2,
                lambda p: np.linalg.norm(p, 2) ** 2 / 2,
                lambda p: np.linalg.norm(p) ** 2 / 2,
            )
        ],
        "one-layer-only": [pay([p]) for p in weights],
    }
    _name_any(value, pay(weights), named)
    _diagnose(value, pay(weights), wrong, "penalty")


@EXERCISE.check("q1")
def each_weight_pulls_at_itself(answer, rng):
    params, lambda1, lambda2 = _draw_params(rng)
    _, gradients = _penalty_and_gradients(answer, params, lambda1, lambda2)
    _expect_gradients(gradients, params, lambda1, lambda2)


@EXERCISE.check("q1")
def the_minimum_is_pulled_to_zero(answer, rng):
    d, lambda1, lambda2 = int(rng.integers(6, 12)), float(rng.uniform(0.8, 1.5)), float(rng.uniform(0.3, 1.5))
    h = rng.uniform(0.3, 3, d)
    a = (
        rng.choice([-1, 1], d)
        * lambda1
        / h
        * np.where(np.arange(d) % 2, rng.uniform(0.2, 0.8, d), rng.uniform(1.2, 4, d))
    )
    a[:4] = np.abs(a[:4]) * [1, 1, -1, -1]  # both signs, on both sides of the threshold
    value = answer.call("penalized_minimum", a, h, lambda1, lambda2)
    size = h * np.abs(a) - lambda1
    right = np.sign(a) * np.maximum(size, 0) / (h + lambda2)
    one_sided = np.maximum(h * a - lambda1, 0) / (h + lambda2)
    crossing = np.sign(a) * size / (h + lambda2)
    named = {
        "never-zero": [h * a / (h + lambda2), a],
        "past-zero": [crossing],
        "negative-side-lost": [one_sided, (h * a - lambda1) / (h + lambda2), np.maximum(size, 0) / (h + lambda2)],
        "curvature-ignored": [
            np.sign(a) * np.maximum(np.abs(a) - lambda1, 0) * factor
            for factor in (1, 1 / (1 + lambda2), h / (h + lambda2), 1 / (h + lambda2))
        ],
        "kept-whole": [np.where(size > 0, kept, 0) for kept in (a, h * a / (h + lambda2))],
    }
    _name_any(value, right, named)
    expect_close(value, right, RTOL, ATOL, "w")


@EXERCISE.check("q1", hidden=True)
def any_shape_and_any_penalty(answer, rng):
    params = {
        "b0": rng.normal(size=(1, 3)),
        "W9": rng.normal(size=4),
        "Wout": rng.normal(size=(2, 1, 3, 2)),
        "b_W9": rng.normal(size=2),
    }
    params["W9"][1] = 0
    for lambda1, lambda2 in ((0.0, float(rng.uniform(0.5, 2))), (float(rng.uniform(0.5, 2)), 0.0)):
        value, gradients = _penalty_and_gradients(answer, params, lambda1, lambda2)
        weights = np.concatenate([params["W9"], params["Wout"].ravel()])
        expect_close(value, lambda1 * np.abs(weights).sum() + lambda2 / 2 * (weights**2).sum(), RTOL, ATOL, "penalty")
        _expect_gradients(gradients, params, lambda1, lambda2)
    expect_close(
        _penalty_and_gradients(answer, {"b": params["b0"]}, 1.0, 1.0)[0], 0.0, RTOL, ATOL, "penalty of a bias alone"
    )
    after = answer.call(drivers.call_and_keep_inputs, Learner("elastic_penalty"), params, 0.5, 0.5)["inputs"][0]
    if after.keys() != params.keys() or not all(np.array_equal(after[name], params[name]) for name in params):
        raise Misconception("changes-its-inputs")
    a, h = rng.normal(size=5), rng.uniform(0.5, 2, 5)
    a[1] = 0
    _expect_inputs_unchanged(answer, h * a / (h + 1), "penalized_minimum", a, h, 0.0, 1.0)


@EXERCISE.check("q2")
def l2_goes_through_both_means(answer, rng):
    state = _draw_state(rng)
    right, recipes = _adam(**state, decoupled=False), {}
    value = _three_arrays(_call_twice(answer, "adam_step", *state.values(), False, *_BETAS), right)
    recipes["penalty-outside"] = [_adam(**state, decoupled=True)]
    recipes["decay-forgotten"] = [_adam(**state | {"lam": 0}, decoupled=False)]
    recipes["penalty-in-one-mean"] = [_adam(**state, decoupled=False, means=means) for means in ("m", "v")]
    recipes["twice-the-penalty"] = [_adam(**state | {"lam": 2 * state["lam"]}, decoupled=False)]
    recipes["rate-in-the-gradient"] = [_adam(**state | {"lam": state["alpha"] * state["lam"]}, decoupled=False)]
    _diagnose_step(value, right, recipes, state, decoupled=False)


@EXERCISE.check("q2")
def adamw_decays_beside_the_means(answer, rng):
    state = _draw_state(rng)
    w, alpha, lam = (state[name] for name in ("w", "alpha", "lam"))
    right = _adam(**state, decoupled=True)
    value = _three_arrays(_call_twice(answer, "adam_step", *state.values(), True, *_BETAS), right)
    step = w * (1 - alpha * lam) - right[0]  # α u
    recipes = {
        "penalty-through-the-root": [_adam(**state, decoupled=False)],
        "decay-without-rate": [(w * (1 - lam) - step, *right[1:])],
        "decay-of-the-new-weight": [
            ((w - step) * (1 - alpha * lam), *right[1:]),
            ((w - step) / (1 + alpha * lam), *right[1:]),
        ],
        "decay-grows": [(w * (1 + alpha * lam) - step, *right[1:])],
        "decay-forgotten": [(w - step, *right[1:])],
    }
    with_penalty = _adam(**state, decoupled=False)
    if _same(value[0], right[0]) and any(_same(a, b) for a, b in zip(value[1:], with_penalty[1:], strict=True)):
        raise Misconception("decay-in-the-means")
    _diagnose_step(value, right, recipes, state, decoupled=True)


@EXERCISE.check("q2")
def a_weight_halves_step_by_step(answer, rng):
    seen = []
    for span in ((0.02, 0.03), (0.06, 0.09), (0.15, 0.2), (0.22, 0.28)):
        for telling in (True, False):
            alpha, product = float(rng.uniform(0.3, 0.9)), float(rng.uniform(*span))
            while telling == (np.ceil(np.log(2) / product) == np.ceil(np.log(0.5) / np.log(1 - product))):
                product = float(rng.uniform(*span))  # until a smooth decay takes another number of steps, or the same
            seen.append((_number(answer.call("steps_to_halve", alpha, product / alpha), "steps"), alpha, product))
    value, alpha, x = np.array(seen).T
    exact = np.log(0.5) / np.log(1 - x)
    right = np.ceil(exact)
    named = {
        "rounded-down": [np.floor(exact), np.round(exact), exact, right + 1],
        "smooth-decay": [np.log(2) / x, np.ceil(np.log(2) / x), np.round(np.log(2) / x)],
        "straight-decay": [0.5 / x, np.ceil(0.5 / x)],
    }
    with np.errstate(all="ignore"):
        without = np.log(0.5) / np.log(1 - x / alpha)
        named["half-life-without-rate"] = [np.ceil(without), np.ceil(np.log(2) * alpha / x)]
    _name_any(value, right, named)
    for came, should in zip(value, right, strict=True):
        expect_close(came, should, 0, 1e-3, "steps")
    few = _number(answer.call("steps_to_halve", 0.9, 0.8), "steps")  # 0.28 of it are left after one step
    expect_close(few, 1, 0, 1e-3, "steps")


@EXERCISE.check("q2", hidden=True)
def first_steps_large_epsilon_and_inputs(answer, rng):
    for decoupled in (True, False):
        state = _draw_state(rng, shape=(3, 4))
        epsilon = float(rng.uniform(0.3, 0.9))
        right = _adam(**state, decoupled=decoupled, epsilon=epsilon)
        value = _three_arrays(answer.call("adam_step", *state.values(), decoupled, *_BETAS, epsilon), right)
        if _same(value[0], _adam(**state, decoupled=decoupled, epsilon=epsilon, inside=True)[0]):
            raise Misconception("epsilon-inside-the-root")
        _expect_step(value, right)
        state |= {"m": np.zeros((3, 4)), "v": np.zeros((3, 4)), "t": 1}
        state["w"][0, 0], state["g"][0, 0] = 0, 3e-8  # of the size of the default ε
        right = _adam(**state, decoupled=decoupled, betas=(0.9, 0.999))
        after = answer.call(drivers.call_and_keep_inputs, Learner("adam_step"), *state.values(), decoupled)
        _expect_step(_three_arrays(after["result"], right), right)
        _expect_same_inputs(after["inputs"], (*state.values(), decoupled))


@EXERCISE.check("q3")
def training_keeps_the_mean_and_evaluation_everything(answer, rng):
    X, mask, q = _draw_masked(rng)
    named = {
        "not-scaled": [X * mask],
        "scaled-down": [X * mask * q],
        "keep-and-drop-swapped": [
            X * (1 - mask) / q,
            X * mask / (1 - q),
            X * (1 - mask) / (1 - q),
            X * (1 - mask),
            X * (1 - mask) * q,
        ],
        "never-drops": [X, X / q],
    }
    value = answer.call("dropout", X, mask, q, True)
    _name_any(value, X * mask / q, named)
    expect_close(value, X * mask / q, RTOL, ATOL, "output in training")
    value = answer.call("dropout", X, mask, q, False)
    dropped = [X * mask / q, X * mask, X * mask * q]
    _name_any(
        value, X, {"drops-at-evaluation": dropped, "scaled-at-evaluation": [X * q, X / q, X * (1 - q), X / (1 - q)]}
    )
    expect_close(value, X, RTOL, ATOL, "output in evaluation")


@EXERCISE.check("q3")
def the_way_back_has_the_same_slopes(answer, rng):
    G, mask, q = _draw_masked(rng)
    value = answer.call("dropout_backward", G, mask, q, True)
    named = {
        "backward-without-mask": [G / q],
        "backward-without-scale": [G * mask, G * mask * q],
        "mean-mask-for-the-mask": [G, G * q],
        "keep-and-drop-swapped": [G * (1 - mask) / q, G * mask / (1 - q), G * (1 - mask) / (1 - q), G * (1 - mask)],
    }
    _name_any(value, G * mask / q, named)
    expect_close(value, G * mask / q, RTOL, ATOL, "gradient in training")
    value = answer.call("dropout_backward", G, mask, q, False)
    named = {"drops-at-evaluation": [G * mask / q, G * mask, G * mask * q], "scaled-at-evaluation": [G * q, G / q]}
    _name_any(value, G, named)
    expect_close(value, G, RTOL, ATOL, "gradient in evaluation")


@EXERCISE.check("q3")
def dropout_is_a_penalty(answer, rng):
    for _ in range(2):
        n, d = int(rng.integers(3, 7)), int(rng.integers(2, 6))
        X, y, w, q = rng.normal(size=(n, d)), rng.normal(size=n), rng.normal(size=d), float(rng.uniform(0.55, 0.9))
        value = _number(answer.call("expected_loss", X, y, w, q), "loss")
        base, variance, odds = np.mean((X @ w - y) ** 2) / 2, ((X * w) ** 2).sum() / (2 * n), (1 - q) / q
        named = {
            "loss-of-the-mean": [base],
            "variance-of-the-coin": [
                base + q * (1 - q) * variance,
                base + (1 - q) * variance,
                base + odds / q * variance,
            ],
            "penalty-not-halved": [base + 2 * odds * variance, 2 * (base + odds * variance)],
            "odds-upside-down": [base + variance / odds],
            "inputs-forgotten": [base + odds * (w**2).sum() * factor for factor in (1, 0.5, 1 / n, 0.5 / n)],
            "one-coin-an-example": [base + odds * np.mean((X @ w) ** 2) / 2],
            "sum-for-mean": [n * (base + odds * variance), base + n * odds * variance, n * base + odds * variance],
        }
        _name_any(value, base + odds * variance, named)
        expect_close(value, base + odds * variance, RTOL, ATOL, "loss")


@EXERCISE.check("q3", hidden=True)
def other_shapes_and_nothing_dropped(answer, rng):
    X, q = rng.normal(size=(2, 3, 4, 2)), float(rng.uniform(0.1, 0.3))
    mask = (rng.random(X.shape) < q).astype(int)
    for name in ("dropout", "dropout_backward"):
        _expect_inputs_unchanged(answer, X * mask / q, name, X, mask, q, True)
        _expect_inputs_unchanged(answer, X, name, X, mask, q, False)
        expect_close(
            answer.call(name, X[0, 0], np.ones((4, 2), dtype=int), 1.0, True), X[0, 0], RTOL, ATOL, f"{name} with q = 1"
        )
    rows, y, w = rng.normal(size=(4, 3)), rng.normal(size=4), rng.normal(size=3)
    right = np.mean((rows @ w - y) ** 2 + (1 - q) / q * ((rows * w) ** 2).sum(axis=1)) / 2
    _expect_inputs_unchanged(answer, right, "expected_loss", rows, y, w, q)
    expect_close(
        answer.call("expected_loss", rows, y, w, 1.0), np.mean((rows @ w - y) ** 2) / 2, RTOL, ATOL, "loss with q = 1"
    )


@EXERCISE.check("q4")
def pictures_move_and_zeros_come_in(answer, rng):
    images = _draw_images(rng, square=True)
    B, H, W = images.shape
    down, right_by = _draw_offsets(rng, B, H), np.roll(_draw_offsets(rng, B, W), 2)
    value = answer.call("shift_images", images, down, right_by)
    right = _shift(images, down, right_by)
    if value is not None and as_array(value, "images").shape != images.shape:
        raise Misconception("size-changed")
    edge = _shift(images, down, right_by, fill="edge")
    named = {
        "wraps-around": [_shift(images, a * down, b * right_by, fill="wrap") for a in (1, -1) for b in (1, -1)],
        "axes-swapped": [_shift(images, right_by, down), _shift(images, right_by, down, fill="wrap")],
        "other-way": [_shift(images, a * down, b * right_by) for a, b in ((-1, 1), (1, -1), (-1, -1))],
        "one-shift-for-all": [_shift(images, np.full(B, down[k]), np.full(B, right_by[k])) for k in (0, -1)],
        "edge-drawn-out": [edge],
    }
    _name_any(value, right, named)
    expect_close(value, right, RTOL, ATOL, "images")


@EXERCISE.check("q4")
def labels_follow_the_pictures(answer, rng):
    for name in _TRANSFORMS:
        glyphs, right = _draw_glyphs(rng, name)
        value = answer.call("labels_after", glyphs, name)
        K = len(glyphs)
        none, itself = right < 0, right == np.arange(K)
        changed = _TRANSFORMS[name](glyphs)
        distance = (changed[:, None] != glyphs).sum(axis=(2, 3))
        named = {
            "labels-kept": [np.arange(K)],
            "only-itself": [np.where(itself, right, -1)],
            "nothing-becomes-zero": [np.where(none, 0, right)],
            "nearest-glyph": [distance.argmin(axis=1)],
            "one-transform": [_labels(glyphs, other(glyphs)) for other in _TRANSFORMS.values()],
        }
        _name_any(value, right, named)
        expect_close(value, right, 0, 1e-9, "labels")


@EXERCISE.check("q4")
def safe_is_what_keeps_each_digit(answer, rng):
    names = answer.get("SAFE")
    names = [names] if isinstance(names, str) else names
    if not isinstance(names, (list, tuple)) or not all(isinstance(name, str) and name in _TRANSFORMS for name in names):
        raise Wrong(say("no-names"))
    if any(name.startswith("mirror") for name in names):
        raise Misconception("readable-is-not-right")
    if not names:
        raise Misconception("too-careful")


@EXERCISE.check("q4", hidden=True)
def far_shifts_and_narrow_pictures(answer, rng):
    images = _draw_images(rng, square=False)
    B, H, W = images.shape
    for _ in range(3):
        down, right_by = rng.integers(-H - 2, H + 3, B), rng.integers(-W - 2, W + 3, B)
        down[:6], right_by[:6] = (H, -H, 0, 0, H + 1, -1), (0, 0, W, -W, 1, -W - 1)
        _expect_inputs_unchanged(answer, _shift(images, down, right_by), "shift_images", images, down, right_by)
    one = rng.uniform(1, 9, (1, 1, 4))
    for down, right_by in ((0, 0), (0, 3), (1, 0), (0, -1), (-7, 2), (0, 11)):
        down, right_by = np.array([down]), np.array([right_by])
        expect_close(
            answer.call("shift_images", one, down, right_by), _shift(one, down, right_by), RTOL, ATOL, "images"
        )
    glyphs, right = _draw_glyphs(rng, "half turn")
    _expect_inputs_unchanged(answer, right, "labels_after", glyphs, "half turn")
    _expect_inputs_unchanged(answer, [-1], "labels_after", np.array([[[1, 0, 0]]]), "mirror left-right")


@EXERCISE.check("q5")
def the_faults_are_named(answer, rng):
    letters = answer.get("FAULTS")
    letters = (
        "".join(letters) if isinstance(letters, (list, tuple)) and all(isinstance(x, str) for x in letters) else letters
    )
    if not isinstance(letters, str):
        raise Wrong(say("no-letters"))
    letters = {letter for letter in letters.upper().replace("AND", " ") if letter.isalnum()}
    if not letters or not letters <= set("ABCDE"):
        raise Wrong(say("no-letters"))
    for letter, name in (("A", "not-the-training-loss"), ("D", "counter-is-reset"), ("E", "best-is-compared")):
        if letter in letters:
            raise Misconception(name)
    if letters != {"B", "C"}:
        raise Wrong(say("fault-missing"))


@EXERCISE.check("q5", points=2)
def stops_in_time_with_the_best_weights(answer, rng):
    losses, patience, max_epochs = _draw_telling_run(rng)
    for _ in range(2):  # the second time with other weights: nothing may be left of the first
        _judge_fit(answer, rng, losses, patience, max_epochs)


@EXERCISE.check("q5", hidden=True)
def diverged_short_and_hopeless_runs(answer, rng):
    nan, best = float("nan"), float(rng.uniform(0.2, 0.3))
    _judge_fit(answer, rng, [(1.0, nan), (1.0, nan), (1.0, 0.9), (1.0, 0.8), *[(1.0, 0.95)] * 4], 2, 8)  # hopeless
    _judge_fit(answer, rng, [(1.0, 0.9), (0.9, best), (nan, nan), (nan, 0.8), (nan, nan), (nan, 0.1)], 3, 6)
    _judge_fit(answer, rng, [(1.0, nan), (0.9, best), (0.8, nan), (0.7, best / 2), (0.6, 0.5), (0.5, 0.1)], 2, 5)
    falling = [(1 / k, best / k) for k in range(1, 10)]
    _judge_fit(answer, rng, falling, 2, int(rng.integers(3, 6)))  # max_epochs first
    _judge_fit(answer, rng, falling, 4, 1)
    _judge_fit(
        answer, rng, [(train, 1e15 * loss) for train, loss in falling], 1, 4
    )  # no loss is too high to begin with
    _judge_fit(answer, rng, [(1.0, 0.9), (0.9, 0.5), (0.8, 0.5), (0.7, 0.4), (0.6, 0.3)], 1, 5)  # patience 1, a tie


@EXERCISE.check("q6")
def gains_are_compared_seed_by_seed(answer, rng):
    accuracies, baseline = _draw_accuracies(rng)
    rows = _three_rows(answer.call("compare_with_baseline", accuracies, baseline, 0.9), len(accuracies))
    _judge_pairing(rows, accuracies, baseline, 0.9)


@EXERCISE.check("q6")
def all_intervals_hold_at_once(answer, rng):
    for confidence in (0.9, 0.99):
        accuracies, baseline = _draw_accuracies(rng)
        K, S = accuracies.shape
        rows = _three_rows(answer.call("compare_with_baseline", accuracies, baseline, confidence), K)
        _judge_pairing(rows, accuracies, baseline, confidence)  # the same sentence as above, if it is that
        gain, low, high = rows
        D, tail = accuracies - baseline, 1 - confidence
        error = D.std(axis=1, ddof=1) / S**0.5
        right = error * _t_quantile(1 - tail / (2 * K), S - 1)
        wrong = {
            "confidence-not-shared": [error * _t_quantile(1 - tail / 2, S - 1)],
            "one-sided": [error * _t_quantile(1 - tail / k, S - 1) for k in (K, 1)],
            "normal-for-t": [error * _normal_quantile(1 - tail / k) for k in (2 * K, 2, K)],
            "degrees-of-freedom": [
                error * _t_quantile(1 - tail / (2 * K), df) for df in (S, S - 2, 2 * S - 2, K - 1, K)
            ],
        }
        _name_any((high - low) / 2, right, wrong, POINTS_ATOL)
        expect_close(low, D.mean(axis=1) - right, RTOL, POINTS_ATOL, "low")
        expect_close(high, D.mean(axis=1) + right, RTOL, POINTS_ATOL, "high")
        expect_close(gain, D.mean(axis=1), RTOL, POINTS_ATOL, "gain")


@EXERCISE.check("q6")
def the_choice_brings_most_for_sure(answer, rng):
    choice, net = answer.get("CHOICE"), _number(answer.get("NET"), "NET")
    choice = choice.strip().lower() if isinstance(choice, str) else choice
    wrong = {
        "dropout": "means-or-single-intervals",
        "five models voting": "gain-without-costs",
        "l2": "cheapest-or-surest",
        "early stopping": "cheapest-or-surest",
        "baseline": "too-timid",
    }
    if isinstance(choice, str) and choice in wrong:
        raise Misconception(wrong[choice])
    if choice != "augmentation":
        raise Wrong(say("no-choice"))
    for name, recipe in _WRONG_NETS.items():
        if abs(net - recipe) <= 1:
            raise Misconception(name)
    if not abs(net - _NET) <= 1:  # a dollar
        raise Wrong(say("not-the-net"))


@EXERCISE.check("q6", hidden=True)
def one_strategy_or_two_seeds(answer, rng):
    for K, S in ((1, 2), (1, 9), (8, 3)):
        accuracies, baseline = (
            np.round(64 * rng.normal(90, 1, shape)) / 64 for shape in ((K, S), S)
        )  # exact in float32
        D = accuracies - baseline
        half = D.std(axis=1, ddof=1) / S**0.5 * _t_quantile(1 - 0.05 / (2 * K), S - 1)
        after = answer.call(drivers.call_and_keep_inputs, Learner("compare_with_baseline"), accuracies, baseline)
        gain, low, high = _three_rows(after["result"], K)
        for name, value, right in (("gain", gain, 0), ("low", low, -half), ("high", high, half)):
            expect_close(value, D.mean(axis=1) + right, RTOL, POINTS_ATOL, name)
        _expect_same_inputs(after["inputs"], (accuracies, baseline))


_BETAS = (0.8, 0.95)


def _draw_params(rng):
    """Three layers with biases, a zero in each matrix and both signs; and two strengths."""
    sizes, params = rng.integers(2, 5, size=4), {}
    for k, (rows, columns) in enumerate(zip(sizes[:-1], sizes[1:], strict=True), 1):
        W = rng.uniform(0.3, 2, (rows, columns)) * rng.choice([-1, 1], (rows, columns))
        W[0, :2], W[1, 0] = (-abs(W[0, 0]), abs(W[0, 1])), 0
        params |= {f"W{k}": W, f"b{k}": rng.uniform(0.5, 1.5, columns)}
    return params, float(rng.uniform(0.5, 1)), float(rng.uniform(1.5, 3))


def _penalty_and_gradients(answer, params, lambda1, lambda2) -> tuple:
    value = answer.call("elastic_penalty", params, lambda1, lambda2)
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise _not_a_tuple(value, 2, "penalty, gradients")
    if type(value[1]) is not dict or set(value[1]) != set(params):
        raise Wrong(say("no-dictionary"))
    return _number(value[0], "penalty"), value[1]


def _expect_gradients(gradients, params, lambda1, lambda2):
    for name, p in params.items():
        value, is_weight = gradients[name], name.startswith("W")
        if value is None:
            raise Wrong(say("no-gradient", name=name))
        right = lambda1 * np.sign(p) + lambda2 * p if is_weight else 0 * p
        if not is_weight and not _same(value, right):
            both = lambda1 * np.sign(p), lambda2 * p
            if any(_same(value, wrong) for wrong in (*both, sum(both), lambda1 + both[1], both[0] + 2 * both[1])):
                raise Misconception("bias-penalised")
        if is_weight and lambda1 and lambda2:
            named = {
                "half-forgotten": [right + lambda2 * p],
                "gradient-halved": [right - lambda2 / 2 * p],
                "lambdas-swapped": [lambda2 * np.sign(p) + lambda1 * p],
                "slope-grows-with-the-weight": [(lambda1 + lambda2) * p, lambda1 * np.abs(p) + lambda2 * p],
                "sign-lost": [lambda1 + lambda2 * p],
            }
            _name_any(value, right, named)
        array = as_array(value, f"gradients[{name!r}]") if np.shape(value) == p.shape else None
        zero = p == 0
        if is_weight and array is not None and zero.any():
            if _same(array[~zero], right[~zero]) and not _same(array[zero], right[zero]):
                raise Misconception("pushed-off-zero")
        expect_close(value, right, RTOL, ATOL, f"gradients[{name!r}]")


def _draw_state(rng, shape=None) -> dict:
    """The arguments of a step before `decoupled`, in their order."""
    shape = shape or int(rng.integers(4, 7))
    w, g, m = (rng.uniform(0.5, 2, shape) * rng.choice([-1, 1], shape) for _ in range(3))
    state = {"w": w, "g": g, "m": m, "v": rng.uniform(0.5, 3, shape), "t": int(rng.integers(3, 7))}
    return state | {"alpha": float(rng.uniform(0.05, 0.3)), "lam": float(rng.uniform(0.3, 0.8))}


def _adam(w, g, m, v, t, alpha, lam, decoupled, betas=_BETAS, epsilon=1e-8, means="mv", hats=(1, 1), inside=False):
    """(w, m, v) after a step. means: which of them see the penalty; hats: which are corrected; inside: ε under the root."""
    full = g if decoupled else g + lam * w
    m = betas[0] * m + (1 - betas[0]) * (full if "m" in means else g)
    v = betas[1] * v + (1 - betas[1]) * (full if "v" in means else g) ** 2
    first, second = (1 - beta**t if hat else 1 for beta, hat in zip(betas, hats, strict=True))
    root = np.sqrt(v / second + epsilon) if inside else np.sqrt(v / second) + epsilon
    return w - alpha * m / first / root - (alpha * lam * w if decoupled else 0), m, v


def _diagnose_step(value, right, recipes, state, decoupled):
    recipes["no-correction"] = [_adam(**state, decoupled=decoupled, hats=hats) for hats in ((0, 0), (0, 1), (1, 0))]
    recipes["t-off-by-one"] = [_adam(**state | {"t": state["t"] + k}, decoupled=decoupled) for k in (-1, 1)]
    for name, wrong in recipes.items():
        if any(_same(value[0], recipe[0]) and not _same(right[0], recipe[0]) for recipe in wrong):
            raise Misconception(name)
    hats = [mean / (1 - beta ** state["t"]) for mean, beta in zip(right[1:], _BETAS, strict=True)]
    if any(_same(came, hat) for came, hat in zip(value[1:], hats, strict=True)):
        raise Misconception("hats-returned")
    if any(_same(came, state[name]) for came, name in zip(value[1:], "mv", strict=True)):
        raise Misconception("old-means-returned")
    _expect_step(value, right)


def _expect_step(value, right):
    for name, came, should in zip("wmv", value, right, strict=True):
        expect_close(came, should, RTOL, ATOL, name)


def _three_arrays(value, right) -> list:
    if not isinstance(value, (list, tuple, np.ndarray)) or len(value) != 3:
        raise _not_a_tuple(value, 3, "w, m, v")
    for name, came, should in zip("wmv", value, right, strict=True):
        if as_array(came, name).shape != should.shape:
            expect_close(came, should, RTOL, ATOL, name)
    return list(value)


def _draw_masked(rng):
    """X, a mask with both kinds in each row, and a q that isn't near one half."""
    shape = int(rng.integers(2, 5)), int(rng.integers(3, 6))
    mask = (rng.random(shape) < 0.6).astype(int)
    mask[:, :2] = 0, 1
    return rng.uniform(0.5, 2, shape) * rng.choice([-1, 1], shape), mask, float(rng.uniform(0.6, 0.9))


def _draw_images(rng, square):
    B, H = int(rng.integers(6, 9)), int(rng.integers(4, 7))
    return rng.uniform(1, 9, (B, H, H if square else H + int(rng.integers(1, 4))))


def _draw_offsets(rng, B, size):
    """B offsets within the picture: positive, negative and 0 among them, the first and the last not alike."""
    offsets = rng.integers(1, size - 1, B) * rng.choice([-1, 1], B)
    offsets[:3] = 1, -2, 0
    offsets[-1] = 2
    return offsets


def _shift(images, down, right, fill="zero"):
    """Pixel (i, j) comes from (i − down, j − right); from outside: 0, "wrap" around, or the nearest "edge"."""
    B, H, W = images.shape
    rows, columns = np.arange(H) - np.reshape(down, (B, 1)), np.arange(W) - np.reshape(right, (B, 1))
    inside = ((rows >= 0) & (rows < H))[:, :, None] & ((columns >= 0) & (columns < W))[:, None]
    if fill == "edge":
        rows, columns = rows.clip(0, H - 1), columns.clip(0, W - 1)
    moved = images[np.arange(B)[:, None, None], (rows % H)[:, :, None], (columns % W)[:, None]]
    return moved * inside if fill == "zero" else moved


def _draw_glyphs(rng, name):
    """Different glyphs, in random order: two that stay as they are, two pairs that change places, two that become nothing."""
    change = _TRANSFORMS[name]
    while True:
        noise = rng.integers(0, 2, (6, int(rng.integers(4, 6)), int(rng.integers(3, 6))))
        moved = change(noise)
        glyphs = np.concatenate([noise[:2] | moved[:2], noise[2:4], moved[2:4], noise[4:]])[rng.permutation(8)]
        right = _labels(glyphs, change(glyphs))
        different = len({glyph.tobytes() for glyph in glyphs}) == 8 and (right < 0).sum() == 2
        others = [_labels(glyphs, any_other(glyphs)) for key, any_other in _TRANSFORMS.items() if key != name]
        itself = np.where(right == np.arange(8), right, -1)
        nearest = (change(glyphs)[:, None] != glyphs).sum(axis=(2, 3)).argmin(axis=1)
        mistaken = any(np.array_equal(labels, other) for labels in (right, itself) for other in others)
        if different and not mistaken and nearest[right < 0].any():
            return glyphs, right


def _labels(glyphs, changed):
    same = (changed[:, None] == glyphs).all(axis=(2, 3))
    return np.where(same.any(axis=1), same.argmax(axis=1), -1)


def _stop(
    losses, patience, max_epochs, extra=0, column=1, tie=False, previous=False, reset=True, never=False, nan_low=False
):
    """(epochs run, best epoch) of early stopping, or of one of its wrong variants."""
    best, best_epoch, waited = float("inf"), 0, 0
    for epoch in range(1, max_epochs + 1):
        loss = losses[epoch - 1][column]
        low = loss < best or (tie and loss == best) or (nan_low and not loss >= best)
        best_epoch, waited = (epoch, 0 if reset else waited) if low else (best_epoch, waited + 1)
        best = loss if low or previous else best
        if waited >= patience + extra and not never:
            break
    return epoch, best_epoch


_VARIANTS = {
    "one-epoch-too-many": {"extra": 1},
    "one-epoch-too-few": {"extra": -1},
    "training-loss-watched": {"column": 0},
    "previous-not-best": {"previous": True},
    "waits-in-total": {"reset": False},
    "tie-counts": {"tie": True},
    "never-stops": {"never": True},
}


def _draw_telling_run(rng):
    """Losses, patience, max_epochs: each wrong variant gives another pair (epochs run, best epoch)."""
    while True:
        patience, max_epochs = int(rng.integers(2, 4)), int(rng.integers(14, 18))
        validation = np.round(rng.uniform(0.2, 0.9, max_epochs + 4) + np.linspace(0.3, 0, max_epochs + 4), 1)
        training = np.sort(rng.uniform(0.01, 1, max_epochs + 4))[::-1]
        losses = list(zip(training.tolist(), validation.tolist(), strict=True))
        right = _stop(losses, patience, max_epochs)
        ends = {right, *(_stop(losses, patience, max_epochs, **how) for how in _VARIANTS.values())}
        if len(ends) == len(_VARIANTS) + 1 and right[1] > 2:
            return losses, patience, max_epochs


def _judge_fit(answer, rng, losses, patience, max_epochs):
    """Let the learner's `fit` replay these losses on weights of the check's own; raises what is wrong with the outcome."""
    weights = rng.normal(size=(len(losses) + 1, int(rng.integers(2, 5))))  # row k: after k epochs
    arguments = weights[0], weights[1:], losses, patience, max_epochs
    run = answer.call(drivers.replay_training, Learner("fit"), *arguments)
    if "stopped" in run:
        raise Misconception("beyond-the-end")
    result, starts = run["result"], np.array(run["starts"]).reshape(-1, weights.shape[1])
    epochs = len(starts)
    if not isinstance(result, (list, tuple)) or len(result) != 2:
        raise _not_a_tuple(result, 2, "best_w, best_epoch")
    best_w, best_epoch = as_array(result[0], "best_w"), _number(result[1], "best_epoch")
    if not _same(starts, weights[:epochs]):
        raise Misconception("always-from-the-start")
    right = _stop(losses, patience, max_epochs)
    if epochs > max_epochs:
        raise Misconception("beyond-the-end")
    for name, how in {**_VARIANTS, "nan-is-the-best": {"nan_low": True}}.items():
        wrong = _stop(losses, patience, max_epochs, **how)
        if wrong != right and (epochs, best_epoch) == wrong:
            raise Misconception(name)
    if (epochs, best_epoch + 1) == right:
        raise Misconception("epochs-from-zero")
    if epochs != right[0]:
        raise Wrong(say("stopped-elsewhere", came=epochs, should=right[0]))
    expect_close(best_epoch, right[1], 0, 1e-9, "best_epoch")
    if right[1] != epochs and _same(best_w, weights[epochs]):
        raise Misconception("last-weights")
    expect_close(best_w, weights[right[1]], RTOL, ATOL, "best_w")


def _draw_accuracies(rng):
    """(K, S) and (S,): a seed moves all together by about 2, a strategy alone by about 0.3; K, S, K + 1, S ± 1 differ."""
    K, S = int(rng.integers(3, 5)), int(rng.choice([7, 8, 10]))
    seeds = rng.normal(90, 2, S)
    return seeds + rng.uniform(0.5, 2, (K, 1)) + rng.uniform(0.2, 0.5, (K, 1)) * rng.normal(size=(K, S)), seeds


def _judge_pairing(rows, accuracies, baseline, confidence):
    """Whether gain and standard error come from the differences, whatever quantile the error was multiplied by."""
    (gain, low, high), (K, S) = rows, accuracies.shape
    D, tail = accuracies - baseline, 1 - confidence
    if _same(gain, -D.mean(axis=1), POINTS_ATOL):
        raise Misconception("other-way-round")
    expect_close(gain, D.mean(axis=1), RTOL, POINTS_ATOL, "gain")
    half, error = (high - low) / 2, D.std(axis=1, ddof=1) / S**0.5
    apart = np.sqrt((accuracies.var(axis=1, ddof=1) + baseline.var(ddof=1)) / S)
    quantiles = [_t_quantile(1 - tail / k, S - 1) for k in (1, 2, K, 2 * K)]
    named = {
        "seeds-not-paired": [apart * q for q in (*quantiles, _t_quantile(1 - tail / (2 * K), 2 * S - 2))],
        "spread-of-the-strategy": [accuracies.std(axis=1, ddof=1) / S**0.5 * q for q in quantiles],
        "spread-not-error": [error * S**0.5 * q for q in quantiles],
        "divided-by-S": [D.std(axis=1) / S**0.5 * q for q in quantiles],
    }
    right = error * quantiles[-1]
    _name_any(half, right, named, POINTS_ATOL)
    if not _same((low + high) / 2, gain, POINTS_ATOL):
        expect_close(low, gain - right, RTOL, POINTS_ATOL, "low")
    if not np.allclose(half * error[0], half[0] * error, 1e-4):
        expect_close(half, right, RTOL, POINTS_ATOL, "half of the interval's length")


def _three_rows(value, K) -> np.ndarray:
    if not isinstance(value, (list, tuple, np.ndarray)) or len(value) != 3:
        raise _not_a_tuple(value, 3, "gain, low, high")
    for name, row in zip(("gain", "low", "high"), value, strict=True):
        if as_array(row, name).shape != (K,):
            expect_close(row, np.zeros(K), what=name)
    return np.array([as_array(row) for row in value])


def _t_quantile(p, df):
    from scipy.special import stdtrit  # here: nobody who only reads the table of exercises needs SciPy

    return stdtrit(df, p)


def _normal_quantile(p):
    from scipy.special import ndtri

    return ndtri(p)


def _call_twice(answer, name, *args):
    """The value of a call, if a second call with the same input gives it again."""
    first, second = (answer.call(name, *args) for _ in range(2))
    if isinstance(first, (list, tuple)) and isinstance(second, (list, tuple)):
        if not all(
            one is other is None or _same(one, as_array(other)) for one, other in zip(first, second, strict=False)
        ):
            raise Misconception("state-survives-the-call")
    return first


def _expect_inputs_unchanged(answer, right, name, *args):
    """The right result, and the inputs afterwards as before."""
    after = answer.call(drivers.call_and_keep_inputs, Learner(name), *args)
    expect_close(after["result"], right, RTOL, ATOL, "the result")
    _expect_same_inputs(after["inputs"], args)


def _expect_same_inputs(after, before):
    if not all(np.array_equal(now, then) for now, then in zip(after, before, strict=True)):
        raise Misconception("changes-its-inputs")


def _diagnose(value, right, wrong, what):
    """Name the wrong recipe that gives `value`, unless it can't be told from the right one; else compare."""
    _name_any(value, right, {name: [recipe] for name, recipe in wrong.items()})
    expect_close(value, right, RTOL, ATOL, what)


def _name_any(value, right, named, atol=ATOL):
    """Raises the first misconception one of whose recipes gives `value` and not `right`."""
    for name, recipes in named.items():
        for recipe in recipes:
            if _same(value, recipe, atol) and not _same(right, recipe, atol):
                raise Misconception(name)


def _same(value, recipe, atol=ATOL) -> bool:
    """Close, where nan equals nan."""
    try:
        array, recipe = as_array(value), np.asarray(recipe, dtype=np.float64)
    except Wrong:
        return False
    return array.shape == recipe.shape and np.allclose(array, recipe, RTOL, atol, equal_nan=True)


def _number(value, what: str) -> float:
    """A number, also as an array or list of one entry."""
    array = as_array(value, what)
    if array.size != 1:
        expect_close(array, 0.0, what=what)
    return float(array.reshape(()))


def _not_a_tuple(value, count, names) -> Wrong:
    if value is None:
        as_array(value)  # says that the return is missing
    return Wrong(say("tuple", count=count, names=names))
