"""One submission to its verdict."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dlprep.api import read_api
from dlprep.judge.loading import load, unreadable
from dlprep.judge.source import Source
from dlprep.model import CaseResult, Exercise, NamedMistake, Problem, Verdict, VerdictStatus
from dlprep.sandbox.process import WorkerFault, WorkerProcess
from dlprep.sandbox.submission import Submission

if TYPE_CHECKING:
    from dlprep.judge.cases import Run

RUN_FACTOR = 4  # a run may take as long as four cases that use up their time


@dataclass(frozen=True, slots=True)
class Reproduction:
    """The verdict up to the first failing ``case`` ("" if none fails), and its ``script``.

    Without a script, ``reason`` is the sentence that says why there is none.
    """

    verdict: Verdict
    case: str = ""
    script: str = ""
    reason: str = ""


def judge(
    exercise: Exercise,
    source: bytes,
    *,
    seed: int,
    only: str | None = None,
    worker: WorkerProcess | None = None,
    start: Callable[[], WorkerProcess] = WorkerProcess,
    quick: bool = False,
) -> Verdict:
    """Judge a submission's text. Whatever the submission does, this returns a verdict.

    ``seed`` makes the random inputs; ``only`` is the name of the one case to run; ``worker`` is
    one that was started before, and stays the caller's to close;
    when there is none, or it is lost, ``start`` makes another.
    ``quick`` stops at the first case that fails and names no mistake: passed or not is all.
    """
    verdict, _ = _judge(Submission, exercise, source, seed, only, worker, start, quick=quick)
    return verdict


def reproduce(
    exercise: Exercise,
    source: bytes,
    *,
    seed: int,
    only: str | None = None,
    worker: WorkerProcess | None = None,
    start: Callable[[], WorkerProcess] = WorkerProcess,
) -> Reproduction:
    """Judge as ``judge`` does, up to the case that it shows first, and write its script."""
    from dlprep.judge.repro import NoScript, Recorded, write_script

    verdict, run = _judge(Recorded, exercise, source, seed, only, worker, start, keep=True)
    if run is None or run.failure is None:
        return Reproduction(verdict)
    case = run.failure.result.name
    try:
        assert isinstance(run.submission, Recorded)
        script = write_script(exercise, run.failure, run.submission, run.api, seed)
    except NoScript as error:
        return Reproduction(verdict, case, reason=str(error))
    return Reproduction(verdict, case, script)


def _judge(
    kind: type[Submission],
    exercise: Exercise,
    source: bytes,
    seed: int,
    only: str | None,
    worker: WorkerProcess | None,
    start: Callable[[], WorkerProcess],
    *,
    quick: bool = False,
    keep: bool = False,
) -> tuple[Verdict, Run | None]:
    """The verdict, and the run of the cases if they were run; with ``keep`` for a script."""
    began = time.perf_counter()
    file = f"{exercise.slug}.py"
    api = read_api(exercise.stub.read_text(encoding="utf-8"))
    submission = kind(
        exercise.slug,
        source,
        api,
        seconds=exercise.seconds,
        total=RUN_FACTOR * exercise.seconds,
        worker=worker,
        start=start,
    )
    run: Run | None = None
    cases: tuple[CaseResult, ...] = ()
    mistakes: tuple[NamedMistake, ...] = ()
    fault = False
    text = Source(source)
    try:
        problem = unreadable(source, file)
        if problem is None:
            # these bring NumPy and pytest: the worker gets ready in the meantime
            from dlprep.judge.cases import Run
            from dlprep.judge.naming import load_text, name_mistakes
            from dlprep.judge.session import CaseFault, run_cases

            submission.begin_case()
            try:
                problem = load(submission, api, text, file)
            except WorkerFault as error:
                fault = True
                problem = Problem("fault", f"The submission cannot be run: {error}.")
        if problem is None:
            reference = load_text(exercise.reference.read_text(encoding="utf-8"))
            run = Run(submission, reference, api, text, seed, only, quick, keep)
            try:
                cases = run_cases(exercise.cases, exercise.folder.parent, run)
            except CaseFault as error:
                fault = True
                problem = Problem("fault", f"The cases of {exercise.slug} went wrong: {error}.")
            else:
                if not (quick or keep) and any(case.status != "passed" for case in cases):
                    mistakes = name_mistakes(exercise, submission)
    finally:
        submission.close()
    loaded = submission.load_call
    verdict = Verdict(
        exercise=exercise.slug,
        file=file,
        status="fault" if fault else _status(cases, problem),
        seed=seed,
        seconds=time.perf_counter() - began,
        isolation=submission.isolation,
        cases=() if problem else cases,
        mistakes=mistakes,
        problem=problem,
        printed=loaded.printed if loaded is not None else "",
    )
    return verdict, run


def _status(cases: tuple[CaseResult, ...], problem: Problem | None) -> VerdictStatus:
    if problem is not None or any(case.status in ("error", "not run") for case in cases):
        return "error"
    return "passed" if cases and all(case.status == "passed" for case in cases) else "failed"
