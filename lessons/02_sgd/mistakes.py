"""Exercise 02: wrong answers that its checks must name, and unusual right ones."""

from proofs.claims import Equivalent, Mistake, Unusual, define_function, edit_by_arrows

_LOOP = """
for start in range(0, len(order), B):
    rows = order[start : start + B]
    g = X[rows].T @ (X[rows] @ w - y[rows]) / len(rows)
    w = w - alpha * g
return w
"""
_LION = """
for group in self.param_groups:
    first, second = group["betas"]
    for p in group["params"]:
        if p.grad is None:
            continue
        state, g = self.state[p], p.grad
        m = state.get("m", torch.zeros_like(p))
        c = first * m + (1 - first) * g
        p.mul_(1 - group["lr"] * group["weight_decay"])
        p.sub_(group["lr"] * torch.sign(c))
        state["m"] = second * m + (1 - second) * g
"""
_USE = """
def run_lion(gradients, w, rates, betas, decay):
    *weights, bias = tensors = [torch.tensor(part) for part in (w[:1], w[1:-1], w[-1:])]
    groups = [{"params": weights}, {"params": [bias], "weight_decay": 0.0}]
    optimizer, path = Lion(groups, lr=1.0, betas=betas, weight_decay=decay), []
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, [*rates, 0.0].__getitem__)
    for g in torch.tensor(gradients):
        for p, part in zip(tensors, (g[:1], g[1:-1], g[-1:])):
            p.grad = None if part.isnan().any() else part
        optimizer.step()
        scheduler.step()
        path.append(torch.cat(tensors))
    return torch.stack(path).numpy()
"""
_CLIPPED = """
path = []
for x, target, rate in zip(X, y, rates):
    g = x.T @ (x @ w - target) / len(target)
    if np.isfinite(g).all():
        g = g * min(1, max_norm / max(np.linalg.norm(g), 1e-30))
        w = w - rate * g
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
_SIGN, _GROUPS = "lion_steps_by_a_sign", "each_group_has_its_settings"
_LINE, _SHORT, _GUARD = "the_line_is_named", "long_gradients_are_shortened", "a_broken_batch_makes_no_step"
_STAIRS = "the_warm_up_rises_in_equal_stairs"
_FALL, _MEET = "the_cosine_leads_exactly_to_the_end", "the_two_decays_meet"
_NAMED, _STEEP, _BEST = "the_fault_is_named", "the_steepest_direction_sets_the_edge", "the_best_rate_and_momentums_edge"
_THERE, _NEVER, _CHOICE = "every_seed_must_be_there", "who_never_arrives_costs_infinity", "the_choice_is_the_cheapest"


def _sgd(*changes: str, lines: str = _LOOP) -> str:
    return define_function("sgd_epoch(X, y, w, alpha, B, order)", edit_by_arrows(lines, *changes))


def _lion(*changes: str, lines: str = _LION, use: str = _USE) -> str:
    step = define_function("step(self)", edit_by_arrows(lines, *changes)).replace("\n", "\n    ")
    return f"""
