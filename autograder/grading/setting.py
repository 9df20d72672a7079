"""All that decides a result beside the submission itself, and the seeds that follow from it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field

from autograder.answers.marking import DEFAULT_SEED
from autograder.answers.rooms import hash_version
from autograder.sandbox.outside.limits import Limits


@dataclass(frozen=True)
class Setting:
    """All that decides a result beside the submission; plain data, may be sent to another machine."""

    exercise: str
    seed: int = DEFAULT_SEED  # of the run; each submission's own is derived from it and the answers
    timeout: float = 10.0  # s, for each cell and call
    total: float = 120.0  # s, for one submission
    limits: Limits = field(default_factory=Limits)
    image: str | None = None  # of a container; None: bubblewrap
    confined: bool = True

    def versions(self) -> dict[str, str]:
        """What a stored result must agree with to be kept."""
        decides = json.dumps([self.timeout, self.total, asdict(self.limits), self.confined])
        limits = hashlib.sha256(decides.encode()).hexdigest()[:16]
        return {"checks": hash_version(self.exercise), "run_seed": str(self.seed), "limits": limits}


def derive_task_key(setting: Setting, data: bytes) -> str:
    """One name for everything that decides a result."""
    decides = repr(setting).encode() + json.dumps(setting.versions()).encode() + data
    return f"{setting.exercise}-{hashlib.sha256(decides).hexdigest()}"


def derive_seed(setting: Setting, answers: dict[str, str]) -> int:
    """The seed of a submission's random inputs, from the run's seed, the exercise and the text of its answers.

    So a file gets the same score each time, on each machine, in either language of the exercise and whoever hands it
    in; and nobody can fit an answer to inputs, which change as soon as the answer does.
    """
    text = json.dumps([setting.seed, setting.exercise, sorted(answers.items())])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
