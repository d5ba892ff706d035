"""A learner's month, written into a real record: what is due is what FSRS says, day by day.

Every evening the learner does what ``next`` says, and passes, takes hints, gives up or leaves off
by a seeded plan; travels; changes to and from summer time; and has a clock that is wrong. What
should be due comes from FSRS itself, fed with grades and day numbers that are counted here, from
true times and from offsets that are written down below.
"""

from __future__ import annotations

import os
import random
import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from fsrs import Card, Rating, Scheduler

from dlprep import catalog
from dlprep.practice import record as record_module
from dlprep.practice.events import Event
from dlprep.practice.record import Record
from dlprep.practice.reviews import Advice, advise, due_and_coming
from dlprep.practice.rounds import rounds
from dlprep.practice.stats import stats
from dlprep.practice.workspace import Workspace
from dlprep.verdict import CaseResult, Verdict

EXERCISES = catalog.all_exercises()
MINUTES = {exercise.slug: exercise.minutes for exercise in EXERCISES}
DAYS = 30
YEAR = timedelta(days=365)

# POSIX's own rules, which need no time zone files, and when they change from which offset to which
BERLIN, TOKYO, PACIFIC = "CET-1CEST,M3.5.0,M10.5.0/3", "JST-9", "PST8PDT,M3.2.0,M11.1.0"
CHANGES = {
    BERLIN: [(datetime(2026, 10, 25, 1), 120, 60), (datetime(2027, 3, 28, 1), 60, 120)],
    PACIFIC: [(datetime(2026, 11, 1, 9), -420, -480), (datetime(2027, 3, 14, 10), -480, -420)],
}


def offset(zone: str, at: datetime) -> int:
    """Minutes from UTC, by the table above."""
    if zone == TOKYO:
        return 540
    return next(
        (before for when, before, _ in CHANGES[zone] if at < when.replace(tzinfo=UTC)),
        CHANGES[zone][-1][2],
    )


@dataclass(frozen=True)
class Journey:
    """Where the learner is, from which day on; the hours of the evenings; the wrong clocks."""

    first: date
    places: dict[int, str]
    hours: dict[int, float]  # local; 20 on all other evenings
    an_hour_fast: set[int] = field(default_factory=set)
    a_year_fast_for_a_while: set[int] = field(default_factory=set)
    a_year_fast: set[int] = field(default_factory=set)
    a_year_slow: set[int] = field(default_factory=set)

    def zone(self, n: int) -> str:
        return self.places[max(day for day in self.places if day <= n)]


# The hour 25.5 is half past one in the night: on the 24th of October, summer time ends meanwhile.
JOURNEYS = {
    "autumn": Journey(
        date(2026, 10, 10),
        {0: BERLIN, 17: TOKYO, 21: PACIFIC},
        {3: 23.6, 8: 17, 14: 25.5, 15: 23.9, 20: 24.4, 22: 25.5, 25: 17},
        {8, 25}, {11}, {6}, {27},
    ),
    "spring": Journey(
        date(2027, 3, 3),
        {0: PACIFIC, 13: TOKYO, 16: BERLIN},
        {5: 17, 10: 25.5, 11: 23.8, 13: 19, 15: 24.2, 21: 17, 24: 25.6, 25: 23.8},
        {5, 21}, {7, 26}, {18}, {22},
    ),
}  # fmt: skip


class Clock(datetime):
    """Stands for ``datetime`` in the record, where alone a clock is read."""

    moment: ClassVar[datetime]

    @classmethod
    def now(cls, tz=None):  # type: ignore[no-untyped-def,override]
        return cls.moment.astimezone(tz)


@dataclass
class Begun:
    """A round of the learner's that is open."""

    minutes: float = 0
    hints: int = 0
    wrong: int = 0


