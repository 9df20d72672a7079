"""Exercise 09: wrong answers that its checks must name, and unusual right ones."""

from proofs.claims import Equivalent, Mistake, Unusual, define_function, edit_text, list_mutants, swap_lines


def _merges(one: str = "", learn: str = "", before: str = "") -> str:
    first = define_function("merge_pair(pieces, a, b)", one or _ONE)
    second = define_function("learn_merges(word_counts, n)", learn or _LEARN)
    return f"from collections import Counter\n{before}\n{first}\n\n{second}"


def _spell(lines: str = "", measure: str = "") -> str:
    first = define_function("encode(word, vocabulary)", lines or _LONGEST)
    return f"{first}\n\n" + define_function("measure_vocabulary(word_counts, vocabulary)", measure or _COST)


def _mask(lines: str, before: str = "") -> str:
    return f"{before}\n" + define_function("mask_tokens(ids, special, mask, size, share, rng)", lines)


def _pair(lines: str) -> str:
    return define_function("make_pairs(documents, length, rng)", lines)


def _run(lines: str = "", faults: str = "ABC", floor: str = "math.log(100)") -> str:
    second = define_function("pretrain(W, train, dev, test, rate, epochs)", lines or _HONEST)
    return f"FAULTS = {faults!r}\nFLOOR = {floor}\n\n{second}"


