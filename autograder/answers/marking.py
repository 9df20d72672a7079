"""Runs an exercise's checks on an answer and adds up the points; the same for the notebook and for a class."""

from __future__ import annotations

import zlib
from dataclasses import replace

import numpy as np

from autograder.answers.answer import Answer
from autograder.answers.exercise import Check, Exercise
from autograder.answers.outcome import CheckFailed, Misconception, NotAttempted, Outcome, Status, Text

_STUMBLED = Text(
    "The check could not judge this answer ({what}). Return the type and shape that the docstring names.",
    "检查程序无法判断这个答案（{what}）。请按文档字符串规定的类型与形状返回。",
)
_TOO_LARGE = Text(
    "This answer is too large to be judged. Return the shape that the docstring names.",
    "这个答案过大，无法判断。请按文档字符串规定的形状返回。",
)
DEFAULT_SEED = 20_17
NOTEBOOK_SEEDS = (DEFAULT_SEED, 20_18, 20_19)  # fixed: a result does not flicker; three, since one draw may be lucky


def mark_question(
    exercise: Exercise, question: str, answer: Answer, seed: int | None = None, hidden: bool = False
) -> list[Outcome]:
    """Outcomes of the question's checks, in order; hidden checks only where `hidden`.

    seed: None in a notebook, where a check must pass with each of NOTEBOOK_SEEDS.
    """
    checks = [check for check in exercise.questions[question].checks if hidden or not check.hidden]
    seeds = NOTEBOOK_SEEDS if seed is None else (seed,)
    return settle([_run_with_each(exercise, check, answer, seeds) for check in checks])


def mark_exercise(
    exercise: Exercise, answer: Answer, seed: int | None = None, hidden: bool = False
) -> dict[str, list[Outcome]]:
    """Outcomes of all questions, by question; as mark_question."""
    return {question: mark_question(exercise, question, answer, seed, hidden) for question in exercise.questions}


def _run_with_each(exercise: Exercise, check: Check, answer: Answer, seeds: tuple[int, ...]) -> Outcome:
    """The first outcome that is no pass, else a pass."""
    for seed in seeds:
        outcome = run_check(exercise, check, answer, seed)
        if outcome.status is not Status.PASSED:
            break
    return outcome


def settle(outcomes: list[Outcome]) -> list[Outcome]:
    """A question's outcomes; where one check met a hole that is left, the whole question counts as not attempted."""
    blank = next((outcome for outcome in outcomes if outcome.status is Status.NOT_ATTEMPTED), None)
    if not blank:
        return outcomes
    return [
        replace(outcome, status=Status.NOT_ATTEMPTED, message=blank.message, misconception=None) for outcome in outcomes
    ]


def run_check(exercise: Exercise, check: Check, answer: Answer, seed: int) -> Outcome:
    """The outcome of one check; its generator is seeded by `seed`, of any size, and its name, whichever others run.

    A question's last visible check also runs the examples of its docstrings, once all else in it holds.
    """

    def outcome(status: Status, message: Text | None = None, misconception: str | None = None) -> Outcome:
        return Outcome(
            check.question, check.name, status, check.points, check.sentence, message, misconception, check.hidden
        )

    rng = np.random.default_rng([abs(seed), zlib.crc32(check.name.encode())])
    try:
        with np.errstate(all="ignore"):  # an answer may overflow; the check says so in words
            check.function(answer, rng)
            if check is exercise.questions[check.question].find_last_visible():
                for example in exercise.examples(check.question):
                    example.judge(answer)
    except Misconception as error:
        return outcome(Status.WRONG, exercise.misconceptions[error.name], error.name)
    except NotAttempted as error:
        return outcome(Status.NOT_ATTEMPTED, error.message)
    except CheckFailed as error:
        relation = None if check.hidden else getattr(error, "relation", None)  # it tells something of the values
        return outcome(error.status, error.message, relation and relation.name)
    except MemoryError:
        return outcome(Status.COULD_NOT_RUN, _TOO_LARGE)
    except Exception as error:  # the check itself stumbled: never a crash, never a point
        return outcome(Status.COULD_NOT_RUN, _STUMBLED.format(what=f"{type(error).__name__}: {error}"))
    return outcome(Status.PASSED)