class Lion(torch.optim.Optimizer):
    def __init__(self, params, lr, betas, weight_decay):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    {step}
{use}"""


def _clipped(*changes: str, lines: str = _CLIPPED, line: str = "B") -> str:
    header = "train_clipped(X, y, w, rates, max_norm)"
    return f"LINE = {line!r}\n{define_function(header, edit_by_arrows(lines, *changes))}"


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
    ("q1", "same", _ONE, "does not move"): _sgd(lines="return w"),
    ("q1", "none", _ONE, "returns None"): _sgd("return w → pass"),
    ("q1", "errors-only", _ONE, "Your step is"): _sgd(
        "X[rows].T @ (X[rows] @ w - y[rows]) / len(rows) → (X[rows] @ w - y[rows]).mean()"
    ),
    ("q1", "accumulated", _EACH, "one-step-a-pass"): _sgd(
        "w - alpha * g\nreturn w → w\n    total = (total if start else 0) + g\nreturn w - alpha * total"
    ),
    ("q1", "full", _EACH, "whole-data-each-step"): _sgd("order[start : start + B] → order"),
    ("q1", "unshuffled", _EACH, "order-ignored"): _sgd(
        "order[start : start + B] → slice(start, start + B)", "len(rows) → len(X[rows])"
    ),
    ("q1", "last-first", _EACH, "order-changed"): _sgd("range(0, len(order), B) → range(0, len(order), B)[::-1]"),
    ("q1", "dealt-out", _EACH, "order-changed"): _sgd(
        "order[start : start + B] → order[start // B :: len(order) // B]"
    ),
    ("q1", "over-n", _EACH, "divided-by-n"): _sgd("/ len(rows) → / len(X)"),
    ("q1", "first-only", _EACH, "`w["): _sgd("* g\n → * g\n    return w\n"),
    ("q1", "dropped", _LAST, "last-batch-dropped"): _sgd("len(order), B → len(order) - B + 1, B"),
    ("q1", "over-B", _LAST, "last-batch-divided-by-B"): _sgd("/ len(rows) → / B"),
    ("q1", "even", _LAST, "batches-evened-out"): _sgd(
        "for start in range(0, len(order), B):\n    rows = order[start : start + B] → "
        "for rows in np.array_split(order, -(-len(order) // B)):"
    ),
    ("q1", "fewer", _LAST, "batches-evened-out"): _sgd(
        "for start in range(0, len(order), B):\n    rows = order[start : start + B] → "
        "for rows in np.array_split(order, max(1, len(order) // B)):"
    ),
    ("q1", "path", _ONE, "an axis of length 1 is too many"): _sgd(
        "for start → path = []\nfor start", "alpha * g → alpha * g\n    path.append(w)", "return w → return path"
    ),
    ("q1", "wrapped", _LAST, "`w["): _sgd("order[start : start + B] → np.resize(np.roll(order, -start), B)"),
    ("q1", "in-place", _LAST, "changes-its-inputs"): _sgd("w = w - alpha * g → w -= alpha * g"),
    ("q1", "two-at-least", "a_pass_leaves_its_inputs_alone", "`the result["): _sgd(lines="B = max(B, 2)" + _LOOP),
    ("q2", "nothing", _SIGN, "nothing-moves"): _lion(
        'p.mul_(1 - group["lr"] * group["weight_decay"])\n        p.sub_( → q = p.clone()\n        q.sub_('
    ),
    ("q2", "first-tensor", _SIGN, "first-tensor-only"): _lion('group["params"]: → group["params"][:1]:'),
    ("q2", "uphill", _SIGN, "uphill"): _lion("p.sub_ → p.add_"),
    ("q2", "sgd-sign", _SIGN, "sign-of-the-gradient"): _lion("torch.sign(c) → torch.sign(g)"),
    ("q2", "no-sign", _SIGN, "no-sign"): _lion("torch.sign(c) → c"),
    ("q2", "swapped", _SIGN, "betas-swapped"): _lion("first, second = → second, first ="),
    ("q2", "one-beta", _SIGN, "one-beta"): _lion("second * m + (1 - second) → first * m + (1 - first)"),
    ("q2", "late", _SIGN, "sign-of-the-new-memory"): _lion(
        "c = first * m + (1 - first) * g → c = second * m + (1 - second) * g"
    ),
    ("q2", "kept-g", _SIGN, "memory-is-the-last-gradient"): _lion("second * m + (1 - second) * g → g"),
    ("q2", "whole-gradient", _SIGN, "share-forgotten"): _lion("(1 - first) * g → g"),
    ("q2", "whole-gradient-kept", _SIGN, "share-forgotten"): _lion("(1 - second) * g → g"),
    ("q2", "shares", _SIGN, "shares-exchanged"): _lion("first * m + (1 - first) * g → (1 - first) * m + first * g"),
    ("q2", "renewed-first", _SIGN, "memory-before-the-step"): _lion(
        "c = first → m = second * m + (1 - second) * g\n        c = first",
        'state["m"] = second * m + (1 - second) * g → state["m"] = m',
    ),
    ("q2", "first-gradient", _SIGN, "memory-starts-elsewhere"): _lion("torch.zeros_like(p) → g"),
    ("q2", "default-rate", _SIGN, "default-for-the-group"): _lion('group["lr"] → self.defaults["lr"]'),
    ("q2", "no-memory", _SIGN, "sign-of-the-gradient"): _lion('state["m"] = → state["n"] ='),
    ("q2", "shared-memory", _SIGN, "state-survives-the-call"): _lion(
        'm = state.get("m", torch.zeros_like(p)) → m = MEMORY.get(p.shape, torch.zeros_like(p))',
        'state["m"] → MEMORY[p.shape]',
    ).replace("class Lion", "MEMORY = {}\nclass Lion"),
    ("q2", "start", _SIGN, "start-among-the-rows"): _lion(use=_USE.replace("decay), []", "decay), [torch.tensor(w)]")),
    ("q2", "one-array", _SIGN, "one-array-many-times"): _lion(
        use=_USE.replace("path.append(torch.cat(tensors))", "path.append(tensors)").replace(
            "torch.stack(path)", "torch.stack([torch.cat(row) for row in path])"
        )
    ),
    ("q2", "rate-kept", _GROUPS, "first-rate-only"): _lion(
        'group["betas"] → group["betas"]\n    rate = self.__dict__.setdefault("rate", group["lr"])',
        'group["lr"] * torch → rate * torch',
        'group["lr"] * group → rate * group',
    ),
    ("q2", "first-group", _GROUPS, "decay-of-the-bias-too"): _lion(
        'group["weight_decay"] → self.param_groups[0]["weight_decay"]'
    ),
    ("q2", "default", _GROUPS, "decay-of-the-bias-too"): _lion('group["weight_decay"] → self.defaults["weight_decay"]'),
    ("q2", "coupled", _GROUPS, "decay-inside-the-sign"): _lion(
        "p.grad\n → p.grad + group['weight_decay'] * p\n", 'p.mul_(1 - group["lr"] * group["weight_decay"]) → pass'
    ),
    ("q2", "unscaled", _GROUPS, "decay-without-the-rate"): _lion('1 - group["lr"] * group → 1 - group'),
    ("q2", "no-decay", _GROUPS, "decay-forgotten"): _lion('p.mul_(1 - group["lr"] * group["weight_decay"]) → pass'),
    ("q2", "decay-last", _GROUPS, "decay-after-the-step"): _lion(
        'p.mul_(1 - group["lr"] * group["weight_decay"])\n        p.sub_(group["lr"] * torch.sign(c)) → '
        'p.sub_(group["lr"] * torch.sign(c))\n        p.mul_(1 - group["lr"] * group["weight_decay"])'
    ),
    ("q2", "decay-sign", _GROUPS, "decay-turned-round"): _lion("1 - group → 1 + group"),
    ("q2", "in-place", _GROUPS, "changes-its-inputs"): _lion(
        use=_USE.replace("torch.tensor(part)", "torch.from_numpy(part)")
    ),
    ("q2", "stops", _GROUPS, "none-stops-the-step"): _lion("if p.grad is None:\n            continue → pass"),
    ("q2", "returns", _GROUPS, "step-ends-early"): _lion("continue → return"),
    ("q2", "breaks", _GROUPS, "step-ends-early"): _lion("continue → break"),
    ("q2", "zero", _GROUPS, "none-counts-as-zero"): _lion(
        "if p.grad is None:\n            continue → p.grad = torch.zeros_like(p) if p.grad is None else p.grad"
    ),
    ("q2", "zero-is-none", _GROUPS, "zero-counts-as-none"): _lion(
        "p.grad is None → p.grad is None or not p.grad.any()"
    ),
    ("q2", "zero-over-zero", _GROUPS, "Yours holds `nan`"): _lion("torch.sign(c) → c / c.abs()"),
    ("q2", "forgets", _GROUPS, "is the first that is wrong"): _lion(
        "continue → self.state[p].clear()\n            continue"
    ),
    ("q2", "small", "lion_on_other_gradients", "`the result["): _lion("torch.sign(c) → c / (c.abs() + 1e-10)"),
    ("q3", "A", _LINE, "sum-for-mean"): _clipped(line="A"),
    ("q3", "C", _LINE, "clearing-late"): _clipped(line="C"),
    ("q3", "D", _LINE, "falling-rate"): _clipped(line="D"),
    ("q3", "words", _LINE, '"A", "B", "C" or "D"'): _clipped(line="the clip"),
    ("q3", "same", _SHORT, "nothing-moves"): _clipped("w = w - rate * g → pass"),
    ("q3", "uphill", _SHORT, "uphill"): _clipped("w - rate → w + rate"),
    ("q3", "no-clip", _SHORT, "never-clipped"): _clipped("g * min(1, max_norm / max(np.linalg.norm(g), 1e-30)) → g"),
    ("q3", "each", _SHORT, "each-number-clipped"): _clipped(
        "g * min(1, max_norm / max(np.linalg.norm(g), 1e-30)) → np.clip(g, -max_norm, max_norm)"
    ),
    ("q3", "always", _SHORT, "always-one-length"): _clipped("min(1, max_norm → (max_norm"),
    ("q3", "unit", _SHORT, "to-length-one"): _clipped("max_norm / max → 1 / max"),
    ("q3", "step", _SHORT, "step-clipped"): _clipped("len(target)\n → len(target) * rate\n", "w - rate * g → w - g"),
    ("q3", "sum", _SHORT, "sum-for-mean-in-the-loop"): _clipped(" / len(target) → "),
    ("q3", "two", _SHORT, "factor-two"): _clipped("g = x.T → g = 2 * x.T"),
    ("q3", "piles", _SHORT, "gradients-pile-up"): _clipped(
        "path = [] → path, total = [], 0", "g = g * min → g = total = total + g\n        g = g * min"
    ),
    ("q3", "norm-squared", _SHORT, "times the right length"): _clipped("np.linalg.norm(g) → np.sum(g**2)"),
    ("q3", "first-rate", _SHORT, "first-rate-only"): _clipped("rate * g → rates[0] * g"),
    ("q3", "in-place", _SHORT, "one-array-many-times"): _clipped("w = w - rate * g → w -= rate * g"),
    ("q3", "writes", _SHORT, "changes-its-inputs"): _clipped(
        "w = w - rate * g\n → w -= rate * g\n", "path.append(w) → path.append(w.copy())"
    ),
    ("q3", "start", _SHORT, "start-among-the-rows"): _clipped("path = [] → path = [w]"),
    ("q3", "nan", _GUARD, "nan-spreads"): _clipped("np.isfinite(g).all() → True"),
    ("q3", "nan-only", _GUARD, "nan-spreads"): _clipped("np.isfinite(g).all() → not np.isinf(g).any()"),
    ("q3", "left-out", _GUARD, "row-left-out"): _clipped("    path.append →         path.append"),
    ("q3", "waits", _GUARD, "schedule-waits"): _clipped(
        "zip(X, y, rates) → zip(X, y, X)",
        "path = [] → path, t = [], 0",
        "w - rate * g → w - rates[t] * g\n        t += 1",
    ),
    ("q3", "breaks", _GUARD, "stops-at-the-first"): _clipped(
        "path = [] → path, ok = [], True",
        "    if np.isfinite(g).all(): →     ok = ok and np.isfinite(g).all()\n    if ok:",
    ),
    ("q3", "ends", _GUARD, "stops-at-the-first"): _clipped(
        "    path.append → \n    else:\n        break\n    path.append"
    ),
    ("q3", "replaced", _GUARD, "numbers-replaced"): _clipped(
        "path = [] → path = []\nX, y = (np.where(np.isfinite(a), a, 0) for a in (X, y))"
    ),
    ("q3", "zero", "other_batches_and_guards", "`the result["): _clipped(
        "g * min(1, max_norm / max(np.linalg.norm(g), 1e-30)) → "
        "g / np.linalg.norm(g) * min(np.linalg.norm(g), max_norm)"
    ),
    ("q3", "no-length", "other_batches_and_guards", "divided-by-no-length"): _clipped(
        "max(np.linalg.norm(g), 1e-30) → float(np.linalg.norm(g))", "max_norm / → float(max_norm) /"
    ),
    ("q4", "floor", _FALL, "end-as-a-floor"): _schedules(
        "return alpha_end + (alpha0 - alpha_end) / 2 * (1 + np.cos(np.pi * share)) → "
        "return max(alpha_end, alpha0 / 2 * (1 + np.cos(np.pi * share)))"
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
    ("q5", "best-mean", _BEST, "best-for-another-middle"): _rates("2 / (e[0] + e[-1]) → 1 / np.sqrt(e[0] * e[-1])"),
    ("q5", "best-middle", _BEST, "best-for-another-middle"): _rates("2 / (e[0] + e[-1]) → 1 / e.mean()"),
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
    ("q6", "never-is-nan", _NEVER, "it should be inf"): _prices("np.inf → np.nan"),
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
    ("q2", "own-memory"): _lion(
        lines="""
