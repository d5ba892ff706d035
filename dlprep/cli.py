"""The commands: parse, call, render. No logic lives here."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import typer

from dlprep import catalog, command
from dlprep.errors import INTERRUPTED, FaultError, UserError
from dlprep.model import Difficulty, Exercise, Track, Verdict

if TYPE_CHECKING:
    from dlprep.judge.process import JudgeProcess
    from dlprep.practice.record import Record

T = TypeVar("T")

NOT_PASSED, USAGE, FAULT, CTRL_C = 1, 2, 3, 130
MAX_SEED = 2**32 - 1
Status = Literal["new", "started", "failing", "passed"]


@dataclass(frozen=True, slots=True)
class Early:
    """What the entry did before anything was imported: a judge, and when that was."""

    judge: JudgeProcess | None
    began: float  # time.perf_counter


app = typer.Typer(
    name="dlprep",
    help="Practise the deep-learning coding interview, in NumPy: see what is wrong, and why.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
author = typer.Typer(
    name="author",
    help="Write exercises and prove them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(author)


def run(early: Early) -> None:
    """Run the command that the arguments name; every way out is an exit code."""
    app(obj=early, prog_name="dlprep")


def _complete(incomplete: str) -> list[str]:
    names = catalog.slugs()
    if "-" in incomplete:  # a shell drops what does not begin as it was typed
        names = [name.replace("_", "-") for name in names]
    return [name for name in names if name.startswith(incomplete)]


def _version(wanted: bool) -> None:
    if wanted:
        from dlprep import __version__

        typer.echo(f"dlprep {__version__}")
        raise typer.Exit


Name = Annotated[
    str,
    typer.Argument(metavar="EX", help="The exercise: lstm_cell.", autocompletion=_complete),
]
OptionalName = Annotated[
    str | None,
    typer.Argument(
        metavar="[EX]",
        help="The exercise. Default: the one started or checked last.",
        show_default=False,
        autocompletion=_complete,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead.")]


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Practise the deep-learning coding interview: write it in NumPy, see what is wrong and why."""


@app.command("list")
def list_exercises(
    track: Annotated[Track | None, typer.Option(help="Only this track.")] = None,
    difficulty: Annotated[Difficulty | None, typer.Option(help="Only this difficulty.")] = None,
    status: Annotated[Status | None, typer.Option(help="Only this status.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the exercises and how far you are.

    Example: dlprep list --track stability --status new
    """
    with _errors():
        statuses = _recorded(lambda record: dict[str, str](record.statuses()), dict[str, str]())
        rows = [
            (exercise, statuses.get(exercise.slug, "new"))
            for exercise in catalog.all_exercises()
            if track in (None, exercise.track) and difficulty in (None, exercise.difficulty)
        ]
        rows = [row for row in rows if status in (None, row[1])]
        if as_json:
            keys = ("slug", "title", "track", "difficulty", "minutes")
            _print_json(
                [{key: getattr(ex, key) for key in keys} | {"status": state} for ex, state in rows]
            )
            return
        from dlprep import render

        render.exercise_table(rows, render.make_console())


@app.command()
def start(
    name: Name,
    reset: Annotated[
        bool, typer.Option("--reset", help="Bring the stub back; your text goes to the history.")
    ] = False,
) -> None:
    """Put an exercise's file into this folder, and show the task.

    An existing file is never overwritten.

    Example: dlprep start softmax
    """
    from dlprep import render
    from dlprep.practice.workspace import open_workspace

    with _errors():
        exercise = catalog.find(name)
        started = open_workspace(Path.cwd()).start(exercise, reset=reset)
        console = render.make_console()
        _show_prompt(exercise)
        render.message("", console)
        said = {
            "written": f"{started.path.name} is ready. Write it, then: {command('check')}",
            "kept": f"{started.path.name} was here already and is as you left it"
            " (the stub again: --reset).",
            "reset": f"{started.path.name} is the stub again; your text is in the history.",
        }
        render.message(said[started.happened], console)
        _note(started.note)


@app.command()
def show(name: OptionalName = None) -> None:
    """Show the task again.

    Example: dlprep show softmax
    """
    with _errors():
        _show_prompt(_exercise(name))


@app.command()
def check(
    context: typer.Context,
    name: OptionalName = None,
    everything: Annotated[bool, typer.Option("--all", help="Show every failing case.")] = False,
    case: Annotated[
        str | None, typer.Option(metavar="NAME", help="Run this case alone.", show_default=False)
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=MAX_SEED,
            help="Seed of the random inputs. Default: a new one.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Judge your file: what is wrong, and why.

    Exit code: 0 passed, 1 not passed, 2 wrong use, 3 a fault of dlprep's own.

    Example: dlprep check softmax --all
    """
    from dlprep.practice.workspace import open_workspace, read_submission

    with _errors():
        exercise = _exercise(name)
        workspace = open_workspace(Path.cwd())
        path = workspace.file(exercise)
        source = read_submission(path)
        if path.parent != Path.cwd():
            _note(f"Judging {path}.")
        if case is not None:
            case = _known_case(exercise, case)
        from dlprep import render  # now: the judge is still loading as well

        verdict = _judged(exercise, source, seed, case, context.obj)
        _record_check(workspace.record, verdict, source, case)
        if as_json:
            _print_json(verdict.to_json())
        else:
            render.verdict_page(verdict, render.make_console(), everything=everything, case=case)
    raise typer.Exit({"passed": 0, "fault": FAULT}.get(verdict.status, NOT_PASSED))


@author.command("new")
def author_new(
    slug: Annotated[str, typer.Argument(help="The new exercise: a Python name.")],
) -> None:
    """Write the skeleton of an exercise, small but whole.

    Example: dlprep author new layer_scale
    """
    from dlprep import render
    from dlprep.authoring.new import new_exercise

    with _errors():
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
            autocompletion=_complete,
            show_default=False,
        ),
    ] = None,
) -> None:
    """Prove exercises: solutions pass, mistakes are caught and named, mutants die.

    Example: dlprep author check softmax
    """
    from dlprep import render
    from dlprep.authoring.check import check_exercise

    with _errors():
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


