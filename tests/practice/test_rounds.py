"""Rounds, from events that are written down by hand; and what depends on the last round."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dlprep.practice.events import Event
from dlprep.practice.rounds import (
    Round,
    hints_shown,
    moments,
    rounds,
    solution_is_free,
    timeline,
)

BEGAN = datetime(2026, 11, 2, 18, 0, tzinfo=UTC)
NOW = datetime(2026, 12, 1, tzinfo=UTC)


def told(story: str, minutes: float = 10) -> list[Event]:
    """Events from words, ``minutes`` apart: ``started checked:passed relu/hinted reset=old``.

    A check is ``checked:STATUS``, with ``~`` behind it when something is unwritten, ``*`` when it
    is of one case; what follows ``=`` is the text; ``+90`` is a pause of so many minutes more.
    """
    events: list[Event] = []
    at = BEGAN
    for word in story.split():
        if word.startswith("+"):
            at += timedelta(minutes=float(word))
            continue
        exercise, _, rest = word.rpartition("/")
        rest, _, text = rest.partition("=")
        kind, _, status = rest.partition(":")
        events.append(
            Event(
                uid=str(len(events)),
                at=at,
                utc_offset=0,
                exercise=exercise or "softmax",
                kind=kind,
                text_hash=text or f"text {len(events)}",
                status=status.rstrip("~*!") or None,  # type: ignore[arg-type]
                total=0 if "!" in status else 17,
                unwritten=int("~" in status),
                only_case="large_logits" if "*" in status else None,
            )
        )
        at += timedelta(minutes=minutes)
    return events


def outcomes(story: str) -> list[str]:
    return [one.outcome for one in rounds(told(story), NOW)]


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        ("", []),
        ("started", ["open"]),
        ("started checked:failed checked:passed", ["passed"]),
        ("checked:passed", ["passed"]),  # a file from elsewhere
        ("hinted started checked:passed", ["passed"]),  # the first event begins it, whatever it is
        ("started checked:passed*", ["open"]),  # one case is no pass
        ("started checked:fault checked:error", ["open"]),
        ("started gave_up checked:passed", ["gave up"]),  # what was read is not known
        ("started checked:passed checked:failed checked:passed", ["passed"]),
        ("started checked:passed resumed checked:passed", ["passed"]),  # nothing was written
        ("started checked:passed reset checked:passed", ["passed", "passed"]),
        ("started checked:passed started checked:failed", ["passed", "open"]),  # a file deleted
        ("started reset reset checked:passed", ["passed"]),  # the stub again, while at it
        ("started=a checked:passed=b reset=b restored=b checked:passed", ["passed", "abandoned"]),
        ("started=a checked:failed=b checked:failed=c restored=b checked:passed", ["passed"]),
        ("started gave_up reset checked:passed", ["gave up", "passed"]),
        ("started relu/started checked:passed relu/gave_up", ["passed", "gave up"]),
    ],
)
def test_a_round_goes_from_the_stub_to_the_pass(story: str, expected: list[str]) -> None:
    assert outcomes(story) == expected


def only(story: str, minutes: float = 10) -> Round:
    (one,) = (one for one in rounds(told(story, minutes), NOW) if one.exercise == "softmax")
    return one


def test_what_a_round_counts() -> None:
    one = only(
        "started checked:error! checked:failed~ hinted checked:failed checked:failed* hinted "
        "checked:error checked:passed checked:failed hinted"
    )
    assert (one.first, one.hints, one.wrong_checks, one.minutes) == (0, 2, 2, 80)


def test_a_break_is_not_time_at_work() -> None:
    assert only("started +80 checked:failed checked:passed").minutes == 100
    assert only("started +109.9 checked:failed checked:passed").minutes == pytest.approx(129.9)
    assert only("started +110 checked:failed checked:passed").minutes == 10
    assert only("started +9999 checked:failed +9999 checked:passed").minutes == 0


def test_time_for_another_exercise_is_its_own() -> None:
    events = told("started relu/started relu/checked:passed checked:passed", minutes=7)
    assert {one.exercise: one.minutes for one in rounds(events, NOW)} == {"softmax": 7, "relu": 7}


def test_the_day_of_a_round_is_the_user_s() -> None:
    def day(hour: int, minute: int, utc_offset: int) -> int:
        at = datetime(2026, 11, 2, hour, minute, tzinfo=UTC)
        event = told("started")[0]._replace(at=at, utc_offset=utc_offset)
        return next(timeline([event], NOW))[1].day

    assert day(23, 30, 0) == 2
    assert day(23, 30, 9 * 60) == 3  # Tokyo
    assert day(7, 59, -8 * 60) == 1  # Los Angeles
    assert only("started checked:passed").day == BEGAN.date()


def test_moments_keep_the_order_of_the_events() -> None:
    def at(*hours: float) -> list[Event]:
        events = told(" ".join(["checked:failed"] * len(hours)))
        return [
            one._replace(at=BEGAN + timedelta(hours=hour))
            for one, hour in zip(events, hours, strict=True)
        ]

    def moved(*hours: float) -> list[float]:
        found = moments(at(*hours), BEGAN + timedelta(hours=10))
        return [(one - BEGAN) / timedelta(hours=1) for one in found]

    assert moved() == []
    assert moved(1, 2, 3) == [1, 2, 3]
    assert moved(1, 2, 1.5, 3) == [1, 2, 2, 3]  # set back by half an hour
    assert moved(1, 9000, 9001, 3) == [1, 3, 3, 3]  # a year ahead, until it was noticed
    assert moved(1, 9000) == [1, 10]  # and not noticed yet
    assert moved(1, -9000, 2) == [1, 1, 2]  # a battery that was empty


@pytest.mark.parametrize(
    ("story", "shown"),
    [
        ("", 0),
        ("started", 0),
        ("hinted", 1),
        ("started hinted hinted", 2),
        ("started hinted reset hinted", 2),  # the stub again, while at it
        ("started hinted checked:passed hinted", 2),
        ("started hinted checked:passed reset", 0),
        ("started relu/hinted", 0),
    ],
)
def test_hints_begin_again_with_a_round(story: str, shown: int) -> None:
    assert hints_shown(told(story), "softmax") == shown


@pytest.mark.parametrize(
    ("story", "free"),
    [
        ("", False),
        ("started checked:failed", False),
        ("started checked:passed*", False),
        ("started relu/checked:passed", False),
        ("started checked:passed", True),
        ("started gave_up", True),
        ("started checked:passed checked:failed", True),
        ("started checked:passed resumed", True),
        ("started checked:passed reset", False),  # before the pass of the review
        ("started checked:passed reset checked:passed", True),
        ("started=a checked:passed=b reset=b restored=b", True),  # the user's own is back
    ],
)
def test_the_solution_is_free_after_the_pass_of_the_round(story: str, free: bool) -> None:
    assert solution_is_free(told(story), "softmax") is free