for group in self.param_groups:
    lr, (b1, b2) = float(group["lr"]), group["betas"]
    for p in filter(lambda p: p.grad is not None, group["params"]):
        if not self.state[p]:
            self.state[p]["memory"] = torch.zeros_like(p)
        memory = self.state[p]["memory"]
        move = torch.lerp(p.grad, memory, b1).sign_()
        p.copy_((1 - lr * group["weight_decay"]) * p - lr * move)
        memory.mul_(b2).add_(p.grad, alpha=1 - b2)
"""
    ),
    ("q2", "signs-by-comparison"): _lion(
        "torch.sign(c) → ((c > 0).double() - (c < 0).double())",
        "self.state[p], p.grad → self.__dict__.setdefault(id(p), {}), p.grad",
    ),
    ("q3", "torch"): """
import torch
LINE = "b"
def train_clipped(X, y, w, rates, max_norm):
    w = torch.tensor(w, requires_grad=True)
    optimizer, path = torch.optim.SGD([w], lr=1.0), []
    for x, target, rate in zip(torch.tensor(X), torch.tensor(y), rates):
        optimizer.zero_grad()
        (0.5 * torch.nn.functional.mse_loss(x @ w, target)).backward()
        norm = torch.nn.utils.clip_grad_norm_([w], max_norm)
        optimizer.param_groups[0]["lr"] = float(rate)
        if torch.isfinite(norm):
            optimizer.step()
        path.append(w.detach().clone())
    return torch.stack(path)
