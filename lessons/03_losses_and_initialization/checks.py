"""Exercise 03: stable cross-entropies, their gradient, the start of deep networks, dead ReLUs, the best constant."""

from __future__ import annotations

import numpy as np

from autograder.answers import Exercise, Learner, Misconception, Wrong, as_array, drivers, expect_close, expect_shape

RTOL, ATOL = 1e-5, 1e-6  # loose enough for float32, far tighter than any wrong recipe below
FAR = 2e-3  # absolute: float32 numbers near 1e4 lie 1e-3 apart
SPREAD = 0.05  # relative, of a variance over 39,000 weights or more: seven standard errors for a normal distribution
FIRST_DEAD, FAULT = (4, 3), "C"  # of the colleague's run on 128 reviews
ORDER, SAVING, MEAN, MEDIAN, LOWER = 42.0, 1712.0, 33.6, 27.5, 20.0  # of REPLIES
SAVING_ROUNDED, SAVING_ON_MEDIAN, COST_OF_ORDER = 1560.0, 4290.0, 14800.0
EXERCISE = Exercise.beside(__file__)
say = EXERCISE.say


@EXERCISE.check("q1")
def the_mean_surprise_at_the_right_class(answer, rng):
    for _ in range(3):
        z, y = _draw_logits(rng)
        (B, K), right = z.shape, _cross_entropy(z, y)
        columns, p = _log_softmax(z.T).T, np.exp(_log_softmax(z))
        wrong = {
            "sum-for-mean": right * B,
            "mean-over-entries": right / K,
            "softmax-over-the-batch": -columns[np.arange(B), y].mean(),
            "labels-as-columns": -_log_softmax(z)[:, y].mean(),
            "predicted-class": -np.log(p.max(axis=1)).mean(),
            "wrong-sign": -right,
            "log-of-the-mean": -np.log(p[np.arange(B), y].mean()),
        }
        value = _loss(answer.call("cross_entropy", z, y), B)
        if any(_same(value, right / np.log(base)) for base in (2, 10)):
            raise Misconception("other-logarithm")
        _diagnose(value, right, wrong, "loss")


@EXERCISE.check("q1")
def large_logits_keep_their_loss(answer, rng):
    z, y = _draw_logits(rng)
    z = np.round(z * 64) / 64  # exact in float32 even near 10,000
    B, right = len(z), _cross_entropy(z, y)
    for height in (9_900.0, -9_900.0):
        value = _loss(answer.call("cross_entropy", z + height, y), B)
        if not np.isfinite(value):
            raise Misconception("overflow")
        if _same(value, np.log(z.shape[1])):
            raise Misconception("clipped")
        expect_close(value, right, FAR, FAR, "loss")
    heights = np.where(rng.permutation(B) % 2, 9_900.0, -9_900.0)[:, None]
    value = _loss(answer.call("cross_entropy", z + heights, y), B)
    if not np.isfinite(value) or abs(value - right) > 0.1 * right + FAR:
        raise Misconception("one-maximum-for-all")
    expect_close(value, right, FAR, FAR, "loss")
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
        expect_close(value, right, RTOL, ATOL, "loss")


@EXERCISE.check("q1", hidden=True)
def one_row_one_class_and_inputs_kept(answer, rng):
    for B, K in ((1, 5), (4, 1), (1, 1), (6, 6), (3, 40)):
        z, y = rng.normal(0, 2, (B, K)), rng.integers(0, K, B)
        right = _cross_entropy(z, y)
        expect_close(_loss(answer.call("cross_entropy", z, y), B), right, RTOL, ATOL, "loss")
        expect_close(_loss(answer.call("cross_entropy", z.astype(np.float32), y), B), right, RTOL, ATOL, "loss")
        _expect_inputs_unchanged(answer, "cross_entropy", z, y)


