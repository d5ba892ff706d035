"""Reviews: how a round is graded, and when an exercise is due again, against FSRS itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fsrs import Card, Rating, Scheduler

from dlprep.catalog import Exercise
from dlprep.practice.reviews import Grade, Review, due_and_coming, grade
from dlprep.practice.rounds import Outcome, Round

TODAY = date(2026, 11, 21)


def an_exercise(slug: str, track: str = "stability", minutes: int = 20) -> Exercise:
    folder = Path(slug)
    return Exercise(slug, slug, track, "easy", minutes, 1, (), (), folder, folder, seconds=5.0)


SOFTMAX, RELU, LSTM = map(an_exercise, ("softmax", "relu", "lstm_cell"))


def a_round(
    exercise: str = "softmax",
    ago: int = 0,
    outcome: Outcome = "passed",
    *,
    minutes: float = 15,
    hints: int = 0,
    wrong_checks: int = 0,
) -> Round:
    """A round that ended so many days before today; by itself, it was easy."""
    day = TODAY - timedelta(days=ago)
    return Round(
        exercise=exercise,
        first=1,
        day=day,
        outcome=outcome,
        hints=hints,
        wrong_checks=wrong_checks,
        minutes=minutes,
    )


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (a_round(outcome="open"), None),
        (a_round(outcome="abandoned"), None),
        (a_round(outcome="gave up"), "again"),
        (a_round(outcome="gave up", hints=2, wrong_checks=3), "again"),
        (a_round(hints=1), "hard"),
        (a_round(minutes=40.1), "hard"),
        (a_round(minutes=40), "good"),
        (a_round(minutes=20.1), "good"),
        (a_round(minutes=20), "easy"),
        (a_round(minutes=1), "easy"),
        (a_round(minutes=1, wrong_checks=1), "good"),
        (a_round(minutes=40.1, wrong_checks=9), "hard"),
        (a_round(minutes=0), "good"),  # nothing says how long it took
        (a_round(minutes=0, hints=1), "hard"),
    ],
)
def test_a_round_is_graded_by_what_the_record_saw(one: Round, expected: Grade | None) -> None:
    assert grade(one, minutes=20) == expected


def due(*known: Any) -> list[Review]:
    """What is due; the arguments are those of ``due_and_coming``."""
    return due_and_coming(*known)[0]


def upcoming(*known: Any) -> list[Review]:
    """What is to come."""
    return due_and_coming(*known)[1]


def overdue(review: Review) -> Any:
    return review.to_json()["overdue"]


def interval(*history: tuple[int, Rating]) -> tuple[int, float]:
    """How many days before today a review is due, and how likely the exercise is remembered.

    By FSRS alone: of reviews so many days ago.
    """
    scheduler = Scheduler(learning_steps=[], relearning_steps=[], enable_fuzzing=False)
    card, now = Card(card_id=7), datetime(2020, 2, 2, tzinfo=UTC)
    for ago, rating in history:
        card, _ = scheduler.review_card(card, rating, now - timedelta(days=ago))
    return (now - card.due).days, scheduler.get_card_retrievability(card, now)


def test_what_is_due_and_what_comes_next() -> None:
    history = [
        a_round("softmax", 40),
        a_round("relu", 30, hints=1),
        a_round("lstm_cell", 9, "gave up"),
        a_round("softmax", 12, wrong_checks=1),
        a_round("relu", 20, "abandoned"),
        a_round("relu", 10, "gave up"),
        a_round("relu", 1, "open"),
        a_round("gone", 30),
    ]
    found = due(history, [SOFTMAX, RELU, LSTM], TODAY)
    relu = interval((30, Rating.Hard), (10, Rating.Again))
    lstm = interval((9, Rating.Again))
    assert {one.exercise.slug: (overdue(one), one.retrievability) for one in found} == {
        "relu": relu,
        "lstm_cell": lstm,
    }
    assert relu[0] >= 1
    assert lstm == (8, pytest.approx(0.5, abs=0.1))
    assert found == sorted(found, key=lambda one: one.retrievability)  # the likeliest forgotten
    assert {one.exercise.slug: (one.grade, one.begun) for one in found} == {
        "relu": ("again", True),
        "lstm_cell": ("again", False),
    }

    (coming,) = upcoming(history, [SOFTMAX, RELU, LSTM], TODAY)
    days, retrievability = interval((40, Rating.Easy), (12, Rating.Good))
    assert days < 0
    assert coming.exercise == SOFTMAX
    assert (coming.due - TODAY).days == -days
    assert coming.retrievability == retrievability
    assert (overdue(coming), coming.last) == (0, TODAY - timedelta(days=12))


def test_a_review_is_due_from_the_first_moment_of_its_day() -> None:
    history = [a_round(ago=0, outcome="gave up")]
    (tomorrow,) = upcoming(history, [SOFTMAX], TODAY)
    assert due(history, [SOFTMAX], TODAY) == []
    assert tomorrow.due == TODAY + timedelta(days=1)
    (now,) = due(history, [SOFTMAX], tomorrow.due)
    assert overdue(now) == 0
    assert upcoming(history, [SOFTMAX], tomorrow.due) == []


def test_a_round_on_an_earlier_date_than_the_one_before_was_on_the_same_day() -> None:
    """Who flies from Tokyo to Los Angeles has the same evening twice."""
    there, back = a_round(ago=5, wrong_checks=1), a_round(ago=6, wrong_checks=1)
    (found,) = due([there, back], [SOFTMAX], TODAY)
    (same,) = due([there, there], [SOFTMAX], TODAY)
    assert (found.due, found.last) == (same.due, there.day)
    assert overdue(found) == interval((5, Rating.Good), (5, Rating.Good))[0]
    # and where it is still the day before, nothing is forgotten, nor overdue
    (later,) = upcoming([there], [SOFTMAX], there.day - timedelta(days=1))
    assert (later.retrievability, overdue(later)) == (1, 0)


def test_an_exercise_without_a_review_is_never_due() -> None:
    history = [a_round(outcome="open"), a_round("relu", 100, "abandoned")]
    assert due(history, [SOFTMAX, RELU], TODAY) == []
    assert upcoming(history, [SOFTMAX, RELU], TODAY) == []


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (a_round(ago=6, hints=2), "passed with 2 hints 6 days ago"),
        (a_round(ago=6, hints=1), "passed with 1 hint 6 days ago"),
        (a_round(ago=1, outcome="gave up", hints=2), "given up yesterday"),
        (a_round(ago=6, minutes=41), "passed in 41 minutes 6 days ago"),
        (a_round(ago=6, minutes=30), "passed 6 days ago"),
        (a_round(ago=20), "passed at the first check 20 days ago"),
    ],
)
def test_a_review_says_why(last: Round, expected: str) -> None:
    (review,) = due([last], [SOFTMAX], TODAY) or upcoming([last], [SOFTMAX], TODAY)
    assert review.why == expected
    assert review.command == "dlprep start softmax --reset"


@pytest.mark.parametrize(
    ("days", "when"),
    [
        (-1, "since Fri 20 Nov"),
        (-400, "since Fri 17 Oct 2025"),
        (0, "since today"),
        (1, "tomorrow"),
        (4, "on Wed 25 Nov"),
        (41, "on Fri 1 Jan 2027"),
    ],
)
def test_a_review_says_since_when_or_when(days: int, when: str) -> None:
    day = TODAY + timedelta(days=days)
    review = Review(SOFTMAX, day, day, "good", 0.9, a_round(), begun=False, today=TODAY)
    assert review.when == when


def test_a_review_that_is_begun_goes_on() -> None:
    history = [a_round(ago=9, outcome="gave up"), a_round(outcome="open")]
    (review,) = due(history, [SOFTMAX], TODAY)
    assert review.command == "dlprep check softmax"