def _beat(
    unigram="", lower="", loss="5.444688", low="0.522054", chance="0.53", verdict="not shown", needed="3186"
) -> str:
    first = define_function("unigram_loss(counts, tokens, a=1.0)", unigram or _BAR)
    second = define_function("lower_end(k, n, z=1.96)", lower or _WILSON)
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
    Mistake("q1", "both", _LEFT, "overlaps-merged-twice", _merges("""
        out = []
        for i, piece in enumerate(pieces):
            if pieces[i:i + 2] == [a, b]:
                out.append(a + b)
            elif i == 0 or pieces[i - 1:i + 1] != [a, b]:
                out.append(piece)
        return out
    """)),
    Mistake("q1", "right", _LEFT, "merged-from-the-right", _merges("""
        out, i = list(pieces), len(pieces) - 2
        while i >= 0:
            if out[i:i + 2] == [a, b]:
                out[i:i + 2] = [a + b]
                i -= 1
            i -= 1
        return out
    """)),
    Mistake("q1", "replace", _LEFT, "pieces-cut-open", _merges(
        "return ' '.join(pieces).replace(f'{a} {b}', a + b).split(' ')",
    )),
    Mistake("q1", "once", _LEFT, "first-place-only", _merges("""
        for i in range(len(pieces) - 1):
            if pieces[i] == a and pieces[i + 1] == b:
                return pieces[:i] + [a + b] + pieces[i + 2:]
        return list(pieces)
    """)),
    Mistake("q1", "again", _LEFT, "merge_pair", _merges("""
        out, i = list(pieces), 0
        while i < len(out) - 1:
            if out[i] == a and out[i + 1] == b:
                out[i:i + 2] = [b + a]
            i += 1
        return out
    """)),
    Mistake("q1", "text", _LEFT, "list of texts", _merges("return ' '.join(pieces)")),
    Mistake("q1", "none", _LEFT, "returns None", _merges(edit_text(_ONE, "return out", ""))),
    Mistake("q1", "last-lost", _LEFT, "merge_pair", _merges(edit_text(
        _ONE, "while i < len(pieces)", "while i < len(pieces) - 1"
    ))),
    Mistake("q1", "types", _MOST, "each-word-once", _merges(learn=edit_text(_LEARN, "+ word_counts[word]", "+ 1"))),
    Mistake("q1", "set", _MOST, "once-a-word", _merges(learn=edit_text(
        _LEARN, "zip(pieces[:-1], pieces[1:])", "set(zip(pieces[:-1], pieces[1:]))"
    ))),
    Mistake("q1", "str-count", _MOST, "overlaps-counted-once", _merges(learn=edit_text(
        _LEARN,
        "pairs[pair] = pairs.get(pair, 0) + word_counts[word]",
        (
            "last = None if pair == last else pair\n"
            "            pairs[pair] = pairs.get(pair, 0) + word_counts[word] * (last is not None)"
        ),
        "for word, pieces in spelled.items():", "for word, pieces in spelled.items():\n        last = None",
    ))),
    Mistake("q1", "one-count", _MOST, "counts-not-renewed", _merges(learn="""
        pairs = Counter()
        for word, times in word_counts.items():
            for pair in zip(word, word[1:]):
                pairs[pair] += times
        return sorted(pairs, key=lambda pair: (-pairs[pair], pair))[:n]
    """)),
    Mistake("q1", "replace-inside", _MOST, "pieces-cut-open", _merges(learn=edit_text(
        _LEARN, "merge_pair(pieces, *best)", "' '.join(pieces).replace(' '.join(best), ''.join(best)).split(' ')"
    ))),
    Mistake("q1", "first-inside", _MOST, "first-place-only", _merges(learn=edit_text(
        _LEARN,
        "merge_pair(pieces, *best)",
        (
            "next((pieces[:i] + [''.join(best)] + pieces[i + 2:] for i in range(len(pieces) - 1) if (pieces[i], "
            "pieces[i + 1]) == best), pieces)"
        ),
    ))),
    Mistake("q1", "rarest", _MOST, "learn_merges", _merges(learn=edit_text(_LEARN, "-pairs[pair]", "pairs[pair]"))),
    Mistake("q1", "joined", _MOST, "list of pairs", _merges(learn=edit_text(
        _LEARN, "return merges", "return [a + b for a, b in merges]"
    ))),
    Mistake("q1", "one-too-many", _MOST, "learn_merges", _merges(learn=edit_text(_LEARN, "range(n)", "range(n + 1)"))),
    Mistake("q1", "across", _MOST, "learn_merges", _merges(learn="""
        text = [letter for word, times in word_counts.items() for letter in list(word) * times]
        merges = []
        for _ in range(n):
            pairs = Counter(zip(text, text[1:]))
            if not pairs:
                break
            merges.append(min(pairs, key=lambda pair: (-pairs[pair], pair)))
            text = merge_pair(text, *merges[-1])
        return merges
    """)),
    Mistake("q1", "max", _TIES, "ties-by-arrival", _merges(learn=edit_text(
        _LEARN, "sorted(pairs, key=lambda pair: (-pairs[pair], pair))[0]", "max(pairs, key=pairs.get)"
    ))),
    Mistake("q1", "largest", _TIES, "ties-to-the-larger", _merges(learn=edit_text(
        _LEARN,
        "sorted(pairs, key=lambda pair: (-pairs[pair], pair))[0]", "max(pairs, key=lambda pair: (pairs[pair], pair))",
    ))),
    Mistake("q1", "joined-tie", _TIES, "learn_merges", _merges(learn=edit_text(
        _LEARN, "(-pairs[pair], pair)", "(-pairs[pair], len(pair[0] + pair[1]), pair)"
    ))),
    Mistake("q1", "endless", _ENDS, "no-end", _merges(learn=edit_text(
        _LEARN,
        "if not pairs:\n        break\n    best = sorted(pairs, key=lambda pair: (-pairs[pair], pair))[0]",
        "best = min(pairs, key=lambda pair: (-pairs[pair], pair))",
    ))),
    Mistake("q1", "twice-at-least", _ENDS, "stops-early", _merges(
        learn=edit_text(_LEARN, "if not pairs:", "if not pairs or max(pairs.values()) < 2:"),
        before="",
    )),
    Mistake("q1", "regex", _ENDS, "stopped with", _merges(
        "return re.sub(rf'(?<!\\S){a} {b}(?!\\S)', a + b, ' '.join(pieces)).split(' ')",
        before="import re",
    )),
    Mistake("q1", "in-place", _ENDS, "changes-its-inputs", _merges("""
        i = 0
        while i < len(pieces) - 1:
            if pieces[i:i + 2] == [a, b]:
                pieces[i:i + 2] = [a + b]
            i += 1
        return pieces
    """)),
    Mistake("q1", "emptied", _ENDS, "changes-its-inputs", _merges(learn=edit_text(
        _LEARN, "return merges", "word_counts.clear()\nreturn merges"
    ))),
    Mistake("q1", "by-the-text", _TIES, "ties-by-the-joined-text", _merges(learn=edit_text(
        _LEARN, "(-pairs[pair], pair)", "(-pairs[pair], ''.join(pair))"
    ))),
    # q2
    Mistake("q2", "the-known", "a_vocabulary_has_two_numbers", "known-for-unknown", _spell(measure=edit_text(
        _COST, "(total - known) / total", "known / total"))),
    Mistake("q2", "by-the-known", "a_vocabulary_has_two_numbers", "divided-by-the-spelled", _spell(measure=edit_text(
        _COST, "(total - known) / total", "(total - known) / known if known else 1.0"
    ))),
    Mistake("q2", "short", _LONG, "shortest-first", _spell(edit_text(
        _LONGEST, "range(len(word), start, -1)", "range(start + 1, len(word) + 1)"
    ))),
    Mistake("q2", "bare", _LONG, "mark-ignored", _spell(edit_text(_LONGEST, '"##" if start > 0 else ""', '""'))),
    Mistake("q2", "bare-lookup", _LONG, "mark-ignored", _spell(edit_text(
        _LONGEST, "if mark + word[start:end] in", "if word[start:end] in"
    ))),
    Mistake("q2", "stripped", _LONG, "mark-dropped", _spell(edit_text(
        _LONGEST, "append(mark + word[start:end])", "append(word[start:end])"
    ))),
    Mistake("q2", "from-the-end", _LONG, "from-the-right", _spell("""
        pieces, end = [], len(word)
        while end > 0:
            for start in range(end):
                piece = ("##" if start else "") + word[start:end]
                if piece in vocabulary:
                    break
            else:
                return ["[UNK]"]
            pieces.insert(0, piece)
            end = start
        return pieces
    """)),
    Mistake("q2", "off-by-one", _LONG, "encode(", _spell(edit_text(
        _LONGEST, "range(len(word), start, -1)", "range(len(word) - 1, start, -1)"
    ))),
    Mistake("q2", "numbers", _LONG, "list of texts", _spell(edit_text(
        _LONGEST, "return pieces", "return [vocabulary[piece] for piece in pieces]"
    ))),
    Mistake("q2", "text", _LONG, "list of texts", _spell(edit_text(
        _LONGEST, "return pieces", "return ' '.join(pieces)"
    ))),
    Mistake("q2", "rest-unknown", _UNKNOWN, "partly-unknown", _spell(edit_text(
        _LONGEST, 'return ["[UNK]"]', 'return pieces + ["[UNK]"]'
    ))),
    Mistake("q2", "letter-unknown", _UNKNOWN, "partly-unknown", _spell(edit_text(
        _LONGEST, 'return ["[UNK]"]', 'pieces.append("[UNK]")\n        end = start + 1'
    ))),
    Mistake("q2", "backtrack", _UNKNOWN, "looks-for-another-way", _spell("""
        def search(start):
            if start == len(word):
                return []
            for end in range(len(word), start, -1):
                piece = ("##" if start else "") + word[start:end]
                rest = search(end) if piece in vocabulary else None
                if rest is not None:
                    return [piece] + rest
            return None
        found = search(0)
        return ["[UNK]"] if found is None else found
    """)),
    Mistake("q2", "any-beginning", _LONG, "begins-with-a-continuation", _spell("""
        pieces, start = [], 0
        while start < len(word):
            for end in range(len(word), start, -1):
                marks = ["##"] if start else ["", "##"]
                found = [m + word[start:end] for m in marks if m + word[start:end] in vocabulary]
                if found:
                    pieces.append(found[0])
                    break
            else:
                return ["[UNK]"]
            start = end
        return pieces
    """)),
    Mistake("q2", "empty", _UNKNOWN, "encode(", _spell(edit_text(_LONGEST, 'return ["[UNK]"]', "return []"))),
    Mistake("q2", "plain-unk", _UNKNOWN, "list of texts", _spell(edit_text(
        _LONGEST, 'return ["[UNK]"]', 'return "[UNK]"'
    ))),
    Mistake("q2", "types", _TWO, "each-word-once", _spell(measure=edit_text(
        _COST, "for word, times in word_counts.items():", "for word, times in dict.fromkeys(word_counts, 1).items():"
    ))),
    Mistake("q2", "unknown-types", _TWO, "each-word-once", _spell(measure=edit_text(
        _COST, "(total - known) / total", "np.mean([encode(word, vocabulary) == ['[UNK]'] for word in word_counts])"
    ))),
    Mistake("q2", "colleague", _TWO, "unknown-counts-as-a-piece", _spell(measure=edit_text(
        _COST, 'return pieces / known if known else float("nan")', "return (pieces + total - known) / total"
    ))),
    Mistake("q2", "all-words", _TWO, "divided-by-all-words", _spell(measure=edit_text(
        _COST, "pieces / known if known", "pieces / total if known"
    ))),
    Mistake("q2", "exchanged", _TWO, "`(pieces, unknown)", _spell(measure="""
        pieces, unknown = 0, 0
        for word, times in word_counts.items():
            spelled = encode(word, vocabulary)
            unknown += times * (spelled == ['[UNK]'])
            pieces += times * len(spelled) * (spelled != ['[UNK]'])
        total = sum(word_counts.values())
        return unknown / total, pieces / (total - unknown)
    """)),
    Mistake("q2", "known-share", _TWO, "known-for-unknown", _spell(measure=edit_text(
        _COST, "(total - known) / total", "known / total"
    ))),
    Mistake("q2", "zero-division", _EXTREME, "nothing-spelled", _spell(measure=edit_text(
        _COST, 'pieces / known if known else float("nan")', "pieces / known"
    ))),
    Mistake("q2", "nothing-is-zero", _EXTREME, "nothing-spelled",
        _spell(measure=edit_text(_COST, 'float("nan")', "0.0"))),
    Mistake("q2", "sixteen-letters", _EXTREME, "encode(", _spell(edit_text(
        _LONGEST, "range(len(word), start, -1)", "range(min(len(word), start + 16), start, -1)"
    ))),
    Mistake("q2", "hundred-letters", _EXTREME, "encode(", _spell(edit_text(
        _LONGEST, "pieces, start = [], 0", 'pieces, start = [], 0\nif len(word) > 100:\n    return ["[UNK]"]'
    ))),
    Mistake("q2", "adds-unk", _EXTREME, "changes-its-inputs", _spell(edit_text(
        _LONGEST, "pieces, start = [], 0", 'pieces, start = [], 0\nvocabulary.setdefault("[UNK]", len(vocabulary))'
    ))),
    # q3
    Mistake("q3", "zeros", _WORDS, "other-filler", _mask(edit_text(
        _RULE, "np.full(ids.shape, -100)", "np.zeros(ids.shape, dtype=int)"
    ))),
    Mistake("q3", "all-labels", _WORDS, "labels-everywhere", _mask(edit_text(
        _RULE, "labels[chosen] = ids[chosen]", "labels = ids.copy()"
    ))),
    Mistake("q3", "word-labels", _WORDS, "labels-everywhere", _mask(edit_text(
        _RULE, "labels[chosen] = ids[chosen]", "labels = np.where(np.isin(ids, words), ids, -100)"
    ))),
    Mistake("q3", "late-labels", _WORDS, "labels-of-the-damaged", _mask(edit_text(
        _RULE, "= ids[chosen]", "= damaged[chosen]"
    ))),
    Mistake("q3", "other-way", _WORDS, "labels-turned", _mask(edit_text(
        _RULE, "labels[chosen] = ids[chosen]", "labels[~chosen] = ids[~chosen]"
    ))),
    Mistake("q3", "padding", _WORDS, "special-chosen", _mask(edit_text(_RULE, "np.isin(ids, words) & ", ""))),
    Mistake("q3", "only-padding-spared", _WORDS, "special-chosen", _mask(edit_text(
        _RULE, "np.isin(ids, words) & ", "(ids != special[0]) & "
    ))),
    Mistake("q3", "first-numbers-special", _WORDS, "special-chosen", _mask(edit_text(
        _RULE, "np.isin(ids, words) & ", "(ids >= len(special)) & "
    ))),
    Mistake("q3", "any-number", _WORDS, "special-as-word", _mask(edit_text(
        _RULE, "words[rng.integers(len(words), size=swapped.sum())]", "rng.integers(size, size=swapped.sum())"
    ))),
    Mistake("q3", "words-at-hand", _CHANCE, "words-of-the-batch", _mask(edit_text(
        _RULE, "words = np", "words = np.setdiff1d(ids, special)\nwords = words if len(words) else np"
    ))),
    Mistake("q3", "one-at-least", _CHANCE, "A draw of its own", _mask(edit_text(
        _RULE,
        "< share)\n",
        "< share)\nif not chosen.any():\n    chosen.flat[:1] = np.isin(ids.flat[:1], words)\n",
    ))),
    Mistake("q3", "nothing", _WORDS, "No place at all", _mask("return ids.copy(), np.full(ids.shape, -100)")),
    Mistake("q3", "one-array", _WORDS, "Return 2 values", _mask(edit_text(
        _RULE, "return damaged, labels", "return damaged"
    ))),
    Mistake("q3", "in-place", _WORDS, "changes-its-inputs", _mask(edit_text(
        _RULE,
        "damaged = np.where(chosen & (dice < 0.8), mask, ids)",
        "original = ids.copy()\nids[chosen & (dice < 0.8)] = mask\ndamaged = ids",
        "= ids[chosen]", "= original[chosen]",
    ))),
    Mistake("q3", "global-chance", _WORDS, "another-source-of-chance", _mask(edit_text(
        _RULE, "dice = rng.random", "dice = np.random.random"
    ))),
    Mistake("q3", "visible-only", _SHARES, "kept-without-label", _mask(edit_text(
        _RULE, "labels[chosen] = ids[chosen]", "labels = np.where(damaged != ids, ids, -100)"
    ))),
    Mistake("q3", "mask-only", _WORDS, "kept-without-label", _mask(edit_text(
        _RULE, "labels[chosen] = ids[chosen]", "labels = np.where(damaged == mask, np.where(chosen, ids, -100), -100)"
    ))),
    Mistake("q3", "all", _SHARES, "all-masked", _mask(edit_text(
        _RULE,
        "chosen & (dice < 0.8)", "chosen",
        "damaged[swapped] = words[rng.integers(len(words), size=swapped.sum())]\n", "",
    ))),
    Mistake("q3", "same-dice", _SHARES, "all-masked", _mask(edit_text(
        _RULE,
        "chosen = np.isin(ids, words) & (rng.random(ids.shape) < share)\ndice = rng.random(ids.shape)",
        "dice = rng.random(ids.shape)\nchosen = np.isin(ids, words) & (dice < share)",
    ))),
    Mistake("q3", "eighty-twenty", _SHARES, "never-kept", _mask(edit_text(
        _RULE, "(dice >= 0.8) & (dice < 0.9)", "(dice >= 0.8)"
    ))),
    Mistake("q3", "of-the-rest", _SHARES, "ten-of-the-rest", _mask(edit_text(
        _RULE, "(dice >= 0.8) & (dice < 0.9)", "(dice >= 0.8) & (rng.random(ids.shape) < 0.1)"
    ))),
    Mistake("q3", "another-word", _SHARES, "old-word-excluded", _mask(edit_text(
        _RULE,
        "damaged[swapped] = words[rng.integers(len(words), size=swapped.sum())]",
        (
            "at = np.searchsorted(words, ids[swapped])\n"
            "damaged[swapped] = words[(at + rng.integers(1, len(words), size=swapped.sum())) % len(words)]"
        ),
    ))),
    Mistake("q3", "above-share", _SHARES, "share-turned", _mask(edit_text(_RULE, "< share", "> share"))),
    Mistake("q3", "fifteen-always", _SHARES, "share-ignored", _mask(edit_text(_RULE, "< share", "< 0.15"))),
    Mistake("q3", "three-quarters", _SHARES, "chosen places", _mask(edit_text(_RULE, "dice < 0.8)", "dice < 0.75)"))),
    Mistake("q3", "last-word-never", _SHARES, "words-not-alike", _mask(edit_text(
        _RULE, "rng.integers(len(words), size", "rng.integers(len(words) - 1, size"
    ))),
    Mistake("q3", "from-the-text", _SHARES, "", _mask(edit_text(
        _RULE,
        "words[rng.integers(len(words), size=swapped.sum())]", "rng.choice(ids[np.isin(ids, words)], swapped.sum())",
    ))),
    Mistake("q3", "one-word", _SHARES, "one-word-for-all", _mask(edit_text(
        _RULE, "words[rng.integers(len(words), size=swapped.sum())]", "words[rng.integers(len(words))]"
    ))),
    Mistake("q3", "row-pattern", _SHARES, "one-pattern-for-all", _mask(edit_text(
        _RULE, "(rng.random(ids.shape) < share)", "(rng.random(ids.shape[1]) < share)"
    ))),
    Mistake("q3", "exact-number", _OWN, "shares-made-exact", _mask(edit_text(
        _RULE,
        "chosen = np.isin(ids, words) & (rng.random(ids.shape) < share)",
        (
            "places = rng.permutation(np.flatnonzero(np.isin(ids, words)))\n"
            "chosen = np.zeros(ids.size, dtype=bool)\n"
            "chosen[places[:round(share * len(places))]] = True\n"
            "chosen = chosen.reshape(ids.shape)"
        ),
    ))),
    Mistake("q3", "exact-kinds", _OWN, "shares-made-exact", _mask(edit_text(
        _RULE,
        "dice = rng.random(ids.shape)",
        "dice = np.ones(ids.shape)\ndice[chosen] = rng.permutation(np.arange(chosen.sum()) + 0.5) / chosen.sum()",
    ))),
    Mistake("q3", "row-dice", _OWN, "share their fate", _mask(edit_text(
        _RULE, "dice = rng.random(ids.shape)", "dice = rng.random((len(ids), 1))"
    ))),
    Mistake("q3", "seeded", _CHANCE, "generator-ignored", _mask(edit_text(
        _RULE, "words = np.array", "rng = np.random.default_rng(0)\nwords = np.array"
    ))),
    Mistake("q3", "always-one", _CHANCE, "`damaged`", _mask(edit_text(
        _RULE, "dice = rng", "if not chosen.any():\n    chosen = np.isin(ids, special)\ndice = rng"
    ))),
    # q4
    Mistake("q4", "flat", _TRUTH, "across-documents", _pair("""
        segments = [b for document in documents for b in document]
        ids, types, is_random = [], [], []
        for a, b in zip(segments, segments[1:]):
            r = int(rng.integers(2))
            b = segments[rng.integers(len(segments))] if r else b
            row = [CLS, *a, SEP, *b, SEP]
            ids.append(row + [0] * (length - len(row)))
            types.append([0] * (len(a) + 2) + [1] * (len(b) + 1) + [0] * (length - len(row)))
            is_random.append(r)
        return np.array(ids), np.array(types), np.array(is_random)
    """)),
    Mistake("q4", "no-cls", _TRUTH, "special-tokens-missing", _pair(edit_text(
        _PAIRS,
        "[CLS] + a", "a",
        "types.append(kind + [0] * (length - len(row)))", "types.append((kind + [0] * length)[:length])",
    ))),
    Mistake("q4", "one-sep", _TRUTH, "special-tokens-missing", _pair(edit_text(
        _PAIRS,
        "+ b + [SEP]", "+ b",
        "types.append(kind + [0] * (length - len(row)))", "types.append((kind + [0] * length)[:length])",
    ))),
    Mistake("q4", "is-next", _TRUTH, "random-labels-turned", _pair(edit_text(
        _PAIRS, "is_random.append(r)", "is_random.append(1 - r)"
    ))),
    Mistake("q4", "anywhere", _TRUTH, "same-document", _pair(edit_text(
        _PAIRS,
        "other != number and ", "",
        "b != document[i + 1]", "b != document[i]",
    ))),
    Mistake("q4", "own-document", _TRUTH, "same-document", _pair(edit_text(
        _PAIRS, "other != number and b != document[i + 1]", "other == number"
    ))),
    Mistake("q4", "sep-to-b", _TRUTH, "types-off-by-one", _pair(edit_text(
        _PAIRS, "[0] * (len(a) + 2) + [1] * (len(b) + 1)", "[0] * (len(a) + 1) + [1] * (len(b) + 2)"
    ))),
    Mistake("q4", "last-sep", _TRUTH, "types-off-by-one", _pair(edit_text(
        _PAIRS, "[1] * (len(b) + 1)", "[1] * len(b) + [0]"
    ))),
    Mistake("q4", "padding", _TRUTH, "padding-typed", _pair(edit_text(
        _PAIRS, "types.append(kind + [0]", "types.append(kind + [1]"
    ))),
    Mistake("q4", "b-first", _TRUTH, "its A is", _pair(edit_text(
        _PAIRS, "[CLS] + a + [SEP] + b", "[CLS] + b + [SEP] + a"
    ))),
    Mistake("q4", "constant-label", _TRUTH, "not the successor", _pair(edit_text(
        _PAIRS, "is_random.append(r)", "is_random.append(0)"
    ))),
    Mistake("q4", "lists", _TRUTH, "Return 3 values", _pair(edit_text(
        _PAIRS, "return np.array(ids), np.array(types), np.array(is_random)", "return np.array(ids), np.array(types)"
    ))),
    Mistake("q4", "every-other", _TRUTH, "has shape", _pair(edit_text(
        _PAIRS, "range(len(document) - 1)", "range(0, len(document) - 1, 2)"
    ))),
    Mistake("q4", "not-padded", _TRUTH, "", _pair(edit_text(_PAIRS, "row + [PAD] * (length - len(row))", "row"))),
    Mistake("q4", "twins", _TWIN, "twin-called-random", _pair(edit_text(_PAIRS, " and b != document[i + 1]", ""))),
    Mistake("q4", "unfair", _TWIN, "no-fair-coin", _pair(edit_text(
        _PAIRS, "int(rng.integers(2))", "int(rng.random() < 0.3)"
    ))),
    Mistake("q4", "one-toss", _TWIN, "one-coin-for-many", _pair(edit_text(
        _PAIRS, "ids, types, is_random = [], [], []", "ids, types, is_random, coin = [], [], [], int(rng.integers(2))",
        "int(rng.integers(2))\n        if", "coin\n        if"))),
    Mistake("q4", "toss-a-document", _TWIN, "one-coin-for-many", _pair(edit_text(
        _PAIRS, "    for i in range", "    coin = int(rng.integers(2))\n    for i in range",
        "int(rng.integers(2))\n        if", "coin\n        if"))),
    Mistake("q4", "in-turn", _TWIN, "no-fair-coin", _pair(edit_text(_PAIRS, "int(rng.integers(2))", "len(ids) % 2"))),
    Mistake("q4", "next-document", _TWIN, "never drawn", _pair(edit_text(
        _PAIRS, "other != number and", "other == (number + 1) % len(documents) and"
    ))),
    Mistake("q4", "first-segments", _TWIN, "never drawn", _pair(edit_text(
        _PAIRS, "other != number and", "other != number and b == documents[other][0] and"
    ))),
    Mistake("q4", "cut", _SHORT, "cut-off-the-end", _pair(edit_text(
        _PAIRS,
        "len(a) + len(b) > length - 3", "False",
        "[PAD] * (length - len(row)))", "[PAD] * (length - len(row)))\n        ids[-1] = ids[-1][:length]",
        "[0] * (length - len(row)))", "[0] * (length - len(row)))\n        types[-1] = types[-1][:length]",
    ))),
    Mistake("q4", "cut-with-sep", _SHORT, "cut-off-the-end", _pair(edit_text(
        _PAIRS,
        "len(a) + len(b) > length - 3", "False",
        "+ b + [SEP]", "+ b + [SEP]\n        row = row[:length - 1] + [SEP] if len(row) > length else row",
        "[1] * (len(b) + 1)", "[1] * (len(row) - len(a) - 2)",
    ))),
    Mistake("q4", "b-gives", _SHORT, "cut-off-the-end", _pair(edit_text(_PAIRS, "if len(a) > len(b):", "if not b:"))),
    Mistake("q4", "from-the-front", _SHORT, "first-tokens-lost", _pair(edit_text(
        _PAIRS, "a.pop()", "a.pop(0)", "b.pop()", "b.pop(0)"))),
    Mistake("q4", "halves", _SHORT, "half-for-each", _pair(edit_text(
        _PAIRS,
        "row = [CLS]", "row = [CLS]",
        "while len(a) + len(b) > length - 3:",
        (
            "half = (length - 3) // 2\n"
            "        if len(a) + len(b) > length - 3:\n"
            "            a, b = a[:half], b[:length - 3 - half]\n"
            "        while False:"
        ),
    ))),
    Mistake("q4", "a-first", _SHORT, "a-loses-of-equals", _pair(edit_text(
        _PAIRS, "if len(a) > len(b):", "if len(a) >= len(b):"
    ))),
    Mistake("q4", "from-the-front", _SHORT, "", _pair(edit_text(_PAIRS, "a.pop()", "a.pop(0)"))),
    Mistake("q4", "one-too-short", _SHORT, "", _pair(edit_text(_PAIRS, "> length - 3", "> length - 4"))),
    Mistake("q4", "in-place", _SHORT, "changes-its-inputs", _pair(edit_text(
        _PAIRS,
        "list(document[i]), list(document[i + 1])", "document[i], document[i + 1]",
        "            b = list(b)\n", "",
    ))),
    Mistake("q4", "seeded", _TWIN, "generator-ignored", _pair(edit_text(
        _PAIRS,
        "ids, types, is_random = [], [], []", "ids, types, is_random = [], [], []\nrng = np.random.default_rng(3)",
    ))),
    Mistake("q4", "global", _SHORT, "another-source-of-chance", _pair(edit_text(
        _PAIRS, "int(rng.integers(2))", "int(np.random.random() < 0.5)"
    ))),
    Mistake("q4", "by-index", _TRUTH, "stopped with", _pair(edit_text(
        _PAIRS,
        "for i in range(len(document) - 1):", "assert len(document) > 1\n    for i in range(len(document) - 1):",
    ))),
    Mistake("q4", "each-token-once", _SMALL, "", _pair(edit_text(
        _PAIRS,
        "list(document[i]), list(document[i + 1])",
        "list(dict.fromkeys(document[i])), list(dict.fromkeys(document[i + 1]))",
    ))),
    # q5
    Mistake("q5", "places", _NAMED, "same-places-blamed", _run(faults="ABCD")),
    Mistake("q5", "best", _NAMED, "best-epoch-blamed", _run(faults="ABE")),
    Mistake("q5", "two", _NAMED, "isn't all", _run(faults="AC")),
    Mistake("q5", "list", _NAMED, "letters out of A to E", _run(faults=[1, 2, 3])),
    Mistake("q5", "tens", _FLOOR, "floor-in-tens", _run(floor="math.log10(100)")),
    Mistake("q5", "bits", _FLOOR, "floor-in-bits", _run(floor="math.log2(100)")),
    Mistake("q5", "pieces", _FLOOR, "floor-as-perplexity", _run(floor="100")),
    Mistake("q5", "his-floor", _FLOOR, "averaged-over-all-places", _run(floor="0.15 * math.log(100)")),
    Mistake("q5", "reported", _FLOOR, "`FLOOR`", _run(floor="0.19")),
    Mistake("q5", "his", _MENDED, "trains-on-all", _run(edit_text(
        _HONEST,
        "in train:", "in [*train, dev, test]:",
        "hidden.sum()", "len(labels)",
        "loss(W, *dev)[0]", "loss(W, *test)[0]",
        '"dev": value}', '"dev": loss(W, *dev)[0], "by": value}',
        'value < best["dev"]', 'value < best["by"]',
    ))),
    Mistake("q5", "and-dev", _MENDED, "trains-on-all", _run(edit_text(_HONEST, "in train:", "in [*train, dev]:"))),
    Mistake("q5", "all-places", _MENDED, "averaged-over-all-places", _run(edit_text(
        _HONEST, "hidden.sum()", "len(labels)"
    ))),
    Mistake("q5", "gradient-not-mended", _MENDED, "averaged-over-all-places", _run(edit_text(
        _HONEST, "slopes / m", "slopes / len(labels)"
    ))),
    Mistake("q5", "loss-not-mended", _MENDED, "averaged-over-all-places", _run(edit_text(
        _HONEST, "losses.sum() / m", "losses.mean()"
    ))),
    Mistake("q5", "test-chooses", _MENDED, "chosen-on-test", _run(edit_text(
        _HONEST,
        "loss(W, *dev)[0]", "loss(W, *test)[0]",
        '"dev": value}', '"dev": loss(W, *dev)[0], "by": value}',
        'value < best["dev"]', 'value < best["by"]',
    ))),
    Mistake("q5", "train-chooses", _MENDED, "last-epoch", _run(edit_text(
        _HONEST,
        "loss(W, *dev)[0]", "np.mean([loss(W, *batch)[0] for batch in train])",
        '"dev": value}', '"dev": loss(W, *dev)[0], "by": value}',
        'value < best["dev"]', 'value < best["by"]',
    ))),
    Mistake("q5", "added-once", _MENDED, "equal-rows-once", _run(edit_text(
        _HONEST, "np.add.at(gradient, context, slopes / m)", "gradient[context] += slopes / m"))),
    Mistake("q5", "last", _MENDED, "last-epoch",
        _run(edit_text(_HONEST, 'best is None or value < best["dev"]', "True"))),
    Mistake("q5", "alias", _MENDED, "last-epoch", _run(edit_text(_HONEST, '"W": W.copy()', '"W": W'))),
    Mistake("q5", "last-tested", _MENDED, "last-epoch", _run(edit_text(
        _HONEST, 'loss(best["W"], *test)', "loss(W, *test)"
    ))),
    Mistake("q5", "sum", _MENDED, "summed-not-averaged", _run(edit_text(_HONEST, "hidden.sum()", "1"))),
    Mistake("q5", "zero", _MENDED, "epochs-from-zero",
        _run(edit_text(_HONEST, "range(1, epochs + 1)", "range(epochs)"))),
    Mistake("q5", "uphill", _MENDED, "uphill", _run(edit_text(_HONEST, "W -= rate", "W += rate"))),
    Mistake("q5", "one-less", _MENDED, "", _run(edit_text(_HONEST, "range(1, epochs + 1)", "range(1, 3)"))),
    Mistake("q5", "tuple", _MENDED, "dictionary with the keys", _run(edit_text(
        _HONEST, "return best", 'return best["W"], best["epoch"]'
    ))),
    Mistake("q5", "nothing-hidden", _ODD, "empty-batch", _run(edit_text(
        _HONEST, "if (batch[1] != SKIP).any():", "if True:"
    ))),
    Mistake("q5", "later-of-equals", _ODD, "last-of-equals", _run(edit_text(
        _HONEST, 'value < best["dev"]', 'value <= best["dev"]'
    ))),
    Mistake("q5", "in-place", _ODD, "changes-its-inputs", _run(edit_text(
        _HONEST, "W, best = W.copy(), None", "best = None"
    ))),
    Mistake("q5", "negative", _FLOOR, "floor-below-zero", _run(floor="-math.log(100)")),
    Mistake("q5", "from-the-first-weights", _ODD, "first-weights-in-the-race", _run(edit_text(
        _HONEST, "W, best = W.copy(), None", 'best = {"W": W, "epoch": 0, "dev": loss(W, *dev)[0]}\nW = W.copy()'
    ))),
    # q6
    Mistake("q6", "zeros-only", _TOKENS, "a-for-zeros-only", _beat(unigram=edit_text(
        _BAR, "counts = counts + a", "counts = np.where(counts > 0, counts, a)"
    ))),
    Mistake("q6", "by-lot", _VERDICT, "mixed-guesser", _beat(chance="0.53 ** 2 + 0.47 ** 2")),
    Mistake("q6", "total-not-raised", _TOKENS, "not-normalised", _beat(
        "return -np.log((counts[tokens] + a) / counts.sum()).mean()",
    )),
    Mistake("q6", "raised-once", _TOKENS, "not-normalised", _beat(
        "return -np.log((counts[tokens] + a) / (counts.sum() + a)).mean()",
    )),
    Mistake("q6", "bits", _TOKENS, "bits-for-nats", _beat(edit_text(_BAR, "np.log", "np.log2"))),
    Mistake("q6", "held-out-counts", _TOKENS, "own-counts", _beat(
        "counts = np.bincount(tokens, minlength=len(counts))" + _BAR.rstrip(),
    )),
    Mistake("q6", "entropy", _TOKENS, "entropy-of-training", _beat("""
        p = (counts + a) / (counts + a).sum()
        return -(p * np.log(p)).sum()
    """)),
    Mistake("q6", "each-piece-once", _TOKENS, "entropy-of-training", _beat(edit_text(_BAR, "[tokens]", ""))),
    Mistake("q6", "seen-only", _TOKENS, "unseen-skipped", _beat("tokens = tokens[counts[tokens] > 0]" + _BAR.rstrip())),
    Mistake("q6", "one-always", _TOKENS, "a-ignored", _beat(edit_text(_BAR, "counts + a", "counts + 1"))),
    Mistake("q6", "no-smoothing", _TOKENS, "loss", _beat("return -np.log(counts / counts.sum())[tokens].mean()")),
    Mistake("q6", "sign", _TOKENS, "`loss`", _beat(edit_text(_BAR, "-np.log", "np.log"))),
    Mistake("q6", "sum", _TOKENS, "`loss`", _beat(edit_text(_BAR, ".mean()", ".sum()"))),
    Mistake("q6", "wald", _END, "wald-for-wilson", _beat(lower="p = k / n\nreturn p - z * (p * (1 - p) / n) ** 0.5")),
    Mistake("q6", "n-not-squared", _END, "formula-miscopied", _beat(lower=edit_text(_WILSON, "4 * n * n", "4 * n"))),
    Mistake("q6", "whole-z-square", _END, "formula-miscopied", _beat(lower=edit_text(_WILSON, "(2 * n)", "n"))),
    Mistake("q6", "upper", _END, "upper-end", _beat(lower=edit_text(_WILSON, "- z * root", "+ z * root"))),
    Mistake("q6", "z-fixed", _END, "z-ignored", _beat(lower="z = 1.96" + _WILSON.rstrip())),
    Mistake("q6", "not-divided", _END, "not-divided", _beat(lower=edit_text(_WILSON, " / (1 + z * z / n)", ""))),
    Mistake("q6", "whole-division", _END, "lower end", _beat(lower=edit_text(_WILSON, "k / n", "k // n"))),
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
    Mistake("q6", "clipped", _EDGES, "lower end", _beat(
        lower="if k == 0 or k == n:\n    return k / n" + _WILSON.rstrip(),
    )),
    Mistake("q6", "raised-in-place", _EDGES, "changes-its-inputs", _beat("""
        counts = counts + a
        tokens.sort()
        return -np.log(counts / counts.sum())[tokens].mean()
    """)),
]  # fmt: skip

