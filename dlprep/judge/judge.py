"""One submission to its verdict."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256

from dlprep.api import read_api
from dlprep.catalog import Exercise
from dlprep.judge.source import Source, load, unreadable
from dlprep.sandbox.process import WorkerFault, WorkerProcess
from dlprep.sandbox.submission import AnyWorker, Submission
from dlprep.verdict import CaseResult, Problem, Verdict, VerdictStatus

EXPLAINING = 1.0  # seconds that names may take
RUN_FACTOR = 4  # a run may take as long as four cases that use up their time


def judge(
    exercise: Exercise,
    source: bytes,
    *,
    seed: int,
    only: str | None = None,
    worker: AnyWorker | None = None,
    start: Callable[[], AnyWorker] = WorkerProcess,
    quick: bool = False,
    explaining: float = EXPLAINING,
) -> Verdict:
    """Judge a submission's text. Whatever the submission does, this returns a verdict.

    ``seed`` makes the random inputs; ``only`` is the name of the one case to run. The caller
    closes the ``worker`` that it lends; without one, or once it is lost, ``start`` makes another.
    ``quick`` ends with the first failing case, and explains nothing. Names may take ``explaining``
    seconds of this process, and contrasts twice as long on the clock; with 0 there are none.
    """
    began, file = time.perf_counter(), f"{exercise.slug}.py"
    verdict = Verdict(exercise.slug, file, "error", seed, 0.0, isolation="")
    api, text = read_api(exercise.stub.read_text(encoding="utf-8")), Source(source)
    seconds, total = exercise.seconds, RUN_FACTOR * exercise.seconds
    submission = Submission(
        exercise.slug,
        source,
        api,
        seconds=seconds,
        total=total,
        key=sha256(str(seed).encode()).digest(),
        worker=worker,
        start=start,
    )
    # these bring NumPy and pytest: the worker gets ready in the meantime
    from dlprep.judge.cases import CaseFault, Trial, run_cases, run_contrasts
    from dlprep.judge.naming import name_mistakes
    from dlprep.judge.replay import load_text

    try:
        submission.begin_case()
        problem = unreadable(source, file) or load(submission, api, text, file)
        if problem is None:
            reference = load_text(exercise.reference.read_text(encoding="utf-8"))
            run = Trial(submission, reference, text, seed, only, quick)
            cases = run_cases(exercise, run)
            verdict = replace(verdict, cases=cases, status=_status(cases))
            if explaining and not quick and not verdict.polished:
                with suppress(MemoryError):  # huge answers are not explained
                    if verdict.status == "failed":
                        # mostly the worker's time; a busy machine must not cut it short
                        ends = time.monotonic() + 2 * explaining
                        contrasts = run_contrasts(exercise, run, ends)
                        verdict = replace(verdict, contrasts=contrasts)
                    # no one but this process works now, so its own time counts
                    ends = time.process_time() + explaining
                    named = name_mistakes(exercise, submission, verdict, ends)
                    verdict = replace(verdict, mistakes=named)
    except WorkerFault as error:
        problem = Problem("fault", f"The submission cannot be run: {error}.")
    except CaseFault as error:
        problem = Problem("fault", f"The cases of {exercise.slug} went wrong: {error}.")
    finally:
        submission.close()
    if problem is not None:
        status: VerdictStatus = "fault" if problem.kind == "fault" else "error"
        verdict = replace(verdict, status=status, problem=problem)
    loaded = submission.load_call
    if loaded is not None and not any(case.kind == "import" for case in verdict.cases):
        found = (
            text.at(n, f"{name} is not there: nothing needs it here") for n, name in loaded.absent
        )
        verdict = replace(verdict, remarks=tuple(place for place in found if place is not None))
    return replace(
        verdict,
        seconds=time.perf_counter() - began,
        isolation=submission.isolation,
        printed=loaded.printed if loaded is not None else "",
    )


def _status(cases: tuple[CaseResult, ...]) -> VerdictStatus:
    """Core cases decide; one that was run alone decides whatever it is."""
    deciding = [case.status for case in cases if case.tier == "core"]
    deciding = deciding or [case.status for case in cases]
    if {"error", "not run"} & {*deciding}:
        return "error"
    return "passed" if {*deciding} == {"passed"} else "failed"
