"""Exercise 05: wrong answers that its checks must name, and unusual right ones."""

from functools import partial

from proofs.claims import Equivalent, Unusual, edit_text, list_mistakes, list_mutants, replace_bodies, swap_lines

_RIGHT = {
    "q1": """
def prepare(images, labels, classes):
    X = images.reshape(len(images), -1).astype(np.float32) / 255
    Y = np.zeros((len(labels), classes), dtype=np.float32)
    Y[np.arange(len(labels)), labels] = 1
    return X, Y

def find_untrained(labels, share):
    cut = int(len(labels) * (1 - share))
    return sorted(set(labels[cut:].tolist()) - set(labels[:cut].tolist()))
""",
    "q2": """
def count_parameters(input_shape, layers):
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
""",
    "q3": """
def build_model(sizes, rate):
    hidden = [keras.layers.Dense(units, activation="relu") for units in sizes[1:-1]]
    model = keras.Sequential([keras.Input((sizes[0],)), *hidden, keras.layers.Dense(sizes[-1])])
    model.compile(
        optimizer=keras.optimizers.Adam(rate),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model

class GoBack(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.best, self.weights = np.inf, None

    def on_epoch_end(self, epoch, logs=None):
        if logs["val_loss"] < self.best:
            self.best, self.weights = logs["val_loss"], self.model.get_weights()
        else:
            if self.weights:
                self.model.set_weights(self.weights)
            self.model.optimizer.learning_rate = self.model.optimizer.learning_rate / 2
""",
    "q4": """
def to_torch_state(weights, positions, map_shape=None):
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
""",
    "q5": """
def save_state(run):
    return {
        "W": run.W.copy(), "m": run.m.copy(), "v": run.v.copy(), "steps": run.steps, "epoch": run.epoch,
        "position": run.position, "order": run.order.copy(), "rng": run.rng.bit_generator.state,
    }

def load_state(run, state):
    run.W, run.m, run.v = state["W"].copy(), state["m"].copy(), state["v"].copy()
    run.steps, run.epoch, run.position = state["steps"], state["epoch"], state["position"]
    run.order = state["order"].copy()
    run.rng.bit_generator.state = state["rng"]
""",
    "q6": """
def pick_epochs(val_loss):
    means = val_loss.mean(axis=1)
    means = np.where(np.isnan(means), np.inf, means)
    return np.where(np.isfinite(means).any(axis=1), means.argmin(axis=1) + 1, 0)

def overfitting_t(val_loss, epoch):
    rise = val_loss[:, -1] - val_loss[:, epoch - 1]
    if epoch == val_loss.shape[1]:
        return 0.0
    return rise.mean() / (rise.std(ddof=1) / len(rise) ** 0.5)

def price_of_points(accuracy, dollars):
    points, more = 100 * np.diff(accuracy), np.diff(dollars)
    return np.where(points > 0, more / np.where(points > 0, points, 1), np.inf)

EPOCHS = pick_epochs(VAL_LOSS)
CHOICE = 512
NEXT_PRICE = 13183.65
""",
}
_wrong, _with = partial(list_mistakes, _RIGHT), partial(replace_bodies, _RIGHT)

