"""Exercise 09: wrong answers that its checks must name, and unusual right ones."""

from proofs.claims import Equivalent, Mistake, Unusual


def _indent(lines: str) -> str:
    return "".join(f"    {line}\n" for line in lines.strip("\n").split("\n"))


def _change(lines: str, *changes: str) -> str:
    for old, new in zip(changes[::2], changes[1::2], strict=True):
        assert old in lines, f"{old!r} is not in the lines to change"
        lines = lines.replace(old, new)
    return lines


def _merges(one: str = "", learn: str = "", before: str = "") -> str:
    first = f"def merge_pair(pieces, a, b):\n{_indent(one or _ONE)}"
    return f"from collections import Counter\n{before}\n{first}\n\ndef learn_merges(word_counts, n):\n{_indent(learn or _LEARN)}"


def _spell(lines: str = "", measure: str = "") -> str:
    first = f"def encode(word, vocabulary):\n{_indent(lines or _LONGEST)}"
    return f"{first}\n\ndef measure_vocabulary(word_counts, vocabulary):\n{_indent(measure or _COST)}"


def _mask(lines: str, before: str = "") -> str:
    return f"{before}\ndef mask_tokens(ids, special, mask, size, share, rng):\n{_indent(lines)}"


def _pair(lines: str) -> str:
    return f"def make_pairs(documents, length, rng):\n{_indent(lines)}"


def _run(lines: str = "", faults: str = "ABC", floor: str = "math.log(100)") -> str:
    return f"FAULTS = {faults!r}\nFLOOR = {floor}\n\ndef pretrain(W, train, dev, test, rate, epochs):\n{_indent(lines or _HONEST)}"


def _beat(
    unigram="", lower="", loss="5.444688", low="0.522054", chance="0.53", verdict="not shown", needed="3186"
) -> str:
    first = f"def unigram_loss(counts, tokens, a=1.0):\n{_indent(unigram or _BAR)}"
    second = f"def lower_end(k, n, z=1.96):\n{_indent(lower or _WILSON)}"
    numbers = f"UNIGRAM = {loss}\nLOW = {low}\nCHANCE = {chance}\nVERDICT = {verdict!r}\nNEEDED = {needed}\n"
    return f"{first}\n\n{second}\n\n{numbers}"


_ONE = """
out, i = [], 0
while i < len(pieces):
    if i + 1 < len(pieces) and pieces[i] == a and pieces[i + 1] == b:
        out.append(a + b)
        i += 2
    else:
        out.append(pieces[i])
        i += 1
return out
"""
_LEARN = """
spelled, merges = {word: list(word) for word in word_counts}, []
for _ in range(n):
    pairs = {}
    for word, pieces in spelled.items():
        for pair in zip(pieces[:-1], pieces[1:]):
            pairs[pair] = pairs.get(pair, 0) + word_counts[word]
    if not pairs:
        break
    best = sorted(pairs, key=lambda pair: (-pairs[pair], pair))[0]
    merges.append(best)
    spelled = {word: merge_pair(pieces, *best) for word, pieces in spelled.items()}
return merges
"""
_LONGEST = """
pieces, start = [], 0
while start < len(word):
    mark = "##" if start > 0 else ""
    for end in range(len(word), start, -1):
        if mark + word[start:end] in vocabulary:
            pieces.append(mark + word[start:end])
            break
    else:
        return ["[UNK]"]
    start = end
return pieces
"""
_COST = """
pieces = known = total = 0
for word, times in word_counts.items():
    spelled = encode(word, vocabulary)
    total += times
    if spelled != ["[UNK]"]:
        known += times
        pieces += times * len(spelled)
return pieces / known if known else float("nan"), (total - known) / total
"""
_RULE = """
words = np.array([v for v in range(size) if v not in special])
chosen = np.isin(ids, words) & (rng.random(ids.shape) < share)
dice = rng.random(ids.shape)
damaged = np.where(chosen & (dice < 0.8), mask, ids)
swapped = chosen & (dice >= 0.8) & (dice < 0.9)
damaged[swapped] = words[rng.integers(len(words), size=swapped.sum())]
labels = np.full(ids.shape, -100)
labels[chosen] = ids[chosen]
return damaged, labels
"""
_PAIRS = """
ids, types, is_random = [], [], []
segments = [(number, b) for number, document in enumerate(documents) for b in document]
for number, document in enumerate(documents):
    for i in range(len(document) - 1):
        a, b, r = list(document[i]), list(document[i + 1]), int(rng.integers(2))
        if r:
            while True:
                other, b = segments[rng.integers(len(segments))]
                if other != number and b != document[i + 1]:
                    break
            b = list(b)
        while len(a) + len(b) > length - 3:
            if len(a) > len(b):
                a.pop()
            else:
                b.pop()
        row = [CLS] + a + [SEP] + b + [SEP]
        kind = [0] * (len(a) + 2) + [1] * (len(b) + 1)
        ids.append(row + [PAD] * (length - len(row)))
        types.append(kind + [0] * (length - len(row)))
        is_random.append(r)
return np.array(ids), np.array(types), np.array(is_random)
"""
_HONEST = """
def loss(W, context, labels):
    logp, hidden = predict(W, context), labels != SKIP
    target, m = np.where(hidden, labels, 0), hidden.sum()
    losses = -logp[np.arange(len(labels)), target] * hidden
    slopes = (np.exp(logp) - np.eye(len(W))[target]) * hidden[:, None]
    gradient = np.zeros(W.shape)
    np.add.at(gradient, context, slopes / m)
    return losses.sum() / m, gradient
W, best = W.copy(), None
for epoch in range(1, epochs + 1):
    for batch in train:
        if (batch[1] != SKIP).any():
            W -= rate * loss(W, *batch)[1]
    value = loss(W, *dev)[0]
    if best is None or value < best["dev"]:
        best = {"W": W.copy(), "epoch": epoch, "dev": value}
best["test"] = loss(best["W"], *test)[0]
return best
"""
_BAR = """
counts = counts + a
return -np.log(counts / counts.sum())[tokens].mean()
"""
_WILSON = """
p = k / n
root = np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
return (p + z * z / (2 * n) - z * root) / (1 + z * z / n)
"""

_LEFT, _MOST, _TIES, _ENDS = (
    "one_pair_is_merged_from_the_left",
    "the_most_frequent_pair_comes_first",
    "ties_go_by_the_alphabet",
    "it_ends_and_takes_any_letter",
)
_LONG, _UNKNOWN, _TWO, _EXTREME = (
    "the_longest_piece_comes_first",
    "what_cannot_be_spelled_is_unknown",
    "a_vocabulary_has_two_numbers",
    "extreme_words_and_vocabularies",
)
_WORDS, _SHARES, _OWN, _CHANCE = (
    "only_words_are_chosen",
    "eighty_ten_ten",
    "each_place_has_draws_of_its_own",
    "chance_is_the_generators",
)
_TRUTH, _TWIN, _SHORT, _SMALL = (
    "the_label_tells_the_truth",
    "random_is_never_next_by_accident",
    "the_longer_segment_is_shortened",
    "small_collections_and_the_same_seed",
)
_NAMED, _FLOOR, _MENDED, _ODD = (
    "the_faults_are_named",
    "the_floor_is_named",
    "the_run_is_mended",
    "odd_batches_and_equal_epochs",
)
_TOKENS, _END, _VERDICT, _EDGES = (
    "the_unigram_pays_for_each_token",
    "the_lower_end_is_wilsons",
    "the_verdict_follows_from_the_numbers",
    "the_edges_hold",
)

