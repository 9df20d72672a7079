"""Stands in for the new home until it is merged."""

from .checkpoint import Checkpoints as Checkpoints
from .state_codec import CheckpointError as CheckpointError
