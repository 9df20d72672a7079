"""What the Gradescope autograder runs for each submission: grades it in our sandbox and writes results.json.

Gradescope starts a container for each submission: /autograder/source holds the zip, /autograder/submission what the
student handed in, results/results.json is read back. The sandbox is needed in there too, since the container also
holds the hidden checks and the results. Another folder than /autograder may be given, for trying it out.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from autograder.answers.layout import load_layout
from autograder.answers.outcome import Status, Text
from autograder.command_line import NOTHING_MATCHED
from autograder.grading.intake import gather_one
from autograder.grading.parsing import SubmissionError
from autograder.grading.submission import read_submission
from autograder.results.cells import clean
from autograder.results.plain_text import to_plain_text
from autograder.results.record import Record, RecordStatus, read_record
from course_utils.files import write_file

_GRADER = (sys.executable, "-P", "-m", "autograder")
_NOTHING = Text("There is no file in the submission.", "提交中没有文件。")
_FAILED = Text(
    "Your work could not be graded. This is not your fault, nothing is lost, and your teacher sees this message.",
    "你的作业没有评上分。这不是你的问题，提交没有丢失，老师也会看到这条消息。",
)


def grade_in_container(
    root: Path, exercise: str, options: Sequence[str] = (), command: Sequence[str] = _GRADER
) -> bool:
    """Grade ROOT/submission and write ROOT/results/results.json; False if the grader failed (the file says so).

    `command` is `python -m autograder`. It sees the notebook under a neutral name: no student's name reaches it.
    """
    with tempfile.TemporaryDirectory() as folder:
        given, out = Path(folder, "submission.ipynb"), Path(folder, "out")
        try:
            given.write_bytes(gather_one(root / "submission", exercise).read())
        except SubmissionError as error:
            result = _describe_failure(error.message, 0)
        except ValueError:
            result = _describe_failure(_NOTHING, 0)
        else:
            words = [*command, "grade", exercise, str(given), "-o", str(out), *options]
            code = subprocess.run(words, stdin=subprocess.DEVNULL, check=False).returncode
            record = _read_result(out) if code == 0 else None
            wrong = _find_fault(given, exercise) if code == NOTHING_MATCHED else None
            failure = _describe_failure(wrong, 0) if wrong else _describe_failure(_FAILED, None)
            result = describe_record(record) if record else failure
    write_file(root / "results" / "results.json", json.dumps(result, ensure_ascii=False, indent=1))
    return "score" in result


def describe_record(record: Record, hidden: str = "after_due_date") -> dict:
    """The record as Gradescope's results.json: a test for each check, in both languages.

    Whether a hidden check passed is shown from the due date on, so that handing in again cannot probe it; until then
    Gradescope keeps the total back, too. No time is reported: how long an answer slept could tell a hidden input.
    """
    tests = []
    for id, question in record.questions.items():
        for number, check in enumerate(question.checks, 1):
            tests.append(
                {
                    "number": f"{id[1:]}.{number}",
                    "name": f"{id} · {_say(check.sentence, ' / ')}",
                    "score": check.earned,
                    "max_score": check.points,
                    "status": "passed" if check.status is Status.PASSED else "failed",
                    "output": _say(check.message),
                    "visibility": hidden if check.hidden else "visible",
                }
            )
    return {
        "score": record.score,
        "output": _say(record.message),
        "output_format": "text",
        "stdout_visibility": "hidden",
        "tests": tests,
    }


def _read_result(out: Path) -> Record | None:
    """The one result that the grader wrote; None for none, for a broken one and for an error of the grader."""
    try:
        (path,) = out.glob("results/*.json")
        record = read_record(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, OSError):
        return None
    return None if record.status is RecordStatus.GRADER_ERROR else record


def _find_fault(notebook: Path, exercise: str) -> Text | None:
    """Why `grade` took the file for none of this exercise's; None if it should have taken it."""
    try:
        read_submission(notebook.read_bytes(), load_layout(exercise))
    except SubmissionError as error:
        return error.message
    return None


def _describe_failure(message: Text, score: int | None) -> dict:
    """Without a score, Gradescope tells the teacher that the autograder failed."""
    result = {"output": _say(message), "output_format": "text", "stdout_visibility": "hidden"}
    return result if score is None else {"score": score, **result}


def _say(text: Text | None, between: str = "\n") -> str:
    lines = [[clean(line) for line in to_plain_text(part).split("\n")] for part in text or ()]
    return between.join("\n".join(part) for part in lines)


if __name__ == "__main__":
    sys.exit(not grade_in_container(Path(sys.argv[1]), sys.argv[2], sys.argv[3:]))
