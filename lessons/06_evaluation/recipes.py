"""What exercise 06 asks for: confusion and its scores, AUC, cost and cheapest threshold, savings, a pipeline."""

from __future__ import annotations

import numpy as np

FAULTY = (
    "words-counted-before",
    "words-chosen-before",
    "choice-left-out",
    "judged-by-what-it-learned",
    "reviews-torn-apart",
    "weights-left-out",
    "fine-for-angry",
    "calls-for-probabilities",
)
RARER = {  # misconception: faults that are tried where none of those is found
    "reviews-torn-apart": ["reviews-torn-apart", "stratified-apart"],
    "one-model-for-all": ["one-model-for-all", "learns-from-the-judged"],
    "other-folds": ["stratified", "one-review-a-fold", "shuffled"],
    "words-by-another-rule": ["f_classif", "most-frequent-words"],
    "vectoriser-changed": ["counts", "presence", "stop-words", "pairs-of-words"],
    "model-changed": ["C=0.1", "C=10", "C=100", "no-intercept"],
}


def confuse(y, called, K, weights=None) -> np.ndarray:
    """(K, K): rows the truth, columns what was called, weights added up."""
    C = np.zeros((K, K))
    np.add.at(C, (y, called), 1 if weights is None else weights)
    return C


def score(C, beta) -> dict:
    """Precision, recall, F of each class, and the three averages of F; 0/0 is 0."""
    hits, called, there = np.diag(C), C.sum(axis=0), C.sum(axis=1)
    shares = (hits, called), (hits, there), ((1 + beta**2) * hits, called + beta**2 * there)
    with np.errstate(all="ignore"):
        P, R, f = (np.nan_to_num(part / whole) for part, whole in shares)
    averages = {"macro": f.mean(), "weighted": f @ there / there.sum(), "micro": hits.sum() / C.sum()}
    return {"precision": P, "recall": R, "f": f, **averages}


def auc(y, score) -> float:
    """The share of mixed pairs in which y = 1 has the higher score, a tie counting half."""
    negatives, positives = np.sort(score[y == 0]), score[y == 1]
    return float(np.mean([np.searchsorted(negatives, positives, side) for side in ("left", "right")]) / len(negatives))


def bill(p, y, a, m, t, strict=False, every=False) -> float:
    """Dollars per 1,000 reviews at threshold t; strict: alarm where p > t; every: all alarms cost."""
    alarm = p > t if strict else p >= t
    wrong = alarm if every else alarm & (y == 0)
    return 1000 * (a * wrong.sum() + m * (~alarm & (y == 1)).sum()) / len(p)


def choose(p, y, a, m, candidates=None, limit=None, **how) -> tuple:
    """(t, cost): the cheapest candidate within the limit, of equals the first; candidates from the highest down."""
    candidates = [np.inf, *np.unique(p)[::-1]] if candidates is None else candidates
    allowed = [t for t in candidates if limit is None or (p >= t).sum() <= limit]
    costs = [bill(p, y, a, m, t, **how) for t in allowed]
    best = int(np.argmin(costs))
    return float(allowed[best]), float(costs[best])


def next_value(p, t) -> float:
    """The lowest value in p that isn't below t: the same alarms."""
    return float(p[p >= t].min()) if (p >= t).any() else np.inf


def resample(dollars, review, draws) -> np.ndarray:
    """(R,): what each draw of reviews comes to, for each of its sentences."""
    return np.bincount(review, dollars)[draws].sum(axis=1) / np.bincount(review)[draws].sum(axis=1)


def count_places(positives, negatives, half):
    """The AUC as it comes out if the places are sought among negatives that aren't sorted."""
    below, upto = (np.searchsorted(negatives, positives, side) for side in ("left", "right"))
    return ((1 - half) * below + half * upto).mean() / len(negatives)


