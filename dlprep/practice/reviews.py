"""When to write an exercise again (FSRS, graded from the record), and what to do now.

Nothing is stored and nobody is asked: the schedule is computed from the rounds each time.

**A review** is a round that was passed or given up, the first one included. Its grade:

- ``again``: the user gave up;
- ``hard``: a pass with hints, or in more than twice the exercise's minutes;
- ``easy``: a pass without hints at the first check of a finished file, within the minutes. A round
  of no minutes cannot be easy, for it was never timed: the file was written before dlprep saw it,
  or in one go of more than two hours;
- ``good``: any other pass.

**A day** is the user's own: FSRS gets the local date of a round's end, as noon in UTC, so that
whole days lie between two reviews. After a flight to the west a round can end on an earlier date
than the one before: that counts as the same day. A review is due from the beginning of its day,
where the user then is.

An exercise takes half an hour, so there are no learning steps of minutes: the shortest interval is
a day. There is no fuzz, for the same record must always give the same days.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from typing import Any, Literal, NamedTuple

from dlprep import command
from dlprep.catalog import DIFFICULTIES, Exercise
from dlprep.practice.events import Event
from dlprep.practice.rounds import Round, rounds
from dlprep.text import plural

Grade = Literal["again", "hard", "good", "easy"]


class Review(NamedTuple):
    """The review that is next for an exercise, as it looks ``today``.

    ``last`` is the day of the review before it, whose round is ``round`` and got ``grade``.
    ``retrievability`` is FSRS's estimate of how likely the exercise is still remembered. The
    review is ``begun`` when the stub is back already.
    """

    exercise: Exercise
    due: date
    last: date
    grade: Grade
    retrievability: float
    round: Round
    begun: bool
    today: date

    @property
    def when(self) -> str:
        """When it is due: ``since Mon 16 Nov``, ``since today``, ``tomorrow``, ``on Wed 2 Dec``."""
        year = f" {self.due.year}" if self.due.year != self.today.year else ""
        day = f"{self.due:%a} {self.due.day} {self.due:%b}{year}"
        days = (self.due - self.today).days
        return {0: "since today", 1: "tomorrow"}.get(days, f"{'since' if days < 0 else 'on'} {day}")

    @property
    def why(self) -> str:
        """What happened last: ``passed with 2 hints 6 days ago``."""
        hints = f"with {plural(self.round.hints, 'hint')}"
        slowly = f"in {self.round.minutes:.0f} minutes"
        how = {
            "again": "given up",
            "hard": f"passed {hints if self.round.hints else slowly}",
            "good": "passed",
            "easy": "passed at the first check",
        }[self.grade]
        return f"{how} {_ago(self.last, self.today)}"

    @property
    def command(self) -> str:
        """What to type to begin it, or to go on with it."""
        slug = self.exercise.slug
        return command(f"check {slug}" if self.begun else f"start {slug} --reset")

    def to_json(self) -> dict[str, Any]:
        """This review as a JSON object."""
        return {
            "exercise": self.exercise.slug,
            "due": self.due.isoformat(),
            "last": self.last.isoformat(),
            "grade": self.grade,
            "retrievability": round(self.retrievability, 4),
            "overdue": max((self.today - self.due).days, 0),
            "why": self.why,
            "begun": self.begun,
            "command": self.command,
        }


def due_and_coming(
    history: Sequence[Round], exercises: Iterable[Exercise], today: date
) -> tuple[list[Review], list[Review]]:
    """The reviews that are due, the most likely forgotten first, and those to come, by day.

    Exercises that are not in the catalogue (any more) are left out.
    """
    from fsrs import Card, Rating, Scheduler

    scheduler = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
    reviews: list[Review] = []
    for exercise in exercises:
        own = [one for one in history if one.exercise == exercise.slug]
        graded = [(one, given) for one in own if (given := grade(one, exercise.minutes))]
        card, last = Card(card_id=0), date.min  # without a number, a card waits for a new one
        for one, given in graded:
            last = max(last, one.day)
            card, _ = scheduler.review_card(card, Rating[given.capitalize()], _noon(last))
        if graded:
            one, given = graded[-1]
            likely = scheduler.get_card_retrievability(card, _noon(today))
            begun, day = own[-1].outcome == "open", card.due.date()
            reviews.append(Review(exercise, day, last, given, likely, one, begun, today))
    reviews.sort(key=lambda review: review.due)
    due = [review for review in reviews if review.due <= today]
    due.sort(key=lambda review: review.retrievability)
    return due, reviews[len(due) :]


def grade(one: Round, minutes: int) -> Grade | None:
    """The grade of a round of an exercise of so many minutes; None if it is not a review."""
    if one.outcome == "gave up":
        return "again"
    if one.outcome != "passed":
        return None
    if one.hints or one.minutes > 2 * minutes:
        return "hard"
    return "easy" if not one.wrong_checks and 0 < one.minutes <= minutes else "good"


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def _ago(day: date, today: date) -> str:
    days = max((today - day).days, 0)
    return {0: "today", 1: "yesterday"}.get(days, f"{days} days ago")


class Advice(NamedTuple):
    """An exercise, and what to do with it; no exercise and no command when all is done for now.

    ``review``: write it again, from the stub; ``continue``: it is begun; ``new``: begin it.
    ``reason`` is a sentence.
    """

    exercise: Exercise | None
    kind: Literal["review", "continue", "new", "done"]
    reason: str
    command: str | None

    def to_json(self) -> dict[str, str | None]:
        """This advice as a JSON object, with the exercise's name."""
        return self._asdict() | {"exercise": self.exercise.slug if self.exercise else None}


