"""The command debug: run a case on the user's own file, under a debugger."""

from __future__ import annotations

import os
import re
import sys
from bdb import BdbQuit
from typing import TYPE_CHECKING, Annotated

import typer

from dlprep import catalog, command
from dlprep.catalog import Exercise
from dlprep.cli import shared
from dlprep.cli.practise import judge_own, known_case
from dlprep.errors import FaultError, UserError
from dlprep.sandbox import ONE_THREAD
from dlprep.verdict import Verdict

if TYPE_CHECKING:
    from dlprep.practice.events import Event

BREAKPOINT = re.compile(rb"^[^#\n]*\b(breakpoint|set_trace)\(", re.MULTILINE)
NOT_RUN = ("empty", "size", "encoding", "syntax", "missing")  # files without a line to stop at


def debug(
    context: typer.Context,
    name: shared.OptionalName = None,
    case: Annotated[
        str | None,
        typer.Argument(
            metavar="[CASE]",
            help="The case. Default: the one that check shows first.",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[int | None, shared.seed_option("that of the last check")] = None,
) -> None:
    """Run one case on your file, for breakpoint() or your editor's debugger.

    Your code runs as under python itself, without limits. Exit code: 0 the case passes here, 1 it
    does not, 2 wrong use, 3 a fault of dlprep's own.

    Example: dlprep debug softmax large_logits
    """
    from dlprep.render import make_console
    from dlprep.render.debug_page import after_page, before_page
    from dlprep.render.verdict_page import verdict_page

    exercise, case = _exercise_and_case(name, case)
    if seed is None:
        events = shared.recorded(lambda record: record.events(exercise.slug), list["Event"]())
        seed = next((one.seed for one in reversed(events) if one.seed is not None), None)
    path, source, checked = judge_own(context, exercise, "Debugging", seed, case)
    _require_no_fault(checked, case)
    console = make_console()
    if checked.problem is None:
        if checked.polished and case is None:
            passes = f"{path.name} passes every case with seed {checked.seed}."
            shared.say(f"{passes} To step through one: {command(f'debug {exercise.slug} CASE')}")
            return
        case = (checked.failing or checked.cases)[0].name
    elif checked.problem.kind in NOT_RUN:
        verdict_page(checked, console)
        raise typer.Exit(shared.NOT_PASSED)
    before_page(checked, console)
    if sys.gettrace() is None and not BREAKPOINT.search(source):
        shared.say(f"Put breakpoint() into {path.name} where you want to stop.")
    os.environ |= ONE_THREAD  # as a judge has it
    from dlprep.judge.debug import debug as run_here

    try:
        here = run_here(exercise, path, source, seed=checked.seed, case=case)
    except BdbQuit:
        shared.say("The debugger was left before the case had ended.")
        raise typer.Exit(shared.NOT_PASSED) from None
    _require_no_fault(here, None)
    after_page(checked, here, case, console)
    if here.status != "passed":
        raise typer.Exit(shared.NOT_PASSED)


def _exercise_and_case(name: str | None, case: str | None) -> tuple[Exercise, str | None]:
    """What the words name; a single word may be a case of the last exercise."""
    try:
        exercise = shared.find_exercise(name)
    except UserError:
        last = shared.recorded(lambda record: record.last_exercise(), None)
        if name is None or case is not None or last not in catalog.slugs():
            raise
        exercise, case = catalog.find(last), name
        if case.removeprefix("test_").partition("[")[0] not in catalog.case_names(exercise):
            raise
    return exercise, None if case is None else known_case(exercise, case)


def _require_no_fault(verdict: Verdict, case: str | None) -> None:
    """Raise the grader's fault, which is the user's if no case has the parameters in ``case``."""
    if verdict.status == "fault" and verdict.problem is not None:
        unknown = case is not None and "[" in case
        raise (UserError if unknown else FaultError)(verdict.problem.message)
