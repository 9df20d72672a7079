"""All that decides a result beside the submission itself, and the seeds that follow from it."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

from autograder.answers.marking import DEFAULT_SEED
from autograder.answers.rooms import hash_version
from autograder.sandbox.outside.limits import Limits


@dataclass(frozen=True)
class Setting:
    """All that decides a result beside the submission; plain data, may be sent to another machine.

    `key` comes from the teacher's secret (secret.derive_key), is never printed, and no part of a task's name; without
    it, as in tests and benchmarks, whoever has the course can compute the random inputs.
    """

    exercise: str
    seed: int = DEFAULT_SEED  # of the run; each submission's own is derived from it and the answers
    timeout: float = 10.0  # s, for each cell and call
    total: float = 120.0  # s, for one submission
    limits: Limits = field(default_factory=Limits)
    image: str | None = None  # of a container; None: bubblewrap
    confined: bool = True
    key: bytes = field(default=b"", repr=False)

    def versions(self) -> dict[str, str]:
        """What a stored result must agree with to be kept."""
        decides = json.dumps([self.timeout, self.total, asdict(self.limits), self.confined])
        limits = hashlib.sha256(decides.encode()).hexdigest()[:16]
        key = hmac.new(self.key, b"which key", "sha256").hexdigest()[:16]  # leads to nothing but itself
        return {"checks": hash_version(self.exercise), "run_seed": str(self.seed), "limits": limits, "key": key}


def derive_task_key(setting: Setting, data: bytes) -> str:
    """One name for everything that decides a result."""
    decides = repr(setting).encode() + json.dumps(setting.versions()).encode() + data
    return f"{setting.exercise}-{hashlib.sha256(decides).hexdigest()}"


def derive_seed(setting: Setting, answers: dict[str, str]) -> int:
    """The seed of a submission's random inputs, 128 bits from the key, the run's seed, the exercise and the answers.

    So a file gets the same score each time, on each machine, in either language of the exercise and whoever hands it
    in. Who lacks the key can compute none, so nobody can search for a text whose inputs suit an answer.
    """
    text = json.dumps([setting.seed, setting.exercise, sorted(answers.items())])
    return int.from_bytes(hmac.digest(setting.key, text.encode(), "sha256")[:16], "big")


def derive_session_keys(setting: Setting, data: bytes) -> Iterator[bytes]:
    """Keys of a submission's sessions, one after the other; without the teacher's key each time others."""
    key = hmac.digest(setting.key, data, "sha256") if setting.key else secrets.token_bytes(32)
    return (hmac.digest(key, str(number).encode(), "sha256") for number in itertools.count())
