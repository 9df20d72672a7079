"""One submission's program in the sandbox, over as many sessions as it takes to get past what ends one."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from autograder.answers.layout import Layout
from autograder.answers.outcome import CheckFailed, CouldNotRun, NotAttempted, Text
from autograder.answers.program import Step, add_names, choose_steps, name_step, restrict_program
from autograder.sandbox.outside.remote import Remote, Stopped
from autograder.sandbox.outside.session import Session

MAX_SESSIONS = 40  # for one submission
_OWN_SHARE = 1 / 3  # of the total time, for cells that hold no answer


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
    """The learner's namespace: the program runs in it in order; each cell and call has `seconds`, all `total`.

    A cell that raises is noted, and the others go on; where a name was missing, it runs once more behind them. A cell
    in which the session ends is left out of the next session; so is one that is still a hole. Use as a context manager.
    """

    def __init__(
        self, start: Callable[[], Session], steps: Sequence[Step], layout: Layout, seconds: float, total: float
    ):
        self._start, self._steps, self._layout, self._seconds = start, list(steps), layout, seconds
        self._until, self._own_seconds = time.monotonic() + total, total * _OWN_SHARE
        self._sessions, self._remote, self._ran, self._others = 0, None, False, []
        self._program: list[Step] | None = None
        self._current: list[Step] = []  # what the open session has run
        self._failed: dict[int, CouldNotRun] = {}  # by id(step)
        self._blocked: dict[int, CheckFailed] = {}

    def __enter__(self) -> Sitting:
        return self

    def __exit__(self, *_) -> None:
        self.close()

    @property
    def program(self) -> list[Step]:
        """The steps that are run. Raises as `open` does."""
        if self._program is None:
            self._remote, self._ran = self._begin(), False
        return self._program

    def open(self) -> Remote:
        """The namespace of all cells that can run; a new one where the last session has ended.

        Raises Exhausted, SandboxError.
        """
        while not (self._remote and self._ran) or self._remote.session.ended:
            if self._remote is None or self._remote.session.ended:
                self._remote = self._begin()
            self._current = self.program
            self._ran = self._run(self._remote)
        self._require_time()
        return self._remote

    def open_alone(self, question: str) -> Remote:
        """A new namespace of one answer and what it needs: what the others left running cannot end it.

        Raises as `open` does, Stopped.
        """
        self.close()
        self._current = restrict_program(self.program, self._layout, question)
        for step in self._current:
            self._blocked.pop(id(step), None)
        self._remote, self._ran = self._begin(), False
        if not self._run(self._remote):
            raise self._remote.stopped
        return self._remote

    def fresh(self) -> Remote:
        """The same program in a new session beside the open one, until `close_others`. Raises as `open_alone` does."""
        self._others.append(remote := self._begin())
        if not self._run(remote):
            raise remote.stopped
        return remote

    def close_others(self) -> None:
        """End the sessions that `fresh` has begun."""
        while self._others:
            self._others.pop().session.close()

    def close(self) -> None:
        """End all sessions; `open` begins another."""
        self.close_others()
        if self._remote:
            self._remote.session.close()

    def find_blocked(self, question: str) -> CheckFailed | None:
        """Why the cell that decides the question's answer is left out, None where it is not."""
        steps = [step for step in self.program if question in step.questions]
        return self._blocked.get(id(steps[-1])) if steps else None

    def find_failed(self, question: str) -> Text | None:
        """With what a cell of the question's answer stopped, None where none did."""
        stops = [self._failed.get(id(step)) for step in self.program if question in step.questions]
        return next((stop.message for stop in reversed(stops) if stop), None)

    def list_lost(self) -> list[Text]:
        """With what the cells stopped that hold no answer, and are needed by one."""
        lost = {**self._failed, **self._blocked}
        return [lost[id(step)].message for step in self.program if id(step) in lost and not step.questions]

    def _begin(self) -> Remote:
        self._require_time()
        self._sessions += 1
        remote = Remote(session := self._start(), self._seconds, self.fresh)
        session.end_by(self._until)
        if self._program is None:
            try:
                names = remote.study([step.source for step in self._steps if not step.given])
                self._steps = add_names(self._steps, lambda sources: names)
            except CouldNotRun:
                pass  # then the answers run without what else the notebook holds
            self._program = choose_steps(self._steps, self._layout)
        return remote

    def _run(self, remote: Remote) -> bool:
        """Whether the session is still there."""
        for step in self._current:
            if id(step) not in self._blocked and not self._run_step(remote, step):
                return False
        late = [step for step in self._current if getattr(self._failed.get(id(step)), "kind", "") == "NameError"]
        return all(self._run_step(remote, step) for step in late)

    def _run_step(self, remote: Remote, step: Step) -> bool:
        began, own = time.monotonic(), not step.questions and not step.given
        if own and self._own_seconds < 0:
            self._blocked[id(step)] = Exhausted()
            return True
        try:
            if step.given:
                remote.rerun_given(step.given)
            else:
                remote.run_cell(step.source, name_step(step), step.names.blanks if step.names else ())
                self._failed.pop(id(step), None)
        except (Stopped, NotAttempted) as error:
            self._blocked[id(step)] = error
            return not isinstance(error, Stopped)
        except CouldNotRun as error:
            self._failed[id(step)] = error
        finally:
            self._own_seconds -= own * (time.monotonic() - began)
        return True

    def _require_time(self) -> None:
        if time.monotonic() > self._until or self._sessions == MAX_SESSIONS:
            raise Exhausted()
