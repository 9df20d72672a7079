"""Exercise 04: wrong answers that its checks must name, and unusual right ones."""

from proofs.claims import Equivalent, Mistake, Unusual


def _penalty(lines: str = "", minimum: str = "") -> str:
    return f"def elastic_penalty(params, lambda1, lambda2):\n{_indent(lines or _SUM)}\n{_minimum(minimum)}"


def _minimum(minimum: str = "") -> str:
    return f"def penalized_minimum(a, h, lambda1, lambda2):\n{_indent(minimum or _SHRINK)}"


def _adam(lines: str = "", halves: str = "", parameters: str = "") -> str:
    header = "def adam_step(w, g, m, v, t, alpha, lam, decoupled, beta1=0.9, beta2=0.999, epsilon=1e-8"
    return f"{header}{parameters}):\n{_indent(lines or _STEP)}\n\ndef steps_to_halve(alpha, lam):\n{_indent(halves or _HALVE)}"


def _dropout(forward: str = "", backward: str = "", loss: str = "") -> str:
    return "\n\n".join(
        f"def {header}:\n{_indent(lines)}"
        for header, lines in (
            ("dropout(X, mask, q, training)", forward or _FORWARD),
            ("dropout_backward(G, mask, q, training)", backward or _change(_FORWARD, "X", "G")),
            ("expected_loss(X, y, w, q)", loss or _LOSS),
        )
    )


def _pictures(shift: str = "", labels: str = "", safe: str = "['half turn']") -> str:
    return (
        f"def shift_images(images, down, right):\n{_indent(shift or _SHIFT)}\n\n"
        f"def labels_after(glyphs, name):\n{_indent(labels or _LABELS)}\n\nSAFE = {safe}\n"
    )


def _fit(lines: str = "", faults: str = '"BC"') -> str:
    return f"FAULTS = {faults}\ndef fit(w, run_epoch, patience, max_epochs):\n{_indent(lines or _LOOP)}"


def _compare(lines: str = "", choice: str = '"augmentation"', net: str = "4572.14") -> str:
    header = "def compare_with_baseline(accuracies, baseline, confidence=0.95):\n"
    return f"{header}{_indent(lines or _INTERVALS)}\n\nCHOICE = {choice}\nNET = {net}\n"


def _indent(lines: str) -> str:
    return "".join(f"    {line}\n" for line in lines.strip("\n").split("\n"))


def _change(lines: str, *pairs: str) -> str:
    for old, new in zip(pairs[::2], pairs[1::2], strict=True):
        assert old in lines, f"{old!r} is not in the lines to change"
        lines = lines.replace(old, new)
    return lines


_SUM = """
penalty, gradients = 0.0, {}
for name, p in params.items():
    gradients[name] = np.zeros(p.shape)
    if name.startswith("W"):
        penalty += lambda1 * np.abs(p).sum() + lambda2 / 2 * (p**2).sum()
        gradients[name] = lambda1 * np.sign(p) + lambda2 * p
return penalty, gradients
"""
_SHRINK = "return np.sign(a) * np.maximum(h * np.abs(a) - lambda1, 0) / (h + lambda2)"
_STEP = """
if not decoupled:
    g = g + lam * w
m = beta1 * m + (1 - beta1) * g
v = beta2 * v + (1 - beta2) * g**2
u = m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + epsilon)
if decoupled:
    u = u + lam * w
return w - alpha * u, m, v
"""
_HALVE = "return int(np.ceil(np.log(0.5) / np.log(1 - alpha * lam)))"
_FORWARD = "return X * mask / q if training else X"
_LOSS = """
errors = X @ w - y
variances = (1 - q) / q * ((X * w) ** 2).sum(axis=1)
return np.mean(errors**2 + variances) / 2
"""
_SHIFT = """
shifted = np.zeros_like(images)
B, H, W = images.shape
for b in range(B):
    for i in range(H):
        for j in range(W):
            if 0 <= i - down[b] < H and 0 <= j - right[b] < W:
                shifted[b, i, j] = images[b, i - down[b], j - right[b]]
return shifted
"""
_LABELS = """
changed = TRANSFORMS[name](glyphs)
same = (changed[:, None] == glyphs).all(axis=(2, 3))
return np.where(same.any(axis=1), same.argmax(axis=1), -1)
"""
_LOOP = """
best_loss, best_w, best_epoch, waited = float("inf"), w.copy(), 0, 0
for epoch in range(1, max_epochs + 1):
    training_loss, loss = run_epoch(w)
    if loss < best_loss:
        best_loss, best_w, best_epoch, waited = loss, w.copy(), epoch, 0
    else:
        waited += 1
    if waited >= patience:
        break
return best_w, best_epoch
"""
_INTERVALS = """
D = accuracies - baseline
K, S = D.shape
gain = D.mean(axis=1)
error = D.std(axis=1, ddof=1) / np.sqrt(S)
half = t_quantile(1 - (1 - confidence) / (2 * K), S - 1) * error
return gain, gain - half, gain + half
"""

_PAY, _PULL, _MINIMUM, _SHAPES = (
    "all_weights_pay_and_no_bias",
    "each_weight_pulls_at_itself",
    "the_minimum_is_pulled_to_zero",
    "any_shape_and_any_penalty",
)
_L2, _W, _HALF, _FIRST = (
    "l2_goes_through_both_means",
    "adamw_decays_beside_the_means",
    "a_weight_halves_step_by_step",
    "first_steps_large_epsilon_and_inputs",
)
_KEEPS, _BACK, _HIDDEN_PENALTY, _OTHER = (
    "training_keeps_the_mean_and_evaluation_everything",
    "the_way_back_has_the_same_slopes",
    "dropout_is_a_penalty",
    "other_shapes_and_nothing_dropped",
)
_MOVE, _FOLLOW, _SAFE, _FAR = (
    "pictures_move_and_zeros_come_in",
    "labels_follow_the_pictures",
    "safe_is_what_keeps_each_digit",
    "far_shifts_and_narrow_pictures",
)
_NAMED, _STOPS, _NAN = "the_faults_are_named", "stops_in_time_with_the_best_weights", "diverged_short_and_hopeless_runs"
_PAIRED, _ALL, _CHOICE, _SMALL = (
    "gains_are_compared_seed_by_seed",
    "all_intervals_hold_at_once",
    "the_choice_brings_most_for_sure",
    "one_strategy_or_two_seeds",
)
_VALUE = "lambda1 * np.abs(p).sum() + lambda2 / 2 * (p**2).sum()"
_ROLL = "return np.array([np.roll(image, (y, x), axis=(0, 1)) for image, y, x in zip(images, down, right)])"
_SLICES = """
B, H, W = images.shape
shifted = np.zeros_like(images)
for image, new, y, x in zip(images, shifted, down, right):
    new[max(y, 0):H + min(y, 0), max(x, 0):W + min(x, 0)] = image[max(-y, 0):H + min(-y, 0), max(-x, 0):W + min(-x, 0)]
return shifted
"""

