"""Records beside lesson 05 what takes too long to run within it: its networks on 60,000 images, and a grid of rates.

python lessons/05_keras_mnist/record.py full FOLDER [SEED ...]     60,000 + 10,000 images in MNIST's IDX format
python lessons/05_keras_mnist/record.py rates [SEED ...]           the lesson's 5,000 images, each rate

Some 5 and 4 minutes a seed on one quiet core. Each row of recorded.json is one training.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from time import process_time

import numpy as np

BATCH, VALIDATION = 128, 0.2
RECORD = Path(__file__).with_name("recorded.json")
NETWORKS = {"dense": (20, 0.001), "cnn": (6, 0.001), "cnn, normalised": (6, 0.001)}  # epochs, Adam's rate
GRID = {"dense": (20, (0.0003, 0.001, 0.003, 0.01)), "cnn": (10, (0.001, 0.003, 0.01))}


def read_idx(path: Path) -> np.ndarray:
    """The array in an IDX file, gzipped or not: 0, 0, 8 (bytes), the number of axes, their sizes, the data."""
    raw = path.read_bytes()
    raw = gzip.decompress(raw) if path.suffix == ".gz" else raw
    if raw[:3] != b"\0\0\x08":
        raise ValueError(f"{path} is no IDX file of bytes: it begins {raw[:4]!r}")
    sizes = np.frombuffer(raw, ">i4", count=raw[3], offset=4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(sizes)


def read_folder(folder: Path) -> dict[str, np.ndarray]:
    """Images (N, 28, 28) and labels (N,) of MNIST's four files, under X, y, X_test, y_test."""
    found = {}
    for part, end in (("train", ""), ("t10k", "_test")):
        for what, axes, name in (("images", 3, "X"), ("labels", 1, "y")):
            (path,) = folder.glob(f"{part}-{what}-idx{axes}-ubyte*")
            found[name + end] = read_idx(path)
    return found


def read_small(seed: int) -> dict[str, np.ndarray]:
    """The lesson's 4,000 + 1,000 images, split by this seed."""
    import course_data

    mnist = course_data.load_mnist()
    train, test = course_data.split(len(mnist), (0.8, 0.2), seed=seed, labels=mnist.labels)
    images, labels = mnist.images, mnist.labels
    return {"X": images[train], "y": labels[train], "X_test": images[test], "y_test": labels[test]}


def build(kind: str, seed: int, rate: float):
    """A compiled network of the lesson: "dense", "cnn" or "cnn, normalised"."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(seed)
    normal = kind == "cnn, normalised"
    if kind == "dense":
        stack = [layers.Flatten(), layers.Dense(512, activation="relu")]
    else:
        stack = []
        for filters, side in ((16, 5), (32, 3)):
            stack += [layers.Conv2D(filters, side, use_bias=not normal)]
            stack += [layers.BatchNormalization()] if normal else []
            stack += [layers.ReLU(), layers.MaxPooling2D()]
        stack += [layers.Flatten(), *([layers.Dropout(0.3)] if normal else [])]
    model = keras.Sequential([keras.Input((28, 28, 1)), *stack, layers.Dense(10)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(rate), loss, metrics=["accuracy"])
    return model


def train(data: dict, kind: str, seed: int, epochs: int, rate: float) -> dict:
    """One row of the record."""
    order = np.random.default_rng(seed).permutation(len(data["X"]))  # validation_split takes the last ones
    X, X_test = (data[name][..., None].astype("float32") / 255 for name in ("X", "X_test"))
    model, used = build(kind, seed, rate), process_time()
    fit = {"batch_size": BATCH, "epochs": epochs, "validation_split": VALIDATION, "verbose": 0}
    history = model.fit(X[order], data["y"][order], **fit).history
    used = process_time() - used
    right = model.predict(X_test, verbose=0).argmax(axis=1) == data["y_test"]
    return {
        "images": len(order), "network": kind, "seed": seed, "epochs": epochs, "rate": rate,
        "parameters": model.count_params(), "validation": round(history["val_accuracy"][-1], 4),
        "test": round(float(right.mean()), 4), "processor_seconds": round(used),
    }  # fmt: skip


def main(what: str, *arguments: str) -> None:
    """Train one after another, and write the record anew after each."""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    folder, seeds = (arguments[0], arguments[1:]) if what == "full" else (None, arguments)
    for seed in map(int, seeds or "012"):
        if folder:
            data, runs = read_folder(Path(folder)), [(kind, *settings) for kind, settings in NETWORKS.items()]
        else:
            data, runs = read_small(seed), [(kind, n, rate) for kind, (n, rates) in GRID.items() for rate in rates]
        for kind, epochs, rate in runs:
            row = train(data, kind, seed, epochs, rate)
            print(row, flush=True)
            record = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
            record.setdefault(what, []).append(row)
            RECORD.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
