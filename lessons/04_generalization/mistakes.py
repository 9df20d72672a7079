"""Exercise 04: wrong answers that its checks must name, and unusual right ones."""

from functools import partial

from proofs.claims import Equivalent, Unusual, edit_text, list_mistakes, list_mutants, replace_bodies, swap_lines

_RIGHT = {
    "q1": """
def elastic_penalty(params, lambda1, lambda2):
    penalty, gradients = 0.0, {}
    for name, p in params.items():
        gradients[name] = np.zeros(p.shape)
        if name.startswith("W"):
            penalty += lambda1 * np.abs(p).sum() + lambda2 / 2 * (p**2).sum()
            gradients[name] = lambda1 * np.sign(p) + lambda2 * p
    return penalty, gradients

def penalized_minimum(a, h, lambda1, lambda2):
    return np.sign(a) * np.maximum(h * np.abs(a) - lambda1, 0) / (h + lambda2)
""",
    "q2": """
def adam_step(w, g, m, v, t, alpha, lam, decoupled, beta1=0.9, beta2=0.999, epsilon=1e-8):
    if not decoupled:
        g = g + lam * w
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    u = m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + epsilon)
    if decoupled:
        u = u + lam * w
    return w - alpha * u, m, v

def steps_to_halve(alpha, lam):
    return int(np.ceil(np.log(0.5) / np.log(1 - alpha * lam)))
""",
    "q3": """
def dropout(X, mask, q, training):
    return X * mask / q if training else X

def dropout_backward(G, mask, q, training):
    return G * mask / q if training else G

def expected_loss(X, y, w, q):
    errors = X @ w - y
    variances = (1 - q) / q * ((X * w) ** 2).sum(axis=1)
    return np.mean(errors**2 + variances) / 2
""",
    "q4": """
def shift_images(images, down, right):
    shifted = np.zeros_like(images)
    B, H, W = images.shape
    for b in range(B):
        for i in range(H):
            for j in range(W):
                if 0 <= i - down[b] < H and 0 <= j - right[b] < W:
                    shifted[b, i, j] = images[b, i - down[b], j - right[b]]
    return shifted

def labels_after(glyphs, name):
    changed = TRANSFORMS[name](glyphs)
    same = (changed[:, None] == glyphs).all(axis=(2, 3))
    return np.where(same.any(axis=1), same.argmax(axis=1), -1)

SAFE = ['half turn']
""",
    "q5": """
FAULTS = "BC"
def fit(w, run_epoch, patience, max_epochs):
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
""",
    "q6": """
def compare_with_baseline(accuracies, baseline, confidence=0.95):
    D = accuracies - baseline
    K, S = D.shape
    gain = D.mean(axis=1)
    error = D.std(axis=1, ddof=1) / np.sqrt(S)
    half = t_quantile(1 - (1 - confidence) / (2 * K), S - 1) * error
    return gain, gain - half, gain + half

CHOICE = "augmentation"
NET = 4572.14
""",
}
_wrong, _with = partial(list_mistakes, _RIGHT), partial(replace_bodies, _RIGHT)

_ROLL = "return np.array([np.roll(image, (y, x), axis=(0, 1)) for image, y, x in zip(images, down, right)])"
_SLICES = """
B, H, W = images.shape
shifted = np.zeros_like(images)
for image, new, y, x in zip(images, shifted, down, right):
    new[max(y, 0):H + min(y, 0), max(x, 0):W + min(x, 0)] = image[max(-y, 0):H + min(-y, 0), max(-x, 0):W + min(-x, 0)]
return shifted
"""

