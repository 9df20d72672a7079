"""Checks for the course's exercises: in the learner's notebook, and for a class, from a submission to a score.

What runs where (each module says so in its first line):

    the learner's notebook    notebook
    untrusted, in the sandbox worker, cells, confine, seccomp, drivers: no check, answer, score or name in reach
    both sides                wire, frames, calling, values, outcome
    trusted: a check          checks/, exercise, expect, marking, namespace, remote
    trusted: the sandbox      launch, limits, session, sandbox
    trusted: a class          intake, archives, students, parsing, submission
                              -> definition, setting, sitting, grading -> engine, lanes, cluster, results
                              -> record, report, feedback, plain
    trusted: commands         grade_command, verify,
                              export_command (export, export_nbgrader, export_gradescope, gradescope)
    trusted: proofs           proofs, jury, mutants, mutation_rules
"""

from autograder.notebook import open_exercise

__all__ = ["open_exercise"]
