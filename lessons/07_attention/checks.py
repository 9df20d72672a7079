"""Exercise 07: attention and its masks, several heads, variances and costs, a translator mended, a head chosen."""

from __future__ import annotations

import functools
import itertools
from pathlib import Path

import numpy as np

from autograder.answers import (
    Exercise,
    Misconception,
    Tolerance,
    Wrong,
    as_array,
    expect_choice,
    expect_close,
    expect_equal,
    expect_letters,
    expect_number,
    expect_numbers,
    expect_parts,
    expect_shape,
    judge_constant,
    keep_inputs,
)
from autograder.answers.rooms import load_module

NEAR = Tolerance(1e-5, 1e-6)  # loose enough for float32, far tighter than any wrong recipe below
EXERCISE = Exercise.beside(__file__)
say = EXERCISE.say
recipes = load_module(Path(__file__).with_name("recipes.py"))


@EXERCISE.check("q1", points=2)
def rows_share_out_the_values(answer, rng):
    for _ in range(2):
        m, n, d_k, d_v = _draw_sizes(rng, 4)
        Q, K, V = rng.normal(size=(m, d_k)), rng.normal(size=(n, d_k)), rng.normal(size=(n, d_v))
        out, weights = _pair(answer.call("attention", Q, K, V), (m, d_v), (m, n))
        _judge_attention(out, weights, Q, K, V)


@EXERCISE.check("q1", points=2)
def hidden_keys_have_no_part(answer, rng):
    for kind in ("anything", "padding", "square"):
        m, n, d_k, d_v = _draw_sizes(rng, 4)
        n = m if kind == "square" else n
        Q, K, V = rng.normal(size=(m, d_k)), rng.normal(size=(n, d_k)), rng.normal(size=(n, d_v))
        allowed = np.tile(np.arange(n) < n - 2, (m, 1)) if kind == "padding" else _draw_mask(rng, (m, n))
        out, weights = _pair(answer.call("attention", Q, K, V, allowed), (m, d_v), (m, n))
        _judge_attention(out, weights, Q, K, V, allowed)


@EXERCISE.check("q1")
def any_dimensions_may_stand_in_front(answer, rng):
    k = int(rng.integers(3, 6))
    cases = ((k,), k + 1, k, k, 2), ((1,), 4, 5, 6, 3), ((2, 3), 4, 6, 5, 7), ((3, 1, 2), 1, 3, 2, 4)
    for lead, m, n, d_k, d_v in cases:
        Q, K, V = (rng.normal(size=(*lead, *shape)) for shape in ((m, d_k), (n, d_k), (n, d_v)))
        for shape in (None, (n,), (m, n), (lead[0], *[1] * len(lead), n), (lead[-1], m, n), (*lead, m, n)):
            mask = None if shape is None else _draw_mask(rng, shape)
            value = answer.call("attention", Q, K, V, *([] if mask is None else [mask]))
            out, weights = _pair(value, (*lead, m, d_v), (*lead, m, n))
            _judge_attention(out, weights, Q, K, V, mask)


@EXERCISE.check("q1")
def who_may_look_nowhere_gets_zeros(answer, rng):
    for lead in ((), (3,)):
        m, n, d_k, d_v = _draw_sizes(rng, 4)
        Q, K, V = (rng.normal(size=(*lead, *shape)) for shape in ((m, d_k), (n, d_k), (n, d_v)))
        mask = _draw_mask(rng, (*lead, m, n))
        mask[..., rng.integers(m), :] = False
        if lead:
            mask[1:] = False
        out, weights = _pair(answer.call("attention", Q, K, V, mask), (*lead, m, d_v), (*lead, m, n))
        blind = ~mask.any(axis=-1)
        if not (np.isfinite(out[blind]).all() and np.isfinite(weights[blind]).all()):
            raise Misconception("nan-for-nobody")
        if (weights[blind] > 1e-3).any() or (np.abs(out[blind]) > 1e-3).any():
            raise Misconception("everybody-for-nobody")
        _judge_attention(out, weights, Q, K, V, mask)


