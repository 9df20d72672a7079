"""Exercise 05: images to rows, counting parameters, a Keras model, its weights in PyTorch, exact resuming, a purchase."""

from __future__ import annotations

import itertools

import numpy as np

from autograder.answers import Exercise, Learner, Misconception, Wrong, as_array, drivers, expect_close, is_close

RTOL, ATOL = 1e-5, 1e-6  # for what is computed in float32 or float64; a training of Keras gets more, in its check
EXERCISE = Exercise.beside(__file__)
say = EXERCISE.say


@EXERCISE.check("q1")
def pixels_become_rows_between_0_and_1(answer, rng):
    for N in (int(rng.integers(3, 7)), 1):
        h, w = 3 + rng.permutation(5)[:2]
        images = rng.integers(1, 200, size=(N, h, w), dtype=np.uint8)  # not up to 255: an own maximum shows
        images[0, 0, :2] = 0, 199
        labels = rng.integers(0, 4, size=N)
        value = _pair(_call_and_compare_inputs(answer, "prepare", images, labels, 5))[0]
        rows = images.reshape(N, h * w) / 255.0
        _diagnose_rows(value, rows, images)
        if not isinstance(value, np.ndarray) or value.dtype != np.float32:
            raise Misconception("not-float32")
    black = np.zeros((2, h, w), dtype=np.uint8)
    expect_close(_pair(answer.call("prepare", black, np.array([1, 0]), 2))[0], np.zeros((2, h * w)), what="X")


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
        value = _pair(_call_and_compare_inputs(answer, "prepare", images, labels, classes))[1]
        rows = np.eye(classes)[labels.astype(int)]
        if as_array(value, "Y").shape != rows.shape or not is_close(value, rows):
            _diagnose_labels(as_array(value, "Y"), rows, labels.astype(int), classes)
        expect_close(value, rows, RTOL, ATOL, "Y")
        if not isinstance(value, np.ndarray) or value.dtype != np.float32:
            raise Misconception("not-float32")


@EXERCISE.check("q1")
def validation_is_what_lies_at_the_end(answer, rng):
    for share in (0.25, 0.375, 0.75):  # exact in binary
        n = 8 * int(rng.integers(3, 6)) + 3  # n * (1 - share) isn't whole
        cut = int(n * (1 - share))
        labels = np.sort(rng.integers(0, 9, size=n))[:: rng.choice([-1, 1])]
        labels[cut - 1 : cut + 1] = 20, 21  # 20 is just trained, 21 is not
        labels[[0, -1]] = 10  # in both parts
        trained, validated = set(labels[:cut].tolist()), set(labels[cut:].tolist())
        value = answer.call("find_untrained", labels, share)
        found = as_array(value, "the classes").ravel()
        right = sorted(validated - trained)
        first, rest = set(labels[: n - cut].tolist()), set(labels[n - cut :].tolist())
        wrong = {
            "validation-from-the-front": sorted(first - rest),
            "all-that-is-validated": sorted(validated),
            "trained-never-validated": sorted(trained - validated),
            "cut-one-off": sorted(set(labels[cut + 1 :].tolist()) - set(labels[: cut + 1].tolist())),
        }
        if sorted(found) != right and sorted(found) == sorted(
            set(labels[cut - 1 :].tolist()) - set(labels[: cut - 1].tolist())
        ):
            raise Misconception("cut-one-off")
        for name, recipe in wrong.items():
            if sorted(set(found)) == recipe != right:
                raise Misconception(name)
        expect_close(found, right, what="the classes")
    expect_close(as_array(answer.call("find_untrained", np.array([2, 1, 1, 2]), 0.5)), [], what="the classes")
    expect_close(as_array(answer.call("find_untrained", np.array([2, 1, 0]), 0.75)), [0, 1, 2], what="the classes")


@EXERCISE.check("q2")
def dense_layers_have_weights_and_biases(answer, rng):
    for _ in range(2):
        h, w, *units = (rng.permutation(20)[:5] + 2).tolist()
        layers = [("flatten",), *(("dense", n) for n in units)]
        _diagnose_counts(answer, (h, w, 1), layers, ("no-biases", "a-bias-for-each-input"))


@EXERCISE.check("q2")
def a_kernel_is_the_same_everywhere(answer, rng):
    for _ in range(2):
        layers, shape = _draw_convolutions(rng)
        wrong = (
            "no-biases",
            "kernel-without-channels",
            "a-bias-for-each-input",
            "weights-at-each-place",
            "height-for-width",
        )
        _diagnose_counts(answer, shape, layers, wrong)


