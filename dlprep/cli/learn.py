"""The commands that help on the way: hint, solution, next, review, stats; and `dlprep` alone."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from dlprep import catalog, command
from dlprep.cli import shared
from dlprep.errors import UserError

if TYPE_CHECKING:
    from dlprep.practice.reviews import Advice


def hint(name: shared.OptionalName = None) -> None:
    """Show one more hint, from a nudge to nearly the answer.

    A review counts how many you needed. When you write an exercise again, they start over.

    Example: dlprep hint softmax
    """
    from dlprep.practice.rounds import hints_shown
    from dlprep.render import make_console
    from dlprep.render.solution_page import hint_page

    exercise = shared.find_exercise(name)
    hints = catalog.read_help(exercise).hints
    shown = hints_shown(shared.events_here(), exercise.slug)
    if shown < len(hints):
        shown += 1
        text = shared.workspace_here().text(exercise)
        shared.recorded(lambda record: record.add("hinted", exercise.slug, text), None)
    hint_page(exercise, hints, shown, make_console())


def solution(
    name: shared.OptionalName = None,
    give_up: Annotated[
        bool,
        typer.Option("--give-up", help="Read it before a pass; the exercise comes back later."),
    ] = False,
) -> None:
    """Read the solution, beside yours, and the reasons.

    Free after a pass.

    Example: dlprep solution softmax
    """
    from dlprep.practice.rounds import solution_is_free
    from dlprep.render import make_console
    from dlprep.render.solution_page import solution_page

    exercise = shared.find_exercise(name)
    free = solution_is_free(shared.events_here(), exercise.slug)
    if not free and not give_up:
        raise UserError(
            f"The solution of {exercise.slug} is there once you have passed. A hint:"
            f" {command(f'hint {exercise.slug}')}. To read it now, which is recorded:"
            f" {command(f'solution {exercise.slug} --give-up')}"
        )
    workspace = shared.workspace_here()
    text = workspace.text(exercise)
    if not free:  # it is shown only if that is recorded
        workspace.record.add("gave_up", exercise.slug, text)
    own = text.decode("utf-8", errors="replace") if free else ""
    solution_page(exercise, own)(make_console())


def next_(as_json: shared.AsJson = False) -> None:
    """Say what to do now, and why.

    JSON: exercise (null when all is done), kind (review, continue, new or done), reason, command.

    Example: dlprep next
    """
    advice = _advice()
    if as_json:
        shared.print_json(advice.to_json())
    else:
        from dlprep.render import make_console
        from dlprep.render.reviews_page import next_page

        next_page(advice, make_console())


def home() -> None:
    """Say where the user is, what to do next, and the commands of an evening."""
    from dlprep.render import make_console
    from dlprep.render.reviews_page import home_page

    advice = _advice()
    statuses = shared.recorded(lambda record: record.statuses(), dict[str, str]())
    slugs = catalog.slugs()
    passed = sum(statuses.get(slug) in ("passed", "polished") for slug in slugs)
    home_page(passed, len(slugs), advice, make_console())


def _advice() -> Advice:
    from dlprep.practice.reviews import advise

    return advise(shared.events_here(), catalog.all_exercises(), datetime.now().astimezone())


def review(as_json: shared.AsJson = False) -> None:
    """List the exercises to write again, now and next.

    What you pass or give up comes back, the later the better it went: FSRS schedules it, from
    the record alone.

    JSON: due and coming, each a list of exercise, due, last (dates), grade (again, hard,
    good or easy), retrievability, overdue (days), why, begun, command.

    Example: dlprep review
    """
    from dlprep.practice.reviews import due_and_coming
    from dlprep.practice.rounds import rounds

    now = datetime.now().astimezone()
    history = rounds(shared.events_here(), now)
    due, coming = due_and_coming(history, catalog.all_exercises(), now.date())
    if as_json:
        found = {"due": due, "coming": coming}
        shared.print_json({name: [one.to_json() for one in found[name]] for name in found})
        return
    from dlprep.render import make_console
    from dlprep.render.reviews_page import reviews_page

    reviews_page(due, coming, make_console())


def stats(as_json: shared.AsJson = False) -> None:
    """Show your days, passes, times, and most frequent mistakes.

    JSON: today; streak (days in a row); days (day, minutes at work, checks); tracks (track, passed,
    total); passes (exercise, day, minutes or null, target: of the first pass); mistakes (exercise,
    name, times: in how many texts); hints; give_ups; reviews; polished (exercises with a ★).

    Example: dlprep stats
    """
    from dlprep.practice.stats import stats as figures

    now = datetime.now().astimezone()
    found = figures(shared.recorded(shared.events_of, []), catalog.all_exercises(), now)
    if as_json:
        shared.print_json(found.to_json())
    else:
        from dlprep.render import make_console
        from dlprep.render.stats_page import stats_page

        stats_page(found, make_console())
