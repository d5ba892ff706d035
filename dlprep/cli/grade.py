"""The teachers' commands: grade, report."""

from __future__ import annotations

import math
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer

from dlprep import catalog
from dlprep.cli.shared import CTRL_C, FAULT, NOT_PASSED, Strict, complete, fail, note, seed_option
from dlprep.errors import UserError
from dlprep.grading import MAX_TIMEOUT, Feedback


def _option(metavar: str, text: str, *names: str, **more: Any) -> Any:
    """An option that takes a value and has no default worth showing."""
    return typer.Option(*names, metavar=metavar, help=text, show_default=False, **more)


def _finite(points: float) -> float:
    if not math.isfinite(points):
        raise typer.BadParameter(f"{points} is not in the range x>=0.")
    return points


Words = list[str] | None
PATHS = typer.Argument(metavar="PATH...", help="EX.py, a folder of them, or a folder of WHO/EX.py.")
EXERCISE = "Only this exercise; it is missing where it is not there. May be repeated."
LAYOUT = _option("PATTERN", "Where files lie in a folder: '{who}/hw3/{exercise}.py'.")
DRY_RUN = typer.Option("--dry-run", help="Only list what would be judged.")
LOG = _option("FILE", "Keep each verdict here, for --resume and `dlprep report`.")
RESUME = typer.Option("--resume", help="Go on with the run in --log, and add to it.")
ONLY = _option("WHO", "Judge only WHO, already judged or not. May be repeated.")
FORMATS = _option(
    "F[=FILE]",
    "table, jsonl, junit, gradescope, github or csv; to FILE or standard output. Default: table.",
    "--format",
)
POINTS = typer.Option(min=0, callback=_finite, help="Points of each exercise.")
FEEDBACK = typer.Option(help="What the reports show: all, the cases' labels alone, or the score.")
JOBS = _option("N", "Judges at work at once. Default: one a core.", min=1)
SCHEDULER = _option("ADDRESS", "Grade on this Dask scheduler's cluster: tcp://HOST:8786.")
TIMEOUT = _option("S", "Seconds for a case; all cases together have four times as many.")
UNLOCKED = typer.Option(
    "--allow-unsandboxed", help="Grade even where submissions cannot be locked in."
)


