"""Exercise 11: wrong answers that its checks must name, and unusual right ones."""

from functools import partial

from proofs.claims import Equivalent, Unusual, edit_text, list_mistakes, list_mutants, replace_bodies, swap_lines

_RIGHT = {
    "q1": """
def report(logits, labels):
    seen = labels != -1
    n = seen.sum()
    if n == 0:
        return {"accuracy": np.nan, "majority": np.nan, "hidden": len(labels)}
    right = (logits.argmax(axis=1) == labels)[seen].sum()
    most = max((labels == c).sum() for c in range(logits.shape[1]))
    return {"accuracy": right / n, "majority": most / n, "hidden": len(labels) - n}
""",
    "q2": """
def plan_run(n, B, A, epochs, warm_up, every):
    import math
    batches = math.ceil(n / B)
    each = math.ceil(batches / A)
    steps = each * epochs
    up = warm_up if warm_up >= 1 else math.ceil(warm_up * steps)
    evaluations = [k for k in range(1, steps + 1) if k % every == 0]
    return {"steps": steps, "warm_up": up, "last": n - (each - 1) * A * B, "evaluations": evaluations}
""",
    "q3": """
def watch(losses, patience, least=0.0):
    lowest, best, idle = losses[0], 1, 0
    for k in range(2, len(losses) + 1):
        loss = losses[k - 1]
        improved = loss < lowest - least
        idle = 0 if improved else idle + 1
        if loss < lowest:
            lowest, best = loss, k
        if idle == patience:
            return k, best
    return len(losses), best
""",
    "q4": """
def read_rows(rows):
    there = list(rows[0])
    source = "sentence" if "sentence" in there else "text"
    if source not in there or not ("label" in there or "stars" in there):
        raise ValueError(f"the text or the label is missing; columns: {there}")
    texts, labels = [], []
    for row in rows:
        text = " ".join(row[source].replace("<br />", " ").split())
        y = row["label"] if "label" in row else (0 if row["stars"] < 5 else 1 if row["stars"] > 6 else -1)
        if text and y != -1:
            texts.append(text)
            labels.append(y)
    return texts, labels
""",
    "q5": """
def accumulate(w, parts):
    loss, gradient, n = 0.0, 0.0, 0
    for X, y in parts:
        p = 1 / (1 + np.exp(-X @ w))
        loss -= (y * np.log(p) + (1 - y) * np.log(1 - p)).sum()
        gradient = gradient + X.T @ (p - y)
        n += len(y)
    return loss / n, gradient / n

FROM_THE_FIRST = 'AD'
""",
    "q6": """
def judge_claim(right, seen, claim):
    keep = ~seen
    n, p, z = keep.sum(), right[keep].mean(), 1.96
    middle = p + z ** 2 / (2 * n)
    half = z * np.sqrt(p * (1 - p) / n + z ** 2 / (4 * n ** 2))
    bottom = 1 + z ** 2 / n
    low, high = (middle - half) / bottom, (middle + half) / bottom
    if low >= claim:
        return low, high, "shown"
    return low, high, "refuted" if high < claim else "open"

LOW = 0.8156
VERDICT = 'open'
NEEDED = 1225
""",
}
_wrong, _with = partial(list_mistakes, _RIGHT), partial(replace_bodies, _RIGHT)

