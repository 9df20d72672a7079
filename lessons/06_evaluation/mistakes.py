"""Exercise 06: wrong answers that its checks must name, and unusual right ones."""

from textwrap import dedent

from proofs.claims import Equivalent, Mistake, Unusual, define_function, edit_text, list_mutants, swap_lines


def _confusion(lines: str, parameters: str = "y, called, K, weights=None") -> str:
    return define_function(f"count_confusion({parameters})", lines)


def _scores(lines: str, recall: str = "") -> str:
    first = define_function("score_classes(C, beta=1.0)", lines)
    return f"{first}\n\n" + define_function("find_recall(precision, f1)", recall or _SHEET)


def _auc(lines: str = "", alarms: str = "(tn / (tn + fp) + tp / (fn + tp)) / 2") -> str:
    first = define_function("compute_auc(y, score)", lines or _PLACES)
    return f"{first}\n\n" + define_function("auc_of_alarms(C)", f"(tn, fp), (fn, tp) = C\nreturn {alarms}")


def _threshold(lines: str) -> str:
    return define_function("choose_threshold(p, y, false_alarm, miss, at_most=None)", lines)


def _pipeline(lines: str = "", faults="AB") -> str:
    parameters = "texts, y, review, keep=10, folds=5"
    return f"FAULTS = {faults!r}\n{_IMPORTS}\n" + define_function(f"judge_apart({parameters})", lines or _PIPELINE)


def _saving(lines: str = "", saving="503.76", low="117.19", choice="wait", needed="96") -> str:
    first = define_function("bootstrap_saving(old, new, review, draws, confidence=0.95)", lines or _REVIEWS)
    numbers = f"SAVING = {saving}\nLOW = {low}\nCHOICE = {choice!r}\nNEEDED = {needed}\n"
    return f"{first}\n\n{numbers}"


_ADD = """
C = np.zeros((K, K))
weights = np.ones(len(y)) if weights is None else weights
for i, j, w in zip(y, called, weights):
    C[i, j] += w
return C
"""
_SHARES = """
hits, called, there = np.diag(C), C.sum(axis=0), C.sum(axis=1)
P = np.divide(hits, called, out=np.zeros(len(C)), where=called > 0)
R = np.divide(hits, there, out=np.zeros(len(C)), where=there > 0)
b = beta ** 2
top, bottom = (1 + b) * P * R, b * P + R
F = np.divide(top, bottom, out=np.zeros(len(C)), where=bottom > 0)
macro, weighted, micro = F.mean(), (F * there).sum() / C.sum(), hits.sum() / C.sum()
return {"precision": P, "recall": R, "f": F, "macro": macro, "weighted": weighted, "micro": micro}
"""
_NAIVE = """
hits, called, there = np.diag(C), C.sum(axis=0), C.sum(axis=1)
P, R, b = hits / called, hits / there, beta ** 2
F = (1 + b) * P * R / (b * P + R)
macro, weighted, micro = F.mean(), (F * there).sum() / C.sum(), hits.sum() / C.sum()
return {"precision": P, "recall": R, "f": F, "macro": macro, "weighted": weighted, "micro": micro}
"""
_SHEET = """
if f1 * (1 + precision) > 2 * precision:
    return float("nan")
return precision * f1 / (2 * precision - f1)
"""
_PLACES = """
positives, negatives = score[y == 1], np.sort(score[y == 0])
if not len(positives) or not len(negatives):
    return np.nan
below = np.searchsorted(negatives, positives, "left")
upto = np.searchsorted(negatives, positives, "right")
return ((below + upto) / 2).mean() / len(negatives)
"""
_ALL_PAIRS = """
gaps = score[y == 1][:, None] - score[y == 0]
return (gaps > 0).mean() + (gaps == 0).mean() / 2
"""
_SEARCH = """
best = None
for t in [np.inf, *sorted(set(p.tolist()), reverse=True)]:
    alarm = p >= t
    if at_most is not None and alarm.sum() > at_most:
        break
    cost = 1000 * (false_alarm * (alarm & (y == 0)).sum() + miss * (~alarm & (y == 1)).sum()) / len(y)
    if best is None or cost < best[1]:
        best = t, cost
return best
"""
_PIPELINE = """
pipeline = make_pipeline(TfidfVectorizer(), SelectKBest(chi2, k=keep), LogisticRegression(class_weight="balanced"))
cv = GroupKFold(folds)
return cross_val_predict(pipeline, texts, y, groups=review, cv=cv, method="predict_proba")[:, 1]
"""
_ALONE = _PIPELINE.replace("groups=review, ", "")
_IMPORTS = """
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.feature_selection import SelectKBest, chi2
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, KFold, cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline
"""
_REVIEWS = """
gain = old - new
G, n = np.bincount(review, gain), np.bincount(review)
means = G[draws].sum(axis=1) / n[draws].sum(axis=1)
tail = (1 - confidence) / 2
return gain.mean(), np.quantile(means, tail), np.quantile(means, 1 - tail)
"""

_TRUTH, _WEIGHT, _ABSENT = "rows_are_the_truth", "a_review_counts_with_its_weight", "absent_classes_keep_their_place"
_CLASS, _AVERAGE, _RECALL, _ZERO = (
    "each_class_has_its_scores",
    "the_averages_are_of_f",
    "the_recall_is_found",
    "nothing_of_nothing_is_zero",
)
_PAIRS, _FAST, _ALARMS, _SMALL = (
    "pairs_are_counted_and_ties_half",
    "twenty_thousand_scores_are_no_trouble",
    "alarms_as_scores",
    "small_and_one_sided_samples",
)
_CHEAP, _ENDS, _LIMIT, _ONE_KIND = (
    "the_cheapest_threshold_is_found",
    "nobody_everybody_and_equals",
    "the_staff_can_answer_them",
    "one_kind_of_review_only",
)
_NAMED, _STRANGERS, _TOLD, _ORDER = (
    "the_faults_are_named",
    "each_review_is_judged_by_strangers",
    "keep_and_folds_are_as_told",
    "reviews_come_in_any_order",
)
_WHOLE, _INTERVAL, _CHOICE, _SINGLE = (
    "whole_reviews_are_drawn",
    "the_interval_has_its_confidence",
    "the_choice_follows_from_the_lower_end",
    "reviews_of_one_sentence",
)

