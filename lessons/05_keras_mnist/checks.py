"""Exercise 05: images to rows, counting parameters, a Keras model, its copy in PyTorch, exact resuming, a purchase."""

from __future__ import annotations

import copy
import itertools
from pathlib import Path

import numpy as np

from autograder.answers import (
    Exercise,
    Learner,
    Misconception,
    Tolerance,
    Wrong,
    as_array,
    drivers,
    expect_equal,
    expect_number,
    expect_parts,
    is_equal,
    judge_constant,
    keep_inputs,
)
from autograder.answers.rooms import load_module

NEAR = Tolerance(1e-5, 1e-6)  # for what is computed in float32 or float64
KERAS = Tolerance(1e-3, 1e-3)  # for what Keras computes
MOVES = Tolerance(0.02, 0.02)  # for what an optimizer of Keras makes of it, in learning rates
COUNT = Tolerance(1e-12, 0)
_SMALL = (1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15)  # what people add to a probability before its logarithm
EXACT = Tolerance(0, 0)
SAME_RUN = Tolerance(1e-9, 1e-12)  # across processes, which may add up in another order
EXERCISE = Exercise.beside(__file__)
say = EXERCISE.say
recipes = load_module(Path(__file__).with_name("recipes.py"))


@EXERCISE.check("q1")
def pixels_become_rows_between_0_and_1(answer, rng):
    for N in (int(rng.integers(3, 7)), 1):
        h, w = 3 + rng.permutation(5)[:2]
        images = rng.integers(1, 200, size=(N, h, w), dtype=np.uint8)  # not up to 255: an own maximum shows
        images[0, 0, :2] = 0, 199
        X, _ = _prepare(answer, images, rng.integers(0, 4, size=N), 5)
        _judge_rows(X, images)
        _expect_float32(X)
    black = np.zeros((2, h, w), dtype=np.uint8)
    X, _ = _prepare(answer, black, np.array([1, 0]), 2)
    NEAR.expect(X, np.zeros((2, h * w)), "X")


@EXERCISE.check("q1")
def labels_become_rows_with_a_single_one(answer, rng):
    for missing in ("last", "middle", "all but one"):
        N, classes = int(rng.integers(9, 14)), int(rng.integers(6, 9))
        occurring = {"last": classes - 2, "middle": classes, "all but one": 1}[missing]
        labels = np.r_[rng.integers(0, occurring, size=N), 0]
        if missing == "middle":
            labels = np.r_[np.where(labels == 2, 3, labels), classes - 1]
        labels = labels.astype(rng.choice(["uint8", "int64", "int32"]))
        images = rng.integers(0, 255, size=(len(labels), 2, 3), dtype=np.uint8)
        _, Y = _prepare(answer, images, labels, classes)
        _judge_labels(Y, labels.astype(int), classes)
        _expect_float32(Y)


@EXERCISE.check("q1")
def validation_is_what_lies_at_the_end(answer, rng):
    for share in (0.25, 0.375, 0.75):  # exact in binary
        n = 8 * int(rng.integers(3, 6)) + 3  # n * (1 - share) isn't whole
        cut = int(n * (1 - share))
        labels = np.sort(rng.integers(0, 9, size=n))[:: rng.choice([-1, 1])]
        labels[cut - 1 : cut + 1] = 20, 21  # 20 is just trained, 21 is not
        labels[[0, -1, -2]], labels[[1, 2, -3]] = 10, 11  # in both parts, more often in the second, in the first
        wrong = {
            "cut-one-off": [_only_behind(labels, cut - 1), _only_behind(labels, cut + 1)],
            "validation-from-the-front": _only_behind(labels[::-1], cut),
            "all-that-is-validated": np.unique(labels[cut:]),
            "share-trained": _only_behind(labels, int(n * share)),
            "never-there": np.setdiff1d(np.arange(22), labels[:cut]),
            "count-for-classes": [len(_only_behind(labels, cut))],
            "trained-never-validated": [f(labels[:cut], labels[cut:]) for f in (np.setdiff1d, np.setxor1d, np.union1d)],
        }
        found = as_array(answer.call("find_untrained", labels, share), "the classes").ravel()
        NEAR.name(np.unique(found), _only_behind(labels, cut), wrong)
        if len(found) != len(np.unique(found)):
            raise Misconception("class-named-twice")
        if np.isin(found, labels[:cut]).any():
            raise Misconception("trained-all-the-same")
        NEAR.expect(found, _only_behind(labels, cut), "the classes")
    for labels, share, right in (([2, 1, 1, 2], 0.5, []), ([2, 1, 0], 0.75, [0, 1, 2])):
        NEAR.expect(answer.call("find_untrained", np.array(labels), share), right, "the classes")


