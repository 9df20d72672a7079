"""Exercise 06: the confusion matrix and its scores, the AUC, thresholds by cost, pipelines, ship or wait."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

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
    expect_entries,
    expect_letters,
    expect_number,
    expect_numbers,
    expect_shape,
    judge_constant,
    keep_inputs,
)
from autograder.answers.rooms import load_module

NEAR = Tolerance(1e-5, 1e-6)  # loose enough for float32, far tighter than any wrong recipe below
EXERCISE = Exercise.beside(__file__)
say = EXERCISE.say
ROUGH = Tolerance(0, 1e-3)  # probabilities: another solver of logistic regression is welcome
_PATIENCE = 4.0  # s: twice what the docstring allows, for a machine that does other things as well
recipes = load_module(Path(__file__).with_name("recipes.py"))


@EXERCISE.check("q1")
def rows_are_the_truth(answer, rng):
    y, called, K = _draw_labels(rng)
    right = recipes.confuse(y, called, K)
    wrong = {
        "transposed": [right.T],
        "adds-once": [right > 0],
        "shares-for-counts": [right / right.sum(axis=1, keepdims=True), right / right.sum(axis=0), right / right.sum()],
    }
    NEAR.judge(_matrix(answer.call("count_confusion", y, called, K), K), right, wrong, "C")


@EXERCISE.check("q1")
def a_review_counts_with_its_weight(answer, rng):
    for stands_for in ([1.0, 10.0], rng.uniform(0.5, 12, 20), [0.0, 0.5, 3.0]):
        y, called, K = _draw_labels(rng)
        weights = rng.choice(stands_for, len(y))
        right, last = recipes.confuse(y, called, K, weights), np.zeros((K, K))
        last[y, called] = weights
        wrong = {
            "weights-ignored": [recipes.confuse(y, called, K)],
            "adds-once": [last],
            "shares-for-counts": [right / weights.sum(), right / weights.mean()],
            "fractions-cut-off": [recipes.confuse(y, called, K, np.floor(weights)), np.floor(right)],
            "transposed": [right.T],
            "divided-by-weights": [recipes.confuse(y, called, K, 1 / np.where(weights == 0, np.inf, weights))],
            "zero-weight-for-one": [recipes.confuse(y, called, K, np.where(weights == 0, 1, weights))],
        }
        NEAR.judge(_matrix(answer.call("count_confusion", y, called, K, weights), K), right, wrong, "C")


@EXERCISE.check("q1")
def absent_classes_keep_their_place(answer, rng):
    for K, n in ((6, 30), (4, 1), (2, 5)):
        y, called = (rng.choice(rng.permutation(K - 1)[: max(1, K // 2)], n) for _ in range(2))
        weights = np.round(rng.uniform(0.5, 4, n), 1)
        seen = np.unique([*y, *called])
        renumbered = recipes.confuse(np.searchsorted(seen, y), np.searchsorted(seen, called), K, weights)
        with keep_inputs(answer, "count_confusion", y, called, K, weights) as value:
            right = recipes.confuse(y, called, K, weights)
            NEAR.judge(_matrix(value, K), right, {"absent-classes-dropped": [renumbered]}, "C")


@EXERCISE.check("q2")
def each_class_has_its_scores(answer, rng):
    for beta in (None, float(rng.uniform(1.5, 3)), float(rng.uniform(0.3, 0.7))):
        C, K = _draw_matrix(rng)
        value = _scores(answer.call("score_classes", C, *([beta] if beta else [])), K)
        b, right = (beta or 1) ** 2, recipes.score(C, beta or 1)
        P, R = right["precision"], right["recall"]
        if NEAR.same(value["precision"], R) or NEAR.same(value["recall"], P):
            raise Misconception("rows-for-columns")
        accuracy = 1 - (C.sum(axis=0) + C.sum(axis=1) - 2 * np.diag(C)) / C.sum()
        for name in ("precision", "recall"):
            NEAR.judge(value[name], right[name], {"silence-counted-as-found": accuracy}, name)
        wrong = {
            "average-for-harmonic": [(P + k * R) / (1 + k) for k in (1, b, 1 / b, b**0.5)],
            "geometric-for-harmonic": [(P * R) ** 0.5, (P * R**b) ** (1 / (1 + b))],
            "beta-ignored": [2 * P * R / (P + R)],
            "beta-not-squared": [(1 + b**0.5) * P * R / (b**0.5 * P + R)],
            "beta-for-precision": [(1 + b) * P * R / (P + b * R)],
        }
        NEAR.judge(value["f"], right["f"], wrong, "f")


@EXERCISE.check("q2")
def the_averages_are_of_f(answer, rng):
    for beta in (1.0, float(rng.uniform(1.5, 3))):
        C, K = _draw_matrix(rng)
        value, right = _scores(answer.call("score_classes", C, beta), K), recipes.score(C, beta)
        P, R, f, b = right["precision"], right["recall"], right["f"], beta**2
        means = P.mean(), R.mean()
        names = ("macro", "weighted", "micro")
        wrongly_named = (one for one in names if not NEAR.same(value[one], right[one]))
        if any(NEAR.same(value[one], right[other]) for one in wrongly_named for other in names):
            raise Misconception("averages-exchanged")
        made_of_means = [(1 + b) * means[0] * means[1] / (b * means[0] + means[1]), sum(means) / 2]
        NEAR.judge(value["macro"], right["macro"], {"f-of-the-means": made_of_means}, "macro")
        by_calls = f @ C.sum(axis=0) / C.sum()
        NEAR.judge(value["weighted"], right["weighted"], {"weighted-by-calls": by_calls}, "weighted")
        hits = np.trace(C)
        NEAR.judge(value["micro"], right["micro"], {"errors-added-twice": hits / (2 * C.sum() - hits)}, "micro")


@EXERCISE.check("q2")
def the_recall_is_found(answer, rng):
    for _ in range(4):
        P, R = rng.uniform(0.2, 0.95, 2)
        F = 2 * P * R / (P + R)
        value = _recall(answer.call("find_recall", float(P), float(F)))
        NEAR.judge(value, R, {"averaged-back": [2 * F - P]}, "recall")
    value = _recall(answer.call("find_recall", 1.0, 1.0))
    if np.isnan(value):
        raise Misconception("recall-of-one-refused")
    NEAR.expect(value, 1.0, "recall")
    P = float(rng.uniform(0.3, 0.45))
    highest = 2 * P / (1 + P)  # of F1, at recall 1
    for precision, f1 in ((P, highest + 0.01), (P, (highest + 2 * P) / 2), (0.25, 0.5), (P, 2 * P + 0.05), (0.01, 1.0)):
        value = _recall(answer.call("find_recall", precision, f1))
        if not np.isnan(value):
            raise Misconception("impossible-recall")


@EXERCISE.check("q2")
def nothing_of_nothing_is_zero(answer, rng):
    C, K = _draw_matrix(rng)
    C = np.pad(C, (0, 3))  # class K + 2 occurs nowhere
    C[0, K], C[K + 1, 0] = 3, 4  # K is called and never there, K + 1 is there and never called
    one = np.array([[float(rng.integers(1, 9))]])
    for matrix in (C / C.sum(), one, np.array([[0, 3], [2, 0]]), C / C.sum() / 10_000):
        with keep_inputs(answer, "score_classes", matrix) as value:
            value, right = _scores(value, len(matrix)), recipes.score(matrix, 1)
            if any(np.isnan(value[name]).any() for name in right):
                raise Misconception("nan-for-nothing")
            hits, called, there = np.diag(matrix), matrix.sum(axis=0), matrix.sum(axis=1)
            if NEAR.same(value["precision"], hits / np.maximum(called, 1)):
                NEAR.name(value["precision"], right["precision"], {"sums-of-at-least-one": value["precision"]})
            if matrix.sum() < 0.001:
                NEAR.name(value["f"], right["f"], {"a-little-in-the-denominator": value["f"]})
            occurring = [right["f"][counts > 0].mean() for counts in (called, there, called + there)]
            for name in right:
                wrong = {"absent-class-skipped": occurring} if name == "macro" else {}
                NEAR.judge(value[name], right[name], wrong, name)


@EXERCISE.check("q3")
def pairs_are_counted_and_ties_half(answer, rng):
    for ties, sign, bend in ((False, 1, 0), (True, 1, 0), (True, -1, 0), (False, 1, 5)):
        y, score = _draw_scores(rng, ties)
        score = sign * score  # -1 ranks worse than chance
        score = np.exp(bend * score) if bend else score  # uneven, in the same order
        n, positives, negatives = len(y), score[y == 1][:, None], score[y == 0]
        won, tied = (positives > negatives).sum(), (positives == negatives).sum()
        pairs = positives.size * negatives.size
        right = (won + tied / 2) / pairs
        cuts = [score >= t for t in (0, 0.5, score.mean(), np.median(score))]
        wrong = {
            "upside-down": [1 - right],
            "all-pairs": [right * pairs / count for count in (n * (n - 1) / 2, n * (n - 1), n**2, n**2 / 2)],
            "ties-lost": [won / pairs, 1 - won / pairs],
            "ties-won": [(won + tied) / pairs],
            "ranks-of-equals": recipes.rank_equals(y, score),
            "ranks-as-they-are": [right + (len(positives) + 1) / (2 * len(negatives))],
            "one-threshold": [np.mean(cut == y) for cut in cuts]
            + [(cut[y == 1].mean() + 1 - cut[y == 0].mean()) / 2 for cut in cuts],
            "scores-cut-to-whole": [recipes.auc(y, cut(score)) for cut in (np.trunc, np.round, np.floor)],
            "not-sorted": [recipes.count_places(positives.ravel(), negatives, half) for half in (0.5, 0, 1)],
            "scores-taken-for-probabilities": [
                recipes.walk_along(y, score, k) for k in (11, 21, 51, 100, 101, 201, 1001)
            ],
            "average-precision": [recipes.average_precision(y, score)],
        }
        value = expect_number(answer.call("compute_auc", y, score), "AUC")
        if bend and not NEAR.same(value, right):
            raise Misconception("scores-on-a-grid")
        if not -1e-9 < value < 1 + 1e-9:
            NEAR.name(value, right, {**wrong, "no-share-of-pairs": value})
        points = value * pairs if abs(value) < 1e9 else 0
        if won < round(points) < won + tied and abs(points - round(points)) < 1e-4 and not NEAR.same(value, right):
            raise Misconception("order-of-arrival")
        NEAR.judge(value, right, wrong, "AUC")


@EXERCISE.check("q3")
def twenty_thousand_scores_are_no_trouble(answer, rng):
    drawn = [_draw_scores(rng, ties=True, n=n, positives=0.4) for n in (20, 3_000, 20_000)]
    run = answer.call(drivers.measure_call, Learner("compute_auc"), *drawn)  # what it reports can only cost the point
    if "stopped" in run or run["seconds"] > _PATIENCE or run["megabytes"] > 50:
        raise Misconception("every-pair")
    y, score = drawn[-1]
    seconds = []
    while not seconds or (seconds[-1] > _PATIENCE and len(seconds) < 3):  # by our own clock; three tries
        begin = time.monotonic()
        value = answer.call("compute_auc", y, score)
        seconds.append(time.monotonic() - begin)
        NEAR.expect(expect_number(value, "AUC"), recipes.auc(y, score), "AUC")
    if min(seconds) > _PATIENCE:
        raise Misconception("every-pair")


@EXERCISE.check("q3")
def alarms_as_scores(answer, rng):
    for order in ([0, 1], [0, 1], [1, 0]):  # the last ranks worse than chance
        (tn, fp), (fn, tp) = C = (rng.integers(2, 60, (2, 2)) + np.array([[60, 0], [0, 60]]))[:, order]
        f, t = fp / (tn + fp), tp / (fn + tp)
        columns = C / C.sum(axis=0)
        wrong = {
            "accuracy-for-auc": [(tn + tp) / C.sum()],
            "one-row-only": [t, 1 - f],
            "ties-lost": [t * (1 - f)],
            "ties-won": [1 - f * (1 - t)],
            "upside-down": [(f + 1 - t) / 2],
            "columns-of-the-alarms": [(columns[0, 0] + columns[1, 1]) / 2],
            "difference-of-the-rates": [t - f],
            "false-alarms-for-rightly-silent": [(t + f) / 2],
            "another-score": [2 * tp / (2 * tp + fp + fn), (t * (1 - f)) ** 0.5, (t + columns[1, 1]) / 2],
        }
        NEAR.judge(expect_number(answer.call("auc_of_alarms", C), "AUC"), (t + 1 - f) / 2, wrong, "AUC")


@EXERCISE.check("q3")
def small_and_one_sided_samples(answer, rng):
    low, high = np.sort(rng.normal(size=2))
    y, score = _draw_scores(rng, ties=False)
    cases = [
        (y, score / 10_000, recipes.auc(y, score)),
        (np.array([1, 0]), np.array([1 + 1e-12, 1]), 1),  # apart, however little
        (np.array([1, 0]), np.array([high, low]), 1),
        (np.array([1, 0]), np.array([low, high]), 0),
        (rng.permutation(np.repeat([0, 1], [5, 3])), np.full(8, 2), 0.5),
        (np.array([0, 1, 0, 1, 0]), 1e6 * np.array([low, high, high, low, high]), 2.5 / 6),
        (np.array([0, 1, 1]), -10 - np.array([3, 1, 4]), 0.5),
        (np.ones(4, int), rng.normal(size=4), np.nan),
        (np.zeros(3, int), rng.normal(size=3), np.nan),
    ]
    for y, score, right in cases:
        with keep_inputs(answer, "compute_auc", y, score) as value:
            value = expect_number(value, "AUC")
            if np.isnan(right) and not np.isnan(value):
                raise Wrong(say("auc-without-pairs", value=value))
            NEAR.expect(value, right, "AUC")


@EXERCISE.check("q4")
def the_cheapest_threshold_is_found(answer, rng):
    for _ in range(2):
        p, y, a, m, named = _draw_bill(rng)
        right = recipes.choose(p, y, a, m)
        t, cost = _threshold(answer.call("choose_threshold", p, y, a, m))
        NEAR.name([t, cost], right, named)
        habits = (a / (a + m), m / (a + m), 0.5)
        if any(np.isclose(t, habit) or np.isclose(t, recipes.next_value(p, habit)) for habit in habits):
            raise Misconception("threshold-not-searched")
        if NEAR.same([cost, t], right):
            raise Misconception("cost-first")
        if NEAR.same(t, right[0]) and any(NEAR.same(cost, right[1] * k) for k in (len(p) / 1000, 1 / 1000, 0.1)):
            raise Misconception("not-per-thousand")
        _judge_threshold((t, cost), right, p)


@EXERCISE.check("q4")
def nobody_everybody_and_equals(answer, rng):
    p = np.round(rng.permutation(np.linspace(0.1, 0.9, 12)), 3)
    y = (np.argsort(np.argsort(-p)) % 3 == 1).astype(int)  # the highest one is fine
    t, cost = _threshold(answer.call("choose_threshold", p, y, 20.0, 3.0))
    right = (np.inf, 1000 * 3 * y.sum() / len(y))
    if t in p:
        raise Misconception("nobody-not-tried")
    if t != np.inf:
        raise Wrong(say("nobody"))
    _judge_threshold((t, cost), right, p)
    y = (np.argsort(np.argsort(p)) % 3 == 0).astype(int)  # the lowest one is angry
    t, cost = _threshold(answer.call("choose_threshold", p, y, 2.0, 50.0))
    if t > p.min():
        raise Misconception("everybody-not-tried")
    _judge_threshold((t, cost), recipes.choose(p, y, 2.0, 50.0), p)
    for y in ([0, 1, 0, 0, 1, 0, 0, 0], [0, 0, 1, 0, 0, 0, 0, 0]):  # highest p first; two false alarms cost a miss
        order, y = rng.permutation(8), np.array(y)
        p = np.linspace(0.9, 0.2, 8)[order]
        value = _threshold(answer.call("choose_threshold", p, y[order], 2.0, 4.0))
        right = recipes.choose(p, y[order], 2.0, 4.0)
        if value[0] < right[0] and NEAR.same(value[1], right[1]):
            raise Misconception("lowest-of-equals")
        _judge_threshold(value, right, p)


@EXERCISE.check("q4")
def the_staff_can_answer_them(answer, rng):
    for how in ("inside a tie", "exactly", "inside a tie", "no need", "raised too little", "nobody"):
        p, y, a, m, limit, named = _draw_limit(rng, how)
        right = recipes.choose(p, y, a, m, limit=limit)
        value = _threshold(answer.call("choose_threshold", p, y, a, m, limit))
        if (calm := recipes.limit_false_alarms(p, y, a, m, limit)) != recipes.choose(p, y, a, m)[0]:
            named = {"limit-on-false-alarms": [calm], **named}
        if value[0] not in p:  # a grid's value may lie beside one by rounding, and then cuts nobody off
            named.pop("limit-cuts-equals", None)
        NEAR.name(value[0], right[0], named)
        if limit and (p >= value[0]).sum() > limit:
            raise Misconception("limit-ignored")
        _judge_threshold(value, right, p)


@EXERCISE.check("q4")
def one_kind_of_review_only(answer, rng):
    n, (a, m) = int(rng.integers(6, 12)), rng.integers(2, 20, 2).astype(float)
    drawn = np.array([1, 0, *np.round(rng.uniform(size=n - 2), 1)])  # certain ones, too
    for y, limit in ((np.zeros(n, int), None), (np.ones(n, int), None), (np.ones(1, int), 1), (np.ones(n, int), 0)):
        p = drawn[: len(y)]
        with keep_inputs(answer, "choose_threshold", p, y, a, m, limit) as value:
            _judge_threshold(_threshold(value), recipes.choose(p, y, a, m, limit=limit), p)


@EXERCISE.check("q5")
def the_faults_are_named(answer, rng):
    wrong = {"C": "scaling-blamed", "D": "auc-blamed", "E": "luck-blamed"}
    expect_letters(answer.get("FAULTS"), "FAULTS", "AB", "ABCDE", wrong, say("fault-missing"))


@EXERCISE.check("q5")
def each_review_is_judged_by_strangers(answer, rng):
    drawn, right, named = _draw_texts(rng, 4, recipes.FAULTY)
    value = expect_shape(answer.call("judge_apart", *drawn), (len(drawn[1]),), "p")
    named["logits-for-probabilities"] = np.log(right / (1 - right))
    if ROUGH.same(np.sort(value), np.sort(right)):
        ROUGH.name(value, right, {"folds-end-to-end": value})
    mean = (np.bincount(drawn[2], value) / np.bincount(drawn[2]))[drawn[2]]
    ROUGH.name(value, right, {"one-probability-for-a-review": mean})
    named["keep-not-as-told"] = partial(recipes.judge_apart, *drawn[:3], folds=4)
    named["folds-not-as-told"] = partial(recipes.judge_apart, *drawn[:4])
    for name, faults in recipes.RARER.items():
        named[name] = [partial(recipes.judge_apart, *drawn, fault=fault) for fault in faults]
    ROUGH.judge(value, right, named, "p", say("not-these-probabilities"))


@EXERCISE.check("q5")
def keep_and_folds_are_as_told(answer, rng):
    for told in ({}, {"keep": 25}, {"folds": 3}):
        (texts, y, review, *_), _, _ = _draw_texts(rng, 5)
        value = expect_shape(answer.call("judge_apart", texts, y, review, **told), (len(y),), "p")
        right, other = (recipes.judge_apart(texts, y, review, **how) for how in (told, {}))
        wrong = {f"{name}-not-as-told": other for name in told}
        ROUGH.judge(value, right, wrong, "p", say("not-these-probabilities"))


@EXERCISE.check("q5")
def reviews_come_in_any_order(answer, rng):
    (texts, y, review, keep, folds), _, _ = _draw_texts(rng, 5)
    order = np.argsort(y, kind="stable")  # folds by position would lack a class
    texts, y, review = [texts[k] for k in order], y[order], 7 * review[order] + 100
    with keep_inputs(answer, "judge_apart", texts, y, review, keep, folds) as value:
        value = expect_shape(as_array(value, "p"), (len(y),), "p")
        right = recipes.judge_apart(texts, y, review, keep, folds)
        apart = {"reviews-torn-apart": recipes.judge_apart(texts, y, np.arange(len(y)), keep, folds)}
        ROUGH.judge(value, right, apart, "p", say("not-these-probabilities"))


@EXERCISE.check("q6")
def whole_reviews_are_drawn(answer, rng):
    for _ in range(3):
        old, new, review, D = _draw_bills(rng)
        draws = rng.integers(D, size=(1, D))
        draws[0, :2] = draws[0, 2]  # one of them at least three times
        value = answer.call("bootstrap_saving", old, new, review, draws, 0.9)
        saving, low, high = expect_numbers(value, "saving, low, high")
        gains, lengths = np.bincount(review, old - new), np.bincount(review)
        in_order = np.array([part.sum() for part in np.split(old - new, np.cumsum(lengths)[:-1])])
        once = np.unique(draws)
        observed, right = (old - new).mean(), gains[draws].sum() / lengths[draws].sum()
        wrong = {
            "other-way-round": [-right],
            "draws-as-sentences": [(old - new)[draws].mean()],
            "reviews-weigh-alike": [(gains / lengths)[draws].mean()],
            "copies-dropped": [gains[once].sum() / lengths[once].sum()],
            "length-not-drawn": [gains[draws].sum() / len(old)],
            "normal-for-percentiles": [observed],
            "dollars-per-thousand": [1000 * right],
            "mirrored-interval": [2 * observed - right],
            "for-each-review": [gains[draws].mean()],
            "reviews-taken-for-sorted": [in_order[draws].sum() / lengths[draws].sum()],
        }
        NEAR.name(low, right, wrong)
        if not NEAR.same(low, right):
            other = answer.call("bootstrap_saving", old, new, review, np.full((1, D), draws[0, 3]), 0.9)
            again = answer.call("bootstrap_saving", old, new, review, draws, 0.9)
            if _equal_ends(other, (low, high)) or not _equal_ends(again, (low, high)):
                raise Misconception("draws-ignored")
        NEAR.expect(low, right, "low")
        NEAR.expect(high, right, "high")
        also = {
            "other-way-round": -observed,
            "middle-of-the-draws": right,
            "reviews-weigh-alike": (gains / lengths).mean(),
        }
        NEAR.judge(saving, observed, also, "saving")


@EXERCISE.check("q6")
def the_interval_has_its_confidence(answer, rng):
    for confidence in (0.9, 0.8):
        old, new, review, D = _draw_bills(rng)
        draws = rng.integers(D, size=(401, D))  # each end is one of the draws, whatever the definition of quantiles
        value = answer.call("bootstrap_saving", old, new, review, draws, confidence)
        _judge_interval(value, old, new, review, draws, confidence)


@EXERCISE.check("q6")
def the_choice_follows_from_the_lower_end(answer, rng):
    old, new, review, draws, extra = map(EXERCISE.given, ("OLD", "NEW", "REVIEW", "DRAWS", "EXTRA"))
    means, D = recipes.resample(old - new, review, draws), draws.shape[1]
    saving, low = 1000 * (old - new).mean(), 1000 * np.quantile(means, 0.025)
    enough = int(np.ceil(D * ((saving - low) / (saving - extra)) ** 2))
    near = Tolerance(0, 0.5)  # half a dollar
    alike = np.bincount(review, old - new) / np.bincount(review)
    value = expect_number(answer.get("SAVING"), "SAVING")
    wrong = {
        "per-sentence": saving / 1000,
        "extra-deducted": saving - extra,
        "reviews-weigh-alike": 1000 * alike.mean(),
    }
    judge_constant(value, saving, wrong, "SAVING", near, say("not-the-number", name="SAVING"))
    value = expect_number(answer.get("LOW"), "LOW")
    if Tolerance(0, 5e-4).same(value, low / 1000):
        raise Misconception("per-sentence")
    sentences = np.random.default_rng(3).integers(len(old), size=(2_000, len(old)))  # as the colleague has drawn them
    ends = [np.quantile(one[rows].mean(axis=1), 0.025) for one, rows in ((alike, draws), (old - new, sentences))]
    others = [1000 * end for end in (*ends, np.quantile(means, 0.05))]
    Tolerance(0, 4).name(value, low, {"low-of-another-resampling": others})
    wrong = {"upper-end": 1000 * np.quantile(means, 0.975), "extra-deducted": low - extra}
    judge_constant(value, low, wrong, "LOW", near, say("not-the-number", name="LOW"))
    expect_choice(answer.get("CHOICE"), "CHOICE", {"ship": "shipped-on-the-mean", "wait": ""})
    needed, high = expect_number(answer.get("NEEDED"), "NEEDED"), 1000 * np.quantile(means, 0.975)
    if enough - 1 <= needed < enough:
        raise Misconception("rounded-down")
    straight = D * (saving - low) / (saving - extra)
    wrong = {
        "shrinks-like-one-over-D": [np.ceil(straight), np.floor(straight), round(straight, 2)],
        "only-the-new-ones": [enough - D, enough - D - 1],
        "distance-of-both-ends": [np.ceil(D * ((high - low) / k / (saving - extra)) ** 2) for k in (1, 2)],
        "until-nothing-is-lost": [f(D * ((saving - low) / saving) ** 2) for f in (np.ceil, np.floor)],
        "sentences-for-reviews": [f(len(old) / D * enough) for f in (np.ceil, np.floor)]
        + [np.ceil(len(old) * ((saving - low) / (saving - extra)) ** 2)],
    }
    if needed != enough and abs(needed - enough) < 0.06 * enough:
        raise Misconception("rounded-on-the-way")
    judge_constant(needed, enough, wrong, "NEEDED", otherwise=say("not-the-need"))


@EXERCISE.check("q6")
def reviews_of_one_sentence(answer, rng):
    old, new, review, _ = _draw_bills(rng)
    for numbers in (review, rng.permutation(101)):  # more than the 80 of the bills above
        if len(numbers) > len(old):
            old, new = (np.resize(bill, len(numbers)) for bill in (old, new))
        draws = rng.integers(numbers.max() + 1, size=(401, numbers.max() + 1))
        with keep_inputs(answer, "bootstrap_saving", old, new, numbers, draws) as value:
            _judge_interval(value, old, new, numbers, draws, 0.95)


def _draw_labels(rng):
    """y, called, K: all classes on both sides, some entry with several reviews, a matrix that isn't symmetric."""
    while True:
        K, n = int(rng.integers(3, 6)), int(rng.integers(40, 70))
        y = rng.choice(K, n, p=rng.dirichlet(np.full(K, 5)))
        called = np.where(rng.random(n) < 0.5, y, rng.integers(K, size=n))
        C = recipes.confuse(y, called, K)
        if C.sum(axis=0).all() and C.sum(axis=1).all() and not np.array_equal(C, C.T) and np.diag(C).max() > 2:
            return y, called, K


