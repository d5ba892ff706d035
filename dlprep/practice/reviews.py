"""When an exercise is to be written again: FSRS, graded from the record.

Nothing is stored and nobody is asked: the schedule is computed anew from the rounds, each time.

**A review** is a round that ended, the first one included. Its grade is what the record saw:

- ``again``: the user gave up;
- ``hard``: a pass with hints, or in more than twice the exercise's minutes. It was not all
  remembered, or had to be worked out anew;
- ``easy``: a pass without hints at the first check of a finished file, within the minutes: what
  an interview asks for. A round of no minutes was never timed (the file was written before dlprep
  saw it, or in one go of more than two hours), so nothing says that it was easy;
- ``good``: any other pass.

An open round is not a review yet, and an abandoned one, where an older text was brought back,
says nothing about what is remembered.

**A day** is the user's own: FSRS gets the local date of a round's end, as noon in UTC, so that
days between two reviews are whole ones, whatever the hour, the time zone or the season. Who flies
west can end a round on an earlier date than the one before: that counts as the same day. A review
is due from the beginning of its day on, where the user then is.

There are no learning steps of minutes, for an exercise takes half an hour of its own: the
shortest interval is a day. There is no fuzz, for the same record must always give the same days.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Literal

from dlprep import command
from dlprep.catalog import Exercise
from dlprep.practice.rounds import Round

Grade = Literal["again", "hard", "good", "easy"]
GRADES: tuple[Grade, ...] = ("again", "hard", "good", "easy")  # FSRS counts them from 1


@dataclass(frozen=True, slots=True)
class Review:
    """The review that is next for an exercise, as it looks ``today``.

    ``last`` is the day of the review before it, whose round is ``round`` and got ``grade``.
    ``retrievability`` is FSRS's estimate of how likely the exercise is still remembered. The
    review is ``begun`` when the stub is back already.
    """

    exercise: str
    due: date
    last: date
    grade: Grade
    retrievability: float
    round: Round
    begun: bool
    today: date

    @property
    def overdue(self) -> int:
        """For how many days it has been due."""
        return max((self.today - self.due).days, 0)

    @property
    def since(self) -> str:
        """Since when it is due: ``since Mon 16 Nov``, ``since today``."""
        return f"since {calendar_day(self.due, self.today) if self.overdue else 'today'}"

    @property
    def when(self) -> str:
        """When it will be due: ``tomorrow``, ``on Wed 25 Nov``."""
        tomorrow = (self.due - self.today).days == 1
        return "tomorrow" if tomorrow else f"on {calendar_day(self.due, self.today)}"

    @property
    def why(self) -> str:
        """What happened last: ``passed with 2 hints 6 days ago``."""
        hints = f"{self.round.hints} hint{'s' * (self.round.hints != 1)}"
        slowly = f"in {self.round.minutes:.0f} minutes"
        how = {
            "again": "given up",
            "hard": f"passed {f'with {hints}' if self.round.hints else slowly}",
            "good": "passed",
            "easy": "passed at the first check",
        }[self.grade]
        return f"{how} {ago((self.today - self.last).days)}"

    @property
    def words(self) -> str:
        """The command that begins it, or goes on with it."""
        return f"check {self.exercise}" if self.begun else f"start {self.exercise} --reset"

    def to_json(self) -> dict[str, Any]:
        """This review as a JSON object."""
        return {
            "exercise": self.exercise,
            "due": self.due.isoformat(),
            "last": self.last.isoformat(),
            "grade": self.grade,
            "retrievability": round(self.retrievability, 4),
            "overdue": self.overdue,
            "why": self.why,
            "begun": self.begun,
            "command": command(self.words),
        }


def due(rounds: Iterable[Round], exercises: Sequence[Exercise], today: date) -> list[Review]:
    """The reviews that are due, most urgent first: what is most likely forgotten.

    Exercises that are not in the catalogue (any more) are left out.
    """
    found = [review for review in _reviews(rounds, exercises, today) if review.due <= today]
    return sorted(found, key=lambda review: (review.retrievability, review.due))


def upcoming(rounds: Iterable[Round], exercises: Sequence[Exercise], today: date) -> list[Review]:
    """The reviews that will be due, the next one first."""
    found = [review for review in _reviews(rounds, exercises, today) if review.due > today]
    return sorted(found, key=lambda review: review.due)


def grade(one: Round, minutes: int) -> Grade | None:
    """The grade of a round of an exercise of so many minutes; None if it is no review."""
    if one.outcome == "gave up":
        return "again"
    if one.outcome != "passed":
        return None
    if one.hints or one.minutes > 2 * minutes:
        return "hard"
    return "easy" if not one.wrong_checks and 0 < one.minutes <= minutes else "good"


def _reviews(
    rounds: Iterable[Round], exercises: Sequence[Exercise], today: date
) -> Iterator[Review]:
    """The next review of every exercise that has had one, in the catalogue's order."""
    from fsrs import Card, Rating, Scheduler

    scheduler = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
    by_exercise: dict[str, list[Round]] = {}
    for one in rounds:
        by_exercise.setdefault(one.exercise, []).append(one)
    for exercise in exercises:
        own = by_exercise.get(exercise.slug, [])
        card, last = Card(card_id=0), date.min  # without a number, a card waits for a new one
        latest: tuple[Round, Grade] | None = None
        for one in own:
            given = grade(one, exercise.minutes)
            if given is None:
                continue
            last, latest = max(last, one.day), (one, given)
            rating = Rating(GRADES.index(given) + 1)
            card, _ = scheduler.review_card(card, rating, _noon(last))
        if latest:
            yield Review(
                exercise.slug,
                card.due.date(),
                last,
                latest[1],
                scheduler.get_card_retrievability(card, _noon(today)),
                latest[0],
                own[-1].outcome == "open",
                today,
            )


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def ago(days: int) -> str:
    """``today``, ``yesterday``, ``6 days ago``."""
    return {0: "today", 1: "yesterday"}.get(max(days, 0), f"{days} days ago")


def calendar_day(day: date, today: date) -> str:
    """``Mon 16 Nov``, with the year unless it is today's."""
    year = f" {day.year}" if day.year != today.year else ""
    return f"{day:%a} {day.day} {day:%b}{year}"