@EXERCISE.check("q2")
def dense_layers_have_weights_and_biases(answer, rng):
    for _ in range(2):
        h, w, *units = (rng.permutation(20)[:5] + 2).tolist()
        layers = [("flatten",), *(("dense", n) for n in units)]
        _judge_counts(answer, (h, w, 1), layers, ("no-biases", "a-bias-for-each-input", "inputs-of-the-flatten"))


@EXERCISE.check("q2")
def a_kernel_is_the_same_everywhere(answer, rng):
    wrong = ("no-biases", "kernel-without-channels", "a-bias-for-each-input", "weights-at-each-place")
    for _ in range(2):
        layers, shape = _draw_convolutions(rng)
        _judge_counts(answer, shape, layers, (*wrong, "channels-of-the-input", "one-bias-for-all", "height-for-width"))


@EXERCISE.check("q2")
def the_map_shrinks_on_its_way(answer, rng):
    ways = ("map-keeps-its-size", "pooling-ignored", "pooling-rounded-up", "pooling-on-one-side", "height-for-width")
    wrong = (*ways, "flatten-without-channels", "map-one-too-small")
    for p in (0, 2, 3):
        counts = []
        while len(set(counts)) <= (len(wrong) if p else 0):  # until all of them tell
            layers, shape = _draw_convolutions(rng)
            layers = [layers[0], ("pool", p), layers[1], ("pool", 2)] if p else layers  # without: no rounding down
            layers = [*layers, ("flatten",), ("dense", int(rng.integers(3, 9)))]
            counts = [tuple(recipes.count_parameters(shape, layers, way)) for way in ("", *wrong)]
        _judge_counts(answer, shape, layers, wrong)


@EXERCISE.check("q2")
def counting_builds_nothing(answer, rng):
    n = 4 * int(rng.integers(400_000_000, 450_000_000)) + 1  # the last count is twice an odd number: no float is exact
    large = [("conv", 701, 5, 3), ("pool", 2), ("flatten",), ("dense", n), ("dense", n + 2)]
    for shape, layers in (((404, 803, 3), large), ((4, 4, 1), [])):
        value, right = answer.call("count_parameters", shape, layers), recipes.count_parameters(shape, layers)
        wrapped = [(n + 2**31) % 2**32 - 2**31 for n in right]
        wrong = {"whole-numbers-overflow": [wrapped, [*right[:3], *wrapped[3:4], *right[4:]]]}
        COUNT.name(value, right, wrong)
        if Tolerance(1e-6, 0).same(value, right) and not is_equal(value, right):
            raise Misconception("counted-in-floats")
        expect_equal(value, right, "the counts")


@EXERCISE.check("q3")
def the_model_gives_logits(answer, rng):
    for hidden in (1, 3):
        sizes, weights, x, y, rate = _draw_network(rng, hidden)
        value, logits = _train(answer, sizes, rate, weights, [(x, y)])["outputs"], recipes.forward(weights, x)
        wrong = {
            "another-activation": [recipes.forward(weights, x, activation) for activation in recipes.ACTIVATIONS],
            "softmax-at-the-end": recipes.softmax(logits),
            "sigmoid-at-the-end": recipes.sigmoid(logits),
            "relu-at-the-end": np.maximum(logits, 0),
            "nothing-between-the-layers": recipes.forward(weights, x, lambda z: z),
        }
        KERAS.judge(value, logits, wrong, "the outputs")


@EXERCISE.check("q3")
def the_loss_holds_for_extreme_logits(answer, rng):
    sizes, weights, x, _, rate = _draw_network(rng, 1, rows=24)
    weights[-2] *= 80  # logits of some hundreds
    logits, C = recipes.forward(weights, x), sizes[-1]
    top = logits.argmax(axis=1)
    labels = np.where(np.arange(24) < rng.integers(8, 17), top, (top + rng.integers(1, C, size=24)) % C)
    y = np.eye(C, dtype=np.float32)[labels]
    tested = _train(answer, sizes, rate, weights, [(x, y)])["tested"]
    each = -recipes.log_softmax(logits)[y == 1]
    p = recipes.softmax(logits)[y == 1]
    clipped = np.clip(logits / logits.sum(axis=1, keepdims=True), 1e-7, 1 - 1e-7)
    binary = np.maximum(logits, 0) - logits * y + np.log1p(np.exp(-np.abs(logits)))
    wrong = {
        "logits-taken-for-probabilities": -np.log(clipped[y == 1]).mean(),
        "sum-over-the-batch": each.sum(),
        "softmax-then-log": [
            f(e) for e in _SMALL for f in (lambda e: -np.log(p.clip(e)).mean(), lambda e: -np.log(p + e).mean())
        ],
        "squared-error": ((logits - y) ** 2).mean(),
        "each-class-for-itself": binary.mean(),
        "labels-smoothed": [(1 - a) * each.mean() - a * recipes.log_softmax(logits).mean() for a in (0.05, 0.1, 0.2)],
    }
    KERAS.judge(tested.pop("loss", None), each.mean(), wrong, "the loss")
    if not tested:
        raise Misconception("accuracy-not-reported")
    if not any(KERAS.same(metric, (labels == top).mean()) for metric in tested.values()):
        raise Misconception("another-accuracy")


