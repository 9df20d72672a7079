"""A Keras fit killed in its third epoch resumes to the same losses and weights as one that was never stopped."""

import json
import os
import signal
import subprocess
import sys
import textwrap

import pytest

pytest.importorskip("keras")

# Both runs of one process would share Keras's layer numbers and seeds: each is a process of its own, as in life.
TRAINING = textwrap.dedent("""
    import hashlib, json, os, signal, sys
    import keras
    from course_utils import Checkpoints, CheckpointError, keras_batches, keras_checkpoint, seed_everything

    folder, job = sys.argv[1:]
    rng = seed_everything(3)
    x = rng.normal(size=(50, 4)).astype("float32")
    y = (x.sum(1) > 0).astype("int32")

    def make_model(width=16, optimizer="adam", compiled=True, build=True):
        layers = [keras.layers.Dense(width, activation="relu"), keras.layers.Dropout(0.3),
                  keras.layers.BatchNormalization(), keras.layers.Dense(2)]
        model = keras.Sequential([keras.Input((4,)), *layers] if build else layers)
        if compiled:
            model.compile(optimizer, keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
        return model

    class Kill(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if job == "kill" and store.latest() == 1 and batch == 3:
                os.kill(os.getpid(), signal.SIGKILL)

    model, store = make_model(), Checkpoints(folder, keep_last=2, best="val_loss")
    batches = keras_batches(x, y, 8, seed=3)
    saver = keras_checkpoint(store, batches, config={"width": 16})
    start = store.resume({"model": model})
    model.fit(batches, epochs=4, initial_epoch=start, verbose=0, shuffle=False, validation_data=(x, y),
              callbacks=[saver, Kill()])
    weights = hashlib.sha256(b"".join(w.tobytes() for w in model.get_weights())).hexdigest()
    result = {"start": start, "history": saver.history, "weights": weights, "steps": store.steps(), "errors": []}
    before = model.get_weights()[0].tolist()
    if job == "misfit":
        for other in (make_model(17), make_model(optimizer="sgd"), make_model(compiled=False), make_model(build=False),
                      keras.Sequential([keras.Input((4,)), keras.layers.Dense(16)])):
            try:
                store.restore({"model": other})
            except CheckpointError as error:
                result["errors"].append(str(error))
        twin = make_model()                                              # dense_9 here, dense there: the same model
        store.restore({"model": twin})
        assert twin.get_weights()[0].tolist() == before
        for bad in (dict(x=x, y=y[:-1]), dict(x=x, y=y, batch_size=0)):
            try:
                keras_batches(**{"batch_size": 8, "seed": 0, **bad})
            except ValueError as error:
                result["errors"].append(str(error))
        try:
            model.fit(batches, epochs=1, steps_per_epoch=3, verbose=0, callbacks=[saver])
        except ValueError as error:
            result["errors"].append(str(error))
    print(json.dumps(result))
""")


def train(folder, job="run"):
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    run = subprocess.run(
        [sys.executable, "-c", TRAINING, str(folder), job], env=environment, timeout=240, capture_output=True, text=True
    )
    assert run.returncode == (-signal.SIGKILL if job == "kill" else 0), run.stderr
    return json.loads(run.stdout.splitlines()[-1]) if run.stdout else None


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_a_killed_fit_resumes_exactly_and_what_does_not_fit_is_named(tmp_path):
    whole = train(tmp_path / "whole", "misfit")
    assert train(tmp_path / "killed", "kill") is None
    resumed = train(tmp_path / "killed")
    assert (whole["start"], resumed["start"]) == (0, 2)
    assert len(set(whole["history"]["loss"])) == 4
    assert resumed["history"] == whole["history"], "all epochs, those before the kill too, bit for bit"
    assert resumed["weights"] == whole["weights"] and resumed["steps"] == whole["steps"] == [2, 3]

    width, optimizer, compiled, build, layers, lengths, size, steps = whole["errors"]
    assert "kernel float32(4, 16), here" in width and "float32(4, 17)" in width
    assert "Adam" in optimizer and "SGD" in optimizer
    assert "call model.compile" in compiled and "keras.Input" in build and "variables in the checkpoint" in layers
    assert "[49, 50]" in lengths and "batch_size" in size and "leave steps_per_epoch out" in steps