@EXERCISE.check("q2")
def the_map_shrinks_on_its_way(answer, rng):
    wrong = ("map-keeps-its-size", "pooling-ignored", "pooling-rounded-up", "height-for-width")
    for p in (0, 2, 3):
        counts = []
        while len(set(counts)) <= (len(wrong) if p else 0):  # until all of them tell
            layers, shape = _draw_convolutions(rng)
            layers = [layers[0], ("pool", p), layers[1], ("pool", 2)] if p else layers  # without: no rounding down
            layers = [*layers, ("flatten",), ("dense", int(rng.integers(3, 9)))]
            counts = [tuple(_count(shape, layers, mode)) for mode in ("", *wrong)]
        _diagnose_counts(answer, shape, layers, wrong)


@EXERCISE.check("q2", hidden=True)
def counting_builds_nothing(answer, rng):
    n = 100_000 + int(rng.integers(10_000))
    layers = [("conv", 700, 5, 3), ("pool", 2), ("flatten",), ("dense", n), ("dense", 2 * n)]
    value = as_array(answer.call("count_parameters", [404, 803, 3], layers), "the counts")
    if not np.array_equal(value, right := np.array(_count((404, 803, 3), layers), dtype=float)):
        expect_close(value, right, 0, 0, "the counts")
    expect_close(as_array(answer.call("count_parameters", (4, 4, 1), []), "the counts").ravel(), [], what="the counts")


@EXERCISE.check("q3")
def the_model_gives_logits(answer, rng):
    for hidden in (1, 3):
        sizes, weights, x, y, rate = _draw_network(rng, hidden)
        value, logits = _train(answer, sizes, rate, weights, [(x, y)])["outputs"], _forward(weights, x)
        linear = x
        for W, b in zip(weights[::2], weights[1::2], strict=True):
            linear = linear @ W + b
        wrong = {
            "softmax-at-the-end": _softmax(logits),
            "sigmoid-at-the-end": _sigmoid(logits),
            "relu-at-the-end": np.maximum(logits, 0),
            "nothing-between-the-layers": linear,
        }
        others = (
            np.tanh,
            _sigmoid,
            lambda z: z * _sigmoid(z),
            lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),
        )
        if any(_near(value, _forward(weights, x, activation)) for activation in others):
            raise Misconception("another-activation")
        _name_if_met(value, logits, wrong)
        expect_close(value, logits, 1e-3, 1e-3, "the outputs")


@EXERCISE.check("q3")
def the_loss_holds_for_extreme_logits(answer, rng):
    sizes, weights, x, _, rate = _draw_network(rng, 1, rows=24)
    weights[-2] *= 80  # logits of some hundreds
    logits, C = _forward(weights, x), sizes[-1]
    top = logits.argmax(axis=1)
    labels = np.where(np.arange(24) < rng.integers(8, 17), top, (top + rng.integers(1, C, size=24)) % C)
    y = np.eye(C, dtype=np.float32)[labels]
    tested = _train(answer, sizes, rate, weights, [(x, y)])["tested"]
    each = -_log_softmax(logits)[y == 1]
    clipped = np.clip(logits / logits.sum(axis=1, keepdims=True), 1e-7, 1 - 1e-7)
    binary = np.maximum(logits, 0) - logits * y + np.log1p(np.exp(-np.abs(logits)))
    wrong = {
        "logits-taken-for-probabilities": -np.log(clipped[y == 1]).mean(),
        "sum-over-the-batch": each.sum(),
        "squared-error": ((logits - y) ** 2).mean(),
        "each-class-for-itself": binary.mean(),
    }
    loss = tested.pop("loss", None)
    _name_if_met(loss, each.mean(), wrong)
    expect_close(loss, each.mean(), 1e-3, 1e-3, "the loss")
    if not tested:
        raise Misconception("accuracy-not-reported")
    if not any(is_close(metric, (labels == top).mean(), 1e-4) for metric in tested.values()):
        raise Misconception("another-accuracy")


@EXERCISE.check("q3")
def the_weights_move_as_adam_says(answer, rng):
    sizes, weights, x, y, rate = _draw_network(rng, 1)
    x[:, 0] = 0  # so that the first row of the first kernel has no gradient
    batches = [(x, y), (_without_first(rng, x), y[rng.permutation(len(y))])]
    steps = _train(answer, sizes, rate, weights, [(x, y), *batches])["trained"]
    if not np.array_equal(np.asarray(steps[-1][0])[0], weights[0][0]):
        raise Misconception("weights-decay")
    right = _adam(weights, batches, rate)
    for step, other in zip(steps, right, strict=True):
        moves = [(_flat(step) - _flat(weights)) / rate, (_flat(other) - _flat(weights)) / rate]
        if _near(moves[0] * rate / 0.001, (_flat(_adam(weights, batches, 0.001)[0]) - _flat(weights)) / 0.001, 0.02):
            raise Misconception("rate-ignored")
        gradient = _flat(_gradients(weights, *batches[0]))
        if _near(moves[0], -gradient, 0.02 * np.abs(gradient).max()):
            raise Misconception("plain-gradient-descent")
        expect_close(moves[0], moves[1], 0.02, 0.02, "movement of the weights / rate")


