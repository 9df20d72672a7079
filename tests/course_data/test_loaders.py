"""The loaders: parsing of the publishers' formats on small copies, splits, and the verified facts of the real files."""

import dataclasses
import hashlib
import io
import subprocess
import sys
import tarfile
import zipfile

import numpy as np
import pytest

import course_data as data
from course_data import archives, fetch, parsers, registry
from course_data.records import Corpus, Images, RaterScores, Texts


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("COURSE_OFFLINE", raising=False)


@pytest.fixture(scope="session")
def real():
    """The real data, fetched at set-up: these tests check its facts, so they fail where it is absent."""
    names = ["digits", "mnist_5k", "reviews", "shakespeare", "bert"]
    missing = {name: problem for name in names if (problem := fetch.check_ready(registry.SOURCES[name]))}
    if missing:
        pytest.fail(f"the course's data is not here, run: python -m course_data download  ({missing})", pytrace=False)


def publish(monkeypatch, name, path):
    """Let the registry's source `name` point to a small file on this disk, with that file's hash."""
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    source = dataclasses.replace(getattr(registry, name), url=path.as_uri(), filename=path.name, sha256=sha256)
    monkeypatch.setattr(registry, name, source)


def make_tar(members):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


# --- formats -----------------------------------------------------------------------------------------------------


def test_tsv_loses_bom_carriage_returns_and_empty_lines_only():
    content = b'\xef\xbb\xbf1_1\t-0.9\tcaf\xc3\xa9 "quoted\r\n\r\n1_2\t0.5\tx\r\n'
    assert parsers.parse_tsv(content, 3) == [["1_1", "-0.9", 'café "quoted'], ["1_2", "0.5", "x"]]


def test_tsv_names_the_bad_line():
    with pytest.raises(ValueError, match="line 2 has 2 columns instead of 3"):
        parsers.parse_tsv(b"a\tb\tc\na\tb\n", 3)


def make_hutto(tmp_path, scores="[1, 3]"):
    """A source distribution as vaderSentiment's: an archive in an archive, another order, BOM, CRLF."""
    inner = {}
    for stem in parsers.DOMAINS.values():
        inner[f"hutto_ICWSM_2014/{stem}_GroundTruth.txt"] = b"1_1\t2.0\tGood.\r\n1_3\t-1.75\tBad &amp; old."
        ratings = f"1_3\t-1.75\t0.4\t[-2, -2, -2, -1]\r\n1_1\t2.0\t1.0\t{scores}".encode()
        inner[f"hutto_ICWSM_2014/{stem}_anonDataRatings.txt"] = b"\xef\xbb\xbf" + ratings
    inner["hutto_ICWSM_2014/_README_.txt"] = b"\x96 not UTF-8"
    path = tmp_path / "vader.tar.gz"
    path.write_bytes(make_tar({"v-1/additional_resources/hutto_ICWSM_2014.tar.gz": make_tar(inner)}))
    return path


def test_reviews_are_joined_with_their_scores_by_id(tmp_path):
    parsers.build_reviews({"v": make_hutto(tmp_path)}, tmp_path)
    rows = parsers.parse_tsv((tmp_path / "products.tsv").read_bytes(), 4)
    assert rows == [["1_1", "2.0", "1 3", "Good."], ["1_3", "-1.75", "-2 -2 -2 -1", "Bad &amp; old."]]
    assert b"\r" not in (tmp_path / "movies.tsv").read_bytes()


@pytest.mark.parametrize("scores", ["[1, 5]", "[1.5]", "[true]", "__import__('os')"])
def test_scores_that_are_no_scores_are_refused(tmp_path, scores):
    with pytest.raises(ValueError):
        parsers.build_reviews({"v": make_hutto(tmp_path, scores)}, tmp_path)


