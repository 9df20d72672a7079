"""Exercise 09: byte-pair merges, WordPiece, the 80/10/10 rule, sentence pairs, an honest pretraining run, two baselines."""

from __future__ import annotations

import itertools
import math
from collections import Counter

import numpy as np

from autograder.answers import (
    Exercise,
    Learner,
    Misconception,
    Wrong,
    as_array,
    drivers,
    expect_close,
    expect_equal,
    expect_shape,
)

RTOL, ATOL = 1e-5, 1e-6  # loose enough for float32, far tighter than any wrong recipe below
MOST = 4.5  # standard deviations that a share may be off: once in 150,000 draws by chance
EXERCISE = Exercise.beside(__file__)
say = EXERCISE.say
PAD, CLS, SEP, SKIP = 0, 2, 3, -100
_UNIGRAM, _LOW, _CHANCE, _NEEDED = 5.444688, 0.522054, 0.53, 3186  # of what q6's given cell makes up
_FLOOR, _PIECES = math.log(100), 100


@EXERCISE.check("q1")
def one_pair_is_merged_from_the_left(answer, rng):
    cases = _draw_spellings(rng)
    values = [_texts(answer.call("merge_pair", *case)) for case in cases]
    wrong = {name: [[rule(*case) for case in cases]] for name, rule in _WRONG_MERGES.items()}
    _judge_lists(values, [_merge(*case) for case in cases], wrong, [f"merge_pair{case}" for case in map(_show, cases)])


@EXERCISE.check("q1")
def the_most_frequent_pair_comes_first(answer, rng):
    words, n = _draw_words(rng, ties=False)
    recipes = {name: [_learn(words, n, **how)] for name, how in _WRONG_COUNTS.items()}
    recipes |= {name: [_learn(words, n, merge=rule)] for name, rule in _WRONG_MERGES.items()}
    _judge_lists(_pairs(answer.call("learn_merges", words, n)), _learn(words, n), recipes, "learn_merges(…)")


@EXERCISE.check("q1")
def ties_go_by_the_alphabet(answer, rng):
    for _ in range(2):
        words, n = _draw_words(rng, ties=True)
        recipes = {
            "ties-by-arrival": [_learn(words, n, tie="first")],
            "ties-to-the-larger": [_learn(words, n, tie="last")],
        }
        _judge_lists(_pairs(answer.call("learn_merges", words, n)), _learn(words, n), recipes, "learn_merges(…)")


@EXERCISE.check("q1", hidden=True)
def it_ends_and_takes_any_letter(answer, rng):
    strange = "".join(rng.permutation(list(".+\\#*( é词")))
    words = {strange: 3, strange[2:6] * 2: int(rng.integers(2, 9)), strange[0]: 5, "aaaa": 2}
    for counts, n in ((words, 20), ({"x": 4}, 3), (words, 0), ({"ab": 1, "ba": 1, "b": 9}, 1), ({}, 2)):
        after = answer.call(drivers.call_and_keep_inputs, Learner("learn_merges"), counts, n)
        _judge_lists(_pairs(after["result"]), _learn(counts, n), {}, "learn_merges(…)")
        _expect_same_inputs(after["inputs"], [counts, n])
    for pieces, a, b in (
        ([], "a", "b"),
        (["a"], "a", "a"),
        (["b", "a"], "a", "b"),
        (["a", "", "a", "b"], "a", "b"),
        (list("abab."), "a", "b"),
    ):
        after = answer.call(drivers.call_and_keep_inputs, Learner("merge_pair"), pieces, a, b)
        _judge_lists([_texts(after["result"])], [_merge(pieces, a, b)], {}, [f"merge_pair{_show((pieces, a, b))}"])
        _expect_same_inputs(after["inputs"], [pieces, a, b])


@EXERCISE.check("q2")
def the_longest_piece_comes_first(answer, rng):
    words, vocabulary, recipes = _draw_vocabulary(rng, spelled=True)
    values = [_texts(answer.call("encode", word, vocabulary)) for word in words]
    _judge_lists(
        values, [_encode(word, vocabulary) for word in words], recipes, [f'encode("{word}", …)' for word in words]
    )


@EXERCISE.check("q2")
def what_cannot_be_spelled_is_unknown(answer, rng):
    words, vocabulary, recipes = _draw_vocabulary(rng, spelled=False)
    values = [_texts(answer.call("encode", word, vocabulary)) for word in words]
    _judge_lists(values, [["[UNK]"]] * len(words), recipes, [f'encode("{word}", …)' for word in words])


@EXERCISE.check("q2")
def a_vocabulary_has_two_numbers(answer, rng):
    words, vocabulary, _ = _draw_vocabulary(rng, spelled=True)
    unknown, *_ = _draw_vocabulary(rng, spelled=False, vocabulary=vocabulary)
    words = rng.permutation([*words, *unknown]).tolist()
    counts = dict(zip(words, rng.integers(1, 20, len(words)).tolist(), strict=True))
    value = _some_numbers(answer.call("measure_vocabulary", counts, vocabulary), ("pieces", "unknown"))
    right = _measure(counts, vocabulary)
    known = right[0] * (1 - right[1])
    once = _measure(dict.fromkeys(counts, 1), vocabulary)
    wrong = {
        "each-word-once": [once, (once[0], right[1]), (right[0], once[1])],
        "unknown-counts-as-a-piece": [
            (known + right[1], right[1]),
            (known / (1 - right[1]) + right[1] / (1 - right[1]), right[1]),
        ],
        "divided-by-all-words": [(known, right[1])],
    }
    _judge(value, right, wrong, "(pieces, unknown)")


@EXERCISE.check("q2", hidden=True)
def extreme_words_and_vocabularies(answer, rng):
    long = "".join(rng.choice(list("ab"), 120))
    vocabulary = {"a": 3, "b": 9, "##a": 0, "##ba": 7, "##b": 1, "é词": 2, "##词": 5, long[:50]: 4}
    words = ["a", "b", long, long[:50], long[:51], "é词词", "c", "bc", "词"]
    for word in words:
        after = answer.call(drivers.call_and_keep_inputs, Learner("encode"), word, vocabulary)
        _judge_lists([_texts(after["result"])], [_encode(word, vocabulary)], {}, [f'encode("{word[:9]}", …)'])
        _expect_same_inputs(after["inputs"], [word, vocabulary])
    for counts, known in (
        (dict.fromkeys(words, 2), vocabulary),
        ({"c": 3, "bc": 1}, vocabulary),
        ({"a": 7}, vocabulary),
        ({"a": 2}, {}),
    ):
        after = answer.call(drivers.call_and_keep_inputs, Learner("measure_vocabulary"), counts, known)
        value = _some_numbers(after["result"], ("pieces", "unknown"))
        _judge_with_nan(value, _measure(counts, known), ("pieces", "unknown"))
        _expect_same_inputs(after["inputs"], [counts, known])


