"""Shuffled batches: every example once an epoch, an order made by (seed, epoch), exact continuation from any point."""

import numpy as np
import pytest

from course_data import ShuffledBatches


def take(batches, count):
    """The next `count` batches, over the borders of epochs, as the training loop would see them."""
    seen = []
    while len(seen) < count:
        for idx in batches:
            seen.append(idx.tolist())
            if len(seen) == count:
                break
    return seen


@pytest.mark.parametrize(
    "n, size, drop, lengths",
    [(10, 4, False, [4, 4, 2]), (10, 4, True, [4, 4]), (8, 4, False, [4, 4]), (3, 8, False, [3]), (1, 1, True, [1])],
)
def test_an_epoch_holds_every_example_once(n, size, drop, lengths):
    batches = ShuffledBatches(n, size, seed=0, drop_last=drop)
    seen = list(batches)
    assert [len(idx) for idx in seen] == lengths and len(batches) == len(lengths)
    together = np.concatenate(seen)
    assert len(set(together.tolist())) == len(together) and set(together.tolist()) <= set(range(n))


def test_the_order_depends_on_seed_and_epoch_and_nothing_else():
    np.random.seed(0)
    first = take(ShuffledBatches(50, 7, seed=1), 16)
    np.random.seed(99)
    assert first == take(ShuffledBatches(50, 7, seed=1), 16)
    assert first[:8] != first[8:]
    assert first != take(ShuffledBatches(50, 7, seed=2), 16)
    assert ShuffledBatches(50, 7, 1).order_of(2).tolist() != ShuffledBatches(50, 7, 2).order_of(1).tolist()


@pytest.mark.parametrize("drop", [False, True])
@pytest.mark.parametrize("stop", range(1, 9))
def test_a_stop_anywhere_goes_on_exactly(stop, drop):
    whole = take(ShuffledBatches(10, 3, 5, drop), 12)
    stopped = ShuffledBatches(10, 3, 5, drop)
    assert take(stopped, stop) == whole[:stop]
    resumed = ShuffledBatches(10, 3, 5, drop)
    resumed.load_state_dict(stopped.state_dict())
    assert take(resumed, 12 - stop) == whole[stop:]
    assert take(stopped, 12 - stop) == whole[stop:], "breaking off and going on in the same process is the same"


def test_a_loop_over_epochs_neither_loses_nor_repeats_one():
    batches = ShuffledBatches(6, 2, 0)
    for _ in batches:
        state = batches.state_dict()  # the last: in the body of the last batch
    assert state["epoch"] == 0 and batches.epoch == 1
    resumed = ShuffledBatches(6, 2, 0)
    resumed.load_state_dict(state)
    epochs = []
    for epoch in range(resumed.epoch, 3):
        epochs += [(epoch, resumed.epoch) for _ in resumed]
    assert epochs == [(1, 1)] * 3 + [(2, 2)] * 3


@pytest.mark.parametrize("other", [(11, 3, 5, False), (10, 4, 5, False), (10, 3, 6, False), (10, 3, 5, True)])
def test_other_data_or_settings_are_refused_and_change_nothing(other):
    saved = ShuffledBatches(10, 3, 5)
    take(saved, 2)
    batches = ShuffledBatches(*other)
    with pytest.raises(ValueError, match="order of the data"):
        batches.load_state_dict(saved.state_dict())
    assert (batches.epoch, batches.position) == (0, 0)


@pytest.mark.parametrize(
    "place", [{"epoch": -1}, {"position": 5}, {"position": -1}, {"epoch": 1.0}, {"position": None}]
)
def test_a_place_that_does_not_exist_is_refused(place):
    batches = ShuffledBatches(10, 3, 5)
    with pytest.raises(ValueError, match="no place"):
        batches.load_state_dict({**batches.state_dict(), **place})


@pytest.mark.parametrize("arguments", [(0, 1, 0), (5, 0, 0), (5, 1, -1), (5, 1.5, 0), (5, 1, None), (True, 1, 0)])
def test_settings_that_make_no_sense_are_refused(arguments):
    with pytest.raises(ValueError, match="must be a whole number"):
        ShuffledBatches(*arguments)
    with pytest.raises(ValueError, match="no batch is left"):
        ShuffledBatches(3, 4, 0, drop_last=True)
