"""A steady look at every live session, whether a request is open or not: what is asked for between two is seen too."""

from __future__ import annotations

import threading
import time
from typing import Protocol

_SECONDS = 0.05


class Watched(Protocol):
    """What can be looked at."""

    def look(self) -> None:
        """See whether it takes too much, and end it if so."""


class Watch:
    """One thread for all sessions of this process; it runs from the first to the last."""

    def __init__(self):
        self._sessions: set[Watched] = set()
        self._some = threading.Condition()
        self._thread: threading.Thread | None = None

    def add(self, session: Watched) -> None:
        """Look at it from now on."""
        with self._some:
            self._sessions.add(session)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()
            self._some.notify()

    def remove(self, session: Watched) -> None:
        """Look at it no more."""
        with self._some:
            self._sessions.discard(session)

    def _run(self) -> None:
        while True:
            with self._some:
                self._some.wait_for(lambda: self._sessions)
                sessions = list(self._sessions)
            for session in sessions:
                session.look()
            time.sleep(_SECONDS)


WATCH = Watch()
