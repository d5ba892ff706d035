"""Figures of the practice, as plain data: days, passes, times, mistakes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from dlprep.catalog import Exercise
from dlprep.practice.events import Event
from dlprep.practice.rounds import rounds, timeline

# What is in a row of each list, and is called so in JSON.
ROWS = {
    "days": ("day", "minutes", "checks"),
    "tracks": ("track", "passed", "total"),
    "passes": ("exercise", "day", "minutes", "target"),
    "mistakes": ("exercise", "name", "times"),
}


@dataclass(frozen=True, slots=True)
class Stats:
    """All figures; the columns of the lists are those of ``ROWS``.

    ``streak`` counts the days in a row up to today, or up to yesterday. ``days`` are those with a
    check, and their minutes at work. ``tracks`` say how many of their exercises were ever passed.
    ``passes`` are the first of each exercise, the slowest against its target first; minutes are
    None if it was not timed. ``mistakes`` say in how many texts each was named, the most frequent
    first. ``reviews`` are the rounds that ended after an exercise's first. ``polished`` counts the
    exercises that were ever polished (★).
    """

    today: date
    streak: int
    days: list[tuple[date, float, int]]
    tracks: list[tuple[str, int, int]]
    passes: list[tuple[str, date, float | None, int]]
    mistakes: list[tuple[str, str, int]]
    hints: int
    give_ups: int
    reviews: int
    polished: int = 0

    def to_json(self) -> dict[str, Any]:
        """All figures as a JSON object."""
        data = asdict(self) | {"today": self.today.isoformat()}
        for name, columns in ROWS.items():
            rows = [map(_plain, row) for row in data[name]]
            data[name] = [dict(zip(columns, row, strict=True)) for row in rows]
        return data


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 1)
    return value.isoformat() if isinstance(value, date) else value


def stats(events: Sequence[Event], exercises: Sequence[Exercise], now: datetime) -> Stats:
    """The figures of a record; ``now`` is in the user's time zone.

    Work on an exercise that is not in the catalogue (any more) counts as practice; only its
    passes, times and mistakes are left out.
    """
    history, today = rounds(events, now), now.date()
    ended = [one for one in history if one.outcome in ("passed", "gave up")]
    first = {one.exercise: one for one in reversed(history) if one.outcome == "passed"}
    passed = [(one, first[one.slug]) for one in exercises if one.slug in first]
    passes = [(one.slug, of.day, of.minutes or None, one.minutes) for one, of in passed]
    polished = {event.exercise for event in events if event.is_polished}
    totals = Counter(exercise.track for exercise in exercises)
    by_track = Counter(exercise.track for exercise, _ in passed)
    minutes, checks = defaultdict[date, float](float), Counter[date]()
    for event, day, at_work in timeline(events, now):
        minutes[day] += at_work
        checks[day] += event.kind in ("checked", "tested")
    days = [(day, minutes[day], checks[day]) for day in sorted(checks) if checks[day]]
    return Stats(
        today=today,
        streak=_streak({day for day, _, _ in days}, today),
        days=days,
        tracks=[(track, by_track[track], total) for track, total in totals.items()],
        passes=sorted(passes, key=lambda one: -(one[2] or 0) / one[3]),
        mistakes=_mistakes(events, {exercise.slug for exercise in exercises}),
        hints=sum(one.hints for one in history),
        give_ups=sum(one.outcome == "gave up" for one in history),
        reviews=len(ended) - len({one.exercise for one in ended}),
        polished=sum(one.slug in polished for one in exercises),
    )


def _streak(days: set[date], today: date) -> int:
    last = max(days, default=date.min)  # after a flight to the west it can be tomorrow
    if last < today - timedelta(days=1):
        return 0
    return next(n for n in count(1) if last - timedelta(days=n) not in days)


def _mistakes(events: Sequence[Event], known: set[str]) -> list[tuple[str, str, int]]:
    # Texts are counted, not checks: a file may be saved ten times with the same mistake.
    made = {(event.exercise, name, event.text_hash) for event in events for name in event.mistakes}
    texts = Counter((exercise, name) for exercise, name, _ in made if exercise in known)
    found = [(exercise, name, times) for (exercise, name), times in texts.items()]
    return sorted(found, key=lambda one: (-one[2], one))
