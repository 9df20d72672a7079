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
    from course_data import keras_batches
    from course_utils import Checkpoints, CheckpointError, keras_checkpoint, seed_everything

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
        try:
            model.fit(batches, epochs=1, steps_per_epoch=3, verbose=0, callbacks=[saver])
        except ValueError as error:
            result["errors"].append(str(error))
    print(json.dumps(result))
""")


MIXED = textwrap.dedent("""
    import hashlib, json, sys
    import keras
    from course_data import keras_batches
    from course_utils import Checkpoints, keras_checkpoint, seed_everything

    folder, job = sys.argv[1:]
    rng = seed_everything(3)
    keras.mixed_precision.set_dtype_policy("mixed_float16")
    x = rng.normal(size=(50, 4)).astype("float32")
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, "relu"),
                              keras.layers.Dense(1, dtype="float32")])
    model.compile("adam", "mse")
    store, batches = Checkpoints(folder), keras_batches(x, x.sum(1), 8, seed=3)
    start = store.resume({"model": model})
    model.fit(batches, epochs=2 if job == "half" else 4, initial_epoch=start, verbose=0, shuffle=False,
              callbacks=[keras_checkpoint(store, batches)])
    weights = b"".join(v.numpy().tobytes() for v in (*model.variables, *model.optimizer.variables))
    print(json.dumps([start, type(model.optimizer).__name__, hashlib.sha256(weights).hexdigest()]))
""")

# All in one process: what layers learned by `adapt`, models that were built in another way, optimisers on their own.
LEARNED = textwrap.dedent("""
    import json, sys
    import keras
    import numpy as np
    from course_utils import CheckpointError, Checkpoints

    store, results, number = Checkpoints(sys.argv[1], keep_last=None), {}, 0

    def restore(name, source, target, x):
        global number
        number += 1
        store.save(number, {"it": source})
        before = target.predict(x, verbose=0)                    # compiled code holds what it was traced with
        try:
            store.restore({"it": target}, random_states=False)
            same = [source, target]
        except CheckpointError as error:
            results[name] = str(error)
            same = [before, target]
        a, b = (m if isinstance(m, np.ndarray) else m.predict(x, verbose=0) for m in same)
        assert np.array_equal(a, b), name

    def read_words(texts, layer=keras.layers.TextVectorization, **options):
        words = layer(**options)
        words.adapt(texts)
        return keras.Sequential([keras.Input((), dtype="string"), words])

    texts, rows = np.array(["plot", "film", "good film"], object), np.random.default_rng(0).normal(3, 2, (20, 4))
    for name, options in {"text": {}, "tf-idf": {"output_mode": "tf_idf"},
                          "lookup": {"layer": keras.layers.StringLookup}}.items():
        same = (read_words(["good good film", "bad plot"], **options) for _ in range(2))
        restore(name + " same", *same, texts)
        other = read_words(["film plot", "good bad bad"], **options)
        restore(name, read_words(["good good film", "bad plot"], **options), other, texts)
    weighed = (read_words(t, output_mode="tf_idf") for t in (["a b", "b c"], ["b b a", "c", "b"]))
    restore("weights of equal words", *weighed, texts)

    def cut(data):
        bins = keras.layers.Discretization(num_bins=3)
        bins.adapt(data)
        return keras.Sequential([keras.Input((4,)), bins])

    restore("bins", cut(rows), cut(rows * 2), rows)

    def scale(adapt):
        layer = keras.layers.Normalization()
        if adapt:
            layer.adapt(rows)                                    # built before its model: other names
        return keras.Sequential([keras.Input((4,)), layer, keras.layers.Dense(1, kernel_initializer="ones")])

    restore("normalization", scale(True), scale(False), rows)

    def dense(names=("left", "right"), late=False, **options):
        layers = [keras.layers.Dense(4, name=name) for name in names]
        model = keras.Sequential(layers if late else [keras.Input((4,)), *layers], **options)
        model.build((None, 4))
        return model

    first, second = dense(name="first"), dense(late=True, name="second")
    for model in (first, second):
        model.compile("adam", "mse")                             # whose memory bears the model's name
    restore("another name, built late", first, second, rows)
    restore("layers in another order", dense(), dense(names=("right", "left")), rows)
    keras.mixed_precision.set_dtype_policy("mixed_float16")
    for name, optimizer in {"adam": "adam", "adamw": "adamw"}.items():
        source, target = dense(), dense()
        source.compile("adam", "mse")
        target.compile(optimizer, "mse")
        restore(name, source, target, rows)
    print(json.dumps(results))
""")


def run_keras(code, folder, *job, exit_code=0):
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    command = [sys.executable, "-c", code, str(folder), *job]
    run = subprocess.run(command, env=environment, timeout=300, capture_output=True, text=True)
    assert run.returncode == exit_code, run.stderr
    return json.loads(run.stdout.splitlines()[-1]) if run.stdout else None


def train(folder, job="run"):
    return run_keras(TRAINING, folder, job, exit_code=-signal.SIGKILL if job == "kill" else 0)


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_a_killed_fit_resumes_exactly_and_what_does_not_fit_is_named(tmp_path):
    whole = train(tmp_path / "whole", "misfit")
    assert train(tmp_path / "killed", "kill") is None
    resumed = train(tmp_path / "killed")
    assert (whole["start"], resumed["start"]) == (0, 2)
    assert len(set(whole["history"]["loss"])) == 4
    assert resumed["history"] == whole["history"], "all epochs, those before the kill too, bit for bit"
    assert resumed["weights"] == whole["weights"] and resumed["steps"] == whole["steps"] == [2, 3]

    width, optimizer, compiled, build, layers, steps = whole["errors"]
    assert "kernel float32(4, 16), here" in width and "float32(4, 17)" in width
    assert "Adam" in optimizer and "SGD" in optimizer
    assert "call model.compile" in compiled and "keras.Input" in build and "variables in the checkpoint" in layers
    assert "leave steps_per_epoch out" in steps


def test_mixed_float16_resumes_exactly_in_a_new_process(tmp_path):
    whole = run_keras(MIXED, tmp_path / "whole", "all")
    run_keras(MIXED, tmp_path / "broken", "half")
    resumed = run_keras(MIXED, tmp_path / "broken", "all")
    assert (whole[0], resumed[0]) == (0, 2) and whole[1] == "LossScaleOptimizer"
    assert resumed[1:] == whole[1:], "all weights, Adam's memory, the scale of the loss"


def test_what_layers_learned_is_restored_or_refused_and_names_depend_on_no_history(tmp_path):
    refused = run_keras(LEARNED, tmp_path)
    assert set(refused) == {
        "text", "tf-idf", "lookup", "weights of equal words", "bins", "layers in another order", "adamw"
    }  # fmt: skip
    for name in ("text", "tf-idf", "lookup", "weights of equal words", "bins"):
        assert "has learned something else" in refused[name] and "adapt it to the same data" in refused[name], name
    assert "entry 2 is 'good' of 6 in the checkpoint and 'bad' of 6 here" in refused["text"]
    assert "left/kernel" in refused["layers in another order"]
    assert "LossScaleOptimizer(Adam), now it has LossScaleOptimizer(AdamW)" in refused["adamw"]
