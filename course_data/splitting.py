"""Splitting into training and test parts: reproducible, by groups, with the same share of each label."""

from collections.abc import Sequence

import numpy as np


def split(
    items: int | Sequence | np.ndarray,
    fractions: Sequence[float] = (0.8, 0.2),
    seed: int = 0,
    labels: np.ndarray | None = None,
) -> tuple[np.ndarray, ...]:
    """Shuffled index arrays, one a fraction; the same seed gives the same split everywhere.

    items: a number of items, or their groups (N,): items of one group always stay together. labels (N,): each part gets
    the same share of each label (of each group's commonest label). Fractions that sum to less than 1 leave items out.
    """
    groups = np.arange(items) if isinstance(items, (int, np.integer)) else np.asarray(items)
    fractions = np.asarray(fractions, dtype=float)
    if groups.ndim != 1 or len(groups) == 0:
        raise ValueError("split needs a positive number of items or a one-dimensional array of groups")
    if fractions.ndim != 1 or (fractions <= 0).any() or fractions.sum() > 1 + 1e-9:
        raise ValueError(f"fractions must be positive and sum to at most 1, got {fractions.tolist()}")
    if labels is not None and len(labels) != len(groups):
        raise ValueError(f"{len(labels)} labels for {len(groups)} items")
    rng = np.random.default_rng(seed)
    _, unit_of, sizes = np.unique(groups, return_inverse=True, return_counts=True)  # a unit is one group
    part_of = np.full(len(sizes), -1)
    for stratum in _make_strata(unit_of, len(sizes), labels):
        units = rng.permutation(stratum)
        middles = (np.cumsum(sizes[units]) - sizes[units] / 2) / sizes[units].sum()  # where each unit sits in 0…1
        part_of[units] = np.searchsorted(np.cumsum(fractions) + 1e-12, middles)
    parts = tuple(rng.permutation(np.flatnonzero(part_of[unit_of] == p)) for p in range(len(fractions)))
    if any(len(part) == 0 for part in parts):
        raise ValueError(f"a part came out empty: {len(sizes)} groups are too few for fractions {fractions.tolist()}")
    return parts


def _make_strata(unit_of: np.ndarray, n_units: int, labels: np.ndarray | None) -> list[np.ndarray]:
    """Units by their commonest label; one stratum of all where there are no labels."""
    if labels is None:
        return [np.arange(n_units)]
    values, codes = np.unique(np.asarray(labels), return_inverse=True)
    votes = np.zeros((n_units, len(values)), dtype=np.int64)
    np.add.at(votes, (unit_of, codes), 1)
    winners = votes.argmax(axis=1)
    return [np.flatnonzero(winners == v) for v in range(len(values)) if (winners == v).any()]
