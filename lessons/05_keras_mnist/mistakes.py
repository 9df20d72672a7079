"""Exercise 05: wrong answers that its checks must name, and unusual right ones."""

from proofs.claims import Equivalent, Mistake, Unusual


def _prepare(lines: str, untrained: str = "") -> str:
    header = "def prepare(images, labels, classes):\n"
    return f"{header}{_indent(lines)}\n\ndef find_untrained(labels, share):\n{_indent(untrained or _UNTRAINED)}"


def _untrained(lines: str) -> str:
    return _prepare(_ROWS, lines)


def _counts(lines: str) -> str:
    return f"def count_parameters(input_shape, layers):\n{_indent(lines)}"


def _model(lines: str, before: str = "") -> str:
    return f"{before}def build_model(sizes, rate):\n{_indent(lines)}"


def _state(lines: str) -> str:
    return f"def to_torch_state(weights, positions, map_shape=None):\n{_indent(lines)}"


def _saving(save: str, load: str = "", before: str = "") -> str:
    return f"{before}def save_state(run):\n{_indent(save)}\n\ndef load_state(run, state):\n{_indent(load or _LOAD)}"


def _purchase(pick: str = "", t: str = "", price: str = "", choice: str = "512", beyond: str = "13183.65") -> str:
    functions = {"pick_epochs(val_loss)": pick or _PICK, "overfitting_t(val_loss, epoch)": t or _RISE,
                 "price_of_points(accuracy, dollars)": price or _PRICE}  # fmt: skip
    text = "".join(f"def {header}:\n{_indent(lines)}\n\n" for header, lines in functions.items())
    return f"{text}EPOCHS = pick_epochs(VAL_LOSS)\nCHOICE = {choice}\nNEXT_PRICE = {beyond}\n"


def _indent(lines: str) -> str:
    return "".join(f"    {line}\n" for line in lines.strip("\n").split("\n"))


def _change(lines: str, old: str, new: str) -> str:
    assert old in lines, f"{old!r} is not in the lines to change"
    return lines.replace(old, new)


_ROWS = """
X = images.reshape(len(images), -1).astype(np.float32) / 255
Y = np.zeros((len(labels), classes), dtype=np.float32)
Y[np.arange(len(labels)), labels] = 1
return X, Y
"""
_UNTRAINED = """
cut = int(len(labels) * (1 - share))
return sorted(set(labels[cut:].tolist()) - set(labels[:cut].tolist()))
"""
_COUNT = """
shape, counts = tuple(input_shape), []
for kind, *sizes in layers:
    count = 0
    if kind == "conv":
        (h, w, channels), (filters, a, b) = shape, sizes
        count, shape = (a * b * channels + 1) * filters, (h - a + 1, w - b + 1, filters)
    elif kind == "pool":
        shape = (shape[0] // sizes[0], shape[1] // sizes[0], shape[2])
    elif kind == "flatten":
        shape = (shape[0] * shape[1] * shape[2],)
    else:
        count, shape = (shape[0] + 1) * sizes[0], (sizes[0],)
    counts.append(count)
return counts
"""
_BUILD = """
hidden = [keras.layers.Dense(units, activation="relu") for units in sizes[1:-1]]
model = keras.Sequential([keras.Input((sizes[0],)), *hidden, keras.layers.Dense(sizes[-1])])
model.compile(
    optimizer=keras.optimizers.Adam(rate),
    loss=keras.losses.CategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
return model
"""
_CONVERT = """
state = {}
for position, kernel, bias in zip(positions, weights[::2], weights[1::2]):
    if kernel.ndim == 4:
        kernel = kernel.transpose(3, 2, 0, 1)
    else:
        if map_shape:
            kernel = kernel.reshape(*map_shape, -1).transpose(2, 0, 1, 3).reshape(len(kernel), -1)
            map_shape = None
        kernel = kernel.T
    state[f"{position}.weight"] = np.array(kernel, order="C")
    state[f"{position}.bias"] = bias.copy()
return state
"""
_SAVE = """
return {
    "W": run.W.copy(), "m": run.m.copy(), "v": run.v.copy(), "steps": run.steps, "epoch": run.epoch,
    "position": run.position, "order": run.order.copy(), "rng": run.rng.bit_generator.state,
}
"""
_LOAD = """
run.W, run.m, run.v = state["W"].copy(), state["m"].copy(), state["v"].copy()
run.steps, run.epoch, run.position = state["steps"], state["epoch"], state["position"]
run.order = state["order"].copy()
run.rng.bit_generator.state = state["rng"]
"""
_PICK = """
means = val_loss.mean(axis=1)
means = np.where(np.isnan(means), np.inf, means)
return np.where(np.isfinite(means).any(axis=1), means.argmin(axis=1) + 1, 0)
"""
_RISE = """
rise = val_loss[:, -1] - val_loss[:, epoch - 1]
if epoch == val_loss.shape[1]:
    return 0.0
return rise.mean() / (rise.std(ddof=1) / len(rise) ** 0.5)
"""
_PRICE = """
points, more = 100 * np.diff(accuracy), np.diff(dollars)
return np.where(points > 0, more / np.where(points > 0, points, 1), np.inf)
"""
_SUBCLASS = """
class Network(keras.Model):
    def __init__(self, sizes):
        super().__init__()
        self.last = keras.layers.Dense(sizes[-1], name="last")
        self.hidden = [keras.layers.Dense(units) for units in sizes[1:-1]]

    def call(self, x):
        for layer in self.hidden:
            x = keras.ops.relu(layer(x))
        return self.last(x)

"""
_COMPILE = 'model.compile(keras.optimizers.Adam(rate), keras.losses.CategoricalCrossentropy(from_logits=True), metrics=["accuracy"])'

_PIXELS, _LABELS, _CUT = (
    "pixels_become_rows_between_0_and_1",
    "labels_become_rows_with_a_single_one",
    "validation_is_what_lies_at_the_end",
)
_DENSE, _KERNEL = "dense_layers_have_weights_and_biases", "a_kernel_is_the_same_everywhere"
_MAP, _HUGE = "the_map_shrinks_on_its_way", "counting_builds_nothing"
_LOGITS, _LOSS = "the_model_gives_logits", "the_loss_holds_for_extreme_logits"
_ADAM, _NEW = "the_weights_move_as_adam_says", "each_call_builds_a_new_model"
_OUTPUTS, _AXES = "dense_kernels_have_their_outputs_first", "convolution_kernels_move_their_axes"
_ORDER, _COPY = "a_flattened_map_changes_its_order", "each_array_is_a_copy_in_c_order"
_END, _WITHIN = "a_run_goes_on_from_the_end_of_an_epoch", "a_run_goes_on_within_an_epoch"
_STILL, _AGAIN = "a_saved_state_stands_still", "a_state_can_be_loaded_again"
_PICKED, _T = "the_epochs_are_picked_over_all_seeds", "the_rise_is_measured_against_its_spread"
_POINT, _CHOICE = "a_further_point_has_its_price", "the_choice_earns_most"

