"""Exercise 12: LoRA, its price, two forms of λ, adapters and starts, honest few-shot draws, forgetting and a choice."""

from __future__ import annotations

import numpy as np

from autograder.answers import (
    Exercise,
    Learner,
    Misconception,
    Tolerance,
    Wrong,
    drivers,
    expect_choice,
    expect_equal,
    expect_letters,
    expect_number,
    expect_numbers,
    expect_parts,
    expect_rows,
    judge_equal,
    keep_inputs,
)

NEAR = Tolerance(1e-4, 1e-5)  # loose enough for float32, far tighter than any wrong recipe below
EXERCISE = Exercise.beside(__file__)
say = EXERCISE.say
_COST = 5005.994583  # of the table in q6's given cell
_T95 = {
    2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776, 6: 2.571, 7: 2.447, 8: 2.365, 9: 2.306, 10: 2.262, 15: 2.145, 20: 2.093,
    30: 2.045,
}  # fmt: skip
_WAYS = {
    "zero-shot": "demand-ignored", "prompts": "demand-ignored", "frozen + head": "demand-ignored", "LoRA": "",
    "adapters": "best-for-cheapest", "fine-tuning": "best-for-cheapest", "LoRA, many labels": "best-for-cheapest",
}  # fmt: skip


@EXERCISE.check("q1")
def the_thin_way_is_added(answer, rng):
    for axes in ((), (2,)):
        x, W, b, A, B, alpha = _draw_lora(rng, axes)
        r, o, i = len(A), *W.shape
        plain, thin = x @ W.T, x @ A.T @ B.T
        wrong = {
            "scale-missing": [plain + b + thin, plain + b + alpha * thin, plain + b + thin / r],
            "scale-by-the-width": [plain + b + alpha / n * thin for n in (o, i, o * i, o + i)],
            "scale-by-the-root": [plain + b + alpha / r**0.5 * thin],
            "lora-scaled-all": [alpha / r * (plain + thin) + b, alpha / r * (plain + b + thin)],
            "bias-forgotten": [plain + alpha / r * thin],
            "pretrained-forgotten": [alpha / r * thin, b + alpha / r * thin],
        }
        NEAR.judge(answer.call("apply_lora", x, W, b, A, B, alpha), plain + b + alpha / r * thin, wrong, "y")


@EXERCISE.check("q1")
def the_merged_table_does_the_same(answer, rng):
    for _ in range(2):
        x, W, b, A, B, alpha = _draw_lora(rng, ())
        r, (o, i) = len(A), W.shape
        wrong = {
            "scale-missing": [W + B @ A, W + alpha * B @ A, W + B @ A / r],
            "scale-by-the-width": [W + alpha / n * B @ A for n in (o, i)],
            "scale-by-the-root": [W + alpha / r**0.5 * B @ A],
            "lora-scaled-all": [alpha / r * (W + B @ A)],
            "pretrained-forgotten": [alpha / r * B @ A],
        }
        NEAR.judge(answer.call("merge_lora", W, A, B, alpha), W + alpha / r * B @ A, wrong, "W'")


@EXERCISE.check("q1", hidden=True)
def no_large_table_is_built(answer, rng):
    small = _draw_lora(rng, ())
    W = np.zeros((700, 600))
    W[0, 0] = 1.0
    wide = (np.ones((1, 600)), W, np.zeros(700), np.full((2, 600), 5e-3), np.ones((700, 2)), 4.0)
    run = answer.call(drivers.measure_call, Learner("apply_lora"), small, small, wide)
    if "stopped" in run or run["megabytes"] > 2:
        raise Misconception("table-built")
    NEAR.expect(run["result"], wide[0] @ W.T + 2.0 * 6.0, "y")
    for r in (1, 3):
        x, W, b, A, B, alpha = _draw_lora(rng, (), r)
        with keep_inputs(answer, "apply_lora", x[0], W, b, A, B, -alpha) as value:
            NEAR.expect(value, x[0] @ W.T + b - alpha / r * x[0] @ A.T @ B.T, "y")
        with keep_inputs(answer, "merge_lora", W, A, B, alpha) as value:
            NEAR.expect(value, W + alpha / r * B @ A, "W'")