class Learner:
    """Practises, and knows by itself what it did on which day."""

    def __init__(self, folder: Path, journey: Journey, seed: str) -> None:
        self.workspace = Workspace(folder)
        self.journey = journey
        self.chance = random.Random(seed)
        self.true = datetime.min.replace(tzinfo=UTC)
        self.wrong = timedelta(0)  # how far the clock is from the truth
        self.zone = ""
        self.counted: date | None = None  # the day that the record must take; None: the true one
        self.begun: dict[str, Begun] = {}
        self.graded: dict[str, list[tuple[int, Rating]]] = {}
        self.checked: set[int] = set()  # the days with a check
        self.given_up = self.hints = self.texts = 0

    def pass_time(self, minutes: float) -> None:
        self.true += timedelta(minutes=minutes)
        Clock.moment = self.true + self.wrong

    def set_clock(self, wrong: timedelta) -> None:
        self.wrong = wrong
        Clock.moment = self.true + self.wrong

    def go(self, zone: str, at: datetime) -> None:
        assert at > self.true
        self.true, self.zone = at, zone
        Clock.moment = self.true + self.wrong
        os.environ["TZ"] = zone
        time.tzset()

    @property
    def record(self) -> Record:
        return Record(self.workspace.record.path)  # as a new process opens it

    @property
    def now(self) -> datetime:
        return Clock.now().astimezone()

    @property
    def counted_day(self) -> int:
        """The day's number as the record must take it."""
        return self.counted.toordinal() if self.counted else self.day

    @property
    def day(self) -> int:
        """The day's number, where the learner is."""
        return (self.true + timedelta(minutes=offset(self.zone, self.true))).toordinal()

    def follow(self, advice: Advice) -> None:
        """Do what the advice's command says."""
        assert advice.command
        _, command, slug, *options = advice.command.split()
        exercise = catalog.find(slug)
        if command == "start":
            assert slug not in self.begun
            started = self.workspace.start(exercise, reset=options == ["--reset"])
            assert (started.happened, started.note) == (
                "reset" if options else "written", ""
            )  # fmt: skip
            self.begun[slug] = Begun()
        else:
            assert command == "check"
            self.check_half(slug)
        plan = self.chance.choice(["wrong", "hint", "give up", "leave", "easy", "easy", "slow"])
        self.work(slug, 0.3 * MINUTES[slug])
        if plan == "leave":
            self.check_half(slug)
            return
        if plan == "give up":
            self.workspace.record.add("gave_up", slug, b"")
            self.given_up += 1
            self.end(slug, Rating.Again)
            return
        if plan == "wrong":
            self.check(slug, "failed", CaseResult("a", "", "failed", "values"))
            self.begun[slug].wrong += 1
        if plan == "easy":  # half of it, and one case alone: neither is a wrong answer
            self.check_half(slug)
            self.check(slug, "failed", CaseResult("a", "", "failed", "values"), only="a")
        if plan == "hint":
            self.workspace.record.add("hinted", slug, b"")
            self.begun[slug].hints += 1
            self.hints += 1
        if plan == "slow":
            for _ in range(3):
                self.work(slug, 0.8 * MINUTES[slug])
                self.check_half(slug)
        self.work(slug, 0.2 * MINUTES[slug])
        self.check(slug, "passed", CaseResult("a", "", "passed"))
        one = self.begun[slug]
        if one.hints or one.minutes > 2 * MINUTES[slug]:
            self.end(slug, Rating.Hard)
        elif one.wrong or one.minutes > MINUTES[slug]:
            self.end(slug, Rating.Good)
        else:
            self.end(slug, Rating.Easy)

    def work(self, slug: str, minutes: float) -> None:
        self.pass_time(minutes)
        self.begun[slug].minutes += minutes

    def check(self, slug: str, status: str, case: CaseResult, only: str | None = None) -> None:
        self.texts += 1
        self.checked.add(self.counted_day)
        verdict = Verdict(slug, f"{slug}.py", status, 1, 0.2, "full", (case,))  # type: ignore[arg-type]
        self.workspace.record.checked(verdict, b"text %d" % self.texts, only)

    def check_half(self, slug: str) -> None:
        self.check(slug, "error", CaseResult("a", "", "error", "not implemented"))

    def end(self, slug: str, rating: Rating) -> None:
        self.graded.setdefault(slug, []).append((self.counted_day, rating))
        del self.begun[slug]

    def due_days(self) -> dict[str, int]:
        """When each exercise is due, by FSRS alone."""
        scheduler = Scheduler(learning_steps=[], relearning_steps=[], enable_fuzzing=False)
        found = {}
        for slug, reviews in self.graded.items():
            card, latest = Card(card_id=1), 0
            for day, rating in reviews:
                latest = max(latest, day)
                moment = datetime.fromordinal(latest).replace(tzinfo=UTC)
                card, _ = scheduler.review_card(card, rating, moment)
            found[slug] = card.due.toordinal()
        return found