MISTAKES = [
    *_wrong("q1", "hidden_labels_are_left_out",
        ("all-rows", "hidden-counted-as-wrong", '"accuracy": right / n', '"accuracy": right / len(labels)'),
        ("majority-of-all", "divided-by-all", "most / n", "most / len(labels)"),
        ("hidden-majority", "hidden-as-a-class", "range(logits.shape[1])", "range(-1, logits.shape[1])"),
        ("answers-majority", "majority-of-the-answers", "max((labels == c)", "max((logits.argmax(axis=1)[seen] == c)"),
        ("share-of-ones", "two-classes-only", "most / n", "(labels == 1).sum() / n"),
        ("two-classes", "two-classes-only", "range(logits.shape[1])", "(0, 1)"),
        ("counts-visible", "visible-for-hidden", '"hidden": len(labels) - n', '"hidden": n'),
        ("percent", "percent-for-share", '"accuracy": right / n', '"accuracy": 100 * right / n'),
        ("percent-majority", "percent-for-share", "most / n", "100 * most / n"),
        ("first-class-counts", "smallest-for-largest", "argmax(axis=1)", "argmin(axis=1)"),
        ("positive-labels-only", "class-zero-left-out", "labels != -1", "labels > 0"),
        ("above-zero", "threshold-for-largest", "logits.argmax(axis=1)", "(logits[:, 1] > 0)"),
        ("the-class", "class-for-share", '"majority": most / n', '"majority": np.bincount(labels[seen]).argmax()'),
        ("by-chance", "one-over-classes", "most / n", "1 / logits.shape[1]"),
        ("hidden-share", "share-for-number", "len(labels) - n}", "1 - n / len(labels)}"),
        ("accuracy-alone", "dictionary", _with("q1", report="""
seen = labels >= 0
return (logits.argmax(axis=1) == labels)[seen].mean()
"""))),
    *_wrong("q1", "all_hidden_or_a_single_row",
        ("nothing-fails", "all-hidden", "if n == 0:", "if n < 0:", "most =", "assert n\n    most ="),
        ("zero-for-nothing", "all-hidden", '"accuracy": np.nan', '"accuracy": 0.0'),
        ("overwrites-labels", "changes-its-inputs", "seen =", "kept, labels = labels, labels.copy()\n    seen =",
         'return {"accuracy": np', 'kept[kept < 0] = 0\n        return {"accuracy": np', 'return {"accuracy": right',
         'kept[kept < 0] = 0\n    return {"accuracy": right')),
    *_wrong("q2", "steps_are_counted",
        ("batches-as-steps", "accumulation-ignored", "steps = each * epochs", "steps = batches * epochs"),
        ("whole-steps", "rest-dropped", "math.ceil(batches / A)", "batches // A"),
        ("whole-batches", "rest-dropped", "math.ceil(n / B)", "n // B"),
        ("one-long-epoch", "epochs-run-together", "steps = each * epochs", "steps = math.ceil(batches * epochs / A)"),
        ("one-epoch", "one-epoch-only", "steps = each * epochs", "steps = each"),
        ("a-batch-at-most", "last-batch-for-step", "n - (each - 1) * A * B", "min(B, n - (each - 1) * A * B)"),
        ("left-batches", "batches-for-reviews", "n - (each - 1) * A * B", "batches - (each - 1) * A"),
        ("full-step", "last-step-is-full", "n - (each - 1) * A * B", "A * B"),
        ("last-batch", "last-batch-for-step", "n - (each - 1) * A * B", "n - (batches - 1) * B"),
        ("how-many", "list of whole numbers", "[k for k in range(1, steps + 1) if k % every == 0]", "steps // every")),
    *_wrong("q2", "warm_up_is_a_share_or_a_number",
        ("always-a-share", "share-for-steps", "warm_up if warm_up >= 1 else ", ""),
        ("one-as-a-share", "share-for-steps", "warm_up >= 1", "warm_up > 1"),
        ("one-more", "one-step-too-many", "math.ceil(warm_up * steps)", "int(warm_up * steps) + 1"),
        ("rounded-down", "warm-up-rounded-down", "math.ceil(warm_up * steps)", "int(warm_up * steps)"),
        ("of-an-epoch", "warm-up-of-an-epoch", "math.ceil(warm_up * steps)", "math.ceil(warm_up * each)")),
    *_wrong("q2", "evaluations_are_multiples",
        ("and-at-the-end", "evaluation-at-the-end", "if k % every == 0", "if k % every == 0 or k == steps"),
        ("short-of-the-end", "last-evaluation-missing", "range(1, steps + 1)", "range(1, steps)"),
        ("from-zero", "evaluation-at-zero", "range(1, steps + 1)", "range(0, steps + 1)"),
        ("in-batches", "accumulation-ignored", "range(1, steps + 1)", "range(1, batches * epochs + 1)"),
        ("from-one", "should be", "if k % every == 0", "if k % every == 1")),
    *_wrong("q2", "even_and_small_runs",
        ("remainder", "zero-in-the-last", "n - (each - 1) * A * B", "n % (A * B)")),
    *_wrong("q3", "patience_ends_it",
        ("never-reset", "patience-never-reset", "idle = 0 if improved else idle + 1", "idle += not improved"),
        ("the-one-before", "against-the-one-before", "loss < lowest - least", "loss < losses[k - 2] - least"),
        ("too-patient", "one-too-patient", "idle == patience", "idle > patience"),
        ("too-hasty", "one-too-hasty", "idle == patience", "idle + 1 >= patience and idle"),
        ("no-end", "no-stop", "return len(losses), best", "return None, best"),
        ("the-last", "keeps-the-last", "return k, best", "return k, k"),
        ("turned-round", "stop-and-best-exchanged", "return k, best", "return best, k",
         "return len(losses), best", "return best, len(losses)"),
        ("stops-too-soon", "stops-at-the-best", "return k, best", "return best, best"),
        ("all-that-would-come", "looks-ahead", "return k, best", "return k, int(np.nanargmin(losses)) + 1"),
        ("from-zero", "counted-from-zero", "return k, best", "return k - 1, best - 1",
         "return len(losses), best", "return len(losses) - 1, best - 1"),
        ("higher", "higher-is-better", "lowest, best,", "losses = [-loss for loss in losses]\n    lowest, best,")),
    *_wrong("q3", "small_gains_are_kept_but_do_not_count",
        ("least-forgotten", "least-ignored", " - least", ""),
        ("per-cent", "least-in-per-cent", "lowest - least", "lowest * (1 - least)"),
        ("since-the-last-improvement", "against-the-last-improvement",
         "best, idle =", "beaten, best, idle =", "losses[0], 1, 0", "losses[0], losses[0], 1, 0",
         "loss < lowest - least", "loss < beaten - least",
         "idle = 0 if improved", "beaten = loss if improved else beaten\n        idle = 0 if improved"),
        ("improvements-alone", "keeps-improvements-only", _with("q3", watch="""
lowest, best, idle = losses[0], 1, 0
for k, loss in enumerate(losses[1:], start=2):
    if loss < lowest - least:
        lowest, best, idle = loss, k, 0
    else:
        idle += 1
        if loss < lowest:
            lowest = loss
    if idle == patience:
        return k, best
return len(losses), best
""")),
        ("lowest-of-improvements", "against-the-last-improvement", _with("q3", watch="""
lowest, best, idle = losses[0], 1, 0
for k, loss in enumerate(losses[1:], start=2):
    if loss < lowest - least:
        lowest, best, idle = loss, k, 0
    else:
        idle += 1
    if idle == patience:
        return k, best
return len(losses), best
"""))),
    *_wrong("q3", "equals_nan_and_single_evaluations",
        ("later-of-equals", "later-of-equals", "if loss < lowest:", "if loss <= lowest:"),
        ("a-limit-for-infinity", "should be", "idle = losses[0]", "idle = min(losses[0], 1e3)"),
        ("equal-is-enough", "least-reached", "loss < lowest - least", "loss <= lowest - least"),
        ("nan-is-lowest", "should be", "if loss < lowest:", "if not loss >= lowest:"),
        ("nan-is-better", "nan-improves", "improved = loss < lowest - least", "improved = not loss >= lowest - least"),
        ("nan-skipped", "nan-passed-over", "improved =", "if loss != loss:\n            continue\n        improved ="),
        ("nan-at-the-end", "nan-kept", "return len(losses), best", "return len(losses), int(np.argmin(losses)) + 1"),
        ("nan-found", "nan-kept", "return k, best", "return k, int(np.argmin(losses[:k])) + 1"),
        ("eats-the-list", "changes-its-inputs", "lowest, best,",
         "losses_, count = losses, len(losses)\n    losses = losses_[:]\n    result = None\n    lowest, best,",
         "return k, best\n    return len(losses)",
         "losses_.clear(); return k, best\n    losses_.clear(); return count")),
    *_wrong("q4", "three_sources_are_read",
        ("text-column-only", "KeyError", '"sentence" if "sentence" in there else "text"', '"text"',
         "if source not in there or not", "if not"),
        ("hidden-kept", "hidden-rows-kept", " and y != -1", ' and (y != -1 or "label" in row)'),
        ("unclear-kept", "unclear-rows-kept", '0 if row["stars"] < 5 else 1 if row["stars"] > 6 else -1',
         'int(row["stars"] > 5)'),
        ("borders-lost", "clear-rows-lost", '"stars"] < 5', '"stars"] < 4', '"stars"] > 6', '"stars"] > 7'),
        ("stars-stay", "stars-for-labels", '0 if row["stars"] < 5 else 1 if row["stars"] > 6 else -1',
         'row["stars"] if row["stars"] not in (5, 6) else -1'),
        ("labels-of-all", "lists-of-two-lengths", "            labels.append(y)", "        labels.append(y)"),
        ("truthy", "zeros-left-out", "y != -1", "y > 0"),
        ("pairs", "pairs-for-lists", "return texts, labels", "return list(zip(texts, labels))"),
        ("bad-is-good", "zero-for-good", '0 if row["stars"] < 5 else 1 if', '1 if row["stars"] < 5 else 0 if'),
        ("sorted", "order-lost", "for row in rows:", "for row in sorted(rows, key=lambda row: row[source]):")),
    *_wrong("q4", "texts_are_clean",
        ("breaks-stay", "breaks-left-in", '.replace("<br />", " ")', ""),
        ("breaks-glue", "breaks-left-in", '.replace("<br />", " ")', '.replace("<br />", "")'),
        ("ends-only", "blanks-left-in", '" ".join(row[source].replace("<br />", " ").split())',
         'row[source].replace("<br />", " ").strip()'),
        ("small-letters", "case-changed", '.split())', '.split()).lower()'),
        ("empty-kept", "empty-rows-kept", "if text and", "if"),
        ("all-tags", "none of the cleaned", "there =", "import re\n    there =", "y =",
         "text = re.sub('<[^>]*>', '', text)\n        y =")),
    *_wrong("q4", "missing_columns_are_named",
        ("key-error", "other-error",
         'if source not in there or not ("label" in there or "stars" in there):', "if False:"),
        ("late", "silent-without-columns", 'if source not in there or not ("label" in there or "stars" in there):',
         "if any(row.get(source, 'x').strip() for row in rows) and "
         "(source not in there or not ('label' in there or 'stars' in there)):",
         "text =", "if not row[source].strip():\n            continue\n        text ="),
        ("silent", "silent-without-columns", 'raise ValueError(f"the text or the label is missing; columns: {there}")',
         "return [], []"),
        ("no-names", "columns-not-named", "; columns: {there}", "")),
    *_wrong("q4", "borders_and_inputs",
        ("cleans-the-callers-rows", "changes-its-inputs", "y =", "row[source] = text\n        y =")),
    *_wrong("q5", "the_large_batch_is_met",
        ("his-own", "always-four", "(p - y)", "(p - y) / len(y) / 4", "gradient / n", "gradient"),
        ("averages-means", "mean-of-means", "(p - y)", "(p - y) / len(y) / len(parts)", "gradient / n", "gradient"),
        ("adds-means", "means-added", "X.T @ (p - y)", "X.T @ (p - y) / len(y)", "gradient / n", "gradient"),
        ("adds-all", "sums-for-means", "gradient / n", "gradient"),
        ("last-part", "last-part-only", "gradient + X.T @ (p - y)", "X.T @ (p - y) / len(y)",
         "gradient / n", "gradient"),
        ("uphill", "downhill-already", "(p - y)", "(y - p)"),
        ("loss-of-means", "mean-of-means", ").sum()", ").mean() / len(parts)", "loss / n", "loss"),
        ("loss-of-the-last", "loss-of-the-last", "loss -= (y * np.log(p) + (1 - y) * np.log(1 - p)).sum()",
         "loss = -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()", "loss / n", "loss"),
        ("by-the-parts", "divided-by-the-parts", "loss / n, gradient / n", "loss / len(parts), gradient / len(parts)"),
        ("by-the-last", "divided-by-one-size", "gradient / n", "gradient / len(y)"),
        ("log2", "bits", "loss / n", "loss / n / np.log(2)"),
        ("half-a-loss", "should be", " + (1 - y) * np.log(1 - p)", "")),
    *_wrong("q5", "the_letters_explain_the_first_loss",
        ("one-too-many", "acts-in-the-step", "'AD'", "'ABD'"),
        ("order-alone", "dropout-left-out", "'AD'", "'A'"),
        ("dropout-alone", "order-left-out", "'AD'", "'D'"),
        ("no-letters", "letters out of A to E", "'AD'", "'order'")),
    *_wrong("q5", "one_part_and_inputs",
        ("grows-the-callers-w", "changes-its-inputs", "return", "w -= gradient / n\n    return")),
    *_wrong("q6", "only_unseen_reviews_count",
        ("all-reviews", "seen-counted", "keep = ~seen", "keep = seen | True"),
        ("seen-only", "seen-for-unseen", "keep = ~seen", "keep = seen"),
        ("wald", "wald-for-wilson", " + z ** 2 / (2 * n)", "", " + z ** 2 / (4 * n ** 2)", "", "1 + z ** 2 / n", "1"),
        ("no-denominator", "not-divided", "1 + z ** 2 / n", "1"),
        ("one-sided", "one-sided", "1.96", "1.645"),
        ("two", "another-z", "1.96", "2"),
        ("n-not-squared", "formula-miscopied", "4 * n ** 2", "4 * n"),
        ("whole-z-square", "formula-miscopied", "z ** 2 / (2 * n)", "z ** 2 / n"),
        ("n-of-all", "seen-in-n", "keep.sum()", "len(keep)"),
        ("seen-wrong", "seen-as-wrong", "keep = ~seen", "right, keep = right & ~seen, seen | True"),
        ("two-digits", "rounded-off", "    if low >= claim", "    low, high = np.round([low, high], 2)\n"
         "    if low >= claim"),
        ("high-first", "ends-exchanged", "return low, high", "return high, low")),
    *_wrong("q6", "the_interval_decides",
        ("share-decides", "best-guess-decides", "if low >= claim", "if p >= claim", "high < claim", "p < claim"),
        ("exchanged", "verdicts-exchanged", '"shown"', '"x"', '"refuted"', '"shown"', '"x"', '"refuted"'),
        ("never-refuted", "never-decided", '"refuted" if high < claim else "open"', '"open"')),
    *_wrong("q6", "the_numbers_of_the_claim",
        ("her-own-figure", "seen-counted", "0.8156", "0.8670", "'open'", "'shown'"),
        ("shown", "seen-counted", "'open'", "'shown'"),
        ("refuted", "best-guess-decides", "'open'", "'refuted'"),
        ("percent", "not right yet", "0.8156", "81.56"),
        ("and-the-seen", "seen-in-n", "1225", "1525"),
        ("her-spread", "spread-of-the-share", "1225", "1087"),
        ("not-whole", "not-a-whole-number", "1225", "1224.51"),
        ("down", "not-a-whole-number", "1225", "1224"),
        ("a-thousand", "should just reach", "1225", "1000"),
        ("no-verdict", "`VERDICT` is", "'open'", "'perhaps'")),
    *_wrong("q6", "all_right_all_wrong_and_one",
        ("open-at-the-border", "border-left-out", "low >= claim", "low > claim"),
        ("marks-the-callers", "changes-its-inputs", "n, p, z =", "right &= keep\n    n, p, z =")),
]  # fmt: skip

