"""The learning commands: hint, solution."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from dlprep import catalog, command
from dlprep.catalog import Exercise
from dlprep.cli.shared import (
    OptionalName,
    errors,
    find_exercise,
    note,
    recorded,
    workspace_here,
)
from dlprep.errors import UserError

if TYPE_CHECKING:
    from dlprep.practice.events import Event
    from dlprep.render.screen import Drawing


def hint(name: OptionalName = None) -> None:
    """Show one more hint, from a nudge to nearly the answer.

    A review later on knows how many it took; each time an exercise is written anew, they begin
    again.

    Example: dlprep hint softmax
    """
    from dlprep import render
    from dlprep.practice.hints import hints_shown
    from dlprep.practice.record import RecordError
    from dlprep.render.solution_page import hint_page

    with errors():
        exercise = find_exercise(name)
        events: list[Event] = recorded(lambda record: record.events(), [])
        shown = hints_shown(events, exercise.slug)
        hints = catalog.read_help(exercise).hints
        if shown < len(hints):
            shown += 1
            workspace = workspace_here()
            try:
                workspace.record.add("hinted", exercise.slug, workspace.text(exercise))
            except RecordError as error:
                note(str(error))
        hint_page(exercise, hints, shown, render.make_console())


def solution(
    name: OptionalName = None,
    give_up: Annotated[
        bool,
        typer.Option("--give-up", help="Before a pass; the exercise comes back as a review."),
    ] = False,
) -> None:
    """Read the solution, beside yours, and the reasons.

    After a pass it is free.

    Example: dlprep solution softmax
    """
    from dlprep import render
    from dlprep.practice.hints import solution_is_free

    with errors():
        exercise = find_exercise(name)
        events: list[Event] = recorded(lambda record: record.events(), [])
        workspace = workspace_here()
        free = solution_is_free(events, exercise.slug)
        if not free and not give_up:
            raise UserError(
                f"The solution of {exercise.slug} is there once all cases pass. A hint:"
                f" {command(f'hint {exercise.slug}')}. To read it now, which is recorded:"
                f" {command(f'solution {exercise.slug} --give-up')}"
            )
        text = workspace.text(exercise)
        if not free:
            # not read unless it is recorded
            workspace.record.add("gave_up", exercise.slug, text)
        solution_drawing(exercise, text if free else b"")(render.make_console())


def solution_drawing(exercise: Exercise, text: bytes) -> Drawing:
    """The page of the solution, with the user's own ``text`` against it unless that is blank."""
    from dlprep.render.solution_page import solution_page
    from dlprep.variants import read_variants

    return partial(
        solution_page,
        exercise,
        exercise.reference.read_text(encoding="utf-8"),
        (exercise.solution / "explanation.md").read_text(encoding="utf-8"),
        [(one.name, one.source) for one in read_variants(exercise).accepted],
        catalog.read_help(exercise).follow_ups,
        text.decode("utf-8", errors="replace") if text.strip() else None,
    )