def schedule(events: list[Event], now: datetime) -> dict[str, int]:
    """When each exercise is due, by the product."""
    history, today = rounds(events, now), now.date()
    now_due, coming = due_and_coming(history, EXERCISES, today)
    assert all(review.due <= today < later.due for review in now_due for later in coming)
    found = {review.exercise.slug: review.due.toordinal() for review in now_due + coming}
    assert len(found) == len(now_due) + len(coming)
    return found


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """The clock is ours, and the time zone comes back afterwards."""
    monkeypatch.setattr(record_module, "datetime", Clock)
    monkeypatch.setenv("TZ", "UTC0")
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the system has no tzset")
@pytest.mark.parametrize("name", JOURNEYS)
@pytest.mark.usefixtures("here")
def test_a_month_of_evenings(name: str, tmp_path: Path) -> None:
    journey = JOURNEYS[name]
    learner = Learner(tmp_path, journey, name)
    logged: list[tuple[int, dict[str, int]]] = []
    kinds: list[str] = []
    for n in range(DAYS):
        today, zone = journey.first + timedelta(days=n), journey.zone(n)
        local = datetime.combine(today, datetime.min.time(), UTC)
        local += timedelta(hours=journey.hours.get(n, 20))
        guess = local - timedelta(minutes=offset(zone, local))
        learner.go(zone, local - timedelta(minutes=offset(zone, guess)))
        wrong_year = n in journey.a_year_fast | journey.a_year_slow
        if n in journey.an_hour_fast:
            learner.set_clock(timedelta(hours=1))
        if n in journey.a_year_fast:  # the clock is right again on the next evening: it was then
            learner.set_clock(YEAR)
            learner.counted = today + timedelta(days=1)
        if n in journey.a_year_slow:  # it was right on the evening before: it is not earlier
            learner.set_clock(-YEAR)
            learner.counted = today - timedelta(days=1)

        for step in range(12):
            if n in journey.a_year_fast_for_a_while and step in (1, 2):
                learner.set_clock(YEAR if step == 1 else timedelta(0))
            events, known = learner.record.events(), learner.due_days()
            if abs(learner.wrong) < YEAR:
                assert step or schedule(events, learner.now) == known
                assert learner.now.date().toordinal() == learner.day
            advice = advise(events, EXERCISES, learner.now)
            kinds.append(advice.kind)
            slug = advice.exercise.slug if advice.exercise else None
            is_due = {slug for slug, day in known.items() if day <= learner.day}
            if abs(learner.wrong) < YEAR:
                if advice.kind == "review":
                    assert slug in is_due - learner.begun.keys()  # never early
                elif is_due:  # nor forgotten
                    assert advice.kind == "continue"
                    assert slug in is_due & learner.begun.keys()
                elif learner.begun:
                    assert advice.kind == "continue"
                    assert slug in learner.begun
                else:
                    assert advice.kind == ("new" if len(known) < len(EXERCISES) else "done")
            if advice.kind == "done":
                break
            learner.follow(advice)
            if step > 1 and advice.kind in ("new", "continue"):
                break

        if not wrong_year:
            events, known = learner.record.events(), learner.due_days()
            assert schedule(events, learner.now) == known
            logged.append((len(events), known))
        learner.set_clock(timedelta(0))
        learner.counted = None

    # What the record says in the end is what it said on each of the evenings.
    assert len(logged) == DAYS - 2
    events = learner.record.events()
    for first, then in logged:
        assert schedule(events[:first], learner.now) == then
    offsets = {event.utc_offset for event in events}
    assert offsets == {60, 120, 540, -420, -480}
    ratings = [rating for reviews in learner.graded.values() for _, rating in reviews]
    assert set(ratings) == set(Rating)
    assert {"review", "continue", "new"} <= set(kinds)
    assert max(map(len, learner.graded.values())) >= 4

    figures = stats(events, EXERCISES, learner.now)
    assert {day.toordinal() for day, _, _ in figures.days} == learner.checked
    assert figures.hints == learner.hints
    assert figures.give_ups == learner.given_up
    assert figures.reviews == len(ratings) - len(learner.graded)
