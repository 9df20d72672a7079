"""Lesson 05 with all of MNIST, on generated files: the order of its images, and the IDX format of its record."""

import gzip
import json
import re
from types import SimpleNamespace

import numpy as np
import pytest

import course_data
from autograder.answers.rooms import load_module
from course_data.records import Images
from tools.source import ROOT, read_source

ROOM = ROOT / "lessons" / "05_keras_mnist"
N_TRAIN, N_TEST = 600, 100


def _generate() -> tuple[np.ndarray, np.ndarray]:
    labels = np.repeat(np.arange(10), 60), np.repeat(np.arange(10), 10)  # each part sorted by class
    images = np.random.default_rng(0).integers(0, 256, size=(N_TRAIN + N_TEST, 28, 28), dtype=np.uint8)
    return images, np.concatenate(labels)


def _find_cell(beginning: str) -> str:
    lesson = read_source(ROOM / "lesson.py")
    (text,) = (cell.text for cell in lesson.cells if cell.kind == "code" and cell.text.startswith(beginning))
    return text


def test_all_of_mnist_is_shuffled_before_the_last_fifth_is_cut():
    images, labels = _generate()
    parts = {"train": np.arange(N_TRAIN), "test": np.arange(N_TRAIN, N_TRAIN + N_TEST)}
    whole = Images(images, labels, 255, "generated", parts)
    data = SimpleNamespace(load_mnist=lambda full: whole, split=course_data.split)
    namespace = {"np": np, "data": data, "FULL_MNIST": True, "SEED": 0}
    exec(_find_cell("mnist = data.load_mnist"), namespace)
    train, test, n_fit = (namespace[name] for name in ("train", "test", "n_fit"))
    assert sorted(train) == list(parts["train"]) and list(test) == list(parts["test"])
    assert n_fit == 480 and (np.bincount(labels[train[n_fit:]], minlength=10) > 0).all()


@pytest.mark.parametrize("end", ["", ".gz"])
def test_record_reads_a_folder_in_mnist_s_format(tmp_path, end):
    images, labels = _generate()
    for part, rows in (("train", slice(0, N_TRAIN)), ("t10k", slice(N_TRAIN, None))):
        for what, array in (("images", images[rows]), ("labels", labels[rows].astype(np.uint8))):
            header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">i4").tobytes()
            raw = header + array.tobytes()
            path = tmp_path / f"{part}-{what}-idx{array.ndim}-ubyte{end}"
            path.write_bytes(gzip.compress(raw) if end else raw)
    found = load_module(ROOM / "record.py").read_folder(tmp_path)
    assert (found["X"] == images[:N_TRAIN]).all() and (found["y_test"] == labels[N_TRAIN:]).all()


def test_record_refuses_another_format(tmp_path):
    (tmp_path / "x").write_bytes(b"PK\3\4")
    with pytest.raises(ValueError, match="no IDX file"):
        load_module(ROOM / "record.py").read_idx(tmp_path / "x")


def test_the_lesson_shows_what_was_recorded():
    rows = json.loads((ROOM / "recorded.json").read_text(encoding="utf-8"))
    namespace = {}
    exec(_find_cell("RATES = "), namespace)
    shown = namespace["RATES"]
    for name, kind in (("dense", "dense"), ("CNN", "cnn")):
        for rate, accuracy in shown[name].items():
            seen = [row["validation"] for row in rows["rates"] if (row["network"], row["rate"]) == (kind, rate)]
            assert len(seen) == 3 and accuracy == pytest.approx(np.mean(seen), abs=6e-4), (name, rate)
    full = dict(re.findall(r'"(\w+)": \(([\d.]+),', _find_cell("FULL = ")))
    assert {kind: float(test) for kind, test in full.items()} == {r["network"]: r["test"] for r in rows["full"]}
