"""The history's commands: history, restore."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from dlprep import catalog, command
from dlprep.catalog import Exercise
from dlprep.cli.shared import (
    AsJson,
    Name,
    OptionalName,
    errors,
    events_of,
    find_exercise,
    print_json,
    workspace_here,
)
from dlprep.errors import UserError

if TYPE_CHECKING:
    from dlprep.practice.events import Event

Attempt = Annotated[
    int, typer.Argument(metavar="ATTEMPT", help="Its number in the history.", min=1)
]


def history(
    name: OptionalName = None,
    show: Annotated[
        int | None,
        typer.Option(
            "--show",
            metavar="ATTEMPT",
            min=1,
            help="Print this attempt's text.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List what you did with an exercise; each text is kept.

    Example: dlprep history softmax --show 3
    """
    from dlprep import render
    from dlprep.practice.workspace import attempt_text
    from dlprep.render.history_page import history_page

    with errors():
        exercise = find_exercise(name)
        record = workspace_here().record
        events = events_of(record, exercise.slug)
        if show is not None:
            typer.echo(attempt_text(record, _attempt(events, exercise, show)), nl=False)
        elif as_json:
            print_json([_entry(n, event) for n, event in enumerate(events, start=1)])
        else:
            history_page(exercise, events, render.make_console())


def restore(name: Name, attempt: Attempt) -> None:
    """Bring the text of an attempt back.

    What is in your file now is kept first.

    Example: dlprep restore softmax 3
    """
    from dlprep import render

    with errors():
        exercise = catalog.find(name)
        workspace = workspace_here()
        event = _attempt(workspace.record.events(exercise.slug), exercise, attempt)
        path = workspace.restore(exercise, event)
        console = render.make_console()
        if path is None:
            held = workspace.tests(exercise) if event.kind == "tested" else workspace.file(exercise)
            render.message(f"{held.name} holds the text of attempt {attempt} already.", console)
        else:
            said = f"{path.name} holds the text of attempt {attempt}; what was there is in the"
            render.message(f"{said} history.", console)


def _attempt(events: list[Event], exercise: Exercise, number: int) -> Event:
    if not events:
        raise UserError(
            f"There is no attempt at {exercise.slug} yet. To begin:"
            f" {command(f'start {exercise.slug}')}"
        )
    if number > len(events):
        raise UserError(
            f"{exercise.slug} has the attempts 1 to {len(events)}."
            f" See: {command(f'history {exercise.slug}')}"
        )
    return events[number - 1]


def _entry(number: int, event: Event) -> dict[str, object]:
    """An attempt as JSON."""
    return {
        "attempt": number,
        "at": event.at.isoformat(timespec="milliseconds"),
        "kind": event.kind,
        "text": event.text_hash,
        "status": event.status,
        "passing": event.passing,
        "total": event.total,
        "seed": event.seed,
        "mistakes": list(event.mistakes),
        "case": event.only_case,
    }
