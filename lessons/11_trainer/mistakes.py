"""Exercise 11: wrong answers that its checks must name, and unusual right ones."""

from proofs.claims import Equivalent, Mistake, Unusual


def _indent(lines: str) -> str:
    return "".join(f"    {line}\n" for line in lines.strip("\n").split("\n"))


def _change(lines: str, *pairs: tuple[str, str]) -> str:
    for old, new in pairs:
        assert old in lines, f"{old!r} is not in the lines to change"
        lines = lines.replace(old, new)
    return lines


def _report(lines: str) -> str:
    return f"def report(logits, labels):\n{_indent(lines)}"


def _plan(lines: str) -> str:
    return f"def plan_run(n, B, A, epochs, warm_up, every):\n{_indent(lines)}"


def _watch(lines: str) -> str:
    return f"def watch(losses, patience, least=0.0):\n{_indent(lines)}"


def _rows(lines: str) -> str:
    return f"def read_rows(rows):\n{_indent(lines)}"


def _parts(lines: str = "", letters: str = "AD") -> str:
    return f"def accumulate(w, parts):\n{_indent(lines or _SUMS)}\n\nFROM_THE_FIRST = {letters!r}\n"


def _judged(lines: str = "", low="0.8156", verdict="open", needed="1225") -> str:
    return f"def judge_claim(right, seen, claim):\n{_indent(lines or _WILSON)}\n\nLOW = {low}\nVERDICT = {verdict!r}\nNEEDED = {needed}\n"


_SEEN = """
seen = labels != -1
n = seen.sum()
if n == 0:
    return {"accuracy": np.nan, "majority": np.nan, "hidden": len(labels)}
right = (logits.argmax(axis=1) == labels)[seen].sum()
most = max((labels == c).sum() for c in range(logits.shape[1]))
return {"accuracy": right / n, "majority": most / n, "hidden": len(labels) - n}
"""
_STEPS = """
import math
batches = math.ceil(n / B)
each = math.ceil(batches / A)
steps = each * epochs
up = warm_up if warm_up >= 1 else math.ceil(warm_up * steps)
return {"steps": steps, "warm_up": up, "last": n - (each - 1) * A * B, "evaluations": [k for k in range(1, steps + 1) if k % every == 0]}
"""
_IDLE = """
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
"""
_READ = """
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
"""
_SUMS = """
loss, gradient, n = 0.0, 0.0, 0
for X, y in parts:
    p = 1 / (1 + np.exp(-X @ w))
    loss -= (y * np.log(p) + (1 - y) * np.log(1 - p)).sum()
    gradient = gradient + X.T @ (p - y)
    n += len(y)
return loss / n, gradient / n
"""
_WILSON = """
keep = ~seen
n, p, z = keep.sum(), right[keep].mean(), 1.96
middle = p + z ** 2 / (2 * n)
half = z * np.sqrt(p * (1 - p) / n + z ** 2 / (4 * n ** 2))
bottom = 1 + z ** 2 / n
low, high = (middle - half) / bottom, (middle + half) / bottom
if low >= claim:
    return low, high, "shown"
return low, high, "refuted" if high < claim else "open"
"""
_LEFT, _ALL, _COUNTED, _WARM, _EVERY = (
    "hidden_labels_are_left_out",
    "all_hidden_or_a_single_row",
    "steps_are_counted",
    "warm_up_is_a_share_or_a_number",
    "evaluations_are_multiples",
)
_EVEN, _ENDS, _SMALL, _EQUALS = (
    "even_and_small_runs",
    "patience_ends_it",
    "small_gains_are_kept_but_do_not_count",
    "equals_nan_and_single_evaluations",
)
_SOURCES, _CLEAN, _NAMED, _BORDERS = (
    "three_sources_are_read",
    "texts_are_clean",
    "missing_columns_are_named",
    "borders_and_inputs",
)
_LARGE, _LETTERS, _ONE = "the_large_batch_is_met", "the_letters_explain_the_first_loss", "one_part_and_inputs"
_UNSEEN, _DECIDES, _NUMBERS, _EXTREME = (
    "only_unseen_reviews_count",
    "the_interval_decides",
    "the_numbers_of_the_claim",
    "all_right_all_wrong_and_one",
)

