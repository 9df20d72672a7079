"""One submission from its bytes to its record. What the learner wrote runs in the sandbox only.

The visible checks of all questions run before the first hidden one: no message that shows a value, a shape or an
exception's text is ever written after the learner's code has seen a hidden check's inputs.
"""

from __future__ import annotations

import hashlib
import platform
import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from autograder.answers.exercise import Check
from autograder.answers.layout import load_layout
from autograder.answers.marking import run_check, settle
from autograder.answers.outcome import CheckFailed, Outcome, Status, Text
from autograder.answers.program import find_absent
from autograder.answers.rooms import load_definition, load_exercise
from autograder.grading.parsing import SubmissionError
from autograder.grading.pool import Pool
from autograder.grading.replay import Exhausted, Sitting
from autograder.grading.setting import Setting, derive_seed, derive_session_keys
from autograder.grading.submission import Submission, read_submission
from autograder.results.record import Record, RecordStatus, make_failure, make_record
from autograder.sandbox.outside.remote import Remote, Stopped
from autograder.sandbox.outside.session import Session

MAX_MESSAGE = 600  # characters of a message, which may quote the learner's code
_MAYBE_ANOTHERS = ("crash", "memory", "forgery")  # how a session ends that another answer may have brought down
_ALL_BUT_CELL = Text(
    "{question}: the checks passed, but the cell itself did not run through: {why}",
    "{question}：检查已通过，但单元格本身没有运行到底：{why}",
)
_LOST = Text(
    "A cell of the student's own, which the answers need, did not run through: {why}",
    "答案所需的一个学生自建单元格没有运行到底：{why}",
)
_ABSENT = Text(
    "No cell of the file defines `{name}`, which an answer needs: was that cell deleted, or is it in another file?",
    "答案需要 `{name}`，但文件中没有单元格定义它：那个单元格是否已删除，或在别的文件里？",
)


class Grader:
    """`with Grader(setting) as grader: record = grader.grade(data)`; may be used from many threads.

    Raises ValueError for an unknown exercise, SandboxUnavailable and SandboxError where there is no sandbox.
    """

    def __init__(self, setting: Setting):
        self.setting = setting
        self.exercise, definition = load_exercise(setting.exercise), load_definition(setting.exercise)
        self.layout = load_layout(setting.exercise)
        self.pool = Pool(setting, definition.libraries, self.layout.given)

    def __enter__(self) -> Grader:
        self.pool.__enter__()
        return self

    def __exit__(self, *error) -> None:
        self.pool.__exit__(*error)

    def grade(self, data: bytes, student: str = "", file: str = "") -> Record:
        """The record; the same bytes get the same one, but for `seconds`. Raises SandboxError."""
        began = time.monotonic()
        versions = {**self.setting.versions(), "python": platform.python_version(), "numpy": np.__version__}
        common = {"student": student, "file": file}
        extra = {"submission_sha256": hashlib.sha256(data).hexdigest(), "versions": versions}
        try:
            submission = read_submission(data, self.layout)
        except SubmissionError as error:
            return make_failure(self.exercise, error.status, error.message, seed=self.setting.seed, **common, **extra)
        outcomes, notes = self._run(submission, derive_session_keys(self.setting, data))
        extra["seconds"] = round(time.monotonic() - began, 3)
        notes = (*submission.notes, *notes)
        return make_record(self.exercise, outcomes, seed=self.setting.seed, notes=notes, **common, **extra)

    def _run(self, submission: Submission, keys: Iterator[bytes]) -> tuple[dict[str, list[Outcome]], list[Text]]:
        """Outcomes by question, and notes; each session takes one of the keys."""
        sandbox = self.pool.choose(step.source for step in submission.steps)
        outcomes: dict[str, list[Outcome]] = {question: [] for question in submission.answers}
        setting = self.setting
        charged: dict[str, CheckFailed] = {}

        def start() -> Session:
            return sandbox.start(next(keys))

        with Sitting(start, submission.steps, self.layout, setting.timeout, setting.total) as sitting:
            decides = sorted(step.source for step in sitting.program if not step.given)
            seed = derive_seed(setting, {str(number): source for number, source in enumerate(decides)})
            for hidden in (False, True):
                for question, found in outcomes.items():
                    checks = [check for check in self.exercise.questions[question].checks if check.hidden is hidden]
                    found += self._mark(sitting, checks, seed, charged)
                if not hidden:
                    failed = {question: sitting.find_failed(question) for question in outcomes}
                    lost, absent = sitting.list_lost(), find_absent(sitting.program, self.layout)
        notes = []
        for question, found in outcomes.items():
            outcomes[question] = [_cap(outcome) for outcome in settle(_in_order(self.exercise, question, found))]
            if (why := failed[question]) and all(outcome.status is Status.PASSED for outcome in found):
                notes.append(_cap_text(_ALL_BUT_CELL.format(question=question, why=why)))
        stopped = (outcome.status is Status.COULD_NOT_RUN for found in outcomes.values() for outcome in found)
        if any(failed.values()) or any(stopped):
            notes += [_cap_text(_LOST.format(why=why)) for why in lost[:3]]
            notes += [_cap_text(_ABSENT.format(name=name)) for name in absent[:3]]
        return outcomes, notes

    def _mark(self, sitting: Sitting, checks: list[Check], seed: int, charged: dict[str, CheckFailed]) -> list[Outcome]:
        """Outcomes of some checks of one question; a session that ends in one is `charged` to the question.

        Where the process died rather than ran on, the question has a second try, alone: something that another answer
        left behind may have killed it.
        """
        if not checks:
            return []
        question, outcomes, ended = checks[0].question, [], charged.get(checks[0].question)
        try:
            if not ended:
                answer = sitting.open()
                ended = sitting.find_blocked(question)
            if not ended:
                outcomes, ended = self._run_checks(sitting, answer, checks, seed)
            if isinstance(ended, Stopped) and ended.reason in _MAYBE_ANOTHERS and question not in charged:
                outcomes, ended = self._run_checks(sitting, sitting.open_alone(question), checks, seed)
                sitting.close()
        except (Exhausted, Stopped) as error:
            outcomes, ended = [], error
        if ended:
            charged[question] = ended
        outcomes += [_make_outcome(check, ended) for check in checks[len(outcomes) :]]
        failed = sitting.find_failed(question)
        return [_blame_cell(outcome, failed) for outcome in outcomes] if failed and not ended else outcomes

    def _run_checks(self, sitting: Sitting, answer: Remote, checks: list[Check], seed: int) -> tuple:
        """(outcomes of the checks that ran, why the session ended or None): a check does not pass by its end."""
        outcomes = []
        for check in checks:
            outcome = run_check(self.exercise, check, answer, seed)
            sitting.close_others()
            if answer.session.ended:
                return outcomes, answer.stopped
            outcomes.append(outcome)
        return outcomes, None