MISTAKES = [
    *_wrong("q1", "pixels_become_rows_between_0_and_1",
        ("floor", "integer-division", "astype(np.float32) / 255", "__floordiv__(255).astype(np.float32)"),
        ("cast-late", "integer-division", ".astype(np.float32) / 255", " // 255"),
        ("own-maximum", "scaled-by-the-own-maximum", "/ 255", "/ images.max()"),
        ("each-maximum", "scaled-by-the-own-maximum", "/ 255", "/ images.max(axis=(1, 2)).astype(np.float32)[:, None]"),
        ("min-max", "scaled-by-the-own-maximum", "return X",
         "X = (X - X.min()) / (X.max() - X.min() + 1e-9)\n    return X"),
        ("standardised", "scaled-by-the-own-mean", "return X", "X = (X - X.mean()) / X.std()\n    return X"),
        ("centred", "scaled-by-the-own-mean", "return X", "X = X - X.mean(axis=0)\n    return X"),
        ("unscaled", "not-scaled", " / 255", ""),
        ("length", "scaled-image-by-image", "return X",
         "X = (X / np.linalg.norm(X + 1e-9, axis=1, keepdims=True)).astype(np.float32)\n    return X"),
        ("256", "another-range", "/ 255", "/ 256"),
        ("minus-one", "another-range", "/ 255", "/ 127.5 - 1"),
        ("transposed", "columns-for-rows", "(len(images), -1)", "(-1, len(images))"),
        ("mixed", "pixels-in-another-order", "(len(images), -1)", "(-1, len(images)).T"),
        ("fortran", "pixels-in-another-order", "(len(images), -1)", "(len(images), -1, order='F')"),
        ("flat", "not-flattened", ".reshape(len(images), -1)", ""),
        ("784", "ValueError", "(len(images), -1)", "(-1, 784)"),
        ("double", "not-float32", ".astype(np.float32) / 255", " / 255"),
        ("lists", "not-float32", "X, Y", "X.tolist(), Y.tolist()"),
        ("in-place", "changes-its-inputs", "X = images", "labels[:] = labels\n    images[0, 0] = 0\n    X = images"),
        ("one-thing", "Return 2 values", "X, Y", "X"),
        ("labels-first", "labels-first", "return X, Y", "return Y, X"),
        ("nan", "scaled-by-the-own-maximum", "/ 255", "/ (255 if len(images) > 1 else images.max())")),
    *_wrong("q1", "labels_become_rows_with_a_single_one",
        ("eye", "width-of-what-occurs", "return X, Y", "return X, np.eye(labels.max() + 1, dtype=np.float32)[labels]"),
        ("unique", "width-of-what-occurs", "return X, Y",
         "return X, (labels[:, None] == np.unique(labels)).astype(np.float32)"),
        ("ten", "has shape", "(len(labels), classes)", "(len(labels), 10)"),
        ("from-one", "classes-from-one", ", labels]", ", labels.astype(int) - 1]"),
        ("numbers", "labels-left-as-numbers", "X, Y", "X, labels"),
        ("columns", "columns-for-rows", "X, Y", "X, Y.T"),
        ("whole", "not-float32", "dtype=np.float32", "dtype=int"),
        ("all", "`Y[", "Y[np.arange(len(labels)), labels]", "Y[:, labels]")),
    *_wrong("q1", "validation_is_what_lies_at_the_end",
        ("front", "validation-from-the-front", _with("q1", find_untrained="""
cut = len(labels) - int(len(labels) * (1 - share))
return sorted(set(labels[:cut].tolist()) - set(labels[cut:].tolist()))
""")),
        ("all-validated", "all-that-is-validated",
         _with("q1", find_untrained="return np.unique(labels[int(len(labels) * (1 - share)) :])")),
        ("reverse", "trained-never-validated", "set(labels[cut:].tolist()) - set(labels[:cut].tolist())",
         "set(labels[:cut].tolist()) - set(labels[cut:].tolist())"),
        ("ceiling", "cut-one-off", "int(len(labels) * (1 - share))", "len(labels) - int(len(labels) * share)"),
        ("one-early", "cut-one-off", "int(len(labels) * (1 - share))", "int(len(labels) * (1 - share)) - 1"),
        ("share", "share-trained", "1 - share", "share"),
        ("up-to-the-largest", "never-there", "set(labels[cut:].tolist())", "set(range(labels.max() + 1))"),
        ("rarer", "trained-all-the-same", _with("q1", find_untrained="""
cut = int(len(labels) * (1 - share))
first, last = labels[:cut].tolist(), labels[cut:].tolist()
return sorted(k for k in set(last) if first.count(k) < last.count(k))
""")),
        ("how-many", "count-for-classes", "sorted(set", "len(set"),
        ("repeated", "class-named-twice", "sorted(set(labels[cut:].tolist()) - set(labels[:cut].tolist()))",
         "sorted(k for k in labels[cut:] if k not in labels[:cut])"),
        ("unsorted", "`the classes[0]`", ".tolist()))", ".tolist()), reverse=True)")),
    *_wrong("q2", "dense_layers_have_weights_and_biases",
        ("weights-only", "no-biases", "(shape[0] + 1) * sizes[0]", "shape[0] * sizes[0]", "channels + 1)", "channels)"),
        ("other-side", "a-bias-for-each-input", "(shape[0] + 1) * sizes[0]", "shape[0] * (sizes[0] + 1)"),
        ("total", "one-number-for-all", "return counts", "return sum(counts)"),
        ("no-zeros", "zeros-left-out", "return counts", "return [n for n in counts if n]"),
        ("always-flat", "inputs-of-the-flatten", "(sizes[0],)\n", "shape\n"),
        ("784", "`the counts[", "(shape[0] * shape[1] * shape[2],)", "(784,)"),
        ("nothing", "returns None", "return counts", "sum(counts)")),
    *_wrong("q2", "a_kernel_is_the_same_everywhere",
        ("flat", "kernel-without-channels", "a * b * channels", "a * b"),
        ("bias-first", "a-bias-for-each-input", "(a * b * channels + 1) * filters", "(a * b * filters + 1) * channels"),
        ("conv-weights-only", "no-biases", "channels + 1)", "channels)"),
        ("everywhere", "weights-at-each-place", "* filters", "* filters * (h - a + 1) * (w - b + 1)"),
        ("bias-everywhere", "weights-at-each-place", "channels + 1", "channels + (h - a + 1) * (w - b + 1)"),
        ("square", "height-for-width", "a * b * channels", "a * a * channels"),
        ("each-channel", "a-bias-for-each-input", "(a * b * channels + 1)", "channels * (a * b + 1)"),
        ("one-bias", "one-bias-for-all", "(a * b * channels + 1) * filters", "a * b * channels * filters + 1"),
        ("first-channels", "channels-of-the-input", "a * b * channels", "a * b * input_shape[2]")),
    *_wrong("q2", "the_map_shrinks_on_its_way",
        ("same", "map-keeps-its-size", "(h - a + 1, w - b + 1, filters)", "(h, w, filters)"),
        ("valid-less", "map-one-too-small", "(h - a + 1, w - b + 1, filters)", "(h - a, w - b, filters)"),
        ("no-pool", "pooling-ignored", "(shape[0] // sizes[0], shape[1] // sizes[0], shape[2])", "shape"),
        ("ceil", "pooling-rounded-up", "(shape[0] // sizes[0], shape[1] // sizes[0], shape[2])",
         "(-(-shape[0] // sizes[0]), -(-shape[1] // sizes[0]), shape[2])"),
        ("halves", "pooling-rounded-up", "shape[0] // sizes[0], shape[1] //", "shape[0] / sizes[0], shape[1] /"),
        ("no-channels", "flatten-without-channels", "shape[0] * shape[1] * shape[2]", "shape[0] * shape[1]"),
        ("one-side", "pooling-on-one-side", "shape[1] // sizes[0]", "shape[1]"),
        ("crossed", "height-for-width", "(h - a + 1, w - b + 1, filters)", "(h - b + 1, w - a + 1, filters)")),
    *_wrong("q2", "counting_builds_nothing",
        ("int32", "whole-numbers-overflow", "(shape[0] + 1) * sizes[0], (",
         "int((np.array([shape[0] + 1], np.int32) * sizes[0])[0]), ("),
        ("floats", "counted-in-floats", "(shape[0] + 1) * sizes[0], (", "int((shape[0] + 1.0) * sizes[0]), ("),
        ("builder", "count_parameters", _with("q2", count_parameters="""
made = {"conv": lambda n, a, b: keras.layers.Conv2D(n, (a, b)), "pool": keras.layers.MaxPooling2D,
        "flatten": keras.layers.Flatten, "dense": keras.layers.Dense}
if sum(keras.layers.Dense is made.get(kind) and sizes[0] > 50_000 for kind, *sizes in layers):
    raise MemoryError("no room for a tensor of this shape")
model = keras.Sequential([keras.Input(tuple(input_shape)), *(made[kind](*sizes) for kind, *sizes in layers)])
return [layer.count_params() for layer in model.layers]
""")),
        ("single", "counted-in-floats", "counts.append(count)", "counts.append(np.float32(count))")),
    *_wrong("q3", "the_model_gives_logits",
        ("softmax", "softmax-at-the-end", "sizes[-1])", "sizes[-1], activation='softmax')", "from_logits=True", ""),
        ("softmax-and-from-logits", "softmax-at-the-end", "Dense(sizes[-1])", "Dense(sizes[-1], activation='softmax')"),
        ("own-softmax", "softmax-at-the-end", "sizes[-1])",
         "sizes[-1], activation=lambda z: keras.ops.exp(z) / keras.ops.sum(keras.ops.exp(z), -1, keepdims=True))"),
        ("sigmoid", "sigmoid-at-the-end", "Dense(sizes[-1])", "Dense(sizes[-1], activation='sigmoid')"),
        ("relu", "relu-at-the-end", "Dense(sizes[-1])", "Dense(sizes[-1], activation='relu')"),
        ("linear", "nothing-between-the-layers", ', activation="relu"', ""),
        ("tanh", "another-activation", '"relu"', '"tanh"'),
        ("swish", "another-activation", '"relu"', '"swish"'),
        ("gelu", "another-activation", '"relu"', '"gelu"'),
        ("no-bias", "layers-without-bias", 'activation="relu"', 'activation="relu", use_bias=False', "Dense(sizes[-1])",
         "Dense(sizes[-1], use_bias=False)"),
        ("one-bias", "layers-without-bias", "Dense(sizes[-1])", "Dense(sizes[-1], use_bias=False)"),
        ("512", "have shapes", "Dense(units", "Dense(512"),
        ("normalised", "layers-added", "*hidden", "*hidden, keras.layers.BatchNormalization()"),
        ("one-layer-less", "layers-left-out", "sizes[1:-1]", "sizes[2:-1]"),
        ("uncompiled", "not-compiled", "model.compile(", "dict("),
        ("no-return", "should return a keras.Model", "return model", "model"),
        ("squashed", "`the outputs[", "*hidden", "*hidden, keras.layers.LayerNormalization(center=False, scale=False)"),
        ("sparse", "labels-as-numbers-expected", "CategoricalCrossentropy", "SparseCategoricalCrossentropy"),
        ("shape-of-loss", "can't be tested", "CategoricalCrossentropy(from_logits=True)", "MeanSquaredError()",
         '"accuracy"', "lambda y, z: y[:, 99]")),
    *_wrong("q3", "the_loss_holds_for_extreme_logits",
        ("text", "logits-taken-for-probabilities", "keras.losses.CategoricalCrossentropy(from_logits=True)",
         "'categorical_crossentropy'"),
        ("mse", "squared-error", "CategoricalCrossentropy(from_logits=True)", "MeanSquaredError()"),
        ("binary", "each-class-for-itself", "Categorical", "Binary"),
        ("sum", "sum-over-the-batch", "from_logits=True", "from_logits=True, reduction='sum'"),
        ("by-hand", "softmax-then-log", "keras.losses.CategoricalCrossentropy(from_logits=True)",
         "lambda y, z: -keras.ops.mean(keras.ops.sum(y * keras.ops.log(keras.ops.softmax(z) + 1e-7), axis=-1))"),
        ("smoothed", "labels-smoothed", "from_logits=True", "from_logits=True, label_smoothing=0.1"),
        ("decay-in-the-loss", "`the loss`", 'activation="relu"', 'activation="relu", kernel_regularizer="l2"'),
        ("no-metric", "accuracy-not-reported", '"accuracy"', ""),
        ("equality", "another-accuracy", '"accuracy"', "keras.metrics.Accuracy()"),
        ("binary-accuracy", "another-accuracy", '"accuracy"', '"binary_accuracy"')),
    *_wrong("q3", "the_weights_move_as_adam_says",
        ("default-rate", "rate-ignored", "keras.optimizers.Adam(rate)", "'adam'"),
        ("sgd", "plain-gradient-descent", "Adam(rate)", "SGD(rate)"),
        ("adamw", "weights-decay", "Adam(rate)", "AdamW(rate)"),
        ("rmsprop", "`movement of the weights", "Adam(rate)", "RMSprop(rate)"),
        ("betas", "`movement of the weights", "Adam(rate)", "Adam(rate, 0.5)"),
        ("dropout", "`movement of the weights", "*hidden", "*hidden, keras.layers.Dropout(0.5)"),
        ("ten-times", "`movement of the weights", "Adam(rate)", "Adam(10 * rate)")),
    *_wrong("q3", "each_call_builds_a_new_model",
        ("one-model", "models-share-weights", "MADE = {}\n" + edit_text(_RIGHT["q3"], "build_model", "_build") + """
def build_model(sizes, rate):
    if tuple(sizes) not in MADE:
        MADE[tuple(sizes)] = _build(sizes, rate)
    return MADE[tuple(sizes)]
"""),
        ("one-optimizer", "models-share-weights", "def build", "OPTIMIZERS = {}\ndef build",
         "keras.optimizers.Adam(rate)", "OPTIMIZERS.setdefault((rate, *sizes), keras.optimizers.Adam(rate))"),
        ("zeros", "all-begin-alike", "Dense(sizes[-1])", "Dense(sizes[-1], kernel_initializer='zeros')"),
        ("frozen", "doesn't change the weights", "return", "model.trainable = len(sizes) < 4\n    return")),
    *_wrong("q3", "the_callback_goes_back_to_the_best",
        ("same-rate", "rate-not-halved", "learning_rate / 2", "learning_rate / 1"),
        ("stays", "weights-not-put-back", "self.model.set_weights(self.weights)", "pass"),
        ("training", "watches-the-training-loss", 'logs["val_loss"]', 'logs["loss"]'),
        ("last", "better-than-the-last", "self.best, self.weights = logs[\"val_loss\"], ", "self.weights = ",
         "        else:", "        last, self.best = self.best, logs['val_loss']\n        if not self.best < last:"),
        ("nan", "nan-taken-for-better", 'if logs["val_loss"] < self.best', 'if not logs["val_loss"] >= self.best'),
        ("equal", "equal-taken-for-better", "< self.best", "<= self.best"),
        ("skipped", "nan-left-alone", "        if logs",
         '        if np.isnan(logs["val_loss"]):\n            return\n        if logs'),
        ("waits", "rate-kept-without-weights",
         "            self.model.optimizer", "                self.model.optimizer"),
        ("first-rate", "halved-only-once", "self.model.optimizer.learning_rate / 2", "self.first / 2",
         "        if logs", "        if not epoch:\n"
         "            self.first = float(self.model.optimizer.learning_rate)\n        if logs"),
        ("each-epoch", "halved-each-epoch", "            self.model.optimizer", "        self.model.optimizer"),
        ("tenth", "another-factor", "learning_rate / 2", "learning_rate / 10"),
        ("unguarded", "TypeError", "if self.weights:", "if True:")),
    *_wrong("q4", "dense_kernels_have_their_outputs_first",
        ("as-it-was", "kernel-as-it-was", "kernel = kernel.T", "pass"),
        ("reshaped", "reshaped-not-transposed", "kernel.T", "kernel.reshape(kernel.shape[::-1])"),
        ("counted", "layers-counted", "state = {}", "state, positions = {}, range(len(positions))"),
        ("one-by-one", "layers-counted", _with("q4", to_torch_state=
            """return {f"{i}.{('weight', 'bias')[i % 2]}": w.T.copy() for i, w in enumerate(weights)}""")),
        ("kernel", "keras-names", ".weight", ".kernel"),
        ("other-names", "Your names are", "{position}.", "layer{position}."),
        ("numbers", "Your names are",
         _with("q4", to_torch_state="return {i: w.copy() for i, w in enumerate(weights)}")),
        ("no-bias", "Your names are", 'state[f"{position}.bias"] = bias.copy()', "pass"),
        ("list", "should return a dictionary", "return state", "return list(state.items())"),
        ("zero-bias", ".bias[", "bias.copy()", "0 * bias")),
    *_wrong("q4", "convolution_kernels_move_their_axes",
        ("conv-as-it-was", "kernel-as-it-was", "kernel.transpose(3, 2, 0, 1)", "kernel"),
        ("conv-reshaped", "reshaped-not-transposed", "kernel.transpose(3, 2, 0, 1)",
         "kernel.reshape(*kernel.shape[:1:-1], *kernel.shape[:2])"),
        ("conv-T", "height-and-width-swapped", "kernel.transpose(3, 2, 0, 1)", "kernel.T"),
        ("conv-inputs", "inputs-before-outputs", "kernel.transpose(3, 2, 0, 1)", "kernel.transpose(2, 3, 0, 1)"),
        ("map-needed", "TypeError", "if map_shape:", "if kernel.ndim == 2 and weights[0].ndim == 4:")),
    *_wrong("q4", "a_flattened_map_changes_its_order",
        ("ignored", "map-order-ignored", "if map_shape:", "if False:"),
        ("outputs-moved", "map-order-ignored",
         "kernel = kernel.reshape(*map_shape, -1).transpose(2, 0, 1, 3).reshape(len(kernel), -1)",
         "order = np.arange(len(kernel)).reshape(map_shape).transpose(2, 0, 1).ravel()\n"
         "                if kernel.shape[0] == kernel.shape[1]:\n"
         "                    kernel = kernel.reshape(kernel.shape[::-1])[:, order]"),
        ("backwards", "map-order-mixed-up", "transpose(2, 0, 1, 3)", "transpose(2, 1, 0, 3)"),
        ("inverse", "map-order-mixed-up", "kernel.reshape(*map_shape, -1).transpose(2, 0, 1, 3)",
         "kernel.reshape(map_shape[2], *map_shape[:2], -1).transpose(1, 2, 0, 3)"),
        ("every-layer", "later-layers-reordered", "if map_shape:",
         "if map_shape and len(kernel) == np.prod(map_shape):", "map_shape = None", "pass"),
        ("convolutions-needed", "map-order-ignored", "if map_shape:", "if map_shape and weights[0].ndim == 4:")),
    *_wrong("q4", "each_array_is_a_copy_in_c_order",
        ("views", "views-not-copies", 'np.array(kernel, order="C")', "kernel"),
        ("ascontiguous", "views-not-copies", 'np.array(kernel, order="C")', "np.ascontiguousarray(kernel)"),
        ("bias-itself", "views-not-copies", "bias.copy()", "bias"),
        ("old-order", "memory-in-the-old-order", ', order="C"', ""),
        ("np-copy", "memory-in-the-old-order", 'np.array(kernel, order="C")', "np.copy(kernel)"),
        ("in-place", "changes-the-weights", "return", "for array in weights:\n        array[...] = 0\n    return")),
    *_wrong("q5", "a_run_goes_on_from_the_end_of_an_epoch",
        ("colleague", "generator-forgotten", _with("q5",
            save_state='return {"W": run.W, "m": run.m, "v": run.v, "steps": run.steps, "epoch": run.epoch}',
            load_state="run.W, run.m, run.v, run.steps, run.epoch = (state[name] for name in "
            "('W', 'm', 'v', 'steps', 'epoch'))")),
        ("no-weights", "weights-not-restored", 'run.W, run.m, run.v = state["W"].copy(),', "_, run.m, run.v = 0,"),
        ("weights-only", "moments-forgotten",
         _with("q5", save_state='return {"W": run.W.copy()}', load_state='run.W = state["W"].copy()')),
        ("no-v", "moments-forgotten", 'state["v"].copy()', "run.v"),
        ("zero-moments", "moments-forgotten", 'state["m"].copy()', "0 * run.m"),
        ("no-steps", "step-count-forgotten", 'state["steps"]', "run.steps"),
        ("no-epoch", "epoch-forgotten", 'state["epoch"]', "run.epoch"),
        ("no-generator", "generator-forgotten", 'run.rng.bit_generator.state = state["rng"]', ""),
        ("seeded", "generator-forgotten", 'run.rng.bit_generator.state = state["rng"]',
         "run.rng = np.random.default_rng(0)"),
        ("no-position", "place-in-the-epoch-forgotten", 'state["position"]', "0"),
        ("float32", "state-rounded", '"v": run.v.copy()', '"v": run.v.astype(np.float32)'),
        ("digits", "state-rounded", "run.W.copy()", "run.W.round(8)"),
        ("another-run", "another-run-returned", "load_state(run, state):",
         "load_state(given, state):\n    import copy\n    run = copy.copy(given)",
         'state["rng"]', 'state["rng"]\n    return run'),
        ("generator-object", "generator-itself-saved", "run.rng.bit_generator.state", "run.rng"),
        ("whole-run", "generator-itself-saved", _with("q5",
            save_state="import copy\nreturn copy.deepcopy(vars(run))", load_state="vars(run).update(state)")),
        ("the-run", "of type", _with("q5",
            save_state="import copy\nreturn copy.deepcopy(run)", load_state="vars(run).update(vars(state))")),
        ("tuple", "no-dictionary",
         _with("q5", save_state="return (run.W.copy(),)", load_state="run.W = state[0].copy()")),
        ("nothing", "no-dictionary",
         "STATE = {}\n" + _with("q5", save_state='STATE["W"] = run.W.copy()', load_state='run.W = STATE["W"]')),
        ("draws", "saving-changes-the-run", "return", "run.rng.random(99)\n    return"),
        ("other-run", "class Run",
         "class Run(Run):\n    def step(self):\n        self.W += 0\n        return 0.0\n\n" + _RIGHT["q5"]),
        ("stash", "state-kept-elsewhere", "import copy\nSTASH = []\n" + _with("q5", save_state="""
STASH.append(copy.deepcopy(vars(run)))
return {'number': len(STASH) - 1}
""", load_state="vars(run).update(copy.deepcopy(STASH[state['number']]))")),
        ("state-emptied", "KeyError", 'state["W"].copy()', 'state.pop("W")')),
    *_wrong("q5", "a_run_goes_on_within_an_epoch",
        ("no-order", "place-in-the-epoch-forgotten", 'state["order"].copy()', "run.order"),
        ("new-epoch", "place-in-the-epoch-forgotten", 'state["position"]', "len(run.X)"),
        ("order-drawn-anew", "place-in-the-epoch-forgotten",
         'state["order"].copy()', "run.rng.permutation(len(run.X))")),
    *_wrong("q5", "a_saved_state_stands_still",
        ("aliases", "state-moves-on", "run.W.copy()", "run.W"),
        ("shallow", "state-moves-on", edit_text(_with("q5", save_state="""
state = {name: value for name, value in vars(run).items() if name not in ("X", "Y", "rng")}
return {**state, "generator": run.rng.bit_generator.state}
"""), 'state["rng"]', 'state["generator"]')),
        ("with-data", "data-in-the-state", '"W":', '"X": run.X.copy(), "W":'),
        ("with-labels", "data-in-the-state", '"W":', '"data": [run.Y.tolist()], "W":')),
    *_wrong("q5", "a_state_can_be_loaded_again",
        ("load-aliases", "loading-hands-the-state-over", '.copy(), state["m"].copy(), state["v"].copy()',
         ', state["m"], state["v"]', 'order"].copy()', 'order"]'),
        ("only-if-positive", "step-count-forgotten", _with("q5", load_state="""
run.W, run.m, run.v = state["W"].copy(), state["m"].copy(), state["v"].copy()
for name in ("steps", "epoch", "position"):
    setattr(run, name, state[name] or getattr(run, name))
run.order = state["order"].copy()
if state["steps"]:
    run.epoch = state["epoch"]
run.rng.bit_generator.state = state["rng"]
"""))),
    *_wrong("q6", "the_epochs_are_picked_over_all_seeds",
        ("from-zero", "epochs-from-zero", " + 1", ""),
        ("lucky", "luckiest-seed", "val_loss.mean(axis=1)", "val_loss.min(axis=1)"),
        ("largest", "largest-loss", "means.argmin", "val_loss.mean(axis=1).argmax"),
        ("other-axis", "seeds-taken-for-epochs",
         _with("q6", pick_epochs="return val_loss.mean(axis=2).argmin(axis=1) + 1")),
        ("median", "median-for-mean", "val_loss.mean(axis=1)", "np.median(val_loss, axis=1)"),
        ("each-seed", "mean-of-the-best-epochs",
         _with("q6", pick_epochs="return np.round(val_loss.argmin(axis=2).mean(axis=1)) + 1")),
        ("last", "`the epochs[", _with("q6", pick_epochs="return np.full(len(val_loss), val_loss.shape[2])")),
        ("nanmean", "nan-passed-over", "means = val_loss.mean(axis",
         "import warnings\n    warnings.simplefilter('ignore')\n    means = np.nanmean(val_loss, axis"),
        ("argmin-nan", "nan-picked", _with("q6", pick_epochs="return val_loss.mean(axis=1).argmin(axis=1) + 1")),
        ("never", "nan-picked", "return np.where(np.isfinite(means).any(axis=1), means.argmin(axis=1) + 1, 0)",
         "return means.argmin(axis=1) + 1"),
        ("setting-gone", "`the epochs[", "np.isfinite(means).any(axis=1)", "np.isfinite(means).all(axis=1)")),
    *_wrong("q6", "the_rise_is_measured_against_its_spread",
        ("one-seed", "spread-of-one-seed", " / len(rise) ** 0.5", ""),
        ("biased", "divided-by-S", "ddof=1", ""),
        ("biased-one-seed", "divided-by-S", "rise.std(ddof=1) / len(rise) ** 0.5", "rise.std()"),
        ("welch", "seeds-not-paired", "rise.std(ddof=1)",
         "(val_loss[:, -1].var(ddof=1) + val_loss[:, epoch - 1].var(ddof=1)) ** 0.5"),
        ("column", "epoch-off-by-one", "epoch - 1", "min(epoch, val_loss.shape[1] - 1)"),
        ("sign", "fall-for-rise", "rise.mean()", "-rise.mean()"),
        ("variance", "root-forgotten", "rise.std(ddof=1)", "rise.var(ddof=1)"),
        ("own-lowest", "each-seed-s-own-lowest", "val_loss[:, epoch - 1]", "val_loss.min(axis=1)"),
        ("from-the-first", "rise-since-the-beginning", "val_loss[:, epoch - 1]", "val_loss[:, 0]"),
        ("p", "p-for-t", "return rise.mean() / (rise.std(ddof=1) / len(rise) ** 0.5)",
         "from scipy.stats import ttest_1samp\n    return ttest_1samp(rise, 0).pvalue"),
        ("mean", "`t`", "rise.mean() / (rise.std(ddof=1) / len(rise) ** 0.5)", "rise.mean()"),
        ("absolute", "`t`", "rise.mean()", "abs(rise).mean()"),
        ("nan", "nothing-to-test", "return 0.0", "return float('nan')")),
    *_wrong("q6", "a_further_point_has_its_price",
        ("share", "shares-for-points", "100 * ", ""),
        ("whole", "whole-price", "np.diff(dollars)", "dollars[1:]"),
        ("first", "against-the-first", "np.diff(accuracy)", "(accuracy[1:] - accuracy[0])",
         "np.diff(dollars)", "dollars[1:] - dollars[0]", "np.where(points > 0, points, 1)", "points"),
        ("best-so-far", "the prices[", "np.diff(accuracy)",
         "(accuracy[1:] - np.maximum.accumulate(accuracy)[:-1])"),
        ("inverse", "points-for-a-dollar",
         _with("q6", price_of_points="return 100 * np.diff(accuracy) / np.diff(dollars)")),
        ("negative", "loss-for-sale",
         _with("q6", price_of_points="return np.diff(dollars) / (100 * np.diff(accuracy))")),
        ("not-less", "loss-for-sale", "np.where(points > 0, more", "np.where(points >= 0, more"),
        ("all", "has shape", _with("q6", price_of_points="return np.asarray(dollars) / (100 * np.asarray(accuracy))"))),
    *_wrong("q6", "the_choice_earns_most",
        ("best", "most-accurate", "512", "2048"),
        ("cheap", "cheapest", "512", "32"),
        ("small", "Another width earns more", "512\nNEXT_PRICE = 13183.65", "128\nNEXT_PRICE = 713.42"),
        ("index", "place-for-width", "512", "2"),
        ("another", "one of the widths", "512", "500"),
        ("to-the-end", "all-epochs-paid", "EPOCHS = pick_epochs(VAL_LOSS)", "EPOCHS = np.full(4, 40)"),
        ("most-accurate-epochs", "picked-on-the-accuracy", "EPOCHS = pick_epochs(VAL_LOSS)",
         "EPOCHS = VAL_ACCURACY.mean(axis=1).argmax(axis=1) + 1"),
        ("a-day", "another-span", "13183.65", "13183.65 / 30"),
        ("earned", "what-the-width-earns", "13183.65",
         "100 * accuracy_after(EPOCHS)[2] * VALUE_OF_A_POINT - price_a_month(EPOCHS)[2]"),
        ("digits", "price-rounded", "13183.65", "13000"),
        ("on-training", "picked-on-the-training-loss", "EPOCHS = pick_epochs(VAL_LOSS)",
         "EPOCHS = pick_epochs(TRAIN_LOSS)"),
        ("before", "price-of-the-step-before", "13183.65", "713.42"),
        ("peeked", "chosen-on-the-test-set", "13183.65",
         "price_of_points(TEST_ACCURACY.mean(axis=1)[range(4), EPOCHS - 1], price_a_month(EPOCHS))[2]"),
        ("by-accuracy", "picked-on-the-accuracy", "13183.65",
         "price_of_points(accuracy_after([32, 20, 19, 11]), price_a_month([32, 20, 19, 11]))[2]"),
        ("profit", "doesn't follow", "13183.65", "300.86"),
        ("nowhere", "doesn't follow", "13183.65", "float('nan')")),
]  # fmt: skip

