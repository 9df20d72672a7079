"""Exercise 11: what a Trainer logs, plans and keeps; one reader for three sources; accumulated steps; a claim judged."""

from __future__ import annotations

import numpy as np

from autograder.answers import Exercise, Learner, Misconception, Wrong, as_array, drivers, expect_close, expect_equal

RTOL, ATOL = 1e-5, 1e-6  # loose enough for float32, far tighter than any wrong recipe below
EXERCISE = Exercise.beside(__file__)
say = EXERCISE.say
_CLAIM, _LOW, _NEEDED = 0.85, 0.815554, 1225  # of the answers in q6's given cell


@EXERCISE.check("q1")
def hidden_labels_are_left_out(answer, rng):
    for classes, hidden in ((2, 0), (2, 7), (4, 5), (3, 20)):
        logits, labels = _draw_answers(rng, classes, hidden)
        seen, called = labels >= 0, logits.argmax(axis=1)
        n, right = len(labels), (called == labels).sum()
        counts, answers = np.bincount(labels[seen], minlength=classes), np.bincount(called, minlength=classes)
        value = _report(answer.call("report", logits, labels))
        whole, share = seen.sum(), counts.max() / seen.sum()
        wrong = (
            {"hidden-counted-as-wrong": [right / n], "percent-for-share": [100 * right / whole]}
            if hidden
            else {"percent-for-share": [100 * right / n]}
        )
        _judge(value["accuracy"], right / whole, wrong, "accuracy")
        wrong = {
            "divided-by-all": [counts.max() / n],
            "majority-of-the-answers": [answers.max() / n, np.bincount(called[seen]).max() / whole],
            "two-classes-only": [
                max(counts[1], counts[0]) / whole,
                counts[1] / whole,
                max(counts[1] / whole, 1 - counts[1] / whole),
                labels[seen].mean(),
                max(labels[seen].mean(), 1 - labels[seen].mean()),
            ],
            "hidden-as-a-class": [
                max(hidden, counts.max()) / n,
                hidden / n,
                hidden / whole,
                max(hidden, counts.max()) / whole,
            ],
            "percent-for-share": [100 * share],
        }
        _judge(value["majority"], share, wrong, "majority")
        _judge(value["hidden"], hidden, {"visible-for-hidden": [whole]}, "hidden")


@EXERCISE.check("q1", hidden=True)
def all_hidden_or_a_single_row(answer, rng):
    logits, labels = _draw_answers(rng, 3, 4)
    for some, marks, right in (
        (logits, np.full(len(logits), -1), (np.nan, np.nan, len(logits))),
        (logits[:1], logits[:1].argmax(axis=1), (1, 1, 0)),
        (logits[:1], (logits[:1].argmax(axis=1) + 1) % 3, (0, 1, 0)),
        (logits, labels, None),
    ):
        after = answer.call(drivers.call_and_keep_inputs, Learner("report"), some, marks)
        value = _report(after["result"])
        if right:
            if np.isnan(right[0]) and not (np.isnan(value["accuracy"]) and np.isnan(value["majority"])):
                raise Misconception("all-hidden")
            for name, number in zip(("accuracy", "majority", "hidden"), right, strict=True):
                if not np.isnan(number):
                    expect_close(value[name], number, RTOL, ATOL, name)
        _expect_same_inputs(after["inputs"], (some, marks))


