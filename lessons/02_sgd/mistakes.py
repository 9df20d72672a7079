"""Exercise 02: wrong answers that its checks must name, and unusual right ones."""

from proofs.claims import Equivalent, Mistake, Unusual, define_function, edit_by_arrows

_LOOP = """
for start in range(0, len(order), B):
    rows = order[start : start + B]
    g = X[rows].T @ (X[rows] @ w - y[rows]) / len(rows)
    w = w - alpha * g
return w
"""
_VELOCITY = """
v, path = np.zeros_like(w), []
for g, alpha in zip(gradients, alphas):
    v = beta * v + g
    w = w - alpha * v
    path.append(w)
return np.array(path)
"""
_STEPS = """
m, v, path = np.zeros_like(w), np.zeros_like(w), []
for t, g in enumerate(gradients, start=1):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    w = w - alpha * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + epsilon)
    path.append(w)
return np.array(path)
"""
_COSINE = """
if t < T_w:
    return alpha0 * (t + 1) / T_w
share = min((t - T_w) / (T - T_w), 1)
return alpha_end + (alpha0 - alpha_end) / 2 * (1 + np.cos(np.pi * share))
"""
_PRICE = """
there = (heights <= target).all(axis=1)
passes = np.where(there.any(axis=1), there.argmax(axis=1) + 1, np.inf)
return passes * seconds_per_pass / 3600 * dollars_per_hour
"""
_ALL = "(heights <= target).all(axis=1)"
_EDGES = "2 / e[-1], 2 / (e[0] + e[-1]), 2 * (1 + beta) / e[-1]"

_ONE, _EACH, _LAST = "one_batch_of_all_is_one_step", "each_batch_moves_the_weights", "the_last_batch_counts"
_GATHERS, _CHANGES = "the_velocity_gathers_gradients", "the_rate_may_change"
_FIRST, _LATER = "the_first_step_is_alpha_long", "later_steps_follow_algorithm_1"
_EPSILON, _STAIRS = "epsilon_stands_outside_the_root", "the_warm_up_rises_in_equal_stairs"
_FALL, _MEET = "the_cosine_leads_exactly_to_the_end", "the_two_decays_meet"
_NAMED, _STEEP, _BEST = "the_fault_is_named", "the_steepest_direction_sets_the_edge", "the_best_rate_and_momentums_edge"
_ADAM_KEPT = "adam_leaves_its_inputs_alone"
_THERE, _NEVER, _CHOICE = "every_seed_must_be_there", "who_never_arrives_costs_infinity", "the_choice_is_the_cheapest"


def _sgd(*changes: str, lines: str = _LOOP) -> str:
    return define_function("sgd_epoch(X, y, w, alpha, B, order)", edit_by_arrows(lines, *changes))


def _momentum(*changes: str, lines: str = _VELOCITY, more: str = "") -> str:
    return define_function(f"momentum_path(gradients, w, alphas, beta{more})", edit_by_arrows(lines, *changes))


def _adam(*changes: str, lines: str = _STEPS, more: str = "") -> str:
    parameters = f"gradients, w, alpha, beta1=0.9, beta2=0.999, epsilon=1e-8{more}"
    return define_function(f"adam_path({parameters})", edit_by_arrows(lines, *changes))


def _schedules(*changes: str, lines: str = _COSINE, c: str = "np.log(1 + beta * T) / T") -> str:
    warmup = define_function("warmup_cosine(t, alpha0, alpha_end, T_w, T)", edit_by_arrows(lines, *changes))
    return f"{warmup}\n{define_function('matching_c(beta, T)', f'return {c}')}"


def _rates(*changes: str, returned: str = _EDGES, fault: str = "C", values: str = "np.linalg.eigvalsh(H)") -> str:
    lines = f"e = {values}\nif e.min() <= 0:\n    return 0.0, 0.0, 0.0\nreturn {returned}"
    return f"FAULT = {fault!r}\n{define_function('stable_rates(H, beta)', edit_by_arrows(lines, *changes))}"


def _prices(*changes: str, lines: str = _PRICE, choice: str = "64", saving: str = "6.0") -> str:
    header = "price_runs(heights, seconds_per_pass, dollars_per_hour, target)"
    return f"{define_function(header, edit_by_arrows(lines, *changes))}\nCHOICE = {choice}\nSAVING = {saving}\n"


