"""What exercise 09 compares answers with: the right recipes, and the wrong ones that its checks can name."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from functools import partial

import numpy as np

PAD, CLS, SEP, SKIP = 0, 2, 3, -100
UNKNOWN = ["[UNK]"]


def merge(pieces, a, b) -> list[str]:
    """q1: a and b merged wherever they are neighbours, from the left."""
    merged, i = [], 0
    while i < len(pieces):
        step = 2 if list(pieces[i : i + 2]) == [a, b] else 1
        merged.append("".join(pieces[i : i + step]))
        i += step
    return merged


def _merge_twice(pieces, a, b):
    """Both places of an overlap are merged."""
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


def merge_text(pieces, a, b):
    """Text replacement, which doesn't see where a piece begins."""
    return " ".join(pieces).replace(f"{a} {b}", a + b).split(" ")


def merge_once(pieces, a, b):
    """Only the first place is merged."""
    at = next((i for i in range(len(pieces) - 1) if (pieces[i], pieces[i + 1]) == (a, b)), None)
    return list(pieces) if at is None else [*pieces[:at], a + b, *pieces[at + 2 :]]


WRONG_MERGES = {
    "overlaps-merged-twice": _merge_twice,
    "merged-from-the-right": _merge_from_the_right,
    "pieces-cut-open": merge_text,
    "first-place-only": merge_once,
}


def _count_pairs(spelled, words, weighted, places) -> Counter:
    pairs = Counter()
    for word, pieces in spelled.items():
        found, last = list(itertools.pairwise(pieces)), None
        if places == "once":
            found = sorted(set(found))
        for pair in found:
            last = None if places == "apart" and pair == last else pair
            pairs[pair] += (words[word] if weighted else 1) * (last is not None)
    return pairs


def learn(words, n, merge=merge, weighted=True, places="all", renewed=True, tie="smallest") -> list[tuple[str, str]]:
    """q1: the first n merges; the other arguments make the mistakes."""
    spelled, merges = {word: list(word) for word in words}, []
    if not renewed:
        pairs = _count_pairs(spelled, words, weighted, places)
        return sorted(pairs, key=lambda pair: (-pairs[pair], pair))[:n]
    while len(merges) < n and (pairs := _count_pairs(spelled, words, weighted, places)):
        most = [pair for pair in pairs if pairs[pair] == max(pairs.values())]
        ways = {"smallest": min, "last": max, "first": next, "joined": partial(min, key="".join)}
        merges.append(ways[tie](iter(most)))
        spelled = {word: merge(pieces, *merges[-1]) for word, pieces in spelled.items()}
    return merges


WRONG_COUNTS = {
    "each-word-once": partial(learn, weighted=False),
    "once-a-word": partial(learn, places="once"),
    "overlaps-counted-once": partial(learn, places="apart"),
    "counts-not-renewed": partial(learn, renewed=False),
}


def _list_ends(word, start, vocabulary, mark) -> list[int]:
    """Where a piece that begins at `start` may end, the nearest first."""
    return [end for end in range(start + 1, len(word) + 1) if mark + word[start:end] in vocabulary]


def encode(word, vocabulary, longest=True, mark="##", drop=False, start=0) -> list[str]:
    """q2: the longest match from the left; the other arguments make the mistakes."""
    pieces = []
    while start < len(word):
        prefix = mark if start else ""
        ends = _list_ends(word, start, vocabulary, prefix)
        if not ends:
            return UNKNOWN
        end = ends[-1] if longest else ends[0]
        pieces.append(("" if drop else prefix) + word[start:end])
        start = end
    return pieces


def _encode_unmarked(word, vocabulary):
    """Looks up without ##, returns with ##."""
    pieces = encode(word, vocabulary, mark="")
    return pieces if pieces == UNKNOWN else [("##" if i else "") + piece for i, piece in enumerate(pieces)]


def _encode_from_the_right(word, vocabulary):
    pieces, end = [], len(word)
    while end:
        starts = [start for start in range(end) if ("##" if start else "") + word[start:end] in vocabulary]
        if not starts:
            return UNKNOWN
        pieces.insert(0, ("##" if starts[0] else "") + word[starts[0] : end])
        end = starts[0]
    return pieces


def _encode_bare_beginning(word, vocabulary):
    """A word may begin with a piece that is written with ##."""
    both = [(end, mark) for end in range(len(word), 0, -1) for mark in ("", "##") if mark + word[:end] in vocabulary]
    if not both:
        return UNKNOWN
    end, mark = both[0]
    rest = encode(word, vocabulary, start=end)
    return rest if rest == UNKNOWN else [mark + word[:end], *rest]


