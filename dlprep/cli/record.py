"""The record's commands: export, import."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from dlprep import command
from dlprep.cli.shared import errors, note, workspace_here
from dlprep.errors import UserError

STANDARD = Path("-")  # standard input or output


def export(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="[FILE]",
            help="A new file. Default: standard output.",
            show_default=False,
        ),
    ] = STANDARD,
    no_texts: Annotated[bool, typer.Option("--no-texts", help="Leave your texts out.")] = False,
) -> None:
    """Copy the record, your texts included: JSON lines.

    Example: dlprep export practice.jsonl
    """
    from dlprep import render
    from dlprep.files import new_file, reason
    from dlprep.text import plural

    with errors():
        record = workspace_here().record
        if path == STANDARD:
            went = record.export(sys.stdout.buffer, texts=not no_texts)
        else:
            try:
                with new_file(path) as file:
                    went = record.export(file, texts=not no_texts)
            except FileExistsError:
                raise UserError(f"{path} exists already, and is left as it is.") from None
            except OSError as error:
                raise UserError(f"{path} cannot be written: {reason(error)}.") from error
            what = f"{plural(went.events, 'event')} and {plural(went.texts, 'text')}"
            render.message(f"{what} went to {path}.", render.make_console())
        if went.unreadable:
            note(f"Left out: {plural(went.unreadable, 'line')} that cannot be read.")


def import_(
    path: Annotated[
        Path, typer.Argument(metavar="FILE", help="What was exported; - is standard input.")
    ],
) -> None:
    """Add what was exported elsewhere to the record.

    What is here already is not added twice, and nothing that is here is changed.

    Example: dlprep import practice.jsonl
    """
    from dlprep import render
    from dlprep.files import explained
    from dlprep.text import plural

    with errors():
        record = workspace_here().record
        if path == STANDARD:
            came = record.import_(sys.stdin.buffer, "standard input")
        else:
            with explained(f"{path} cannot be read"), path.open("rb") as file:
                came = record.import_(file, path.name)
        said = f"{plural(came.events, 'event')} and {plural(came.texts, 'text')} came in"
        if came.known:
            said += f"; {came.known} {'was' if came.known == 1 else 'were'} here already"
        render.message(f"{said}.", render.make_console())
        if came.events:
            back = f"No file was written; a text comes back with: {command('restore EX ATTEMPT')}"
            render.message(back, render.make_console())
        if came.unreadable:
            note(f"Left out: {plural(came.unreadable, 'line')} that cannot be read.")
