"""The record's commands: export, import."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from dlprep import command
from dlprep.cli.shared import (
    errors,
    note,
    workspace_here,
)
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
) -> None:
    """Write the whole record as JSON lines, your texts included.

    Example: dlprep export practice.jsonl
    """
    import shutil
    import tempfile

    from dlprep import render
    from dlprep.practice.record import exchange
    from dlprep.render.words import plural

    with errors():
        record = workspace_here().record
        if path == STANDARD:
            # Who reads slowly must not hold up who writes to the record.
            with tempfile.TemporaryFile() as file:
                went = exchange.export(record, file)
                file.seek(0)
                shutil.copyfileobj(file, sys.stdout.buffer)
        else:
            with exchange.new_file(path) as file:
                went = exchange.export(record, file)
            what = f"{plural(went.events, 'event')} and {plural(went.texts, 'text')}"
            render.message(f"{what} went to {path}.", render.make_console())
        if went.left_out:
            note(f"{plural(went.left_out, 'event')} cannot be read any more and were left out.")


def import_(
    path: Annotated[
        Path, typer.Argument(metavar="FILE", help="What was exported; - is standard input.")
    ],
) -> None:
    """Add what was exported elsewhere to the record: all of it or nothing.

    What is here already is not added twice, and nothing that is here is changed.

    Example: dlprep import practice.jsonl
    """
    from dlprep import render
    from dlprep.practice.record import exchange
    from dlprep.render.words import plural

    with errors():
        record = workspace_here().record
        try:
            if path == STANDARD:
                came = exchange.import_(record, sys.stdin.buffer, "standard input")
            else:
                with path.open("rb") as file:
                    came = exchange.import_(record, file, path.name)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise UserError(f"{path} cannot be read: {reason}.") from error
        said = f"{plural(came.events, 'event')} and {plural(came.texts, 'text')} came in"
        if came.known:
            said += f"; {came.known} {'was' if came.known == 1 else 'were'} here already"
        render.message(f"{said}.", render.make_console())
        if came.events:
            back = f"No file was written; a text comes back with: {command('restore EX ATTEMPT')}"
            render.message(back, render.make_console())
        note(record.notice)