# (question, name, first check that fails, what it says): answer
_MISTAKES = {
    ("q1", "sum", _ONE, "gradient-of-the-sum"): _sgd(" / len(rows) → "),
    ("q1", "two", _ONE, "factor-two"): _sgd("alpha * g → alpha * 2 * g"),
    ("q1", "sign", _ONE, "uphill"): _sgd("w - alpha → w + alpha"),
    ("q1", "residual", _ONE, "uphill"): _sgd("X[rows] @ w - y[rows] → y[rows] - X[rows] @ w"),
    ("q1", "single", _ONE, "batch-size-ignored"): _sgd("len(order), B → len(order), (B := 1)"),
    ("q1", "same", _ONE, "`w["): _sgd(lines="return w"),
    ("q1", "none", _ONE, "returns None"): _sgd("return w → pass"),
    ("q1", "errors-only", _ONE, "`w"): _sgd(
        "X[rows].T @ (X[rows] @ w - y[rows]) / len(rows) → (X[rows] @ w - y[rows]).mean()"
    ),
    ("q1", "accumulated", _EACH, "one-step-a-pass"): _sgd(
        "w - alpha * g\nreturn w → w\n    total = (total if start else 0) + g\nreturn w - alpha * total"
    ),
    ("q1", "full", _EACH, "whole-data-each-step"): _sgd("order[start : start + B] → order"),
    ("q1", "unshuffled", _EACH, "order-ignored"): _sgd(
        "order[start : start + B] → slice(start, start + B)", "len(rows) → len(X[rows])"
    ),
    ("q1", "over-n", _EACH, "divided-by-n"): _sgd("/ len(rows) → / len(X)"),
    ("q1", "first-only", _EACH, "`w["): _sgd("* g\n → * g\n    return w\n"),
    ("q1", "dropped", _LAST, "last-batch-dropped"): _sgd("len(order), B → len(order) - B + 1, B"),
    ("q1", "over-B", _LAST, "last-batch-divided-by-B"): _sgd("/ len(rows) → / B"),
    ("q1", "even", _LAST, "batches-evened-out"): _sgd(
        "for start in range(0, len(order), B):\n    rows = order[start : start + B] → "
        "for rows in np.array_split(order, -(-len(order) // B)):"
    ),
    ("q1", "wrapped", _LAST, "`w["): _sgd("order[start : start + B] → np.resize(np.roll(order, -start), B)"),
    ("q1", "in-place", _LAST, "changes-its-inputs"): _sgd("w = w - alpha * g → w -= alpha * g"),
    ("q1", "two-at-least", "a_pass_leaves_its_inputs_alone", "`the result["): _sgd(lines="B = max(B, 2)" + _LOOP),
    ("q2", "always-memory", "momentum_leaves_its_inputs_alone", "`the result["): _momentum(
        lines="beta = beta or 0.9" + _VELOCITY
    ),
    ("q2", "plain", _GATHERS, "no-memory"): _momentum("beta * v + g → g"),
    ("q2", "reset", _GATHERS, "no-memory"): _momentum("    v = beta →     v = 0\n    v = beta"),
    ("q2", "mean", _GATHERS, "averaged-gradients"): _momentum("+ g → + (1 - beta) * g"),
    ("q2", "nesterov", _GATHERS, "nesterov-step"): _momentum("alpha * v → alpha * (g + beta * v)"),
    ("q2", "dampening", _GATHERS, "averaged-gradients"): _momentum(
        "beta * v + g → beta * v + (1 - beta) * g if path else g"
    ),
    ("q2", "uphill", _GATHERS, "uphill"): _momentum("w - alpha → w + alpha"),
    ("q2", "velocities", _GATHERS, "not-the-weights"): _momentum("append(w) → append(v)"),
    ("q2", "late", _GATHERS, "old-velocity"): _momentum(
        "    v = beta * v + g\n    w = w - alpha * v →     w = w - alpha * v\n    v = beta * v + g"
    ),
    ("q2", "default", _GATHERS, "state-survives-the-call"): _momentum(
        "v, path = np.zeros_like(w), [] → path = []",
        "v = beta * v + g → memory['v'] = v = beta * memory.get('v', 0) + g",
        more=", memory={}",
    ),
    ("q2", "same-array", _GATHERS, "one-array-many-times"): _momentum("w = w - alpha * v → w -= alpha * v"),
    ("q2", "start", _GATHERS, "start-among-the-rows"): _momentum("np.zeros_like(w), [] → np.zeros_like(w), [w]"),
    ("q2", "last-only", _GATHERS, "has shape"): _momentum("np.array(path) → w"),
    ("q2", "inside", _CHANGES, "rate-inside-the-velocity"): _momentum("+ g → + alpha * g", "alpha * v → v"),
    ("q2", "one-rate", _CHANGES, "first-rate-only"): _momentum("w - alpha → w - alphas[0]"),
    ("q2", "mean-later", _CHANGES, "averaged-gradients"): _momentum(
        lines="if len(set(alphas)) > 1:\n    gradients = (1 - beta) * gradients" + _VELOCITY
    ),
    ("q2", "in-place", _CHANGES, "changes-its-inputs"): _momentum(
        "    path.append(w) →     path.append(w)\n    g *= 0"
    ),
    ("q3", "bare", _FIRST, "no-correction"): _adam("m / (1 - beta1**t) → m", "v / (1 - beta2**t) → v"),
    ("q3", "half-m", _FIRST, "half-corrected"): _adam("v / (1 - beta2**t) → v"),
    ("q3", "half-v", _FIRST, "half-corrected"): _adam("m / (1 - beta1**t) → m"),
    ("q3", "zero", _FIRST, "t-from-zero"): _adam("start=1 → start=0"),
    ("q3", "two", _FIRST, "`path[0]"): _adam("start=1 → start=2"),
    ("q3", "unsquared", _FIRST, "not-squared"): _adam("g**2 → g"),
    ("q3", "rootless", _FIRST, "no-root"): _adam("np.sqrt(v / (1 - beta2**t)) → v / (1 - beta2**t)"),
    ("q3", "norm", _FIRST, "one-length-for-all"): _adam("g**2 → (g**2).sum()"),
    ("q3", "mean-square", _FIRST, "one-length-for-all"): _adam("g**2 → (g**2).mean()"),
    ("q3", "default", _FIRST, "state-survives-the-call"): _adam(
        "m, v, path = np.zeros_like(w), np.zeros_like(w), [] → m, v = memory or (0, 0)\npath = []",
        "return → memory[:] = m, v\nreturn",
        more=", memory=[]",
    ),
    ("q3", "swapped", _LATER, "betas-swapped"): _adam(lines="beta1, beta2 = beta2, beta1" + _STEPS),
    ("q3", "no-m", _LATER, "no-first-mean"): _adam("m / (1 - beta1**t) → g"),
    ("q3", "fixed-betas", _LATER, "betas-fixed"): _adam(lines="beta1, beta2 = 0.9, 0.999" + _STEPS),
    ("q3", "uphill", _FIRST, "uphill"): _adam("w - alpha → w + alpha"),
    ("q3", "frozen", _LATER, "correction-frozen"): _adam("**t → "),
    ("q3", "times-t", _LATER, "`path["): _adam("beta1**t → beta1 * t", "beta2**t → beta2 / t"),
    ("q3", "put-back", _LATER, "hats-put-back"): _adam(
        "    w =  →     m, v = m / (1 - beta1**t), v / (1 - beta2**t)\n    w = ",
        "(m / (1 - beta1**t)) → m",
        "np.sqrt(v / (1 - beta2**t)) → np.sqrt(v)",
    ),
    ("q3", "inside", _EPSILON, "epsilon-inside-the-root"): _adam(
        "np.sqrt(v / (1 - beta2**t)) + epsilon → np.sqrt(v / (1 - beta2**t) + epsilon)"
    ),
    ("q3", "before", _EPSILON, "epsilon-before-the-correction"): _adam(
        "(np.sqrt(v / (1 - beta2**t)) + epsilon) → (np.sqrt(v) + epsilon) * np.sqrt(1 - beta2**t)"
    ),
    ("q3", "fixed", _EPSILON, "epsilon-fixed"): _adam("+ epsilon → + 1e-8"),
    ("q3", "other-defaults", _EPSILON, "`path["): _adam(lines="beta2 = 0.99 if beta2 == 0.999 else beta2" + _STEPS),
    ("q3", "in-place", _EPSILON, "changes-its-inputs"): _adam(
        "    path.append(w) →     path.append(w)\n    g[:] = g**2"
    ),
    ("q3", "no-epsilon-at-zero", _ADAM_KEPT, "`the result["): _adam(
        "w = w - alpha * → step =", "    path.append →     w = w - alpha * np.where(g == 0, 1, step)\n    path.append"
    ),
    ("q4", "stair-zero", _STAIRS, "warm-up-from-zero"): _schedules("(t + 1) / T_w → t / T_w"),
    ("q4", "stair-held-up", _STAIRS, "warm-up-from-the-end"): _schedules(
        "return alpha0 * (t + 1) / T_w → return max(alpha_end, alpha0 * (t + 1) / T_w)"
    ),
    ("q4", "stair-from-the-end", _STAIRS, "warm-up-from-the-end"): _schedules(
        "return alpha0 * (t + 1) / T_w → return alpha_end + (alpha0 - alpha_end) * (t + 1) / T_w"
    ),
    ("q4", "stair-low", _STAIRS, "warm-up-too-low"): _schedules("(t + 1) / T_w → (t + 1) / (T_w + 1)"),
    ("q4", "steps-from-one", _STAIRS, "warm-up-from-zero"): _schedules(lines="t = t - 1" + _COSINE),
    ("q4", "long", _FALL, "warm-up-too-long"): _schedules("t < T_w → t <= T_w"),
    ("q4", "degrees", _FALL, "degrees"): _schedules("np.cos(np.pi * share) → np.cos(np.radians(np.pi * share))"),
    ("q4", "half-turn", _FALL, "`rate["): _schedules("np.cos(np.pi * share) → np.cos(180 * share)"),
    ("q4", "whole-turn", _FALL, "`rate["): _schedules("np.pi → 2 * np.pi"),
    ("q4", "from-zero", _FALL, "cosine-from-step-zero"): _schedules("(t - T_w) / (T - T_w) → t / T"),
    ("q4", "early", _FALL, "end-off-by-one"): _schedules("(T - T_w) → (T - T_w - 1)"),
    ("q4", "late", _FALL, "end-off-by-one"): _schedules("(T - T_w) → (T - T_w + 1)"),
    ("q4", "to-zero", _FALL, "end-ignored"): _schedules("alpha_end + (alpha0 - alpha_end) → alpha0"),
    ("q4", "on-top", _FALL, "end-added-on-top"): _schedules("(alpha0 - alpha_end) → alpha0"),
    ("q4", "slope", _MEET, "only-at-first"): _schedules(c="beta"),
    ("q4", "log10", _MEET, "other-logarithm"): _schedules(c="np.log10(1 + beta * T) / T"),
    ("q4", "log2", _MEET, "other-logarithm"): _schedules(c="np.log2(1 + beta * T) / T"),
    ("q4", "one", _MEET, "one-forgotten"): _schedules(c="np.log(beta * T) / T"),
    ("q4", "product", _MEET, "not-per-step"): _schedules(c="np.log(1 + beta * T)"),
    ("q4", "slopes", _MEET, "slopes-matched"): _schedules(c="beta / (1 + beta * T)"),
    ("q4", "series", _MEET, "`c`"): _schedules(
        c="beta - beta**2 * T / 2 + beta**3 * T**2 / 3 if beta * T < 0.5 else np.log(1 + beta * T) / T"
    ),
    ("q4", "negative", _MEET, "`c`"): _schedules(c="-np.log(1 + beta * T) / T"),
    ("q4", "again", _FALL, "rises-again"): _schedules("min((t - T_w) / (T - T_w), 1) → (t - T_w) / (T - T_w)"),
    ("q4", "no-warm-up", _FALL, "ZeroDivisionError"): _schedules(
        "return alpha0 * (t + 1) / T_w → return warm", lines="warm = alpha0 * (t + 1) / T_w" + _COSINE
    ),
    ("q4", "never-to-zero", "after_the_end_and_without_warm_up", "`rate"): _schedules(
        lines="alpha_end = alpha_end or 0.1 * alpha0" + _COSINE
    ),
    ("q5", "always-momentum", "negative_curvature_has_no_rate", "`rates"): _rates("(1 + beta) → (1 + (beta or 0.9))"),
    ("q5", "A", _NAMED, "too-few-steps"): _rates(fault="A"),
    ("q5", "B", _NAMED, "wrong-numerator"): _rates(fault="B"),
    ("q5", "D", _NAMED, "condition-number"): _rates(fault="D"),
    ("q5", "words", _NAMED, '"A", "B", "C" or "D"'): _rates(fault="the order"),
    ("q5", "eig", _STEEP, "last-eigenvalue"): _rates(values="np.linalg.eig(H)[0]"),
    ("q5", "halved", _STEEP, "edge-halved"): _rates("2 / e[-1] → 1 / e[-1]"),
    ("q5", "trace", _STEEP, "sum-of-eigenvalues"): _rates("2 / e[-1] → 2 / np.trace(H)"),
    ("q5", "norm", _STEEP, "sum-of-eigenvalues"): _rates("2 / e[-1] → 2 / np.linalg.norm(H)"),
    ("q5", "entry", _STEEP, "entries-for-eigenvalues"): _rates("2 / e[-1] → 2 / abs(H).max()"),
    ("q5", "diagonal", _STEEP, "entries-for-eigenvalues"): _rates(values="np.sort(np.diag(H))"),
    ("q5", "flattest", _STEEP, "flattest-direction"): _rates("2 / e[-1] → 2 / e[0]"),
    ("q5", "two-only", _STEEP, "Return 3 values"): _rates(returned="2 / e[-1], 2 / (e[0] + e[-1])"),
    ("q5", "best", _BEST, "best-for-the-steepest"): _rates("2 / (e[0] + e[-1]) → 1 / e[-1]"),
    ("q5", "best-mean", _BEST, "`best`"): _rates("2 / (e[0] + e[-1]) → 1 / np.sqrt(e[0] * e[-1])"),
    ("q5", "shrunk", _BEST, "momentum-by-step-length"): _rates("1 + beta → 1 - beta"),
    ("q5", "stretched", _BEST, "momentum-by-step-length"): _rates("* (1 + beta) → / (1 - beta)"),
    ("q5", "without", _BEST, "momentum-ignored"): _rates(" * (1 + beta) → "),
    ("q5", "absolute", _BEST, "negative-curvature-overlooked"): _rates(values="np.sort(np.abs(np.linalg.eigvalsh(H)))"),
    ("q5", "singular", _BEST, "negative-curvature-overlooked"): _rates(values="np.linalg.svd(H)[1][::-1]"),
    ("q5", "determinant", _BEST, "negative-curvature-overlooked"): _rates("e.min() <= 0 → np.linalg.det(H) <= 0"),
    ("q5", "none", _BEST, "the docstring asks for"): _rates("return 0.0, 0.0, 0.0 → return None"),
    ("q5", "flat", _BEST, "flat-direction-overlooked"): _rates("<= 0 → < 0"),
    ("q6", "off-by-one", _THERE, "passes-from-zero"): _prices(" + 1 → "),
    ("q6", "mean", _THERE, "average-seed"): _prices(f"{_ALL} → heights.mean(axis=1) <= target"),
    ("q6", "median", _THERE, "average-seed"): _prices(f"{_ALL} → np.median(heights, axis=1) <= target"),
    ("q6", "any", _THERE, "luckiest-seed"): _prices(".all(axis=1) → .any(axis=1)"),
    ("q6", "unit", _THERE, "seconds-as-hours"): _prices(" / 3600 → "),
    ("q6", "hours", _THERE, "not-dollars"): _prices(" * dollars_per_hour → "),
    ("q6", "minutes", _THERE, "seconds-as-hours"): _prices("3600 → 60"),
    ("q6", "argmax", _NEVER, "never-is-cheap"): _prices(
        "np.where(there.any(axis=1), there.argmax(axis=1) + 1, np.inf) → there.argmax(axis=1) + 1"
    ),
    ("q6", "all-passes", _NEVER, "never-is-cheap"): _prices("np.inf → heights.shape[2]"),
    ("q6", "nan", _NEVER, "nan-counts-as-arrived"): _prices(f"{_ALL} → ~(heights > target).any(axis=1)"),
    ("q6", "nanmax", _NEVER, "nan-counts-as-arrived"): _prices(f"{_ALL} → np.nanmax(heights, axis=1) <= target"),
    ("q6", "each-alone", _NEVER, "seeds-at-different-times"): _prices(
        lines="""
once = heights <= target
first = np.where(once.any(axis=2), once.argmax(axis=2) + 1, np.inf).max(axis=1)
return first * seconds_per_pass / 3600 * dollars_per_hour
"""
    ),
    ("q6", "stays", _NEVER, "rise and fall"): _prices(
        "passes = → there = np.logical_and.accumulate(there[:, ::-1], axis=1)[:, ::-1]\npasses ="
    ),
    ("q6", "below", _NEVER, "below-only"): _prices("<= → <"),
    ("q6", "quick", _CHOICE, "fewest-passes"): _prices(choice="8", saving="0"),
    ("q6", "low", _CHOICE, "cheapest-pass"): _prices(choice="512", saving="5.0"),
    ("q6", "never", _CHOICE, "infinitely much"): _prices(choice="1"),
    ("q6", "index", _CHOICE, "one of the batch sizes"): _prices(choice="2"),
    ("q6", "saving", _CHOICE, "follow from the prices"): _prices(saving="1.0"),
    ("q6", "turned-round", _CHOICE, "saving-turned-round"): _prices(saving="PRICES.min() - PRICES[1]").replace(
        "CHOICE", "PRICES = price_runs(HEIGHTS, SECONDS_PER_PASS, DOLLARS_PER_HOUR, TARGET)\nCHOICE"
    ),
    ("q6", "one-pass", _CHOICE, "saving-of-one-pass"): _prices(saving="(1_300 - 300) / 3600 * 12"),
    ("q6", "price", _CHOICE, "price-for-saving"): _prices(
        saving="price_runs(HEIGHTS, SECONDS_PER_PASS, DOLLARS_PER_HOUR, TARGET).min()"
    ),
    ("q6", "own-problem", _CHOICE, "infinitely much"): _prices(choice="1", saving="0.0").replace(
        "CHOICE", "BATCH_SIZES, HEIGHTS, SECONDS_PER_PASS = (1,), np.zeros((1, 1, 1)), [1.0]\nCHOICE"
    ),
    ("q6", "loss", _CHOICE, "follow from the prices"): _prices(saving="float('nan')"),
}
MISTAKES = [Mistake(*case, code) for case, code in _MISTAKES.items()]

