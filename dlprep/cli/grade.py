"""The teachers' command: grade."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dlprep import __version__, catalog
from dlprep.cli.shared import (
    CTRL_C,
    FAULT,
    MAX_SEED,
    NOT_PASSED,
    USAGE,
    complete,
    errors,
    fail,
    note,
    seed_option,
)
from dlprep.errors import UserError
from dlprep.grading.model import Feedback, Status, Task

if TYPE_CHECKING:
    from dlprep.grading.formats import RunInfo
    from dlprep.grading.outputs import Target
    from dlprep.grading.resume import Earlier
    from dlprep.grading.run import Executor
    from dlprep.grading.submissions import Submissions

MAX_TIMEOUT = 86400  # seconds: a day


def grade(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH...", help="EX.py, a folder of them, or a folder of WHO/EX.py."
        ),
    ],
    exercises: Annotated[
        list[str] | None,
        typer.Option(
            "--exercise",
            metavar="EX",
            help="Only this exercise; it is missing where it is not there. May be repeated.",
            autocompletion=complete,
            show_default=False,
        ),
    ] = None,
    layout: Annotated[
        str | None,
        typer.Option(
            metavar="PATTERN",
            help="Where the files lie in a folder: '{who}/hw3/{exercise}.py'.",
            show_default=False,
        ),
    ] = None,
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            metavar="F[=FILE]",
            help="table, jsonl, junit, gradescope, github, exercism or csv, to standard output or"
            " to a file. May be repeated. Default: table.",
            show_default=False,
        ),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            min=1, help="Judges at work at once. Default: one a core.", show_default=False
        ),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Grade on a Dask cluster: the address of its scheduler, tcp://HOST:8786.",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[int | None, seed_option("a new one, the same for all")] = None,
    timeout: Annotated[
        float | None,
        typer.Option(
            metavar="S",
            help="Seconds that a case may take in the submission, and all cases together four"
            " times as much. Default: the exercise's own.",
            show_default=False,
        ),
    ] = None,
    points: Annotated[float, typer.Option(min=0, help="Points of each exercise.")] = 1.0,
    resume: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Go on with the run that wrote these JSON lines, and add to them.",
            show_default=False,
        ),
    ] = None,
    feedback: Annotated[
        Feedback,
        typer.Option(help="What the outputs show: all, the cases' labels alone, or the score."),
    ] = "full",
    allow_unsandboxed: Annotated[
        bool,
        typer.Option(
            "--allow-unsandboxed",
            help="Grade even where the operating system cannot lock the submissions in.",
        ),
    ] = False,
) -> None:
    """Grade submissions, however many, and trust none of them.

    Exit code: 0 all passed, 1 some did not, 2 wrong use, 3 a fault of dlprep's own among them.

    Example: dlprep grade submissions/ --exercise softmax --format table --format csv=grades.csv
    """
    from dlprep.grading.outputs import read_targets
    from dlprep.grading.resume import read_earlier
    from dlprep.grading.submissions import collect

    with errors():
        _require_terms(points, timeout, jobs, scheduler)
        wanted = [catalog.find(name).slug for name in exercises] if exercises else None
        targets = read_targets(formats or [], resume)
        found = collect(paths, wanted, layout)
        earlier = None
        if resume:
            earlier = read_earlier(
                resume, found.tasks, seed=seed, timeout=timeout, feedback=feedback
            )
            seed, timeout = earlier.run.seed, earlier.run.timeout
        done = earlier.done if earlier else frozenset()
        to_do = [task for task in found.tasks if task.key not in done]
        with closing(_executor(scheduler, jobs, len(to_do))) as executor:
            isolation = _isolation(executor, allow_unsandboxed)
            info = _run_info(seed, points, feedback, isolation, timeout)
            note(_left_out(found))
            statuses = _graded(found, to_do, targets, info, earlier, executor)
    if "fault" in statuses:
        raise typer.Exit(FAULT)
    if statuses != {"passed"}:
        raise typer.Exit(NOT_PASSED)


def _require_terms(
    points: float, timeout: float | None, jobs: int | None, scheduler: str | None
) -> None:
    """``UserError`` if the run cannot be on these terms."""
    import math

    if not math.isfinite(points):
        raise UserError("The points of an exercise are a number.")
    if timeout is not None and not 0 < timeout <= MAX_TIMEOUT:
        raise UserError(f"--timeout takes seconds, more than 0 and at most {MAX_TIMEOUT}.")
    if jobs and scheduler:
        raise UserError("A cluster has as many judges as its workers have threads: no --jobs.")


def _executor(scheduler: str | None, jobs: int | None, most: int) -> Executor:
    """Where this run's submissions are judged."""
    if scheduler is None:
        from dlprep.grading.run import LocalExecutor

        return LocalExecutor(jobs, most)
    from dlprep.grading.cluster import ClusterExecutor

    return ClusterExecutor(scheduler)


def _isolation(executor: Executor, allow_unsandboxed: bool) -> str:
    """The level of isolation; ``UserError`` where grading would not be safe."""
    isolation = executor.isolation()
    if isolation != "full" and not allow_unsandboxed:
        raise UserError(
            "The system cannot lock submissions in: they would run in a separate process, with all"
            " that its user may read and write. If you trust them: --allow-unsandboxed."
        )
    return isolation


def _run_info(
    seed: int | None, points: float, feedback: Feedback, isolation: str, timeout: float | None
) -> RunInfo:
    """What is the same for all."""
    import random
    from datetime import UTC, datetime

    from dlprep.grading.formats import RunInfo

    if seed is None:
        seed = random.SystemRandom().randrange(MAX_SEED + 1)
    started = datetime.now(UTC).isoformat(timespec="seconds")
    return RunInfo(seed, points, feedback, isolation, __version__, started, timeout)


def _left_out(found: Submissions) -> str:
    """What to say of files and folders that are no submission, if there are any."""
    from dlprep.render.words import plural

    said = []
    if found.ignored:
        said.append(f"Ignored {plural(found.ignored, 'item')} beside the submissions.")
    if found.unreadable:
        said.append(f"{plural(found.unreadable, 'folder')} cannot be looked into.")
    return " ".join(said)


def _graded(
    found: Submissions,
    to_do: list[Task],
    targets: list[Target],
    info: RunInfo,
    earlier: Earlier | None,
    executor: Executor,
) -> set[Status]:
    """Grade what is not graded yet, and write everything: which statuses there are."""
    from dlprep import render
    from dlprep.grading.outputs import LINES, Outputs
    from dlprep.grading.run import ExecutorLost, run
    from dlprep.render.progress import progress

    counts: Counter[Status] = Counter()
    ended, code = "", CTRL_C
    if earlier:
        earlier.cut()
    with Outputs(targets, info, found.tasks) as outputs:
        console = render.make_console(stderr=True)
        done = len(found.tasks) - len(to_do)
        try:
            with progress(len(found.tasks), done, console, hidden=outputs.on_screen) as advance:
                for graded in earlier.graded() if earlier else ():
                    outputs.repeat(graded)
                    counts[graded.status] += 1
                for graded in run(to_do, found.read, executor, info):
                    outputs.add(graded)
                    counts[graded.status] += 1
                    advance()
        except KeyboardInterrupt:
            ended = "Interrupted:"
        except ExecutorLost as error:
            ended, code = str(error), USAGE
        outputs.finish()
    if ended:
        said = f"{ended} {counts.total()} of {len(found.tasks)} submissions are graded."
        files = [target.path for target in targets if target.format == LINES and target.path]
        fail(said + (f" Go on with: --resume {files[0]}" if files else ""), code)
    return set(counts)
