"""Exercise 10: a batch and its mask, honest means, schedule and clip, resuming, a loop to mend, room for customers."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from autograder.answers import (
    Exercise,
    Misconception,
    Tolerance,
    Wrong,
    as_array,
    call_at_the_edge,
    expect_choice,
    expect_entries,
    expect_equal,
    expect_letters,
    expect_number,
    expect_numbers,
    expect_parts,
    expect_rows,
    expect_shape,
    judge_constant,
    judge_equal,
    keep_inputs,
)
from autograder.answers.rooms import load_module

EXACT = Tolerance(0, 0)
NEAR = Tolerance(1e-4, 1e-5)  # loose enough for float32 over an epoch, far tighter than any wrong recipe below
EXERCISE = Exercise.beside(__file__)
say = EXERCISE.say
recipes = load_module(Path(__file__).with_name("recipes.py"))


@EXERCISE.check("q1")
def rows_are_padded_on_the_right(answer, rng):
    for pad in (0, int(rng.integers(3, 50))):
        items = _draw_items(rng, pad)
        longest = max(len(ids) for ids, _ in items) + int(rng.integers(2, 9))
        _judge_batch(answer.call("collate", items, pad, longest), items, pad, longest)


@EXERCISE.check("q1")
def long_reviews_keep_their_end(answer, rng):
    for _ in range(2):
        items = _draw_items(rng, 0)
        longest = int(np.sort([len(ids) for ids, _ in items])[1]) + 1
        _judge_batch(answer.call("collate", items, 0, longest), items, 0, longest)


@EXERCISE.check("q1")
def the_mask_marks_tokens(answer, rng):
    for pad in (0, int(rng.integers(3, 50))):
        items = [(list(ids), label) for ids, label in _draw_items(rng, pad)]
        for ids, _ in items[::2]:
            ids[int(rng.integers(1, len(ids)))] = pad
        items[0][0][-1] = pad
        _judge_batch(answer.call("collate", items, pad, 99), items, pad, 99)


@EXERCISE.check("q1")
def one_review_and_equal_lengths(answer, rng):
    drawn = _draw_items(rng, 7)
    same = [(ids[:1] + ids[-1:], label) for ids, label in drawn]
    example = [([5, 8, 9, 6], 1), ([5, 7, 6], 0)]  # of the docstring
    for items, pad, longest in (
        *((example, 0, longest) for longest in (3, 48)),
        *((drawn[:1], 7, 99), (same, 7, 5), (drawn, 7, 2), ([(ids, 4) for ids, _ in drawn], 250_001, 99)),
    ):
        with keep_inputs(answer, "collate", items, pad, longest) as value:
            _judge_batch(value, items, pad, longest)


@EXERCISE.check("q2")
def padding_does_not_count(answer, rng):
    for on_the_left in (True, False):
        h, mask = _draw_states(rng, on_the_left)
        m, count = mask[..., None], mask.sum(axis=1, keepdims=True)
        first = np.array([row[: int(n)].mean(axis=0) for row, n in zip(h, count[:, 0], strict=True)])
        wrong = {
            "padding-averaged": [h.mean(axis=1), h.sum(axis=1) / count],
            "divided-by-the-width": [
                (h * m).sum(axis=1) / n
                for n in (mask.shape[1], mask.sum(), len(h), mask.sum() * len(h), mask.sum() / len(h))
            ],
            "sum-for-mean": [(h * m).sum(axis=1)],
            "one-token-only": [h[:, 0], h[:, -1], h[np.arange(len(h)), count[:, 0] - 1]],
            "left-tokens-only": [first],
            "whole-numbers-only": [np.floor(recipes.vectors(h, mask)), np.trunc(recipes.vectors(h, mask))],
        }
        NEAR.judge(answer.call("average_tokens", h, mask), recipes.vectors(h, mask), wrong, "mean")


@EXERCISE.check("q2")
def each_review_counts_once(answer, rng):
    for classes in (2, int(rng.integers(3, 6))):
        batches = _draw_logits(rng, classes)
        value = call_at_the_edge(answer, "two-classes-only" if classes > 2 else "", "evaluate", batches)
        _judge_report(expect_numbers(value, "loss, accuracy"), *recipes.report(batches))
    ties = [(np.round(z / 2), y) for z, y in _draw_logits(rng, 3)]
    ties += [(np.ones((2, 3)), np.array([0, 2])), (np.array([[1.0, 1.0, 0.0]]), np.array([1]))]
    for some in (ties, ties[-2:]):
        _judge_report(expect_numbers(answer.call("evaluate", some), "loss, accuracy"), *recipes.report(some))


@EXERCISE.check("q2")
def large_logits_are_no_trouble(answer, rng):
    batches = _draw_logits(rng, 3)
    for shift in (1_000.0, -2_000.0):
        moved = [(z + shift, y) for z, y in batches]
        loss, _ = expect_numbers(answer.call("evaluate", moved), "loss, accuracy")
        if not np.isfinite(loss):
            raise Misconception("overflow")
        NEAR.expect(loss, recipes.report(moved)[0][0], "loss")
    gap = float(rng.uniform(900, 1_500))
    sure = [(np.array([[0.0, gap]]), np.array([0])), (np.array([[gap, 0.0], [0.0, 1.0]]), np.array([0, 1]))]
    loss, _ = expect_numbers(answer.call("evaluate", sure), "loss, accuracy")
    right = recipes.report(sure)[0][0]
    if not np.isfinite(loss):
        raise Misconception("overflow")
    if loss < right - 1:
        raise Misconception("clamped")
    NEAR.expect(loss, right, "loss")


@EXERCISE.check("q2")
def small_cases_and_inputs(answer, rng):
    h, mask = _draw_states(rng, on_the_left=False)
    one = np.zeros_like(mask)
    one[np.arange(len(mask)), rng.integers(mask.shape[1], size=len(mask))] = 1
    for states, each in ((h, one), (h[:1], mask[:1]), (rng.integers(-5, 6, (3, 4, 2)), mask[:3, :4] | 1)):
        with keep_inputs(answer, "average_tokens", states, each) as value:
            NEAR.expect(value, recipes.vectors(states, each), "mean")
    z = rng.permutation(9)[None].astype(float)
    for batches in ([(z, np.array([int(rng.integers(9))]))], _draw_logits(rng, 2)[:2]):
        with keep_inputs(answer, "evaluate", batches) as value:
            _judge_report(expect_numbers(value, "loss, accuracy"), recipes.report(batches)[0], {})


@EXERCISE.check("q3")
def the_rate_rises_and_falls(answer, rng):
    for _ in range(2):
        S, u, peak = int(rng.integers(30, 60)), int(rng.integers(5, 12)), float(rng.uniform(0.5, 3))
        t = np.arange(S)
        value = np.array([expect_number(answer.call("find_rate", int(k), S, u, peak), "rate") for k in t])
        up, down = t / u, (S - t) / (S - u)
        wrong = {
            "first-step-moves": [
                np.where(t < u, (t + 1) / u, down),
                np.minimum((t + 1) / u, down),
                np.where(t < u, (t + 1) / (u + 1), down),
            ],
            "falls-from-the-start": [np.where(t < u, up, (S - t) / S), np.where(t < u, up, 1 - t / S)],
            "never-falls": [np.minimum(up, 1)],
            "zero-too-early": [np.where(t < u, up, (S - 1 - t) / (S - 1 - u))],
            "another-curve": [np.where(t < u, up, 0.5 + 0.5 * np.cos(np.pi * (t - u) / (S - u)))],
        }
        wrong = {name: [peak * line for line in lines] for name, lines in wrong.items()}
        line = np.where(t < u, up, down)
        if not NEAR.same(value, peak * line) and NEAR.same(value / value.max(), line):
            raise Misconception("peak-ignored")
        NEAR.judge(value, peak * line, wrong, "rate")


@EXERCISE.check("q3")
def the_whole_gradient_is_shortened(answer, rng):
    for _ in range(2):
        gradients = _draw_gradients(rng)
        length = recipes.length(gradients)
        c = float(rng.uniform(0.2, 0.6)) * length
        clipped, told = _clipped(answer.call("clip", gradients, c), gradients)
        wrong = {
            "each-on-its-own": [g * min(1, c / recipes.length([g])) for g in gradients],
            "value-by-value": [np.clip(g, -c, c) for g in gradients],
            "length-without-root": [g * min(1, c / length**2) for g in gradients],
        }
        wrong = {name: _flatten(arrays) for name, arrays in wrong.items()}
        flat, added = _flatten(gradients), sum(recipes.length([g]) for g in gradients)
        spectral = sum(np.linalg.norm(g, 2) ** 2 for g in gradients) ** 0.5
        wrong |= {
            "a-grain-added": [flat * c / (length + grain) for grain in (0.1, 0.01, 0.001)],
            "lengths-added": flat * min(1, c / added),
            "another-norm": [flat * min(1, c / each) for each in (spectral, abs(flat).max(), abs(flat).sum())],
        }
        NEAR.judge(_flatten(clipped), _flatten(gradients) * c / length, wrong, "clipped")
        wrong = {"length-afterwards": c, "length-without-root": length**2, "lengths-added": added}
        NEAR.judge(told, length, wrong, "length")


@EXERCISE.check("q3")
def a_short_gradient_stays(answer, rng):
    gradients = _draw_gradients(rng)
    length = recipes.length(gradients)
    for some, c in ((gradients, 2.5 * length), ([0 * g for g in gradients], 1.0)):
        clipped, told = _clipped(answer.call("clip", some, c), some)
        flat, right = _flatten(clipped), _flatten(some)
        if np.isnan(flat).any():
            raise Misconception("nan-for-nothing")
        NEAR.judge(flat, right, {"always-scaled": [right * 2.5]}, "clipped")
        NEAR.expect(told, recipes.length(some), "length")


@EXERCISE.check("q3")
def no_warm_up_and_odd_shapes(answer, rng):
    for S, u in ((1, 0), (5, 0), (6, 5), (int(rng.integers(8, 20)), 1)):
        for t in range(S):
            right = 0.5 * (t / u if t < u else (S - t) / (S - u))
            value = expect_number(call_at_the_edge(answer, "no-warm-up", "find_rate", t, S, u, 0.5), "rate")
            if u == 0 and not NEAR.same(value, right):
                raise Misconception("no-warm-up")
            NEAR.expect(value, right, "rate")
    value, right = expect_number(answer.call("find_rate", 6, 10, 3, 2e-5), "rate"), 2e-5 * 4 / 7  # as BERT's are
    Tolerance(1e-4, 0).expect(value, right, "rate")
    gradients = [np.array(float(rng.normal()) + 3), rng.normal(size=(2, 3, 2)), rng.integers(-4, 5, 3)]
    for some in ([rng.normal(size=4)], [0.05 * g for g in _draw_gradients(rng)], gradients):
        c = 0.5 * recipes.length(some)
        with keep_inputs(answer, "clip", some, c) as value:
            clipped, told = _clipped(value, some)
            fine = Tolerance(1e-4, 1e-9)
            for one, g in zip(clipped, some, strict=True):
                fine.expect(one, 0.5 * g, "clipped")
            fine.expect(told, recipes.length(some), "length")


@EXERCISE.check("q4")
def an_epoch_reads_each_row_once(answer, rng):
    for _ in range(3):
        size = int(rng.integers(4, 8))
        n = size * int(rng.integers(4, 8)) + int(rng.integers(1, size - 1))
        _judge_epoch(_call_rest(answer, n, size, int(rng.integers(99)), int(rng.integers(9)), 0), n, size)


@EXERCISE.check("q4")
def the_rest_is_the_tail(answer, rng):
    for _ in range(2):
        size, seed, epoch = int(rng.integers(3, 6)), int(rng.integers(99)), int(rng.integers(9))
        n = size * int(rng.integers(6, 9)) + 1
        whole = _call_rest(answer, n, size, seed, epoch, 0)
        _judge_epoch(whole, n, size)
        if not _equal(_call_rest(answer, n, size, seed, epoch, 0), whole):
            raise Misconception("not-repeatable")
        for done in (1, int(rng.integers(2, 5)), len(whole) - 1, len(whole)):
            rest = _call_rest(answer, n, size, seed, epoch, done)
            if _equal(rest, whole[done:]):
                continue
            if _equal(rest, whole[:done]):
                raise Misconception("done-for-what-is-left")
            if np.array_equal(_join(rest), _join(whole)[done:]):
                raise Misconception("done-counts-rows")
            if _equal(rest, whole[done + 1 :]):
                raise Misconception("one-too-many-left-out")
            raise Misconception("rest-in-another-order")


@EXERCISE.check("q4")
def orders_differ(answer, rng):
    first = int(rng.integers(2, 50))
    numbers = [0, 1, 2, 3, first + 3, first + 4]
    pairs = [(s, e) for s in numbers for e in numbers]
    pairs += [(0, 10**k) for k in range(1, 7)] + [(0, 2**k) for k in (8, 16)] + [(first, 0), (0, 31 * first)]
    orders = {}
    for s, e in pairs:
        batches = _call_rest(answer, 40, 7, s, e, 0)
        _judge_epoch(batches, 40, 7)
        orders[s, e] = tuple(_join(batches))
    if any(orders[s, 0] == orders[s, e] for s in numbers for e in numbers[1:]):
        raise Misconception("each-epoch-the-same")
    if any(orders[0, e] == orders[s, e] for s in numbers[1:] for e in numbers):
        raise Misconception("each-seed-the-same")
    if len(set(orders.values())) < len(orders):
        raise Misconception("seed-plus-epoch")


@EXERCISE.check("q4")
def the_letters_are_all(answer, rng):
    wrong = {"F": "gradients-kept", "G": "log-kept", "B": "moments-forgotten", "E": "dropout-forgotten"}
    wrong |= {"C": "schedule-forgotten", "D": "place-forgotten"}
    expect_letters(answer.get("NEEDED"), "NEEDED", "ABCDE", "ABCDEFG", wrong, say("letter-missing"))


@EXERCISE.check("q4")
def chance_is_fair(answer, rng):
    n, size, runs = 12, 4, 300
    start, orders = int(rng.integers(10**6)), []
    for k in range(runs):
        batches = _call_rest(answer, n, size, start + k, k % 3, 0)
        _judge_epoch(batches, n, size)
        orders.append(_join(batches))
    orders = np.array(orders)
    often = np.array([[(orders[:, place] == row).mean() for place in range(n)] for row in range(n)])
    if np.abs(often - 1 / n).max() > 5.5 * np.sqrt((1 / n) * (1 - 1 / n) / runs):
        raise Misconception("not-shuffled")
    begins = np.array([(orders[:, :size] == row).any(axis=1).mean() for row in range(n)])
    if np.abs(begins - size / n).max() > 5.5 * np.sqrt(size / n * (1 - size / n) / runs):
        raise Misconception("not-shuffled")
    follows = [np.mean((order[1:] - order[:-1]) % n == 1) for order in orders]
    if np.mean(follows) > 0.2:
        raise Misconception("not-shuffled")
    for n, size in ((1, 1), (1, 5), (4, 9), (6, 3)):
        batches = _call_rest(answer, n, size, 5, 2, 0)
        _judge_epoch(batches, n, size)
        expect_equal(len(_call_rest(answer, n, size, 5, 2, len(batches))), 0, "number of batches left")


@EXERCISE.check("q5", points=2)
def each_batch_makes_its_own_step(answer, rng):
    for classes in (2, int(rng.integers(3, 5))):
        W, b, batches, rate = _draw_task(rng, classes)
        value = call_at_the_edge(answer, "two-classes-only" if classes > 2 else "", "train_epoch", W, b, batches, rate)
        value, right = _epoch_values(value), recipes.train(W, b, batches, rate)
        faults = {
            "padding-averaged": {"masked": "no"},
            "left-tokens-only": {"masked": "left"},
            "gradients-at-the-first-weights": {"frozen": True},
            "bias-forgotten": {"biased": False},
            "one-size-for-all": {"mean": len(batches[0][2])},
            "gradients-add-up": {"cleared": False},
            "gradient-of-the-sum": {"mean": 1},
            "uphill": {"sign": -1},
            "one-step-for-all": {"whole": True},
        }
        wrong = {name: recipes.train(W, b, batches, rate, **fault)[0] for name, fault in faults.items()}
        NEAR.name(value[0], right[0], wrong)
        if NEAR.same(value[1], b):
            raise Misconception("bias-forgotten")
        NEAR.expect(value[0], right[0], "W")
        NEAR.expect(value[1], right[1], "b")


@EXERCISE.check("q5")
def the_report_is_true(answer, rng):
    for classes in (3, 2):
        W, b, batches, rate = _draw_task(rng, classes)
        value, right = (
            _epoch_values(answer.call("train_epoch", W, b, batches, rate)),
            recipes.train(W, b, batches, rate),
        )
        seen, afterwards = right[4:]  # logits and labels of each batch, before and after its step
        correct, wrong = recipes.report(seen)
        at_the_end = [(recipes.vectors(h, mask) @ right[0].T + right[1], y) for h, mask, y in batches]
        wrong["judged-afterwards"] = [recipes.report(afterwards)[0], recipes.report(at_the_end)[0]]
        z, y = seen[-1]
        share = (z.argmax(axis=1) == y).sum() / sum(len(each) for _, each in seen)
        wrong["last-batch-only"] = [recipes.report(seen[-1:])[0], (np.nan, share)]
        _judge_report(value[2:], correct, wrong)


@EXERCISE.check("q5")
def what_was_handed_in_stays(answer, rng):
    W, b, batches, rate = _draw_task(rng, 2)
    for some in (batches, [tuple(part[:1] for part in batches[0])]):
        with keep_inputs(answer, "train_epoch", W, b, some, rate) as value:
            right = recipes.train(W, b, some, rate)
            for one, wanted, name in zip(_epoch_values(value), right[:4], ("W", "b", "loss", "accuracy"), strict=True):
                NEAR.expect(one, wanted, name)
    first = recipes.train(W, b, batches, rate)
    value = _epoch_values(answer.call("train_epoch", first[0], first[1], batches, rate))
    NEAR.expect(value[0], recipes.train(first[0], first[1], batches, rate)[0], "W")


@EXERCISE.check("q6")
def parts_are_measured(answer, rng):
    for _ in range(2):
        before, after = _draw_parameters(rng)
        moves = _moves(answer.call("find_moves", before, after), before, after)
        turned = dict(reversed(after.items()))
        same = _moves(call_at_the_edge(answer, "arrays-by-order", "find_moves", before, turned), before, after)
        if not NEAR.same(list(same.values()), list(moves.values())):
            raise Misconception("arrays-by-order")
        own = recipes.sort_by_part(before)
        parts = list(own)
        old = {name: recipes.length([before[name]]) for name in before}
        change = {name: recipes.length([after[name] - before[name]]) for name in before}
        above = np.array([recipes.length([after[name] - before[name] for name in own[part]]) for part in parts])
        below = np.array([recipes.length([before[name] for name in own[part]]) for part in parts])
        new = np.array([recipes.length([after[name] for name in own[part]]) for part in parts])
        sums = [[sum(lengths[name] for name in own[part]) for part in parts] for lengths in (change, old)]
        wrong = {
            "mean-of-ratios": [[np.mean([change[name] / old[name] for name in own[part]]) for part in parts]],
            "lengths-added": [np.divide(*sums)],
            "not-relative": [above, sums[0]],
            "over-the-new": [above / new],
            "difference-of-lengths": [
                np.abs(new - below) / below,
                (new - below) / below,
                [
                    recipes.length(
                        [recipes.length([after[name]]) - recipes.length([before[name]]) for name in own[part]]
                    )
                    / length
                    for part, length in zip(parts, below, strict=True)
                ],
            ],
            "ratio-without-root": [(above / below) ** 2, above**2 / below],
        }
        NEAR.judge(np.array([moves[part] for part in parts]), above / below, wrong, "r")


@EXERCISE.check("q6")
def customers_are_counted(answer, rng):
    sizes, head, records = (EXERCISE.given(name) for name in ("SIZES", "HEAD", "ALL"))
    parts, cases = recipes.sort_by_part(sizes), [records, EXERCISE.given("LAST")]
    for moved in (
        [],
        list(parts)[-1:],
        list(parts)[:1],
        *(rng.permutation(list(parts))[:k].tolist() for k in (2, 3, 5, 6)),
    ):
        moves = dict.fromkeys(sizes, 0.0)
        for part in moved:
            names = parts[part]  # alone: the very first name, or the very last
            ends = names[:1] if part == next(iter(parts)) else names[-1:]
            some = ends if len(moved) == 1 else rng.permutation(names)[: int(rng.integers(1, 3))]
            moves |= {str(name): float(rng.uniform(0.01, 1)) for name in some}
            moves[str(some[0])] = float(rng.uniform(1e-4, 9e-4))
        cases.append(moves)
    for moves in cases[::-1]:
        value = answer.call("count_customers", moves)
        _judge_customers(expect_number(value, "count_customers"), moves, sizes, head, EXERCISE.given("MEMORY") / 4)


@EXERCISE.check("q6")
def the_choice_fits(answer, rng):
    sizes, head, room = EXERCISE.given("SIZES"), EXERCISE.given("HEAD"), EXERCISE.given("MEMORY") / 4
    fits = {}
    for way, name in (("all", "ALL"), ("last", "LAST")):
        right, wrong = recipes.count_customers(EXERCISE.given(name), sizes, head, room)
        judge_constant(answer.get(f"FIT_{name}"), right, wrong, f"FIT_{name}", Tolerance(0, 1e-6))
        fits[way] = right
    accuracy, wanted = EXERCISE.given("ACCURACY"), EXERCISE.given("WANTED")
    best = max((way for way in fits if fits[way] >= wanted), key=accuracy.get)
    expect_choice(answer.get("CHOICE"), "CHOICE", {way: "" if way == best else "accuracy-alone" for way in fits})


@EXERCISE.check("q6")
def other_moves_and_names(answer, rng):
    before, after = _draw_parameters(rng)
    before |= {"scale": np.array(2.0), "still.a": rng.normal(size=3)}
    after = {"scale": np.array(2.5), "still.a": before["still.a"], **dict(reversed(after.items()))}
    after["added.x"] = rng.normal(size=2)
    for turn in (np.asarray, np.ndarray.tolist):
        old, new = ({name: turn(array) for name, array in each.items()} for each in (before, after))
        with keep_inputs(answer, "find_moves", old, new) as value:
            moves = _moves(value, before, after)
            for part, own in recipes.sort_by_part(before).items():
                right = recipes.length([after[name] - before[name] for name in own]) / recipes.length(
                    [before[name] for name in own]
                )
                NEAR.expect(moves[part], right, f"r of {part}")


def _judge_customers(value, moves, sizes, head, room):
    right, wrong = recipes.count_customers(moves, sizes, head, room)
    Tolerance(0, 0.006).name(value, right, wrong)
    judge_equal(value, right, {"rounded-up": [value] if value % 1 != 0 else []}, "count_customers")


def _draw_items(rng, pad) -> list:
    """Reviews of different lengths, no token equal to pad or 0, each label at least once; the first isn't longest."""
    lengths = rng.permutation(np.arange(4, 11))[: int(rng.integers(5, 7))]
    lengths = np.roll(np.sort(lengths), int(rng.integers(2, len(lengths))))
    return [(rng.integers(60, 999, size=n).tolist(), k % 2 if k else 1) for k, n in enumerate(lengths)]