UNUSUAL = [
    Unusual("q1", "loop", _with("q1", report="""
visible = [(row.tolist(), int(y)) for row, y in zip(logits, labels) if y >= 0]
hidden = len(labels) - len(visible)
if not visible:
    return dict(accuracy=float("nan"), majority=float("nan"), hidden=hidden, loss=None)
right = sum(row.index(max(row)) == y for row, y in visible)
count = {}
for _, y in visible:
    count[y] = count.get(y, 0) + 1
return dict(accuracy=right / len(visible), majority=max(count.values()) / len(visible), hidden=hidden)
""")),
    Unusual("q1", "counter", "from collections import Counter\n" + _with("q1", report="""
called = np.argmax(np.asarray(logits, dtype=np.float32), axis=-1)
truth = np.asarray(labels)
keep = np.flatnonzero(truth + 1)
share = lambda hits: float(np.mean(hits)) if len(keep) else float("nan")
top = Counter(truth[keep].tolist()).most_common(1)[0][0] if len(keep) else 0
return {"hidden": int((truth == -1).sum()), "accuracy": share(called[keep] == truth[keep]),
        "majority": share(truth[keep] == top)}
""")),
    Unusual("q2", "simulated", _with("q2", plan_run="""
import math
steps, sizes = 0, []
for epoch in range(epochs):
    reviews = list(range(n))
    batches = [reviews[k:k + B] for k in range(0, n, B)]
    groups = [batches[k:k + A] for k in range(0, len(batches), A)]
    steps += len(groups)
    sizes.append(sum(map(len, groups[-1])))
up = math.ceil(warm_up * steps) if warm_up < 1 else warm_up
return {"steps": steps, "last": sizes[-1], "warm_up": float(up), "evaluations": np.arange(every, steps + 1, every)}
""")),
    Unusual("q3", "while", _with("q3", watch="""
import math
k = 1
beaten = 1
while k < len(losses):
    k += 1
    past = [loss for loss in losses[:k - 1] if not math.isnan(loss)]
    if losses[k - 1] < min(past) - least:
        beaten = k
    if k - beaten >= patience:
        break
seen = [math.inf if math.isnan(loss) else loss for loss in losses[:k]]
return [k, seen.index(min(seen)) + 1]
""")),
    Unusual("q4", "regular-expressions", "import re\n" + _with("q4", read_rows="""
source = {"sentence", "text"} & rows[0].keys()
mark = {"label", "stars"} & rows[0].keys()
if not source or not mark:
    raise ValueError("need sentence or text, and label or stars; got " + " ".join(rows[0]))
(source,), (mark,) = source, mark
pairs = []
for row in rows:
    text = re.sub(r"\\s+", " ", re.sub("<br />", " ", row[source])).strip()
    y = row[mark]
    if mark == "stars":
        y = {1: 0, 2: 0, 3: 0, 4: 0, 7: 1, 8: 1, 9: 1, 10: 1}.get(y, -1)
    if len(text) and y in (0, 1):
        pairs.append((text, y))
return tuple(text for text, _ in pairs), np.array([y for _, y in pairs], dtype=int)
""")),
    Unusual("q5", "weighted-means", edit_text(_with("q5", accumulate="""
shares = np.array([len(y) for _, y in parts]) / sum(len(y) for _, y in parts)
loss, gradient = 0.0, np.zeros_like(w, dtype=float)
for (X, y), share in zip(parts, shares):
    z = X @ w
    loss += share * np.mean(np.logaddexp(0, z) - y * z)
    gradient += share * X.T @ (1 / (1 + np.exp(-z)) - y) / len(y)
return loss, gradient
"""), "FROM_THE_FIRST = 'AD'", "FROM_THE_FIRST = 'D and A'")),
    Unusual("q5", "autograd", "import torch\n" + _with("q5", accumulate="""
weights = torch.tensor(np.array(w), dtype=torch.float64, requires_grad=True)
n = sum(len(y) for _, y in parts)
total = 0.0
for X, y in parts:
    z, y = torch.tensor(X) @ weights, torch.tensor(y).double()
    loss = torch.nn.functional.binary_cross_entropy_with_logits(z, y, reduction="sum") / n
    loss.backward()
    total += loss.item()
return total, weights.grad
""")),
    Unusual("q6", "roots-of-a-quadratic", edit_text(_with("q6", judge_claim="""
keep = np.logical_not(seen)
n, p, z2 = int(keep.sum()), float(np.mean(right[keep])), 1.96 ** 2
a, b, c = 1 + z2 / n, -(2 * p + z2 / n), p * p
root = np.sqrt(max(b * b - 4 * a * c, 0.0))
low, high = (-b - root) / (2 * a), (-b + root) / (2 * a)
return [low, high, "open" if low < claim <= high else "shown" if claim <= low else "refuted"]
"""), "LOW = 0.8156", "LOW = 0.816", "VERDICT = 'open'", "VERDICT = 'Open'", "NEEDED = 1225", "NEEDED = 1225.0")),
]  # fmt: skip

