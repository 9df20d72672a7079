"""Exercise 09: byte-pair merges, WordPiece, the 80/10/10 rule, sentence pairs, an honest pretraining, two baselines."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

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
    expect_entries,
    expect_equal,
    expect_letters,
    expect_number,
    expect_numbers,
    expect_parts,
    expect_shape,
    judge_constant,
    judge_equal,
    keep_inputs,
)
from autograder.answers.rooms import load_module

NEAR = Tolerance(1e-5, 1e-6)  # loose enough for float32, far tighter than any wrong recipe below
MOST = 4.5  # standard deviations that a share may be off: once in 150,000 draws by chance
EXERCISE = Exercise.beside(__file__)
say = EXERCISE.say
recipes = load_module(Path(__file__).with_name("recipes.py"))
PAD, CLS, SEP, SKIP = recipes.PAD, recipes.CLS, recipes.SEP, recipes.SKIP
_CUTS = "cut-off-the-end", "a-loses-of-equals", "half-for-each", "first-tokens-lost"  # if several fit, the first


@EXERCISE.check("q1")
def one_pair_is_merged_from_the_left(answer, rng):
    cases = recipes.draw_spellings(rng)
    values = [_texts(answer.call("merge_pair", *case)) for case in cases]
    wrong = {name: [[rule(*case) for case in cases]] for name, rule in recipes.WRONG_MERGES.items()}
    _judge_each(values, [recipes.merge(*case) for case in cases], wrong, [f"merge_pair{_show(case)}" for case in cases])


@EXERCISE.check("q1")
def the_most_frequent_pair_comes_first(answer, rng):
    words, n = recipes.draw_words(rng, ties=False)
    wrong = {name: [learn(words, n)] for name, learn in recipes.WRONG_COUNTS.items()}
    wrong |= {name: [recipes.learn(words, n, merge=rule)] for name, rule in recipes.WRONG_MERGES.items()}
    judge_equal(_pairs(answer.call("learn_merges", words, n)), recipes.learn(words, n), wrong, "learn_merges(…)")


@EXERCISE.check("q1")
def ties_go_by_the_alphabet(answer, rng):
    for _ in range(2):
        words, n = recipes.draw_words(rng, ties=True)
        wrong = {
            "ties-by-arrival": [recipes.learn(words, n, tie="first")],
            "ties-to-the-larger": [recipes.learn(words, n, tie="last")],
            "ties-by-the-joined-text": [recipes.learn(words, n, tie="joined")],
        }
        judge_equal(_pairs(answer.call("learn_merges", words, n)), recipes.learn(words, n), wrong, "learn_merges(…)")


@EXERCISE.check("q1")
def it_ends_and_takes_any_letter(answer, rng):
    strange = "".join(rng.permutation(list(".+\\#*( é词")))
    words = {strange: 3, strange[2:6] * 2: int(rng.integers(2, 9)), strange[0]: 5, "aaaa": 2}
    for counts, n in (
        ({"x": 4}, 3),
        ({"abc": 1}, 5),
        (words, 20),
        (words, 0),
        ({"ab": 1, "ba": 1, "b": 9}, 1),
        ({"abc": 1}, 5),
        ({}, 2),
    ):
        right = recipes.learn(counts, n)
        call_at_the_edge(answer, "" if counts is words else "no-end", "learn_merges", counts, n)
        with keep_inputs(answer, "learn_merges", counts, n) as value:
            early = [right[:k] for k in range(len(right))] if sum(counts.values()) < 12 else []
            judge_equal(_pairs(value), right, {"stops-early": early}, "learn_merges(…)")
    short = [("", "ab"), ("a", "aa"), ("ba", "ab"), (["a", "", "a", "b"], "ab"), ("abab.", "ab")]
    for pieces, pair in short:
        case = list(pieces), *pair
        with keep_inputs(answer, "merge_pair", *case) as value:
            expect_equal(_texts(value), recipes.merge(*case), f"merge_pair{_show(case)}")


@EXERCISE.check("q2")
def the_longest_piece_comes_first(answer, rng):
    _judge_spellings(answer, *recipes.draw_vocabulary(rng, spelled=True))


@EXERCISE.check("q2")
def what_cannot_be_spelled_is_unknown(answer, rng):
    expect_equal(_texts(answer.call("encode", "ab", {"a": 0, "##b": 1, "b": 2})), ["a", "##b"], 'encode("ab", …)')
    _judge_spellings(answer, *recipes.draw_vocabulary(rng, spelled=False))


@EXERCISE.check("q2")
def a_vocabulary_has_two_numbers(answer, rng):
    words, vocabulary, _ = recipes.draw_vocabulary(rng, spelled=True)
    unknown, *_ = recipes.draw_vocabulary(rng, spelled=False, vocabulary=vocabulary)
    words = rng.permutation([*words, *unknown]).tolist()
    counts = dict(zip(words, rng.integers(1, 20, len(words)).tolist(), strict=True))
    pieces, lost = right = recipes.measure(counts, vocabulary)
    once = recipes.measure(dict.fromkeys(counts, 1), vocabulary)
    known = pieces * (1 - lost)
    wrong = {
        "each-word-once": [once, (once[0], lost), (pieces, once[1])],
        "unknown-counts-as-a-piece": [(known + lost, lost), ((known + lost) / (1 - lost), lost)],
        "divided-by-all-words": [(known, lost)],
        "divided-by-the-spelled": [(pieces, lost / (1 - lost))],
        "known-for-unknown": [(pieces, 1 - lost), (once[0], 1 - once[1])],
    }
    value = expect_numbers(answer.call("measure_vocabulary", counts, vocabulary), "pieces, unknown")
    NEAR.judge(value, right, wrong, "(pieces, unknown)")


@EXERCISE.check("q2")
def extreme_words_and_vocabularies(answer, rng):
    long = "".join(rng.choice(list("ab"), 120))
    vocabulary = {"a": 3, "b": 9, "##a": 0, "##ba": 7, "##b": 1, "é词": 2, "##词": 5, long[:50]: 4, "A": 6}
    words = ["a", "b", "A", "Ab", long, long[:50], long[:51], "é词词", "c", "bc", "词"]
    for word in words:
        with keep_inputs(answer, "encode", word, vocabulary) as value:
            expect_equal(_texts(value), recipes.encode(word, vocabulary), f'encode("{word[:9]}", …)')
    cases = [(counts, vocabulary) for counts in (dict.fromkeys(words, 2), {"c": 3, "bc": 1}, {"a": 7})]
    for counts, known in [*cases, ({"a": 2}, {})]:
        right = recipes.measure(counts, known)
        value = call_at_the_edge(answer, "nothing-spelled", "measure_vocabulary", counts, known)
        if np.isnan(right[0]) and not np.isnan(expect_numbers(value, "pieces, unknown")[0]):
            raise Misconception("nothing-spelled")
        with keep_inputs(answer, "measure_vocabulary", counts, known) as value:
            NEAR.expect(expect_numbers(value, "pieces, unknown"), right, "(pieces, unknown)")


@EXERCISE.check("q3")
def only_words_are_chosen(answer, rng):
    for _ in range(3):
        shape = int(rng.integers(8, 14)), int(rng.integers(20, 40))
        ids, special, mask, size = _draw_ids(rng, *shape, int(rng.integers(8, 30)))
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
    _judge_words(damaged, ids, chosen, other, np.setdiff1d(np.arange(size), special))
    small = _call_masking(answer, ids[:12, :25], special, mask, size, 0.3, _seeds(rng, 12))
    numbers = np.array([[(one != SKIP).sum(), (seen == mask).sum()] for seen, one in small])
    if (np.abs(numbers[:, 0] - 0.3 * 300) < 1).all() or (np.abs(numbers[:, 1] - 0.8 * numbers[:, 0]) < 1).all():
        raise Misconception("shares-made-exact")
    for what, of, p in ((chosen, np.ones_like(chosen), 0.3), (masked, chosen, 0.8), (other, chosen & ~masked, None)):
        p = p or other.sum() / max(1, (chosen & ~masked).sum())
        for axis in (0, 1):
            k, n = what.sum(axis=axis), of.sum(axis=axis)
            if np.ptp(k) <= 1:
                raise Misconception("shares-made-exact")
            chi = ((k - n * p) ** 2 / np.maximum(n * p * (1 - p), 1e-9))[n > 0]
            if abs(chi.sum() - len(chi)) > 7 * (2 * len(chi)) ** 0.5:
                raise Wrong(say("neighbours-alike"))


@EXERCISE.check("q3")
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
    for share, many in ((0.5, 20), (0.9, 200)):
        alone = _call_masking(answer, one, special, mask, size, share, _seeds(rng, many))
        for damaged, labels in alone:
            if labels[0, 0] != SKIP:
                _judge_places(damaged, labels, one, special, mask)
            else:
                expect_equal(damaged, one.tolist(), "damaged")
        if not _fits(n := sum(labels[0, 0] != SKIP for _, labels in alone), many, share):
            raise Wrong(say("share-off", share=share, k=n, n=many, **_range(many, share)))
    if {damaged[0, 0] for damaged, _ in alone} <= {mask, one[0, 0]}:
        raise Misconception("words-of-the-batch")


@EXERCISE.check("q4")
def the_label_tells_the_truth(answer, rng):
    _call_and_judge_rows(answer, _draw_documents(rng), 40, _seeds(rng, 16))


@EXERCISE.check("q4")
def random_is_never_next_by_accident(answer, rng):
    documents, twin = _draw_documents(rng, few=True), [int(n) for n in rng.integers(5, 90, 3)]
    for document in documents:
        document[-1] = list(twin)
    documents[2][1] = list(documents[0][0])  # reads like an A elsewhere, and may be drawn even there
    runs, seen = _call_and_judge_rows(answer, documents, 40, _seeds(rng, 160)), {}
    for ids, _, is_random in runs:
        for (number, a, follower), row, drawn in zip(recipes.list_neighbours(documents), ids, is_random, strict=True):
            if drawn:
                seen.setdefault((number, tuple(a), tuple(follower)), set()).add(tuple(_parts(row)[1]))
    _expect_another_each_time([ids for ids, *_ in runs])
    tosses = np.array([is_random for *_, is_random in runs])  # (160, N)
    z = (tosses.mean(axis=0) - 0.5) * 2 * len(tosses) ** 0.5
    steady = abs(tosses.sum(axis=1) - tosses.shape[1] / 2).max() < 1
    alike = (tosses[:, :, None] == tosses[:, None]).mean(axis=0) - np.eye(tosses.shape[1]) / 2
    if (np.abs(alike - 0.5) * 2 * len(tosses) ** 0.5).max() > 4.8 and not steady:
        raise Misconception("one-coin-for-many")
    if np.abs(z).max() > 4.8 or abs(z.sum()) > MOST * len(z) ** 0.5 or steady:
        raise Misconception("no-fair-coin")
    for (number, _, follower), found in seen.items():
        others = {tuple(b) for other, each in enumerate(documents) if other != number for b in each} - {
            tuple(twin),
            follower,
        }
        if not others <= found:
            raise Wrong(say("never-drawn", n=tosses.size))


@EXERCISE.check("q4")
def the_longer_segment_is_shortened(answer, rng):
    a, b, c, d = ([int(n) for n in rng.permutation(np.arange(5, 90))[:k]] for k in (3, 9, 1, 3))
    documents, seed = [[a, b, c], [d]], int(rng.integers(10**6))  # b is shortened beside a, and less beside c
    runs = _call_and_judge_rows(answer, documents, 12, [seed] * 12 + _seeds(rng, 8))
    _expect_the_same_each_time(runs[:12])
    for length in (5, 6, int(rng.integers(7, 9)), int(rng.integers(9, 12)), int(rng.integers(12, 16))):
        _call_and_judge_rows(answer, _draw_documents(rng), length, _seeds(rng, 1))


@EXERCISE.check("q4")
def small_collections_and_the_same_seed(answer, rng):
    alone = [[int(n)] for n in rng.integers(5, 90, 3)]
    documents = [[alone[0]], [[7], [8, 9], [7]], [alone[1]], [[10] * 9, [11] * 30]]
    twins = _call_and_judge_rows(answer, [[[5], [6], [7]]] * 2 + [[[6], [8]]], 8, _seeds(rng, 40))  # alike, yet two
    if not {5, 7} & {ids[0, 3] for ids, *_ in twins}:
        raise Wrong(say("never-drawn", n=len(twins)))
    runs = _call_and_judge_rows(answer, documents, 20, _seeds(rng, 1) * 2 + _seeds(rng, 12))
    _expect_the_same_each_time(runs[:2])
    _expect_another_each_time([ids for ids, *_ in runs])


@EXERCISE.check("q5")
def the_faults_are_named(answer, rng):
    wrong = {"D": "same-places-blamed", "E": "best-epoch-blamed"}
    expect_letters(answer.get("FAULTS"), "FAULTS", "ABC", "ABCDE", wrong, say("fault-missing"))


@EXERCISE.check("q5")
def the_floor_is_named(answer, rng):
    floor = math.log(pieces := EXERCISE.given("PIECES"))
    wrong = {
        "floor-in-bits": math.log2(pieces),
        "floor-as-perplexity": [pieces, 1 / pieces],
        "floor-in-tens": math.log10(pieces),
        "averaged-over-all-places": 0.15 * floor,
        "floor-below-zero": -floor,
    }
    judge_constant(answer.get("FLOOR"), floor, wrong, "FLOOR", Tolerance(2e-3, 0))


@EXERCISE.check("q5", points=2)
def the_run_is_mended(answer, rng):
    place, nothing = np.array([0]), np.zeros((2, 2))
    example = nothing, [(np.array([0, 0]), np.array([1, SKIP]))], (place, place + 1), (place, place + 1), 2.0, 1
    _judge_outcome(answer.call("pretrain", *example), example)  # of the docstring
    for up_and_down in (False, True):
        run = _draw_run(rng, up_and_down)
        _judge_outcome(answer.call("pretrain", *run), run)


@EXERCISE.check("q5")
def odd_batches_and_equal_epochs(answer, rng):
    W, train, dev, test, rate, epochs = run = _draw_run(rng)
    blank = rng.integers(len(W), size=6), np.full(6, SKIP)
    full = rng.integers(len(W), size=6), rng.integers(len(W), size=6)
    best = recipes.pretrain(*run)["epoch"]  # an inner one: once it is the last, once it comes too late
    runs = [
        ([blank, *train[:2]], 3),
        ([train[0], blank], epochs),
        ([*train, full], 2),
        (train, best),
        (train, best - 1),
    ]
    for batches, many in [*runs, ([blank], 3)]:
        run = W, batches, dev, test, rate, many
        with keep_inputs(answer, "pretrain", *run) as value:
            if len(batches) == 1:  # every epoch is as good as the first
                epoch = _outcome(value, W.shape)["epoch"]
                NEAR.judge(epoch, 1, {"last-of-equals": many, "first-weights-in-the-race": 0}, "epoch")
            _judge_outcome(value, run)


@EXERCISE.check("q6")
def the_unigram_pays_for_each_token(answer, rng):
    for a in (None, float(rng.uniform(0.1, 0.8)), float(rng.uniform(2, 5))):
        counts, tokens = _draw_tokens(rng)
        _judge_unigram(answer.call("unigram_loss", counts, tokens, *([a] if a else [])), counts, tokens, a or 1.0)


@EXERCISE.check("q6")
def the_lower_end_is_wilsons(answer, rng):
    for z in (None, float(rng.uniform(1, 1.8)), float(rng.uniform(2.2, 3.3))):
        n = int(rng.integers(20, 200))
        k, s = int(rng.integers(n // 4, n - n // 8)), z or 1.96
        value = expect_number(answer.call("lower_end", k, n, *([z] if z else [])), "lower end")
        NEAR.judge(value, recipes.find_lower_end(k, n, s), recipes.mistake_lower_end(k, n, s), "lower end")


@EXERCISE.check("q6", points=2)
def the_verdict_follows_from_the_numbers(answer, rng):
    counts, tokens, truth, said = (EXERCISE.given(name) for name in ("COUNTS", "TOKENS", "IS_RANDOM", "SAID_RANDOM"))
    k, n, share = int((truth == said).sum()), len(truth), float(truth.mean())
    p, chance, z = k / n, max(share, 1 - share), 1.96
    unigram, low = recipes.find_unigram_loss(counts, tokens, 1), recipes.find_lower_end(k, n)
    for name, right, wrong in (
        ("UNIGRAM", unigram, {"bits-for-nats": unigram / math.log(2)}),
        ("CHANCE", chance, {"one-half-for-chance": [0.5, 1 - chance], "mixed-guesser": chance**2 + (1 - chance) ** 2}),
        ("LOW", low, recipes.mistake_lower_end(k, n, z) | {"verdict-on-the-share": p}),
    ):
        judge_constant(answer.get(name), right, wrong, name, NEAR)
    right = "above" if low > chance else "not shown"
    choices = dict.fromkeys(("above", "not shown"), "verdict-on-the-share") | {right: ""}
    expect_choice(answer.get("VERDICT"), "VERDICT", choices)
    enough = math.floor(z**2 * chance * (1 - chance) / (p - chance) ** 2) + 1
    by_wald = math.ceil(z**2 * p * (1 - p) / (p - chance) ** 2)
    wrong = {
        "rounded-down": [enough - 1, enough - 1 + 0.06],
        "needed-by-wald": [by_wald - 1, by_wald],
        "only-the-new-ones": [enough - n, enough - n - 1],
        "one-half-for-chance": math.ceil(z**2 * 0.25 / (p - 0.5) ** 2),
    }
    needed = expect_number(answer.get("NEEDED"), "NEEDED")
    Tolerance(0, 0.05).name(needed, enough, wrong)
    judge_equal(needed, enough, {}, "NEEDED", say("rounded-share"))


@EXERCISE.check("q6")
def the_edges_hold(answer, rng):
    for k, n, *z in ((0, 1), (1, 1), (0, 40), (40, 40), (3, 7), (3, 7, 0.0)):
        value = expect_number(answer.call("lower_end", k, n, *z), "lower end")
        NEAR.expect(value, recipes.find_lower_end(k, n, *z), "lower end")
    counts = np.r_[rng.integers(1, 50, 6), 0, 0]
    for tokens in ([7], [7, 6, 6, 0], [0], rng.integers(8, size=30).tolist()):
        tokens = np.array(tokens)
        with keep_inputs(answer, "unigram_loss", counts, tokens, 0.5) as value:
            _judge_unigram(value, counts, tokens, 0.5)


def _judge_spellings(answer, words, vocabulary, wrong):
    values = [_texts(answer.call("encode", word, vocabulary)) for word in words]
    right = [recipes.encode(word, vocabulary) for word in words]
    _judge_each(values, right, wrong, [f'encode("{word}", …)' for word in words])


def _draw_ids(rng, B, T, size, specials=None, filled=False):
    """ids, special, mask, size: rows with special tokens inside and padding at the end; if filled, words alone."""
    special = rng.permutation(size)[: specials or int(rng.integers(2, max(3, size // 3)))]
    words = np.setdiff1d(np.arange(size), special)
    ids = rng.choice(words, (B, T), p=rng.dirichlet(np.full(len(words), 2)))
    if not filled:
        ids = np.where(rng.random((B, T)) < 0.1, rng.choice(special, (B, T)), ids)
        ids = np.where(np.arange(T) > rng.integers(T // 2, T, B)[:, None], special[0], ids)
    return ids, special.tolist(), int(special[1]), size


def _call_masking(answer, ids, special, mask, size, share, seeds):
    """damaged and labels for each seed."""
    arguments = [ids, special, mask, size, share]
    results = answer.call(drivers.call_with_generators, Learner("mask_tokens"), arguments, seeds)
    return [_whole_arrays(result, "damaged, labels", (ids.shape, ids.shape)) for result in results]


def _whole_arrays(value, names, shapes) -> list[np.ndarray]:
    """Arrays of whole numbers in these shapes."""
    arrays = []
    for part, name, shape in zip(expect_parts(value, names), names.split(", "), shapes, strict=True):
        array = expect_shape(part, shape, name)
        if not np.isfinite(array).all() or (array != np.round(array)).any():
            raise Wrong(say("not-whole", name=name))
        arrays.append(array.astype(int))
    return arrays


def _judge_places(damaged, labels, ids, special, mask):
    """What must hold in every draw; for a share at which some word is all but certain to be chosen."""
    is_word, chosen, touched = ~np.isin(ids, special), labels != SKIP, damaged != ids
    everywhere = (labels == ids)[is_word].all()
    if chosen.all() and ids.size > 30:
        if (labels == ids).all():
            raise Misconception("labels-everywhere")
        raise Misconception("labels-of-the-damaged" if (labels == damaged).all() else "other-filler")
    if not chosen.any():
        raise Wrong(say("none-chosen"))
    if touched.any() and not chosen[touched].any() and (labels == ids)[chosen].all():
        raise Misconception("labels-turned")
    if ((chosen | touched) & ~is_word).any():
        raise Misconception("labels-everywhere" if everywhere else "special-chosen")
    if everywhere and is_word.sum() > 30:
        raise Misconception("labels-everywhere")
    if (labels != ids)[chosen].any():
        same = (labels == damaged)[chosen].all()
        raise Misconception("labels-of-the-damaged" if same else "other-filler")
    if np.isin(damaged, [one for one in special if one != mask])[chosen].any():
        raise Misconception("special-as-word")
    if (touched & ~chosen).any():
        raise Misconception("kept-without-label")


def _judge_shares(damaged, labels, ids, special, mask, size, share):
    """How many places are chosen, and what becomes of them."""
    is_word, chosen = ~np.isin(ids, special), labels != SKIP
    words, n, N = size - len(special), int(chosen.sum()), int(is_word.sum())
    masked = chosen & (damaged == mask)
    kinds = {"mask": masked, "other": chosen & ~masked & (damaged != ids), "same": chosen & (damaged == ids)}
    k = {name: int(places.sum()) for name, places in kinds.items()}
    for axis in (0, 1):
        some, of = chosen.sum(axis=axis), is_word.sum(axis=axis)
        if ((some == 0) | (some == of)).all():
            raise Misconception("one-pattern-for-all")
    if not _fits(n, N, share):
        if k["same"] == 0 and any(_fits(n, N, share * p) for p in (0.8, 0.9, 0.9 - 0.1 / words)):
            raise Misconception("kept-without-label")
        if _fits(n, N, 1 - share):
            raise Misconception("share-turned")
        if _fits(n, N, 0.15):
            raise Misconception("share-ignored")
        raise Wrong(say("share-off", share=share, k=n, n=N, **_range(N, share)))
    if k["mask"] == n:
        raise Misconception("all-masked")
    right = {"mask": 0.8, "other": 0.1 * (1 - 1 / words), "same": 0.1 * (1 + 1 / words)}
    off = [name for name, p in right.items() if not _fits(k[name], n, p)]
    if off:
        if k["same"] == 0 and _fits(k["mask"], n, 0.8):
            raise Misconception("never-kept")
        for name, pattern in {
            "never-kept": {"mask": 0.8, "same": 0.2 / words},
            "ten-of-the-rest": {"mask": 0.8, "other": 0.02 * (1 - 1 / words)},
            "old-word-excluded": {"mask": 0.8, "same": 0.1},
        }.items():
            if all(_fits(k[kind], n, p) for kind, p in pattern.items()):
                raise Misconception(name)
        raise Wrong(say(f"too-many-or-few-{off[0]}", n=n, k=k[off[0]], **_range(n, right[off[0]])))
    _judge_words(damaged, ids, chosen, kinds["other"], np.setdiff1d(np.arange(size), special))


def _judge_words(damaged, ids, chosen, other, words):
    """The words that were put in: not all the same, and each as often as the others, where it wasn't there before."""
    found, p = damaged[other], 0.1 / len(words)
    if len(found) > 20 and len(set(found.tolist())) == 1:
        raise Misconception("one-word-for-all")
    for word in words:
        n = int((chosen & (ids != word)).sum())
        if abs((found == word).sum() - n * p) > 5 * (n * p * (1 - p)) ** 0.5:
            raise Misconception("words-not-alike")


