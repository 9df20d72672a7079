"""What check() shows is what grade gives: random histories of a notebook, in a real kernel and in the sandbox."""

import os

import pytest
from classes import NAME
from histories import QUESTIONS, History, Kernel, read_shown

from autograder.answers.outcome import Status
from autograder.grading.grader import Grader
from autograder.grading.setting import Setting

SEEDS = range(int(os.environ.get("HISTORIES_FROM", 0)), int(os.environ.get("HISTORIES_TO", 20)))


@pytest.fixture(scope="module")
def grader():
    with Grader(Setting(NAME)) as grader:
        yield grader


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    kernel = Kernel(tmp_path_factory.mktemp("learner"))
    yield kernel
    kernel.close()


@pytest.mark.parametrize("seed", SEEDS)
def test_check_shows_what_grade_gives_or_warns(grader, kernel, seed):
    history = History(kernel, seed)
    shown = {question: history.check(question) for question in QUESTIONS}
    record = grader.grade(history.hand_in())
    for question, text in shown.items():
        passed, warned = read_shown(text)
        checks = [check for check in record.questions[question].checks if not check.hidden]
        graded = [check.sentence.en for check in checks if check.status is Status.PASSED]
        what = "\n".join([*history.actions, f"--- {question}, shown:", text, "--- graded:", *map(str, checks)])
        assert passed == graded or warned, what + f"\nnotes: {record.message}"
