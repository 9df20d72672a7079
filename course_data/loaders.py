"""Data sets and the pretrained model by name: each call checks hashes and prints one line that names its source."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from . import fetch as _fetch
from . import parsers, registry
from .records import Corpus, Images, RaterScores, Texts
from .splitting import split

__all__ = [
    "Corpus", "Images", "RaterScores", "Texts", "split", "load_digits", "load_mnist", "load_reviews",
    "load_rater_scores", "load_corpus", "load_sst2", "load_imdb", "bert_folder",
]  # fmt: skip


def load_digits() -> Images:
    """1,797 handwritten digits, images (1797, 8, 8) uint8 in 0…16, from the file that scikit-learn ships.

    In the publisher's order, nearly one class after the other in small runs: shuffle (`split` does).
    """
    (path,) = _fetch.find_packaged(registry.DIGITS).values()
    table = parsers.read_csv_gz(path)
    images = Images(table[:, :-1].reshape(-1, 8, 8), table[:, -1].astype(np.int64), 16, "digits of scikit-learn")
    _say(registry.DIGITS, f"{len(images):,} images of 8 × 8 pixels", "the package scikit-learn")
    return images


def load_mnist(full: bool = False) -> Images:
    """MNIST, images (N, 28, 28) uint8 in 0…255: 5,000 of them, 500 a class, sorted by class (`split` shuffles).

    full=True: all 70,000, with `.part("train")` (60,000) and `.part("test")` (10,000); they are downloaded once, and
    MissingDataError says what to do where that is not possible. The 5,000 never stand in for them silently.
    """
    source = registry.MNIST if full else registry.MNIST_5K
    folder, origin = _fetch_built(source)
    with np.load(folder / f"{source.name}.npz", allow_pickle=False) as archive:
        images, labels = archive["images"], archive["labels"].astype(np.int64)
        n_train = int(archive["n_train"]) if full else 0
    parts = {"train": np.arange(n_train), "test": np.arange(n_train, len(labels))} if full else {}
    _say(source, f"{len(labels):,} images of 28 × 28 pixels", origin)
    return Images(images, labels, 255, source.title, parts)


def load_reviews(domain: str = "movies") -> Texts:
    """Rated sentences: domain "movies" (10,605), "products" (3,708), "tweets" (4,200) or "news" (5,190).

    ratings: mean of some 20 raters, −4…4. groups: the review or article a sentence stands in (products, news); movie
    snippets and tweets are groups of their own. 199 tweets have a published mean nearer to 0 than their scores' mean.
    """
    rows, origin = _read_reviews(domain)
    ids = tuple(row[0] for row in rows)
    documents = [key.split("_")[0] for key in ids]
    _say(registry.REVIEWS, f"{len(rows):,} sentences of {domain}", origin)
    return Texts(
        texts=tuple(row[3] for row in rows),
        ratings=np.array([float(row[1]) for row in rows]),
        ids=ids,
        groups=np.array(documents, dtype=np.int64),
        domain=domain,
        source="Hutto & Gilbert 2014",
    )


def load_rater_scores(domain: str = "movies") -> RaterScores:
    """Each rater's own score of each sentence of `load_reviews(domain)`, in the same order: integers −4…4."""
    rows, origin = _read_reviews(domain)
    scores = tuple(np.array(row[2].split(), dtype=np.int8) for row in rows)
    _say(registry.REVIEWS, f"{sum(map(len, scores)):,} single scores of {len(rows):,} sentences of {domain}", origin)
    ids, texts = tuple(row[0] for row in rows), tuple(row[3] for row in rows)
    return RaterScores(ids, texts, scores, domain, "Hutto & Gilbert 2014")


def load_corpus(name: str = "shakespeare") -> Corpus:
    """Running text: "shakespeare" (42 works), "news" (498 articles) or "products" (300 reviews), in sentences.

    Shakespeare's works come without title, byline and cast; `texts` is the play as printed, `documents` its spoken
    sentences. In news and products some sentences are missing from the original: `pairs()` leaves these gaps out.
    """
    if name == "shakespeare":
        return _load_shakespeare()
    if name not in ("news", "products"):
        raise ValueError(f'unknown corpus {name!r}; there are "shakespeare", "news" and "products"')
    rows, origin = _read_reviews(name)
    grouped: dict[int, list[tuple[int, str]]] = {}
    for key, _, _, text in rows:
        document, place = map(int, key.split("_"))
        grouped.setdefault(document, []).append((place, text))
    ordered = {document: sorted(grouped[document]) for document in sorted(grouped)}
    corpus = Corpus(
        titles=tuple(f"{name} {document}" for document in ordered),
        documents=tuple(tuple(text for _, text in pieces) for pieces in ordered.values()),
        positions=tuple(tuple(place for place, _ in pieces) for pieces in ordered.values()),
        texts=tuple(" ".join(text for _, text in pieces) for pieces in ordered.values()),
        name=name,
        source="Hutto & Gilbert 2014",
    )
    _say(registry.REVIEWS, f"{len(corpus.sentences):,} sentences of {name} in {len(corpus):,} documents", origin)
    return corpus


