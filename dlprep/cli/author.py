"""The authors' commands: author new, author check."""

from __future__ import annotations

from typing import Annotated

import typer

from dlprep import catalog, command
from dlprep.cli.shared import NOT_PASSED, complete, errors
from dlprep.errors import FaultError

author = typer.Typer(
    name="author",
    help="Write exercises and prove them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@author.command("new")
def author_new(
    slug: Annotated[str, typer.Argument(help="The new exercise: a Python name.")],
) -> None:
    """Write the skeleton of an exercise, small but whole.

    Example: dlprep author new layer_scale
    """
    from dlprep import render
    from dlprep.authoring.new import new_exercise

    with errors():
        console = render.make_console()
        for path in new_exercise(slug, catalog.HOME):
            render.message(str(path.relative_to(catalog.HOME)), console)
        render.message(f"Edit them, then: {command(f'author check {slug}')}", console)


@author.command("check")
def author_check(
    slugs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SLUG]...",
            help="Exercises. Default: all.",
            autocompletion=complete,
            show_default=False,
        ),
    ] = None,
) -> None:
    """Prove exercises: solutions pass, mistakes are caught and named, mutants die.

    Example: dlprep author check softmax
    """
    from dlprep import render
    from dlprep.authoring.check import check_exercise

    with errors():
        console = render.make_console()
        sound = True
        for exercise in [catalog.find(slug) for slug in slugs or catalog.slugs()]:
            try:
                report = check_exercise(exercise)
            except FaultError as error:  # variants.toml cannot be read
                render.error(str(error), console)
                sound = False
                continue
            render.author_report(report, console)
            sound = sound and report.sound
    if not sound:
        raise typer.Exit(NOT_PASSED)