def grade_safely(grader: Grader, data: bytes) -> Record:
    """The record, whatever happens: an error on our side is tried again, then recorded as one."""
    for attempt in (1, 2):
        try:
            return grader.grade(data)
        except Exception as error:
            if attempt == 2:
                return make_grader_error(grader.setting, data, f"{type(error).__name__}: {error}")


def make_grader_error(setting: Setting, data: bytes, why: str) -> Record:
    """The record of a submission that we failed to grade: it has no score, and the next run grades it again."""
    message = Text(
        f"The grader failed, through no fault of this file: {why}. Start the same command again to retry.",
        f"评分程序自身出错，与这份文件无关：{why}。再次运行同一命令即可重试。",
    )
    return make_failure(
        load_exercise(setting.exercise),
        RecordStatus.GRADER_ERROR,
        _cap_text(message),
        student="",
        file="",
        seed=setting.seed,
        submission_sha256=hashlib.sha256(data).hexdigest(),
        versions=setting.versions(),
    )


def _in_order(exercise, question: str, outcomes: list[Outcome]) -> list[Outcome]:
    by_name = {outcome.check: outcome for outcome in outcomes}
    return [by_name[check.name] for check in exercise.questions[question].checks]


def _make_outcome(check: Check, why: CheckFailed) -> Outcome:
    return Outcome(
        check.question, check.name, why.status, check.points, check.sentence, why.message, None, check.hidden
    )


def _blame_cell(outcome: Outcome, failed: Text) -> Outcome:
    """What could not run, because the cell itself had stopped, says so."""
    return replace(outcome, message=failed) if outcome.status is Status.COULD_NOT_RUN else outcome


def _cap(outcome: Outcome) -> Outcome:
    return replace(outcome, message=_cap_text(outcome.message)) if outcome.message else outcome


def _cap_text(text: Text) -> Text:
    return Text(*(say if len(say) <= MAX_MESSAGE else f"{say[: MAX_MESSAGE - 1]}…" for say in text))