def _fits(k, n, p) -> bool:
    """Whether k of n, each with probability p, may be chance."""
    return abs(k - n * p) <= MOST * (n * p * (1 - p)) ** 0.5 + 1e-9


def _range(n, p) -> dict[str, int]:
    """The lowest and the highest k that fit."""
    half = MOST * (n * p * (1 - p)) ** 0.5
    return {"low": math.ceil(n * p - half), "high": math.floor(n * p + half)}


def _draw_documents(rng, few=False):
    """Lists of segments, all different, of lengths from 1 to 9; each token stands in one segment alone."""
    many = [3, 2, 3] if few else rng.permutation([1, 2, *rng.integers(2, 6, 4)]).tolist()
    tokens = iter(rng.permutation(np.arange(5, 600)).tolist())
    return [[[next(tokens) for _ in range(int(rng.integers(1, 10)))] for _ in range(k)] for k in many]


def _call_and_judge_rows(answer, documents, length, seeds):
    """For each seed ids, types, is_random as arrays of whole numbers, all of them right."""
    N, across = len(recipes.list_neighbours(documents)), sum(map(len, documents)) - 1
    runs = []
    for value in answer.call(drivers.call_with_generators, Learner("make_pairs"), [documents, length], seeds):
        if isinstance(value, (list, tuple)) and len(value) == 3 and across > N:
            if as_array(value[2], "is_random").shape == (across,):
                raise Misconception("across-documents")
        runs.append(_whole_arrays(value, "ids, types, is_random", ((N, length), (N, length), (N,))))
        if not np.isin(runs[-1][2], (0, 1)).all():
            raise Wrong(say("not-zero-one"))
    for run in runs:
        _judge_rows(*run, documents, length)
    return runs