@EXERCISE.check("q1")
def large_scores_do_no_harm(answer, rng):
    for visible, hidden in ((990, 990), (-990, -990), (-999.5, 990), (-999.5, -999.5), (0, 990)):
        for kind in (np.float64, np.float32):
            m, n, d_v = _draw_sizes(rng, 3)
            Q, K = rng.integers(-1, 2, (m, 16)).astype(kind), rng.integers(-1, 2, (n, 16)).astype(kind)  # exact scores
            V, mask = rng.normal(size=(n, d_v)).astype(kind), _draw_mask(rng, (n,))
            if visible == hidden == -990:
                mask[:] = True
            Q[:, 0], K[:, 0] = 40, np.where(mask, visible, hidden)
            Q[-1, 0] = -40  # rows at different heights
            right = recipes.soften(recipes.score_pairs(Q, K), mask)
            with keep_inputs(answer, "attention", Q, K, V, None if mask.all() else mask) as value:
                out, weights = _pair(value, (m, d_v), (m, n))
                finite = np.isfinite(weights).all() and np.isfinite(out).all()
                if (np.nan_to_num(weights)[:, ~mask] > 1e-9).any():
                    raise Misconception("penalty-too-small")
                if not finite or (weights[:, mask] < 1e-30).all(axis=1).any():
                    raise Misconception("overflow" if visible == hidden else "hidden-key-sets-the-scale")
                if kind == np.float32:  # of which neighbours near 10,000 are 0.001 apart
                    weights, out = (_forgive(*pair) for pair in ((weights, right), (out, right @ V)))
                scores = recipes.score_pairs(Q, K)
                clipped = [recipes.soften(np.clip(scores, -most, most), mask) for most in _CLIPS]
                NEAR.name(weights, right, {"scores-clipped": clipped})
                _expect_pair(out, weights, right @ V, right)


@EXERCISE.check("q2")
def padding_hides_its_columns(answer, rng):
    _judge_masks(answer, rng, causal=False)


@EXERCISE.check("q2")
def causal_hides_the_future(answer, rng):
    _judge_masks(answer, rng, causal=True)


@EXERCISE.check("q2", points=2)
def the_module_obeys_the_mask(answer, rng):
    for empty in (False, True):
        (B, T, width), heads = _draw_sizes(rng, 3), int(rng.integers(2, 5))
        mask = _draw_mask(rng, (B, T, T))
        if empty:
            one, other = rng.choice(B, 2, replace=False)
            mask[one, rng.integers(T)] = mask[other] = False
        blind = ~mask.any(axis=-1, keepdims=True)
        mended, itself = mask | blind, mask | blind & np.eye(T, dtype=bool)
        wrong = {
            "true-not-turned": [order(one, heads) for order in (_repeat, _tile) for one in (mask, mended)],
            "sentences-in-turn": [_tile(~one, heads) for one in (mask, mended)],
            "opened-for-itself-only": [_repeat(~itself, heads)],
            "mask-ignored": [_repeat(mask & False, heads)],
        }
        _judge_module(answer, rng, mask, heads, width * heads, wrong)


@EXERCISE.check("q2")
def masks_of_any_size(answer, rng):
    for lengths, T in (([0, 4, 2], 4), ([3], 3), ([0], 1), ([1, 1], 1), (rng.integers(0, 8, 6), 7)):
        for causal in (False, True):
            with keep_inputs(answer, "make_mask", np.array(lengths), T, causal) as value:
                _judge_mask(value, np.array(lengths), T, causal)
    for shape, heads in (((1, 3, 3), 1), ((3, 1, 1), 4), ((2, 5, 5), 1)):
        mask = rng.random(shape) < 0.5
        mask[0, rng.integers(shape[1])] = False
        _judge_module(answer, rng, mask, heads, 2 * heads, {})


@EXERCISE.check("q3", points=2)
def one_head_is_projected_and_joined(answer, rng):
    B, T, d = _draw_sizes(rng, 3)
    given = _draw_layer(rng, B, T, d)
    value = expect_shape(answer.call("multi_head", *given, 1), (B, T, d), "y")
    orders = [order for order in itertools.permutations(range(3)) if order != (0, 1, 2)]
    biases = [(True, True), (False, True), (True, False), (False, False)]
    turns = itertools.product(("stacked", "last", "both", "sideways"), biases)
    wrong = {
        "parts-exchanged": [recipes.join_heads(*given, 1, order=order) for order in orders],
        "matrix-not-turned": [recipes.join_heads(*given, 1, turned=turned, biased=biased) for turned, biased in turns],
        "bias-forgotten": [recipes.join_heads(*given, 1, biased=biased) for biased in biases[1:]],
        "not-scaled": recipes.join_heads(*given, 1, scale=1),
        "scaled-too-much": recipes.join_heads(*given, 1, scale=d),
        "shared-among-queries": recipes.join_heads(*given, 1, axis=2),
        "shared-among-others": [recipes.join_heads(*given, 1, axis=axis) for axis in (0, 1)],
    }
    NEAR.judge(value, recipes.join_heads(*given, 1), wrong, "y")