def grade(
    paths: Annotated[list[Path], PATHS],
    exercise: Annotated[Words, _option("EX", EXERCISE, autocompletion=complete)] = None,
    layout: Annotated[str | None, LAYOUT] = None,
    dry_run: Annotated[bool, DRY_RUN] = False,
    log: Annotated[Path | None, LOG] = None,
    resume: Annotated[bool, RESUME] = False,
    only: Annotated[Words, ONLY] = None,
    formats: Annotated[Words, FORMATS] = None,
    points: Annotated[float, POINTS] = 1.0,
    feedback: Annotated[Feedback, FEEDBACK] = "full",
    jobs: Annotated[int | None, JOBS] = None,
    scheduler: Annotated[str | None, SCHEDULER] = None,
    seed: Annotated[int | None, seed_option("a new one, the same for all")] = None,
    timeout: Annotated[float | None, TIMEOUT] = None,
    strict: Strict = False,
    allow_unsandboxed: Annotated[bool, UNLOCKED] = False,
) -> None:
    """Grade any number of submissions, and trust none of them.

    Exit code: 0 all passed, 1 some did not (with --strict: or lack polish) or were not judged,
    2 wrong use, 3 a fault of dlprep's own among them.

    Example: dlprep grade submissions/ --exercise softmax --log run.jsonl --format csv=grades.csv
    """
    from datetime import UTC, datetime

    from dlprep import render
    from dlprep.grading import reports
    from dlprep.grading.cluster import cluster_judges
    from dlprep.grading.log import open_log, results
    from dlprep.grading.run import local_judges, run, terms_of, undone
    from dlprep.grading.submissions import collect
    from dlprep.render.grading_page import dry_run_page, progress
    from dlprep.sandbox import cores
    from dlprep.text import plural

    if timeout is not None and not 0 < timeout <= MAX_TIMEOUT:
        raise UserError(f"--timeout takes seconds, more than 0 and at most {MAX_TIMEOUT}.")
    if jobs and scheduler:
        raise UserError("A cluster has as many judges as its workers have threads: no --jobs.")
    if resume and log is None:
        raise UserError("--resume goes on with a log: name it with --log FILE.")
    wanted = [catalog.find(name).slug for name in exercise or ()]
    found = collect(paths, wanted, layout, only or ())
    if dry_run:
        lists = {
            "would be judged": [f"{task}   {task.path or 'missing'}" for task in found.tasks],
            "not judged": [*map(str, found.not_judged)],
            "ignored": found.unrelated,
        }
        dry_run_page(lists, render.make_console())
        raise typer.Exit(NOT_PASSED if found.not_judged else 0)
    people = [task.who for task in found.tasks]
    targets = reports.read_targets(formats, [log] if log else [], people)
    if found.unrelated:
        note(f"Ignored {plural(len(found.unrelated), 'other file')} (--dry-run lists them).")

    started = datetime.now(UTC).isoformat(timespec="milliseconds")
    local = local_judges(max(1, min(jobs or cores(), len(found.tasks))))
    ended, code = "", 2  # as for wrong use
    with ExitStack() as opened:
        with cluster_judges(scheduler, started) if scheduler is not None else local as judges:
            if judges.isolation != "full" and not allow_unsandboxed:
                raise UserError(
                    "The system cannot lock submissions in: they would run in a separate process,"
                    " with all that its user may read and write. If you trust them:"
                    " --allow-unsandboxed."
                )
            kept = opened.enter_context(open_log(log, "resume" if resume else "begin"))
            terms = terms_of(kept, found.tasks, seed, timeout, judges.isolation, started)
            tasks = found.tasks if only else undone(found.tasks, kept)
            if again := sum(task.key in kept.latest for task in tasks):
                many = plural(again, "submission")
                note(f"Judging {many} again: changed, at fault or asked for.")
            kept.begin(terms, tasks, found)
            try:
                with progress(len(tasks), render.make_console(stderr=True)) as advance:
                    for graded, source in run(tasks, judges, terms):
                        kept.add(graded, source)
                        advance()
            except KeyboardInterrupt:
                ended, code = "Interrupted:", CTRL_C
            except SystemExit as error:
                ended, code = "Ended by a signal:", int(error.code or 0)
            except UserError as error:
                ended = str(error)

        kept.read_on()  # a verdict may have been written, but not noted, when a signal came
        made = results([kept], points, feedback)
        reports.write(targets, made)
        if ended:
            done = sum(task.key in kept.latest for task in found.tasks)
            how = f"Go on with: --log {log} --resume" if log else "A run with --log can be resumed."
            fail(f"{ended} {done} of {len(found.tasks)} submissions are graded. {how}", code)
    statuses = {place.status for place in kept.latest.values()}
    if "fault" in statuses:
        raise typer.Exit(FAULT)
    rough = sum(place.status == "passed" and not place.polished for place in kept.latest.values())
    if strict and rough:
        note(f"--strict: {plural(rough, 'submission')} passed, but not with all of the polish.")
    if statuses != {"passed"} or made.not_judged or (strict and rough):
        raise typer.Exit(NOT_PASSED)


def report(
    logs: Annotated[list[Path], typer.Argument(metavar="LOG...", help="What grade --log wrote.")],
    formats: Annotated[Words, FORMATS] = None,
    points: Annotated[float, POINTS] = 1.0,
    feedback: Annotated[Feedback, FEEDBACK] = "full",
) -> None:
    """Report on what was graded, from its logs: nothing is judged again.

    Of several verdicts on one person's exercise the latest counts. Exit code: 0, or 2 for wrong
    use.

    Example: dlprep report run.jsonl --format junit=results.xml --format csv=grades.csv
    """
    from dlprep.grading import reports
    from dlprep.grading.log import open_log, results

    targets = reports.read_targets(formats, logs)
    with ExitStack() as opened:
        read = [opened.enter_context(open_log(path, "read")) for path in logs]
        reports.write(targets, results(read, points, feedback))