def load_sst2() -> Texts:
    """SST-2 of GLUE: `.part("train")` 67,349, `.part("dev")` 872, `.part("test")` 1,821 with hidden labels (−1).

    Downloaded once (7 MB); MissingDataError says what to do where that is not possible. ratings are NaN. groups: the
    training rows are mostly phrases; a sentence and its phrases are one group, which no split of your own may part.
    """
    rows, origin = _read_rows(registry.SST2, 3)
    _say(registry.SST2, f"{len(rows):,} sentences", origin)
    texts = _make_labelled(registry.SST2, rows, ratings=np.full(len(rows), np.nan))
    return replace(texts, groups=np.array(parsers.group_phrases(list(texts.texts))))


def load_imdb() -> Texts:
    """IMDB's 50,000 movie reviews: `.part("train")` and `.part("test")`, 25,000 each, half of them positive.

    Downloaded once (84 MB); MissingDataError says what to do where that is not possible. ratings: 1…10 stars.
    """
    rows, origin = _read_rows(registry.IMDB, 5)
    _say(registry.IMDB, f"{len(rows):,} reviews", origin)
    return _make_labelled(registry.IMDB, rows, ratings=np.array([float(row[2]) for row in rows]))


def bert_folder() -> Path:
    """The folder of the packaged BERT, hashes checked: AutoModel.from_pretrained(folder) needs no network.

    6 layers of width 384, 12 heads, 22.7 M parameters, the vocabulary of bert-base-uncased; Apache-2.0. A sentence
    encoder: it has no head for masked words. The 91 MB are hashed once, then known by size and time of change.
    """
    files = _fetch.find_packaged(registry.BERT, remember=True)
    _say(registry.BERT, "all-MiniLM-L6-v2, 22.7 M parameters", f"the package {registry.BERT.requirement}")
    return files["model/model.safetensors"].parent


def _load_shakespeare() -> Corpus:
    folder, origin = _fetch_built(registry.SHAKESPEARE)
    works = (folder / "shakespeare.txt").read_text(encoding="utf-8").split("\f")
    titles, texts = zip(*(work.rstrip("\n").split("\n", 1) for work in works), strict=True)
    documents = tuple(tuple(parsers.split_play(text)) for text in texts)
    titles = tuple(title.removesuffix("_gut").replace("_", " ") for title in titles)
    positions = tuple(tuple(range(len(document))) for document in documents)
    _say(registry.SHAKESPEARE, f"{sum(map(len, documents)):,} sentences in {len(titles)} works", origin)
    return Corpus(titles, documents, positions, texts, "shakespeare", "Project Gutenberg")


def _read_reviews(domain: str) -> tuple[list[list[str]], str]:
    if domain not in parsers.DOMAINS:
        raise ValueError(f"unknown domain {domain!r}; there are {', '.join(parsers.DOMAINS)}")
    return _read_rows(registry.REVIEWS, 4, domain)


def _read_rows(source: registry.Source, columns: int, stem: str = "") -> tuple[list[list[str]], str]:
    folder, origin = _fetch_built(source)
    return parsers.parse_tsv((folder / f"{stem or source.name}.tsv").read_bytes(), columns), origin


def _fetch_built(source: registry.Source) -> tuple[Path, str]:
    return _fetch.fetch(source, parsers.BUILDERS[source.name])


def _make_labelled(source: registry.Source, rows: list[list[str]], ratings: np.ndarray) -> Texts:
    """Texts that came with labels and the publisher's own parts: rows (part, label, …, text)."""
    part_of = np.array([row[0] for row in rows])
    return Texts(
        texts=tuple(row[-1] for row in rows),
        ratings=ratings,
        ids=tuple(f"{row[0]}_{number}" for number, row in enumerate(rows)),
        groups=np.arange(len(rows)),
        domain=source.name,
        source=source.title,
        labels=np.array([int(row[1]) for row in rows]),
        parts={str(part): np.flatnonzero(part_of == part) for part in dict.fromkeys(part_of)},
    )


def _say(source: registry.Source, what: str, origin: str) -> None:
    print(f"{source.name}: {what}, from {origin} (hash checked)")