def _judge_batch(value, items, pad, longest):
    entries = expect_entries(value, "input_ids, attention_mask, labels")
    ids, mask, labels = (_table(entry, name) for name, entry in entries.items())
    right, marks = recipes.make_batch(items, pad, longest)
    T, before = right.shape[1], max(len(row) for row, _ in items)
    if ids.ndim == 2 and ids.shape[1] != T:
        if ids.shape[1] == longest:
            raise Misconception("padded-to-the-limit")
        if before > longest and ids.shape[1] in (longest - 1, longest + 1):
            raise Misconception("cut-to-another-length")
        if ids.shape[1] == before > longest:
            raise Misconception("width-before-the-cut" if (ids[:, longest:] == pad).all() else "not-cut")
    wrong = {
        "end-cut-off": recipes.make_batch(items, pad, longest, lambda row: row[:longest])[0],
        "beginning-cut-off": recipes.make_batch(items, pad, longest, lambda row: row[-longest:])[0],
        "padded-on-the-left": np.array([np.roll(row, T - n) for row, n in zip(right, marks.sum(axis=1), strict=True)]),
        "zero-for-pad": np.where(marks > 0, right, 0),
    }
    EXACT.name(ids, right, wrong)
    ends = [k for k, (row, _) in enumerate(items) if len(row) > longest]
    if ids.shape == right.shape and not EXACT.same(ids, right) and ends:
        other = ids.copy()
        other[ends, longest - 1] = right[ends, longest - 1]
        if EXACT.same(other, right):
            raise Misconception("another-end")
    if ids.shape == right.shape and not EXACT.same(ids, right) and sorted(ids.tolist()) == sorted(right.tolist()):
        raise Misconception("rows-in-another-order")
    EXACT.expect(ids, right, "input_ids")
    trailing = np.flip(np.cumsum(np.flip(right != pad, axis=1), axis=1), axis=1) > 0
    wrong = {"mask-upside-down": 1 - marks, "mask-from-the-number": [right != pad, trailing & (marks > 0)]}
    EXACT.judge(mask, marks, wrong, "attention_mask")
    EXACT.expect(labels, [label for _, label in items], "labels")


