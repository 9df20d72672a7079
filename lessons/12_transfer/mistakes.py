"""Exercise 12: wrong answers that its checks must name, and unusual right ones."""

from proofs.claims import Equivalent, Mistake, Unusual, define_function, edit_text, list_changes


def _lora(y: str = "", merged: str = "") -> str:
    first = define_function("apply_lora(x, W, b, A, B, alpha)", y or _THIN)
    return f"{first}\n\n" + define_function("merge_lora(W, A, B, alpha)", merged or _MERGED)


def _counts(
    lora="sum(r * o + r * i for o, i in shapes)",
    adapters="2 * L * (d * m + m + m * d + d)",
    rank="(o * i - 1) // (o + i)",
) -> str:
    parts = [("count_lora(shapes, r)", lora), ("count_adapters(d, m, L)", adapters), ("largest_rank(o, i)", rank)]
    return "\n\n".join(f"def {head}:\n    return {body}\n" for head, body in parts)


def _forms(first="1 / (1 + mu), 1 + mu", second='(1 - lam) / lam if lam else float("inf")', letters="ADE") -> str:
    return f"def to_first(mu):\n    return {first}\n\ndef to_second(lam):\n    return {second}\n\nTRUE = {letters!r}\n"


def _adapter(lines="h + np.maximum(h @ D.T + p, 0) @ U.T + q", letters="ADE") -> str:
    return f"def adapt(h, D, p, U, q):\n    return {lines}\n\nGOOD = {letters!r}\n"


def _shots(lines: str = "", report: str = "") -> str:
    first = define_function("draw_shots(y, test, k, seed)", lines or _DRAW)
    return f"{first}\n\n" + define_function("report_draws(scores)", report or _MEAN)


def _sold(forgotten: str = "", cheapest: str = "", choice="LoRA", cost="5005.99") -> str:
    first = define_function("find_forgetting(R)", forgotten or _FORGOTTEN)
    second = define_function("find_cheapest(ways, customers, label, gigabyte, demand)", cheapest or _BILLS)
    return f"{first}\n\n{second}\n\nCHOICE = {choice!r}\nCOST = {cost}\n"


_THIN = """
r = A.shape[0]
return x @ W.T + b + (alpha / r) * ((x @ A.T) @ B.T)
"""
_MERGED = """
r = A.shape[0]
return W + (alpha / r) * (B @ A)
"""
_DRAW = """
rng, shots = np.random.default_rng(seed), []
for c in sorted(set(y.tolist())):
    rows = [row for row in range(len(y)) if y[row] == c and row not in set(test.tolist())]
    if len(rows) < k:
        raise ValueError(f"class {c}: {len(rows)} rows are left, {k} are wanted")
    shots += rng.permutation(rows)[:k].tolist()
return shots
"""
_MEAN = """
n, mean = len(scores), sum(scores) / len(scores)
s = (sum((a - mean) ** 2 for a in scores) / (n - 1)) ** 0.5
half = T95[n] * s / n ** 0.5
return mean, mean - half, mean + half
"""
_FORGOTTEN = """
T, total = len(R), 0.0
for j in range(T - 1):
    total += max(R[i, j] for i in range(j, T - 1)) - R[T - 1, j]
return total / (T - 1)
"""
_BILLS = """
best, price, top = None, float("inf"), 0
for name in ways:
    accuracy, labels, each, once = ways[name]
    dollars = customers * labels * label + (customers * each + once) * gigabyte / 1e9
    if accuracy >= demand and (dollars < price or dollars == price and accuracy > top):
        best, price, top = name, dollars, accuracy
return best, price
"""
_ADDED, _SAME, _MEMORY = "the_thin_way_is_added", "the_merged_table_does_the_same", "no_large_table_is_built"
_L, _A, _R = "lora_is_counted", "adapters_are_counted", "the_largest_rank_is_found"
_FIRST, _SECOND, _TRUE = "the_first_form_is_found", "the_second_form_is_found", "the_sentences_are_true"
_STATE, _STARTS = "the_state_is_corrected", "the_starts_are_good"
_CLEAN, _CHANCE, _HONEST, _FEW = (
    "shots_are_clean",
    "chance_is_the_seeds",
    "the_report_is_honest",
    "too_few_rows_are_refused",
)
_LOST, _CHEAP, _CHOSEN, _EXACT = (
    "forgetting_is_measured",
    "the_cheapest_way_is_found",
    "the_company_has_chosen",
    "none_exact_and_equal",
)

