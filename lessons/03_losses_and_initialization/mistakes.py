"""Exercise 03: wrong answers that its checks must name, and unusual right ones."""

from proofs.claims import Equivalent, Mistake, Unusual, define_function, edit_by_arrows

_CE = """
z = z - z.max(axis=1, keepdims=True)
log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
return -log_p[np.arange(len(y)), y].mean()
"""
_NAIVE = """
p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
return -np.log(p[np.arange(len(y)), y]).mean()
"""
_SAFE_P = """
p = np.exp(z - z.max(axis=1, keepdims=True))
p = p / p.sum(axis=1, keepdims=True)
return -np.log(p[np.arange(len(y)), y]).mean()
"""
_VOTES = """
p = np.exp(z - z.max(axis=1, keepdims=True))
p = p / p.sum(axis=1, keepdims=True)
return (Y.sum(axis=1, keepdims=True) * p - Y) / len(Y)
"""
_SIGMOID = """
p = 1 / (1 + np.exp(-z))
return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
"""
_LOGADDEXP = "return np.mean(np.logaddexp(0, z) - y * z)"
_DRAW = """
weights = []
for n_in, n_out in zip(sizes, sizes[1:]):
    variance = 2 / n_in if activation == "relu" else 2 / (n_in + n_out)
    weights.append(rng.normal(0, np.sqrt(variance), (n_in, n_out)))
return weights, [np.zeros(n_out) for n_out in sizes[1:]]
"""
_STEP = """
hs, p = forward(X, weights, biases)
g = (p - np.eye(p.shape[1])[y]) / len(X)
new_weights, new_biases = [], []
for h, W, b in zip(hs[::-1], weights[::-1], biases[::-1]):
    new_weights.insert(0, W - alpha * (h.T @ g))
    new_biases.insert(0, b - alpha * g.sum(axis=0))
    g = (g @ W.T) * (h > 0)
return new_weights, new_biases
"""
_WHOLE = "(p - np.eye(p.shape[1])[y]) / len(X)"
_NORMAL = "rng.normal(0, np.sqrt(variance), (n_in, n_out))"
_PICK = "log_p[np.arange(len(y)), y].mean()"
_BEST_OF_R = "min(r, key=lambda c: mean_cost(r, c, late, idle))"

_INSIDE = """
hidden = forward(X, weights, biases)[0][1:]
return [h.std() for h in hidden], [(h == 0).all(axis=0).mean() for h in hidden]
"""
_COST = "return np.mean(late * np.maximum(r - c, 0) + idle * np.maximum(c - r, 0))"
_READ = """
from scipy.stats import norm
return np.mean(r) + np.std(r) * norm.ppf(late / (late + idle))
"""
_BEST = f"return r.mean(), np.median(r), {_BEST_OF_R}"

_SURPRISE, _LARGE = "the_mean_surprise_at_the_right_class", "large_logits_keep_their_loss"
_ROWS, _ONE_VOTE = "one_row_one_class_and_inputs_kept", "one_vote_in_all_gives_p_minus_y"
_MORE, _EMPTY = "more_votes_pull_harder", "no_votes_large_logits_and_inputs_kept"
_BOTH, _SIDES = "both_terms_and_their_mean", "both_sides_bear_large_logits"
_KNOWS, _SHAPES = "the_best_logit_for_those_who_know_nothing", "shapes_fit_and_biases_are_zero"
_HE, _XAVIER = "relu_layers_keep_the_mean_square", "tanh_layers_take_the_middle"
_CHANCE, _SHOWS = "all_chance_comes_from_the_generator", "the_instrument_shows_each_hidden_layer"
_DEATH, _MEAN = "the_first_death_and_its_cause", "the_step_follows_the_mean"
_EDGE, _PRICE = "small_networks_work_and_inputs_stay", "too_few_and_too_many_cost_their_price"
_LEAST, _ORDER = "no_other_constant_is_better", "the_order_and_what_it_saves"
_CAN_READ = "squared_error_can_be_read"


def _loss(*changes: str, lines: str = _CE) -> str:
    return define_function("cross_entropy(z, y)", edit_by_arrows(lines, *changes))


def _slope(*changes: str, lines: str = _VOTES) -> str:
    return define_function("cross_entropy_gradient(z, Y)", edit_by_arrows(lines, *changes))


def _binary(*changes: str, lines: str = _LOGADDEXP, c: str = "np.log(np.mean(y) / (1 - np.mean(y)))") -> str:
    loss = define_function("binary_cross_entropy(z, y)", edit_by_arrows(lines, *changes))
    return f"{loss}\n{define_function('starting_logit(y)', f'return {c}')}"


def _start(*changes: str) -> str:
    return define_function("start_network(sizes, activation, rng)", edit_by_arrows(_DRAW, *changes))


def _relu(variance: str) -> str:
    return _start(f'2 / n_in if activation == "relu" → {variance} if activation == "relu"')


def _tanh(variance: str) -> str:
    return _start(f"else 2 / (n_in + n_out) → else {variance}")


def _step(*changes: str, lines: str = _STEP, inside: str = _INSIDE, first: str = "(4, 3)", fault: str = "C") -> str:
    instrument = define_function("look_inside(X, weights, biases)", inside)
    step = define_function("descend(X, y, weights, biases, alpha)", edit_by_arrows(lines, *changes))
    return f"{instrument}\nFIRST_DEAD = {first}\nFAULT = {fault!r}\n\n{step}"


def _inside(*changes: str) -> str:
    return _step(inside=edit_by_arrows(_INSIDE, *changes))


def _spread(spread: str) -> str:
    return _inside(f"h.std() → {spread}")


def _dead(dead: str) -> str:
    return _inside(f"(h == 0).all(axis=0).mean() → {dead}")


def _days(
    cost: str = _COST, best: str = _BEST, order: str = "42", saving: str = "1712", read: str = _READ, hers: str = "1389"
) -> str:
    first = define_function("mean_cost(r, c, late, idle)", cost)
    second = define_function("best_constants(r, late, idle)", best)
    third = define_function("order_as_normal(r, late, idle)", read)
    return f"{first}\n{second}\nORDER = {order}\nSAVING = {saving}\n\n{third}\nREAD_SAVING = {hers}\n"


def _read(*changes: str) -> str:
    return _days(read=edit_by_arrows(_READ, *changes))


def _cost(*changes: str) -> str:
    return _days(edit_by_arrows(_COST, *changes))


def _third(constant: str) -> str:
    return _days(best=f"return r.mean(), np.median(r), {constant}")