def test_a_play_loses_title_cast_directions_headings_and_speakers():
    text = (
        "THE PLAY\n\nby William Shakespeare\n\nDramatis Personae\n\nANNA, a queen.\nACTORS.\n\nACT I.\n\n"
        "SCENE I. A room.\n\n[Enter ANNA\n and BEN.]\n\nANNA.\nWho's there? I hear\nthe night. [Aside.] Come in!\n\n"
        "BEN\n'Tis I.\n\nFirst Lord.\nMy lord.\n\nSECOND LORD. So be it.\n\n[Exeunt.]\n"
    )
    body = parsers.cut_header(text)
    assert body.startswith("ACT I.") and "Dramatis" not in body
    spoken = ["Who's there?", "I hear the night.", "Come in!", "'Tis I.", "My lord.", "So be it."]
    assert parsers.split_play(body) == spoken


def test_a_poem_begins_after_its_byline_and_loses_its_numerals():
    text = "THE SONNETS\nby William Shakespeare\n\n\n\nI\n\nFrom fairest\ncreatures.\n\nXIV\n\nI came.\n"
    body = parsers.cut_header(text)
    assert parsers.split_play(body) == ["From fairest creatures.", "I came."]


def test_sst2_in_glue_format(cache, tmp_path, monkeypatch, capsys):
    with zipfile.ZipFile(tmp_path / "SST-2.zip", "w") as archive:
        archive.writestr("SST-2/train.tsv", 'sentence\tlabel\nan "unbalanced quote \t0\nso good \t1\n')
        archive.writestr("SST-2/dev.tsv", "sentence\tlabel\nfine \t1\n")
        archive.writestr("SST-2/test.tsv", "index\tsentence\n0\twho knows \n")
        archive.writestr("SST-2/original/readme.txt", "x")
    publish(monkeypatch, "SST2", tmp_path / "SST-2.zip")
    texts = data.load_sst2()
    assert texts.part("train").texts == ('an "unbalanced quote', "so good")
    assert texts.part("dev").labelled() == (["fine"], np.array([1]))
    assert texts.part("test").labels.tolist() == [-1] and len(texts.labelled()[0]) == 3, "hidden labels are no labels"
    assert np.isnan(texts.ratings).all() and texts.groups.tolist() == [0, 1, 2, 3]
    assert "sst2: 4 sentences, from the network" in capsys.readouterr().out


def test_a_phrase_of_sst2_stays_with_its_sentence():
    texts = ["so good", "it is so good", "good", "so", "fine", "it is  so good", "no good", "ood", ""]
    assert parsers.group_phrases(texts) == [1, 1, 1, 1, 4, 1, 6, 7, 8], "the words of a longer text, in their order"


def test_imdb_in_its_publishers_format(cache, tmp_path, monkeypatch):
    members = {
        "aclImdb/test/neg/0_2.txt": b"Awful.<br /><br />Really.",
        "aclImdb/train/pos/10_9.txt": "Très\tgood.\n".encode(),
        "aclImdb/train/pos/2_7.txt": b"Good.",
        "aclImdb/train/neg/0_1.txt": b"Bad.",
        "aclImdb/train/unsup/0_0.txt": b"Unlabelled.",
        "aclImdb/train/urls_pos.txt": b"http://x",
    }
    (tmp_path / "imdb.tar.gz").write_bytes(make_tar(members))
    publish(monkeypatch, "IMDB", tmp_path / "imdb.tar.gz")
    texts = data.load_imdb()
    assert texts.part("train").texts == ("Bad.", "Good.", "Très good.")
    assert texts.part("train").labels.tolist() == [0, 1, 1] and texts.part("train").ratings.tolist() == [1, 7, 9]
    assert texts.part("test").labelled()[0] == ["Awful.<br /><br />Really."]


def test_imdb_with_a_climbing_member_is_refused(cache, tmp_path, monkeypatch):
    (tmp_path / "imdb.tar.gz").write_bytes(make_tar({"aclImdb/train/pos/../../../../1_1.txt": b"x"}))
    publish(monkeypatch, "IMDB", tmp_path / "imdb.tar.gz")
    with pytest.raises(archives.UnsafeArchiveError):
        data.load_imdb()