MISTAKES = [
    # q1
    Mistake("q1", "biases", _PAY, "bias-penalised", _penalty(_change(_SUM, 'name.startswith("W")', "True"))),
    Mistake("q1", "whole", _PAY, "half-forgotten", _penalty(_change(_SUM, "lambda2 / 2", "lambda2"))),
    Mistake("q1", "swapped", _PAY, "lambdas-swapped", _penalty("lambda1, lambda2 = lambda2, lambda1" + _SUM.rstrip())),
    Mistake("q1", "length", _PAY, "root-of-the-squares", _penalty(_change(_SUM, "(p**2).sum()", "np.linalg.norm(p)"))),
    Mistake(
        "q1",
        "length-without-half",
        _PAY,
        "root-of-the-squares",
        _penalty(_change(_SUM, "lambda2 / 2 * (p**2).sum()", "lambda2 * np.linalg.norm(p)")),
    ),
    Mistake("q1", "mean", _PAY, "mean-for-sum", _penalty(_change(_SUM, ".sum()", ".mean()"))),
    Mistake("q1", "columns", _PAY, "matrix-norm", _penalty(_change(_SUM, "np.abs(p).sum()", "np.linalg.norm(p, 1)"))),
    Mistake(
        "q1",
        "singular",
        _PAY,
        "matrix-norm",
        _penalty(_change(_SUM, "np.abs(p).sum()", "np.linalg.norm(p, 1)", "(p**2).sum()", "np.linalg.norm(p, 2) ** 2")),
    ),
    Mistake("q1", "last-layer", _PAY, "one-layer-only", _penalty(_change(_SUM, "penalty +=", "penalty ="))),
    Mistake(
        "q1", "first-layer", _PAY, "one-layer-only", _penalty(_change(_SUM, 'name.startswith("W")', 'name == "W1"'))
    ),
    Mistake("q1", "plain-sum", _PAY, "`penalty`", _penalty(_change(_SUM, "np.abs(p).sum()", "p.sum()"))),
    Mistake(
        "q1",
        "penalty-alone",
        _PAY,
        "should return 2 things",
        _penalty(_change(_SUM, "return penalty, gradients", "return penalty")),
    ),
    Mistake(
        "q1",
        "list-of-gradients",
        _PAY,
        "dictionary",
        _penalty(_change(_SUM, "return penalty, gradients", "return penalty, list(gradients.values())")),
    ),
    Mistake("q1", "no-return", _PAY, "returns None", _penalty(_change(_SUM, "return penalty, gradients", "pass"))),
    Mistake(
        "q1",
        "bias-slope",
        _PULL,
        "bias-penalised",
        _penalty(_change(_SUM, "np.zeros(p.shape)", "lambda1 * np.sign(p) + lambda2 * p")),
    ),
    Mistake("q1", "bias-decay", _PULL, "bias-penalised", _penalty(_change(_SUM, "np.zeros(p.shape)", "lambda2 * p"))),
    Mistake("q1", "bias-none", _PULL, "is None", _penalty(_change(_SUM, "np.zeros(p.shape)", "None"))),
    Mistake("q1", "bias-number", _PULL, "has shape", _penalty(_change(_SUM, "np.zeros(p.shape)", "0.0"))),
    Mistake(
        "q1", "slope-twice", _PULL, "half-forgotten", _penalty(_change(_SUM, "+ lambda2 * p", "+ 2 * lambda2 * p"))
    ),
    Mistake(
        "q1", "slope-half", _PULL, "gradient-halved", _penalty(_change(_SUM, "+ lambda2 * p", "+ lambda2 / 2 * p"))
    ),
    Mistake(
        "q1",
        "slope-swapped",
        _PULL,
        "lambdas-swapped",
        _penalty(_change(_SUM, "lambda1 * np.sign(p) + lambda2 * p", "lambda2 * np.sign(p) + lambda1 * p")),
    ),
    Mistake("q1", "no-sign", _PULL, "sign-lost", _penalty(_change(_SUM, "lambda1 * np.sign(p)", "lambda1"))),
    Mistake(
        "q1", "size-for-sign", _PULL, "slope-grows-with-the-weight", _penalty(_change(_SUM, "np.sign(p)", "np.abs(p)"))
    ),
    Mistake("q1", "weight-for-sign", _PULL, "slope-grows-with-the-weight", _penalty(_change(_SUM, "np.sign(p)", "p"))),
    Mistake(
        "q1", "plus-at-zero", _PULL, "pushed-off-zero", _penalty(_change(_SUM, "np.sign(p)", "np.where(p >= 0, 1, -1)"))
    ),
    Mistake(
        "q1",
        "nan-at-zero",
        _PULL,
        "pushed-off-zero",
        _penalty(
            _change(_SUM, "np.sign(p)", "np.array([x / abs(x) if x else np.nan for x in p.ravel()]).reshape(p.shape)")
        ),
    ),
    Mistake("q1", "ridge", _MINIMUM, "never-zero", _penalty(minimum="return h * a / (h + lambda2)")),
    Mistake("q1", "bottom", _MINIMUM, "never-zero", _penalty(minimum="return a")),
    Mistake(
        "q1",
        "no-stop",
        _MINIMUM,
        "past-zero",
        _penalty(minimum="return (h * a - lambda1 * np.sign(a)) / (h + lambda2)"),
    ),
    Mistake(
        "q1",
        "positive",
        _MINIMUM,
        "negative-side-lost",
        _penalty(minimum="return np.maximum(h * a - lambda1, 0) / (h + lambda2)"),
    ),
    Mistake(
        "q1",
        "all-positive",
        _MINIMUM,
        "negative-side-lost",
        _penalty(minimum="return np.maximum(h * np.abs(a) - lambda1, 0) / (h + lambda2)"),
    ),
    Mistake(
        "q1",
        "soft-threshold",
        _MINIMUM,
        "curvature-ignored",
        _penalty(minimum="return np.sign(a) * np.maximum(np.abs(a) - lambda1, 0) / (1 + lambda2)"),
    ),
    Mistake(
        "q1",
        "hard-threshold",
        _MINIMUM,
        "kept-whole",
        _penalty(minimum="return np.where(h * np.abs(a) > lambda1, a, 0)"),
    ),
    Mistake(
        "q1",
        "ridge-then-zero",
        _MINIMUM,
        "kept-whole",
        _penalty(minimum="return np.where(h * np.abs(a) > lambda1, h * a / (h + lambda2), 0)"),
    ),
    Mistake("q1", "no-l2", _MINIMUM, "`w[", _penalty(minimum=_change(_SHRINK, "(h + lambda2)", "h"))),
    Mistake("q1", "matrices-only", _SHAPES, "`", _penalty(_change(_SUM, 'name.startswith("W")', "p.ndim > 1"))),
    Mistake("q1", "a-W-anywhere", _SHAPES, "`", _penalty(_change(_SUM, 'name.startswith("W")', '"W" in name'))),
    Mistake(
        "q1",
        "shifted-in-place",
        _SHAPES,
        "changes-its-inputs",
        _penalty(
            _change(
                _SUM,
                "= lambda1 * np.sign(p) + lambda2 * p",
                "= lambda1 * np.sign(p)\n        gradients[name] += np.multiply(p, lambda2, out=p)",
            )
        ),
    ),
    Mistake(
        "q1",
        "emptied",
        _SHAPES,
        "changes-its-inputs",
        _penalty(_change(_SUM, "return penalty", "params.clear()\nreturn penalty")),
    ),
    Mistake(
        "q1",
        "divided-by-l2",
        _SHAPES,
        "ZeroDivisionError",
        _penalty(_change(_SUM, "penalty +=", "ratio = lambda1 / float(lambda2)\n        penalty +=")),
    ),
    # q2
    Mistake("q2", "swapped-flag", _L2, "penalty-outside", _adam("decoupled = not decoupled" + _STEP.rstrip())),
    Mistake("q2", "always-adamw", _L2, "penalty-outside", _adam("decoupled = True" + _STEP.rstrip())),
    Mistake("q2", "no-decay", _L2, "decay-forgotten", _adam("lam = 0" + _STEP.rstrip())),
    Mistake(
        "q2",
        "first-mean-only",
        _L2,
        "penalty-in-one-mean",
        _adam(_change(_STEP, "    g = g + lam * w", "    m = m + (1 - beta1) / beta1 * lam * w")),
    ),
    Mistake(
        "q2",
        "second-mean-only",
        _L2,
        "penalty-in-one-mean",
        _adam(
            _change(_STEP, "    g = g + lam * w\n", "    pass\n", "* g**2", "* (g if decoupled else g + lam * w)**2")
        ),
    ),
    Mistake("q2", "two-lambda", _L2, "twice-the-penalty", _adam(_change(_STEP, "g + lam * w", "g + 2 * lam * w"))),
    Mistake(
        "q2", "rate-in-g", _L2, "rate-in-the-gradient", _adam(_change(_STEP, "g + lam * w", "g + alpha * lam * w"))
    ),
    Mistake("q2", "minus", _L2, "`w[", _adam(_change(_STEP, "g + lam * w", "g - lam * w"))),
    Mistake(
        "q2", "no-hats", _L2, "no-correction", _adam(_change(_STEP, " / (1 - beta1**t)", "", "v / (1 - beta2**t)", "v"))
    ),
    Mistake("q2", "one-hat", _L2, "no-correction", _adam(_change(_STEP, "v / (1 - beta2**t)", "v"))),
    Mistake("q2", "other-hat", _L2, "no-correction", _adam(_change(_STEP, " / (1 - beta1**t)", ""))),
    Mistake("q2", "t-plus", _L2, "t-off-by-one", _adam("t = t + 1" + _STEP.rstrip())),
    Mistake("q2", "t-minus", _L2, "t-off-by-one", _adam("t = t - 1" + _STEP.rstrip())),
    Mistake(
        "q2",
        "hats-kept",
        _L2,
        "hats-returned",
        _adam(
            _change(
                _STEP,
                "u = m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + epsilon)",
                "m, v = m / (1 - beta1**t), v / (1 - beta2**t)\nu = m / (np.sqrt(v) + epsilon)",
            )
        ),
    ),
    Mistake(
        "q2", "old-state", _L2, "old-means-returned", _adam("old = m, v" + _change(_STEP, ", m, v", ", *old").rstrip())
    ),
    Mistake(
        "q2",
        "memory",
        _L2,
        "state-survives-the-call",
        _adam(
            _change(_STEP, "u = m", "memory['m'] = m = memory.get('m', m) * 0.5 + m\nu = m"), parameters=", memory={}"
        ),
    ),
    Mistake(
        "q2",
        "w-only",
        _L2,
        "should return 3 things",
        _adam(_change(_STEP, "return w - alpha * u, m, v", "return w - alpha * u")),
    ),
    Mistake("q2", "none", _L2, "returns None", _adam(_change(_STEP, "return w - alpha * u, m, v", "pass"))),
    Mistake("q2", "betas-swapped", _L2, "`w[", _adam("beta1, beta2 = beta2, beta1" + _STEP.rstrip())),
    Mistake("q2", "always-l2", _W, "penalty-through-the-root", _adam("decoupled = False" + _STEP.rstrip())),
    Mistake(
        "q2", "no-rate", _W, "decay-without-rate", _adam(_change(_STEP, "u = u + lam * w", "u = u + lam * w / alpha"))
    ),
    Mistake(
        "q2",
        "afterwards",
        _W,
        "decay-of-the-new-weight",
        _adam(_change(_STEP, "    u = u + lam * w", "    w = w - alpha * u\n    return w - alpha * lam * w, m, v")),
    ),
    Mistake("q2", "forgotten", _W, "decay-forgotten", _adam(_change(_STEP, "    u = u + lam * w", "    pass"))),
    Mistake("q2", "growing", _W, "decay-grows", _adam(_change(_STEP, "u + lam * w", "u - lam * w"))),
    Mistake(
        "q2",
        "in-the-state",
        _W,
        "decay-in-the-means",
        _adam(_change(_STEP, "    u = u + lam * w", "    u = u + lam * w\n    m = m + (1 - beta1) * lam * w")),
    ),
    Mistake(
        "q2",
        "divided",
        _W,
        "`w[",
        _adam(_change(_STEP, "u = u + lam * w", "u = (u + lam * w) / (np.sqrt(v) + epsilon)")),
    ),
    Mistake("q2", "floor", _HALF, "rounded-down", _adam(halves=_change(_HALVE, "ceil", "floor"))),
    Mistake("q2", "unrounded", _HALF, "rounded-down", _adam(halves="return np.log(0.5) / np.log(1 - alpha * lam)")),
    Mistake("q2", "one-more", _HALF, "rounded-down", _adam(halves=_change(_HALVE, "return ", "return 1 + "))),
    Mistake("q2", "exponential", _HALF, "smooth-decay", _adam(halves="return int(np.ceil(np.log(2) / (alpha * lam)))")),
    Mistake("q2", "linear", _HALF, "straight-decay", _adam(halves="return int(np.ceil(0.5 / (alpha * lam)))")),
    Mistake("q2", "lambda-alone", _HALF, "half-life-without-rate", _adam(halves=_change(_HALVE, "alpha * lam", "lam"))),
    Mistake("q2", "to-e", _HALF, "`steps`", _adam(halves=_change(_HALVE, "np.log(0.5)", "-1"))),
    Mistake(
        "q2",
        "under-the-root",
        _FIRST,
        "epsilon-inside-the-root",
        _adam(_change(_STEP, "(np.sqrt(v / (1 - beta2**t)) + epsilon)", "np.sqrt(v / (1 - beta2**t) + epsilon)")),
    ),
    Mistake(
        "q2",
        "before-the-hat",
        _FIRST,
        "`w[",
        _adam(
            _change(_STEP, "(np.sqrt(v / (1 - beta2**t)) + epsilon)", "(np.sqrt(v) + epsilon) * np.sqrt(1 - beta2**t)")
        ),
    ),
    Mistake(
        "q2",
        "in-place",
        _FIRST,
        "changes-its-inputs",
        _adam(_change(_STEP, "m = beta1 * m + (1 - beta1) * g", "m *= beta1\nm += (1 - beta1) * g")),
    ),
    Mistake(
        "q2",
        "in-place-weights",
        _FIRST,
        "changes-its-inputs",
        _adam(_change(_STEP, "return w - alpha * u, m, v", "w -= alpha * u\nreturn w, m, v")),
    ),
    Mistake("q2", "other-defaults", _FIRST, "`", _adam("if beta2 == 0.999:\n    beta2 = 0.99" + _STEP.rstrip())),
    # q3
    Mistake("q3", "plain", _KEEPS, "not-scaled", _dropout(forward="return X * mask if training else X")),
    Mistake("q3", "times-q", _KEEPS, "scaled-down", _dropout(forward="return X * mask * q if training else X")),
    Mistake(
        "q3",
        "inverse-mask",
        _KEEPS,
        "keep-and-drop-swapped",
        _dropout(forward="return X * (1 - mask) / q if training else X"),
    ),
    Mistake(
        "q3",
        "drop-probability",
        _KEEPS,
        "keep-and-drop-swapped",
        _dropout(forward="return X * mask / (1 - q) if training else X"),
    ),
    Mistake(
        "q3",
        "both",
        _KEEPS,
        "keep-and-drop-swapped",
        _dropout(forward="return X * (1 - mask) / (1 - q) if training else X"),
    ),
    Mistake("q3", "all-pass", _KEEPS, "never-drops", _dropout(forward="return X")),
    Mistake("q3", "modes-swapped", _KEEPS, "never-drops", _dropout(forward="return X if training else X * mask / q")),
    Mistake("q3", "always", _KEEPS, "drops-at-evaluation", _dropout(forward="return X * mask / q")),
    Mistake(
        "q3",
        "paid-twice",
        _KEEPS,
        "scaled-at-evaluation",
        _dropout(forward="return X * mask / q if training else X * q"),
    ),
    Mistake("q3", "classic", _KEEPS, "not-scaled", _dropout(forward="return X * mask if training else X * q")),
    Mistake(
        "q3",
        "other-mask",
        _KEEPS,
        "`output in training",
        _dropout(forward="mask = np.roll(mask, 1)\nreturn X * mask / q if training else X"),
    ),
    Mistake("q3", "nothing", _KEEPS, "returns None", _dropout(forward="X = X * mask / q if training else X")),
    Mistake("q3", "no-mask", _BACK, "backward-without-mask", _dropout(backward="return G / q if training else G")),
    Mistake("q3", "no-scale", _BACK, "backward-without-scale", _dropout(backward="return G * mask if training else G")),
    Mistake("q3", "average", _BACK, "mean-mask-for-the-mask", _dropout(backward="return G")),
    Mistake("q3", "average-q", _BACK, "mean-mask-for-the-mask", _dropout(backward="return G * q if training else G")),
    Mistake(
        "q3",
        "back-inverse",
        _BACK,
        "keep-and-drop-swapped",
        _dropout(backward="return G * (1 - mask) / q if training else G"),
    ),
    Mistake("q3", "back-always", _BACK, "drops-at-evaluation", _dropout(backward="return G * mask / q")),
    Mistake(
        "q3",
        "back-times-q",
        _BACK,
        "scaled-at-evaluation",
        _dropout(backward="return G * mask / q if training else G * q"),
    ),
    Mistake(
        "q3",
        "inverse-scale",
        _BACK,
        "`gradient in training",
        _dropout(backward="return G * mask / q**2 if training else G"),
    ),
    Mistake("q3", "mean-only", _HIDDEN_PENALTY, "loss-of-the-mean", _dropout(loss=_change(_LOSS, " + variances", ""))),
    Mistake(
        "q3",
        "coin",
        _HIDDEN_PENALTY,
        "variance-of-the-coin",
        _dropout(loss=_change(_LOSS, "(1 - q) / q", "(1 - q) * q")),
    ),
    Mistake(
        "q3",
        "q-squared",
        _HIDDEN_PENALTY,
        "variance-of-the-coin",
        _dropout(loss=_change(_LOSS, "(1 - q) / q", "(1 - q) / q**2")),
    ),
    Mistake(
        "q3",
        "whole",
        _HIDDEN_PENALTY,
        "penalty-not-halved",
        _dropout(loss=_change(_LOSS, "(1 - q) / q", "2 * (1 - q) / q")),
    ),
    Mistake("q3", "no-half", _HIDDEN_PENALTY, "penalty-not-halved", _dropout(loss=_change(_LOSS, " / 2", ""))),
    Mistake(
        "q3", "odds", _HIDDEN_PENALTY, "odds-upside-down", _dropout(loss=_change(_LOSS, "(1 - q) / q", "q / (1 - q)"))
    ),
    Mistake(
        "q3",
        "weights-alone",
        _HIDDEN_PENALTY,
        "inputs-forgotten",
        _dropout(loss=_change(_LOSS, "((X * w) ** 2).sum(axis=1)", "(w ** 2).sum()")),
    ),
    Mistake(
        "q3",
        "one-mask",
        _HIDDEN_PENALTY,
        "one-coin-an-example",
        _dropout(loss=_change(_LOSS, "((X * w) ** 2).sum(axis=1)", "(X @ w) ** 2")),
    ),
    Mistake("q3", "sum", _HIDDEN_PENALTY, "sum-for-mean", _dropout(loss=_change(_LOSS, "np.mean", "np.sum"))),
    Mistake(
        "q3", "penalty-summed", _HIDDEN_PENALTY, "sum-for-mean", _dropout(loss=_change(_LOSS, ".sum(axis=1)", ".sum()"))
    ),
    Mistake("q3", "minus", _HIDDEN_PENALTY, "`loss`", _dropout(loss=_change(_LOSS, "+ variances", "- variances"))),
    Mistake(
        "q3",
        "sampled",
        _HIDDEN_PENALTY,
        "`loss`",
        _dropout(loss="masks = np.random.rand(2000, *X.shape) < q\nreturn np.mean(((masks * X / q) @ w - y) ** 2) / 2"),
    ),
    Mistake(
        "q3",
        "zeroed-in-place",
        _OTHER,
        "changes-its-inputs",
        _dropout(forward="if training:\n    X[mask == 0] = 0\n    X /= q\nreturn X"),
    ),
    Mistake(
        "q3",
        "back-in-place",
        _OTHER,
        "changes-its-inputs",
        _dropout(backward="if training:\n    G *= mask\n    G /= q\nreturn G"),
    ),
    Mistake(
        "q3",
        "errors-in-place",
        _OTHER,
        "changes-its-inputs",
        _dropout(loss=_change(_LOSS, "X @ w - y", "np.subtract(X @ w, y, out=y)")),
    ),
    Mistake(
        "q3",
        "two-axes",
        _OTHER,
        "ValueError",
        _dropout(forward="n, d = X.shape\nreturn X * mask / q if training else X"),
    ),
    Mistake(
        "q3",
        "odds-clipped",
        _OTHER,
        "`the result`",
        _dropout(loss=_change(_LOSS, "(1 - q) / q", "min((1 - q) / q, 1)")),
    ),
    # q4
    Mistake("q4", "rolled", _MOVE, "wraps-around", _pictures(_ROLL)),
    Mistake("q4", "rolled-back", _MOVE, "wraps-around", _pictures(_change(_ROLL, "(y, x)", "(-y, -x)"))),
    Mistake("q4", "up", _MOVE, "other-way", _pictures("down = -down" + _SHIFT.rstrip())),
    Mistake("q4", "left", _MOVE, "other-way", _pictures("right = -right" + _SHIFT.rstrip())),
    Mistake("q4", "sideways", _MOVE, "axes-swapped", _pictures("down, right = right, down" + _SHIFT.rstrip())),
    Mistake(
        "q4",
        "alike",
        _MOVE,
        "one-shift-for-all",
        _pictures(_change(_SHIFT, "down[b]", "down[0]", "right[b]", "right[0]")),
    ),
    Mistake(
        "q4",
        "edge",
        _MOVE,
        "edge-drawn-out",
        _pictures("""
B, H, W = images.shape
rows = (np.arange(H) - down[:, None]).clip(0, H - 1)
columns = (np.arange(W) - right[:, None]).clip(0, W - 1)
return images[np.arange(B)[:, None, None], rows[:, :, None], columns[:, None, :]]
"""),
    ),
    Mistake(
        "q4",
        "padded",
        _MOVE,
        "size-changed",
        _pictures("k = max(abs(down).max(), abs(right).max())\nreturn np.pad(images, ((0, 0), (k, k), (k, k)))"),
    ),
    Mistake("q4", "unmoved", _MOVE, "`images[", _pictures("return images")),
    Mistake("q4", "only-down", _MOVE, "`images[", _pictures(_change(_SHIFT, "j - right[b]", "j"))),
    Mistake("q4", "border-lost", _MOVE, "`images[", _pictures(_change(_SHIFT, "0 <= i", "0 < i"))),
    Mistake(
        "q4",
        "zero-slice",
        _MOVE,
        "stopped with",
        _pictures("""
shifted = np.zeros_like(images)
for b, (y, x) in enumerate(zip(down, right)):
    if y >= 0:
        shifted[b, y:] = images[b, :-y]
    else:
        shifted[b, :y] = images[b, -y:]
return shifted
"""),
    ),
    Mistake("q4", "no-labels", _FOLLOW, "returns None", _pictures(labels="same = TRANSFORMS[name](glyphs) == glyphs")),
    Mistake("q4", "kept", _FOLLOW, "labels-kept", _pictures(labels="return np.arange(len(glyphs))")),
    Mistake(
        "q4",
        "itself",
        _FOLLOW,
        "only-itself",
        _pictures(
            labels="same = (TRANSFORMS[name](glyphs) == glyphs).all(axis=(1, 2))\nreturn np.where(same, np.arange(len(glyphs)), -1)"
        ),
    ),
    Mistake(
        "q4",
        "argmax",
        _FOLLOW,
        "nothing-becomes-zero",
        _pictures(
            labels=_change(_LABELS, "np.where(same.any(axis=1), same.argmax(axis=1), -1)", "same.argmax(axis=1)")
        ),
    ),
    Mistake(
        "q4",
        "nearest",
        _FOLLOW,
        "nearest-glyph",
        _pictures(
            labels="changed = TRANSFORMS[name](glyphs)\nreturn (changed[:, None] != glyphs).sum(axis=(2, 3)).argmin(axis=1)"
        ),
    ),
    Mistake(
        "q4", "half-turn-only", _FOLLOW, "one-transform", _pictures(labels=_change(_LABELS, "[name]", "['half turn']"))
    ),
    Mistake(
        "q4",
        "mirror-only",
        _FOLLOW,
        "one-transform",
        _pictures(labels=_change(_LABELS, "[name]", "['mirror up-down']")),
    ),
    Mistake(
        "q4",
        "six-and-nine",
        _FOLLOW,
        "has shape",
        _pictures(labels="return np.array([0, 1, 2, -1, -1, 5, 9, -1, 8, 6])"),
    ),
    Mistake("q4", "given-glyphs", _FOLLOW, "has shape", _pictures(labels="glyphs = GLYPHS" + _LABELS.rstrip())),
    Mistake("q4", "zero-for-none", _FOLLOW, "nothing-becomes-zero", _pictures(labels=_change(_LABELS, "-1)", "0)"))),
    Mistake("q4", "all-three", _SAFE, "readable-is-not-right", _pictures(safe="list(TRANSFORMS)")),
    Mistake("q4", "no-turn", _SAFE, "readable-is-not-right", _pictures(safe="['mirror left-right', 'mirror up-down']")),
    Mistake("q4", "none-safe", _SAFE, "too-careful", _pictures(safe="[]")),
    Mistake("q4", "digits", _SAFE, "list of names", _pictures(safe="[0, 1, 8]")),
    Mistake("q4", "unknown-name", _SAFE, "list of names", _pictures(safe="['rotation']")),
    Mistake(
        "q4",
        "far-wraps",
        _FAR,
        "`the result[",
        _pictures(
            _change(
                _SLICES,
                "B, H, W = images.shape",
                "B, H, W = images.shape\ndown, right = np.where(abs(down) < H, down, 0), np.where(abs(right) < W, right, 0)",
            )
        ),
    ),
    Mistake("q4", "slices-far", _FAR, "stopped with", _pictures(_SLICES)),
    Mistake("q4", "square", _FAR, "it should be", _pictures(_change(_SHIFT, "right[b] < W", "right[b] < H"))),
    Mistake(
        "q4",
        "moved-in-place",
        _FAR,
        "changes-its-inputs",
        _pictures(_change(_SHIFT, "return shifted", "images[:] = shifted\nreturn images")),
    ),
    Mistake(
        "q4",
        "turned-in-place",
        _FAR,
        "changes-its-inputs",
        _pictures(
            labels=_change(
                _LABELS,
                "changed = TRANSFORMS[name](glyphs)",
                "before = glyphs.copy()\nchanged = TRANSFORMS[name](before)",
                "return",
                "glyphs[:] = changed\nreturn",
                "== glyphs",
                "== before",
            )
        ),
    ),
    # q5
    Mistake("q5", "training", _NAMED, "not-the-training-loss", _fit(faults='"ABC"')),
    Mistake("q5", "counter", _NAMED, "counter-is-reset", _fit(faults='["B", "D"]')),
    Mistake("q5", "previous", _NAMED, "best-is-compared", _fit(faults='"E"')),
    Mistake("q5", "one-missing", _NAMED, "something is missing", _fit(faults='"C"')),
    Mistake("q5", "other-missing", _NAMED, "something is missing", _fit(faults='"b"')),
    Mistake("q5", "number", _NAMED, "holds letters", _fit(faults="2")),
    Mistake("q5", "words", _NAMED, "holds letters", _fit(faults='"patience"')),
    Mistake("q5", "empty", _NAMED, "holds letters", _fit(faults='""')),
    Mistake("q5", "late", _STOPS, "one-epoch-too-many", _fit(_change(_LOOP, ">= patience", "> patience"))),
    Mistake("q5", "early", _STOPS, "one-epoch-too-few", _fit(_change(_LOOP, ">= patience", ">= patience - 1"))),
    Mistake("q5", "alias", _STOPS, "last-weights", _fit(_change(_LOOP, "w.copy()", "w"))),
    Mistake("q5", "last", _STOPS, "last-weights", _fit(_change(_LOOP, "return best_w", "return w"))),
    Mistake(
        "q5",
        "watches-training",
        _STOPS,
        "training-loss-watched",
        _fit(_change(_LOOP, "training_loss, loss = run_epoch(w)", "loss, _ = run_epoch(w)")),
    ),
    Mistake(
        "q5",
        "compares-previous",
        _STOPS,
        "previous-not-best",
        _fit(_change(_LOOP, "        waited += 1", "        waited, best_loss = waited + 1, loss")),
    ),
    Mistake(
        "q5",
        "never-resets",
        _STOPS,
        "waits-in-total",
        _fit(_change(_LOOP, "best_epoch, waited = loss, w.copy(), epoch, 0", "best_epoch = loss, w.copy(), epoch")),
    ),
    Mistake("q5", "ties", _STOPS, "tie-counts", _fit(_change(_LOOP, "loss < best_loss", "loss <= best_loss"))),
    Mistake(
        "q5",
        "from-zero",
        _STOPS,
        "epochs-from-zero",
        _fit(_change(_LOOP, "return best_w, best_epoch", "return best_w, best_epoch - 1")),
    ),
    Mistake("q5", "to-the-end", _STOPS, "never-stops", _fit(_change(_LOOP, "        break", "        pass"))),
    Mistake(
        "q5",
        "fresh-copies",
        _STOPS,
        "always-from-the-start",
        _fit(
            _change(
                _LOOP,
                "    training_loss, loss = run_epoch(w)",
                "    start = start if epoch > 1 else w\n    w = start.copy()\n    training_loss, loss = run_epoch(w)",
            )
        ),
    ),
    Mistake(
        "q5",
        "back-to-best",
        _STOPS,
        "always-from-the-start",
        _fit(_change(_LOOP, "        waited += 1", "        waited += 1\n        w[:] = best_w")),
    ),
    Mistake(
        "q5",
        "weights-alone",
        _STOPS,
        "should return 2 things",
        _fit(_change(_LOOP, "return best_w, best_epoch", "return {'w': best_w}")),
    ),
    Mistake("q5", "loss-for-weights", _STOPS, "has shape", _fit(_change(_LOOP, "return best_w", "return best_loss"))),
    Mistake("q5", "returns-nothing", _STOPS, "returns None", _fit(_change(_LOOP, "return best_w, best_epoch", "pass"))),
    Mistake("q5", "list-of-weights", _STOPS, "not a list", _fit("w = list(w)" + _LOOP.rstrip())),
    Mistake(
        "q5",
        "first-epoch",
        _STOPS,
        "should have stopped",
        _fit(_change(_LOOP, "    if waited >= patience:\n        break", "    break")),
    ),
    Mistake(
        "q5",
        "stop-epoch",
        _STOPS,
        "`best_epoch`",
        _fit(_change(_LOOP, "return best_w, best_epoch", "return best_w, epoch")),
    ),
    Mistake(
        "q5", "endless", _NAN, "beyond-the-end", _fit(_change(_LOOP, "range(1, max_epochs + 1)", "range(1, 10**6)"))
    ),
    Mistake("q5", "one-more", _NAN, "beyond-the-end", _fit(_change(_LOOP, "max_epochs + 1", "max_epochs + 2"))),
    Mistake("q5", "finite-start", _NAN, "should have stopped", _fit(_change(_LOOP, 'float("inf")', "1e6"))),
    Mistake(
        "q5", "nan-low", _NAN, "nan-is-the-best", _fit(_change(_LOOP, "loss < best_loss", "not loss >= best_loss"))
    ),
    Mistake(
        "q5", "start-alias", _NAN, "last-weights", _fit(_change(_LOOP, 'float("inf"), w.copy()', 'float("inf"), w'))
    ),
    Mistake(
        "q5", "start-none", _NAN, "returns None", _fit(_change(_LOOP, 'float("inf"), w.copy()', 'float("inf"), None'))
    ),
    # q6
    Mistake(
        "q6",
        "negative",
        _PAIRED,
        "other-way-round",
        _compare(_change(_INTERVALS, "accuracies - baseline", "baseline - accuracies")),
    ),
    Mistake(
        "q6",
        "unpaired",
        _PAIRED,
        "seeds-not-paired",
        _compare(
            _change(
                _INTERVALS, "D.std(axis=1, ddof=1)", "np.sqrt(accuracies.var(axis=1, ddof=1) + baseline.var(ddof=1))"
            )
        ),
    ),
    Mistake(
        "q6",
        "unpaired-df",
        _PAIRED,
        "seeds-not-paired",
        _compare(
            _change(
                _INTERVALS,
                "D.std(axis=1, ddof=1)",
                "np.sqrt(accuracies.var(axis=1, ddof=1) + baseline.var(ddof=1))",
                "S - 1)",
                "2 * S - 2)",
            )
        ),
    ),
    Mistake(
        "q6", "own-spread", _PAIRED, "spread-of-the-strategy", _compare(_change(_INTERVALS, "D.std", "accuracies.std"))
    ),
    Mistake("q6", "no-root", _PAIRED, "spread-not-error", _compare(_change(_INTERVALS, " / np.sqrt(S)", ""))),
    Mistake("q6", "population", _PAIRED, "divided-by-S", _compare(_change(_INTERVALS, ", ddof=1", ""))),
    Mistake(
        "q6",
        "over-S",
        _PAIRED,
        "`half",
        _compare(_change(_INTERVALS, "D.std(axis=1, ddof=1)", "D.var(axis=1, ddof=1)")),
    ),
    Mistake(
        "q6",
        "pooled",
        _PAIRED,
        "`half",
        _compare(_change(_INTERVALS, "D.std(axis=1, ddof=1)", "D.std(ddof=1)", "* error", "* error * np.ones(K)")),
    ),
    Mistake("q6", "accuracy", _PAIRED, "`gain", _compare(_change(_INTERVALS, "gain = D", "gain = accuracies"))),
    Mistake(
        "q6",
        "over-strategies",
        _PAIRED,
        "has shape",
        _compare(
            _change(
                _INTERVALS,
                "gain = D.mean(axis=1)",
                "gain = D.mean(axis=0)",
                "error = D.std(axis=1",
                "error = D.std(axis=0",
            )
        ),
    ),
    Mistake(
        "q6",
        "gain-only",
        _PAIRED,
        "should return 3 things",
        _compare(_change(_INTERVALS, "return gain, gain - half, gain + half", "return gain, half")),
    ),
    Mistake(
        "q6", "half-for-ends", _PAIRED, "`low", _compare(_change(_INTERVALS, "gain - half, gain + half", "-half, half"))
    ),
    Mistake("q6", "each-alone", _ALL, "confidence-not-shared", _compare(_change(_INTERVALS, "(2 * K)", "2"))),
    Mistake("q6", "one-side", _ALL, "one-sided", _compare(_change(_INTERVALS, "(2 * K)", "K"))),
    Mistake(
        "q6",
        "one-side-alone",
        _ALL,
        "one-sided",
        _compare(_change(_INTERVALS, "1 - (1 - confidence) / (2 * K)", "confidence")),
    ),
    Mistake(
        "q6",
        "normal",
        _ALL,
        "normal-for-t",
        _compare(
            "from statistics import NormalDist"
            + _change(
                _INTERVALS,
                "t_quantile(1 - (1 - confidence) / (2 * K), S - 1)",
                "NormalDist().inv_cdf(1 - (1 - confidence) / (2 * K))",
            ).rstrip()
        ),
    ),
    Mistake("q6", "df", _ALL, "degrees-of-freedom", _compare(_change(_INTERVALS, "S - 1)", "S)"))),
    Mistake("q6", "df-strategies", _ALL, "degrees-of-freedom", _compare(_change(_INTERVALS, "S - 1)", "K - 1)"))),
    Mistake(
        "q6",
        "ends-swapped",
        _ALL,
        "`low",
        _compare(_change(_INTERVALS, "gain - half, gain + half", "gain + half, gain - half")),
    ),
    Mistake("q6", "fixed", _ALL, "`low", _compare("confidence = 0.95" + _INTERVALS.rstrip())),
    Mistake(
        "q6", "times-K", _ALL, "`low", _compare(_change(_INTERVALS, "* error", "* error * K").replace("(2 * K)", "2"))
    ),
    Mistake("q6", "largest-mean", _CHOICE, "means-or-single-intervals", _compare(choice='"dropout"', net="13000")),
    Mistake("q6", "largest-low", _CHOICE, "gain-without-costs", _compare(choice='"five models voting"', net="3715.36")),
    Mistake("q6", "surest", _CHOICE, "cheapest-or-surest", _compare(choice='"L2"', net="2428.4")),
    Mistake("q6", "cheapest", _CHOICE, "cheapest-or-surest", _compare(choice='"early stopping"', net="-2260")),
    Mistake("q6", "stay", _CHOICE, "too-timid", _compare(choice='"baseline"', net="0")),
    Mistake("q6", "number", _CHOICE, "one of the names", _compare(choice="3")),
    Mistake("q6", "mean-net", _CHOICE, "net-of-the-mean", _compare(net="6762.5")),
    Mistake("q6", "single-net", _CHOICE, "net-of-one-interval", _compare(net="5282.46")),
    Mistake("q6", "no-costs", _CHOICE, "costs-forgotten", _compare(net="6072.14")),
    Mistake("q6", "in-points", _CHOICE, "follow from your choice", _compare(net="0.6072")),
    Mistake("q6", "nan", _CHOICE, "follow from your choice", _compare(net="float('nan')")),
    Mistake(
        "q6",
        "in-place",
        _SMALL,
        "changes-its-inputs",
        _compare(_change(_INTERVALS, "D = accuracies - baseline", "accuracies -= baseline\nD = accuracies")),
    ),
    Mistake("q6", "default", _SMALL, "`low", _compare(_INTERVALS).replace("confidence=0.95", "confidence=0.9")),
    Mistake(
        "q6",
        "squeezed",
        _SMALL,
        "stopped with",
        _compare(_change(_INTERVALS, "D = accuracies - baseline", "D = np.squeeze(accuracies) - baseline")),
    ),
]

