"""Figures of the practice, as plain data: days, passes, times, mistakes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from dlprep.catalog import Exercise
from dlprep.practice.events import Event
from dlprep.practice.rounds import Round, rounds, timeline


@dataclass(frozen=True, slots=True)
class Day:
    """A day on which something was checked, and the minutes at work on it."""

    day: date
    minutes: float
    checks: int


@dataclass(frozen=True, slots=True)
class TrackPasses:
    """How many of a track's exercises were ever passed."""

    track: str
    passed: int
    total: int


@dataclass(frozen=True, slots=True)
class FirstPass:
    """The first pass of an exercise: the minutes at work, if known, against its ``target``."""

    exercise: str
    day: date
    minutes: float | None
    target: int


@dataclass(frozen=True, slots=True)
class MadeMistake:
    """A named mistake, and in how many different texts it was found."""

    exercise: str
    name: str
    times: int


@dataclass(frozen=True, slots=True)
class Stats:
    """All figures. ``streak`` counts the days in a row up to today, or up to yesterday.

    ``passes`` begin with the slowest, against its target; ``mistakes`` with the most frequent.
    ``reviews`` are the rounds that ended after an exercise's first.
    """

    today: date
    streak: int
    days: tuple[Day, ...]
    tracks: tuple[TrackPasses, ...]
    passes: tuple[FirstPass, ...]
    mistakes: tuple[MadeMistake, ...]
    hints: int
    give_ups: int
    reviews: int

    def to_json(self) -> dict[str, Any]:
        """All figures as a JSON object."""
        return asdict(self, dict_factory=lambda items: {name: _plain(one) for name, one in items})


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 1)
    return value.isoformat() if isinstance(value, date) else value


def stats(events: Sequence[Event], exercises: Sequence[Exercise], now: datetime) -> Stats:
    """The figures of a record; ``now`` is in the user's time zone.

    Work on an exercise that is not in the catalogue (any more) counts as practice; only its
    passes, times and mistakes are left out.
    """
    history, days, today = rounds(events, now), _days(events, now), now.date()
    ended = [one for one in history if one.outcome in ("passed", "gave up")]
    passed = {one.exercise: one for one in reversed(history) if one.outcome == "passed"}
    first_passes = [(one, passed[one.slug]) for one in exercises if one.slug in passed]
    totals = Counter(exercise.track for exercise in exercises)
    passes = Counter(exercise.track for exercise, _ in first_passes)
    return Stats(
        today,
        _streak({day.day for day in days}, today),
        days,
        tuple(TrackPasses(track, passes[track], total) for track, total in totals.items()),
        _passes(first_passes),
        _mistakes(events, {exercise.slug for exercise in exercises}),
        hints=sum(one.hints for one in history),
        give_ups=sum(one.outcome == "gave up" for one in history),
        reviews=len(ended) - len({one.exercise for one in ended}),
    )


def _days(events: Sequence[Event], now: datetime) -> tuple[Day, ...]:
    minutes, checks = defaultdict[date, float](float), Counter[date]()
    for event, day, at_work in timeline(events, now):
        minutes[day] += at_work
        checks[day] += event.kind in ("checked", "tested")
    return tuple(Day(day, minutes[day], checks[day]) for day in sorted(checks) if checks[day])


def _streak(days: set[date], today: date) -> int:
    day = max(days, default=date.min)  # after a flight to the west it can be tomorrow
    if day < today - timedelta(days=1):
        return 0
    streak = 0
    while day in days:
        streak, day = streak + 1, day - timedelta(days=1)
    return streak


def _passes(first_passes: list[tuple[Exercise, Round]]) -> tuple[FirstPass, ...]:
    found = [
        FirstPass(exercise.slug, one.day, one.minutes or None, exercise.minutes)
        for exercise, one in first_passes
    ]
    return tuple(sorted(found, key=lambda one: -(one.minutes or 0) / one.target))


def _mistakes(events: Sequence[Event], known: set[str]) -> tuple[MadeMistake, ...]:
    # Texts are counted, not checks: a file may be saved ten times with the same mistake.
    made = {(event.exercise, name, event.text_hash) for event in events for name in event.mistakes}
    texts = Counter((exercise, name) for exercise, name, _ in made if exercise in known)
    found = [MadeMistake(exercise, name, times) for (exercise, name), times in texts.items()]
    return tuple(sorted(found, key=lambda one: (-one.times, one.exercise, one.name)))
