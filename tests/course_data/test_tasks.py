"""The task of lessons 10 and 11: three parts, no text on two sides, from files in each source's format."""

import zipfile

import numpy as np
import pytest

import course_data as data
from course_data.records import Texts

from .test_loaders import cache, make_tar, publish  # noqa: F401  (cache is a fixture)


def make_texts(*texts):
    n = len(texts)
    return Texts(texts, np.zeros(n), tuple(map(str, range(n))), np.arange(n), "t", "t", np.ones(n, dtype=int))


def test_a_text_that_two_parts_hold_stays_in_the_last_and_nothing_else_moves():
    first, second, third = data.keep_apart(make_texts("a", "b", "b", "c"), make_texts("c", "d"), make_texts("a", "d"))
    assert (first.texts, second.texts, third.texts) == (("b", "b"), ("c",), ("a", "d"))
    assert first.ids == ("1", "2"), "the rows come along"
    empty, _ = data.keep_apart(make_texts("a"), make_texts("a"))
    assert len(empty) == 0


@pytest.mark.parametrize("seed", [0, 4, 5, 8])
def test_reviews_stand_in_one_part_only(seed):
    parts = data.load_task("reviews", seed)
    for k, part in enumerate(parts):
        assert set(part.labels) == {0, 1}
        for other in parts[k + 1 :]:
            assert not {*part.texts} & {*other.texts}


def test_sst2_is_judged_by_its_dev_part_and_phrases_stay_with_their_sentence(cache, tmp_path, monkeypatch):  # noqa: F811
    whole = [f"film number{k} was quite {('bad', 'good')[k % 2]} indeed" for k in range(40)]
    rows = [f"{text}\t{k % 2}\n" for k, line in enumerate(whole) for text in (line, " ".join(line.split()[:2]))]
    with zipfile.ZipFile(tmp_path / "SST-2.zip", "w") as archive:
        archive.writestr("SST-2/train.tsv", "sentence\tlabel\n" + "".join(rows))
        archive.writestr("SST-2/dev.tsv", f"sentence\tlabel\nfine\t1\n{whole[3]}\t1\n")
        archive.writestr("SST-2/test.tsv", "index\tsentence\n0\twho knows\n")
    publish(monkeypatch, "SST2", tmp_path / "SST-2.zip")
    train, val, test = data.load_task("sst2")
    assert {*test.texts} == {"fine", whole[3]} and whole[3] not in {*train.texts, *val.texts}
    assert len(train) + len(val) == 79 and not {*train.groups} & {*val.groups}
    assert all(" ".join(text.split()[:2]) not in val.texts for text in train.texts)


def test_imdb_is_judged_by_its_test_part(cache, tmp_path, monkeypatch):  # noqa: F811
    members = {f"aclImdb/train/{part}/{k}_{stars}.txt": f"{part} {k}".encode() for k in range(20)
               for part, stars in (("pos", 9), ("neg", 1))}  # fmt: skip
    members["aclImdb/test/pos/0_8.txt"] = b"pos 3"
    (tmp_path / "imdb.tar.gz").write_bytes(make_tar(members))
    publish(monkeypatch, "IMDB", tmp_path / "imdb.tar.gz")
    train, val, test = data.load_task("imdb")
    assert test.texts == ("pos 3",) and len(train) + len(val) == 39 and len(val) == 4


def test_another_name_is_refused():
    with pytest.raises(ValueError, match='"reviews", "sst2" and "imdb", not'):
        data.load_task("sst-2")