@EXERCISE.check("q3", hidden=True)
def each_call_builds_a_new_model(answer, rng):
    sizes, _, x, y, rate = _draw_network(rng, 2)
    done = answer.call(drivers.build_keras_twice, Learner("build_model"), sizes, rate, x, y)
    if "stopped" in done:
        raise Misconception("models-share-weights")
    seen = [_flat(weights) for weights in done["seen"]]
    if len({len(weights) for weights in seen}) != 1 or not np.array_equal(seen[0], seen[1]):
        raise Misconception("models-share-weights")
    if np.array_equal(seen[1], seen[2]):
        raise Wrong(say("second-model-does-not-train"))
    sizes, weights, x, y, rate = _draw_network(rng, 0)
    done = _train(answer, sizes, rate, weights, [(x, y)])
    expect_close(done["outputs"], _forward(weights, x), 1e-3, 1e-3, "the outputs")
    if any(np.ndim(array) == 2 and np.ptp(array) == 0 for array in done["fresh"]):
        raise Misconception("all-begin-alike")


@EXERCISE.check("q4")
def dense_kernels_have_their_outputs_first(answer, rng):
    a, b, c = (3 + rng.permutation(6)[:3]).tolist()
    weights, positions = _draw_weights(rng, [(a, b), (b, b), (b, c)]), _draw_positions(rng, 3)
    state = _convert(answer, weights, positions)["state"]
    _diagnose_names(state, positions)
    for position, kernel, bias in zip(positions, weights[::2], weights[1::2], strict=True):
        value = state[f"{position}.weight"]
        wrong = {"kernel-as-it-was": kernel, "reshaped-not-transposed": kernel.reshape(kernel.shape[::-1])}
        _name_if_met(value, kernel.T, wrong)
        expect_close(value, kernel.T, RTOL, ATOL, f"{position}.weight")
        expect_close(state[f"{position}.bias"], bias, RTOL, ATOL, f"{position}.bias")


@EXERCISE.check("q4")
def convolution_kernels_move_their_axes(answer, rng):
    a, b, c, d, e = (2 + rng.permutation(6)[:5]).tolist()
    weights, positions = _draw_weights(rng, [(a, b, c, d), (d, d, d, d), (d, e)]), _draw_positions(rng, 3)
    state = _convert(answer, weights, positions, None)["state"]
    _diagnose_names(state, positions)
    for position, kernel, bias in zip(positions, weights[::2], weights[1::2], strict=True):
        value, right = state[f"{position}.weight"], kernel.T
        if kernel.ndim == 4:
            right = np.moveaxis(kernel, (3, 2), (0, 1))
            wrong = {
                "kernel-as-it-was": kernel,
                "reshaped-not-transposed": kernel.reshape(right.shape),
                "height-and-width-swapped": kernel.T,
                "inputs-before-outputs": np.moveaxis(kernel, (2, 3), (0, 1)),
            }
            _name_if_met(value, right, wrong)
        expect_close(value, right, RTOL, ATOL, f"{position}.weight")
        expect_close(state[f"{position}.bias"], bias, RTOL, ATOL, f"{position}.bias")


@EXERCISE.check("q4")
def a_flattened_map_changes_its_order(answer, rng):
    for convolutions in ([], [(2, 3, 1), (1, 2)]):
        h, w, c = (2 + rng.permutation(4)[:3]).tolist()
        n, channels = h * w * c, [2, 4, c][-len(convolutions) - 1 :]
        shapes = [(a, b, channels[i], channels[i + 1]) for i, (a, b, *_) in enumerate(convolutions)]
        weights, positions = _draw_weights(rng, [*shapes, (n, n), (n, 3)]), _draw_positions(rng, len(shapes) + 2)
        state = _convert(answer, weights, positions, (h, w, c))["state"]
        _diagnose_names(state, positions)
        first, second = weights[2 * len(shapes)], weights[2 * len(shapes) + 2]
        value, later = (state[f"{position}.weight"] for position in positions[-2:])
        order = np.arange(n).reshape(h, w, c).transpose(2, 0, 1).ravel()
        orders = [np.arange(n).reshape(h, w, c).transpose(axes).ravel() for axes in itertools.permutations(range(3))]
        orders += [np.argsort(order), np.arange(n).reshape(c, h, w).transpose(0, 2, 1).ravel()]
        if _near(value, first.T) or _near(value, first.reshape(n, n).T[order]):
            raise Misconception("map-order-ignored")
        if not _near(value, first[order].T) and any(_near(value, first[other].T) for other in orders):
            raise Misconception("map-order-mixed-up")
        expect_close(value, first[order].T, RTOL, ATOL, f"{positions[-2]}.weight")
        if _near(later, second[order].T):
            raise Misconception("later-layers-reordered")
        expect_close(later, second.T, RTOL, ATOL, f"{positions[-1]}.weight")
        for position, kernel, bias in zip(positions, weights[::2], weights[1::2], strict=True):
            if kernel.ndim == 4:
                expect_close(
                    state[f"{position}.weight"], np.moveaxis(kernel, (3, 2), (0, 1)), RTOL, ATOL, f"{position}.weight"
                )
            expect_close(state[f"{position}.bias"], bias, RTOL, ATOL, f"{position}.bias")


