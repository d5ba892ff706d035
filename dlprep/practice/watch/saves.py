"""Saves of one file, seen by looking at it."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

from dlprep.practice.workspace import WorkspaceError, read_submission

# Between two looks. The operating systems' ways to be told of a change differ, say nothing on
# network folders, and lose a file that an editor replaces; a look takes some microseconds.
POLL = 0.05
LATE = 5.0  # seconds; who sees a save later than that was stopped in between

_Stamp = tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Save:
    """The ``text`` that is in the file from now on, or the ``problem`` that it cannot be read.

    ``at`` is when it was saved, by ``time.perf_counter``. ``first``: nobody saved, it was there.
    """

    at: float
    first: bool
    text: bytes = b""
    problem: str = ""


class Saves:
    """The saves of the file ``path``. The first look tells what is there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._told: _Stamp | None = None
        self._last = _stamp(path)

    def look(self) -> Save | None:
        """What is new since the last look, once it has stayed the same for one.

        A save may come in two steps (the file is emptied, then written; or removed, then another
        renamed), and what is between them is nobody's text.
        """
        stamp = _stamp(self.path)
        if stamp == self._told or stamp != self._last:
            self._last = stamp
            return None
        first = self._told is None
        at = time.perf_counter() - (0 if first else _age(self.path))
        try:
            text, problem = read_submission(self.path), ""
        except WorkspaceError as error:
            text, problem = b"", str(error)
        self._last = _stamp(self.path)
        if self._last != stamp:  # saved while it was read
            return None
        self._told = stamp
        return Save(at, first, text, problem)


def _stamp(path: Path) -> _Stamp:
    """What differs after a save, or when what is wrong with the file is another thing.

    The mode says whether it can be read.
    """
    try:
        info = path.stat()
    except OSError:
        return (os.path.lexists(path),)  # then it is a link that leads nowhere
    times = info.st_mtime_ns, info.st_ctime_ns  # a copy may bring its own time of change
    return info.st_dev, info.st_ino, info.st_mode, info.st_size, *times


def _age(path: Path) -> float:
    """How many seconds ago the file was saved, as far as its times can be believed.

    They cannot on a network folder whose server has another clock.
    """
    try:
        info = path.stat()
    except OSError:
        return 0.0
    age = time.time() - max(info.st_mtime, info.st_ctime)  # a file that is renamed keeps the first
    return age if 0 <= age < LATE else 0.0