MISTAKES = [
    # q1
    Mistake("q1", "all-rows", _LEFT, "hidden-counted-as-wrong", _report(_change(_SEEN, ('"accuracy": right / n', '"accuracy": right / len(labels)')))),
    Mistake("q1", "majority-of-all", _LEFT, "divided-by-all", _report(_change(_SEEN, ("most / n", "most / len(labels)")))),
    Mistake("q1", "hidden-majority", _LEFT, "hidden-as-a-class", _report(_change(_SEEN, ("range(logits.shape[1])", "range(-1, logits.shape[1])")))),
    Mistake("q1", "answers-majority", _LEFT, "majority-of-the-answers", _report(_change(_SEEN, ("max((labels == c)", "max((logits.argmax(axis=1)[seen] == c)")))),
    Mistake("q1", "share-of-ones", _LEFT, "two-classes-only", _report(_change(_SEEN, ("most / n", "(labels == 1).sum() / n")))),
    Mistake("q1", "two-classes", _LEFT, "two-classes-only", _report(_change(_SEEN, ("range(logits.shape[1])", "(0, 1)")))),
    Mistake("q1", "counts-visible", _LEFT, "visible-for-hidden", _report(_change(_SEEN, ('"hidden": len(labels) - n', '"hidden": n')))),
    Mistake("q1", "percent", _LEFT, "percent-for-share", _report(_change(_SEEN, ('"accuracy": right / n', '"accuracy": 100 * right / n')))),
    Mistake("q1", "percent-majority", _LEFT, "percent-for-share", _report(_change(_SEEN, ("most / n", "100 * most / n")))),
    Mistake("q1", "first-class-counts", _LEFT, "should be", _report(_change(_SEEN, ("argmax(axis=1)", "argmin(axis=1)")))),
    Mistake("q1", "zero-for-nothing", _ALL, "all-hidden", _report(_change(_SEEN, ('"accuracy": np.nan', '"accuracy": 0.0')))),
    Mistake("q1", "positive-labels-only", _LEFT, "should be", _report(_change(_SEEN, ("labels != -1", "labels > 0")))),
    Mistake("q1", "overwrites-labels", _ALL, "changes-its-inputs", _report("kept, labels = labels, labels.copy()" + _SEEN.replace("return {", "kept[kept < 0] = 0\nreturn {", 2).replace("    kept[kept < 0] = 0\nreturn", "    kept[kept < 0] = 0\n    return"))),
    Mistake("q1", "accuracy-alone", _LEFT, "dictionary", _report("seen = labels >= 0\nreturn (logits.argmax(axis=1) == labels)[seen].mean()")),
    # q2
    Mistake("q2", "batches-as-steps", _COUNTED, "accumulation-ignored", _plan(_change(_STEPS, ("steps = each * epochs", "steps = batches * epochs")))),
    Mistake("q2", "whole-steps", _COUNTED, "rest-dropped", _plan(_change(_STEPS, ("math.ceil(batches / A)", "batches // A")))),
    Mistake("q2", "whole-batches", _COUNTED, "rest-dropped", _plan(_change(_STEPS, ("math.ceil(n / B)", "n // B")))),
    Mistake("q2", "one-long-epoch", _COUNTED, "epochs-run-together", _plan(_change(_STEPS, ("steps = each * epochs", "steps = math.ceil(batches * epochs / A)")))),
    Mistake("q2", "one-epoch", _COUNTED, "one-epoch-only", _plan(_change(_STEPS, ("steps = each * epochs", "steps = each")))),
    Mistake("q2", "last-batch", _COUNTED, "last-batch-for-step", _plan(_change(_STEPS, ("n - (each - 1) * A * B", "n - (batches - 1) * B")))),
    Mistake("q2", "always-a-share", _WARM, "share-for-steps", _plan(_change(_STEPS, ("warm_up if warm_up >= 1 else ", "")))),
    Mistake("q2", "one-as-a-share", _WARM, "share-for-steps", _plan(_change(_STEPS, ("warm_up >= 1", "warm_up > 1")))),
    Mistake("q2", "rounded-down", _WARM, "warm-up-rounded-down", _plan(_change(_STEPS, ("math.ceil(warm_up * steps)", "int(warm_up * steps)")))),
    Mistake("q2", "of-an-epoch", _WARM, "warm-up-of-an-epoch", _plan(_change(_STEPS, ("math.ceil(warm_up * steps)", "math.ceil(warm_up * each)")))),
    Mistake("q2", "and-at-the-end", _EVERY, "evaluation-at-the-end", _plan(_change(_STEPS, ("if k % every == 0", "if k % every == 0 or k == steps")))),
    Mistake("q2", "short-of-the-end", _EVERY, "last-evaluation-missing", _plan(_change(_STEPS, ("range(1, steps + 1)", "range(1, steps)")))),
    Mistake("q2", "from-zero", _EVERY, "evaluation-at-zero", _plan(_change(_STEPS, ("range(1, steps + 1)", "range(0, steps + 1)")))),
    Mistake("q2", "from-one", _EVERY, "should be", _plan(_change(_STEPS, ("if k % every == 0", "if k % every == 1")))),
    Mistake("q2", "remainder", _EVEN, "zero-in-the-last", _plan(_change(_STEPS, ("n - (each - 1) * A * B", "n % (A * B)")))),
    Mistake("q2", "how-many", _COUNTED, "list of whole numbers", _plan(_change(_STEPS, ("[k for k in range(1, steps + 1) if k % every == 0]", "steps // every")))),
    # q3
    Mistake("q3", "never-reset", _ENDS, "patience-never-reset", _watch(_change(_IDLE, ("idle = 0 if improved else idle + 1", "idle += not improved")))),
    Mistake("q3", "the-one-before", _ENDS, "against-the-one-before", _watch(_change(_IDLE, ("loss < lowest - least", "loss < losses[k - 2] - least")))),
    Mistake("q3", "too-patient", _ENDS, "one-too-patient", _watch(_change(_IDLE, ("idle == patience", "idle > patience")))),
    Mistake("q3", "too-hasty", _ENDS, "one-too-hasty", _watch(_change(_IDLE, ("idle == patience", "idle + 1 >= patience and idle")))),
    Mistake("q3", "least-forgotten", _SMALL, "least-ignored", _watch(_change(_IDLE, (" - least", "")))),
    Mistake("q3", "improvements-alone", _SMALL, "keeps-improvements-only", _watch("""
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
    Mistake("q3", "lowest-of-improvements", _SMALL, "keeps-improvements-only", _watch("""
lowest, best, idle = losses[0], 1, 0
for k, loss in enumerate(losses[1:], start=2):
    if loss < lowest - least:
        lowest, best, idle = loss, k, 0
    else:
        idle += 1
    if idle == patience:
        return k, best
return len(losses), best
""")),
    Mistake("q3", "the-last", _ENDS, "keeps-the-last", _watch(_change(_IDLE, ("return k, best", "return k, k")))),
    Mistake("q3", "all-that-would-come", _ENDS, "looks-ahead", _watch(_change(_IDLE, ("return k, best", "return k, int(np.nanargmin(losses)) + 1")))),
    Mistake("q3", "from-zero", _ENDS, "counted-from-zero", _watch(_change(_IDLE, ("return k, best", "return k - 1, best - 1"), ("return len(losses), best", "return len(losses) - 1, best - 1")))),
    Mistake("q3", "higher", _ENDS, "higher-is-better", _watch("losses = [-loss for loss in losses]" + _IDLE)),
    Mistake("q3", "later-of-equals", _EQUALS, "later-of-equals", _watch(_change(_IDLE, ("if loss < lowest:", "if loss <= lowest:")))),
    Mistake("q3", "equal-is-enough", _EQUALS, "should be", _watch(_change(_IDLE, ("loss < lowest - least", "loss <= lowest - least")))),
    Mistake("q3", "nan-is-lowest", _EQUALS, "should be", _watch(_change(_IDLE, ("if loss < lowest:", "if not loss >= lowest:")))),
    Mistake("q3", "eats-the-list", _EQUALS, "changes-its-inputs", _watch("losses_, count = losses, len(losses)\nlosses = losses_[:]\nresult = None\n" + _IDLE.strip("\n").replace("return k, best", "losses_.clear(); return k, best").replace("return len(losses), best", "losses_.clear(); return count, best"))),
    # q4
    Mistake("q4", "text-column-only", _SOURCES, "KeyError", _rows(_change(_READ, ('"sentence" if "sentence" in there else "text"', '"text"'), ("if source not in there or not", "if not")))),
    Mistake("q4", "hidden-kept", _SOURCES, "hidden-rows-kept", _rows(_change(_READ, (" and y != -1", ' and (y != -1 or "label" in row)')))),
    Mistake("q4", "unclear-kept", _SOURCES, "unclear-rows-kept", _rows(_change(_READ, ('0 if row["stars"] < 5 else 1 if row["stars"] > 6 else -1', 'int(row["stars"] > 5)')))),
    Mistake("q4", "borders-lost", _SOURCES, "clear-rows-lost", _rows(_change(_READ, ('row["stars"] < 5', 'row["stars"] < 4'), ('row["stars"] > 6', 'row["stars"] > 7')))),
    Mistake("q4", "stars-stay", _SOURCES, "stars-for-labels", _rows(_change(_READ, ('0 if row["stars"] < 5 else 1 if row["stars"] > 6 else -1', 'row["stars"] if row["stars"] not in (5, 6) else -1')))),
    Mistake("q4", "bad-is-good", _SOURCES, "should be", _rows(_change(_READ, ('0 if row["stars"] < 5 else 1 if', '1 if row["stars"] < 5 else 0 if')))),
    Mistake("q4", "sorted", _SOURCES, "order-lost", _rows(_change(_READ, ("for row in rows:", "for row in sorted(rows, key=lambda row: row[source]):")))),
    Mistake("q4", "breaks-stay", _CLEAN, "breaks-left-in", _rows(_change(_READ, ('.replace("<br />", " ")', "")))),
    Mistake("q4", "breaks-glue", _CLEAN, "breaks-left-in", _rows(_change(_READ, ('.replace("<br />", " ")', '.replace("<br />", "")')))),
    Mistake("q4", "ends-only", _CLEAN, "blanks-left-in", _rows(_change(_READ, ('" ".join(row[source].replace("<br />", " ").split())', 'row[source].replace("<br />", " ").strip()')))),
    Mistake("q4", "empty-kept", _CLEAN, "empty-rows-kept", _rows(_change(_READ, ("if text and", "if")))),
    Mistake("q4", "all-tags", _CLEAN, "none of the cleaned", _rows("import re" + _change(_READ, ('.replace("<br />", " ")', '.replace("<br />", " ")'), (".split())", ".split())\n    text = re.sub('<[^>]*>', '', text)")))),
    Mistake("q4", "key-error", _NAMED, "stops with KeyError", _rows("\n".join(line for line in _READ.strip("\n").split("\n") if "raise" not in line and not line.startswith("if source")))),
    Mistake("q4", "silent", _NAMED, "goes on", _rows(_change(_READ, ('raise ValueError(f"the text or the label is missing; columns: {there}")', "return [], []")))),
    Mistake("q4", "no-names", _NAMED, "name the columns", _rows(_change(_READ, ("; columns: {there}", "")))),
    Mistake("q4", "cleans-the-callers-rows", _BORDERS, "changes-its-inputs", _rows(_change(_READ, ("    y = row", "    row[source] = text\n    y = row")))),
    # q5
    Mistake("q5", "his-own", _LARGE, "always-four", _parts(_change(_SUMS, ("gradient + X.T @ (p - y)", "gradient + X.T @ (p - y) / len(y) / 4"), ("gradient / n", "gradient")))),
    Mistake("q5", "averages-means", _LARGE, "mean-of-means", _parts(_change(_SUMS, ("X.T @ (p - y)", "X.T @ (p - y) / len(y) / len(parts)"), ("gradient / n", "gradient")))),
    Mistake("q5", "adds-means", _LARGE, "means-added", _parts(_change(_SUMS, ("X.T @ (p - y)", "X.T @ (p - y) / len(y)"), ("gradient / n", "gradient")))),
    Mistake("q5", "adds-all", _LARGE, "sums-for-means", _parts(_change(_SUMS, ("gradient / n", "gradient")))),
    Mistake("q5", "last-part", _LARGE, "last-part-only", _parts(_change(_SUMS, ("gradient + X.T @ (p - y)", "X.T @ (p - y) / len(y)"), ("gradient / n", "gradient")))),
    Mistake("q5", "uphill", _LARGE, "downhill-already", _parts(_change(_SUMS, ("(p - y)", "(y - p)")))),
    Mistake("q5", "loss-of-means", _LARGE, "mean-of-means", _parts(_change(_SUMS, (").sum()", ").mean() / len(parts)"), ("loss / n", "loss")))),
    Mistake("q5", "loss-of-the-last", _LARGE, "loss-of-the-last", _parts(_change(_SUMS, ("loss -= (y * np.log(p) + (1 - y) * np.log(1 - p)).sum()", "loss = -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()"), ("loss / n", "loss")))),
    Mistake("q5", "half-a-loss", _LARGE, "should be", _parts(_change(_SUMS, (" + (1 - y) * np.log(1 - p)", "")))),
    Mistake("q5", "one-too-many", _LETTERS, "acts-in-the-step", _parts(letters="ABD")),
    Mistake("q5", "order-alone", _LETTERS, "one more thing", _parts(letters="A")),
    Mistake("q5", "no-letters", _LETTERS, "letters out of A to E", _parts(letters="order")),
    Mistake("q5", "grows-the-callers-w", _ONE, "changes-its-inputs", _parts(_change(_SUMS, ("return loss / n", "w -= gradient / n\nreturn loss / n")))),
    # q6
    Mistake("q6", "all-reviews", _UNSEEN, "seen-counted", _judged(_change(_WILSON, ("keep = ~seen", "keep = seen | True")))),
    Mistake("q6", "seen-only", _UNSEEN, "seen-for-unseen", _judged(_change(_WILSON, ("keep = ~seen", "keep = seen")))),
    Mistake("q6", "wald", _UNSEEN, "wald-for-wilson", _judged(_change(_WILSON, (" + z ** 2 / (2 * n)", ""), (" + z ** 2 / (4 * n ** 2)", ""), ("1 + z ** 2 / n", "1")))),
    Mistake("q6", "no-denominator", _UNSEEN, "not-divided", _judged(_change(_WILSON, ("1 + z ** 2 / n", "1")))),
    Mistake("q6", "one-sided", _UNSEEN, "one-sided", _judged(_change(_WILSON, ("1.96", "1.645")))),
    Mistake("q6", "n-of-all", _UNSEEN, "should be", _judged(_change(_WILSON, ("keep.sum()", "len(keep)")))),
    Mistake("q6", "share-decides", _DECIDES, "best-guess-decides", _judged(_change(_WILSON, ("if low >= claim", "if p >= claim"), ("high < claim", "p < claim")))),
    Mistake("q6", "exchanged", _DECIDES, "verdicts-exchanged", _judged(_change(_WILSON, ('"shown"', '"x"'), ('"refuted"', '"shown"'), ('"x"', '"refuted"')))),
    Mistake("q6", "never-refuted", _DECIDES, "should be", _judged(_change(_WILSON, ('"refuted" if high < claim else "open"', '"open"')))),
    Mistake("q6", "her-own-figure", _NUMBERS, "seen-counted", _judged(low="0.8670", verdict="shown")),
    Mistake("q6", "shown", _NUMBERS, "seen-counted", _judged(verdict="shown")),
    Mistake("q6", "refuted", _NUMBERS, "best-guess-decides", _judged(verdict="refuted")),
    Mistake("q6", "percent", _NUMBERS, "should be", _judged(low="81.56")),
    Mistake("q6", "her-spread", _NUMBERS, "spread-of-the-share", _judged(needed="1087")),
    Mistake("q6", "not-whole", _NUMBERS, "not-a-whole-number", _judged(needed="1224.51")),
    Mistake("q6", "down", _NUMBERS, "not-a-whole-number", _judged(needed="1224")),
    Mistake("q6", "a-thousand", _NUMBERS, "should just reach", _judged(needed="1000")),
    Mistake("q6", "no-verdict", _NUMBERS, "verdict is one of", _judged(verdict="perhaps")),
    Mistake("q6", "marks-the-callers", _EXTREME, "changes-its-inputs", _judged(_change(_WILSON, ("keep = ~seen", "keep = ~seen\nright &= keep")))),
]  # fmt: skip

UNUSUAL = [
    Unusual(
        "q1",
        "loop",
        _report("""
visible = [(row.tolist(), int(y)) for row, y in zip(logits, labels) if y >= 0]
hidden = len(labels) - len(visible)
if not visible:
    return dict(accuracy=float("nan"), majority=float("nan"), hidden=hidden, loss=None)
right = sum(row.index(max(row)) == y for row, y in visible)
count = {}
for _, y in visible:
    count[y] = count.get(y, 0) + 1
return dict(accuracy=right / len(visible), majority=max(count.values()) / len(visible), hidden=hidden)
"""),
    ),
    Unusual(
        "q1",
        "counter",
        "from collections import Counter\n"
        + _report("""
called = np.argmax(np.asarray(logits, dtype=np.float32), axis=-1)
truth = np.asarray(labels)
keep = np.flatnonzero(truth + 1)
share = lambda hits: float(np.mean(hits)) if len(keep) else float("nan")
top = Counter(truth[keep].tolist()).most_common(1)[0][0] if len(keep) else 0
return {"hidden": int((truth == -1).sum()), "accuracy": share(called[keep] == truth[keep]), "majority": share(truth[keep] == top)}
"""),
    ),
    Unusual(
        "q2",
        "simulated",
        _plan("""
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
"""),
    ),
    Unusual(
        "q3",
        "while",
        _watch("""
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
"""),
    ),
    Unusual(
        "q4",
        "regular-expressions",
        "import re\n"
        + _rows("""
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
"""),
    ),
    Unusual(
        "q5",
        "weighted-means",
        _parts(
            """
shares = np.array([len(y) for _, y in parts]) / sum(len(y) for _, y in parts)
loss, gradient = 0.0, np.zeros_like(w, dtype=float)
for (X, y), share in zip(parts, shares):
    z = X @ w
    loss += share * np.mean(np.logaddexp(0, z) - y * z)
    gradient += share * X.T @ (1 / (1 + np.exp(-z)) - y) / len(y)
return loss, gradient
""",
            "D and A",
        ),
    ),
    Unusual(
        "q5",
        "autograd",
        "import torch\n"
        + _parts("""
weights = torch.tensor(np.array(w), dtype=torch.float64, requires_grad=True)
n = sum(len(y) for _, y in parts)
total = 0.0
for X, y in parts:
    loss = torch.nn.functional.binary_cross_entropy_with_logits(torch.tensor(X) @ weights, torch.tensor(y).double(), reduction="sum") / n
    loss.backward()
    total += loss.item()
return total, weights.grad
"""),
    ),
    Unusual(
        "q6",
        "roots-of-a-quadratic",
        _judged(
            """
keep = np.logical_not(seen)
n, p, z2 = int(keep.sum()), float(np.mean(right[keep])), 1.96 ** 2
a, b, c = 1 + z2 / n, -(2 * p + z2 / n), p * p
root = np.sqrt(max(b * b - 4 * a * c, 0.0))
low, high = (-b - root) / (2 * a), (-b + root) / (2 * a)
return [low, high, "open" if low < claim <= high else "shown" if claim <= low else "refuted"]
""",
            low="0.816",
            verdict="Open",
            needed="1225.0",
        ),
    ),
]

EQUIVALENT = [
    Equivalent("q1", "arrays of one length", (
        "return {'accuracy': float('nan'), 'majority': float('nan'), 'hidden': len(labels)} → return {'accuracy': float('nan'), 'majority': float('nan'), 'hidden': len(logits)}",
        "return {'accuracy': float('nan'), 'majority': float('nan'), 'hidden': len(labels)} → return {'accuracy': float('nan'), 'majority': float('nan'), 'hidden': len(seen)}",
    )),
    Equivalent("q1", "the last of two axes", (
        "right = logits[seen].argmax(axis=1) == labels[seen] → right = logits[seen].argmax(axis=-1) == labels[seen]",
    )),
    Equivalent("q2", "a whole number either way", (
        "return {'steps': steps, 'warm_up': int(warm_up) if warm_up >= 1 else int(np.ceil(warm_up * steps)), 'last': n - (each - 1) * A * B, 'evaluations': list(range(every, steps + 1, every))} → return {'steps': steps, 'warm_up': warm_up if warm_up >= 1 else int(np.ceil(warm_up * steps)), 'last': n - (each - 1) * A * B, 'evaluations': list(range(every, steps + 1, every))}",
        "return {'steps': steps, 'warm_up': int(warm_up) if warm_up >= 1 else int(np.ceil(warm_up * steps)), 'last': n - (each - 1) * A * B, 'evaluations': list(range(every, steps + 1, every))} → return {'steps': steps, 'warm_up': int(warm_up) if warm_up >= 1 else np.ceil(warm_up * steps), 'last': n - (each - 1) * A * B, 'evaluations': list(range(every, steps + 1, every))}",
    )),
    Equivalent("q4", "all rows have the same keys", (
        "columns = [next((name for name in names if name in rows[0]), None) for names in (('sentence', 'text'), ('label', 'stars'))] → columns = [next((name for name in names if name in rows[-1]), None) for names in (('sentence', 'text'), ('label', 'stars'))]",
    )),
    Equivalent("q4", "any negative number", (
        "label = 0 if label <= 4 else 1 if label >= 7 else -1 → label = 0 if label <= 4 else 1 if label >= 7 else -2",
        "label = 0 if label <= 4 else 1 if label >= 7 else -1 → label = 0 if label <= 4 else 1 if label >= 7 else -0.5",
    )),
    Equivalent("q4", "rows have one of the two", (
        "columns = [next((name for name in names if name in rows[0]), None) for names in (('sentence', 'text'), ('label', 'stars'))] → columns = [next((name for name in list(names)[::-1] if name in rows[0]), None) for names in (('sentence', 'text'), ('label', 'stars'))]",
        "columns = [next((name for name in names if name in rows[0]), None) for names in (('sentence', 'text'), ('label', 'stars'))] → columns = [next((name for name in names if name in rows[0]), None) for names in (('text', 'sentence'), ('label', 'stars'))]",
        "columns = [next((name for name in names if name in rows[0]), None) for names in (('sentence', 'text'), ('label', 'stars'))] → columns = [next((name for name in names if name in rows[0]), None) for names in (('sentence', 'text'), ('stars', 'label'))]",
    )),
    Equivalent("q4", "the last of two", (
        "if columns[1] == 'stars': → if columns[-1] == 'stars':",
        "text, label = (' '.join(row[columns[0]].replace('<br />', ' ').split()), row[columns[1]]) → text, label = (' '.join(row[columns[0]].replace('<br />', ' ').split()), row[columns[-1]])",
    )),
    Equivalent("q4", "the names of the columns are in the message either way", (
        "raise ValueError(f\"no column for the {what}; there are: {', '.join(rows[0])}\") → raise ValueError(f\"no column for the ?{what}; there are: {', '.join(rows[0])}\")",
        "raise ValueError(f\"no column for the {what}; there are: {', '.join(rows[0])}\") → raise ValueError(f\"no column for the {what}; there are: ?{', '.join(rows[0])}\")",
        "raise ValueError(f\"no column for the {what}; there are: {', '.join(rows[0])}\") → raise ValueError(f\"no column for the {columns}; there are: {', '.join(rows[0])}\")",
        "raise ValueError(f\"no column for the {what}; there are: {', '.join(rows[0])}\") → raise ValueError(f\"no column for the {name}; there are: {', '.join(rows[0])}\")",
        "raise ValueError(f\"no column for the {what}; there are: {', '.join(rows[0])}\") → raise ValueError(f'no column for the {what}; there are: {rows[0]}')",
        "raise ValueError(f\"no column for the {what}; there are: {', '.join(rows[0])}\") → raise ValueError(f\"no column for the {what}; there are: {', ?'.join(rows[0])}\")",
        "raise ValueError(f\"no column for the {what}; there are: {', '.join(rows[0])}\") → raise ValueError(f\"no column for the {what}; there are: {', '.join(rows[1])}\")",
        "raise ValueError(f\"no column for the {what}; there are: {', '.join(rows[0])}\") → raise ValueError(f\"no column for the {what}; there are: {', '.join(rows[-1])}\")",
    )),
    Equivalent("q4", "two neighbouring lines that do not touch each other", (
        "texts.append(text) / labels.append(label) → labels.append(label) / texts.append(text)",
    )),
    Equivalent("q4", "which of two missing columns is named first, or how, is left open", (
        "for name, what in zip(columns, ('text', 'label')): → for name, what in list(zip(columns, ('text', 'label')))[::-1]:",
        "for name, what in zip(columns, ('text', 'label')): → for name, what in zip(columns, ('label', 'text')):",
        "for name, what in zip(columns, ('text', 'label')): → for name, what in zip(columns, ('text?', 'label')):",
        "for name, what in zip(columns, ('text', 'label')): → for name, what in zip(columns, ('text', 'label?')):",
    )),
    Equivalent("q5", "arrays of one length", (
        "gradient, n = (gradient + X.T @ (p - y), n + len(y)) → gradient, n = (gradient + X.T @ (p - y), n + len(X))",
    )),
    Equivalent("q5", "in any order", (
        "for X, y in parts: → for X, y in list(parts)[::-1]:",
    )),
    Equivalent("q5", "only letters are read", (
        "FROM_THE_FIRST = 'AD' → FROM_THE_FIRST = 'AD?'",
    )),
    Equivalent("q5", "two neighbouring lines that do not touch each other", (
        "loss -= np.sum(y * np.log(p) + (1 - y) * np.log(1 - p)) / gradient, n = (gradient + X.T @ (p - y), n + len(y)) → gradient, n = (gradient + X.T @ (p - y), n + len(y)) / loss -= np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))",
    )),
    Equivalent("q6", "a square has no sign", (
        "NEEDED = int(np.ceil(1.96 ** 2 * CLAIM * (1 - CLAIM) / (0.87 - CLAIM) ** 2)) → NEEDED = int(np.ceil(1.96 ** 2 * CLAIM * (1 - CLAIM) / (CLAIM - 0.87) ** 2))",
        "NEEDED = int(np.ceil(1.96 ** 2 * CLAIM * (1 - CLAIM) / (0.87 - CLAIM) ** 2)) → NEEDED = int(np.ceil(1.96 ** 2 * CLAIM * (1 - CLAIM) / (-(0.87 - CLAIM)) ** 2))",
    )),
    Equivalent("q6", "a whole number either way", (
        "VERDICT = judge_claim(RIGHT, SEEN, CLAIM)[2] / NEEDED = int(np.ceil(1.96 ** 2 * CLAIM * (1 - CLAIM) / (0.87 - CLAIM) ** 2)) → NEEDED = int(np.ceil(1.96 ** 2 * CLAIM * (1 - CLAIM) / (0.87 - CLAIM) ** 2)) / VERDICT = judge_claim(RIGHT, SEEN, CLAIM)[2]",
        "NEEDED = int(np.ceil(1.96 ** 2 * CLAIM * (1 - CLAIM) / (0.87 - CLAIM) ** 2)) → NEEDED = np.ceil(1.96 ** 2 * CLAIM * (1 - CLAIM) / (0.87 - CLAIM) ** 2)",
    )),
    Equivalent("q6", "two neighbouring lines that do not touch each other", (
        "LOW = judge_claim(RIGHT, SEEN, CLAIM)[0] / VERDICT = judge_claim(RIGHT, SEEN, CLAIM)[2] → VERDICT = judge_claim(RIGHT, SEEN, CLAIM)[2] / LOW = judge_claim(RIGHT, SEEN, CLAIM)[0]",
        "count, z2 = ((~seen).sum(), 1.96 ** 2) / p = right[~seen].mean() → p = right[~seen].mean() / count, z2 = ((~seen).sum(), 1.96 ** 2)",
    )),
]  # fmt: skip
