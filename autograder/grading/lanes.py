"""Grades on this machine: processes side by side, each with its own sandbox, watched and replaced when they fail."""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import threading
import time
from collections.abc import Iterable, Iterator
from multiprocessing.connection import Connection, wait

from autograder.grading.grader import Grader, grade_safely, make_grader_error
from autograder.grading.setting import Setting
from autograder.results.record import Record
from autograder.sandbox.inside.memory import leave_garbage
from autograder.sandbox.outside.cgroup import remove_left
from autograder.sandbox.outside.errors import SandboxError

_TRIES = 2
_START_SECONDS = 300.0
_READY = "ready"
_LANE_BYTES = 2 << 30  # of memory, beside what a grading process takes at its start


def grade_locally(
    tasks: Iterable[tuple[str, bytes]], setting: Setting, jobs: int, patience: float | None = None
) -> Iterator[tuple[str, Record]]:
    """(key, record) of each task (key, notebook), as they are finished, `jobs` at a time.

    A process that dies, or works on one submission for more than `patience` seconds, is replaced; the submission is
    tried again, then recorded as the grader's error. One that ran out of time while others had the processors is graded
    a second time, alone, when all others are done, and that counts. Raises what Grader raises where none can be
    started in two tries.
    """
    patience = patience or 2 * setting.total + 120
    tasks, again, alone, lanes = iter(tasks), [], [], []
    context = multiprocessing.get_context("spawn")
    try:
        while True:
            while task := again.pop() if again else _next_task(tasks):
                lane = next((lane for lane in lanes if lane.task is None), None)
                if lane is None and len(lanes) < jobs:
                    lanes.append(lane := _Lane(context, setting, patience, _choose_processor(lanes, jobs)))
                if lane is None:
                    again.append(task)
                    break
                lane.give(task)
            busy = [lane for lane in lanes if lane.task]
            if not busy:
                if not alone:
                    return
                again.append(alone.pop())
                continue
            soonest = min(lane.until for lane in busy)
            ready = wait([lane.pipe for lane in busy], timeout=max(0.0, soonest - time.monotonic()))
            for lane in busy:
                key, data, tried, may_repeat = lane.task
                try:
                    if lane.pipe in ready:
                        if said := lane.take():
                            record, starved = said
                            if starved and may_repeat and jobs > 1:
                                alone.append((key, data, 0, False))
                            else:
                                yield key, record
                        continue
                    if time.monotonic() < lane.until:
                        continue
                    error = SandboxError("a grading process took too long")
                except (EOFError, OSError):
                    error = SandboxError("a grading process died")
                except Exception as said:
                    error = said
                lane.stop()
                lanes.remove(lane)
                if tried + 1 < _TRIES:  # also where it did not start: it, or its sandbox, may have been killed
                    again.append((key, data, tried + 1, may_repeat))
                elif not lane.met_ready:
                    raise error
                else:
                    yield key, make_grader_error(setting, data, str(error))
    finally:
        for lane in lanes:
            lane.stop()


def _next_task(tasks: Iterator[tuple[str, bytes]]) -> tuple[str, bytes, int, bool] | None:
    """Key, notebook, tries that failed so far, whether it may be graded a second time alone."""
    task = next(tasks, None)
    return (*task, 0, True) if task else None


def _choose_processor(lanes: list[_Lane], jobs: int) -> int | None:
    """One that no lane has, as far as there are as many: however many threads an answer starts, it has that one."""
    free = sorted(os.sched_getaffinity(0)) if jobs > 1 else []
    taken = [lane.processor for lane in lanes]
    return min(free, key=taken.count, default=None)


class _Lane:
    """One grading process. `task` is what it works on, `until` when that should be done (time.monotonic)."""

    def __init__(self, context, setting: Setting, patience: float, processor: int | None):
        self.pipe, theirs = context.Pipe()
        self.task, self.met_ready, self.processor, self._patience = None, False, processor, patience
        self.until = time.monotonic() + _START_SECONDS
        self._process = context.Process(target=_serve, args=(theirs, setting, os.getpid(), processor), daemon=True)
        self._process.start()
        theirs.close()

    def give(self, task: tuple[str, bytes, int, bool]) -> None:
        self.task = task
        if self.met_ready:
            self.until = time.monotonic() + self._patience
        try:
            self.pipe.send_bytes(task[1])
        except OSError:
            pass  # dead: `take` finds out

    def take(self) -> tuple[Record, bool] | None:
        """The record, and whether time ran out while others had the processors; None if it has only said "ready".

        Raises EOFError, and its own errors.
        """
        said = self.pipe.recv()
        if isinstance(said, Exception):
            raise said
        if said == _READY:
            self.met_ready, self.until = True, time.monotonic() + self._patience
            return None
        self.task = None
        return said

    def stop(self) -> None:
        self._process.kill()  # its sandbox ends with it
        self._process.join()
        remove_left()
        self.pipe.close()


def _serve(pipe: Connection, setting: Setting, parent: int, processor: int | None) -> None:
    """In the process: grade what comes through the pipe, until the other end closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    if processor is not None:
        os.sched_setaffinity(0, {processor})  # and of the sandbox, which cannot change it
    try:
        with Grader(setting) as grader:
            _limit_memory(_LANE_BYTES)
            leave_garbage()
            pipe.send(_READY)
            while True:
                data, before = pipe.recv_bytes(), grader.pool.starved
                pipe.send((grade_safely(grader, data), grader.pool.starved > before))
    except (EOFError, BrokenPipeError, KeyboardInterrupt):
        pass
    except Exception as error:
        pipe.send(error)


def _limit_memory(more: int) -> None:
    """At most `more` bytes beside what this process has: an answer that asks for terabytes here meets MemoryError."""
    with open("/proc/self/status") as file:
        has = next(int(line.split()[1]) << 10 for line in file if line.startswith("VmData:"))
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(
        resource.RLIMIT_DATA, (has + more, hard)
    )  # soft: the sandboxes lift it and have limits of theirs


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)
