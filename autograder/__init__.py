"""Checks for the course's exercises: in the learner's notebook, and (trusted side) for a class."""

from autograder.notebook import open_exercise

__all__ = ["open_exercise"]