@EXERCISE.check("q3")
def only_words_are_chosen(answer, rng):
    for _ in range(3):
        ids, special, mask, size = _draw_ids(
            rng, int(rng.integers(8, 14)), int(rng.integers(20, 40)), int(rng.integers(8, 30))
        )
        share, seed = float(rng.uniform(0.2, 0.6)), int(rng.integers(10**6))
        first, again = _call_masking(answer, ids, special, mask, size, share, [seed, seed])
        _judge_places(*first, ids, special, mask)
        if not all(map(np.array_equal, first, again)):
            labelled = again[1] != SKIP
            changed = (again[1] != ids)[labelled].any() or ((again[0] != ids) & ~labelled).any()
            raise Misconception("changes-its-inputs" if changed else "another-source-of-chance")


@EXERCISE.check("q3")
def eighty_ten_ten(answer, rng):
    for share in (0.15, float(rng.uniform(0.35, 0.45))):
        ids, special, mask, size = _draw_ids(rng, 1_200, 50, 10, specials=5)
        ((damaged, labels),) = _call_masking(answer, ids, special, mask, size, share, _seeds(rng, 1))
        _judge_places(damaged, labels, ids, special, mask)
        _judge_shares(damaged, labels, ids, special, mask, size, share)


@EXERCISE.check("q3")
def each_place_has_draws_of_its_own(answer, rng):
    ids, special, mask, size = _draw_ids(rng, 60, 300, int(rng.integers(20, 30)), specials=3, filled=True)
    ((damaged, labels),) = _call_masking(answer, ids, special, mask, size, 0.3, _seeds(rng, 1))
    _judge_places(damaged, labels, ids, special, mask)
    chosen, masked = labels != SKIP, damaged == mask
    other = chosen & ~masked & (damaged != ids)
    words = np.setdiff1d(np.arange(size), special)
    _judge_words(damaged, ids, chosen, other, words)
    small = _call_masking(answer, ids[:12, :25], special, mask, size, 0.3, _seeds(rng, 12))
    numbers = np.array([[(one != SKIP).sum(), (seen == mask).sum()] for seen, one in small])
    if (np.abs(numbers[:, 0] - 0.3 * 300) < 1).all() or (np.abs(numbers[:, 1] - 0.8 * numbers[:, 0]) < 1).all():
        raise Misconception("shares-made-exact")
    for what, of, p in ((chosen, np.ones_like(chosen), 0.3), (masked, chosen, 0.8), (other, chosen & ~masked, None)):
        p = p or other.sum() / max(1, (chosen & ~masked).sum())
        for axis in (0, 1):
            k, n = what.sum(axis=axis), of.sum(axis=axis)
            chi = ((k - n * p) ** 2 / np.maximum(n * p * (1 - p), 1e-9))[n > 0]
            if abs(chi.sum() - len(chi)) > 7 * (2 * len(chi)) ** 0.5:
                raise Wrong(say("neighbours-alike"))


@EXERCISE.check("q3", hidden=True)
def chance_is_the_generators(answer, rng):
    ids, special, mask, size = _draw_ids(rng, 6, 40, 12)
    results = _call_masking(answer, ids, special, mask, size, 0.5, _seeds(rng, 4))
    for damaged, labels in results:
        _judge_places(damaged, labels, ids, special, mask)
    if all(np.array_equal(results[0][1], labels) for _, labels in results):
        raise Misconception("generator-ignored")
    blank = np.full((2, 5), special[0])
    for damaged, labels in _call_masking(answer, blank, special, mask, size, 0.9, _seeds(rng, 2)):
        expect_equal(damaged, blank.tolist(), "damaged")
        expect_equal(labels, [[SKIP] * 5] * 2, "labels")
    one = np.array([[int(np.setdiff1d(np.arange(size), special)[0])]])
    for damaged, labels in _call_masking(answer, one, special, mask, size, 0.5, _seeds(rng, 20)):
        if labels[0, 0] != SKIP:
            _judge_places(damaged, labels, one, special, mask)
        else:
            expect_equal(damaged, one.tolist(), "damaged")


@EXERCISE.check("q4")
def the_label_tells_the_truth(answer, rng):
    documents, length = _draw_documents(rng), 40
    for rows in _rows(answer, documents, length, _seeds(rng, 16)):
        _judge_rows(rows, documents, length)


@EXERCISE.check("q4")
def random_is_never_next_by_accident(answer, rng):
    documents, twin = _draw_documents(rng, few=True), [int(n) for n in rng.integers(5, 90, 3)]
    for document in documents:
        document[-1] = list(twin)
    length, tosses, seen = 40, [], {}
    runs = _rows(answer, documents, length, _seeds(rng, 160))
    for rows in runs:
        _judge_rows(rows, documents, length)
        tosses.append(rows[2])
        for (number, *_), row, is_random in zip(_list_neighbours(documents), rows[0], rows[2], strict=True):
            if is_random:
                seen.setdefault(number, set()).add(tuple(_parts(row)[1]))
    tosses = np.array(tosses)  # (160, N)
    if len({ids.tobytes() for ids, *_ in runs}) == 1:
        raise Misconception("generator-ignored")
    z = (tosses.mean(axis=0) - 0.5) * 2 * len(tosses) ** 0.5
    steady = abs(tosses.sum(axis=1) - tosses.shape[1] / 2).max() < 1
    if np.abs(z).max() > 4.8 or abs(z.sum()) > MOST * len(z) ** 0.5 or steady:
        raise Misconception("no-fair-coin")
    for number, found in seen.items():
        others = {tuple(b) for other, each in enumerate(documents) if other != number for b in each} - {tuple(twin)}
        if not others <= found:
            raise Wrong(say("never-drawn", n=tosses.size))


@EXERCISE.check("q4")
def the_longer_segment_is_shortened(answer, rng):
    a, b, c, d = ([int(n) for n in rng.permutation(np.arange(5, 90))[:k]] for k in (3, 9, 1, 3))
    documents, seed = [[a, b, c], [d]], int(rng.integers(10**6))  # b is shortened beside a, and less beside c
    runs = _rows(answer, documents, 12, [seed] * 12 + _seeds(rng, 8))
    for rows in runs:
        _judge_rows(rows, documents, 12)
    if any(not all(map(np.array_equal, runs[0], run)) for run in runs[1:12]):
        raise Misconception("another-source-of-chance")
    for length in (5, 6, int(rng.integers(7, 9)), int(rng.integers(9, 12)), int(rng.integers(12, 16))):
        documents = _draw_documents(rng)
        _judge_rows(_rows(answer, documents, length, _seeds(rng, 1))[0], documents, length)


