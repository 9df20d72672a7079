"""What exercise 06 asks for: confusion and its scores, AUC, cost and cheapest threshold, savings, a pipeline."""

from __future__ import annotations

import numpy as np


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


def judge_apart(texts, y, review, keep=10, folds=5, fault="") -> np.ndarray:
    """(n,): TF-IDF, the best words, logistic regression, cross-validated by review; or with one of the faults below."""
    from sklearn.feature_extraction.text import TfidfVectorizer  # here: not for the table
    from sklearn.feature_selection import SelectKBest, chi2
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold, KFold, cross_val_predict
    from sklearn.pipeline import make_pipeline

    X, words, choice = np.array(texts, dtype=object), TfidfVectorizer(), SelectKBest(chi2, k=keep)
    model = LogisticRegression(class_weight=None if fault == "weights-left-out" else "balanced")
    steps = [words, choice, model]
    if fault == "words-counted-before":
        X, steps = words.fit_transform(texts), [choice, model]
    if fault == "words-chosen-before":
        X, steps = choice.fit_transform(words.fit_transform(texts), y), [model]
    if fault == "choice-left-out":
        steps = [words, model]
    if fault == "judged-by-what-it-learned":
        return make_pipeline(*steps).fit(X, y).predict_proba(X)[:, 1]
    torn = fault == "reviews-torn-apart"
    cv, groups = (KFold(folds), None) if torn else (GroupKFold(folds), review)
    both = cross_val_predict(make_pipeline(*steps), X, y, groups=groups, cv=cv, method="predict_proba")
    return {"fine-for-angry": both[:, 0], "calls-for-probabilities": both[:, 1] >= 0.5}.get(fault, both[:, 1])