@EXERCISE.check("q2")
def one_vote_in_all_gives_p_minus_y(answer, rng):
    for _ in range(3):
        z, _ = _draw_logits(rng)
        Y = rng.dirichlet(np.ones(z.shape[1]), len(z))
        (B, K), p = z.shape, np.exp(_log_softmax(z))
        right = (p - Y) / B
        wrong = {
            "sum-for-mean": right * B,
            "mean-over-entries": right / K,
            "uphill": -right,
            "gradient-by-p": -Y / p / B,
            "own-logit-only": -Y * (1 - p) / B,
            "squared-error-habit": right * p * (1 - p),
            "softmax-over-the-batch": (np.exp(_log_softmax(z.T).T) - Y) / B,
        }
        _diagnose(answer.call("cross_entropy_gradient", z, Y), right, wrong, "gradient")


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
        _diagnose(answer.call("cross_entropy_gradient", z, Y), (votes * p - Y) / B, wrong, "gradient")


@EXERCISE.check("q2", hidden=True)
def no_votes_large_logits_and_inputs_kept(answer, rng):
    z, _ = _draw_logits(rng)
    Y = rng.integers(0, 4, z.shape).astype(float)
    Y[rng.integers(len(z))] = 0
    value = expect_shape(answer.call("cross_entropy_gradient", z, Y), z.shape, "gradient")
    if np.isnan(value).any():
        raise Misconception("no-votes-is-nan")
    expect_close(value, _gradient(z, Y), RTOL, ATOL, "gradient")
    z = np.round(z * 64) / 64
    columns = np.where(np.arange(z.shape[1]) % 2, 9_900.0, -9_900.0)
    for height in (9_900.0, -9_900.0, columns):
        value = expect_shape(answer.call("cross_entropy_gradient", z + height, Y), z.shape, "gradient")
        if not np.isfinite(value).all():
            raise Misconception("overflow")
        expect_close(value, _gradient(z + height, Y), RTOL, ATOL, "gradient")
    heights = np.where(rng.permutation(len(z)) % 2, 9_900.0, -9_900.0)[:, None]
    value = expect_shape(answer.call("cross_entropy_gradient", z + heights, Y), z.shape, "gradient")
    if not np.isfinite(value).all():
        raise Misconception("one-maximum-for-all")
    expect_close(value, _gradient(z, Y), RTOL, ATOL, "gradient")
    for rows in (z[:1], z.T[:1], z):
        Y = rng.integers(1, 4, rows.shape).astype(float)
        expect_close(answer.call("cross_entropy_gradient", rows, Y), _gradient(rows, Y), RTOL, ATOL, "gradient")
        _expect_inputs_unchanged(answer, "cross_entropy_gradient", rows, Y)


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
        if any(_same(value, np.mean(half)) for half in (y * yes, (1 - y) * no)):
            raise Misconception("one-sided")
        if any(_same(value, np.sum(half)) for half in (y * yes, (1 - y) * no)):
            raise Misconception("one-sided")
        if any(_same(value, right / np.log(base)) for base in (2, 10)):
            raise Misconception("other-logarithm")
        for chosen in (y == 1, y > 0.5, y > 0, np.round(y) == 1):
            if _same(value, np.mean(np.where(chosen, yes, no))) and not _same(value, right):
                raise Misconception("labels-rounded")
        if np.isnan(value):
            raise Misconception("logits-for-probabilities")
        wrong = {
            "sum-for-mean": right * B,
            "wrong-sign": -right,
            "logit-upside-down": np.mean(y * no + (1 - y) * yes),
            "log-of-the-mean": -np.log(np.mean(np.exp(-y * yes - (1 - y) * no))),
        }
        _diagnose(value, right, wrong, "loss")


