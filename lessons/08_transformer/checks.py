"""Exercise 08: a block in PyTorch, rotary positions, parameters, perplexity, the next token's distribution, leaks."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from autograder.answers import (
    Exercise,
    Misconception,
    Tolerance,
    Wrong,
    as_array,
    expect_choice,
    expect_entries,
    expect_letters,
    expect_number,
    expect_shape,
    judge_constant,
    keep_inputs,
)
from autograder.answers.rooms import load_module

SUMMED = Tolerance(2e-5, 5e-5)  # float32, three blocks deep
NEAR = Tolerance(1e-5, 1e-5)  # loose enough for float32, far tighter than any wrong recipe below
TURNED = Tolerance(1e-5, 2e-4)  # float32 at place 400
COUNTED = Tolerance(1e-12, 1e-3)  # parameters: float64 holds them exactly
EXERCISE = Exercise.beside(__file__)
say = EXERCISE.say
recipes = load_module(Path(__file__).with_name("recipes.py"))
_PUBLISHED = {
    124_439_808: ((50_257, 768, 12, 12), {"P": 1_024}),  # GPT-2
    66_362_880: ((30_522, 768, 6, 12), {"P": 512}),  # DistilBERT
    109_482_240: ((30_522, 768, 12, 12), {"P": 512, "S": 2, "pooler": True}),  # BERT-base
}


@EXERCISE.check("q1")
def the_parts_are_put_together(answer, rng):
    for heads in (1, int(rng.integers(2, 4))):
        B, T, d = int(rng.integers(2, 4)), int(rng.integers(4, 7)), heads * int(rng.integers(4, 6))
        x, p = recipes.draw_block(rng, B, T, d, heads)
        _judge_block(answer.call("run_block", x, np.ones((B, T), dtype=bool), p, heads), x, p, heads)


@EXERCISE.check("q1")
def padding_is_not_looked_at(answer, rng):
    for kind in ("in front", "behind", "anywhere"):
        heads, T = int(rng.integers(2, 4)), int(rng.integers(5, 9))
        real = np.arange(T) >= np.array([[2], [0], [T - 2]])
        real = {"in front": real, "behind": real[:, ::-1], "anywhere": rng.permuted(real, axis=1)}[kind]
        x, p = recipes.draw_block(rng, 3, T, 4 * heads, heads)
        _judge_block(answer.call("run_block", x, real, p, heads), x, p, heads, real)


@EXERCISE.check("q1")
def dropout_is_for_training_alone(answer, rng):
    share = float(rng.uniform(0.25, 0.45))
    x, p, a, c = recipes.draw_constant_block(rng, 4, 9, 8, 2)
    real, may_be = np.ones((4, 9), dtype=bool), recipes.list_dropped(x, a, c, share)
    value = expect_shape(answer.call("run_block", x, real, p, 2, share), x.shape, "y")
    if not SUMMED.same(value, x + a + c):
        raise Misconception("drops-in-evaluation")
    value = expect_shape(answer.call("run_block", x, real, p, 2, share, training=True), x.shape, "y")
    hits = {name: [_fit_one_of(value, some) for some in sets] for name, sets in may_be.items()}
    if not hits.pop("")[0].all():
        for name, each in hits.items():
            if any(fits.all() for fits in each):
                raise Misconception(name)
        raise Wrong(say("dropped-elsewhere"))
    for kept in (a, c):
        gone = _fit_one_of(value, [x, x + kept / (1 - share)])  # (B, T, d): the other part is
        if any((gone == gone.take([0], axis)).all() for axis in range(3)):
            raise Misconception("dropped-together")
        if abs(gone.mean() - share) > 5 * (share * (1 - share) / gone.size) ** 0.5:
            raise Wrong(say("dropped-too-often", share=share, came=gone.mean()))


@EXERCISE.check("q1")
def padding_does_not_poison(answer, rng):
    for depth in (1, 3):
        x, p = recipes.draw_block(rng, 3, 6, 4, 2)
        real = np.arange(6) >= np.array([[0], [int(rng.integers(2, 5))], [6]])  # the last text is all padding
        value = expect_shape(answer.call("run_block", x, real, p, 2, depth=depth), x.shape, "y")
        if not np.isfinite(value).all():
            raise Misconception("padding-becomes-nan")
        right = recipes.run_block(x, p, 2, recipes.look_back(real), depth=depth)
        SUMMED.expect(value[real], right[real], "y")
    for B, T, d, heads, ratio in ((1, 1, 2, 1, 1), (2, 1, 6, 3, 4), (3, 5, 4, 4, 3), (2, 3, 1, 1, 2)):
        x, p = recipes.draw_block(rng, B, T, d, heads, ratio)
        real = rng.random((B, T)) < 0.8
        right = recipes.run_block(x / 300, p, heads, recipes.look_back(real))  # so near 0 that eps counts
        value = expect_shape(answer.call("run_block", x / 300, real, p, heads), x.shape, "y")
        SUMMED.expect(value[real], right[real], "y")


@EXERCISE.check("q2")
def each_pair_is_turned(answer, rng):
    for d in (2, 2 * int(rng.integers(3, 9))):
        T = int(rng.integers(4, 9))
        x = rng.normal(size=(T, d))
        _judge_rotation(answer.call("rotate", x), x, 0, 10_000.0)


@EXERCISE.check("q2")
def rows_begin_where_they_are_told(answer, rng):
    d, first = 2 * int(rng.integers(2, 6)), int(rng.integers(2, 90))
    x = rng.normal(size=(int(rng.integers(3, 6)), d))
    _judge_rotation(answer.call("rotate", x, first), x, first, 10_000.0)
    for t, row in enumerate(x):
        _judge_rotation(answer.call("rotate", row[None], first + t), row[None], first + t, 10_000.0)
    base = float(rng.uniform(50, 2_000))
    value = answer.call("rotate", x, first, base)
    TURNED.judge(value, _turn(x, first, base), {"base-ignored": _turn(x, first, 10_000.0)}, "rotate")


@EXERCISE.check("q2")
def the_distance_alone_counts(answer, rng):
    for d in (2, 2 * int(rng.integers(2, 8))):
        q, k = rng.normal(size=(2, d))
        distances = rng.permutation(np.r_[0, -1, 3, rng.integers(-60, 60, 5)])
        m = 60 + int(rng.integers(40))
        right = np.array([_turn(q[None], m)[0] @ _turn(k[None], m + int(s))[0] for s in distances])
        wrong = {
            "distance-turned-round": np.array([q @ _turn(k[None], -int(s))[0] for s in distances]),
            "sign-of-distance-lost": np.array([q @ _turn(k[None], abs(int(s)))[0] for s in distances]),
            "score-divided": right / d**0.5,
            "neighbours-paired": np.array([q @ _turn_neighbours(k[None], int(s))[0] for s in distances]),
        }
        TURNED.judge(answer.call("score_at_distances", q, k, distances), right, wrong, "score_at_distances")


@EXERCISE.check("q2")
def any_heads_and_places(answer, rng):
    whole = rng.integers(-5, 6, size=(3, 4))
    for x in (rng.normal(size=(2, 3, 5, 8)), rng.normal(size=(4, 1, 2)), whole, rng.normal(size=(1, 6))):
        first, base = int(rng.integers(200, 400)), float(rng.uniform(100, 20_000))
        right = _turn(x, first, base)
        others = [np.moveaxis(_turn(np.moveaxis(x, axis, -2), first, base), -2, axis) for axis in range(x.ndim - 2)]
        wrong = {"places-on-another-axis": others}
        if x is whole:
            wrong["cut-to-whole-numbers"] = [np.trunc(right), np.floor(right), np.round(right)]
        with keep_inputs(answer, "rotate", x, first, base) as value:
            Tolerance(1e-5, 3e-4).judge(value, right, wrong, "rotate")
    q, k, distances = whole[0], whole[1], np.array([5])
    with keep_inputs(answer, "score_at_distances", q, k, distances) as value:
        TURNED.expect(value, [q @ _turn(k[None], 5)[0]], "score_at_distances")


@EXERCISE.check("q3")
def published_counts_come_out(answer, rng):
    for published, (sizes, more) in _PUBLISHED.items():
        value = answer.call("count_parameters", *sizes, **more)
        _judge_count(value, *sizes, **more)
        COUNTED.expect(expect_number(value, "count_parameters"), published, "count_parameters")


@EXERCISE.check("q3")
def each_option_counts(answer, rng):
    options = [{}, {"tied": False}, {"ratio": int(rng.integers(2, 4))}, {"biases": False}, {"pooler": True}]
    options += [{"biases": False, "pooler": True, "S": 3}, {"ratio": 5, "tied": False, "biases": False, "P": 40}]
    for more in options:
        sizes = _draw_sizes(rng)
        _judge_count(answer.call("count_parameters", *sizes, **more), *sizes, **more)


@EXERCISE.check("q3")
def the_budget_is_kept_and_used(answer, rng):
    for more in ({}, {"P": 30, "tied": False}, {"ratio": 2, "biases": False, "pooler": True}):
        _, d, _, heads = _draw_sizes(rng)
        V = d * int(rng.integers(40, 80))  # so that the embeddings are worth several blocks
        empty = _count(V, d, 0, heads, **more)
        each = _count(V, d, 1, heads, **more) - empty
        L = int(rng.integers(7, 20))
        for budget in (empty + L * each, empty + L * each + each - 1, empty + L * each + int(rng.integers(1, each))):
            value = expect_number(answer.call("most_blocks", budget, V, d, heads, **more), "most_blocks")
            if not value.is_integer():
                raise Wrong(say("not-whole", value=value))
            plain = _count(V, d, 0, heads)
            wrong = {
                "budget-for-blocks-alone": budget // each,
                "switches-not-passed-on": (budget - plain) // (_count(V, d, 1, heads) - plain),
                "one-block-too-many": L + 1,
                "a-block-still-fits": L - 1,
            }
            NEAR.judge(value, L, wrong, "most_blocks")


@EXERCISE.check("q3")
def small_and_large_models(answer, rng):
    for sizes in ((7, 3, 0, 1), (5, 1, 2, 1), (3, 6, 1, 6), (128_000, 12_288, 96, 96)):
        for more in ({}, {"tied": False, "biases": False, "pooler": True, "ratio": 3, "P": 2, "S": 1}):
            value = expect_number(answer.call("count_parameters", *sizes, **more), "count_parameters")
            Tolerance(1e-12, 0).expect(value, _count(*sizes, **more), "count_parameters")
    V, d, _, heads = _draw_sizes(rng)
    empty = _count(V, d, 0, heads, S=2)
    for budget in (empty, empty + 4 * d * d):
        value = expect_number(answer.call("most_blocks", budget, V, d, heads, S=2), "most_blocks")
        NEAR.expect(value, 0, "most_blocks")


@EXERCISE.check("q4")
def every_token_counts_once(answer, rng):
    for count in (1, 3):
        batches, characters = _draw_batches(rng, count)
        value = _scores(answer.call("score_batches", batches, characters))
        tokens = np.concatenate([log_p[mask == 1] for log_p, mask in batches])
        places = np.concatenate([log_p.ravel() for log_p, _ in batches])
        means = [log_p[mask == 1].mean() for log_p, mask in batches]
        rows = [row[m == 1].mean() for log_p, mask in batches for row, m in zip(log_p, mask, strict=True)]
        front = [row[: m.sum()] for log_p, mask in batches for row, m in zip(log_p, mask, strict=True)]
        nats = -tokens.mean()
        wrong = {
            "sign-forgotten": -nats,
            "padding-assumed-last": -np.concatenate(front).mean(),
            "padding-counted": [
                -places.mean(),
                -tokens.sum() / len(places),
                -places.sum() / len(tokens),
                -np.mean([(log_p * mask).mean() for log_p, mask in batches]),
                -np.mean([log_p.mean() for log_p, _ in batches]),
            ],
            "batches-weigh-alike": -np.mean(means),
            "texts-weigh-alike": -np.mean(rows),
        }
        NEAR.judge(value["nats"], nats, wrong, "nats")
        wrong = {
            "mean-of-perplexities": [np.exp(-np.array(each)).mean() for each in (means, tokens, rows)],
            "perplexity-of-base-two": 2**nats,
            "sign-forgotten": np.exp(-nats),
        }
        NEAR.judge(value["perplexity"], np.exp(nats), wrong, "perplexity")


@EXERCISE.check("q4")
def bits_are_per_character(answer, rng):
    for _ in range(2):
        batches, characters = _draw_batches(rng, int(rng.integers(2, 4)))
        value = _scores(answer.call("score_batches", batches, characters))
        tokens = np.concatenate([log_p[mask == 1] for log_p, mask in batches])
        nats, N, places = -tokens.mean(), len(tokens), sum(mask.size for _, mask in batches)
        right = nats * N / characters / np.log(2)
        wrong = {
            "bits-per-token": [nats / np.log(2), nats],
            "nats-for-bits": [nats * N / characters, nats * N / characters * np.log(2)],
            "tokens-and-characters-exchanged": nats * characters / N / np.log(2),
            "padding-counted": nats * places / characters / np.log(2),
        }
        NEAR.judge(value["bits"], right, wrong, "bits")


@EXERCISE.check("q4")
def probabilities_are_mixed(answer, rng):
    n, share = int(rng.integers(5, 9)), float(rng.uniform(0.15, 0.4))
    log_p, log_q = -rng.uniform(0.1, 6, (2, n))
    p, q = np.exp(log_p), np.exp(log_q)
    wrong = {
        "logarithms-mixed": [share * log_p + (1 - share) * log_q, (log_p + log_q) / 2],
        "shares-exchanged": np.log((1 - share) * p + share * q),
        "share-ignored": [np.log((p + q) / 2), np.log(p + q), np.log(share * p + q), np.log(np.maximum(p, q))],
    }
    value = answer.call("mix", log_p, log_q, share)
    NEAR.judge(value, np.log(share * p + (1 - share) * q), wrong, "mix")
    log_p, log_q = -rng.uniform(900, 3_000, (2, n))
    log_p[2:5], log_q[3:5] = [-20_000, -9_000, -1_000], [-1_000, -9_000]
    log_q[:3] = log_p[:3] + rng.uniform(-1, 1, 3)
    value = expect_shape(answer.call("mix", log_p, log_q, share), (n,), "mix")
    if not np.isfinite(value).all() or (value > -700).any():
        raise Misconception("underflow")
    NEAR.expect(value, np.logaddexp(np.log(share) + log_p, np.log(1 - share) + log_q), "mix")


@EXERCISE.check("q4")
def anything_may_stand_at_the_padding(answer, rng):
    batches, characters = _draw_batches(rng, 3)
    rows, width = batches[1][0].shape
    batches[1][1][0] = 0  # a row of padding
    batches.insert(1, (np.full((rows, width), -np.inf), np.zeros((rows, width), dtype=int)))
    for junk in (np.nan, -np.inf, 1e30):
        for log_p, mask in batches:
            log_p[mask == 0] = junk
        tokens = np.concatenate([log_p[mask == 1] for log_p, mask in batches])
        with keep_inputs(answer, "score_batches", batches, characters) as value:
            came = _scores(value)
            if not all(map(np.isfinite, came.values())):
                raise Misconception("padding-poisons")
            NEAR.expect(came["nats"], -tokens.mean(), "nats")
            NEAR.expect(came["perplexity"], np.exp(-tokens.mean()), "perplexity")
            NEAR.expect(came["bits"], -tokens.sum() / characters / np.log(2), "bits")
    inf, share = np.inf, float(rng.uniform(0.2, 0.8))
    log_p, log_q = np.array([-inf, -3.0, -inf, 0.0]), np.array([-2.0, -inf, -inf, 0.0])
    with keep_inputs(answer, "mix", log_p, log_q, share) as value:
        if np.isnan(expect_shape(value, (4,), "mix")).any():
            raise Misconception("impossible-becomes-nan")
        NEAR.expect(value, [np.log(1 - share) - 2, np.log(share) - 3, -inf, 0.0], "mix")


@EXERCISE.check("q5")
def temperature_sharpens_and_flattens(answer, rng):
    for temperature in (None, float(rng.uniform(0.3, 0.7)), float(rng.uniform(1.5, 3))):
        z = _draw_logits(rng)
        value = answer.call("next_distribution", z, *([temperature] if temperature else []))
        tau = temperature or 1
        wrong = {
            "temperature-upside-down": _softmax(z * tau),
            "temperature-ignored": _softmax(z),
            "not-rescaled": [np.exp(z / tau), np.exp((z - z.max()) / tau), _softmax(z) ** (1 / tau), _softmax(z) / tau],
        }
        NEAR.judge(value, _softmax(z / tau), wrong, "p")
    z = _draw_logits(rng)
    value = as_array(answer.call("next_distribution", z, temperature=0), "p")
    if not np.isfinite(value).all():
        raise Misconception("divided-by-zero")
    NEAR.judge(value, _softmax(z * 1e9), {"temperature-ignored": _softmax(z)}, "p")


@EXERCISE.check("q5")
def each_cut_keeps_what_it_should(answer, rng):
    for _ in range(2):
        z = _draw_logits(rng)
        p, order, k = _softmax(z), np.argsort(-z), int(rng.integers(2, len(z) - 2))
        value = answer.call("next_distribution", z, top_k=k)
        _judge_cut(value, p, order, k, {"least-probable-kept": _keep(p, order[::-1][:k])})
    for _ in range(3):
        z, mass = _draw_mass(rng)
        p, order, n = _softmax(z), np.argsort(-z), _places(_softmax(z), mass)
        wrong = {
            "crossing-token-dropped": [_keep(p, order[: n - 1])] if n > 1 else [],
            "one-token-too-many": _keep(p, order[: n + 1]),
            "threshold-for-each-token": [_keep(p, np.flatnonzero(p >= t)) for t in (mass, 1 - mass, mass * p.max())],
            "least-probable-kept": _keep(p, order[::-1][: _places(p, mass, order[::-1])]),
        }
        _judge_cut(answer.call("next_distribution", z, top_p=mass), p, order, n, wrong)


@EXERCISE.check("q5")
def the_steps_come_in_order(answer, rng):
    for _ in range(3):
        z, tau, mass, k, early, whole = _draw_steps(rng)
        p, order = _softmax(z / tau), np.argsort(-z)
        n = _places(_keep(p, order[:k]), mass)
        value = answer.call("next_distribution", z, tau, k, mass)
        wrong = {
            "cut-before-temperature": _keep(p, order[:early]),
            "top-p-of-everything": _keep(p, order[: min(whole, k)]),
            "one-cut-ignored": _keep(p, order[:k]),
            "crossing-token-dropped": _keep(p, order[: n - 1]),
        }
        _judge_cut(value, p, order, n, wrong, _keep(p, order[:k]))


@EXERCISE.check("q5")
def equals_extremes_and_forbidden_tokens(answer, rng):
    V = 4 * int(rng.integers(6, 10))
    level, ties = np.zeros(V), rng.permutation(np.repeat([3.0, 1.0, 2.0, 0.0], V // 4))
    by_rank, quarter = np.argsort(-ties, kind="stable"), np.full(V, 1 / V)
    forbidden, huge = np.where(rng.random(V) < 0.4, -np.inf, rng.normal(size=V)), rng.permutation(V) + 1_000.0
    forbidden[[0, 1]] = 1.0, -np.inf
    plain, k = rng.normal(size=V), V // 4 + 2
    most = (ties == 3) / (ties == 3).sum()
    cases = [
        (level, {"top_k": 5}, _keep(quarter, np.arange(5))),
        (np.zeros(16), {"top_p": 0.5}, _keep(np.full(16, 1 / 16), np.arange(8))),
        (ties, {"top_k": k}, _keep(_softmax(ties), by_rank[:k])),
        (ties, {"temperature": 0}, most),
        (ties, {"temperature": 0.0, "top_k": 1}, np.eye(V)[by_rank[0]]),
        (ties, {"temperature": 0.0, "top_p": 1e-3}, np.eye(V)[by_rank[0]]),
        (plain, {"top_k": 1}, np.eye(V)[plain.argmax()]),
        (plain, {"top_k": V + 3}, _softmax(plain)),
        (plain, {"top_k": V, "top_p": 1.0}, _softmax(plain)),
        (plain, {"top_p": 1e-6}, np.eye(V)[plain.argmax()]),
        (np.array([0.5, 1.0, 1.000_01]), {"temperature": 0}, np.eye(3)[2]),
        (forbidden, {}, _softmax(forbidden)),
        (forbidden, {"temperature": 0}, _softmax(np.where(forbidden == forbidden.max(), 0, -np.inf))),
        (forbidden, {"top_k": V - 1, "top_p": 0.999_999}, _softmax(forbidden)),
        (huge, {}, _softmax(huge)),
        (huge, {"temperature": 0.01}, _softmax(huge / 0.01)),
        (np.append(-huge, -np.inf), {"top_p": 1.0}, np.append(_softmax(-huge), 0)),
        (np.array([float(rng.normal())]), {"top_k": 1, "top_p": 0.5}, np.ones(1)),
    ]
    for z, more, right in cases:
        value = as_array(answer.call("next_distribution", z, **more), "p")
        if not np.isfinite(value).all() and np.abs(z).min() > 500:
            raise Misconception("overflow")
        wrong = {}
        if np.isfinite(z).all() and len(set(z)) < len(z):
            p = most if more.get("temperature") == 0 else _softmax(z)
            count = int((right > 0).sum())
            wrong["one-token-too-many"] = [_keep(p, np.argsort(-z, kind="stable")[: count + 1])]
            wrong["equals-kept"] = [_keep(p, np.flatnonzero(z >= z[right > 0].min()))]
            wrong["zero-takes-one"] = [one for one in np.eye(V) if more == {"temperature": 0} and one @ most > 0]
            wrong["higher-of-equals"] = [value] if NEAR.same(np.sort(value, axis=None), np.sort(right)) else []
        NEAR.judge(value, right, wrong, "p")
    with keep_inputs(answer, "next_distribution", plain, 0.7, 5, 0.6) as value:
        expect_shape(value, (V,), "p")


@EXERCISE.check("q6")
def the_faults_are_named(answer, rng):
    wrong = {"D": "padded-keys-blamed", "E": "memory-blamed"}
    expect_letters(answer.get("FAULTS"), "FAULTS", "ABC", "ABCDE", wrong, say("fault-missing"))


@EXERCISE.check("q6")
def each_place_is_asked_for_the_next_token(answer, rng):
    for texts in (*(_draw_texts(rng, B) for B in (1, int(rng.integers(3, 6)))), [[5, 8, 6], [7, 9]]):
        _judge_preparation(answer.call("prepare", texts, 0), texts, 0)


@EXERCISE.check("q6")
def the_candidates_are_compared(answer, rng):
    characters, tokens, losses = map(EXERCISE.given, ("CHARACTERS", "TOKENS", "LOSS"))
    nats = {name: float(loss.mean()) for name, loss in losses.items()}  # C's is what a leak gives
    for name in "AB":
        _judge_bits(
            expect_number(answer.get(f"BITS_{name}"), f"BITS_{name}"), nats[name], tokens[name], characters, name
        )
    worse, better = sorted("AB", key=lambda name: -nats[name] * tokens[name])
    mistakes = {better: "", worse: "perplexities-compared", "C": "leak-chosen"}
    expect_choice(answer.get("CHOICE"), "CHOICE", {name: mistakes[name] for name in "ABC"})
    level = expect_number(answer.get("LEVEL"), "LEVEL")
    right = np.exp(nats[better] * tokens[better] / tokens[worse])
    Tolerance(0, 0.5).name(level, right, {"level-is-the-better-perplexity": np.exp(nats[better])})
    other = np.exp(nats[worse] * tokens[worse] / tokens[better])
    Tolerance(0, 1).name(level, right, {"level-for-the-wrong-one": other})
    wrong = {"level-in-nats": np.log(right)}
    judge_constant(level, right, wrong, "LEVEL", Tolerance(0, 0.06), say("not-level", value=level))


@EXERCISE.check("q6")
def the_pad_number_may_be_a_token(answer, rng):
    pad = int(rng.integers(5, 20))
    inside = _draw_texts(rng, 4)
    for text in inside:
        text[int(rng.integers(len(text)))] = pad
    inside[0][-1] = pad
    for texts in (inside, [[3, 8]], [[pad, pad, pad], [4, 4, 4]], [[1, 2], [3, 4], [9, 7]], inside[::-1]):
        with keep_inputs(answer, "prepare", texts, pad) as value:
            _judge_preparation(value, texts, pad)


def _judge_block(value, x, p, heads, real=None):
    """At the tokens: at padding anything may stand."""
    value = expect_shape(value, x.shape, "y")
    real = np.ones(x.shape[:2], dtype=bool) if real is None else real
    seen = recipes.look_back(real)
    right = recipes.run_block(x, p, heads, seen)
    if not SUMMED.same(value[real], right[real]):
        for name, masks in recipes.mistake_masks(real).items():
            for mask in masks:
                rows = real & mask.any(axis=-1)  # whoever sees nothing is nan or not, as the module likes
                recipe = recipes.run_block(x, p, heads, mask)
                if rows.sum() > 2:
                    SUMMED.name(value[rows], right[rows], {name: recipe[rows]})
        blind = recipes.run_block(x, p, heads, seen & False)
        if np.isnan(value[real]).any() or SUMMED.same(value[real], blind[real]):
            raise Misconception("token-sees-nothing")
    wrong = {name: [one[real] for one in some] for name, some in recipes.mistake_block(x, p, heads, seen).items()}
    SUMMED.judge(value[real], right[real], wrong, "y")


def _fit_one_of(value, may_be) -> np.ndarray:
    """Which numbers of the value are one of those that stand at their place."""
    return np.any([abs(value - one) < 1e-3 for one in may_be], axis=0)


def _turn(x, first, base=10_000.0, sign=1, exponents=None):
    T, half = x.shape[-2], x.shape[-1] // 2
    speeds = base ** (-np.arange(half) / half if exponents is None else exponents)
    angle = sign * (first + np.arange(T))[:, None] * speeds
    a, b = x[..., :half], x[..., half:]
    return np.concatenate([a * np.cos(angle) - b * np.sin(angle), a * np.sin(angle) + b * np.cos(angle)], axis=-1)


def _turn_neighbours(x, first, base=10_000.0):
    turned = _turn(np.concatenate([x[..., ::2], x[..., 1::2]], axis=-1), first, base)
    return np.stack(np.split(turned, 2, axis=-1), axis=-1).reshape(x.shape)


def _judge_rotation(value, x, first, base):
    half = x.shape[-1] // 2
    i, T = np.arange(half), x.shape[-2]
    angle = (first + np.arange(T))[:, None] * base ** (-i / half)
    exponents = [-i / (2 * half), -2 * i / half, i / half, -(i + 1) / half, -i / max(half - 1, 1)]
    wrong = {
        "neighbours-paired": _turn_neighbours(x, first, base),
        "turned-backwards": _turn(x, first, base, -1),
        "place-from-one": _turn(x, first + 1, base),
        "one-frequency": _turn(x, first, 1.0),
        "exponent-of-frequencies": [_turn(x, first, base, exponents=one) for one in exponents],
        "added-not-turned": [
            x + np.concatenate([np.sin(angle), np.cos(angle)], axis=-1),
            x + np.concatenate([np.cos(angle), np.sin(angle)], axis=-1),
            x + np.stack([np.sin(angle), np.cos(angle)], axis=-1).reshape(T, 2 * half),
        ],
        "first-ignored": [_turn(x, start, base) for start in (0, 1 - T, first - T + 1)],
    }
    TURNED.judge(value, _turn(x, first, base), wrong, "rotate")


def _draw_sizes(rng) -> tuple:
    heads = int(rng.integers(2, 5))
    return int(rng.integers(20, 90)), heads * int(rng.integers(2, 7)), int(rng.integers(2, 7)), heads


def _count(V, d, L, heads, P=0, S=0, ratio=4, tied=True, biases=True, pooler=False) -> int:
    linear, norm = d * d + biases * d, d + biases * d
    network = 2 * ratio * d * d + biases * (ratio + 1) * d
    outside = (V + P + S + (0 if tied else V)) * d + norm + pooler * linear
    return outside + L * (4 * linear + network + 2 * norm)


def _judge_count(value, V, d, L, heads, P=0, S=0, ratio=4, tied=True, biases=True, pooler=False):
    right = _count(V, d, L, heads, P, S, ratio, tied, biases, pooler)
    linear, norm = d * d + biases * d, d + biases * d
    inside, norms = biases * (4 + ratio + 1) * d, 2 * L + 1
    wrong = {
        "places-or-segments-forgotten": [right - P * d, right - S * d, right - (P + S) * d],
        "outer-norm-forgotten": right - norm,
        "four-d-missing": [right - 4 * L * d] if biases else [],
        "norms-forgotten": [right - norms * norm, right - L * norm, right - (L + 1) * norm],
        "tables-for-each-head": [right + L * (heads - 1) * many * linear for many in (3, 4)],
        "output-map-forgotten": right - L * linear,
        "pooler-miscounted": [right - linear, right - d] if pooler else [right + linear],
        "tied-table-miscounted": [right + V * d] if tied else [right - V * d, right + V],
        "ratio-fixed": _count(V, d, L, heads, P, S, 4, tied, biases, pooler),
    }
    if biases:
        wrong["biases-forgotten"] = [right - L * inside - pooler * d, right - L * inside]
        wrong["biases-forgotten"] += [right - L * (ratio + 1) * d, right - L * inside - pooler * d - norms * d]
        wrong["norms-forgotten"] += [right - norms * d]
    else:
        rest = [L * (5 + ratio) + pooler, L * (5 + ratio), norms, pooler, 1, 4 * L, L * (1 + ratio)]  # times d
        with_all = _count(V, d, L, heads, P, S, ratio, tied, True, pooler)
        wrong["biases-not-switched-off"] = [with_all, *(right + some * d for some in rest)]
        wrong = {"gammas-switched-off": [right - norms * d]} | wrong
    COUNTED.judge(expect_number(value, "count_parameters"), right, wrong, "count_parameters")


def _draw_batches(rng, count):
    """count pairs (log_p, mask) of two texts or more, padding in front or behind, different means; and characters."""
    while True:
        batches = []
        for k in range(count):
            B, T = int(rng.integers(2, 5)) + k, int(rng.integers(4, 9)) - k
            lengths = np.r_[T, rng.integers(1, T, B - 1)]
            mask = (np.arange(T)[:: k % 2 * 2 - 1] < rng.permutation(lengths)[:, None]).astype(int)
            batches.append((-rng.uniform(0.2, 2 + 2 * k, (B, T)) - (1 - mask) * rng.uniform(0, 3), mask))
        means = [log_p[mask == 1].mean() for log_p, mask in batches]
        N = sum(mask.sum() for _, mask in batches)
        apart = np.mean(means) - np.concatenate([log_p[mask == 1] for log_p, mask in batches]).mean()
        if count == 1 or abs(apart) > 0.02:
            return batches, int(N * rng.uniform(2.5, 4.5))


def _scores(value) -> dict:
    return {key: expect_number(part, key) for key, part in expect_entries(value, "nats, perplexity, bits").items()}


def _judge_bits(value, nats, tokens, characters, name):
    right = nats * tokens / characters / np.log(2)
    wrong = {
        "bits-per-token": nats / np.log(2),
        "nats-for-bits": right * np.log(2),
        "tokens-and-characters-exchanged": nats / np.log(2) * characters / tokens,
    }
    otherwise = say("not-the-number", name=f"BITS_{name}", value=value)
    judge_constant(value, right, wrong, f"BITS_{name}", Tolerance(0, 0.005), otherwise)


def _softmax(z):
    p = np.exp(z - z.max())
    return p / p.sum()


def _keep(p, tokens):
    """p, but for these tokens 0, rescaled."""
    kept = np.zeros(len(p))
    kept[tokens] = p[tokens]
    return kept / max(kept.sum(), 1e-300)


def _places(p, mass, order=None) -> int:
    """How many of the most probable hold at least the mass."""
    order = np.argsort(-p) if order is None else order
    return int(min(np.searchsorted(np.cumsum(p[order]), mass) + 1, len(p)))


def _draw_logits(rng):
    """Logits that all differ by at least 0.15, in no order."""
    V = int(rng.integers(8, 15))
    return rng.permutation(np.cumsum(rng.uniform(0.15, 0.7, V))) - rng.uniform(0, 4)


def _draw_mass(rng):
    """z, mass: the mass falls well inside the n-th token, n not the first nor near the last."""
    while True:
        z = _draw_logits(rng)
        held = np.cumsum(np.sort(_softmax(z))[::-1])
        n = int(rng.integers(1, len(z) - 3))
        mass = held[n - 1] + rng.uniform(0.3, 0.7) * (held[n] - held[n - 1])
        if 0.3 < mass < 0.95:
            return z, float(mass)


def _draw_steps(rng):
    """z, temperature, mass, k, and how many tokens stay if one cuts too early or forgets that top-k came before."""
    while True:
        z, tau = _draw_logits(rng), float(rng.choice([rng.uniform(0.4, 0.7), rng.uniform(1.4, 2.2)]))
        k, mass, order = int(rng.integers(4, len(z) - 1)), float(rng.uniform(0.5, 0.9)), np.argsort(-z)
        p, plain = _softmax(z / tau), _softmax(z)
        left = _keep(p, order[:k])
        n, early, whole = _places(left, mass), _places(_keep(plain, order[:k]), mass), _places(p, mass)
        clear = np.abs(np.cumsum(np.sort(left)[::-1]) - mass).min() > 0.01
        if clear and 1 < n < whole < k and len({n - 1, n, early, whole, k}) == 5:
            return z, tau, mass, k, early, whole


def _judge_cut(value, p, order, n, wrong, before=None):
    """before: what the step before has left, rescaled."""
    right, mask = _keep(p, order[:n]), np.isin(np.arange(len(p)), order[:n])
    value = expect_shape(value, p.shape, "p")
    unscaled = [p * mask] if before is None else [p * mask, before * mask]
    again = [_softmax(np.where(mask, p, -np.inf)), _softmax(p * mask)]
    NEAR.judge(value, right, {"not-rescaled": unscaled, "softmax-for-rescaling": again, **wrong}, "p")


def _draw_texts(rng, B) -> list[list[int]]:
    """B texts of different lengths, the longest not the first; no token is the pad number, neighbours differ."""
    lengths = rng.permutation(np.arange(3, 3 + B)) + int(rng.integers(3))
    return [[1_009 * int(x) for x in rng.permutation(np.arange(1, 60))[:n]] for n in lengths]  # large: no bytes


def _judge_preparation(value, texts, pad):
    B, T = len(texts), max(map(len, texts)) - 1
    value = expect_entries(value, "inputs, targets, look, counts")
    if as_array(value["look"], "look").ndim > 2:
        raise Misconception("look-is-no-square")
    came = {key: expect_shape(part, (T, T) if key == "look" else (B, T), key) for key, part in value.items()}
    lengths = np.array([len(text) for text in texts])[:, None]
    full = np.array([[*text, *[pad] * (T + 1 - len(text))] for text in texts])
    inputs, targets, counts = full[:, :-1], full[:, 1:], np.arange(T) < lengths - 1
    where = {key: np.where(counts, came[key], -1) for key in ("inputs", "targets")}
    behind = np.array([[*[pad] * (T + 1 - len(text)), *text] for text in texts])[:, :-1]
    late = np.arange(T) >= T + 1 - lengths
    if not counts.all() and (came["inputs"] == behind)[late].all() and (came["inputs"] != inputs)[counts].any():
        raise Misconception("padded-in-front")
    read, right = np.where(counts, inputs, -1), np.where(counts, targets, -1)
    NEAR.expect(where["inputs"], read, "inputs")
    shifted = (came["targets"][:, 1:] == inputs[:, :-1])[counts[:, 1:]].all()
    if T > 1 and shifted and not NEAR.same(where["targets"], right):
        raise Misconception("previous-token-asked")
    NEAR.judge(where["targets"], right, {"targets-are-inputs": read}, "targets")
    tri = np.tri(T)
    wrong = {
        "future-visible": [np.ones((T, T)), tri.T] if T > 1 else [],
        "own-token-hidden": np.tri(T, k=-1),
        "look-means-ignore": 1 - tri,
    }
    NEAR.judge(came["look"], tri, wrong, "look")
    wrong = {
        "end-counts": np.arange(T) < lengths,
        "padding-to-be-said": np.ones((B, T)),
        "pad-number-in-a-text": [targets != pad, inputs != pad, (targets != pad) & (inputs != pad)],
    }
    NEAR.judge(came["counts"], counts, wrong, "counts")