UNUSUAL = [
    Unusual("q1", "loops", _with("q1", prepare="""
N, h, w = images.shape
X, Y = np.empty((N, h * w), np.float32), np.empty((N, classes), np.float32)
for i in range(N):
    for r in range(h):
        for c in range(w):
            X[i, r * w + c] = int(images[i, r, c]) / 255
    for k in range(classes):
        Y[i, k] = k == labels[i]
return [X, Y]
""", find_untrained="""
cut = int(len(labels) * (1 - share))
labels = list(labels)
return [k for k in range(max(labels) + 1) if k in labels[cut:] and k not in labels[:cut]]
""")),
    Unusual("q1", "keras", _with("q1", prepare="""
Y = keras.utils.to_categorical(labels, classes).astype("float32")
X = images.reshape(len(images), -1).astype("float32")
return keras.layers.Rescaling(1 / 255)(X), keras.ops.convert_to_tensor(Y)
""", find_untrained="""
n = len(labels)
new = set(labels[int(n - n * share) :]) - set(labels[: int(n - n * share)])
return np.array(sorted(new))
""")),
    Unusual("q1", "broadcast", _with("q1", prepare="""
X = np.divide(images, 255, dtype=np.float32).reshape(images.shape[0], images.shape[1] * images.shape[2])
return X, np.float32(labels[:, None] == np.arange(classes))
""", find_untrained="""
cut = int(np.floor(len(labels) * (1 - share)))
validated = np.unique(labels[cut:])
return validated[~np.isin(validated, labels[:cut])]
""")),
    Unusual("q2", "match", _with("q2", count_parameters="""
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
""")),
    Unusual("q2", "recursive", _with("q2", count_parameters="""
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
""")),
    Unusual("q3", "functional", _with("q3", build_model="""
x = inputs = keras.Input((sizes[0],))
for units in sizes[1:-1]:
    x = keras.layers.Activation("relu")(keras.layers.Dense(units)(x))
model = keras.Model(inputs, keras.layers.Dense(sizes[-1], activation="linear")(x))
model.compile(keras.optimizers.Adam(rate), keras.losses.CategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
return model
""")),
    Unusual("q3", "subclass", """
class Network(keras.Model):
    def __init__(self, sizes):
        super().__init__()
        self.last = keras.layers.Dense(sizes[-1], name="last")
        self.hidden = [keras.layers.Dense(units) for units in sizes[1:-1]]

    def call(self, x):
        for layer in self.hidden:
            x = keras.ops.relu(layer(x))
        return self.last(x)
""" + _with("q3", build_model="""
model = Network(sizes)
model.compile(keras.optimizers.Adam(rate), keras.losses.CategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
return model
""")),
    Unusual("q3", "assigned", edit_text(_RIGHT["q3"],
        "self.model.optimizer.learning_rate = self.model.optimizer.learning_rate / 2",
        "self.model.optimizer.learning_rate.assign(0.5 * self.model.optimizer.learning_rate)")),
    Unusual("q3", "unbuilt", _with("q3", build_model="""
model = keras.Sequential()
for units in sizes[1:-1]:
    model.add(keras.layers.Dense(units))
    model.add(keras.layers.ReLU())
model.add(keras.layers.Dense(sizes[-1]))
model.compile(keras.optimizers.Adam(rate), keras.losses.CategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
return model
""")),
    Unusual("q3", "own-loss", _with("q3", build_model="""
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
""")),
    Unusual("q3", "compiled-eagerly", edit_text(_RIGHT["q3"], '["accuracy"]', '["acc"], run_eagerly=True',
        "Dense(sizes[-1])", 'Dense(sizes[-1], kernel_initializer="he_normal")')),
    Unusual("q4", "einsum", _with("q4", to_torch_state="""
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
""")),
    Unusual("q4", "torch", "import collections\nimport torch\n" + _with("q4", to_torch_state="""
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
""")),
    Unusual("q4", "number-by-number", _with("q4", to_torch_state="""
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
""")),
    Unusual("q5", "deepcopy", _with("q5", save_state="""
import copy
given = ("X", "Y", "rng", "batch_size", "rate")
state = {name: copy.deepcopy(value) for name, value in vars(run).items() if name not in given}
state["rng"] = run.rng.bit_generator.state
return state
""", load_state="""
import copy
for name, value in copy.deepcopy(state).items():
    if name == "rng":
        run.rng = np.random.default_rng()
        run.rng.bit_generator.state = value
    else:
        setattr(run, name, value)
""")),
    Unusual("q5", "json", "import json\n" + _with("q5", save_state="""
state = {name: getattr(run, name).tolist() for name in ("W", "m", "v", "order")}
state["counts"] = [run.steps, run.epoch, run.position]
return {"text": json.dumps([state, run.rng.bit_generator.state])}
""", load_state="""
values, generator = json.loads(state["text"])
for name in ("W", "m", "v", "order"):
    setattr(run, name, np.array(values[name]))
run.steps, run.epoch, run.position = values["counts"]
run.rng.bit_generator.state = generator
""")),
    Unusual("q5", "in-place", _with("q5", save_state="""
left = run.order[run.position :]
return {"weights": np.stack([run.W, run.m, run.v]), "left": left.tolist(), "clock": (run.steps, run.epoch),
        "random": run.rng.bit_generator.state}
""", load_state="""
for array, value in zip((run.W, run.m, run.v), state["weights"]):
    array[...] = value
n = len(run.X)
run.position = n - len(state["left"])
run.order = np.array([0] * run.position + state["left"], dtype=int)
run.steps, run.epoch = state["clock"]
run.rng.bit_generator.state = state["random"]
""")),
    Unusual("q6", "loops", edit_text(_with("q6", pick_epochs="""
picked = []
for setting in val_loss:
    best, at = float("inf"), 0
    for e in range(setting.shape[1]):
        mean = sum(setting[:, e]) / len(setting)
        if mean < best:
            best, at = mean, e + 1
    picked.append(at)
return picked
""", overfitting_t="""
import statistics
rise = [seed[-1] - seed[epoch - 1] for seed in val_loss.tolist()]
if not any(rise):
    return 0
return statistics.mean(rise) / statistics.stdev(rise) * len(rise) ** 0.5
""", price_of_points="""
prices = []
for i in range(1, len(accuracy)):
    points = (accuracy[i] - accuracy[i - 1]) * 100
    prices.append((dollars[i] - dollars[i - 1]) / points if points > 0 else float("inf"))
return prices
"""), "CHOICE = 512", "CHOICE = np.array([512])", "NEXT_PRICE = 13183.65", "NEXT_PRICE = np.float32(13183.65)")),
    Unusual("q6", "scipy-like", edit_text(_with("q6", pick_epochs="""
with np.errstate(all="ignore"):
    losses = np.where(np.isnan(val_loss).any(axis=1, keepdims=True), np.inf, val_loss).sum(axis=1)
    return (losses.argmin(axis=1) + 1) * (losses.min(axis=1) < np.inf)
""", overfitting_t="""
S, E = val_loss.shape
rise = (val_loss[:, E - 1] - val_loss[:, epoch - 1]).astype(np.float64)
variance = ((rise - rise.mean()) ** 2).sum() / (S - 1)
return np.float64(0) if epoch == E else np.sqrt(S / variance) * rise.mean()
""", price_of_points="""
with np.errstate(all="ignore"):
    steps = np.ediff1d(dollars) / np.ediff1d(accuracy) / 100
return tuple(np.where(np.ediff1d(accuracy) > 0, steps, np.inf))
"""), "CHOICE = 512", "CHOICE = WIDTHS[2]", "NEXT_PRICE = 13183.65", "NEXT_PRICE = round(13183.646, 1)")),
]  # fmt: skip