@EXERCISE.check("q4", hidden=True)
def small_collections_and_the_same_seed(answer, rng):
    alone = [[int(n)] for n in rng.integers(5, 90, 3)]
    documents = [[alone[0]], [[7], [8, 9], [7]], [alone[1]], [[10] * 9, [11] * 30]]
    seed = int(rng.integers(10**6))
    first, again, *others = _rows(answer, documents, 20, [seed, seed, *_seeds(rng, 12)])
    for rows in (first, again, *others):
        _judge_rows(rows, documents, 20)
    if not all(map(np.array_equal, first, again)):
        raise Misconception("another-source-of-chance")
    if all(np.array_equal(first[0], rows[0]) for rows in others):
        raise Misconception("generator-ignored")


@EXERCISE.check("q5")
def the_faults_are_named(answer, rng):
    value = answer.get("FAULTS")
    if not isinstance(value, str):
        raise Wrong(say("no-letters"))
    letters = {letter for letter in value.upper() if letter not in " ,;."}
    if not letters or not letters <= set("ABCDE"):
        raise Wrong(say("no-letters"))
    for letter, name in (("D", "same-places-blamed"), ("E", "best-epoch-blamed")):
        if letter in letters:
            raise Misconception(name)
    if letters != set("ABC"):
        raise Wrong(say("fault-missing"))


@EXERCISE.check("q5")
def the_floor_is_named(answer, rng):
    wrong = {
        "floor-in-bits": [math.log2(_PIECES)],
        "floor-as-perplexity": [_PIECES, 1 / _PIECES],
        "averaged-over-all-places": [0.15 * _FLOOR],
    }
    value = _number(answer.get("FLOOR"), "FLOOR")
    for name, recipes in wrong.items():
        if any(abs(value - recipe) < 0.01 * recipe for recipe in recipes):
            raise Misconception(name)
    expect_close(value, _FLOOR, 2e-3, 0, "FLOOR")


@EXERCISE.check("q5", points=2)
def the_run_is_mended(answer, rng):
    for _ in range(2):
        run = _draw_run(rng)
        value = _outcome(answer.call("pretrain", *run), run[0].shape)
        _judge_outcome(value, run)


@EXERCISE.check("q5", hidden=True)
def odd_batches_and_equal_epochs(answer, rng):
    W, train, dev, test, rate, epochs = _draw_run(rng)
    blank, full = (
        (rng.integers(len(W), size=6), np.full(6, SKIP)),
        (rng.integers(len(W), size=6), rng.integers(len(W), size=6)),
    )
    best = _pretrain(W, train, dev, test, rate, epochs)[
        "epoch"
    ]  # an inner one: once it is the last, once it comes too late
    runs = (
        ([blank, train[0], train[1]], 3),
        ([train[0], blank], epochs),
        ([*train, full], 2),
        (train, best),
        (train, best - 1),
    )
    for batches, many in (*runs, ([blank], 3)):  # of the last, every epoch is as good as the first
        after = answer.call(drivers.call_and_keep_inputs, Learner("pretrain"), W, batches, dev, test, rate, many)
        value = _outcome(after["result"], W.shape)
        if batches == [blank]:
            expect_close(value["epoch"], 1, RTOL, ATOL, "epoch")
        _judge_outcome(value, (W, batches, dev, test, rate, many))
        _expect_same_inputs(after["inputs"], (W, batches, dev, test))


@EXERCISE.check("q6")
def the_unigram_pays_for_each_token(answer, rng):
    for a in (None, float(rng.uniform(0.1, 0.8)), float(rng.uniform(2, 5))):
        counts, tokens = _draw_tokens(rng)
        value = _number(answer.call("unigram_loss", counts, tokens, *([a] if a else [])), "loss")
        _judge_unigram(value, counts, tokens, a or 1.0)


