"""Figures of the practice, from events that are written down by hand."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from dlprep.catalog import Exercise
from dlprep.practice.events import Event
from dlprep.practice.stats import Stats, stats

NOW = datetime(2026, 11, 21, 20, tzinfo=UTC)
TODAY = date(2026, 11, 21)


def an_exercise(slug: str, track: str, minutes: int) -> Exercise:
    folder = Path(slug)
    return Exercise(slug, slug, track, "easy", minutes, 1, (), (), folder, folder, seconds=5.0)


CATALOGUE = [
    an_exercise("softmax", "stability", 10),
    an_exercise("relu", "activations", 10),
    an_exercise("gelu", "activations", 20),
]


def event(
    at: datetime, exercise: str, kind: str, text: str = "", offset: int = 0, **more: object
) -> Event:
    """A check is named by its status: ``passed``, ``failed``."""
    if kind in ("passed", "failed"):
        more = {"status": kind, "total": 3, "unwritten": 0, **more}
        kind = "checked"
    return Event("", at, offset, kind, exercise, text or f"{at}", **more)  # type: ignore[arg-type]


def told(*stories: str) -> list[Event]:
    """``"6 softmax started 10 failed"``: six days ago, and ten minutes from one to the other."""
    events = []
    for story in stories:
        ago, exercise, *words = story.split()
        at = NOW - timedelta(days=int(ago), hours=8)
        for word in words:
            if word.isdigit():
                at += timedelta(minutes=int(word))
            else:
                events.append(event(at, exercise, word))
    return events


def figures(*stories: str) -> Stats:
    return stats(told(*stories), CATALOGUE, NOW)


def test_a_month_of_figures() -> None:
    found = figures(
        "5 softmax started 5 hinted 2 hinted 3 failed 20 passed",
        "4 gone started 7 failed 8 gave_up",
        "1 relu started 6 passed",
        "1 gelu started 30 gave_up",
        "0 softmax reset 4 passed 1 hinted",
        "0 gelu 5 reset 10 hinted 10 passed",
        "0 relu 25 reset 10 failed",
    )
    day = timedelta(days=1)
    assert found == Stats(
        today=TODAY,
        streak=2,
        days=[
            (TODAY - 5 * day, 30, 2),
            (TODAY - 4 * day, 15, 1),
            (TODAY - day, 36, 1),
            (TODAY, 35, 3),
        ],
        tracks=[("stability", 1, 1), ("activations", 2, 2)],
        passes=[
            ("softmax", TODAY - 5 * day, 30, 10),
            ("gelu", TODAY, 20, 20),
            ("relu", TODAY - day, 6, 10),
        ],
        mistakes=[],
        hints=3,  # what is shown after the pass is no help
        give_ups=2,
        reviews=2,
    )


def test_a_blank_record() -> None:
    found = figures()
    assert (found.streak, found.days, found.passes, found.mistakes) == (0, [], [], [])
    assert found.tracks == [("stability", 0, 1), ("activations", 0, 2)]
    assert stats([], [], NOW).tracks == []


@pytest.mark.parametrize(
    ("days", "streak"),
    [
        ([0], 1),
        ([1], 1),  # today is not over
        ([2], 0),
        ([3, 2, 1, 0], 4),
        ([4, 2, 1], 2),
        ([3, 1, 0], 2),
        ([9, 8, 7, 6], 0),
    ],
)
def test_a_streak_ends_with_a_day_without_practice(days: list[int], streak: int) -> None:
    found = figures(*(f"{ago} softmax failed" for ago in days))
    assert found.streak == streak
    assert len(found.days) == len(days)


def test_a_day_needs_a_check_and_is_the_users_own() -> None:
    at = datetime(2026, 11, 20, 17, tzinfo=UTC)
    events = [
        event(at - timedelta(days=3), "softmax", "started"),
        event(at, "softmax", "tested", offset=540),  # in Tokyo it is the 21st
        event(at + timedelta(hours=23), "softmax", "failed", offset=540),  # and there the 22nd
    ]
    found = stats(events, CATALOGUE, NOW)
    assert [day for day, _, _ in found.days] == [TODAY, TODAY + timedelta(days=1)]
    assert found.streak == 2  # although here it is not tomorrow yet


def test_a_break_is_no_time_at_work_and_a_wrong_clock_neither() -> None:
    pause = [120, 119, -30, 10, 60 * 24 * 365, -60 * 24 * 365, 10]
    events, at = [event(NOW - timedelta(hours=12), "softmax", "failed")], NOW - timedelta(hours=12)
    for minutes in pause:
        at += timedelta(minutes=minutes)
        events.append(event(at, "softmax", "failed"))
    (day,) = stats(events, CATALOGUE, NOW).days
    assert day == (TODAY, 119 + 10 + 10, 8)


def test_a_pass_that_nobody_timed_has_no_minutes() -> None:
    found = figures("1 softmax passed", "0 relu started 9 passed", "0 softmax reset 5 passed")
    assert [(name, minutes) for name, _, minutes, _ in found.passes] == [
        ("relu", 9),
        ("softmax", None),
    ]


def test_a_mistake_counts_once_for_each_text_in_which_it_was_named() -> None:
    def failed(exercise: str, text: str, *names: str) -> Event:
        return event(NOW, exercise, "failed", text, mistakes=names)

    events = [
        *[failed("softmax", "saved ten times", "no max", "wrong axis")] * 10,
        failed("softmax", "another", "no max"),
        failed("softmax", "one case", "no max")._replace(only_case="large"),
        failed("relu", "saved ten times", "no max"),
        failed("gone", "saved", "unknown"),
    ]
    assert stats(events, CATALOGUE, NOW).mistakes == [
        ("softmax", "no max", 3),
        ("relu", "no max", 1),
        ("softmax", "wrong axis", 1),
    ]


def test_what_was_polished_once_has_a_star() -> None:
    at = NOW - timedelta(hours=1)

    def checked(minute: int, exercise: str, passing: int | None, of: int | None) -> Event:
        made = event(at + timedelta(minutes=minute), exercise, "passed")
        return made._replace(polish_passing=passing, polish_total=of)

    some = [checked(1, "softmax", 2, 3), checked(2, "relu", None, None)]
    assert stats(some, CATALOGUE, NOW).polished == 0
    some += [checked(3, "softmax", 3, 3), checked(4, "softmax", 2, 3), checked(5, "gone", 1, 1)]
    assert stats(some, CATALOGUE, NOW).polished == 1


def test_the_figures_are_json() -> None:
    at = NOW - timedelta(hours=1)
    events = [
        event(at, "softmax", "started"),
        event(at + timedelta(seconds=100), "softmax", "failed", mistakes=("no max",)),
        event(at + timedelta(seconds=200), "softmax", "passed"),
    ]
    assert json.loads(json.dumps(stats(events, CATALOGUE, NOW).to_json())) == {
        "today": "2026-11-21",
        "streak": 1,
        "days": [{"day": "2026-11-21", "minutes": 3.3, "checks": 2}],
        "tracks": [
            {"track": "stability", "passed": 1, "total": 1},
            {"track": "activations", "passed": 0, "total": 2},
        ],
        "passes": [{"exercise": "softmax", "day": "2026-11-21", "minutes": 3.3, "target": 10}],
        "mistakes": [{"exercise": "softmax", "name": "no max", "times": 1}],
        "hints": 0,
        "give_ups": 0,
        "reviews": 0,
        "polished": 0,
    }