UNUSUAL = [
    Unusual(
        "q1",
        "one-long-vector",
        _penalty(
            """
names = sorted(name for name in params if name[0] == "W")
w = np.concatenate([np.ravel(params[name]) for name in names] + [np.zeros(0)])
slope, gradients, at = lambda1 * ((w > 0) * 1.0 - (w < 0)) + lambda2 * w, {}, 0
for name in names:
    gradients[name] = slope[at : at + params[name].size].reshape(params[name].shape)
    at += params[name].size
rest = {name: (0 * p).tolist() for name, p in params.items() if name not in gradients}
return [lambda1 * np.linalg.norm(w, 1) + lambda2 / 2 * w @ w, rest | gradients]
""",
            """
w = []
for bottom, curvature in zip(a, h):
    right, left = ((curvature * bottom - s * lambda1) / (curvature + lambda2) for s in (1, -1))
    w.append(right if right > 0 else left if left < 0 else 0)
return w
""",
        ),
    ),
    Unusual(
        "q1",
        "torch",
        """
import torch
def elastic_penalty(params, lambda1, lambda2):
    leaves = {name: torch.tensor(p, dtype=torch.float64, requires_grad=True) for name, p in params.items()}
    penalty = torch.zeros((), dtype=torch.float64)
    for name, p in leaves.items():
        factor = float(name.startswith("W"))
        penalty = penalty + factor * (lambda1 * p.abs().sum() + 0.5 * lambda2 * p.square().sum())
    penalty.backward()
    return penalty, {name: p.grad for name, p in leaves.items()}

def penalized_minimum(a, h, lambda1, lambda2):
    return torch.nn.functional.softshrink(torch.tensor(h * a), lambda1) / torch.tensor(h + lambda2)
""",
    ),
    Unusual(
        "q1",
        "float32",
        _penalty(
            "params = {name: np.float32(p) for name, p in params.items()}" + _SUM.rstrip(),
            "a, h = np.float32(a), np.float32(h)\n" + _SHRINK,
        ),
    ),
    Unusual("q1", "clipped", _penalty(minimum="return (h * a - np.clip(h * a, -lambda1, lambda1)) / (h + lambda2)")),
    Unusual(
        "q2",
        "torch",
        """
import torch
def adam_step(w, g, m, v, t, alpha, lam, decoupled, beta1=0.9, beta2=0.999, epsilon=1e-8):
    kind = torch.optim.AdamW if decoupled else torch.optim.Adam
    p = torch.tensor(w, requires_grad=True)
    optimizer = kind([p], lr=alpha, betas=(beta1, beta2), eps=epsilon, weight_decay=lam)
    state = {"step": torch.tensor(float(t - 1)), "exp_avg": torch.tensor(m), "exp_avg_sq": torch.tensor(v)}
    optimizer.state[p].update(state)
    p.grad = torch.tensor(g)
    optimizer.step()
    return p.detach(), state["exp_avg"], state["exp_avg_sq"]

def steps_to_halve(alpha, lam):
    weight, steps = 1.0, 0
    while weight > 0.5:
        weight, steps = weight - alpha * lam * weight, steps + 1
    return steps
""",
    ),
    Unusual(
        "q2",
        "shrinks-first",
        _adam(
            """
w_old, w = w, w * (1 - alpha * lam) if decoupled else w * 1.0
full = np.asarray(g) + (0 if decoupled else lam) * w_old
m = m + (1 - beta1) * (full - m)
v = v + (1 - beta2) * (full * full - v)
scale = (1 - beta2**t) ** 0.5
w -= alpha * scale / (1 - beta1**t) * m / (v**0.5 + epsilon * scale)
return [w.tolist(), m, v]
""",
            "return float(-(np.log(2) // np.log1p(-alpha * lam)))",
        ),
    ),
    Unusual(
        "q2",
        "by-entry",
        _adam("""
out = np.empty((3, np.size(w)))
for i, (wi, gi, mi, vi) in enumerate(zip(np.ravel(w), np.ravel(g), np.ravel(m), np.ravel(v))):
    gi = gi if decoupled else gi + lam * wi
    mi, vi = beta1 * mi + (1 - beta1) * gi, beta2 * vi + (1 - beta2) * gi * gi
    new = wi - alpha * (mi / (1 - beta1**t)) / ((vi / (1 - beta2**t)) ** 0.5 + epsilon)
    out[:, i] = new - alpha * lam * wi * bool(decoupled), mi, vi
return out.reshape(3, *np.shape(w))
"""),
    ),
    Unusual(
        "q3",
        "where-and-cases",
        _dropout(
            "if not training:\n    return X.copy()\nreturn np.where(mask, X / q, 0.0)",
            "factor = mask / q if training else np.ones_like(G)\nreturn factor * G",
            """
import itertools
total = 0.0
for row, target in zip(X, y):
    for bits in itertools.product((0, 1), repeat=len(w)):
        chance = np.prod([q if bit else 1 - q for bit in bits])
        total += chance * (np.sum(np.array(bits) * row * w) / q - target) ** 2
return total / (2 * len(y))
""",
        ),
    ),
    Unusual(
        "q3",
        "torch",
        """
import torch
def dropout(X, mask, q, training):
    return torch.tensor(X) * torch.tensor(mask) / q if training else torch.tensor(X)

def dropout_backward(G, mask, q, training):
    X = torch.zeros(G.shape, dtype=torch.float64, requires_grad=True)
    Y = X * torch.tensor(mask) / q if training else X * 1
    Y.backward(torch.tensor(G))
    return X.grad

def expected_loss(X, y, w, q):
    X, y, w = map(torch.tensor, (X, y, w))
    return torch.nn.functional.mse_loss(X @ w, y) / 2 + (1 / q - 1) / 2 * (X.square() @ w.square()).mean()
""",
    ),
    Unusual(
        "q3",
        "moments",
        _dropout(
            loss="""
n = len(y)
second = X.T @ X
second = second + np.diag(np.diag(second)) * (1 / q - 1)
return ((w @ second @ w) - 2 * w @ (X.T @ y) + y @ y) / (2 * n)
"""
        ),
    ),
    Unusual(
        "q4",
        "roll-and-mask",
        _pictures(
            """
result = []
for image, y, x in zip(images, down, right):
    i, j = np.indices(image.shape)
    came = (i >= y) & (i < len(image) + y) & (j >= x) & (j < image.shape[1] + x)
    result.append(np.where(came, np.roll(image, (y, x), axis=(0, 1)), 0))
return result
""",
            """
changed, labels = TRANSFORMS[name](glyphs), []
for one in changed:
    found = [k for k in range(len(glyphs)) if np.array_equal(one, glyphs[k])]
    labels.append(found[0] if found else -1)
return labels
""",
            "('half turn',)",
        ),
    ),
    Unusual(
        "q4",
        "pad-and-cut",
        _pictures(
            """
B, H, W = images.shape
down, right = np.clip(down, -H, H), np.clip(right, -W, W)
wide = np.pad(images, ((0, 0), (H, H), (W, W)))
return np.stack([wide[b, H - down[b]:2 * H - down[b], W - right[b]:2 * W - right[b]] for b in range(B)])
""",
            """
book = {glyph.tobytes(): k for k, glyph in enumerate(np.ascontiguousarray(glyphs))}
return np.array([book.get(np.ascontiguousarray(one).tobytes(), -1) for one in TRANSFORMS[name](glyphs)], dtype=float)
""",
            "'half turn'",
        ),
    ),
    Unusual(
        "q4",
        "scipy",
        "import scipy.ndimage\n"
        + _pictures(
            "return np.array([scipy.ndimage.shift(image, (y, x), order=0, prefilter=False) for image, y, x in zip(images, down, right)])"
        ),
    ),
    Unusual(
        "q4",
        "matrices",
        _pictures(
            "return np.stack([np.eye(len(image), k=-y) @ image @ np.eye(image.shape[1], k=x) for image, y, x in zip(images, down, right)])"
        ),
    ),
    Unusual(
        "q4",
        "torch",
        "import torch\n"
        + _pictures("""
B, H, W = images.shape
padded = torch.nn.functional.pad(torch.tensor(images), (W, W, H, H))
down, right = np.clip(down, -H, H), np.clip(right, -W, W)
return torch.stack([torch.roll(p, (int(y), int(x)), (0, 1))[H:2 * H, W:2 * W] for p, y, x in zip(padded, down, right)])
"""),
    ),
    Unusual(
        "q5",
        "recorded",
        _fit(
            """
import copy
history, epoch = [(float("inf"), copy.deepcopy(w))], 0
while epoch < max_epochs:
    epoch += 1
    loss = run_epoch(w)[1]
    history.append((loss if loss == loss else float("inf"), w.copy()))
    losses = [item[0] for item in history]
    best = losses.index(min(losses))
    if epoch - best >= patience:
        break
return history[best][1].tolist(), best
""",
            '["C", "b"]',
        ),
    ),
    Unusual(
        "q5",
        "own-copy",
        _fit(
            """
w = np.array(w)
best = np.copy(w)
low, number, left, k = np.inf, 0, patience, 0
while left and k < max_epochs:
    _, loss = run_epoch(w)
    k += 1
    left -= 1
    if np.less(loss, low):
        low, number, left = loss, k, patience
        best[...] = w
return best, np.array(number)
""",
            '"C, B."',
        ),
    ),
    Unusual("q5", "torch-copy", "import torch\n" + _fit(_change(_LOOP, "w.copy()", "torch.tensor(w)"), '"B and C"')),
    Unusual(
        "q6",
        "scipy",
        "from scipy.special import stdtrit\n"
        + _compare(
            """
D = np.asarray(accuracies) - np.asarray(baseline)[None, :]
K, S = D.shape
errors = np.sqrt([np.cov(row, ddof=1) / S for row in D])
low, high = (D.mean(axis=1) + stdtrit(S - 1, p) * errors for p in ((1 - confidence) / K / 2, 1 - (1 - confidence) / K / 2))
return [D.mean(axis=1), low, high]
""",
            "' Augmentation'",
            "4572",
        ),
    ),
    Unusual(
        "q6",
        "loops-float32",
        _compare(
            """
rows = []
for row in np.float32(accuracies):
    d = [float(a) - float(b) for a, b in zip(row, np.float32(baseline))]
    mean = sum(d) / len(d)
    variance = sum((x - mean) ** 2 for x in d) / (len(d) - 1)
    half = -float(t_quantile((1 - confidence) / 2 / len(accuracies), len(d) - 1)) * (variance / len(d)) ** 0.5
    rows.append((mean, mean - half, mean + half))
return np.array(rows).T
""",
            net="np.array([4572.138])",
        ),
    ),
]