@EXERCISE.check("q3")
def both_sides_bear_large_logits(answer, rng):
    B = 4 * int(rng.integers(2, 5))
    size, y = np.round(rng.uniform(8_000, 10_000, B)), np.arange(B) % 4 % 3 / 2.0  # 0, 0.5, 1, 0, 0, 0.5, ...
    y = rng.permutation(y)
    for kind in (np.float64, np.float32):
        sides = [
            _loss(answer.call("binary_cross_entropy", (s * size).astype(kind), y.astype(kind)), B) for s in (1, -1)
        ]
        finite = np.isfinite(sides)
        if not finite.any():
            raise Misconception("log-of-zero")
        if not finite.all():
            raise Misconception("overflow")
        rights = np.array([np.mean((1 - y) * size), np.mean(y * size)])
        if (sides < rights / 2).any():
            raise Misconception("clipped")
        expect_close(sides, rights, RTOL, ATOL, "losses")
    z, y = np.array([rng.uniform(30, 60)]), np.array([float(rng.integers(0, 2))])  # one review; p rounds to 1
    for s in (1, -1):
        right = np.mean(np.logaddexp(0, s * z) - y * s * z)
        expect_close(_loss(answer.call("binary_cross_entropy", s * z, y), 1), right, RTOL, ATOL, "loss")
    _expect_inputs_unchanged(answer, "binary_cross_entropy", rng.normal(size=B), rng.random(B))


@EXERCISE.check("q3")
def the_best_logit_for_those_who_know_nothing(answer, rng):
    for high in (False, True, False):
        B = int(rng.integers(9, 40))
        y = np.where(rng.random(B) < 0.3, rng.uniform(0, 0.5, B), rng.random(B) < 0.15)
        y[:2] = 0, 1
        y = 1 - y if high else y
        share = y.mean()
        right = np.log(share / (1 - share))
        value = _number(answer.call("starting_logit", y), "logit")
        wrong = {
            "share-for-logit": share,
            "odds-without-log": share / (1 - share),
            "log-of-the-share": np.log(share),
            "logit-upside-down": -right,
        }
        if any(_same(value, right / np.log(base)) for base in (2, 10)):
            raise Misconception("other-logarithm")
        if not abs(value - right) <= 1e-4:  # a numerical search is welcome
            _diagnose(value, right, wrong, "logit")


@EXERCISE.check("q4")
def shapes_fit_and_biases_are_zero(answer, rng):
    for widths in (4, 2, 3):
        sizes = (rng.permutation(9)[:widths] + 1).tolist()
        for activation in ("relu", "tanh"):
            (network,) = answer.call(drivers.call_with_generators, Learner("start_network"), [sizes, activation], [1])
            weights, biases = _two_lists(network, len(sizes) - 1)
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
    _expect_start(
        answer,
        rng,
        "relu",
        lambda n_in, n_out, first: 2 / n_in,
        {
            "fan-out": lambda n_in, n_out, first: 2 / n_out,
            "relu-half-forgotten": lambda n_in, n_out, first: 1 / n_in,
            "same-rule-for-both": lambda n_in, n_out, first: 2 / (n_in + n_out),
            "first-width-for-all": lambda n_in, n_out, first: 2 / first,
        },
    )


@EXERCISE.check("q4")
def tanh_layers_take_the_middle(answer, rng):
    _expect_start(
        answer,
        rng,
        "tanh",
        lambda n_in, n_out, first: 2 / (n_in + n_out),
        {
            "same-rule-for-both": lambda n_in, n_out, first: 2 / n_in,
            "one-way-only": lambda n_in, n_out, first: 1 / n_in,
            "sum-of-both-ways": lambda n_in, n_out, first: 1 / (n_in + n_out),
        },
    )


@EXERCISE.check("q4")
def all_chance_comes_from_the_generator(answer, rng):
    width, seed = int(rng.integers(30, 50)), int(rng.integers(1, 1_000_000))
    for activation in ("relu", "tanh"):
        networks = answer.call(
            drivers.call_with_generators,
            Learner("start_network"),
            [[width] * 4, activation],
            [seed, seed, seed + 1],
        )
        first, again, other = (_two_lists(network, 3)[0] for network in networks)
        layers = [expect_shape(W, (width, width), "weights[0]") for W in first]
        if any(W.min() == W.max() for W in layers):
            raise Misconception("all-alike")
        if not all(np.array_equal(a, b) for a, b in zip(first, again, strict=True)):
            raise Misconception("chance-from-elsewhere")
        if any(np.array_equal(a, b) for a, b in zip(first, other, strict=True)):
            raise Misconception("generator-ignored")
        if np.array_equal(layers[0], layers[1]) or np.array_equal(layers[1], layers[2]):
            raise Misconception("layers-alike")