def _judge_rows(ids, types, is_random, documents, length):
    """Each row holds its A and the B that its label promises, shortened and laid out as it should be."""
    wrong, cuts = Counter(), []
    for row, (number, a, follower) in enumerate(recipes.list_neighbours(documents)):
        others = [b for other, each in enumerate(documents) if other != number for b in each]
        line, promised = ids[row].tolist(), [b for b in others if b != follower] if is_random[row] else [follower]
        if _reads(line, a, promised, length):
            continue
        found = [recipes.mistake_cut(a, b, length) for b in promised]
        if names := [name for name in _CUTS if any(line in lines.get(name, ()) for lines in found)]:
            cuts.append(names)
            continue
        found_a, found_b = _parts(line)
        full = len(found_a) + len(found_b) + 3 >= length - 1
        if not full and _begins(a, found_a) and any(_begins(b, found_b) for b in promised):
            raise Misconception("changes-its-inputs")
        if found_a != a and len(a) + len(found_b) + 3 <= length:
            raise Wrong(say("no-such-a", row=row, a=found_a, right=a))
        if is_random[row] and follower in others and _reads(line, a, [follower], length):
            raise Misconception("twin-called-random")
        if is_random[row] and not _reads(line, a, documents[number], length):
            raise Wrong(say("no-such-b", row=row, b=found_b))
        wrong["own" if is_random[row] else "another for next"] += 1
    if cuts:
        common = [name for name in cuts[0] if all(name in names for names in cuts)]
        raise Misconception((common or cuts[0])[0])
    if wrong["another for next"] and wrong["own"] == is_random.sum() > 0:
        raise Misconception("random-labels-turned")
    if wrong["own"]:
        raise Misconception("same-document")
    if wrong["another for next"]:
        raise Wrong(say("not-next"))
    for row, line in enumerate(ids):
        _judge_types(types[row], np.array(recipes.lay_out(*_parts(line), length)[1]), line, row)