def test_full_mnist_in_keras_format(cache, tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (8, 28, 28), dtype=np.uint8)
    arrays = {"x_train": pixels[:6], "y_train": np.arange(6, dtype=np.uint8)}
    arrays |= {"x_test": pixels[6:], "y_test": np.array([8, 9], np.uint8)}
    np.savez(tmp_path / "mnist.npz", **arrays)
    publish(monkeypatch, "MNIST", tmp_path / "mnist.npz")
    images = data.load_mnist(full=True)
    assert np.array_equal(images.part("train").images, arrays["x_train"]) and len(images) == 8
    assert np.array_equal(images.part("test").images, arrays["x_test"])
    assert images.part("test").labels.tolist() == [8, 9] and images.labels.dtype == np.int64


def test_pickled_mnist_is_not_opened(cache, tmp_path, monkeypatch):
    np.savez(tmp_path / "mnist.npz", **{name: np.array([print]) for name in ("x_train", "y_train", "x_test", "y_test")})
    publish(monkeypatch, "MNIST", tmp_path / "mnist.npz")
    with pytest.raises(ValueError, match="allow_pickle"):
        data.load_mnist(full=True)


@pytest.mark.parametrize(
    ("load", "instead"),
    [
        (lambda: data.load_mnist(full=True), "data.load_mnist() gives 5,000"),
        (data.load_sst2, 'data.load_reviews("movies")'),
        (data.load_imdb, 'data.load_reviews("movies")'),
    ],
)
def test_out_of_reach_is_an_error_with_the_alternative_never_a_swap(cache, monkeypatch, load, instead):
    monkeypatch.setenv("COURSE_OFFLINE", "1")
    with pytest.raises(fetch.MissingDataError) as caught:
        load()
    assert instead in str(caught.value)


@pytest.mark.parametrize(
    ("load", "name"), [(data.load_reviews, "books"), (data.load_rater_scores, "books"), (data.load_corpus, "movies")]
)
def test_an_unknown_name_lists_the_known_ones(load, name):
    with pytest.raises(ValueError, match=r"there are .*products"):
        load(name)


# --- records -----------------------------------------------------------------------------------------------------


@pytest.fixture
def texts():
    return Texts(
        texts=("bad", "mild", "good", "edge"),
        ratings=np.array([-2.0, 0.1, 3.0, 1.5]),
        ids=("1_1", "1_2", "2_1", "2_2"),
        groups=np.array([1, 1, 2, 2]),
        domain="products",
        source="test",
    )


def test_labels_are_strictly_beyond_the_threshold(texts):
    names, labels = texts.labelled()
    assert names == ["bad", "good"] and labels.tolist() == [0, 1] and labels.dtype == np.int64
    assert texts.labelled(threshold=0.0)[1].tolist() == [0, 1, 1, 1]
    assert texts.clear().groups.tolist() == [1, 2], "groups stay beside their texts"
    with pytest.raises(ValueError, match="negative"):
        texts.clear(-1)


def test_take_keeps_every_column_aligned(texts):
    taken = texts.take(np.array([2, 0]))
    assert (taken.texts, taken.ids) == (("good", "bad"), ("2_1", "1_1"))
    assert taken.ratings.tolist() == [3.0, -2.0] and taken.groups.tolist() == [2, 1]
    assert texts.take(texts.ratings > 0).texts == ("mild", "good", "edge"), "a mask works as well"


def test_a_part_that_was_not_published_is_an_error(texts):
    with pytest.raises(ValueError, match="data.split"):
        texts.part("train")


def test_images_are_scaled_by_their_own_maximum():
    images = Images(np.array([[[0, 16]], [[8, 4]]], dtype=np.uint8), np.array([3, 4]), 16, "test")
    assert images.scaled().dtype == np.float32 and images.scaled().tolist() == [[[0, 1]], [[0.5, 0.25]]]
    assert images.take(np.array([1])).labels.tolist() == [4]