EQUIVALENT = [
    Equivalent("q1", "the layers in another order: a sum and a dictionary have none", (
        "for name, p in params.items(): → for name, p in list(params.items())[::-1]:",
    )),
    Equivalent("q1", "two neighbouring lines that do not touch each other", (
        "penalty += lambda1 * np.abs(p).sum() + lambda2 / 2 * (p ** 2).sum() / gradients[name] = lambda1 * np.sign(p) + lambda2 * p → gradients[name] = lambda1 * np.sign(p) + lambda2 * p / penalty += lambda1 * np.abs(p).sum() + lambda2 / 2 * (p ** 2).sum()",
    )),
    Equivalent("q1", "the larger of two numbers, whichever stands first", (
        "return np.sign(a) * np.maximum(h * np.abs(a) - lambda1, 0) / (h + lambda2) → return np.sign(a) * np.maximum(0, h * np.abs(a) - lambda1) / (h + lambda2)",
    )),
    Equivalent("q2", "two neighbouring lines that do not touch each other", (
        "m = beta1 * m + (1 - beta1) * g / v = beta2 * v + (1 - beta2) * g ** 2 → v = beta2 * v + (1 - beta2) * g ** 2 / m = beta1 * m + (1 - beta1) * g",
    )),
    Equivalent("q2", "u is this call's own array", (
        "u = u + lam * w → u += lam * w",
    )),
    Equivalent("q2", "a whole number may be a float", (
        "return int(np.ceil(np.log(0.5) / np.log(1 - alpha * lam))) → return np.ceil(np.log(0.5) / np.log(1 - alpha * lam))",
    )),
    Equivalent("q3", "two neighbouring lines that do not touch each other", (
        "errors = X @ w - y / variances = (1 - q) / q * ((X * w) ** 2).sum(axis=1) → variances = (1 - q) / q * ((X * w) ** 2).sum(axis=1) / errors = X @ w - y",
    )),
    Equivalent("q3", "only the square of it is used", (
        "errors = X @ w - y → errors = y - X @ w",
        "errors = X @ w - y → errors = -(X @ w - y)",
        "variances = (1 - q) / q * ((X * w) ** 2).sum(axis=1) → variances = (1 - q) / q * ((-(X * w)) ** 2).sum(axis=1)",
    )),
    Equivalent("q3", "the last of two axes", (
        "variances = (1 - q) / q * ((X * w) ** 2).sum(axis=1) → variances = (1 - q) / q * ((X * w) ** 2).sum(axis=-1)",
    )),
    Equivalent("q4", "two neighbouring lines that do not touch each other", (
        "rows = np.arange(H) - down[:, None] / columns = np.arange(W) - right[:, None] → columns = np.arange(W) - right[:, None] / rows = np.arange(H) - down[:, None]",
        "inside = ((rows >= 0) & (rows < H))[:, :, None] & ((columns >= 0) & (columns < W))[:, None, :] / wrapped = images[np.arange(B)[:, None, None], (rows % H)[:, :, None], (columns % W)[:, None, :]] → wrapped = images[np.arange(B)[:, None, None], (rows % H)[:, :, None], (columns % W)[:, None, :]] / inside = ((rows >= 0) & (rows < H))[:, :, None] & ((columns >= 0) & (columns < W))[:, None, :]",
    )),
    Equivalent("q4", "a conjunction, whichever side stands first", (
        "inside = ((rows >= 0) & (rows < H))[:, :, None] & ((columns >= 0) & (columns < W))[:, None, :] → inside = ((columns >= 0) & (columns < W))[:, None, :] & ((rows >= 0) & (rows < H))[:, :, None]",
        "inside = ((rows >= 0) & (rows < H))[:, :, None] & ((columns >= 0) & (columns < W))[:, None, :] → inside = ((rows < H) & (rows >= 0))[:, :, None] & ((columns >= 0) & (columns < W))[:, None, :]",
        "inside = ((rows >= 0) & (rows < H))[:, :, None] & ((columns >= 0) & (columns < W))[:, None, :] → inside = ((rows >= 0) & (rows < H))[:, :, None] & ((columns < W) & (columns >= 0))[:, None, :]",
    )),
    Equivalent("q4", "a list of one name, for digits that agree with one another", (
        "SAFE = [name for name in TRANSFORMS if all((labels_after(GLYPHS, name)[digit] == digit for digit in SCOREBOARD))] → SAFE = [name for name in list(TRANSFORMS)[:-1] if all((labels_after(GLYPHS, name)[digit] == digit for digit in SCOREBOARD))]",
        "SAFE = [name for name in TRANSFORMS if all((labels_after(GLYPHS, name)[digit] == digit for digit in SCOREBOARD))] → SAFE = [name for name in list(TRANSFORMS)[:1] if all((labels_after(GLYPHS, name)[digit] == digit for digit in SCOREBOARD))]",
        "SAFE = [name for name in TRANSFORMS if all((labels_after(GLYPHS, name)[digit] == digit for digit in SCOREBOARD))] → SAFE = [name for name in list(TRANSFORMS)[::-1] if all((labels_after(GLYPHS, name)[digit] == digit for digit in SCOREBOARD))]",
        "SAFE = [name for name in TRANSFORMS if all((labels_after(GLYPHS, name)[digit] == digit for digit in SCOREBOARD))] → SAFE = [name for name in TRANSFORMS if all((labels_after(GLYPHS, name)[digit] == digit for digit in list(SCOREBOARD)[1:]))]",
        "SAFE = [name for name in TRANSFORMS if all((labels_after(GLYPHS, name)[digit] == digit for digit in SCOREBOARD))] → SAFE = [name for name in TRANSFORMS if all((labels_after(GLYPHS, name)[digit] == digit for digit in list(SCOREBOARD)[:-1]))]",
        "SAFE = [name for name in TRANSFORMS if all((labels_after(GLYPHS, name)[digit] == digit for digit in SCOREBOARD))] → SAFE = [name for name in TRANSFORMS if all((labels_after(GLYPHS, name)[digit] == digit for digit in list(SCOREBOARD)[::-1]))]",
    )),
    Equivalent("q4", "the same two of four axes", (
        "same = (changed[:, None] == glyphs).all(axis=(2, 3)) → same = (changed[:, None] == glyphs).all(axis=(3, 2))",
        "same = (changed[:, None] == glyphs).all(axis=(2, 3)) → same = (changed[:, None] == glyphs).all(axis=(-2, 3))",
    )),
    Equivalent("q4", "all three transforms undo themselves, so that the table is symmetric", (
        "return np.where(same.any(axis=1), same.argmax(axis=1), -1) → return np.where(same.any(axis=0), same.argmax(axis=1), -1)",
        "return np.where(same.any(axis=1), same.argmax(axis=1), -1) → return np.where(same.any(axis=-1), same.argmax(axis=1), -1)",
        "return np.where(same.any(axis=1), same.argmax(axis=1), -1) → return np.where(same.any(axis=1), same.argmax(axis=0), -1)",
        "return np.where(same.any(axis=1), same.argmax(axis=1), -1) → return np.where(same.any(axis=1), same.argmax(axis=-1), -1)",
    )),
    Equivalent("q5", "punctuation around the letters is passed over", (
        "FAULTS = 'BC' → FAULTS = 'BC?'",
    )),
    Equivalent("q6", "two neighbouring lines that do not touch each other", (
        "CHOICE = STRATEGIES[NETS.argmax()] / NET = NETS.max() → NET = NETS.max() / CHOICE = STRATEGIES[NETS.argmax()]",
        "K, S = differences.shape / gain = differences.mean(axis=1) → gain = differences.mean(axis=1) / K, S = differences.shape",
        "gain = differences.mean(axis=1) / error = differences.std(axis=1, ddof=1) / np.sqrt(S) → error = differences.std(axis=1, ddof=1) / np.sqrt(S) / gain = differences.mean(axis=1)",
    )),
    Equivalent("q6", "the differences have the shape of the accuracies", (
        "K, S = differences.shape → K, S = accuracies.shape",
    )),
    Equivalent("q6", "the last of two axes", (
        "gain = differences.mean(axis=1) → gain = differences.mean(axis=-1)",
        "error = differences.std(axis=1, ddof=1) / np.sqrt(S) → error = differences.std(axis=-1, ddof=1) / np.sqrt(S)",
    )),
]  # fmt: skip