@EXERCISE.check("q3")
def the_weights_move_as_adam_says(answer, rng):
    sizes, weights, x, y, rate = _draw_network(rng, 1)
    x[:, 0] = 0  # so that the first row of the first kernel has no gradient
    batches = [(x, y), (_without_first(rng, x), y[rng.permutation(len(y))])]
    steps = _train(answer, sizes, rate, weights, [(x, y), *batches])["trained"]
    if not np.array_equal(np.asarray(steps[-1][0])[0], weights[0][0]):
        raise Misconception("weights-decay")
    moves, right, by_default = (
        [_flat(step) - _flat(weights) for step in some]
        for some in (steps, recipes.adam(weights, batches, rate), recipes.adam(weights, batches, 0.001))
    )
    MOVES.name(moves[0] / 0.001, right[0] / 0.001, {"rate-ignored": by_default[0] / 0.001})
    gradient = _flat(recipes.gradients(weights, *batches[0]))
    relative = Tolerance(0.02, 0.02 * np.abs(gradient).max())
    relative.name(moves[0] / rate, right[0] / rate, {"plain-gradient-descent": -gradient})
    for move, other in zip(moves, right, strict=True):
        MOVES.expect(move / rate, other / rate, "movement of the weights / rate")


@EXERCISE.check("q3")
def each_call_builds_a_new_model(answer, rng):
    sizes, _, x, y, rate = _draw_network(rng, 2)
    done = answer.call(drivers.build_keras_twice, Learner("build_model"), sizes, rate, x, y)
    if "stopped" in done:
        raise Misconception("models-share-weights")
    first, untouched, trained = (_flat(weights) for weights in done["seen"])
    if not len(first) == len(untouched) == len(trained) or not np.array_equal(first, untouched):
        raise Misconception("models-share-weights")
    if np.array_equal(untouched, trained):
        raise Wrong(say("second-model-does-not-train"))
    sizes, weights, x, y, rate = _draw_network(rng, 0)
    done = _train(answer, sizes, rate, weights, [(x, y)])
    KERAS.expect(done["outputs"], recipes.forward(weights, x), "the outputs")
    if any(np.ndim(array) == 2 and np.ptp(array) == 0 for array in done["fresh"]):
        raise Misconception("all-begin-alike")


@EXERCISE.check("q3")
def the_callback_goes_back_to_the_best(answer, rng):
    for trial in range(4):
        n, rate = int(rng.integers(9, 13)), float(rng.uniform(0.05, 0.2))
        losses = 2 + rng.permutation(n).astype(float)
        losses[:6] = 9, 6, 20, 7, 19, 6  # better, worse, better than the last only, worse, as good as the best
        if trial > 1:
            losses[[0, 4] if trial == 3 else 4] = np.nan
        training = np.linspace(3, 1, n)
        if not trial:  # the example
            training, losses, rate, n = np.array([3.0, 2, 1, 1]), np.array([2, 1, 4, 0.5]), 0.1, 4
        right = recipes.replay(losses, rate)
        wrong = {
            "rate-not-halved": np.c_[right[:, 0], np.full(n, rate)],
            "weights-not-put-back": np.c_[np.arange(1.0, n + 1), right[:, 1]],
            "watches-the-training-loss": recipes.replay(training, rate),
            **{name: recipes.replay(losses, rate, name) for name in recipes.WAYS_BACK},
        }
        NEAR.judge(answer.call("replay", training, losses, rate), right, wrong, "weight and rate")


@EXERCISE.check("q4")
def dense_kernels_have_their_outputs_first(answer, rng):
    a, b, c = (3 + rng.permutation(6)[:3]).tolist()
    weights, positions = _draw_weights(rng, [(a, b), (b, b), (b, c)]), _draw_positions(rng, 3)
    _judge_layers(_convert(answer, weights, positions)["state"], weights, positions)


@EXERCISE.check("q4")
def convolution_kernels_move_their_axes(answer, rng):
    a, b, c, d, e = (2 + rng.permutation(6)[:5]).tolist()
    weights, positions = _draw_weights(rng, [(a, b, c, d), (d, d, d, d), (d, e)]), _draw_positions(rng, 3)
    _judge_layers(_convert(answer, weights, positions, None)["state"], weights, positions)


