"""Exercise 02: wrong answers that its checks must name, and unusual right ones."""

from proofs.claims import Equivalent, Mistake, Unusual


def _sgd(lines: str) -> str:
    return f"def sgd_epoch(X, y, w, alpha, B, order):\n{_indent(lines)}"


def _momentum(lines: str, parameters: str = "") -> str:
    return f"def momentum_path(gradients, w, alphas, beta{parameters}):\n{_indent(lines)}"


def _adam(lines: str, parameters: str = "") -> str:
    return f"def adam_path(gradients, w, alpha, beta1=0.9, beta2=0.999, epsilon=1e-8{parameters}):\n{_indent(lines)}"


def _schedules(lines: str = "", c: str = "np.log(1 + beta * T) / T") -> str:
    return f"{_WARMUP}{_indent(lines or _COSINE)}\n\ndef matching_c(beta, T):\n    return {c}\n"


def _rates(returned: str, fault: str = "C", values: str = "np.linalg.eigvalsh(H)") -> str:
    guard = "if e.min() <= 0:\n    return 0.0, 0.0, 0.0\n"
    return f"FAULT = {fault!r}\ndef stable_rates(H, beta):\n{_indent(f'e = {values}{_NL}{guard}return {returned}')}"


def _prices(lines: str, choice: str = "64", saving: str = "6.0") -> str:
    header = "def price_runs(heights, seconds_per_pass, dollars_per_hour, target):\n"
    return f"{header}{_indent(lines)}\n\nCHOICE = {choice}\nSAVING = {saving}\n"


def _indent(lines: str) -> str:
    return "".join(f"    {line}\n" for line in lines.strip("\n").split("\n"))


_NL = "\n"
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
_WARMUP = "def warmup_cosine(t, alpha0, alpha_end, T_w, T):\n"
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
_EDGES = "2 / e[-1], 2 / (e[0] + e[-1]), 2 * (1 + beta) / e[-1]"

_ONE, _EACH, _LAST = "one_batch_of_all_is_one_step", "each_batch_moves_the_weights", "the_last_batch_counts"
_GATHERS, _CHANGES = "the_velocity_gathers_gradients", "the_rate_may_change"
_FIRST, _LATER, _EPSILON = (
    "the_first_step_is_alpha_long",
    "later_steps_follow_algorithm_1",
    "epsilon_stands_outside_the_root",
)
_STAIRS, _FALL, _MEET = (
    "the_warm_up_rises_in_equal_stairs",
    "the_cosine_leads_exactly_to_the_end",
    "the_two_decays_meet",
)
_NAMED, _STEEP, _BEST = "the_fault_is_named", "the_steepest_direction_sets_the_edge", "the_best_rate_and_momentums_edge"
_THERE, _NEVER, _CHOICE = "every_seed_must_be_there", "who_never_arrives_costs_infinity", "the_choice_is_the_cheapest"


def _change(lines: str, old: str, new: str) -> str:
    assert old in lines, f"{old!r} is not in the lines to change"
    return lines.replace(old, new)