def _encode_partly(word, vocabulary, skip):
    """Keeps what is spelled; [UNK] for the rest (skip: 0), or for as many letters, and goes on."""
    pieces, start = [], 0
    while start < len(word):
        prefix = "##" if start else ""
        ends = _list_ends(word, start, vocabulary, prefix)
        pieces.append(prefix + word[start : ends[-1]] if ends else "[UNK]")
        start = ends[-1] if ends else start + skip if skip else len(word)
    return pieces


def _encode_anyhow(word, vocabulary):
    """The first spelling that is found when shorter pieces are tried after longer ones."""

    def search(start):
        if start == len(word):
            return []
        mark = "##" if start else ""
        for end in reversed(_list_ends(word, start, vocabulary, mark)):
            if (rest := search(end)) is not None:
                return [mark + word[start:end], *rest]
        return None

    return search(0) or UNKNOWN


WRONG_SPELLINGS = {
    "shortest-first": [partial(encode, longest=False)],
    "mark-ignored": [partial(encode, mark=""), _encode_unmarked],
    "mark-dropped": [partial(encode, drop=True)],
    "from-the-right": [_encode_from_the_right],
    "begins-with-a-continuation": [_encode_bare_beginning],
}
WRONG_UNKNOWNS = {
    "partly-unknown": [partial(_encode_partly, skip=0), partial(_encode_partly, skip=1)],
    "looks-for-another-way": [_encode_anyhow],
    "begins-with-a-continuation": [_encode_bare_beginning],
}


def measure(counts, vocabulary) -> tuple[float, float]:
    """q2: pieces for each spelled word, and the share of unknown ones."""
    spelled = {word: encode(word, vocabulary) for word in counts}
    known = {word: n for word, n in counts.items() if spelled[word] != UNKNOWN}
    words = sum(known.values())
    pieces = sum(n * len(spelled[word]) for word, n in known.items())
    return pieces / words if words else math.nan, 1 - words / sum(counts.values())


def list_neighbours(documents) -> list[tuple]:
    """q4: (number of the document, A, successor) of each pair."""
    return [(number, a, b) for number, each in enumerate(documents) for a, b in itertools.pairwise(each)]


def shorten(a, b, length, equals="b") -> tuple[list, list]:
    """q4: A and B, the longer one shortened again and again until the row holds both; `equals` gives of equals."""
    a, b = list(a), list(b)
    while len(a) + len(b) + 3 > length:
        longer = a if len(a) > len(b) or (len(a) == len(b) and equals == "a") else b
        longer.pop()
    return a, b


def lay_out(a, b, length) -> tuple[list, list]:
    """q4: one row, its ids and types."""
    rest = length - len(a) - len(b) - 3
    return [CLS, *a, SEP, *b, SEP] + [PAD] * rest, [0] * (len(a) + 2) + [1] * (len(b) + 1) + [0] * rest


def mistake_cut(a, b, length) -> dict[str, list]:
    """Name -> rows that a wrong way of shortening gives."""
    whole, room = [CLS, *a, SEP, *b, SEP], length - 3
    if len(whole) <= length:
        return {}
    half, (k, m) = room // 2, map(len, shorten(a, b, length))
    halves = [(a[:half], b[: room - half]), (a[:half], b[:half]), (a[: room - half], b[:half])]
    b_gives = [(a, b[: max(0, room - len(a))])] if len(a) <= room else []
    rows = {
        "cut-off-the-end": b_gives,
        "a-loses-of-equals": [shorten(a, b, length, equals="a")],
        "half-for-each": halves,
        "first-tokens-lost": [(a[len(a) - k :], b[len(b) - m :])],
    }
    rows = {name: [lay_out(*pair, length)[0] for pair in pairs] for name, pairs in rows.items()}
    rows["cut-off-the-end"] += [whole[:length], [*whole[: length - 1], SEP]]
    return rows