@EXERCISE.check("q5")
def the_instrument_shows_each_hidden_layer(answer, rng):
    for hidden in (3, 2):
        X, _, weights, biases = _draw_network(rng, hidden)
        value = _two_lists(answer.call("look_inside", X, weights, biases), None)
        hs, _ = _forward(X, weights, biases)
        before = [h @ W + b for h, W, b in zip(hs, weights, biases, strict=True)]
        spreads, dead = (as_array(one, name) for one, name in zip(value, ("spreads", "dead"), strict=True))
        if spreads.shape == (hidden + 1,) or dead.shape == (hidden + 1,):
            raise Misconception("output-layer-counted")
        outputs = hs[1:]
        right = [h.std() for h in outputs]
        wrong = {
            "before-the-relu": [z.std() for z in before[:-1]],
            "root-mean-square": [(h**2).mean() ** 0.5 for h in outputs],
            "variance-not-root": [h.var() for h in outputs],
            "spread-by-unit": [h.std(axis=0).mean() for h in outputs],
        }
        if _same(spreads, [h.std(axis=1).mean() for h in outputs]):
            raise Misconception("spread-by-unit")
        if not (spreads.shape == (hidden,) and np.allclose(spreads, right, rtol=1e-3)):  # over N or over N - 1 entries
            _diagnose(spreads, right, wrong, "spreads")
        off = [h == 0 for h in outputs]
        right = [o.all(axis=0).mean() for o in off]
        wrong = {
            "zeros-not-units": [o.mean() for o in off],
            "off-for-one": [o.any(axis=0).mean() for o in off],
            "reviews-for-units": [o.all(axis=1).mean() for o in off],
            "number-for-share": [o.all(axis=0).sum() for o in off],
            "alive-for-dead": [1 - o.all(axis=0).mean() for o in off],
        }
        _diagnose(dead, right, wrong, "dead")


@EXERCISE.check("q5")
def the_first_death_and_its_cause(answer, rng):
    pair, letter = answer.get("FIRST_DEAD"), answer.get("FAULT")
    letter = letter.strip().strip(".").upper() if isinstance(letter, str) else letter
    pair = as_array(pair, "FIRST_DEAD")
    if pair.shape != (2,):
        raise Wrong(say("a-pair"))
    steps, layer = FIRST_DEAD
    named = {
        (steps, layer - 1): "layers-from-zero",
        (steps + 1, layer): "steps-counted-otherwise",
        (steps - 1, layer): "steps-counted-otherwise",
        (layer, steps): "pair-turned-round",
    }
    if tuple(pair) in named:
        raise Misconception(named[tuple(pair)])
    if tuple(pair) != FIRST_DEAD:
        raise Wrong(say("not-first"))
    wrong = {"A": "the-start-is-sound", "B": "nobody-was-born-dead", "D": "the-dead-do-not-wake"}
    if isinstance(letter, str) and letter in wrong:
        raise Misconception(wrong[letter])
    if letter != FAULT:
        raise Wrong(say("a-letter"))


@EXERCISE.check("q5")
def the_step_follows_the_mean(answer, rng):
    for hidden in (2, 3):
        X, y, weights, biases = _draw_network(rng, hidden)
        alpha, B = float(rng.uniform(0.2, 0.6)), len(X)
        value = _two_lists(answer.call("descend", X, y, weights, biases, alpha), hidden + 1)
        by_weights, by_biases = _gradients(X, y, weights, biases)
        scales = {
            "still-the-sum": (B, 1),
            "sum-everywhere": (B, B),
            "biases-divided-twice": (1, 1 / B),
            "biases-summed": (1, B),
            "uphill": (-1, -1),
        }
        wrong = {
            name: _move(weights, biases, by_weights, by_biases, alpha * w, alpha * b) for name, (w, b) in scales.items()
        }
        wrong["mask-missing"] = _move(weights, biases, *_gradients(X, y, weights, biases, mask=False), alpha, alpha)
        sent = _gradients(X, y, weights, biases, alpha=alpha)
        wrong["new-weights-sent-back"] = _move(weights, biases, *sent, alpha, alpha)
        _expect_network(value, _move(weights, biases, by_weights, by_biases, alpha, alpha), wrong)


