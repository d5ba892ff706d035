"""The commands: parse, call, render. No logic lives here."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from importlib import import_module
from typing import Annotated

import typer

from dlprep.cli.shared import Early, errors

# Each command, in the order of the help: its module and its function there.
COMMANDS = {
    "list": ("practise", "list_exercises"),
    "start": ("practise", "start"),
    "show": ("practise", "show"),
    "check": ("practise", "check"),
    "watch": ("practise", "watch"),
    "debug": ("debug", "debug"),
    "test": ("own_tests", "own_tests"),
    "hint": ("learn", "hint"),
    "solution": ("learn", "solution"),
    "history": ("record", "history"),
    "restore": ("record", "restore"),
    "next": ("learn", "next_"),
    "review": ("learn", "review"),
    "stats": ("learn", "stats"),
    "export": ("record", "export"),
    "import": ("record", "import_"),
    "grade": ("grade", "grade"),
    "report": ("grade", "report"),
    "author": ("author", "author"),
}


def make_app(names: Iterable[str] = COMMANDS) -> typer.Typer:
    """The command line with these commands; the modules of the others are not loaded."""
    app = typer.Typer(
        name="dlprep",
        help="Practise the deep-learning coding interview, in NumPy: see what is wrong, and why.",
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(options)
    for name in names:
        module, function = COMMANDS[name]
        found = getattr(import_module(f"dlprep.cli.{module}"), function)
        if isinstance(found, typer.Typer):
            app.add_typer(found)
        else:
            app.command(name)(errors()(found))
    return app


def run(early: Early) -> None:
    """Run the command that the arguments name; every way out is an exit code."""
    first = sys.argv[1] if len(sys.argv) > 1 else ""
    # One command is all that most runs need, and to load all of them takes longer than `list`.
    one_is_enough = first in COMMANDS and "_DLPREP_COMPLETE" not in os.environ
    try:
        with errors():  # those outside the commands: a help that cannot be printed, say
            make_app([first] if one_is_enough else COMMANDS)(obj=early, prog_name="dlprep")
    except typer.Exit as end:
        sys.exit(end.exit_code)


def _version(wanted: bool) -> None:
    if wanted:
        from dlprep import __version__

        typer.echo(f"dlprep {__version__}")
        raise typer.Exit


def options(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Practise the deep-learning coding interview: write it in NumPy, see what is wrong and why.

    Without a command: where you are, and what to do next.
    """
    if context.invoked_subcommand is None:
        from dlprep.cli.learn import home

        home()
