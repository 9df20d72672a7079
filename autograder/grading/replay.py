"""One submission's cells in the sandbox, over as many sessions as it takes to get past what ends one."""

from __future__ import annotations

import time
from collections.abc import Callable

from autograder.answers.outcome import CheckFailed, CouldNotRun, NotAttempted, Text
from autograder.sandbox.outside.remote import Remote, Stopped
from autograder.sandbox.outside.session import Session

MAX_SESSIONS = 40  # for one submission


class Exhausted(CouldNotRun):
    """The submission has had its time, or its number of sessions."""

    def __init__(self):
        super().__init__(
            Text(
                "Not run: other answers stopped or took too long, and used up the time of the whole submission.",
                "没有运行：其他答案中断或超时，用完了整份提交的时间。",
            )
        )


class Sitting:
    """The learner's namespace: the answer cells run in it in order; each cell and call has `seconds`, all `total`.

    A cell that raises is noted in `failed`, and the others go on. A cell in which the session ends is noted in
    `blocked` and left out of the next session; so is one that is still a hole. Use as a context manager.
    """

    def __init__(self, start: Callable[[], Session], answers: dict[str, str], seconds: float, total: float):
        self.failed: dict[str, Text] = {}
        self.blocked: dict[str, CheckFailed] = {}
        self._start, self._answers, self._seconds = start, answers, seconds
        self._until, self._sessions = time.monotonic() + total, 0
        self._remote: Remote | None = None

    def __enter__(self) -> Sitting:
        return self

    def __exit__(self, *_) -> None:
        if self._remote:
            self._remote.session.close()

    def open(self) -> Remote:
        """The namespace of all cells that can run; a new one where the last session has ended.

        Raises Exhausted, SandboxError.
        """
        while self._remote is None or self._remote.session.ended:
            self._begin()
            for question, source in self._answers.items():
                if question not in self.blocked and not self._run_answer(question, source):
                    break
        self._require_time()
        return self._remote

    def open_alone(self, question: str) -> Remote:
        """A new namespace of one answer: what the others left running cannot end it. Raises as `open` does, Stopped."""
        self.__exit__()
        self._begin()
        self.blocked.pop(question, None)
        if not self._run_answer(question, self._answers[question]):
            raise self.blocked[question]
        return self._remote

    def close(self) -> None:
        """End the session; `open` begins another."""
        self.__exit__()

    def _begin(self) -> None:
        self._require_time()
        self._sessions += 1
        self._remote = Remote(self._start(), self._seconds)

    def _run_answer(self, question: str, source: str) -> bool:
        """Whether the session is still there."""
        try:
            self._remote.run_cell(source, question)
        except (Stopped, NotAttempted) as error:
            self.blocked[question] = error
            return not isinstance(error, Stopped)
        except CouldNotRun as error:
            self.failed[question] = error.message
        return True

    def _require_time(self) -> None:
        if time.monotonic() > self._until or self._sessions == MAX_SESSIONS:
            raise Exhausted()