def _matrix(value, K) -> np.ndarray:
    array = as_array(value, "C")
    if array.ndim == 2 and max(array.shape) < K:
        raise Misconception("absent-classes-dropped")
    return expect_shape(array, (K, K), "C")


def _draw_matrix(rng):
    """C, K with row sums, column sums and all averages well apart."""
    while True:
        K = int(rng.integers(3, 6))
        C = rng.integers(1, 25, (K, K)) + np.diag(rng.integers(5, 60, K))
        right = recipes.score(C, 1)
        averages = np.array([right["macro"], right["weighted"], right["micro"]])
        if np.abs(np.diff(averages[[0, 1, 2, 0]])).min() > 1e-3 and (C.sum(axis=0) != C.sum(axis=1)).all():
            return C, K


def _scores(value, K) -> dict:
    entries = expect_entries(value, "precision, recall, f, macro, weighted, micro")
    arrays = {key: expect_shape(entries.pop(key), (K,), key) for key in ("precision", "recall", "f")}
    scores = arrays | {key: expect_number(entry, key) for key, entry in entries.items()}
    if any((score > 1 + 1e-6).any() or (score < -1e-6).any() for score in map(np.asarray, scores.values())):
        raise Misconception("no-share")
    return scores


def _recall(value) -> float:
    if value is None:
        raise Wrong(say("nan-not-none"))
    return expect_number(value, "recall")


