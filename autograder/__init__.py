"""Checks for the course's exercises: in the learner's notebook, and for a class, from a submission to a score.

    notebook           check, hint, score: what a learner sees
    answers/           what checks are written with; the checks themselves stand in lessons/NN_topic/checks.py
    sandbox/inside/    UNTRUSTED: all that is mounted where a learner's code runs, and nothing else
    sandbox/outside/   launchers, limits, sessions
    grading/           from files that were handed in to records, on this machine or on a cluster
    results/           records, grades.csv, feedback
    export/            Canvas, Moodle, nbgrader, Gradescope

All but sandbox/inside/ is the trusted side. An import leads down this list or within a folder, never up; only
answers/ reaches sandbox/inside/, for what both sides share.
"""

import sys

if sys.argv[:1] == ["-m"]:  # so it stands there while Python looks for the module of `python -m autograder`
    from autograder.working_folder import forget_working_folder

    forget_working_folder()

from autograder.notebook import open_exercise

__all__ = ["open_exercise"]