MISTAKES = [
    # q1
    Mistake(
        "q1",
        "both",
        _LEFT,
        "overlaps-merged-twice",
        _merges(
            "out = []\nfor i, piece in enumerate(pieces):\n    if pieces[i:i + 2] == [a, b]:\n        out.append(a + b)\n    elif i == 0 or pieces[i - 1:i + 1] != [a, b]:\n        out.append(piece)\nreturn out"
        ),
    ),
    Mistake(
        "q1",
        "right",
        _LEFT,
        "merged-from-the-right",
        _merges(
            "out, i = list(pieces), len(pieces) - 2\nwhile i >= 0:\n    if out[i:i + 2] == [a, b]:\n        out[i:i + 2] = [a + b]\n        i -= 1\n    i -= 1\nreturn out"
        ),
    ),
    Mistake(
        "q1",
        "replace",
        _LEFT,
        "pieces-cut-open",
        _merges("return ' '.join(pieces).replace(f'{a} {b}', a + b).split(' ')"),
    ),
    Mistake(
        "q1",
        "once",
        _LEFT,
        "first-place-only",
        _merges(
            "for i in range(len(pieces) - 1):\n    if pieces[i] == a and pieces[i + 1] == b:\n        return pieces[:i] + [a + b] + pieces[i + 2:]\nreturn list(pieces)"
        ),
    ),
    Mistake(
        "q1",
        "again",
        _LEFT,
        "merge_pair",
        _merges(
            "out, i = list(pieces), 0\nwhile i < len(out) - 1:\n    if out[i] == a and out[i + 1] == b:\n        out[i:i + 2] = [b + a]\n    i += 1\nreturn out"
        ),
    ),
    Mistake("q1", "text", _LEFT, "list of texts", _merges("return ' '.join(pieces)")),
    Mistake("q1", "none", _LEFT, "returns None", _merges(_change(_ONE, "return out", ""))),
    Mistake(
        "q1",
        "last-lost",
        _LEFT,
        "merge_pair",
        _merges(_change(_ONE, "while i < len(pieces)", "while i < len(pieces) - 1")),
    ),
    Mistake("q1", "types", _MOST, "each-word-once", _merges(learn=_change(_LEARN, "+ word_counts[word]", "+ 1"))),
    Mistake(
        "q1",
        "set",
        _MOST,
        "once-a-word",
        _merges(learn=_change(_LEARN, "zip(pieces[:-1], pieces[1:])", "set(zip(pieces[:-1], pieces[1:]))")),
    ),
    Mistake(
        "q1",
        "str-count",
        _MOST,
        "overlaps-counted-once",
        _merges(
            learn=_change(
                _LEARN,
                "pairs[pair] = pairs.get(pair, 0) + word_counts[word]",
                "last = None if pair == last else pair\n            pairs[pair] = pairs.get(pair, 0) + word_counts[word] * (last is not None)",
                "for word, pieces in spelled.items():",
                "for word, pieces in spelled.items():\n        last = None",
            )
        ),
    ),
    Mistake(
        "q1",
        "one-count",
        _MOST,
        "counts-not-renewed",
        _merges(
            learn="pairs = Counter()\nfor word, times in word_counts.items():\n    for pair in zip(word, word[1:]):\n        pairs[pair] += times\nreturn sorted(pairs, key=lambda pair: (-pairs[pair], pair))[:n]"
        ),
    ),
    Mistake(
        "q1",
        "replace-inside",
        _MOST,
        "pieces-cut-open",
        _merges(
            learn=_change(
                _LEARN,
                "merge_pair(pieces, *best)",
                "' '.join(pieces).replace(' '.join(best), ''.join(best)).split(' ')",
            )
        ),
    ),
    Mistake(
        "q1",
        "first-inside",
        _MOST,
        "first-place-only",
        _merges(
            learn=_change(
                _LEARN,
                "merge_pair(pieces, *best)",
                "next((pieces[:i] + [''.join(best)] + pieces[i + 2:] for i in range(len(pieces) - 1) if (pieces[i], pieces[i + 1]) == best), pieces)",
            )
        ),
    ),
    Mistake("q1", "rarest", _MOST, "learn_merges", _merges(learn=_change(_LEARN, "-pairs[pair]", "pairs[pair]"))),
    Mistake(
        "q1",
        "joined",
        _MOST,
        "list of pairs",
        _merges(learn=_change(_LEARN, "return merges", "return [a + b for a, b in merges]")),
    ),
    Mistake("q1", "one-too-many", _MOST, "learn_merges", _merges(learn=_change(_LEARN, "range(n)", "range(n + 1)"))),
    Mistake(
        "q1",
        "across",
        _MOST,
        "learn_merges",
        _merges(
            learn="text = [letter for word, times in word_counts.items() for letter in list(word) * times]\nmerges = []\nfor _ in range(n):\n    pairs = Counter(zip(text, text[1:]))\n    if not pairs:\n        break\n    merges.append(min(pairs, key=lambda pair: (-pairs[pair], pair)))\n    text = merge_pair(text, *merges[-1])\nreturn merges"
        ),
    ),
    Mistake(
        "q1",
        "max",
        _TIES,
        "ties-by-arrival",
        _merges(
            learn=_change(
                _LEARN, "sorted(pairs, key=lambda pair: (-pairs[pair], pair))[0]", "max(pairs, key=pairs.get)"
            )
        ),
    ),
    Mistake(
        "q1",
        "largest",
        _TIES,
        "ties-to-the-larger",
        _merges(
            learn=_change(
                _LEARN,
                "sorted(pairs, key=lambda pair: (-pairs[pair], pair))[0]",
                "max(pairs, key=lambda pair: (pairs[pair], pair))",
            )
        ),
    ),
    Mistake(
        "q1",
        "joined-tie",
        _TIES,
        "learn_merges",
        _merges(learn=_change(_LEARN, "(-pairs[pair], pair)", "(-pairs[pair], len(pair[0] + pair[1]), pair)")),
    ),
    Mistake(
        "q1",
        "endless",
        _ENDS,
        "ValueError",
        _merges(
            learn=_change(
                _LEARN,
                "if not pairs:\n        break\n    best = sorted(pairs, key=lambda pair: (-pairs[pair], pair))[0]",
                "best = min(pairs, key=lambda pair: (-pairs[pair], pair))",
            )
        ),
    ),
    Mistake(
        "q1",
        "twice-at-least",
        _ENDS,
        "learn_merges",
        _merges(learn=_change(_LEARN, "if not pairs:", "if not pairs or max(pairs.values()) < 2:"), before=""),
    ),
    Mistake(
        "q1",
        "regex",
        _ENDS,
        "stopped with",
        _merges("return re.sub(rf'(?<!\\S){a} {b}(?!\\S)', a + b, ' '.join(pieces)).split(' ')", before="import re"),
    ),
    Mistake(
        "q1",
        "in-place",
        _ENDS,
        "changes-its-inputs",
        _merges(
            "i = 0\nwhile i < len(pieces) - 1:\n    if pieces[i:i + 2] == [a, b]:\n        pieces[i:i + 2] = [a + b]\n    i += 1\nreturn pieces"
        ),
    ),
    Mistake(
        "q1",
        "emptied",
        _ENDS,
        "changes-its-inputs",
        _merges(learn=_change(_LEARN, "return merges", "word_counts.clear()\nreturn merges")),
    ),
    # q2
    Mistake(
        "q2",
        "short",
        _LONG,
        "shortest-first",
        _spell(_change(_LONGEST, "range(len(word), start, -1)", "range(start + 1, len(word) + 1)")),
    ),
    Mistake("q2", "bare", _LONG, "mark-ignored", _spell(_change(_LONGEST, '"##" if start > 0 else ""', '""'))),
    Mistake(
        "q2",
        "bare-lookup",
        _LONG,
        "mark-ignored",
        _spell(_change(_LONGEST, "if mark + word[start:end] in", "if word[start:end] in")),
    ),
    Mistake(
        "q2",
        "stripped",
        _LONG,
        "mark-dropped",
        _spell(_change(_LONGEST, "append(mark + word[start:end])", "append(word[start:end])")),
    ),
    Mistake(
        "q2",
        "from-the-end",
        _LONG,
        "from-the-right",
        _spell(
            'pieces, end = [], len(word)\nwhile end > 0:\n    for start in range(end):\n        piece = ("##" if start else "") + word[start:end]\n        if piece in vocabulary:\n            break\n    else:\n        return ["[UNK]"]\n    pieces.insert(0, piece)\n    end = start\nreturn pieces'
        ),
    ),
    Mistake(
        "q2",
        "off-by-one",
        _LONG,
        "encode(",
        _spell(_change(_LONGEST, "range(len(word), start, -1)", "range(len(word) - 1, start, -1)")),
    ),
    Mistake(
        "q2",
        "numbers",
        _LONG,
        "list of texts",
        _spell(_change(_LONGEST, "return pieces", "return [vocabulary[piece] for piece in pieces]")),
    ),
    Mistake(
        "q2", "text", _LONG, "list of texts", _spell(_change(_LONGEST, "return pieces", "return ' '.join(pieces)"))
    ),
    Mistake(
        "q2",
        "rest-unknown",
        _UNKNOWN,
        "partly-unknown",
        _spell(_change(_LONGEST, 'return ["[UNK]"]', 'return pieces + ["[UNK]"]')),
    ),
    Mistake(
        "q2",
        "letter-unknown",
        _UNKNOWN,
        "partly-unknown",
        _spell(_change(_LONGEST, 'return ["[UNK]"]', 'pieces.append("[UNK]")\n        end = start + 1')),
    ),
    Mistake(
        "q2",
        "backtrack",
        _UNKNOWN,
        "looks-for-another-way",
        _spell(
            'def search(start):\n    if start == len(word):\n        return []\n    for end in range(len(word), start, -1):\n        piece = ("##" if start else "") + word[start:end]\n        rest = search(end) if piece in vocabulary else None\n        if rest is not None:\n            return [piece] + rest\n    return None\nfound = search(0)\nreturn ["[UNK]"] if found is None else found'
        ),
    ),
    Mistake(
        "q2",
        "any-beginning",
        _LONG,
        "begins-with-a-continuation",
        _spell(
            'pieces, start = [], 0\nwhile start < len(word):\n    for end in range(len(word), start, -1):\n        marks = ["##"] if start else ["", "##"]\n        found = [m + word[start:end] for m in marks if m + word[start:end] in vocabulary]\n        if found:\n            pieces.append(found[0])\n            break\n    else:\n        return ["[UNK]"]\n    start = end\nreturn pieces'
        ),
    ),
    Mistake("q2", "empty", _UNKNOWN, "encode(", _spell(_change(_LONGEST, 'return ["[UNK]"]', "return []"))),
    Mistake(
        "q2", "plain-unk", _UNKNOWN, "list of texts", _spell(_change(_LONGEST, 'return ["[UNK]"]', 'return "[UNK]"'))
    ),
    Mistake(
        "q2",
        "types",
        _TWO,
        "each-word-once",
        _spell(
            measure=_change(
                _COST,
                "for word, times in word_counts.items():",
                "for word, times in dict.fromkeys(word_counts, 1).items():",
            )
        ),
    ),
    Mistake(
        "q2",
        "unknown-types",
        _TWO,
        "each-word-once",
        _spell(
            measure=_change(
                _COST,
                "(total - known) / total",
                "np.mean([encode(word, vocabulary) == ['[UNK]'] for word in word_counts])",
            )
        ),
    ),
    Mistake(
        "q2",
        "colleague",
        _TWO,
        "unknown-counts-as-a-piece",
        _spell(
            measure=_change(
                _COST, 'return pieces / known if known else float("nan")', "return (pieces + total - known) / total"
            )
        ),
    ),
    Mistake(
        "q2",
        "all-words",
        _TWO,
        "divided-by-all-words",
        _spell(measure=_change(_COST, "pieces / known if known", "pieces / total if known")),
    ),
    Mistake(
        "q2",
        "exchanged",
        _TWO,
        "`(pieces, unknown)",
        _spell(
            measure="pieces, unknown = 0, 0\nfor word, times in word_counts.items():\n    spelled = encode(word, vocabulary)\n    unknown += times * (spelled == ['[UNK]'])\n    pieces += times * len(spelled) * (spelled != ['[UNK]'])\ntotal = sum(word_counts.values())\nreturn unknown / total, pieces / (total - unknown)"
        ),
    ),
    Mistake(
        "q2",
        "known-share",
        _TWO,
        "`(pieces, unknown)",
        _spell(measure=_change(_COST, "(total - known) / total", "known / total")),
    ),
    Mistake(
        "q2",
        "zero-division",
        _EXTREME,
        "ZeroDivisionError",
        _spell(measure=_change(_COST, 'pieces / known if known else float("nan")', "pieces / known")),
    ),
    Mistake("q2", "nothing-is-zero", _EXTREME, "should be nan", _spell(measure=_change(_COST, 'float("nan")', "0.0"))),
    Mistake(
        "q2",
        "sixteen-letters",
        _EXTREME,
        "encode(",
        _spell(_change(_LONGEST, "range(len(word), start, -1)", "range(min(len(word), start + 16), start, -1)")),
    ),
    Mistake(
        "q2",
        "hundred-letters",
        _EXTREME,
        "encode(",
        _spell(
            _change(
                _LONGEST, "pieces, start = [], 0", 'pieces, start = [], 0\nif len(word) > 100:\n    return ["[UNK]"]'
            )
        ),
    ),
    Mistake(
        "q2",
        "adds-unk",
        _EXTREME,
        "changes-its-inputs",
        _spell(
            _change(
                _LONGEST,
                "pieces, start = [], 0",
                'pieces, start = [], 0\nvocabulary.setdefault("[UNK]", len(vocabulary))',
            )
        ),
    ),
    # q3
    Mistake(
        "q3",
        "zeros",
        _WORDS,
        "other-filler",
        _mask(_change(_RULE, "np.full(ids.shape, -100)", "np.zeros(ids.shape, dtype=int)")),
    ),
    Mistake(
        "q3",
        "all-labels",
        _WORDS,
        "labels-everywhere",
        _mask(_change(_RULE, "labels[chosen] = ids[chosen]", "labels = ids.copy()")),
    ),
    Mistake(
        "q3",
        "word-labels",
        _WORDS,
        "labels-everywhere",
        _mask(_change(_RULE, "labels[chosen] = ids[chosen]", "labels = np.where(np.isin(ids, words), ids, -100)")),
    ),
    Mistake(
        "q3",
        "late-labels",
        _WORDS,
        "labels-of-the-damaged",
        _mask(_change(_RULE, "= ids[chosen]", "= damaged[chosen]")),
    ),
    Mistake(
        "q3",
        "other-way",
        _WORDS,
        "labels-turned",
        _mask(_change(_RULE, "labels[chosen] = ids[chosen]", "labels[~chosen] = ids[~chosen]")),
    ),
    Mistake("q3", "padding", _WORDS, "special-chosen", _mask(_change(_RULE, "np.isin(ids, words) & ", ""))),
    Mistake(
        "q3",
        "only-padding-spared",
        _WORDS,
        "special-chosen",
        _mask(_change(_RULE, "np.isin(ids, words) & ", "(ids != special[0]) & ")),
    ),
    Mistake(
        "q3",
        "first-numbers-special",
        _WORDS,
        "special-chosen",
        _mask(_change(_RULE, "np.isin(ids, words) & ", "(ids >= len(special)) & ")),
    ),
    Mistake(
        "q3",
        "any-number",
        _WORDS,
        "special-as-word",
        _mask(
            _change(
                _RULE, "words[rng.integers(len(words), size=swapped.sum())]", "rng.integers(size, size=swapped.sum())"
            )
        ),
    ),
    Mistake("q3", "nothing", _WORDS, "No place at all", _mask("return ids.copy(), np.full(ids.shape, -100)")),
    Mistake(
        "q3", "one-array", _WORDS, "Return 2 values", _mask(_change(_RULE, "return damaged, labels", "return damaged"))
    ),
    Mistake(
        "q3",
        "in-place",
        _WORDS,
        "changes-its-inputs",
        _mask(
            _change(
                _RULE,
                "damaged = np.where(chosen & (dice < 0.8), mask, ids)",
                "original = ids.copy()\nids[chosen & (dice < 0.8)] = mask\ndamaged = ids",
                "= ids[chosen]",
                "= original[chosen]",
            )
        ),
    ),
    Mistake(
        "q3",
        "global-chance",
        _WORDS,
        "another-source-of-chance",
        _mask(_change(_RULE, "dice = rng.random", "dice = np.random.random")),
    ),
    Mistake(
        "q3",
        "visible-only",
        _SHARES,
        "kept-without-label",
        _mask(_change(_RULE, "labels[chosen] = ids[chosen]", "labels = np.where(damaged != ids, ids, -100)")),
    ),
    Mistake(
        "q3",
        "mask-only",
        _WORDS,
        "kept-without-label",
        _mask(
            _change(
                _RULE,
                "labels[chosen] = ids[chosen]",
                "labels = np.where(damaged == mask, np.where(chosen, ids, -100), -100)",
            )
        ),
    ),
    Mistake(
        "q3",
        "all",
        _SHARES,
        "all-masked",
        _mask(
            _change(
                _RULE,
                "chosen & (dice < 0.8)",
                "chosen",
                "damaged[swapped] = words[rng.integers(len(words), size=swapped.sum())]\n",
                "",
            )
        ),
    ),
    Mistake(
        "q3",
        "same-dice",
        _SHARES,
        "all-masked",
        _mask(
            _change(
                _RULE,
                "chosen = np.isin(ids, words) & (rng.random(ids.shape) < share)\ndice = rng.random(ids.shape)",
                "dice = rng.random(ids.shape)\nchosen = np.isin(ids, words) & (dice < share)",
            )
        ),
    ),
    Mistake(
        "q3",
        "eighty-twenty",
        _SHARES,
        "never-kept",
        _mask(_change(_RULE, "(dice >= 0.8) & (dice < 0.9)", "(dice >= 0.8)")),
    ),
    Mistake(
        "q3",
        "of-the-rest",
        _SHARES,
        "ten-of-the-rest",
        _mask(_change(_RULE, "(dice >= 0.8) & (dice < 0.9)", "(dice >= 0.8) & (rng.random(ids.shape) < 0.1)")),
    ),
    Mistake(
        "q3",
        "another-word",
        _SHARES,
        "old-word-excluded",
        _mask(
            _change(
                _RULE,
                "damaged[swapped] = words[rng.integers(len(words), size=swapped.sum())]",
                "at = np.searchsorted(words, ids[swapped])\ndamaged[swapped] = words[(at + rng.integers(1, len(words), size=swapped.sum())) % len(words)]",
            )
        ),
    ),
    Mistake("q3", "fifteen-always", _SHARES, "share = 0.", _mask(_change(_RULE, "< share", "< 0.15"))),
    Mistake("q3", "three-quarters", _SHARES, "chosen places", _mask(_change(_RULE, "dice < 0.8)", "dice < 0.75)"))),
    Mistake(
        "q3",
        "last-word-never",
        _SHARES,
        "words-not-alike",
        _mask(_change(_RULE, "rng.integers(len(words), size", "rng.integers(len(words) - 1, size")),
    ),
    Mistake(
        "q3",
        "from-the-text",
        _SHARES,
        "",
        _mask(
            _change(
                _RULE,
                "words[rng.integers(len(words), size=swapped.sum())]",
                "rng.choice(ids[np.isin(ids, words)], swapped.sum())",
            )
        ),
    ),
    Mistake(
        "q3",
        "one-word",
        _SHARES,
        "one-word-for-all",
        _mask(_change(_RULE, "words[rng.integers(len(words), size=swapped.sum())]", "words[rng.integers(len(words))]")),
    ),
    Mistake(
        "q3",
        "row-pattern",
        _SHARES,
        "one-pattern-for-all",
        _mask(_change(_RULE, "(rng.random(ids.shape) < share)", "(rng.random(ids.shape[1]) < share)")),
    ),
    Mistake(
        "q3",
        "exact-number",
        _OWN,
        "shares-made-exact",
        _mask(
            _change(
                _RULE,
                "chosen = np.isin(ids, words) & (rng.random(ids.shape) < share)",
                "places = rng.permutation(np.flatnonzero(np.isin(ids, words)))\nchosen = np.zeros(ids.size, dtype=bool)\nchosen[places[:round(share * len(places))]] = True\nchosen = chosen.reshape(ids.shape)",
            )
        ),
    ),
    Mistake(
        "q3",
        "exact-kinds",
        _OWN,
        "shares-made-exact",
        _mask(
            _change(
                _RULE,
                "dice = rng.random(ids.shape)",
                "dice = np.ones(ids.shape)\ndice[chosen] = rng.permutation(np.arange(chosen.sum()) + 0.5) / chosen.sum()",
            )
        ),
    ),
    Mistake(
        "q3",
        "row-dice",
        _OWN,
        "share their fate",
        _mask(_change(_RULE, "dice = rng.random(ids.shape)", "dice = rng.random((len(ids), 1))")),
    ),
    Mistake(
        "q3",
        "seeded",
        _CHANCE,
        "generator-ignored",
        _mask(_change(_RULE, "words = np.array", "rng = np.random.default_rng(0)\nwords = np.array")),
    ),
    Mistake(
        "q3",
        "always-one",
        _CHANCE,
        "`damaged`",
        _mask(_change(_RULE, "dice = rng", "if not chosen.any():\n    chosen = np.isin(ids, special)\ndice = rng")),
    ),
    # q4
    Mistake(
        "q4",
        "flat",
        _TRUTH,
        "across-documents",
        _pair(
            "segments = [b for document in documents for b in document]\nids, types, is_random = [], [], []\nfor a, b in zip(segments, segments[1:]):\n    r = int(rng.integers(2))\n    b = segments[rng.integers(len(segments))] if r else b\n    row = [CLS, *a, SEP, *b, SEP]\n    ids.append(row + [0] * (length - len(row)))\n    types.append([0] * (len(a) + 2) + [1] * (len(b) + 1) + [0] * (length - len(row)))\n    is_random.append(r)\nreturn np.array(ids), np.array(types), np.array(is_random)"
        ),
    ),
    Mistake(
        "q4",
        "no-cls",
        _TRUTH,
        "special-tokens-missing",
        _pair(
            _change(
                _PAIRS,
                "[CLS] + a",
                "a",
                "types.append(kind + [0] * (length - len(row)))",
                "types.append((kind + [0] * length)[:length])",
            )
        ),
    ),
    Mistake(
        "q4",
        "one-sep",
        _TRUTH,
        "special-tokens-missing",
        _pair(
            _change(
                _PAIRS,
                "+ b + [SEP]",
                "+ b",
                "types.append(kind + [0] * (length - len(row)))",
                "types.append((kind + [0] * length)[:length])",
            )
        ),
    ),
    Mistake(
        "q4",
        "is-next",
        _TRUTH,
        "random-labels-turned",
        _pair(_change(_PAIRS, "is_random.append(r)", "is_random.append(1 - r)")),
    ),
    Mistake(
        "q4",
        "anywhere",
        _TRUTH,
        "same-document",
        _pair(_change(_PAIRS, "other != number and ", "", "b != document[i + 1]", "b != document[i]")),
    ),
    Mistake(
        "q4",
        "own-document",
        _TRUTH,
        "same-document",
        _pair(_change(_PAIRS, "other != number and b != document[i + 1]", "other == number")),
    ),
    Mistake(
        "q4",
        "sep-to-b",
        _TRUTH,
        "types-off-by-one",
        _pair(_change(_PAIRS, "[0] * (len(a) + 2) + [1] * (len(b) + 1)", "[0] * (len(a) + 1) + [1] * (len(b) + 2)")),
    ),
    Mistake(
        "q4", "last-sep", _TRUTH, "types-off-by-one", _pair(_change(_PAIRS, "[1] * (len(b) + 1)", "[1] * len(b) + [0]"))
    ),
    Mistake(
        "q4",
        "padding",
        _TRUTH,
        "padding-typed",
        _pair(_change(_PAIRS, "types.append(kind + [0]", "types.append(kind + [1]")),
    ),
    Mistake(
        "q4", "b-first", _TRUTH, "its A is", _pair(_change(_PAIRS, "[CLS] + a + [SEP] + b", "[CLS] + b + [SEP] + a"))
    ),
    Mistake(
        "q4",
        "constant-label",
        _TRUTH,
        "not the successor",
        _pair(_change(_PAIRS, "is_random.append(r)", "is_random.append(0)")),
    ),
    Mistake(
        "q4",
        "lists",
        _TRUTH,
        "Return 3 values",
        _pair(
            _change(
                _PAIRS,
                "return np.array(ids), np.array(types), np.array(is_random)",
                "return np.array(ids), np.array(types)",
            )
        ),
    ),
    Mistake(
        "q4",
        "every-other",
        _TRUTH,
        "has shape",
        _pair(_change(_PAIRS, "range(len(document) - 1)", "range(0, len(document) - 1, 2)")),
    ),
    Mistake("q4", "not-padded", _TRUTH, "", _pair(_change(_PAIRS, "row + [PAD] * (length - len(row))", "row"))),
    Mistake("q4", "twins", _TWIN, "twin-called-random", _pair(_change(_PAIRS, " and b != document[i + 1]", ""))),
    Mistake(
        "q4", "unfair", _TWIN, "no-fair-coin", _pair(_change(_PAIRS, "int(rng.integers(2))", "int(rng.random() < 0.3)"))
    ),
    Mistake("q4", "in-turn", _TWIN, "no-fair-coin", _pair(_change(_PAIRS, "int(rng.integers(2))", "len(ids) % 2"))),
    Mistake(
        "q4",
        "next-document",
        _TWIN,
        "never drawn",
        _pair(_change(_PAIRS, "other != number and", "other == (number + 1) % len(documents) and")),
    ),
    Mistake(
        "q4",
        "first-segments",
        _TWIN,
        "never drawn",
        _pair(_change(_PAIRS, "other != number and", "other != number and b == documents[other][0] and")),
    ),
    Mistake(
        "q4",
        "cut",
        _SHORT,
        "cut-off-the-end",
        _pair(
            _change(
                _PAIRS,
                "len(a) + len(b) > length - 3",
                "False",
                "[PAD] * (length - len(row)))",
                "[PAD] * (length - len(row)))\n        ids[-1] = ids[-1][:length]",
                "[0] * (length - len(row)))",
                "[0] * (length - len(row)))\n        types[-1] = types[-1][:length]",
            )
        ),
    ),
    Mistake(
        "q4",
        "cut-with-sep",
        _SHORT,
        "cut-off-the-end",
        _pair(
            _change(
                _PAIRS,
                "len(a) + len(b) > length - 3",
                "False",
                "+ b + [SEP]",
                "+ b + [SEP]\n        row = row[:length - 1] + [SEP] if len(row) > length else row",
                "[1] * (len(b) + 1)",
                "[1] * (len(row) - len(a) - 2)",
            )
        ),
    ),
    Mistake("q4", "b-gives", _SHORT, "cut-off-the-end", _pair(_change(_PAIRS, "if len(a) > len(b):", "if not b:"))),
    Mistake(
        "q4",
        "halves",
        _SHORT,
        "half-for-each",
        _pair(
            _change(
                _PAIRS,
                "row = [CLS]",
                "row = [CLS]",
                "while len(a) + len(b) > length - 3:",
                "half = (length - 3) // 2\n        if len(a) + len(b) > length - 3:\n            a, b = a[:half], b[:length - 3 - half]\n        while False:",
            )
        ),
    ),
    Mistake(
        "q4",
        "a-first",
        _SHORT,
        "a-loses-of-equals",
        _pair(_change(_PAIRS, "if len(a) > len(b):", "if len(a) >= len(b):")),
    ),
    Mistake("q4", "from-the-front", _SHORT, "", _pair(_change(_PAIRS, "a.pop()", "a.pop(0)"))),
    Mistake("q4", "one-too-short", _SHORT, "", _pair(_change(_PAIRS, "> length - 3", "> length - 4"))),
    Mistake(
        "q4",
        "in-place",
        _SHORT,
        "changes-its-inputs",
        _pair(
            _change(
                _PAIRS,
                "list(document[i]), list(document[i + 1])",
                "document[i], document[i + 1]",
                "            b = list(b)\n",
                "",
            )
        ),
    ),
    Mistake(
        "q4",
        "seeded",
        _TWIN,
        "generator-ignored",
        _pair(
            _change(
                _PAIRS,
                "ids, types, is_random = [], [], []",
                "ids, types, is_random = [], [], []\nrng = np.random.default_rng(3)",
            )
        ),
    ),
    Mistake(
        "q4",
        "global",
        _SHORT,
        "another-source-of-chance",
        _pair(_change(_PAIRS, "int(rng.integers(2))", "int(np.random.random() < 0.5)")),
    ),
    Mistake(
        "q4",
        "by-index",
        _TRUTH,
        "stopped with",
        _pair(
            _change(
                _PAIRS,
                "for i in range(len(document) - 1):",
                "assert len(document) > 1\n    for i in range(len(document) - 1):",
            )
        ),
    ),
    Mistake(
        "q4",
        "each-token-once",
        _SMALL,
        "",
        _pair(
            _change(
                _PAIRS,
                "list(document[i]), list(document[i + 1])",
                "list(dict.fromkeys(document[i])), list(dict.fromkeys(document[i + 1]))",
            )
        ),
    ),
    # q5
    Mistake("q5", "places", _NAMED, "same-places-blamed", _run(faults="ABCD")),
    Mistake("q5", "best", _NAMED, "best-epoch-blamed", _run(faults="ABE")),
    Mistake("q5", "two", _NAMED, "isn't all", _run(faults="AC")),
    Mistake("q5", "list", _NAMED, "letters", _run(faults=["A", "B", "C"])),
    Mistake("q5", "bits", _FLOOR, "floor-in-bits", _run(floor="math.log2(100)")),
    Mistake("q5", "pieces", _FLOOR, "floor-as-perplexity", _run(floor="100")),
    Mistake("q5", "his-floor", _FLOOR, "averaged-over-all-places", _run(floor="0.15 * math.log(100)")),
    Mistake("q5", "reported", _FLOOR, "`FLOOR`", _run(floor="0.19")),
    Mistake(
        "q5",
        "his",
        _MENDED,
        "trains-on-all",
        _run(
            _change(
                _HONEST,
                "in train:",
                "in [*train, dev, test]:",
                "hidden.sum()",
                "len(labels)",
                "loss(W, *dev)[0]",
                "loss(W, *test)[0]",
                '"dev": value}',
                '"dev": loss(W, *dev)[0], "by": value}',
                'value < best["dev"]',
                'value < best["by"]',
            )
        ),
    ),
    Mistake("q5", "and-dev", _MENDED, "trains-on-all", _run(_change(_HONEST, "in train:", "in [*train, dev]:"))),
    Mistake(
        "q5", "all-places", _MENDED, "averaged-over-all-places", _run(_change(_HONEST, "hidden.sum()", "len(labels)"))
    ),
    Mistake(
        "q5",
        "gradient-not-mended",
        _MENDED,
        "averaged-over-all-places",
        _run(_change(_HONEST, "slopes / m", "slopes / len(labels)")),
    ),
    Mistake(
        "q5",
        "loss-not-mended",
        _MENDED,
        "averaged-over-all-places",
        _run(_change(_HONEST, "losses.sum() / m", "losses.mean()")),
    ),
    Mistake(
        "q5",
        "test-chooses",
        _MENDED,
        "chosen-on-test",
        _run(
            _change(
                _HONEST,
                "loss(W, *dev)[0]",
                "loss(W, *test)[0]",
                '"dev": value}',
                '"dev": loss(W, *dev)[0], "by": value}',
                'value < best["dev"]',
                'value < best["by"]',
            )
        ),
    ),
    Mistake(
        "q5",
        "train-chooses",
        _MENDED,
        "last-epoch",
        _run(
            _change(
                _HONEST,
                "loss(W, *dev)[0]",
                "np.mean([loss(W, *batch)[0] for batch in train])",
                '"dev": value}',
                '"dev": loss(W, *dev)[0], "by": value}',
                'value < best["dev"]',
                'value < best["by"]',
            )
        ),
    ),
    Mistake("q5", "last", _MENDED, "last-epoch", _run(_change(_HONEST, 'best is None or value < best["dev"]', "True"))),
    Mistake("q5", "alias", _MENDED, "last-epoch", _run(_change(_HONEST, '"W": W.copy()', '"W": W'))),
    Mistake(
        "q5", "last-tested", _MENDED, "last-epoch", _run(_change(_HONEST, 'loss(best["W"], *test)', "loss(W, *test)"))
    ),
    Mistake("q5", "sum", _MENDED, "summed-not-averaged", _run(_change(_HONEST, "hidden.sum()", "1"))),
    Mistake("q5", "zero", _MENDED, "epochs-from-zero", _run(_change(_HONEST, "range(1, epochs + 1)", "range(epochs)"))),
    Mistake("q5", "uphill", _MENDED, "`", _run(_change(_HONEST, "W -= rate", "W += rate"))),
    Mistake("q5", "one-less", _MENDED, "", _run(_change(_HONEST, "range(1, epochs + 1)", "range(1, 3)"))),
    Mistake(
        "q5",
        "tuple",
        _MENDED,
        "dictionary with the keys",
        _run(_change(_HONEST, "return best", 'return best["W"], best["epoch"]')),
    ),
    Mistake(
        "q5", "nothing-hidden", _ODD, "empty-batch", _run(_change(_HONEST, "if (batch[1] != SKIP).any():", "if True:"))
    ),
    Mistake(
        "q5", "later-of-equals", _ODD, "`epoch`", _run(_change(_HONEST, 'value < best["dev"]', 'value <= best["dev"]'))
    ),
    Mistake(
        "q5", "in-place", _ODD, "changes-its-inputs", _run(_change(_HONEST, "W, best = W.copy(), None", "best = None"))
    ),
    # q6
    Mistake(
        "q6",
        "total-not-raised",
        _TOKENS,
        "not-normalised",
        _beat("return -np.log((counts[tokens] + a) / counts.sum()).mean()"),
    ),
    Mistake(
        "q6",
        "raised-once",
        _TOKENS,
        "not-normalised",
        _beat("return -np.log((counts[tokens] + a) / (counts.sum() + a)).mean()"),
    ),
    Mistake("q6", "bits", _TOKENS, "bits-for-nats", _beat(_change(_BAR, "np.log", "np.log2"))),
    Mistake(
        "q6",
        "held-out-counts",
        _TOKENS,
        "own-counts",
        _beat("counts = np.bincount(tokens, minlength=len(counts))" + _BAR.rstrip()),
    ),
    Mistake(
        "q6",
        "entropy",
        _TOKENS,
        "entropy-of-training",
        _beat("p = (counts + a) / (counts + a).sum()\nreturn -(p * np.log(p)).sum()"),
    ),
    Mistake("q6", "each-piece-once", _TOKENS, "entropy-of-training", _beat(_change(_BAR, "[tokens]", ""))),
    Mistake("q6", "seen-only", _TOKENS, "unseen-skipped", _beat("tokens = tokens[counts[tokens] > 0]" + _BAR.rstrip())),
    Mistake("q6", "one-always", _TOKENS, "a-ignored", _beat(_change(_BAR, "counts + a", "counts + 1"))),
    Mistake("q6", "no-smoothing", _TOKENS, "loss", _beat("return -np.log(counts / counts.sum())[tokens].mean()")),
    Mistake("q6", "sign", _TOKENS, "`loss`", _beat(_change(_BAR, "-np.log", "np.log"))),
    Mistake("q6", "sum", _TOKENS, "`loss`", _beat(_change(_BAR, ".mean()", ".sum()"))),
    Mistake("q6", "wald", _END, "wald-for-wilson", _beat(lower="p = k / n\nreturn p - z * (p * (1 - p) / n) ** 0.5")),
    Mistake("q6", "upper", _END, "upper-end", _beat(lower=_change(_WILSON, "- z * root", "+ z * root"))),
    Mistake("q6", "z-fixed", _END, "lower end", _beat(lower="z = 1.96" + _WILSON.rstrip())),
    Mistake("q6", "not-divided", _END, "lower end", _beat(lower=_change(_WILSON, " / (1 + z * z / n)", ""))),
    Mistake("q6", "whole-division", _END, "lower end", _beat(lower=_change(_WILSON, "k / n", "k // n"))),
    Mistake("q6", "half", _VERDICT, "one-half-for-chance", _beat(chance="0.5", verdict="above")),
    Mistake("q6", "next-always", _VERDICT, "one-half-for-chance", _beat(chance="0.47", verdict="above")),
    Mistake("q6", "number-in-bits", _VERDICT, "bits-for-nats", _beat(loss="5.444688 / math.log(2)")),
    Mistake("q6", "share-for-low", _VERDICT, "verdict-on-the-share", _beat(low="821 / 1500", verdict="above")),
    Mistake("q6", "on-the-share", _VERDICT, "verdict-on-the-share", _beat(verdict="above")),
    Mistake("q6", "high", _VERDICT, "upper-end", _beat(low="0.572368")),
    Mistake("q6", "no-word", _VERDICT, "`VERDICT`", _beat(verdict="perhaps")),
    Mistake("q6", "down", _VERDICT, "rounded-down", _beat(needed="3185")),
    Mistake("q6", "wald-needed", _VERDICT, "needed-by-wald", _beat(needed="3168")),
    Mistake("q6", "new-only", _VERDICT, "only-the-new-ones", _beat(needed="1686")),
    Mistake("q6", "above-half", _VERDICT, "one-half-for-chance", _beat(needed="429")),
    Mistake("q6", "rounded-share", _VERDICT, "not rounded", _beat(needed="3312")),
    Mistake(
        "q6", "clipped", _EDGES, "lower end", _beat(lower="if k == 0 or k == n:\n    return k / n" + _WILSON.rstrip())
    ),
    Mistake(
        "q6",
        "raised-in-place",
        _EDGES,
        "changes-its-inputs",
        _beat("counts = counts + a\ntokens.sort()\nreturn -np.log(counts / counts.sum())[tokens].mean()"),
    ),
]