# (question, name, first check that fails, what it says): answer
_MISTAKES = {
    ("q1", "sum", _SURPRISE, "sum-for-mean"): _loss("y].mean() → y].sum()"),
    ("q1", "rows", _SURPRISE, "not-averaged"): _loss("y].mean() → y]"),
    ("q1", "column", _SURPRISE, "not-averaged"): _loss(f"{_PICK} → np.take_along_axis(log_p, y[:, None], axis=1)"),
    ("q1", "one-hot-mean", _SURPRISE, "mean-over-entries"): _loss(f"{_PICK} → (log_p * np.eye(z.shape[1])[y]).mean()"),
    ("q1", "axis", _SURPRISE, "softmax-over-the-batch"): _loss("axis=1 → axis=0"),
    ("q1", "no-axis", _SURPRISE, "softmax-over-all"): _loss("axis=1, → "),
    ("q1", "slice", _SURPRISE, "labels-as-columns"): _loss("log_p[np.arange(len(y)), y] → log_p[:, y]"),
    ("q1", "argmax", _SURPRISE, "predicted-class"): _loss(f"{_PICK} → log_p.max(axis=1).mean()"),
    ("q1", "sign", _SURPRISE, "wrong-sign"): _loss("return - → return "),
    ("q1", "late-log", _SURPRISE, "log-of-the-mean"): _loss(
        "-np.log(p[np.arange(len(y)), y]).mean() → -np.log(p[np.arange(len(y)), y].mean())", lines=_SAFE_P
    ),
    ("q1", "log2", _SURPRISE, "other-logarithm"): _loss("np.log( → np.log2(", lines=_SAFE_P),
    ("q1", "log10", _SURPRISE, "other-logarithm"): _loss("np.log( → np.log10(", lines=_SAFE_P),
    ("q1", "bits", _SURPRISE, "other-logarithm"): _loss("np.log( → np.log2("),
    ("q1", "one-half", _SURPRISE, "`loss` is"): _loss("y].mean() → y].mean() / 2"),
    ("q1", "no-sum", _SURPRISE, "normaliser-forgotten"): _loss(
        "log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True)) → log_p = z"
    ),
    ("q1", "binary", _SURPRISE, "`loss` is"): _loss(
        "-np.log(p[np.arange(len(y)), y]) → -(T * np.log(p) + (1 - T) * np.log(1 - p)).sum(axis=1)",
        "return → T = np.eye(z.shape[1])[y]\nreturn",
        lines=_SAFE_P,
    ),
    ("q1", "hard-wired", _SURPRISE, "stopped with"): _loss("np.arange(len(y)) → np.arange(64)"),
    ("q1", "none", _SURPRISE, "returns None"): _loss("return - → loss = -"),
    ("q1", "naive", _LARGE, "overflow"): _loss(lines=_NAIVE),
    ("q1", "naive-log-sum", _LARGE, "overflow"): _loss("z = z - z.max(axis=1, keepdims=True) → pass"),
    ("q1", "minimum", _LARGE, "log-of-zero"): _loss("z.max(axis=1 → z.min(axis=1"),
    ("q1", "one-maximum", _LARGE, "one-maximum-for-all"): _loss("z.max(axis=1, keepdims=True) → z.max()"),
    ("q1", "no-logarithm", _LARGE, "log-of-zero"): _loss(lines=_SAFE_P),
    ("q1", "epsilon", _LARGE, "clipped"): _loss("np.log( → np.log(1e-12 + ", lines=_SAFE_P),
    ("q1", "tiny", _LARGE, "clipped"): _loss(
        "np.log(p[np.arange(len(y)), y]) → np.log(np.maximum(p[np.arange(len(y)), y], 1e-300))", lines=_SAFE_P
    ),
    ("q1", "clipped-logits", _LARGE, "clipped"): _loss(lines="z = np.clip(z, -500, 500)" + _CE),
    ("q1", "nan-to-num", _LARGE, "clipped"): _loss(
        "np.log(p[np.arange(len(y)), y]) → np.nan_to_num(np.log(p[np.arange(len(y)), y]), neginf=0)", lines=_SAFE_P
    ),
    ("q1", "classes-by-labels", _SURPRISE, "classes-counted-by-labels"): _loss(
        f"-{_PICK} → -(np.eye(y.max() + 1)[y] * log_p).sum() / len(y)"
    ),
    ("q1", "in-place", _SURPRISE, "changes-its-inputs"): _loss("z = z -  → z -= "),
    ("q1", "squeezed", _LARGE, "stopped with"): _loss(lines="z = z.squeeze()" + _CE),
    ("q1", "one-class-is-binary", _ROWS, "`loss`"): _loss(
        lines="if z.shape[1] == 1:\n    return np.mean(np.logaddexp(0, z[:, 0]) - y * z[:, 0])" + _CE
    ),
    ("q2", "nobody-voted", _EMPTY, "`gradient["): _slope("/ len(Y) → / len(Y) * Y.sum() / Y.sum()"),
    ("q2", "sum", _ONE_VOTE, "sum-for-mean"): _slope(" / len(Y) → "),
    ("q2", "entries", _ONE_VOTE, "mean-over-entries"): _slope("len(Y) → Y.size"),
    ("q2", "sign", _ONE_VOTE, "uphill"): _slope("return ( → return -("),
    ("q2", "by-p", _ONE_VOTE, "gradient-by-p"): _slope("(Y.sum(axis=1, keepdims=True) * p - Y) → -Y / p"),
    ("q2", "own", _ONE_VOTE, "own-logit-only"): _slope("(Y.sum(axis=1, keepdims=True) * p - Y) → -Y * (1 - p)"),
    ("q2", "sigmoid", _ONE_VOTE, "squared-error-habit"): _slope("* p - Y) → * p - Y) * p * (1 - p)"),
    ("q2", "axis", _ONE_VOTE, "softmax-over-the-batch"): _slope(
        "max(axis=1 → max(axis=0", "p.sum(axis=1 → p.sum(axis=0"
    ),
    ("q2", "transposed", _ONE_VOTE, "has shape"): _slope("return ( → return np.transpose((", "len(Y) → len(Y))"),
    ("q2", "argmax", _ONE_VOTE, "winner-takes-all"): _slope(
        "return → Y = np.eye(Y.shape[1])[Y.argmax(axis=1)]\nreturn"
    ),
    ("q2", "majority", _ONE_VOTE, "winner-takes-all"): _slope("p - Y → p - Y * (Y == Y.max(axis=1, keepdims=True))"),
    ("q2", "summed-down", _ONE_VOTE, "votes-summed-down"): _slope("Y.sum(axis=1 → Y.sum(axis=0"),
    ("q2", "log-p", _ONE_VOTE, "rows-not-zero"): _slope("* p - Y → * np.log(p) - Y"),
    ("q2", "whole-votes", _ONE_VOTE, "votes-rounded"): _slope("return → Y = Y.astype(int)\nreturn"),
    ("q2", "lesson", _MORE, "rows-taken-for-one"): _slope("Y.sum(axis=1, keepdims=True) * p → p"),
    ("q2", "shares", _MORE, "votes-made-shares"): _slope("return → Y = Y / Y.sum(axis=1, keepdims=True)\nreturn"),
    ("q2", "votes", _MORE, "divided-by-all-votes"): _slope("len(Y) → Y.sum()"),
    ("q2", "votes-of-columns", _MORE, "rows-not-zero"): _slope("Y.sum(axis=1, keepdims=True) → Y.sum() / len(Y)"),
    ("q2", "nan", _MORE, "no-votes-is-nan"): _slope(
        "return → s = Y.sum(axis=1, keepdims=True)\nreturn s * (p - Y / s) / len(Y)\nreturn"
    ),
    ("q2", "dropped", _MORE, "has shape"): _slope(lines="used = Y.sum(axis=1) > 0\nz, Y = z[used], Y[used]" + _VOTES),
    ("q2", "voted-only", _MORE, "divided-by-those-with-votes"): _slope("len(Y) → (Y.sum(axis=1) > 0).sum()"),
    ("q2", "naive", _MORE, "overflow"): _slope("z - z.max(axis=1, keepdims=True) → z"),
    ("q2", "minimum", _MORE, "overflow"): _slope("z.max(axis=1 → z.min(axis=1"),
    ("q2", "one-maximum", _MORE, "one-maximum-for-all"): _slope("z.max(axis=1, keepdims=True) → z.max()"),
    ("q2", "clipped", _MORE, "`gradient["): _slope(lines="z = np.clip(z, -500, 500)" + _VOTES),
    ("q2", "in-place", _MORE, "changes-its-inputs"): _slope("return ( → z[:] = (", "len(Y) → len(Y)\nreturn z"),
    ("q3", "half", _BOTH, "one-sided"): _binary(lines="return np.mean(y * np.logaddexp(0, -z))"),
    ("q3", "half-and-summed", _BOTH, "one-sided"): _binary(lines="return np.sum(y * np.logaddexp(0, -z))"),
    ("q3", "other-side", _BOTH, "one-sided"): _binary(lines="return np.mean((1 - y) * np.logaddexp(0, z))"),
    ("q3", "sum", _BOTH, "sum-for-mean"): _binary("np.mean → np.sum"),
    ("q3", "rows", _BOTH, "not-averaged"): _binary(lines="return np.logaddexp(0, z) - y * z"),
    ("q3", "sign", _BOTH, "wrong-sign"): _binary(lines="return np.mean(y * z - np.logaddexp(0, z))"),
    ("q3", "no-sigmoid", _BOTH, "logits-for-probabilities"): _binary(
        lines="return -np.mean(y * np.log(z) + (1 - y) * np.log(1 - z))"
    ),
    ("q3", "sigmoid-sign", _BOTH, "logit-upside-down"): _binary("np.exp(-z) → np.exp(z)", lines=_SIGMOID),
    ("q3", "log2", _BOTH, "other-logarithm"): _binary("np.log( → np.log2(", lines=_SIGMOID),
    ("q3", "late-log", _BOTH, "log-of-the-mean"): _binary(
        lines="p = 1 / (1 + np.exp(-z))\nreturn -np.log(np.mean(p**y * (1 - p) ** (1 - y)))"
    ),
    ("q3", "halved", _BOTH, "`loss` is"): _binary("y * z) → y * z) / 2"),
    ("q3", "chosen", _BOTH, "labels-rounded"): _binary(
        lines="return np.mean(np.where(y == 1, np.logaddexp(0, -z), np.logaddexp(0, z)))"
    ),
    ("q3", "rounded", _BOTH, "labels-rounded"): _binary("return → y = np.round(y)\nreturn"),
    ("q3", "expected-p", _BOTH, "`loss` is"): _binary(
        lines="p = 1 / (1 + np.exp(-z))\nreturn -np.mean(np.log(y * p + (1 - y) * (1 - p)))"
    ),
    ("q3", "squared", _BOTH, "`loss` is"): _binary(lines="return np.mean((1 / (1 + np.exp(-z)) - y) ** 2)"),
    ("q3", "sigmoid", _SIDES, "log-of-zero"): _binary(lines=_SIGMOID),
    ("q3", "softplus", _SIDES, "overflow"): _binary(lines="return np.mean(np.log(1 + np.exp(z)) - y * z)"),
    ("q3", "other-softplus", _SIDES, "overflow"): _binary(lines="return np.mean(np.log1p(np.exp(-z)) + (1 - y) * z)"),
    ("q3", "epsilon", _SIDES, "clipped"): _binary("np.log( → np.log(1e-12 + ", lines=_SIGMOID),
    ("q3", "clipped-logits", _SIDES, "clipped"): _binary(lines="z = np.clip(z, -30, 30)" + _SIGMOID),
    ("q3", "no-correction", _BOTH, "`loss` is"): _binary(lines="return np.mean(np.maximum(z, 0) - y * z)"),
    ("q3", "in-place", _SIDES, "changes-its-inputs"): _binary(
        lines="positive = np.logaddexp(0, z)\nz *= y\nreturn np.mean(positive - z)"
    ),
    ("q3", "share", _KNOWS, "share-for-logit"): _binary(c="np.mean(y)"),
    ("q3", "odds", _KNOWS, "odds-without-log"): _binary(c="np.mean(y) / (1 - np.mean(y))"),
    ("q3", "log-share", _KNOWS, "log-of-the-share"): _binary(c="np.log(np.mean(y))"),
    ("q3", "upside-down", _KNOWS, "logit-upside-down"): _binary(c="np.log((1 - np.mean(y)) / np.mean(y))"),
    ("q3", "log10", _KNOWS, "other-logarithm"): _binary(c="np.log10(np.mean(y) / (1 - np.mean(y)))"),
    ("q3", "majorities", _KNOWS, "fractions-not-counted"): _binary(c="np.log(np.mean(y > 0.5) / np.mean(y <= 0.5))"),
    ("q3", "twice", _BOTH, "sigmoid-twice"): _binary(
        lines="z = 1 / (1 + np.exp(-z))\nreturn np.mean(np.logaddexp(0, z) - y * z)"
    ),
    ("q3", "zero", _KNOWS, "`logit` is"): _binary(c="0.0"),
    ("q3", "smoothed", _KNOWS, "`logit` is"): _binary(c="np.log((np.sum(y) + 1) / (np.sum(1 - y) + 1))"),
    ("q3", "mean-of-logits", _KNOWS, "`logit` is"): _binary(
        c="np.mean(np.log(np.clip(y, 1e-7, 1 - 1e-7) / (1 - np.clip(y, 1e-7, 1 - 1e-7))))"
    ),
    ("q4", "torch-shape", _SHAPES, "transposed"): _start("(n_in, n_out))) → (n_out, n_in)))"),
    ("q4", "noisy-biases", _SHAPES, "biases-not-zero"): _start("np.zeros(n_out) → rng.normal(0, 0.1, n_out)"),
    ("q4", "positive-biases", _SHAPES, "biases-not-zero"): _start("np.zeros(n_out) → np.full(n_out, 0.01)"),
    ("q4", "input-biases", _SHAPES, "biases[0]"): _start("for n_out in sizes[1:]] → for n_out in sizes[:-1]]"),
    ("q4", "zeros", _SHAPES, "all-alike"): _start(f"{_NORMAL} → np.zeros((n_in, n_out))"),
    ("q4", "no-last", _SHAPES, "entries"): _start("in zip(sizes, sizes[1:]) → in zip(sizes[:-2], sizes[1:])"),
    ("q4", "pairs", _SHAPES, "Return 2 values"): _start(
        "weights, [np.zeros(n_out) for n_out in sizes[1:]] → list(zip(weights, map(np.zeros, sizes[1:])))"
    ),
    ("q4", "two-layers", _SHAPES, "entries"): _start("zip(sizes, sizes[1:]) → (sizes[:2], sizes[1:3])"),
    ("q4", "constant", _HE, "all-alike"): _start(f"{_NORMAL} → np.full((n_in, n_out), np.sqrt(variance))"),
    ("q4", "one-sided", _HE, "not-centred"): _start(
        f"{_NORMAL} → rng.uniform(0, np.sqrt(12 * variance), (n_in, n_out))"
    ),
    ("q4", "positive", _HE, "not-centred"): _start(f"{_NORMAL} → abs({_NORMAL})"),
    ("q4", "fan-out", _HE, "fan-out"): _relu("2 / n_out"),
    ("q4", "half", _HE, "relu-half-forgotten"): _relu("1 / n_in"),
    ("q4", "always-xavier", _HE, "same-rule-for-both"): _relu("2 / (n_in + n_out)"),
    ("q4", "limit", _HE, "limit-for-spread"): _start(
        f"{_NORMAL} → rng.uniform(-np.sqrt(variance), np.sqrt(variance), (n_in, n_out))"
    ),
    ("q4", "limit-in-normal", _HE, "limit-for-spread"): _relu("6 / n_in"),
    ("q4", "no-root", _HE, "variance-for-spread"): _start("np.sqrt(variance) → variance"),
    ("q4", "first-width", _HE, "first-width-for-all"): _relu("2 / sizes[0]"),
    ("q4", "small", _HE, "standard deviation"): _relu("0.01**2"),
    ("q4", "standard", _HE, "standard deviation"): _relu("1"),
    ("q4", "last-layer-small", _HE, "standard deviation"): _start(
        "return weights → weights[-1] = weights[-1] * 0.1\nreturn weights"
    ),
    ("q4", "cut-tails", _HE, "standard deviation"): _start(
        f"{_NORMAL} → 0.88 * rng.normal(0, np.sqrt(variance), (n_in, n_out))"
    ),
    ("q4", "linear-last", _HE, "last-layer-otherwise"): _relu("(2 if n_out != sizes[-1] else 1) / n_in"),
    ("q4", "forced", _HE, "spread-forced"): _start(
        "return weights → weights = [W / W.std() * (2 / W.shape[0]) ** 0.5 for W in weights]\nreturn weights"
    ),
    ("q4", "always-he", _XAVIER, "same-rule-for-both"): _tanh("2 / n_in"),
    ("q4", "forward", _XAVIER, "one-way-only"): _tanh("1 / n_in"),
    ("q4", "backward", _XAVIER, "one-way-only"): _tanh("1 / n_out"),
    ("q4", "sum", _XAVIER, "sum-of-both-ways"): _tanh("1 / (n_in + n_out)"),
    ("q4", "xavier-limit", _XAVIER, "limit-for-spread"): _tanh("6 / (n_in + n_out)"),
    ("q4", "gain", _XAVIER, "standard deviation"): _tanh("(5 / 3) ** 2 * 2 / (n_in + n_out)"),
    ("q4", "geometric", _XAVIER, "standard deviation"): _tanh("1 / np.sqrt(n_in * n_out)"),
    ("q4", "tanh-forgotten", _SHAPES, "stopped with"): _start(
        '    variance = 2 / n_in if activation == "relu" else 2 / (n_in + n_out) → '
        '    if activation == "relu":\n        variance = 2 / n_in'
    ),
    ("q4", "global", _CHANCE, "chance-from-elsewhere"): _start(
        f"{_NORMAL} → np.random.normal(0, np.sqrt(variance), (n_in, n_out))"
    ),
    ("q4", "own-seed", _CHANCE, "generator-ignored"): _start(
        "weights = [] → weights, rng = [], np.random.default_rng(0)"
    ),
    ("q4", "two-starts", _CHANCE, "generator-ignored"): _start(
        "weights = [] → weights, rng = [], np.random.default_rng(int(rng.integers(2)))"
    ),
    ("q4", "reset", _CHANCE, "layers-alike"): _start(
        "    variance = → "
        "    rng.bit_generator.state = state = locals().get('state', rng.bit_generator.state)\n    variance ="
    ),
    ("q4", "mirrored", _HE, "values-repeat"): _start(
        f"{_NORMAL} → np.vstack([half := rng.normal(0, np.sqrt(variance), (-(-n_in // 2), n_out)), -half])[:n_in]"
    ),
    ("q4", "signs", _HE, "values-repeat"): _start(
        f"{_NORMAL} → rng.choice([-1, 1], (n_in, n_out)) * np.sqrt(variance)"
    ),
    ("q4", "rows", _HE, "values-repeat"): _start(
        f"{_NORMAL} → np.tile(rng.normal(0, np.sqrt(variance), (1, n_out)), (n_in, 1))"
    ),
    ("q4", "special", _CHANCE, "all-alike"): _start(
        "return weights → weights = [W * (W.shape[0] != W.shape[1]) for W in weights]\nreturn weights"
    ),
    ("q5", "one-less", _SHOWS, "one-entry-less"): _spread("h.std(ddof=1)"),
    ("q5", "soft", _SHOWS, "nearly-dead"): _dead("(h.mean(axis=0) < 1e-3).mean()"),
    ("q5", "seldom", _SHOWS, "nearly-dead"): _dead("((h == 0).mean(axis=0) > 0.98).mean()"),
    ("q5", "before", _SHOWS, "before-the-relu"): _step(
        inside="""
h, spreads, dead = X, [], []
for W, b in zip(weights[:-1], biases[:-1]):
    z = h @ W + b
    h = np.maximum(z, 0)
    spreads.append(z.std())
    dead.append((h == 0).all(axis=0).mean())
return spreads, dead
"""
    ),
    ("q5", "square", _SHOWS, "root-mean-square"): _spread("np.sqrt((h**2).mean())"),
    ("q5", "variance", _SHOWS, "variance-not-root"): _spread("h.var()"),
    ("q5", "by-unit", _SHOWS, "spread-by-unit"): _spread("h.std(axis=0).mean()"),
    ("q5", "by-review", _SHOWS, "spread-by-unit"): _spread("h.std(axis=1).mean()"),
    ("q5", "each-unit", _SHOWS, "should be an array"): _spread("h.std(axis=0)"),
    ("q5", "input-too", _SHOWS, "output-layer-counted"): _inside("[0][1:] → [0]"),
    ("q5", "output-too", _SHOWS, "output-layer-counted"): _inside("""hidden = forward(X, weights, biases)[0][1:]
 → h, hidden = X, []
for W, b in zip(weights, biases):
    h = np.maximum(h @ W + b, 0)
    hidden.append(h)
"""),
    ("q5", "zeros", _SHOWS, "zeros-not-units"): _dead("(h == 0).mean()"),
    ("q5", "any", _SHOWS, "off-for-one"): _dead("(h == 0).any(axis=0).mean()"),
    ("q5", "axis", _SHOWS, "reviews-for-units"): _dead("(h == 0).all(axis=1).mean()"),
    ("q5", "count", _SHOWS, "number-for-share"): _dead("(h == 0).all(axis=0).sum()"),
    ("q5", "alive", _SHOWS, "alive-for-dead"): _dead("(h > 0).any(axis=0).mean()"),
    ("q5", "dead-only", _SHOWS, "Return 2 values"): _inside("return [h.std() for h in hidden], [ → return ["),
    ("q5", "three-layers", _SHOWS, "stopped with"): _inside(
        "[0][1:] → [0]", "for h in hidden] → for h in (hidden[1], hidden[2], hidden[3])]"
    ),
    ("q5", "from-zero", _DEATH, "layers-from-zero"): _step(first="(4, 2)"),
    ("q5", "one-late", _DEATH, "steps-counted-otherwise"): _step(first="(5, 3)"),
    ("q5", "one-early", _DEATH, "steps-counted-otherwise"): _step(first="(3, 3)"),
    ("q5", "turned", _DEATH, "pair-turned-round"): _step(first="(3, 4)"),
    ("q5", "elsewhere", _DEATH, "not the first death"): _step(first="(1, 1)"),
    ("q5", "steps-only", _DEATH, "is a pair"): _step(first="4"),
    ("q5", "A", _DEATH, "the-start-is-sound"): _step(fault="A"),
    ("q5", "B", _DEATH, "nobody-was-born-dead"): _step(fault="B"),
    ("q5", "D", _DEATH, "the-dead-do-not-wake"): _step(fault="D"),
    ("q5", "words", _DEATH, '"A", "B", "C" or "D"'): _step(fault="the sum"),
    ("q5", "unmended", _MEAN, "still-the-sum"): _step(lines="return colleagues_step(X, y, weights, biases, alpha)"),
    ("q5", "smaller-rate", _MEAN, "biases-divided-twice"): _step(
        lines="return colleagues_step(X, y, weights, biases, alpha / len(X))"
    ),
    ("q5", "mean-of-mean", _MEAN, "biases-divided-twice"): _step("g.sum(axis=0) → g.mean(axis=0)"),
    ("q5", "both-sums", _MEAN, "sum-everywhere"): _step(f"{_WHOLE} → p - np.eye(p.shape[1])[y]"),
    ("q5", "weights-only", _MEAN, "biases-summed"): _step(
        f"{_WHOLE} → p - np.eye(p.shape[1])[y]", "h.T @ g → h.T @ g / len(X)"
    ),
    ("q5", "up", _MEAN, "uphill"): _step("W - alpha → W + alpha", "b - alpha → b + alpha"),
    ("q5", "no-mask", _MEAN, "mask-missing"): _step(" * (h > 0) → "),
    ("q5", "new-weights", _MEAN, "new-weights-sent-back"): _step("g @ W.T → g @ new_weights[0].T"),
    ("q5", "fixed-rate", _MEAN, "`weights["): _step("alpha * (h.T → RATE * (h.T"),
    ("q5", "fixed-batch", _MEAN, "`weights["): _step("len(X) → 128 * 1.5"),
    ("q5", "by-classes", _MEAN, "mean-over-entries"): _step("/ len(X) → / p.size"),
    ("q5", "reversed", _MEAN, "has shape"): _step("insert(0,  → append("),
    ("q5", "divided-per-layer", _MEAN, "`weights["): _step("(h > 0) → (h > 0) / len(X)"),
    ("q5", "in-place", _MEAN, "changes-its-inputs"): _step(
        "new_biases.insert(0, b - alpha * g.sum(axis=0)) → b -= alpha * g.sum(axis=0)\n    new_biases.insert(0, b)"
    ),
    ("q5", "other-mean", _EDGE, "`weights["): _step("/ len(X) → / max(len(X), 2)"),
    ("q5", "limited-rate", _EDGE, "`weights["): _step("alpha * (h.T → min(alpha, 1) * (h.T"),
    ("q6", "swapped", _PRICE, "prices-swapped"): _days(
        cost="return np.mean(idle * np.maximum(r - c, 0) + late * np.maximum(c - r, 0))"
    ),
    ("q6", "late-only", _PRICE, "one-price-only"): _days(cost="return np.mean(late * np.maximum(r - c, 0))"),
    ("q6", "idle-only", _PRICE, "one-price-only"): _days(cost="return np.mean(idle * np.maximum(c - r, 0))"),
    ("q6", "sum", _PRICE, "sum-for-mean"): _cost("np.mean → np.sum"),
    ("q6", "mean-day", _PRICE, "price-of-the-mean-day"): _days(
        cost="gap = np.mean(r - c)\nreturn late * max(gap, 0) + idle * max(-gap, 0)"
    ),
    ("q6", "sign", _PRICE, "wrong-sign"): _days(
        cost="return np.mean(late * np.minimum(c - r, 0) + idle * np.minimum(r - c, 0))"
    ),
    ("q6", "one-price", _PRICE, "one-price-for-both"): _days(cost="return np.mean((late + idle) / 2 * abs(r - c))"),
    ("q6", "squared", _PRICE, "`cost` is"): _cost(", 0) → , 0) ** 2"),
    ("q6", "credit", _PRICE, "`cost` is"): _cost("+ idle → - idle"),
    ("q6", "own-days", _PRICE, "`cost` is"): _cost("r - c → REPLIES - c", "c - r → c - REPLIES"),
    ("q6", "exchanged", _LEAST, "mean-and-median-swapped"): _days(best=f"return np.median(r), r.mean(), {_BEST_OF_R}"),
    ("q6", "two", _LEAST, "Return 3 values"): _days(best="return r.mean(), np.median(r)"),
    ("q6", "middle", _LEAST, "constants[0]"): _days(best=f"return (r.min() + r.max()) / 2, np.median(r), {_BEST_OF_R}"),
    ("q6", "median of the first days", _LEAST, "constants[1]"): _days(
        best=f"return r.mean(), np.median(r[:24]), {_BEST_OF_R}"
    ),
    ("q6", "means", _LEAST, "constants[1]"): _days(best=f"return r.mean(), r.mean(), {_BEST_OF_R}"),
    ("q6", "unsorted", _LEAST, "constants[1]"): _days(best=f"return r.mean(), r[len(r) // 2], {_BEST_OF_R}"),
    ("q6", "other-quantile", _LEAST, "share-upside-down"): _third("np.quantile(r, idle / (late + idle))"),
    ("q6", "other-quantile-at-r", _LEAST, "share-upside-down"): _third(
        "np.quantile(r, idle / (late + idle), method='inverted_cdf')"
    ),
    ("q6", "interpolated", _LEAST, "interpolated-quantile"): _third("np.quantile(r, late / (late + idle))"),
    ("q6", "nearest", _LEAST, "another-corner"): _third('np.quantile(r, late / (late + idle), method="nearest")'),
    ("q6", "higher", _LEAST, "another-corner"): _third('np.quantile(r, late / (late + idle), method="higher")'),
    ("q6", "lower", _LEAST, "another-corner"): _third('np.quantile(r, late / (late + idle), method="lower")'),
    ("q6", "own-problem", _ORDER, "costs less"): _days(order="7", saving="0").replace(
        "ORDER", "REPLIES, LATE, IDLE = np.array([7.0]), 1.0, 1.0\nORDER", 1
    ),
    ("q6", "median-again", _LEAST, "prices-ignored"): _third("np.median(r)"),
    ("q6", "mean-again", _LEAST, "prices-ignored"): _third("r.mean()"),
    ("q6", "ratio", _LEAST, "constants[2]"): _third("r.mean() * late / idle"),
    ("q6", "largest", _LEAST, "constants[2]"): _third("r.max()"),
    ("q6", "weighted-mean", _LEAST, "constants[2]"): _third(
        "np.average(r, weights=np.where(r > r.mean(), late, idle))"
    ),
    ("q6", "orders-mean", _ORDER, "ordered-the-mean"): _days(order="34", saving="0"),
    ("q6", "orders-median", _ORDER, "ordered-the-median"): _days(order="27.5"),
    ("q6", "orders-lower", _ORDER, "share-upside-down"): _days(order="20"),
    ("q6", "orders-all", _ORDER, "costs less"): _days(order="103"),
    ("q6", "a-day", _ORDER, "saving-of-one-day"): _days(saving="1712 / DAYS"),
    ("q6", "total", _ORDER, "cost-for-saving"): _days(saving="DAYS * mean_cost(REPLIES, ORDER, LATE, IDLE)"),
    ("q6", "on-median", _ORDER, "saving-on-the-median"): _days(saving="4290"),
    ("q6", "rounded", _ORDER, "saving-on-a-rounded-order"): _days(saving="1560"),
    ("q6", "negative", _ORDER, "follow from the costs"): _days(saving="-1712"),
    ("q6", "nan", _ORDER, "follow from the costs"): _days(saving="float('nan')"),
    ("q6", "read-other-side", _CAN_READ, "share-upside-down"): _read("norm.ppf(late → norm.ppf(idle"),
    ("q6", "unread", _CAN_READ, "read-without-its-spread"): _days(read="return np.mean(r)"),
    ("q6", "as-the-lesson", _CAN_READ, "price-over-price"): _read("late / (late + idle) → 1 - idle / late"),
    ("q6", "share-of-spread", _CAN_READ, "share-for-quantile"): _read(
        "norm.ppf(late / (late + idle)) → late / (late + idle)"
    ),
    ("q6", "variance-read", _CAN_READ, "variance-for-deviation"): _read("np.std → np.var"),
    ("q6", "days-read", _CAN_READ, "days-for-the-normal"): _days(read="return np.quantile(r, late / (late + idle))"),
    ("q6", "best-again", _CAN_READ, "days-for-the-normal"): _days(read="return best_constants(r, late, idle)[2]"),
    ("q6", "sample-spread", _CAN_READ, "spread-of-a-sample"): _read("np.std(r) → np.std(r, ddof=1)"),
    ("q6", "round-the-median", _CAN_READ, "is enough on"): _read("np.mean(r) → np.median(r)"),
    ("q6", "own-prices", _CAN_READ, "is enough on"): _read("late / (late + idle) → 0.75"),
    ("q6", "hers-a-day", _CAN_READ, "saving-of-one-day"): _days(hers="1388.84 / 250"),
    ("q6", "her-cost", _CAN_READ, "cost-for-saving"): _days(hers="15123.2"),
    ("q6", "mine-for-hers", _CAN_READ, "saving-of-the-best-order"): _days(hers="1712"),
    ("q6", "hers-against-mine", _CAN_READ, "saving-against-the-best"): _days(hers="323.2"),
    ("q6", "hers-rounded", _CAN_READ, "saving-on-a-rounded-order"): _days(hers="1392"),
    ("q6", "hers-lost", _CAN_READ, "follow from the costs"): _days(hers="-1389"),
}
MISTAKES = [Mistake(*case, code) for case, code in _MISTAKES.items()]