MISTAKES = [
    # q1
    Mistake(
        "q1",
        "floor",
        _PIXELS,
        "integer-division",
        _prepare(_change(_ROWS, "astype(np.float32) / 255", "__floordiv__(255).astype(np.float32)")),
    ),
    Mistake(
        "q1", "cast-late", _PIXELS, "integer-division", _prepare(_change(_ROWS, ".astype(np.float32) / 255", " // 255"))
    ),
    Mistake(
        "q1", "own-maximum", _PIXELS, "scaled-by-the-own-maximum", _prepare(_change(_ROWS, "/ 255", "/ images.max()"))
    ),
    Mistake(
        "q1",
        "each-maximum",
        _PIXELS,
        "scaled-by-the-own-maximum",
        _prepare(_change(_ROWS, "/ 255", "/ images.max(axis=(1, 2)).astype(np.float32)[:, None]")),
    ),
    Mistake(
        "q1",
        "min-max",
        _PIXELS,
        "scaled-by-the-own-maximum",
        _prepare(_change(_ROWS, "return", "X = (X - X.min()) / (X.max() - X.min() + 1e-9)\nreturn")),
    ),
    Mistake(
        "q1",
        "standardised",
        _PIXELS,
        "scaled-by-the-own-mean",
        _prepare(_change(_ROWS, "return", "X = (X - X.mean()) / X.std()\nreturn")),
    ),
    Mistake(
        "q1",
        "centred",
        _PIXELS,
        "scaled-by-the-own-mean",
        _prepare(_change(_ROWS, "return", "X = X - X.mean(axis=0)\nreturn")),
    ),
    Mistake("q1", "unscaled", _PIXELS, "not-scaled", _prepare(_change(_ROWS, " / 255", ""))),
    Mistake("q1", "256", _PIXELS, "another-range", _prepare(_change(_ROWS, "/ 255", "/ 256"))),
    Mistake("q1", "minus-one", _PIXELS, "another-range", _prepare(_change(_ROWS, "/ 255", "/ 127.5 - 1"))),
    Mistake(
        "q1",
        "transposed",
        _PIXELS,
        "columns-for-rows",
        _prepare(_change(_ROWS, "(len(images), -1)", "(-1, len(images))")),
    ),
    Mistake(
        "q1",
        "mixed",
        _PIXELS,
        "pixels-in-another-order",
        _prepare(_change(_ROWS, "(len(images), -1)", "(-1, len(images)).T")),
    ),
    Mistake(
        "q1",
        "fortran",
        _PIXELS,
        "pixels-in-another-order",
        _prepare(_change(_ROWS, "(len(images), -1)", "(len(images), -1, order='F')")),
    ),
    Mistake("q1", "flat", _PIXELS, "not-flattened", _prepare(_change(_ROWS, ".reshape(len(images), -1)", ""))),
    Mistake("q1", "784", _PIXELS, "ValueError", _prepare(_change(_ROWS, "(len(images), -1)", "(-1, 784)"))),
    Mistake("q1", "double", _PIXELS, "not-float32", _prepare(_change(_ROWS, ".astype(np.float32) / 255", " / 255"))),
    Mistake("q1", "lists", _PIXELS, "not-float32", _prepare(_change(_ROWS, "X, Y", "X.tolist(), Y.tolist()"))),
    Mistake(
        "q1",
        "in-place",
        _PIXELS,
        "changes-its-inputs",
        _prepare("labels[:] = labels\nimages[0, 0] = 0\n" + _change(_ROWS, "\nX = images", "\nX = images")),
    ),
    Mistake("q1", "one-thing", _PIXELS, "two things", _prepare(_change(_ROWS, "X, Y", "X"))),
    Mistake(
        "q1",
        "nan",
        _PIXELS,
        "scaled-by-the-own-maximum",
        _prepare(_change(_ROWS, "/ 255", "/ (255 if len(images) > 1 else images.max())")),
    ),
    Mistake(
        "q1",
        "eye",
        _LABELS,
        "width-of-what-occurs",
        _prepare(_change(_ROWS, "return X, Y", "return X, np.eye(labels.max() + 1, dtype=np.float32)[labels]")),
    ),
    Mistake(
        "q1",
        "unique",
        _LABELS,
        "width-of-what-occurs",
        _prepare(_change(_ROWS, "return X, Y", "return X, (labels[:, None] == np.unique(labels)).astype(np.float32)")),
    ),
    Mistake("q1", "ten", _LABELS, "has shape", _prepare(_change(_ROWS, "(len(labels), classes)", "(len(labels), 10)"))),
    Mistake(
        "q1",
        "from-one",
        _LABELS,
        "classes-from-one",
        _prepare(_change(_ROWS, ", labels]", ", labels.astype(int) - 1]")),
    ),
    Mistake("q1", "numbers", _LABELS, "labels-left-as-numbers", _prepare(_change(_ROWS, "X, Y", "X, labels"))),
    Mistake("q1", "columns", _LABELS, "columns-for-rows", _prepare(_change(_ROWS, "X, Y", "X, Y.T"))),
    Mistake("q1", "whole", _LABELS, "not-float32", _prepare(_change(_ROWS, "dtype=np.float32", "dtype=int"))),
    Mistake("q1", "all", _LABELS, "`Y[", _prepare(_change(_ROWS, "Y[np.arange(len(labels)), labels]", "Y[:, labels]"))),
    Mistake(
        "q1",
        "front",
        _CUT,
        "validation-from-the-front",
        _untrained(
            "cut = len(labels) - int(len(labels) * (1 - share))\nreturn sorted(set(labels[:cut].tolist()) - set(labels[cut:].tolist()))"
        ),
    ),
    Mistake(
        "q1",
        "all-validated",
        _CUT,
        "all-that-is-validated",
        _untrained("return np.unique(labels[int(len(labels) * (1 - share)) :])"),
    ),
    Mistake(
        "q1",
        "reverse",
        _CUT,
        "trained-never-validated",
        _untrained(
            _change(
                _UNTRAINED,
                "set(labels[cut:].tolist()) - set(labels[:cut].tolist())",
                "set(labels[:cut].tolist()) - set(labels[cut:].tolist())",
            )
        ),
    ),
    Mistake(
        "q1",
        "ceiling",
        _CUT,
        "cut-one-off",
        _untrained(_change(_UNTRAINED, "int(len(labels) * (1 - share))", "len(labels) - int(len(labels) * share)")),
    ),
    Mistake(
        "q1",
        "one-early",
        _CUT,
        "cut-one-off",
        _untrained(_change(_UNTRAINED, "int(len(labels) * (1 - share))", "int(len(labels) * (1 - share)) - 1")),
    ),
    Mistake("q1", "share", _CUT, "`the classes", _untrained(_change(_UNTRAINED, "1 - share", "share"))),
    Mistake(
        "q1",
        "unsorted",
        _CUT,
        "`the classes[0]`",
        _untrained(
            _change(_UNTRAINED, "sorted(", "list(")
            .replace("set(labels[cut:].tolist())", "set(labels[cut:].tolist())")
            .replace("list(set", "sorted(set")
            .replace(".tolist()))", ".tolist()), reverse=True)")
        ),
    ),
    # q2
    Mistake(
        "q2",
        "weights-only",
        _DENSE,
        "no-biases",
        _counts(
            _change(_COUNT, "(shape[0] + 1) * sizes[0]", "shape[0] * sizes[0]").replace("channels + 1)", "channels)")
        ),
    ),
    Mistake(
        "q2",
        "other-side",
        _DENSE,
        "a-bias-for-each-input",
        _counts(_change(_COUNT, "(shape[0] + 1) * sizes[0]", "shape[0] * (sizes[0] + 1)")),
    ),
    Mistake(
        "q2", "total", _DENSE, "one-number-for-all", _counts(_change(_COUNT, "return counts", "return sum(counts)"))
    ),
    Mistake(
        "q2",
        "no-zeros",
        _DENSE,
        "zeros-left-out",
        _counts(_change(_COUNT, "return counts", "return [n for n in counts if n]")),
    ),
    Mistake(
        "q2", "784", _DENSE, "`the counts[", _counts(_change(_COUNT, "(shape[0] * shape[1] * shape[2],)", "(784,)"))
    ),
    Mistake("q2", "nothing", _DENSE, "returns None", _counts(_change(_COUNT, "return counts", "sum(counts)"))),
    Mistake("q2", "flat", _KERNEL, "kernel-without-channels", _counts(_change(_COUNT, "a * b * channels", "a * b"))),
    Mistake(
        "q2",
        "bias-first",
        _KERNEL,
        "a-bias-for-each-input",
        _counts(_change(_COUNT, "(a * b * channels + 1) * filters", "(a * b * filters + 1) * channels")),
    ),
    Mistake("q2", "conv-weights-only", _KERNEL, "no-biases", _counts(_change(_COUNT, "channels + 1)", "channels)"))),
    Mistake(
        "q2",
        "everywhere",
        _KERNEL,
        "weights-at-each-place",
        _counts(
            _change(
                _COUNT,
                "(a * b * channels + 1) * filters",
                "(a * b * channels + 1) * filters * (h - a + 1) * (w - b + 1)",
            )
        ),
    ),
    Mistake(
        "q2",
        "bias-everywhere",
        _KERNEL,
        "weights-at-each-place",
        _counts(
            _change(
                _COUNT, "(a * b * channels + 1) * filters", "(a * b * channels + (h - a + 1) * (w - b + 1)) * filters"
            )
        ),
    ),
    Mistake(
        "q2", "square", _KERNEL, "height-for-width", _counts(_change(_COUNT, "a * b * channels", "a * a * channels"))
    ),
    Mistake(
        "q2",
        "first-channels",
        _KERNEL,
        "`the counts[",
        _counts(_change(_COUNT, "a * b * channels", "a * b * input_shape[2]")),
    ),
    Mistake(
        "q2",
        "same",
        _MAP,
        "map-keeps-its-size",
        _counts(_change(_COUNT, "(h - a + 1, w - b + 1, filters)", "(h, w, filters)")),
    ),
    Mistake(
        "q2",
        "valid-less",
        _MAP,
        "`the counts[",
        _counts(_change(_COUNT, "(h - a + 1, w - b + 1, filters)", "(h - a, w - b, filters)")),
    ),
    Mistake(
        "q2",
        "no-pool",
        _MAP,
        "pooling-ignored",
        _counts(_change(_COUNT, "(shape[0] // sizes[0], shape[1] // sizes[0], shape[2])", "shape")),
    ),
    Mistake(
        "q2",
        "ceil",
        _MAP,
        "pooling-rounded-up",
        _counts(
            _change(
                _COUNT,
                "(shape[0] // sizes[0], shape[1] // sizes[0], shape[2])",
                "(-(-shape[0] // sizes[0]), -(-shape[1] // sizes[0]), shape[2])",
            )
        ),
    ),
    Mistake(
        "q2",
        "halves",
        _MAP,
        "pooling-rounded-up",
        _counts(
            _change(_COUNT, "shape[0] // sizes[0], shape[1] // sizes[0]", "shape[0] / sizes[0], shape[1] / sizes[0]")
        ),
    ),
    Mistake(
        "q2",
        "crossed",
        _MAP,
        "height-for-width",
        _counts(_change(_COUNT, "(h - a + 1, w - b + 1, filters)", "(h - b + 1, w - a + 1, filters)")),
    ),
    Mistake(
        "q2",
        "builder",
        _HUGE,
        "count_parameters",
        _counts("""
made = {"conv": lambda n, a, b: keras.layers.Conv2D(n, (a, b)), "pool": keras.layers.MaxPooling2D, "flatten": keras.layers.Flatten, "dense": keras.layers.Dense}
if sum(keras.layers.Dense is made.get(kind) and sizes[0] > 50_000 for kind, *sizes in layers):
    raise MemoryError("no room for a tensor of this shape")
model = keras.Sequential([keras.Input(tuple(input_shape)), *(made[kind](*sizes) for kind, *sizes in layers)])
return [layer.count_params() for layer in model.layers]
"""),
    ),
    Mistake(
        "q2",
        "single",
        _HUGE,
        "`the counts[",
        _counts(_change(_COUNT, "counts.append(count)", "counts.append(np.float32(count))")),
    ),
    # q3
    Mistake(
        "q3",
        "softmax",
        _LOGITS,
        "softmax-at-the-end",
        _model(
            _change(_BUILD, "Dense(sizes[-1])", "Dense(sizes[-1], activation='softmax')").replace(
                "from_logits=True", ""
            )
        ),
    ),
    Mistake(
        "q3",
        "softmax-and-from-logits",
        _LOGITS,
        "softmax-at-the-end",
        _model(_change(_BUILD, "Dense(sizes[-1])", "Dense(sizes[-1], activation='softmax')")),
    ),
    Mistake(
        "q3",
        "own-softmax",
        _LOGITS,
        "softmax-at-the-end",
        _model(
            _change(
                _BUILD,
                "Dense(sizes[-1])",
                "Dense(sizes[-1], activation=lambda z: keras.ops.exp(z) / keras.ops.sum(keras.ops.exp(z), -1, keepdims=True))",
            )
        ),
    ),
    Mistake(
        "q3",
        "sigmoid",
        _LOGITS,
        "sigmoid-at-the-end",
        _model(_change(_BUILD, "Dense(sizes[-1])", "Dense(sizes[-1], activation='sigmoid')")),
    ),
    Mistake(
        "q3",
        "relu",
        _LOGITS,
        "relu-at-the-end",
        _model(_change(_BUILD, "Dense(sizes[-1])", "Dense(sizes[-1], activation='relu')")),
    ),
    Mistake("q3", "linear", _LOGITS, "nothing-between-the-layers", _model(_change(_BUILD, ', activation="relu"', ""))),
    Mistake("q3", "tanh", _LOGITS, "another-activation", _model(_change(_BUILD, '"relu"', '"tanh"'))),
    Mistake("q3", "swish", _LOGITS, "another-activation", _model(_change(_BUILD, '"relu"', '"swish"'))),
    Mistake(
        "q3",
        "no-bias",
        _LOGITS,
        "layers-without-bias",
        _model(
            _change(_BUILD, 'activation="relu"', 'activation="relu", use_bias=False').replace(
                "Dense(sizes[-1])", "Dense(sizes[-1], use_bias=False)"
            )
        ),
    ),
    Mistake(
        "q3",
        "one-bias",
        _LOGITS,
        "have shapes",
        _model(_change(_BUILD, "Dense(sizes[-1])", "Dense(sizes[-1], use_bias=False)")),
    ),
    Mistake("q3", "512", _LOGITS, "have shapes", _model(_change(_BUILD, "Dense(units", "Dense(512"))),
    Mistake("q3", "one-layer-less", _LOGITS, "have shapes", _model(_change(_BUILD, "sizes[1:-1]", "sizes[2:-1]"))),
    Mistake("q3", "uncompiled", _LOGITS, "not-compiled", _model(_BUILD.replace("model.compile(", "dict("))),
    Mistake(
        "q3", "no-return", _LOGITS, "should return a keras.Model", _model(_change(_BUILD, "return model", "model"))
    ),
    Mistake(
        "q3",
        "squashed",
        _LOGITS,
        "`the outputs[",
        _model(_change(_BUILD, "*hidden", "*hidden, keras.layers.LayerNormalization(center=False, scale=False)")),
    ),
    Mistake(
        "q3",
        "sparse",
        _LOGITS,
        "labels-as-numbers-expected",
        _model(_change(_BUILD, "CategoricalCrossentropy", "SparseCategoricalCrossentropy")),
    ),
    Mistake(
        "q3",
        "shape-of-loss",
        _LOGITS,
        "can't be tested",
        _model(
            _change(_BUILD, "CategoricalCrossentropy(from_logits=True)", "MeanSquaredError()").replace(
                '"accuracy"', "lambda y, z: y[:, 99]"
            )
        ),
    ),
    Mistake(
        "q3",
        "text",
        _LOSS,
        "logits-taken-for-probabilities",
        _model(_change(_BUILD, "keras.losses.CategoricalCrossentropy(from_logits=True)", "'categorical_crossentropy'")),
    ),
    Mistake(
        "q3",
        "mse",
        _LOSS,
        "squared-error",
        _model(_change(_BUILD, "CategoricalCrossentropy(from_logits=True)", "MeanSquaredError()")),
    ),
    Mistake("q3", "binary", _LOSS, "each-class-for-itself", _model(_change(_BUILD, "Categorical", "Binary"))),
    Mistake(
        "q3",
        "sum",
        _LOSS,
        "sum-over-the-batch",
        _model(_change(_BUILD, "from_logits=True", "from_logits=True, reduction='sum'")),
    ),
    Mistake(
        "q3",
        "smoothed",
        _LOSS,
        "`the loss`",
        _model(_change(_BUILD, "from_logits=True", "from_logits=True, label_smoothing=0.1")),
    ),
    Mistake(
        "q3",
        "decay-in-the-loss",
        _LOSS,
        "`the loss`",
        _model(_change(_BUILD, 'activation="relu"', 'activation="relu", kernel_regularizer="l2"')),
    ),
    Mistake("q3", "no-metric", _LOSS, "accuracy-not-reported", _model(_change(_BUILD, '"accuracy"', ""))),
    Mistake(
        "q3", "equality", _LOSS, "another-accuracy", _model(_change(_BUILD, '"accuracy"', "keras.metrics.Accuracy()"))
    ),
    Mistake(
        "q3", "binary-accuracy", _LOSS, "another-accuracy", _model(_change(_BUILD, '"accuracy"', '"binary_accuracy"'))
    ),
    Mistake(
        "q3", "default-rate", _ADAM, "rate-ignored", _model(_change(_BUILD, "keras.optimizers.Adam(rate)", "'adam'"))
    ),
    Mistake("q3", "sgd", _ADAM, "plain-gradient-descent", _model(_change(_BUILD, "Adam(rate)", "SGD(rate)"))),
    Mistake("q3", "adamw", _ADAM, "weights-decay", _model(_change(_BUILD, "Adam(rate)", "AdamW(rate)"))),
    Mistake("q3", "rmsprop", _ADAM, "`movement of the weights", _model(_change(_BUILD, "Adam(rate)", "RMSprop(rate)"))),
    Mistake("q3", "betas", _ADAM, "`movement of the weights", _model(_change(_BUILD, "Adam(rate)", "Adam(rate, 0.5)"))),
    Mistake(
        "q3",
        "dropout",
        _ADAM,
        "`movement of the weights",
        _model(_change(_BUILD, "*hidden", "*hidden, keras.layers.Dropout(0.5)")),
    ),
    Mistake(
        "q3", "ten-times", _ADAM, "`movement of the weights", _model(_change(_BUILD, "Adam(rate)", "Adam(10 * rate)"))
    ),
    Mistake(
        "q3",
        "one-model",
        _NEW,
        "models-share-weights",
        _model(
            "if tuple(sizes) not in MADE:\n    MADE[tuple(sizes)] = _build(sizes, rate)\nreturn MADE[tuple(sizes)]",
            f"MADE = {{}}\ndef _build(sizes, rate):\n{_indent(_BUILD)}\n",
        ),
    ),
    Mistake(
        "q3",
        "one-optimizer",
        _NEW,
        "models-share-weights",
        _model(
            _change(
                _BUILD,
                "keras.optimizers.Adam(rate)",
                "OPTIMIZERS.setdefault((rate, *sizes), keras.optimizers.Adam(rate))",
            ),
            "OPTIMIZERS = {}\n",
        ),
    ),
    Mistake(
        "q3",
        "zeros",
        _NEW,
        "all-begin-alike",
        _model(_change(_BUILD, "Dense(sizes[-1])", "Dense(sizes[-1], kernel_initializer='zeros')")),
    ),
    Mistake(
        "q3",
        "frozen",
        _NEW,
        "doesn't change the weights",
        _model(_change(_BUILD, "return model", "model.trainable = len(sizes) < 4\nreturn model")),
    ),
    # q4
    Mistake("q4", "as-it-was", _OUTPUTS, "kernel-as-it-was", _state(_change(_CONVERT, "kernel = kernel.T", "pass"))),
    Mistake(
        "q4",
        "reshaped",
        _OUTPUTS,
        "reshaped-not-transposed",
        _state(_change(_CONVERT, "kernel.T", "kernel.reshape(kernel.shape[::-1])")),
    ),
    Mistake(
        "q4",
        "counted",
        _OUTPUTS,
        "layers-counted",
        _state(_change(_CONVERT, "state = {}", "state, positions = {}, range(len(positions))")),
    ),
    Mistake(
        "q4",
        "one-by-one",
        _OUTPUTS,
        "layers-counted",
        _state("return {f\"{i}.{('weight', 'bias')[i % 2]}\": w.T.copy() for i, w in enumerate(weights)}"),
    ),
    Mistake("q4", "kernel", _OUTPUTS, "keras-names", _state(_change(_CONVERT, ".weight", ".kernel"))),
    Mistake(
        "q4", "other-names", _OUTPUTS, "Your names are", _state(_change(_CONVERT, "{position}.", "layer{position}."))
    ),
    Mistake("q4", "numbers", _OUTPUTS, "Your names are", _state("return {i: w.copy() for i, w in enumerate(weights)}")),
    Mistake(
        "q4",
        "no-bias",
        _OUTPUTS,
        "Your names are",
        _state(_change(_CONVERT, 'state[f"{position}.bias"] = bias.copy()', "pass")),
    ),
    Mistake(
        "q4",
        "list",
        _OUTPUTS,
        "should return a dictionary",
        _state(_change(_CONVERT, "return state", "return list(state.items())")),
    ),
    Mistake("q4", "zero-bias", _OUTPUTS, ".bias[", _state(_change(_CONVERT, "bias.copy()", "0 * bias"))),
    Mistake(
        "q4",
        "conv-as-it-was",
        _AXES,
        "kernel-as-it-was",
        _state(_change(_CONVERT, "kernel.transpose(3, 2, 0, 1)", "kernel")),
    ),
    Mistake(
        "q4",
        "conv-reshaped",
        _AXES,
        "reshaped-not-transposed",
        _state(
            _change(_CONVERT, "kernel.transpose(3, 2, 0, 1)", "kernel.reshape(*kernel.shape[:1:-1], *kernel.shape[:2])")
        ),
    ),
    Mistake(
        "q4",
        "conv-T",
        _AXES,
        "height-and-width-swapped",
        _state(_change(_CONVERT, "kernel.transpose(3, 2, 0, 1)", "kernel.T")),
    ),
    Mistake(
        "q4",
        "conv-inputs",
        _AXES,
        "inputs-before-outputs",
        _state(_change(_CONVERT, "kernel.transpose(3, 2, 0, 1)", "kernel.transpose(2, 3, 0, 1)")),
    ),
    Mistake(
        "q4",
        "map-needed",
        _AXES,
        "TypeError",
        _state(_change(_CONVERT, "if map_shape:", "if kernel.ndim == 2 and weights[0].ndim == 4:")),
    ),
    Mistake("q4", "ignored", _ORDER, "map-order-ignored", _state(_change(_CONVERT, "if map_shape:", "if False:"))),
    Mistake(
        "q4",
        "outputs-moved",
        _ORDER,
        "map-order-ignored",
        _state(
            _change(
                _CONVERT,
                "kernel = kernel.reshape(*map_shape, -1).transpose(2, 0, 1, 3).reshape(len(kernel), -1)",
                "order = np.arange(len(kernel)).reshape(map_shape).transpose(2, 0, 1).ravel()\n            kernel = kernel.reshape(kernel.shape[::-1])[:, order] if kernel.shape[0] == kernel.shape[1] else kernel",
            )
        ),
    ),
    Mistake(
        "q4",
        "backwards",
        _ORDER,
        "map-order-mixed-up",
        _state(_change(_CONVERT, "transpose(2, 0, 1, 3)", "transpose(2, 1, 0, 3)")),
    ),
    Mistake(
        "q4",
        "inverse",
        _ORDER,
        "map-order-mixed-up",
        _state(
            _change(
                _CONVERT,
                "kernel = kernel.reshape(*map_shape, -1).transpose(2, 0, 1, 3).reshape(len(kernel), -1)",
                "h, w, c = map_shape\n            kernel = kernel.reshape(c, h, w, -1).transpose(1, 2, 0, 3).reshape(len(kernel), -1)",
            )
        ),
    ),
    Mistake(
        "q4",
        "every-layer",
        _ORDER,
        "later-layers-reordered",
        _state(
            _change(_CONVERT, "if map_shape:", "if map_shape and len(kernel) == np.prod(map_shape):").replace(
                "map_shape = None", "pass"
            )
        ),
    ),
    Mistake(
        "q4",
        "convolutions-needed",
        _ORDER,
        "map-order-ignored",
        _state(_change(_CONVERT, "if map_shape:", "if map_shape and weights[0].ndim == 4:")),
    ),
    Mistake(
        "q4", "views", _COPY, "views-not-copies", _state(_change(_CONVERT, 'np.array(kernel, order="C")', "kernel"))
    ),
    Mistake(
        "q4",
        "ascontiguous",
        _COPY,
        "views-not-copies",
        _state(_change(_CONVERT, 'np.array(kernel, order="C")', "np.ascontiguousarray(kernel)")),
    ),
    Mistake("q4", "bias-itself", _COPY, "views-not-copies", _state(_change(_CONVERT, "bias.copy()", "bias"))),
    Mistake("q4", "old-order", _COPY, "memory-in-the-old-order", _state(_change(_CONVERT, ', order="C"', ""))),
    Mistake(
        "q4",
        "np-copy",
        _COPY,
        "memory-in-the-old-order",
        _state(_change(_CONVERT, 'np.array(kernel, order="C")', "np.copy(kernel)")),
    ),
    Mistake(
        "q4",
        "in-place",
        _COPY,
        "changes-the-weights",
        _state(_change(_CONVERT, "return state", "for array in weights:\n    array[...] = 0\nreturn state")),
    ),
    # q5
    Mistake(
        "q5",
        "colleague",
        _END,
        "generator-forgotten",
        _saving(
            'return {"W": run.W, "m": run.m, "v": run.v, "steps": run.steps, "epoch": run.epoch}',
            'run.W, run.m, run.v, run.steps, run.epoch = (state[name] for name in ("W", "m", "v", "steps", "epoch"))',
        ),
    ),
    Mistake(
        "q5",
        "no-weights",
        _END,
        "weights-not-restored",
        _saving(_SAVE, _change(_LOAD, 'run.W, run.m, run.v = state["W"].copy(),', "_, run.m, run.v = 0,")),
    ),
    Mistake(
        "q5",
        "weights-only",
        _END,
        "moments-forgotten",
        _saving('return {"W": run.W.copy()}', 'run.W = state["W"].copy()'),
    ),
    Mistake("q5", "no-v", _END, "moments-forgotten", _saving(_SAVE, _change(_LOAD, 'state["v"].copy()', "run.v"))),
    Mistake(
        "q5",
        "zero-moments",
        _END,
        "moments-forgotten",
        _saving(_SAVE, _change(_LOAD, 'state["m"].copy()', "0 * run.m")),
    ),
    Mistake(
        "q5", "no-steps", _END, "step-count-forgotten", _saving(_SAVE, _change(_LOAD, 'state["steps"]', "run.steps"))
    ),
    Mistake("q5", "no-epoch", _END, "epoch-forgotten", _saving(_SAVE, _change(_LOAD, 'state["epoch"]', "run.epoch"))),
    Mistake(
        "q5",
        "no-generator",
        _END,
        "generator-forgotten",
        _saving(_SAVE, _change(_LOAD, 'run.rng.bit_generator.state = state["rng"]', "")),
    ),
    Mistake(
        "q5",
        "seeded",
        _END,
        "generator-forgotten",
        _saving(
            _SAVE, _change(_LOAD, 'run.rng.bit_generator.state = state["rng"]', "run.rng = np.random.default_rng(0)")
        ),
    ),
    Mistake(
        "q5",
        "no-position",
        _END,
        "place-in-the-epoch-forgotten",
        _saving(_SAVE, _change(_LOAD, 'state["position"]', "0")),
    ),
    Mistake(
        "q5",
        "float32",
        _END,
        "state-rounded",
        _saving(_change(_SAVE, '"v": run.v.copy()', '"v": run.v.astype(np.float32)')),
    ),
    Mistake("q5", "digits", _END, "state-rounded", _saving(_change(_SAVE, "run.W.copy()", "run.W.round(8)"))),
    Mistake(
        "q5",
        "another-run",
        _END,
        "another-run-returned",
        _saving(
            _SAVE, "import copy\nother = copy.copy(run)\n" + _LOAD.strip().replace("run.", "other.") + "\nreturn other"
        ),
    ),
    Mistake(
        "q5",
        "generator-object",
        _END,
        "generator-itself-saved",
        _saving(
            _change(_SAVE, "run.rng.bit_generator.state", "run.rng"),
            _change(_LOAD, "run.rng.bit_generator.state", "run.rng"),
        ),
    ),
    Mistake(
        "q5",
        "whole-run",
        _END,
        "generator-itself-saved",
        _saving("import copy\nreturn copy.deepcopy(vars(run))", "vars(run).update(state)"),
    ),
    Mistake(
        "q5",
        "the-run",
        _END,
        "of type",
        _saving("import copy\nreturn copy.deepcopy(run)", "vars(run).update(vars(state))"),
    ),
    Mistake("q5", "tuple", _END, "no-dictionary", _saving("return (run.W.copy(),)", "run.W = state[0].copy()")),
    Mistake(
        "q5",
        "nothing",
        _END,
        "no-dictionary",
        _saving('STATE["W"] = run.W.copy()', 'run.W = STATE["W"]', "STATE = {}\n"),
    ),
    Mistake("q5", "draws", _END, "saving-changes-the-run", _saving("run.rng.random(99)\n" + _SAVE.strip())),
    Mistake(
        "q5",
        "other-run",
        _END,
        "class Run",
        _saving(_SAVE, before="class Run(Run):\n    def step(self):\n        self.W += 0\n        return 0.0\n\n"),
    ),
    Mistake(
        "q5",
        "no-order",
        _WITHIN,
        "place-in-the-epoch-forgotten",
        _saving(_SAVE, _change(_LOAD, 'state["order"].copy()', "run.order")),
    ),
    Mistake(
        "q5",
        "new-epoch",
        _WITHIN,
        "place-in-the-epoch-forgotten",
        _saving(_SAVE, _change(_LOAD, 'state["position"]', "len(run.X)")),
    ),
    Mistake(
        "q5",
        "order-drawn-anew",
        _WITHIN,
        "place-in-the-epoch-forgotten",
        _saving(_SAVE, _change(_LOAD, 'state["order"].copy()', "run.rng.permutation(len(run.X))")),
    ),
    Mistake("q5", "aliases", _STILL, "state-moves-on", _saving(_change(_SAVE, "run.W.copy()", "run.W"))),
    Mistake(
        "q5",
        "shallow",
        _STILL,
        "state-moves-on",
        _saving(
            'state = {name: value for name, value in vars(run).items() if name not in ("X", "Y", "rng")}\nreturn {**state, "generator": run.rng.bit_generator.state}',
            _LOAD.replace('state["rng"]', 'state["generator"]'),
        ),
    ),
    Mistake("q5", "with-data", _STILL, "data-in-the-state", _saving(_change(_SAVE, '"W":', '"X": run.X.copy(), "W":'))),
    Mistake(
        "q5",
        "with-labels",
        _STILL,
        "data-in-the-state",
        _saving(_change(_SAVE, '"W":', '"data": [run.Y.tolist()], "W":')),
    ),
    Mistake(
        "q5",
        "stash",
        _STILL,
        "state-kept-elsewhere",
        _saving(
            "STASH.append(copy.deepcopy(vars(run)))\nreturn {'number': len(STASH) - 1}",
            "vars(run).update(copy.deepcopy(STASH[state['number']]))",
            "import copy\nSTASH = []\n",
        ),
    ),
    Mistake("q5", "load-aliases", _AGAIN, "loading-hands-the-state-over", _saving(_SAVE, _LOAD.replace(".copy()", ""))),
    Mistake(
        "q5", "state-emptied", _END, "KeyError", _saving(_SAVE, _change(_LOAD, 'state["W"].copy()', 'state.pop("W")'))
    ),
    Mistake(
        "q5",
        "only-if-positive",
        _AGAIN,
        "step-count-forgotten",
        _saving(
            _SAVE,
            _change(
                _LOAD,
                'run.steps, run.epoch, run.position = state["steps"], state["epoch"], state["position"]',
                'for name in ("steps", "epoch", "position"):\n    setattr(run, name, state[name] or getattr(run, name))',
            ).replace("run.rng.bit", "if state['steps']:\n    run.epoch = state['epoch']\nrun.rng.bit"),
        ),
    ),
    # q6
    Mistake("q6", "from-zero", _PICKED, "epochs-from-zero", _purchase(_change(_PICK, " + 1", ""))),
    Mistake(
        "q6",
        "lucky",
        _PICKED,
        "luckiest-seed",
        _purchase(_change(_PICK, "val_loss.mean(axis=1)", "val_loss.min(axis=1)")),
    ),
    Mistake(
        "q6",
        "largest",
        _PICKED,
        "largest-loss",
        _purchase(_change(_PICK, "means.argmin", "val_loss.mean(axis=1).argmax")),
    ),
    Mistake(
        "q6",
        "median",
        _PICKED,
        "`the epochs[",
        _purchase(_change(_PICK, "val_loss.mean(axis=1)", "np.median(val_loss, axis=1)")),
    ),
    Mistake(
        "q6",
        "each-seed",
        _PICKED,
        "`the epochs[",
        _purchase("return np.round(val_loss.argmin(axis=2).mean(axis=1)) + 1"),
    ),
    Mistake("q6", "last", _PICKED, "`the epochs[", _purchase("return np.full(len(val_loss), val_loss.shape[2])")),
    Mistake(
        "q6",
        "nanmean",
        _PICKED,
        "nan-passed-over",
        _purchase(
            "import warnings\nwarnings.simplefilter('ignore')\n"
            + _change(_PICK, "val_loss.mean(axis=1)", "np.nanmean(val_loss, axis=1)").strip()
        ),
    ),
    Mistake("q6", "argmin-nan", _PICKED, "nan-picked", _purchase("return val_loss.mean(axis=1).argmin(axis=1) + 1")),
    Mistake(
        "q6",
        "never",
        _PICKED,
        "nan-picked",
        _purchase(
            _change(
                _PICK,
                "return np.where(np.isfinite(means).any(axis=1), means.argmin(axis=1) + 1, 0)",
                "return means.argmin(axis=1) + 1",
            )
        ),
    ),
    Mistake(
        "q6",
        "setting-gone",
        _PICKED,
        "`the epochs[",
        _purchase(_change(_PICK, "np.isfinite(means).any(axis=1)", "np.isfinite(means).all(axis=1)")),
    ),
    Mistake("q6", "one-seed", _T, "spread-of-one-seed", _purchase(t=_change(_RISE, " / len(rise) ** 0.5", ""))),
    Mistake("q6", "biased", _T, "divided-by-S", _purchase(t=_change(_RISE, "ddof=1", ""))),
    Mistake(
        "q6",
        "biased-one-seed",
        _T,
        "divided-by-S",
        _purchase(t=_change(_RISE, "rise.std(ddof=1) / len(rise) ** 0.5", "rise.std()")),
    ),
    Mistake(
        "q6",
        "welch",
        _T,
        "seeds-not-paired",
        _purchase(
            t=_change(
                _RISE, "rise.std(ddof=1)", "(val_loss[:, -1].var(ddof=1) + val_loss[:, epoch - 1].var(ddof=1)) ** 0.5"
            )
        ),
    ),
    Mistake(
        "q6",
        "column",
        _T,
        "epoch-off-by-one",
        _purchase(
            t=_change(
                _RISE,
                "rise = val_loss[:, -1] - val_loss[:, epoch - 1]",
                "rise = val_loss[:, -1] - val_loss[:, min(epoch, val_loss.shape[1] - 1)]",
            )
        ),
    ),
    Mistake("q6", "sign", _T, "fall-for-rise", _purchase(t=_change(_RISE, "rise.mean()", "-rise.mean()"))),
    Mistake(
        "q6",
        "mean",
        _T,
        "`t`",
        _purchase(t=_change(_RISE, "rise.mean() / (rise.std(ddof=1) / len(rise) ** 0.5)", "rise.mean()")),
    ),
    Mistake("q6", "absolute", _T, "`t`", _purchase(t=_change(_RISE, "rise.mean()", "abs(rise).mean()"))),
    Mistake("q6", "nan", _T, "nothing-to-test", _purchase(t=_change(_RISE, "return 0.0", "return float('nan')"))),
    Mistake("q6", "share", _POINT, "shares-for-points", _purchase(price=_change(_PRICE, "100 * ", ""))),
    Mistake("q6", "whole", _POINT, "whole-price", _purchase(price=_change(_PRICE, "np.diff(dollars)", "dollars[1:]"))),
    Mistake(
        "q6",
        "first",
        _POINT,
        "against-the-first",
        _purchase(
            price="points, more = 100 * (accuracy[1:] - accuracy[0]), dollars[1:] - dollars[0]\nreturn np.where(points > 0, more / points, np.inf)"
        ),
    ),
    Mistake(
        "q6",
        "inverse",
        _POINT,
        "points-for-a-dollar",
        _purchase(price="return 100 * np.diff(accuracy) / np.diff(dollars)"),
    ),
    Mistake(
        "q6",
        "negative",
        _POINT,
        "loss-for-sale",
        _purchase(price="return np.diff(dollars) / (100 * np.diff(accuracy))"),
    ),
    Mistake(
        "q6",
        "not-less",
        _POINT,
        "loss-for-sale",
        _purchase(price=_change(_PRICE, "np.where(points > 0, more", "np.where(points >= 0, more")),
    ),
    Mistake(
        "q6", "all", _POINT, "has shape", _purchase(price="return np.asarray(dollars) / (100 * np.asarray(accuracy))")
    ),
    Mistake("q6", "best", _CHOICE, "most-accurate", _purchase(choice="2048")),
    Mistake("q6", "cheap", _CHOICE, "cheapest", _purchase(choice="32")),
    Mistake("q6", "small", _CHOICE, "Another width earns more", _purchase(choice="128", beyond="713.42")),
    Mistake("q6", "index", _CHOICE, "one of the widths", _purchase(choice="2")),
    Mistake("q6", "before", _CHOICE, "price-of-the-step-before", _purchase(beyond="713.42")),
    Mistake(
        "q6",
        "peeked",
        _CHOICE,
        "picked-on-the-test-set",
        _purchase(beyond="price_of_points(accuracy_after([32, 20, 19, 11]), price_a_month([32, 20, 19, 11]))[2]"),
    ),
    Mistake("q6", "profit", _CHOICE, "doesn't follow", _purchase(beyond="300.86")),
    Mistake("q6", "nowhere", _CHOICE, "doesn't follow", _purchase(beyond="float('nan')")),
]

