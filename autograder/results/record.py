"""The result of one submission as plain data: stored as JSON, shown as feedback, added up in the gradebook."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum

from autograder.answers.exercise import Exercise
from autograder.answers.outcome import Outcome, Status, Text

VERSION = 1  # of the JSON; a reader refuses another


class RecordStatus(StrEnum):
    GRADED = "graded"  # the answers were run and checked
    EMPTY = "empty"  # nothing to grade: no bytes, no cells, or every answer still a hole
    OTHER_EXERCISE = "other exercise"  # the notebook of another exercise, or the lesson
    UNREADABLE = "unreadable"  # not a notebook, or one that no tool could have written
    GRADER_ERROR = "grader error"  # our fault: no score, grade it again


_UNTOUCHED = Text("Every answer is still the hole of the exercise.", "所有答案都还是练习中的空缺。")
_HIDDEN_STOPPED = Text(
    "Your code stopped with an error, or took too long, on inputs of the kind that this sentence names.",
    "在这句话所说的那类输入上，你的代码出错中断，或运行超时。",
)


@dataclass(frozen=True)
class CheckRecord:
    """One check: its name and sentence, a value of `Status`, and the message that helps on (None if there is none).

    A hidden check keeps the sentence of a misconception, or one general sentence; never a value, a shape or an
    exception's text: these could carry its inputs.
    """

    name: str
    sentence: Text
    status: Status
    points: int
    earned: int
    hidden: bool
    message: Text | None = None
    misconception: str | None = None


@dataclass(frozen=True)
class QuestionRecord:
    """One question: the sum of its checks; `status` is the first that is not passed."""

    title: Text
    points: int
    earned: int
    status: Status
    checks: tuple[CheckRecord, ...] = ()


@dataclass(frozen=True)
class Record:
    """One submission: `file` as it was called when handed in, `seed` of the run, `seconds` of grading.

    The seed of its random inputs, which depends on the teacher's secret, is never part of it: records may be shown.
    """

    student: str
    file: str
    exercise: str
    seed: int
    status: RecordStatus
    message: Text | None
    score: int
    max_score: int
    questions: dict[str, QuestionRecord] = field(default_factory=dict)
    submission_sha256: str = ""
    seconds: float = 0.0
    versions: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> dict:
        """Dicts, lists, text and numbers only; texts as {"en": …, "zh": …}."""
        return {"record_version": VERSION, **_plain(asdict(self))}


def make_record(
    exercise: Exercise,
    outcomes: dict[str, list[Outcome]],
    *,
    student: str,
    file: str,
    seed: int,
    notes: tuple[Text, ...] = (),
    **extra,
) -> Record:
    """The record of a submission that was run; `notes` become its message, `extra` holds sha256, seconds, versions."""
    questions = {id: _make_question(exercise, id, outcomes.get(id, [])) for id in exercise.questions}
    blank = all(question.status is Status.NOT_ATTEMPTED for question in questions.values())
    return Record(
        student,
        file,
        exercise.name,
        seed,
        RecordStatus.EMPTY if blank else RecordStatus.GRADED,
        join_texts((_UNTOUCHED, *notes) if blank else notes),
        sum(question.earned for question in questions.values()),
        sum(question.points for question in questions.values()),
        questions,
        **extra,
    )


def make_failure(
    exercise: Exercise, status: RecordStatus, message: Text, *, student: str, file: str, seed: int, **extra
) -> Record:
    """The record of a submission that could not be graded: no points, every question not attempted, and why."""
    record = make_record(exercise, {}, student=student, file=file, seed=seed, **extra)
    return replace(record, status=status, message=message)


def read_record(data: object) -> Record:
    """The record that `to_json` wrote. Raises ValueError for anything else, a half-written file included.

    Whether it is true is another question: `stored.read_result` believes what was written with the teacher's key.
    """
    try:
        if data["record_version"] != VERSION:
            raise ValueError(f"record_version is {data['record_version']!r}, not {VERSION}")
        fields = {key: value for key, value in data.items() if key not in ("record_version", "digest")}
        fields["status"] = RecordStatus(fields["status"])
        fields["message"] = _read_text(fields["message"])
        fields["questions"] = {id: _read_question(question) for id, question in fields["questions"].items()}
        record = Record(**fields)
        texts = (record.student, record.file, record.exercise, record.submission_sha256)
        numbers = (record.seed, record.score, record.max_score)
        if not all(type(text) is str for text in texts) or not all(type(number) is int for number in numbers):
            raise ValueError("a field has the wrong type")
        if (record.score, record.max_score) != tuple(
            sum(getattr(question, name) for question in record.questions.values()) for name in ("earned", "points")
        ):
            raise ValueError("score and max_score are not the sums of the questions")
        return record
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"this is not a result record ({type(error).__name__}: {error})") from None


def join_texts(texts: tuple[Text, ...] | list[Text]) -> Text | None:
    """The sentences one after the other, each once; None if there are none."""
    texts = list(dict.fromkeys(texts))
    return Text(" ".join(text.en for text in texts), "".join(text.zh for text in texts)) if texts else None


def _make_question(exercise: Exercise, id: str, outcomes: list[Outcome]) -> QuestionRecord:
    question, by_name = exercise.questions[id], {outcome.check: outcome for outcome in outcomes}
    checks = tuple(
        _make_check(
            by_name.get(check.name)
            or Outcome(id, check.name, Status.NOT_ATTEMPTED, check.points, check.sentence, hidden=check.hidden)
        )
        for check in question.checks
    )
    return QuestionRecord(
        question.title,
        sum(check.points for check in checks),
        sum(check.earned for check in checks),
        next((check.status for check in checks if check.status is not Status.PASSED), Status.PASSED),
        checks,
    )


def _make_check(outcome: Outcome) -> CheckRecord:
    message, known = outcome.message, outcome.misconception
    if outcome.hidden and not known:
        message = _HIDDEN_STOPPED if outcome.status is Status.COULD_NOT_RUN else None
    points, earned = outcome.points, outcome.earned
    return CheckRecord(outcome.check, outcome.sentence, outcome.status, points, earned, outcome.hidden, message, known)


def _read_question(data: dict) -> QuestionRecord:
    checks = tuple(CheckRecord(**_read_texts(check, "sentence", "message")) for check in data["checks"])
    return QuestionRecord(**{**_read_texts(data, "title"), "checks": checks})


def _read_texts(data: dict, *names: str) -> dict:
    return {**data, "status": Status(data["status"]), **{name: _read_text(data[name]) for name in names}}


def _read_text(data: dict | None) -> Text | None:
    return None if data is None else Text(str(data["en"]), str(data["zh"]))


def _plain(value):
    if isinstance(value, Text):
        return {"en": value.en, "zh": value.zh}
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, StrEnum) else value
