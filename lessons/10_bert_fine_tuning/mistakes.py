"""Exercise 10: wrong answers that its checks must name, and unusual right ones."""

from proofs.claims import (
    Equivalent,
    Mistake,
    Unusual,
    define_function,
    edit_text,
    list_changes,
    list_mutants,
    swap_lines,
)


def _collate(lines: str) -> str:
    return define_function("collate(items, pad, longest)", lines)


def _means(average: str = "", report: str = "") -> str:
    first = define_function("average_tokens(h, mask)", average or _AVERAGE)
    return f"{first}\n\n" + define_function("evaluate(batches)", report or _REPORT)


def _steps(rate: str = "", clip: str = "") -> str:
    first = define_function("find_rate(t, S, u, peak)", rate or _RATE)
    return f"{first}\n\n" + define_function("clip(gradients, c)", clip or _CLIP)


def _rest(lines: str = "", needed: str = "ABCDE") -> str:
    rest = define_function("rest_of_epoch(n, batch_size, seed, epoch, done)", lines or _TAIL)
    return f"{rest}\n\nNEEDED = {needed!r}\n"


def _epoch(lines: str) -> str:
    return define_function("train_epoch(W, b, batches, rate)", lines)


def _room(lines: str = "", fit_all="21", fit_last="89", choice="last", count: str = "") -> str:
    first = define_function("find_moves(before, after)", lines or _MOVES)
    second = define_function("count_customers(moves)", count or _FIT)
    return f"{first}\n\n{second}\n\nFIT_ALL = {fit_all}\nFIT_LAST = {fit_last}\nCHOICE = {choice!r}\n"


_FILL = """
rows = [list(ids) if len(ids) <= longest else list(ids[:longest - 1]) + [ids[-1]] for ids, _ in items]
T = max(len(ids) for ids in rows)
table = np.array([ids + [pad] * (T - len(ids)) for ids in rows])
mask = np.array([[1] * len(ids) + [0] * (T - len(ids)) for ids in rows])
return {"input_ids": table, "attention_mask": mask, "labels": np.array([y for _, y in items])}
"""
_AVERAGE = """
m = mask[..., None]
return (h * m).sum(axis=1) / m.sum(axis=1)
"""
_REPORT = """
total, hits, n = 0.0, 0, 0
for z, y in batches:
    z = z - z.max(axis=1, keepdims=True)
    total += (np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]).sum()
    hits += (z.argmax(axis=1) == y).sum()
    n += len(y)
return total / n, hits / n
"""
_RATE = """
if t < u:
    return peak * t / u
return peak * (S - t) / (S - u)
"""
_CLIP = """
length = np.sqrt(sum((np.asarray(g) ** 2).sum() for g in gradients))
factor = c / length if length > c else 1.0
return [factor * np.asarray(g) for g in gradients], length
"""
_TAIL = """
order = np.random.default_rng([seed, epoch]).permutation(n)
return [order[k:k + batch_size] for k in range(0, n, batch_size)][done:]
"""
_LOOP = """
total, hits, n = 0.0, 0, 0
for h, mask, y in batches:
    x = (h * mask[..., None]).sum(axis=1) / mask.sum(axis=1)[:, None]
    z = x @ W.T + b
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    total += -np.log(p[np.arange(len(y)), y]).sum()
    hits += (z.argmax(axis=1) == y).sum()
    n += len(y)
    g = (p - np.eye(len(b))[y]) / len(y)
    W = W - rate * g.T @ x
    b = b - rate * g.sum(axis=0)
return W, b, total / n, hits / n
"""
_MOVES = """
above, below = {}, {}
for name in before:
    part, old, new = name.split(".")[0], np.asarray(before[name]), np.asarray(after[name])
    above[part] = above.get(part, 0) + ((new - old) ** 2).sum()
    below[part] = below.get(part, 0) + (old ** 2).sum()
return {part: (above[part] / below[part]) ** 0.5 for part in above}
"""
_FIT = """
moved = {name.split(".")[0] for name in moves if moves[name] > 0}
each = HEAD + sum(SIZES[name] for name in SIZES if name.split(".")[0] in moved)
return (MEMORY // 4 - sum(SIZES.values())) // each
"""
_ROWS, _MASK, _LAST = "rows_are_padded_on_the_right", "the_mask_marks_tokens", "long_reviews_keep_their_end"
_ONCE, _LARGE, _STEP, _TRUE = (
    "each_review_counts_once",
    "large_logits_are_no_trouble",
    "each_batch_makes_its_own_step",
    "the_report_is_true",
)
_LINE, _WHOLE, _SHORT = "the_rate_rises_and_falls", "the_whole_gradient_is_shortened", "a_short_gradient_stays"
_EACH, _REST, _APART, _LETTERS = (
    "an_epoch_reads_each_row_once",
    "the_rest_is_the_tail",
    "orders_differ",
    "the_letters_are_all",
)
_PARTS, _COUNT = "parts_are_measured", "customers_are_counted"
_STAY = "what_was_handed_in_stays"