MISTAKES = [
    *_wrong("q1", "all_weights_pay_and_no_bias",
        ("biases", "bias-penalised", 'name.startswith("W")', "True"),
        ("whole", "half-forgotten", "lambda2 / 2", "lambda2"),
        ("swapped", "lambdas-swapped", "penalty, gradients =",
         "lambda1, lambda2 = lambda2, lambda1\n    penalty, gradients ="),
        ("length", "root-of-the-squares", "(p**2).sum()", "np.linalg.norm(p)"),
        ("length-without-half", "root-of-the-squares", "lambda2 / 2 * (p**2).sum()", "lambda2 * np.linalg.norm(p)"),
        ("mean", "mean-for-sum", ".sum()", ".mean()"),
        ("columns", "matrix-norm", "np.abs(p).sum()", "np.linalg.norm(p, 1)"),
        ("singular", "matrix-norm", "np.abs(p).sum()", "np.linalg.norm(p, 1)", "(p**2).sum()",
         "np.linalg.norm(p, 2) ** 2"),
        ("last-layer", "one-layer-only", "penalty +=", "penalty ="),
        ("first-layer", "one-layer-only", 'name.startswith("W")', 'name == "W1"'),
        ("matrices-only", "names-misread", 'name.startswith("W")', "p.ndim > 1"),
        ("a-W-anywhere", "names-misread", 'name.startswith("W")', '"W" in name'),
        ("no-b", "names-misread", 'name.startswith("W")', '"b" not in name'),
        ("shifted-in-place", "changes-its-inputs", " + lambda2 * p",
         "\n            gradients[name] += np.multiply(p, lambda2, out=p)"),
        ("emptied", "changes-its-inputs", "return penalty", "params.clear()\n    return penalty"),
        ("plain-sum", "`penalty`", "np.abs(p).sum()", "p.sum()"),
        ("penalty-alone", "Return 2 values", "return penalty, gradients", "return penalty"),
        ("list-of-gradients", "dictionary", "return penalty, gradients", "return penalty, list(gradients.values())"),
        ("no-return", "returns None", "return penalty, gradients", "pass")),
    *_wrong("q1", "each_weight_pulls_at_itself",
        ("bias-slope", "bias-penalised", "np.zeros(p.shape)", "lambda1 * np.sign(p) + lambda2 * p"),
        ("bias-decay", "bias-penalised", "np.zeros(p.shape)", "lambda2 * p"),
        ("bias-none", "is None", "np.zeros(p.shape)", "None"),
        ("bias-number", "has shape", "np.zeros(p.shape)", "0.0"),
        ("slope-twice", "half-forgotten", "+ lambda2 * p", "+ 2 * lambda2 * p"),
        ("slope-half", "gradient-halved", "+ lambda2 * p", "+ lambda2 / 2 * p"),
        ("slope-swapped", "lambdas-swapped", "lambda1 * np.sign(p) + lambda2", "lambda2 * np.sign(p) + lambda1"),
        ("no-sign", "sign-lost", "lambda1 * np.sign(p)", "lambda1"),
        ("size-for-sign", "slope-grows-with-the-weight", "np.sign(p)", "np.abs(p)"),
        ("weight-for-sign", "slope-grows-with-the-weight", "np.sign(p)", "p"),
        ("plus-at-zero", "pushed-off-zero", "np.sign(p)", "np.where(p >= 0, 1, -1)"),
        ("nan-at-zero", "pushed-off-zero", "np.sign(p)",
         "np.array([x / abs(x) if x else np.nan for x in p.ravel()]).reshape(p.shape)")),
    *_wrong("q1", "the_minimum_is_pulled_to_zero",
        ("ridge", "never-zero", _with("q1", penalized_minimum="return h * a / (h + lambda2)")),
        ("bottom", "never-zero", _with("q1", penalized_minimum="return a")),
        ("no-stop", "past-zero",
         _with("q1", penalized_minimum="return (h * a - lambda1 * np.sign(a)) / (h + lambda2)")),
        ("positive", "negative-side-lost", "np.sign(a) * np.maximum(h * np.abs(a)", "np.maximum(h * a"),
        ("all-positive", "negative-side-lost", "np.sign(a) * np.maximum", "np.maximum"),
        ("soft-threshold", "curvature-ignored",
         _with("q1", penalized_minimum="return np.sign(a) * np.maximum(np.abs(a) - lambda1, 0) / (1 + lambda2)")),
        ("two-l2", "slope-miscopied", "(h + lambda2)", "(h + 2 * lambda2)"),
        ("no-curvature-below", "slope-miscopied", "(h + lambda2)", "(1 + lambda2)"),
        ("hard-threshold", "kept-whole",
         _with("q1", penalized_minimum="return np.where(h * np.abs(a) > lambda1, a, 0)")),
        ("ridge-then-zero", "kept-whole",
         _with("q1", penalized_minimum="return np.where(h * np.abs(a) > lambda1, h * a / (h + lambda2), 0)")),
        ("no-l2", "`w[", "(h + lambda2)", "h")),
    *_wrong("q1", "any_shape_and_any_penalty",
        ("divided-by-l2", "ZeroDivisionError", "penalty +=",
         "ratio = lambda1 / float(lambda2)\n            penalty +=")),
    *_wrong("q2", "l2_goes_through_both_means",
        ("swapped-flag", "penalty-outside", "if not", "decoupled = not decoupled\n    if not"),
        ("always-adamw", "penalty-outside", "if not", "decoupled = True\n    if not"),
        ("no-decay", "decay-forgotten", "if not", "lam = 0\n    if not"),
        ("first-mean-only", "penalty-in-one-mean", "    g = g + lam * w", "    m = m + (1 - beta1) / beta1 * lam * w"),
        ("second-mean-only", "penalty-in-one-mean", "    g = g + lam * w\n", "    pass\n", "* g**2",
         "* (g if decoupled else g + lam * w)**2"),
        ("two-lambda", "twice-the-penalty", "g + lam * w", "g + 2 * lam * w"),
        ("rate-in-g", "rate-in-the-gradient", "g + lam * w", "g + alpha * lam * w"),
        ("minus", "`w[", "g + lam * w", "g - lam * w"),
        ("climbs", "uphill", "w - alpha * u", "w + alpha * u"),
        ("no-hats", "no-correction", " / (1 - beta1**t)", "", "v / (1 - beta2**t)", "v"),
        ("one-hat", "no-correction", "v / (1 - beta2**t)", "v"),
        ("other-hat", "no-correction", " / (1 - beta1**t)", ""),
        ("t-plus", "t-off-by-one", "if not", "t = t + 1\n    if not"),
        ("t-minus", "t-off-by-one", "if not", "t = t - 1\n    if not"),
        ("hats-kept", "hats-returned", "u = m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t))",
         "m, v = m / (1 - beta1**t), v / (1 - beta2**t)\n    u = m / (np.sqrt(v)"),
        ("old-state", "old-means-returned", "if not", "old = m, v\n    if not", "u, m, v", "u, *old"),
        ("memory", "state-survives-the-call", "epsilon=1e-8", "epsilon=1e-8, memory={}",
         "u = m", "memory['m'] = m = memory.get('m', m) * 0.5 + m\n    u = m"),
        ("w-only", "Return 3 values", "return w - alpha * u, m, v", "return w - alpha * u"),
        ("none", "returns None", "return w - alpha * u, m, v", "pass"),
        ("betas-swapped", "betas-exchanged", "if not", "beta1, beta2 = beta2, beta1\n    if not")),
    *_wrong("q2", "adamw_decays_beside_the_means",
        ("always-l2", "penalty-through-the-root", "if not", "decoupled = False\n    if not"),
        ("no-rate", "decay-without-rate", "u = u + lam * w", "u = u + lam * w / alpha"),
        ("afterwards", "decay-of-the-new-weight", "u = u + lam * w",
         "w = w - alpha * u\n        return w - alpha * lam * w, m, v"),
        ("forgotten", "decay-forgotten", "    u = u + lam * w", "    pass"),
        ("growing", "decay-grows", "u + lam * w", "u - lam * w"),
        ("in-the-state", "decay-in-the-means", "return w", "    m = m + (1 - beta1) * lam * w\n    return w"),
        ("in-place", "changes-its-inputs", "m = beta1 * m + (1 - beta1) * g", "m *= beta1\n    m += (1 - beta1) * g"),
        ("in-place-weights", "changes-its-inputs", "return w - alpha * u", "w -= alpha * u\n    return w"),
        ("divided", "`w[", "u = u + lam * w", "u = (u + lam * w) / (np.sqrt(v) + epsilon)")),
    *_wrong("q2", "a_weight_halves_step_by_step",
        ("floor", "rounded-down", "ceil", "floor"),
        ("unrounded", "rounded-down", _with("q2", steps_to_halve="return np.log(0.5) / np.log(1 - alpha * lam)")),
        ("one-more", "rounded-down", "return int", "return 1 + int"),
        ("exponential", "smooth-decay", _with("q2", steps_to_halve="return int(np.ceil(np.log(2) / (alpha * lam)))")),
        ("linear", "straight-decay", _with("q2", steps_to_halve="return int(np.ceil(0.5 / (alpha * lam)))")),
        ("lambda-alone", "half-life-without-rate", "alpha * lam", "lam"),
        ("less", "half-is-enough", _with("q2", steps_to_halve="""
n = 1
while (1 - alpha * lam) ** n >= 0.5:
    n += 1
return n
""")),
        ("to-e", "`steps`", "np.log(0.5)", "-1")),
    *_wrong("q2", "adamw_decays_beside_the_means",
        ("under-the-root", "epsilon-inside-the-root", "(np.sqrt(v / (1 - beta2**t)) + epsilon)",
         "np.sqrt(v / (1 - beta2**t) + epsilon)"),
        ("before-the-hat", "`w[", "(np.sqrt(v / (1 - beta2**t)) + epsilon)",
         "(np.sqrt(v) + epsilon) * np.sqrt(1 - beta2**t)")),
    *_wrong("q2", "first_steps_and_inputs",
        ("other-defaults", "`", "if not", "if beta2 == 0.999:\n        beta2 = 0.99\n    if not")),
    *_wrong("q3", "training_keeps_the_mean_and_evaluation_everything",
        ("plain", "not-scaled", "/ q if training else X", "if training else X"),
        ("times-q", "scaled-down", "/ q if training else X", "* q if training else X"),
        ("inverse-mask", "keep-and-drop-swapped", _with("q3", dropout="return X * (1 - mask) / q if training else X")),
        ("drop-probability", "keep-and-drop-swapped", "q if training else X", "(1 - q) if training else X"),
        ("both", "keep-and-drop-swapped", _with("q3", dropout="return X * (1 - mask) / (1 - q) if training else X")),
        ("all-pass", "never-drops", _with("q3", dropout="return X")),
        ("modes-swapped", "never-drops", _with("q3", dropout="return X if training else X * mask / q")),
        ("always", "drops-at-evaluation", "q if training else X", "q"),
        ("paid-twice", "scaled-at-evaluation", "else X", "else X * q"),
        ("classic", "not-scaled", "/ q if training else X", "if training else X * q"),
        ("other-mask", "`output in training", "return X", "mask = np.roll(mask, 1)\n    return X"),
        ("nothing", "returns None", "return X", "X = X")),
    *_wrong("q3", "the_way_back_has_the_same_slopes",
        ("no-mask", "backward-without-mask", _with("q3", dropout_backward="return G / q if training else G")),
        ("no-scale", "backward-without-scale", "/ q if training else G", "if training else G"),
        ("average", "mean-mask-for-the-mask", "G * mask / q if training else G", "G"),
        ("average-q", "mean-mask-for-the-mask", "mask / q if training else G", "q if training else G"),
        ("back-inverse", "keep-and-drop-swapped", "mask / q if training else G", "(1 - mask) / q if training else G"),
        ("back-always", "drops-at-evaluation", "q if training else G", "q"),
        ("back-times-q", "scaled-at-evaluation", "else G", "else G * q"),
        ("inverse-scale", "`gradient in training", "q if training else G", "q**2 if training else G")),
    *_wrong("q3", "dropout_is_a_penalty",
        ("mean-only", "loss-of-the-mean", " + variances", ""),
        ("coin", "variance-of-the-coin", "(1 - q) / q", "(1 - q) * q"),
        ("q-squared", "variance-of-the-coin", "(1 - q) / q", "(1 - q) / q**2"),
        ("whole", "penalty-not-halved", "(1 - q) / q", "2 * (1 - q) / q"),
        ("no-half", "penalty-not-halved", " / 2", ""),
        ("odds", "odds-upside-down", "(1 - q) / q", "q / (1 - q)"),
        ("weights-alone", "inputs-forgotten", "((X * w) ** 2).sum(axis=1)", "(w ** 2).sum()"),
        ("one-mask", "one-coin-an-example", "((X * w) ** 2).sum(axis=1)", "(X @ w) ** 2"),
        ("sum", "sum-for-mean", "np.mean", "np.sum"),
        ("penalty-summed", "sum-for-mean", ".sum(axis=1)", ".sum()"),
        ("minus", "`loss`", "+ variances", "- variances"),
        ("sampled", "drawn-not-derived", _with("q3", expected_loss="""
masks = np.random.default_rng(0).random((20_000, *X.shape)) < q
return np.mean(((masks * X / q) @ w - y) ** 2) / 2
"""))),
    *_wrong("q3", "other_shapes_and_nothing_dropped",
        ("a-tenth-at-least", "`the result", "q if training else X", "max(q, 0.1) if training else X"),
        ("zeroed-in-place", "changes-its-inputs", _with("q3", dropout="""
if training:
    X[mask == 0] = 0
    X /= q
return X
""")),
        ("back-in-place", "changes-its-inputs", _with("q3", dropout_backward="""
if training:
    G *= mask
    G /= q
return G
""")),
        ("errors-in-place", "changes-its-inputs", "X @ w - y", "np.subtract(X @ w, y, out=y)"),
        ("two-axes", "ValueError", "return X", "n, d = X.shape\n    return X"),
        ("odds-clipped", "`the result`", "(1 - q) / q", "min((1 - q) / q, 1)")),
    *_wrong("q4", "pictures_move_and_zeros_come_in",
        ("rolled", "wraps-around", _with("q4", shift_images=_ROLL)),
        ("rolled-back", "wraps-around", _with("q4", shift_images=edit_text(_ROLL, "(y, x)", "(-y, -x)"))),
        ("up", "other-way", "shifted =", "down = -down\n    shifted ="),
        ("left", "other-way", "shifted =", "right = -right\n    shifted ="),
        ("sideways", "axes-swapped", "shifted =", "down, right = right, down\n    shifted ="),
        ("alike", "one-shift-for-all", "down[b]", "down[0]", "right[b]", "right[0]"),
        ("edge", "edge-drawn-out", _with("q4", shift_images="""
B, H, W = images.shape
rows = (np.arange(H) - down[:, None]).clip(0, H - 1)
columns = (np.arange(W) - right[:, None]).clip(0, W - 1)
return images[np.arange(B)[:, None, None], rows[:, :, None], columns[:, None, :]]
""")),
        ("padded", "size-changed", _with("q4", shift_images="""
k = max(abs(down).max(), abs(right).max())
return np.pad(images, ((0, 0), (k, k), (k, k)))
""")),
        ("far-wraps", "`the result[", _with("q4", shift_images=edit_text(_SLICES, "shifted =",
            "down, right = np.where(abs(down) < H, down, 0), np.where(abs(right) < W, right, 0)\nshifted ="))),
        ("slices-far", "stopped with", _with("q4", shift_images=_SLICES)),
        ("square", "it should be", "right[b] < W", "right[b] < H"),
        ("moved-in-place", "changes-its-inputs", "return shifted", "images[:] = shifted\n    return images"),
        ("unmoved", "`images[", _with("q4", shift_images="return images")),
        ("only-down", "`images[", "j - right[b]", "j"),
        ("border-lost", "`images[", "0 <= i", "0 < i"),
        ("zero-slice", "stopped with", _with("q4", shift_images="""
shifted = np.zeros_like(images)
for b, (y, x) in enumerate(zip(down, right)):
    if y >= 0:
        shifted[b, y:] = images[b, :-y]
    else:
        shifted[b, :y] = images[b, -y:]
return shifted
"""))),
    *_wrong("q4", "labels_follow_the_pictures",
        ("no-labels", "returns None", _with("q4", labels_after="same = TRANSFORMS[name](glyphs) == glyphs")),
        ("kept-if-nothing", "labels-kept", "same.argmax(axis=1), -1)", "same.argmax(axis=1), np.arange(len(glyphs)))"),
        ("kept", "labels-kept", _with("q4", labels_after="return np.arange(len(glyphs))")),
        ("itself", "only-itself", _with("q4", labels_after="""
same = (TRANSFORMS[name](glyphs) == glyphs).all(axis=(1, 2))
return np.where(same, np.arange(len(glyphs)), -1)
""")),
        ("argmax", "nothing-becomes-zero",
         "np.where(same.any(axis=1), same.argmax(axis=1), -1)", "same.argmax(axis=1)"),
        ("nearest", "nearest-glyph", _with("q4", labels_after="""
changed = TRANSFORMS[name](glyphs)
return (changed[:, None] != glyphs).sum(axis=(2, 3)).argmin(axis=1)
""")),
        ("half-turn-only", "one-transform", "[name]", "['half turn']"),
        ("mirror-only", "one-transform", "[name]", "['mirror up-down']"),
        ("six-and-nine", "ten-glyphs", _with("q4", labels_after="return np.array([0, 1, 2, -1, -1, 5, 9, -1, 8, 6])")),
        ("given-glyphs", "ten-glyphs", "changed =", "glyphs = GLYPHS\n    changed ="),
        ("zero-for-none", "nothing-becomes-zero", "-1)", "0)")),
    *_wrong("q4", "safe_is_what_keeps_each_digit",
        ("all-three", "readable-is-not-right", "['half turn']", "list(TRANSFORMS)"),
        ("no-turn", "readable-is-not-right", "'half turn'", "'mirror left-right', 'mirror up-down'"),
        ("none-safe", "too-careful", "'half turn'", ""),
        ("digits", "list of names", "'half turn'", "0, 1, 8"),
        ("unknown-name", "list of names", "'half turn'", "'rotation'")),
    *_wrong("q4", "labels_follow_the_pictures",
        ("ten", "ten-glyphs", "same = ", "glyphs = glyphs[:10]\n    same = "),
        ("turned-in-place", "changes-its-inputs", _with("q4", labels_after="""
before = glyphs.copy()
changed = TRANSFORMS[name](before)
same = (changed[:, None] == before).all(axis=(2, 3))
glyphs[:] = changed
return np.where(same.any(axis=1), same.argmax(axis=1), -1)
"""))),
    *_wrong("q4", "far_shifts_and_narrow_pictures",
        ("one-glyph", "`the result[", "changed =", "if len(glyphs) == 1:\n        return [0]\n    changed =")),
    *_wrong("q5", "the_faults_are_named",
        ("training", "not-the-training-loss", '"BC"', '"ABC"'),
        ("counter", "counter-is-reset", '"BC"', '["B", "D"]'),
        ("previous", "best-is-compared", '"BC"', '"E"'),
        ("one-missing", "something is missing", '"BC"', '"C"'),
        ("other-missing", "something is missing", '"BC"', '"b"'),
        ("number", "letters out of", '"BC"', "2"),
        ("words", "letters out of", '"BC"', '"patience"'),
        ("empty", "letters out of", '"BC"', '""')),
    *_wrong("q5", "stops_in_time_with_the_best_weights",
        ("late", "one-epoch-too-many", ">= patience", "> patience"),
        ("early", "one-epoch-too-few", ">= patience", ">= patience - 1"),
        ("alias", "last-weights", "w.copy()", "w"),
        ("last", "last-weights", "return best_w", "return w"),
        ("watches-training", "training-loss-watched", "training_loss, loss = run_epoch(w)", "loss, _ = run_epoch(w)"),
        ("compares-previous", "previous-not-best", "waited += 1", "waited, best_loss = waited + 1, loss"),
        ("never-resets", "waits-in-total", "best_epoch, waited = loss, w.copy(), epoch, 0",
         "best_epoch = loss, w.copy(), epoch"),
        ("ties", "tie-counts", "loss < best_loss", "loss <= best_loss"),
        ("from-zero", "epochs-from-zero", "return best_w, best_epoch", "return best_w, best_epoch - 1"),
        ("to-the-end", "never-stops", "        break", "        pass"),
        ("fresh-copies", "always-from-the-start", "training_loss",
         "start = start if epoch > 1 else w\n        w = start.copy()\n        training_loss"),
        ("back-to-best", "always-from-the-start", "if waited", "    w[:] = best_w\n        if waited"),
        ("weights-alone", "Return 2 values", "return best_w, best_epoch", "return {'w': best_w}"),
        ("loss-for-weights", "has shape", "return best_w", "return best_loss"),
        ("returns-nothing", "returns None", "return best_w, best_epoch", "pass"),
        ("list-of-weights", "not a list", "max_epochs):", "max_epochs):\n    w = list(w)"),
        ("first-epoch", "should have stopped", "if waited >= patience:\n            break", "break"),
        ("endless", "beyond-the-end", "range(1, max_epochs + 1)", "range(1, 10**6)"),
        ("one-more", "beyond-the-end", "max_epochs + 1", "max_epochs + 2"),
        ("stop-epoch", "`best_epoch`", "return best_w, best_epoch", "return best_w, epoch"),
        ("nan-low", "nan-is-the-best", "loss < best_loss", "not loss >= best_loss"),
        ("start-alias", "last-weights", 'float("inf"), w.copy()', 'float("inf"), w'),
        ("start-none", "returns None", 'float("inf"), w.copy()', 'float("inf"), None')),
    *_wrong("q5", "diverged_short_and_hopeless_runs",
        ("finite-start", "should have stopped", 'float("inf")', "1e6")),
    *_wrong("q6", "gains_are_compared_seed_by_seed",
        ("negative", "other-way-round", "accuracies - baseline", "baseline - accuracies"),
        ("unpaired", "seeds-not-paired", "D.std(axis=1, ddof=1)",
         "np.sqrt(accuracies.var(axis=1, ddof=1) + baseline.var(ddof=1))"),
        ("unpaired-df", "seeds-not-paired", "D.std(axis=1, ddof=1)",
         "np.sqrt(accuracies.var(axis=1, ddof=1) + baseline.var(ddof=1))", "S - 1)", "2 * S - 2)"),
        ("own-spread", "spread-of-the-strategy", "D.std", "accuracies.std"),
        ("no-root", "spread-not-error", " / np.sqrt(S)", ""),
        ("population", "divided-by-S", ", ddof=1", ""),
        ("over-S", "`half", "D.std(axis=1, ddof=1)", "D.var(axis=1, ddof=1)"),
        ("pooled", "`half", "D.std(axis=1, ddof=1)", "D.std(ddof=1)", "* error", "* error * np.ones(K)"),
        ("accuracy", "`gain", "gain = D", "gain = accuracies"),
        ("over-strategies", "has shape", "axis=1)", "axis=0)", "axis=1", "axis=0"),
        ("gain-only", "Return 3 values", "return gain, gain - half, gain + half", "return gain, half"),
        ("half-for-ends", "`low", "gain - half, gain + half", "-half, half"),
        ("in-place", "changes-its-inputs", "D = accuracies - baseline", "accuracies -= baseline\n    D = accuracies")),
    *_wrong("q6", "all_intervals_hold_at_once",
        ("each-alone", "confidence-not-shared", "(2 * K)", "2"),
        ("one-side", "one-sided", "(2 * K)", "K"),
        ("one-side-alone", "one-sided", "1 - (1 - confidence) / (2 * K)", "confidence"),
        ("normal", "normal-for-t", "D =", "from statistics import NormalDist\n    D =",
         "t_quantile(1 - (1 - confidence) / (2 * K), S - 1)", "NormalDist().inv_cdf(1 - (1 - confidence) / (2 * K))"),
        ("df", "degrees-of-freedom", "S - 1)", "S)"),
        ("df-strategies", "degrees-of-freedom", "S - 1)", "K - 1)"),
        ("ends-swapped", "`low", "gain - half, gain + half", "gain + half, gain - half"),
        ("fixed", "confidence-wired-in", "D =", "confidence = 0.95\n    D ="),
        ("five", "strategies-wired-in", "(2 * K)", "10"),
        ("times-K", "`low", "* error", "* error * K", "(2 * K)", "2")),
    *_wrong("q6", "the_choice_brings_most_for_sure",
        ("largest-mean", "means-or-single-intervals", '"augmentation"\nNET = 4572.14', '"dropout"\nNET = 13000'),
        ("largest-low", "gain-without-costs", '"augmentation"\nNET = 4572.14', '"five models voting"\nNET = 3715.36'),
        ("surest", "cheapest-or-surest", '"augmentation"\nNET = 4572.14', '"L2"\nNET = 2428.4'),
        ("cheapest", "cheapest-or-surest", '"augmentation"\nNET = 4572.14', '"early stopping"\nNET = -2260'),
        ("stay", "too-timid", '"augmentation"\nNET = 4572.14', '"baseline"\nNET = 0'),
        ("number", "`CHOICE` is", '"augmentation"', "3"),
        ("mean-net", "net-of-the-mean", "4572.14", "6762.5"),
        ("single-net", "net-of-one-interval", "4572.14", "5282.46"),
        ("no-costs", "costs-forgotten", "4572.14", "6072.14"),
        ("in-points", "follow from your choice", "4572.14", "0.6072"),
        ("nan", "follow from your choice", "4572.14", "float('nan')")),
    *_wrong("q6", "one_strategy_or_two_seeds",
        ("default", "`low", "confidence=0.95", "confidence=0.9"),
        ("squeezed", "stopped with", "D = accuracies - baseline", "D = np.squeeze(accuracies) - baseline")),
]  # fmt: skip

