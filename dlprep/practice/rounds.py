"""Rounds: from the stub to the pass, once and again. Reviews and figures are made of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from dlprep.practice.events import Event, local_day, moments

BREAK = timedelta(hours=2)  # who is away for longer than this was not at work

Outcome = Literal["open", "passed", "gave up", "abandoned"]


@dataclass(slots=True)
class Round:
    """One exercise, written once.

    It begins with the exercise's first event, or when the stub is back; it ends with the first
    pass of all cases, or when the user gives up. A text from before its beginning, once restored,
    makes it ``abandoned``: what follows was not written in it. ``wrong_checks`` are those of a
    file that loads and has nothing left to write. ``minutes`` are those at work: the time before
    an event counts for its exercise, unless that was a break.
    """

    exercise: str
    first: int  # where its first event stands among all
    began: datetime
    day: date  # of its last event, where the user was
    ended: datetime | None = None
    outcome: Outcome = "open"
    hints: int = 0
    checks: int = 0
    wrong_checks: int = 0
    minutes: float = 0.0


def rounds(events: list[Event], now: datetime) -> list[Round]:
    """The rounds of all exercises, in the order of their beginnings.

    ``events`` are all of the record's, in their order: what was done in between is time for
    another exercise.
    """
    found: list[Round] = []
    current: dict[str, Round] = {}  # the last round of each exercise
    seen: dict[tuple[str, str], int] = {}  # where each text of an exercise came first
    old: dict[str, int] = {}  # what came until then is older than the exercise's last round
    before: datetime | None = None
    for n, (event, at) in enumerate(zip(events, moments(events, now), strict=True)):
        pause = event.at - before if before else BREAK  # by the clock, right or wrong
        before, day = event.at, local_day(at, event.utc_offset)
        first_seen = seen.setdefault((event.exercise, event.text_hash), n)
        one = current.get(event.exercise)
        if one is None or (event.kind in ("started", "reset") and one.outcome != "open"):
            old[event.exercise] = n if one else -1
            one = current[event.exercise] = Round(event.exercise, n, at, day)
            found.append(one)
        elif one.outcome == "open":
            one.minutes += _minutes(pause)
        if one.outcome == "open":
            _note(one, event, at, day, is_old=first_seen <= old[event.exercise])
    return found


def _note(one: Round, event: Event, at: datetime, day: date, *, is_old: bool) -> None:
    """What an event adds to the round that it is in."""
    one.day = day
    if event.kind == "hinted":
        one.hints += 1
    elif event.kind == "gave_up":
        one.outcome, one.ended = "gave up", at
    elif event.kind == "restored" and is_old:
        one.outcome, one.ended = "abandoned", at
    elif event.is_pass:
        one.checks += 1
        one.outcome, one.ended = "passed", at
    elif event.kind == "checked" and event.status != "fault" and event.only_case is None:
        one.checks += 1
        one.wrong_checks += bool(event.total) and not event.unwritten


def _minutes(pause: timedelta) -> float:
    return pause.total_seconds() / 60 if timedelta(0) <= pause < BREAK else 0.0