@EXERCISE.check("q4")
def a_flattened_map_changes_its_order(answer, rng):
    for convolutions in ([], [(2, 3, 1), (1, 2)]):
        h, w, c = (2 + rng.permutation(4)[:3]).tolist()
        n, channels = h * w * c, [2, 4, c][-len(convolutions) - 1 :]
        shapes = [(a, b, channels[i], channels[i + 1]) for i, (a, b, *_) in enumerate(convolutions)]
        weights, positions = _draw_weights(rng, [*shapes, (n, n), (n, 3)]), _draw_positions(rng, len(shapes) + 2)
        state = _convert(answer, weights, positions, (h, w, c))["state"]
        first, later = weights[-4], weights[-2]
        order = _reorder(h, w, c)
        others = [np.arange(n).reshape(h, w, c).transpose(axes).ravel() for axes in itertools.permutations(range(3))]
        others += [np.argsort(order), np.arange(n).reshape(c, h, w).transpose(0, 2, 1).ravel()]
        wrong = {
            "map-order-ignored": [first.T, first.T[order]],
            "map-order-mixed-up": [first[other].T for other in others],
        }
        NEAR.name(state[f"{positions[-2]}.weight"], first[order].T, wrong)
        NEAR.name(state[f"{positions[-1]}.weight"], later.T, {"later-layers-reordered": later[order].T})
        _judge_layers(state, [*weights[:-4], first[order], *weights[-3:]], positions)


@EXERCISE.check("q4")
def each_array_is_a_copy_in_c_order(answer, rng):
    a, b, c = (2 + rng.permutation(5)[:3]).tolist()
    small = ([(1, b), (b, 1), (1, 1)], None), ([(1, 1, 1, 1)], None)
    for shapes, map_shape in (([(a, b, 1, c), (4 * c, 3), (3, 4)], (2, 2, c)), *small):
        weights, positions = _draw_weights(rng, shapes), _draw_positions(rng, len(shapes))
        done = _convert(answer, weights, positions, map_shape)
        if map_shape:  # the first dense layer is the second one here
            weights[2] = weights[2][_reorder(*map_shape)]
        if done["changed"]:
            raise Misconception("changes-the-weights")
        if any(not np.array_equal(done["state"][name], done["later"][name]) for name in done["state"]):
            raise Misconception("views-not-copies")
        if not all(done["ordered"].values()):
            raise Misconception("memory-in-the-old-order")
        _judge_layers(done["state"], weights, positions)


@EXERCISE.check("q5")
def a_run_goes_on_from_the_end_of_an_epoch(answer, rng):
    X, Y, seed, steps = _draw_data(rng)
    _expect_resumed(answer, X, Y, seed, steps * int(rng.integers(2, 5)))


@EXERCISE.check("q5")
def a_run_goes_on_within_an_epoch(answer, rng):
    X, Y, seed, steps = _draw_data(rng)
    for before in (steps * int(rng.integers(1, 4)) + 1, steps - 1):
        _expect_resumed(answer, X, Y, seed, before)


@EXERCISE.check("q5")
def a_saved_state_stands_still(answer, rng):
    X, Y, seed, steps = _draw_data(rng)
    saved = _expect_resumed(answer, X, Y, seed, steps + 2)
    if not _equal(saved["state"], saved["later"]):
        raise Misconception("state-moves-on")
    if any(_equal(part, data) for part in _walk(saved["state"]) for data in (X, Y, X.tolist(), Y.tolist())):
        raise Misconception("data-in-the-state")


@EXERCISE.check("q5")
def a_state_can_be_loaded_again(answer, rng):
    X, Y, seed, steps = _draw_data(rng)
    _expect_resumed(answer, X, Y, seed, 0)
    _expect_resumed(answer, X, Y, seed, steps + 1, load=1)


