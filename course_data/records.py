"""What the loaders return: images, texts with ratings, the raters' single scores, running text."""

from dataclasses import dataclass, field, replace

import numpy as np


@dataclass(frozen=True)
class Images:
    """Grey images. images: (N, H, W) uint8 in 0…maximum; labels: (N,) int64; parts: name -> indices, if published."""

    images: np.ndarray
    labels: np.ndarray
    maximum: int
    source: str
    parts: dict[str, np.ndarray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        return f"Images({self.images.shape} uint8 in 0…{self.maximum}, labels {self.labels.shape}, {self.source})"

    def scaled(self) -> np.ndarray:
        """The images as float32 between 0 and 1, (N, H, W)."""
        return self.images.astype(np.float32) / np.float32(self.maximum)

    def take(self, indices: np.ndarray) -> "Images":
        """The images at `indices` (integers or a boolean mask), in that order."""
        return replace(self, images=self.images[indices], labels=self.labels[indices], parts={})

    def part(self, name: str) -> "Images":
        """The publisher's own part, e.g. "train" or "test"; ValueError where there is none of that name."""
        return self.take(_find_part(self.parts, name, self.source))


@dataclass(frozen=True)
class Texts:
    """Sentences or reviews.

    ratings: (N,) float64, −4…4 for the four rated domains, 1…10 stars for IMDB, NaN for SST-2. labels: (N,) int64,
    0 negative, 1 positive, −1 neither or hidden. groups: (N,) int64, the document a sentence belongs to: split by it.
    """

    texts: tuple[str, ...]
    ratings: np.ndarray
    ids: tuple[str, ...]
    groups: np.ndarray
    domain: str
    source: str
    labels: np.ndarray | None = None
    parts: dict[str, np.ndarray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.texts)

    def __repr__(self) -> str:
        return f"Texts({len(self):,} {self.domain} in {len(np.unique(self.groups)):,} groups, {self.source})"

    def take(self, indices: np.ndarray) -> "Texts":
        """The texts at `indices` (integers or a boolean mask), in that order."""
        rows = np.arange(len(self))[indices]
        return replace(
            self,
            texts=tuple(self.texts[i] for i in rows),
            ids=tuple(self.ids[i] for i in rows),
            ratings=self.ratings[rows],
            groups=self.groups[rows],
            labels=None if self.labels is None else self.labels[rows],
            parts={},
        )

    def part(self, name: str) -> "Texts":
        """The publisher's own part, e.g. "train"; ValueError where there is none of that name."""
        return self.take(_find_part(self.parts, name, self.source))

    def clear(self, threshold: float = 1.5) -> "Texts":
        """Only the texts with a clear label: rating > threshold -> 1, rating < −threshold -> 0; the mild ones go.

        Dropping mild ratings makes the task easier: say so with every accuracy. Where the labels were published with
        the texts (SST-2, IMDB) they are kept and the threshold is not used; hidden labels go.
        """
        labels = self.labels
        if labels is None:
            if threshold < 0:
                raise ValueError(f"threshold must not be negative, got {threshold}")
            labels = np.where(self.ratings > threshold, 1, np.where(self.ratings < -threshold, 0, -1))
        return replace(self, labels=labels.astype(np.int64)).take(labels >= 0)

    def labelled(self, threshold: float = 1.5) -> tuple[list[str], np.ndarray]:
        """(texts, labels) of `clear(threshold)`: a list of str and an (n,) int64 array of 0 and 1."""
        clear = self.clear(threshold)
        return list(clear.texts), clear.labels


@dataclass(frozen=True)
class RaterScores:
    """Each rater's score of each text, an integer −4…4. The raters are anonymous: a position is not a person."""

    ids: tuple[str, ...]
    texts: tuple[str, ...]
    scores: tuple[np.ndarray, ...]  # one int8 array (number of raters,) a text
    domain: str
    source: str

    def __len__(self) -> int:
        return len(self.scores)

    def __repr__(self) -> str:
        low, high = self.counts.min(), self.counts.max()
        return f"RaterScores({len(self):,} {self.domain}, {low}–{high} raters each, {self.source})"

    @property
    def counts(self) -> np.ndarray:
        """(N,) int64: how many people rated each text."""
        return np.array([len(s) for s in self.scores])

    @property
    def means(self) -> np.ndarray:
        """(N,) float64: the mean score of each text."""
        return np.array([s.mean() for s in self.scores])

    @property
    def spreads(self) -> np.ndarray:
        """(N,) float64: the standard deviation (divided by n) of each text's scores."""
        return np.array([s.std() for s in self.scores])

    def matrix(self) -> np.ndarray:
        """(N, most raters) float64, NaN where a text has fewer raters."""
        table = np.full((len(self), self.counts.max()), np.nan)
        for row, scores in zip(table, self.scores, strict=True):
            row[: len(scores)] = scores
        return table


@dataclass(frozen=True)
class Corpus:
    """Running text: sentences in their order, grouped in documents.

    positions: each sentence's number in the original; where one is missing (a gap), its neighbours are not consecutive.
    texts: the running text of each document (line breaks kept where the source has them).
    """

    titles: tuple[str, ...]
    documents: tuple[tuple[str, ...], ...]
    positions: tuple[tuple[int, ...], ...]
    texts: tuple[str, ...]
    name: str
    source: str

    def __len__(self) -> int:
        return len(self.documents)

    def __repr__(self) -> str:
        return f"Corpus({self.name}: {len(self):,} documents, {len(self.sentences):,} sentences, {self.source})"

    @property
    def sentences(self) -> list[str]:
        """All sentences, document after document."""
        return [sentence for document in self.documents for sentence in document]

    def pairs(self) -> list[tuple[str, str]]:
        """Every (sentence, the one that really follows it) within a document; gaps give no pair."""
        return [
            (document[i], document[i + 1])
            for document, places in zip(self.documents, self.positions, strict=True)
            for i in range(len(document) - 1)
            if places[i + 1] == places[i] + 1
        ]


def _find_part(parts: dict[str, np.ndarray], name: str, source: str) -> np.ndarray:
    if name not in parts:
        known = ", ".join(parts) or "none: make your own with data.split"
        raise ValueError(f"no part {name!r} in {source}; parts: {known}")
    return parts[name]