_UNUSUAL = {
    ("q1", "torch"): """
import torch
def cross_entropy(z, y):
    return torch.nn.functional.cross_entropy(torch.tensor(z), torch.tensor(y))
""",
    ("q1", "scipy"): """
from scipy.special import logsumexp
def cross_entropy(z, y):
    return [float(np.mean(logsumexp(z, axis=-1) - np.take_along_axis(z, y[:, None], axis=1)[:, 0]))]
""",
    ("q1", "loops"): """
import math
def cross_entropy(z, y):
    total = 0.0
    for row, label in zip(z.tolist(), y.tolist()):
        total += math.log(math.fsum(math.exp(a - max(row)) for a in row)) + max(row) - row[label]
    return total / len(y)
""",
    ("q1", "differences"): _loss(
        lines="""
gaps = z - z[np.arange(len(z)), y][:, None]
return np.logaddexp.reduce(gaps, axis=1).sum() / len(z)
"""
    ),
    ("q1", "one-hot-float32"): _loss(
        lines="""
T = np.eye(z.shape[1], dtype=np.float32)[y]
z = np.float32(z) - np.float32(z).max(1)[:, None]
return np.float32(np.einsum("ik,ik->", T, np.log(np.exp(z).sum(1))[:, None] - z) / len(T))
"""
    ),
    ("q1", "in-place-on-a-copy"): _loss(
        lines="""
z = z.copy()
z -= z.max(axis=1)[:, None]
z -= np.log(np.exp(z).sum(axis=1, keepdims=True))
return -np.mean(z[range(len(z)), y])
"""
    ),
    ("q2", "autograd"): """
import torch
def cross_entropy_gradient(z, Y):
    z = torch.tensor(z, requires_grad=True)
    (-(torch.tensor(Y) * z.log_softmax(dim=1)).sum(dim=1).mean()).backward()
    return z.grad
""",
    ("q2", "scipy-jacobian"): """
from scipy.special import softmax
def cross_entropy_gradient(z, Y, axis=1):
    rows = []
    for z_row, Y_row in zip(z, Y):
        p = softmax(z_row)
        J = np.eye(len(p)) - p                              # (K, K) slope of log p[j] by z[k]
        rows.append(-(Y_row @ J) / len(z))
    return rows
""",
    ("q2", "in-place-lists"): _slope(
        lines="""
z = z.astype(np.float64)
z -= z.max(axis=1)[:, None]
np.exp(z, out=z)
z /= z.sum(axis=1)[:, None]
z *= Y.sum(axis=1)[:, None]
z -= Y
z /= z.shape[0]
return z.tolist()
"""
    ),
    ("q3", "torch"): """
import torch
def binary_cross_entropy(z, y):
    return torch.nn.functional.binary_cross_entropy_with_logits(torch.tensor(z), torch.tensor(y))

def starting_logit(y):
    return torch.logit(torch.tensor(y).mean())
""",
    ("q3", "scipy"): """
from scipy.optimize import minimize_scalar
from scipy.special import log_expit
def binary_cross_entropy(z, y):
    return -(y * log_expit(z) + (1 - y) * log_expit(-z)).mean()

def starting_logit(y):
    return minimize_scalar(lambda c: binary_cross_entropy(np.full(len(y), c), np.asarray(y)), bracket=(-1, 1)).x
""",
    ("q3", "loops"): """
import math
def binary_cross_entropy(z, y):
    losses = []
    for a, t in zip(z, y):
        losses.append(max(a, 0) - a * t + math.log1p(math.exp(-abs(a))))
    return np.array([sum(losses) / len(losses)])

def starting_logit(y):
    yes = sum(y)
    return math.log(yes) - math.log(len(y) - yes)
""",
    ("q3", "two-classes"): _binary(
        lines="""
both = np.stack([np.zeros_like(z), z])
both = both - both.max(axis=0)
log_p = both - np.log(np.exp(both).sum(axis=0))
return -np.mean((1 - y) * log_p[0] + y * log_p[1])
""",
        c="-np.log(1 / np.mean(y) - 1)",
    ),
    ("q3", "where"): _binary(
        lines="e = np.exp(-abs(z))\nlog_p = np.where(z > 0, 0, z) - np.log(1 + e)\nreturn np.mean((1 - y) * z - log_p)",
        c="2 * np.arctanh(2 * np.mean(y) - 1)",
    ),
    ("q4", "uniform"): _start(f"{_NORMAL} → rng.uniform(-1, 1, (n_in, n_out)) * (3 * variance) ** 0.5"),
    ("q4", "torch"): """
import torch
def start_network(sizes, activation, rng):
    torch.manual_seed(int(rng.integers(2**31)))
    weights = []
    for n_in, n_out in zip(sizes[:-1], sizes[1:]):
        W = torch.empty(n_out, n_in)                        # torch counts the fans of (n_out, n_in)
        if activation == "relu":
            torch.nn.init.kaiming_uniform_(W, nonlinearity="relu")
        else:
            torch.nn.init.xavier_normal_(W)
        weights.append(W.T.clone())
    return weights, [torch.zeros(n) for n in sizes[1:]]
""",
    ("q4", "float32-in-place"): """
def start_network(sizes, activation, rng):
    weights, biases = (), ()
    for layer in range(len(sizes) - 1):
        shape = sizes[layer], sizes[layer + 1]
        W = rng.standard_normal(shape, dtype=np.float32)
        W *= np.sqrt({"relu": 2 / shape[0], "tanh": 2 / sum(shape)}[activation])
        weights, biases = (*weights, W), (*biases, [0] * shape[1])
    return weights, biases
""",
    ("q4", "two-uniforms"): _start(
        f"{_NORMAL} → np.sqrt(variance * 6) * (rng.random((n_in, n_out)) - rng.random((n_in, n_out)))"
    ),
    ("q5", "loops-and-own-forward"): """
def look_inside(X, weights, biases):
    spreads, dead, h = [], [], X
    for W, b in zip(weights[:-1], biases[:-1]):
        h = (h @ W + b).clip(min=0)
        spreads.append(np.sqrt(np.mean((h - h.mean()) ** 2)))
        dead.append(sum(column.max() <= 0 for column in h.T) / h.shape[1])
    return np.array(spreads), np.array(dead)

FIRST_DEAD = [4, 3]
FAULT = "c."

def descend(X, y, weights, biases, alpha):
    return colleagues_step(X, y, weights, biases, alpha / len(X))[0], colleagues_step(X, y, weights, biases, alpha)[1]
""",
    ("q5", "torch"): """
import torch
def look_inside(X, weights, biases):
    h, spreads, dead = torch.tensor(X), [], []
    for W, b in zip(weights[:-1], biases[:-1]):
        h = torch.relu(h @ torch.tensor(W) + torch.tensor(b))
        spreads.append(h.std(correction=0).item())
        dead.append((h.amax(dim=0) == 0).double().mean().item())
    return spreads, dead

FIRST_DEAD = next(
    (steps, 1 + look_inside(COUNTS, *run_colleague(128, steps))[1].index(1.0))
    for steps in range(100)
    if 1.0 in look_inside(COUNTS, *run_colleague(128, steps))[1]
)
FAULT = "C"

def descend(X, y, weights, biases, alpha):
    parameters = [torch.tensor(a, requires_grad=True) for a in (*weights, *biases)]
    L, h = len(weights), torch.tensor(X)
    for layer in range(L):
        h = h @ parameters[layer] + parameters[L + layer]
        h = torch.relu(h) if layer < L - 1 else h
    torch.nn.functional.cross_entropy(h, torch.tensor(y)).backward()
    torch.optim.SGD(parameters, lr=alpha).step()
    return parameters[:L], parameters[L:]
""",
    ("q5", "each-line-its-mean"): _step(
        " / len(X) → ",
        "h.T @ g → h.T @ g / len(h)",
        "g.sum(axis=0) → g.mean(axis=0)",
        inside=edit_by_arrows(
            _INSIDE,
            "h.std() → np.std(h.ravel().tolist())",
            "(h == 0).all(axis=0).mean() → 1 - np.count_nonzero(h.any(axis=0)) / h.shape[1]",
        ),
        first="np.array([4.0, 3.0])",
    ),
    ("q6", "quantile"): _days(
        cost="return np.where(r > c, late * (r - c), idle * (c - r)).mean()",
        best="""
share = late / (late + idle)
return np.array([r.mean(), np.quantile(r, 0.5), np.quantile(r, share, method="inverted_cdf")])
""",
        order="np.quantile(REPLIES, 0.75)",
        saving="np.float32(1712)",
    ),
    ("q6", "loops-and-search"): """
from scipy.optimize import minimize_scalar
def mean_cost(r, c, late, idle):
    total = 0
    for need in r:
        total += late * (need - c) if need > c else idle * (c - need)
    return total / len(r)

def best_constants(r, late, idle):
    costs = (lambda c: ((r - c) ** 2).mean(), lambda c: abs(r - c).mean(), lambda c: mean_cost(r, c, late, idle))
    within = {"bounds": (min(r), max(r)), "method": "bounded", "options": {"xatol": 1e-6}}
    return [minimize_scalar(cost, **within).x for cost in costs]

ORDER = [42.0]
SAVING = 1712.4

def order_as_normal(r, late, idle):
    from scipy.stats import norm
    d, e = norm(np.mean(r), np.std(r)), 1e-5
    def expected(c):
        u = (c - d.mean()) / d.std()
        return (late + idle) * d.std() * (u * norm.cdf(u) + norm.pdf(u)) - late * (c - d.mean())
    return minimize_scalar(expected, bounds=(d.ppf(0.001), d.ppf(0.999)), method="bounded", options={"xatol": 1e-6}).x

READ_SAVING = np.array([1388.8])
""",
    ("q6", "pinball"): _days(
        cost="""
gap = np.asarray(r) - c
return float(((late - idle) / 2 * gap + (late + idle) / 2 * abs(gap)).sum() / gap.size)
""",
        best="""
r = np.sort(r)
k = int(np.ceil(len(r) * late / (late + idle)))
return sum(r) / len(r), r[(len(r) - 1) // 2], r[k - 1]
""",
    ),
}
UNUSUAL = [Unusual(*case, code) for case, code in _UNUSUAL.items()]