MISTAKES = [
    # q1
    Mistake("q1", "to-the-limit", _ROWS, "padded-to-the-limit", _collate(edit_text(
        _FILL, "T = max(len(ids) for ids in rows)", "T = longest"
    ))),
    Mistake("q1", "first-row-decides", _ROWS, "inhomogeneous shape", _collate(edit_text(
        _FILL, "T = max(len(ids) for ids in rows)", "T = len(rows[0])"
    ))),
    Mistake("q1", "width-before", _LAST, "width-before-the-cut", _collate(edit_text(
        _FILL, "for ids in rows)", "for ids, _ in items)"
    ))),
    Mistake("q1", "mask-by-number", _MASK, "mask-from-the-number", _collate(edit_text(
        _FILL, "[[1] * len(ids) + [0] * (T - len(ids)) for ids in rows]", "(table != pad).astype(int)"
    ))),
    Mistake("q1", "mask-of-ones", _ROWS, "should be 0", _collate(edit_text(_FILL, "[0] * (T", "[1] * (T"))),
    Mistake("q1", "mask-turned", _ROWS, "mask-upside-down", _collate(edit_text(
        _FILL, "[1] * len(ids) + [0]", "[0] * len(ids) + [1]"
    ))),
    Mistake("q1", "left", _ROWS, "padded-on-the-left", _collate(edit_text(
        _FILL, "ids + [pad] * (T - len(ids))", "[pad] * (T - len(ids)) + ids"
    ))),
    Mistake("q1", "end-lost", _LAST, "end-cut-off", _collate(edit_text(
        _FILL, "list(ids[:longest - 1]) + [ids[-1]]", "list(ids[:longest])"
    ))),
    Mistake("q1", "beginning-lost", _LAST, "beginning-cut-off", _collate(edit_text(
        _FILL, "list(ids[:longest - 1]) + [ids[-1]]", "list(ids[-longest:])"
    ))),
    Mistake("q1", "never-cut", _LAST, "not-cut", _collate(edit_text(
        _FILL, " if len(ids) <= longest else list(ids[:longest - 1]) + [ids[-1]]", ""
    ))),
    Mistake("q1", "zeros", _ROWS, "zero-for-pad", _collate(edit_text(_FILL, "[pad] * (T", "[0] * (T"))),
    Mistake("q1", "short-numbers", "one_review_and_equal_lengths", "input_ids", _collate(edit_text(
        _FILL, "for ids in rows])\nmask", "for ids in rows]).astype(np.uint16)\nmask"
    ))),
    Mistake("q1", "sorted-by-length", _ROWS, "rows-in-another-order", _collate(
        "items = sorted(items, key=lambda item: len(item[0]))" + _FILL,
    )),
    Mistake("q1", "labels-lost", _ROWS, "labels", _collate(edit_text(
        _FILL, "np.array([y for _, y in items])", "np.ones(len(items))"
    ))),
    Mistake("q1", "ragged", _ROWS, "one table", _collate("""
        rows = [ids for ids, _ in items]
        return {'input_ids': rows, 'attention_mask': rows, 'labels': np.array([y for _, y in items])}
    """)),
    Mistake("q1", "a-tuple", _ROWS, "dictionary", _collate(_FILL.replace(
        'return {"input_ids": table, "attention_mask": mask, "labels": np.array([y for _, y in items])}',
        "return table, mask",
    ))),
    Mistake("q1", "no-return", _ROWS, "return", _collate(edit_text(_FILL, "return {", "result = {"))),
    Mistake("q1", "fills-the-callers-lists", "one_review_and_equal_lengths", "changes-its-inputs", _collate("""
        lengths = [min(len(ids), longest) for ids, _ in items]
        T = max(lengths)
        for ids, _ in items:
            ids[min(len(ids), longest) - 1:] = ids[-1:]
            ids += [pad] * (T - len(ids))
        mask = (np.arange(T) < np.array(lengths)[:, None]).astype(int)
        table, labels = (np.array(part) for part in zip(*items))
        return {"input_ids": table, "attention_mask": mask, "labels": labels}
    """)),
    Mistake("q1", "one-too-few", _LAST, "cut-to-another-length", _collate(edit_text(
        _FILL, "ids[:longest - 1]", "ids[:longest - 2]"
    ))),
    Mistake("q1", "berts-own-end", _LAST, "another-end", _collate(edit_text(_FILL, "[ids[-1]]", "[102]"))),
    # q2
    Mistake("q2", "whole", "padding_does_not_count", "whole-numbers-only", _means(edit_text(_AVERAGE, "/ m", "// m"))),
    Mistake("q2", "any-of-equals", _ONCE, "ties-count-as-right", _means("", edit_text(
        _REPORT, "z.argmax(axis=1) == y", "z[np.arange(len(y)), y] == z.max(axis=1)"
    ))),
    Mistake("q2", "one-above-the-other", _ONCE, "two-classes-only", _means("", edit_text(
        _REPORT, "z.argmax(axis=1) == y", "(z[:, 1] > z[:, 0]) == y"
    ))),
    Mistake("q2", "first-size", _ONCE, "one-size-for-all", _means("", edit_text(
        _REPORT, "n += len(y)", "n += len(batches[0][1])"
    ))),
    Mistake("q2", "all-places", "padding_does_not_count", "padding-averaged", _means("return h.mean(axis=1)")),
    Mistake("q2", "unmasked-sum", "padding_does_not_count", "padding-averaged", _means(edit_text(
        _AVERAGE, "(h * m)", "h"
    ))),
    Mistake("q2", "by-the-width", "padding_does_not_count", "divided-by-the-width", _means(edit_text(
        _AVERAGE, ".sum(axis=1) / m.sum(axis=1)", ".mean(axis=1)"
    ))),
    Mistake("q2", "by-all-tokens", "padding_does_not_count", "divided-by-the-width", _means(edit_text(
        _AVERAGE, "/ m.sum(axis=1)", "/ mask.sum()"
    ))),
    Mistake("q2", "sum", "padding_does_not_count", "sum-for-mean", _means(edit_text(_AVERAGE, " / m.sum(axis=1)", ""))),
    Mistake("q2", "first-token", "padding_does_not_count", "one-token-only", _means("return h[:, 0]")),
    Mistake("q2", "from-the-left", "padding_does_not_count", "left-tokens-only", _means(
        "return np.array([row[:m.sum()].mean(axis=0) for row, m in zip(h, mask)])",
    )),
    Mistake("q2", "loses-an-axis", "small_cases_and_inputs", "shape", _means(
        _AVERAGE.replace("return ", "return np.squeeze(").rstrip() + ")",
    )),
    Mistake("q2", "zeroes-the-callers-padding", "small_cases_and_inputs", "changes-its-inputs", _means("""
        h *= mask[..., None]
        return h.sum(axis=1) / mask.sum(axis=1, keepdims=True)
    """)),
    Mistake("q2", "mean-of-batch-means", _ONCE, "mean-of-means", _means("", """
        losses, hits = [], []
        for z, y in batches:
            z = z - z.max(axis=1, keepdims=True)
            losses.append((np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]).mean())
            hits.append((z.argmax(axis=1) == y).mean())
        return np.mean(losses), np.mean(hits)
    """)),
    Mistake("q2", "accuracy-of-means", _ONCE, "mean-of-means", _means("", edit_text(
        _REPORT, "hits / n", "np.mean([(z.argmax(axis=1) == y).mean() for z, y in batches])"
    ))),
    Mistake("q2", "s2s-count", _ONCE, "means-over-reviews", _means("", edit_text(
        _REPORT, "z[np.arange(len(y)), y]).sum()", "z[np.arange(len(y)), y]).mean()"
    ))),
    Mistake("q2", "total", _ONCE, "total-for-mean", _means("", edit_text(_REPORT, "total / n", "total"))),
    Mistake("q2", "by-the-batches", _ONCE, "total-for-mean", _means("", edit_text(
        _REPORT, "total / n", "total / len(batches)"
    ))),
    Mistake("q2", "bits", _ONCE, "another-logarithm", _means("", edit_text(
        _REPORT, "total / n", "total / n / np.log(2)"
    ))),
    Mistake("q2", "winner", _ONCE, "loss-of-the-winner", _means("", edit_text(
        _REPORT, "z[np.arange(len(y)), y]", "z.max(axis=1)"
    ))),
    Mistake("q2", "percent", _ONCE, "percent-for-share", _means("", edit_text(_REPORT, "hits / n", "100 * hits / n"))),
    Mistake("q2", "argmin", _ONCE, "should be", _means("", edit_text(_REPORT, "z.argmax", "z.argmin"))),
    Mistake("q2", "over-the-batch", _ONCE, "should be", _means("", edit_text(
        _REPORT, "np.exp(z).sum(axis=1)", "np.exp(z).sum(axis=1).mean()"
    ))),
    Mistake("q2", "naive-softmax", _LARGE, "overflow", _means("", edit_text(
        _REPORT, "z = z - z.max(axis=1, keepdims=True)", "z = z + 0.0"
    ))),
    Mistake("q2", "largest-of-the-batch", _LARGE, "overflow", _means("", edit_text(
        _REPORT,
        "np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]",
        "-np.log((np.exp(z) / np.exp(z).sum(axis=1, keepdims=True))[np.arange(len(y)), y])",
    ))),
    Mistake("q2", "a-grain-in-the-log", _LARGE, "clamped", _means("", edit_text(
        _REPORT,
        "np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]",
        "-np.log((np.exp(z) / np.exp(z).sum(axis=1, keepdims=True))[np.arange(len(y)), y] + 1e-12)",
    ))),
    Mistake("q2", "shifts-the-callers-logits", "small_cases_and_inputs", "changes-its-inputs", _means("", edit_text(
        _REPORT, "z = z - z.max(axis=1, keepdims=True)", "z -= z.max(axis=1, keepdims=True)"
    ))),
    # q3
    Mistake("q3", "one-step-ahead", _LINE, "first-step-moves", _steps(edit_text(
        _RATE, "peak * t / u", "peak * (t + 1) / u"
    ))),
    Mistake("q3", "from-the-start", _LINE, "falls-from-the-start", _steps(edit_text(_RATE, "(S - u)", "S"))),
    Mistake("q3", "constant", _LINE, "never-falls", _steps(edit_text(_RATE, "peak * (S - t) / (S - u)", "peak"))),
    Mistake("q3", "last-step-zero", _LINE, "zero-too-early", _steps(edit_text(
        _RATE, "(S - t) / (S - u)", "(S - 1 - t) / (S - 1 - u)"
    ))),
    Mistake("q3", "cosine", _LINE, "another-curve", _steps(edit_text(
        _RATE, "peak * (S - t) / (S - u)", "peak * 0.5 * (1 + np.cos(np.pi * (t - u) / (S - u)))"
    ))),
    Mistake("q3", "no-peak", _LINE, "peak-ignored", _steps(edit_text(_RATE, "peak * ", ""))),
    Mistake("q3", "rounds-the-rate", "no_warm_up_and_odd_shapes", "`rate` is", _steps(
        edit_text(_RATE, "return peak * (S - t) / (S - u)", "return round(peak * (S - t) / (S - u), 6)")
    )),
    Mistake("q3", "divides-by-no-warm-up", "no_warm_up_and_odd_shapes", "no-warm-up", _steps(
        "return peak * min(t / u, (S - t) / (S - u))",
    )),
    Mistake("q3", "grain", _WHOLE, "a-grain-added", _steps("", edit_text(_CLIP, "c / length", "c / (length + 0.01)"))),
    Mistake("q3", "spectral", _WHOLE, "another-norm", _steps("", edit_text(
        _CLIP, "(np.asarray(g) ** 2).sum()", "np.linalg.norm(g, 2) ** 2"
    ))),
    Mistake("q3", "each-array", _WHOLE, "each-on-its-own", _steps("", """
        lengths = [np.sqrt((g ** 2).sum()) for g in gradients]
        return [g * min(1, c / n) for g, n in zip(gradients, lengths)], np.sqrt(sum(n ** 2 for n in lengths))
    """)),
    Mistake("q3", "each-value", _WHOLE, "value-by-value", _steps("", edit_text(
        _CLIP, "[factor * np.asarray(g) for g in gradients]", "[np.clip(g, -c, c) for g in gradients]"
    ))),
    Mistake("q3", "no-root", _WHOLE, "length-without-root", _steps("", edit_text(_CLIP, "np.sqrt(", "("))),
    Mistake("q3", "returns-the-square", _WHOLE, "length-without-root", _steps("", edit_text(
        _CLIP, "gradients], length", "gradients], length ** 2"
    ))),
    Mistake("q3", "returns-the-new-length", _WHOLE, "length-afterwards", _steps("", edit_text(
        _CLIP, "gradients], length", "gradients], min(length, c)"
    ))),
    Mistake("q3", "lengthens", _SHORT, "always-scaled", _steps("", edit_text(
        _CLIP, "c / length if length > c else 1.0", "c / max(length, 1e-12)"
    ))),
    Mistake("q3", "nothing-by-nothing", _SHORT, "nan-for-nothing", _steps("", edit_text(
        _CLIP,
        "c / length if length > c else 1.0", "np.minimum(np.float64(1), np.float64(c) / length) if length else np.nan",
    ))),
    Mistake("q3", "shortens-the-callers", "no_warm_up_and_odd_shapes", "changes-its-inputs", _steps("", """
        length = np.sqrt(sum((g ** 2).sum() for g in gradients))
        if length > c:
            for k in range(len(gradients)):
                gradients[k] = gradients[k] * c / length
        return gradients, length
    """)),
    Mistake("q3", "arrays-alone", _WHOLE, "2 values", _steps("", edit_text(_CLIP, "gradients], length", "gradients]"))),
    Mistake("q3", "one-long-vector", _WHOLE, "list with one array", _steps("", edit_text(
        _CLIP,
        "[factor * np.asarray(g) for g in gradients]", "factor * np.concatenate([np.ravel(g) for g in gradients])",
    ))),
    # q4
    Mistake("q4", "whatever-comes", _REST, "not-repeatable", _rest(edit_text(
        _TAIL, "np.random.default_rng([seed, epoch])", "np.random.default_rng()"
    ))),
    Mistake("q4", "shuffles-the-rest", _REST, "rest-in-another-order", _rest("""
        rng = np.random.default_rng([seed, epoch, done])
        order = rng.permutation(n)[done * batch_size:]
        return [order[k:k + batch_size] for k in range(0, len(order), batch_size)]
    """)),
    Mistake("q4", "a-seed-for-all-epochs", _APART, "each-epoch-the-same", _rest(edit_text(
        _TAIL, "[seed, epoch]", "seed"
    ))),
    Mistake("q4", "an-epoch-for-all-seeds", _APART, "each-seed-the-same", _rest(edit_text(
        _TAIL, "[seed, epoch]", "epoch"
    ))),
    Mistake("q4", "sum", _APART, "seed-plus-epoch", _rest(edit_text(_TAIL, "[seed, epoch]", "seed + epoch"))),
    Mistake("q4", "product", _APART, "seed-plus-epoch", _rest(edit_text(
        _TAIL, "[seed, epoch]", "(seed + 1) * (epoch + 1)"
    ))),
    Mistake("q4", "two-halves", "chance_is_fair", "not-shuffled", _rest(edit_text(
        _TAIL,
        ".permutation(n)",
        ".permuted(np.arange(n - n % 2).reshape(2, -1), axis=1).ravel().tolist() + [n - 1] * (n % 2)",
    ))),
    Mistake("q4", "pairs-stay-together", "chance_is_fair", "not-shuffled", _rest("""
        pairs = np.random.default_rng([seed, epoch]).permutation((n + 1) // 2)
        order = [k for pair in pairs for k in (2 * pair, 2 * pair + 1) if k < n]
        return [order[k:k + batch_size] for k in range(0, n, batch_size)][done:]
    """)),
    Mistake("q4", "whole-batches-only", _EACH, "small-batch-dropped", _rest(edit_text(
        _TAIL, "range(0, n, batch_size)", "range(0, n - batch_size + 1, batch_size)"
    ))),
    Mistake("q4", "with-replacement", _EACH, "rows-twice", _rest(edit_text(
        _TAIL, ".permutation(n)", ".integers(n, size=n)"
    ))),
    Mistake("q4", "ones-too-many", _EACH, "row numbers", _rest(edit_text(_TAIL, "on(n)", "on(n + 1)"))),
    Mistake("q4", "shuffled-batches", _EACH, "small-batch-not-last", _rest("""
        batches = [np.arange(k, min(k + batch_size, n)) for k in range(0, n, batch_size)]
        order = [0, *range(len(batches) - 1, 0, -1)]
        return [batches[k] for k in order][done:]
    """)),
    Mistake("q4", "array-split", _EACH, "even-batches", _rest(edit_text(
        _TAIL,
        "[order[k:k + batch_size] for k in range(0, n, batch_size)]", "np.array_split(order, -(-n // batch_size))",
    ))),
    Mistake("q4", "one-more-done", _REST, "one-too-many-left-out", _rest(edit_text(
        _TAIL, "[done:]", "[done + (done > 0):]"
    ))),
    Mistake("q4", "a-thousand-epochs", _APART, "seed-plus-epoch", _rest(edit_text(
        _TAIL, "[seed, epoch]", "1000 * seed + epoch"
    ))),
    Mistake("q4", "no-place", _LETTERS, "place-forgotten", _rest("", "ABCE")),
    Mistake("q4", "rows-for-batches", _REST, "done-counts-rows", _rest("""
        order = np.random.default_rng([seed, epoch]).permutation(n)[done:]
        return [order[k:k + batch_size] for k in range(0, len(order), batch_size)]
    """)),
    Mistake("q4", "what-is-done", _REST, "done-for-what-is-left", _rest(edit_text(
        _TAIL, "[done:]", "[:done] if done else [order[k:k + batch_size] for k in range(0, n, batch_size)]"
    ))),
    Mistake("q4", "numbers-for-batches", _EACH, "sizes of the batches", _rest(edit_text(
        _TAIL, "[order[k:k + batch_size] for k in range(0, n, batch_size)][done:]", "[order[done * batch_size:]]"
    ))),
    Mistake("q4", "gradient-kept", _LETTERS, "gradients-kept", _rest("", "ABCDEF")),
    Mistake("q4", "log-kept", _LETTERS, "log-kept", _rest("", "ABCDEG")),
    Mistake("q4", "parameters-only", _LETTERS, "moments-forgotten", _rest("", "ACDE")),
    Mistake("q4", "no-generator", _LETTERS, "dropout-forgotten", _rest("", "ABCD")),
    Mistake("q4", "no-schedule", _LETTERS, "schedule-forgotten", _rest("", "ABDE")),
    Mistake("q4", "no-letters", _LETTERS, "letters out of A to G", _rest("", "everything")),
    # q5
    Mistake("q5", "left", _STEP, "left-tokens-only", _epoch(edit_text(
        _LOOP, "(h * mask[..., None]).sum(axis=1) / mask.sum(axis=1)[:, None]",
        "np.array([row[:m.sum()].mean(axis=0) for row, m in zip(h, mask)])"
    ))),
    Mistake("q5", "frozen", _STEP, "gradients-at-the-first-weights", _epoch("W0, b0 = W, b" + edit_text(
        _LOOP, "x @ W.T + b", "x @ W0.T + b0"
    ))),
    Mistake("q5", "two-sided", _STEP, "two-classes-only", _epoch(edit_text(_LOOP, "np.eye(len(b))", "np.eye(2)"))),
    Mistake("q5", "padding-in", _STEP, "padding-averaged", _epoch(edit_text(
        _LOOP, "(h * mask[..., None]).sum(axis=1) / mask.sum(axis=1)[:, None]", "h.mean(axis=1)"
    ))),
    Mistake("q5", "never-cleared", _STEP, "gradients-add-up", _epoch("dW, db = 0, 0" + edit_text(
        _LOOP,
        "W = W - rate * g.T @ x", "dW = dW + g.T @ x; W = W - rate * dW",
        "b = b - rate * g.sum(axis=0)", "db = db + g.sum(axis=0); b = b - rate * db",
    ))),
    Mistake("q5", "sum-of-the-batch", _STEP, "gradient-of-the-sum", _epoch(edit_text(_LOOP, "[y]) / len(y)", "[y])"))),
    Mistake("q5", "uphill", _STEP, "uphill", _epoch(_LOOP.replace("- rate", "+ rate"))),
    Mistake("q5", "still-bias", _STEP, "bias-forgotten", _epoch(edit_text(
        _LOOP, "b = b - rate * g.sum(axis=0)", "pass"
    ))),
    Mistake("q5", "old-gradients", _STEP, "should be", _epoch(edit_text(
        _LOOP, "g = (p - np.eye(len(b))[y])", "g = (np.round(p) - np.eye(len(b))[y])"
    ))),
    Mistake("q5", "one-step", _STEP, "one-step-for-all", _epoch(
        "h, mask, y = (np.concatenate([batch[k] for batch in batches]) for k in range(3))\n"
        "batches = [(h, mask, y)]" + _LOOP,
    )),
    Mistake("q5", "means-by-reviews", _TRUE, "means-over-reviews", _epoch(edit_text(_LOOP, "y]).sum()", "y]).mean()"))),
    Mistake("q5", "mean-of-means", _TRUE, "mean-of-means", _epoch(edit_text(
        _LOOP,
        "y]).sum()", "y]).mean()",
        "total / n", "total / len(batches)",
    ))),
    Mistake("q5", "last-batch", _TRUE, "last-batch-only", _epoch(edit_text(
        _LOOP, "hits += (z.argmax(axis=1) == y).sum()", "hits = (z.argmax(axis=1) == y).sum()"
    ))),
    Mistake("q5", "percent", _TRUE, "percent-for-share", _epoch(edit_text(_LOOP, "hits / n", "100 * hits / n"))),
    Mistake("q5", "after-the-step", _TRUE, "judged-afterwards", _epoch(edit_text(
        _LOOP,
        "    total += -np.log(p[np.arange(len(y)), y]).sum()\n    hits += (z.argmax(axis=1) == y).sum()\n", "",
        "    b = b - rate * g.sum(axis=0)\n",
        (
            "    b = b - rate * g.sum(axis=0)\n"
            "    z = x @ W.T + b\n"
            "    p = np.exp(z - z.max(axis=1, keepdims=True))\n"
            "    total += -np.log((p / p.sum(axis=1, keepdims=True))[np.arange(len(y)), y]).sum()\n"
            "    hits += (z.argmax(axis=1) == y).sum()\n"
        ),
    ))),
    Mistake("q5", "in-place", _STAY, "changes-its-inputs", _epoch(edit_text(
        _LOOP,
        "W = W - rate", "W -= rate",
        "b = b - rate", "b -= rate",
    ))),
    Mistake("q5", "three-values", _STEP, "4 values", _epoch(edit_text(
        _LOOP, "W, b, total / n, hits / n", "W, b, total / n"
    ))),
    # q6
    Mistake("q6", "mean-of-ratios", _PARTS, "mean-of-ratios", _room("""
        ratios = {}
        for name, old in before.items():
            ratio = np.linalg.norm(np.ravel(after[name] - old)) / np.linalg.norm(np.ravel(old))
            ratios.setdefault(name.split(".")[0], []).append(ratio)
        return {part: np.mean(some) for part, some in ratios.items()}
    """)),
    Mistake("q6", "lengths-added", _PARTS, "lengths-added", _room("""
        above, below = {}, {}
        for name, old in before.items():
            part = name.split(".")[0]
            above[part] = above.get(part, 0) + np.linalg.norm(np.ravel(after[name] - old))
            below[part] = below.get(part, 0) + np.linalg.norm(np.ravel(old))
        return {part: above[part] / below[part] for part in above}
    """)),
    Mistake("q6", "absolute", _PARTS, "not-relative", _room(edit_text(
        _MOVES, "(above[part] / below[part])", "above[part]"
    ))),
    Mistake("q6", "over-new", _PARTS, "over-the-new", _room(edit_text(_MOVES, "(old ** 2).sum()", "(new ** 2).sum()"))),
    Mistake("q6", "lengths-subtracted", _PARTS, "difference-of-lengths", _room(edit_text(
        _MOVES,
        "((new - old) ** 2).sum()", "(new ** 2).sum()",
        "(above[part] / below[part]) ** 0.5", "abs((above[part] / below[part]) ** 0.5 - 1)",
    ))),
    Mistake("q6", "no-root", _PARTS, "ratio-without-root", _room(edit_text(_MOVES, " ** 0.5", ""))),
    Mistake("q6", "by-array", _PARTS, "arrays-for-parts", _room(edit_text(_MOVES, 'name.split(".")[0]', "name"))),
    Mistake("q6", "head-too", _PARTS, "new-parts-included", _room(edit_text(
        _MOVES, "return {", 'return {"head": 1.0} | {'
    ))),
    Mistake("q6", "turns-the-callers", "other_moves_and_names", "changes-its-inputs", _room(edit_text(
        _MOVES,
        "part, old, new",
        (
            "before[name] = np.asarray(before[name], dtype=float) * 1.0; after[name] = 0 * np.asarray(after[name]) + "
            "after[name]; part, old, new"
        ),
        "above[part] = above", "before[name] = before[name] - 0.5; above[part] = above",
    ))),
    Mistake("q6", "arrays-only", "other_moves_and_names", "Error", _room(edit_text(
        _MOVES,
        "np.asarray(before[name])", "before[name]",
        "np.asarray(after[name])", "after[name]",
    ))),
    Mistake("q6", "array-by-array", _COUNT, "part-by-part", _room(count="""
        each = HEAD + sum(SIZES[name] for name in SIZES if moves[name] > 0)
        return (MEMORY // 4 - sum(SIZES.values())) // each
    """)),
    Mistake("q6", "readers-for-all", _COUNT, "everything-for-everybody", _room(
        count="return MEMORY // 4 // (HEAD + sum(SIZES.values()))",
    )),
    Mistake("q6", "no-shared-encoder", _COUNT, "encoder-not-counted", _room(count=edit_text(
        _FIT, "(MEMORY // 4 - sum(SIZES.values()))", "MEMORY // 4"
    ))),
    Mistake("q6", "four-times-the-room", _COUNT, "bytes-for-numbers", _room(count=edit_text(
        _FIT, "MEMORY // 4", "MEMORY"
    ))),
    Mistake("q6", "half-a-customer", _COUNT, "rounded-up", _room(count=edit_text(_FIT, ") // each", ") / each"))),
    Mistake("q6", "in-their-order", _PARTS, "arrays-by-order", _room(
        "after = dict(zip(before, after.values()))" + _MOVES,
    )),
    Mistake("q6", "all-over", _COUNT, "only-what-moved-all-over", _room(count=edit_text(
        _FIT, "for name in moves if moves[name] > 0}",
        "for name in moves} - {name.split('.')[0] for name in moves if moves[name] == 0}"
    ))),
    Mistake("q6", "large-moves", _COUNT, "small-moves-ignored", _room(count=edit_text(_FIT, "> 0", "> 1e-3"))),
    Mistake("q6", "no-heads", _COUNT, "head-forgotten", _room(count=edit_text(
        _FIT, "each = HEAD + ", "each = ", "// each", "// max(each, 1)"
    ))),
    Mistake("q6", "whole-readers", "the_choice_fits", "everything-for-everybody", _room(fit_last="22")),
    Mistake("q6", "no-encoder", "the_choice_fits", "encoder-not-counted", _room(fit_last="93")),
    Mistake("q6", "bytes", "the_choice_fits", "bytes-for-numbers", _room(
        fit_all="(2_000_000_000 - 22_565_376) // (22_565_376 + 770)",
    )),
    Mistake("q6", "rounded", "the_choice_fits", "rounded-up", _room(fit_last="90")),
    Mistake("q6", "no-head-and-more", "the_choice_fits", "not right yet", _room(fit_last="50")),
    Mistake("q6", "the-better-one", "the_choice_fits", "accuracy-alone", _room(choice="all")),
    Mistake("q6", "no-choice", "the_choice_fits", '"all" or "last"', _room(choice="both")),
]  # fmt: skip

