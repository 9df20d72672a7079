"""Exercise 11: what a Trainer logs, plans and keeps; a reader for three sources; accumulated steps; a claim judged."""

from __future__ import annotations

import itertools

import numpy as np

from autograder.answers import (
    CouldNotRun,
    Exercise,
    Learner,
    Misconception,
    Tolerance,
    Wrong,
    as_array,
    drivers,
    expect_choice,
    expect_entries,
    expect_equal,
    expect_letters,
    expect_number,
    expect_numbers,
    expect_parts,
    expect_shape,
    judge_constant,
    judge_equal,
    keep_inputs,
)

NEAR = Tolerance(1e-5, 1e-6)  # loose enough for float32, far tighter than any wrong recipe below
EXERCISE = Exercise.beside(__file__)
say = EXERCISE.say


@EXERCISE.check("q1")
def hidden_labels_are_left_out(answer, rng):
    for classes, hidden in ((2, 0), (2, 7), (4, 5), (3, 60)):
        logits, labels = _draw_answers(rng, classes, hidden)
        seen, called = labels >= 0, logits.argmax(axis=1)
        n, right = len(labels), (called == labels).sum()
        counts, answers = np.bincount(labels[seen], minlength=classes), np.bincount(called, minlength=classes)
        value = _open_report(answer.call("report", logits, labels))
        whole, shares = seen.sum(), counts / seen.sum()
        wrong = {
            "hidden-counted-as-wrong": right / n,
            "percent-for-share": 100 * right / whole,
            "threshold-for-largest": ((logits[:, 1] > 0) == labels)[seen].mean(),
            "class-zero-left-out": (called == labels)[labels > 0].mean(),
            "smallest-for-largest": (logits.argmin(axis=1) == labels)[seen].mean(),
        }
        NEAR.judge(value["accuracy"], right / whole, wrong, "accuracy")
        ones, mean = shares[1], labels[seen].mean()
        wrong = {
            "divided-by-all": counts.max() / n,
            "majority-of-the-answers": [
                answers.max() / n,
                np.bincount(called[seen]).max() / whole,
                *(shares[most] for most in (answers.argmax(), np.bincount(called[seen]).argmax())),
            ],
            "class-for-share": counts.argmax(),
            "one-over-classes": 1 / classes,
            "two-classes-only": [max(shares[0], ones), ones, max(ones, 1 - ones), mean, max(mean, 1 - mean)],
            "hidden-as-a-class": [
                count / all_of for count in (max(hidden, counts.max()), hidden) for all_of in (n, whole)
            ],
            "percent-for-share": 100 * shares.max(),
        }
        NEAR.judge(value["majority"], shares.max(), wrong, "majority")
        wrong = {"visible-for-hidden": whole, "share-for-number": [hidden / n, hidden / whole]}
        NEAR.judge(value["hidden"], hidden, wrong, "hidden")


@EXERCISE.check("q1")
def all_hidden_or_a_single_row(answer, rng):
    logits, labels = _draw_answers(rng, 3, 4)
    one, answer_of_one = logits[:1], logits[:1].argmax(axis=1)
    for some, marks, right in (
        (one, answer_of_one, (1, 1, 0)),
        (one, (answer_of_one + 1) % 3, (0, 1, 0)),
        (logits, labels, ()),
        (logits, np.full(len(logits), -1), (np.nan, np.nan, len(logits))),
    ):
        nobody = (marks == -1).all()
        try:
            with keep_inputs(answer, "report", some, marks) as value:
                value = _open_report(value)
                for name, number in zip(("accuracy", "majority", "hidden"), right, strict=False):
                    if np.isnan(number) and not np.isnan(value[name]):
                        raise Misconception("all-hidden")
                    NEAR.judge(value[name], number, {"majority-of-the-answers": 0 if name == "majority" else []}, name)
        except CouldNotRun as error:
            if not (nobody and error.kind):
                raise
            raise Misconception("all-hidden") from None