def _table(value, name) -> np.ndarray:
    try:
        return as_array(value, name)
    except Wrong:
        of_rows = isinstance(value, (list, tuple)) and all(isinstance(row, (list, tuple, np.ndarray)) for row in value)
        if of_rows and len(set(map(len, value))) > 1:
            raise Wrong(say("no-table", name=name)) from None
        raise


def _draw_states(rng, on_the_left):
    """h (B, T, d) with rubbish at padded places, mask (B, T)."""
    B, T, d = (int(rng.integers(low, high)) for low, high in ((4, 7), (5, 9), (2, 5)))
    lengths = rng.permutation(np.r_[1, 2, rng.integers(2, T, B - 2)])
    mask = (np.arange(T) < lengths[:, None]).astype(int)
    if not on_the_left:
        mask = rng.permuted(mask, axis=1)
        mask[0] = np.roll(np.arange(T) < 2, 2)
    h = rng.normal(size=(B, T, d))
    return np.where(mask[..., None] > 0, h, 5 + 3 * h), mask


def _draw_logits(rng, classes) -> list:
    """Batches of different sizes and qualities, so that means of means are others."""
    while True:
        batches = []
        for size, skill in zip(rng.permutation([2, 5, 11]), (0.3, 2.0, 3.0), strict=True):
            y = rng.integers(classes, size=size)
            batches.append((rng.normal(size=(size, classes)) * 1.5 + skill * np.eye(classes)[y], y))
        right, wrong = recipes.report(batches)
        if all(abs(each[k] - right[k]) > 1e-2 for k in (0, 1) for each in wrong["mean-of-means"]) and 0 < right[1] < 1:
            return batches


