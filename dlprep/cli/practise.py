"""The practice commands: list, start, show, check, watch."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dlprep import catalog, command
from dlprep.catalog import Difficulty, Exercise, Track
from dlprep.cli import shared
from dlprep.errors import UserError

if TYPE_CHECKING:
    from dlprep.verdict import Verdict

Status = Literal["new", "started", "failing", "passed", "polished"]


def list_exercises(
    track: Annotated[Track | None, typer.Option(help="Only this track.")] = None,
    difficulty: Annotated[Difficulty | None, typer.Option(help="Only this difficulty.")] = None,
    status: Annotated[
        Status | None, typer.Option(help="Only this status; what is polished (★) has passed too.")
    ] = None,
    as_json: shared.AsJson = False,
) -> None:
    """List the exercises and how far you are.

    Example: dlprep list --track stability --status new
    """
    statuses = shared.recorded(lambda record: record.statuses(), dict[str, str]())
    rows = [
        (exercise, statuses.get(exercise.slug, "new"))
        for exercise in catalog.all_exercises()
        if track in (None, exercise.track) and difficulty in (None, exercise.difficulty)
    ]
    and_more = {"passed": ("passed", "polished")}  # the one includes the other
    rows = [row for row in rows if status is None or row[1] in and_more.get(status, (status,))]
    if as_json:
        keys = ("slug", "title", "track", "difficulty", "minutes")
        shared.print_json(
            [
                {key: getattr(exercise, key) for key in keys}
                | {"status": "passed" if state == "polished" else state}
                | {"polished": state == "polished"}
                for exercise, state in rows
            ]
        )
        return
    from dlprep.render import make_console
    from dlprep.render.exercises_page import exercise_table

    exercise_table(rows, make_console())


def start(
    name: shared.Name,
    reset: Annotated[
        bool, typer.Option("--reset", help="Bring the stub back; your text goes to the history.")
    ] = False,
) -> None:
    """Put an exercise's file into the workspace, and show the task.

    An existing file is never overwritten.

    Example: dlprep start softmax
    """
    exercise = catalog.find(name)
    started = shared.workspace_here().start(exercise, reset=reset)
    _show_prompt(exercise)
    shared.say("")
    file = os.path.relpath(started.path)  # the workspace may be a folder above
    todo = "Fix" if exercise.track == "debugging" else "Write"
    then = f"{todo} it, then: {command(f'check {exercise.slug}')}"
    said = {
        "written": f"{file} is ready. {then}",
        "kept": f"{file} was here already and is as you left it (the stub again: --reset).",
        "reset": f"{file} is the stub again; your text is in the history. {then}",
    }
    shared.say(said[started.happened])
    shared.note(started.note)


def show(
    name: shared.OptionalName = None,
    house: Annotated[
        bool, typer.Option("--conventions", help="Show the house conventions: what polish is.")
    ] = False,
) -> None:
    """Show the task again.

    Example: dlprep show softmax
    """
    if not house:
        _show_prompt(shared.find_exercise(name))
        return
    from dlprep.checks.conventions import CONVENTIONS
    from dlprep.checks.gradient import RELATIVE
    from dlprep.checks.values import TOLERANCES, Tolerance
    from dlprep.render import make_console
    from dlprep.render.exercises_page import conventions_page

    allowed = {str(dtype): tolerance.text for dtype, tolerance in TOLERANCES.items()}
    allowed = {name: text for name, text in allowed.items() if "complex" not in name}
    allowed["gradients"] = f"{Tolerance(RELATIVE, 0).text}, from central differences"
    fixes = {one.label: one.fix for one in CONVENTIONS.values()}
    conventions_page(fixes, allowed, make_console())


def check(
    context: typer.Context,
    name: shared.OptionalName = None,
    everything: Annotated[bool, typer.Option("--all", help="Show every failing case.")] = False,
    case: Annotated[
        str | None, typer.Option(metavar="NAME", help="Run this case alone.", show_default=False)
    ] = None,
    seed: Annotated[int | None, shared.seed_option("a new one")] = None,
    strict: shared.Strict = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Also say how the submission was isolated.")
    ] = False,
    as_json: shared.AsJson = False,
) -> None:
    """Judge your file: what is wrong, and why.

    Exit code: 0 passed, 1 not passed (with --strict: or polish is open), 2 wrong use, 3 a fault of
    dlprep's own.

    Example: dlprep check softmax --all
    """
    exercise = shared.find_exercise(name)
    if case is not None:
        case = known_case(exercise, case)
    # now, since the judge is still loading as well
    from dlprep.render import make_console
    from dlprep.render.verdict_page import verdict_page

    _, source, verdict = judge_own(context, exercise, "Judging", seed, case)
    shared.recorded(lambda record: record.checked(verdict, source, case), None)
    if as_json:
        shared.print_json(verdict.to_json())
    else:
        verdict_page(
            verdict,
            make_console(),
            everything=everything,
            case=case,
            verbose=verbose,
            strict=strict,
        )
    if verdict.status == "fault":
        raise typer.Exit(shared.FAULT)
    good = verdict.polished if strict else verdict.status == "passed"
    raise typer.Exit(0 if good else shared.NOT_PASSED)


def watch(name: shared.OptionalName = None) -> None:
    """Judge your file at every save; single keys do the rest.

    A new exercise's file is put into this folder first. Leave with q.

    Example: dlprep watch softmax
    """
    dumb = os.environ.get("TERM") in ("dumb", "unknown")  # which cannot move the cursor
    if dumb or not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UserError(
            "watch needs a terminal on which it can draw a screen. Without one, check your"
            f" file after each change: {command('check')}"
        )
    exercise = shared.find_exercise(name)
    from concurrent.futures import ThreadPoolExecutor

    from dlprep.judge.service import WarmJudge

    with ThreadPoolExecutor(1) as thread, closing(WarmJudge()) as judge:
        import asyncio  # the judge loads while this process does

        from dlprep.render.screen import show
        from dlprep.watch import Watch

        watched = Watch(shared.workspace_here(), exercise, judge, thread)
        code = asyncio.run(show(watched.step, watched.press))
    raise typer.Exit(code)


def judge_own(
    context: typer.Context, exercise: Exercise, doing: str, seed: int | None, case: str | None
) -> tuple[Path, bytes, Verdict]:
    """The user's file, its text, and the verdict on it; a note says where it is if not here."""
    from dlprep.judge.service import JudgeProcess
    from dlprep.practice.workspace import read_submission

    path = shared.workspace_here().file(exercise)
    source = read_submission(path)
    if path.parent != Path.cwd():
        shared.note(f"{doing} {path}.")
    early: shared.Early = context.obj
    judge = early.judge or JudgeProcess()  # the one that was started first of all
    verdict = judge.judge(exercise.slug, source, seed=seed, only=case, began=early.began)
    return path, source, verdict


def known_case(exercise: Exercise, case: str) -> str:
    """The case's name as the judge takes it; ``UserError`` unless the exercise has it."""
    wanted, known = case.removeprefix("test_"), catalog.case_names(exercise)
    if wanted.partition("[")[0] not in known or not wanted.isprintable():
        names = ", ".join(known)
        raise UserError(f"{exercise.slug} has no case {case!r}; it has {names}.")
    return wanted


def _show_prompt(exercise: Exercise) -> None:
    from dlprep.render import make_console
    from dlprep.render.exercises_page import prompt_page

    prompt_page(exercise, exercise.prompt.read_text(encoding="utf-8"), make_console())