def _draw_scores(rng, ties, n=None, positives=0.3):
    """y, score: more zeros than ones, an AUC between 0.6 and 0.9, no recipe by chance near another."""
    n = n or int(rng.integers(25, 40))
    while True:
        y = (rng.random(n) < positives).astype(int)
        score = rng.normal(size=n) * 2 + 2 * y - rng.uniform(0, 4)
        score = np.round(score) if ties else score
        if 2 < y.sum() < n / 2 and 0.6 < recipes.auc(y, score) < 0.9:
            half_a_point = recipes.auc(y, score) - recipes.auc(y, score - 1e-6 * y)  # what that for ties is worth
            if not ties or half_a_point > 0.02:
                return y, score


def _is_alone(p, y, a, m, right) -> bool:
    """No other threshold costs as little, so that rounding can't decide."""
    return sum(NEAR.same(recipes.bill(p, y, a, m, t), right[1]) for t in [np.inf, *np.unique(p)]) == 1


def _draw_bill(rng):
    """p, y, a, m and what each wrong recipe gives: (t, cost), all different from the right one."""
    while True:
        n = int(rng.integers(60, 90))
        p = np.round(np.round(rng.uniform(size=n) ** 2, 2) ** 1.3, 5)  # some are equal, and none lies on a grid
        y = (rng.random(n) < 0.9 * p**0.5).astype(int)
        a, m = float(rng.integers(3, 7)), float(rng.integers(8, 16))
        right = recipes.choose(p, y, a, m)
        values = np.unique(p)[::-1]
        f1 = [(2 * y[p >= t].sum()) / ((p >= t).sum() + y.sum()) for t in values]
        errors = [recipes.bill(p, y, 1, 1, t) for t in values]
        goals = [values[int(np.argmax(f1))], values[int(np.argmin(errors))]]
        habits = [k for t in (a / (a + m), m / (a + m), 0.5) for k in (t, recipes.next_value(p, t))]
        named = {
            "costs-exchanged": [recipes.choose(p, y, m, a), (recipes.choose(p, y, m, a)[0], right[1])],
            "strictly-above": [recipes.choose(p, y, a, m, given, strict=True) for given in (None, [*values, 0.0])],
            "every-alarm-costs": [recipes.choose(p, y, a, m, every=True)],
            "threshold-not-searched": [(t, recipes.bill(p, y, a, m, t)) for t in habits],
            "another-goal": [(t, recipes.bill(p, y, a, m, t)) for t in goals],
        }
        apart = all(abs(t - right[0]) > 1e-3 for others in named.values() for t, _ in others)
        inside, no_habit = values[-2] < right[0] < values[2], not any(np.isclose(t, habits).any() for t in goals)
        if _is_alone(p, y, a, m, right) and inside and apart and no_habit:
            return p, y, a, m, named