def rank_equals(y, score) -> list:
    """The AUC from the sum of the ranks, where equal scores get their lowest, highest or dense rank."""
    m, n, ordered = (y == 1).sum(), (y == 0).sum(), np.sort(score)
    lowest, highest = (np.searchsorted(ordered, score[y == 1], side) + k for side, k in (("left", 1), ("right", 0)))
    dense = np.unique(score, return_inverse=True)[1][y == 1] + 1
    return [(ranks.sum() - m * (m + 1) / 2) / (m * n) for ranks in (lowest, highest, dense)]


def walk_along(y, score, k):
    """The area under a curve of k thresholds between 1 and 0."""
    t = np.linspace(1, 0, k)[:, None]
    hits, false = ((score[y == label] >= t).mean(axis=1) for label in (1, 0))
    return np.trapezoid(np.r_[0, hits, 1], np.r_[0, false, 1])


def average_precision(y, score):
    """The mean precision at the places of the positives, from the highest score down."""
    best_first = y[np.argsort(-score, kind="stable")]
    return (best_first.cumsum() / np.arange(1, len(y) + 1))[best_first == 1].mean()


def limit_false_alarms(p, y, false_alarm, miss, limit) -> float:
    """The threshold that is cheapest where the limit is taken for one on false alarms."""
    allowed = [t for t in [np.inf, *np.unique(p)] if (y[p >= t] == 0).sum() <= limit]
    return min(allowed, key=lambda t: (bill(p, y, false_alarm, miss, t), -t))


def judge_apart(texts, y, review, keep=10, folds=5, fault="") -> np.ndarray:
    """(n,): TF-IDF, the best words, logistic regression, cross-validated by review; or with one of the faults below."""
    from sklearn import model_selection as splits  # here: not for the table
    from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
    from sklearn.feature_selection import SelectKBest, chi2, f_classif
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    changed = {"stop-words": {"stop_words": "english"}, "pairs-of-words": {"ngram_range": (1, 2)}}
    counted = {"counts": CountVectorizer(), "presence": CountVectorizer(binary=True)}
    words = counted.get(fault) or TfidfVectorizer(**changed.get(fault, {}))
    X, choice = np.array(texts, dtype=object), SelectKBest(f_classif if fault == "f_classif" else chi2, k=keep)
    weights, C = None if fault == "weights-left-out" else "balanced", float(fault[2:]) if fault[:2] == "C=" else 1.0
    model = LogisticRegression(class_weight=weights, C=C, fit_intercept=fault != "no-intercept")
    steps = [words, choice, model]
    if fault == "most-frequent-words":
        steps = [TfidfVectorizer(max_features=keep), model]
    if fault == "words-counted-before":
        X, steps = words.fit_transform(texts), [choice, model]
    if fault == "words-chosen-before":
        X, steps = choice.fit_transform(words.fit_transform(texts), y), [model]
    if fault == "choice-left-out":
        steps = [words, model]
    if fault == "judged-by-what-it-learned":
        return make_pipeline(*steps).fit(X, y).predict_proba(X)[:, 1]
    folded = {
        "reviews-torn-apart": splits.KFold(folds),
        "stratified-apart": splits.StratifiedKFold(folds),
        "stratified": splits.StratifiedGroupKFold(folds),
        "one-review-a-fold": splits.LeaveOneGroupOut(),
        "shuffled": splits.GroupKFold(folds, shuffle=True, random_state=0),
    }
    cv, groups = folded.get(fault, splits.GroupKFold(folds)), None if "apart" in fault else review
    if fault in ("one-model-for-all", "learns-from-the-judged"):
        if fault == "one-model-for-all":
            learn, _ = next(cv.split(X, y, groups))
            return make_pipeline(*steps).fit(X[learn], y[learn]).predict_proba(X)[:, 1]
        p, times = np.zeros(len(y)), np.zeros(len(y))
        for judge, learn in cv.split(X, y, groups):
            p[judge] += make_pipeline(*steps).fit(X[learn], y[learn]).predict_proba(X[judge])[:, 1]
            times[judge] += 1
        return p / times
    both = splits.cross_val_predict(make_pipeline(*steps), X, y, groups=groups, cv=cv, method="predict_proba")
    return {"fine-for-angry": both[:, 0], "calls-for-probabilities": both[:, 1] >= 0.5}.get(fault, both[:, 1])