def _draw_gradients(rng) -> list:
    shapes = [((3,), (2, 4), (5, 1))[k] for k in rng.permutation(3)]
    return [rng.normal(size=shape) * scale for shape, scale in zip(shapes, (0.4, 1.5, 4.0), strict=True)]


def _flatten(arrays) -> np.ndarray:
    return np.concatenate([np.ravel(array) for array in arrays])


def _clipped(value, gradients) -> tuple[list[np.ndarray], float]:
    arrays, length = expect_parts(value, "clipped, length")
    if not isinstance(arrays, (list, tuple)) or len(arrays) != len(gradients):
        raise Wrong(say("no-list-of-gradients"))
    arrays = [expect_shape(array, np.shape(g), "clipped") for array, g in zip(arrays, gradients, strict=True)]
    return arrays, expect_number(length, "length")


def _call_rest(answer, n, size, seed, epoch, done) -> list[np.ndarray]:
    """The batches that are left, as row numbers; empty ones don't count."""
    value = answer.call("rest_of_epoch", n, size, seed, epoch, done)
    if value is None:
        as_array(value)  # says that the return is missing
    if not (isinstance(value, (list, tuple)) or isinstance(value, np.ndarray) and value.ndim):
        raise Wrong(say("no-list-of-batches"))
    batches = [expect_rows(rows, "batch", n) for rows in value]
    return [rows for rows in batches if len(rows)]


