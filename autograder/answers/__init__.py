"""What checks are written with; a room's checks.py imports from here and from NumPy, nothing else."""

from autograder.answers.answer import Answer, Learner
from autograder.answers.exercise import Exercise
from autograder.answers.expect import as_array, expect_close, expect_equal, expect_shape, is_close
from autograder.answers.outcome import CouldNotRun, Misconception, NotAttempted, Text, Wrong
from autograder.sandbox.inside import drivers

__all__ = [
    "Answer",
    "CouldNotRun",
    "Exercise",
    "Learner",
    "Misconception",
    "NotAttempted",
    "Text",
    "Wrong",
    "as_array",
    "drivers",
    "expect_close",
    "expect_equal",
    "expect_shape",
    "is_close",
]
