"""Reviews to learn from, to choose by and to judge by, with no text on two sides."""

import numpy as np

from .loaders import load_imdb, load_reviews, load_sst2
from .records import Texts
from .splitting import split


def keep_apart(*parts: Texts) -> tuple[Texts, ...]:
    """The parts without texts that stand in a later part, too; within a part nothing changes.

    Sources hold some texts twice, under different documents: a split by groups doesn't see them.
    """
    kept, later = [], set()
    for part in reversed(parts):
        kept.append(part.take(np.array([text not in later for text in part.texts], dtype=bool)))
        later |= {*part.texts}
    return tuple(reversed(kept))


def load_task(name: str, seed: int = 0) -> tuple[Texts, Texts, Texts]:
    """Clear texts to learn from, to choose by, to judge by, each shuffled by the seed; labels 0 (bad), 1 (good).

    name: "reviews" (the packaged film reviews: 70, 10, 20 %), "sst2" (judged by its dev part, for its test part hides
    the labels; a sentence and its phrases stay together) or "imdb" (judged by its test part; both hold a tenth of
    training back to choose by). Texts that stand in two parts are left in the last. ValueError: another name;
    MissingDataError: the files can't be had.
    """
    if name == "reviews":
        pool = load_reviews("movies").clear(1.5)
        rows = split(len(pool), (0.7, 0.1, 0.2), seed=seed, labels=pool.labels)
        return keep_apart(*(pool.take(part) for part in rows))
    sources = {"sst2": (load_sst2, "dev"), "imdb": (load_imdb, "test")}
    if name not in sources:
        raise ValueError(f'load_task knows "reviews", "sst2" and "imdb", not {name!r}')
    load, judge = sources[name]
    whole = load()
    pool, test = whole.part("train").clear(), whole.part(judge).clear()
    rows = split(pool.groups, (0.9, 0.1), seed=seed, labels=pool.labels)
    order = np.random.default_rng(seed).permutation(len(test))
    return keep_apart(*(pool.take(part) for part in rows), test.take(order))