MISTAKES = [
    # q1
    Mistake("q1", "no-scale", _ADDED, "scale-missing", _lora(edit_text(_THIN, "(alpha / r) * ", ""))),
    Mistake("q1", "alpha-alone", _ADDED, "scale-missing", _lora(edit_text(_THIN, "(alpha / r)", "alpha"))),
    Mistake("q1", "by-the-width", _ADDED, "scale-by-the-width", _lora(edit_text(_THIN, "A.shape[0]", "A.shape[1]"))),
    Mistake("q1", "by-the-root", _ADDED, "scale-by-the-root", _lora(edit_text(_THIN, "alpha / r", "alpha / r ** 0.5"))),
    Mistake("q1", "all-scaled", _ADDED, "lora-scaled-all", _lora("""
r = A.shape[0]
return alpha / r * (x @ W.T + x @ A.T @ B.T) + b
""")),
    Mistake("q1", "no-bias", _ADDED, "bias-forgotten", _lora(edit_text(_THIN, " + b + ", " + "))),
    Mistake("q1", "instead-of", _ADDED, "pretrained-forgotten", _lora(edit_text(_THIN, "x @ W.T + b + ", "b + "))),
    Mistake("q1", "untransposed", _ADDED, "Error", _lora(edit_text(_THIN, "x @ A.T", "x @ A"))),
    Mistake("q1", "merged-alpha", _SAME, "scale-missing", _lora("", edit_text(_MERGED, "alpha / r", "alpha"))),
    Mistake("q1", "merged-by-the-width", _SAME, "scale-by-the-width",
        _lora("", edit_text(_MERGED, "A.shape[0]", "B.shape[0]"))),
    Mistake("q1", "merged-by-the-root", _SAME, "scale-by-the-root",
        _lora("", edit_text(_MERGED, "alpha / r", "alpha / np.sqrt(r)"))),
    Mistake("q1", "merged-instead", _SAME, "pretrained-forgotten", _lora("", edit_text(_MERGED, "W + ", ""))),
    Mistake("q1", "merged-all-scaled", _SAME, "lora-scaled-all", _lora("", "return alpha / len(A) * (W + B @ A)")),
    Mistake("q1", "merges-first", _MEMORY, "table-built", _lora("return x @ (W + alpha / len(A) * B @ A).T + b")),
    Mistake("q1", "adds-into-W", _SAME, "changes-its-inputs", _lora("", """
W += alpha / len(A) * B @ A
return W
""")),
    Mistake("q1", "no-return", _ADDED, "return", _lora(edit_text(_THIN, "return ", "y = "))),
    Mistake("q1", "bias-twice", _ADDED, "bias-in-both-ways", _lora(edit_text(_THIN, "+ b +", "+ 2 * b +"))),
    Mistake("q1", "taken-off", _ADDED, "sign-turned", _lora(edit_text(_THIN, "+ b +", "+ b -"))),
    Mistake("q1", "whole-scale", _ADDED, "scale-cut", _lora(edit_text(_THIN, "alpha / r", "alpha // r"))),
    Mistake("q1", "a-row-at-least", _ADDED, "axes-lost", _lora("x = np.atleast_2d(x)" + _THIN)),
    Mistake("q1", "merged-turned", _SAME, "table-turned",
        _lora("", "extra = alpha / len(A) * B @ A\nreturn W + (extra.T if len(W) == len(W.T) else extra)")),
    # q2
    Mistake("q2", "A-twice", _L, "both-tables-alike", _counts(lora="sum(2 * r * i for o, i in shapes)")),
    Mistake("q2", "the-first-map", _L, "one-map-only", _counts(lora="len(shapes) * r * sum(shapes[0])")),
    Mistake("q2", "biases-of-the-map", _L, "frozen-biases-too",
        _counts(lora="sum(r * (o + i) + o for o, i in shapes)")),
    Mistake("q2", "each-shape-once", _L, "should be", _counts(lora="sum(r * (o + i) for o, i in set(shapes))")),
    Mistake("q2", "to-a-thousand", _R, "not-the-largest",
        _counts(rank="max([r for r in range(1000) if r * (o + i) < o * i], default=0)")),
    Mistake("q2", "nearly-whole", _R, "not-the-largest", _counts(rank="int(o * i / (o + i) - 1e-3)")),
    Mistake("q2", "A-alone", _L, "one-table-only", _counts(lora="sum(r * i for o, i in shapes)")),
    Mistake("q2", "B-alone", _L, "one-table-only", _counts(lora="sum(r * o for o, i in shapes)")),
    Mistake("q2", "with-W", _L, "full-tables-too", _counts(lora="sum(r * (o + i) + o * i for o, i in shapes)")),
    Mistake("q2", "product", _L, "product-for-sum", _counts(lora="sum(r * o * i for o, i in shapes)")),
    Mistake("q2", "no-biases", _A, "adapter-biases-forgotten", _counts(adapters="2 * L * 2 * d * m")),
    Mistake("q2", "lower-bias-alone", _A, "adapter-biases-forgotten", _counts(adapters="2 * L * (2 * d * m + m)")),
    Mistake("q2", "one-a-layer", _A, "one-adapter-a-layer", _counts(adapters="L * (2 * d * m + m + d)")),
    Mistake("q2", "down-alone", _A, "one-table-only", _counts(adapters="2 * L * (d * m + m + d)")),
    Mistake("q2", "no-fewer", _R, "no-fewer", _counts(rank="o * i // (o + i)")),
    Mistake("q2", "quotient", _R, "no-whole-rank", _counts(rank="o * i / (o + i)")),
    Mistake("q2", "half-a-side", _R, "square-only", _counts(rank="o // 2")),
    Mistake("q2", "half-the-smaller", _R, "square-only", _counts(rank="min(o, i) // 2 - 1")),
    Mistake("q2", "one-less", _R, "not-the-largest", _counts(rank="max((o * i - 1) // (o + i) - 1, 0)")),
    # q3
    Mistake("q3", "other-task", _FIRST, "tasks-exchanged", _forms(first="mu / (1 + mu), 1 + mu")),
    Mistake("q3", "one-minus", _FIRST, "same-letter-same-number", _forms(first="1 - mu, 1 + mu")),
    Mistake("q3", "the-same", _FIRST, "same-letter-same-number", _forms(first="mu, 1 + mu")),
    Mistake("q3", "shorter", _FIRST, "factor-upside-down", _forms(first="1 / (1 + mu), 1 / (1 + mu)")),
    Mistake("q3", "no-factor", _FIRST, "factor-fixed", _forms(first="1 / (1 + mu), 1")),
    Mistake("q3", "other-quotient", _SECOND, "tasks-exchanged",
        _forms(second='lam / (1 - lam) if lam < 1 else float("inf")')),
    Mistake("q3", "no-quotient", _SECOND, "same-letter-same-number", _forms(second="1 - lam")),
    Mistake("q3", "divides-by-zero", _SECOND, "no-infinity", _forms(second="(1 - lam) / lam")),
    Mistake("q3", "large-for-infinite", _SECOND, "no-infinity", _forms(second="(1 - lam) / max(lam, 1e-9)")),
    Mistake("q3", "B-too", _TRUE, "one-means-equal", _forms(letters="ABDE")),
    Mistake("q3", "C-too", _TRUE, "zero-means-first", _forms(letters="ACDE")),
    Mistake("q3", "no-E", _TRUE, "same-step", _forms(letters="AD")),
    Mistake("q3", "words", _TRUE, "letters out of A to E", _forms(letters="yes")),
    Mistake("q3", "through-the-quotient", _FIRST, "stops-at-zero", _forms(first="1 / mu / (1 / mu + 1), 1 + mu")),
    Mistake("q3", "one-over", _SECOND, "factor-for-mu", _forms(second='1 / lam if lam else float("inf")')),
    Mistake("q3", "nearly-zero", _SECOND, "infinite-too-early",
        _forms(second='1 / lam - 1 if lam > 0.01 else float("inf")')),
    Mistake("q3", "no-D", _TRUE, "never-above", _forms(letters="AE")),
    # q4
    Mistake("q4", "flat", _STATE, "axes-lost",
        _adapter("(h + np.maximum(h @ D.T + p, 0) @ U.T + q).reshape(-1, len(q))")),
    Mistake("q4", "square", _STATE, "table-turned",
        _adapter("h + np.maximum(h @ (D if len(D) == len(D.T) else D.T) + p, 0) @ U.T + q")),
    Mistake("q4", "no-residual", _STATE, "residual-forgotten", _adapter("np.maximum(h @ D.T + p, 0) @ U.T + q")),
    Mistake("q4", "linear", _STATE, "no-cut", _adapter("h + (h @ D.T + p) @ U.T + q")),
    Mistake("q4", "cut-late", _STATE, "cut-at-the-end", _adapter("h + np.maximum((h @ D.T + p) @ U.T + q, 0)")),
    Mistake("q4", "cut-all", _STATE, "cut-at-the-end",
        _adapter("np.maximum(h + np.maximum(h @ D.T + p, 0) @ U.T + q, 0)")),
    Mistake("q4", "no-p", _STATE, "adapter-bias-forgotten", _adapter("h + np.maximum(h @ D.T, 0) @ U.T + q")),
    Mistake("q4", "no-q", _STATE, "adapter-bias-forgotten", _adapter("h + np.maximum(h @ D.T + p, 0) @ U.T")),
    Mistake("q4", "absolute", _STATE, "other-curve", _adapter("h + np.abs(h @ D.T + p) @ U.T + q")),
    Mistake("q4", "both-zero", _STARTS, "stuck-start", _adapter(letters="ABDE")),
    Mistake("q4", "both-random", _STARTS, "disturbing-start", _adapter(letters="ACDE")),
    Mistake("q4", "papers-start-only", _STARTS, "other-table-zero", _adapter(letters="AE")),
    Mistake("q4", "no-letters", _STARTS, "letters out of A to F", _adapter(letters="")),
    Mistake("q4", "adds-into-h", _STATE, "changes-its-inputs",
        _adapter("h.__iadd__(np.maximum(h @ D.T + p, 0) @ U.T + q)")),
    # q5
    Mistake("q5", "tests-on-them", _CLEAN, "test-rows-drawn",
        _shots(edit_text(_DRAW, " and row not in set(test.tolist())", ""))),
    Mistake("q5", "puts-back", _CLEAN, "drawn-twice",
        _shots(edit_text(_DRAW, "rng.permutation(rows)[:k]", "rng.choice(rows, k)"))),
    Mistake("q5", "k-in-all", _CLEAN, "not-k-of-each", _shots("""
rows = np.setdiff1d(np.arange(len(y)), test)
return np.random.default_rng(seed).choice(rows, k * len(set(y.tolist())), replace=False)
""")),
    Mistake("q5", "classes-0-and-1", _CLEAN, "not-k-of-each",
        _shots(edit_text(_DRAW, "sorted(set(y.tolist()))", "(0, 1)"))),
    Mistake("q5", "the-first", _CHANCE, "not-at-random",
        _shots(edit_text(_DRAW, "rng.permutation(rows)[:k]", "np.array(rows[:k])"))),
    Mistake("q5", "always-seed-0", _CHANCE, "not-at-random",
        _shots(edit_text(_DRAW, "default_rng(seed)", "default_rng(0)"))),
    Mistake("q5", "any-chance", _CHANCE, "other-chance",
        _shots(edit_text(_DRAW, "default_rng(seed)", "default_rng()"))),
    Mistake("q5", "neighbours", _CHANCE, "not-at-random",
        _shots(edit_text(_DRAW, "rng.permutation(rows)[:k]", "np.array(rows)[rng.integers(len(rows) - k + 1):][:k]"))),
    Mistake("q5", "goes-on", _FEW, "goes-on",
        _shots(edit_text(_DRAW,
            'raise ValueError(f"class {c}: {len(rows)} rows are left, {k} are wanted")', "pass"))),
    Mistake("q5", "index-error", _FEW, "other-error",
        _shots(edit_text(_DRAW,
            'raise ValueError(f"class {c}: {len(rows)} rows are left, {k} are wanted")', "rows[k - 1]"))),
    Mistake("q5", "a-list-a-class", _CLEAN, "row numbers",
        _shots(edit_text(_DRAW,
            "shots += rng.permutation(rows)[:k].tolist()", "shots.append(rng.permutation(rows)[:k].tolist())"))),
    Mistake("q5", "more-than-k", _CLEAN, "complains-too-early",
        _shots(edit_text(_DRAW, "len(rows) < k", "len(rows) <= k"))),
    Mistake("q5", "numbers-without-gaps", _CLEAN, "class-numbers",
        _shots(edit_text(_DRAW, "sorted(set(y.tolist()))", "range(max(y) + 1)"))),
    Mistake("q5", "class-in-the-test", _FEW, "goes-on",
        _shots(edit_text(_DRAW, "sorted(set(y.tolist()))", "np.unique(np.delete(y, test))"))),
    Mistake("q5", "middle", _HONEST, "median-draw",
        _shots("", edit_text(_MEAN, "return mean,", "return np.median(scores),"))),
    Mistake("q5", "half", _HONEST, "half-for-end",
        _shots("", edit_text(_MEAN, "mean - half, mean + half", "half, half"))),
    Mistake("q5", "ends", _HONEST, "ends-exchanged",
        _shots("", edit_text(_MEAN, "mean - half, mean + half", "mean + half, mean - half"))),
    Mistake("q5", "no-share", _HONEST, "cut-at-the-borders",
        _shots("", edit_text(_MEAN, "mean - half, mean + half", "max(mean - half, 0), min(mean + half, 1)"))),
    Mistake("q5", "best", _HONEST, "best-draw", _shots("", edit_text(_MEAN, "return mean,", "return max(scores),"))),
    Mistake("q5", "normal", _HONEST, "normal-for-few", _shots("", edit_text(_MEAN, "T95[n]", "1.96"))),
    Mistake("q5", "by-n", _HONEST, "divided-by-n", _shots("", edit_text(_MEAN, "(n - 1)", "n"))),
    Mistake("q5", "no-root", _HONEST, "spread-for-error", _shots("", edit_text(_MEAN, " / n ** 0.5", ""))),
    Mistake("q5", "t-of-ten", _HONEST, "t-of-another-n", _shots("", edit_text(_MEAN, "T95[n]", "T95[10]"))),
    Mistake("q5", "by-the-n", _HONEST, "error-by-n", _shots("", edit_text(_MEAN, " / n ** 0.5", " / n"))),
    Mistake("q5", "sorts-the-callers", _HONEST, "changes-its-inputs",
        _shots("", "scores -= 0.0\nscores.sort()" + _MEAN)),
    # q6
    Mistake("q6", "whole-column", _LOST, "best-ever", _sold(edit_text(_FORGOTTEN, "range(j, T - 1))", "range(T))"))),
    Mistake("q6", "before-learning", _LOST, "best-ever",
        _sold(edit_text(_FORGOTTEN, "range(j, T - 1))", "range(T - 1))"))),
    Mistake("q6", "end-included", _LOST, "never-negative",
        _sold(edit_text(_FORGOTTEN, "range(j, T - 1))", "range(j, T))"))),
    Mistake("q6", "just-learned", _LOST, "right-after-learning",
        _sold(edit_text(_FORGOTTEN, "max(R[i, j] for i in range(j, T - 1))", "R[j, j]"))),
    Mistake("q6", "a-row-later", _LOST, "learning-row-left-out",
        _sold(edit_text(_FORGOTTEN, "range(j, T - 1))", "range(min(j + 1, T - 2), T - 1))"))),
    Mistake("q6", "added-up", _LOST, "not-averaged", _sold(edit_text(_FORGOTTEN, "total / (T - 1)", "total"))),
    Mistake("q6", "by-all", _LOST, "last-task-too", _sold(edit_text(_FORGOTTEN, "total / (T - 1)", "total / T"))),
    Mistake("q6", "gain", _LOST, "gain-for-loss", _sold(edit_text(_FORGOTTEN, "return total", "return -total"))),
    Mistake("q6", "cut-off", _LOST, "never-negative",
        _sold(edit_text(_FORGOTTEN,
            "max(R[i, j] for i in range(j, T - 1)) - R[T - 1, j]",
             "max(max(R[i, j] for i in range(j, T - 1)) - R[T - 1, j], 0)"))),
    Mistake("q6", "transposed", _LOST, "rows-for-columns", _sold("R = R.T" + _FORGOTTEN)),
    Mistake("q6", "shared-by-each", _CHEAP, "once-for-each",
        _sold(cheapest=edit_text(_BILLS, "customers * each + once", "customers * (each + once)"))),
    Mistake("q6", "one", _CHEAP, "one-customer", _sold(cheapest="customers = 1" + _BILLS)),
    Mistake("q6", "no-labels", _CHEAP, "labels-or-bytes-forgotten",
        _sold(cheapest=edit_text(_BILLS, "customers * labels * label + ", ""))),
    Mistake("q6", "no-bytes", _CHEAP, "labels-or-bytes-forgotten",
        _sold(cheapest=edit_text(_BILLS, " + (customers * each + once) * gigabyte / 1e9", ""))),
    Mistake("q6", "any-accuracy", _CHEAP, "demand-ignored",
        _sold(cheapest=edit_text(_BILLS, "accuracy >= demand and ", ""))),
    Mistake("q6", "most-accurate", _CHEAP, "best-for-cheapest", _sold(cheapest="""
name = max(ways, key=lambda name: ways[name][0])
accuracy, labels, each, once = ways[name]
return name, customers * labels * label + (customers * each + once) * gigabyte / 1e9
""")),
    Mistake("q6", "gibibytes", _CHEAP, "gibibytes", _sold(cheapest=edit_text(_BILLS, "1e9", "2 ** 30"))),
    Mistake("q6", "rounded-up", _CHEAP, "whole-gigabytes",
        _sold(cheapest=edit_text(_BILLS, "(customers * each + once) * gigabyte / 1e9",
            "-(-(customers * each + once) // 10**9) * gigabyte"))),
    Mistake("q6", "company's", _CHEAP, "globals-for-arguments",
        _sold(cheapest=edit_text(_BILLS, "labels * label", "labels * LABEL", "* gigabyte", "* GIGABYTE"))),
    Mistake("q6", "something-for-nothing", _EXACT, "free-way-skipped",
        _sold(cheapest=edit_text(_BILLS, "accuracy >= demand and", "dollars and accuracy >= demand and"))),
    Mistake("q6", "nothing", _EXACT, "none-will-do",
        _sold(cheapest=edit_text(_BILLS, "return best, price", "return (best, price) if best else None"))),
    Mistake("q6", "name-alone", _CHEAP, "2 values",
        _sold(cheapest=edit_text(_BILLS, "return best, price", "return best"))),
    Mistake("q6", "strictly-above", _EXACT, "just-enough",
        _sold(cheapest=edit_text(_BILLS, "accuracy >= demand", "accuracy > demand"))),
    Mistake("q6", "first-of-equals", _EXACT, "equal-bills",
        _sold(cheapest=edit_text(_BILLS, " or dollars == price and accuracy > top", ""))),
    Mistake("q6", "empties-the-table", _EXACT, "changes-its-inputs",
        _sold(cheapest=edit_text(_BILLS, "return best, price", 'ways.pop("z", None)\nreturn best, price'))),
    Mistake("q6", "zero-shot", _CHOSEN, "demand-ignored", _sold(choice="frozen + head")),
    Mistake("q6", "the-best", _CHOSEN, "best-for-cheapest", _sold(choice="fine-tuning")),
    Mistake("q6", "nobody", _CHOSEN, '`CHOICE` is "LoRA", ', _sold(choice="low rank")),
    Mistake("q6", "each-the-whole", _CHOSEN, "once-for-each", _sold(cost="5724.500672")),
    Mistake("q6", "only-labels", _CHOSEN, "labels-or-bytes-forgotten", _sold(cost="5000")),
    Mistake("q6", "for-one", _CHOSEN, "one-customer", _sold(cost="28.62")),
    Mistake("q6", "rounded-away", _CHOSEN, "not right yet", _sold(cost="5010")),
]  # fmt: skip