@EXERCISE.check("q3", points=2)
def heads_are_split_and_merged(answer, rng):
    for _ in range(2):
        B, T, heads, width = _draw_sizes(rng, 4, low=2)
        d = heads * width
        given = _draw_layer(rng, B, T, d)
        value = expect_shape(answer.call("multi_head", *given, heads), (B, T, d), "y")
        moves = {"reshape-for-swap": [], "heads-interleaved": []}
        for split, merge in itertools.product(("right", "interleaved", "reshaped"), repeat=2):
            if (split, merge) != ("right", "right"):
                name = "reshape-for-swap" if "reshaped" in (split, merge) else "heads-interleaved"
                moves[name] += [
                    recipes.join_heads(*given, heads, split=split, merge=merge, scale=c**0.5) for c in (width, d, 1)
                ]
        wrong = {
            "one-head-only": [recipes.join_heads(*given, 1, scale=scale) for scale in (d**0.5, width**0.5)],
            **moves,
            "scaled-by-full-width": recipes.join_heads(*given, heads, scale=d**0.5),
            "not-scaled": recipes.join_heads(*given, heads, scale=1),
            "scaled-too-much": recipes.join_heads(*given, heads, scale=width),
            "root-of-another-size": recipes.join_heads(*given, heads, scale=heads**0.5),
            "parts-exchanged": recipes.join_heads(*given, heads, split="heads first"),
            "shared-among-queries": recipes.join_heads(*given, heads, axis=2),
        }
        NEAR.judge(value, recipes.join_heads(*given, heads), wrong, "y")


@EXERCISE.check("q3")
def layers_of_any_size(answer, rng):
    for B, T, d, heads in ((1, 5, 6, 2), (3, 1, 4, 2), (2, 4, 3, 3), (2, 2, 8, 2), (4, 4, 16, 4), (1, 1, 1, 1)):
        for kind in (np.float64, np.float32):
            given = tuple(one.astype(kind) for one in _draw_layer(rng, B, T, d))
            right = recipes.join_heads(*(one.astype(np.float64) for one in given), heads)
            with keep_inputs(answer, "multi_head", *given, heads) as value:
                expect_close(value, right, 1e-4, 1e-5, "y")


@EXERCISE.check("q4")
def without_means_products_of_variances(answer, rng):
    for scaled in (False, True):
        d = int(rng.integers(5, 12))
        s, t = rng.uniform(0.3, 3, (2, d))
        value = expect_number(answer.call("score_variance", np.zeros(d), s, np.zeros(d), t, scaled), "variance")
        _judge_variance(value, np.zeros(d), s, np.zeros(d), t, scaled)


@EXERCISE.check("q4")
def means_add_to_the_spread(answer, rng):
    for scaled in (True, False):
        d = int(rng.integers(5, 12))
        (s, t), (m, n) = rng.uniform(0.3, 3, (2, d)), rng.uniform(0.5, 3, (2, d)) * rng.choice([-1, 1], (2, d))
        value = expect_number(answer.call("score_variance", m, s, n, t, scaled), "variance")
        _judge_variance(value, m, s, n, t, scaled)