UNUSUAL = [
    Unusual("q1", "skips", _merges("""
        out, skip = [], False
        for one, two in zip(pieces, [*pieces[1:], None]):
            if skip:
                skip = False
            elif (one, two) == (a, b):
                out.append(a + b)
                skip = True
            else:
                out.append(one)
        return out
    """)),
    Unusual("q1", "arrays-and-lists", _merges(learn=edit_text(
        _LEARN,
        "merges.append(best)", "merges.append(list(best))",
        "sorted(pairs, key=lambda pair: (-pairs[pair], pair))[0]", "min(sorted(pairs), key=lambda pair: -pairs[pair])",
    ))),
    Unusual("q2", "recursion", _spell("""
        def rest(start):
            mark = "##" if start else ""
            for end in range(len(word), start, -1):
                if mark + word[start:end] in vocabulary:
                    return [mark + word[start:end]] + (rest(end) if end < len(word) else [])
            return ["[UNK]"]
        pieces = rest(0)
        return ["[UNK]"] if "[UNK]" in pieces else pieces
    """)),
    Unusual("q2", "arrays", _spell(measure="""
        times = np.array(list(word_counts.values()), dtype=float)
        spelled = [encode(word, vocabulary) for word in word_counts]
        known = np.array([pieces[0] != '[UNK]' for pieces in spelled])
        lengths = np.array([len(pieces) for pieces in spelled])
        pieces = np.average(lengths[known], weights=times[known]) if known.any() else np.nan
        return np.array([pieces, times[~known].sum() / times.sum()])
    """)),
    Unusual("q3", "loop", _mask("""
        damaged, labels = ids.copy(), np.full_like(ids, -100)
        words = sorted(set(range(size)) - set(special))
        for i, j in np.ndindex(*ids.shape):
            if ids[i, j] in special or rng.random() >= share:
                continue
            labels[i, j] = ids[i, j]
            u = rng.random()
            if u < 0.8:
                damaged[i, j] = mask
            elif u < 0.9:
                damaged[i, j] = words[rng.integers(len(words))]
        return damaged, labels
    """)),
    Unusual("q3", "one-draw-stretched", _mask("""
        words = np.setdiff1d(np.arange(size), special)
        u = rng.random(ids.shape) / share
        chosen = np.isin(ids, words) & (u < 1)
        any_word = rng.choice(words, ids.shape)
        damaged = np.where(chosen & (u < 0.8), mask, np.where(chosen & (u >= 0.9), any_word, ids))
        return damaged.astype(np.int32), np.where(chosen, ids, -100).tolist()
    """)),
    Unusual("q3", "kinds-drawn", _mask("""
        words = np.setdiff1d(np.arange(size), special)
        damaged, labels = ids.copy(), np.full(ids.shape, -100)
        places = np.argwhere(~np.isin(ids, special))
        places = places[rng.random(len(places)) < share]
        for (i, j), kind in zip(places, rng.choice(3, len(places), p=[0.8, 0.1, 0.1])):
            labels[i, j] = ids[i, j]
            damaged[i, j] = [mask, rng.choice(words) if kind == 1 else 0, ids[i, j]][kind]
        return damaged, labels
    """)),
    Unusual("q4", "again-and-again", _pair(_PAIRS)),
    Unusual("q4", "document-first", _pair(edit_text(
        _PAIRS,
        "other, b = segments[rng.integers(len(segments))]",
        (
            "other = int(rng.integers(len(documents)))\n"
            "                b = documents[other][int(rng.integers(len(documents[other])))]"
        ),
    ))),
    Unusual("q4", "computed-lengths", _pair("""
        rows, kinds, coins = [], [], []
        for d, document in enumerate(documents):
            for a, b in zip(document, document[1:]):
                coin = rng.random() >= 0.5
                if coin:
                    pool = [s for e, other in enumerate(documents) for s in other if e != d and s != b]
                    b = pool[int(rng.random() * len(pool))]
                room = length - 3
                n, m = len(a), len(b)
                if n + m > room:
                    if min(n, m) <= room // 2:
                        n, m = (n, room - n) if n <= m else (room - m, m)
                    else:
                        n, m = room - room // 2, room // 2
                row = np.zeros(length, dtype=int)
                kind = np.zeros(length, dtype=int)
                row[:n + m + 3] = [CLS, *a[:n], SEP, *b[:m], SEP]
                kind[n + 2:n + m + 3] = 1
                rows.append(row)
                kinds.append(kind)
                coins.append(coin)
        return np.stack(rows), np.stack(kinds), np.array(coins)
    """)),
    Unusual("q5", "letters-in-a-list", _run(faults=["a", "b", "c"])),
    Unusual("q5", "other-letters", _run(faults="c, a, b", floor="-np.log(1 / PIECES)")),
    Unusual("q5", "all-epochs-first", _run("""
        def find(W, context, labels):
            keep = np.asarray(labels) != SKIP
            onehot = np.eye(len(W))[labels[keep]]
            logp = predict(W, context[keep])
            rows = np.eye(len(W))[context[keep]]
            return -(onehot * logp).sum() / keep.sum(), rows.T @ (np.exp(logp) - onehot) / keep.sum()
        states = []
        for _ in range(epochs):
            for context, labels in train:
                if np.any(labels != SKIP):
                    W = W - rate * find(W, context, labels)[1]
            states.append(W)
        losses = [find(W, *dev)[0] for W in states]
        i = int(np.argmin(losses))
        right = {'W': states[i].tolist(), 'epoch': i + 1, 'dev': losses[i], 'test': find(states[i], *test)[0]}
        return {**right, 'losses': losses}
    """)),
    Unusual("q6", "loop", _beat(
        """
            total = sum(counts) + a * len(counts)
            return sum(-math.log((counts[x] + a) / total) for x in tokens) / len(tokens)
        """,
        "z2 = z * z\nreturn (2 * k + z2 - z * math.sqrt(z2 + 4 * k * (n - k) / n)) / (2 * (n + z2))",
    )),
    Unusual("q6", "as-arrays", _beat(
        loss="np.array([5.444688])",
        verdict="Not shown",
        needed="np.ceil(1.96**2 * 0.53 * 0.47 / (821 / 1500 - 0.53) ** 2)",
    )),
]  # fmt: skip