_UNUSUAL = {
    ("q1", "split"): _sgd(
        lines="""
for rows in np.split(order, range(B, len(X), B)):
    w = w - alpha * np.mean((X[rows] @ w - y[rows])[:, None] * X[rows], axis=0)
return w
"""
    ),
    ("q1", "loops-and-lists"): _sgd(
        lines="""
w, order = list(w), list(order)
while order:
    batch, order = order[:B], order[B:]
    g = [0.0] * len(w)
    for i in batch:
        error = sum(a * b for a, b in zip(X[i], w)) - y[i]
        g = [total + error * x / len(batch) for total, x in zip(g, X[i])]
    w = [a - alpha * b for a, b in zip(w, g)]
return w
"""
    ),
    ("q1", "torch"): """
import torch
def sgd_epoch(X, y, w, alpha, B, order):
    X, y, order = torch.tensor(X), torch.tensor(y), torch.tensor(order)
    w = torch.tensor(w, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=alpha)
    for rows in order.split(B):
        optimizer.zero_grad()
        (0.5 * torch.nn.functional.mse_loss(X[rows] @ w, y[rows])).backward()
        optimizer.step()
    return w
""",
    ("q1", "float32"): _sgd(lines="X, y, w = (np.float32(a) for a in (X, y, w))" + _LOOP),
    ("q2", "torch"): """
import torch
def momentum_path(gradients, w, alphas, beta):
    w = torch.tensor(w, requires_grad=True)
    optimizer, path = torch.optim.SGD([w], lr=1.0, momentum=beta), []
    for g, alpha in zip(gradients, alphas):
        optimizer.param_groups[0]["lr"], w.grad = float(alpha), torch.tensor(g)
        optimizer.step()
        path.append(w.detach().clone())
    return path
""",
    ("q2", "closed-form"): _momentum(
        lines="""
t = np.arange(len(gradients))
powers = np.tril(float(beta) ** np.abs(t[:, None] - t))
return w - np.tril(np.ones((len(t), len(t)))) @ (np.asarray(alphas)[:, None] * (powers @ gradients))
"""
    ),
    ("q2", "other-sign"): _momentum(
        lines="""
v, path = 0, np.empty(gradients.shape, dtype=np.float32)
for t in range(len(gradients)):
    v = beta * v - gradients[t]
    w = w + alphas[t] * v
    path[t] = w
return path.tolist()
"""
    ),
    ("q3", "torch"): """
import torch
def adam_path(gradients, w, alpha, beta1=0.9, beta2=0.999, epsilon=1e-8):
    w = torch.tensor(w, requires_grad=True)
    optimizer, path = torch.optim.Adam([w], lr=alpha, betas=(beta1, beta2), eps=epsilon), []
    for g in gradients:
        w.grad = torch.tensor(g)
        optimizer.step()
        path.append(w.detach().clone())
    return torch.stack(path)
""",
    ("q3", "scaled-epsilon"): _adam(
        lines="""
m, v, path, p1, p2 = 0, 0, [], 1, 1
for g in gradients:
    m, v, p1, p2 = m + (1 - beta1) * (g - m), v + (1 - beta2) * (g * g - v), p1 * beta1, p2 * beta2
    scale = (1 - p2) ** 0.5
    path.append((path[-1] if path else w) - alpha * scale / (1 - p1) * m / (v**0.5 + epsilon * scale))
return tuple(path)
"""
    ),
    ("q4", "arrays-of-one"): _schedules(
        lines="""
t = np.array([float(t)])
share = np.clip((t - T_w) / (T - T_w), 0, 1)
fall = (alpha0 - alpha_end) * np.cos(np.pi / 2 * share) ** 2
return np.where(t < T_w, alpha0 * (t + 1) / max(T_w, 1), alpha_end + fall)
""",
        c="np.float32(-np.log(1 / (1 + beta * T)) / T)",
    ),
    ("q4", "math"): "import math\n"
    + _schedules(
        lines="""
if t >= T:
    return alpha_end
if t >= T_w:
    return 0.5 * (alpha0 + alpha_end) + 0.5 * (alpha0 - alpha_end) * math.cos((t - T_w) * math.pi / (T - T_w))
return (t + 1) * (alpha0 / T_w)
""",
        c="math.log1p(beta * T) / T",
    ),
    ("q4", "torch"): "import torch\n"
    + _schedules("np.cos(np.pi * share) → torch.cos(torch.tensor(torch.pi * share, dtype=torch.float64))"),
    ("q5", "eig-sorted-list"): _rates(
        returned="[2 / max(e), 2 / (min(e) + max(e)), (2 + 2 * beta) / max(e)]",
        fault=" c.",
        values="np.linalg.eig(H)[0]",
    ),
    ("q5", "torch"): "import torch\n"
    + _rates(
        returned="torch.stack([2 / e[-1], 2 / (e[0] + e[-1]), 2 * (1 + beta) / e[-1]])",
        values="torch.linalg.eigvalsh(torch.tensor(H))",
    ),
    ("q5", "power-iteration"): """
FAULT = "c"
def stable_rates(H, beta):
    def dominant(A):
        v = np.ones((len(A), 1)) + 0.1 * np.arange(len(A))[:, None]
        for _ in range(40):
            A = A @ A / np.linalg.norm(A @ A)
        v = A @ v
        return v / np.linalg.norm(v)
    shift = np.abs(H).sum() + 1
    v, u = dominant(H + shift * np.eye(len(H))), dominant(shift * np.eye(len(H)) - H)
    high, low = v.T @ H @ v, u.T @ H @ u
    return (2 / high[0], 2 / (low + high)[0], 2 * (1 + beta) / high[0]) if low > 1e-9 else np.zeros(3)
""",
    ("q6", "loops"): _prices(
        lines="""
prices = []
for curves, seconds in zip(heights, seconds_per_pass):
    price = float("inf")
    for p in range(curves.shape[1]):
        if all(height <= target for height in curves[:, p]):
            price = (p + 1) * seconds * dollars_per_hour / 3600
            break
    prices.append(price)
return prices
""",
        choice="np.array([64.0])",
        saving="np.float32(6)",
    ),
    ("q6", "worst-seed"): _prices(
        lines="""
there = heights.max(axis=1) <= target
passes = np.where(there.any(1), (np.cumsum(there, axis=1) == 0).sum(axis=1) + 1, np.inf)
return passes * seconds_per_pass * (dollars_per_hour / 3600)
"""
    ),
}
UNUSUAL = [Unusual(*case, code) for case, code in _UNUSUAL.items()]

