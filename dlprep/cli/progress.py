"""The commands that say how far you are: next, review, stats."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from dlprep import catalog
from dlprep.cli.shared import AsJson, errors, events_of, print_json, recorded

if TYPE_CHECKING:
    from dlprep.practice.events import Event


def next_(as_json: AsJson = False) -> None:
    """Say what to do now, and why.

    JSON: exercise (null when all is done), kind (review, continue, new or done), reason, command.

    Example: dlprep next
    """
    from dlprep.practice.advice import advise

    with errors():
        exercises = catalog.all_exercises()
        advice = advise(_events(), exercises, _now())
        if as_json:
            print_json(advice.to_json())
            return
        from dlprep import render

        about = {exercise.slug: exercise for exercise in exercises}.get(advice.exercise or "")
        render.next_page(advice, about, render.make_console())


def home() -> None:
    """Say where the user is, what to do next, and the commands of an evening."""
    from dlprep import render
    from dlprep.practice.advice import advise

    with errors():
        exercises = catalog.all_exercises()
        statuses = recorded(lambda record: dict[str, str](record.statuses()), dict[str, str]())
        passed = sum(statuses.get(exercise.slug) == "passed" for exercise in exercises)
        advice = advise(_events(), exercises, _now())
        about = {exercise.slug: exercise for exercise in exercises}.get(advice.exercise or "")
        console = render.make_console()
        render.home_page(passed, len(exercises), advice, about, console)


def review(as_json: AsJson = False) -> None:
    """List the exercises to write again, now and next.

    What you pass or give up comes back, the later the better it went: FSRS schedules it, from
    the record alone.

    JSON: due and coming, each a list of exercise, due, last (dates), grade (again, hard,
    good or easy), retrievability, overdue (days), why, begun, command.

    Example: dlprep review
    """
    from dlprep.practice.reviews import due, upcoming
    from dlprep.practice.rounds import rounds

    with errors():
        exercises = {exercise.slug: exercise for exercise in catalog.all_exercises()}
        now = _now()
        history, known = rounds(_events(), now), list(exercises.values())
        now_due, coming = due(history, known, now.date()), upcoming(history, known, now.date())

        if as_json:
            print_json(
                {
                    "due": [one.to_json() for one in now_due],
                    "coming": [one.to_json() for one in coming],
                }
            )
            return
        from dlprep import render

        render.reviews_page(now_due, coming, exercises, render.make_console())


def stats(as_json: AsJson = False) -> None:
    """Show your days, passes, times, and most frequent mistakes.

    JSON: today; streak (days in a row); days (day, minutes at work, checks); tracks (track, passed,
    total); passes (exercise, day, minutes or null, target: of the first pass); mistakes (exercise,
    name, times: in how many texts); hints; give_ups; reviews.

    Example: dlprep stats
    """
    from dlprep.practice.stats import stats as figures

    with errors():
        events: list[Event] = recorded(events_of, [])
        found = figures(events, catalog.all_exercises(), _now())
        if as_json:
            print_json(found.to_json())
            return
        from dlprep import render

        render.stats_page(found, render.make_console())


def _events() -> list[Event]:
    return recorded(lambda record: record.events(), [])


def _now() -> datetime:
    """Now, in the user's time zone."""
    return datetime.now().astimezone()