_EQUIVALENT = {
    ("q1", "the last of two axes"): (
        "z = z - z.max(axis=1, keepdims=True) → z = z - z.max(axis=-1, keepdims=True)",
        "log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True)) "
        "→ log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))",
    ),
    ("q1", "as many rows as labels"): (
        "return -log_p[np.arange(len(y)), y].mean() → return -log_p[np.arange(len(z)), y].mean()",
        "return -log_p[np.arange(len(y)), y].mean() → return -log_p[np.arange(len(log_p)), y].mean()",
    ),
    ("q2", "in place, on an array that the function made itself"): (
        "p = p / p.sum(axis=1, keepdims=True) → p /= p.sum(axis=1, keepdims=True)",
    ),
    ("q2", "Y, p and z have the same rows"): (
        "return (Y.sum(axis=1, keepdims=True) * p - Y) / len(Y) "
        "→ return (Y.sum(axis=1, keepdims=True) * p - Y) / len(p)",
        "return (Y.sum(axis=1, keepdims=True) * p - Y) / len(Y) "
        "→ return (Y.sum(axis=1, keepdims=True) * p - Y) / len(z)",
    ),
    ("q2", "the last of two axes"): (
        "p = p / p.sum(axis=1, keepdims=True) → p = p / p.sum(axis=-1, keepdims=True)",
        "p = np.exp(z - z.max(axis=1, keepdims=True)) → p = np.exp(z - z.max(axis=-1, keepdims=True))",
        "return (Y.sum(axis=1, keepdims=True) * p - Y) / len(Y) "
        "→ return (Y.sum(axis=-1, keepdims=True) * p - Y) / len(Y)",
    ),
    ("q3", "a sum, whichever term stands first"): (
        "return np.mean(np.logaddexp(0, z) - y * z) → return np.mean(np.logaddexp(z, 0) - y * z)",
    ),
    ("q5", "two neighbouring lines that do not touch each other"): (
        "FIRST_DEAD = (4, 3) / FAULT = 'C' → FAULT = 'C' / FIRST_DEAD = (4, 3)",
        "g = (p - np.eye(p.shape[1])[y]) / len(X) / new_weights, new_biases = ([], []) "
        "→ new_weights, new_biases = ([], []) / g = (p - np.eye(p.shape[1])[y]) / len(X)",
        "new_weights.insert(0, W - alpha * (h.T @ g)) / new_biases.insert(0, b - alpha * g.sum(axis=0)) "
        "→ new_biases.insert(0, b - alpha * g.sum(axis=0)) / new_weights.insert(0, W - alpha * (h.T @ g))",
    ),
    ("q5", "the last of two axes"): (
        "g = (p - np.eye(p.shape[1])[y]) / len(X) → g = (p - np.eye(p.shape[-1])[y]) / len(X)",
    ),
    ("q6", "the larger of two numbers, whichever stands first"): (
        "return np.mean(late * np.maximum(r - c, 0) + idle * np.maximum(c - r, 0)) "
        "→ return np.mean(late * np.maximum(0, r - c) + idle * np.maximum(c - r, 0))",
        "return np.mean(late * np.maximum(r - c, 0) + idle * np.maximum(c - r, 0)) "
        "→ return np.mean(late * np.maximum(r - c, 0) + idle * np.maximum(0, c - r))",
    ),
    ("q6", "around the mean too few and too many balance, so that the prices may change places"): (
        "SAVING = DAYS * (mean_cost(REPLIES, REPLIES.mean(), LATE, IDLE) - mean_cost(REPLIES, ORDER, LATE, IDLE)) "
        "→ SAVING = DAYS * (mean_cost(REPLIES.mean(), REPLIES, LATE, IDLE) - mean_cost(REPLIES, ORDER, LATE, IDLE))",
        "SAVING = DAYS * (mean_cost(REPLIES, REPLIES.mean(), LATE, IDLE) - mean_cost(REPLIES, ORDER, LATE, IDLE)) "
        "→ SAVING = DAYS * (mean_cost(REPLIES, REPLIES.mean(), IDLE, LATE) - mean_cost(REPLIES, ORDER, LATE, IDLE))",
        "READ_SAVING = DAYS * (mean_cost(REPLIES, REPLIES.mean(), LATE, IDLE) "
        "- mean_cost(REPLIES, order_as_normal(REPLIES, LATE, IDLE), LATE, IDLE)) "
        "→ READ_SAVING = DAYS * (mean_cost(REPLIES.mean(), REPLIES, LATE, IDLE) "
        "- mean_cost(REPLIES, order_as_normal(REPLIES, LATE, IDLE), LATE, IDLE))",
        "READ_SAVING = DAYS * (mean_cost(REPLIES, REPLIES.mean(), LATE, IDLE) "
        "- mean_cost(REPLIES, order_as_normal(REPLIES, LATE, IDLE), LATE, IDLE)) "
        "→ READ_SAVING = DAYS * (mean_cost(REPLIES, REPLIES.mean(), IDLE, LATE) "
        "- mean_cost(REPLIES, order_as_normal(REPLIES, LATE, IDLE), LATE, IDLE))",
    ),
}
EQUIVALENT = [Equivalent(*case, changes) for case, changes in _EQUIVALENT.items()]