MISTAKES = [
    # q1
    Mistake("q1", "columns", _TRUTH, "transposed", _confusion(edit_text(_ADD, "C[i, j]", "C[j, i]"))),
    Mistake("q1", "fancy", _TRUTH, "adds-once", _confusion("""
        C = np.zeros((K, K))
        C[y, called] += 1 if weights is None else weights
        return C
    """)),
    Mistake("q1", "row-shares", _TRUTH, "shares-for-counts", _confusion(edit_text(
        _ADD, "return C", "return C / C.sum(axis=1, keepdims=True)"
    ))),
    Mistake("q1", "shares", _TRUTH, "shares-for-counts", _confusion(edit_text(_ADD, "return C", "return C / C.sum()"))),
    Mistake("q1", "normalize", _TRUTH, "shares-for-counts", _confusion(
        "from sklearn.metrics import confusion_matrix\n"
        "return confusion_matrix(y, called, labels=range(K), normalize='pred')",
    )),
    Mistake("q1", "errors-only", _TRUTH, "`C[", _confusion(edit_text(
        _ADD, "    C[i, j] += w", "    if i != j:\n        C[i, j] += w"
    ))),
    Mistake("q1", "accuracy", _TRUTH, "has shape", _confusion("return (y == called).mean()")),
    Mistake("q1", "from-one", _TRUTH, "`C[", _confusion(edit_text(_ADD, "C[i, j]", "C[i - 1, j - 1]"))),
    Mistake("q1", "none", _TRUTH, "returns None", _confusion(edit_text(_ADD, "return C", ""))),
    Mistake("q1", "unweighted", _WEIGHT, "weights-ignored", _confusion(edit_text(_ADD, "+= w", "+= 1"))),
    Mistake("q1", "tenths", _WEIGHT, "divided-by-weights", _confusion(edit_text(_ADD, "+= w", "+= 1 / w if w else 0"))),
    Mistake("q1", "no-parameter", _WEIGHT, "stopped with", _confusion(
        edit_text(_ADD, "weights = np.ones(len(y)) if weights is None else weights", "weights = np.ones(len(y))"),
        "y, called, K",
    )),
    Mistake("q1", "last-weight", _WEIGHT, "adds-once", _confusion(edit_text(
        _ADD, "+= w", "= w if weights.max() > 1 else C[i, j] + w"
    ))),
    Mistake("q1", "normalised", _WEIGHT, "shares-for-counts", _confusion(edit_text(
        _ADD, "C = ", "weights = None if weights is None else weights / weights.mean()\nC = "
    ))),
    Mistake("q1", "whole-numbers", _WEIGHT, "fractions-cut-off", _confusion(edit_text(
        _ADD, "np.zeros((K, K))", "np.zeros((K, K), dtype=int)"
    ))),
    Mistake("q1", "transposed-later", _WEIGHT, "transposed", _confusion(edit_text(
        _ADD, "return C", "return C if weights.max() == 1 else C.T"
    ))),
    Mistake("q1", "seen-only", _ABSENT, "absent-classes-dropped", _confusion(
        "from sklearn.metrics import confusion_matrix\n"
        "return confusion_matrix(y, called, sample_weight=weights)",
    )),
    Mistake("q1", "zero-for-none", _WEIGHT, "zero-weight-for-one", _confusion(edit_text(_ADD, "+= w", "+= w or 1"))),
    Mistake("q1", "largest-seen", _ABSENT, "absent-classes-dropped", _confusion(edit_text(
        _ADD, "C = ", "K = max(y.max(), called.max()) + 1\nC = "
    ))),
    Mistake("q1", "renumbered", _ABSENT, "absent-classes-dropped", _confusion(
        "seen = np.unique([*y, *called])\n"
        "y, called = np.searchsorted(seen, y), np.searchsorted(seen, called)" + _ADD.rstrip()
    )),
    Mistake("q1", "in-place", _ABSENT, "changes-its-inputs", _confusion("""
        y *= K
        y += called
        return np.bincount(y, weights, K * K).reshape(K, K)
    """)),
    # q2
    Mistake("q2", "rows", _CLASS, "rows-for-columns", _scores("C = C.T" + _SHARES.rstrip())),
    Mistake("q2", "average", _CLASS, "average-for-harmonic", _scores(edit_text(
        _SHARES, "top, bottom = (1 + b) * P * R, b * P + R", "top, bottom = P + R, 2 + 0 * P"
    ))),
    Mistake("q2", "weighted-average", _CLASS, "average-for-harmonic", _scores(edit_text(
        _SHARES, "top, bottom = (1 + b) * P * R, b * P + R", "top, bottom = P + b * R, 1 + b + 0 * P"
    ))),
    Mistake("q2", "geometric", _CLASS, "geometric-for-harmonic", _scores(edit_text(
        _SHARES, "top, bottom = (1 + b) * P * R, b * P + R", "top, bottom = (P * R) ** 0.5, 1 + 0 * P"
    ))),
    Mistake("q2", "f1-only", _CLASS, "beta-ignored", _scores(edit_text(_SHARES, "b = beta ** 2", "b = 1"))),
    Mistake("q2", "default", _CLASS, "`f[", edit_text(_scores(_SHARES), "beta=1.0", "beta=2.0")),
    Mistake("q2", "unsquared", _CLASS, "beta-not-squared", _scores(edit_text(_SHARES, "b = beta ** 2", "b = beta"))),
    Mistake("q2", "other-side", _CLASS, "beta-for-precision", _scores(edit_text(_SHARES, "b * P + R", "P + b * R"))),
    Mistake("q2", "list", _CLASS, "dictionary with the keys", _scores(edit_text(
        _SHARES,
        'return {"precision": P, "recall": R, "f": F, "macro": macro, "weighted": weighted, "micro": micro}',
        "return P, R, F, macro, weighted, micro",
    ))),
    Mistake("q2", "one-against-all", _CLASS, "silence-counted-as-found", _scores(edit_text(
        _SHARES, "b = beta", "P = (C.sum() - called - there + 2 * hits) / C.sum()\nb = beta"
    ))),
    Mistake("q2", "of-the-means", _AVERAGE, "f-of-the-means", _scores(edit_text(
        _SHARES, "F.mean()", "(1 + b) * P.mean() * R.mean() / (b * P.mean() + R.mean())"
    ))),
    Mistake("q2", "mean-of-means", _AVERAGE, "f-of-the-means", _scores(edit_text(
        _SHARES, "F.mean()", "(P.mean() + R.mean()) / 2"
    ))),
    Mistake("q2", "over-k", _CLASS, "no-share", _scores(edit_text(
        _SHARES, "(F * there).sum() / C.sum()", "(F * there).mean()"
    ))),
    Mistake("q2", "by-calls", _AVERAGE, "weighted-by-calls", _scores(edit_text(_SHARES, "F * there", "F * called"))),
    Mistake("q2", "names", _AVERAGE, "averages-exchanged", _scores(edit_text(
        _SHARES, '"macro": macro, "weighted": weighted', '"macro": weighted, "weighted": macro'
    ))),
    Mistake("q2", "micro-macro", _AVERAGE, "averages-exchanged", _scores(edit_text(
        _SHARES, '"micro": micro', '"micro": macro'
    ))),
    Mistake("q2", "median", _AVERAGE, "`macro`", _scores(edit_text(_SHARES, "F.mean()", "np.median(F)"))),
    Mistake("q2", "union", _AVERAGE, "errors-added-twice", _scores(edit_text(
        _SHARES,
        "micro = F.mean(), (F * there).sum() / C.sum(), hits.sum() / C.sum()",
        "micro = F.mean(), (F * there).sum() / C.sum(), hits.sum() / (2 * C.sum() - hits.sum())",
    ))),
    Mistake("q2", "s1", _RECALL, "averaged-back", _scores(_SHARES, "return 2 * f1 - precision")),
    Mistake("q2", "plain", _RECALL, "impossible-recall", _scores(
        _SHARES,
        "return precision * f1 / (2 * precision - f1)",
    )),
    Mistake("q2", "clipped", _RECALL, "impossible-recall", _scores(
        _SHARES,
        "return float(np.clip(precision * f1 / max(2 * precision - f1, 1e-9), 0, 1))",
    )),
    Mistake("q2", "negative", _RECALL, "impossible-recall", _scores(_SHARES, """
        recall = precision * f1 / (2 * precision - f1) if 2 * precision != f1 else np.nan
        return recall if recall <= 1 else np.nan
    """)),
    Mistake("q2", "zero-division", _RECALL, "ZeroDivisionError", _scores(_SHARES, """
        recall = precision * f1 / (2 * precision - f1)
        return recall if 0 <= recall <= 1 else np.nan
    """)),
    Mistake("q2", "open-end", _RECALL, "recall-of-one-refused", _scores(_SHARES, edit_text(
        _SHEET, "f1 * (1 + precision) > 2", "f1 * (1 + precision) >= 2"
    ))),
    Mistake("q2", "nothing", _RECALL, "not None", _scores(_SHARES, edit_text(_SHEET, 'float("nan")', "None"))),
    Mistake("q2", "nan", _ZERO, "nan-for-nothing", _scores(_NAIVE)),
    Mistake("q2", "at-least-one", _ZERO, "sums-of-at-least-one", _scores(edit_text(
        _SHARES, "np.divide(hits, called, out=np.zeros(len(C)), where=called > 0)", "hits / np.maximum(called, 1)"
    ))),
    Mistake("q2", "epsilon", _ZERO, "a-little-in-the-denominator", _scores(edit_text(
        _SHARES, "np.divide(hits, called, out=np.zeros(len(C)), where=called > 0)", "hits / (called + 1e-8)"
    ))),
    Mistake("q2", "present-only", _ZERO, "absent-class-skipped", _scores(edit_text(
        _SHARES, "F.mean()", "F[there > 0].mean()"
    ))),
    Mistake("q2", "nanmean", _ZERO, "absent-class-skipped", _scores(edit_text(
        _NAIVE,
        "F.mean()",
        "np.nanmean(np.where(called + there > 0, 2 * hits / (called + there), np.nan)) if beta == 1 else F.mean()",
        "return", "P, R, F = map(np.nan_to_num, (P, R, F))\nweighted = (F * there).sum() / C.sum()\nreturn",
    ))),
    Mistake("q2", "in-place", _ZERO, "changes-its-inputs", _scores(edit_text(
        _SHARES, "return", "np.fill_diagonal(C, 0)\nreturn"
    ))),
    # q3
    Mistake("q3", "turned", _PAIRS, "upside-down", _auc("score = -score" + _PLACES.rstrip())),
    Mistake("q3", "all-reviews", _PAIRS, "all-pairs", _auc(edit_text(
        _PLACES, ".mean() / len(negatives)", ".sum() / (len(y) * (len(y) - 1) / 2)"
    ))),
    Mistake("q3", "accuracy", _PAIRS, "one-threshold", _auc("return ((score >= 0.5) == y).mean()")),
    Mistake("q3", "balanced", _PAIRS, "one-threshold", _auc("""
        alarm = score >= np.median(score)
        return (alarm[y == 1].mean() + 1 - alarm[y == 0].mean()) / 2
    """)),
    Mistake("q3", "strict", _PAIRS, "ties-lost", _auc(edit_text(_PLACES, '"right"', '"left"'))),
    Mistake("q3", "generous", _PAIRS, "ties-won", _auc(edit_text(_PLACES, '"left"', '"right"'))),
    Mistake("q3", "argsort", _PAIRS, "order-of-arrival", _auc("""
        ranks = np.empty(len(y))
        ranks[np.argsort(score)] = np.arange(1, len(y) + 1)
        m = (y == 1).sum()
        return (ranks[y == 1].sum() - m * (m + 1) / 2) / (m * (len(y) - m))
    """)),
    Mistake("q3", "curve", _PAIRS, "order-of-arrival", _auc("""
        hits = np.cumsum(y[np.argsort(-score, kind='stable')])
        return hits[y[np.argsort(-score, kind='stable')] == 0].sum() / (y.sum() * (len(y) - y.sum()))
    """)),
    Mistake("q3", "grid", _PAIRS, "scores-on-a-grid", _auc("""
        t = np.linspace(score.max(), score.min(), 2000)[:, None]
        hits, false = ((score[y == k] >= t).mean(axis=1) for k in (1, 0))
        return np.trapezoid(np.r_[0, hits], np.r_[0, false])
    """)),
    Mistake("q3", "not-divided", _PAIRS, "no-share-of-pairs", _auc(edit_text(_PLACES, " / len(negatives)", ""))),
    Mistake("q3", "precision", _PAIRS, "average-precision", _auc(
        "from sklearn.metrics import average_precision_score\n"
        "return average_precision_score(y, score)",
    )),
    Mistake("q3", "lowest-ranks", _PAIRS, "ranks-of-equals", "from scipy.stats import rankdata\n" + _auc("""
        m = (y == 1).sum()
        return (rankdata(score, "min")[y == 1].sum() - m * (m + 1) / 2) / (m * (len(y) - m))
    """)),
    Mistake("q3", "rank-sum", _PAIRS, "ranks-as-they-are", "from scipy.stats import rankdata\n" + _auc(
        "return rankdata(score)[y == 1].sum() / ((y == 1).sum() * (y == 0).sum())"
    )),
    Mistake("q3", "whole-scores", _PAIRS, "scores-cut-to-whole", _auc("score = score.astype(int)" + _PLACES.rstrip())),
    Mistake("q3", "unsorted", _PAIRS, "not-sorted", _auc(edit_text(
        _PLACES, "np.sort(score[y == 0])", "score[y == 0]"
    ))),
    Mistake("q3", "from-0-to-1", _PAIRS, "scores-taken-for-probabilities", _auc("""
        t = np.linspace(1, 0, 101)[:, None]
        hits, false = ((score[y == k] >= t).mean(axis=1) for k in (1, 0))
        return np.trapezoid(np.r_[0, hits, 1], np.r_[0, false, 1])
    """)),
    Mistake("q3", "matrix", _FAST, "every-pair", _auc(_ALL_PAIRS)),
    Mistake("q3", "two-loops", _FAST, "every-pair", _auc("""
        won = 0
        for a in score[y == 1].tolist():
            for b in score[y == 0].tolist():
                won += (a > b) + (a == b) / 2
        return won / ((y == 1).sum() * (y == 0).sum())
    """)),
    Mistake("q3", "sample", _FAST, "`AUC`", _auc(
        "if len(y) > 1000:\n    y, score = y[:1000], score[:1000]" + _PLACES.rstrip(),
    )),
    Mistake("q3", "alarms-accuracy", _ALARMS, "accuracy-for-auc", _auc(alarms="(tn + tp) / (tn + fp + fn + tp)")),
    Mistake("q3", "alarms-recall", _ALARMS, "one-row-only", _auc(alarms="tp / (fn + tp)")),
    Mistake("q3", "alarms-product", _ALARMS, "ties-lost", _auc(alarms="tp / (fn + tp) * tn / (tn + fp)")),
    Mistake("q3", "alarms-generous", _ALARMS, "ties-won", _auc(alarms="1 - fn / (fn + tp) * fp / (tn + fp)")),
    Mistake("q3", "alarms-turned", _ALARMS, "upside-down", _auc(alarms="(fn / (fn + tp) + fp / (tn + fp)) / 2")),
    Mistake("q3", "alarms-columns", _ALARMS, "columns-of-the-alarms",
        _auc(alarms="(tn / (tn + fn) + tp / (fp + tp)) / 2")),
    Mistake("q3", "alarms-difference", _ALARMS, "difference-of-the-rates",
        _auc(alarms="tp / (fn + tp) - fp / (tn + fp)")),
    Mistake("q3", "alarms-false", _ALARMS, "false-alarms-for-rightly-silent",
        _auc(alarms="(tp / (fn + tp) + fp / (tn + fp)) / 2")),
    Mistake("q3", "alarms-f1", _ALARMS, "another-score", _auc(alarms="2 * tp / (2 * tp + fp + fn)")),
    Mistake("q3", "alarms-folded", _ALARMS, "upside-down",
        _auc(alarms="max(t := (tn / (tn + fp) + tp / (fn + tp)) / 2, 1 - t)")),
    Mistake("q3", "folded", _PAIRS, "upside-down", _auc(edit_text(
        _PLACES,
        "return ((below + upto) / 2).mean() / len(negatives)",
        "auc = ((below + upto) / 2).mean() / len(negatives)\nreturn max(auc, 1 - auc)",
    ))),
    Mistake("q3", "two-bool-matrices", _FAST, "every-pair", _auc("""
        a, b = score[y == 1][:, None], score[y == 0]
        return ((a > b).mean() + (a >= b).mean()) / 2
    """)),
    Mistake("q3", "single-precision", _SMALL, "`AUC`", _auc("score = score.astype(np.float32)" + _PLACES.rstrip())),
    Mistake("q3", "no-pair", _SMALL, "Without any pair", _auc(edit_text(_PLACES, "np.nan", "0.5"))),
    Mistake("q3", "sorted-in-place", _SMALL, "changes-its-inputs", _auc(edit_text(
        _PLACES, "return ((", "order = np.argsort(score)\nscore[:], y[:] = score[order], y[order]\nreturn (("
    ))),
    # q4
    Mistake("q4", "formula", _CHEAP, "threshold-not-searched", _threshold("""
        t = false_alarm / (false_alarm + miss)
        return t, 1000 * (false_alarm * ((p >= t) & (y == 0)).mean() + miss * ((p < t) & (y == 1)).mean())
    """)),
    Mistake("q4", "half", _CHEAP, "threshold-not-searched", _threshold("""
        t = p[p >= 0.5].min()
        return t, 1000 * (false_alarm * ((p >= t) & (y == 0)).mean() + miss * ((p < t) & (y == 1)).mean())
    """)),
    Mistake("q4", "prices", _CHEAP, "costs-exchanged", _threshold(
        "false_alarm, miss = miss, false_alarm" + _SEARCH.rstrip(),
    )),
    Mistake("q4", "strict", _CHEAP, "strictly-above", _threshold(edit_text(_SEARCH, "p >= t", "p > t"))),
    Mistake("q4", "every", _CHEAP, "every-alarm-costs", _threshold(edit_text(
        _SEARCH, "(alarm & (y == 0)).sum()", "alarm.sum()"
    ))),
    Mistake("q4", "errors", _CHEAP, "another-goal", _threshold(edit_text(
        _SEARCH,
        "best = None", "best, key = None, None",
        "    if best is None or cost < best[1]:",
        "    errors = (alarm != y).sum()\n    if best is None or errors < key:\n        key = errors",
    ))),
    Mistake("q4", "f1", _CHEAP, "another-goal", _threshold(edit_text(
        _SEARCH,
        "best = None", "best, key = None, -1",
        "    if best is None or cost < best[1]:",
        "    f1 = 2 * (alarm & (y == 1)).sum() / (alarm.sum() + y.sum())\n    if f1 > key:\n        key = f1",
    ))),
    Mistake("q4", "total", _CHEAP, "not-per-thousand", _threshold(edit_text(_SEARCH, "1000 * (", "len(y) * ("))),
    Mistake("q4", "mean", _CHEAP, "not-per-thousand", _threshold(edit_text(_SEARCH, "1000 * (", "("))),
    Mistake("q4", "between", _CHEAP, "none of the values", _threshold(edit_text(
        _SEARCH, "return best", "return best[0] - 0.0005, best[1]"
    ))),
    Mistake("q4", "coarse-grid", _CHEAP, "threshold-on-a-grid", _threshold(edit_text(
        _SEARCH, "[np.inf, *sorted(set(p.tolist()), reverse=True)]", "[np.inf, *np.linspace(1, 0, 51)]"
    ))),
    Mistake("q4", "cost-first", _CHEAP, "cost-first",
        _threshold(edit_text(_SEARCH, "return best", "return best[::-1]"))),
    Mistake("q4", "misses-cut", _CHEAP, "cheaper-than-possible", _threshold(edit_text(
        _SEARCH, "return best", "return best[0], best[1] - 1000 * miss / len(y)"
    ))),
    Mistake("q4", "grid", _CHEAP, "none of the values", _threshold(edit_text(
        _SEARCH, "[np.inf, *sorted(set(p.tolist()), reverse=True)]", "[np.inf, *np.linspace(1, 0, 2001)]"
    ))),
    Mistake("q4", "none-for-nobody", _ENDS, "written as np.inf", _threshold(edit_text(
        _SEARCH, "return best", "return (None if best[0] == np.inf else best[0]), best[1]"
    ))),
    Mistake("q4", "only-t", _CHEAP, "Return 2 values", _threshold(edit_text(_SEARCH, "return best", "return best[0]"))),
    Mistake("q4", "dearest", _CHEAP, "`t` is", _threshold(edit_text(_SEARCH, "cost < best", "cost > best"))),
    Mistake("q4", "no-nobody", _ENDS, "nobody-not-tried", _threshold(edit_text(
        _SEARCH, "[np.inf, *sorted(set(p.tolist()), reverse=True)]", "sorted(set(p.tolist()), reverse=True)"
    ))),
    Mistake("q4", "one", _ENDS, "writes that as t = np.inf", _threshold(edit_text(_SEARCH, "np.inf, *", "1.0, *"))),
    Mistake("q4", "no-everybody", _ENDS, "everybody-not-tried", _threshold(edit_text(
        _SEARCH, "reverse=True)]", "reverse=True)[:-1]]"
    ))),
    Mistake("q4", "zero", _ENDS, "none of the values", _threshold(edit_text(
        _SEARCH, "return best", "return (0.0 if best[0] == p.min() else best[0]), best[1]"
    ))),
    Mistake("q4", "lowest", _ENDS, "lowest-of-equals", _threshold(edit_text(
        _SEARCH, "cost < best[1]", "cost <= best[1]"
    ))),
    Mistake("q4", "ascending", _ENDS, "lowest-of-equals", _threshold(edit_text(
        _SEARCH,
        "[np.inf, *sorted(set(p.tolist()), reverse=True)]", "[*sorted(set(p.tolist())), np.inf]",
        "break", "continue",
    ))),
    Mistake("q4", "unlimited", _LIMIT, "limit-ignored", _threshold(edit_text(
        _SEARCH, "at_most is not None and alarm.sum() > at_most", "False"
    ))),
    Mistake("q4", "kth", _LIMIT, "limit-cuts-equals", _threshold(edit_text(
        _SEARCH,
        "return best", "least = np.sort(p)[-at_most] if at_most else -1\nreturn max(best[0], least), best[1]",
        "at_most is not None and alarm.sum() > at_most", "False",
    ))),
    Mistake("q4", "give-up", _LIMIT, "limit-or-nobody", _threshold(edit_text(
        _SEARCH,
        "return best",
        (
            "if at_most is not None and (p >= best[0]).sum() > at_most:\n"
            "    return np.inf, 1000 * miss * y.mean()\n"
            "return best"
        ),
        "at_most is not None and alarm.sum() > at_most", "False",
    ))),
    Mistake("q4", "below-limit", _LIMIT, "limit-not-reached", _threshold(edit_text(
        _SEARCH, "alarm.sum() > at_most", "alarm.sum() >= at_most"
    ))),
    Mistake("q4", "fill", _LIMIT, "limit-filled", _threshold(edit_text(
        _SEARCH, "cost < best[1]", "at_most is not None or cost < best[1]"
    ))),
    Mistake("q4", "false-only", _LIMIT, "limit-on-false-alarms", _threshold(edit_text(
        _SEARCH, "alarm.sum() > at_most", "(alarm & (y == 0)).sum() > at_most"
    ))),
    Mistake("q4", "raised", _LIMIT, "limit-by-raising", _threshold(edit_text(
        _SEARCH,
        "    if at_most is not None and alarm.sum() > at_most:\n        break\n", "",
        "return best",
        (
            "while at_most is not None and (p >= best[0]).sum() > at_most:\n"
            "    best = min([*p[p > best[0]], np.inf]), best[1]\n"
            "t = best[0]\n"
            "return t, 1000 * np.mean(false_alarm * ((p >= t) & (y == 0)) + miss * ((p < t) & (y == 1)))"
        ),
    ))),
    Mistake("q4", "zero-limit", _LIMIT, "zero-for-no-limit", _threshold(edit_text(
        _SEARCH, "at_most is not None and alarm", "at_most and alarm"
    ))),
    Mistake("q4", "shares-of-nobody", _ONE_KIND, "`cost` is nan", _threshold(edit_text(
        _SEARCH,
        "miss * (~alarm & (y == 1)).sum()", "miss * (y == 1).sum() * (sum(~alarm & (y == 1)) / sum((y == 1).tolist()))",
    ))),
    Mistake("q4", "sorted-in-place", _ONE_KIND, "changes-its-inputs", _threshold((
        "order = np.argsort(p)\n"
        "p[:], y[:] = p[order], y[order]"
    ) + _SEARCH.rstrip())),
    # q5
    Mistake("q5", "one-fault", _NAMED, "it isn't all", _pipeline(faults="A")),
    Mistake("q5", "other-fault", _NAMED, "it isn't all", _pipeline(faults="B")),
    Mistake("q5", "three", _NAMED, "scaling-blamed", _pipeline(faults="ABC")),
    Mistake("q5", "auc", _NAMED, "auc-blamed", _pipeline(faults="ABD")),
    Mistake("q5", "luck", _NAMED, "luck-blamed", _pipeline(faults="E")),
    Mistake("q5", "words", _NAMED, "letters out of", _pipeline(faults="the copies")),
    Mistake("q5", "tfidf-first", _STRANGERS, "words-counted-before", _pipeline("""
        X = TfidfVectorizer().fit_transform(texts)
        pipeline = make_pipeline(SelectKBest(chi2, k=keep), LogisticRegression(class_weight="balanced"))
        cv = GroupKFold(folds)
        return cross_val_predict(pipeline, X, y, groups=review, cv=cv, method="predict_proba")[:, 1]
    """)),
    Mistake("q5", "choice-first", _STRANGERS, "words-chosen-before", _pipeline("""
        X = TfidfVectorizer().fit_transform(texts)
        X = SelectKBest(chi2, k=keep).fit_transform(X, y)
        model, cv = LogisticRegression(class_weight="balanced"), GroupKFold(folds)
        return cross_val_predict(model, X, y, groups=review, cv=cv, method="predict_proba")[:, 1]
    """)),
    Mistake("q5", "no-choice", _STRANGERS, "choice-left-out", _pipeline(edit_text(
        _PIPELINE, "SelectKBest(chi2, k=keep), ", ""
    ))),
    Mistake("q5", "fit-all", _STRANGERS, "judged-by-what-it-learned", _pipeline(edit_text(
        _PIPELINE,
        "cross_val_predict(pipeline, texts, y, groups=review, cv=cv, method=\"predict_proba\")[:, 1]",
        "pipeline.fit(texts, y).predict_proba(texts)[:, 1]",
    ))),
    Mistake("q5", "k-fold", _STRANGERS, "reviews-torn-apart", _pipeline(edit_text(
        _ALONE, "cv = GroupKFold(folds)", "cv = KFold(folds)"
    ))),
    Mistake("q5", "shuffled", _STRANGERS, "other-folds", _pipeline(edit_text(
        _PIPELINE, "cv = GroupKFold(folds)", "cv = GroupKFold(folds, shuffle=True, random_state=0)"
    ))),
    Mistake("q5", "stratified", _STRANGERS, "reviews-torn-apart", _pipeline(edit_text(
        _ALONE, "cv = GroupKFold(folds)", "cv = folds"
    ))),
    Mistake("q5", "leave-one-out", _STRANGERS, "other-folds", "from sklearn.model_selection import LeaveOneGroupOut\n"
        + _pipeline(edit_text(_PIPELINE, "cv = GroupKFold(folds)", "cv = LeaveOneGroupOut()"))),
    Mistake("q5", "end-to-end", _STRANGERS, "folds-end-to-end", _pipeline(edit_text(
        _PIPELINE,
        'return cross_val_predict(pipeline, texts, y, groups=review, cv=cv, method="predict_proba")[:, 1]',
        (
            "p, texts = [], np.array(texts, dtype=object)\n"
            "for learn, judge in cv.split(texts, y, review):\n"
            "    p.extend(pipeline.fit(texts[learn], y[learn]).predict_proba(texts[judge])[:, 1])\n"
            "return np.array(p)"
        ),
    ))),
    Mistake("q5", "by-review", _STRANGERS, "one-probability-for-a-review", _pipeline(edit_text(
        _PIPELINE, "return cross", "p = cross", "[:, 1]",
        "[:, 1]\nreturn np.array([p[review == r].mean() for r in review])",
    ))),
    Mistake("q5", "first-fold", _STRANGERS, "one-model-for-all", _pipeline(edit_text(
        _PIPELINE,
        'return cross_val_predict(pipeline, texts, y, groups=review, cv=cv, method="predict_proba")[:, 1]',
        (
            "texts = np.array(texts, dtype=object)\n"
            "learn, _ = next(cv.split(texts, y, review))\n"
            "return pipeline.fit(texts[learn], y[learn]).predict_proba(texts)[:, 1]"
        ),
    ))),
    Mistake("q5", "f-test", _STRANGERS, "words-by-another-rule", _pipeline(edit_text(
        _PIPELINE, "pipeline = ", "from sklearn.feature_selection import f_classif\npipeline = ", "chi2", "f_classif"
    ))),
    Mistake("q5", "counts", _STRANGERS, "vectoriser-changed", _pipeline(edit_text(
        _PIPELINE,
        "pipeline = ", "from sklearn.feature_extraction.text import CountVectorizer\npipeline = ",
        "TfidfVectorizer", "CountVectorizer",
    ))),
    Mistake("q5", "another-c", _STRANGERS, "model-changed", _pipeline(edit_text(
        _PIPELINE, 'class_weight="balanced"', 'class_weight="balanced", C=10'
    ))),
    Mistake("q5", "unweighted", _STRANGERS, "weights-left-out", _pipeline(edit_text(
        _PIPELINE, 'class_weight="balanced"', ""
    ))),
    Mistake("q5", "other-column", _STRANGERS, "fine-for-angry", _pipeline(edit_text(_PIPELINE, "[:, 1]", "[:, 0]"))),
    Mistake("q5", "both-columns", _STRANGERS, "has shape", _pipeline(edit_text(_PIPELINE, "[:, 1]", ""))),
    Mistake("q5", "predict", _STRANGERS, "calls-for-probabilities", _pipeline(edit_text(
        _PIPELINE, ', method="predict_proba")[:, 1]', ")"
    ))),
    Mistake("q5", "logits", _STRANGERS, "logits-for-probabilities", _pipeline(edit_text(
        _PIPELINE, 'method="predict_proba")[:, 1]', 'method="decision_function")'
    ))),
    Mistake("q5", "groups-forgotten", _STRANGERS, "stopped with", _pipeline(edit_text(
        _PIPELINE, "groups=review, ", ""
    ))),
    Mistake("q5", "five-always", _TOLD, "folds-not-as-told", _pipeline(
        "folds = max(folds, 4) + (folds < 4)" + _PIPELINE.rstrip()
    )),
    Mistake("q5", "ten-always", _TOLD, "keep-not-as-told", _pipeline(
        "keep = 10 if keep > 20 else keep" + _PIPELINE.rstrip()
    )),
    Mistake("q5", "by-position", _ORDER, "reviews-torn-apart", _pipeline(
        "review = np.arange(len(y)) if review.min() > 99 else review" + _PIPELINE.rstrip()
    )),
    Mistake("q5", "called-in-place", _ORDER, "changes-its-inputs", _pipeline(edit_text(
        _PIPELINE, "return cross", "p = cross", "[:, 1]", "[:, 1]\ny[:] = p > 0.5\nreturn p"
    ))),
    # q6
    Mistake("q6", "sign", _WHOLE, "other-way-round", _saving(edit_text(_REVIEWS, "old - new", "new - old"))),
    Mistake("q6", "sentences", _WHOLE, "draws-as-sentences", _saving(edit_text(
        _REVIEWS, "G[draws].sum(axis=1) / n[draws].sum(axis=1)", "gain[draws].mean(axis=1)"
    ))),
    Mistake("q6", "own-draws", _WHOLE, "draws-ignored", _saving(edit_text(
        _REVIEWS, "means = ", "draws = np.random.default_rng(0).integers(len(n), size=draws.shape)\nmeans = "
    ))),
    Mistake("q6", "per-thousand", _WHOLE, "dollars-per-thousand", _saving(edit_text(
        _REVIEWS, "gain = old - new", "gain = 1000 * (old - new)"
    ))),
    Mistake("q6", "pivotal", _WHOLE, "mirrored-interval", _saving(edit_text(
        _REVIEWS,
        "np.quantile(means, tail), np.quantile(means, 1 - tail)",
        "2 * gain.mean() - np.quantile(means, 1 - tail), 2 * gain.mean() - np.quantile(means, tail)",
    ))),
    Mistake("q6", "per-review", _WHOLE, "for-each-review", _saving(edit_text(
        _REVIEWS, "n[draws].sum(axis=1)", "draws.shape[1]"
    ))),
    Mistake("q6", "split", _WHOLE, "reviews-taken-for-sorted", _saving(edit_text(
        _REVIEWS, "means = ", "G = np.array([g.sum() for g in np.split(gain, np.cumsum(n)[:-1])])\nmeans = "
    ))),
    Mistake("q6", "alike", _WHOLE, "reviews-weigh-alike", _saving(edit_text(
        _REVIEWS, "G[draws].sum(axis=1) / n[draws].sum(axis=1)", "(G / n)[draws].mean(axis=1)"
    ))),
    Mistake("q6", "alike-observed", _WHOLE, "reviews-weigh-alike", _saving(edit_text(
        _REVIEWS, "gain.mean()", "(G / n).mean()"
    ))),
    Mistake("q6", "isin", _WHOLE, "copies-dropped", _saving(edit_text(
        _REVIEWS,
        "G[draws].sum(axis=1) / n[draws].sum(axis=1)", "np.array([gain[np.isin(review, row)].mean() for row in draws])",
    ))),
    Mistake("q6", "fixed-length", _WHOLE, "length-not-drawn", _saving(edit_text(
        _REVIEWS, "n[draws].sum(axis=1)", "len(gain)"
    ))),
    Mistake("q6", "all-normal", _WHOLE, "normal-for-percentiles", _saving(edit_text(
        _REVIEWS,
        "np.quantile(means, tail), np.quantile(means, 1 - tail)",
        "gain.mean() - 1.96 * means.std(), gain.mean() + 1.96 * means.std()",
    ))),
    Mistake("q6", "mean-of-draws", _WHOLE, "middle-of-the-draws", _saving(edit_text(
        _REVIEWS, "gain.mean()", "means.mean()"
    ))),
    Mistake("q6", "sums", _WHOLE, "`low`", _saving(edit_text(_REVIEWS, " / n[draws].sum(axis=1)", ""))),
    Mistake("q6", "two-values", _WHOLE, "Return 3 values", _saving(edit_text(
        _REVIEWS, "return gain.mean(), ", "return "
    ))),
    Mistake("q6", "one-sided", _INTERVAL, "one-sided", _saving(edit_text(
        _REVIEWS, "(1 - confidence) / 2", "1 - confidence"
    ))),
    Mistake("q6", "centred", _INTERVAL, "normal-for-percentiles", _saving(
        "from statistics import NormalDist\n" + edit_text(
            _REVIEWS,
            "np.quantile(means, tail), np.quantile(means, 1 - tail)",
            "*(means.mean() + NormalDist().inv_cdf(share) * means.std() for share in (tail, 1 - tail))",
        ),
    )),
    Mistake("q6", "fixed", _INTERVAL, "confidence-fixed",
        _saving(edit_text(_REVIEWS, "(1 - confidence) / 2", "0.025"))),
    Mistake("q6", "per-cent", _INTERVAL, "share-for-per-cent", _saving(edit_text(
        _REVIEWS,
        "np.quantile(means, tail), np.quantile(means, 1 - tail)",
        "np.percentile(means, tail), np.percentile(means, 1 - tail)",
    ))),
    Mistake("q6", "apart", _INTERVAL, "not-paired", _saving("""
        n = np.bincount(review)
        both = [(1 - confidence) / 2, (1 + confidence) / 2]
        means = [np.bincount(review, one)[draws].sum(1) / n[draws].sum(1) for one in (old, new)]
        ends = [np.quantile(one, both) for one in means]
        low = ends[0][0] - ends[1][1] if len(draws) > 1 else ends[0][0] - ends[1][0]
        return (old - new).mean(), low, ends[0][1] - ends[1][0]
    """)),
    Mistake("q6", "default", _SINGLE, "one-sided", edit_text(_saving(), "confidence=0.95", "confidence=0.9")),
    Mistake("q6", "wrong-default", _SINGLE, "(low, high)", edit_text(_saving(), "confidence=0.95", "confidence=0.5")),
    Mistake("q6", "median-shown", _INTERVAL, "middle-of-the-draws", _saving(edit_text(
        _REVIEWS, "return gain.mean()", "return np.median(means) if len(means) > 1 else gain.mean()"
    ))),
    Mistake("q6", "sorted-labels", _SINGLE, "changes-its-inputs", _saving(edit_text(
        _REVIEWS, "gain = old - new", "old -= new\ngain = old.copy()"
    ))),
    Mistake("q6", "eighty", _SINGLE, "stopped with", _saving(edit_text(
        _REVIEWS, "G, n = np.bincount(review, gain), np.bincount(review)",
        "G, n = (np.bincount(review, some, 80)[:80] for some in (gain, 1 + 0 * gain))",
    ))),
    Mistake("q6", "ship", _CHOICE, "shipped-on-the-mean", _saving(choice="ship")),
    Mistake("q6", "ship-on-sentences", _CHOICE, "low-of-another-resampling", _saving(low="192", choice="ship")),
    Mistake("q6", "ship-one-sided", _CHOICE, "low-of-another-resampling", _saving(low="178.3", choice="ship")),
    Mistake("q6", "maybe", _CHOICE, '"ship" or "wait"', _saving(choice="maybe")),
    Mistake("q6", "unit", _CHOICE, "per-sentence", _saving(low="0.11719")),
    Mistake("q6", "net", _CHOICE, "extra-deducted", _saving(saving="353.76")),
    Mistake("q6", "upper", _CHOICE, "upper-end", _saving(
        low="1000 * bootstrap_saving(OLD, NEW, REVIEW, DRAWS)[2]"
    )),
    Mistake("q6", "mean-of-reviews", _CHOICE, "reviews-weigh-alike", _saving(
        saving="1000 * np.mean([(OLD - NEW)[REVIEW == d].mean() for d in range(80)])"
    )),
    Mistake("q6", "middle", _CHOICE, "`LOW` isn't", _saving(low="350")),
    Mistake("q6", "linear", _CHOICE, "shrinks-like-one-over-D", _saving(needed="88")),
    Mistake("q6", "more", _CHOICE, "only-the-new-ones", _saving(needed="16")),
    Mistake("q6", "down", _CHOICE, "rounded-down", _saving(needed="95")),
    Mistake("q6", "unrounded", _CHOICE, "rounded-down", _saving(needed="95.53")),
    Mistake("q6", "in-sentences", _CHOICE, "sentences-for-reviews", _saving(
        needed="np.ceil(len(REVIEW) / 80 * 96)"
    )),
    Mistake("q6", "half-width", _CHOICE, "distance-of-both-ends", _saving(needed=(
        "int(np.ceil(80 * (np.diff(bootstrap_saving(OLD, NEW, REVIEW, DRAWS)[1:])[0] * 500 / (503.76 - 150)) ** 2))"
    ))),
    Mistake("q6", "nearly", _CHOICE, "rounded-on-the-way", _saving(needed="97")),
    Mistake("q6", "doubled", _CHOICE, "should just reach EXTRA", _saving(needed="200")),
    Mistake("q6", "to-zero", _CHOICE, "until-nothing-is-lost", _saving(needed="48")),
]  # fmt: skip