UNUSUAL = [
    Unusual("q1", "lists", _collate("""
        cut = lambda ids: ids if len(ids) <= longest else ids[:longest - 1] + ids[-1:]
        rows = [cut(ids) for ids, _ in items]
        T = max(map(len, rows))
        return {
            "attention_mask": [[int(t < len(ids)) for t in range(T)] for ids in rows],
            "input_ids": [[ids[t] if t < len(ids) else pad for t in range(T)] for ids in rows],
            "labels": [y for _, y in items], "extra": "ignored",
        }
    """)),
    Unusual("q1", "torch", "import torch\n" + _collate("""
        rows = [torch.tensor(ids if len(ids) <= longest else ids[:longest - 1] + ids[-1:]) for ids, _ in items]
        table = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=pad)
        mask = torch.nn.utils.rnn.pad_sequence([torch.ones_like(row) for row in rows], batch_first=True)
        return {"input_ids": table, "attention_mask": mask, "labels": torch.tensor([y for _, y in items])}
    """)),
    Unusual("q2", "selects", _means(
        "return np.array([row[m == 1].mean(axis=0) for row, m in zip(h, mask)])",
        """
            from math import fsum, log, exp
            rows = [pair for z, y in batches for pair in zip(z.tolist(), y.tolist())]
            losses = [log(fsum(exp(v - max(row)) for v in row)) + max(row) - row[k] for row, k in rows]
            right = [row.index(max(row)) == k for row, k in rows]
            return sum(losses) / len(losses), sum(right) / len(right)
        """,
    )),
    Unusual("q2", "torch", "import torch\n" + _means(
        (
            'return torch.einsum("btd,bt->bd", torch.tensor(h).float(), torch.tensor(mask).float()) / '
            "torch.tensor(mask).sum(1, keepdim=True)"
        ),
        """
            z, y = (torch.cat([torch.as_tensor(batch[k]) for batch in batches]) for k in (0, 1))
            return torch.nn.functional.cross_entropy(z.double(), y.long()), (z.argmax(1) == y).double().mean()
        """,
    )),
    Unusual("q3", "interpolated", _steps(
        "return np.interp(t, [0, u, S], [0, peak, 0]) if u else np.interp(t, [0, S], [peak, 0])",
        """
            flat = np.concatenate([np.ravel(g) for g in gradients])
            length = np.linalg.norm(flat)
            short = flat * min(1.0, c / length) if length else flat
            cuts = np.cumsum([np.size(g) for g in gradients])[:-1]
            return [part.reshape(np.shape(g)) for part, g in zip(np.split(short, cuts), gradients)], length
        """,
    )),
    Unusual("q3", "torch", "import torch\n" + _steps("", """
        parameters = [torch.nn.Parameter(torch.zeros(np.shape(g), dtype=torch.float64)) for g in gradients]
        for p, g in zip(parameters, gradients):
            p.grad = torch.tensor(np.array(g, dtype=float))
        length = torch.nn.utils.clip_grad_norm_(parameters, c)
        return [p.grad for p in parameters], length
    """)),
    Unusual("q4", "sorted-by-dice", _rest(
        """
            rng = np.random.default_rng(1_000_003 * seed + epoch)
            order = np.argsort(rng.random(n)).tolist()
            batches = []
            while order:
                batches.append(order[:batch_size])
                order = order[batch_size:]
            return batches[done:]
        """,
        "edcba",
    )),
    Unusual("q4", "torch", "import torch\n" + _rest(
        """
            generator = torch.Generator().manual_seed(7 + seed * 2**20 + epoch)
            return list(torch.randperm(n, generator=generator).split(batch_size))[done:]
        """,
        "A, B, C, D and E",
    )),
    Unusual("q5", "autograd", "import torch\n" + _epoch("""
        W, b = (torch.tensor(np.array(each), dtype=torch.float64, requires_grad=True) for each in (W, b))
        optimizer, report = torch.optim.SGD([W, b], lr=rate), []
        for h, mask, y in batches:
            h, mask = torch.tensor(h).double(), torch.tensor(mask).double()[..., None]
            y = torch.tensor(y).long()
            z = (h * mask).sum(1) / mask.sum(1) @ W.T + b
            total = torch.nn.functional.cross_entropy(z, y, reduction="sum").item()
            report.append((total, (z.argmax(1) == y).sum().item(), len(y)))
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(z, y).backward()
            optimizer.step()
        loss, right, n = map(sum, zip(*report))
        return W.detach(), b.detach(), loss / n, right / n
    """)),
    Unusual("q5", "copies-first", _epoch(
        "W, b = W.copy(), b.copy()" + edit_text(_LOOP, "W = W - rate", "W -= rate", "b = b - rate", "b -= rate"),
    )),
    Unusual("q6", "one-vector", _room(
        """
            parts = dict.fromkeys(name.partition(".")[0] for name in before)
            def flat(table, part):
                return np.concatenate([np.ravel(table[name]) for name in before if name.partition(".")[0] == part])
            def ratio(old, new):
                return np.linalg.norm(new - old) / np.linalg.norm(old)
            return {part: ratio(flat(before, part), flat(after, part)) for part in parts}
        """,
        fit_all="21.0",
        choice="Last",
    )),
    Unusual("q6", "float32", _room(edit_text(
        _MOVES,
        "np.asarray(before[name])", "np.float32(before[name])",
        "np.asarray(after[name])", "np.float32(after[name])",
    ))),
]  # fmt: skip

