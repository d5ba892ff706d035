"""The learning commands: hint, solution."""

from __future__ import annotations

from typing import Annotated

import typer

from dlprep import catalog, command
from dlprep.cli.shared import OptionalName, find_exercise, recorded, workspace_here
from dlprep.errors import UserError


def hint(name: OptionalName = None) -> None:
    """Show one more hint, from a nudge to nearly the answer.

    A review takes into account how many you needed. When you write an exercise again, they begin
    with the first.

    Example: dlprep hint softmax
    """
    from dlprep.practice.rounds import hints_shown
    from dlprep.render import make_console
    from dlprep.render.solution_page import hint_page

    exercise = find_exercise(name)
    hints = catalog.read_help(exercise).hints
    shown = hints_shown(recorded(lambda record: record.events(), []), exercise.slug)
    if shown < len(hints):
        shown += 1
        text = workspace_here().text(exercise)
        recorded(lambda record: record.add("hinted", exercise.slug, text), None)
    hint_page(exercise, hints, shown, make_console())


def solution(
    name: OptionalName = None,
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

    exercise = find_exercise(name)
    free = solution_is_free(recorded(lambda record: record.events(), []), exercise.slug)
    if not free and not give_up:
        raise UserError(
            f"The solution of {exercise.slug} is there once all cases pass. A hint:"
            f" {command(f'hint {exercise.slug}')}. To read it now, which is recorded:"
            f" {command(f'solution {exercise.slug} --give-up')}"
        )
    workspace = workspace_here()
    text = workspace.text(exercise)
    if not free:  # it is shown only if that is recorded
        workspace.record.add("gave_up", exercise.slug, text)
    own = text.decode("utf-8", errors="replace") if free else ""
    solution_page(exercise, own)(make_console())