MISTAKES = [
    # q1
    Mistake("q1", "sum", _ONE, "gradient-of-the-sum", _sgd(_change(_LOOP, " / len(rows)", ""))),
    Mistake("q1", "two", _ONE, "factor-two", _sgd(_change(_LOOP, "alpha * g", "alpha * 2 * g"))),
    Mistake("q1", "sign", _ONE, "uphill", _sgd(_change(_LOOP, "w - alpha", "w + alpha"))),
    Mistake("q1", "residual", _ONE, "uphill", _sgd(_change(_LOOP, "X[rows] @ w - y[rows]", "y[rows] - X[rows] @ w"))),
    Mistake("q1", "single", _ONE, "batch-size-ignored", _sgd(_change(_LOOP, "len(order), B", "len(order), (B := 1)"))),
    Mistake("q1", "same", _ONE, "`w[", _sgd("return w")),
    Mistake("q1", "none", _ONE, "returns None", _sgd(_change(_LOOP, "return w", "pass"))),
    Mistake(
        "q1",
        "errors-only",
        _ONE,
        "`w",
        _sgd(_change(_LOOP, "X[rows].T @ (X[rows] @ w - y[rows]) / len(rows)", "(X[rows] @ w - y[rows]).mean()")),
    ),
    Mistake(
        "q1",
        "accumulated",
        _EACH,
        "one-step-a-pass",
        _sgd(
            _change(
                _LOOP, "w - alpha * g\nreturn w", "w\n    total = (total if start else 0) + g\nreturn w - alpha * total"
            )
        ),
    ),
    Mistake("q1", "full", _EACH, "whole-data-each-step", _sgd(_change(_LOOP, "order[start : start + B]", "order"))),
    Mistake(
        "q1",
        "unshuffled",
        _EACH,
        "order-ignored",
        _sgd(
            _change(_LOOP, "order[start : start + B]", "slice(start, start + B)").replace("len(rows)", "len(X[rows])")
        ),
    ),
    Mistake("q1", "over-n", _EACH, "divided-by-n", _sgd(_change(_LOOP, "/ len(rows)", "/ len(X)"))),
    Mistake("q1", "first-only", _EACH, "`w[", _sgd(_change(_LOOP, "* g\n", "* g\n    return w\n"))),
    Mistake(
        "q1", "dropped", _LAST, "last-batch-dropped", _sgd(_change(_LOOP, "len(order), B", "len(order) - B + 1, B"))
    ),
    Mistake("q1", "over-B", _LAST, "last-batch-divided-by-B", _sgd(_change(_LOOP, "/ len(rows)", "/ B"))),
    Mistake(
        "q1",
        "even",
        _LAST,
        "batches-evened-out",
        _sgd(
            _change(
                _LOOP,
                "for start in range(0, len(order), B):\n    rows = order[start : start + B]",
                "for rows in np.array_split(order, -(-len(order) // B)):",
            )
        ),
    ),
    Mistake(
        "q1",
        "wrapped",
        _LAST,
        "`w[",
        _sgd(_change(_LOOP, "order[start : start + B]", "np.resize(np.roll(order, -start), B)")),
    ),
    Mistake(
        "q1",
        "in-place",
        "a_pass_leaves_its_inputs_alone",
        "changes-its-inputs",
        _sgd(_change(_LOOP, "w = w - alpha * g", "w -= alpha * g")),
    ),
    # q2
    Mistake("q2", "plain", _GATHERS, "no-memory", _momentum(_change(_VELOCITY, "beta * v + g", "g"))),
    Mistake(
        "q2", "reset", _GATHERS, "no-memory", _momentum(_change(_VELOCITY, "    v = beta", "    v = 0\n    v = beta"))
    ),
    Mistake("q2", "mean", _GATHERS, "averaged-gradients", _momentum(_change(_VELOCITY, "+ g", "+ (1 - beta) * g"))),
    Mistake(
        "q2",
        "nesterov",
        _GATHERS,
        "nesterov-step",
        _momentum(_change(_VELOCITY, "alpha * v", "alpha * (g + beta * v)")),
    ),
    Mistake(
        "q2",
        "dampening",
        _GATHERS,
        "averaged-gradients",
        _momentum(_change(_VELOCITY, "beta * v + g", "beta * v + (1 - beta) * g if path else g")),
    ),
    Mistake("q2", "uphill", _GATHERS, "uphill", _momentum(_change(_VELOCITY, "w - alpha", "w + alpha"))),
    Mistake("q2", "velocities", _GATHERS, "not-the-weights", _momentum(_change(_VELOCITY, "append(w)", "append(v)"))),
    Mistake(
        "q2",
        "late",
        _GATHERS,
        "old-velocity",
        _momentum(
            _change(
                _VELOCITY, "    v = beta * v + g\n    w = w - alpha * v", "    w = w - alpha * v\n    v = beta * v + g"
            )
        ),
    ),
    Mistake(
        "q2",
        "default",
        _GATHERS,
        "state-survives-the-call",
        _momentum(
            _change(_VELOCITY, "v, path = np.zeros_like(w), []", "path = []").replace(
                "v = beta * v + g", "memory['v'] = v = beta * memory.get('v', 0) + g"
            ),
            ", memory={}",
        ),
    ),
    Mistake(
        "q2",
        "same-array",
        _GATHERS,
        "one-array-many-times",
        _momentum(_change(_VELOCITY, "w = w - alpha * v", "w -= alpha * v")),
    ),
    Mistake(
        "q2",
        "start",
        _GATHERS,
        "start-among-the-rows",
        _momentum(_change(_VELOCITY, "np.zeros_like(w), []", "np.zeros_like(w), [w]")),
    ),
    Mistake("q2", "last-only", _GATHERS, "has shape", _momentum(_change(_VELOCITY, "np.array(path)", "w"))),
    Mistake(
        "q2",
        "inside",
        _CHANGES,
        "rate-inside-the-velocity",
        _momentum(_change(_VELOCITY, "+ g", "+ alpha * g").replace("alpha * v", "v")),
    ),
    Mistake("q2", "one-rate", _CHANGES, "first-rate-only", _momentum(_change(_VELOCITY, "w - alpha", "w - alphas[0]"))),
    Mistake(
        "q2",
        "mean-later",
        _CHANGES,
        "averaged-gradients",
        _momentum("if len(set(alphas)) > 1:\n    gradients = (1 - beta) * gradients\n" + _VELOCITY.strip()),
    ),
    Mistake(
        "q2",
        "in-place",
        "momentum_leaves_its_inputs_alone",
        "changes-its-inputs",
        _momentum(_change(_VELOCITY, "    path.append(w)", "    path.append(w)\n    g *= 0")),
    ),
    # q3
    Mistake(
        "q3",
        "bare",
        _FIRST,
        "no-correction",
        _adam(_change(_STEPS, "m / (1 - beta1**t)", "m").replace("v / (1 - beta2**t)", "v")),
    ),
    Mistake("q3", "half-m", _FIRST, "half-corrected", _adam(_change(_STEPS, "v / (1 - beta2**t)", "v"))),
    Mistake("q3", "half-v", _FIRST, "half-corrected", _adam(_change(_STEPS, "m / (1 - beta1**t)", "m"))),
    Mistake("q3", "zero", _FIRST, "t-from-zero", _adam(_change(_STEPS, "start=1", "start=0"))),
    Mistake("q3", "two", _FIRST, "`path[0]", _adam(_change(_STEPS, "start=1", "start=2"))),
    Mistake("q3", "unsquared", _FIRST, "not-squared", _adam(_change(_STEPS, "g**2", "g"))),
    Mistake(
        "q3", "rootless", _FIRST, "no-root", _adam(_change(_STEPS, "np.sqrt(v / (1 - beta2**t))", "v / (1 - beta2**t)"))
    ),
    Mistake("q3", "norm", _FIRST, "one-length-for-all", _adam(_change(_STEPS, "g**2", "(g**2).sum()"))),
    Mistake("q3", "mean-square", _FIRST, "one-length-for-all", _adam(_change(_STEPS, "g**2", "(g**2).mean()"))),
    Mistake(
        "q3",
        "default",
        _FIRST,
        "state-survives-the-call",
        _adam(
            _change(
                _STEPS, "m, v, path = np.zeros_like(w), np.zeros_like(w), []", "m, v = memory or (0, 0)\npath = []"
            ).replace("return", "memory[:] = m, v\nreturn"),
            ", memory=[]",
        ),
    ),
    Mistake("q3", "swapped", _LATER, "betas-swapped", _adam("beta1, beta2 = beta2, beta1\n" + _STEPS.strip())),
    Mistake("q3", "no-m", _LATER, "no-first-mean", _adam(_change(_STEPS, "m / (1 - beta1**t)", "g"))),
    Mistake("q3", "fixed-betas", _LATER, "betas-fixed", _adam("beta1, beta2 = 0.9, 0.999\n" + _STEPS.strip())),
    Mistake("q3", "uphill", _FIRST, "uphill", _adam(_change(_STEPS, "w - alpha", "w + alpha"))),
    Mistake("q3", "frozen", _LATER, "correction-frozen", _adam(_change(_STEPS, "**t", ""))),
    Mistake(
        "q3",
        "times-t",
        _LATER,
        "`path[",
        _adam(_change(_STEPS, "beta1**t", "beta1 * t").replace("beta2**t", "beta2 / t")),
    ),
    Mistake(
        "q3",
        "put-back",
        _LATER,
        "hats-put-back",
        _adam(
            _change(_STEPS, "    w = ", "    m, v = m / (1 - beta1**t), v / (1 - beta2**t)\n    w = ")
            .replace("(m / (1 - beta1**t))", "m")
            .replace("np.sqrt(v / (1 - beta2**t))", "np.sqrt(v)")
        ),
    ),
    Mistake(
        "q3",
        "inside",
        _EPSILON,
        "epsilon-inside-the-root",
        _adam(_change(_STEPS, "np.sqrt(v / (1 - beta2**t)) + epsilon", "np.sqrt(v / (1 - beta2**t) + epsilon)")),
    ),
    Mistake(
        "q3",
        "before",
        _EPSILON,
        "epsilon-before-the-correction",
        _adam(
            _change(_STEPS, "(np.sqrt(v / (1 - beta2**t)) + epsilon)", "(np.sqrt(v) + epsilon) * np.sqrt(1 - beta2**t)")
        ),
    ),
    Mistake("q3", "fixed", _EPSILON, "epsilon-fixed", _adam(_change(_STEPS, "+ epsilon", "+ 1e-8"))),
    Mistake(
        "q3",
        "in-place",
        "adam_leaves_its_inputs_alone",
        "changes-its-inputs",
        _adam(_change(_STEPS, "    path.append(w)", "    path.append(w)\n    g[:] = g**2")),
    ),
    Mistake(
        "q3",
        "no-epsilon-at-zero",
        "adam_leaves_its_inputs_alone",
        "`the result[",
        _adam(
            _change(_STEPS, "w = w - alpha *", "step =").replace(
                "    path.append", "    w = w - alpha * np.where(g == 0, 1, step)\n    path.append"
            )
        ),
    ),
    # q4
    Mistake("q4", "stair-zero", _STAIRS, "warm-up-from-zero", _schedules(_change(_COSINE, "(t + 1) / T_w", "t / T_w"))),
    Mistake(
        "q4",
        "stair-low",
        _STAIRS,
        "warm-up-too-low",
        _schedules(_change(_COSINE, "(t + 1) / T_w", "(t + 1) / (T_w + 1)")),
    ),
    Mistake("q4", "steps-from-one", _STAIRS, "warm-up-from-zero", _schedules("t = t - 1" + _COSINE.rstrip())),
    Mistake("q4", "long", _FALL, "warm-up-too-long", _schedules(_change(_COSINE, "t < T_w", "t <= T_w"))),
    Mistake(
        "q4",
        "degrees",
        _FALL,
        "degrees",
        _schedules(_change(_COSINE, "np.cos(np.pi * share)", "np.cos(np.radians(np.pi * share))")),
    ),
    Mistake(
        "q4", "half-turn", _FALL, "`rate[", _schedules(_change(_COSINE, "np.cos(np.pi * share)", "np.cos(180 * share)"))
    ),
    Mistake("q4", "whole-turn", _FALL, "`rate[", _schedules(_change(_COSINE, "np.pi", "2 * np.pi"))),
    Mistake(
        "q4",
        "from-zero",
        _FALL,
        "cosine-from-step-zero",
        _schedules(_change(_COSINE, "(t - T_w) / (T - T_w)", "t / T")),
    ),
    Mistake("q4", "early", _FALL, "end-off-by-one", _schedules(_change(_COSINE, "(T - T_w)", "(T - T_w - 1)"))),
    Mistake("q4", "late", _FALL, "end-off-by-one", _schedules(_change(_COSINE, "(T - T_w)", "(T - T_w + 1)"))),
    Mistake(
        "q4",
        "to-zero",
        _FALL,
        "end-ignored",
        _schedules(_change(_COSINE, "alpha_end + (alpha0 - alpha_end)", "alpha0")),
    ),
    Mistake("q4", "on-top", _FALL, "end-added-on-top", _schedules(_change(_COSINE, "(alpha0 - alpha_end)", "alpha0"))),
    Mistake("q4", "slope", _MEET, "only-at-first", _schedules(c="beta")),
    Mistake("q4", "log10", _MEET, "other-logarithm", _schedules(c="np.log10(1 + beta * T) / T")),
    Mistake("q4", "log2", _MEET, "other-logarithm", _schedules(c="np.log2(1 + beta * T) / T")),
    Mistake("q4", "one", _MEET, "one-forgotten", _schedules(c="np.log(beta * T) / T")),
    Mistake("q4", "product", _MEET, "not-per-step", _schedules(c="np.log(1 + beta * T)")),
    Mistake("q4", "negative", _MEET, "`c`", _schedules(c="-np.log(1 + beta * T) / T")),
    Mistake(
        "q4",
        "again",
        "after_the_end_and_without_warm_up",
        "rises-again",
        _schedules(_change(_COSINE, "min((t - T_w) / (T - T_w), 1)", "(t - T_w) / (T - T_w)")),
    ),
    Mistake(
        "q4",
        "no-warm-up",
        "after_the_end_and_without_warm_up",
        "ZeroDivisionError",
        _schedules("warm = alpha0 * (t + 1) / T_w" + _change(_COSINE, "alpha0 * (t + 1) / T_w", "warm").rstrip()),
    ),
    # q5
    Mistake("q5", "A", _NAMED, "too-few-steps", _rates(_EDGES, "A")),
    Mistake("q5", "B", _NAMED, "wrong-numerator", _rates(_EDGES, "B")),
    Mistake("q5", "D", _NAMED, "condition-number", _rates(_EDGES, "D")),
    Mistake("q5", "words", _NAMED, "one of the letters", _rates(_EDGES, "the order")),
    Mistake("q5", "eig", _STEEP, "last-eigenvalue", _rates(_EDGES, values="np.linalg.eig(H)[0]")),
    Mistake("q5", "halved", _STEEP, "edge-halved", _rates(_change(_EDGES, "2 / e[-1]", "1 / e[-1]"))),
    Mistake("q5", "trace", _STEEP, "sum-of-eigenvalues", _rates(_change(_EDGES, "2 / e[-1]", "2 / np.trace(H)"))),
    Mistake("q5", "norm", _STEEP, "sum-of-eigenvalues", _rates(_change(_EDGES, "2 / e[-1]", "2 / np.linalg.norm(H)"))),
    Mistake("q5", "entry", _STEEP, "entries-for-eigenvalues", _rates(_change(_EDGES, "2 / e[-1]", "2 / abs(H).max()"))),
    Mistake("q5", "diagonal", _STEEP, "entries-for-eigenvalues", _rates(_EDGES, values="np.sort(np.diag(H))")),
    Mistake("q5", "flattest", _STEEP, "flattest-direction", _rates(_change(_EDGES, "2 / e[-1]", "2 / e[0]"))),
    Mistake("q5", "two-only", _STEEP, "has shape", _rates("2 / e[-1], 2 / (e[0] + e[-1])")),
    Mistake("q5", "best", _BEST, "best-for-the-steepest", _rates(_change(_EDGES, "2 / (e[0] + e[-1])", "1 / e[-1]"))),
    Mistake(
        "q5", "best-mean", _BEST, "`best`", _rates(_change(_EDGES, "2 / (e[0] + e[-1])", "1 / np.sqrt(e[0] * e[-1])"))
    ),
    Mistake("q5", "shrunk", _BEST, "momentum-by-step-length", _rates(_change(_EDGES, "1 + beta", "1 - beta"))),
    Mistake(
        "q5", "stretched", _BEST, "momentum-by-step-length", _rates(_change(_EDGES, "* (1 + beta)", "/ (1 - beta)"))
    ),
    Mistake("q5", "without", _BEST, "momentum-ignored", _rates(_change(_EDGES, " * (1 + beta)", ""))),
    Mistake(
        "q5",
        "absolute",
        "negative_curvature_has_no_rate",
        "negative-curvature-overlooked",
        _rates(_EDGES, values="np.sort(np.abs(np.linalg.eigvalsh(H)))"),
    ),
    Mistake(
        "q5",
        "singular",
        "negative_curvature_has_no_rate",
        "negative-curvature-overlooked",
        _rates(_EDGES, values="np.linalg.svd(H)[1][::-1]"),
    ),
    Mistake(
        "q5",
        "none",
        "negative_curvature_has_no_rate",
        "the docstring asks for",
        _rates(_EDGES).replace("return 0.0, 0.0, 0.0", "return None"),
    ),
    Mistake(
        "q5",
        "flat",
        "negative_curvature_has_no_rate",
        "flat-direction-overlooked",
        _rates(_EDGES).replace("<= 0", "< 0"),
    ),
    # q6
    Mistake("q6", "off-by-one", _THERE, "passes-from-zero", _prices(_change(_PRICE, " + 1", ""))),
    Mistake(
        "q6",
        "mean",
        _THERE,
        "average-seed",
        _prices(_change(_PRICE, "(heights <= target).all(axis=1)", "heights.mean(axis=1) <= target")),
    ),
    Mistake(
        "q6",
        "median",
        _THERE,
        "average-seed",
        _prices(_change(_PRICE, "(heights <= target).all(axis=1)", "np.median(heights, axis=1) <= target")),
    ),
    Mistake("q6", "any", _THERE, "luckiest-seed", _prices(_change(_PRICE, ".all(axis=1)", ".any(axis=1)"))),
    Mistake("q6", "unit", _THERE, "seconds-as-hours", _prices(_change(_PRICE, " / 3600", ""))),
    Mistake("q6", "hours", _THERE, "not-dollars", _prices(_change(_PRICE, " * dollars_per_hour", ""))),
    Mistake("q6", "minutes", _THERE, "seconds-as-hours", _prices(_change(_PRICE, "3600", "60"))),
    Mistake(
        "q6",
        "argmax",
        _NEVER,
        "never-is-cheap",
        _prices(
            _change(_PRICE, "np.where(there.any(axis=1), there.argmax(axis=1) + 1, np.inf)", "there.argmax(axis=1) + 1")
        ),
    ),
    Mistake("q6", "all-passes", _NEVER, "never-is-cheap", _prices(_change(_PRICE, "np.inf", "heights.shape[2]"))),
    Mistake(
        "q6",
        "nan",
        _NEVER,
        "nan-counts-as-arrived",
        _prices(_change(_PRICE, "(heights <= target).all(axis=1)", "~(heights > target).any(axis=1)")),
    ),
    Mistake(
        "q6",
        "nanmax",
        _NEVER,
        "nan-counts-as-arrived",
        _prices(_change(_PRICE, "(heights <= target).all(axis=1)", "np.nanmax(heights, axis=1) <= target")),
    ),
    Mistake(
        "q6",
        "each-alone",
        _NEVER,
        "seeds-at-different-times",
        _prices(
            "once = heights <= target\nfirst = np.where(once.any(axis=2), once.argmax(axis=2) + 1, np.inf).max(axis=1)\nreturn first * seconds_per_pass / 3600 * dollars_per_hour"
        ),
    ),
    Mistake(
        "q6",
        "stays",
        _NEVER,
        "rise and fall",
        _prices(
            _change(_PRICE, "passes =", "there = np.logical_and.accumulate(there[:, ::-1], axis=1)[:, ::-1]\npasses =")
        ),
    ),
    Mistake("q6", "below", _NEVER, "rise and fall", _prices(_change(_PRICE, "<=", "<"))),
    Mistake("q6", "quick", _CHOICE, "fewest-passes", _prices(_PRICE, choice="8", saving="0")),
    Mistake("q6", "low", _CHOICE, "cheapest-pass", _prices(_PRICE, choice="512", saving="5.0")),
    Mistake("q6", "never", _CHOICE, "infinitely much", _prices(_PRICE, choice="1")),
    Mistake("q6", "index", _CHOICE, "one of the batch sizes", _prices(_PRICE, choice="2")),
    Mistake("q6", "saving", _CHOICE, "follow from the prices", _prices(_PRICE, saving="1.0")),
    Mistake("q6", "loss", _CHOICE, "follow from the prices", _prices(_PRICE, saving="float('nan')")),
]