def test_rater_scores_are_ragged_and_the_matrix_says_where():
    scores = RaterScores(("a", "b"), ("x", "y"), (np.array([1, 3], np.int8), np.array([-4], np.int8)), "movies", "test")
    assert scores.means.tolist() == [2.0, -4.0] and scores.spreads.tolist() == [1.0, 0.0]
    assert np.array_equal(scores.matrix(), [[1, 3], [-4, np.nan]], equal_nan=True)


def test_pairs_never_jump_a_gap_or_a_document():
    corpus = Corpus(("d1", "d2"), (("a", "b", "d"), ("x",)), ((1, 2, 4), (1,)), ("a b d", "x"), "test", "test")
    assert corpus.pairs() == [("a", "b")] and corpus.sentences == ["a", "b", "d", "x"]


# --- splits ------------------------------------------------------------------------------------------------------


def test_a_split_covers_everything_once_and_repeats_with_its_seed():
    parts = data.split(1_000, (0.7, 0.2, 0.1), seed=3)
    assert [len(part) for part in parts] == [700, 200, 100]
    assert np.array_equal(np.sort(np.concatenate(parts)), np.arange(1_000))
    assert all(map(np.array_equal, parts, data.split(1_000, (0.7, 0.2, 0.1), seed=3)))
    assert not np.array_equal(parts[0], data.split(1_000, (0.7, 0.2, 0.1), seed=4)[0])
    assert not np.array_equal(parts[0], np.sort(parts[0])), "shuffled: the sources are sorted by class"


def test_a_group_is_never_torn_apart():
    rng = np.random.default_rng(0)
    groups = rng.integers(0, 120, 3_000)
    labels = rng.integers(0, 2, 3_000)
    train, test = data.split(groups, (0.75, 0.25), seed=1, labels=labels)
    assert not set(groups[train]) & set(groups[test]) and len(train) + len(test) == 3_000
    assert abs(len(test) / 3_000 - 0.25) < 0.02


def test_labels_keep_their_shares():
    labels = np.array([0] * 900 + [1] * 90 + [2] * 10)
    train, test = data.split(1_000, (0.8, 0.2), labels=labels)
    assert np.bincount(labels[test]).tolist() == [180, 18, 2] and np.bincount(labels[train]).tolist() == [720, 72, 8]