@EXERCISE.check("q6")
def the_epochs_are_picked_over_all_seeds(answer, rng):
    for trial in range(6):
        R, S, E = int(rng.integers(3, 6)), int(rng.integers(3, 6)), int(rng.integers(12, 20))
        bottom, e = rng.integers(E // 2 + 1, E - 2, size=(R, 1, 1)), np.arange(E)
        losses = (e - bottom) ** 2 / 40 + rng.uniform(0, 2, (R, S, 1)) + rng.normal(scale=0.2, size=(R, S, E))
        losses[:, 0, 2] = -1  # a lucky seed, long before the bottom
        if trial > 2:
            losses[0, 1, bottom[0, 0, 0] :] = np.nan  # one seed diverges at the bottom
            losses[1, :, 0], losses[2] = np.nan, np.where(e % 2, losses[2], np.nan)
            if trial == 5:
                losses[2, 0] = np.nan  # this one never has all its seeds
        means, there = losses.mean(axis=1), ~np.isnan(losses)
        right = np.where(there.all(axis=1).any(axis=1), np.where(np.isnan(means), np.inf, means).argmin(axis=1) + 1, 0)
        value = as_array(answer.call("pick_epochs", losses), "the epochs")
        if trial > 2:
            passed = np.nansum(losses, axis=1) / np.maximum(1, there.sum(axis=1))
            passed = np.where(there.any(axis=1), passed, np.inf)
            EXACT.name(value, right, {"nan-passed-over": passed.argmin(axis=1) + 1})
            if value.shape == (R,) and any(
                0 < k <= E and np.isnan(row[int(k) - 1]) for row, k in zip(means, value, strict=True)
            ):
                raise Misconception("nan-picked")
        best = np.where(there, losses, np.inf).argmin(axis=2).mean(axis=1)
        wrong = {
            "epochs-from-zero": right - 1,
            "luckiest-seed": np.where(there, losses, np.inf).min(axis=1).argmin(axis=1) + 1,
            "mean-of-the-best-epochs": [form(best) + 1 for form in (np.round, np.floor, np.ceil, np.asarray)],
            "median-for-mean": np.median(losses, axis=1).argmin(axis=1) + 1,
            "seeds-taken-for-epochs": losses.mean(axis=2).argmin(axis=1) + 1,
            "largest-loss": means.argmax(axis=1) + 1,
        }
        EXACT.judge(value, right, wrong, "the epochs")


@EXERCISE.check("q6")
def the_rise_is_measured_against_its_spread(answer, rng):
    for _ in range(3):
        S, E = int(rng.integers(3, 9)), int(rng.integers(8, 15))
        losses = rng.uniform(0.5, 3, (S, 1)) + rng.normal(scale=0.2, size=(S, E)).cumsum(axis=1)
        epoch = int(rng.integers(2, E - 1))
        a, b = losses[:, -1], losses[:, epoch - 1]
        right, over_S = _t(a - b), (S / (S - 1)) ** 0.5
        p = recipes.find_p(right, S)
        wrong = {
            "spread-of-one-seed": right / S**0.5,
            "divided-by-S": [right * over_S, right * over_S / S**0.5],
            "seeds-not-paired": (a.mean() - b.mean()) / ((a.var(ddof=1) + b.var(ddof=1)) / S) ** 0.5,
            "root-forgotten": [right * S**0.5, (a - b).mean() / (a - b).var(ddof=1) * S**0.5],
            "each-seed-s-own-lowest": _t(a - losses.min(axis=1)),
            "rise-since-the-beginning": _t(a - losses[:, 0]),
            "p-for-t": [p, p / 2, 1 - p / 2],
            "epoch-off-by-one": _t(a - losses[:, epoch]),
            "fall-for-rise": -right,
        }
        NEAR.judge(answer.call("overfitting_t", losses, epoch), right, wrong, "t")
    value = as_array(answer.call("overfitting_t", losses, E), "t")
    if value.size != 1 or value != 0:
        raise Misconception("nothing-to-test")


@EXERCISE.check("q6")
def a_further_point_has_its_price(answer, rng):
    for trial in range(3):
        R = int(rng.integers(5, 8))
        accuracy, dollars = 0.8 + np.cumsum(rng.uniform(0.005, 0.03, R)), np.cumsum(rng.uniform(50, 900, R))
        if trial == 2:
            accuracy[1], accuracy[3] = accuracy[0], accuracy[2] - 0.004  # nothing gained, then something lost
        points, more = 100 * np.diff(accuracy), np.diff(dollars)
        with np.errstate(all="ignore"):
            right = np.where(points > 0, more / points, np.inf)
            wrong = {
                "shares-for-points": right * 100,
                "whole-price": dollars[1:] / points,
                "against-the-first": (dollars[1:] - dollars[0]) / (100 * (accuracy[1:] - accuracy[0])),
                "points-for-a-dollar": points / more,
            }
        value = as_array(answer.call("price_of_points", accuracy, dollars), "the prices")
        if value.shape == right.shape and not np.isposinf(value[np.isposinf(right)]).all():
            raise Misconception("loss-for-sale")
        NEAR.judge(value, right, wrong, "the prices")


@EXERCISE.check("q6")
def the_choice_earns_most(answer, rng):
    choice, price = (expect_number(answer.get(name), name) for name in ("CHOICE", "NEXT_PRICE"))
    names = ("WIDTHS", "TRAIN_LOSS", "VAL_LOSS", "VAL_ACCURACY", "TEST_ACCURACY", "DOLLARS_PER_EPOCH")
    widths, training, validation, checked, test, per_epoch = map(EXERCISE.given, names)
    value_of_a_point = EXERCISE.given("VALUE_OF_A_POINT")

    def weigh(epochs, accuracies=checked):
        """Accuracy and price of each width, the price of a point at each step, and the width that earns most."""
        accuracy, dollars = accuracies.mean(axis=1)[range(len(widths)), epochs - 1], 30 * epochs * per_epoch
        best = int((100 * accuracy * value_of_a_point - dollars).argmax())
        return accuracy, dollars, np.diff(dollars) / (100 * np.diff(accuracy)), best

    epochs, on_training = (losses.mean(axis=1).argmin(axis=1) + 1 for losses in (validation, training))
    accuracy, dollars, steps, right = weigh(epochs)
    if choice in range(len(widths)):
        raise Misconception("place-for-width")
    if choice not in widths:
        raise Wrong(say("one-of-the-widths", known=", ".join(map(str, widths))))
    wrong = {"most-accurate": widths[accuracy.argmax()], "cheapest": widths[dollars.argmin()]}
    by_accuracy, everything = checked.mean(axis=1).argmax(axis=1) + 1, 0 * epochs + checked.shape[2]
    ways = {"picked-on-the-training-loss": on_training, "all-epochs-paid": everything}
    EXACT.name(answer.get("EPOCHS"), epochs, ways | {"picked-on-the-accuracy": by_accuracy})
    judge_constant(choice, widths[right], wrong, "CHOICE", otherwise=say("not-the-best"))
    wrong = {
        "price-of-the-step-before": steps[right - 1],
        "chosen-on-the-test-set": weigh(epochs, test)[2][right],
        "picked-on-the-accuracy": weigh(by_accuracy)[2][right],
        "all-epochs-paid": weigh(everything)[2][right],
        "another-span": [steps[right] * share for share in (1 / 30, 12, 365 / 30, 12 / 365, 365)],
        "what-the-width-earns": (100 * accuracy * value_of_a_point - dollars)[right],
    }
    if 1e-3 * steps[right] < abs(price - steps[right]) < 0.02 * steps[right]:
        raise Misconception("price-rounded")
    judge_constant(price, steps[right], wrong, "NEXT_PRICE", Tolerance(1e-3, 0), say("not-the-next-price"))
    judge_constant(
        answer.get("EPOCHS"), epochs, {"epochs-from-zero": [epochs - 1]}, "EPOCHS", EXACT, say("not-the-epochs")
    )


def _prepare(answer, images, labels, classes):
    with keep_inputs(answer, "prepare", images, labels, classes) as value:
        parts = expect_parts(value, "X, Y")
    X, Y = (getattr(part, "shape", ()) for part in parts)
    if X == (len(labels), classes) != Y == (len(images), images[0].size):
        raise Misconception("labels-first")
    return parts


def _judge_rows(value, images):
    (N, h, w), pixels = images.shape, images.reshape(len(images), -1).astype(float)
    array, rows = as_array(value, "X"), pixels / 255
    if N > 1 and array.shape == rows.shape[::-1]:
        raise Misconception("columns-for-rows")
    if array.shape in (images.shape, (*images.shape, 1)):
        raise Misconception("not-flattened")
    other_ranges = [pixels / 256, pixels / 127.5 - 1, (pixels - 127.5) / 255, pixels / 128, pixels / 100, pixels / 254]
    wrong = {
        "pixels-in-another-order": [
            order.reshape(rows.shape) / 255 for order in (images.transpose(0, 2, 1), images.reshape(h * w, N).T)
        ],
        "another-range": other_ranges,
        "scaled-by-the-own-maximum": [pixels / pixels.max(), pixels / pixels.max(axis=1, keepdims=True)],
        "integer-division": np.floor(rows),
        "not-scaled": pixels,
    }
    NEAR.name(array, rows, wrong)
    if N > 1 and array.shape == rows.shape and abs(array.mean()) < 1e-3:
        raise Misconception("scaled-by-the-own-mean")
    if N > 1 and array.shape == rows.shape:
        NEAR.name(array, rows, {"scaled-image-by-image": rows * (array.sum(axis=1) / rows.sum(axis=1))[:, None]})
    NEAR.expect(array, rows, "X")


def _judge_labels(value, labels, classes):
    array, rows = as_array(value, "Y"), np.eye(classes)[labels]
    if array.shape in (labels.shape, (len(labels), 1)):
        raise Misconception("labels-left-as-numbers")
    if NEAR.same(array, rows.T):
        raise Misconception("columns-for-rows")
    if array.ndim == 2 and array.shape[1] in {labels.max() + 1, len(np.unique(labels))} - {classes}:
        raise Misconception("width-of-what-occurs")
    NEAR.judge(array, rows, {"classes-from-one": [np.roll(rows, k, axis=1) for k in (-1, 1)]}, "Y")


def _expect_float32(value):
    if not isinstance(value, np.ndarray) or value.dtype != np.float32:
        raise Misconception("not-float32")


def _only_behind(labels, cut):
    return np.setdiff1d(labels[cut:], labels[:cut])


def _judge_counts(answer, shape, layers, wrong):
    """wrong: the misconceptions that show in these layers, each a way of count_parameters, or several."""
    right = recipes.count_parameters(shape, layers)
    named = {"one-number-for-all": [sum(right), [sum(right)]], "zeros-left-out": [[n for n in right if n]]}
    for name in wrong:
        ways = name, *recipes.MORE_WAYS.get(name, [])
        named[name] = [recipes.count_parameters(shape, layers, way) for way in ways]
    COUNT.judge(answer.call("count_parameters", shape, layers), right, named, "the counts")


def _draw_convolutions(rng):
    """Two convolutions with kernels that aren't square, and the shape of the map before them."""
    channels, *filters = (2 + rng.permutation(7)[:3]).tolist()
    kernels = [(2 + rng.permutation(3)[:2]).tolist() for _ in range(2)]
    shape = (int(rng.integers(24, 30)), int(rng.integers(31, 37)), channels)
    return [("conv", n, *kernel) for n, kernel in zip(filters, kernels, strict=True)], shape


def _draw_network(rng, hidden, rows=12):
    """sizes (all different), weights for them, inputs, one-hot labels, a learning rate."""
    sizes = [int(rng.integers(5, 9)), *(10 + rng.permutation(8)[:hidden]).tolist(), int(rng.integers(3, 5))]
    weights = []
    for n, m in zip(sizes, sizes[1:], strict=False):
        weights += [rng.normal(size=(n, m)) * (2 / n) ** 0.5, rng.normal(size=m)]
    weights, x = [array.astype(np.float32) for array in weights], rng.normal(size=(rows, sizes[0])).astype(np.float32)
    y = np.eye(sizes[-1], dtype=np.float32)[np.r_[np.arange(sizes[-1]), rng.integers(0, sizes[-1], rows - sizes[-1])]]
    return sizes, weights, x, y, float(rng.uniform(0.005, 0.05))


def _without_first(rng, x):
    other = rng.normal(size=x.shape).astype(np.float32)
    other[:, 0] = 0
    return other


def _train(answer, sizes, rate, weights, batches):
    done = answer.call(drivers.train_keras_model, Learner("build_model"), sizes, rate, weights, batches)
    shapes = [array.shape for array in weights]
    match done.get("stopped"):
        case "type":
            raise Wrong(say("no-keras-model"))
        case "compiled":
            raise Misconception("not-compiled")
        case "shapes":
            came = [tuple(shape) for shape in done["shapes"]]
            if len(came) < len(shapes):
                kernels = [[shape for shape in some if len(shape) == 2] for some in (came, shapes)]
                raise Misconception("layers-without-bias" if kernels[0] == kernels[1] else "layers-left-out")
            if len(came) > len(shapes):
                raise Misconception("layers-added")
            raise Wrong(say("weights-of-other-shapes", sizes=tuple(sizes), came=came, shapes=shapes))
        case "loss":
            if done["sparse"]:
                raise Misconception("labels-as-numbers-expected")
            raise Wrong(say("no-test-on-one-hot-labels", error=done["error"]))
    return done


def _flat(arrays):
    return np.concatenate([np.asarray(array, dtype=np.float64).ravel() for array in arrays])


def _draw_weights(rng, shapes):
    weights = []
    for shape in shapes:
        weights += [rng.normal(size=shape).astype(np.float32), rng.normal(size=shape[-1]).astype(np.float32)]
    return weights


def _draw_positions(rng, layers):
    return np.cumsum(rng.integers(2, 4, size=layers)).tolist()


def _convert(answer, weights, positions, *map_shape):
    """What to_torch_state gives, as the driver tells it, if its names are right."""
    done = answer.call(drivers.convert_and_overwrite, Learner("to_torch_state"), weights, positions, *map_shape)
    if "stopped" in done:
        raise Wrong(say("state-is-no-dictionary", kind=done["stopped"]))
    kinds, layers = ("weight", "bias"), len(positions)
    right, counted = ({f"{i}.{kind}" for i in places for kind in kinds} for places in (positions, range(layers)))
    names = set(done["state"])
    if names == right:
        return done
    if names in (counted, {f"{i}.{kinds[i % 2]}" for i in range(2 * layers)}):
        raise Misconception("layers-counted")
    if any("kernel" in str(name) for name in names):
        raise Misconception("keras-names")
    came, should = (", ".join(sorted(map(str, some))) for some in (names, right))
    raise Wrong(say("other-names", came=came, should=should))


def _reorder(h, w, c) -> np.ndarray:
    """Where PyTorch's flattened map of that shape finds its numbers in that of Keras."""
    return np.arange(h * w * c).reshape(h, w, c).transpose(2, 0, 1).ravel()


def _judge_layers(state, weights, positions):
    for position, kernel, bias in zip(positions, weights[::2], weights[1::2], strict=True):
        right = np.moveaxis(kernel, (-1, -2), (0, 1))
        wrong = {
            "kernel-as-it-was": kernel,
            "reshaped-not-transposed": kernel.reshape(right.shape),
            "height-and-width-swapped": kernel.T,
            "inputs-before-outputs": np.moveaxis(kernel, (-2, -1), (0, 1)),
        }
        NEAR.judge(state[f"{position}.weight"], right, wrong, f"{position}.weight")
        NEAR.expect(state[f"{position}.bias"], bias, f"{position}.bias")


def _draw_data(rng):
    """X, one-hot Y, a seed, and the number of steps of an epoch (at least 3, the last batch smaller)."""
    n, d, classes = int(rng.integers(18, 24)), int(rng.integers(4, 7)), int(rng.integers(2, 4))
    return rng.normal(size=(n, d)), np.eye(classes)[rng.integers(0, classes, n)], int(rng.integers(1000)), -(-n // 8)


def _save(answer, X, Y, never, after):
    """What save_run says of a run that stands where `never` does, if the run in it trains as the given one does."""
    kept = ("X", "Y", "batch_size", "rate", "rng")
    fields = {name: copy.copy(value) for name, value in vars(never).items() if name not in kept}
    fields["generator"] = never.rng.bit_generator.state
    right = [never.step() for _ in range(after)]
    saved = answer.call(drivers.save_run, Learner("save_state"), Learner("Run"), X, Y, fields, after)
    if "stopped" in saved:
        raise Misconception("generator-itself-saved")
    if not NEAR.same(saved["twin"], never.W):
        raise Wrong(say("run-changed"))
    if not np.array_equal(saved["W"], saved["twin"]):
        raise Misconception("saving-changes-the-run")
    if not isinstance(saved["state"], dict):
        raise Misconception("no-dictionary")
    values = [part for part in _walk(saved["state"]) if not isinstance(part, (list, tuple))]
    numbers = sum(len(one) // 8 if isinstance(one, str) else np.size(one) for one in values)  # 8 characters: a number
    if numbers < never.W.size:
        raise Misconception("state-kept-elsewhere")
    return saved, {**fields, "generator": repr(fields["generator"])}, right


def _expect_resumed(answer, X, Y, seed, before, load=0) -> dict:
    """Save after `before` steps, load in a fresh session (load=1: the second time there): all goes on as it should.

    What should come is computed here, so that nothing that the session reports can earn the point.
    """
    after, never = 2 * -(-len(X) // 8) + 1, EXERCISE.given("Run")(X, Y, seed)
    for _ in range(before):
        never.step()
    saved, then, right = _save(answer, X, Y, never, after)
    loading = Learner("load_state"), Learner("Run"), X, Y, seed + 1, saved["state"], after
    runs = answer.fresh().call(drivers.resume_run, *loading)
    resumed = runs[load]
    to_the_last_bit = saved["losses"] == resumed["losses"] and np.array_equal(saved["W"], resumed["W"])
    if to_the_last_bit and SAME_RUN.same(resumed["losses"], right):
        return saved
    if load and saved["losses"] == runs[0]["losses"]:
        raise Misconception("loading-hands-the-state-over")
    now = resumed["fields"]
    if resumed["returned"] and not NEAR.same(now.get("W"), then["W"]):
        raise Misconception("another-run-returned")
    differing = {name for name in then if not _equal(now.get(name), then[name])}
    nearly = Tolerance(1e-4, 1e-6)
    if before and any(nearly.same(now.get(name), then[name]) for name in differing & {"W", "m", "v"}):
        raise Misconception("state-rounded")
    for name, fields in {
        "weights-not-restored": {"W"},
        "moments-forgotten": {"m", "v"},
        "step-count-forgotten": {"steps"},
        "epoch-forgotten": {"epoch"},
        "generator-forgotten": {"generator"},
        "place-in-the-epoch-forgotten": {"position", "order"},
    }.items():
        if differing & fields:
            raise Misconception(name)
    EXACT.expect(resumed["losses"], right, "the losses")
    EXACT.expect(resumed["W"], never.W, "W")
    raise Wrong(say("not-to-the-last-bit"))


def _walk(state):
    """All parts of a state at every depth: numbers, texts, arrays, and lists both as a whole and item by item."""
    if not isinstance(state, dict):
        yield state
    if isinstance(state, (dict, list, tuple)):
        for item in state.values() if isinstance(state, dict) else state:
            yield from _walk(item)


def _equal(one, other) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_equal(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(_equal, one, other))
    return np.array_equal(one, other)


def _t(differences):
    return differences.mean() / (differences.std(ddof=1) / len(differences) ** 0.5)