@EXERCISE.check("q4", points=2)
def multiplications_and_bytes_are_counted(answer, rng):
    for bytes_each in (None, 2):
        B, T, width, heads = _draw_sizes(rng, 4)
        d = heads * width + heads
        value = answer.call("count_cost", B, T, d, heads, *([bytes_each] if bytes_each else []))
        multiplications, score_bytes = expect_numbers(value, _COST)
        P, S, size = T * d * d, T * T * d, bytes_each or 4
        products = {
            "additions-counted": [2 * B * (4 * P + 2 * S)],
            "batch-forgotten": [4 * P + 2 * S],
            "projection-forgotten": [B * (k * P + 2 * S) for k in (0, 1, 2, 3)],
            "one-square-only": [B * (k * P + S) for k in (3, 4)],
            "heads-add-width": [B * (k * P + 2 * S * heads) for k in (4, 4 * heads)],
            "width-for-length": [B * (4 * S + 2 * S), B * (4 * S + 2 * P), B * (4 * P + 2 * P)],
            "one-head-of-many": [B * (k * P + 2 * S // heads) for k in (4, 3)] + [B * (4 * P + 2 * S) // heads],
        }
        NEAR.judge(multiplications, B * (4 * P + 2 * S), products, "multiplications")
        room = {
            "batch-forgotten": heads * T * T * size,
            "one-head-of-many": B * T * T * size,
            "bytes-fixed": B * heads * T * T * 4,
        }
        NEAR.judge(score_bytes, B * heads * T * T * size, room, "score_bytes")


@EXERCISE.check("q4")
def the_square_catches_up(answer, rng):
    wrong = {
        "one-square-only": [4 * 768],
        "projection-forgotten": [1.5 * 768, 768, 768 / 2],
        "heads-add-width": [2 * 64],
        "layer-of-lesson-08": [6 * 768],
    }
    judge_constant(answer.get("EVEN_AT"), 2 * 768, wrong, "EVEN_AT", NEAR)


@EXERCISE.check("q4")
def counts_are_exact_and_edges_hold(answer, rng):
    B, T, heads, width = (2 * int(rng.integers(k, 2 * k)) + 1 for k in (250, 50_000, 15, 50))  # odd: no float is exact
    d = heads * width
    parts = expect_parts(answer.call("count_cost", B, T, d, heads, 8), _COST)
    rights = B * (4 * T * d**2 + 2 * T**2 * d), 8 * B * heads * T**2
    for part, name, right in zip(parts, _COST.split(", "), rights, strict=True):
        number = expect_number(part, name)
        whole = number.is_integer()
        if part != right and abs(number / right - 1) < 1e-12:
            raise Misconception("counted-in-floats")
        expect_equal(int(part) if whole else part, right, name)
    expect_equal(expect_numbers(answer.call("count_cost", 1, 1, 1, 1), _COST), [6, 4], f"({_COST})")
    for d in (1, 3):
        m, n, t = rng.uniform(0.5, 2, (3, d))
        for scaled in (False, True):
            value = expect_number(answer.call("score_variance", m, np.zeros(d), n, t, scaled), "variance")
            NEAR.expect(value, _variance(m, np.zeros(d), n, t) / (d if scaled else 1), "variance")


@EXERCISE.check("q5")
def the_faults_are_named(answer, rng):
    wrong = {"C": "maximum-blamed", "F": "same-words-blamed"}
    expect_letters(answer.get("FAULTS"), "FAULTS", "ABDE", "ABCDEF", wrong, say("fault-missing"))


@EXERCISE.check("q5")
def each_target_word_asks_for_itself(answer, rng):
    B, T, d = _draw_sizes(rng, 3)
    given = _draw_translation(rng, B, T, T, d, d, d, d)  # all sizes alike, so that wrong roles run as well
    out, weights = _pair(answer.call("cross_attention", *given), (B, T, d), (B, T, T))
    for roles in itertools.product("ts", repeat=3):
        if roles == ("t", "s", "s"):
            continue
        for scale, axis, hide in itertools.product((1, d**0.5, d), (1, 2), _HIDINGS):
            if NEAR.same(out, recipes.look_across(*given, roles=roles, scale=scale, axis=axis, hide=hide)[0]):
                together = "looks-at-itself" if roles[1:] == ("t", "t") else "keys-and-values-apart"
                raise Misconception("source-asks" if roles[0] == "s" else together)
    B, T, S, d, width, other = _draw_sizes(rng, 6)
    given = _draw_translation(rng, B, T, S, d, d, width, other)
    value = answer.call("cross_attention", *given)
    if as_array(expect_parts(value, "output, weights")[0], "output").shape == (B, S, other):
        raise Misconception("source-asks")
    out, weights = _pair(value, (B, T, other), (B, T, S))
    t, changed = int(rng.integers(T)), given[0].copy()
    changed[:, t] = rng.normal(size=(B, d))
    again, _ = _pair(answer.call("cross_attention", changed, *given[1:]), (B, T, other), (B, T, S))
    moved = ~np.isclose(again, out, NEAR.rtol, NEAR.atol).all(axis=(0, 2))
    if np.delete(moved, t).any():
        raise Misconception("shared-among-queries")
    if not moved[t]:
        raise Wrong(say("deaf-row"))


@EXERCISE.check("q5", points=2)
def real_words_share_the_weight(answer, rng):
    for _ in range(2):
        B, T, S, target, source, width, other = _draw_sizes(rng, 7, low=4)
        given = _draw_translation(rng, B, T, S, target, source, width, other)
        value = answer.call("cross_attention", *given)
        out, weights = _pair(value, (B, T, other), (B, T, S))
        right = recipes.look_across(*given)
        words, real = given[1], given[2]
        nulled, counted = words * real[:, :, None], np.arange(S) < real.sum(axis=1)[:, None]
        if NEAR.same(weights, recipes.look_across(given[0], nulled, *given[2:], hide="after")[1]):
            raise Misconception("mask-after-softmax")
        if not np.array_equal(counted, real) and NEAR.same(
            weights, recipes.look_across(given[0], words, counted, *given[3:])[1]
        ):
            raise Misconception("padding-assumed-last")
        sizes = (width, width**2, 1, other, target, source, S, T, B)
        for scale, hide in itertools.product((size**0.5 for size in sizes), _HIDINGS):
            recipe = recipes.look_across(*given, scale=scale, hide=hide)
            if NEAR.same(recipe[1], right[1]):
                continue
            if hide != "before" and NEAR.same(weights, recipe[1]):
                raise Misconception(_HIDINGS[hide])
            if scale != width**0.5 and NEAR.same(weights, recipe[1]):
                raise Misconception({width: "scaled-too-much", 1: "not-scaled"}.get(scale, "root-of-another-size"))
        _expect_pair(out, weights, *right)


@EXERCISE.check("q5")
def large_scores_and_odd_batches(answer, rng):
    for B, T, S, high in ((1, 3, 4, 990), (2, 1, 5, -990), (3, 2, 1, 990), (2, 4, 6, -999.5)):
        target, source = rng.integers(-1, 2, (B, T, 16)).astype(float), rng.integers(-1, 2, (B, S, 16)).astype(float)
        real = _draw_mask(rng, (B, S))
        target[:, :, 0], source[:, :, 0] = 40, np.where(real, high, 990)
        target[0, -1, 0] = -40
        given = target, source, real, np.eye(16), np.eye(16), rng.normal(size=(16, 3)) / 100
        right = recipes.look_across(*given)
        with keep_inputs(answer, "cross_attention", *given) as value:
            out, weights = _pair(value, (B, T, 3), (B, T, S))
            if high < -990 and (np.nan_to_num(weights) * ~real[:, None] > 1e-9).any():
                raise Misconception("penalty-too-small")
            seen = np.nan_to_num(weights) * real[:, None]
            if not (np.isfinite(weights).all() and np.isfinite(out).all()) or (seen.sum(axis=2) < 1e-30).any():
                raise Misconception("hidden-key-sets-the-scale" if high < 0 and not real.all() else "overflow")
            _expect_pair(out, weights, *right)


@EXERCISE.check("q6")
def links_go_from_word_to_word(answer, rng):
    for _ in range(2):
        weights, source_real, target_real = _draw_map(rng)
        value = answer.call("find_links", weights, source_real, target_real)
        _judge_links(value, weights, source_real, target_real)


@EXERCISE.check("q6", points=2)
def the_error_rate_counts_all_links(answer, rng):
    for _ in range(2):
        links, sure, possible = _draw_links(rng)
        value = expect_number(answer.call("alignment_error", links, sure, possible), "error")
        right, found = _error(links, sure, possible), _found(links, sure)
        with_last = np.eye(sure.shape[2], dtype=bool)[links]
        hits, maybe, n, s = ((found & sure).sum(), (found & possible).sum(), found.sum(), sure.sum())
        sizes = n, s, n + s, links.size, possible.sum(), n + possible.sum(), s + possible.sum()
        with np.errstate(all="ignore"):
            each = [_error(*(one[b : b + 1] for one in (links, sure, possible))) for b in range(len(links))]
        wrong = {
            "agreement-for-error": [1 - right],
            "possible-below": [1 - (hits + maybe) / (n + possible.sum())],
            "mean-of-sentences": [np.mean(each)],
            "minus-one-as-last": [
                1 - ((with_last & sure).sum() + (with_last & possible).sum()) / (with_last.sum() + s),
                1 - (hits + maybe) / (links.size + s),
            ],
            "possible-ignored": [1 - 2 * hits / (n + s), 1 - hits / n, 1 - hits / s],
            "possible-without-sure": [1 - maybe / (n + s)],
            "sure-ignored": [1 - maybe / n, 1 - 2 * maybe / (n + possible.sum()), 1 - maybe / possible.sum()],
            "another-measure": [
                1 - above / below
                for above in (hits, maybe, 2 * hits, 2 * maybe, hits + maybe)
                for below in (*sizes, 2 * n, 2 * s, 2 * links.size, (found | sure).sum(), (found | possible).sum())
            ],
        }
        NEAR.judge(value, right, wrong, "error")


@EXERCISE.check("q6", points=2)
def the_choice_is_judged_elsewhere(answer, rng):
    head, error = (expect_number(answer.get(name), name) for name in ("HEAD", "ERROR"))
    on_dev, on_test, on_all = _rate_heads()
    best = int(on_dev.argmin())
    judge_constant(
        head,
        best,
        {
            "chosen-with-test": [int(one.argmin()) for one in (on_test, on_all)],
            "worst-for-best": [int(one.argmax()) for one in (on_dev, on_test, on_all)],
            "heads-from-one": [best + 1],
        },
        "HEAD",
        None,
        say("not-the-head"),
    )
    elsewhere = {"judged-where-chosen": [on_dev[best], on_all[best]]}
    judge_constant(error, on_test[best], elsewhere, "ERROR", Tolerance(0, 5e-4), say("not-the-error"))
    right = "show" if on_test[best] < EXERCISE.given("LIMIT") else "hide"
    named = {choice: "" if choice == right else "shown-against-the-rule" for choice in ("show", "hide")}
    expect_choice(answer.get("CHOICE"), "CHOICE", named)


@EXERCISE.check("q6")
def odd_maps_and_missing_links(answer, rng):
    for B in (1, 3):
        for values in ((0.0, 1.0), (0.0,), (0.1, 0.2, 0.3)):
            weights, source_real, target_real = _draw_map(rng, B)
            given = rng.choice(values, weights.shape), source_real[:, ::-1].copy(), target_real[:, ::-1].copy()
            with keep_inputs(answer, "find_links", *given) as value:
                _judge_links(value, *given)
    for case in ("no sure link", "one sentence", "nothing right", "all right"):
        links, sure, possible = _draw_links(rng)
        if case == "no sure link":
            sure = np.zeros_like(sure)
        if case == "one sentence":
            links, sure, possible = (one[:1] for one in (links, sure, possible))
        if case in ("nothing right", "all right"):
            found = _found(links, sure)
            sure, possible = (found, found) if case == "all right" else (sure & ~found, possible & ~found)
        with keep_inputs(answer, "alignment_error", links, sure, possible) as value:
            NEAR.expect(expect_number(value, "error"), _error(links, sure, possible), "error")


_COST = "multiplications, score_bytes"
_CLIPS = (10, 20, 30, 50, 60, 80, 88, 100, 300, 500, 600, 700, 709)  # where people cut exponents off
_HIDINGS = {
    "before": "", "never": "mask-ignored", "after": "mask-after-softmax", "zero": "hidden-scores-set-to-zero",
    "inverted": "mask-inverted", "added": "mask-added-as-a-number",
}  # fmt: skip


def _draw_sizes(rng, count, low=3) -> list[int]:
    """Different sizes, from `low` on."""
    return [int(size) for size in rng.permutation(np.arange(low, low + count + 1))[:count]]


def _draw_mask(rng, shape) -> np.ndarray:
    """Booleans; of each row at least one True and, where there is room, one False."""
    mask = rng.random(shape) < 0.6
    place = rng.integers(shape[-1], size=shape[:-1])[..., None]
    np.put_along_axis(mask, place, True, axis=-1)
    if shape[-1] > 1:
        np.put_along_axis(mask, (place + 1) % shape[-1], False, axis=-1)
    return mask


def _pair(value, first, second) -> tuple[np.ndarray, np.ndarray]:
    """(output, weights) as arrays of these shapes."""
    value = expect_parts(value, "output, weights")
    out, weights = as_array(value[0], "output"), as_array(value[1], "weights")
    if out.shape == second != first and weights.shape == first:
        raise Wrong(say("order"))
    return expect_shape(out, first, "output"), expect_shape(weights, second, "weights")


def _expect_pair(out, weights, right_out, right_weights):
    """Weights first: whoever has wrong ones has a wrong output, too."""
    NEAR.expect(weights, right_weights, "weights")
    NEAR.expect(out, right_out, "output")


def _forgive(value, right) -> np.ndarray:
    """`right` where the value is as near as logarithms in float32 allow; the value itself elsewhere."""
    return np.where(np.isclose(value, right, 4e-3, 1e-6), right, value)


def _judge_attention(out, weights, Q, K, V, mask=None):
    allowed = True if mask is None else mask
    raw, right = recipes.score_pairs(Q, K, 1), recipes.soften(recipes.score_pairs(Q, K), allowed)
    d_k, axes = Q.shape[-1], Q.ndim
    scales = {1: "not-scaled", d_k**0.5: "", d_k: "scaled-too-much"}
    for size in (*Q.shape[:-1], K.shape[-2], V.shape[-1]):
        scales.setdefault(size**0.5, "root-of-another-size")
    first = ("all-axes-turned", "shared-among-queries", "axis-counted-from-the-front", *_HIDINGS.values())
    wrong = {
        name: [] for name in (*first, "shared-among-all", "scaled-after-softmax", "no-softmax", *scales.values())
    }  # named in this order
    for scale, name in scales.items():
        scores = raw / scale
        if name:
            wrong[name].append(recipes.soften(scores, allowed))
        wrong["shared-among-queries"].append(recipes.soften(scores, allowed, -2))
        wrong["shared-among-all"].append(np.exp(scores) / np.exp(scores).sum())
        if name != "not-scaled":
            wrong["scaled-after-softmax"] += [recipes.soften(raw, allowed) / scale]
        wrong["no-softmax"] += [scores, np.where(allowed, scores, 0)]
        if axes > 3:
            wrong["axis-counted-from-the-front"] += [recipes.soften(scores, allowed, axis) for axis in range(axes - 2)]
        if mask is not None:
            for hide in set(_HIDINGS) - {"before"}:
                wrong[_HIDINGS[hide]].append(recipes.apply_mask(scores, mask, hide))
    if mask is not None and len(mask.shape) > 1 and mask.shape[-1] == mask.shape[-2]:
        wrong["mask-transposed"] = [recipes.soften(raw / scale, np.swapaxes(mask, -1, -2)) for scale in scales]
    if axes > 2 and len(set(K.shape)) == 1:
        wrong["all-axes-turned"] = [recipes.soften(Q @ K.T / scale, allowed) for scale in scales]
    if axes > 2:
        wrong["axis-counted-from-the-front"] += wrong.pop("root-of-another-size", [])
    NEAR.judge(weights, right, wrong, "weights")
    NEAR.expect(out, right @ V, "output")


def _judge_booleans(value, right, wrong):
    expect_shape(value, right.shape, "mask")
    if np.asarray(value).dtype != bool:
        raise Wrong(say("not-booleans", name="mask"))
    NEAR.judge(value, right, wrong, "mask")


def _judge_module(answer, rng, mask, heads, d, wrong):
    """What the module gives under `mask`; wrong: other masks by name, as the module reads them."""
    B, T, _ = mask.shape
    x, *parameters = _draw_layer(rng, B, T, d)
    with keep_inputs(answer, "run_module", x, mask, *parameters, heads) as value:
        value = expect_parts(value, "output, weights")
        if heads > 1 and as_array(value[1], "weights").shape == (B, T, T):
            raise Misconception("heads-averaged")
        out, weights = _pair(value, (B, T, d), (B, heads, T, T))
        if not np.isfinite(weights).all():
            raise Misconception("nobody-left")
        run = functools.partial(recipes.run_module, x, *parameters, heads)
        right_out, right = run(_repeat(~(mask | ~mask.any(axis=-1, keepdims=True)), heads))
        NEAR.judge(weights, right, {name: [run(one)[1] for one in masks] for name, masks in wrong.items()}, "weights")
        NEAR.expect(out, right_out, "output")


def _judge_masks(answer, rng, causal):
    B, T = _draw_sizes(rng, 2, low=4)
    lengths = rng.permutation(np.r_[1, T - 1, rng.integers(1, T, B - 2)])
    _judge_mask(answer.call("make_mask", lengths, T, causal), lengths, T, causal)


def _judge_mask(value, lengths, T, causal):
    i, j, n = np.arange(T)[:, None], np.arange(T), np.asarray(lengths)[:, None, None]
    real, everywhere = (j < n) & (i >= 0), np.ones((len(n), T, T), dtype=bool)
    past, right = j <= i, real & (j <= i) if causal else real
    also = past if causal else everywhere
    wrong = {
        "mask-inverted": [~right],
        "rows-for-columns": [(i < n) & also],
        "padded-queries-blinded": [right & (i < n)],
        "one-place-off": [(j <= n) & also, (j < n - 1) & also],
        "padding-in-front": [(j >= T - n) & also],
        "always-causal": [] if causal else [real & past, real & (j < i)],
        "causal-ignored": [real] if causal else [],
        "future-seen": [real & (j >= i), real & (j > i)] if causal else [],
        "blind-to-itself": [real & (j < i)] if causal else [],
        "or-for-and": [real | past],
    }
    _judge_booleans(value, right, wrong)


def _repeat(mask, heads):
    return np.repeat(mask, heads, axis=0)


def _tile(mask, heads):
    return np.tile(mask, (heads, 1, 1))


def _draw_layer(rng, B, T, d):
    """x, W, b, W_out, b_out: scores of about 1, biases that matter."""
    x, W, W_out = rng.normal(size=(B, T, d)), rng.normal(size=(3 * d, d)) / d**0.5, rng.normal(size=(d, d)) / d**0.5
    return x, W, rng.normal(size=3 * d), W_out, rng.normal(size=d)


def _variance(m, s, n, t) -> float:
    return float(((m**2 + s**2) * (n**2 + t**2) - m**2 * n**2).sum())


def _judge_variance(value, m, s, n, t, scaled):
    d, right = len(m), _variance(m, s, n, t)
    means = m.any()
    pure, squares = (s**2 * t**2).sum(), ((m**2 + s**2) * (n**2 + t**2)).sum()
    forms = {
        "means-forgotten": [pure] if means else [],
        "one-mean-only": [pure + (one**2 * spread**2).sum() for one, spread in ((m, t), (n, s))] if means else [],
        "not-centred": [squares, right + (m @ n) ** 2, squares - (m @ n) ** 2] if means else [],
        "squares-and-sums-exchanged": [(s @ t) ** 2, (s**2).sum() * (t**2).sum(), s.sum() ** 2 * t.sum() ** 2, s @ t],
    }
    by = d if scaled else 1
    wrong = {
        "spread-for-variance": [np.sqrt(right / by), np.sqrt(right), np.sqrt(right) / by],
        "scaling-ignored": [right if scaled else right / d],
        "divided-by-the-root": [right / d**0.5] if scaled else [],
    }
    for name, numbers in forms.items():
        wrong[name] = [number / k for number in numbers for k in {1, d, d**0.5}]
    NEAR.judge(value, right / by, wrong, "variance")


def _draw_translation(rng, B, T, S, target, source, width, other):
    """target, source, real, W_Q, W_K, W_V: scores that matter, one place of padding or more in each sentence."""
    shapes = (target, width), (source, width), (source, other)
    matrices = [rng.normal(size=(rows, columns)) / rows**0.5 * 1.5 for rows, columns in shapes]
    return rng.normal(size=(B, T, target)), rng.normal(size=(B, S, source)), _draw_mask(rng, (B, S)), *matrices


def _draw_map(rng, B=None):
    """weights, source_real, target_real: padding often has the largest weight, behind the words."""
    B = B or int(rng.integers(3, 6))
    T, S = _draw_sizes(rng, 2, low=5)
    source_real = np.arange(S) < rng.permutation(np.r_[S - 2, rng.integers(2, S, B - 1)])[:, None]
    target_real = np.arange(T) < rng.permutation(np.r_[T - 2, rng.integers(2, T, B - 1)])[:, None]
    weights = rng.random((B, T, S)) + 0.5 * ~source_real[:, None]
    return weights / weights.sum(axis=2, keepdims=True), source_real, target_real


def _judge_links(value, weights, source_real, target_real):
    B, T, S = weights.shape
    array = as_array(value, "links")
    if array.shape == (B, S) and S != T:
        raise Misconception("source-links")
    expect_shape(array, (B, T), "links")
    if (array != np.round(array)).any() or array.min() < -1 or array.max() >= S:
        raise Wrong(say("not-places", last=S - 1))
    shown = np.where(source_real[:, None], weights, -1)
    best = shown.argmax(axis=2)
    place = np.take_along_axis(np.cumsum(source_real, axis=1) - 1, best, axis=1)
    right = np.where(target_real, best, -1)
    if (array[~target_real] != -1).any():
        raise Misconception("padding-is-linked")
    raw = weights.argmax(axis=2)
    kept = np.take_along_axis(source_real, raw, axis=1) & target_real
    if np.array_equal(array, np.where(kept, raw, -1)) and not np.array_equal(array, right):
        raise Misconception("word-lost-to-padding")
    if (array[target_real] == -1).any():
        expect_equal(array.astype(int).tolist(), right.tolist(), "links")
    words = np.nonzero(target_real)[0]
    if weights.any() and not np.array_equal(place, best) and np.array_equal(array, np.where(target_real, place, -1)):
        raise Misconception("place-among-the-real")
    if not source_real[words, array[target_real].astype(int)].all():
        raise Misconception("links-to-padding")
    chosen = np.take_along_axis(shown, np.maximum(array, 0).astype(int)[:, :, None], axis=2)[:, :, 0]
    if (array != right).any() and (chosen == shown.max(axis=2))[target_real].all():
        raise Misconception("last-of-equals")
    expect_equal(array.astype(int).tolist(), right.tolist(), "links")


def _rate_heads() -> np.ndarray:
    """(3, heads): the error rates of all heads of q6's given cell, on DEV, on TEST and on all sentences."""
    names = ("MAPS", "SOURCE_REAL", "TARGET_REAL", "SURE", "POSSIBLE", "DEV", "TEST")
    maps, source_real, target_real, sure, possible, dev, test = map(EXERCISE.given, names)
    links = np.where(target_real, np.where(source_real[:, None], maps, -1).argmax(axis=3), -1)
    parts = dev, test, slice(None)
    return np.array([[_error(one[part], sure[part], possible[part]) for one in links] for part in parts])


def _draw_links(rng):
    """links, sure, possible: sentences of different lengths and quality, some links only possible, some wrong."""
    while True:
        B = int(rng.integers(3, 6))
        T, S = _draw_sizes(rng, 2, low=5)
        possible = rng.random((B, T, S)) < 0.35
        sure = possible & (rng.random((B, T, S)) < 0.6)
        real = np.arange(T) < rng.permutation(np.r_[2, T - 1, rng.integers(2, T, B - 2)])[:, None]
        possible, sure = possible & real[:, :, None], sure & real[:, :, None]
        good = np.where(possible.any(axis=2), possible.argmax(axis=2), rng.integers(S, size=(B, T)))
        links = np.where(real, np.where(rng.random((B, T)) < 0.7, good, rng.integers(S, size=(B, T))), -1)
        padded = links.size + sure.sum() == (links >= 0).sum() + possible.sum()  # two wrong recipes would be one
        some = sure.any(axis=(1, 2)).all() and (sure != possible).any()
        once = 1 - _error(links, sure, possible & ~sure)  # each link counted once: not to be taken for 1 - error
        if some and not padded and 0.1 < (error := _error(links, sure, possible)) < 0.9 and abs(error - once) > 1e-3:
            return links, sure, possible


def _found(links, sure) -> np.ndarray:
    return np.arange(sure.shape[2]) == links[:, :, None]


def _error(links, sure, possible) -> float:
    found = _found(links, sure)
    return float(1 - ((found & sure).sum() + (found & possible).sum()) / (found.sum() + sure.sum()))