def _reads(line, a, candidates, length) -> bool:
    """Whether the row is A with one of the candidates, as it should be shortened and laid out."""
    return any(recipes.lay_out(*recipes.shorten(a, b, length), length)[0] == line for b in candidates)


def _parts(row) -> tuple[list, list]:
    """A and B of a row."""
    tokens = np.trim_zeros(np.asarray(row), "b").tolist()
    ends = [i for i, token in enumerate(tokens) if token == SEP]
    if not tokens or tokens[0] != CLS or len(ends) != 2 or ends[1] != len(tokens) - 1 or CLS in tokens[1:]:
        raise Misconception("special-tokens-missing")
    return tokens[1 : ends[0]], tokens[ends[0] + 1 : -1]


def _begins(segment, tokens) -> bool:
    return len(tokens) > 0 and segment[: len(tokens)] == tokens


def _judge_types(value, right, ids, row):
    (first, last), place = np.flatnonzero(ids == SEP), np.arange(len(ids))
    spans = [(place >= first + i) & (place <= last + j) for i in (0, 1, 2) for j in (-1, 0, 1)]
    wrong = {"padding-typed": np.where(ids == PAD, 1, right), "types-off-by-one": spans}
    NEAR.judge(value, right, wrong, f"types[{row}]")


def _expect_the_same_each_time(runs):
    if any(not all(map(np.array_equal, runs[0], run)) for run in runs):
        raise Misconception("another-source-of-chance")