UNUSUAL = [
    Unusual("q1", "einsum", _lora("""
thin = np.einsum("...i,ri->...r", x, A)
return np.einsum("...i,oi->...o", x, W) + b + np.einsum("...r,or->...o", thin, B) * (alpha / len(A))
""", "return np.einsum('oi->oi', W) + sum(np.outer(B[:, k], A[k]) for k in range(len(A))) * alpha / len(A)")),
    Unusual("q1", "rows-one-by-one", _lora("""
rows = np.asarray([W @ row for row in x.reshape(-1, x.shape[-1])])
return (b + alpha / len(A) * ((x @ A.T) @ B.T)) + rows.reshape(*x.shape[:-1], -1)
""")),
    Unusual("q2", "loops", """
def count_lora(shapes, r):
    total = 0
    for o, i in shapes:
        total += np.zeros((r, i)).size + np.zeros((o, r)).size
    return total

def count_adapters(d, m, L):
    return np.float64(L * 2) * (np.zeros((m, d)).size + m + np.zeros((d, m)).size + d)

def largest_rank(o, i):
    r = 0
    while (r + 1) * (o + i) < o * i:
        r += 1
    return r
"""),
    Unusual("q3", "numpy",
        _forms("[1 / (1 + mu), np.float64(1) + mu]", "np.divide(1 - lam, lam) if lam != 0 else np.inf", "D, E and A")),
    Unusual("q4", "loop", _adapter("""np.array([
        row + U @ np.where(D @ row + p > 0, D @ row + p, 0) + q for row in np.reshape(h, (-1, len(q)))
    ]).reshape(np.shape(h))""", "eda")),
    Unusual("q5", "sampled", "import random\n" + _shots("""
dice, shots = random.Random(seed), []
for c in set(y.tolist()):
    rows = sorted(set(np.flatnonzero(y == c).tolist()) - set(test.tolist()))
    shots.extend(dice.sample(rows, k))
dice.shuffle(shots)
return tuple(shots)
""", """
import statistics
mean, error = statistics.fmean(scores), statistics.stdev(scores) / len(scores) ** 0.5
return [mean, mean - T95[len(scores)] * error, mean + T95[len(scores)] * error]
""")),
    Unusual("q6", "arrays", _sold("""
T = len(R)
masked = np.where(np.tri(T, dtype=bool), R, -np.inf)[:-1, :-1]
return float((masked.max(axis=0) - R[-1, :-1]).mean())
""", """
fit = {name: way for name, way in ways.items() if not way[0] < demand}
if not fit:
    return None, np.inf
price = lambda way: customers * (way[1] * label + way[2] * gigabyte * 1e-9) + way[3] * 1e-9 * gigabyte
name = min(fit, key=lambda name: (round(price(fit[name]), 9), -fit[name][0]))
return [name, price(fit[name])]
""", cost="5005.994583")),
]  # fmt: skip