def _draw_limit(rng, how):
    """p, y, a, m, limit and what wrong named give as t.

    how: the limit falls "inside a tie", "exactly" on it, there is "no need" of one, it lets "nobody" be answered, or
    the next threshold that holds it, above the cheapest of all, is "raised too little".
    """
    if how == "raised too little":
        return _draw_two_valleys(rng)
    while True:
        n = int(rng.integers(30, 50))
        p = np.round(rng.uniform(0.05, 0.95, n), 1)
        y = (rng.random(n) < p).astype(int)
        a, m = float(rng.integers(2, 5)), float(rng.integers(10, 30))
        free, values = recipes.choose(p, y, a, m), np.unique(p)[::-1]
        counts = np.array([(p >= t).sum() for t in values])
        if how == "nobody" and free[0] < np.inf:
            return p, y, a, m, 0, {"zero-for-no-limit": [free[0]], "limit-ignored": [values[0]]}
        place = int(rng.integers(1, len(values) - 2))
        if how == "no need":
            a, m = m / 4, m / 3
            free = recipes.choose(p, y, a, m)
            limit = int(counts[min(place + 3, len(values) - 1)])
            if (filled := float(values[counts <= limit][-1])) < free[0] < np.inf and _is_alone(p, y, a, m, free):
                return p, y, a, m, limit, {"limit-filled": [filled]}
            continue
        limit = int(counts[place]) + (0 if how == "exactly" else 1)
        right = recipes.choose(p, y, a, m, limit=limit)
        cut = float(np.sort(p)[::-1][limit - 1])
        below = recipes.choose(p, y, a, m, limit=limit - 1)[0]
        if counts[place + 1] - counts[place] < 3 or free[0] >= right[0] or right[0] == np.inf:
            continue
        if not _is_alone(p, y, a, m, right):
            continue
        named = {"limit-or-nobody": [np.inf], "limit-ignored": [free[0]]}
        if (filled := float(values[counts <= limit][-1])) < right[0]:
            named["limit-filled"] = [filled]
        if how == "exactly" and below > right[0]:
            return p, y, a, m, limit, {"limit-not-reached": [below]} | named
        if how == "inside a tie" and cut not in (right[0], free[0]):
            return p, y, a, m, limit, {"limit-cuts-equals": [cut]} | named