def _expect_another_each_time(tables):
    if all(np.array_equal(tables[0], table) for table in tables):
        raise Misconception("generator-ignored")


def _draw_run(rng, up_and_down=False):
    """W, train, dev, test, rate, epochs: the best epoch is an inner one, and others would choose another.

    up_and_down: the loss on dev has risen once before, which needs so long steps that float32 must be tried out, too.
    """
    while True:
        V, epochs = int(rng.integers(4, 8)), int(rng.integers(5, 9))
        P = rng.dirichlet(np.full(V, 0.4), V)
        batches = [_draw_batch(rng, P, int(rng.integers(*sizes))) for sizes in [(6, 12)] * 3 + [(12, 20)] * 2]
        rate = float(rng.uniform(14, 25) if up_and_down else rng.uniform(1.5, 4))
        run = rng.normal(size=(V, V)), batches[:3], *batches[3:], rate, epochs
        right = recipes.pretrain(*run)
        best = right["epoch"]
        if not 1 < best < epochs or recipes.find_loss(run[0], run[2])[0] < right["dev"]:
            continue
        if up_and_down and recipes.pretrain(*run[:-1], best - 1)["epoch"] == best - 1:
            continue
        on_test, on_train = (recipes.pretrain(*run, choose=choose)["epoch"] for choose in ("test", "train"))
        if best in (on_test, on_train) or on_test in (on_train, epochs):
            continue
        nearly = recipes.pretrain(run[0] * (1 + 3e-7), *run[1:])
        if NEAR.same(_flat(nearly), _flat(right)):
            return run


