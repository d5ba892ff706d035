"""Many submissions, each to its verdict, whatever the others do."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from typing import Protocol

from dlprep import catalog
from dlprep.errors import FaultError, UserError
from dlprep.grading.formats import RunInfo
from dlprep.grading.model import Graded, Request, Task
from dlprep.judge.process import JudgeFault, JudgeProcess
from dlprep.model import Problem, Verdict, VerdictStatus
from dlprep.sandbox import cores
from dlprep.sandbox.process import WorkerFault, WorkerProcess

# On top of the judge's own timers, which start when a worker has loaded. It is for a judge that
# hangs, never for a submission, and so it may be long.
PATIENCE = 120.0  # seconds
PATIENCE_FACTOR = 10  # and so many times what one case of the exercise may take
AHEAD = 2  # submissions that wait for each judge; all others are not even read


class ExecutorLost(UserError):  # noqa: N818 - what happened to it
    """Nothing can be judged there any more. What is judged stands."""


class Executor(Protocol):
    """Where submissions are judged: ``size`` at a time, in any order.

    A future may end with ``ExecutorLost``, and so may ``wait``.
    """

    size: int

    def isolation(self) -> str:
        """The level of isolation that is reached there; ``FaultError`` if no worker starts."""

    def submit(self, request: Request) -> Future[Verdict]:
        """Have a submission judged."""

    def wait(self, pending: Iterable[Future[Verdict]]) -> Iterable[Future[Verdict]]:
        """Those that are done, as soon as there is one."""

    def close(self) -> None:
        """End it, with all that still runs."""


def run(
    tasks: Iterable[Task],
    read: Callable[[Task], bytes | Problem],
    executor: Executor,
    info: RunInfo,
) -> Iterator[Graded]:
    """Judge each task on the run's terms; what is done first comes first. One for each task.

    Memory does not grow with the number of tasks. The executor stays the caller's to close.
    """
    pending: dict[Future[Verdict], Task] = {}
    for task in tasks:
        if task.path is None:
            yield Graded(task.who, task.exercise, "", None)
            continue
        source = read(task)
        if isinstance(source, Problem):
            yield _graded(task, _without_cases(task.exercise, "error", info.seed, source))
            continue
        request = Request(task.exercise, source, info.seed, info.timeout)
        pending[executor.submit(request)] = task
        while len(pending) >= AHEAD * executor.size:
            yield from _done(pending, executor, info)
    while pending:
        yield from _done(pending, executor, info)


def _done(
    pending: dict[Future[Verdict], Task], executor: Executor, info: RunInfo
) -> Iterator[Graded]:
    for future in executor.wait(pending):
        task, verdict = pending.pop(future), future.result()
        # "" of what needed no worker
        if info.isolation == "full" and verdict.isolation not in ("", "full"):
            problem = Problem("fault", "The operating system did not lock its worker in.")
            verdict = _without_cases(task.exercise, "fault", info.seed, problem)
        yield _graded(task, verdict)


def _graded(task: Task, verdict: Verdict) -> Graded:
    return Graded(task.who, task.exercise, str(task.path), verdict)


def _without_cases(exercise: str, status: VerdictStatus, seed: int, problem: Problem) -> Verdict:
    return Verdict(exercise, f"{exercise}.py", status, seed, 0.0, "", problem=problem)


class WarmJudge:
    """A judge that stays warm from one submission to the next, and is replaced when it fails."""

    def __init__(self) -> None:
        self._process: JudgeProcess | None = JudgeProcess()
        self._lock = threading.Lock()
        self._busy = self._closed = False

    def verdict(self, request: Request) -> Verdict:
        """The verdict on a submission, whatever happens; one that is a fault is tried twice."""
        for _ in range(2):
            try:
                verdict = self._judged(request)
            except Exception as error:  # this submission's misfortune, not that of all the others
                problem = Problem("fault", f"The submission could not be graded: {error}.")
                verdict = _without_cases(request.exercise, "fault", request.seed, problem)
            if verdict.status != "fault" or self._closed:
                break
            self._discard()
        return verdict

    def close(self) -> None:
        """End the judge, at once. A thread that waits for its verdict gets a fault."""
        with self._lock:
            self._closed = True
        self._discard()

    def _judged(self, request: Request) -> Verdict:
        with self._lock:
            if self._closed:
                raise JudgeFault("the run was ended")
            self._process = process = self._process or JudgeProcess()
            self._busy = True
        seconds = request.timeout or catalog.find(request.exercise).seconds
        patience = PATIENCE + PATIENCE_FACTOR * seconds
        watchdog = threading.Timer(patience, process.kill)
        watchdog.start()
        try:
            return process.judge(
                request.exercise, request.source, seed=request.seed, seconds=request.timeout
            )
        finally:
            watchdog.cancel()
            self._busy = False

    def _discard(self) -> None:
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            if self._busy:
                process.kill()
            process.close()


class LocalExecutor:
    """Warm judges on this machine, each with a thread that waits for it: one a core by default.

    There are no more than ``most``, the number of submissions.
    """

    def __init__(self, jobs: int | None, most: int) -> None:
        self.size = max(1, min(jobs or cores(), most))
        self._judges = [WarmJudge() for _ in range(self.size)]
        self._free: queue.SimpleQueue[WarmJudge] = queue.SimpleQueue()
        for judge in self._judges:
            self._free.put(judge)
        self._threads = ThreadPoolExecutor(self.size)

    def isolation(self) -> str:
        """The level of isolation that workers reach on this machine."""
        return isolation_reached()

    def submit(self, request: Request) -> Future[Verdict]:
        """Have a submission judged by the next judge that is free."""
        return self._threads.submit(self._verdict, request)

    def wait(self, pending: Iterable[Future[Verdict]]) -> Iterable[Future[Verdict]]:
        """Those that are done, as soon as there is one."""
        return wait(pending, return_when=FIRST_COMPLETED).done

    def close(self) -> None:
        """End the judges, at once."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for judge in self._judges:
            judge.close()
        self._threads.shutdown()

    def _verdict(self, request: Request) -> Verdict:
        judge = self._free.get()
        try:
            return judge.verdict(request)
        finally:
            self._free.put(judge)


def isolation_reached() -> str:
    """The level of isolation that workers reach on this machine; ``FaultError`` if none starts."""
    try:
        with closing(WorkerProcess()) as worker:
            worker.wait_ready()
            return worker.isolation
    except (OSError, WorkerFault) as error:
        raise FaultError(str(error)) from error