@EXERCISE.check("q2")
def steps_are_counted(answer, rng):
    for A in (1, int(rng.integers(2, 5)), int(rng.integers(3, 6))):
        n, B, A, epochs = _draw_plan(rng, A)
        value = _open_plan(answer.call("plan_run", n, B, A, epochs, 0, 10_000))
        batches = _up(n, B)
        each = _up(batches, A)
        wrong = {
            "accumulation-ignored": batches * epochs,
            "rest-dropped": [
                steps * epochs for steps in (n // B // A, _up(n // B, A), batches // A, n // B, n // (A * B))
            ],
            "epochs-run-together": [
                _up(batches * epochs, A),
                _up(n * epochs, A * B),
                batches * epochs // A,
                n * epochs // (A * B),
            ],
            "one-epoch-only": each,
        }
        NEAR.judge(value["steps"], each * epochs, wrong, "steps")
        left = n - (each - 1) * A * B
        wrong = {
            "last-batch-for-step": [n - (batches - 1) * B, min(left, B)],
            "zero-in-the-last": 0,
            "batches-for-reviews": batches - (each - 1) * A,
            "last-step-is-full": [A * B, B],
        }
        NEAR.judge(value["last"], left, wrong, "last")


@EXERCISE.check("q2")
def warm_up_is_a_share_or_a_number(answer, rng):
    for kind in ("share", "share", "steps", "many", "one", "none"):
        n, B, A, epochs = _draw_plan(rng, 2)
        each = _up(_up(n, B), A)
        steps = each * epochs
        exact = int(rng.integers(2, steps // 3)) + float(rng.uniform(0.1, 0.4))
        warm_up = {"share": exact / steps, "steps": int(rng.integers(2, 9)), "many": steps + 7, "one": 1, "none": 0}[
            kind
        ]
        value = _open_plan(answer.call("plan_run", n, B, A, epochs, warm_up, 10_000))
        if kind == "share":
            wrong = {
                "warm-up-rounded-down": [np.floor(exact), np.round(exact), exact],
                "warm-up-of-an-epoch": [np.ceil(warm_up * each), np.floor(warm_up * each)],
            }
            NEAR.judge(value["warm_up"], np.ceil(exact), wrong, "warm_up")
        else:
            wrong = {"share-for-steps": [warm_up * steps, warm_up * each], "one-step-too-many": warm_up + 1}
            NEAR.judge(value["warm_up"], warm_up, wrong, "warm_up")


@EXERCISE.check("q2")
def evaluations_are_multiples(answer, rng):
    for even in (False, True):
        n, B, A, epochs = _draw_plan(rng, 2)
        steps = _up(_up(n, B), A) * epochs
        every = epochs if even else next(k for k in range(3, steps) if steps % k)
        value = answer.call("plan_run", n, B, A, epochs, 0.1, every)
        value = _open_plan(value)["evaluations"]
        right = list(range(every, steps + 1, every))
        wrong = {
            "evaluation-at-zero": [[0, *right], [0, *right[:-1]]],
            "last-evaluation-missing": [right[:-1]],
            "evaluation-at-the-end": [[*right, steps]],
            "accumulation-ignored": [list(range(every, _up(n, B) * epochs + 1, every))],
        }
        judge_equal(value, right, wrong, "evaluations")


@EXERCISE.check("q2")
def even_and_small_runs(answer, rng):
    b, a = int(rng.integers(3, 9)), int(rng.integers(2, 5))
    for n, B, A, epochs, every in (
        (b * a * 3, b, a, 2, 1),
        (b * 5, b, 1, 3, 4),
        (1, 16, 4, 3, 1),
        (7, 100, 1, 1, 2),
        (9, 2, 50, 4, 3),
        (b * a + 1, b, a, 1, 2),
    ):
        value = _open_plan(answer.call("plan_run", n, B, A, epochs, 0.5, every))
        each = _up(_up(n, B), A)
        steps, last = each * epochs, n - (each - 1) * A * B
        if value["last"] == 0:
            raise Misconception("zero-in-the-last")
        evaluations = list(range(every, steps + 1, every))
        right = {"steps": steps, "warm_up": _up(steps, 2), "last": last, "evaluations": evaluations}
        wrong = {"warm_up": {"one-step-too-many": _up(steps, 2) + 1}, "last": {"last-batch-for-step": min(last, B)}}
        for name, number in right.items():
            judge_equal(value[name], number, wrong.get(name, {}), name)


@EXERCISE.check("q3")
def patience_ends_it(answer, rng):
    for patience in (2, 3, int(rng.integers(2, 5))):
        losses = _draw_losses(rng, patience)
        _judge_watch(answer.call("watch", losses, patience), losses, patience, 0.0)
    falling = np.sort(rng.uniform(0.2, 0.9, 6))[::-1].tolist()
    _judge_watch(answer.call("watch", falling, 1), falling, 1, 0.0)


@EXERCISE.check("q3")
def small_gains_are_kept_but_do_not_count(answer, rng):
    for _ in range(3):
        patience, least = int(rng.integers(2, 4)), float(rng.uniform(0.05, 0.1))
        drops = [0.9, *(0.9 - least * np.array([0.7, 1.4, 1.6, 1.5, 1.45, 1.5]))]  # enough only in two steps
        _judge_watch(answer.call("watch", drops, 2, least), drops, 2, least)
        losses = [0.9, 0.9 - 2 * least]
        for _ in range(patience - 1):
            losses.append(losses[-1] - least * float(rng.uniform(0.2, 0.8)))  # lower each time, never by enough
        losses += [min(losses) + 0.03, min(losses) - 3 * least, min(losses) - 4 * least]
        _judge_watch(answer.call("watch", losses, patience, least), losses, patience, least)
        _judge_watch(answer.call("watch", losses, patience), losses, patience, 0.0)
        gains = [3.0, 3.0 - 1.5 * least, 3.0 - 3 * least, 3.0 - 4.5 * least]  # enough, though not in per cent
        _judge_watch(answer.call("watch", gains, 1, least), gains, 1, least)


@EXERCISE.check("q3")
def equals_nan_and_single_evaluations(answer, rng):
    (a, b), nan = sorted(float(x) for x in rng.uniform(0.2, 0.9, 2)), float("nan")
    cases = [
        ([b, a, a, b, a], 9, 0.0),
        ([b, a, a, b], 2, 0.0),
        ([a], 1, 0.0),
        ([a, b], 1, 0.0),
        ([a, b, nan, b, b, b, b], 3, 0.0),
        ([b, nan, a, nan, nan, a / 2], 2, 0.0),
        ([b, nan, a], 1, 0.0),
        ([b, nan, a], 9, 0.0),
        ([1.0, 0.5, 0.25], 1, 0.5),
        ([1.0, 0.75, 0.5], 2, 0.25),
        ([2.0, 1.75, 1.25, 1.0], 2, 0.5),
        ([9e9, 8e9, 8.5e9], 2, 0.0),
        ([-a, -b, a], 1, 0.0),
    ]
    for losses, patience, least in cases:
        stop, best = _watch(losses, patience, least)
        equals = [(stop, k) for k, loss in enumerate(losses, 1) if loss == losses[best - 1]]
        with keep_inputs(answer, "watch", losses, patience, least) as value:
            wrong = {"later-of-equals": equals}
            for fault in ("least-reached", "nan-improves", "nan-passed-over"):
                wrong[fault] = [_watch(losses, patience, least, fault)]
            wrong["nan-kept"] = [(stop, k) for k, loss in enumerate(losses, 1) if np.isnan(loss)]
            judge_equal(_open_watch(value), [stop, best], wrong, "(stop, best)")


@EXERCISE.check("q4")
def three_sources_are_read(answer, rng):
    for columns in (("sentence", "label"), ("text", "stars"), ("text", "label"), ("sentence", "stars")):
        rows = _draw_rows(rng, *columns)
        _judge_rows(answer.call("read_rows", rows), rows)


@EXERCISE.check("q4")
def texts_are_clean(answer, rng):
    words = [f"{word}{rng.integers(99)}" for word in ("Fine", "film", "(really)", "é<b>", "don't")]
    texts = [
        "<br />".join(words),
        "<br /><br />".join(words),
        f"  {words[0]}   {words[1]} ",
        f"{words[2]}\t\n{words[3]}\n",
        "<br />" + words[4] + " <br /> " + words[0],
        *(" ", "<br />", "", words[1], "a<br>b"),
    ]
    rows = [{"idx": k, "text": text, "label": int(rng.integers(2))} for k, text in enumerate(texts)]
    _judge_rows(answer.call("read_rows", rows), rows)


@EXERCISE.check("q4")
def missing_columns_are_named(answer, rng):
    other, good = f"column{rng.integers(99)}", _draw_rows(rng, "text", "label")
    _judge_rows(answer.call("read_rows", good), good)
    for row in (
        {other: "fine", "label": 1, "idx": 3},
        {"sentence": "fine", other: 1},
        {other: 4, "id": 2},
        {other: "fine", "label": -1},
        {"text": "", other: 7},
        {"review": "fine", "label": 1},
        {"Text": "fine", "label": 1},
        {"text": "fine", "Stars": 9},
    ):
        found = answer.call(drivers.call_and_catch, Learner("read_rows"), [row, dict(row)])
        if "error" not in found:
            raise Misconception("silent-without-columns")
        if "ValueError" not in found["kinds"]:
            raise Misconception("other-error")
        if any(name not in found["message"] for name in row):
            raise Misconception("columns-not-named")


@EXERCISE.check("q4")
def borders_and_inputs(answer, rng):
    rows = [{"stars": stars, "text": f"<br />{stars} stars "} for stars in rng.permutation(np.arange(1, 11)).tolist()]
    none = [{"sentence": "who knows", "label": -1, "idx": 4}]
    for some in (rows, none, [{"text": "one", "label": 0}]):
        with keep_inputs(answer, "read_rows", some) as value:
            _judge_rows(value, some)


@EXERCISE.check("q5")
def the_large_batch_is_met(answer, rng):
    for count in (int(rng.integers(2, 4)), 4, int(rng.integers(5, 8))):
        w, parts = _draw_parts(rng, count)
        loss, gradient = _open_step(answer.call("accumulate", w, parts), w)
        right_loss, right_gradient = _logistic(w, parts)
        losses, gradients = zip(*(_logistic(w, [part]) for part in parts), strict=True)
        n = sum(len(y) for _, y in parts)
        sizes = [len(y) for _, y in parts]
        one_size = [right_gradient * n / size for size in (sizes[0], sizes[-1], count * sizes[0], count * sizes[-1])]
        wrong = _slips(right_gradient, gradients, n) | {
            "divided-by-one-size": one_size,
            "last-part-only": gradients[-1],
            "downhill-already": -right_gradient,
        }
        NEAR.judge(gradient, right_gradient, wrong, "gradient")
        wrong = _slips(right_loss, losses, n) | {"loss-of-the-last": losses[-1], "bits": right_loss / np.log(2)}
        NEAR.judge(loss, right_loss, wrong, "loss")


@EXERCISE.check("q5")
def the_letters_explain_the_first_loss(answer, rng):
    wrong = {"BCE": "acts-in-the-step", "A": "order-left-out", "D": "dropout-left-out"}
    expect_letters(answer.get("FROM_THE_FIRST"), "FROM_THE_FIRST", "AD", "ABCDE", wrong)


@EXERCISE.check("q5")
def one_part_and_inputs(answer, rng):
    w, parts = _draw_parts(rng, 5)
    X, y = (np.concatenate([part[k] for part in parts]) for k in (0, 1))
    for some in (parts[:1], [(X[k : k + 1], y[k : k + 1]) for k in range(6)], parts, parts):
        with keep_inputs(answer, "accumulate", w, some) as value:
            for part, right, what in zip(_open_step(value, w), _logistic(w, some), ("loss", "gradient"), strict=True):
                NEAR.expect(part, right, what)


@EXERCISE.check("q6")
def only_unseen_reviews_count(answer, rng):
    for n in (int(rng.integers(15, 30)), int(rng.integers(200, 400))):
        right, seen = _draw_right(rng, n)
        low, high, _ = _open_claim(answer.call("judge_claim", right, seen, 0.6))
        unseen, n_unseen = right[~seen], (~seen).sum()
        wrong = {
            "seen-counted": _wilson(right),
            "seen-for-unseen": _wilson(right[seen]),
            "wald-for-wilson": [_wald(unseen), np.clip(_wald(unseen), 0, 1)],
            "not-divided": np.array(_wilson(unseen)) * (1 + 1.96**2 / n_unseen),
            "one-sided": [_wilson(unseen, 1.645), _wilson(unseen, 1.6448536)],
            "seen-in-n": [_wilson_of(unseen.mean(), n), _wilson_of(right.mean(), n_unseen)],
            "seen-as-wrong": [_wilson(right & ~seen), _wilson(right | seen)],
            "rounded-off": [np.round(_wilson(unseen), digits) for digits in (1, 2, 3)],
            "ends-exchanged": _wilson(unseen)[::-1],
            "another-z": [_wilson(unseen, z) for z in (2, 1.28, 2.326, 2.576, 2.58, 1)],
            "formula-miscopied": [_miscopy(unseen.mean(), n_unseen, *terms) for terms in _TERMS[1:]],
        }
        NEAR.judge([low, high], _wilson(unseen), wrong, "(low, high)")


@EXERCISE.check("q6")
def the_interval_decides(answer, rng):
    right, seen = _draw_right(rng, int(rng.integers(150, 300)))
    (low, high), p = _wilson(right[~seen]), right[~seen].mean()
    exchanged = {"shown": "refuted", "refuted": "shown"}
    cases = [(low - 0.01, "shown"), (low + 0.005, "open"), (p - 0.003, "open")]
    cases += [(p + 0.003, "open"), (high - 0.005, "open"), (high + 0.01, "refuted")]
    for claim, verdict in cases:
        wrong = {"best-guess-decides": "shown" if p >= claim else "refuted"}
        if verdict != "open":
            wrong = {"verdicts-exchanged": exchanged[verdict], "never-decided": "open"}
        value = answer.call("judge_claim", right, seen, float(claim))
        judge_equal(_open_claim(value)[2], verdict, wrong, "verdict")


@EXERCISE.check("q6")
def the_numbers_of_the_claim(answer, rng):
    right, seen, claim = (EXERCISE.given(name) for name in ("RIGHT", "SEEN", "CLAIM"))
    low, high = _wilson(right[~seen])
    wrong = {"seen-counted": [_wilson(right)[0], _wilson(right[seen])[0]], "ends-exchanged": high}
    judge_constant(answer.get("LOW"), low, wrong, "LOW", Tolerance(0, 6e-4))
    expect_choice(
        answer.get("VERDICT"), "VERDICT", {"shown": "seen-counted", "refuted": "best-guess-decides", "open": ""}
    )
    needed = expect_number(answer.get("NEEDED"), "NEEDED")
    exact, spread = (1.96**2 * p * (1 - p) / (0.87 - claim) ** 2 for p in (claim, 0.87))
    if needed == np.ceil(exact):
        return
    if abs(needed - spread) <= 1.5:
        raise Misconception("spread-of-the-share")
    if abs(needed - exact) <= 1:
        raise Misconception("not-a-whole-number")
    if abs(needed - seen.sum() - exact) <= 2:
        raise Misconception("seen-in-n")
    raise Wrong(say("needed-is-off"))


@EXERCISE.check("q6")
def all_right_all_wrong_and_one(answer, rng):
    n = int(rng.integers(8, 20))
    seen, one, all_right = np.arange(n) % 3 == 0, np.arange(n) > 0, np.ones(n, bool)
    cases = [(all_right, seen), (~seen & False, seen), (all_right, one), (~one, one), (seen, np.zeros(n, bool))]
    cases += [_draw_right(rng, n) for _ in range(12)]
    at_the_border = {"shown": [], "open": []}  # as their own formula has it; theirs may have more digits than a float
    for right, hide in cases:
        with keep_inputs(answer, "judge_claim", right, hide, 0.5) as value:
            low, high, verdict = _open_claim(value)
            wanted = _wilson(right[~hide])
            NEAR.expect(low, wanted[0], "low")
            NEAR.expect(high, wanted[1], "high")
            expect_equal(verdict, "shown" if wanted[0] >= 0.5 else "refuted" if wanted[1] < 0.5 else "open", "verdict")
        for claim, name in ((low, "shown"), (high, "open")):
            if 0 < claim < 1:
                at_the_border[name].append(_open_claim(answer.call("judge_claim", right, hide, claim))[2] == name)
    if not all(map(any, at_the_border.values())):
        raise Misconception("border-left-out")


def _draw_answers(rng, classes, hidden):
    """logits, labels: shares well apart from each other and from 0 and 1."""
    while True:
        n = int(rng.integers(25, 45)) + hidden
        labels = rng.choice(classes, n, p=rng.dirichlet(np.full(classes, 3)))
        logits = rng.normal(size=(n, classes)) + 1.2 * np.eye(classes)[labels]
        labels[rng.permutation(n)[:hidden]] = -1
        seen, called = labels >= 0, logits.argmax(axis=1)
        counts, answers = np.bincount(labels[seen], minlength=classes), np.bincount(called, minlength=classes)
        shares = [
            (called == labels)[seen].mean(),
            counts.max() / seen.sum(),
            counts[1] / seen.sum(),
            answers.max() / n,
            np.bincount(called[seen]).max() / seen.sum(),
        ]
        top = counts[0] > counts[1] if classes == 2 else counts[2:].max() > counts[:2].max()
        apart = len(np.unique(np.round(shares, 3))) == (5 if hidden else 4)
        if top and apart and (hidden < counts.max()) == (hidden < 10) and seen.sum() > counts.max() + 2:
            return logits, labels


def _open_report(value) -> dict:
    entries = expect_entries(value, "accuracy, majority, hidden")
    return {key: expect_number(number, key) for key, number in entries.items()}


def _draw_plan(rng, A):
    """n, B, A, epochs: nothing divides, and each wrong way of counting gives another number."""
    while True:
        n, B, epochs = int(rng.integers(150, 400)), int(rng.integers(5, 12)), int(rng.integers(3, 6))
        batches = _up(n, B)
        each = _up(batches, A)
        together = _up(batches * epochs, A) / epochs, _up(n * epochs, A * B) / epochs
        apart = batches % A > (A > 2) and min(abs(each - other) for other in together) > 0.1
        if n % B and (A == 1 or apart):
            return n, B, A, epochs


def _up(a, b) -> int:
    return -(-a // b)


def _open_plan(value) -> dict:
    entries = expect_entries(value, "steps, warm_up, last, evaluations")
    steps = entries.pop("evaluations")
    array = as_array(steps, "evaluations") if isinstance(steps, (list, tuple, np.ndarray)) else np.zeros((1, 1))
    if array.ndim != 1 or (array != np.round(array)).any():
        raise Wrong(say("not-a-list", name="evaluations"))
    numbers = {key: expect_number(number, key) for key, number in entries.items()}
    return numbers | {"evaluations": [int(step) for step in array]}


def _draw_losses(rng, patience) -> list[float]:
    """Losses with idle evaluations that an improvement interrupts, a stop, and lower losses that never come."""
    low, losses = 0.9, [0.9]
    for idle in (patience - 1, 1, patience + 1):
        low -= float(rng.uniform(0.05, 0.1))
        losses.append(low)
        up = low + np.sort(rng.uniform(0.02, 0.2, idle))[::-1]  # falls from one to the next, but not below the lowest
        losses += up.tolist()
    return [*losses, low - 0.1, low - 0.15]


def _watch(losses, patience, least, fault="") -> tuple[int, int]:
    """(stop, best), or what someone answers whose misconception is `fault`."""
    lowest, beaten, best, idle = losses[0], losses[0], 1, 0
    for k, loss in enumerate(losses[1:], start=2):
        if fault == "nan-passed-over" and np.isnan(loss):
            continue
        before = {"against-the-one-before": losses[k - 2], "against-the-last-improvement": beaten}.get(fault, lowest)
        bar = before * (1 - least) if fault == "least-in-per-cent" else before - least
        improved = loss < bar or fault == "least-reached" and loss == bar or fault == "nan-improves" and not loss >= bar
        if not improved:
            idle += 1
        elif fault != "patience-never-reset":
            idle, beaten = 0, loss
        kept = improved if fault == "keeps-improvements-only" else loss < lowest
        best, lowest = k if kept else best, loss if loss < lowest else lowest
        if idle == patience:
            return k, best
    return len(losses), best


def _open_watch(value) -> list:
    if isinstance(value, (list, tuple)) and len(value) == 2 and value[0] is None:
        raise Misconception("no-stop")
    return [int(x) if x.is_integer() else x for x in expect_numbers(value, "stop, best")]


def _judge_watch(value, losses, patience, least):
    came, (stop, best) = _open_watch(value), _watch(losses, patience, least)
    if came == [stop, best]:
        return
    if came == [stop - 1, best - 1]:
        raise Misconception("counted-from-zero")
    if came == [best, stop]:
        raise Misconception("stop-and-best-exchanged")
    if came[0] != stop and came == [*_watch([-loss for loss in losses], patience, least)]:
        raise Misconception("higher-is-better")
    stops = {
        "least-ignored": _watch(losses, patience, 0.0)[0],
        "one-too-patient": _watch(losses, patience + 1, least)[0],
        "stops-at-the-best": best,
        "one-too-hasty": [_watch(losses, patience - 1, least)[0]] if patience > 1 else [],
    }
    for fault in (
        "patience-never-reset",
        "against-the-one-before",
        "against-the-last-improvement",
        "least-in-per-cent",
    ):
        stops[fault] = _watch(losses, patience, least, fault)[0]
    judge_equal(came[0], stop, stops, "stop")
    bests = {
        "looks-ahead": int(np.nanargmin(losses)) + 1,
        "keeps-improvements-only": _watch(losses, patience, least, "keeps-improvements-only")[1],
        "keeps-the-last": stop,
    }
    judge_equal(came[1], best, bests, "best")


def _draw_rows(rng, text_column, label_column) -> list[dict]:
    """Rows with every label, in random order, the text's column not always first."""
    labels = [-1, 0, 1, 0, 1, -1, 1] if label_column == "label" else [*range(1, 11), 5, 8]
    rows = []
    for k, label in enumerate(rng.permutation(labels).tolist()):
        row = {"idx": k, text_column: f"review {rng.integers(10**6)} of {k}", label_column: label}
        rows.append(dict(sorted(row.items(), reverse=bool(k % 2 == 0 and rng.random() < 0.5))) if k else row)
    return rows


def _read(rows) -> tuple[list, list]:
    text_column = "sentence" if "sentence" in rows[0] else "text"
    texts, labels = [], []
    for row in rows:
        text = " ".join(row[text_column].replace("<br />", " ").split())
        label = row["label"] if "label" in row else 0 if row["stars"] <= 4 else 1 if row["stars"] >= 7 else -1
        if text and label >= 0:
            texts.append(text), labels.append(label)
    return texts, labels


def _judge_rows(value, rows):
    if isinstance(value, (list, tuple)) and value and all(_is_pair(one) for one in value):
        raise Misconception("pairs-for-lists")
    texts, labels = expect_parts(value, "texts, labels")
    texts = [str(text) for text in texts] if isinstance(texts, (list, tuple, np.ndarray)) else [str(texts)]
    labels = as_array(labels, "labels").ravel().tolist()
    right, marks = _read(rows)
    if len(labels) != len(texts):
        raise Misconception("lists-of-two-lengths")
    if any("<br />" in text for text in texts):
        raise Misconception("breaks-left-in")
    clean = [" ".join(text.split()) for text in texts]
    if clean != texts:
        raise Misconception("blanks-left-in")
    if "" in texts:
        raise Misconception("empty-rows-kept")
    source = next(name for name in ("sentence", "text") if name in rows[0])
    label_of = {" ".join(row[source].replace("<br />", " ").split()): row for row in rows}
    glued = {" ".join(row[source].replace("<br />", "").split()) for row in rows}
    extra, missing = [text for text in texts if text not in right], [text for text in right if text not in texts]
    for text in extra:
        row = label_of.get(text)
        if row is None and text.casefold() in map(str.casefold, label_of):
            raise Misconception("case-changed")
        if row is None:
            raise (Misconception("breaks-left-in") if text in glued else Wrong(say("no-cleaned-text", text=text[:60])))
        raise Misconception("hidden-rows-kept" if row.get("label") == -1 else "unclear-rows-kept")
    if any(label_of[text].get("stars") in (4, 7) for text in missing):
        raise Misconception("clear-rows-lost")
    if missing and all(mark == (text not in missing) for text, mark in zip(right, marks, strict=True)):
        raise Misconception("zeros-left-out")
    if sorted(texts) == sorted(right) and texts != right:
        raise Misconception("order-lost")
    expect_equal(texts, right, "texts")
    if set(labels) - {0, 1} and "stars" in rows[0]:
        raise Misconception("stars-for-labels")
    judge_equal(labels, marks, {"zero-for-good": [[1 - mark for mark in marks]]}, "labels")


def _is_pair(value) -> bool:
    return isinstance(value, (list, tuple)) and len(value) == 2 and isinstance(value[0], str) and value[1] in (-1, 0, 1)


def _draw_parts(rng, count):
    """w, parts: sizes that differ, and losses and gradients that differ from part to part."""
    d = int(rng.integers(2, 6))
    w = rng.normal(size=d)
    sizes = rng.permutation(np.arange(1, 12))[:count]
    parts = [(rng.normal(size=(n, d)) + 0.5 * k, (rng.random(n) < 0.5).astype(float)) for k, n in enumerate(sizes)]
    return w, parts


def _logistic(w, parts):
    X, y = (np.concatenate([part[k] for part in parts]) for k in (0, 1))
    p = 1 / (1 + np.exp(-X @ w))
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)), X.T @ (p - y) / len(y)


def _slips(right, of_parts, n) -> dict:
    """What comes of other divisors; of_parts: the loss, or the gradient, of each part alone."""
    total = np.sum(of_parts, axis=0)
    return {
        "mean-of-means": total / len(of_parts),
        "always-four": [total / 4, right * n / 4] if len(of_parts) != 4 else total / 4,
        "divided-by-the-parts": right * n / len(of_parts),
        "means-added": total,
        "sums-for-means": right * n,
    }


def _open_step(value, w) -> tuple:
    loss, gradient = expect_parts(value, "loss, gradient")
    return expect_number(loss, "loss"), expect_shape(gradient, w.shape, "gradient")


def _draw_right(rng, n):
    """right, seen: about a third seen, and those nearly all right."""
    seen = rng.permutation(n) < n // 3
    right = rng.random(n) < np.where(seen, 0.95, 0.7)
    unseen = np.flatnonzero(~seen)
    right[unseen[:2]] = True, False
    right[np.flatnonzero(seen)[0]] = False
    return right, seen


def _wilson(right, z=1.96) -> tuple[float, float]:
    return _wilson_of(right.mean(), len(right), z)


def _wilson_of(p, n, z=1.96) -> tuple[float, float]:
    middle, half = p + z**2 / (2 * n), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return (middle - half) / (1 + z**2 / n), (middle + half) / (1 + z**2 / n)


_TERMS = [*itertools.product((0.5, 1, 0), (0.25, 0.5, 1, 0), (1, 2), (1, 0.5, 2, 0))]  # the first is Wilson's


def _miscopy(p, n, middle, inside, power, below, z=1.96) -> tuple[float, float]:
    """Wilson's interval with other factors before its terms z²/n, z²/n² (or z²/n) and z²/n."""
    centre = p + middle * z**2 / n
    half = z * np.sqrt(p * (1 - p) / n + inside * z**2 / n ** (3 - power))
    return (centre - half) / (1 + below * z**2 / n), (centre + half) / (1 + below * z**2 / n)


def _wald(right):
    half = 1.96 * np.sqrt(right.mean() * (1 - right.mean()) / len(right))
    return np.array([right.mean() - half, right.mean() + half])


def _open_claim(value) -> tuple[float, float, str]:
    low, high, verdict = expect_parts(value, "low, high, verdict")
    verdict = expect_choice(verdict, "verdict", ("shown", "refuted", "open"))
    return expect_number(low, "low"), expect_number(high, "high"), verdict