@EXERCISE.check("q4")
def each_array_is_a_copy_in_c_order(answer, rng):
    a, b, c = (2 + rng.permutation(5)[:3]).tolist()
    networks = [
        ([(a, b, 1, c), (4 * c, 3), (3, 4)], (2, 2, c)),
        ([(1, b), (b, 1), (1, 1)], None),
        ([(1, 1, 1, 1)], None),
    ]
    for shapes, map_shape in networks:
        weights, positions = _draw_weights(rng, shapes), _draw_positions(rng, len(shapes))
        done = _convert(answer, weights, positions, map_shape)
        _diagnose_names(done["state"], positions)
        if done["changed"]:
            raise Misconception("changes-the-weights")
        if any(not np.array_equal(done["state"][name], done["later"][name]) for name in done["state"]):
            raise Misconception("views-not-copies")
        if not all(done["ordered"].values()):
            raise Misconception("memory-in-the-old-order")


@EXERCISE.check("q5")
def a_run_goes_on_from_the_end_of_an_epoch(answer, rng):
    X, Y, seed, steps = _draw_data(rng)
    _expect_resumed(answer, X, Y, seed, steps * int(rng.integers(2, 5)))


@EXERCISE.check("q5")
def a_run_goes_on_within_an_epoch(answer, rng):
    X, Y, seed, steps = _draw_data(rng)
    _expect_resumed(answer, X, Y, seed, steps * int(rng.integers(1, 4)) + 1)
    _expect_resumed(answer, X, Y, seed, steps - 1)