def advise(events: Sequence[Event], exercises: Sequence[Exercise], now: datetime) -> Advice:
    """What to do now, for a user with these events.

    A review that is due comes first, and of those one that is begun already; then what is begun
    otherwise; then the next new exercise of the track worked on last, or of the tracks after it.
    ``exercises`` are the catalogue's, in its order; ``now`` is in the user's time zone.
    """
    history, today = rounds(events, now), now.date()
    due, coming = due_and_coming(history, exercises, today)
    by_name = {exercise.slug: exercise for exercise in exercises}
    current = {one.exercise: one for one in history}  # the last round of each
    worked_on = dict.fromkeys(event.exercise for event in reversed(events))
    latest_first = [current[name] for name in worked_on if name in by_name]
    begun = [one for one in latest_first if one.outcome == "open"]

    are_due = {review.exercise.slug for review in due}
    if one := next((one for one in begun if one.exercise in are_due or not due), None):
        state = "Its review is due, and begun" if due else "It is begun, and not passed yet"
        reason = f"{state}: last worked on {_ago(one.day, today)}."
        go_on = command(f"check {one.exercise}")
        return Advice(by_name[one.exercise], "continue", reason, go_on)
    if due:
        reason = f"A review, due {due[0].when}: {due[0].why}."
        return Advice(due[0].exercise, "review", reason, due[0].command)
    if not latest_first and exercises:
        first = "A good one to begin with: short, and asked in many interviews."
        return _new(min(exercises, key=_how_late), first)
    tracks = list(dict.fromkeys(exercise.track for exercise in exercises))
    last = by_name[latest_first[0].exercise].track if latest_first else ""
    start = tracks.index(last) if last else 0
    for track in tracks[start:] + tracks[:start]:
        new = [one for one in exercises if one.track == track and one.slug not in current]
        if new:
            # the first whose prerequisites are begun, or else the first
            ready = next((one for one in new if current.keys() >= {*one.after}), new[0])
            on = f"Nothing new is left in {last}: on with {track}."
            return _new(ready, f"The next new one in {track}." if track == last else on)
    then = f": the next review is {coming[0].exercise.slug}, {coming[0].when}" if coming else ""
    return Advice(None, "done", f"All exercises are done, and no review is due{then}.", None)


def _new(exercise: Exercise, reason: str) -> Advice:
    return Advice(exercise, "new", reason, command(f"start {exercise.slug}"))


def _how_late(exercise: Exercise) -> tuple[bool, int, int, int]:
    """Begin with what needs no other exercise, is asked often, is easy, and is short."""
    level = DIFFICULTIES.index(exercise.difficulty)
    return bool(exercise.after), -exercise.asked, level, exercise.minutes