EQUIVALENT = [
    Equivalent("q1", "a list of exactly that length is put together again as it was", (
        *list_mutants(
            "rows = [ids if len(ids) <= longest else [*ids[:longest - 1], ids[-1]] for ids, _ in items]",
            "<= longest → < longest",
            "(ids) <= longest → (ids) + 1 <= longest",
        ),
    )),
    Equivalent("q1", "in any order", (
        *list_mutants("for k, ids in enumerate(rows):", "enumerate(rows) → list(enumerate(rows))[::-1]"),
        *list_mutants("T = max((len(ids) for ids in rows))", "rows → list(rows)[::-1]"),
    )),
    Equivalent("q1", "it is an array of numbers already, or is read as one", (
        *list_mutants(
            "input_ids, mask = (np.full((len(rows), T), pad), np.zeros((len(rows), T), dtype=int))",
            ", dtype=int → ",
        ),
        *list_mutants(
            (
                "return {'input_ids': input_ids, 'attention_mask': mask, 'labels': np.array([label for _, label in "
                "items])}"
            ),
            "np.array([label for _, label in items]) → [label for _, label in items]",
        ),
    )),
    Equivalent("q1", "two neighbouring lines that do not touch each other", (
        *swap_lines("input_ids[k, :len(ids)] = ids", "mask[k, :len(ids)] = 1"),
    )),
    Equivalent("q2", "an array that the function made itself", (
        *list_mutants("z = z - z.max(axis=1, keepdims=True)", "= z - → -="),
    )),
    Equivalent("q2", "arrays of one length", (
        *list_mutants("losses = np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]", "(y) → (z)"),
    )),
    Equivalent("q2", "in any order", (
        *list_mutants(
            "z, y = (np.concatenate([np.asarray(batch[part]) for batch in batches]) for part in (0, 1))",
            "batches → list(batches)[::-1]",
        ),
    )),
    Equivalent("q2", "it is an array of numbers already, or is read as one", (
        *list_mutants(
            "z, y = (np.concatenate([np.asarray(batch[part]) for batch in batches]) for part in (0, 1))",
            "np.asarray(batch[part]) → batch[part]",
        ),
    )),
    Equivalent("q2", "the last of two", (
        *list_mutants(
            "z, y = (np.concatenate([np.asarray(batch[part]) for batch in batches]) for part in (0, 1))",
            (
                "(np.concatenate([np.asarray(batch[part]) for batch in batches]) for part in (0, 1)) → "
                "(np.concatenate([np.asarray(batch[part]) for batch in batches]) for part in (0, -1))"
            ),
        ),
    )),
    Equivalent("q2", "the last of two axes", (
        *list_mutants("z = z - z.max(axis=1, keepdims=True)", "=1 → =-1"),
        *list_mutants("losses = np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]", "=1 → =-1"),
        *list_mutants("return (losses.mean(), (z.argmax(axis=1) == y).mean())", "=1 → =-1"),
    )),
    Equivalent("q3", "in any order", (
        *list_mutants("length = np.sqrt(sum(((g ** 2).sum() for g in gradients)))",
            "gradients → list(gradients)[::-1]"),
    )),
    Equivalent("q3", "it is an array of numbers already, or is read as one", (
        *list_mutants(
            "gradients = [np.asarray(g, dtype=float) for g in gradients]",
            "np.asarray(g, dtype=float) → g",
            ", dtype=float → ",
        ),
    )),
    Equivalent("q3", "the arrays are arrays already", (
        *list_mutants(
            "gradients = [np.asarray(g, dtype=float) for g in gradients]",
            "gradients = [np.asarray(g, dtype=float) for g in gradients] → pass",
        ),
    )),
    Equivalent("q3", "two neighbouring lines that do not touch each other", (
        *swap_lines(
            "gradients = [np.asarray(g, dtype=float) for g in gradients]",
            "length = np.sqrt(sum(((g ** 2).sum() for g in gradients)))",
        ),
    )),
    Equivalent("q3", "whichever stands first", (
        *list_mutants("return ([g * c / max(length, c) for g in gradients], length)", "length, c → c, length"),
    )),
    Equivalent("q4", "only letters are read", (
        *list_mutants("NEEDED = 'ABCDE'", "ABCDE' → ABCDE?'"),
    )),
    Equivalent("q4", "whichever stands first", (
        *list_mutants("order = np.random.default_rng([seed, epoch]).permutation(n)", "seed, epoch → epoch, seed"),
    )),
    Equivalent("q5", "arrays of one length", (
        *list_mutants("g = (p - np.eye(len(b))[y]) / len(y)", "(y) → (z)"),
        *list_mutants("right, n = (right + (z.argmax(axis=1) == y).sum(), n + len(y))", "(y) → (z)"),
        *list_mutants("loss += (np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]).sum()", "(y) → (z)"),
    )),
    Equivalent("q5", "the last of two axes", (
        *list_mutants("x = (h * mask[..., None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)", "=1, → =-1,"),
        *list_mutants("p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)", "=1 → =-1"),
        *list_mutants("loss += (np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]).sum()", "=1 → =-1"),
        *list_mutants("right, n = (right + (z.argmax(axis=1) == y).sum(), n + len(y))", "=1 → =-1"),
    )),
    Equivalent("q5", "two neighbouring lines that do not touch each other", (
        *swap_lines(
            "p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)",
            "loss += (np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]).sum()",
        ),
        *swap_lines(
            "loss += (np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]).sum()",
            "right, n = (right + (z.argmax(axis=1) == y).sum(), n + len(y))",
        ),
        *swap_lines(
            "right, n = (right + (z.argmax(axis=1) == y).sum(), n + len(y))",
            "g = (p - np.eye(len(b))[y]) / len(y)",
        ),
    )),
    Equivalent("q5", "zero is zero", (
        *list_mutants("loss, right, n = (0.0, 0, 0)", ".0, 0 → , 0.0"),
    )),
    Equivalent("q6", "a square has no sign", (
        *list_mutants(
            "change[part] = change.get(part, 0.0) + ((np.asarray(after[name]) - old) ** 2).sum()",
            "np.asarray(after[name]) - old → old - np.asarray(after[name])",
            "np.asarray(after[name]) - old → -(np.asarray(after[name]) - old)",
        ),
    )),
    Equivalent("q6", "a whole number either way", (
        *list_mutants("return (MEMORY // 4 - sum(SIZES.values())) // each", "// 4 → / 4"),
    )),
    Equivalent("q6", "in any order", (
        *list_mutants("for name, old in before.items():", "before.items() → list(before.items())[::-1]"),
        *list_mutants(
            "return {part: np.sqrt(change[part] / length[part]) for part in change}",
            (
                "{part: np.sqrt(change[part] / length[part]) for part in change} → {part: np.sqrt(change[part] / "
                "length[part]) for part in list(change)[::-1]}"
            ),
        ),
        *list_mutants(
            "moved = {name.split('.')[0] for name, r in moves.items() if r > 0}",
            "moves.items() → list(moves.items())[::-1]",
        ),
        *list_mutants(
            "each = HEAD + sum((size for name, size in SIZES.items() if name.split('.')[0] in moved))",
            "SIZES.items() → list(SIZES.items())[::-1]",
        ),
    )),
    Equivalent("q6", "it is an array of numbers already, or is read as one", (
        *list_mutants("part, old = (name.split('.')[0], np.asarray(old, dtype=float))", ", dtype=float → "),
        *list_mutants(
            "change[part] = change.get(part, 0.0) + ((np.asarray(after[name]) - old) ** 2).sum()",
            "np.asarray(after[name]) → after[name]",
        ),
    )),
    Equivalent("q6", "one way alone fits", (
        *list_mutants(
            (
                "CHOICE = max((way for way, fit in (('all', FIT_ALL), ('last', FIT_LAST)) if fit >= WANTED), "
                "key=ACCURACY.get)"
            ),
            ", key=ACCURACY.get → ",
            "max → min",
            "(('all', FIT_ALL), ('last', FIT_LAST)) → list((('all', FIT_ALL), ('last', FIT_LAST)))[1:]",
            "(('all', FIT_ALL), ('last', FIT_LAST)) → list((('all', FIT_ALL), ('last', FIT_LAST)))[::-1]",
            "all', FIT_ALL), ('last', FIT_LAST → last', FIT_LAST), ('all', FIT_ALL",
            ">= WANTED → > WANTED",
            "all' → all?'",
        ),
        *list_changes(
            (
                "CHOICE = max((way for way, fit in (('all', FIT_ALL), ('last', FIT_LAST)) if fit >= WANTED), "
                "key=ACCURACY.get)"
            ),
            "CHOICE = (way for way, fit in (('all', FIT_ALL), ('last', FIT_LAST)) if fit >= WANTED)",
        ),
    )),
    Equivalent("q6", "the same parts", (
        *list_mutants(
            "return {part: np.sqrt(change[part] / length[part]) for part in change}",
            (
                "{part: np.sqrt(change[part] / length[part]) for part in change} → {part: np.sqrt(change[part] / "
                "length[part]) for part in length}"
            ),
        ),
    )),
    Equivalent("q6", "two neighbouring lines that do not touch each other", (
        *swap_lines("FIT_ALL = count_customers(ALL)", "FIT_LAST = count_customers(LAST)"),
        *swap_lines(
            "change[part] = change.get(part, 0.0) + ((np.asarray(after[name]) - old) ** 2).sum()",
            "length[part] = length.get(part, 0.0) + (old ** 2).sum()",
        ),
    )),
]  # fmt: skip