@EXERCISE.check("q5")
def a_saved_state_stands_still(answer, rng):
    X, Y, seed, steps = _draw_data(rng)
    saved = _save(answer, X, Y, seed, steps + 2, 5)
    if not _equal(saved["state"], saved["later"]):
        raise Misconception("state-moves-on")
    parts = list(_walk(saved["state"]))
    if any(_equal(part, data) for part in parts for data in (X, Y, X.tolist(), Y.tolist())):
        raise Misconception("data-in-the-state")
    values = [part for part in parts if not isinstance(part, (list, tuple))]
    numbers = sum(len(one) // 8 if isinstance(one, str) else np.size(one) for one in values)  # 8 characters: a number
    if numbers < 3 * X.shape[1] * Y.shape[1]:  # W, m and v
        raise Misconception("state-kept-elsewhere")


@EXERCISE.check("q5", hidden=True)
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
        means = losses.mean(axis=1)
        filled = np.where(np.isnan(means), np.inf, means)
        right = np.where(np.isfinite(filled).any(axis=1), filled.argmin(axis=1) + 1, 0)
        value = as_array(answer.call("pick_epochs", losses), "the epochs")
        wrong = {
            "epochs-from-zero": right - 1,
            "luckiest-seed": np.where(np.isnan(losses), np.inf, losses).min(axis=1).argmin(axis=1) + 1,
            "largest-loss": means.argmax(axis=1) + 1,
        }
        if trial > 2:
            passed = np.where(np.isnan(losses), 0, losses).sum(axis=1) / np.maximum(1, (~np.isnan(losses)).sum(axis=1))
            passed = np.where(np.isnan(losses).all(axis=1), np.inf, passed)
            wrong = {"nan-passed-over": passed.argmin(axis=1) + 1, **wrong}
            picked = value.astype(int) - 1 if value.shape == (R,) else np.full(R, -1)
            if any(0 <= k < E and np.isnan(row[k]) for row, k in zip(means, picked, strict=True)) and not is_close(
                value, wrong["nan-passed-over"]
            ):
                raise Misconception("nan-picked")
        _name_if_met(value, right, wrong)
        expect_close(value, right, 0, 0, "the epochs")


@EXERCISE.check("q6")
def the_rise_is_measured_against_its_spread(answer, rng):
    for _ in range(3):
        S, E = int(rng.integers(3, 9)), int(rng.integers(8, 15))
        losses = rng.uniform(0.5, 3, (S, 1)) + rng.normal(scale=0.2, size=(S, E)).cumsum(axis=1)
        epoch = int(rng.integers(2, E - 1))
        value = answer.call("overfitting_t", losses, epoch)
        right = _t(losses[:, -1] - losses[:, epoch - 1])
        a, b = losses[:, -1], losses[:, epoch - 1]
        wrong = {
            "spread-of-one-seed": right / S**0.5,
            "divided-by-S": right * (S / (S - 1)) ** 0.5,
            "seeds-not-paired": (a.mean() - b.mean()) / ((a.var(ddof=1) + b.var(ddof=1)) / S) ** 0.5,
            "epoch-off-by-one": _t(losses[:, -1] - losses[:, epoch]),
            "fall-for-rise": -right,
        }
        if _near(value, right * (S / (S - 1)) ** 0.5 / S**0.5, RTOL):
            raise Misconception("divided-by-S")
        _name_if_met(value, right, wrong, RTOL)
        expect_close(value, right, RTOL, ATOL, "t")
    value = as_array(answer.call("overfitting_t", losses, E), "t")
    if value.size != 1 or value != 0:
        raise Misconception("nothing-to-test")


@EXERCISE.check("q6")
def a_further_point_has_its_price(answer, rng):
    for trial in range(3):
        R = int(rng.integers(4, 7))
        accuracy, dollars = 0.8 + np.cumsum(rng.uniform(0.005, 0.03, R)), np.cumsum(rng.uniform(50, 900, R))
        if trial == 2:
            accuracy[1], accuracy[3] = accuracy[0], accuracy[2] - 0.004  # nothing gained, then something lost
        points, more = 100 * np.diff(accuracy), np.diff(dollars)
        with np.errstate(all="ignore"):
            signed = more / points
            right = np.where(points > 0, signed, np.inf)
            wrong = {
                "shares-for-points": right * 100,
                "whole-price": dollars[1:] / points,
                "against-the-first": (dollars[1:] - dollars[0]) / (100 * (accuracy[1:] - accuracy[0])),
                "points-for-a-dollar": points / more,
                "loss-for-sale": signed,
            }
        value = answer.call("price_of_points", accuracy, dollars)
        if (
            trial == 2
            and as_array(value, "the prices").shape == right.shape
            and not np.isposinf(as_array(value)[[0, 2]]).all()
        ):
            raise Misconception("loss-for-sale")
        _name_if_met(value, right, wrong, RTOL)
        expect_close(value, right, RTOL, ATOL, "the prices")


@EXERCISE.check("q6")
def the_choice_earns_most(answer, rng):
    choice, price = (_number(answer.get(name), name) for name in ("CHOICE", "NEXT_PRICE"))
    widths = np.asarray(answer.get("WIDTHS"))
    validation, test = (np.asarray(answer.get(name)) for name in ("VAL_LOSS", "TEST_ACCURACY"))
    per_epoch, value = np.asarray(answer.get("DOLLARS_PER_EPOCH")), answer.get("VALUE_OF_A_POINT")

    def weigh(epochs):
        accuracy, dollars = test.mean(axis=1)[range(len(widths)), epochs - 1], 30 * epochs * per_epoch
        return accuracy, dollars, np.diff(dollars) / (100 * np.diff(accuracy))

    accuracy, dollars, steps = weigh(validation.mean(axis=1).argmin(axis=1) + 1)
    right = int((100 * accuracy * value - dollars).argmax())
    if choice not in widths.tolist():
        known = ", ".join(map(str, widths))
        raise Wrong(say("one-of-the-widths", known=known))
    if choice == widths[accuracy.argmax()] != widths[right]:
        raise Misconception("most-accurate")
    if choice == widths[dollars.argmin()] != widths[right]:
        raise Misconception("cheapest")
    if choice != widths[right]:
        raise Wrong(say("not-the-best"))
    for name, other in {
        "price-of-the-step-before": steps[right - 1],
        "picked-on-the-test-set": weigh(test.mean(axis=1).argmax(axis=1) + 1)[2][right],
    }.items():
        if is_close(price, other, 1e-3) and not is_close(steps[right], other, 1e-3):
            raise Misconception(name)
    if not is_close(price, steps[right], 1e-3):
        raise Wrong(say("not-the-next-price"))


def _pair(value):
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise Wrong(say("no-pair"))
    return value


def _call_and_compare_inputs(answer, name, *args):
    after = answer.call(drivers.call_and_keep_inputs, Learner(name), *args)
    if not all(np.array_equal(now, before) for now, before in zip(after["inputs"], args, strict=True)):
        raise Misconception("changes-its-inputs")
    return after["result"]


def _diagnose_rows(value, rows, images):
    array, (N, h, w) = as_array(value, "X"), images.shape
    if N > 1 and array.shape == rows.shape[::-1]:
        raise Misconception("columns-for-rows")
    if array.shape in (images.shape, (*images.shape, 1)):
        raise Misconception("not-flattened")
    if array.shape == rows.shape:
        orders = [images.transpose(0, 2, 1), images.reshape(h * w, N).T]
        if any(_near(array, order.reshape(rows.shape) / 255) for order in orders) and not _near(array, rows):
            raise Misconception("pixels-in-another-order")
        of_each = images.max(axis=(1, 2)).reshape(-1, 1).astype(float)
        spread = images.reshape(rows.shape).astype(float)
        recipes = {
            "integer-division": np.floor(rows),
            "scaled-by-the-own-maximum": spread / images.max(),
            "not-scaled": spread,
        }
        ranges = [spread / 256, spread / 127.5 - 1, (spread - 127.5) / 255, spread / 128, spread / 100, spread / 254]
        if any(_near(array, one, 1e-5) for one in ranges):
            raise Misconception("another-range")
        if _near(array, spread / of_each, 1e-5):
            raise Misconception("scaled-by-the-own-maximum")
        _name_if_met(array, rows, recipes, 1e-5)
        means = [spread.mean(), spread.mean(axis=0), spread.mean(axis=1, keepdims=True)]
        if any(
            _near(array - array.ravel()[0], (rows - mean / 255) - (rows - mean / 255).ravel()[0], 1e-5)
            for mean in means
        ) and not _near(array, rows):
            raise Misconception("scaled-by-the-own-mean")
        if N > 1 and (abs(array.mean()) < 1e-3 or np.abs(array.mean(axis=0)).max() < 1e-3):
            raise Misconception("scaled-by-the-own-mean")
    expect_close(array, rows, RTOL, ATOL, "X")


def _diagnose_labels(array, rows, labels, classes):
    if array.shape in (labels.shape, (len(labels), 1)):
        raise Misconception("labels-left-as-numbers")
    if array.shape == rows.shape[::-1] != rows.shape and is_close(array.T, rows):
        raise Misconception("columns-for-rows")
    if array.ndim == 2 and array.shape[1] in (labels.max() + 1, len(np.unique(labels))) and array.shape[1] != classes:
        raise Misconception("width-of-what-occurs")
    if array.shape == rows.shape and any(is_close(array, np.roll(rows, k, axis=1)) for k in (-1, 1)):
        raise Misconception("classes-from-one")


def _count(shape, layers, mode="", where=None):
    """Parameters of each layer; `mode` names a wrong way to count. where: the layer to which the mode applies, or all."""
    counts, (h, w, c) = [], shape
    n = None
    for i, (kind, *sizes) in enumerate(layers):
        wrong = mode if where in (None, i) else ""
        if kind == "conv":
            (filters, a, b), count = sizes, 0
            rows, columns = h - a + 1, w - b + 1
            if wrong == "map-keeps-its-size":
                rows, columns = h, w
            elif wrong == "height-for-width":
                rows, columns = h - b + 1, w - a + 1
            depth = 1 if wrong == "kernel-without-channels" else c
            biases = {"no-biases": 0, "a-bias-for-each-input": c}.get(wrong, filters)
            count = a * b * depth * filters + biases
            if wrong == "weights-at-each-place":
                count *= rows * columns
            h, w, c = rows, columns, filters
        elif kind == "pool":
            (p,), count = sizes, 0
            if wrong == "pooling-rounded-up":
                h, w = -(-h // p), -(-w // p)
            elif wrong != "pooling-ignored":
                h, w = h // p, w // p
        elif kind == "flatten":
            n, count = h * w * c, 0
        else:
            biases = {"no-biases": 0, "a-bias-for-each-input": n}.get(wrong, sizes[0])
            count, n = n * sizes[0] + biases, sizes[0]
        counts.append(count)
    return counts


def _draw_convolutions(rng):
    """Two convolutions with kernels that aren't square, and the shape of the map before them."""
    channels, *filters = (2 + rng.permutation(7)[:3]).tolist()
    kernels = [(2 + rng.permutation(3)[:2]).tolist() for _ in range(2)]
    shape = (int(rng.integers(24, 30)), int(rng.integers(31, 37)), channels)
    return [("conv", n, *kernel) for n, kernel in zip(filters, kernels, strict=True)], shape


def _diagnose_counts(answer, shape, layers, wrong):
    value, right = answer.call("count_parameters", shape, layers), _count(shape, layers)
    array = as_array(value, "the counts")
    if array.size == 1 != len(right) and float(array.reshape(())) == sum(right):
        raise Misconception("one-number-for-all")
    if array.shape == (np.count_nonzero(right),) != (len(right),) and is_close(array, [n for n in right if n]):
        raise Misconception("zeros-left-out")
    recipes = {name: _count(shape, layers, name) for name in wrong}
    places = [_place_biases(shape, layers)] if "weights-at-each-place" in wrong else []
    if any(is_close(array, one) for one in places):
        raise Misconception("weights-at-each-place")
    if "pooling-rounded-up" in wrong and _halves_left(shape, layers, array):
        raise Misconception("pooling-rounded-up")
    if "height-for-width" in wrong and any(is_close(array, _square(shape, layers, keep)) for keep in (0, 1)):
        raise Misconception("height-for-width")
    _name_if_met(array, np.array(right, dtype=float), recipes, 1e-9)
    expect_close(array, right, 1e-12, 0, "the counts")


def _place_biases(shape, layers):
    """As _count, but with a bias for each place of the map that a convolution gives."""
    counts, (h, w, _) = _count(shape, layers), shape
    for i, (kind, *sizes) in enumerate(layers):
        if kind == "conv":
            h, w = h - sizes[1] + 1, w - sizes[2] + 1
            counts[i] += sizes[0] * (h * w - 1)
    return counts


def _halves_left(shape, layers, array) -> bool:
    """Whether the last count is that of maps whose sides aren't rounded after a pooling."""
    h, w, c = shape
    for kind, *sizes in layers:
        if kind == "conv":
            h, w, c = h - sizes[1] + 1, w - sizes[2] + 1, sizes[0]
        elif kind == "pool":
            h, w = h / sizes[0], w / sizes[0]
    right = _count(shape, layers)
    return (
        array.shape == (len(right),) and array[-1] != right[-1] and is_close(array[-1], (h * w * c + 1) * layers[-1][1])
    )


def _square(shape, layers, keep):
    """As _count, for someone who takes the kernels' height (keep=0) or width (keep=1) for both."""
    square = [(kind, n, *[(a, b)[keep]] * 2) for kind, n, a, b in (one for one in layers if one[0] == "conv")]
    replaced = iter(square)
    return _count(shape, [next(replaced) if one[0] == "conv" else one for one in layers])


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
            raise Wrong(say("no-keras-model", kind=done["type"]))
        case "compiled":
            raise Misconception("not-compiled")
        case "shapes":
            came = [tuple(shape) for shape in done["shapes"]]
            if sorted(came) == sorted(shape for shape in shapes if len(shape) == 2):
                raise Misconception("layers-without-bias")
            raise Wrong(say("weights-of-other-shapes", sizes=tuple(sizes), came=came, shapes=shapes))
        case "loss":
            if done["sparse"]:
                raise Misconception("labels-as-numbers-expected")
            raise Wrong(say("no-test-on-one-hot-labels", error=done["error"]))
    return done


def _forward(weights, x, activation=lambda z: np.maximum(z, 0)):
    x = np.asarray(x, dtype=np.float64)
    for W, b in zip(weights[:-2:2], weights[1:-2:2], strict=True):
        x = activation(x @ W + b)
    return x @ weights[-2] + weights[-1]


def _log_softmax(z):
    z = z - z.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def _softmax(z):
    return np.exp(_log_softmax(z))


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _gradients(weights, x, y):
    """Of the mean cross-entropy with respect to each weight."""
    inputs = [np.asarray(x, dtype=np.float64)]
    for W, b in zip(weights[:-2:2], weights[1:-2:2], strict=True):
        inputs.append(np.maximum(inputs[-1] @ W + b, 0))
    d, gradients = (_softmax(inputs[-1] @ weights[-2] + weights[-1]) - y) / len(x), []
    for W, given in zip(weights[-2::-2], reversed(inputs), strict=True):
        gradients = [given.T @ d, d.sum(axis=0), *gradients]
        d = (d @ W.T) * (given > 0)
    return gradients


def _adam(weights, batches, rate, epsilon=1e-7):
    """The weights after each step, as Keras computes Adam: with epsilon beside the root of the uncorrected mean square."""
    weights, steps = [np.asarray(w, dtype=np.float64) for w in weights], []
    m, v = ([0 * w for w in weights] for _ in range(2))
    for t, batch in enumerate(batches, start=1):
        alpha = rate * (1 - 0.999**t) ** 0.5 / (1 - 0.9**t)
        for i, g in enumerate(_gradients(weights, *batch)):
            m[i], v[i] = 0.9 * m[i] + 0.1 * g, 0.999 * v[i] + 0.001 * g**2
        weights = [w - alpha * m[i] / (v[i] ** 0.5 + epsilon) for i, w in enumerate(weights)]
        steps.append(weights)
    return steps


def _flat(arrays):
    return np.concatenate([np.asarray(array, dtype=np.float64).ravel() for array in arrays])


def _draw_weights(rng, shapes):
    weights = []
    for shape in shapes:
        weights += [rng.normal(size=shape).astype(np.float32), rng.normal(size=shape[-1]).astype(np.float32)]
    return weights


def _draw_positions(rng, layers):
    return np.cumsum(rng.integers(2, 4, size=layers)).tolist()


def _convert(answer, weights, *args):
    done = answer.call(drivers.convert_and_overwrite, Learner("to_torch_state"), weights, *args)
    if "stopped" in done:
        kind = done["stopped"]
        raise Wrong(say("state-is-no-dictionary", kind=kind))
    return done


def _diagnose_names(state, positions):
    right = {f"{position}.{kind}" for position in positions for kind in ("weight", "bias")}
    if set(state) == right:
        return
    layers = range(len(positions))
    counted = {f"{i}.{kind}" for i in layers for kind in ("weight", "bias")}
    one_by_one = {f"{2 * i}.weight" for i in layers} | {f"{2 * i + 1}.bias" for i in layers}
    if set(state) in (counted, one_by_one):
        raise Misconception("layers-counted")
    if any("kernel" in str(name) for name in state):
        raise Misconception("keras-names")
    came, should = (", ".join(sorted(map(str, names))) for names in (state, right))
    raise Wrong(say("other-names", came=came, should=should))


def _draw_data(rng):
    """X, one-hot Y, a seed, and the number of steps of an epoch (at least 3, the last batch smaller)."""
    n, d, classes = int(rng.integers(18, 24)), int(rng.integers(4, 7)), int(rng.integers(2, 4))
    return rng.normal(size=(n, d)), np.eye(classes)[rng.integers(0, classes, n)], int(rng.integers(1000)), -(-n // 8)


def _save(answer, X, Y, seed, before, after):
    """What save_run says, if the run in it trains as the given one does."""
    saved = answer.call(drivers.save_run, Learner("save_state"), Learner("Run"), X, Y, seed, before, after)
    if "stopped" in saved:
        raise Misconception("generator-itself-saved")
    if not is_close(saved["twin"], _replay(X, Y, seed, before + after), 1e-6, 1e-9):
        raise Wrong(say("run-changed"))
    if not np.array_equal(saved["W"], saved["twin"]):
        raise Misconception("saving-changes-the-run")
    if type(saved["state"]) is not dict:
        raise Misconception("no-dictionary")
    return saved


def _expect_resumed(answer, X, Y, seed, before, load=0):
    """Save after `before` steps; the run that loads the state (load=1: as the second to do so) continues in the same way."""
    after = 2 * -(-len(X) // 8) + 1
    saved = _save(answer, X, Y, seed, before, after)
    runs = answer.call(drivers.resume_run, Learner("load_state"), Learner("Run"), X, Y, seed + 1, saved["state"], after)
    resumed = runs[load]
    if saved["losses"] == resumed["losses"] and np.array_equal(saved["W"], resumed["W"]):
        return
    if load and saved["losses"] == runs[0]["losses"]:
        raise Misconception("loading-hands-the-state-over")
    now, then = resumed["fields"], saved["fields"]
    if resumed["returned"] and not is_close(now.get("W"), then["W"]):
        raise Misconception("another-run-returned")
    differing = {name for name in then if not _equal(now.get(name), then[name])}
    if any(is_close(now.get(name), then[name], 1e-4, 1e-6) for name in differing & {"W", "m", "v"}) and before:
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
    expect_close(resumed["losses"], saved["losses"], 0, 0, "the losses")


def _replay(X, Y, seed, steps):
    """The weights that the given class Run has after so many steps."""
    rng = np.random.default_rng(seed)
    W = rng.normal(size=(X.shape[1], Y.shape[1]))
    m, v, epoch, batches = 0 * W, 0 * W, 0, []
    order = rng.permutation(len(X))
    for t in range(1, steps + 1):
        if t > 1 and not batches:
            epoch, order = epoch + 1, rng.permutation(len(X))
        batches = batches or [order[i : i + 8] for i in range(0, len(X), 8)]
        rows = batches.pop(0)
        x = X[rows] * (rng.random((len(rows), X.shape[1])) < 0.8) / 0.8
        g = x.T @ (_softmax(x @ W) - Y[rows]) / len(rows)
        m, v = m + 0.1 * (g - m), v + 0.001 * (g**2 - v)
        W = W - 0.1 / (1 + 0.2 * epoch) * m / (1 - 0.9**t) / ((v / (1 - 0.999**t)) ** 0.5 + 1e-8)
    return W


def _walk(state):
    """All parts of a state at every depth: numbers, texts, arrays, and lists both as a whole and item by item."""
    if not isinstance(state, dict):
        yield state
    if isinstance(state, (dict, list, tuple)):
        for item in state.values() if isinstance(state, dict) else state:
            yield from _walk(item)


def _equal(one, other) -> bool:
    if isinstance(one, dict):
        return (
            isinstance(other, dict) and one.keys() == other.keys() and all(_equal(one[key], other[key]) for key in one)
        )
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(_equal, one, other))
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return np.shape(one) == np.shape(other) and np.array_equal(one, other)
    return one == other


def _t(differences):
    return differences.mean() / (differences.std(ddof=1) / len(differences) ** 0.5)


def _near(value, recipe, tolerance=1e-4) -> bool:
    return is_close(value, recipe, tolerance, tolerance)


def _name_if_met(value, right, wrong, tolerance=1e-4):
    """Raise the misconception whose recipe gives `value`, unless it can't be told from the right one."""
    for name, recipe in wrong.items():
        if _near(value, recipe, tolerance) and not _near(right, recipe, tolerance):
            raise Misconception(name)


def _number(value, what):
    array = as_array(value, what)
    if array.size != 1:
        expect_close(array, 0.0, what=what)
    return float(array.reshape(()))