def _draw_two_valleys(rng):
    """As _draw_limit: the cost falls, rises and falls again, and only the first valley holds the limit."""
    while True:
        sizes = rng.integers(2, 6, 4)  # angry, fine, angry, fine, from the highest p down
        p = np.round(np.sort(rng.uniform(0.1, 0.9, sizes.sum()))[::-1], 4)
        y, order = np.repeat([1, 0, 1, 0], sizes), rng.permutation(len(p))
        a, m = float(rng.integers(2, 8)), float(rng.integers(8, 16))
        limit = int(sizes[:2].sum() + rng.integers(1 - sizes[1], 1))
        free, right = recipes.choose(p, y, a, m), recipes.choose(p, y, a, m, limit=limit)
        raised = float(p[limit - 1])
        if free[0] < raised < right[0] < np.inf and _is_alone(p, y, a, m, right):
            return p[order], y[order], a, m, limit, {"limit-by-raising": [raised], "limit-ignored": [free[0]]}


def _threshold(value) -> tuple[float, float]:
    if isinstance(value, (list, tuple)) and len(value) == 2 and value[0] is None:
        raise Wrong(say("none-for-nobody"))
    return tuple(expect_numbers(value, "t, cost"))


def _judge_threshold(value, right, p):
    t, cost = value
    if right[0] == np.inf and t != np.inf and t > p.max():
        raise Wrong(say("nobody"))
    is_candidate = t == np.inf or np.isclose(p, t, rtol=1e-6, atol=0).any()
    if not is_candidate and (p >= t).sum() == (p >= right[0]).sum():
        raise Wrong(say("no-candidate", t=t))
    if not is_candidate and np.isclose(t, np.round(t, 3), rtol=0, atol=1e-9):
        raise Misconception("threshold-on-a-grid")
    if NEAR.same(t, right[0]) and cost < right[1] and not NEAR.same(cost, right[1]):
        raise Misconception("cheaper-than-possible")
    if t == np.inf != right[0] or not NEAR.same(t, right[0]):
        raise Wrong(say("another-threshold", t=t, should=right[0]))
    NEAR.expect(cost, right[1], "cost")


