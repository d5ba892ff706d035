"""Many submissions, each to its verdict, whatever the others do."""

from __future__ import annotations

import hashlib
import random
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from importlib import metadata
from typing import Literal

from dlprep import MAX_SEED, __version__, catalog
from dlprep.errors import FaultError, UserError
from dlprep.grading import Graded, Run, Task, Versions
from dlprep.grading.log import SCHEMA, Log
from dlprep.grading.submissions import read, submitted
from dlprep.judge.service import WarmJudge
from dlprep.sandbox.process import WorkerFault, WorkerProcess
from dlprep.verdict import Problem, Verdict

AHEAD = 2  # submissions that wait for each judge; the others are not even read
GLANCE = 2.0  # seconds without a verdict until we look whether there is still a judge
IN_VAIN = 8  # faults before any verdict: nothing can be judged here


class JudgesLost(UserError):
    """The judges are gone, or judge differently. The verdicts so far are kept."""


@dataclass(frozen=True, slots=True)
class Judges:
    """Where submissions are judged, ``size()`` at a time, and how far they are isolated there.

    ``check`` raises ``JudgesLost`` when there are no judges any more.
    """

    executor: Executor
    isolation: str
    size: Callable[[], int]
    check: Callable[[], None] = lambda: None


def run(tasks: Iterable[Task], judges: Judges, terms: Run) -> Iterator[tuple[Graded, bytes | None]]:
    """Judge each task on the run's terms; what is done first comes first, with its text.

    A submission whose verdict is a fault is judged once more. Memory does not grow with the number
    of tasks. ``JudgesLost`` when there are no judges any more, ``FaultError`` when no submission
    can be judged.
    """
    waiting = iter(tasks)
    pending: dict[Future[Verdict], tuple[Graded, bytes, bool]] = {}
    statuses: Counter[str] = Counter()

    def submit(graded: Graded, source: bytes, again: bool = False) -> None:
        future = judges.executor.submit(judge_request, graded.exercise, source, terms)
        pending[future] = graded, source, again

    while True:
        while len(pending) < AHEAD * judges.size() and (task := next(waiting, None)):
            graded = Graded(task.who, task.exercise, str(task.path or ""), None)
            if task.path is None:
                yield graded, None
                continue
            text = read(task)
            graded = replace(graded, submitted=submitted(task), text=text_hash(text))
            if isinstance(text, bytes):
                submit(graded, text)
            else:
                yield replace(graded, verdict=_without_cases(task.exercise, terms, text)), None
        if not pending:
            return
        ready = wait(pending, GLANCE, FIRST_COMPLETED).done
        if not ready:
            judges.check()
        for future in ready:
            graded, source, again = pending.pop(future)
            verdict = _verdict(future, graded.exercise, judges, terms)
            if verdict.status == "fault" and not again:
                submit(graded, source, again=True)
                continue
            statuses[verdict.status] += 1
            if statuses["fault"] == statuses.total() == IN_VAIN and verdict.problem:
                raise FaultError(f"Nothing can be judged. {verdict.problem.message}")
            yield replace(graded, verdict=verdict), source


def _verdict(future: Future[Verdict], exercise: str, judges: Judges, terms: Run) -> Verdict:
    """What came of a request; ``JudgesLost`` if it did not fail because of this submission."""
    try:
        verdict = future.result()
    except JudgesLost:
        raise
    except Exception as error:
        judges.check()
        said = f"The submission could not be graded: {str(error).rstrip('.')}."
    else:
        if terms.isolation != "full" or verdict.isolation in ("", "full"):  # "": needed no worker
            return verdict
        said = "The operating system did not lock its worker in."
    return _without_cases(exercise, terms, Problem("fault", said))


def _without_cases(exercise: str, terms: Run, problem: Problem) -> Verdict:
    status: Literal["fault", "error"] = "fault" if problem.kind == "fault" else "error"
    return Verdict(exercise, f"{exercise}.py", status, terms.seed, 0.0, "", problem=problem)


_here = threading.local()


def judge_request(exercise: str, source: bytes, terms: Run) -> Verdict:
    """The verdict on a submission, by the warm judge that this thread keeps.

    ``JudgesLost`` if this machine has other versions than the one that asks. After any other error
    the thread gets a new judge.
    """
    require_same("A machine that came later", versions(terms.started), terms.versions)
    judge: WarmJudge = getattr(_here, "judge", None) or WarmJudge()
    _here.judge = judge  # it ends when its input does, and so with this process
    return judge.judge(exercise, source, seed=terms.seed, seconds=terms.timeout)


