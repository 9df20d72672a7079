"""Keras batches come in the order that seed and epoch decide, and what cannot be batched is named."""

import subprocess
import sys
import textwrap

import pytest

pytest.importorskip("keras")

CODE = textwrap.dedent("""
    import numpy as np
    from course_data import keras_batches

    x, y = {"rows": np.arange(50), "twice": np.arange(100).reshape(50, 2)}, np.arange(50)

    def take(batches, epoch):
        batches.set_epoch(epoch)
        return [batches[i] for i in range(len(batches))]

    batches = keras_batches(x, y, 8, seed=3)
    first, second, again = (take(batches, epoch) for epoch in (0, 1, 0))
    assert [len(rows) for _, rows in first] == [8] * 6 + [2]
    order, other, same = (np.concatenate([rows for _, rows in epoch]) for epoch in (first, second, again))
    assert sorted(order) == sorted(other) == list(range(50)) and (order == same).all() and (order != other).any()
    for inputs, rows in first:
        assert (inputs["rows"] == rows).all() and (inputs["twice"][:, 1] == 2 * rows + 1).all()
    assert (np.concatenate([rows for _, rows in take(keras_batches(x, y, 8, seed=4), 0)]) != order).any()
    assert len(keras_batches(x, y, 8, seed=3, drop_last=True)) == 6
    batches.set_epoch(1)
    batches.on_epoch_begin()                                             # as fit does
    assert (batches[0][1] == second[0][1]).all() and batches.next == 2
    for bad, word in (({"y": y[:-1]}, "[49, 50]"), ({"batch_size": 0}, "batch_size")):
        try:
            keras_batches(**{"x": x, "y": y, "batch_size": 8, "seed": 0, **bad})
        except ValueError as error:
            assert word in str(error)
        else:
            raise AssertionError(word)
""")


def test_epochs_have_orders_of_their_own_that_come_again_and_mistakes_are_named():
    run = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