def find_loss(W, batch, over="hidden") -> tuple[float, np.ndarray]:
    """Loss and gradient: sums over the hidden places, divided by their number, that of all places, or 1."""
    context, labels = batch
    hidden = labels != SKIP
    context, target = context[hidden], labels[hidden]
    n = {"all": len(labels), "sum": 1}.get(over, len(target))
    with np.errstate(all="ignore"):
        Z = W[context] - W[context].max(axis=1, keepdims=True)
        logp = Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))
        gradient = np.zeros(W.shape)
        slopes = (np.exp(logp) - np.eye(len(W))[target]) / n
        if over == "once":  # gradient[context] += slopes: of equal rows the last alone
            gradient[context] = slopes
        elif over == "once of all":  # the last one, hidden or not
            last = {int(row): place for place, row in enumerate(batch[0])}
            for place, row, slope in zip(np.flatnonzero(hidden), context, slopes, strict=True):
                gradient[row] = slope * (last[int(row)] == place)
        else:
            np.add.at(gradient, context, slopes)
        return float(-logp[np.arange(len(target)), target].sum() / n) if n else math.nan, gradient


def pretrain(
    W, train, dev, test, rate, epochs, steps="train", over="hidden", reported=None, choose="dev", overwritten=()
) -> dict:
    """q5: the best epoch.

    Or a wrong run: steps on more texts, other divisors (in steps; as reported), another choice, and entries of the
    best epoch that the last one has overwritten.
    """
    reported, best = reported or over, None
    train = [batch for batch in train if (batch[1] != SKIP).any()]
    data = {"train": train, "dev": [*train, dev], "all": [*train, dev, test]}[steps]
    for epoch in range(1, epochs + 1):
        for batch in data:
            W = W - rate * find_loss(W, batch, over)[1]
        losses = {name: find_loss(W, batch, reported)[0] for name, batch in (("dev", dev), ("test", test))}
        losses["train"] = np.mean([find_loss(W, batch, reported)[0] for batch in train] or [0])
        if best is None or choose == "last" or losses[choose] < best["by"]:
            best = {"W": W, "epoch": epoch, "dev": losses["dev"], "test": losses["test"], "by": losses.get(choose)}
    last = {"W": W, "test": losses["test"]}
    return best | {name: last[name] for name in overwritten}


def mistake_run(run) -> dict[str, list[dict]]:
    """Name -> outcomes. Every mixture of the faults A, B and C is named after the first that is left."""
    wrong = {name: [] for name in ("trains-on-all", "averaged-over-all-places", "chosen-on-test")}
    divisors = [("hidden", "hidden"), ("all", "all"), ("all", "hidden"), ("hidden", "all")]
    for steps, (over, reported), choose in itertools.product(("all", "dev", "train"), divisors, ("test", "dev")):
        outcome = pretrain(*run, steps=steps, over=over, reported=reported, choose=choose)
        if steps != "train":
            wrong["trains-on-all"].append(outcome)
        elif (over, reported) != divisors[0]:
            wrong["averaged-over-all-places"].append(outcome)
        elif choose == "test":
            wrong["chosen-on-test"].append(outcome)
    wrong["last-epoch"] = [pretrain(*run, choose=choose) for choose in ("last", "train")]
    wrong["last-epoch"] += [pretrain(*run, overwritten=names) for names in (["test"], ["W"], ["W", "test"])]
    sums = [("sum", "sum"), ("sum", "hidden"), ("hidden", "sum")]
    wrong["summed-not-averaged"] = [pretrain(*run, over=over, reported=reported) for over, reported in sums]
    wrong["equal-rows-once"] = [pretrain(*run, over=over, reported="hidden") for over in ("once", "once of all")]
    wrong["uphill"] = [pretrain(*run[:4], -run[4], run[5])]
    right = pretrain(*run)
    wrong["epochs-from-zero"] = [right | {"epoch": right["epoch"] - 1}]
    return wrong


def find_unigram_loss(counts, tokens, a) -> float:
    """q6: the mean of −ln p over the tokens, a added to each count."""
    return float(-np.log((counts + a) / (counts + a).sum())[tokens].mean())


def mistake_unigram_loss(counts, tokens, a) -> dict[str, list | float]:
    """Name -> losses."""
    own, seen, total = np.bincount(tokens, minlength=len(counts)), counts[tokens] > 0, counts.sum()
    share = (counts + a) / (counts + a).sum()
    with np.errstate(all="ignore"):
        more_than_one = (counts + a) / total, (counts + a) / (total + a), counts / total + a
        known = [-np.log(p)[tokens[seen]] for p in (share, counts / total)]
        return {
            "bits-for-nats": find_unigram_loss(counts, tokens, a) / math.log(2),
            "not-normalised": [-np.log(p)[tokens].mean() for p in more_than_one],
            "own-counts": [find_unigram_loss(own, tokens, a), find_unigram_loss(own, tokens, 0)],
            "entropy-of-training": [
                -(share * np.log(share)).sum(),
                -np.log(share).mean(),
                -(counts / total * np.log(share)).sum(),
                -np.log(share[np.unique(tokens)]).mean(),
            ],
            "unseen-skipped": [losses.sum() / n for losses in known for n in (seen.sum(), len(tokens)) if seen.any()],
            "a-ignored": find_unigram_loss(counts, tokens, 1),
            "a-for-zeros-only": find_unigram_loss(np.where(counts > 0, counts, a), tokens, 0),
        }