def _draw_batch(rng, P, n):
    """Contexts and labels, of which about half are hidden, the first one always."""
    context = rng.integers(len(P), size=n)
    target = np.array([rng.choice(len(P), p=P[v]) for v in context])
    hidden = rng.random(n) < 0.5
    hidden[0] = True
    return context, np.where(hidden, target, SKIP)


def _outcome(value, shape) -> dict:
    entries = expect_entries(value, "W, epoch, dev, test")
    W = expect_shape(entries.pop("W"), shape, "W")
    return {"W": W, **{key: expect_number(number, key) for key, number in entries.items()}}


def _judge_outcome(value, run):
    value, right = _outcome(value, run[0].shape), recipes.pretrain(*run)
    if NEAR.same(_flat(value), _flat(right)):
        return
    if any((batch[1] == SKIP).all() for batch in run[1]) and not np.isfinite(_flat(value)).all():
        raise Misconception("empty-batch")
    wrong = {name: [_flat(one) for one in outcomes] for name, outcomes in recipes.mistake_run(run).items()}
    NEAR.name(_flat(value), _flat(right), wrong)
    NEAR.judge(value["epoch"], right["epoch"], {"first-weights-in-the-race": 0}, "epoch")
    for key in ("dev", "test", "W"):
        NEAR.expect(value[key], right[key], key)