UNUSUAL = [
    Unusual(
        "q1",
        "skips",
        _merges(
            "out, skip = [], False\nfor one, two in zip(pieces, [*pieces[1:], None]):\n    if skip:\n        skip = False\n    elif (one, two) == (a, b):\n        out.append(a + b)\n        skip = True\n    else:\n        out.append(one)\nreturn out"
        ),
    ),
    Unusual(
        "q1",
        "arrays-and-lists",
        _merges(
            learn=_change(
                _LEARN,
                "merges.append(best)",
                "merges.append(list(best))",
                "sorted(pairs, key=lambda pair: (-pairs[pair], pair))[0]",
                "min(sorted(pairs), key=lambda pair: -pairs[pair])",
            )
        ),
    ),
    Unusual(
        "q2",
        "recursion",
        _spell(
            'def rest(start):\n    mark = "##" if start else ""\n    for end in range(len(word), start, -1):\n        if mark + word[start:end] in vocabulary:\n            return [mark + word[start:end]] + (rest(end) if end < len(word) else [])\n    return ["[UNK]"]\npieces = rest(0)\nreturn ["[UNK]"] if "[UNK]" in pieces else pieces'
        ),
    ),
    Unusual(
        "q2",
        "arrays",
        _spell(
            measure="times = np.array(list(word_counts.values()), dtype=float)\nspelled = [encode(word, vocabulary) for word in word_counts]\nknown = np.array([pieces[0] != '[UNK]' for pieces in spelled])\nlengths = np.array([len(pieces) for pieces in spelled])\npieces = np.average(lengths[known], weights=times[known]) if known.any() else np.nan\nreturn np.array([pieces, times[~known].sum() / times.sum()])"
        ),
    ),
    Unusual(
        "q3",
        "loop",
        _mask(
            "damaged, labels = ids.copy(), np.full_like(ids, -100)\nwords = sorted(set(range(size)) - set(special))\nfor i, j in np.ndindex(*ids.shape):\n    if ids[i, j] in special or rng.random() >= share:\n        continue\n    labels[i, j] = ids[i, j]\n    u = rng.random()\n    if u < 0.8:\n        damaged[i, j] = mask\n    elif u < 0.9:\n        damaged[i, j] = words[rng.integers(len(words))]\nreturn damaged, labels"
        ),
    ),
    Unusual(
        "q3",
        "one-draw-stretched",
        _mask(
            "words = np.setdiff1d(np.arange(size), special)\nu = rng.random(ids.shape) / share\nchosen = np.isin(ids, words) & (u < 1)\nany_word = rng.choice(words, ids.shape)\ndamaged = np.where(chosen & (u < 0.8), mask, np.where(chosen & (u >= 0.9), any_word, ids))\nreturn damaged.astype(np.int32), np.where(chosen, ids, -100).tolist()"
        ),
    ),
    Unusual(
        "q3",
        "kinds-drawn",
        _mask(
            "words = np.setdiff1d(np.arange(size), special)\ndamaged, labels = ids.copy(), np.full(ids.shape, -100)\nplaces = np.argwhere(~np.isin(ids, special))\nplaces = places[rng.random(len(places)) < share]\nfor (i, j), kind in zip(places, rng.choice(3, len(places), p=[0.8, 0.1, 0.1])):\n    labels[i, j] = ids[i, j]\n    damaged[i, j] = [mask, rng.choice(words) if kind == 1 else 0, ids[i, j]][kind]\nreturn damaged, labels"
        ),
    ),
    Unusual("q4", "again-and-again", _pair(_PAIRS)),
    Unusual(
        "q4",
        "document-first",
        _pair(
            _change(
                _PAIRS,
                "other, b = segments[rng.integers(len(segments))]",
                "other = int(rng.integers(len(documents)))\n                b = documents[other][int(rng.integers(len(documents[other])))]",
            )
        ),
    ),
    Unusual(
        "q4",
        "computed-lengths",
        _pair(
            "rows, kinds, coins = [], [], []\nfor d, document in enumerate(documents):\n    for a, b in zip(document, document[1:]):\n        coin = rng.random() >= 0.5\n        if coin:\n            pool = [s for e, other in enumerate(documents) for s in other if e != d and s != b]\n            b = pool[int(rng.random() * len(pool))]\n        room = length - 3\n        n, m = len(a), len(b)\n        if n + m > room:\n            if min(n, m) <= room // 2:\n                n, m = (n, room - n) if n <= m else (room - m, m)\n            else:\n                n, m = room - room // 2, room // 2\n        row = np.zeros(length, dtype=int)\n        kind = np.zeros(length, dtype=int)\n        row[:n + m + 3] = [CLS, *a[:n], SEP, *b[:m], SEP]\n        kind[n + 2:n + m + 3] = 1\n        rows.append(row)\n        kinds.append(kind)\n        coins.append(coin)\nreturn np.stack(rows), np.stack(kinds), np.array(coins)"
        ),
    ),
    Unusual("q5", "other-letters", _run(faults="c, a, b", floor="-np.log(1 / PIECES)")),
    Unusual(
        "q5",
        "all-epochs-first",
        _run(
            "def find(W, context, labels):\n    keep = np.asarray(labels) != SKIP\n    onehot = np.eye(len(W))[labels[keep]]\n    logp = predict(W, context[keep])\n    rows = np.eye(len(W))[context[keep]]\n    return -(onehot * logp).sum() / keep.sum(), rows.T @ (np.exp(logp) - onehot) / keep.sum()\nstates = []\nfor _ in range(epochs):\n    for context, labels in train:\n        if np.any(labels != SKIP):\n            W = W - rate * find(W, context, labels)[1]\n    states.append(W)\nlosses = [find(W, *dev)[0] for W in states]\ni = int(np.argmin(losses))\nreturn {'W': states[i].tolist(), 'epoch': i + 1, 'dev': losses[i], 'test': find(states[i], *test)[0], 'losses': losses}"
        ),
    ),
    Unusual(
        "q6",
        "loop",
        _beat(
            "total = sum(counts) + a * len(counts)\nreturn sum(-math.log((counts[x] + a) / total) for x in tokens) / len(tokens)",
            "z2 = z * z\nreturn (2 * k + z2 - z * math.sqrt(z2 + 4 * k * (n - k) / n)) / (2 * (n + z2))",
        ),
    ),
    Unusual(
        "q6",
        "as-arrays",
        _beat(
            loss="np.array([5.444688])",
            verdict="Not shown",
            needed="np.ceil(1.96**2 * 0.53 * 0.47 / (821 / 1500 - 0.53) ** 2)",
        ),
    ),
]