def find_lower_end(k, n, z=1.96) -> float:
    """q6: of Wilson's interval; with −z its upper end."""
    p = k / n
    root = math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return (p + z**2 / (2 * n) - z * root) / (1 + z**2 / n)


def mistake_lower_end(k, n, z) -> dict[str, list | float]:
    """Name -> ends."""
    p = k / n
    wald = z * (p * (1 - p) / n) ** 0.5
    return {
        "wald-for-wilson": p - wald,
        "upper-end": [p + wald, find_lower_end(k, n, -z)],
        "not-divided": find_lower_end(k, n, z) * (1 + z**2 / n),
        "z-ignored": find_lower_end(k, n, 1.96) if z != 1.96 else [],
        "formula-miscopied": [
            (p + a * z**2 / n - z * (p * (1 - p) / n + b * z**2 / n**c) ** 0.5) / (1 + d * z**2 / n)
            for a, b, c, d in itertools.product((0.5, 1, 0), (0.25, 0.5, 1, 0), (2, 1), (1, 0.5, 2, 0))
        ],
    }


def draw_spellings(rng):
    """(pieces, a, b), so that each wrong way of merging goes wrong somewhere, in words without blanks."""
    while True:
        cases = []
        for _ in range(12):
            a, b = rng.choice(["a", "b", "ab", "c", "n"], 2).tolist()
            pieces = rng.choice([a, b, a, b, a + b, "c" + a, b + "a"], rng.integers(5, 11)).tolist()
            cases.append((pieces, a, b))
        results = [[rule(*case) for case in cases] for rule in (merge, *WRONG_MERGES.values())]
        if all(one != two for one, two in itertools.combinations(results, 2)):
            return cases


def draw_words(rng, ties):
    """word -> count and n: each wrong recipe differs; ties are decisive, or never are."""
    while True:
        letters, n = "aabn" + "".join(rng.choice(list("cdeikrst"), 2)), int(rng.integers(7, 11))
        many = int(rng.integers(7, 10))
        words = {"".join(rng.choice(list(letters), rng.integers(2, 10))) for _ in range(many)}
        words |= {"".join(rng.choice(list("aab"), rng.integers(4, 9))) for _ in range(3)}
        times = rng.integers(1, 3 if ties else 60, len(words)).tolist()
        words = dict(zip(rng.permutation(sorted(words)).tolist(), times, strict=True))
        right = learn(words, n)
        others = [learn(words, n, tie=tie) for tie in ("first", "last")]
        if ties and right not in others and others[0] != others[1]:
            return words, n
        if not ties and len(right) == n and all(other == right for other in others):
            wrong = [learn(words, n) for learn in WRONG_COUNTS.values()]
            wrong += [learn(words, n, merge=rule) for rule in (merge_text, merge_once)]
            if right not in wrong:
                return words, n


def draw_vocabulary(rng, spelled, vocabulary=None):
    """words, vocabulary, wrong: words that can (or can't) be spelled; each wrong recipe differs somewhere."""
    rules = WRONG_SPELLINGS if spelled else WRONG_UNKNOWNS
    while True:
        pieces = {"".join(rng.choice(list("abc"), rng.integers(1, 5))) for _ in range(9)}
        marked = {"##" + "".join(rng.choice(list("abc"), rng.integers(1, 4))) for _ in range(9)}
        own = vocabulary or dict(zip(sorted(pieces | marked), rng.permutation(40).tolist(), strict=False))
        words = ["".join(rng.choice(list("abc"), rng.integers(2, 8))) for _ in range(60)]
        known = {word: encode(word, own) != UNKNOWN for word in words}
        words = [word for word in known if known[word] == spelled][:16]
        wrong = {name: [[rule(word, own) for word in words] for rule in some] for name, some in rules.items()}
        right = [encode(word, own) for word in words]
        if len(words) > (3 if vocabulary else 8) and (vocabulary or right not in sum(wrong.values(), [])):
            return words, own, wrong