@EXERCISE.check("q6")
def the_lower_end_is_wilsons(answer, rng):
    for z in (None, float(rng.uniform(1, 1.8)), float(rng.uniform(2.2, 3.3))):
        n = int(rng.integers(20, 200))
        k = int(rng.integers(n // 4, n - n // 8))
        p, s = k / n, z or 1.96
        value = _number(answer.call("lower_end", k, n, *([z] if z else [])), "lower end")
        wald = s * (p * (1 - p) / n) ** 0.5
        wrong = {"wald-for-wilson": [p - wald], "upper-end": [p + wald, _lower(k, n, -s)]}
        _judge(value, _lower(k, n, s), wrong, "lower end")


@EXERCISE.check("q6", points=2)
def the_verdict_follows_from_the_numbers(answer, rng):
    unigram = _number(answer.get("UNIGRAM"), "UNIGRAM")
    _judge(unigram, _UNIGRAM, {"bits-for-nats": [_UNIGRAM / math.log(2)]}, "UNIGRAM")
    chance = _number(answer.get("CHANCE"), "CHANCE")
    _judge(chance, _CHANCE, {"one-half-for-chance": [0.5, 1 - _CHANCE]}, "CHANCE")
    p, n = 821 / 1500, 1500
    wald = 1.96 * (p * (1 - p) / n) ** 0.5
    wrong = {"wald-for-wilson": [p - wald], "upper-end": [_lower(821, n, -1.96), p + wald], "verdict-on-the-share": [p]}
    _judge(_number(answer.get("LOW"), "LOW"), _LOW, wrong, "LOW")
    verdict = answer.get("VERDICT")
    if not isinstance(verdict, str) or verdict.strip().lower() not in ("above", "not shown"):
        raise Wrong(say("no-verdict"))
    if verdict.strip().lower() == "above":
        raise Misconception("verdict-on-the-share")
    needed = _number(answer.get("NEEDED"), "NEEDED")
    by_wald = math.ceil(1.96**2 * p * (1 - p) / (p - _CHANCE) ** 2)
    for name, numbers in (
        ("rounded-down", (_NEEDED - 1, _NEEDED - 1 + 0.06)),
        ("needed-by-wald", (by_wald - 1, by_wald)),
        ("only-the-new-ones", (_NEEDED - n, _NEEDED - n - 1)),
        ("one-half-for-chance", (math.ceil(1.96**2 * 0.25 / (p - 0.5) ** 2),)),
    ):
        if any(abs(needed - number) < 0.05 for number in numbers):
            raise Misconception(name)
    if needed != _NEEDED:
        raise Wrong(say("rounded-share"))


@EXERCISE.check("q6", hidden=True)
def the_edges_hold(answer, rng):
    for k, n in ((0, 1), (1, 1), (0, 40), (40, 40), (3, 7)):
        value = _number(answer.call("lower_end", k, n), "lower end")
        expect_close(value, _lower(k, n, 1.96), RTOL, ATOL, "lower end")
    expect_close(_number(answer.call("lower_end", 3, 7, 0.0), "lower end"), 3 / 7, RTOL, ATOL, "lower end")
    counts = np.r_[rng.integers(1, 50, 6), 0, 0]
    for tokens in ([7], [7, 6, 6, 0], [0], rng.integers(8, size=30).tolist()):
        tokens = np.array(tokens)
        after = answer.call(drivers.call_and_keep_inputs, Learner("unigram_loss"), counts, tokens, 0.5)
        _judge_unigram(_number(after["result"], "loss"), counts, tokens, 0.5)
        _expect_same_inputs(after["inputs"], (counts, tokens))


def _merge(pieces, a, b):
    merged, i = [], 0
    while i < len(pieces):
        step = 2 if list(pieces[i : i + 2]) == [a, b] else 1
        merged.append("".join(pieces[i : i + step]))
        i += step
    return merged


def _merge_twice(pieces, a, b):
    merged, used = [], -1
    for i, piece in enumerate(pieces):
        if i + 1 < len(pieces) and (piece, pieces[i + 1]) == (a, b):
            merged.append(a + b)
            used = i + 1
        elif i != used:
            merged.append(piece)
    return merged


def _merge_from_the_right(pieces, a, b):
    merged, i = [], len(pieces)
    while i > 0:
        step = 2 if list(pieces[max(0, i - 2) : i]) == [a, b] else 1
        merged.insert(0, "".join(pieces[i - step : i]))
        i -= step
    return merged


def _merge_text(pieces, a, b):
    return " ".join(pieces).replace(f"{a} {b}", a + b).split(" ")


def _merge_once(pieces, a, b):
    at = next((i for i in range(len(pieces) - 1) if (pieces[i], pieces[i + 1]) == (a, b)), None)
    return list(pieces) if at is None else [*pieces[:at], a + b, *pieces[at + 2 :]]


_WRONG_MERGES = {
    "overlaps-merged-twice": _merge_twice,
    "merged-from-the-right": _merge_from_the_right,
    "pieces-cut-open": _merge_text,
    "first-place-only": _merge_once,
}
_WRONG_COUNTS = {
    "each-word-once": {"weighted": False},
    "once-a-word": {"places": "once"},
    "overlaps-counted-once": {"places": "apart"},
    "counts-not-renewed": {"renewed": False},
}


def _count_pairs(spelled, words, weighted, places):
    pairs = Counter()
    for word, pieces in spelled.items():
        found, last = list(zip(pieces, pieces[1:], strict=False)), None
        if places == "once":
            found = sorted(set(found))
        for pair in found:
            last = None if places == "apart" and pair == last else pair
            pairs[pair] += (words[word] if weighted else 1) * (last is not None)
    return pairs


def _learn(words, n, merge=_merge, weighted=True, places="all", renewed=True, tie="smallest"):
    spelled, merges = {word: list(word) for word in words}, []
    if not renewed:
        pairs = _count_pairs(spelled, words, weighted, places)
        return sorted(pairs, key=lambda pair: (-pairs[pair], pair))[:n]
    while len(merges) < n:
        pairs = _count_pairs(spelled, words, weighted, places)
        if not pairs:
            break
        most = [pair for pair in pairs if pairs[pair] == max(pairs.values())]
        merges.append({"smallest": min, "last": max, "first": next}[tie](iter(most)))
        spelled = {word: merge(pieces, *merges[-1]) for word, pieces in spelled.items()}
    return merges


def _draw_spellings(rng):
    """(pieces, a, b), so that each wrong way of merging goes wrong somewhere, in words without blanks."""
    while True:
        cases = []
        for _ in range(12):
            a, b = rng.choice(["a", "b", "ab", "c", "n"], 2).tolist()
            pieces = rng.choice([a, b, a, b, a + b, "c" + a, b + "a"], rng.integers(5, 11)).tolist()
            cases.append((pieces, a, b))
        results = [[rule(*case) for case in cases] for rule in (_merge, *_WRONG_MERGES.values())]
        if all(one != two for one, two in itertools.combinations(results, 2)):
            return cases


def _draw_words(rng, ties):
    """word -> count and n: each wrong recipe differs; ties are decisive, or never are."""
    while True:
        letters, n = "aabn" + "".join(rng.choice(list("cdeikrst"), 2)), int(rng.integers(7, 11))
        many = int(rng.integers(7, 10))
        words = {"".join(rng.choice(list(letters), rng.integers(2, 10))) for _ in range(many)}
        words |= {"".join(rng.choice(list("aab"), rng.integers(4, 9))) for _ in range(3)}
        times = rng.integers(1, 3 if ties else 60, len(words)).tolist()
        words = dict(zip(rng.permutation(sorted(words)).tolist(), times, strict=True))
        right, others = _learn(words, n), [_learn(words, n, tie=tie) for tie in ("first", "last")]
        if ties and right not in others and others[0] != others[1]:
            return words, n
        if not ties and len(right) == n and all(other == right for other in others):
            wrong = [_learn(words, n, **how) for how in _WRONG_COUNTS.values()]
            wrong += [_learn(words, n, merge=rule) for rule in (_merge_text, _merge_once)]
            if right not in wrong:
                return words, n


def _encode(word, vocabulary, longest=True, mark="##", drop=False):
    pieces, start = [], 0
    while start < len(word):
        prefix = mark if start else ""
        ends = [end for end in range(start + 1, len(word) + 1) if prefix + word[start:end] in vocabulary]
        if not ends:
            return ["[UNK]"]
        end = ends[-1] if longest else ends[0]
        pieces.append(("" if drop else prefix) + word[start:end])
        start = end
    return pieces


def _encode_unmarked(word, vocabulary):
    """Looks up without ##, returns with ##."""
    pieces = _encode(word, vocabulary, mark="")
    return pieces if pieces == ["[UNK]"] else [("##" if i else "") + piece for i, piece in enumerate(pieces)]


def _encode_from_the_right(word, vocabulary):
    pieces, end = [], len(word)
    while end:
        starts = [start for start in range(end) if ("##" if start else "") + word[start:end] in vocabulary]
        if not starts:
            return ["[UNK]"]
        pieces.insert(0, ("##" if starts[0] else "") + word[starts[0] : end])
        end = starts[0]
    return pieces


def _encode_anyhow(word, vocabulary, start=0):
    """The first spelling that is found when shorter pieces are tried after longer ones; None if there is none."""
    if start == len(word):
        return []
    for end in range(len(word), start, -1):
        piece = ("##" if start else "") + word[start:end]
        if piece in vocabulary and (rest := _encode_anyhow(word, vocabulary, end)) is not None:
            return [piece, *rest]
    return None


def _encode_partly(word, vocabulary, skip):
    """Keeps what is spelled; [UNK] for the rest (skip: 0), or for as many letters, and goes on."""
    pieces, start = [], 0
    while start < len(word):
        prefix = "##" if start else ""
        ends = [end for end in range(start + 1, len(word) + 1) if prefix + word[start:end] in vocabulary]
        pieces.append(prefix + word[start : ends[-1]] if ends else "[UNK]")
        start = ends[-1] if ends else start + skip if skip else len(word)
    return pieces


def _encode_bare_beginning(word, vocabulary):
    """A word may begin with a piece that is written with ##."""
    both = [(end, mark) for end in range(len(word), 0, -1) for mark in ("", "##") if mark + word[:end] in vocabulary]
    for end, mark in both[:1]:
        pieces, start = [mark + word[:end]], end
        while start < len(word):
            ends = [end for end in range(start + 1, len(word) + 1) if "##" + word[start:end] in vocabulary]
            if not ends:
                return ["[UNK]"]
            pieces.append("##" + word[start : ends[-1]])
            start = ends[-1]
        return pieces
    return ["[UNK]"]


def _draw_vocabulary(rng, spelled, vocabulary=None):
    """words, vocabulary, recipes: words that can (or can't) be spelled; each wrong recipe differs somewhere."""
    while True:
        pieces = {"".join(rng.choice(list("abc"), rng.integers(1, 5))) for _ in range(9)}
        marked = {"##" + "".join(rng.choice(list("abc"), rng.integers(1, 4))) for _ in range(9)}
        own = vocabulary or dict(zip(sorted(pieces | marked), rng.permutation(40).tolist(), strict=False))
        words = ["".join(rng.choice(list("abc"), rng.integers(2, 8))) for _ in range(60)]
        words = [word for word in dict.fromkeys(words) if (_encode(word, own) != ["[UNK]"]) == spelled][:16]
        right = [_encode(word, own) for word in words]
        if spelled:
            recipes = {
                "shortest-first": [[_encode(word, own, longest=False) for word in words]],
                "mark-ignored": [
                    [_encode(word, own, mark="") for word in words],
                    [_encode_unmarked(word, own) for word in words],
                ],
                "mark-dropped": [[_encode(word, own, drop=True) for word in words]],
                "from-the-right": [[_encode_from_the_right(word, own) for word in words]],
                "begins-with-a-continuation": [[_encode_bare_beginning(word, own) for word in words]],
            }
        else:
            recipes = {
                "partly-unknown": [[_encode_partly(word, own, skip) for word in words] for skip in (0, 1)],
                "looks-for-another-way": [[_encode_anyhow(word, own) or ["[UNK]"] for word in words]],
                "begins-with-a-continuation": [[_encode_bare_beginning(word, own) for word in words]],
            }
        if vocabulary and len(words) > 3:
            return words, own, recipes
        if len(words) > 8 and all(right != one for ones in recipes.values() for one in ones):
            return words, own, recipes


def _measure(counts, vocabulary):
    spelled = {word: _encode(word, vocabulary) for word in counts}
    known = {word: n for word, n in counts.items() if spelled[word] != ["[UNK]"]}
    words = sum(known.values())
    pieces = sum(n * len(spelled[word]) for word, n in known.items())
    return pieces / words if words else math.nan, 1 - words / sum(counts.values())


def _draw_ids(rng, B, T, size, specials=None, filled=False):
    """ids, special, mask, size: rows with special tokens inside and padding at the end, unless filled with words alone."""
    special = rng.permutation(size)[: specials or int(rng.integers(2, max(3, size // 3)))]
    words = np.setdiff1d(np.arange(size), special)
    ids = rng.choice(words, (B, T), p=rng.dirichlet(np.full(len(words), 2)))
    if not filled:
        ids = np.where(rng.random((B, T)) < 0.1, rng.choice(special, (B, T)), ids)
        ids = np.where(np.arange(T) > rng.integers(T // 2, T, B)[:, None], special[0], ids)
    return ids, special.tolist(), int(special[1]), size


def _call_masking(answer, ids, special, mask, size, share, seeds):
    results = answer.call(
        drivers.call_with_generators, Learner("mask_tokens"), [ids, special, mask, size, share], seeds
    )
    return [_whole_arrays(result, ("damaged", "labels"), (ids.shape,) * 2) for result in results]


def _whole_arrays(value, names, shapes):
    if value is None:
        as_array(value)
    if not isinstance(value, (list, tuple)) or len(value) != len(names):
        raise Wrong(say("tuple", count=len(names), names=", ".join(names)))
    arrays = []
    for one, name, shape in zip(value, names, shapes, strict=True):
        array = expect_shape(one, shape, name)
        if not np.isfinite(array).all() or (array != np.round(array)).any():
            raise Wrong(say("too-many-places", name=name))
        arrays.append(array.astype(int))
    return arrays


def _judge_places(damaged, labels, ids, special, mask):
    """What must hold in every draw; for a share at which some word is all but certain to be chosen."""
    is_word = ~np.isin(ids, special)
    if not (labels == SKIP).any() and ids.size > 30:
        if (labels == ids).all():
            raise Misconception("labels-everywhere")
        raise Misconception("labels-of-the-damaged" if (labels == damaged).all() else "other-filler")
    chosen = labels != SKIP
    if not chosen.any():
        raise Wrong(say("none-chosen"))
    touched = damaged != ids
    if touched.any() and not chosen[touched].any() and (labels == ids)[chosen].all():
        raise Misconception("labels-turned")
    if (chosen & ~is_word).any() or (touched & ~is_word).any():
        if (labels == ids)[is_word].all():
            raise Misconception("labels-everywhere")
        raise Misconception("special-chosen")
    if (labels == ids)[is_word].all() and is_word.sum() > 30:
        raise Misconception("labels-everywhere")
    if (labels != ids)[chosen].any():
        same = (labels == damaged)[chosen].all()
        raise Misconception("labels-of-the-damaged" if same else "other-filler")
    if np.isin(damaged, [one for one in special if one != mask])[chosen].any():
        raise Misconception("special-as-word")
    if (touched & ~chosen).any():
        raise Misconception("kept-without-label")


def _judge_shares(damaged, labels, ids, special, mask, size, share):
    is_word, chosen = ~np.isin(ids, special), labels != SKIP
    words, n, N = size - len(special), int(chosen.sum()), int(is_word.sum())
    masked = chosen & (damaged == mask)
    kinds = {"mask": masked, "other": chosen & ~masked & (damaged != ids), "same": chosen & (damaged == ids)}
    k = {name: int(places.sum()) for name, places in kinds.items()}
    for axis in (0, 1):
        some, of = chosen.sum(axis=axis), is_word.sum(axis=axis)
        if ((some == 0) | (some == of)).all():
            raise Misconception("one-pattern-for-all")

    def fits(found, n, p):
        return abs(found - n * p) <= MOST * (n * p * (1 - p)) ** 0.5 + 1e-9

    if not fits(n, N, share):
        if k["same"] == 0 and any(fits(n, N, share * p) for p in (0.8, 0.9, 0.9 - 0.1 / words)):
            raise Misconception("kept-without-label")
        low, high = _range(N, share)
        raise Wrong(say("share-off", share=share, k=n, n=N, low=low, high=high))
    if k["mask"] == n:
        raise Misconception("all-masked")
    patterns = {
        "never-kept": {"mask": 0.8, "same": 0.2 / words},
        "ten-of-the-rest": {"mask": 0.8, "other": 0.02 * (1 - 1 / words)},
        "old-word-excluded": {"mask": 0.8, "same": 0.1},
    }
    right = {"mask": 0.8, "other": 0.1 * (1 - 1 / words), "same": 0.1 * (1 + 1 / words)}
    off = [name for name, p in right.items() if not fits(k[name], n, p)]
    if off:
        if k["same"] == 0 and fits(k["mask"], n, 0.8):
            raise Misconception("never-kept")
        for name, pattern in patterns.items():
            if all(fits(k[kind], n, p) for kind, p in pattern.items()):
                raise Misconception(name)
        low, high = _range(n, right[off[0]])
        raise Wrong(say(f"too-many-or-few-{off[0]}", n=n, k=k[off[0]], low=low, high=high))
    _judge_words(damaged, ids, chosen, kinds["other"], np.setdiff1d(np.arange(size), special))


def _judge_words(damaged, ids, chosen, other, words):
    """The words that were put in: not all the same, and each as often as the others, where it wasn't there before."""
    found = damaged[other]
    if len(found) > 20 and len(set(found.tolist())) == 1:
        raise Misconception("one-word-for-all")
    for word in words:
        n = int((chosen & (ids != word)).sum())
        p = 0.1 / len(words)
        if abs((found == word).sum() - n * p) > 5 * (n * p * (1 - p)) ** 0.5:
            raise Misconception("words-not-alike")


def _range(n, p):
    half = MOST * (n * p * (1 - p)) ** 0.5
    return math.ceil(n * p - half), math.floor(n * p + half)


def _draw_documents(rng, few=False):
    """Lists of segments, all different, of lengths from 1 to 9; each token stands in one segment at most twice."""
    many = [3, 2, 3] if few else rng.permutation([1, 2, *rng.integers(2, 6, 4)]).tolist()
    tokens = iter(rng.permutation(np.arange(5, 600)).tolist())
    return [[[next(tokens) for _ in range(int(rng.integers(1, 10)))] for _ in range(k)] for k in many]


def _list_neighbours(documents):
    """(number of the document, A, successor) of each pair."""
    return [(number, a, b) for number, each in enumerate(documents) for a, b in zip(each, each[1:], strict=False)]


def _rows(answer, documents, length, seeds):
    """For each seed ids, types, is_random as arrays of whole numbers."""
    N, names = len(_list_neighbours(documents)), ("ids", "types", "is_random")
    results = answer.call(drivers.call_with_generators, Learner("make_pairs"), [documents, length], seeds)
    across = sum(map(len, documents)) - 1
    arrays = []
    for value in results:
        if isinstance(value, (list, tuple)) and len(value) == 3 and across > N and np.shape(value[2]) == (across,):
            raise Misconception("across-documents")
        arrays.append(_whole_arrays(value, names, ((N, length), (N, length), (N,))))
        if not np.isin(arrays[-1][2], (0, 1)).all():
            raise Wrong(say("not-zero-one"))
    return arrays


def _shorten(a, b, length, equals="b"):
    a, b = list(a), list(b)
    while len(a) + len(b) + 3 > length:
        longer = a if len(a) > len(b) or (len(a) == len(b) and equals == "a") else b
        longer.pop()
    return a, b


def _lay_out(a, b, length):
    """One row: ids and types, as lists."""
    rest = length - len(a) - len(b) - 3
    return [CLS, *a, SEP, *b, SEP] + [PAD] * rest, [0] * (len(a) + 2) + [1] * (len(b) + 1) + [0] * rest


def _wrong_cuts(a, b, length):
    """name -> rows that a wrong way of shortening gives."""
    whole, room = [CLS, *a, SEP, *b, SEP], length - 3
    if len(whole) <= length:
        return {}
    half = room // 2
    halves = [(a[:half], b[: room - half]), (a[:half], b[:half]), (a[: room - half], b[:half])]
    b_gives = [(a, b[: max(0, room - len(a))])] if len(a) <= room else []
    turned = _shorten(a, b, length, equals="a")
    return {
        "cut-off-the-end": [
            whole[:length],
            [*whole[: length - 1], SEP],
            *(_lay_out(*pair, length)[0] for pair in b_gives),
        ],
        "half-for-each": [_lay_out(*pair, length)[0] for pair in halves],
        "a-loses-of-equals": [_lay_out(*turned, length)[0]],
    }


def _parts(row):
    """A and B of a row as lists."""
    tokens = np.trim_zeros(np.asarray(row), "b").tolist()
    ends = [i for i, token in enumerate(tokens) if token == SEP]
    if not tokens or tokens[0] != CLS or len(ends) != 2 or ends[1] != len(tokens) - 1 or CLS in tokens[1:]:
        raise Misconception("special-tokens-missing")
    return tokens[1 : ends[0]], tokens[ends[0] + 1 : -1]


def _judge_rows(rows, documents, length):
    """Each row holds its A and the B that its label promises, shortened and laid out as it should be."""
    ids, types, is_random = rows
    wrong, cuts = Counter(), []
    for row, (number, a, follower) in enumerate(_list_neighbours(documents)):
        others = [b for other, each in enumerate(documents) if other != number for b in each]
        allowed = [b for b in others if b != follower]
        line, promised = ids[row].tolist(), allowed if is_random[row] else [follower]

        def reads(candidates, a=a, line=line):
            return any(_lay_out(*_shorten(a, b, length), length)[0] == line for b in candidates)

        if reads(promised):
            continue
        if names := {name for b in promised for name, lines in _wrong_cuts(a, b, length).items() if line in lines}:
            cuts.append(names)
            continue
        found_a, found_b = _parts(line)
        full = len(found_a) + len(found_b) + 3 >= length - 1
        if not full and _begins(a, found_a) and any(_begins(b, found_b) for b in promised):
            raise Misconception("changes-its-inputs")
        if found_a != a and len(a) + len(found_b) + 3 <= length:
            raise Wrong(say("no-such-a", row=row, a=found_a, right=a))
        if is_random[row] and follower in others and reads([follower]):
            raise Misconception("twin-called-random")
        if is_random[row] and not reads(documents[number]):
            raise Wrong(say("no-such-b", row=row, b=found_b))
        wrong["another for next" if not is_random[row] else "own"] += 1
    if cuts:
        names = set.intersection(*cuts) or cuts[0]
        raise Misconception(
            next(name for name in ("cut-off-the-end", "a-loses-of-equals", "half-for-each") if name in names)
        )
    if wrong["another for next"] and wrong["own"] == is_random.sum() > 0:
        raise Misconception("random-labels-turned")
    if wrong["own"]:
        raise Misconception("same-document")
    if wrong["another for next"]:
        raise Wrong(say("not-next"))
    for row, line in enumerate(ids):
        a, b = _parts(line)
        _judge_types(types[row], np.array(_lay_out(a, b, length)[1]), line, row)


def _begins(segment, tokens):
    return len(tokens) > 0 and segment[: len(tokens)] == tokens


def _judge_types(value, right, ids, row):
    if np.array_equal(value, right):
        return
    if np.array_equal(value, np.where(ids == PAD, 1, right)):
        raise Misconception("padding-typed")
    (first, last), place = np.flatnonzero(ids == SEP), np.arange(len(ids))
    spans = [(place >= first + i) & (place <= last + j) for i in (0, 1, 2) for j in (-1, 0, 1)]
    if any(np.array_equal(value, span) for span in spans):
        raise Misconception("types-off-by-one")
    expect_equal(value, right.tolist(), f"types[{row}]")


def _find_loss(W, batch, over="hidden"):
    context, labels = batch
    hidden = labels != SKIP
    context, target = context[hidden], labels[hidden]
    n = {"hidden": len(target), "all": len(labels), "sum": 1}[over]
    with np.errstate(all="ignore"):
        Z = W[context] - W[context].max(axis=1, keepdims=True)
        logp = Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))
        gradient = np.zeros(W.shape)
        np.add.at(gradient, context, (np.exp(logp) - np.eye(len(W))[target]) / n)
        return float(-logp[np.arange(len(target)), target].sum() / n) if n else math.nan, gradient


def _pretrain(
    W, train, dev, test, rate, epochs, steps="train", over="hidden", reported=None, choose="dev", tested="best"
):
    """The run, or a wrong one: steps on more texts, other divisors (in the steps; as reported), another choice."""
    reported, best = reported or over, None
    data = {"train": train, "dev": [*train, dev], "all": [*train, dev, test]}[steps]
    for epoch in range(1, epochs + 1):
        for batch in data:
            if (batch[1] != SKIP).any():
                W = W - rate * _find_loss(W, batch, over)[1]
        losses = {name: _find_loss(W, batch, reported)[0] for name, batch in (("dev", dev), ("test", test))}
        losses["train"] = np.mean(
            [_find_loss(W, batch, reported)[0] for batch in train if (batch[1] != SKIP).any()] or [0]
        )
        if best is None or (choose == "last" or losses[choose] < best["by"]):
            best = {"W": W, "epoch": epoch, "dev": losses["dev"], "test": losses["test"], "by": losses.get(choose)}
    if tested == "last":
        best["test"] = losses["test"]
    if tested == "overwritten":
        best["W"] = W
    if tested == "overwritten and tested":
        best["W"], best["test"] = W, losses["test"]
    return best


def _wrong_runs(run):
    """name -> outcomes. Every mixture of the faults A, B and C is named after the first that is left."""
    wrong = {name: [] for name in ("trains-on-all", "averaged-over-all-places", "chosen-on-test")}
    divisors = [("hidden", "hidden"), ("all", "all"), ("all", "hidden"), ("hidden", "all")]
    for steps, (over, reported), choose in itertools.product(("all", "dev", "train"), divisors, ("test", "dev")):
        outcome = _pretrain(*run, steps=steps, over=over, reported=reported, choose=choose)
        if steps != "train":
            wrong["trains-on-all"].append(outcome)
        elif (over, reported) != divisors[0]:
            wrong["averaged-over-all-places"].append(outcome)
        elif choose == "test":
            wrong["chosen-on-test"].append(outcome)
    ways = "last", "overwritten", "overwritten and tested"
    wrong["last-epoch"] = [
        _pretrain(*run, choose="last"),
        _pretrain(*run, choose="train"),
        *(_pretrain(*run, tested=way) for way in ways),
    ]
    sums = [("sum", "sum"), ("sum", "hidden"), ("hidden", "sum")]
    wrong["summed-not-averaged"] = [_pretrain(*run, over=over, reported=reported) for over, reported in sums]
    right = _pretrain(*run)
    wrong["epochs-from-zero"] = [right | {"epoch": right["epoch"] - 1}]
    return wrong


def _draw_run(rng):
    """W, train, dev, test, rate, epochs: the best epoch is an inner one, and others would choose another."""
    while True:
        V, epochs = int(rng.integers(4, 8)), int(rng.integers(5, 9))
        P = rng.dirichlet(np.full(V, 0.4), V)

        def batch(n, P=P, V=V):
            context = rng.integers(V, size=n)
            target = np.array([rng.choice(V, p=P[v]) for v in context])
            hidden = rng.random(n) < 0.5
            hidden[0] = True
            return context, np.where(hidden, target, SKIP)

        train, (dev, test) = (
            [batch(int(rng.integers(6, 12))) for _ in range(3)],
            (batch(int(rng.integers(12, 20))) for _ in range(2)),
        )
        run = rng.normal(size=(V, V)), train, dev, test, float(rng.uniform(1.5, 4)), epochs
        chosen = {choose: _pretrain(*run, choose=choose) for choose in ("dev", "test", "train")}
        number = {choose: outcome["epoch"] for choose, outcome in chosen.items()}
        if 1 < number["dev"] < epochs and number["dev"] not in (number["test"], number["train"]):
            return run


def _outcome(value, shape):
    keys = "W", "epoch", "dev", "test"
    if value is None:
        as_array(value)
    if type(value) is not dict or not set(keys) <= set(value):
        raise Wrong(say("no-dictionary", keys=", ".join(f'"{key}"' for key in keys)))
    return {"W": expect_shape(value["W"], shape, "W")} | {key: _number(value[key], key) for key in keys[1:]}


def _judge_outcome(value, run):
    right, keys = _pretrain(*run), ("W", "epoch", "dev", "test")
    if all(_same(value[key], right[key]) for key in keys):
        return
    blank = any((batch[1] == SKIP).all() for batch in run[1])
    if blank and not all(np.isfinite(value[key]).all() for key in keys):
        raise Misconception("empty-batch")
    for name, outcomes in _wrong_runs(run).items():
        for wrong in outcomes:
            if all(_same(value[key], wrong[key]) for key in keys) and not all(
                _same(wrong[key], right[key]) for key in keys
            ):
                raise Misconception(name)
    for key in ("epoch", "dev", "test", "W"):
        expect_close(value[key], right[key], RTOL, ATOL, key)


def _draw_tokens(rng):
    """counts (V,) and held-out tokens (n,): some tokens were never read, none is missing altogether."""
    V = int(rng.integers(6, 12))
    counts = rng.integers(1, 40, V)
    counts[rng.permutation(V)[:2]] = 0
    return counts, rng.permutation(
        np.r_[np.arange(V), rng.choice(V, int(rng.integers(20, 40)), p=rng.dirichlet(np.ones(V)))]
    )


def _judge_unigram(value, counts, tokens, a):
    with np.errstate(all="ignore"):
        right, own = _unigram(counts, tokens, a), np.bincount(tokens, minlength=len(counts))
        share = (counts + a) / (counts + a).sum()
        one = np.log((counts + 1) / (counts + 1).sum())
        bare = np.log(counts / counts.sum())[tokens]
        seen = counts[tokens] > 0
        wrong = {
            "bits-for-nats": [right / math.log(2)],
            "not-normalised": [-np.log((counts + a) / counts.sum())[tokens].mean(), -np.log((counts + a) / (counts.sum() + a))[tokens].mean(),
                               -np.log(counts / counts.sum() + a)[tokens].mean()],
            "own-counts": [_unigram(own, tokens, a), -np.log(own / own.sum())[tokens].mean()],
            "entropy-of-training": [-(share * np.log(share)).sum(), -np.log(share).mean(), -(counts / counts.sum() * np.log(share)).sum(),
                                    -np.log(share[np.unique(tokens)]).mean()],
            "unseen-skipped": [-np.log(share)[tokens][seen].mean(), -bare[seen].mean(), -bare[seen].sum() / len(tokens),
                               -np.log(share)[tokens][seen].sum() / len(tokens)] if seen.any() else [],
            "a-ignored": [-one[tokens].mean()],
        }  # fmt: skip
    _judge(value, right, wrong, "loss")


def _unigram(counts, tokens, a):
    return float(-np.log((counts + a) / (counts + a).sum())[tokens].mean())


def _lower(k, n, z):
    p = k / n
    root = math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return (p + z**2 / (2 * n) - z * root) / (1 + z**2 / n)


def _texts(value) -> list[str]:
    if value is None:
        as_array(value)
    if not isinstance(value, (list, tuple)) or not all(type(one) is str for one in value):
        raise Wrong(say("not-texts"))
    return list(value)


def _pairs(value) -> list[tuple[str, str]]:
    if value is None:
        as_array(value)
    if not isinstance(value, (list, tuple)) or not all(
        isinstance(one, (list, tuple)) and len(one) == 2 and all(type(text) is str for text in one) for one in value
    ):
        raise Wrong(say("not-pairs"))
    return [tuple(pair) for pair in value]


def _judge_lists(values, right, named, what):
    """Raises the first misconception that gives the same list and not the right one; else names the first that is off."""
    if values == right:
        return
    for name, recipes in named.items():
        if any(values == recipe for recipe in recipes):
            raise Misconception(name)
    if isinstance(what, str):
        expect_equal(values, right, what)
    for value, wanted, name in zip(values, right, what, strict=True):
        expect_equal(value, wanted, name)


def _show(case) -> str:
    return "(" + ", ".join(map(repr, case)) + ")"


def _judge_with_nan(value, right, names):
    for one, wanted, name in zip(value, right, names, strict=True):
        if math.isnan(wanted) and not math.isnan(one):
            raise Wrong(say("should-be-nan", name=name, value=one))
        if not math.isnan(wanted):
            expect_close(one, wanted, RTOL, ATOL, name)


def _expect_same_inputs(after, before):
    for now, then in zip(after, before, strict=False):
        if not _alike(now, then):
            raise Misconception("changes-its-inputs")


def _alike(now, then) -> bool:
    if isinstance(then, (list, tuple)):
        return isinstance(now, (list, tuple)) and len(now) == len(then) and all(map(_alike, now, then))
    return np.array_equal(now, then) if isinstance(then, np.ndarray) else now == then


def _judge(value, right, named, what):
    """Raises the first misconception one of whose recipes gives `value` and not `right`; else compares."""
    if not _same(value, right):
        for name, recipes in named.items():
            if any(_same(value, recipe) and not _same(right, recipe) for recipe in recipes):
                raise Misconception(name)
    expect_close(value, right, RTOL, ATOL, what)


def _same(value, recipe) -> bool:
    try:
        array, recipe = as_array(value), np.asarray(recipe, dtype=np.float64)
    except Wrong:
        return False
    return array.shape == recipe.shape and np.allclose(array, recipe, RTOL, ATOL, equal_nan=True)


def _seeds(rng, count) -> list[int]:
    return rng.choice(10**6, count, replace=False).tolist()


def _some_numbers(value, names) -> tuple[float, ...]:
    if value is None:
        as_array(value)  # says that the return is missing
    if not isinstance(value, (list, tuple, np.ndarray)) or np.ndim(value) == 0 or len(value) != len(names):
        raise Wrong(say("tuple", count=len(names), names=", ".join(names)))
    return tuple(_number(item, name) for item, name in zip(value, names, strict=True))


def _number(value, what: str) -> float:
    """A number, also as an array or list of one entry."""
    array = as_array(value, what)
    if array.size != 1:
        expect_close(array, 0.0, what=what)
    return float(array.reshape(()))