@EXERCISE.check("q5", hidden=True)
def small_networks_work_and_inputs_stay(answer, rng):
    for hidden, B in ((1, None), (0, None), (2, 1)):
        X, y, weights, biases = _draw_network(rng, hidden, B)
        alpha = float(rng.uniform(0.2, 0.6))
        moved = _move(weights, biases, *_gradients(X, y, weights, biases), alpha, alpha)
        value = _two_lists(answer.call("descend", X, y, weights, biases, alpha), hidden + 1)
        _expect_network(value, moved, {})
        _expect_inputs_unchanged(answer, "descend", X, y, weights, biases, alpha)
        _expect_inputs_unchanged(answer, "look_inside", X, weights, biases)
        if hidden:
            outputs = _forward(X, weights, biases)[0][1:]
            dead = _two_lists(answer.call("look_inside", X, weights, biases), None)[1]
            expect_close(dead, [(h == 0).all(axis=0).mean() for h in outputs], RTOL, ATOL, "dead")


@EXERCISE.check("q6")
def too_few_and_too_many_cost_their_price(answer, rng):
    r, late, idle = _draw_days(rng)
    inside = float(np.mean(r) + rng.uniform(-0.2, 0.2) * np.std(r))
    for c in (inside, float(r.min() - rng.uniform(1, 5)), float(r.max() + rng.uniform(1, 5)), float(r[0])):
        right = _mean_cost(r, c, late, idle)
        wrong = {
            "sum-for-mean": right * len(r),
            "prices-swapped": _mean_cost(r, c, idle, late),
            "price-of-the-mean-day": _mean_cost(r.mean(), c, late, idle),
            "wrong-sign": -right,
        }
        value = _number(answer.call("mean_cost", r, c, late, idle), "cost")
        if not _same(value, right) and any(_same(value, _mean_cost(r, c, *p)) for p in ((late, 0), (0, idle))):
            raise Misconception("one-price-only")
        _diagnose(value, right, wrong, "cost")


@EXERCISE.check("q6")
def no_other_constant_is_better(answer, rng):
    for ties in (False, True, False):
        r, late, idle = _draw_days(rng, ties)
        value = answer.call("best_constants", r, late, idle)
        numbers = as_array(value, "constants").ravel()
        if numbers.size != 3:
            raise Wrong(say("three-numbers"))
        squared, absolute, cheap = map(float, numbers)
        mean, median, best = r.mean(), np.median(r), min(_mean_cost(r, c, late, idle) for c in r)
        if _same(squared, median) and _same(absolute, mean):
            raise Misconception("mean-and-median-swapped")
        if not abs(squared - mean) <= 1e-3 * np.std(r):  # a numerical search is welcome
            expect_close(squared, mean, RTOL, ATOL, "constants[0]")
        least = np.abs(r - median).mean()
        _expect_cheapest(absolute, np.abs(r - absolute).mean(), least, "constants[1]")
        if _mean_cost(r, cheap, late, idle) > best * 1.0001:
            share = late / (late + idle)
            if any(_same(cheap, np.quantile(r, 1 - share, method=m)) for m in ("linear", "inverted_cdf", "higher")):
                raise Misconception("share-upside-down")
            if _same(cheap, np.quantile(r, share)):
                raise Misconception("interpolated-quantile")
            if _same(cheap, mean) or _same(cheap, median):
                raise Misconception("prices-ignored")
        _expect_cheapest(cheap, _mean_cost(r, cheap, late, idle), best, "constants[2]")


