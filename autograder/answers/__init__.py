"""What checks are written with; a room's checks.py imports from here and from NumPy, nothing else."""

from autograder.answers.answer import Answer, Learner
from autograder.answers.calls import call_at_the_edge, call_each, keep_inputs
from autograder.answers.exercise import Exercise
from autograder.answers.expect import (
    as_array,
    expect_close,
    expect_entries,
    expect_equal,
    expect_number,
    expect_numbers,
    expect_parts,
    expect_shape,
    is_close,
    is_equal,
)
from autograder.answers.judge import (
    Tolerance,
    expect_choice,
    expect_letters,
    expect_rows,
    judge_constant,
    judge_equal,
)
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
    "Tolerance",
    "Wrong",
    "as_array",
    "call_at_the_edge",
    "call_each",
    "drivers",
    "expect_choice",
    "expect_close",
    "expect_entries",
    "expect_equal",
    "expect_letters",
    "expect_number",
    "expect_numbers",
    "expect_parts",
    "expect_rows",
    "expect_shape",
    "is_close",
    "is_equal",
    "judge_constant",
    "judge_equal",
    "keep_inputs",
]
