"""Figures of the practice, as plain data: days, passes, times, mistakes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from dlprep.catalog import Exercise
from dlprep.practice.events import Event, local_day, moments
from dlprep.practice.rounds import BREAK, Round, rounds


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
        return _plain(asdict(self))  # type: ignore[no-any-return] # of a dict, it is one


def stats(events: Sequence[Event], exercises: Sequence[Exercise], now: datetime) -> Stats:
    """The figures of a record; ``now`` is in the user's time zone.

    What was done on an exercise that is not in the catalogue (any more) was practice all the
    same; only its passes, times and mistakes are left out.
    """
    history = rounds(list(events), now)
    days, today = _days(list(events), now), now.date()
    ended = [one for one in history if one.outcome in ("passed", "gave up")]
    firsts: dict[str, Round] = {}
    for one in history:
        if one.outcome == "passed":
            firsts.setdefault(one.exercise, one)
    return Stats(
        today,
        _streak({day.day for day in days}, today),
        days,
        _tracks(exercises, firsts),
        _passes(exercises, firsts),
        _mistakes(events, {exercise.slug for exercise in exercises}),
        hints=sum(one.hints for one in history),
        give_ups=sum(one.outcome == "gave up" for one in history),
        reviews=len(ended) - len({one.exercise for one in ended}),
    )


def _days(events: list[Event], now: datetime) -> tuple[Day, ...]:
    minutes: defaultdict[date, float] = defaultdict(float)
    checks: Counter[date] = Counter()
    before: datetime | None = None
    for event, at in zip(events, moments(events, now), strict=True):
        day = local_day(at, event.utc_offset)
        # Between what two clocks said: moments that were corrected have no time between them.
        pause = event.at - before if before else BREAK
        if timedelta(0) <= pause < BREAK:
            minutes[day] += pause.total_seconds() / 60
        checks[day] += event.kind in ("checked", "tested")
        before = event.at
    return tuple(Day(day, minutes[day], checks[day]) for day in sorted(checks) if checks[day])


def _streak(days: set[date], today: date) -> int:
    day = max(days, default=date.min)  # after a flight to the west it can be tomorrow
    if day < today - timedelta(days=1):
        return 0
    streak = 0
    while day in days:
        streak, day = streak + 1, day - timedelta(days=1)
    return streak


def _tracks(exercises: Sequence[Exercise], firsts: dict[str, Round]) -> tuple[TrackPasses, ...]:
    totals = Counter(exercise.track for exercise in exercises)
    passed = Counter(exercise.track for exercise in exercises if exercise.slug in firsts)
    return tuple(TrackPasses(track, passed[track], total) for track, total in totals.items())


def _passes(exercises: Sequence[Exercise], firsts: dict[str, Round]) -> tuple[FirstPass, ...]:
    found = [
        FirstPass(exercise.slug, one.day, one.minutes or None, exercise.minutes)
        for exercise in exercises
        if (one := firsts.get(exercise.slug))
    ]
    return tuple(sorted(found, key=lambda one: -(one.minutes or 0) / one.target))


def _mistakes(events: Sequence[Event], known: set[str]) -> tuple[MadeMistake, ...]:
    # Texts, not checks: whoever saves a file ten times has made its mistake once.
    texts: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for event in events:
        if event.exercise in known:
            for name in event.mistakes:
                texts[event.exercise, name].add(event.text_hash)
    found = [MadeMistake(exercise, name, len(of)) for (exercise, name), of in texts.items()]
    return tuple(sorted(found, key=lambda one: (-one.times, one.exercise, one.name)))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, float):
        return round(value, 1)
    return value.isoformat() if isinstance(value, date) else value
