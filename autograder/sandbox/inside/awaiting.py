"""Runs a coroutine without sockets or files: what a cell awaits at its top level, as IPython lets it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine


def run_coroutine(coroutine: Coroutine) -> None:
    """Run it, and the tasks that it starts, to its end; also where another loop is running. Raises what it raises."""
    outer = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    loop = _Loop()
    try:
        loop.run_until_complete(coroutine)
    finally:
        loop.close()
        asyncio._set_running_loop(outer)


class _Loop(asyncio.BaseEventLoop):
    """asyncio's own loop, in which nothing but time passes: the sandbox has no sockets to wait for."""

    def __init__(self):
        super().__init__()
        self._selector = self

    def select(self, timeout: float | None) -> list:
        time.sleep(0.001 if timeout is None else min(timeout, 0.001))  # a thread may have finished meanwhile
        return []

    def _process_events(self, events: list) -> None:
        pass

    def _write_to_self(self) -> None:
        pass