def _flat(outcome) -> np.ndarray:
    return np.r_[outcome["epoch"], outcome["dev"], outcome["test"], outcome["W"].ravel()]


def _draw_tokens(rng):
    """counts (V,) and held-out tokens (n,): some tokens were never read, none is missing altogether."""
    V = int(rng.integers(6, 12))
    counts = rng.integers(1, 40, V)
    counts[rng.permutation(V)[:2]] = 0
    more = rng.choice(V, int(rng.integers(20, 40)), p=rng.dirichlet(np.ones(V)))
    return counts, rng.permutation(np.r_[np.arange(V), more])


def _judge_unigram(value, counts, tokens, a):
    right, wrong = recipes.find_unigram_loss(counts, tokens, a), recipes.mistake_unigram_loss(counts, tokens, a)
    NEAR.judge(expect_number(value, "loss"), right, wrong, "loss")


def _texts(value) -> list[str]:
    if value is None:
        as_array(value)  # says that the return is missing
    if isinstance(value, np.ndarray) and value.ndim == 1:  # texts come as a list, no text at all as an array
        value = value.tolist()
    if not isinstance(value, (list, tuple)) or not all(type(one) is str for one in value):
        raise Wrong(say("not-texts"))
    return list(value)


def _pairs(value) -> list[tuple[str, str]]:
    if value is None:
        as_array(value)  # says that the return is missing
    pairs = value if isinstance(value, (list, tuple)) else [value]
    if not all(isinstance(pair, (list, tuple)) and [*map(type, pair)] == [str, str] for pair in pairs):
        raise Wrong(say("not-pairs"))
    return [tuple(pair) for pair in pairs]


def _judge_each(values, right, wrong, names):
    """Names the mistake that gives all of these values; else says of the first that is off what it should be."""
    for name, some in wrong.items():
        if values != right and values in some:
            raise Misconception(name)
    for value, wanted, name in zip(values, right, names, strict=True):
        expect_equal(value, wanted, name)


def _show(case) -> str:
    return "(" + ", ".join(map(repr, case)) + ")"


def _seeds(rng, count) -> list[int]:
    return rng.choice(10**6, count, replace=False).tolist()
