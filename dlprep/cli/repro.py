"""The command that writes a failing call down: repro."""

from __future__ import annotations

import os
import random
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dlprep import catalog, command
from dlprep.cli.practise import MAX_SEED, known_case
from dlprep.cli.shared import (
    NOT_PASSED,
    OptionalName,
    errors,
    fail,
    find_exercise,
    note,
    recorded,
    workspace_here,
)
from dlprep.errors import FaultError, UserError
from dlprep.model import Exercise

if TYPE_CHECKING:
    from dlprep.judge.judging import Reproduction
    from dlprep.practice.events import Event


def repro(
    context: typer.Context,
    name: OptionalName = None,
    case: Annotated[
        str | None,
        typer.Argument(
            metavar="[CASE]",
            help="The case. Default: the one that check shows first.",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=MAX_SEED,
            help="Seed of the random inputs. Default: that of the last check.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Write the failing call into a script, for a debugger.

    It runs with python alone, and holds the call, its input and an assert. A script that you
    changed is never overwritten.

    Example: dlprep repro softmax large_logits
    """
    from dlprep.judge.process import JudgeProcess
    from dlprep.practice.scripts import save_script, script_name
    from dlprep.practice.workspace import read_submission

    with errors():
        exercise, case = _exercise_and_case(name, case)
        workspace = workspace_here()
        path = workspace.file(exercise)
        source = read_submission(path)
        if path.parent != Path.cwd():
            note(f"Judging {path}.")
        if seed is None:
            seed = _last_seed(exercise)
        judge = context.obj.judge or JudgeProcess()
        found = judge.reproduce(exercise.slug, source, seed=seed, only=case)
        _require_script(exercise, found, case)
        written = save_script(path.parent, script_name(exercise.slug, found.case), found.script)
        from dlprep import render

        shown = os.path.relpath(written)
        console = render.make_console()
        render.message(f"{shown} holds the failing call of {found.case} (seed {seed}).", console)
        render.message(f"Run it, or set a breakpoint in {path.name}:", console)
        render.message(f"    python {shlex.quote(shown)}", console)


def _exercise_and_case(name: str | None, case: str | None) -> tuple[Exercise, str | None]:
    """What the words name; a single word may be a case of the last exercise."""
    try:
        exercise = find_exercise(name)
    except UserError:
        last = recorded(lambda record: record.last_exercise(), None)
        if name is None or case is not None or last not in catalog.slugs():
            raise
        exercise = catalog.find(last)
        if name.removeprefix("test_").partition("[")[0] not in catalog.case_names(exercise):
            raise
        case = name
    return exercise, None if case is None else known_case(exercise, case)


def _last_seed(exercise: Exercise) -> int:
    """The seed of what the user saw last; a new one if nothing was checked."""
    events = recorded(lambda record: record.events(exercise.slug), list["Event"]())
    seeds = [event.seed for event in events if event.seed is not None]
    return seeds[-1] if seeds else random.SystemRandom().randrange(10_000)


def _require_script(exercise: Exercise, found: Reproduction, case: str | None) -> None:
    """End with a sentence when there is no script: nothing fails, or nothing can be run."""
    verdict = found.verdict
    check = command(f"check {exercise.slug}")
    if verdict.problem is not None:
        if verdict.status == "fault" and case is not None and "[" in case:
            raise UserError(verdict.problem.message)  # there is no such id in the brackets
        if verdict.status == "fault":
            raise FaultError(verdict.problem.message)
        fail(f"{verdict.problem.message} Mend that first: {check}", NOT_PASSED)
    if not found.case:
        what = "all of its cases" if case is None else f"the case {case}"
        raise UserError(
            f"{verdict.file} passes {what} with seed {verdict.seed}: there is nothing to show."
        )
    if not found.script:
        fail(f"{found.reason} See: {check} --case {found.case}", NOT_PASSED)