def _judge_epoch(batches, n, size):
    """Each row once, in batches of that size, the last one perhaps smaller."""
    rows, sizes = _join(batches), [len(batch) for batch in batches]
    right = [min(size, n - k) for k in range(0, n, size)]
    if len(rows) == n - n % size < n and len(np.unique(rows)) == len(rows):
        raise Misconception("small-batch-dropped")
    if len(np.unique(rows)) < len(rows):
        raise Misconception("rows-twice")
    if sizes != right and sorted(sizes, reverse=True) == right:
        raise Misconception("small-batch-not-last")
    if sizes != right and len(sizes) == len(right) and max(sizes) - min(sizes) <= 1:
        raise Misconception("even-batches")
    expect_equal(sizes, right, "sizes of the batches")
    expect_equal(np.sort(rows).tolist(), list(range(n)), "all rows")


def _join(batches) -> np.ndarray:
    return np.concatenate([*batches, np.empty(0, dtype=int)])


def _equal(batches, others) -> bool:
    return len(batches) == len(others) and all(map(np.array_equal, batches, others))


def _draw_task(rng, classes):
    """W, b, batches, rate: unequal batches, padded places full of rubbish."""
    d, T = int(rng.integers(2, 5)), int(rng.integers(4, 7))
    W, b, batches = 0.5 * rng.normal(size=(classes, d)), 0.5 * rng.normal(size=classes), []
    for B in rng.permutation([2, 4, 7, 5]):
        y = rng.permutation(np.r_[rng.permutation(classes)[:2], rng.integers(classes, size=B - 2)])
        mask = (np.arange(T) < rng.integers(1, T, B)[:, None]).astype(int)
        mask[::2] = rng.permuted(mask[::2], axis=1)
        h = rng.normal(size=(B, T, d)) + 0.7 * (y[:, None, None] - 1)
        batches.append((np.where(mask[..., None] > 0, h, 3 + 2 * h), mask, y))
    return W, b, batches, float(rng.uniform(0.3, 0.8))


