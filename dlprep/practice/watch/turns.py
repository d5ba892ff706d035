"""Which text is judged now, and which one next."""

from __future__ import annotations

import time

from dlprep.practice.watch.saves import Save

PATIENCE = 0.5  # seconds; editors that format what they save write twice, and a new judge is dear


class Turns:
    """One text is judged at a time, the newest one next.

    A newer save makes the check under way void: its verdict counts for nothing.
    """

    def __init__(self) -> None:
        self._running: Save | None = None
        self._next: Save | None = None
        self._void_since: float | None = None

    @property
    def busy(self) -> bool:
        """Whether a check is under way, or about to be."""
        return self._running is not None or self._next is not None

    @property
    def overdue(self) -> bool:
        """Whether the judge has been at a void check for longer than it is worth."""
        return self._void_since is not None and time.perf_counter() > self._void_since + PATIENCE

    def saved(self, save: Save | None) -> None:
        """A newer text is there, or none that can be read."""
        self._next = save
        if self._running and self._void_since is None:
            self._void_since = time.perf_counter()

    def take(self) -> Save | None:
        """The text to be judged now, if there is one."""
        if self._running or self._next is None:
            return None
        self._running, self._next = self._next, None
        return self._running

    def wants(self, save: Save) -> bool:
        """Whether the verdict on this text, which is being judged, counts."""
        return self._running is save and self._void_since is None

    def end(self) -> Save | None:
        """The check under way has ended; its text."""
        save, self._running, self._void_since = self._running, None, None
        return save