""",
    ("q3", "lists"): _clipped(
        lines="""
w, path = list(w), []
for x, target, rate in zip(X.tolist(), y.tolist(), rates):
    g = [0.0] * len(w)
    for row, value in zip(x, target):
        error = sum(a * b for a, b in zip(row, w)) - value
        g = [total + error * a / len(target) for total, a in zip(g, row)]
    length = sum(a * a for a in g) ** 0.5
    if length < float("inf"):
        factor = rate * max_norm / length if length > max_norm else rate
        w = [a - factor * b for a, b in zip(w, g)]
    path.append(w)
return path
""",
        line=" b.",
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
    ("q2", "the weights are the same before and after the scheduler's step"): (
        "scheduler.step() / path.append(torch.cat(tensors)) → path.append(torch.cat(tensors)) / scheduler.step()",
    ),
    ("q2", "the order of groups and tensors does not matter"): (
        "for group in self.param_groups: → for group in list(self.param_groups)[::-1]:",
        "groups = [{'params': weights}, {'params': [bias], 'weight_decay': 0.0}] "
        "→ groups = [{'params': [bias], 'weight_decay': 0.0}, {'params': weights}]",
        "for p in group['params']: → for p in list(group['params'])[::-1]:",
        "for p, part in zip(tensors, (g[:1], g[1:-1], g[-1:])): "
        "→ for p, part in list(zip(tensors, (g[:1], g[1:-1], g[-1:])))[::-1]:",
    ),
    ("q2", "no check gives a tensor nan in some places only"): (
        "p.grad = None if part.isnan().any() else part → p.grad = None if part.isnan().all() else part",
    ),
    ("q2", "a tensor counts as an array"): ("return torch.stack(path).numpy() → return torch.stack(path)",),
    ("q2", "two neighbouring lines that do not touch each other"): (
        "p -= group['lr'] * (c.sign() + group['weight_decay'] * p) "
        "/ self.state[p]['m'] = beta2 * m + (1 - beta2) * p.grad "
        "→ self.state[p]['m'] = beta2 * m + (1 - beta2) * p.grad "
        "/ p -= group['lr'] * (c.sign() + group['weight_decay'] * p)",
    ),
    ("q2", "the rate after the last step is never used"): (
        "scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, [*rates, 0.0].__getitem__) "
        "→ scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, [*rates, 1.0].__getitem__)",
        "scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, [*rates, 0.0].__getitem__) "
        "→ scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, [*rates, -1.0].__getitem__)",
    ),
    ("q3", "as many rows as targets"): (
        "g = x.T @ (x @ w - target) / len(target) → g = x.T @ (x @ w - target) / len(x)",
    ),
    ("q3", "the larger of two numbers, whichever stands first"): (
        "w = w - rate * g * max_norm / max(max_norm, np.linalg.norm(g)) "
        "→ w = w - rate * g * max_norm / max(np.linalg.norm(g), max_norm)",
    ),
    ("q3", "a list of rows counts as an array"): ("return np.array(path) → return path",),
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