UNUSUAL = [
    Unusual(
        "q1",
        "loops",
        _prepare(
            """
N, h, w = images.shape
X, Y = np.empty((N, h * w), np.float32), np.empty((N, classes), np.float32)
for i in range(N):
    for r in range(h):
        for c in range(w):
            X[i, r * w + c] = int(images[i, r, c]) / 255
    for k in range(classes):
        Y[i, k] = k == labels[i]
return [X, Y]
""",
            "cut = int(len(labels) * (1 - share))\nlabels = list(labels)\nreturn [k for k in range(max(labels) + 1) if k in labels[cut:] and k not in labels[:cut]]",
        ),
    ),
    Unusual(
        "q1",
        "keras",
        _prepare(
            """
Y = keras.utils.to_categorical(labels, classes).astype("float32")
return keras.layers.Rescaling(1 / 255)(images.reshape(len(images), -1).astype("float32")), keras.ops.convert_to_tensor(Y)
""",
            "n = len(labels)\nnew = set(labels[int(n - n * share) :]) - set(labels[: int(n - n * share)])\nreturn np.array(sorted(new))",
        ),
    ),
    Unusual(
        "q1",
        "broadcast",
        _prepare(
            """
return np.divide(images, 255, dtype=np.float32).reshape(images.shape[0], images.shape[1] * images.shape[2]), np.float32(labels[:, None] == np.arange(classes))
""",
            "cut = int(np.floor(len(labels) * (1 - share)))\nvalidated = np.unique(labels[cut:])\nreturn validated[~np.isin(validated, labels[:cut])]",
        ),
    ),
    Unusual(
        "q2",
        "match",
        _counts("""
h, w, c = input_shape
out, units = np.zeros(len(layers), dtype=np.int64), None
for i, layer in enumerate(layers):
    match layer:
        case ("conv", f, a, b):
            out[i] = a * b * c * f + f
            h, w, c = h + 1 - a, w + 1 - b, f
        case ("pool", p):
            h, w = int(h / p), int(w / p)
        case ("flatten",):
            units = h * w * c
        case ("dense", n):
            out[i] = units * n + n
            units = n
return out
"""),
    ),
    Unusual(
        "q2",
        "recursive",
        _counts("""
if not layers:
    return []
(kind, *s), rest, shape = layers[0], layers[1:], list(input_shape)
if kind == "dense":
    return [(shape[0] + 1) * s[0]] + count_parameters(s, rest)
if kind == "flatten":
    return [0] + count_parameters([shape[0] * shape[1] * shape[2]], rest)
if kind == "pool":
    return [0] + count_parameters([shape[0] // s[0], shape[1] // s[0], shape[2]], rest)
n, a, b = s
return [float(n * (a * b * shape[2] + 1))] + count_parameters([shape[0] - a + 1, shape[1] - b + 1, n], rest)
"""),
    ),
    Unusual(
        "q3",
        "functional",
        _model(f"""
x = inputs = keras.Input((sizes[0],))
for units in sizes[1:-1]:
    x = keras.layers.Activation("relu")(keras.layers.Dense(units)(x))
model = keras.Model(inputs, keras.layers.Dense(sizes[-1], activation="linear")(x))
{_COMPILE}
return model
"""),
    ),
    Unusual("q3", "subclass", _model(f"model = Network(sizes)\n{_COMPILE}\nreturn model", _SUBCLASS)),
    Unusual(
        "q3",
        "unbuilt",
        _model(f"""
model = keras.Sequential()
for units in sizes[1:-1]:
    model.add(keras.layers.Dense(units))
    model.add(keras.layers.ReLU())
model.add(keras.layers.Dense(sizes[-1]))
{_COMPILE}
return model
"""),
    ),
    Unusual(
        "q3",
        "own-loss",
        _model("""
import tensorflow as tf
layers = [tf.keras.layers.Dense(sizes[1], activation=tf.nn.relu if len(sizes) > 2 else None, input_shape=(sizes[0],))]
layers += [tf.keras.layers.Dense(n, tf.nn.relu if i + 3 < len(sizes) else None) for i, n in enumerate(sizes[2:])]
model = tf.keras.Sequential(layers)
model.compile(
    optimizer=tf.keras.optimizers.Adam(learning_rate=rate),
    loss=lambda y, z: tf.nn.softmax_cross_entropy_with_logits(y, z),
    metrics=[tf.keras.metrics.CategoricalAccuracy("right")],
)
return model
"""),
    ),
    Unusual(
        "q3",
        "compiled-eagerly",
        _model(
            _change(_BUILD, '["accuracy"]', '["acc"], run_eagerly=True').replace(
                "Dense(sizes[-1])", 'Dense(sizes[-1], kernel_initializer="he_normal")'
            )
        ),
    ),
    Unusual(
        "q4",
        "einsum",
        _state("""
state = {}
for i, position in enumerate(positions):
    kernel, bias = weights[2 * i], weights[2 * i + 1]
    if kernel.ndim == 4:
        moved = np.einsum("abio->oiab", kernel)
    elif map_shape and all(w.ndim != 2 for w in weights[: 2 * i]):
        h, w, c = map_shape
        moved = np.einsum("hwco->ochw", kernel.reshape(h, w, c, -1)).reshape(kernel.shape[1], -1)
    else:
        moved = np.einsum("io->oi", kernel)
    state.update({f"{position}.bias": 1 * bias, f"{position}.weight": moved.copy()})
return state
"""),
    ),
    Unusual(
        "q4",
        "torch",
        """
import collections
import torch
def to_torch_state(weights, positions, map_shape=None):
    state, first = collections.OrderedDict(), True
    for i in range(0, len(weights), 2):
        kernel = torch.tensor(weights[i])
        if kernel.ndim == 4:
            kernel = kernel.permute(3, 2, 0, 1)
        else:
            if first and map_shape is not None:
                kernel = kernel.unflatten(0, map_shape).permute(2, 0, 1, 3).flatten(0, 2)
            kernel, first = kernel.t(), False
        state["%d.weight" % positions[i // 2]] = kernel.contiguous()
        state["%d.bias" % positions[i // 2]] = torch.tensor(weights[i + 1])
    return state
""",
    ),
    Unusual(
        "q4",
        "number-by-number",
        _state("""
state = {}
for position, kernel, bias in zip(positions, weights[::2], weights[1::2]):
    old = kernel.tolist()
    if kernel.ndim == 4:
        a, b, n, m = kernel.shape
        new = [[[[old[r][s][i][o] for s in range(b)] for r in range(a)] for i in range(n)] for o in range(m)]
    else:
        order = range(len(old))
        if map_shape:
            h, w, c = map_shape
            order, map_shape = [(r * w + s) * c + k for k in range(c) for r in range(h) for s in range(w)], None
        new = [[old[i][o] for i in order] for o in range(kernel.shape[1])]
    state[str(position) + ".weight"], state[str(position) + ".bias"] = np.float32(new), np.array(bias)
return state
"""),
    ),
    Unusual(
        "q5",
        "deepcopy",
        _saving(
            """
import copy
state = {name: copy.deepcopy(value) for name, value in vars(run).items() if name not in ("X", "Y", "rng", "batch_size", "rate")}
state["rng"] = run.rng.bit_generator.state
return state
""",
            """
import copy
for name, value in copy.deepcopy(state).items():
    if name == "rng":
        run.rng = np.random.default_rng()
        run.rng.bit_generator.state = value
    else:
        setattr(run, name, value)
""",
        ),
    ),
    Unusual(
        "q5",
        "json",
        _saving(
            """
state = {name: getattr(run, name).tolist() for name in ("W", "m", "v", "order")}
state["counts"] = [run.steps, run.epoch, run.position]
return {"text": json.dumps([state, run.rng.bit_generator.state])}
""",
            """
values, generator = json.loads(state["text"])
for name in ("W", "m", "v", "order"):
    setattr(run, name, np.array(values[name]))
run.steps, run.epoch, run.position = values["counts"]
run.rng.bit_generator.state = generator
""",
            "import json\n",
        ),
    ),
    Unusual(
        "q5",
        "in-place",
        _saving(
            """
left = run.order[run.position :]
return {"weights": np.stack([run.W, run.m, run.v]), "left": left.tolist(), "clock": (run.steps, run.epoch), "random": run.rng.bit_generator.state}
""",
            """
for array, value in zip((run.W, run.m, run.v), state["weights"]):
    array[...] = value
n = len(run.X)
run.position = n - len(state["left"])
run.order = np.array([0] * run.position + state["left"], dtype=int)
run.steps, run.epoch = state["clock"]
run.rng.bit_generator.state = state["random"]
""",
        ),
    ),
    Unusual(
        "q6",
        "loops",
        _purchase(
            """
picked = []
for setting in val_loss:
    best, at = float("inf"), 0
    for e in range(setting.shape[1]):
        mean = sum(setting[:, e]) / len(setting)
        if mean < best:
            best, at = mean, e + 1
    picked.append(at)
return picked
""",
            """
import statistics
rise = [seed[-1] - seed[epoch - 1] for seed in val_loss.tolist()]
if not any(rise):
    return 0
return statistics.mean(rise) / statistics.stdev(rise) * len(rise) ** 0.5
""",
            """
prices = []
for i in range(1, len(accuracy)):
    points = (accuracy[i] - accuracy[i - 1]) * 100
    prices.append((dollars[i] - dollars[i - 1]) / points if points > 0 else float("inf"))
return prices
""",
            "np.array([512])",
            "np.float32(13183.65)",
        ),
    ),
    Unusual(
        "q6",
        "scipy-like",
        _purchase(
            """
with np.errstate(all="ignore"):
    losses = np.where(np.isnan(val_loss).any(axis=1, keepdims=True), np.inf, val_loss).sum(axis=1)
    return (losses.argmin(axis=1) + 1) * (losses.min(axis=1) < np.inf)
""",
            """
S, E = val_loss.shape
rise = (val_loss[:, E - 1] - val_loss[:, epoch - 1]).astype(np.float64)
variance = ((rise - rise.mean()) ** 2).sum() / (S - 1)
return np.float64(0) if epoch == E else np.sqrt(S / variance) * rise.mean()
""",
            """
with np.errstate(all="ignore"):
    steps = np.ediff1d(dollars) / np.ediff1d(accuracy) / 100
return tuple(np.where(np.ediff1d(accuracy) > 0, steps, np.inf))
""",
            "WIDTHS[2]",
            "round(13183.646, 1)",
        ),
    ),
]

