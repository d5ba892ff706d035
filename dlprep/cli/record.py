"""The commands on the record: history, restore, export, import."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dlprep import catalog, command
from dlprep.catalog import Exercise
from dlprep.cli import shared
from dlprep.errors import UserError
from dlprep.text import plural

if TYPE_CHECKING:
    from dlprep.practice.events import Copied, Event

STANDARD = Path("-")  # standard input or output


def history(
    name: shared.OptionalName = None,
    show: Annotated[
        int | None,
        typer.Option(metavar="ATTEMPT", help="Print its text.", min=1, show_default=False),
    ] = None,
    as_json: shared.AsJson = False,
) -> None:
    """List what you did with an exercise; each text is kept.

    Example: dlprep history softmax --show 3
    """
    from dlprep.practice.workspace import attempt_text
    from dlprep.render import make_console
    from dlprep.render.history_page import history_page

    exercise = shared.find_exercise(name)
    record = shared.workspace_here().record
    events = shared.events_of(record, exercise.slug)
    if show is not None:
        typer.echo(attempt_text(record, _attempt(events, exercise, show)), nl=False)
    elif as_json:
        shared.print_json([_entry(n, event) for n, event in enumerate(events, start=1)])
    else:
        history_page(exercise, events, make_console())


def restore(
    name: shared.Name,
    attempt: Annotated[
        int, typer.Argument(metavar="ATTEMPT", help="Its number in the history.", min=1)
    ],
) -> None:
    """Bring the text of an attempt back.

    What is in your file now is kept first.

    Example: dlprep restore softmax 3
    """
    exercise = catalog.find(name)
    workspace = shared.workspace_here()
    event = _attempt(workspace.record.events(exercise.slug), exercise, attempt)
    if path := workspace.restore(exercise, event):
        what = f"{path.name} holds the text of attempt {attempt}"
        shared.say(f"{what}; what was there is in the history.")
    else:
        shared.say("Your file holds this text already.")


def export(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="[FILE]", help="A new file. Default: standard output.", show_default=False
        ),
    ] = STANDARD,
    no_texts: Annotated[bool, typer.Option("--no-texts", help="Leave your texts out.")] = False,
) -> None:
    """Copy the record, your texts included: JSON lines.

    Example: dlprep export practice.jsonl
    """
    from dlprep.files import explained, new_file

    record = shared.workspace_here().record
    if path == STANDARD:
        _report(record.export(sys.stdout.buffer, texts=not no_texts))
    else:
        with explained(f"{path} cannot be written"), new_file(path) as file:
            went = record.export(file, texts=not no_texts)
        _report(went, f" went to {path}.")


def import_(
    path: Annotated[
        Path, typer.Argument(metavar="FILE", help="What was exported; - is standard input.")
    ],
) -> None:
    """Add what was exported elsewhere to the record.

    What is here already is not added twice, and nothing that is here is changed.

    Example: dlprep import practice.jsonl
    """
    from dlprep.files import explained

    record = shared.workspace_here().record
    if path == STANDARD:
        came = record.import_(sys.stdin.buffer, "standard input")
    else:
        with explained(f"{path} cannot be read"), path.open("rb") as file:
            came = record.import_(file, path.name)
    known = f"; {came.known} {'was' if came.known == 1 else 'were'} here already"
    back = f"\nNo file was written; a text comes back with: {command('restore EX ATTEMPT')}"
    _report(came, f" came in{known if came.known else ''}.{back if came.events else ''}")


def _attempt(events: list[Event], exercise: Exercise, number: int) -> Event:
    if not events:
        begin = command(f"start {exercise.slug}")
        raise UserError(f"There is no attempt at {exercise.slug} yet. To begin: {begin}")
    if number > len(events):
        see = command(f"history {exercise.slug}")
        raise UserError(f"{exercise.slug} has the attempts 1 to {len(events)}. See: {see}")
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
        "polish_passing": event.polish_passing,
        "polish_total": event.polish_total,
        "seed": event.seed,
        "mistakes": list(event.mistakes),
        "case": event.only_case,
    }


def _report(copied: Copied, then: str = "") -> None:
    """Say what was copied, with ``then`` behind it; and on standard error, what was not."""
    if then:
        shared.say(f"{copied.what}{then}")
    if copied.unreadable:
        shared.note(f"Left out: {plural(copied.unreadable, 'line')} that cannot be read.")