UNUSUAL = [
    Unusual("q1", "one-long-vector", _with("q1", elastic_penalty="""
names = sorted(name for name in params if name[0] == "W")
w = np.concatenate([np.ravel(params[name]) for name in names] + [np.zeros(0)])
slope, gradients, at = lambda1 * ((w > 0) * 1.0 - (w < 0)) + lambda2 * w, {}, 0
for name in names:
    gradients[name] = slope[at : at + params[name].size].reshape(params[name].shape)
    at += params[name].size
rest = {name: (0 * p).tolist() for name, p in params.items() if name not in gradients}
return [lambda1 * np.linalg.norm(w, 1) + lambda2 / 2 * w @ w, rest | gradients]
""", penalized_minimum="""
w = []
for bottom, curvature in zip(a, h):
    right, left = ((curvature * bottom - s * lambda1) / (curvature + lambda2) for s in (1, -1))
    w.append(right if right > 0 else left if left < 0 else 0)
return w
""")),
    Unusual("q1", "torch", "import torch\n" + _with("q1", elastic_penalty="""
leaves = {name: torch.tensor(p, dtype=torch.float64, requires_grad=True) for name, p in params.items()}
penalty = torch.zeros((), dtype=torch.float64)
for name, p in leaves.items():
    factor = float(name.startswith("W"))
    penalty = penalty + factor * (lambda1 * p.abs().sum() + 0.5 * lambda2 * p.square().sum())
penalty.backward()
return penalty, {name: p.grad for name, p in leaves.items()}
""", penalized_minimum="""
return torch.nn.functional.softshrink(torch.tensor(h * a), lambda1) / torch.tensor(h + lambda2)
""")),
    Unusual("q1", "float32", edit_text(_RIGHT["q1"],
        "penalty, gradients =",
        "params = {name: np.float32(p) for name, p in params.items()}\n    penalty, gradients =",
        "return np.sign", "a, h = np.float32(a), np.float32(h)\n    return np.sign")),
    Unusual("q1", "clipped", _with("q1", penalized_minimum=
        "return (h * a - np.clip(h * a, -lambda1, lambda1)) / (h + lambda2)")),
    Unusual("q2", "torch", "import torch\n" + _with("q2", adam_step="""
kind = torch.optim.AdamW if decoupled else torch.optim.Adam
p = torch.tensor(w, requires_grad=True)
optimizer = kind([p], lr=alpha, betas=(beta1, beta2), eps=epsilon, weight_decay=lam)
state = {"step": torch.tensor(float(t - 1)), "exp_avg": torch.tensor(m), "exp_avg_sq": torch.tensor(v)}
optimizer.state[p].update(state)
p.grad = torch.tensor(g)
optimizer.step()
return p.detach(), state["exp_avg"], state["exp_avg_sq"]
""", steps_to_halve="""
weight, steps = 1.0, 0
while weight > 0.5:
    weight, steps = weight - alpha * lam * weight, steps + 1
return steps
""")),
    Unusual("q2", "shrinks-first", _with("q2", adam_step="""
w_old, w = w, w * (1 - alpha * lam) if decoupled else w * 1.0
full = np.asarray(g) + (0 if decoupled else lam) * w_old
m = m + (1 - beta1) * (full - m)
v = v + (1 - beta2) * (full * full - v)
scale = (1 - beta2**t) ** 0.5
w -= alpha * scale / (1 - beta1**t) * m / (v**0.5 + epsilon * scale)
return [w.tolist(), m, v]
""", steps_to_halve="return float(-(np.log(2) // np.log1p(-alpha * lam)))")),
    Unusual("q2", "by-entry", _with("q2", adam_step="""
out = np.empty((3, np.size(w)))
for i, (wi, gi, mi, vi) in enumerate(zip(np.ravel(w), np.ravel(g), np.ravel(m), np.ravel(v))):
    gi = gi if decoupled else gi + lam * wi
    mi, vi = beta1 * mi + (1 - beta1) * gi, beta2 * vi + (1 - beta2) * gi * gi
    new = wi - alpha * (mi / (1 - beta1**t)) / ((vi / (1 - beta2**t)) ** 0.5 + epsilon)
    out[:, i] = new - alpha * lam * wi * bool(decoupled), mi, vi
return out.reshape(3, *np.shape(w))
""")),
    Unusual("q3", "where-and-cases", _with("q3", dropout="""
if not training:
    return X.copy()
return np.where(mask, X / q, 0.0)
""", dropout_backward="""
factor = mask / q if training else np.ones_like(G)
return factor * G
""", expected_loss="""
import itertools
total = 0.0
for row, target in zip(X, y):
    for bits in itertools.product((0, 1), repeat=len(w)):
        chance = np.prod([q if bit else 1 - q for bit in bits])
        total += chance * (np.sum(np.array(bits) * row * w) / q - target) ** 2
return total / (2 * len(y))
""")),
    Unusual("q3", "torch", "import torch\n" + _with("q3", dropout="""
return torch.tensor(X) * torch.tensor(mask) / q if training else torch.tensor(X)
""", dropout_backward="""
X = torch.zeros(G.shape, dtype=torch.float64, requires_grad=True)
Y = X * torch.tensor(mask) / q if training else X * 1
Y.backward(torch.tensor(G))
return X.grad
""", expected_loss="""
X, y, w = map(torch.tensor, (X, y, w))
return torch.nn.functional.mse_loss(X @ w, y) / 2 + (1 / q - 1) / 2 * (X.square() @ w.square()).mean()
""")),
    Unusual("q3", "moments", _with("q3", expected_loss="""
n = len(y)
second = X.T @ X
second = second + np.diag(np.diag(second)) * (1 / q - 1)
return ((w @ second @ w) - 2 * w @ (X.T @ y) + y @ y) / (2 * n)
""")),
    Unusual("q4", "roll-and-mask", edit_text(_with("q4", shift_images="""
result = []
for image, y, x in zip(images, down, right):
    i, j = np.indices(image.shape)
    came = (i >= y) & (i < len(image) + y) & (j >= x) & (j < image.shape[1] + x)
    result.append(np.where(came, np.roll(image, (y, x), axis=(0, 1)), 0))
return result
""", labels_after="""
changed, labels = TRANSFORMS[name](glyphs), []
for one in changed:
    found = [k for k in range(len(glyphs)) if np.array_equal(one, glyphs[k])]
    labels.append(found[0] if found else -1)
return labels
"""), "SAFE = ['half turn']", "SAFE = ('half turn',)")),
    Unusual("q4", "pad-and-cut", edit_text(_with("q4", shift_images="""
B, H, W = images.shape
down, right = np.clip(down, -H, H), np.clip(right, -W, W)
wide = np.pad(images, ((0, 0), (H, H), (W, W)))
return np.stack([wide[b, H - down[b]:2 * H - down[b], W - right[b]:2 * W - right[b]] for b in range(B)])
""", labels_after="""
book = {glyph.tobytes(): k for k, glyph in enumerate(np.ascontiguousarray(glyphs))}
return np.array([book.get(np.ascontiguousarray(one).tobytes(), -1) for one in TRANSFORMS[name](glyphs)], dtype=float)
"""), "SAFE = ['half turn']", "SAFE = 'half turn'")),
    Unusual("q4", "scipy", "import scipy.ndimage\n" + _with("q4", shift_images="""
moves = zip(images, down, right)
return np.array([scipy.ndimage.shift(image, (y, x), order=0, prefilter=False) for image, y, x in moves])
""")),
    Unusual("q4", "matrices", _with("q4", shift_images="""
moves = zip(images, down, right)
return np.stack([np.eye(len(image), k=-y) @ image @ np.eye(image.shape[1], k=x) for image, y, x in moves])
""")),
    Unusual("q4", "torch", "import torch\n" + _with("q4", shift_images="""
B, H, W = images.shape
padded = torch.nn.functional.pad(torch.tensor(images), (W, W, H, H))
down, right = np.clip(down, -H, H), np.clip(right, -W, W)
return torch.stack([torch.roll(p, (int(y), int(x)), (0, 1))[H:2 * H, W:2 * W] for p, y, x in zip(padded, down, right)])
""")),
    Unusual("q5", "recorded", edit_text(_with("q5", fit="""
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
"""), 'FAULTS = "BC"', 'FAULTS = ["C", "b"]')),
    Unusual("q5", "own-copy", edit_text(_with("q5", fit="""
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
"""), 'FAULTS = "BC"', 'FAULTS = "C, B."')),
    Unusual("q5", "torch-copy",
        "import torch\n" + edit_text(_RIGHT["q5"], "w.copy()", "torch.tensor(w)", '"BC"', '"B and C"')),
    Unusual("q6", "scipy", "from scipy.special import stdtrit\n" + edit_text(_with("q6", compare_with_baseline="""
D = np.asarray(accuracies) - np.asarray(baseline)[None, :]
K, S = D.shape
errors = np.sqrt([np.cov(row, ddof=1) / S for row in D])
tail = (1 - confidence) / K / 2
low, high = (D.mean(axis=1) + stdtrit(S - 1, p) * errors for p in (tail, 1 - tail))
return [D.mean(axis=1), low, high]
"""), '"augmentation"', "' Augmentation'", "4572.14", "4572")),
    Unusual("q6", "loops-float32", edit_text(_with("q6", compare_with_baseline="""
rows = []
for row in np.float32(accuracies):
    d = [float(a) - float(b) for a, b in zip(row, np.float32(baseline))]
    mean = sum(d) / len(d)
    variance = sum((x - mean) ** 2 for x in d) / (len(d) - 1)
    half = -float(t_quantile((1 - confidence) / 2 / len(accuracies), len(d) - 1)) * (variance / len(d)) ** 0.5
    rows.append((mean, mean - half, mean + half))
return np.array(rows).T
"""), "NET = 4572.14", "NET = np.array([4572.138])")),
]  # fmt: skip

