"""What to do now: every branch, from events that are written down by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from dlprep import catalog
from dlprep.catalog import Exercise
from dlprep.practice.events import Event
from dlprep.practice.reviews import Advice, advise

NOW = datetime(2026, 11, 21, 20, tzinfo=UTC)


def an_exercise(slug: str, track: str, asked: int = 1, after: tuple[str, ...] = ()) -> Exercise:
    folder = Path(slug)
    return Exercise(slug, slug, track, "easy", 20, asked, after, (), folder, folder, seconds=5.0)


CATALOGUE = [
    an_exercise("shuffle", "fundamentals"),
    an_exercise("lse", "stability"),
    an_exercise("softmax", "stability", asked=5),
    an_exercise("relu", "activations"),
    an_exercise("linear", "layers"),
]


def told(*stories: str) -> list[Event]:
    """Events: ``"6 softmax started pass"`` is six days ago, ten minutes apart."""
    events: list[Event] = []
    for story in stories:
        ago, exercise, *kinds = story.split()
        at = NOW - timedelta(days=int(ago), hours=1)
        for kind in kinds:
            checked = kind in ("pass", "fail")
            events.append(
                Event(
                    uid=str(len(events)),
                    at=at,
                    utc_offset=0,
                    exercise=exercise,
                    kind="checked" if checked else kind,
                    text_hash=f"text {len(events)}",
                    status={"pass": "passed", "fail": "failed"}.get(kind),  # type: ignore[arg-type]
                    total=3 if checked else None,
                    unwritten=0 if checked else None,
                )
            )
            at += timedelta(minutes=10)
    return events


CASES = {
    "a blank record": (
        [],
        "softmax new: A good one to begin with: short, and asked in many interviews.",
    ),
    "only exercises that are gone": (
        ["1 gone started pass"],
        "softmax new: A good one to begin with: short, and asked in many interviews.",
    ),
    "a review that is due": (
        ["9 softmax started hinted hinted pass", "1 lse started"],
        "softmax review: A review, due since Fri 13 Nov: passed with 2 hints 9 days ago.",
    ),
    "the most urgent of two": (
        ["9 softmax started pass", "8 lse started gave_up"],
        "lse review: A review, due since Sat 14 Nov: given up 8 days ago.",
    ),
    "one of them is begun": (
        ["9 softmax started pass", "8 lse started gave_up", "1 softmax reset fail"],
        "softmax continue: Its review is due, and begun: last worked on yesterday.",
    ),
    "two of them are begun": (
        ["9 softmax started pass", "9 lse started pass", "1 lse reset", "0 softmax reset fail"],
        "softmax continue: Its review is due, and begun: last worked on today.",
    ),
    "a begun review is due no longer once it is passed": (
        ["9 softmax started pass", "9 lse started pass", "1 lse reset", "0 softmax reset pass"],
        "lse continue: Its review is due, and begun: last worked on yesterday.",
    ),
    "a review goes before what is begun": (
        ["8 softmax started pass", "0 relu started fail"],  # easy: FSRS waits for eight days
        "softmax review: A review, due since today: passed at the first check 8 days ago.",
    ),
    "what is begun": (
        ["3 relu started fail", "2 softmax started pass"],
        "relu continue: It is begun, and not passed yet: last worked on 3 days ago.",
    ),
    "of what is begun, the last": (
        ["4 relu started", "3 lse started", "2 relu fail", "1 softmax started pass"],
        "relu continue: It is begun, and not passed yet: last worked on 2 days ago.",
    ),
    "given up is not begun": (
        ["0 relu started gave_up"],
        "linear new: Nothing new is left in activations: on with layers.",
    ),
    "begun again before its time": (
        ["1 softmax started pass", "0 softmax reset"],
        "softmax continue: It is begun, and not passed yet: last worked on today.",
    ),
    "the next of the track": (
        ["0 softmax started pass"],
        "lse new: The next new one in stability.",
    ),
    "the track of what was worked on last": (
        ["1 relu started pass", "1 linear started pass", "0 softmax started pass"],
        "lse new: The next new one in stability.",
    ),
    "the next track": (
        ["2 lse started pass", "1 softmax started pass"],
        "relu new: Nothing new is left in stability: on with activations.",
    ),
    "the tracks are a circle": (
        ["1 relu started pass", "0 linear started pass"],
        "shuffle new: Nothing new is left in layers: on with fundamentals.",
    ),
}


def name(advice: Advice) -> str | None:
    return advice.exercise.slug if advice.exercise else None


def said(advice: Advice) -> str:
    return f"{name(advice)} {advice.kind}: {advice.reason}"


@pytest.mark.parametrize("name", CASES)
def test_what_to_do_now(name: str) -> None:
    stories, expected = CASES[name]
    assert said(advise(told(*stories), CATALOGUE, NOW)) == expected


def test_all_is_done() -> None:
    events = told(
        *(f"1 {one.slug} started pass" for one in CATALOGUE[1:]), "0 shuffle started hinted gave_up"
    )
    advice = advise(events, CATALOGUE, NOW)
    assert said(advice) == (
        "None done: All exercises are done, and no review is due: the next review is shuffle,"
        " tomorrow."
    )
    assert advice.command is None


def test_an_empty_catalogue_is_done() -> None:
    assert said(advise(told("1 softmax started"), [], NOW)) == (
        "None done: All exercises are done, and no review is due."
    )


def test_one_begins_with_what_is_asked_most_and_needs_nothing_else() -> None:
    more = [an_exercise("ce", "activations", 5, ("lse",)), *CATALOGUE]
    assert name(advise([], more, NOW)) == "softmax"
    assert name(advise([], catalog.all_exercises(), NOW)) == "softmax"


def test_an_exercise_waits_for_what_comes_before_it() -> None:
    track = [an_exercise("mlp2", "layers", 5, ("linear",)), *CATALOGUE]
    done = ["5 softmax started pass", "4 lse started pass", "3 relu started pass"]
    assert name(advise(told(*done, "2 shuffle started pass"), track, NOW)) == "linear"
    assert name(advise(told(*done, "2 linear started pass"), track, NOW)) == "mlp2"
    needy = [an_exercise("mlp2", "layers", 5, ("gone",)), *CATALOGUE[:-1]]
    assert name(advise(told(*done, "2 shuffle started pass"), needy, NOW)) == "mlp2"


@pytest.mark.parametrize(
    ("stories", "words"),
    [
        (["9 softmax started pass"], "start softmax --reset"),
        (["9 softmax started"], "check softmax"),
        ([], "start softmax"),
    ],
)
def test_the_command_to_type(stories: list[str], words: str) -> None:
    assert advise(told(*stories), CATALOGUE, NOW).command == f"dlprep {words}"


def test_today_is_where_the_user_is() -> None:
    """At 20:00 UTC it is the next day in Tokyo: what is due tomorrow is due there."""
    events = told("0 softmax started gave_up")
    assert advise(events, CATALOGUE, NOW).kind == "new"
    tokyo = NOW.astimezone(timezone(timedelta(hours=9)))
    assert said(advise(events, CATALOGUE, tokyo)) == (
        "softmax review: A review, due since today: given up yesterday."
    )
