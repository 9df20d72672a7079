"""Exercise 03: stable cross-entropies, their gradient, the start of deep networks, dead ReLUs, the best constant."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

from autograder.answers import (
    Exercise,
    Learner,
    Misconception,
    Tolerance,
    Wrong,
    as_array,
    call_at_the_edge,
    drivers,
    expect_choice,
    expect_number,
    expect_numbers,
    expect_parts,
    expect_shape,
    judge_constant,
    keep_inputs,
)

NEAR = Tolerance(1e-5, 1e-6)  # loose enough for float32, far tighter than any wrong recipe below
FAR = Tolerance(2e-3, 2e-3)  # float32 numbers near 1e4 lie 1e-3 apart
VARIANCE = Tolerance(0.05, 0)  # of 39,000 weights or more: seven standard errors for a normal distribution
EXERCISE = Exercise.beside(__file__)
say = EXERCISE.say
_INSTRUMENT = "spreads, dead"


@EXERCISE.check("q1")
def the_mean_surprise_at_the_right_class(answer, rng):
    for _ in range(3):
        z, y = _draw_logits(rng)
        (B, K), right = z.shape, _cross_entropy(z, y)
        columns, p = _log_softmax(z.T).T, np.exp(_log_softmax(z))
        wrong = {
            "other-logarithm": [right / np.log(2), right / np.log(10), *_half_in_bits(z, y)],
            "sum-for-mean": right * B,
            "mean-over-entries": right / K,
            "softmax-over-the-batch": -columns[np.arange(B), y].mean(),
            "softmax-over-all": -_log_softmax(z.reshape(1, -1)).reshape(z.shape)[np.arange(B), y].mean(),
            "labels-as-columns": -_log_softmax(z)[:, y].mean(),
            "predicted-class": -np.log(p.max(axis=1)).mean(),
            "wrong-sign": -right,
            "normaliser-forgotten": [np.mean(top - z[np.arange(B), y]) for top in (z.max(axis=1), 0)],
            "log-of-the-mean": -np.log(p[np.arange(B), y].mean()),
        }
        with keep_inputs(answer, "cross_entropy", z, y) as value:
            NEAR.judge(_loss(value, B), right, wrong, "loss")
    y = np.minimum(y, K - 2)  # nobody of the last class
    value = call_at_the_edge(answer, "classes-counted-by-labels", "cross_entropy", z, y)
    NEAR.expect(_loss(value, B), _cross_entropy(z, y), "loss")


@EXERCISE.check("q1")
def large_logits_keep_their_loss(answer, rng):
    z, y = _draw_logits(rng)
    z = np.round(z * 64) / 64  # exact in float32 even near 10,000
    B, right = len(z), _cross_entropy(z, y)
    for height in (9_900.0, -9_900.0):
        value = _loss(answer.call("cross_entropy", z + height, y), B)
        if not np.isfinite(value):
            raise Misconception("overflow")
        FAR.judge(value, right, {"clipped": np.log(z.shape[1])}, "loss")
    heights = np.where(rng.permutation(B) % 2, 9_900.0, -9_900.0)[:, None]
    value = _loss(answer.call("cross_entropy", z + heights, y), B)
    if not np.isfinite(value) or abs(value - right) > 0.1 * right + FAR.atol:
        raise Misconception("one-maximum-for-all")
    FAR.expect(value, right, "loss")
    z = np.round(z)
    z[np.arange(B), (y + rng.integers(0, 2, B) * (np.arange(B) > 0)) % z.shape[1]] += 5_000.0
    z[0, y[0]] = -9_000.0  # one mistake in full confidence at least
    z[0, (y[0] + 1) % z.shape[1]] = 9_000.0
    right = _cross_entropy(z, y)
    for kind in (np.float64, np.float32):
        value = _loss(answer.call("cross_entropy", z.astype(kind), y), B)
        if not np.isfinite(value):
            raise Misconception("log-of-zero")
        if value < right / 2:
            raise Misconception("clipped")
        NEAR.expect(value, right, "loss")


@EXERCISE.check("q1", hidden=True)
def one_row_one_class_and_inputs_kept(answer, rng):
    for B, K in ((1, 5), (4, 1), (1, 1), (6, 6), (3, 40)):
        z, y = rng.normal(0, 2, (B, K)), rng.integers(0, K, B)
        right = _cross_entropy(z, y)
        with keep_inputs(answer, "cross_entropy", z, y) as value:
            NEAR.expect(_loss(value, B), right, "loss")
        NEAR.expect(_loss(answer.call("cross_entropy", z.astype(np.float32), y), B), right, "loss")


@EXERCISE.check("q2")
def one_vote_in_all_gives_p_minus_y(answer, rng):
    for _ in range(3):
        z, _ = _draw_logits(rng)
        Y = rng.dirichlet(np.ones(z.shape[1]), len(z))
        (B, K), p = z.shape, np.exp(_log_softmax(z))
        right = (p - Y) / B
        winner = Y == Y.max(axis=1, keepdims=True)
        whole = [(cut(Y).sum(axis=1, keepdims=True) * p - cut(Y)) / B for cut in (np.floor, np.round, np.ceil)]
        wrong = {
            "sum-for-mean": right * B,
            "mean-over-entries": right / K,
            "votes-rounded": whole,
            "votes-summed-down": (Y.sum(axis=0) * p - Y) / B,
            "winner-takes-all": [(p - winner * share) / B for share in (1, Y)],
            "uphill": -right,
            "gradient-by-p": -Y / p / B,
            "own-logit-only": -Y * (1 - p) / B,
            "squared-error-habit": right * p * (1 - p),
            "softmax-over-the-batch": (np.exp(_log_softmax(z.T).T) - Y) / B,
        }
        _judge_gradient(answer.call("cross_entropy_gradient", z, Y), right, wrong)


@EXERCISE.check("q2")
def more_votes_pull_harder(answer, rng):
    for _ in range(2):
        z, _ = _draw_logits(rng)
        Y = rng.integers(0, 6, z.shape) + rng.choice([0.0, 0.5], z.shape)
        Y[:, 0] += 0.25  # no row is empty
        B, votes, p = len(z), Y.sum(axis=1, keepdims=True), np.exp(_log_softmax(z))
        wrong = {
            "rows-taken-for-one": (p - Y) / B,
            "votes-made-shares": (p - Y / votes) / B,
            "divided-by-all-votes": (votes * p - Y) / votes.sum(),
        }
        with keep_inputs(answer, "cross_entropy_gradient", z, Y) as value:
            _judge_gradient(value, (votes * p - Y) / B, wrong)
    _judge_no_votes_and_large_logits(answer, rng)


@EXERCISE.check("q2", hidden=True)
def no_votes_large_logits_and_inputs_kept(answer, rng):
    z, _, _ = _judge_no_votes_and_large_logits(answer, rng)
    for rows in (z[:1], z.T[:1], z):
        Y = rng.integers(0, 4, rows.shape) + rng.choice([0.0, 0.5], rows.shape)
        with keep_inputs(answer, "cross_entropy_gradient", rows, Y) as value:
            NEAR.expect(value, _gradient(rows, Y), "gradient")
        NEAR.expect(answer.call("cross_entropy_gradient", rows, 0 * Y), 0 * rows, "gradient")


def _judge_gradient(value, right, wrong):
    NEAR.name(value, right, wrong)
    array = expect_shape(value, right.shape, "gradient")
    if np.isfinite(array).all() and not Tolerance(0, 1e-4).same(array.sum(axis=1), np.zeros(len(right))):
        raise Misconception("rows-not-zero")
    NEAR.expect(array, right, "gradient")


def _judge_no_votes_and_large_logits(answer, rng):
    z, y = _draw_logits(rng)
    Y = rng.integers(0, 4, z.shape).astype(float)
    Y[rng.permutation(len(z))[:2]] = 0
    value = expect_shape(answer.call("cross_entropy_gradient", z, Y), z.shape, "gradient")
    if np.isnan(value).any():
        raise Misconception("no-votes-is-nan")
    right = _gradient(z, Y)
    NEAR.judge(value, right, {"divided-by-those-with-votes": right * len(z) / Y.any(axis=1).sum()}, "gradient")
    z = np.round(z * 64) / 64
    columns = np.where(np.arange(z.shape[1]) % 2, 9_900.0, -9_900.0)
    for height in (9_900.0, -9_900.0, columns):
        value = expect_shape(answer.call("cross_entropy_gradient", z + height, Y), z.shape, "gradient")
        if not np.isfinite(value).all():
            raise Misconception("overflow")
        NEAR.expect(value, _gradient(z + height, Y), "gradient")
    heights = np.where(rng.permutation(len(z)) % 2, 9_900.0, -9_900.0)[:, None]
    value = expect_shape(answer.call("cross_entropy_gradient", z + heights, Y), z.shape, "gradient")
    if not np.isfinite(value).all():
        raise Misconception("one-maximum-for-all")
    NEAR.expect(value, _gradient(z, Y), "gradient")
    return z, y, Y


@EXERCISE.check("q3")
def both_terms_and_their_mean(answer, rng):
    for share in (0.0, 0.5, 0.5):
        B = int(rng.integers(8, 20))
        z, y = rng.normal(0, 2, B), rng.integers(0, 2, B).astype(float)
        y[:2] = 0, 1
        y = np.where(rng.random(B) < share, rng.uniform(0.1, 0.9, B), y)
        yes, no = np.logaddexp(0, -z), np.logaddexp(0, z)  # -log p, -log(1 - p)
        right = np.mean(y * yes + (1 - y) * no)
        value = _loss(answer.call("binary_cross_entropy", z, y), B)
        if np.isnan(value):
            raise Misconception("logits-for-probabilities")
        halves = y * yes, (1 - y) * no
        rounded = [np.where(chosen, yes, no).mean() for chosen in (y == 1, y > 0.5, y > 0, np.round(y) == 1)]
        wrong = {
            "one-sided": [half for part in halves for half in (part.mean(), part.sum())],
            "other-logarithm": [right / np.log(2), right / np.log(10)],
            "labels-rounded": rounded,
            "sum-for-mean": right * B,
            "wrong-sign": -right,
            "logit-upside-down": np.mean(y * no + (1 - y) * yes),
            "sigmoid-twice": np.mean(np.logaddexp(0, p := 1 / (1 + np.exp(-z))) - y * p),
            "log-of-the-mean": -np.log(np.mean(np.exp(-y * yes - (1 - y) * no))),
        }
        NEAR.judge(value, right, wrong, "loss")


@EXERCISE.check("q3")
def both_sides_bear_large_logits(answer, rng):
    B = 4 * int(rng.integers(2, 5))
    size, y = np.round(rng.uniform(8_000, 10_000, B)), np.arange(B) % 4 % 3 / 2.0  # 0, 0.5, 1, 0, 0, 0.5, ...
    y = rng.permutation(y)
    for kind in (np.float64, np.float32):
        logits, labels = size.astype(kind), y.astype(kind)
        sides = np.array([_loss(answer.call("binary_cross_entropy", z, labels), B) for z in (logits, -logits)])
        finite = np.isfinite(sides)
        if not finite.any():
            raise Misconception("log-of-zero")
        if not finite.all():
            raise Misconception("overflow")
        rights = np.array([np.mean((1 - y) * size), np.mean(y * size)])
        if (sides < rights / 2).any():
            raise Misconception("clipped")
        NEAR.expect(sides, rights, "losses")
    z, y = np.array([rng.uniform(30, 60)]), np.array([float(rng.integers(0, 2))])  # one review; p rounds to 1
    for s in (1, -1):
        right = np.mean(np.logaddexp(0, s * z) - y * s * z)
        NEAR.expect(_loss(answer.call("binary_cross_entropy", s * z, y), 1), right, "loss")
    z, y = rng.normal(size=B), rng.random(B)
    with keep_inputs(answer, "binary_cross_entropy", z, y) as value:
        NEAR.expect(_loss(value, B), np.mean(np.logaddexp(0, z) - y * z), "loss")


@EXERCISE.check("q3")
def the_best_logit_for_those_who_know_nothing(answer, rng):
    for high in (False, True, False):
        B = int(rng.integers(9, 40))
        y = np.where(rng.random(B) < 0.3, rng.uniform(0, 0.5, B), rng.random(B) < 0.15)
        y[:2] = 0, 1
        y = 1 - y if high else y
        share = y.mean()
        right = np.log(share / (1 - share))
        wrong = {
            "other-logarithm": [right / np.log(2), right / np.log(10)],
            "share-for-logit": share,
            "odds-without-log": share / (1 - share),
            "log-of-the-share": np.log(share),
            "fractions-not-counted": [np.log(m / (1 - m)) for m in ((y > 0.5).mean(), (y == 1).mean())],
            "logit-upside-down": -right,
        }
        value = expect_number(answer.call("starting_logit", y), "logit")
        Tolerance(0, 1e-4).judge(value, right, wrong, "logit")  # a numerical search is welcome


@EXERCISE.check("q4")
def shapes_fit_and_biases_are_zero(answer, rng):
    for widths in (4, 2, 3):
        sizes = (rng.permutation(9)[:widths] + 1).tolist()
        for activation in ("relu", "tanh"):
            (network,) = answer.call(drivers.call_with_generators, Learner("start_network"), [sizes, activation], [1])
            weights, biases = _two_lists(network, "weights, biases", len(sizes) - 1)
            for layer, (n_in, n_out) in enumerate(zip(sizes, sizes[1:], strict=False)):
                if as_array(weights[layer], "weights").shape == (n_out, n_in):
                    raise Misconception("transposed")
                W = expect_shape(weights[layer], (n_in, n_out), f"weights[{layer}]")
                b = expect_shape(biases[layer], (n_out,), f"biases[{layer}]")
                if (b != 0).any():
                    raise Misconception("biases-not-zero")
                if (W == 0).all():
                    raise Misconception("all-alike")


@EXERCISE.check("q4")
def relu_layers_keep_the_mean_square(answer, rng):
    weights, n_in, n_out = _draw_start(answer, rng, "relu")
    wrong = {
        "fan-out": 2 / n_out,
        "relu-half-forgotten": 1 / n_in,
        "same-rule-for-both": 2 / (n_in + n_out),
        "first-width-for-all": np.full(len(n_in), 2 / n_in[0]),
        "last-layer-otherwise": _other_last(2 / n_in, 1 / n_in, 1 / n_out, 2 / (n_in + n_out)),
    }
    _judge_variances(weights, 2 / n_in, wrong, "relu")


@EXERCISE.check("q4")
def tanh_layers_take_the_middle(answer, rng):
    weights, n_in, n_out = _draw_start(answer, rng, "tanh")
    wrong = {
        "same-rule-for-both": 2 / n_in,
        "one-way-only": [1 / n_in, 1 / n_out],
        "sum-of-both-ways": 1 / (n_in + n_out),
        "last-layer-otherwise": _other_last(2 / (n_in + n_out), 1 / n_in, 1 / n_out, 2 / n_in),
    }
    _judge_variances(weights, 2 / (n_in + n_out), wrong, "tanh")


@EXERCISE.check("q4")
def all_chance_comes_from_the_generator(answer, rng):
    width, seed = int(rng.integers(30, 50)), int(rng.integers(1, 1_000_000))
    for activation in ("relu", "tanh"):
        arguments = [[width] * 4, activation], [seed, seed, *range(seed + 1, seed + 9)]
        networks = answer.call(drivers.call_with_generators, Learner("start_network"), *arguments)
        first, again, *others = (_two_lists(network, "weights, biases", 3)[0] for network in networks)
        layers = [expect_shape(W, (width, width), "weights[0]") for W in first]
        if any(W.min() == W.max() for W in layers):
            raise Misconception("all-alike")
        if not all(np.array_equal(a, b) for a, b in zip(first, again, strict=True)):
            raise Misconception("chance-from-elsewhere")
        if any(np.array_equal(a, b) for other in others for a, b in zip(first, other, strict=True)):
            raise Misconception("generator-ignored")
        if np.array_equal(layers[0], layers[1]) or np.array_equal(layers[1], layers[2]):
            raise Misconception("layers-alike")


@EXERCISE.check("q5")
def the_instrument_shows_each_hidden_layer(answer, rng):
    for hidden in (3, 2):
        X, _, weights, biases = _draw_network(rng, hidden)
        weights[0][:, :2], biases[0][:2] = weights[0][:, :2] * [1e-6, 1], 0  # one answers, but softly
        biases[0][1] = -np.sort(X @ weights[0][:, 1])[-2:].mean()  # one answers to a single review
        value = _two_lists(answer.call("look_inside", X, weights, biases), _INSTRUMENT)
        spreads, dead = (as_array(one, name) for one, name in zip(value, _INSTRUMENT.split(", "), strict=True))
        if spreads.shape == (hidden + 1,) or dead.shape == (hidden + 1,):
            raise Misconception("output-layer-counted")
        hs, _ = _forward(X, weights, biases)
        sums = [h @ W + b for h, W, b in zip(hs[:-1], weights, biases, strict=False)]  # before the ReLU
        outputs = hs[1:]

        def each(measure, outputs=outputs):
            return np.array([measure(h) for h in outputs])

        wrong = {
            "spread-by-unit": [each(lambda h: h.std(axis=1).mean()), each(lambda h: h.std(axis=0).mean())],
            "before-the-relu": each(np.std, sums),
            "root-mean-square": each(lambda h: (h**2).mean() ** 0.5),
            "variance-not-root": each(np.var),
            "one-entry-less": each(lambda h: h.std(ddof=1)),
        }
        NEAR.judge(spreads, each(np.std), wrong, "spreads")
        wrong = {
            "zeros-not-units": each(lambda h: (h == 0).mean()),
            "off-for-one": each(lambda h: (h == 0).any(axis=0).mean()),
            "reviews-for-units": each(lambda h: (h == 0).all(axis=1).mean()),
            "number-for-share": each(lambda h: (h == 0).all(axis=0).sum()),
            "alive-for-dead": each(lambda h: (h > 0).any(axis=0).mean()),
            "nearly-dead": [each(lambda h, low=low: (h.mean(axis=0) < low).mean()) for low in (1e-5, 1e-3, 1e-2)]
            + [each(lambda h: (h < 1e-3).all(axis=0).mean())]
            + [each(lambda h, most=most: ((h == 0).mean(axis=0) > most).mean()) for most in (0.5, 0.9, 0.95, 0.98)],
        }
        NEAR.judge(dead, each(_dead_share), wrong, "dead")


@EXERCISE.check("q5")
def the_first_death_and_its_cause(answer, rng):
    pair, letter = as_array(answer.get("FIRST_DEAD"), "FIRST_DEAD"), answer.get("FAULT")
    if pair.shape != (2,):
        raise Wrong(say("a-pair"))
    steps, layer = first = _find_first_death()
    wrong = {
        "layers-from-zero": [[steps, layer - 1]],
        "steps-counted-otherwise": [[steps + 1, layer], [steps - 1, layer]],
        "pair-turned-round": [[layer, steps]],
    }
    judge_constant(pair, first, wrong, "FIRST_DEAD", otherwise=say("not-first"))
    letters = {"A": "the-start-is-sound", "B": "nobody-was-born-dead", "C": "", "D": "the-dead-do-not-wake"}
    expect_choice(letter, "FAULT", letters)


@EXERCISE.check("q5")
def the_step_follows_the_mean(answer, rng):
    for hidden in (2, 3):
        X, y, *network = _draw_network(rng, hidden)
        alpha, B = float(rng.uniform(0.2, 0.6)), len(X)
        slopes = _gradients(X, y, *network)
        wrong = {
            "still-the-sum": _move(network, slopes, B * alpha, alpha),
            "mean-over-entries": _move(network, slopes, alpha / len(network[1][-1]), alpha / len(network[1][-1])),
            "sum-everywhere": _move(network, slopes, B * alpha, B * alpha),
            "biases-divided-twice": _move(network, slopes, alpha, alpha / B),
            "biases-summed": _move(network, slopes, alpha, B * alpha),
            "uphill": _move(network, slopes, -alpha, -alpha),
            "mask-missing": _move(network, _gradients(X, y, *network, mask=False), alpha, alpha),
            "new-weights-sent-back": _move(network, _gradients(X, y, *network, alpha=alpha), alpha, alpha),
        }
        with keep_inputs(answer, "descend", X, y, *network, alpha) as value:
            lists = _two_lists(value, "weights, biases", hidden + 1)
            _judge_network(lists, _move(network, slopes, alpha, alpha), wrong, network)


@EXERCISE.check("q5", hidden=True)
def small_networks_work_and_inputs_stay(answer, rng):
    for hidden, B in ((1, None), (0, None), (2, 1)):
        X, y, *network = _draw_network(rng, hidden, B)
        alpha = float(rng.uniform(1.2, 3))
        with keep_inputs(answer, "descend", X, y, *network, alpha) as value:
            moved = _move(network, _gradients(X, y, *network), alpha, alpha)
            _judge_network(_two_lists(value, "weights, biases", hidden + 1), moved, {}, network)
        with keep_inputs(answer, "look_inside", X, *network) as value:
            if hidden:
                outputs = _forward(X, *network)[0][1:]
                NEAR.expect(_two_lists(value, _INSTRUMENT)[1], [_dead_share(h) for h in outputs], "dead")


@EXERCISE.check("q6")
def too_few_and_too_many_cost_their_price(answer, rng):
    r, late, idle = _draw_days(rng)
    inside = float(np.mean(r) + rng.uniform(-0.2, 0.2) * np.std(r))
    for c in (inside, float(r.min() - rng.uniform(1, 5)), float(r.max() + rng.uniform(1, 5)), float(r[0])):
        right = _mean_cost(r, c, late, idle)
        wrong = {
            "one-price-only": [_mean_cost(r, c, late, 0), _mean_cost(r, c, 0, idle)],
            "sum-for-mean": right * len(r),
            "prices-swapped": _mean_cost(r, c, idle, late),
            "one-price-for-both": [
                price * abs(r - c).mean() for price in (late, idle, (late + idle) / 2, late + idle, 1)
            ],
            "price-of-the-mean-day": _mean_cost(r.mean(), c, late, idle),
            "wrong-sign": -right,
        }
        NEAR.judge(expect_number(answer.call("mean_cost", r, c, late, idle), "cost"), right, wrong, "cost")


@EXERCISE.check("q6")
def no_other_constant_is_better(answer, rng):
    for r, late, idle in _draw_corners(rng):
        value = answer.call("best_constants", r, late, idle)
        squared, absolute, cheap = expect_numbers(value, "squared, absolute, cheap")
        mean, median, best = r.mean(), np.median(r), min(r, key=lambda c: _mean_cost(r, c, late, idle))
        if NEAR.same(squared, median) and NEAR.same(absolute, mean):
            raise Misconception("mean-and-median-swapped")
        Tolerance(0, 1e-3 * np.std(r)).expect(squared, mean, "constants[0]")  # a numerical search is welcome
        _expect_least(absolute, np.abs(r - absolute).mean(), np.abs(r - median).mean(), "constants[1]")
        cost, least = _mean_cost(r, cheap, late, idle), _mean_cost(r, best, late, idle)
        if cost > least * 1.0001:
            share = late / (late + idle)
            upside_down = [np.quantile(r, 1 - share, method=name) for name in ("linear", "inverted_cdf", "higher")]
            wrong = {
                "share-upside-down": upside_down,
                "interpolated-quantile": np.quantile(r, share),
                "another-corner": [np.quantile(r, share, method=name) for name in ("nearest", "higher", "lower")],
                "prices-ignored": [mean, median],
            }
            NEAR.name(cheap, best, wrong)
        _expect_least(cheap, cost, least, "constants[2]")


@EXERCISE.check("q6")
def the_order_and_what_it_saves(answer, rng):
    order, saving = (expect_number(answer.get(name), name) for name in ("ORDER", "SAVING"))
    r, late, idle, days = (EXERCISE.given(name) for name in ("REPLIES", "LATE", "IDLE", "DAYS"))

    def year(c, late=late, idle=idle):
        return days * _mean_cost(r, c, late, idle)

    best, mean, median = min(r, key=year), r.mean(), np.median(r)
    Tolerance(0, 1).name(order, best, {"ordered-the-mean": mean, "ordered-the-median": median})
    wrong = {"share-upside-down": min(r, key=lambda c: year(c, idle, late))}
    judge_constant(order, best, wrong, "ORDER", Tolerance(0, 1e-3), say("other-order"))
    right = year(mean) - year(best)
    wrong = {
        "saving-of-one-day": right / days,
        "cost-for-saving": year(best),
        "saving-on-the-median": year(median) - year(best),
        "saving-on-a-rounded-order": [year(cut(mean)) - year(best) for cut in (np.round, np.floor)],
    }
    Tolerance(0, 0.01).name(saving, right, wrong)
    judge_constant(saving, right, {}, "SAVING", Tolerance(0, 1), say("other-saving"))


@EXERCISE.check("q6")
def squared_error_can_be_read(answer, rng):
    at = NormalDist().inv_cdf
    for late_is_dear in (True, False, True):
        r, late, idle = _draw_days(rng)
        late, idle = (late, idle) if late_is_dear else (idle, late)
        m, s, share = r.mean(), r.std(), late / (late + idle)
        wrong = {
            "share-upside-down": m + s * at(1 - share),
            "read-without-its-spread": [m, np.median(r)],
            "price-over-price": m + s * (at(1 - idle / late) if idle < late else -np.inf),
            "share-for-quantile": m + s * share,
            "variance-for-deviation": m + s**2 * at(share),
            "days-for-the-normal": [min(r, key=lambda c: _mean_cost(r, c, late, idle)), np.quantile(r, share)],
            "spread-of-a-sample": m + r.std(ddof=1) * at(share),
        }
        value = expect_number(answer.call("order_as_normal", r, late, idle), "order")
        days = say("order-in-days", came=NormalDist(m, s).cdf(value), should=share)
        Tolerance(0, 1e-3 * s).judge(value, m + s * at(share), wrong, "order", days)  # a numerical search is welcome
    r, late, idle, days = (EXERCISE.given(name) for name in ("REPLIES", "LATE", "IDLE", "DAYS"))
    mean, best = r.mean(), min(r, key=lambda c: _mean_cost(r, c, late, idle))
    read = mean + r.std() * at(late / (late + idle))
    first, second, third = (days * _mean_cost(r, c, late, idle) for c in (mean, read, best))
    wrong = {
        "saving-of-one-day": (first - second) / days,
        "cost-for-saving": second,
        "saving-of-the-best-order": first - third,
        "saving-against-the-best": [second - third, third - second],
        "saving-on-a-rounded-order": first - days * _mean_cost(r, round(read), late, idle),
    }
    saving = expect_number(answer.get("READ_SAVING"), "READ_SAVING")
    judge_constant(saving, first - second, wrong, "READ_SAVING", Tolerance(0, 1), say("other-saving-of-hers"))


def _draw_logits(rng):
    """z (B, K) with B != K, and y (B,) that is not always the largest logit nor all one class; the last one occurs."""
    K = int(rng.integers(3, 7))
    B = K + int(rng.integers(2, 6))
    return rng.normal(0, 2, (B, K)), np.r_[0, K - 1, rng.integers(0, K, B - 2)]


def _log_softmax(z):
    z = np.asarray(z, dtype=np.float64)
    z = z - z.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def _cross_entropy(z, y):
    return -_log_softmax(z)[np.arange(len(y)), y].mean()


def _half_in_bits(z, y):
    """The loss with the logarithm of the sum to base 2 or 10, after the largest logit was taken out, or not."""
    for top in (z.max(axis=1), 0):
        rest = z[np.arange(len(y)), y] - top
        for log in (np.log2, np.log10):
            yield np.mean(log(np.exp(z.T - top).sum(axis=0)) - rest)


def _gradient(z, Y):
    return (Y.sum(axis=1, keepdims=True) * np.exp(_log_softmax(z)) - Y) / len(Y)


def _draw_start(answer, rng, activation):
    """(weights, n_in, n_out) of the learner's network with four widths, large and small in turn.

    Each layer has 39,000 weights or more, and sides that differ clearly. Names what is wrong at any variance.
    """
    small, large = rng.integers(130, 170, 2), rng.integers(300, 420, 2)
    pairs = [(small, large), (large, small)][int(rng.integers(2))]
    sizes = np.ravel(pairs, order="F").tolist()
    arguments = [[sizes, activation], [int(rng.integers(1, 1_000_000))]]
    (network,) = answer.call(drivers.call_with_generators, Learner("start_network"), *arguments)
    weights, _ = _two_lists(network, "weights, biases", 3)
    shapes = zip(sizes, sizes[1:], strict=False)
    weights = [expect_shape(W, s, f"weights[{i}]") for i, (W, s) in enumerate(zip(weights, shapes, strict=True))]
    if any(W.min() == W.max() for W in weights):
        raise Misconception("all-alike")
    if any(len(np.unique(abs(W))) < 0.9 * W.size for W in weights):
        raise Misconception("values-repeat")
    if any(abs(W.mean()) > 6 * W.std() / W.size**0.5 for W in weights):
        raise Misconception("not-centred")
    return weights, np.array(sizes[:-1]), np.array(sizes[1:])


def _other_last(variances, *others):
    """The variances with that of the last layer by another rule, for each of the others."""
    return [np.append(variances[:-1], other[-1]) for other in others]


def _judge_variances(weights, right, wrong, activation):
    variances = np.array([W.var() for W in weights])
    if (abs(variances / right - 1) < 1e-6).all():  # chance doesn't hit it three times
        raise Misconception("spread-forced")
    wrong = {**wrong, "limit-for-spread": [right / 3, right * 3], "variance-for-spread": right**2}
    VARIANCE.name(variances, right, wrong)
    if not VARIANCE.same(variances, right):
        layer = int(np.argmax(np.abs(variances / right - 1)))
        shape, came, should = weights[layer].shape, variances[layer] ** 0.5, right[layer] ** 0.5
        values = {"layer": layer, "shape": shape, "came": came, "activation": activation, "should": should}
        raise Wrong(say("spread-of-a-layer", **values))


def _draw_network(rng, hidden, B=None):
    """X, y, weights, biases of a ReLU network, some units of each hidden layer dead, others off for some reviews."""
    B = B or int(rng.integers(100, 140))
    d, K = int(rng.integers(5, 9)), int(rng.integers(3, 6))
    sizes = [d, *(rng.permutation(10)[:hidden] + 20).tolist(), K]
    weights = [rng.normal(0, (2 / n_in) ** 0.5, (n_in, n_out)) for n_in, n_out in zip(sizes, sizes[1:], strict=False)]
    biases = [rng.normal(0, 0.3, n_out) for n_out in sizes[1:]]
    for b in biases[:-1]:
        b[rng.permutation(len(b))[: int(rng.integers(3, 8))]] = -1_000.0
    return rng.normal(size=(B, d)), rng.integers(0, K, B), weights, biases


def _forward(X, weights, biases):
    hs = [X]
    for W, b in zip(weights[:-1], biases[:-1], strict=True):
        hs.append(np.maximum(hs[-1] @ W + b, 0))
    return hs, np.exp(_log_softmax(hs[-1] @ weights[-1] + biases[-1]))


def _dead_share(h):
    return (h == 0).all(axis=0).mean()


def _gradients(X, y, weights, biases, mask=True, alpha=0.0):
    """Gradients of the mean cross-entropy; alpha > 0 sends the blame back through the weights after the step."""
    hs, p = _forward(X, weights, biases)
    g = (p - np.eye(p.shape[1])[y]) / len(X)
    by_weights, by_biases = [], []
    for h, W in zip(hs[::-1], weights[::-1], strict=True):
        by_weights.insert(0, h.T @ g)
        by_biases.insert(0, g.sum(axis=0))
        g = g @ (W - alpha * by_weights[0]).T
        g = g * (h > 0) if mask else g
    return by_weights, by_biases


def _move(network, slopes, *alphas):
    """(weights, biases) after a step; alphas: the rate of the weights, and of the biases."""
    return [
        [array - alpha * slope for array, slope in zip(arrays, by_arrays, strict=True)]
        for arrays, by_arrays, alpha in zip(network, slopes, alphas, strict=True)
    ]


def _judge_network(value, right, wrong, start):
    """value, right, start: (weights, biases). Names the wrong recipe, else the first wrong step, from the loss on."""

    def join(network):
        return np.concatenate([np.ravel(array) for arrays in network for array in arrays])

    parts = [
        (array, target, f"{name}[{layer}]", begin)
        for arrays, targets, name, begins in zip(value, right, ("weights", "biases"), start, strict=True)
        for layer, (array, target, begin) in enumerate(zip(arrays, targets, begins, strict=True))
    ]
    for array, target, name, _ in parts:
        expect_shape(array, target.shape, name)
    NEAR.name(join(value), join(right), {name: join(recipe) for name, recipe in wrong.items()})
    for array, target, name, begin in sorted(parts, key=lambda part: part[2][-2:], reverse=True):
        if not NEAR.same(array, target) and np.isfinite(step := as_array(array) - begin).all():
            ratio = np.vdot(step, should := target - begin) / (np.vdot(should, should) or 1)
            scaled = bool(step.any()) and NEAR.same(step, ratio * should)
            how = say("step-elsewhere") if step.any() else say("step-not-made")
            how = say("step-scaled", ratio=ratio) if scaled else how
            raise Wrong(say("wrong-from-layer", name=name, how=how))
        NEAR.expect(array, target, name)


def _find_first_death() -> tuple[int, int]:
    """Steps and layer (from 1) at which all units of a hidden layer are dead for the first time, on all reviews."""
    run, X = EXERCISE.given("run_colleague"), EXERCISE.given("COUNTS")
    steps = 0
    while True:
        for layer, h in enumerate(_forward(X, *run(len(X), steps))[0][1:], start=1):
            if (h == 0).all():
                return steps, layer
        steps += 1


def _draw_days(rng):
    """Skewed needs r, and two prices."""
    return rng.gamma(1.5, 20, int(rng.integers(10, 25))), float(rng.uniform(3, 9)), float(rng.uniform(0.5, 2))


def _draw_corners(rng):
    """Days and prices: once a whole stretch of orders is equally cheap, else one r alone, at which others go wrong.

    The best order is r number k + 1 from below, where late / (late + idle) = (k + part) / n: by these parts the corners
    that quantiles of other definitions take lie on either side of it.
    """
    r, late, idle = _draw_days(rng)
    yield r, late, idle
    for share, part in ((0.8, 0.1), (0.25, 0.85), (0.15, 0.4), (0.6, 0.5), (0.9, 0.2), (0.4, 0.75)):
        r, _, idle = _draw_days(rng)
        share = (int(share * len(r)) + part) / len(r)
        yield r, idle * share / (1 - share), idle
    yield r[: len(r) // 4 * 4], 3 * idle, idle
    yield np.r_[tuple(_draw_days(rng)[0] for _ in range(4))], 3 * idle, idle


def _mean_cost(r, c, late, idle):
    return float(np.mean(np.where(r > c, late * (r - c), idle * (c - r))))


def _expect_least(constant, cost, least, what):
    if not cost <= least * 1.0001:  # a numerical search is welcome
        raise Wrong(say("not-the-least", what=what, constant=constant, cost=cost, least=least))


def _two_lists(value, names, layers=None):
    """The two lists of those names, with so many entries each (None: any number)."""
    lists = expect_parts(value, names)
    for one in lists:
        if not isinstance(one, (list, tuple)) and not (isinstance(one, np.ndarray) and one.ndim):
            raise Wrong(say("two-lists"))
        if layers is not None and len(one) != layers:
            raise Wrong(say("entries-and-layers", entries=len(one), layers=layers))
    return lists


def _loss(value, B) -> float:
    if as_array(value, "loss").shape in ((B,), (B, 1)) and B > 1:
        raise Misconception("not-averaged")
    return expect_number(value, "loss")
