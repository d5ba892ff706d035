"""What a user may see of an exercise beside the task: hints, one by one, and the solution."""

from __future__ import annotations

from datetime import UTC, datetime

from dlprep.practice.events import Event
from dlprep.practice.rounds import Round, rounds


def hints_shown(events: list[Event], exercise: str) -> int:
    """How many hints were shown since the exercise's last round began."""
    own = [event for event in events if event.exercise == exercise]
    last = _last_round(own)
    return sum(event.kind == "hinted" for event in own[last.first :]) if last else 0


def solution_is_free(events: list[Event], exercise: str) -> bool:
    """Whether the solution may be read freely: after a pass, or once it was given up.

    With the stub back for a review, it is before the pass again.
    """
    own = [event for event in events if event.exercise == exercise]
    last = _last_round(own)
    if last and last.outcome != "abandoned":  # else the user's own old text is back
        own = own[last.first :]
    return any(event.is_pass or event.kind == "gave_up" for event in own)


def _last_round(own: list[Event]) -> Round | None:
    """The last round of the exercise whose events these are."""
    return next(reversed(rounds(own, datetime.now(UTC))), None)