@EXERCISE.check("q2")
def lora_is_counted(answer, rng):
    for _ in range(3):
        shapes = [tuple(rng.integers(3, 40, 2).tolist()) for _ in range(int(rng.integers(1, 5)))]
        r = int(rng.integers(1, 6))
        right = sum(r * (o + i) for o, i in shapes)
        wrong = {
            "one-table-only": [
                r * sum(o for o, _ in shapes),
                r * sum(i for _, i in shapes),
                r * sum(shapes[0]) if len(shapes) > 1 else -1,
            ],
            "full-tables-too": [right + sum(o * i for o, i in shapes)],
        }
        NEAR.judge(expect_number(answer.call("count_lora", shapes, r), "numbers"), right, wrong, "numbers")


@EXERCISE.check("q2")
def adapters_are_counted(answer, rng):
    for _ in range(3):
        d, m, L = int(rng.integers(20, 90)), int(rng.integers(3, 19)), int(rng.integers(2, 9))
        right = 2 * L * (2 * d * m + m + d)
        wrong = {
            "adapter-biases-forgotten": [4 * L * d * m, 2 * L * (2 * d * m + m), 2 * L * (2 * d * m + d)],
            "one-adapter-a-layer": [right / 2, 2 * d * m + m + d, right / L],
            "one-table-only": [2 * L * (d * m + m + d), 2 * L * d * m],
        }
        NEAR.judge(expect_number(answer.call("count_adapters", d, m, L), "numbers"), right, wrong, "numbers")