EQUIVALENT = [
    Equivalent("q1", "arrays of one length",
        list_mutants("return {'accuracy': float('nan'), 'majority': float('nan'), 'hidden': len(labels)}",
            "labels → logits", "labels → seen")),
    Equivalent("q1", "the last of two axes",
        list_mutants("right = logits[seen].argmax(axis=1) == labels[seen]", "axis=1 → axis=-1")),
    Equivalent("q2", "a whole number either way",
        list_mutants(
            "return {'steps': steps, 'warm_up': int(warm_up) if warm_up >= 1 else int(np.ceil(warm_up * steps)), "
            "'last': n - (each - 1) * A * B, 'evaluations': list(range(every, steps + 1, every))}",
            "int(warm_up) → warm_up", "int(np.ceil(warm_up * steps) → np.ceil(warm_up * steps")),
    Equivalent("q2", "a range holds the same steps",
        list_mutants(
            "return {'steps': steps, 'warm_up': int(warm_up) if warm_up >= 1 else int(np.ceil(warm_up * steps)), "
            "'last': n - (each - 1) * A * B, 'evaluations': list(range(every, steps + 1, every))}",
            "list(range(every, steps + 1, every)) → range(every, steps + 1, every)")),
    Equivalent("q4", "all rows have the same keys",
        list_mutants(
            "columns = [next((name for name in names if name in rows[0]), None) for names in (('sentence', 'text'), "
            "('label', 'stars'))]",
            "rows[0 → rows[-1")),
    Equivalent("q4", "any negative number",
        list_mutants("label = 0 if label <= 4 else 1 if label >= 7 else -1", "else -1 → else -2",
            "else -1 → else -0.5")),
    Equivalent("q4", "rows have one of the two",
        list_mutants(
            "columns = [next((name for name in names if name in rows[0]), None) for names in (('sentence', 'text'), "
            "('label', 'stars'))]",
            "names if → list(names)[::-1] if", "'sentence', 'text' → 'text', 'sentence'",
            "'label', 'stars' → 'stars', 'label'")),
    Equivalent("q4", "the last of two", (
        *list_mutants("if columns[1] == 'stars':", "columns[1 → columns[-1"),
        *list_mutants("text, label = (' '.join(row[columns[0]].replace('<br />', ' ').split()), row[columns[1]])",
            "columns[1 → columns[-1"))),
    Equivalent("q4", "the names of the columns are in the message either way",
        list_mutants("raise ValueError(f\"no column for the {what}; there are: {', '.join(rows[0])}\")",
            "for the  → for the ?", "are:  → are: ?", "{what → {columns", "{what → {name",
            "f\"no column for the {what}; there are: {', '.join(rows[0])}\" → "
            "f'no column for the {what}; there are: {rows[0]}'",
            "'.join → ?'.join", "rows[0 → rows[1", "rows[0 → rows[-1")),
    Equivalent("q4", "two neighbouring lines that do not touch each other",
        swap_lines("texts.append(text)", "labels.append(label)")),
    Equivalent("q4", "which of two missing columns is named first, or how, is left open",
        list_mutants("for name, what in zip(columns, ('text', 'label')):",
            "zip(columns, ('text', 'label')) → list(zip(columns, ('text', 'label')))[::-1]",
            "'text', 'label' → 'label', 'text'", "'text' → 'text?'", "'label' → 'label?'")),
    Equivalent("q5", "arrays of one length",
        list_mutants("gradient, n = (gradient + X.T @ (p - y), n + len(y))", "len(y → len(X")),
    Equivalent("q5", "in any order", list_mutants("for X, y in parts:", "parts → list(parts)[::-1]")),
    Equivalent("q5", "only letters are read", list_mutants("FROM_THE_FIRST = 'AD'", " 'AD' →  'AD?'")),
    Equivalent("q5", "two neighbouring lines that do not touch each other",
        swap_lines("loss -= np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))",
            "gradient, n = (gradient + X.T @ (p - y), n + len(y))")),
    Equivalent("q6", "a square has no sign",
        list_mutants("NEEDED = int(np.ceil(1.96 ** 2 * CLAIM * (1 - CLAIM) / (0.87 - CLAIM) ** 2))",
            "0.87 - CLAIM → CLAIM - 0.87", "0.87 - CLAIM → -(0.87 - CLAIM)")),
    Equivalent("q6", "a whole number either way", (
        *swap_lines("VERDICT = judge_claim(RIGHT, SEEN, CLAIM)[2]",
            "NEEDED = int(np.ceil(1.96 ** 2 * CLAIM * (1 - CLAIM) / (0.87 - CLAIM) ** 2))"),
        *list_mutants("NEEDED = int(np.ceil(1.96 ** 2 * CLAIM * (1 - CLAIM) / (0.87 - CLAIM) ** 2))",
            "int(np.ceil(1.96 ** 2 * CLAIM * (1 - CLAIM) / (0.87 - CLAIM) ** 2) → "
            "np.ceil(1.96 ** 2 * CLAIM * (1 - CLAIM) / (0.87 - CLAIM) ** 2"))),
    Equivalent("q6", "two neighbouring lines that do not touch each other", (
        *swap_lines("LOW = judge_claim(RIGHT, SEEN, CLAIM)[0]", "VERDICT = judge_claim(RIGHT, SEEN, CLAIM)[2]"),
        *swap_lines("count, z2 = ((~seen).sum(), 1.96 ** 2)", "p = right[~seen].mean()"))),
]  # fmt: skip
