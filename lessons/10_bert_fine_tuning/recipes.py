"""What exercise 10 compares answers with: the right recipes, and the wrong ones that its checks can name."""

from __future__ import annotations

import numpy as np


def make_batch(items, pad, longest, cut=None) -> tuple[np.ndarray, np.ndarray]:
    cut = cut or (lambda ids: ids if len(ids) <= longest else [*ids[: longest - 1], ids[-1]])
    rows = [cut(ids) for ids, _ in items]
    T = max(map(len, rows))
    ids = np.array([[*row, *[pad] * (T - len(row))] for row in rows])
    return ids, np.array([[1] * len(row) + [0] * (T - len(row)) for row in rows])


def report(batches) -> tuple:
    """(loss, accuracy), and what wrong recipes report."""
    losses = [find_losses(z, y) for z, y in batches]
    hits = [(np.asarray(z).argmax(axis=1) == y).astype(float) for z, y in batches]
    means = np.array([(a.mean(), b.mean()) for a, b in zip(losses, hits, strict=True)])
    total = np.array([sum(a.sum() for a in losses), sum(b.sum() for b in hits)])
    n = sum(map(len, losses))
    winners = np.concatenate([find_losses(z, np.asarray(z).argmax(axis=1)) for z, _ in batches])
    right = tuple(total / n)
    wrong = {
        "mean-of-means": [tuple(means.mean(axis=0))],
        "means-over-reviews": [tuple(means.sum(axis=0) / n)],
        "total-for-mean": [tuple(total), tuple(means.sum(axis=0)), tuple(total / len(losses))],
        "another-logarithm": [(right[0] / np.log(2), np.nan), (right[0] / np.log(10), np.nan)],
        "loss-of-the-winner": [(winners.mean(), np.nan)],
        "percent-for-share": [(np.nan, 100 * right[1])],
        "last-batch-only": [(np.nan, hits[-1].mean()), (losses[-1].mean(), np.nan)],
        "one-size-for-all": [tuple(total / len(losses) / len(losses[k])) for k in (0, -1)],
        "two-classes-only": [(np.nan, np.concatenate([(z[:, 1] > z[:, 0]) == y for z, y in batches]).mean())],
        "ties-count-as-right": [
            (np.nan, np.concatenate([z[np.arange(len(y)), y] == z.max(axis=1) for z, y in batches]).mean())
        ],
    }
    return right, wrong


def find_losses(z, y) -> np.ndarray:
    z = np.asarray(z, dtype=float)
    z = z - z.max(axis=1, keepdims=True)
    return np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]


def vectors(h, mask, masked="yes"):
    left = (np.arange(mask.shape[1]) < mask.sum(axis=1, keepdims=True)).astype(int)
    m = {"yes": mask, "no": np.ones_like(mask), "left": left}[masked]
    return (h * m[..., None]).sum(axis=1) / m.sum(axis=1, keepdims=True)


def train(W, b, batches, rate, masked="yes", cleared=True, mean=0, sign=1, whole=False, frozen=False, biased=True):
    """W, b, loss, accuracy, what each batch was judged by before its step, and after it; one fault at will."""
    dW, db, before, after = np.zeros_like(W), np.zeros_like(b), [], []
    start = W, b
    for h, mask, y in batches:
        x = vectors(h, mask, masked)
        still = whole or frozen
        z = x @ (start[0] if still else W).T + (start[1] if still else b) * biased
        p = np.exp(z - z.max(axis=1, keepdims=True))
        g = (p / p.sum(axis=1, keepdims=True) - np.eye(len(b))[y]) / (mean or len(y))
        dW, db = g.T @ x + (0 if cleared else dW), g.sum(axis=0) + (0 if cleared else db)
        W, b = W - sign * rate * dW, b - sign * rate * db
        before.append((z, y)), after.append((x @ W.T + b, y))
    if whole:
        h, mask, y = (np.concatenate([batch[k] for batch in batches]) for k in range(3))
        W, b = train(*start, [(h, mask, y)], rate)[:2]
    (loss, accuracy), _ = report(before)
    return W, b, loss, accuracy, before, after


def count_customers(moves, sizes, head, room) -> tuple[int, dict]:
    """How many customers fit into a room of so many numbers, and what wrong recipes say."""
    parts, encoder = sort_by_part(sizes), sum(sizes.values())

    def store(moved) -> int:
        return head + sum(sizes[name] for part in moved for name in parts[part])

    each = store([part for part in parts if any(moves[name] > 0 for name in parts[part])])
    free, whole = room - encoder, [left / (encoder + head) for left in (room, room - encoder)]
    still = [store([p for p in parts if any(moves[name] > least for name in parts[p])]) for least in (1e-3, 1e-2)]
    wrong = {
        "everything-for-everybody": [*np.floor(whole), *np.ceil(whole)],
        "encoder-not-counted": np.floor(room / each),
        "bytes-for-numbers": [np.floor((other - encoder) / each) for other in (4 * room, room / 2)],
        "part-by-part": np.floor(free / (head + sum(size for name, size in sizes.items() if moves[name] > 0))),
        "head-forgotten": [np.floor(left / max(each - head, 1)) for left in (free, free - head)],
        "small-moves-ignored": [np.floor(free / other) for other in still],
        "only-what-moved-all-over": np.floor(
            free / store([part for part in parts if all(moves[name] > 0 for name in parts[part])])
        ),
        "rounded-up": [
            np.ceil(free / each),
            free / each,
            round(free / each, 1),
            round(free / each, 2),
            free // each + 1,
        ],
    }
    return int(free // each), wrong


def length(arrays) -> float:
    return float(np.sqrt(sum((np.asarray(array, dtype=float) ** 2).sum() for array in arrays)))


def sort_by_part(names) -> dict[str, list[str]]:
    """part -> the names of its arrays, both in the order of `names`."""
    parts = dict.fromkeys(name.split(".")[0] for name in names)
    return {part: [name for name in names if name.split(".")[0] == part] for part in parts}