EQUIVALENT = [
    Equivalent("q1", "in any order", (
        "for word, pieces in spelled.items(): → for word, pieces in list(spelled.items())[::-1]:",
        "for pair in zip(pieces, pieces[1:]): → for pair in list(zip(pieces, pieces[1:]))[::-1]:",
        "spelled, merges = ({word: list(word) for word in word_counts}, []) → spelled, merges = ({word: list(word) for word in list(word_counts)[::-1]}, [])",
        "spelled = {word: merge_pair(pieces, *merges[-1]) for word, pieces in spelled.items()} → spelled = {word: merge_pair(pieces, *merges[-1]) for word, pieces in list(spelled.items())[::-1]}",
    )),
    Equivalent("q2", "0 or empty at the same time", (
        "return (pieces / words if words else float('nan'), 1 - words / sum(word_counts.values())) → return (pieces / words if known else float('nan'), 1 - words / sum(word_counts.values()))",
        "return (pieces / words if words else float('nan'), 1 - words / sum(word_counts.values())) → return (pieces / words if pieces else float('nan'), 1 - words / sum(word_counts.values()))",
    )),
    Equivalent("q2", "a slice ends with the word", (
        "ends = [end for end in range(start + 1, len(word) + 1) if mark + word[start:end] in vocabulary] → ends = [end for end in range(start + 1, len(word) + 1 + 1) if mark + word[start:end] in vocabulary]",
        "ends = [end for end in range(start + 1, len(word) + 1) if mark + word[start:end] in vocabulary] → ends = [end for end in range(start + 1, len(word) + 2) if mark + word[start:end] in vocabulary]",
    )),
    Equivalent("q2", "an empty piece stands in no vocabulary", (
        "ends = [end for end in range(start + 1, len(word) + 1) if mark + word[start:end] in vocabulary] → ends = [end for end in range(start - 1, len(word) + 1) if mark + word[start:end] in vocabulary]",
        "ends = [end for end in range(start + 1, len(word) + 1) if mark + word[start:end] in vocabulary] → ends = [end for end in range(start, len(word) + 1) if mark + word[start:end] in vocabulary]",
        "ends = [end for end in range(start + 1, len(word) + 1) if mark + word[start:end] in vocabulary] → ends = [end for end in range(1, len(word) + 1) if mark + word[start:end] in vocabulary]",
        "ends = [end for end in range(start + 1, len(word) + 1) if mark + word[start:end] in vocabulary] → ends = [end for end in range(-(start + 1), len(word) + 1) if mark + word[start:end] in vocabulary]",
        "ends = [end for end in range(start + 1, len(word) + 1) if mark + word[start:end] in vocabulary] → ends = [end for end in range(start + 0, len(word) + 1) if mark + word[start:end] in vocabulary]",
        "ends = [end for end in range(start + 1, len(word) + 1) if mark + word[start:end] in vocabulary] → ends = [end for end in range(start + -1, len(word) + 1) if mark + word[start:end] in vocabulary]",
    )),
    Equivalent("q2", "in any order", (
        "spelled = {word: encode(word, vocabulary) for word in word_counts} → spelled = {word: encode(word, vocabulary) for word in list(word_counts)[::-1]}",
        "known = {word: times for word, times in word_counts.items() if spelled[word] != ['[UNK]']} → known = {word: times for word, times in list(word_counts.items())[::-1] if spelled[word] != ['[UNK]']}",
        "pieces = sum((times * len(spelled[word]) for word, times in known.items())) → pieces = sum((times * len(spelled[word]) for word, times in list(known.items())[::-1]))",
    )),
    Equivalent("q2", "two neighbouring lines that do not touch each other", (
        "words = sum(known.values()) / pieces = sum((times * len(spelled[word]) for word, times in known.items())) → pieces = sum((times * len(spelled[word]) for word, times in known.items())) / words = sum(known.values())",
    )),
    Equivalent("q3", "a draw from all real numbers hits no given one", (
        "chosen = np.isin(ids, words) & (rng.random(ids.shape) < share) → chosen = np.isin(ids, words) & (rng.random(ids.shape) <= share)",
        "swapped = chosen & (dice >= 0.9) → swapped = chosen & (dice > 0.9)",
        "damaged[chosen & (dice < 0.8)] = mask → damaged[chosen & (dice <= 0.8)] = mask",
    )),
    Equivalent("q3", "independent draws, in any order", (
        "chosen = np.isin(ids, words) & (rng.random(ids.shape) < share) / dice, damaged = (rng.random(ids.shape), ids.copy()) → dice, damaged = (rng.random(ids.shape), ids.copy()) / chosen = np.isin(ids, words) & (rng.random(ids.shape) < share)",
    )),
    Equivalent("q3", "two neighbouring lines that do not touch each other", (
        "damaged[chosen & (dice < 0.8)] = mask / swapped = chosen & (dice >= 0.9) → swapped = chosen & (dice >= 0.9) / damaged[chosen & (dice < 0.8)] = mask",
    )),
    Equivalent("q3", "whichever stands first", (
        "chosen = np.isin(ids, words) & (rng.random(ids.shape) < share) → chosen = (rng.random(ids.shape) < share) & np.isin(ids, words)",
        "swapped = chosen & (dice >= 0.9) → swapped = (dice >= 0.9) & chosen",
        "damaged[chosen & (dice < 0.8)] = mask → damaged[(dice < 0.8) & chosen] = mask",
    )),
    Equivalent("q4", "a draw from all real numbers hits no given one", (
        "a, b, tossed = (list(first), list(follower), int(rng.random() < 0.5)) → a, b, tossed = (list(first), list(follower), int(rng.random() <= 0.5))",
    )),
    Equivalent("q4", "in any order", (
        "others = [b for other, each in enumerate(documents) if other != number for b in each] → others = [b for other, each in list(enumerate(documents))[::-1] if other != number for b in each]",
        "others = [b for other, each in enumerate(documents) if other != number for b in each] → others = [b for other, each in enumerate(documents) if other != number for b in list(each)[::-1]]",
        "allowed = [segment for segment in others if segment != follower] → allowed = [segment for segment in list(others)[::-1] if segment != follower]",
    )),
    Equivalent("q4", "it is an array of numbers already, or is read as one", (
        "return (np.array(rows), np.array(types), np.array(is_random)) → return (rows, np.array(types), np.array(is_random))",
        "return (np.array(rows), np.array(types), np.array(is_random)) → return (np.array(rows), types, np.array(is_random))",
        "return (np.array(rows), np.array(types), np.array(is_random)) → return (np.array(rows), np.array(types), is_random)",
        "a, b, tossed = (list(first), list(follower), int(rng.random() < 0.5)) → a, b, tossed = (list(first), list(follower), rng.random() < 0.5)",
    )),
    Equivalent("q4", "one half either way", (
        "a, b, tossed = (list(first), list(follower), int(rng.random() < 0.5)) → a, b, tossed = (list(first), list(follower), int(rng.random() >= 0.5))",
    )),
    Equivalent("q4", "two neighbouring lines that do not touch each other", (
        "rows.append([CLS, *a, SEP, *b, SEP] + [PAD] * rest) / types.append([0] * (len(a) + 2) + [1] * (len(b) + 1) + [0] * rest) → types.append([0] * (len(a) + 2) + [1] * (len(b) + 1) + [0] * rest) / rows.append([CLS, *a, SEP, *b, SEP] + [PAD] * rest)",
        "types.append([0] * (len(a) + 2) + [1] * (len(b) + 1) + [0] * rest) / is_random.append(tossed) → is_random.append(tossed) / types.append([0] * (len(a) + 2) + [1] * (len(b) + 1) + [0] * rest)",
    )),
    Equivalent("q4", "whichever stands first", (
        "rows.append([CLS, *a, SEP, *b, SEP] + [PAD] * rest) → rows.append([CLS, *a, SEP, *b, SEP] + rest * [PAD])",
        "types.append([0] * (len(a) + 2) + [1] * (len(b) + 1) + [0] * rest) → types.append([0] * (len(a) + 2) + [1] * (len(b) + 1) + rest * [0])",
        "types.append([0] * (len(a) + 2) + [1] * (len(b) + 1) + [0] * rest) → types.append((len(a) + 2) * [0] + [1] * (len(b) + 1) + [0] * rest)",
        "types.append([0] * (len(a) + 2) + [1] * (len(b) + 1) + [0] * rest) → types.append([0] * (len(a) + 2) + (len(b) + 1) * [1] + [0] * rest)",
    )),
    Equivalent("q5", "the gradient of an empty batch is 0", (
        "if (labels != SKIP).any(): → if True:",
    )),
    Equivalent("q5", "the second of two values", (
        "W = W - rate * find_loss(W, context, labels)[1] → W = W - rate * find_loss(W, context, labels)[-1]",
    )),
    Equivalent("q5", "two neighbouring lines that do not touch each other", (
        "FAULTS = 'ABC' / FLOOR = math.log(PIECES) → FLOOR = math.log(PIECES) / FAULTS = 'ABC'",
    )),
    Equivalent("q6", "the same number for these data", (
        "LOW = lower_end((IS_RANDOM == SAID_RANDOM).sum(), len(IS_RANDOM)) / CHANCE = max(IS_RANDOM.mean(), 1 - IS_RANDOM.mean()) → CHANCE = max(IS_RANDOM.mean(), 1 - IS_RANDOM.mean()) / LOW = lower_end((IS_RANDOM == SAID_RANDOM).sum(), len(IS_RANDOM))",
        "CHANCE = max(IS_RANDOM.mean(), 1 - IS_RANDOM.mean()) → CHANCE = IS_RANDOM.mean()",
        "CHANCE = max(IS_RANDOM.mean(), 1 - IS_RANDOM.mean()) → CHANCE = max(1 - IS_RANDOM.mean(), IS_RANDOM.mean())",
        "CHANCE = max(IS_RANDOM.mean(), 1 - IS_RANDOM.mean()) → CHANCE = max(IS_RANDOM.mean(), IS_RANDOM.mean())",
        "CHANCE = max(IS_RANDOM.mean(), 1 - IS_RANDOM.mean()) → CHANCE = max(IS_RANDOM.mean(), IS_RANDOM.mean() - 1)",
        "CHANCE = max(IS_RANDOM.mean(), 1 - IS_RANDOM.mean()) → CHANCE = max(IS_RANDOM.mean(), -(1 - IS_RANDOM.mean()))",
        "CHANCE = max(IS_RANDOM.mean(), 1 - IS_RANDOM.mean()) → CHANCE = max(IS_RANDOM.mean(), 0 - IS_RANDOM.mean())",
        "CHANCE = max(IS_RANDOM.mean(), 1 - IS_RANDOM.mean()) → CHANCE = max(IS_RANDOM.mean(), -1 - IS_RANDOM.mean())",
        "CHANCE = max(IS_RANDOM.mean(), 1 - IS_RANDOM.mean()) → CHANCE = max(IS_RANDOM.mean(), 0.5 - IS_RANDOM.mean())",
        "CHANCE = max(IS_RANDOM.mean(), 1 - IS_RANDOM.mean()) → CHANCE = max(IS_RANDOM.mean(), 1 - IS_RANDOM.sum())",
        "NEEDED = next((n for n in range(1, 10 ** 5) if lower_end((IS_RANDOM == SAID_RANDOM).mean() * n, n) > CHANCE)) → NEEDED = next((n for n in list(range(1, 10 ** 5))[1:] if lower_end((IS_RANDOM == SAID_RANDOM).mean() * n, n) > CHANCE))",
        "NEEDED = next((n for n in range(1, 10 ** 5) if lower_end((IS_RANDOM == SAID_RANDOM).mean() * n, n) > CHANCE)) → NEEDED = next((n for n in list(range(1, 10 ** 5))[:-1] if lower_end((IS_RANDOM == SAID_RANDOM).mean() * n, n) > CHANCE))",
        "NEEDED = next((n for n in range(1, 10 ** 5) if lower_end((IS_RANDOM == SAID_RANDOM).mean() * n, n) > CHANCE)) → NEEDED = next((n for n in range(1, 10 ** 5 + 1) if lower_end((IS_RANDOM == SAID_RANDOM).mean() * n, n) > CHANCE))",
        "NEEDED = next((n for n in range(1, 10 ** 5) if lower_end((IS_RANDOM == SAID_RANDOM).mean() * n, n) > CHANCE)) → NEEDED = next((n for n in range(1, 10 ** 5 - 1) if lower_end((IS_RANDOM == SAID_RANDOM).mean() * n, n) > CHANCE))",
        "NEEDED = next((n for n in range(1, 10 ** 5) if lower_end((IS_RANDOM == SAID_RANDOM).mean() * n, n) > CHANCE)) → NEEDED = next((n for n in range(1, 10 ** 5) if lower_end((IS_RANDOM == SAID_RANDOM).mean() * n, n) >= CHANCE))",
        "NEEDED = next((n for n in range(1, 10 ** 5) if lower_end((IS_RANDOM == SAID_RANDOM).mean() * n, n) > CHANCE)) → NEEDED = next((n for n in range(2, 10 ** 5) if lower_end((IS_RANDOM == SAID_RANDOM).mean() * n, n) > CHANCE))",
        "NEEDED = next((n for n in range(1, 10 ** 5) if lower_end((IS_RANDOM == SAID_RANDOM).mean() * n, n) > CHANCE)) → NEEDED = next((n for n in range(1, 5 ** 10) if lower_end((IS_RANDOM == SAID_RANDOM).mean() * n, n) > CHANCE))",
        "NEEDED = next((n for n in range(1, 10 ** 5) if lower_end((IS_RANDOM == SAID_RANDOM).mean() * n, n) > CHANCE)) → NEEDED = next((n for n in range(1, 11 ** 5) if lower_end((IS_RANDOM == SAID_RANDOM).mean() * n, n) > CHANCE))",
        "NEEDED = next((n for n in range(1, 10 ** 5) if lower_end((IS_RANDOM == SAID_RANDOM).mean() * n, n) > CHANCE)) → NEEDED = next((n for n in range(1, 9 ** 5) if lower_end((IS_RANDOM == SAID_RANDOM).mean() * n, n) > CHANCE))",
        "NEEDED = next((n for n in range(1, 10 ** 5) if lower_end((IS_RANDOM == SAID_RANDOM).mean() * n, n) > CHANCE)) → NEEDED = next((n for n in range(1, 20 ** 5) if lower_end((IS_RANDOM == SAID_RANDOM).mean() * n, n) > CHANCE))",
        "NEEDED = next((n for n in range(1, 10 ** 5) if lower_end((IS_RANDOM == SAID_RANDOM).mean() * n, n) > CHANCE)) → NEEDED = next((n for n in range(1, 10 ** 6) if lower_end((IS_RANDOM == SAID_RANDOM).mean() * n, n) > CHANCE))",
        "NEEDED = next((n for n in range(1, 10 ** 5) if lower_end((IS_RANDOM == SAID_RANDOM).mean() * n, n) > CHANCE)) → NEEDED = next((n for n in range(1, 10 ** 4) if lower_end((IS_RANDOM == SAID_RANDOM).mean() * n, n) > CHANCE))",
        "NEEDED = next((n for n in range(1, 10 ** 5) if lower_end((IS_RANDOM == SAID_RANDOM).mean() * n, n) > CHANCE)) → NEEDED = next((n for n in range(1, 10 ** 10) if lower_end((IS_RANDOM == SAID_RANDOM).mean() * n, n) > CHANCE))",
    )),
    Equivalent("q6", "the same verdict for these data", (
        "VERDICT = 'above' if LOW > CHANCE else 'not shown' / NEEDED = next((n for n in range(1, 10 ** 5) if lower_end((IS_RANDOM == SAID_RANDOM).mean() * n, n) > CHANCE)) → NEEDED = next((n for n in range(1, 10 ** 5) if lower_end((IS_RANDOM == SAID_RANDOM).mean() * n, n) > CHANCE)) / VERDICT = 'above' if LOW > CHANCE else 'not shown'",
        "VERDICT = 'above' if LOW > CHANCE else 'not shown' → VERDICT = 'above' if False else 'not shown'",
        "VERDICT = 'above' if LOW > CHANCE else 'not shown' → VERDICT = 'above' if LOW >= CHANCE else 'not shown'",
        "VERDICT = 'above' if LOW > CHANCE else 'not shown' → VERDICT = 'above?' if LOW > CHANCE else 'not shown'",
        "VERDICT = 'above' if LOW > CHANCE else 'not shown' → VERDICT = 'above' if LOW > LOW else 'not shown'",
        "VERDICT = 'above' if LOW > CHANCE else 'not shown' → VERDICT = 'above' if LOW > UNIGRAM else 'not shown'",
    )),
    Equivalent("q6", "two neighbouring lines that do not touch each other", (
        "UNIGRAM = unigram_loss(COUNTS, TOKENS) / LOW = lower_end((IS_RANDOM == SAID_RANDOM).sum(), len(IS_RANDOM)) → LOW = lower_end((IS_RANDOM == SAID_RANDOM).sum(), len(IS_RANDOM)) / UNIGRAM = unigram_loss(COUNTS, TOKENS)",
    )),
]  # fmt: skip