_EQUIVALENT = {
    ("q1", "y and order are equally long"): (
        "for start in range(0, len(order), B): → for start in range(0, len(y), B):",
    ),
    ("q2", "a list of rows counts as an array"): ("return np.array(path) → return path",),
    ("q2", "a zero spreads to the shape of the first gradient"): (
        "v, path = (np.zeros_like(w), []) → v, path = (np.zeros_like(beta), [])",
    ),
    ("q3", "two neighbouring lines that do not touch each other"): (
        "m = beta1 * m + (1 - beta1) * g / v = beta2 * v + (1 - beta2) * g ** 2 "
        "→ v = beta2 * v + (1 - beta2) * g ** 2 / m = beta1 * m + (1 - beta1) * g",
    ),
    ("q3", "a list of rows counts as an array"): ("return np.array(path) → return path",),
    ("q3", "a zero spreads to the shape of the first gradient"): (
        "m, v, path = (np.zeros_like(w), np.zeros_like(w), []) "
        "→ m, v, path = (np.zeros_like(alpha), np.zeros_like(w), [])",
        "m, v, path = (np.zeros_like(w), np.zeros_like(w), []) "
        "→ m, v, path = (np.zeros_like(beta1), np.zeros_like(w), [])",
        "m, v, path = (np.zeros_like(w), np.zeros_like(w), []) "
        "→ m, v, path = (np.zeros_like(beta2), np.zeros_like(w), [])",
        "m, v, path = (np.zeros_like(w), np.zeros_like(w), []) "
        "→ m, v, path = (np.zeros_like(w), np.zeros_like(alpha), [])",
        "m, v, path = (np.zeros_like(w), np.zeros_like(w), []) "
        "→ m, v, path = (np.zeros_like(w), np.zeros_like(beta1), [])",
        "m, v, path = (np.zeros_like(w), np.zeros_like(w), []) "
        "→ m, v, path = (np.zeros_like(w), np.zeros_like(beta2), [])",
    ),
    ("q4", "the smaller of two numbers, whichever stands first"): (
        "progress = min((t - T_w) / (T - T_w), 1) → progress = min(1, (t - T_w) / (T - T_w))",
    ),
    ("q4", "the cosine is even"): (
        "return alpha_end + (alpha0 - alpha_end) / 2 * (1 + np.cos(np.pi * progress)) "
        "→ return alpha_end + (alpha0 - alpha_end) / 2 * (1 + np.cos(-(np.pi * progress)))",
    ),
    ("q6", "two neighbouring lines that do not touch each other"): (
        "CHOICE = BATCH_SIZES[PRICES.argmin()] / SAVING = PRICES[1] - PRICES.min() "
        "→ SAVING = PRICES[1] - PRICES.min() / CHOICE = BATCH_SIZES[PRICES.argmin()]",
    ),
    ("q6", "a product, whichever factor stands first"): (
        "PRICES = price_runs(HEIGHTS, SECONDS_PER_PASS, DOLLARS_PER_HOUR, TARGET) "
        "→ PRICES = price_runs(HEIGHTS, DOLLARS_PER_HOUR, SECONDS_PER_PASS, TARGET)",
    ),
    ("q6", "the last of two axes"): (
        "passes = np.where(there.any(axis=1), there.argmax(axis=1) + 1, np.inf) "
        "→ passes = np.where(there.any(axis=-1), there.argmax(axis=1) + 1, np.inf)",
        "passes = np.where(there.any(axis=1), there.argmax(axis=1) + 1, np.inf) "
        "→ passes = np.where(there.any(axis=1), there.argmax(axis=-1) + 1, np.inf)",
    ),
}
EQUIVALENT = [Equivalent(*case, changes) for case, changes in _EQUIVALENT.items()]
