"""The commands that say how far you are: next, review, stats; and the one without a name."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from dlprep import catalog
from dlprep.cli.shared import AsJson, events_of, print_json, recorded

if TYPE_CHECKING:
    from dlprep.practice.reviews import Advice


def next_(as_json: AsJson = False) -> None:
    """Say what to do now, and why.

    JSON: exercise (null when all is done), kind (review, continue, new or done), reason, command.

    Example: dlprep next
    """
    advice = _advice()
    if as_json:
        print_json(advice.to_json())
    else:
        from dlprep.render import make_console
        from dlprep.render.reviews_page import next_page

        next_page(advice, make_console())


def home() -> None:
    """Say where the user is, what to do next, and the commands of an evening."""
    from dlprep.render import make_console
    from dlprep.render.reviews_page import home_page

    advice = _advice()
    statuses = recorded(lambda record: dict[str, str](record.statuses()), dict[str, str]())
    slugs = catalog.slugs()
    passed = sum(statuses.get(slug) == "passed" for slug in slugs)
    home_page(passed, len(slugs), advice, make_console())


def _advice() -> Advice:
    from dlprep.practice.reviews import advise

    now = datetime.now().astimezone()
    return advise(recorded(lambda record: record.events(), []), catalog.all_exercises(), now)


def review(as_json: AsJson = False) -> None:
    """List the exercises to write again, now and next.

    What you pass or give up comes back, the later the better it went: FSRS schedules it, from
    the record alone.

    JSON: due and coming, each a list of exercise, due, last (dates), grade (again, hard,
    good or easy), retrievability, overdue (days), why, begun, command.

    Example: dlprep review
    """
    from dlprep.practice.reviews import due_and_coming
    from dlprep.practice.rounds import rounds

    exercises, now = catalog.all_exercises(), datetime.now().astimezone()
    due, coming = due_and_coming(
        rounds(recorded(lambda record: record.events(), []), now), exercises, now.date()
    )
    if as_json:
        found = {"due": due, "coming": coming}
        print_json({name: [one.to_json() for one in found[name]] for name in found})
        return
    from dlprep.render import make_console
    from dlprep.render.reviews_page import reviews_page

    reviews_page(due, coming, make_console())


def stats(as_json: AsJson = False) -> None:
    """Show your days, passes, times, and most frequent mistakes.

    JSON: today; streak (days in a row); days (day, minutes at work, checks); tracks (track, passed,
    total); passes (exercise, day, minutes or null, target: of the first pass); mistakes (exercise,
    name, times: in how many texts); hints; give_ups; reviews.

    Example: dlprep stats
    """
    from dlprep.practice.stats import stats as figures

    now = datetime.now().astimezone()
    found = figures(recorded(events_of, []), catalog.all_exercises(), now)
    if as_json:
        print_json(found.to_json())
    else:
        from dlprep.render import make_console
        from dlprep.render.stats_page import stats_page

        stats_page(found, make_console())