def _epoch_values(value) -> tuple:
    W, b, loss, accuracy = expect_parts(value, "W, b, loss, accuracy")
    return as_array(W, "W"), as_array(b, "b"), expect_number(loss, "loss"), expect_number(accuracy, "accuracy")


def _judge_report(value, right, wrong):
    """Loss and accuracy; wrong: name -> pairs of them."""
    for k, name in enumerate(("loss", "accuracy")):
        NEAR.judge(value[k], right[k], {key: [pair[k] for pair in pairs] for key, pairs in wrong.items()}, name)


def _draw_parameters(rng) -> tuple[dict, dict]:
    """before, after: three parts of two or three arrays, one array each alone would mislead; a new part in after."""
    before, after = {}, {}
    for part in ("embeddings", "layer 1", "layer 2"):
        for k, name in enumerate(("attention.w", "attention.b", "network.w")[: int(rng.integers(2, 4))]):
            shape = tuple(rng.integers(2, 5, size=int(rng.integers(1, 3))))
            before[f"{part}.{name}"] = rng.normal(size=shape) * (0.5, 3.0, 1.0)[k]
            after[f"{part}.{name}"] = before[f"{part}.{name}"] + rng.normal(size=shape) * (0.4, 0.2, 0.7)[k]
    return before, after | {"head.w": rng.normal(size=3)}


def _moves(value, before, after) -> dict[str, float]:
    parts = recipes.sort_by_part(before)
    if type(value) is dict:
        more = value.keys() - parts.keys()
        if more and more <= recipes.sort_by_part(after).keys():
            raise Misconception("new-parts-included")
        if value.keys() != parts.keys():
            raise Misconception("arrays-for-parts")
    entries = expect_entries(value, ", ".join(parts))
    return {part: expect_number(entry, f"r of {part}") for part, entry in entries.items()}