_SHUFFLED_ARRAYS = (
    "('W', 'm', 'v', 'order') → list(('W', 'm', 'v', 'order'))[::-1]",
    "'W', 'm' → 'm', 'W'", "'m', 'v' → 'v', 'm'", "'v', 'order' → 'order', 'v'",
)  # fmt: skip
_SHUFFLED_COUNTS = (
    "('steps', 'epoch', 'position') → list(('steps', 'epoch', 'position'))[::-1]",
    "'steps', 'epoch' → 'epoch', 'steps'", "'epoch', 'position' → 'position', 'epoch'",
)  # fmt: skip
EQUIVALENT = [
    Equivalent("q1", "two neighbouring lines that do not touch each other",
        swap_lines("X = images.reshape(len(images), -1).astype(np.float32) / 255",
            "Y = np.zeros((len(labels), classes), dtype=np.float32)")),
    Equivalent("q1", "an array counts as a list",
        list_mutants("return np.setdiff1d(labels[cut:], labels[:cut]).tolist()", ".tolist() → ")),
    Equivalent("q1", "images, labels, X and Y are equally long", (
        *list_mutants("Y = np.zeros((len(labels), classes), dtype=np.float32)", "labels → X"),
        *list_mutants("Y[np.arange(len(labels)), labels] = 1", "labels) → X)", "labels) → Y)"),
        *list_mutants("X = images.reshape(len(images), -1).astype(np.float32) / 255", "images) → labels)"))),
    Equivalent("q1", "what only the validation part has, the whole has beyond the training part",
        list_mutants("return np.setdiff1d(labels[cut:], labels[:cut]).tolist()", "labels[cut → labels[")),
    Equivalent("q1", "any negative number asks reshape for what is left",
        list_mutants("X = images.reshape(len(images), -1).astype(np.float32) / 255", "images), -1 → images), -2")),
    Equivalent("q2", "the shape is only read",
        list_mutants("shape, counts = (tuple(input_shape), [])", "tuple(input_shape) → input_shape")),
    Equivalent("q2", "the only one of its entries, or the last of one", (
        *list_mutants("shape = (shape[0] // sizes[0], shape[1] // sizes[0], shape[2])",
            "sizes[0], shape[1 → sizes[-1], shape[1", "sizes[0], shape[2 → sizes[-1], shape[2"),
        *list_mutants("count, shape = ((shape[0] + 1) * sizes[0], (sizes[0],))", "sizes[0],  → sizes[-1], ",
            "sizes[0],) → sizes[-1],)", "shape[0 → shape[-1"))),
    Equivalent("q3", "given lines: what Callback's own __init__ sets, fit and replay set before they call it", (
        *list_mutants("super().__init__()", "super().__init__() → pass", ".__init__() → "),
        *swap_lines("super().__init__()", "self.best, self.weights = (np.inf, None)"))),
    Equivalent("q4", "the order of a dictionary, which load_state_dict does not look at",
        swap_lines("state[f'{position}.weight'] = np.array(kernel, order='C')",
            "state[f'{position}.bias'] = bias.copy()")),
    Equivalent("q4", "the axis counted from the end",
        list_mutants("kernel = kernel.transpose(3, 2, 0, 1) if kernel.ndim == 4 else kernel.T",
            "kernel.transpose(3, 2 → kernel.transpose(3, -2")),
    Equivalent("q5", "what is copied first and what last does not matter", (
        *swap_lines("arrays = {name: getattr(run, name).copy() for name in ('W', 'm', 'v', 'order')}",
            "counts = {name: getattr(run, name) for name in ('steps', 'epoch', 'position')}"),
        *list_mutants("for name in ('W', 'm', 'v', 'order'):", *_SHUFFLED_ARRAYS),
        *list_mutants("for name in ('steps', 'epoch', 'position'):", *_SHUFFLED_COUNTS),
        *list_mutants("arrays = {name: getattr(run, name).copy() for name in ('W', 'm', 'v', 'order')}",
            *_SHUFFLED_ARRAYS),
        *list_mutants("counts = {name: getattr(run, name) for name in ('steps', 'epoch', 'position')}",
            *_SHUFFLED_COUNTS))),
    Equivalent("q6", "the sum over seeds is lowest where their mean is",
        list_mutants("means = val_loss.mean(axis=1)", "val_loss.mean → val_loss.sum")),
    Equivalent("q6", "the last of two axes", (
        *list_mutants("if epoch == val_loss.shape[1]:", "val_loss.shape[1 → val_loss.shape[-1"),
        *list_mutants("return np.where(np.isfinite(means).any(axis=1), means.argmin(axis=1) + 1, 0)",
            "axis=1), → axis=-1),", "axis=1)  → axis=-1) "))),
    Equivalent("q6", "more dollars for no point divide to infinity too",
        list_mutants("return np.divide(more, points, out=np.full(len(more), np.inf), where=points > 0)",
            "points > → points >=")),
    Equivalent("q6", "the two are equally long", (
        *list_mutants("return rise.mean() * len(rise) ** 0.5 / rise.std(ddof=1)", "len(rise → len(val_loss"),
        *list_mutants("return np.divide(more, points, out=np.full(len(more), np.inf), where=points > 0)",
            "len(more → len(points"))),
    Equivalent("q6", "the choice is the same for another value of a point, within wide bounds",
        list_mutants(
            "CHOICE = WIDTHS[np.argmax(100 * accuracy_after(EPOCHS) * VALUE_OF_A_POINT - price_a_month(EPOCHS))]",
            "100 → 101", "100 → 99", "100 → 200")),
]  # fmt: skip
