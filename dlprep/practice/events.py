"""What a user did, one event at a time, as the record keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from typing import Literal

from dlprep.model import VerdictStatus

# Each with the text that it is about: the user's file, unless said otherwise.
Kind = Literal[
    "started",  # the stub was written, and is that text
    "resumed",  # `start` found this file, and left it alone
    "checked",  # judged; the verdict is in the event
    "reset",  # the stub is about to replace it
    "replaced",  # an older text is about to replace it
    "restored",  # the older text; `status` is that of its last check, if it had one
    "hinted",  # a hint was shown
    "gave_up",  # the solution was shown before a pass
    "tested",  # the user's own tests: `passing` of `total` mistakes were caught
]


@dataclass(frozen=True, slots=True)
class Event:
    """One event. ``number`` gives the order; ``uid`` is its own in all records.

    ``at`` is in UTC, ``utc_offset`` in minutes. ``unwritten`` counts the failing cases that call
    what is not implemented yet. From ``status`` on, all is there for a check alone, but for what
    is said of a kind.
    """

    number: int
    uid: str
    at: datetime
    utc_offset: int
    exercise: str
    kind: str
    text_hash: str
    status: VerdictStatus | None = None
    seed: int | None = None
    seconds: float | None = None
    passing: int | None = None
    total: int | None = None
    unwritten: int | None = None
    mistakes: tuple[str, ...] = ()
    only_case: str | None = None

    @property
    def is_pass(self) -> bool:
        """Whether all cases were judged, and pass."""
        return self.kind == "checked" and self.status == "passed" and self.only_case is None


def local_day(at: datetime, utc_offset: int) -> date:
    """The day that it was where the user was; ``utc_offset`` in minutes."""
    return (at.astimezone(UTC) + timedelta(minutes=utc_offset)).date()


def moments(events: list[Event], now: datetime) -> list[datetime]:
    """When each event was, in the order of the events, which clocks do not always keep.

    An event of the future was written by a clock that was wrong: it was at the next event that is
    not, or now. One that is earlier than the event before it was, then, at the same time.
    """
    latest, known = now, []
    for event in reversed(events):
        if event.at <= now:
            latest = event.at
        known.append(event.at if event.at <= now else latest)
    return list(accumulate(reversed(known), max))