@contextmanager
def _errors() -> Iterator[None]:
    """Turn what users and authors can get wrong into a sentence and an exit code."""
    try:
        yield
        sys.stdout.flush()
    except UserError as error:
        _fail(str(error), USAGE)
    except FaultError as error:
        _fail(f"A fault of dlprep's own: {error}", FAULT)
    except BrokenPipeError:  # `dlprep list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        raise typer.Exit(NOT_PASSED) from None
    except (typer.Exit, typer.Abort):
        raise
    except KeyboardInterrupt:
        _fail(INTERRUPTED, CTRL_C)
    except Exception as error:
        if os.environ.get("DLPREP_DEBUG"):
            raise
        what = " ".join(f"{type(error).__name__}: {error}".split())
        _fail(f"A fault of dlprep's own: {what} (DLPREP_DEBUG=1 shows where)", FAULT)


def _fail(text: str, code: int) -> None:
    from dlprep import render

    render.error(text, render.make_console(stderr=True))
    raise typer.Exit(code)


def _exercise(name: str | None) -> Exercise:
    if name is None:
        name = _recorded(lambda record: record.last_exercise(), None)
        if name is None:
            begin = command("start softmax")
            raise UserError(f"Nothing was started here yet. Start with: {begin}")
    return catalog.find(name)


def _known_case(exercise: Exercise, case: str) -> str:
    wanted, known = case.removeprefix("test_"), catalog.case_names(exercise)
    if wanted.partition("[")[0] not in known:
        names = ", ".join(known)
        raise UserError(f"{exercise.slug} has no case {case!r}; it has {names}.")
    return wanted


def _judged(
    exercise: Exercise, source: bytes, seed: int | None, case: str | None, early: Early
) -> Verdict:
    import random
    import time

    from dlprep.judge.process import JudgeProcess

    judge = early.judge or JudgeProcess()
    seed = random.SystemRandom().randrange(10_000) if seed is None else seed
    verdict = judge.judge(exercise.slug, source, seed=seed, only=case)
    return replace(verdict, seconds=time.perf_counter() - early.began)


def _show_prompt(exercise: Exercise) -> None:
    from dlprep import render

    markdown = exercise.prompt.read_text(encoding="utf-8")
    render.prompt_page(exercise, markdown, render.make_console())


def _recorded(read: Callable[[Record], T], default: T) -> T:
    """What the workspace's record says, or ``default`` and a note when it cannot be read."""
    from dlprep.practice.record import RecordError
    from dlprep.practice.workspace import open_workspace

    try:
        return read(open_workspace(Path.cwd()).record)
    except RecordError as error:
        _note(str(error))
        return default


def _record_check(record: Record, verdict: Verdict, source: bytes, case: str | None) -> None:
    """Note the check in the record; a verdict stands without one."""
    from dlprep.practice.record import RecordError

    try:
        record.checked(verdict, source, case)
        _note(record.notice)
    except RecordError as error:
        _note(str(error))


def _note(text: str) -> None:
    from dlprep import render

    if text:
        render.message(text, render.make_console(stderr=True))


def _print_json(data: Any) -> None:
    import json

    typer.echo(json.dumps(data, indent=2))