def test_labels_may_be_strings_and_fractions_may_leave_items_out():
    labels = np.array(["n", "p"] * 50)
    (few,) = data.split(100, (0.2,), labels=labels)
    assert (labels[few] == "p").sum() == 10 and len(few) == 20


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((0,), {}, "positive number"),
        ((10, (0.8, 0.3)), {}, "at most 1"),
        ((10, (1.0, 0.0)), {}, "positive and sum"),
        ((10,), {"labels": np.zeros(9)}, "9 labels for 10 items"),
        ((np.zeros(10),), {}, "1 groups are too few"),
        ((np.zeros((2, 2)),), {}, "one-dimensional"),
    ],
)
def test_an_impossible_split_says_why(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        data.split(*arguments, **options)


# --- the real files ----------------------------------------------------------------------------------------------


def test_digits(real, capsys):
    digits = data.load_digits()
    assert digits.images.shape == (1_797, 8, 8) and digits.images.max() == digits.maximum == 16
    assert np.bincount(digits.labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert capsys.readouterr().out.count("\n") == 1


def test_digits_are_scikit_learns(real):
    from sklearn.datasets import load_digits

    theirs, ours = load_digits(), data.load_digits()
    assert np.array_equal(theirs.images, ours.images) and np.array_equal(theirs.target, ours.labels)


def test_mnist_5k(real):
    mnist = data.load_mnist()
    assert mnist.images.shape == (5_000, 28, 28) and mnist.images.dtype == np.uint8 and mnist.images.max() == 255
    assert np.bincount(mnist.labels).tolist() == [500] * 10
    train, test = data.split(len(mnist), (0.8, 0.2), labels=mnist.labels)
    assert np.bincount(mnist.labels[test]).tolist() == [100] * 10 and len(train) == 4_000


@pytest.mark.parametrize(
    ("domain", "count", "positive", "negative", "groups"),
    [
        ("movies", 10_605, 3_574, 3_375, 10_605),
        ("products", 3_708, 1_152, 543, 300),
        ("tweets", 4_200, 1_226, 542, 4_200),
        ("news", 5_190, 174, 318, 498),
    ],
)
def test_reviews(real, domain, count, positive, negative, groups):
    reviews = data.load_reviews(domain)
    labels = reviews.labelled()[1]
    assert (len(reviews), (labels == 1).sum(), (labels == 0).sum()) == (count, positive, negative)
    assert len(np.unique(reviews.groups)) == groups and len(set(reviews.ids)) == count
    assert not any(text != text.strip() or "\ufeff" in text or not text for text in reviews.texts)


@pytest.mark.parametrize(
    ("domain", "fewest", "most", "disagreeing"),
    [("movies", 15, 29, 0), ("products", 20, 20, 0), ("tweets", 20, 99, 199), ("news", 20, 20, 0)],
)
def test_rater_scores(real, domain, fewest, most, disagreeing):
    scores, reviews = data.load_rater_scores(domain), data.load_reviews(domain)
    assert scores.ids == reviews.ids and scores.texts == reviews.texts
    assert (scores.counts.min(), scores.counts.max()) == (fewest, most)
    assert (abs(scores.means - reviews.ratings) > 1e-4).sum() == disagreeing


def test_corpora(real):
    works, news, products = (data.load_corpus(name) for name in ("shakespeare", "news", "products"))
    assert (len(works), len(news), len(products)) == (42, 498, 300)
    assert (len(news.sentences), len(products.sentences)) == (5_190, 3_708)
    assert sum(len(text.split()) for text in works.texts) > 890_000
    assert 50_000 < len(works.sentences) < 60_000
    assert not any("Gutenberg" in text or "by William Shakespeare" in text for text in works.texts)
    hamlet = works.titles.index("hamlet")
    assert works.documents[hamlet][:2] == ("Who's there?", "Nay, answer me: stand, and unfold yourself.")
    assert len(news.pairs()) < len(news.sentences) - len(news), "some articles have gaps"


def test_bert(real):
    import json

    from safetensors import safe_open

    facts = registry.BERT.facts
    with safe_open(data.bert_folder() / "model.safetensors", "numpy") as weights:
        shapes = [weights.get_slice(name).get_shape() for name in weights.keys() if "position_ids" not in name]
    assert sum(int(np.prod(shape)) for shape in shapes) == facts["parameters"]
    config = json.loads((data.bert_folder() / "config.json").read_text())
    assert (config["num_hidden_layers"], config["hidden_size"], config["vocab_size"]) == (6, 384, facts["vocabulary"])


def test_a_tampered_model_is_refused(tmp_path, monkeypatch):
    (tmp_path / "gt_fake" / "model").mkdir(parents=True)
    (tmp_path / "gt_fake" / "__init__.py").touch()
    for member in registry.BERT.members:
        (tmp_path / "gt_fake" / member).write_bytes(b"junk")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(registry, "BERT", dataclasses.replace(registry.BERT, module="gt_fake"))
    with pytest.raises(fetch.MissingDataError, match=r"model\.safetensors .* is not the file we know"):
        data.bert_folder()


def test_loading_imports_no_framework(real):
    script = (
        "import sys\nimport course_data as data\n"
        "data.load_digits(); data.load_mnist(); data.load_reviews(); data.load_corpus(); data.bert_folder()\n"
        "print([m for m in ('torch', 'tensorflow', 'sklearn', 'mlxtend', 'pandas') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert out.splitlines()[-1] == "[]"
