"""Ways to run an answer where a plain call is not enough; they stand beside it and know no right answer."""

from autograder.sandbox.inside.drivers.calls import (
    call_and_catch,
    call_and_keep_inputs,
    call_each,
    call_with_generators,
    measure_call,
)
from autograder.sandbox.inside.drivers.gradients import differentiate_program, run_gradient_check
from autograder.sandbox.inside.drivers.keras_models import build_keras_twice, convert_and_overwrite, train_keras_model
from autograder.sandbox.inside.drivers.runs import replay_training, resume_run, save_run

__all__ = [
    "build_keras_twice",
    "call_and_catch",
    "call_and_keep_inputs",
    "call_each",
    "call_with_generators",
    "convert_and_overwrite",
    "differentiate_program",
    "measure_call",
    "replay_training",
    "resume_run",
    "run_gradient_check",
    "save_run",
    "train_keras_model",
]