UNUSUAL = [
    Unusual(
        "q1",
        "split",
        _sgd("""
for rows in np.split(order, range(B, len(X), B)):
    w = w - alpha * np.mean((X[rows] @ w - y[rows])[:, None] * X[rows], axis=0)
return w
"""),
    ),
    Unusual(
        "q1",
        "loops-and-lists",
        _sgd("""
w, order = list(w), list(order)
while order:
    batch, order = order[:B], order[B:]
    g = [0.0] * len(w)
    for i in batch:
        error = sum(a * b for a, b in zip(X[i], w)) - y[i]
        g = [total + error * x / len(batch) for total, x in zip(g, X[i])]
    w = [a - alpha * b for a, b in zip(w, g)]
return w
"""),
    ),
    Unusual(
        "q1",
        "torch",
        """
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
    ),
    Unusual("q1", "float32", _sgd("X, y, w = (np.float32(a) for a in (X, y, w))" + _LOOP.rstrip())),
    Unusual(
        "q2",
        "torch",
        """
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
    ),
    Unusual(
        "q2",
        "closed-form",
        _momentum("""
t = np.arange(len(gradients))
powers = np.tril(float(beta) ** np.abs(t[:, None] - t))
return w - np.tril(np.ones((len(t), len(t)))) @ (np.asarray(alphas)[:, None] * (powers @ gradients))
"""),
    ),
    Unusual(
        "q2",
        "other-sign",
        _momentum("""
v, path = 0, np.empty(gradients.shape, dtype=np.float32)
for t in range(len(gradients)):
    v = beta * v - gradients[t]
    w = w + alphas[t] * v
    path[t] = w
return path.tolist()
"""),
    ),
    Unusual(
        "q3",
        "torch",
        """
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
    ),
    Unusual(
        "q3",
        "scaled-epsilon",
        _adam("""
m, v, path, p1, p2 = 0, 0, [], 1, 1
for g in gradients:
    m, v, p1, p2 = m + (1 - beta1) * (g - m), v + (1 - beta2) * (g * g - v), p1 * beta1, p2 * beta2
    scale = (1 - p2) ** 0.5
    path.append((path[-1] if path else w) - alpha * scale / (1 - p1) * m / (v**0.5 + epsilon * scale))
return tuple(path)
"""),
    ),
    Unusual(
        "q4",
        "arrays-of-one",
        _schedules(
            """
t = np.array([float(t)])
share = np.clip((t - T_w) / (T - T_w), 0, 1)
return np.where(t < T_w, alpha0 * (t + 1) / max(T_w, 1), alpha_end + (alpha0 - alpha_end) * np.cos(np.pi / 2 * share) ** 2)
""",
            c="np.float32(-np.log(1 / (1 + beta * T)) / T)",
        ),
    ),
    Unusual(
        "q4",
        "math",
        "import math\n"
        + _schedules(
            """
if t >= T:
    return alpha_end
if t >= T_w:
    return 0.5 * (alpha0 + alpha_end) + 0.5 * (alpha0 - alpha_end) * math.cos((t - T_w) * math.pi / (T - T_w))
return (t + 1) * (alpha0 / T_w)
""",
            c="math.log1p(beta * T) / T",
        ),
    ),
    Unusual(
        "q4",
        "torch",
        "import torch\n"
        + _schedules(
            _change(_COSINE, "np.cos(np.pi * share)", "torch.cos(torch.tensor(torch.pi * share, dtype=torch.float64))")
        ),
    ),
    Unusual(
        "q5",
        "eig-sorted-list",
        _rates("[2 / max(e), 2 / (min(e) + max(e)), (2 + 2 * beta) / max(e)]", " c.", "np.linalg.eig(H)[0]"),
    ),
    Unusual(
        "q5",
        "torch",
        "import torch\n"
        + _rates(
            "torch.stack([2 / e[-1], 2 / (e[0] + e[-1]), 2 * (1 + beta) / e[-1]])",
            values="torch.linalg.eigvalsh(torch.tensor(H))",
        ),
    ),
    Unusual(
        "q5",
        "power-iteration",
        """
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
    ),
    Unusual(
        "q6",
        "loops",
        _prices(
            """
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
    ),
    Unusual(
        "q6",
        "worst-seed",
        _prices("""
there = heights.max(axis=1) <= target
return np.where(there.any(1), (np.cumsum(there, axis=1) == 0).sum(axis=1) + 1, np.inf) * seconds_per_pass * (dollars_per_hour / 3600)
"""),
    ),
]

EQUIVALENT = [
    Equivalent("q1", "y and order are equally long", (
        "for start in range(0, len(order), B): → for start in range(0, len(y), B):",
    )),
    Equivalent("q2", "a list of rows counts as an array", (
        "return np.array(path) → return path",
    )),
    Equivalent("q2", "a zero spreads to the shape of the first gradient", (
        "v, path = (np.zeros_like(w), []) → v, path = (np.zeros_like(beta), [])",
    )),
    Equivalent("q3", "two neighbouring lines that do not touch each other", (
        "m = beta1 * m + (1 - beta1) * g / v = beta2 * v + (1 - beta2) * g ** 2 → v = beta2 * v + (1 - beta2) * g ** 2 / m = beta1 * m + (1 - beta1) * g",
    )),
    Equivalent("q3", "a list of rows counts as an array", (
        "return np.array(path) → return path",
    )),
    Equivalent("q3", "a zero spreads to the shape of the first gradient", (
        "m, v, path = (np.zeros_like(w), np.zeros_like(w), []) → m, v, path = (np.zeros_like(alpha), np.zeros_like(w), [])",
        "m, v, path = (np.zeros_like(w), np.zeros_like(w), []) → m, v, path = (np.zeros_like(beta1), np.zeros_like(w), [])",
        "m, v, path = (np.zeros_like(w), np.zeros_like(w), []) → m, v, path = (np.zeros_like(beta2), np.zeros_like(w), [])",
        "m, v, path = (np.zeros_like(w), np.zeros_like(w), []) → m, v, path = (np.zeros_like(w), np.zeros_like(alpha), [])",
        "m, v, path = (np.zeros_like(w), np.zeros_like(w), []) → m, v, path = (np.zeros_like(w), np.zeros_like(beta1), [])",
        "m, v, path = (np.zeros_like(w), np.zeros_like(w), []) → m, v, path = (np.zeros_like(w), np.zeros_like(beta2), [])",
    )),
    Equivalent("q4", "the smaller of two numbers, whichever stands first", (
        "progress = min((t - T_w) / (T - T_w), 1) → progress = min(1, (t - T_w) / (T - T_w))",
    )),
    Equivalent("q4", "the cosine is even", (
        "return alpha_end + (alpha0 - alpha_end) / 2 * (1 + np.cos(np.pi * progress)) → return alpha_end + (alpha0 - alpha_end) / 2 * (1 + np.cos(-(np.pi * progress)))",
    )),
    Equivalent("q6", "two neighbouring lines that do not touch each other", (
        "CHOICE = BATCH_SIZES[PRICES.argmin()] / SAVING = PRICES[1] - PRICES.min() → SAVING = PRICES[1] - PRICES.min() / CHOICE = BATCH_SIZES[PRICES.argmin()]",
    )),
    Equivalent("q6", "a product, whichever factor stands first", (
        "PRICES = price_runs(HEIGHTS, SECONDS_PER_PASS, DOLLARS_PER_HOUR, TARGET) → PRICES = price_runs(HEIGHTS, DOLLARS_PER_HOUR, SECONDS_PER_PASS, TARGET)",
    )),
    Equivalent("q6", "the last of two axes", (
        "passes = np.where(there.any(axis=1), there.argmax(axis=1) + 1, np.inf) → passes = np.where(there.any(axis=-1), there.argmax(axis=1) + 1, np.inf)",
        "passes = np.where(there.any(axis=1), there.argmax(axis=1) + 1, np.inf) → passes = np.where(there.any(axis=1), there.argmax(axis=-1) + 1, np.inf)",
    )),
]  # fmt: skip