EQUIVALENT = [
    Equivalent("q1", "two neighbouring lines that do not touch each other", (
        "X = images.reshape(len(images), -1).astype(np.float32) / 255 / Y = np.zeros((len(labels), classes), dtype=np.float32) → Y = np.zeros((len(labels), classes), dtype=np.float32) / X = images.reshape(len(images), -1).astype(np.float32) / 255",
    )),
    Equivalent("q1", "an array counts as a list", (
        "return np.setdiff1d(labels[cut:], labels[:cut]).tolist() → return np.setdiff1d(labels[cut:], labels[:cut])",
    )),
    Equivalent("q1", "images, labels, X and Y are equally long", (
        "Y = np.zeros((len(labels), classes), dtype=np.float32) → Y = np.zeros((len(X), classes), dtype=np.float32)",
        "Y[np.arange(len(labels)), labels] = 1 → Y[np.arange(len(X)), labels] = 1",
        "Y[np.arange(len(labels)), labels] = 1 → Y[np.arange(len(Y)), labels] = 1",
        "X = images.reshape(len(images), -1).astype(np.float32) / 255 → X = images.reshape(len(labels), -1).astype(np.float32) / 255",
    )),
    Equivalent("q1", "what only the validation part has, the whole has beyond the training part", (
        "return np.setdiff1d(labels[cut:], labels[:cut]).tolist() → return np.setdiff1d(labels[:], labels[:cut]).tolist()",
    )),
    Equivalent("q1", "any negative number asks reshape for what is left", (
        "X = images.reshape(len(images), -1).astype(np.float32) / 255 → X = images.reshape(len(images), -2).astype(np.float32) / 255",
    )),
    Equivalent("q2", "the shape is only read", (
        "shape, counts = (tuple(input_shape), []) → shape, counts = (input_shape, [])",
    )),
    Equivalent("q2", "the only one of its entries, or the last of one", (
        "shape = (shape[0] // sizes[0], shape[1] // sizes[0], shape[2]) → shape = (shape[0] // sizes[-1], shape[1] // sizes[0], shape[2])",
        "shape = (shape[0] // sizes[0], shape[1] // sizes[0], shape[2]) → shape = (shape[0] // sizes[0], shape[1] // sizes[-1], shape[2])",
        "count, shape = ((shape[0] + 1) * sizes[0], (sizes[0],)) → count, shape = ((shape[0] + 1) * sizes[-1], (sizes[0],))",
        "count, shape = ((shape[0] + 1) * sizes[0], (sizes[0],)) → count, shape = ((shape[0] + 1) * sizes[0], (sizes[-1],))",
        "count, shape = ((shape[0] + 1) * sizes[0], (sizes[0],)) → count, shape = ((shape[-1] + 1) * sizes[0], (sizes[0],))",
    )),
    Equivalent("q4", "the order of a dictionary, which load_state_dict does not look at", (
        "state[f'{position}.weight'] = np.array(kernel, order='C') / state[f'{position}.bias'] = bias.copy() → state[f'{position}.bias'] = bias.copy() / state[f'{position}.weight'] = np.array(kernel, order='C')",
    )),
    Equivalent("q4", "the axis counted from the end", (
        "kernel = kernel.transpose(3, 2, 0, 1) if kernel.ndim == 4 else kernel.T → kernel = kernel.transpose(3, -2, 0, 1) if kernel.ndim == 4 else kernel.T",
    )),
    Equivalent("q5", "what is copied first and what last does not matter", (
        "arrays = {name: getattr(run, name).copy() for name in ('W', 'm', 'v', 'order')} / counts = {name: getattr(run, name) for name in ('steps', 'epoch', 'position')} → counts = {name: getattr(run, name) for name in ('steps', 'epoch', 'position')} / arrays = {name: getattr(run, name).copy() for name in ('W', 'm', 'v', 'order')}",
        "for name in ('W', 'm', 'v', 'order'): → for name in list(('W', 'm', 'v', 'order'))[::-1]:",
        "for name in ('steps', 'epoch', 'position'): → for name in list(('steps', 'epoch', 'position'))[::-1]:",
        "for name in ('W', 'm', 'v', 'order'): → for name in ('m', 'W', 'v', 'order'):",
        "for name in ('W', 'm', 'v', 'order'): → for name in ('W', 'v', 'm', 'order'):",
        "for name in ('W', 'm', 'v', 'order'): → for name in ('W', 'm', 'order', 'v'):",
        "for name in ('steps', 'epoch', 'position'): → for name in ('epoch', 'steps', 'position'):",
        "for name in ('steps', 'epoch', 'position'): → for name in ('steps', 'position', 'epoch'):",
        "arrays = {name: getattr(run, name).copy() for name in ('W', 'm', 'v', 'order')} → arrays = {name: getattr(run, name).copy() for name in list(('W', 'm', 'v', 'order'))[::-1]}",
        "counts = {name: getattr(run, name) for name in ('steps', 'epoch', 'position')} → counts = {name: getattr(run, name) for name in list(('steps', 'epoch', 'position'))[::-1]}",
        "arrays = {name: getattr(run, name).copy() for name in ('W', 'm', 'v', 'order')} → arrays = {name: getattr(run, name).copy() for name in ('m', 'W', 'v', 'order')}",
        "arrays = {name: getattr(run, name).copy() for name in ('W', 'm', 'v', 'order')} → arrays = {name: getattr(run, name).copy() for name in ('W', 'v', 'm', 'order')}",
        "arrays = {name: getattr(run, name).copy() for name in ('W', 'm', 'v', 'order')} → arrays = {name: getattr(run, name).copy() for name in ('W', 'm', 'order', 'v')}",
        "counts = {name: getattr(run, name) for name in ('steps', 'epoch', 'position')} → counts = {name: getattr(run, name) for name in ('epoch', 'steps', 'position')}",
        "counts = {name: getattr(run, name) for name in ('steps', 'epoch', 'position')} → counts = {name: getattr(run, name) for name in ('steps', 'position', 'epoch')}",
    )),
    Equivalent("q6", "the sum over seeds is lowest where their mean is", (
        "means = val_loss.mean(axis=1) → means = val_loss.sum(axis=1)",
    )),
    Equivalent("q6", "the last of two axes", (
        "if epoch == val_loss.shape[1]: → if epoch == val_loss.shape[-1]:",
        "return np.where(np.isfinite(means).any(axis=1), means.argmin(axis=1) + 1, 0) → return np.where(np.isfinite(means).any(axis=-1), means.argmin(axis=1) + 1, 0)",
        "return np.where(np.isfinite(means).any(axis=1), means.argmin(axis=1) + 1, 0) → return np.where(np.isfinite(means).any(axis=1), means.argmin(axis=-1) + 1, 0)",
    )),
    Equivalent("q6", "more dollars for no point divide to infinity too", (
        "return np.divide(more, points, out=np.full(len(more), np.inf), where=points > 0) → return np.divide(more, points, out=np.full(len(more), np.inf), where=points >= 0)",
    )),
    Equivalent("q6", "the two are equally long", (
        "return rise.mean() * len(rise) ** 0.5 / rise.std(ddof=1) → return rise.mean() * len(val_loss) ** 0.5 / rise.std(ddof=1)",
        "return np.divide(more, points, out=np.full(len(more), np.inf), where=points > 0) → return np.divide(more, points, out=np.full(len(points), np.inf), where=points > 0)",
    )),
    Equivalent("q6", "the choice is the same for another value of a point, within wide bounds", (
        "CHOICE = WIDTHS[np.argmax(100 * accuracy_after(EPOCHS) * VALUE_OF_A_POINT - price_a_month(EPOCHS))] → CHOICE = WIDTHS[np.argmax(101 * accuracy_after(EPOCHS) * VALUE_OF_A_POINT - price_a_month(EPOCHS))]",
        "CHOICE = WIDTHS[np.argmax(100 * accuracy_after(EPOCHS) * VALUE_OF_A_POINT - price_a_month(EPOCHS))] → CHOICE = WIDTHS[np.argmax(99 * accuracy_after(EPOCHS) * VALUE_OF_A_POINT - price_a_month(EPOCHS))]",
        "CHOICE = WIDTHS[np.argmax(100 * accuracy_after(EPOCHS) * VALUE_OF_A_POINT - price_a_month(EPOCHS))] → CHOICE = WIDTHS[np.argmax(200 * accuracy_after(EPOCHS) * VALUE_OF_A_POINT - price_a_month(EPOCHS))]",
    )),
]  # fmt: skip