UNUSUAL = [
    Unusual("q1", "scikit-learn", "from sklearn.metrics import confusion_matrix\n" + _confusion(
        "return confusion_matrix(y, called, labels=range(K), sample_weight=weights)",
    )),
    Unusual("q1", "one-hot-product", _confusion("""
        w = np.ones(len(y)) if weights is None else weights
        return np.eye(K)[y].T * w @ np.eye(K)[called]
    """)),
    Unusual("q1", "nested-lists", _confusion("""
        w = [1] * len(y) if weights is None else list(weights)
        return [[sum(x for a, b, x in zip(y, called, w) if (a, b) == (i, j)) for j in range(K)] for i in range(K)]
    """)),
    Unusual("q1", "bincount", _confusion("return np.bincount(K * y + called, weights, K * K).reshape(K, K)")),
    Unusual("q1", "torch-float32", "import torch\n" + _confusion("""
        w = torch.ones(len(y)) if weights is None else torch.tensor(weights, dtype=torch.float32)
        return torch.zeros(K, K).index_put((torch.tensor(y), torch.tensor(called)), w, accumulate=True)
    """)),
    Unusual("q2", "scikit-learn", dedent("""
        from sklearn.metrics import precision_recall_fscore_support
        def score_classes(C, beta=1.0):
            K = len(C)
            y, called = np.indices((K, K)).reshape(2, -1)
            settings = dict(beta=beta, labels=range(K), sample_weight=C.ravel(), zero_division=0)
            precision, recall, f, _ = precision_recall_fscore_support(y, called, **settings)
            averages = {}
            for kind in ("macro", "weighted", "micro"):
                averages[kind] = precision_recall_fscore_support(y, called, average=kind, **settings)[2]
            return dict(precision=precision, recall=recall, f=f, **averages)
        def find_recall(precision, f1):
            inverse = 2 / f1 - 1 / precision
            return np.array([1 / inverse]) if inverse >= 1 else np.nan
    """)),
    Unusual("q2", "loops", dedent("""
        def score_classes(C, beta=1.0):
            K, total = len(C), float(C.sum())
            result = {"precision": [], "recall": [], "f": [], "weighted": 0.0, "support": C.sum(axis=1)}
            for k in range(K):
                column, row = sum(C[i][k] for i in range(K)), sum(C[k])
                P, R = C[k][k] / column if column else 0, C[k][k] / row if row else 0
                F = 0 if P == 0 or R == 0 else (1 + beta**2) / (1 / P + beta**2 / R)
                for name, number in (("precision", P), ("recall", R), ("f", F)):
                    result[name].append(float(number))
                result["weighted"] += F * row / total
            result["macro"], result["micro"] = sum(result["f"]) / K, np.float32(np.trace(C) / total)
            return result
        def find_recall(precision, f1):
            low, high = 0.0, 1.0
            if 2 * precision / (1 + precision) < f1:
                return np.float64("nan")
            for _ in range(60):
                middle = (low + high) / 2
                low, high = (middle, high) if 2 * precision * middle / (precision + middle) < f1 else (low, middle)
            return high
    """)),
    Unusual("q3", "scikit-learn", dedent("""
        import numpy as np
        from sklearn.metrics import roc_auc_score
        def compute_auc(y, score):
            return roc_auc_score(y, score) if 0 < y.sum() < len(y) else float("nan")
        def auc_of_alarms(C):
            y, alarm = np.indices((2, 2)).reshape(2, -1)
            return roc_auc_score(y, alarm, sample_weight=C.ravel())
    """)),
    Unusual("q3", "ranks", "from scipy.stats import rankdata\n" + _auc(
        """
            m, n = int(y.sum()), len(y)
            if m in (0, n):
                return np.nan
            return (rankdata(score)[y == 1].sum() - m * (m + 1) / 2) / (m * (n - m))
        """,
        "1 - (fp / (fp + tn) + fn / (fn + tp)) / 2",
    )),
    Unusual("q3", "curve", _auc(
        """
            if not 0 < y.sum() < len(y):
                return np.nan
            order = np.argsort(-score, kind="stable")
            last = np.r_[np.flatnonzero(np.diff(score[order])), len(y) - 1]
            t = np.r_[0, np.cumsum(y[order])[last]] / y.sum()
            f = np.r_[0, np.cumsum(1 - y[order])[last]] / (1 - y).sum()
            return np.trapezoid(t, f)
        """,
        "(1 + tp / (tp + fn) - fp / (fp + tn)) / 2",
    )),
    Unusual("q3", "pure-python-bisect", dedent("""
        from bisect import bisect_left, bisect_right
        def compute_auc(y, score):
            fine = sorted(s for s, label in zip(score.tolist(), y.tolist()) if not label)
            angry = [s for s, label in zip(score.tolist(), y.tolist()) if label]
            won = sum(bisect_left(fine, s) + bisect_right(fine, s) for s in angry) / 2
            return won / len(fine) / len(angry) if fine and angry else float("nan")
        def auc_of_alarms(C):
            rates = np.diag(C) / C.sum(axis=1)
            return rates.mean()
    """)),
    Unusual("q3", "a-row-at-a-time", _auc("""
        fine = score[y == 0]
        angry = score[y == 1]
        if not len(fine) * len(angry):
            return np.nan
        return np.mean([np.mean(np.sign(s - fine) + 1) / 2 for s in angry])
    """)),
    Unusual("q4", "scikit-learn", dedent("""
        from sklearn.metrics import roc_curve
        def choose_threshold(p, y, false_alarm, miss, at_most=None):
            fine, angry = (y == 0).sum(), (y == 1).sum()
            import warnings
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                f, t, thresholds = roc_curve(y, p, drop_intermediate=False)
            f, t = np.nan_to_num(f), np.nan_to_num(t)
            cost = 1000 * (false_alarm * np.round(f * fine) + miss * np.round((1 - t) * angry)) / len(y)
            if at_most is not None:
                cost[np.round(f * fine + t * angry) > at_most] = np.inf
            return thresholds[cost.argmin()], cost.min()
    """)),
    Unusual("q4", "cumulative-sums", _threshold("""
        order = np.argsort(-p, kind="stable")
        last = np.append(np.diff(p[order]) != 0, True)
        hits, alarms = np.r_[0, np.cumsum(y[order])[last]], np.r_[0, np.arange(1, len(y) + 1)[last]]
        cost = (false_alarm * (alarms - hits) + miss * (y.sum() - hits)) * 1000 / len(y)
        allowed = alarms <= (len(y) if at_most is None else at_most)
        best = np.lexsort((alarms[allowed], cost[allowed]))[0]
        return [np.r_[np.inf, p[order][last]][best], cost[best]]
    """)),
    Unusual("q4", "table", _threshold("""
        T = np.r_[np.sort(p), np.inf][:, None]
        alarm = p >= T
        cost = 1000 * np.where(alarm, false_alarm * (y == 0), miss * (y == 1)).mean(axis=1)
        cost[alarm.sum(axis=1) > (np.inf if at_most is None else at_most)] = np.inf
        best = np.flatnonzero(np.isclose(cost, cost.min()))[-1]
        return np.array([T[best, 0], cost[best]])
    """)),
    Unusual("q4", "means", _threshold("""
        def cost(t):
            return 1000 * (false_alarm * np.mean((p >= t) & (y == 0)) + miss * np.mean((p < t) & (y == 1)))
        allowed = [t for t in {float("inf"), *p} if at_most is None or np.sum(p >= t) <= at_most]
        best = min(allowed, key=lambda t: (cost(t), -t))
        return best, cost(best)
    """)),
    Unusual("q5", "a-loop", _pipeline(
        """
            p, texts = np.full(len(y), np.nan), np.array(texts, dtype=object)
            for learn, judge in GroupKFold(n_splits=folds).split(texts, groups=review):
                words = TfidfVectorizer()
                X = words.fit_transform(texts[learn])
                choice = SelectKBest(chi2, k=keep).fit(X, y[learn])
                model = LogisticRegression(class_weight="balanced", solver="newton-cg")
                model.fit(choice.transform(X), y[learn])
                p[judge] = model.predict_proba(choice.transform(words.transform(texts[judge])))[:, 1]
            return p.tolist()
        """,
        faults=["a", "b"],
    )),
    Unusual("q5", "weights-by-hand", _pipeline(
        """
            p = np.zeros(len(y), dtype=np.float32)
            for learn, judge in GroupKFold(folds).split(texts, y, review):
                rate = y[learn].mean()
                model = LogisticRegression(class_weight={0: 0.5 / (1 - rate), 1: 0.5 / rate})
                steps = [("words", TfidfVectorizer()), ("best", SelectKBest(chi2, k=keep)), ("model", model)]
                one = Pipeline(steps).fit([texts[k] for k in learn], y[learn])
                z = one.decision_function([texts[k] for k in judge])
                p[judge] = 1 / (1 + np.exp(-z))
            return p
        """,
        faults="B and A",
    )),
    Unusual("q6", "sentence-by-sentence", _saving(
        """
            sentences = [[g for g, r in zip(old - new, review) if r == d] for d in range(max(review) + 1)]
            means = []
            for row in draws:
                drawn = [g for d in row for g in sentences[d]]
                means.append(sum(drawn) / len(drawn))
            means.sort()
            at = lambda share: float(np.interp(share, np.linspace(0, 1, len(means)), means))
            tail = (1 - confidence) / 2
            return [np.mean(old - new), at(tail), at(1 - tail)]
        """,
        choice="Wait",
    )),
    Unusual("q6", "how-often", _saving(
        """
            D = draws.max(initial=review.max()) + 1
            times = np.array([np.bincount(row, minlength=D) for row in draws])[:, review]
            means = (times @ (old - new)) / times.sum(axis=1)
            return np.array([(old - new).mean(), *np.percentile(means, [50 - 50 * confidence, 50 + 50 * confidence])])
        """,
        needed="96.0",
    )),
    Unusual("q6", "float32", _saving(
        "old, new = np.float32(old), np.float32(new)" + _REVIEWS.rstrip(),
        low="np.float32(117.2)",
        saving="504",
    )),
]  # fmt: skip