def _draw_texts(rng, folds, faults=()):
    """(texts, y, review, keep, folds), the right probabilities, and those of each of these faults, which differ."""
    sounds = np.array([a + b for a in "bdfgklmnprst" for b in "aeiou"])  # words
    while True:
        D = int(rng.integers(22, 28))
        review = rng.permutation(np.repeat(np.arange(D), rng.integers(1, 6, D)))
        y = (rng.random(len(review)) < rng.beta(1, 2, D)[review]).astype(int)
        pets = rng.choice(sounds, (D, 3))  # of each writer
        texts = []
        for label, writer in zip(y, review, strict=True):
            mood = rng.choice(sounds[: 8 + 30 * (1 - label)], 2)
            texts.append(" ".join(rng.permutation([*mood, *rng.choice(pets[writer], 2), *rng.choice(sounds, 3)])))
        drawn = texts, y, review, int(rng.integers(12, 18)), folds
        if not 0.2 < y.mean() < 0.45 or len(np.unique(" ".join(texts).split())) < 50:
            continue
        right = recipes.judge_apart(*drawn)
        named = {fault: recipes.judge_apart(*drawn, fault=fault) for fault in faults}
        if all(np.abs(other - right).max() > 0.01 for other in named.values()):
            return drawn, right, named


def _draw_bills(rng):
    """old, new, review, D: lengths from 1 to 9, reviews that differ, sentences in no order, whole dollars."""
    D = int(rng.integers(8, 14))
    length = rng.permutation(np.r_[1, 9, rng.integers(1, 10, D - 2)])
    review = rng.permutation(np.repeat(np.arange(D), length))
    old = rng.choice([0.0, 3.0, 27.0], len(review))
    new = np.clip(old + rng.integers(-12, 9, D)[review] + rng.integers(-3, 4, len(review)), 0, 40)
    return old, new, review, D


