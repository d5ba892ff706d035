"""The commands: parse, call, render. No logic lives here."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from dlprep.cli.author import author
from dlprep.cli.debug import debug
from dlprep.cli.grade import grade, report
from dlprep.cli.learn import hint, solution
from dlprep.cli.own_tests import own_tests
from dlprep.cli.practise import Early, check, list_exercises, show, start
from dlprep.cli.progress import home, next_, review, stats
from dlprep.cli.record import export, history, import_, restore
from dlprep.cli.shared import errors
from dlprep.cli.watch import watch

__all__ = ["Early", "app", "run"]

app = typer.Typer(
    name="dlprep",
    help="Practise the deep-learning coding interview, in NumPy: see what is wrong, and why.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("list")(list_exercises)
app.command()(start)
app.command()(show)
app.command()(check)
app.command()(watch)
app.command()(debug)
app.command("test")(own_tests)
app.command()(hint)
app.command()(solution)
app.command()(history)
app.command()(restore)
app.command("next")(next_)
app.command()(review)
app.command()(stats)
app.command()(export)
app.command("import")(import_)
app.command()(grade)
app.command()(report)
app.add_typer(author)


def run(early: Early) -> None:
    """Run the command that the arguments name; every way out is an exit code."""
    try:
        with errors():  # those outside the commands: a help that cannot be printed, say
            app(obj=early, prog_name="dlprep")
    except typer.Exit as end:
        sys.exit(end.exit_code)


def _version(wanted: bool) -> None:
    if wanted:
        from dlprep import __version__

        typer.echo(f"dlprep {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
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
        home()
