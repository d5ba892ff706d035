"""What a user may see of an exercise beside the task: hints, one by one, and the solution."""

from __future__ import annotations

from datetime import UTC, datetime

from dlprep.practice.events import Event
from dlprep.practice.rounds import Round, rounds


def last_round(events: list[Event], exercise: str, now: datetime | None = None) -> Round | None:
    """The last round of an exercise; None if it has none. ``events`` are all of the record's."""
    found = [one for one in rounds(events, now or datetime.now(UTC)) if one.exercise == exercise]
    return found[-1] if found else None


def hints_shown(events: list[Event], exercise: str) -> int:
    """How many hints were shown since the exercise's last round began."""
    one = last_round(events, exercise)
    return sum(event.kind == "hinted" for event in _since(events, one)) if one else 0


def solution_is_free(events: list[Event], exercise: str) -> bool:
    """Whether the solution may be read for nothing: after a pass, or once it was given up.

    Who began a review is before the pass again.
    """
    one = last_round(events, exercise)
    if one is None:
        return False
    known = _since(events, one)
    if one.outcome == "abandoned":  # the user's own old text is back
        known = [event for event in events if event.exercise == exercise]
    return any(event.is_pass or event.kind == "gave_up" for event in known)


def _since(events: list[Event], one: Round) -> list[Event]:
    return [
        event for event in events if event.exercise == one.exercise and event.number >= one.first
    ]
