"""Records of the toy exercise, for the tests of what is made of results: 6 points, of which FACTOR = 2 earns one."""

from toy_exercise import EXERCISE

from autograder.answers.answer import Local
from autograder.answers.marking import mark_exercise
from autograder.answers.outcome import Text
from autograder.results.record import make_failure, make_record


def make_toy_record(student, factor=2, double=lambda x: 2 * x, message=None):
    outcomes = mark_exercise(EXERCISE, Local({"double": double, "FACTOR": factor}), hidden=True)
    notes = (Text(message, message),) if message else ()
    return make_record(EXERCISE, outcomes, student=student, file=f"{student}.ipynb", seed=1, notes=notes)


def make_toy_failure(student, status):
    return make_failure(EXERCISE, status, Text("Sandbox <down>.", "沙箱不可用。"), student=student, file="x", seed=1)