@EXERCISE.check("q2")
def the_largest_rank_is_found(answer, rng):
    drawn = rng.integers(5, 90, (4, 2)).tolist()
    for o, i in (*drawn, (6, 6), (12, 4), (4, 12), (1, 7), (9, 1), (1, 1), (768, 768), (3, 6)):
        value, right = expect_number(answer.call("largest_rank", o, i), "rank"), (o * i - 1) // (o + i)
        wrong = {
            "no-fewer": [right + 1, o * i / (o + i)],
            "square-only": [o // 2, i // 2, o // 2 - 1, i // 2 - 1],
            "not-the-largest": list(range(right)),
        }
        judge_equal(value, right, wrong, "rank")


@EXERCISE.check("q3")
def the_first_form_is_found(answer, rng):
    for mu in (*rng.uniform(0.1, 0.8, 2), *rng.uniform(1.5, 9, 2), 0.0, 1.0):
        lam, s = expect_numbers(answer.call("to_first", float(mu)), "lam, s")
        right = 1 / (1 + mu)
        wrong = {"tasks-exchanged": [mu / (1 + mu)], "same-letter-same-number": [1 - mu, mu]}
        NEAR.judge(lam, right, wrong, "lam")
        NEAR.judge(s, 1 + mu, {"factor-upside-down": [right]}, "s")


@EXERCISE.check("q3")
def the_second_form_is_found(answer, rng):
    for lam in (1.0, 0.5, *rng.uniform(0.05, 0.45, 2), *rng.uniform(0.55, 0.95, 2)):
        value = expect_number(answer.call("to_second", float(lam)), "mu")
        right = (1 - lam) / lam
        wrong = {"tasks-exchanged": [lam / (1 - lam) if lam < 1 else np.inf], "same-letter-same-number": [1 - lam, lam]}
        NEAR.judge(value, right, wrong, "mu")
    found = answer.call(drivers.call_and_catch, Learner("to_second"), 0.0)
    if "error" in found or not np.isposinf(expect_number(found["result"], "mu")):
        raise Misconception("no-infinity")


@EXERCISE.check("q3")
def the_sentences_are_true(answer, rng):
    wrong = {"B": "one-means-equal", "C": "zero-means-first"}
    expect_letters(answer.get("TRUE"), "TRUE", "ADE", "ABCDE", wrong)


@EXERCISE.check("q4")
def the_state_is_corrected(answer, rng):
    for axes in ((), (3,)):
        h, D, p, U, q = _draw_adapter(rng, axes)
        z = h @ D.T + p
        up = np.maximum(z, 0) @ U.T
        right = h + up + q
        wrong = {
            "residual-forgotten": [up + q],
            "no-cut": [h + z @ U.T + q],
            "cut-at-the-end": [
                np.maximum(right, 0),
                h + np.maximum(z @ U.T + q, 0),
                np.maximum(h + z @ U.T + q, 0),
                h + (np.maximum(h @ D.T, 0) + p) @ U.T + q,
            ],
            "adapter-bias-forgotten": [h + up, h + np.maximum(h @ D.T, 0) @ U.T + q, h + np.maximum(h @ D.T, 0) @ U.T],
        }
        NEAR.judge(answer.call("adapt", h, D, p, U, q), right, wrong, "y")


@EXERCISE.check("q4")
def the_starts_are_good(answer, rng):
    wrong = {"BF": "stuck-start", "C": "disturbing-start"}
    expect_letters(answer.get("GOOD"), "GOOD", "ADE", "ABCDEF", wrong)


@EXERCISE.check("q4", hidden=True)
def small_waists_and_inputs(answer, rng):
    for d, m in ((4, 1), (1, 3), (3, 3)):
        h, D, p, U, q = _draw_adapter(rng, (), d, m)
        for states in (h, h[0]):
            with keep_inputs(answer, "adapt", states, D, p, U, q) as value:
                NEAR.expect(value, states + np.maximum(states @ D.T + p, 0) @ U.T + q, "y")


@EXERCISE.check("q5")
def shots_are_clean(answer, rng):
    for classes in (2, 3, 4):
        y, test = _draw_labels(rng, classes)
        left = np.array([np.sum((y == c) & ~np.isin(np.arange(len(y)), test)) for c in np.unique(y)])
        for k in (1, int(left.min()) - 1, int(left.min())):
            _judge_shots(_draw(answer, y, test, k, int(rng.integers(10**6))), y, test, k)


@EXERCISE.check("q5")
def chance_is_the_seeds(answer, rng):
    y, test = _draw_labels(rng, 2)
    left = np.setdiff1d(np.arange(len(y)), test)
    start, k = int(rng.integers(10**6)), 3
    one, again = (_draw(answer, y, test, k, start) for _ in range(2))
    if not np.array_equal(np.sort(one), np.sort(again)):
        raise Misconception("other-chance")
    draws = [_draw(answer, y, test, k, seed) for seed in range(start, start + 300)]
    for rows in draws:
        _judge_shots(rows, y, test, k)
    for c in np.unique(y):
        own = left[y[left] == c]
        share, p = np.array([np.mean([row in rows for rows in draws]) for row in own]), k / len(own)
        if np.abs(share - p).max() > 5.5 * np.sqrt(p * (1 - p) / len(draws)):
            raise Misconception("not-at-random")


@EXERCISE.check("q5")
def the_report_is_honest(answer, rng):
    for n in (3, int(rng.choice([5, 8, 10])), 20):
        scores = rng.uniform(0.5, 0.9, n)
        mean, low, high = expect_numbers(answer.call("report_draws", scores), "mean, low, high")
        s, t = scores.std(ddof=1), _T95[n]
        NEAR.judge(mean, scores.mean(), {"best-draw": [scores.max()]}, "mean")
        halves = {
            "normal-for-few": [1.96 * s / n**0.5, 1.96 * scores.std() / n**0.5],
            "divided-by-n": [t * scores.std() / n**0.5],
            "spread-for-error": [t * s, 1.96 * s, s],
            "t-of-another-n": [other * s / n**0.5 for other in _T95.values() if other != t],
        }
        for end, sign, what in ((low, -1, "low"), (high, 1, "high")):
            NEAR.judge(
                end,
                scores.mean() + sign * t * s / n**0.5,
                {name: [scores.mean() + sign * half for half in some] for name, some in halves.items()},
                what,
            )


@EXERCISE.check("q5", hidden=True)
def too_few_rows_and_inputs(answer, rng):
    y, test = _draw_labels(rng, 3)
    left = min(np.sum((y == c) & ~np.isin(np.arange(len(y)), test)) for c in np.unique(y))
    for k in (int(left) + 1, len(y)):
        found = answer.call(drivers.call_and_catch, Learner("draw_shots"), y, test, k, 5)
        if "error" not in found:
            raise Wrong(say("too-few", k=k))
        if found["error"] != "ValueError":
            raise Wrong(say("other-error", error=found["error"]))
    y, nobody, scores = 7 - 3 * y, np.zeros(0, dtype=int), rng.uniform(size=4)
    _judge_shots(_draw(answer, y, nobody, 2, 5), y, nobody, 2)
    right = scores.mean() + np.array([0, -1, 1]) * _T95[4] * scores.std(ddof=1) / 2
    with keep_inputs(answer, "report_draws", scores) as value:
        NEAR.expect(expect_numbers(value, "mean, low, high"), right, "(mean, low, high)")


@EXERCISE.check("q6")
def forgetting_is_measured(answer, rng):
    for _ in range(3):
        R = _draw_record(rng)
        T = len(R)
        terms = np.array([R[j : T - 1, j].max() - R[-1, j] for j in range(T - 1)])
        ever = np.array([R[:, j].max() - R[-1, j] for j in range(T)])
        early = np.array([R[: T - 1, j].max() - R[-1, j] for j in range(T)])
        late = np.array([R[j:, j].max() - R[-1, j] for j in range(T)])
        after = np.array([R[j, j] - R[-1, j] for j in range(T)])
        across = np.array([R[j, j : T - 1].max() - R[j, -1] for j in range(T - 1)])
        wrong = {
            "best-ever": [each[: T - 1].mean() for each in (ever, early)] + [ever.mean()],
            "right-after-learning": [after[:-1].mean(), after.mean()],
            "last-task-too": [terms.sum() / T, early.mean()],
            "gain-for-loss": [-terms.mean()],
            "never-negative": [np.maximum(terms, 0).mean(), late.mean()],
            "rows-for-columns": [across.mean(), np.mean([R.T[j : T - 1, j].max() - R.T[-1, j] for j in range(T - 1)])],
        }
        NEAR.judge(expect_number(answer.call("find_forgetting", R), "F"), terms.mean(), wrong, "F")


@EXERCISE.check("q6")
def the_cheapest_way_is_found(answer, rng):
    for _ in range(3):
        ways, prices, right, wrong = _draw_offer(rng)
        _judge_offer(answer.call("find_cheapest", ways, *prices), right, wrong)


@EXERCISE.check("q6")
def the_company_has_chosen(answer, rng):
    expect_choice(answer.get("CHOICE"), "CHOICE", _WAYS)
    each, once, labels = 298_000 / 1e9 * 40, 90_264_584 / 1e9 * 40, 5_000
    wrong = {
        "once-for-each": labels + 200 * (each + once),
        "one-customer": [25 + each + once, 25 + each],
        "labels-or-bytes-forgotten": [labels, labels + 200 * each, 200 * each + once],
    }
    Tolerance(0, 0.006).judge(expect_number(answer.get("COST"), "COST"), _COST, wrong, "COST")


@EXERCISE.check("q6", hidden=True)
def none_exact_and_equal(answer, rng):
    a, b = (float(np.round(x, 3)) for x in np.sort(rng.uniform(0.5, 0.9, 2)))
    ways = {"z": (a / 2, 1, 0, 0), "x": (a, 10, 0, 0), "y": (b, 10, 0, 0)}
    for demand, right in ((0.99, (None, np.inf)), (b, ("y", 30.0)), (a, ("y", 30.0)), (0.0, ("z", 3.0))):
        with keep_inputs(answer, "find_cheapest", ways, 3, 1.0, 5.0, demand) as value:
            if demand == b and expect_parts(value, "name, dollars")[0] != "y":
                raise Misconception("just-enough")
            _judge_offer(value, right, {})
    R = rng.uniform(0.4, 0.9, (2, 2))
    with keep_inputs(answer, "find_forgetting", R) as value:
        NEAR.expect(expect_number(value, "F"), R[0, 0] - R[1, 0], "F")


def _draw_lora(rng, axes, r=None) -> tuple:
    """x, W, b, A, B, alpha: all sides different, alpha neither 1 nor r."""
    r, i, o = r or int(rng.integers(2, 4)), int(rng.integers(4, 7)), int(rng.integers(8, 11))
    x, W, b = rng.normal(size=(*axes, int(rng.integers(2, 4)), i)), rng.normal(size=(o, i)), rng.normal(size=o)
    return x, W, b, rng.normal(size=(r, i)), rng.normal(size=(o, r)), float(rng.uniform(4, 9)) * r


def _draw_adapter(rng, axes, d=None, m=None) -> tuple:
    d, m = d or int(rng.integers(4, 7)), m or int(rng.integers(2, 4))
    h = rng.normal(size=(*axes, int(rng.integers(3, 6)), d))
    return h, rng.normal(size=(m, d)), rng.normal(size=m), rng.normal(size=(d, m)), rng.normal(size=d)


def _draw_labels(rng, classes) -> tuple[np.ndarray, np.ndarray]:
    """y, test: classes of different sizes in random order; a third of the rows are test rows."""
    y = rng.permutation(np.repeat(np.arange(classes), rng.permutation(np.arange(12, 12 + 4 * classes, 4))))
    return y, rng.permutation(len(y))[: len(y) // 3]


def _draw(answer, y, test, k, seed):
    return expect_rows(answer.call("draw_shots", y, test, k, seed), "rows", len(y))


def _judge_shots(rows, y, test, k):
    if np.isin(rows, test).any():
        raise Misconception("test-rows-drawn")
    if len(np.unique(rows)) < len(rows):
        raise Misconception("drawn-twice")
    if any(np.sum(y[rows] == c) != k for c in np.unique(y)):
        raise Misconception("not-k-of-each")


def _draw_record(rng) -> np.ndarray:
    """R: a task's best comes after it was learned and before the last row; earlier it was once better still."""
    T = int(rng.integers(4, 6))
    R = rng.uniform(0.55, 0.7, (T, T))
    for j in range(T):
        R[j, j] = rng.uniform(0.75, 0.8)
        if j < T - 2:
            R[j + 1, j] = rng.uniform(0.81, 0.86)
        if j:
            R[0, j] = rng.uniform(0.87, 0.9)
    R[-1, T - 2] = R[T - 2, T - 2] + rng.uniform(0.02, 0.04)  # the last but one improved in the end
    return R


def _draw_offer(rng):
    """ways, prices, (name, dollars) and what wrong recipes choose."""
    while True:
        names = rng.permutation(["A", "B", "C", "D", "E", "F"]).tolist()
        ways = {}
        for name in names:
            accuracy, labels = float(np.round(rng.uniform(0.6, 0.95), 3)), int(rng.integers(0, 400))
            ways[name] = (accuracy, labels, int(rng.integers(10**5, 10**9)), int(rng.integers(10**8, 10**11)))
        customers, label, gigabyte, demand = (
            int(rng.integers(3, 40)),
            float(rng.uniform(0.01, 0.1)),
            float(rng.uniform(1, 5)),
            float(rng.uniform(0.7, 0.85)),
        )
        prices = label, gigabyte
        right, careless = (_choose_way(ways, demanded, customers, customers, 1, *prices) for demanded in (demand, 0.0))
        best = max(ways, key=lambda name: ways[name][0])
        if right[0] is None or right[0] == best or careless[0] == right[0]:
            continue
        wrong = {
            "once-for-each": [_choose_way(ways, demand, customers, customers, customers, *prices)],
            "one-customer": [_choose_way(ways, demand, 1, 1, 1, *prices)],
            "labels-or-bytes-forgotten": [
                _choose_way(ways, demand, *each, *prices)
                for each in ((0, customers, 1), (customers, 0, 0), (customers, customers, 0), (customers, 0, 1))
            ],
            "demand-ignored": [careless],
            "best-for-cheapest": [(best, _bill(ways[best], customers, customers, 1, *prices))],
        }
        return ways, (customers, label, gigabyte, demand), right, wrong


def _bill(way, label_times, byte_times, once_times, label, gigabyte) -> float:
    return label_times * way[1] * label + (byte_times * way[2] + once_times * way[3]) / 1e9 * gigabyte


def _choose_way(ways, demand, *times_and_prices) -> tuple:
    bills = [(_bill(way, *times_and_prices), name) for name, way in ways.items() if way[0] >= demand]
    return min(bills)[::-1] if bills else (None, np.inf)


def _judge_offer(value, right, wrong):
    name, dollars = expect_parts(value, "name, dollars")
    dollars = expect_number(dollars, "dollars")
    for misconception, offers in wrong.items():
        of_this_name = [bill for other, bill in offers if other == name]
        NEAR.name(dollars, right[1] if name == right[0] else np.nan, {misconception: of_this_name})
    expect_equal(name, right[0], "name")
    NEAR.expect(dollars, right[1], "dollars")