@EXERCISE.check("q2")
def steps_are_counted(answer, rng):
    for A in (1, int(rng.integers(2, 5)), int(rng.integers(3, 6))):
        n, B, A, epochs = _draw_plan(rng, A)
        value = _plan(answer.call("plan_run", n, B, A, epochs, 0, 10_000))
        batches = -(-n // B)
        each = -(-batches // A)
        wrong = {
            "accumulation-ignored": [batches * epochs] if A > 1 else [],
            "rest-dropped": [
                n // B // A * epochs,
                -(-(n // B) // A) * epochs,
                batches // A * epochs,
                (n // B) * epochs,
                n // (A * B) * epochs,
            ],
            "epochs-run-together": [
                -(-batches * epochs // A),
                -(-n * epochs // (A * B)),
                batches * epochs // A,
                n * epochs // (A * B),
            ],
            "one-epoch-only": [each],
        }
        _judge(value["steps"], each * epochs, wrong, "steps")
        right = n - (each - 1) * A * B
        _judge(value["last"], right, {"last-batch-for-step": [n - (batches - 1) * B]}, "last")


@EXERCISE.check("q2")
def warm_up_is_a_share_or_a_number(answer, rng):
    for kind in ("share", "share", "steps", "one", "none"):
        n, B, A, epochs = _draw_plan(rng, 2)
        each = _up(_up(n, B), A)
        steps = each * epochs
        exact = int(rng.integers(2, steps // 3)) + float(rng.uniform(0.1, 0.4))
        warm_up = {"share": exact / steps, "steps": int(rng.integers(2, 9)), "one": 1, "none": 0}[kind]
        value = _plan(answer.call("plan_run", n, B, A, epochs, warm_up, 10_000))
        if kind == "share":
            wrong = {
                "warm-up-rounded-down": [np.floor(exact), np.round(exact), exact],
                "warm-up-of-an-epoch": [np.ceil(warm_up * each), np.floor(warm_up * each)],
            }
            _judge(value["warm_up"], np.ceil(exact), wrong, "warm_up")
        else:
            _judge(value["warm_up"], warm_up, {"share-for-steps": [warm_up * steps, warm_up * each]}, "warm_up")


@EXERCISE.check("q2")
def evaluations_are_multiples(answer, rng):
    for even in (False, True):
        n, B, A, epochs = _draw_plan(rng, 2)
        steps = _up(_up(n, B), A) * epochs
        every = next(k for k in range(3, steps) if steps % k) if not even else epochs
        value = _plan(answer.call("plan_run", n, B, A, epochs, 0.1, every))["evaluations"]
        right = list(range(every, steps + 1, every))
        for name, wrong in (
            ("evaluation-at-zero", [0, *right]),
            ("evaluation-at-zero", [0, *right[:-1]]),
            ("last-evaluation-missing", right[:-1]),
            ("evaluation-at-the-end", [*right, steps]),
        ):
            if value == wrong and wrong != right:
                raise Misconception(name)
        expect_equal(value, right, "evaluations")


@EXERCISE.check("q2", hidden=True)
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
        value = _plan(answer.call("plan_run", n, B, A, epochs, 0.5, every))
        each = _up(_up(n, B), A)
        steps, last = each * epochs, n - (each - 1) * A * B
        if value["last"] == 0:
            raise Misconception("zero-in-the-last")
        right = {
            "steps": steps,
            "warm_up": -(-steps // 2),
            "last": last,
            "evaluations": list(range(every, steps + 1, every)),
        }
        for name, number in right.items():
            expect_equal(value[name], number, name)


@EXERCISE.check("q3")
def patience_ends_it(answer, rng):
    for patience in (2, 3, int(rng.integers(2, 5))):
        losses = _draw_losses(rng, patience)
        _judge_watch(_watched(answer.call("watch", losses, patience)), losses, patience, 0.0)
    falling = np.sort(rng.uniform(0.2, 0.9, 6))[::-1].tolist()
    _judge_watch(_watched(answer.call("watch", falling, 1)), falling, 1, 0.0)


@EXERCISE.check("q3")
def small_gains_are_kept_but_do_not_count(answer, rng):
    for _ in range(3):
        patience, least = int(rng.integers(2, 4)), float(rng.uniform(0.05, 0.1))
        losses = [0.9, 0.9 - 2 * least]
        for _ in range(patience - 1):
            losses.append(losses[-1] - least * float(rng.uniform(0.2, 0.8)))  # lower each time, never by enough
        losses += [min(losses) + 0.03, min(losses) - 3 * least, min(losses) - 4 * least]
        _judge_watch(_watched(answer.call("watch", losses, patience, least)), losses, patience, least)
        _judge_watch(_watched(answer.call("watch", losses, patience)), losses, patience, 0.0)


@EXERCISE.check("q3", hidden=True)
def equals_nan_and_single_evaluations(answer, rng):
    a, b = sorted(float(x) for x in rng.uniform(0.2, 0.9, 2))
    cases = [
        ([b, a, a, b, a], 9, 0.0), ([b, a, a, b], 2, 0.0), ([a], 1, 0.0), ([a, b], 1, 0.0), ([b, float("nan"), a, float("nan"), float("nan"), a / 2], 2, 0.0),
        ([b, float("nan"), a], 1, 0.0), ([1.0, 0.5, 0.25], 1, 0.5), ([1.0, 0.75, 0.5], 2, 0.25), ([2.0, 1.75, 1.25, 1.0], 2, 0.5),
    ]  # fmt: skip
    for losses, patience, least in cases:
        after = answer.call(drivers.call_and_keep_inputs, Learner("watch"), losses, patience, least)
        value, right = _watched(after["result"]), _watch(losses, patience, least)
        if (
            value[0] == right[0]
            and value[1] != right[1]
            and losses[right[1] - 1] == losses[min(value[1], len(losses)) - 1]
        ):
            raise Misconception("later-of-equals")
        _judge_watch(value, losses, patience, least, named=False)
        if str(list(after["inputs"][0])) != str(losses):
            raise Misconception("changes-its-inputs")


@EXERCISE.check("q4")
def three_sources_are_read(answer, rng):
    for text_column, label_column in (
        ("sentence", "label"),
        ("text", "stars"),
        ("text", "label"),
        ("sentence", "stars"),
    ):
        rows = _draw_rows(rng, text_column, label_column)
        _judge_rows(answer.call("read_rows", rows), rows)


@EXERCISE.check("q4")
def texts_are_clean(answer, rng):
    words = [f"{word}{rng.integers(99)}" for word in ("Fine", "film", "(really)", "é<b>", "don't")]
    texts = [
        "<br />".join(words), "<br /><br />".join(words), f"  {words[0]}   {words[1]} ", f"{words[2]}\t\n{words[3]}\n", "<br />" + words[4] + " <br /> " + words[0],
        " ", "<br />", "", words[1], "a<br>b",
    ]  # fmt: skip
    rows = [{"idx": k, "text": text, "label": int(rng.integers(2))} for k, text in enumerate(texts)]
    _judge_rows(answer.call("read_rows", rows), rows)


@EXERCISE.check("q4")
def missing_columns_are_named(answer, rng):
    other = f"column{rng.integers(99)}"
    for row, missing in (
        ({other: "fine", "label": 1, "idx": 3}, "text"),
        ({"sentence": "fine", other: 1}, "label"),
        ({other: 4, "id": 2}, "text"),
    ):
        found = answer.call(drivers.call_and_catch, Learner("read_rows"), [row, dict(row)])
        if "error" not in found:
            raise Wrong(say(f"silent-without-{missing}"))
        if found["error"] != "ValueError":
            raise Wrong(say(f"other-error-without-{missing}", error=found["error"]))
        for name in row:
            if name not in found["message"]:
                raise Wrong(say("names-missing", name=name))


@EXERCISE.check("q4", hidden=True)
def borders_and_inputs(answer, rng):
    rows = [{"stars": stars, "text": f"<br />{stars} stars "} for stars in rng.permutation(np.arange(1, 11)).tolist()]
    none = [{"sentence": "who knows", "label": -1, "idx": 4}]
    for some in (rows, none, [{"text": "one", "label": 0}]):
        after = answer.call(drivers.call_and_keep_inputs, Learner("read_rows"), some)
        _judge_rows(after["result"], some)
        if [dict(row) for row in after["inputs"][0]] != some:
            raise Misconception("changes-its-inputs")


@EXERCISE.check("q5")
def the_large_batch_is_met(answer, rng):
    for count in (int(rng.integers(2, 4)), 4, int(rng.integers(5, 8))):
        w, parts = _draw_parts(rng, count)
        loss, gradient = _pair(answer.call("accumulate", w, parts), w)
        right, each = _logistic(w, parts), [_logistic(w, [part]) for part in parts]
        sizes = np.array([len(y) for _, y in parts])
        n = sizes.sum()
        for k, (name, value) in enumerate((("gradient", gradient), ("loss", loss))):
            one = [pair[1 - k] for pair in each]
            wrong = {
                "mean-of-means": [np.mean(one, axis=0)],
                "always-four": [np.sum(one, axis=0) / 4, right[1 - k] * n / 4],
                "means-added": [np.sum(one, axis=0)],
                "sums-for-means": [right[1 - k] * n],
                "last-part-only" if k == 0 else "loss-of-the-last": [one[-1]],
                "downhill-already": [-right[1 - k]] if k == 0 else [],
            }
            _judge(value, right[1 - k], wrong, name)


@EXERCISE.check("q5")
def the_letters_explain_the_first_loss(answer, rng):
    letters = answer.get("FROM_THE_FIRST")
    letters = (
        "".join(letters) if isinstance(letters, (list, tuple)) and all(isinstance(x, str) for x in letters) else letters
    )
    if not isinstance(letters, str):
        raise Wrong(say("no-letters"))
    letters = {letter for letter in letters.upper().replace("AND", " ") if letter.isalnum()}
    if not letters or not letters <= set("ABCDE"):
        raise Wrong(say("no-letters"))
    if letters & set("BCE"):
        raise Misconception("acts-in-the-step")
    if letters != {"A", "D"}:
        raise Wrong(say("letter-missing"))


@EXERCISE.check("q5", hidden=True)
def one_part_and_inputs(answer, rng):
    w, parts = _draw_parts(rng, 5)
    X, y = (np.concatenate([part[k] for part in parts]) for k in (0, 1))
    for some in (parts[:1], [(X[k : k + 1], y[k : k + 1]) for k in range(6)], parts, parts):
        after = answer.call(drivers.call_and_keep_inputs, Learner("accumulate"), w, some)
        loss, gradient = _pair(after["result"], w)
        right = _logistic(w, some)
        expect_close(loss, right[0], RTOL, ATOL, "loss")
        expect_close(gradient, right[1], RTOL, ATOL, "gradient")
        _expect_same_inputs(after["inputs"][:1], (w,))
        for now, then in zip(after["inputs"][1], some, strict=True):
            _expect_same_inputs(now, then)


@EXERCISE.check("q6")
def only_unseen_reviews_count(answer, rng):
    for n in (int(rng.integers(15, 30)), int(rng.integers(200, 400))):
        right, seen = _draw_right(rng, n)
        low, high, _ = _claim(answer.call("judge_claim", right, seen, 0.6))
        wrong = {
            "seen-counted": [_wilson(right)[:2]],
            "seen-for-unseen": [_wilson(right[seen])[:2]],
            "wald-for-wilson": [_wald(right[~seen]), np.clip(_wald(right[~seen]), 0, 1)],
            "not-divided": [np.array(_wilson(right[~seen])[:2]) * (1 + 1.96**2 / (~seen).sum())],
            "one-sided": [_wilson(right[~seen], 1.645)[:2], _wilson(right[~seen], 1.6448536)[:2]],
        }
        _judge(np.array([low, high]), _wilson(right[~seen])[:2], wrong, "(low, high)")


@EXERCISE.check("q6")
def the_interval_decides(answer, rng):
    right, seen = _draw_right(rng, int(rng.integers(150, 300)))
    low, high, p = _wilson(right[~seen])
    cases = (
        (low - 0.01, "shown"),
        (low + 0.005, "open"),
        (p - 0.003, "open"),
        (p + 0.003, "open"),
        (high - 0.005, "open"),
        (high + 0.01, "refuted"),
    )
    for claim, verdict in cases:
        value = _claim(answer.call("judge_claim", right, seen, float(claim)))[2]
        if value == verdict:
            continue
        if {value, verdict} == {"shown", "refuted"}:
            raise Misconception("verdicts-exchanged")
        if verdict == "open" and value == ("shown" if p >= claim else "refuted"):
            raise Misconception("best-guess-decides")
        expect_equal(value, verdict, "verdict")


@EXERCISE.check("q6")
def the_numbers_of_the_claim(answer, rng):
    low, verdict = _number(answer.get("LOW"), "LOW"), answer.get("VERDICT")
    if abs(low - _LOW) > 6e-4 and any(
        abs(low - wrong) < 6e-4 for wrong in (_wilson_of(0.888, 1_000)[0], _wilson_of(0.99, 300)[0])
    ):
        raise Misconception("seen-counted")
    if abs(low - _LOW) > 6e-4:
        expect_close(low, _LOW, 0, 6e-4, "LOW")
    if not isinstance(verdict, str) or verdict.strip().lower() not in ("shown", "refuted", "open"):
        raise Wrong(say("no-verdict"))
    if verdict.strip().lower() != "open":
        raise Misconception("seen-counted" if verdict.strip().lower() == "shown" else "best-guess-decides")
    needed = _number(answer.get("NEEDED"), "NEEDED")
    if needed == _NEEDED:
        return
    exact = 1.96**2 * 0.85 * 0.15 / 0.02**2
    if abs(needed - 1.96**2 * 0.87 * 0.13 / 0.02**2) <= 1.5:
        raise Misconception("spread-of-the-share")
    if abs(needed - exact) < 1:
        raise Misconception("not-a-whole-number")
    raise Wrong(say("needed-is-off"))  # fmt: skip


@EXERCISE.check("q6", hidden=True)
def all_right_all_wrong_and_one(answer, rng):
    n = int(rng.integers(8, 20))
    seen = np.arange(n) % 3 == 0
    one = np.arange(n) > 0
    for right, hide in (
        (np.ones(n, bool), seen),
        (~seen & False, seen),
        (np.ones(n, bool), one),
        (~one, one),
        (seen, np.zeros(n, bool)),
    ):
        after = answer.call(drivers.call_and_keep_inputs, Learner("judge_claim"), right, hide, 0.5)
        low, high, verdict = _claim(after["result"])
        wanted = _wilson(right[~hide])
        expect_close(low, wanted[0], RTOL, ATOL, "low")
        expect_close(high, wanted[1], RTOL, ATOL, "high")
        expect_equal(verdict, "shown" if wanted[0] >= 0.5 else "refuted" if wanted[1] < 0.5 else "open", "verdict")
        for claim, right_verdict in ((low, "shown"), (high, "open")):  # the border itself, as their own formula has it
            if 0 < claim < 1:
                expect_equal(_claim(answer.call("judge_claim", right, hide, claim))[2], right_verdict, "verdict")
        _expect_same_inputs(after["inputs"], (right, hide))


def _draw_answers(rng, classes, hidden):
    """logits, labels: shares well apart from each other and from 0 and 1."""
    while True:
        n = int(rng.integers(25, 45))
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
        top = classes == 2 and counts[0] > counts[1] or classes > 2 and counts[2:].max() > counts[:2].max()
        if (
            top
            and len(np.unique(np.round(shares, 3))) == (5 if hidden else 4)
            and (hidden < counts.max()) == (hidden < 10)
            and seen.sum() > counts.max() + 2
        ):
            return logits, labels


def _report(value) -> dict:
    keys = ("accuracy", "majority", "hidden")
    if value is None:
        as_array(value)
    if type(value) is not dict or not set(keys) <= set(value):
        raise Wrong(say("no-dictionary", keys=", ".join(f'"{key}"' for key in keys)))
    return {key: _number(value[key], key) for key in keys}


def _draw_plan(rng, A):
    """n, B, A, epochs: nothing divides, and each wrong way of counting gives another number."""
    while True:
        n, B, epochs = int(rng.integers(150, 400)), int(rng.integers(5, 12)), int(rng.integers(3, 6))
        batches = -(-n // B)
        each = -(-batches // A)
        others = [
            batches // A,
            -(-(n // B) // A),
            n // (A * B),
            -(-batches * epochs // A) / epochs,
            -(-n * epochs // (A * B)) / epochs,
        ]
        if (
            n % B
            and (A == 1 or batches % A > (A > 2))
            and (A == 1 or min(abs(each - other) for other in others[3:]) > 0.1)
        ):
            return n, B, A, epochs


def _up(a, b) -> int:
    return -(-a // b)


def _plan(value) -> dict:
    keys = ("steps", "warm_up", "last", "evaluations")
    if value is None:
        as_array(value)
    if type(value) is not dict or not set(keys) <= set(value):
        raise Wrong(say("no-dictionary", keys=", ".join(f'"{key}"' for key in keys)))
    steps = value["evaluations"]
    array = as_array(steps, "evaluations") if isinstance(steps, (list, tuple, np.ndarray)) else np.zeros((1, 1))
    if array.ndim != 1 or (array != np.round(array)).any():
        raise Wrong(say("not-a-list", name="evaluations"))
    return {key: _number(value[key], key) for key in keys[:3]} | {"evaluations": [int(step) for step in array]}


def _draw_losses(rng, patience) -> list[float]:
    """Losses with idle evaluations that an improvement interrupts, a stop, and a lower loss after it that never comes."""
    low, losses = 0.9, [0.9]
    for idle in (patience - 1, 1, patience + 1):
        low -= float(rng.uniform(0.05, 0.1))
        losses.append(low)
        up = low + np.sort(rng.uniform(0.02, 0.2, idle))[::-1]  # falls from one to the next, but not below the lowest
        losses += up.tolist()
    return [*losses, low - 0.1, low - 0.15]


def _watch(
    losses, patience, least, count_from=1, reset=True, previous=False, ignore=False, keep="lowest"
) -> tuple[int, int]:
    lowest, best, kept, idle = losses[0], 1, 1, 0
    for k, loss in enumerate(losses[1:], start=2):
        reference = losses[k - 2] if previous else lowest
        improved = loss < reference - (0 if ignore else least)
        idle = (0 if reset else idle) if improved else idle + 1
        kept = k if improved else kept
        if loss < lowest:
            lowest, best = loss, k
        if idle == patience:
            return k, kept if keep == "improvement" else best
    return len(losses), kept if keep == "improvement" else best


def _watched(value) -> tuple[int, int]:
    stop, best = _some_numbers(value, ("stop", "best"))
    return (int(stop), int(best)) if stop == int(stop) and best == int(best) else (stop, best)


def _judge_watch(value, losses, patience, least, named=True):
    right = _watch(losses, patience, least)
    if value == right:
        return
    stop, best = right
    if not named:
        expect_equal(list(value), list(right), "(stop, best)")
    if (np.array(value) == np.array(right) - 1).all():
        raise Misconception("counted-from-zero")
    upside_down = _watch([-loss for loss in losses], patience, least)
    if value == upside_down:
        raise Misconception("higher-is-better")
    stops = {
        "least-ignored": [_watch(losses, patience, 0.0)[0]] if least else [],
        "one-too-patient": [_watch(losses, patience + 1, least)[0]],
        "one-too-hasty": [_watch(losses, patience - 1, least)[0]] if patience > 1 else [],
        "patience-never-reset": [_watch(losses, patience, least, reset=False)[0]],
        "against-the-one-before": [_watch(losses, patience, least, previous=True)[0]],
    }
    for name, wrong in stops.items():
        if value[0] != stop and value[0] in wrong:
            raise Misconception(name)
    if value[0] == stop:
        if value[1] == int(np.nanargmin(losses)) + 1 > stop:
            raise Misconception("looks-ahead")
        if value[1] == _watch(losses, patience, least, keep="improvement")[1]:
            raise Misconception("keeps-improvements-only")
        if value[1] == stop:
            raise Misconception("keeps-the-last")
    expect_equal(value[0], stop, "stop")
    expect_equal(value[1], best, "best")


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
    if value is None:
        as_array(value)
    if (
        not isinstance(value, (list, tuple))
        or len(value) != 2
        or not all(isinstance(part, (list, tuple, np.ndarray)) for part in value)
    ):
        raise Wrong(say("tuple", count=2, names="texts, labels"))
    texts, labels = [str(text) for text in value[0]], as_array(list(value[1]), "labels").ravel().tolist()
    right, marks = _read(rows)
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
        if row is None:
            raise (Misconception("breaks-left-in") if text in glued else Wrong(say("no-cleaned-text", text=text[:60])))
        raise Misconception("hidden-rows-kept" if row.get("label") == -1 else "unclear-rows-kept")
    if any(label_of[text].get("stars") in (4, 7) for text in missing):
        raise Misconception("clear-rows-lost")
    if sorted(texts) == sorted(right) and texts != right:
        raise Misconception("order-lost")
    expect_equal(texts, right, "texts")
    if set(labels) - {0, 1} and "stars" in rows[0]:
        raise Misconception("stars-for-labels")
    expect_equal([int(label) for label in labels], marks, "labels")


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


def _pair(value, w):
    if value is None:
        as_array(value)
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise Wrong(say("tuple", count=2, names="loss, gradient"))
    gradient = as_array(value[1], "gradient")
    if gradient.shape != w.shape:
        expect_close(gradient, w, what="gradient")
    return _number(value[0], "loss"), gradient


def _draw_right(rng, n):
    """right, seen: about a third seen, and those nearly all right."""
    seen = rng.permutation(n) < n // 3
    right = rng.random(n) < np.where(seen, 0.95, 0.7)
    unseen = np.flatnonzero(~seen)
    right[unseen[:2]] = True, False
    right[np.flatnonzero(seen)[0]] = False
    return right, seen


def _wilson(right, z=1.96):
    return _wilson_of(right.mean(), len(right), z)


def _wilson_of(p, n, z=1.96) -> tuple[float, float, float]:
    middle, half = p + z**2 / (2 * n), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return (middle - half) / (1 + z**2 / n), (middle + half) / (1 + z**2 / n), float(p)


def _wald(right):
    half = 1.96 * np.sqrt(right.mean() * (1 - right.mean()) / len(right))
    return np.array([right.mean() - half, right.mean() + half])


def _claim(value) -> tuple[float, float, str]:
    if value is None:
        as_array(value)
    if not isinstance(value, (list, tuple)) or len(value) != 3:
        raise Wrong(say("tuple", count=3, names="low, high, verdict"))
    if value[2] not in ("shown", "refuted", "open"):
        raise Wrong(say("no-verdict"))
    return _number(value[0], "low"), _number(value[1], "high"), value[2]


def _expect_same_inputs(after, before):
    if not all(np.array_equal(now, then) for now, then in zip(after, before, strict=False)):
        raise Misconception("changes-its-inputs")


def _some_numbers(value, names) -> tuple[float, ...]:
    if value is None:
        as_array(value)  # says that the return is missing
    if not isinstance(value, (list, tuple, np.ndarray)) or np.ndim(value) == 0 or len(value) != len(names):
        raise Wrong(say("tuple", count=len(names), names=", ".join(names)))
    return tuple(_number(item, name) for item, name in zip(value, names, strict=True))


def _judge(value, right, named, what):
    """Raises the first misconception one of whose recipes gives `value` and not `right`; else compares."""
    for name, recipes in named.items():
        for recipe in recipes:
            if _same(value, recipe) and not _same(right, recipe):
                raise Misconception(name)
    expect_close(value, right, RTOL, ATOL, what)


def _same(value, recipe) -> bool:
    try:
        array, recipe = as_array(value), np.asarray(recipe, dtype=np.float64)
    except Wrong:
        return False
    return array.shape == recipe.shape and np.allclose(array, recipe, RTOL, ATOL)


def _number(value, what: str) -> float:
    """A number, also as an array or list of one entry."""
    array = as_array(value, what)
    if array.size != 1:
        expect_close(array, 0.0, what=what)
    return float(array.reshape(()))
