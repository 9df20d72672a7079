"""Honest scores do not depend on who is graded beside them."""

from mixed_class import compare


def test_hostile_submissions_cost_no_honest_one_anything():
    """Of 50; `python tests/shared/mixed_class.py 01_backprop` is the same for 500."""
    assert compare("01_backprop", 50).faults == []