@EXERCISE.check("q6")
def the_order_and_what_it_saves(answer, rng):
    order, saving = (_number(answer.get(name), name) for name in ("ORDER", "SAVING"))
    if abs(order - MEAN) < 1:
        raise Misconception("ordered-the-mean")
    if abs(order - MEDIAN) < 1:
        raise Misconception("ordered-the-median")
    if order == LOWER:
        raise Misconception("share-upside-down")
    if not abs(order - ORDER) <= 1e-3:
        raise Wrong(say("other-order"))
    named = {
        SAVING / 250: "saving-of-one-day",
        COST_OF_ORDER: "cost-for-saving",
        SAVING_ON_MEDIAN: "saving-on-the-median",
        SAVING_ROUNDED: "saving-on-a-rounded-order",
    }
    for amount, name in named.items():
        if abs(saving - amount) <= 0.01:
            raise Misconception(name)
    if not abs(saving - SAVING) <= 1:  # a dollar
        raise Wrong(say("other-saving"))


def _draw_logits(rng):
    """z (B, K) with B != K, and y (B,) that is not always the largest logit nor all one class."""
    K = int(rng.integers(3, 7))
    B = K + int(rng.integers(2, 6))
    return rng.normal(0, 2, (B, K)), np.r_[0, 1, rng.integers(0, K, B - 2)]


def _log_softmax(z):
    z = np.asarray(z, dtype=np.float64)
    z = z - z.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def _cross_entropy(z, y):
    return -_log_softmax(z)[np.arange(len(y)), y].mean()


def _gradient(z, Y):
    return (Y.sum(axis=1, keepdims=True) * np.exp(_log_softmax(z)) - Y) / len(Y)


def _draw_start(rng):
    """Four widths, large and small in turn: each layer has 39,000 weights or more, and sides that differ clearly."""
    small, large = rng.integers(130, 170, 2), rng.integers(300, 420, 2)
    pairs = [(small, large), (large, small)][int(rng.integers(2))]
    return np.ravel(pairs, order="F").tolist()


def _expect_start(answer, rng, activation, rule, wrong):
    """Mean 0 and the variance of the rule in every layer; rule(n_in, n_out, first width) -> variance."""
    sizes = _draw_start(rng)
    arguments = [[sizes, activation], [int(rng.integers(1, 1_000_000))]]
    (network,) = answer.call(drivers.call_with_generators, Learner("start_network"), *arguments)
    shapes = list(zip(sizes, sizes[1:], strict=False))
    weights = _two_lists(network, len(shapes))[0]
    weights = [expect_shape(W, s, f"weights[{i}]") for i, (W, s) in enumerate(zip(weights, shapes, strict=True))]
    if any(W.min() == W.max() for W in weights):
        raise Misconception("all-alike")
    if any(len(np.unique(W)) < 0.9 * W.size for W in weights):
        raise Misconception("values-repeat")
    spreads = np.array([W.std() for W in weights])
    if any(abs(W.mean()) > 6 * W.std() / W.size**0.5 for W in weights):
        raise Misconception("not-centred")

    def apply(recipe):
        return np.array([recipe(n_in, n_out, sizes[0]) for n_in, n_out in shapes])

    def fits(variances):
        return np.allclose(spreads**2, variances, rtol=SPREAD, atol=0)

    right = apply(rule)
    if fits(right):
        return
    for name, recipe in wrong.items():
        if fits(apply(recipe)) or (name == "one-way-only" and fits([1 / n_out for _, n_out in shapes])):
            raise Misconception(name)
    if fits(right / 3) or fits(right * 3):
        raise Misconception("limit-for-spread")
    if fits(right**2):
        raise Misconception("variance-for-spread")
    layer = int(np.argmax(np.abs(spreads**2 / right - 1)))
    came, should = spreads[layer], right[layer] ** 0.5
    raise Wrong(
        say("spread-of-a-layer", layer=layer, shape=shapes[layer], came=came, activation=activation, should=should)
    )


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