EQUIVALENT = [
    Equivalent("q1", "in any order", (
        *list_mutants("for word, pieces in spelled.items():", "spelled.items() → list(spelled.items())[::-1]"),
        *list_mutants(
            "for pair in zip(pieces, pieces[1:]):",
            "zip(pieces, pieces[1:]) → list(zip(pieces, pieces[1:]))[::-1]",
        ),
        *list_mutants(
            "spelled, merges = ({word: list(word) for word in word_counts}, [])",
            "word_counts → list(word_counts)[::-1]",
        ),
        *list_mutants(
            "spelled = {word: merge_pair(pieces, *merges[-1]) for word, pieces in spelled.items()}",
            "spelled.items() → list(spelled.items())[::-1]",
        ),
    )),
    Equivalent("q2", "0 or empty at the same time", (
        *list_mutants(
            "return (pieces / words if words else float('nan'), 1 - words / sum(word_counts.values()))",
            "if words else → if known else",
            "if words else → if pieces else",
        ),
    )),
    Equivalent("q2", "a slice ends with the word", (
        *list_mutants(
            "ends = [end for end in range(start + 1, len(word) + 1) if mark + word[start:end] in vocabulary]",
            (
                "(start + 1, len(word) + 1) if mark + word[start:end] in → (start + 1, len(word) + 1 + 1) if mark + "
                "word[start:end] in"
            ),
            (
                "(start + 1, len(word) + 1) if mark + word[start:end] in → (start + 1, len(word) + 2) if mark + "
                "word[start:end] in"
            ),
        ),
    )),
    Equivalent("q2", "an empty piece stands in no vocabulary", (
        *list_mutants(
            "ends = [end for end in range(start + 1, len(word) + 1) if mark + word[start:end] in vocabulary]",
            "start + 1 → start - 1",
            "start + 1, → start,",
            "start + 1 → 1",
            "start + 1 → -(start + 1)",
            "1, → 0,",
            "+ 1, → + -1,",
        ),
    )),
    Equivalent("q2", "in any order", (
        *list_mutants(
            "spelled = {word: encode(word, vocabulary) for word in word_counts}",
            "word_counts → list(word_counts)[::-1]",
        ),
        *list_mutants(
            "known = {word: times for word, times in word_counts.items() if spelled[word] != ['[UNK]']}",
            "word_counts.items() → list(word_counts.items())[::-1]",
        ),
        *list_mutants(
            "pieces = sum((times * len(spelled[word]) for word, times in known.items()))",
            "known.items() → list(known.items())[::-1]",
        ),
    )),
    Equivalent("q2", "two neighbouring lines that do not touch each other", (
        *swap_lines(
            "words = sum(known.values())",
            "pieces = sum((times * len(spelled[word]) for word, times in known.items()))",
        ),
    )),
    Equivalent("q3", "a draw from all real numbers hits no given one", (
        *list_mutants("chosen = np.isin(ids, words) & (rng.random(ids.shape) < share)", "< share → <= share"),
        *list_mutants("swapped = chosen & (dice >= 0.9)", ">= 0 → > 0"),
        *list_mutants("damaged[chosen & (dice < 0.8)] = mask", "< 0 → <= 0"),
    )),
    Equivalent("q3", "independent draws, in any order", (
        *swap_lines(
            "chosen = np.isin(ids, words) & (rng.random(ids.shape) < share)",
            "dice, damaged = (rng.random(ids.shape), ids.copy())",
        ),
    )),
    Equivalent("q3", "two neighbouring lines that do not touch each other", (
        *swap_lines("damaged[chosen & (dice < 0.8)] = mask", "swapped = chosen & (dice >= 0.9)"),
    )),
    Equivalent("q3", "whichever stands first", (
        *list_mutants(
            "chosen = np.isin(ids, words) & (rng.random(ids.shape) < share)",
            (
                "np.isin(ids, words) & (rng.random(ids.shape) < share) → (rng.random(ids.shape) < share) & "
                "np.isin(ids, words)"
            ),
        ),
        *list_mutants("swapped = chosen & (dice >= 0.9)", "chosen & (dice >= 0.9) → (dice >= 0.9) & chosen"),
        *list_mutants("damaged[chosen & (dice < 0.8)] = mask", "chosen & (dice < 0.8) → (dice < 0.8) & chosen"),
    )),
    Equivalent("q4", "a draw from all real numbers hits no given one", (
        *list_mutants("a, b, tossed = (list(first), list(follower), int(rng.random() < 0.5))", "< 0 → <= 0"),
    )),
    Equivalent("q4", "in any order", (
        *list_mutants(
            "others = [b for other, each in enumerate(documents) if other != number for b in each]",
            "enumerate(documents) → list(enumerate(documents))[::-1]",
            (
                "[b for other, each in enumerate(documents) if other != number for b in each] → [b for other, each in "
                "enumerate(documents) if other != number for b in list(each)[::-1]]"
            ),
        ),
        *list_mutants("allowed = [segment for segment in others if segment != follower]",
            "others → list(others)[::-1]"),
    )),
    Equivalent("q4", "it is an array of numbers already, or is read as one", (
        *list_mutants(
            "return (np.array(rows), np.array(types), np.array(is_random))",
            "np.array(rows) → rows",
            "np.array(types) → types",
            "np.array(is_random) → is_random",
        ),
        *list_mutants(
            "a, b, tossed = (list(first), list(follower), int(rng.random() < 0.5))",
            "int(rng.random() < 0.5) → rng.random() < 0.5",
        ),
    )),
    Equivalent("q4", "one half either way", (
        *list_mutants("a, b, tossed = (list(first), list(follower), int(rng.random() < 0.5))", "() < 0. → () >= 0."),
    )),
    Equivalent("q4", "two neighbouring lines that do not touch each other", (
        *swap_lines(
            "rows.append([CLS, *a, SEP, *b, SEP] + [PAD] * rest)",
            "types.append([0] * (len(a) + 2) + [1] * (len(b) + 1) + [0] * rest)",
        ),
        *swap_lines("types.append([0] * (len(a) + 2) + [1] * (len(b) + 1) + [0] * rest)", "is_random.append(tossed)"),
    )),
    Equivalent("q4", "whichever stands first", (
        *list_mutants("rows.append([CLS, *a, SEP, *b, SEP] + [PAD] * rest)", "[PAD] * rest → rest * [PAD]"),
        *list_mutants(
            "types.append([0] * (len(a) + 2) + [1] * (len(b) + 1) + [0] * rest)",
            "[0] * rest → rest * [0]",
            "[0] * (len(a) + 2) → (len(a) + 2) * [0]",
            "[1] * (len(b) + 1) → (len(b) + 1) * [1]",
        ),
    )),
    Equivalent("q5", "only letters are read", (
        *list_mutants("FAULTS = 'ABC'", "ABC' → ABC?'"),
    )),
    Equivalent("q5", "the gradient of an empty batch is 0", (
        *list_mutants("if (labels != SKIP).any():", "(labels != SKIP).any() → True"),
    )),
    Equivalent("q5", "the second of two values", (
        *list_mutants("W = W - rate * find_loss(W, context, labels)[1]", "[1] → [-1]"),
    )),
    Equivalent("q5", "two neighbouring lines that do not touch each other", (
        *swap_lines("FAULTS = 'ABC'", "FLOOR = math.log(PIECES)"),
    )),
    Equivalent("q6", "the same number for these data", (
        *swap_lines(
            "LOW = lower_end((IS_RANDOM == SAID_RANDOM).sum(), len(IS_RANDOM))",
            "CHANCE = max(IS_RANDOM.mean(), 1 - IS_RANDOM.mean())",
        ),
        *list_mutants(
            "CHANCE = max(IS_RANDOM.mean(), 1 - IS_RANDOM.mean())",
            "max(IS_RANDOM.mean(), 1 - IS_RANDOM.mean()) → IS_RANDOM.mean()",
            "IS_RANDOM.mean(), 1 - → 1 - IS_RANDOM.mean(),",
            "1 - IS_RANDOM → IS_RANDOM",
            "1 - IS_RANDOM.mean() → IS_RANDOM.mean() - 1",
            "1 - IS_RANDOM.mean() → -(1 - IS_RANDOM.mean())",
            ", 1 - → , 0 -",
            ", 1 - → , -1 -",
            ", 1 - → , 0.5 -",
            "(IS_RANDOM.mean(), 1 - IS_RANDOM.mean()) → (IS_RANDOM.mean(), 1 - IS_RANDOM.sum())",
        ),
        *list_mutants(
            (
                "NEEDED = next((n for n in range(1, 10 ** 5) if lower_end((IS_RANDOM == SAID_RANDOM).mean() * n, n) > "
                "CHANCE))"
            ),
            "range(1, 10 ** 5) → list(range(1, 10 ** 5))[1:]",
            "range(1, 10 ** 5) → list(range(1, 10 ** 5))[:-1]",
            "10 ** 5) if lower_end( → 10 ** 5 + 1) if lower_end(",
            "10 ** 5) if lower_end( → 10 ** 5 - 1) if lower_end(",
            "> CHANCE → >= CHANCE",
            "1, → 2,",
            "10 ** 5 → 5 ** 10",
            "10 → 11",
            "10 → 9",
            "10 → 20",
            "10 ** 5) if lower_end( → 10 ** 6) if lower_end(",
            "10 ** 5) if lower_end( → 10 ** 4) if lower_end(",
            "10 ** 5) if lower_end( → 10 ** 10) if lower_end(",
        ),
    )),
    Equivalent("q6", "the same verdict for these data", (
        *swap_lines(
            "VERDICT = 'above' if LOW > CHANCE else 'not shown'",
            (
                "NEEDED = next((n for n in range(1, 10 ** 5) if lower_end((IS_RANDOM == SAID_RANDOM).mean() * n, n) > "
                "CHANCE))"
            ),
        ),
        *list_mutants(
            "VERDICT = 'above' if LOW > CHANCE else 'not shown'",
            "LOW > CHANCE → False",
            "> CHANCE → >= CHANCE",
            "above' → above?'",
            "CHANCE → LOW",
            "CHANCE → UNIGRAM",
        ),
    )),
    Equivalent("q6", "two neighbouring lines that do not touch each other", (
        *swap_lines(
            "UNIGRAM = unigram_loss(COUNTS, TOKENS)",
            "LOW = lower_end((IS_RANDOM == SAID_RANDOM).sum(), len(IS_RANDOM))",
        ),
    )),
]  # fmt: skip
