"""Exercise 12: LoRA, its price, two forms of λ, adapters and starts, honest few-shot draws, forgetting and a choice."""

from __future__ import annotations

import numpy as np

from autograder.answers import (
    Exercise,
    Learner,
    Misconception,
    Tolerance,
    as_array,
    call_at_the_edge,
    drivers,
    expect_choice,
    expect_equal,
    expect_letters,
    expect_number,
    expect_numbers,
    expect_parts,
    expect_rows,
    judge_constant,
    judge_equal,
    keep_inputs,
)

NEAR = Tolerance(1e-4, 1e-5)  # loose enough for float32, far tighter than any wrong recipe below
EXERCISE = Exercise.beside(__file__)


@EXERCISE.check("q1")
def the_thin_way_is_added(answer, rng):
    for axes, r in (((), None), ((2,), None), (None, None), ((), 1)):
        x, W, b, A, B, alpha = _draw_lora(rng, axes, r)
        r, o, i = len(A), *W.shape
        plain, thin = x @ W.T, x @ A.T @ B.T
        wrong = {
            "scale-missing": [plain + b + thin, plain + b + alpha * thin, plain + b + thin / r],
            "scale-by-the-width": [plain + b + alpha / n * thin for n in (o, i, o * i, o + i)],
            "scale-by-the-root": [plain + b + alpha / r**0.5 * thin],
            "lora-scaled-all": [alpha / r * (plain + thin) + b, alpha / r * (plain + b + thin)],
            "bias-forgotten": [plain + alpha / r * thin],
            "bias-in-both-ways": [plain + b + alpha / r * (thin + b), plain + 2 * b + alpha / r * thin],
            "pretrained-forgotten": [alpha / r * thin, b + alpha / r * thin],
            "sign-turned": [plain + b - alpha / r * thin],
            "scale-cut": [plain + b + alpha // r * thin],
        }
        with keep_inputs(answer, "apply_lora", x, W, b, A, B, alpha) as value:
            _judge_states(value, plain + b + alpha / r * thin, wrong)


@EXERCISE.check("q1")
def the_merged_table_does_the_same(answer, rng):
    for side, r in ((None, None), (None, None), (5, 1), (5, 2)):
        x, W, b, A, B, alpha = _draw_lora(rng, (), r, side)
        r, (o, i) = len(A), W.shape
        wrong = {
            "scale-missing": [W + B @ A, W + alpha * B @ A, W + B @ A / r],
            "scale-by-the-width": [W + alpha / n * B @ A for n in (o, i)],
            "scale-by-the-root": [W + alpha / r**0.5 * B @ A],
            "lora-scaled-all": [alpha / r * (W + B @ A)],
            "pretrained-forgotten": [alpha / r * B @ A],
            "sign-turned": [W - alpha / r * B @ A],
            "scale-cut": [W + alpha // r * B @ A],
            "table-turned": [W.T + alpha / r * B @ A, W + alpha / r * (B @ A).T] if side else [],
        }
        with keep_inputs(answer, "merge_lora", W, A, B, alpha) as value:
            NEAR.judge(value, W + alpha / r * B @ A, wrong, "W'")


@EXERCISE.check("q1")
def no_large_table_is_built(answer, rng):
    """x Aᵀ is exactly 0 in any precision; a table of the size of W is rounded before that, and leaves huge numbers."""
    _, W, b, A, B, alpha = _draw_lora(rng, (), 1)
    x, big = np.zeros((2, A.shape[1])), 2.0**100
    x[0, :2], x[1, -2:] = (5, -3), (11, -7)
    A[0, :2], A[0, -2:] = (3 * big, 5 * big), (7 * big, 11 * big)
    value = as_array(answer.call("apply_lora", x, W, b, A, B * big, alpha), "y")
    if value.shape == (2, len(W)) and not (abs(value) < 1e6).all():
        raise Misconception("table-built")
    NEAR.expect(value, x @ W.T + b, "y")


@EXERCISE.check("q2")
def lora_is_counted(answer, rng):
    for maps in (1, 2, 4):
        shapes = [(int(o) + 3, int(i) + 25) for o, i in rng.choice(400, (maps, 2), replace=False) // 20]
        shapes, r = (
            shapes + shapes[:1] * (maps > 2),
            int(rng.integers(3, 7)) + 50 * (maps > 2),
        )  # one shape twice; a high rank
        right, frozen = sum(r * (o + i) for o, i in shapes), sum(o * i for o, i in shapes)
        ones, others = (r * sum(shape[axis] for shape in shapes) for axis in (0, 1))
        wrong = {
            "one-table-only": [ones, others],
            "both-tables-alike": [2 * ones, 2 * others],
            "one-map-only": [r * sum(shapes[0]), r * sum(shapes[-1]), maps * r * sum(shapes[0])],
            "product-for-sum": [r * frozen, r**2 * frozen],
            "full-tables-too": [right + frozen],
            "frozen-biases-too": [right + sum(o for o, _ in shapes), right + sum(o + r for o, _ in shapes)],
        }
        NEAR.judge(expect_number(answer.call("count_lora", shapes, r), "numbers"), right, wrong, "numbers")


@EXERCISE.check("q2")
def adapters_are_counted(answer, rng):
    for _ in range(3):
        d, m, L = int(rng.integers(20, 90)), int(rng.integers(3, 19)), int(rng.integers(2, 9))
        right = 2 * L * (2 * d * m + m + d)
        wrong = {
            "adapter-biases-forgotten": [2 * L * (2 * d * m + biases) for biases in (0, m, d, 2 * m, 2 * d)],
            "one-adapter-a-layer": [right / 2, 2 * d * m + m + d, right / L],
            "one-table-only": [2 * L * (d * m + m + d), 2 * L * d * m],
        }
        NEAR.judge(expect_number(answer.call("count_adapters", d, m, L), "numbers"), right, wrong, "numbers")


@EXERCISE.check("q2")
def the_largest_rank_is_found(answer, rng):
    drawn, r = rng.integers(5, 90, (4, 2)).tolist(), int(rng.integers(40, 70))
    # in the last two r (o + i) is one, or nothing, less than o i
    edges = (
        (11_008, 4_096),
        (6, 6),
        (12, 4),
        (4, 12),
        (1, 7),
        (9, 1),
        (1, 1),
        (768, 768),
        (3, 6),
        (r + 1, r + r * r + 1),
        (2 * r, 2 * r),
    )
    for o, i in (*drawn, *edges):
        value, right = expect_number(answer.call("largest_rank", o, i), "rank"), (o * i - 1) // (o + i)
        wrong = {
            "no-fewer": [right + 1, o * i / (o + i)],
            "square-only": [min(o, i) // 2, o // 2, i // 2, o // 2 - 1, i // 2 - 1, (min(o, i) - 1) // 2],
            "not-the-largest": list(range(right)),
        }
        if value % 1 != 0:
            raise Misconception("no-whole-rank")
        judge_equal(value, right, wrong, "rank")


@EXERCISE.check("q3")
def the_first_form_is_found(answer, rng):
    for mu in (*rng.uniform(0.1, 0.8, 2), *rng.uniform(1.5, 9, 2), 1.0, 0.0, 12_345.0):
        value = call_at_the_edge(answer, "stops-at-zero", "to_first", float(mu))
        lam, s = expect_numbers(value, "lam, s")
        right = 1 / (1 + mu)
        wrong = {"tasks-exchanged": [mu / (1 + mu)], "same-letter-same-number": [1 - mu, mu]}
        NEAR.judge(lam, right, wrong, "lam")
        NEAR.judge(s, 1 + mu, {"factor-upside-down": [right], "factor-fixed": [1, 2]}, "s")


@EXERCISE.check("q3")
def the_second_form_is_found(answer, rng):
    small = float(10 ** rng.uniform(-6, -3))
    for lam in (*rng.uniform(0.05, 0.45, 2), *rng.uniform(0.55, 0.95, 2), 0.5, 1.0, small):
        value = expect_number(call_at_the_edge(answer, "stops-at-zero", "to_second", float(lam)), "mu")
        right = (1 - lam) / lam
        wrong = {
            "tasks-exchanged": [lam / (1 - lam) if lam < 1 else np.inf],
            "same-letter-same-number": [1 - lam, lam],
            "factor-for-mu": [1 / lam, 1 / (1 - lam) if lam < 1 else np.inf],
            "infinite-too-early": [np.inf],
        }
        NEAR.judge(value, right, wrong, "mu")
    if not np.isposinf(expect_number(call_at_the_edge(answer, "no-infinity", "to_second", 0.0), "mu")):
        raise Misconception("no-infinity")


@EXERCISE.check("q3")
def the_sentences_are_true(answer, rng):
    wrong = {"B": "one-means-equal", "C": "zero-means-first", "D": "never-above", "E": "same-step"}
    expect_letters(answer.get("TRUE"), "TRUE", "ADE", "ABCDE", wrong)


@EXERCISE.check("q4")
def the_state_is_corrected(answer, rng):
    for axes, d, m in (((), None, None), ((3,), None, None), (None, 4, 1), ((), 1, 3), ((), 3, 3)):
        h, D, p, U, q = _draw_adapter(rng, axes, d, m)
        h *= 9 if axes else 1
        z = h @ D.T + p
        up = np.maximum(z, 0) @ U.T
        right = h + up + q
        smooth = [
            g(z) for g in (_gelu, np.tanh, lambda z: z / (1 + np.exp(-z)), lambda z: 1 / (1 + np.exp(-z)), np.abs)
        ]
        wrong = {
            "residual-forgotten": [up + q],
            "no-cut": [h + z @ U.T + q],
            "cut-at-the-end": [
                np.maximum(right, 0),
                h + np.maximum(z @ U.T + q, 0),
                np.maximum(h + z @ U.T + q, 0),
                h + (np.maximum(h @ D.T, 0) + p) @ U.T + q,
                np.maximum(h, 0) + up + q,
                h + up + np.maximum(q, 0),
                h + np.maximum(up + q, 0),
            ],
            "adapter-bias-forgotten": [h + up, h + np.maximum(h @ D.T, 0) @ U.T + q, h + np.maximum(h @ D.T, 0) @ U.T],
            "other-curve": [h + waist @ U.T + q for waist in smooth],
            "table-turned": [h + np.maximum(h @ D + p, 0) @ U.T + q, h + np.maximum(z, 0) @ U + q]
            if d == m == 3
            else [],
        }
        with keep_inputs(answer, "adapt", h, D, p, U, q) as value:
            _judge_states(value, right, wrong)


@EXERCISE.check("q4")
def the_starts_are_good(answer, rng):
    wrong = {"BF": "stuck-start", "C": "disturbing-start", "D": "other-table-zero"}
    expect_letters(answer.get("GOOD"), "GOOD", "ADE", "ABCDEF", wrong)


@EXERCISE.check("q5")
def shots_are_clean(answer, rng):
    for classes in (2, 3, 4):
        y, test = _draw_labels(rng, classes)
        left = _count_left(y, test)
        for k in (1, left - 1, left):
            rows = _draw(answer, "complains-too-early" if k == left else "", y, test, k, int(rng.integers(10**6)))
            _judge_shots(rows, y, test, k)
    y = 7 - 3 * y
    _judge_shots(_draw(answer, "class-numbers", y, test, 2, 5), y, test, 2)
    nobody = np.zeros(0, dtype=int)
    _judge_shots(_draw(answer, "", y, nobody, 2, 5), y, nobody, 2)


@EXERCISE.check("q5")
def chance_is_the_seeds(answer, rng):
    y, test = _draw_labels(rng, 2)
    left = np.setdiff1d(np.arange(len(y)), test)
    start, k = int(rng.integers(10**6)), 3
    for seed in (start, 0):
        one, again = (_draw(answer, "", y, test, k, seed) for _ in range(2))
        if not np.array_equal(np.sort(one), np.sort(again)):
            raise Misconception("other-chance")
    draws = [_draw(answer, "", y, test, k, seed) for seed in range(start, start + 300)]
    for rows in draws:
        _judge_shots(rows, y, test, k)
    for c in np.unique(y):
        own = left[y[left] == c]
        share, p = np.array([np.mean([row in rows for rows in draws]) for row in own]), k / len(own)
        together = {tuple(sorted(set(own) & set(rows))) for rows in draws}  # neighbours alone: one set for each row
        if np.abs(share - p).max() > 5.5 * np.sqrt(p * (1 - p) / len(draws)) or len(together) <= len(own) < 50:
            raise Misconception("not-at-random")


@EXERCISE.check("q5")
def too_few_rows_are_refused(answer, rng):
    y, test = _draw_labels(rng, 3)
    left, asked = _count_left(y, test), np.flatnonzero(y == 1)
    _judge_shots(_draw(answer, "complains-too-early", y, test, left, 5), y, test, left)
    for held, k in ((test, left + 1), (test, len(y)), (asked, 1)):
        found = answer.call(drivers.call_and_catch, Learner("draw_shots"), y, held, k, 5)
        if "error" not in found:
            raise Misconception("goes-on")
        if "ValueError" not in found["kinds"]:
            raise Misconception("other-error")


@EXERCISE.check("q5")
def the_report_is_honest(answer, rng):
    table = EXERCISE.given("T95")
    for n, spread in ((3, 0.9), (int(rng.choice([5, 8, 10])), 0.9), (20, 0.9), (2, 1.0)):
        scores = rng.uniform(0.5, spread, n)
        if n == 2:
            scores = rng.permutation([rng.uniform(0.1, 0.2), rng.uniform(0.8, 0.9)])  # the interval leaves 0 ... 1
        s, t = scores.std(ddof=1), table[n]
        half, middle = t * s / n**0.5, scores.mean()
        halves = {
            "normal-for-few": [1.96 * s / n**0.5, 1.96 * scores.std() / n**0.5],
            "divided-by-n": [t * scores.std() / n**0.5],
            "spread-for-error": [t * s, 1.96 * s, s],
            "error-by-n": [t * s / n, 1.96 * s / n],
            "t-of-another-n": [other * s / n**0.5 for other in table.values() if other != t],
        }
        means = {"best-draw": [scores.max()], "median-draw": [np.median(scores)] if n > 2 else []}
        with keep_inputs(answer, "report_draws", scores) as value:
            mean, low, high = expect_numbers(value, "mean, low, high")
            NEAR.judge(mean, middle, means, "mean")
            for end, sign, what in ((low, -1, "low"), (high, 1, "high")):
                wrong = {name: [middle + sign * each for each in some] for name, some in halves.items()}
                wrong |= {"half-for-end": [half, -half], "ends-exchanged": [middle - sign * half]}
                wrong["cut-at-the-borders"] = [0, 1]
                NEAR.judge(end, middle + sign * half, wrong, what)


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
        next_on = np.array([R[min(j + 1, T - 2) : T - 1, j].max() - R[-1, j] for j in range(T - 1)])
        across = np.array([R[j, j : T - 1].max() - R[j, -1] for j in range(T - 1)])
        wrong = {
            "best-ever": [each[: T - 1].mean() for each in (ever, early)] + [ever.mean()],
            "right-after-learning": [after[:-1].mean(), after.mean()],
            "last-task-too": [terms.sum() / T, early.mean()],
            "learning-row-left-out": [next_on.mean()],
            "not-averaged": [terms.sum()],
            "gain-for-loss": [-terms.mean()],
            "never-negative": [np.maximum(terms, 0).mean(), late.mean()],
            "rows-for-columns": [across.mean(), np.mean([R.T[j : T - 1, j].max() - R.T[-1, j] for j in range(T - 1)])],
        }
        with keep_inputs(answer, "find_forgetting", R) as value:
            NEAR.judge(expect_number(value, "F"), terms.mean(), wrong, "F")
    R = rng.uniform(0.4, 0.9, (2, 2))
    NEAR.expect(expect_number(answer.call("find_forgetting", R), "F"), R[0, 0] - R[1, 0], "F")


@EXERCISE.check("q6")
def the_cheapest_way_is_found(answer, rng):
    for _ in range(3):
        ways, prices, right, wrong = _draw_offer(rng)
        _judge_offer(answer.call("find_cheapest", ways, *prices), right, wrong)


@EXERCISE.check("q6")
def none_exact_and_equal(answer, rng):
    a, b = (float(np.round(x, 3)) for x in np.sort(rng.permutation(np.arange(0.5, 0.9, 0.02))[:2]))
    equal = {"z": (a / 2, 1, 0, 0), "x": (a, 10, 0, 0), "y": (b, 10, 0, 0), "w": (a, 10, 0, 0)}
    free = {"p": (a, 3, 10**9, 0), "o": (b, 0, 0, 0), "n": (b, 1, 0, 10**9)}
    for ways, demand, right, name in (
        (equal, 0.0, ("z", 3.0), "equal-bills"),
        (equal, b, ("y", 30.0), "just-enough"),
        (equal, a, ("y", 30.0), "equal-bills"),
        (free, a, ("o", 0.0), "free-way-skipped"),
        (equal, 0.99, (None, np.inf), "none-will-do"),
    ):
        found = call_at_the_edge(answer, name, "find_cheapest", ways, 3, 1.0, 5.0, demand)
        chosen, dollars = found if isinstance(found, (list, tuple)) and len(found) == 2 else (found, None)
        if chosen != right[0] or name == "none-will-do" and dollars != np.inf:
            raise Misconception(name)
        _judge_offer(found, right, {})
    with keep_inputs(answer, "find_cheapest", equal, 3, 1.0, 5.0, b) as value:
        _judge_offer(value, ("y", 30.0), {})


@EXERCISE.check("q6")
def the_company_has_chosen(answer, rng):
    ways, *prices = (EXERCISE.given(name) for name in ("WAYS", "CUSTOMERS", "LABEL", "GIGABYTE", "DEMAND"))
    customers, label, gigabyte, demand = prices
    right, bill = _choose_way(ways, demand, customers, customers, 1, label, gigabyte)
    misses = {name: "best-for-cheapest" if way[0] >= demand else "demand-ignored" for name, way in ways.items()}
    expect_choice(answer.get("CHOICE"), "CHOICE", misses | {right: ""})
    bills = [(customers, customers, customers), (1, 1, 1), (1, 1, 0), (customers, 0, 0), (customers, customers, 0)]
    each, one, alone, labels, private = (_bill(ways[right], *times, label, gigabyte) for times in bills)
    wrong = {
        "once-for-each": each,
        "one-customer": [one, alone, bill / customers],
        "labels-or-bytes-forgotten": [labels, private, bill - labels],
    }
    judge_constant(answer.get("COST"), bill, wrong, "COST", Tolerance(0, 0.006))


def _judge_states(value, right, wrong):
    """y, of any leading axes."""
    if as_array(value, "y").shape != right.shape and value is not None:
        raise Misconception("axes-lost")
    NEAR.judge(value, right, wrong, "y")


def _gelu(z) -> np.ndarray:
    return z / 2 * (1 + np.tanh((2 / np.pi) ** 0.5 * (z + 0.044715 * z**3)))


def _draw_lora(rng, axes, r=None, side=None) -> tuple:
    """x, W, b, A, B, alpha: x of (*axes, n, i), or (i,) for None; all sides different, unless `side` is; alpha no r."""
    r, i, o = r or int(rng.integers(2, 4)), side or int(rng.integers(4, 7)), side or int(rng.integers(8, 11))
    lead = () if axes is None else (*axes, int(rng.integers(2, 4)))
    x, W, b = rng.normal(size=(*lead, i)), rng.normal(size=(o, i)), rng.normal(size=o)
    return (
        x,
        W,
        b,
        rng.normal(size=(r, i)),
        rng.normal(size=(o, r)),
        float(rng.integers(4, 9) + rng.uniform(0.3, 0.7)) * r,
    )


def _draw_adapter(rng, axes, d=None, m=None) -> tuple:
    """h, D, p, U, q: h of (*axes, n, d), or (d,) for None."""
    d, m = d or int(rng.integers(4, 7)), m or int(rng.integers(2, 4))
    lead = () if axes is None else (*axes, int(rng.integers(3, 6)))
    h = rng.normal(size=(*lead, d))
    return h, rng.normal(size=(m, d)), rng.normal(size=m), rng.normal(size=(d, m)), rng.normal(size=d)


def _draw_labels(rng, classes) -> tuple[np.ndarray, np.ndarray]:
    """y, test: classes of different sizes in random order; a third of the rows are test rows."""
    y = rng.permutation(np.repeat(np.arange(classes), rng.permutation(np.arange(12, 12 + 4 * classes, 4))))
    return y, rng.permutation(len(y))[: len(y) // 3]


def _count_left(y, test) -> int:
    """How many rows the class with the fewest has outside the test part."""
    return int(min(np.sum((y == c) & ~np.isin(np.arange(len(y)), test)) for c in np.unique(y)))


def _draw(answer, misconception, y, test, k, seed):
    return expect_rows(call_at_the_edge(answer, misconception, "draw_shots", y, test, k, seed), "rows", len(y))


def _judge_shots(rows, y, test, k):
    if np.isin(rows, test).any():
        raise Misconception("test-rows-drawn")
    if len(np.unique(rows)) < len(rows):
        raise Misconception("drawn-twice")
    if any(np.sum(y[rows] == c) != k for c in np.unique(y)):
        raise Misconception("not-k-of-each")


def _draw_record(rng) -> np.ndarray:
    """R: a task's best comes when it was learned, or after that, before the last row; once, earlier, it was better."""
    T = int(rng.integers(4, 6))
    R = rng.uniform(0.55, 0.7, (T, T))
    for j in range(T):
        R[j, j] = rng.uniform(0.75, 0.8)
        if j < T - 2 and j != 1:
            R[j + 1, j] = rng.uniform(0.81, 0.86)
        if j:
            R[0, j] = rng.uniform(0.87, 0.9)
    R[-1, T - 2] = R[T - 2, T - 2] + rng.uniform(0.02, 0.04)  # the last but one improved in the end
    return R


def _draw_offer(rng):
    """ways, prices, (name, dollars) and what wrong recipes choose."""
    company = [EXERCISE.given(name) for name in ("CUSTOMERS", "LABEL", "GIGABYTE")]
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
        blocks = {name: np.ceil((customers * each + once) / 1e9) for name, (_, _, each, once) in ways.items()}
        wrong = {
            "once-for-each": [_choose_way(ways, demand, customers, customers, customers, *prices)],
            "one-customer": [
                _choose_way(ways, demand, *times, *prices)
                for times in ((1, 1, 1), (1, customers, 1), (customers, 1, 1), (1, 1, 0))
            ],
            "gibibytes": [_choose_way(ways, demand, customers, customers, 1, label, gigabyte * 1e9 / 2**30)],
            "globals-for-arguments": [
                _choose_way(ways, demand, company[0], company[0], 1, *prices),
                _choose_way(ways, demand, customers, customers, 1, *company[1:]),
                _choose_way(ways, demand, company[0], company[0], 1, *company[1:]),
            ],
            "whole-gigabytes": [
                (name, _bill(ways[name], customers, 0, 0, *prices) + gigabyte * blocks[name]) for name in names
            ],
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
