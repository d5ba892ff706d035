"""The authors' commands: author new, author check."""

from __future__ import annotations

from typing import Annotated

import typer

from dlprep import catalog, command
from dlprep.cli.shared import NOT_PASSED, complete, errors, say

author = typer.Typer(
    name="author",
    help="Write exercises and prove them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@author.command("new")
@errors()
def author_new(
    slug: Annotated[str, typer.Argument(metavar="EX", help="The new exercise: a Python name.")],
) -> None:
    """Write a small but complete exercise, to be edited.

    Example: dlprep author new layer_scale
    """
    from dlprep.authoring.new import new_exercise

    for path in new_exercise(slug, catalog.HOME):
        say(str(path.relative_to(catalog.HOME)))
    say(f"Edit them, then: {command(f'author check {slug}')}")


@author.command("check")
@errors()
def author_check(
    slugs: Annotated[
        list[str] | None,
        typer.Argument(metavar="[EX]...", help="Exercises. Default: all.", autocompletion=complete),
    ] = None,
    changed: Annotated[
        bool, typer.Option("--changed", help="Only those that differ from the main branch.")
    ] = False,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="How many to prove at once. Default: one a core.")
    ] = None,
) -> None:
    """Prove exercises: solutions pass, mistakes are caught and named, mutants die.

    Example: dlprep author check softmax
    """
    from dlprep.authoring.check import changed_slugs, check_all
    from dlprep.render import make_console
    from dlprep.render.authoring_page import author_report, author_summary
    from dlprep.sandbox import cores

    console = make_console()
    wanted = [catalog.find(slug) for slug in slugs or catalog.slugs()]
    if changed:
        differ = changed_slugs(catalog.HOME)
        wanted = [exercise for exercise in wanted if exercise.slug in differ]
    if not wanted:
        say("No exercise differs from the main branch.")
    reports = []
    for report in check_all(wanted, jobs or cores()):
        author_report(report, console)
        reports.append(report)
    if len(reports) > 1:
        author_summary(reports, console)
    if not all(report.sound for report in reports):
        raise typer.Exit(NOT_PASSED)