def _equal_ends(value, ends) -> bool:
    return isinstance(value, (list, tuple, np.ndarray)) and len(value) == 3 and NEAR.same(list(value[1:]), ends)


def _judge_interval(value, old, new, review, draws, confidence):
    saving, *ends = expect_numbers(value, "saving, low, high")
    sums = [recipes.resample(bill, review, draws) for bill in (old, new)]
    means, observed, tail = sums[0] - sums[1], (old - new).mean(), (1 - confidence) / 2
    spread = means.std() * _normal_quantile(1 - tail)
    apart = [np.quantile(one, [tail, 1 - tail]) for one in sums]
    right = np.quantile(means, [tail, 1 - tail])
    wrong = {
        "not-paired": [(apart[0][0] - apart[1][1], apart[0][1] - apart[1][0]), tuple(apart[0] - apart[1])],
        "one-sided": [np.quantile(means, [2 * tail, 1 - 2 * tail])],
        "normal-for-percentiles": [(middle - spread, middle + spread) for middle in (observed, means.mean())],
        "share-for-per-cent": [np.percentile(means, [tail, 1 - tail])],
        "confidence-fixed": [np.quantile(means, [0.025, 0.975])],
    }
    NEAR.judge(ends, right, wrong, "(low, high)")
    NEAR.judge(saving, observed, {"middle-of-the-draws": [means.mean(), np.median(means)]}, "saving")


def _normal_quantile(p):
    from scipy.special import ndtri  # here: nobody who only reads the table of exercises needs SciPy

    return ndtri(p)
