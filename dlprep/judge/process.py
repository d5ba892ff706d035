"""The judge as a process of its own, which gets ready while the command line still loads.

It reads requests and writes verdicts, a line of JSON each, and is as trusted as its caller. It
starts a worker before it imports anything heavy, and stays warm from one verdict to the next.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from dlprep.errors import FaultError
from dlprep.sandbox import ONE_THREAD

if TYPE_CHECKING:
    from dlprep.model import Verdict


class JudgeFault(FaultError):  # noqa: N818 - the fault is the grader's
    """The judge could not come to a verdict: a fault of dlprep's own."""


class JudgeProcess:
    """One judge. Start it early: it needs longer to load than to judge.

    A ``lasting`` one is as quick with its second submission as with all others, and silent.
    """

    def __init__(self, *, lasting: bool = False) -> None:
        # -P: a numpy.py in the user's folder is not NumPy
        program = f"from dlprep.judge.process import serve; serve(lasting={lasting})"
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if lasting else None,  # nothing gets onto a full screen
            env=os.environ | ONE_THREAD,
            start_new_session=True,  # Ctrl-C is the command line's to deal with
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),  # Windows' way
        )
        self._busy = False

    def judge(
        self,
        exercise: str,
        source: bytes,
        *,
        seed: int,
        only: str | None = None,
        seconds: float | None = None,
    ) -> Verdict:
        """The verdict on a submission to the exercise of this name; ``JudgeFault`` without one.

        ``seconds`` are for one case, in place of the exercise's own.
        """
        from dlprep.model import Verdict

        return Verdict.from_json(self._ask(exercise, source, seed, only, seconds))

    def _ask(
        self,
        exercise: str,
        source: bytes,
        seed: int,
        only: str | None,
        seconds: float | None,
    ) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        text = base64.b64encode(source).decode("ascii")
        request = {
            "exercise": exercise,
            "source": text,
            "seed": seed,
            "only": only,
            "seconds": seconds,
        }
        self._busy = True
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
            reply = json.loads(self._process.stdout.readline())
        except (OSError, ValueError) as error:
            raise JudgeFault("the judge's process ended without a verdict") from error
        self._busy = False
        if "fault" in reply:
            raise JudgeFault(reply["fault"])
        return reply

    def kill(self) -> None:
        """End the judge at once, from another thread than that which waits for it."""
        self._process.terminate()  # then it ends its worker too
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def close(self) -> None:
        """End the judge, and its worker with it."""
        if self._busy:
            self._process.terminate()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        self._process.wait()


def serve(lasting: bool = False) -> None:
    """Answer requests from standard input until it ends. The process ends with it."""
    import signal
    from dataclasses import asdict, replace

    from dlprep.sandbox.nursery import Nursery
    from dlprep.sandbox.process import WorkerFault, WorkerProcess

    verdicts = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)  # what cases or pytest print must not get between the verdicts
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the worker is to end as well
    worker: WorkerProcess | None = None
    nursery: Nursery | None = None
    start: Callable[[], WorkerProcess] = WorkerProcess
    try:
        with suppress(OSError, WorkerFault):  # the judge tries again, and reports it
            if lasting and Nursery.available:
                nursery = Nursery()
                start = nursery.worker
            else:
                worker = WorkerProcess()
        from dlprep import catalog
        from dlprep.judge import naming, session  # noqa: F401 - NumPy and pytest, before a request
        from dlprep.judge.judging import judge

        for line in sys.stdin.buffer:
            if worker is None and nursery is None and Nursery.available:
                nursery = Nursery()  # from the second submission on: each gets a worker of its own
                start = nursery.worker
            try:
                request = json.loads(line)
                exercise = catalog.find(request["exercise"])
                if request["seconds"] is not None:
                    exercise = replace(exercise, seconds=request["seconds"])
                answer = judge(
                    exercise,
                    base64.b64decode(request["source"]),
                    seed=request["seed"],
                    only=request["only"],
                    worker=worker,
                    start=start,
                )
                reply = asdict(answer)
            except Exception as error:
                reply = {"fault": f"{type(error).__name__}: {error}"}
            verdicts.write(json.dumps(reply) + "\n")
            verdicts.flush()
            if worker is not None:
                worker.close()
                worker = None
    except (KeyboardInterrupt, BrokenPipeError):
        if worker is not None:
            worker.close()
    finally:
        os._exit(0)  # without the interpreter's tidying up: somebody waits