_TOO_FEW = "raise ValueError(f'class {c} has only {len(rows)} rows outside the test part, {k} are wanted')"
EQUIVALENT = [
    Equivalent("q2", "in any order", (
        "return sum((r * (o + i) for o, i in shapes)) → return sum((r * (o + i) for o, i in list(shapes)[::-1]))",
    )),
    Equivalent("q2", "whole numbers on both sides", (
        "return (o * i - 1) // (o + i) → return (o * i - 0.5) // (o + i)",
    )),
    Equivalent("q3", "only letters are read", (
        "TRUE = 'ADE' → TRUE = 'ADE?'",
    )),
    Equivalent("q4", "only letters are read", (
        "GOOD = 'ADE' → GOOD = 'ADE?'",
    )),
    Equivalent("q4", "whichever stands first", (
        "return h + np.maximum(h @ D.T + p, 0) @ U.T + q → return h + np.maximum(0, h @ D.T + p) @ U.T + q",
    )),
    Equivalent("q5", "in any order", (
        "for c in np.unique(y): → for c in list(np.unique(y))[::-1]:",
    )),
    Equivalent("q5", "rng.choice raises a ValueError by itself", (
        "if len(rows) < k: → if False:",
        "if len(rows) < k: → if len(rows) + 1 < k:",
    )),
    Equivalent("q5", "the words of the message are left open", tuple(
        f"{_TOO_FEW} → {edit_text(_TOO_FEW, old, new)}"
        for old, new in (
            ("class {c}", "class ?{c}"),
            ("only {len(rows)}", "only ?{len(rows)}"),
            ("part, {k}", "part, ?{k}"),
            ("wanted", "wanted?"),
            ("{c}", "{k}"),
            ("{c}", "{rng}"),
            ("{c}", "{rows}"),
            ("{len(rows)}", "{rows}"),
            ("{len(rows)}", "{len(rows) + 1}"),
            ("{len(rows)}", "{len(rows) - 1}"),
            ("{k}", "{rng}"),
            ("{k}", "{rows}"),
            ("{k}", "{seed}"),
            ("{len(rows)}", "{len(shots)}"),
            ("{len(rows)}", "{len(test)}"),
        )
    )),
    Equivalent("q6", "LoRA is the cheapest at these prices, too", (
        "CHOICE = find_cheapest(WAYS, CUSTOMERS, LABEL, GIGABYTE, DEMAND)[0]"
        " → CHOICE = find_cheapest(WAYS, CUSTOMERS, GIGABYTE, LABEL, DEMAND)[0]",
    )),
    Equivalent("q6", "far below a cent", list_changes(
        "bills.append((customers * labels * label + (customers * each + "
        "once) / 1000000000.0 * gigabyte, -accuracy, name))",
        "bills.append((customers * labels * label + (customers * each + "
        "once) / 1000000001.0 * gigabyte, -accuracy, name))",
        "bills.append((customers * labels * label + (customers * each + "
        "once) / 999999999.0 * gigabyte, -accuracy, name))",
    )),
    Equivalent("q6", "in any order", (
        "for name, (accuracy, labels, each, once) in ways.items():"
        " → for name, (accuracy, labels, each, once) in list(ways.items())[::-1]:",
        "return np.mean([R[j:T - 1, j].max() - R[T - 1, j] for j in range(T - 1)])"
        " → return np.mean([R[j:T - 1, j].max() - R[T - 1, j] for j in list(range(T - 1))[::-1]])",
    )),
    Equivalent("q6", "the last of two", (
        "COST = find_cheapest(WAYS, CUSTOMERS, LABEL, GIGABYTE, DEMAND)[1]"
        " → COST = find_cheapest(WAYS, CUSTOMERS, LABEL, GIGABYTE, DEMAND)[-1]",
    )),
    Equivalent("q6", "two neighbouring lines that do not touch each other", (
        "CHOICE = find_cheapest(WAYS, CUSTOMERS, LABEL, GIGABYTE, DEMAND)[0] / COST "
        "= find_cheapest(WAYS, CUSTOMERS, LABEL, GIGABYTE, DEMAND)[1]"
        " → COST = find_cheapest(WAYS, CUSTOMERS, LABEL, GIGABYTE, DEMAND)[1] / "
        "CHOICE = find_cheapest(WAYS, CUSTOMERS, LABEL, GIGABYTE, DEMAND)[0]",
    )),
]  # fmt: skip
