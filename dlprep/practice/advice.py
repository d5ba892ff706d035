"""What to do now: one exercise, and the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from dlprep import command
from dlprep.catalog import DIFFICULTIES, Exercise
from dlprep.practice.events import Event
from dlprep.practice.reviews import ago, due, upcoming
from dlprep.practice.rounds import Round, rounds

FIRST_REASON = "A good one to begin with: short, and asked in many interviews."


@dataclass(frozen=True, slots=True)
class Advice:
    """An exercise, and what to do with it; no exercise when all is done for now.

    ``review``: write it again, from the stub; ``continue``: it is begun; ``new``: begin it.
    ``reason`` is a sentence.
    """

    exercise: str | None
    kind: Literal["review", "continue", "new", "done"]
    reason: str

    @property
    def words(self) -> str:
        """The command to type, without the program's name; empty when all is done."""
        return {
            "review": f"start {self.exercise} --reset",
            "continue": f"check {self.exercise}",
            "new": f"start {self.exercise}",
            "done": "",
        }[self.kind]

    def to_json(self) -> dict[str, str | None]:
        """This advice as a JSON object."""
        typed = command(self.words) if self.words else None
        return {
            "exercise": self.exercise,
            "kind": self.kind,
            "reason": self.reason,
            "command": typed,
        }


def advise(events: Sequence[Event], exercises: Sequence[Exercise], now: datetime) -> Advice:
    """What to do now, for a user with these events.

    A review that is due comes first, and of those one that is begun already; then what is begun
    otherwise; then the next new exercise of the track worked on last, or of the tracks after it.
    ``exercises`` are the catalogue's, in its order; ``now`` is in the user's time zone.
    """
    history, today = rounds(list(events), now), now.date()
    by_name = {exercise.slug: exercise for exercise in exercises}
    worked_on = dict.fromkeys(event.exercise for event in reversed(events))
    latest_first = [name for name in worked_on if name in by_name]
    current = {one.exercise: one for one in history}  # the last round of each
    begun = [name for name in latest_first if current[name].outcome == "open"]
    reviews = due(history, exercises, today)

    begun_reviews = [name for name in begun if name in {review.exercise for review in reviews}]
    if begun_reviews:
        return _continue("Its review is due, and begun", current[begun_reviews[0]], today)
    if reviews:
        reason = f"A review, due {reviews[0].since}: {reviews[0].why}."
        return Advice(reviews[0].exercise, "review", reason)
    if begun:
        return _continue("It is begun, and not passed yet", current[begun[0]], today)
    last = by_name[latest_first[0]] if latest_first else None
    return _new(exercises, current, last) or _done(history, exercises, now)


def _continue(state: str, one: Round, today: date) -> Advice:
    at = ago((today - one.day).days)
    return Advice(one.exercise, "continue", f"{state}: last worked on {at}.")


def _new(
    exercises: Sequence[Exercise], current: dict[str, Round], last: Exercise | None
) -> Advice | None:
    """The next new exercise, if there is one; ``last`` was worked on last."""
    if last is None and exercises:
        first = min(exercises, key=_how_late)
        return Advice(first.slug, "new", FIRST_REASON)
    tracks = list(dict.fromkeys(exercise.track for exercise in exercises))
    start = tracks.index(last.track) if last else 0
    for track in tracks[start:] + tracks[:start]:
        new = [one for one in exercises if one.track == track and one.slug not in current]
        if not new:
            continue
        # the first whose prerequisites are begun, or else the first
        ready = next((one for one in new if current.keys() >= {*one.after}), new[0])
        reason = f"Nothing new is left in {last.track}: on with {track}." if last else ""
        if last is None or track == last.track:
            reason = f"The next new one in {track}."
        return Advice(ready.slug, "new", reason)
    return None


def _how_late(exercise: Exercise) -> tuple[bool, int, int, int]:
    """Begin with what needs no other exercise, is asked often, is easy, and is short."""
    level = DIFFICULTIES.index(exercise.difficulty)
    return bool(exercise.after), -exercise.asked, level, exercise.minutes


def _done(history: Sequence[Round], exercises: Sequence[Exercise], now: datetime) -> Advice:
    coming = upcoming(history, exercises, now.date())
    then = f": the next review is {coming[0].exercise}, {coming[0].when}" if coming else ""
    return Advice(None, "done", f"All exercises are done, and no review is due{then}.")