@contextmanager
def local_judges(jobs: int) -> Iterator[Judges]:
    """``jobs`` warm judges on this machine, each with a thread; they end with the block.

    ``FaultError`` if no worker starts.
    """
    judges = [WarmJudge() for _ in range(jobs)]
    waiting = iter(judges)
    threads = ThreadPoolExecutor(jobs, initializer=lambda: setattr(_here, "judge", next(waiting)))
    try:
        yield Judges(threads, isolation_reached(), lambda: jobs)
    finally:
        threads.shutdown(wait=False, cancel_futures=True)
        for judge in judges:
            judge.kill()
        threads.shutdown()
        for judge in judges:
            judge.close()


def terms_of(
    log: Log,
    tasks: Iterable[Task],
    seed: int | None,
    timeout: float | None,
    isolation: str,
    started: str,
) -> Run:
    """The terms of a run: the log's if it has begun. ``UserError`` if they cannot be the same."""
    exercises = {slug: exercise_hash(slug) for slug in sorted({task.exercise for task in tasks})}
    for run in log.runs:
        for slug, digest in run.exercises.items():
            if exercises.get(slug, digest) != digest:
                raise UserError(
                    f"The exercise {slug} has changed since {log.name} was begun: begin another"
                    " log, so that all are judged by the same cases."
                )
    if log.runs:
        begun = log.runs[-1]
        if seed not in (None, begun.seed) or timeout not in (None, begun.timeout):
            raise UserError(
                f"{log.name} was begun with another --seed or --timeout: leave them out, and all"
                " get the same."
            )
        seed, timeout = begun.seed, begun.timeout
    elif seed is None:
        seed = random.SystemRandom().randrange(MAX_SEED + 1)
    return Run(SCHEMA, seed, timeout, isolation, started, versions(started), exercises)


def undone(tasks: Iterable[Task], log: Log) -> list[Task]:
    """The tasks without a verdict in the log, or with one on another text, or with a fault."""

    def is_done(task: Task) -> bool:
        place = log.latest.get(task.key)
        if place is None or place.status == "fault":
            return False
        if task.path is None or place.status == "missing":
            return task.path is None and place.status == "missing"
        return place.text == text_hash(read(task))

    return [task for task in tasks if not is_done(task)]


def text_hash(source: bytes | Problem) -> str | None:
    """The SHA-256 of a submission's text, if it could be read."""
    return hashlib.sha256(source).hexdigest() if isinstance(source, bytes) else None


def isolation_reached() -> str:
    """The level of isolation that workers reach on this machine; ``FaultError`` if none starts."""
    try:
        with closing(WorkerProcess()) as worker:
            worker.wait_ready()
            return worker.isolation
    except (OSError, WorkerFault) as error:
        raise FaultError(str(error)) from error


def exercise_hash(slug: str) -> str:
    """The SHA-256 of all files of an exercise, their names included."""
    digest = hashlib.sha256()
    for room in ("exercises", "solutions"):
        for path in sorted((catalog.HOME / room / slug).rglob("*")):
            name = path.relative_to(catalog.HOME)
            if path.is_file() and "__pycache__" not in name.parts:
                text = path.read_bytes()
                digest.update(f"{name.as_posix()}\0{len(text)}\0".encode() + text)
    return digest.hexdigest()


@lru_cache(maxsize=8)
def versions(started: str) -> Versions:
    """What decides a verdict on this machine; read once a run in each process."""
    exercises = "".join(map(exercise_hash, catalog.slugs()))
    return Versions(
        dlprep=__version__,
        python=f"{sys.version_info.major}.{sys.version_info.minor}",
        numpy=metadata.version("numpy"),
        catalogue=hashlib.sha256(exercises.encode()).hexdigest(),
    )


def require_same(where: str, there: Versions, here: Versions) -> None:
    """``JudgesLost`` if another machine would judge differently, because its versions differ."""
    for name, ours in asdict(here).items():
        if (theirs := getattr(there, name)) != ours:
            what = f"{name} {theirs:.12}, and this one {ours:.12}"
            raise JudgesLost(f"{where} has {what}: install the same on both.")