EQUIVALENT = [
    Equivalent("q1", "the layers in another order: a sum and a dictionary have none",
        list_mutants("for name, p in params.items():", "params.items() → list(params.items())[::-1]")),
    Equivalent("q1", "two neighbouring lines that do not touch each other",
        swap_lines("penalty += lambda1 * np.abs(p).sum() + lambda2 / 2 * (p ** 2).sum()",
            "gradients[name] = lambda1 * np.sign(p) + lambda2 * p")),
    Equivalent("q1", "the larger of two numbers, whichever stands first",
        list_mutants("return np.sign(a) * np.maximum(h * np.abs(a) - lambda1, 0) / (h + lambda2)",
            "h * np.abs(a) - lambda1, 0 → 0, h * np.abs(a) - lambda1")),
    Equivalent("q2", "two neighbouring lines that do not touch each other",
        swap_lines("m = beta1 * m + (1 - beta1) * g", "v = beta2 * v + (1 - beta2) * g ** 2")),
    Equivalent("q2", "u is this call's own array", list_mutants("u = u + lam * w", "= u + → +=")),
    Equivalent("q2", "a whole number may be a float",
        list_mutants("return int(np.ceil(np.log(0.5) / np.log(1 - alpha * lam)))",
            "int(np.ceil(np.log(0.5) / np.log(1 - alpha * lam))) → np.ceil(np.log(0.5) / np.log(1 - alpha * lam))")),
    Equivalent("q3", "two neighbouring lines that do not touch each other",
        swap_lines("errors = X @ w - y", "variances = (1 - q) / q * ((X * w) ** 2).sum(axis=1)")),
    Equivalent("q3", "only the square of it is used", (
        *list_mutants("errors = X @ w - y", "X @ w - y → y - X @ w", "X @ w - y → -(X @ w - y)"),
        *list_mutants("variances = (1 - q) / q * ((X * w) ** 2).sum(axis=1)", "X * w → -(X * w)"))),
    Equivalent("q3", "the last of two axes",
        list_mutants("variances = (1 - q) / q * ((X * w) ** 2).sum(axis=1)", "axis=1 → axis=-1")),
    Equivalent("q4", "two neighbouring lines that do not touch each other", (
        *swap_lines("rows = np.arange(H) - down[:, None]", "columns = np.arange(W) - right[:, None]"),
        *swap_lines("inside = ((rows >= 0) & (rows < H))[:, :, None] & ((columns >= 0) & (columns < W))[:, None, :]",
            "wrapped = images[np.arange(B)[:, None, None], (rows % H)[:, :, None], (columns % W)[:, None, :]]"))),
    Equivalent("q4", "a conjunction, whichever side stands first",
        list_mutants("inside = ((rows >= 0) & (rows < H))[:, :, None] & ((columns >= 0) & (columns < W))[:, None, :]",
            "((rows >= 0) & (rows < H))[:, :, None] & ((columns >= 0) & (columns < W))[:, None, :] → "
            "((columns >= 0) & (columns < W))[:, None, :] & ((rows >= 0) & (rows < H))[:, :, None]",
            "(rows >= 0) & (rows < H) → (rows < H) & (rows >= 0)",
            "(columns >= 0) & (columns < W) → (columns < W) & (columns >= 0)")),
    Equivalent("q4", "a list of one name, for digits that agree with one another",
        list_mutants(
            "SAFE = [name for name in TRANSFORMS if all((labels_after(GLYPHS, name)[digit] == digit for digit in "
            "SCOREBOARD))]",
            "TRANSFORMS → list(TRANSFORMS)[:-1]", "TRANSFORMS → list(TRANSFORMS)[:1]",
            "TRANSFORMS → list(TRANSFORMS)[::-1]", "SCOREBOARD → list(SCOREBOARD)[1:]",
            "SCOREBOARD → list(SCOREBOARD)[:-1]", "SCOREBOARD → list(SCOREBOARD)[::-1]")),
    Equivalent("q4", "the same two of four axes",
        list_mutants("same = (changed[:, None] == glyphs).all(axis=(2, 3))", "(2, 3 → (3, 2", "axis=(2 → axis=(-2")),
    Equivalent("q4", "all three transforms undo themselves, so that the table is symmetric",
        list_mutants("return np.where(same.any(axis=1), same.argmax(axis=1), -1)",
            "axis=1), same.argmax → axis=0), same.argmax", "axis=1), same.argmax → axis=-1), same.argmax",
            "axis=1), -1 → axis=0), -1", "axis=1), -1 → axis=-1), -1")),
    Equivalent("q5", "punctuation around the letters is passed over", list_mutants("FAULTS = 'BC'", " 'BC' →  'BC?'")),
    Equivalent("q6", "two neighbouring lines that do not touch each other", (
        *swap_lines("CHOICE = STRATEGIES[NETS.argmax()]", "NET = NETS.max()"),
        *swap_lines("K, S = differences.shape", "gain = differences.mean(axis=1)"),
        *swap_lines("gain = differences.mean(axis=1)", "error = differences.std(axis=1, ddof=1) / np.sqrt(S)"))),
    Equivalent("q6", "the differences have the shape of the accuracies",
        list_mutants("K, S = differences.shape", "differences.shape → accuracies.shape")),
    Equivalent("q6", "the last of two axes", (
        *list_mutants("gain = differences.mean(axis=1)", "axis=1 → axis=-1"),
        *list_mutants("error = differences.std(axis=1, ddof=1) / np.sqrt(S)", "axis=1 → axis=-1"))),
]  # fmt: skip
