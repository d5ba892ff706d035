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
    changed: Annotated[
        bool, typer.Option("--changed", help="Only those that differ from the main branch.")
    ] = False,
    jobs: Annotated[
        int | None,
        typer.Option(
            min=1, help="Exercises at work at once. Default: one a core.", show_default=False
        ),
    ] = None,
) -> None:
    """Prove exercises: solutions pass, mistakes are caught and named, mutants die.

    Example: dlprep author check softmax
    """
    from dlprep import render
    from dlprep.authoring.changed import changed_slugs
    from dlprep.authoring.check import check_all
    from dlprep.render.authoring_page import author_report, author_summary
    from dlprep.sandbox import cores

    with errors():
        console = render.make_console()
        wanted = [catalog.find(slug) for slug in slugs or catalog.slugs()]
        if changed:
            differ = changed_slugs(catalog.HOME)
            wanted = [exercise for exercise in wanted if exercise.slug in differ]
        if not wanted:
            render.message("No exercise differs from the main branch.", console)
        sound = True
        reports = []
        for found in check_all(wanted, jobs or cores()):
            if isinstance(found, FaultError):
                render.error(str(found), console)
                sound = False
            else:
                author_report(found, console)
                reports.append(found)
        if len(reports) > 1:
            author_summary(reports, console)
        sound = sound and all(report.sound for report in reports)
    if not sound:
        raise typer.Exit(NOT_PASSED)
