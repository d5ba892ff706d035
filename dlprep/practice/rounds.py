"""Rounds: from the stub to the pass, once and again. Reviews and figures come from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from typing import Literal

from dlprep.practice.events import Event

BREAK = timedelta(hours=2)  # a longer pause is not work

Outcome = Literal["open", "passed", "gave up", "abandoned"]


@dataclass(slots=True)
class Round:
    """One exercise, written once.

    It begins with the exercise's first event, or when the stub is back; it ends with the first
    pass, polished or not, or when the user gives up. When a text from before its beginning is
    restored it is ``abandoned``: what follows was not written in it. ``wrong_checks`` are those of
    a file that loads and has nothing left to write. ``minutes`` are those at work, see
    ``timeline``.
    """

    exercise: str
    first: int  # where its first event stands among all
    day: date  # of its last event, where the user was
    outcome: Outcome = "open"
    hints: int = 0
    wrong_checks: int = 0
    minutes: float = 0.0


def rounds(events: Sequence[Event], now: datetime) -> list[Round]:
    """The rounds of all exercises, in the order of their beginnings.

    ``events`` are all of the record's, in their order: what was done in between is time for
    another exercise.
    """
    found: list[Round] = []
    current: dict[str, Round] = {}  # the last round of each exercise
    seen: dict[tuple[str, str], int] = {}  # where each text of an exercise came first
    old: dict[str, int] = {}  # what came until then is older than the exercise's last round
    for n, (event, day, minutes) in enumerate(timeline(events, now)):
        first_seen = seen.setdefault((event.exercise, event.text_hash), n)
        one = current.get(event.exercise)
        if one is None or (event.kind in ("started", "reset") and one.outcome != "open"):
            old[event.exercise] = n if one else -1
            one = current[event.exercise] = Round(event.exercise, n, day)
            found.append(one)
        elif one.outcome == "open":
            one.minutes += minutes
        if one.outcome != "open":
            continue
        one.day = day
        if event.kind == "hinted":
            one.hints += 1
        elif event.kind == "gave_up":
            one.outcome = "gave up"
        elif event.kind == "restored" and first_seen <= old[event.exercise]:
            one.outcome = "abandoned"
        elif event.is_pass:
            one.outcome = "passed"
        elif event.kind == "checked" and event.status != "fault" and event.only_case is None:
            one.wrong_checks += bool(event.total) and not event.unwritten
    return found


def timeline(events: Sequence[Event], now: datetime) -> Iterator[tuple[Event, date, float]]:
    """Each event of the record with its day, where the user was, and the minutes at work before it.

    The time before an event counts as work on its exercise, unless it was a break.
    """
    before: datetime | None = None
    for event, at in zip(events, moments(events, now), strict=True):
        # The clocks' own times: moments that were corrected have no time between them.
        pause = event.at - before if before else BREAK
        minutes = pause / timedelta(minutes=1) if timedelta(0) <= pause < BREAK else 0.0
        yield event, (at.astimezone(UTC) + timedelta(minutes=event.utc_offset)).date(), minutes
        before = event.at


def moments(events: Sequence[Event], now: datetime) -> list[datetime]:
    """When each event was, in the order of the events, which clocks do not always keep.

    The clock that wrote an event of the future was wrong: the event was at the time of the next
    one that is not, or now. An event that is earlier than the one before it was at the same time.
    """
    latest, known = now, []
    for event in reversed(events):
        if event.at <= now:
            latest = event.at
        known.append(latest)
    return list(accumulate(reversed(known), max))


def hints_shown(events: Sequence[Event], exercise: str) -> int:
    """How many hints were shown since the exercise's last round began."""
    last, own = _last_round(events, exercise)
    return sum(event.kind == "hinted" for event in own[last.first :]) if last else 0


def solution_is_free(events: Sequence[Event], exercise: str) -> bool:
    """Whether the solution may be read freely: after a pass, or once the user gave up.

    When the stub is back for a review, it is before the pass again.
    """
    last, own = _last_round(events, exercise)
    if last and last.outcome != "abandoned":  # else the user's own old text is back
        own = own[last.first :]
    return any(event.is_pass or event.kind == "gave_up" for event in own)


def _last_round(events: Sequence[Event], exercise: str) -> tuple[Round | None, list[Event]]:
    own = [event for event in events if event.exercise == exercise]
    return next(reversed(rounds(own, datetime.now(UTC))), None), own