EQUIVALENT = [
    Equivalent("q2", "beta enters as its square", (
        *list_mutants("def score_classes(C, beta=1.0):", "=1 → =-1"),
    )),
    Equivalent("q2", "a product of two vectors, whichever stands first", (
        *list_mutants(
            "averages = {'macro': f.mean(), 'weighted': f @ there / there.sum(), 'micro': hits.sum() / C.sum()}",
            "f @ there → there @ f",
        ),
    )),
    Equivalent("q2", "all entries of C, added up in another way", (
        *list_mutants(
            "averages = {'macro': f.mean(), 'weighted': f @ there / there.sum(), 'micro': hits.sum() / C.sum()}",
            "there. → C.",
        ),
    )),
    Equivalent("q2", "the last of two axes", (
        *list_mutants("hits, called, there = (np.diag(C), C.sum(axis=0), C.sum(axis=1))", "=1 → =-1"),
    )),
    Equivalent("q2", "without hits each score is 0; with hits no sum is", (
        *list_mutants("return np.divide(a, b, out=np.zeros(len(C)), where=b > 0)", "=b > → =hits >"),
    )),
    Equivalent("q2", "arrays of one length", (
        *list_mutants("return np.divide(a, b, out=np.zeros(len(C)), where=b > 0)", "(C) → (a)", "(C) → (b)"),
    )),
    Equivalent("q2", "two neighbouring lines that do not touch each other", (
        *swap_lines(
            "averages = {'macro': f.mean(), 'weighted': f @ there / there.sum(), 'micro': hits.sum() / C.sum()}",
            "scores = {'precision': share(hits, called), 'recall': share(hits, there), 'f': f}",
        ),
    )),
    Equivalent("q5", "two neighbouring lines that do not touch each other", (
        *swap_lines(
            "pipeline = make_pipeline(TfidfVectorizer(), SelectKBest(chi2, k=keep), model)", "cv = GroupKFold(folds)"
        ),
    )),
    Equivalent("q5", "the last of two classes", (
        *list_mutants("return both[:, 1]", "1 → -1"),
    )),
    Equivalent("q3", "two neighbouring lines that do not touch each other", (
        *swap_lines(
            "below = np.searchsorted(negatives, positives, side='left')",
            "not_above = np.searchsorted(negatives, positives, side='right')",
        ),
    )),
    Equivalent("q3", "the side that NumPy takes by itself", (
        *list_mutants("below = np.searchsorted(negatives, positives, side='left')", ", side='left' → "),
    )),
    Equivalent("q3", "one place for each positive", (
        *list_mutants("return (below + not_above).sum() / (2 * len(positives) * len(negatives))", "positives → below"),
    )),
    Equivalent("q4", "arrays of one length", (
        *list_mutants("return (best_t, 1000 * best / len(y))", "(y) → (alarm)"),
    )),
    Equivalent("q4", "an and, whichever side stands first", (
        *list_mutants(
            "cost = false_alarm * (alarm & (y == 0)).sum() + miss * (~alarm & (y == 1)).sum()",
            "alarm & (y == 0) → (y == 0) & alarm",
            "~alarm & (y == 1) → (y == 1) & ~alarm",
        ),
    )),
    Equivalent("q5", "only letters are read", (
        *list_mutants("FAULTS = 'AB'", "AB' → AB?'"),
    )),
    Equivalent("q6", "two neighbouring lines that do not touch each other", (
        *swap_lines(
            "SAVING = 1000 * bootstrap_saving(OLD, NEW, REVIEW, DRAWS)[0]",
            "LOW = 1000 * bootstrap_saving(OLD, NEW, REVIEW, DRAWS)[1]",
        ),
        *swap_lines(
            "CHOICE = 'ship' if LOW > EXTRA else 'wait'",
            "NEEDED = int(np.ceil(80 * ((SAVING - LOW) / (SAVING - EXTRA)) ** 2))",
        ),
    )),
    Equivalent("q6", "the lower end is not above EXTRA, and not equal to it", (
        *list_mutants(
            "CHOICE = 'ship' if LOW > EXTRA else 'wait'",
            "LOW > EXTRA → False",
            "> EXTRA → >= EXTRA",
            "ship' → ship?'",
        ),
    )),
    Equivalent("q6", "right to within half a dollar", (
        *list_mutants("LOW = 1000 * bootstrap_saving(OLD, NEW, REVIEW, DRAWS)[1]", "1000 → 1001", "1000 → 999"),
    )),
    Equivalent("q6", "the last of two axes", (
        *list_mutants(
            "means = saved[draws].sum(axis=1) / length[draws].sum(axis=1)",
            "(axis=1) / → (axis=-1) /",
            "length[draws].sum(axis=1) → length[draws].sum(axis=-1)",
        ),
    )),
    Equivalent("q6", "a whole number is a whole number", (
        *list_mutants(
            "NEEDED = int(np.ceil(80 * ((SAVING - LOW) / (SAVING - EXTRA)) ** 2))",
            (
                "int(np.ceil(80 * ((SAVING - LOW) / (SAVING - EXTRA)) ** 2)) → np.ceil(80 * ((SAVING - LOW) / (SAVING "
                "- EXTRA)) ** 2)"
            ),
        ),
    )),
    Equivalent("q6", "a square has no sign", (
        *list_mutants(
            "NEEDED = int(np.ceil(80 * ((SAVING - LOW) / (SAVING - EXTRA)) ** 2))",
            "(SAVING - LOW) / (SAVING - EXTRA) → -((SAVING - LOW) / (SAVING - EXTRA))",
            "SAVING - LOW → LOW - SAVING",
            (
                "NEEDED = int(np.ceil(80 * ((SAVING - LOW) / (SAVING - EXTRA)) ** 2)) → NEEDED = int(np.ceil(80 * "
                "(-(SAVING - LOW) / (SAVING - EXTRA)) ** 2))"
            ),
            "SAVING - EXTRA → EXTRA - SAVING",
            ") / (SAVING - → ) / -(SAVING -",
        ),
    )),
]  # fmt: skip