def _move(weights, biases, by_weights, by_biases, alpha, alpha_biases):
    return [
        [W - alpha * g for W, g in zip(weights, by_weights, strict=True)],
        [b - alpha_biases * g for b, g in zip(biases, by_biases, strict=True)],
    ]


def _expect_network(value, right, wrong):
    """value, right: (weights, biases). Names the wrong recipe, else compares array by array."""
    for arrays, expected, name in zip(value, right, ("weights", "biases"), strict=True):
        for layer, (array, target) in enumerate(zip(arrays, expected, strict=True)):
            expect_shape(array, target.shape, f"{name}[{layer}]")

    def join(network):
        return np.concatenate([np.ravel(array) for arrays in network for array in arrays])

    for name, recipe in wrong.items():
        if _same(join(value), join(recipe)) and not _same(join(right), join(recipe)):
            raise Misconception(name)
    for arrays, expected, name in zip(value, right, ("weights", "biases"), strict=True):
        for layer, (array, target) in enumerate(zip(arrays, expected, strict=True)):
            expect_close(array, target, RTOL, ATOL, f"{name}[{layer}]")


def _draw_days(rng, ties=False):
    """Skewed needs r, and two prices; ties: such that a whole stretch of orders is equally cheap."""
    n = int(rng.integers(10, 25))
    late, idle = float(rng.uniform(3, 9)), float(rng.uniform(0.5, 2))
    if ties:
        n, late = 4 * (n // 4), 3 * idle
    return rng.gamma(1.5, 20, n), late, idle


def _mean_cost(r, c, late, idle):
    return float(np.mean(np.where(r > c, late * (r - c), idle * (c - r))))


def _expect_cheapest(constant, cost, least, what):
    if not cost <= least * 1.0001:  # a numerical search is welcome
        raise Wrong(say("not-the-least", what=what, constant=constant, cost=cost, least=least))


def _two_lists(value, layers):
    """The pair of lists, with so many entries each (None: any number)."""
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise Wrong(say("two-lists"))
    for one in value:
        if not isinstance(one, (list, tuple)) and not (isinstance(one, np.ndarray) and one.ndim):
            raise Wrong(say("two-lists"))
        if layers is not None and len(one) != layers:
            raise Wrong(say("entries-and-layers", entries=len(one), layers=layers))
    return value


def _expect_inputs_unchanged(answer, name, *args):
    after = answer.call(drivers.call_and_keep_inputs, Learner(name), *args)["inputs"]
    flat = [[*now] if isinstance(now, (list, tuple)) else [now] for now in (*after, *args)]
    pairs = zip(flat[: len(args)], flat[len(args) :], strict=True)
    for now, before in pairs:
        if len(now) != len(before) or not all(np.array_equal(a, b) for a, b in zip(now, before, strict=True)):
            raise Misconception("changes-its-inputs")


def _diagnose(value, right, wrong, what):
    """Name the wrong recipe that gives `value`, unless it can't be told from the right one; else compare."""
    for name, recipe in wrong.items():
        if _same(value, recipe) and not _same(right, recipe):
            raise Misconception(name)
    expect_close(value, right, RTOL, ATOL, what)


def _same(value, recipe) -> bool:
    """Close, of one shape."""
    try:
        array, recipe = as_array(value), np.asarray(recipe, dtype=np.float64)
    except Wrong:
        return False
    return array.shape == recipe.shape and np.allclose(array, recipe, RTOL, ATOL)


def _loss(value, B) -> float:
    if np.ndim(value) and as_array(value, "loss").shape in ((B,), (B, 1)) and B > 1:
        raise Misconception("not-averaged")
    return _number(value, "loss")


def _number(value, what: str) -> float:
    """A number, also as an array or list of one entry."""
    array = as_array(value, what)
    if array.size != 1:
        expect_close(array, 0.0, what=what)
    return float(array.reshape(()))
