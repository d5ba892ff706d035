"""The judge as a process of its own, which gets ready while the command line still loads.

It reads requests and writes verdicts, a line of JSON each, and is as trusted as its caller. When
its caller is gone it ends, whatever it is doing, and its worker with it.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

from dlprep.errors import FaultError
from dlprep.sandbox import ONE_THREAD

if TYPE_CHECKING:
    from dlprep.verdict import Verdict


# A watchdog on top of the judge's own timers, which start when a worker has loaded. It is for a
# judge that hangs, never for a submission, and so it may be long.
PATIENCE = 300.0  # seconds
MEMORY = 2 << 30  # bytes that a judge may take beyond what it has when it is ready
ASKING = 20  # times that a judge whose caller is gone is asked to end, in two seconds
PATIENCE_FACTOR = 10  # plus this many times the seconds of a case, where they are given


class JudgeFault(FaultError):
    """The judge could not come to a verdict: a fault of dlprep's own."""


class JudgeLost(JudgeFault):
    """The system did not let the judge come to a verdict."""

    ours = False


class JudgeProcess:
    """One judge. Start it early: it needs longer to load than to judge.

    A ``lasting`` one prints nothing, and has a worker at once for every submission, not the first
    alone.
    """

    def __init__(self, *, lasting: bool = False) -> None:
        # An editor's debugger (pydevd) is not to follow into the judge. It would follow into the
        # worker as well, which then could not be locked.
        pydevd = sys.modules.get("_pydev_bundle.pydev_monkey")
        with getattr(pydevd, "skip_subprocess_arg_patch", nullcontext)():
            program = f"from dlprep.judge.service import serve; serve(lasting={lasting})"
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", program],  # -P: the user's numpy.py is not NumPy
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL if lasting else None,  # nothing gets onto a full screen
                env=os.environ | ONE_THREAD,
                start_new_session=True,  # Ctrl-C is the command line's to deal with
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),  # Windows' way
            )

    def judge(
        self,
        exercise: str,
        source: bytes,
        *,
        seed: int | None = None,
        only: str | None = None,
        seconds: float | None = None,
        began: float | None = None,
    ) -> Verdict:
        """The verdict on a submission to the exercise of this name.

        Without a ``seed`` the inputs are new ones. ``seconds`` are for one case, in place of the
        exercise's own. The verdict's seconds are those since ``began`` (``time.perf_counter``), if
        that is given. Raises ``JudgeFault``; ``JudgeLost`` where the system is at fault.
        """
        from dlprep.verdict import Verdict

        assert self._process.stdin is not None
        assert self._process.stdout is not None
        text = source.decode("latin-1")  # a character for each byte
        seed = random.SystemRandom().randrange(10_000) if seed is None else seed
        terms = {"seed": seed, "only": only, "seconds": seconds}
        request = json.dumps({"exercise": exercise, "source": text, **terms})
        watchdog = threading.Timer(PATIENCE + PATIENCE_FACTOR * (seconds or 0), self.kill)
        watchdog.start()
        try:
            with suppress(BrokenPipeError):  # it may have said why it ended
                self._process.stdin.write(request.encode() + b"\n")
                self._process.stdin.flush()
            reply = json.loads(self._process.stdout.readline())
        except (OSError, ValueError) as error:
            raise JudgeLost(
                "the judge's process ended without a verdict (is there too little memory?)"
            ) from error
        finally:
            watchdog.cancel()
        if "fault" in reply:
            raise (JudgeFault if reply["ours"] else JudgeLost)(reply["fault"])
        verdict = Verdict.from_json(reply)
        return replace(verdict, seconds=time.perf_counter() - began) if began else verdict

    def kill(self) -> None:
        """End the judge at once, from another thread than that which waits for it."""
        self._process.terminate()  # then it ends its worker too
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def close(self) -> None:
        """End the judge, whatever it is doing, and its worker with it."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        self._process.wait()


class WarmJudge:
    """A judge that stays warm from one submission to the next, and is replaced when it fails.

    One thread at a time judges with it; any thread may kill or close it.
    """

    def __init__(self) -> None:
        self._process: JudgeProcess | None = None
        with suppress(OSError):  # the first request tries again, and says what is wrong
            self._process = JudgeProcess(lasting=True)

    def judge(self, exercise: str, source: bytes, **terms: Any) -> Verdict:
        """See ``JudgeProcess.judge``; ``OSError`` too, if no new judge can be started."""
        process = self._process = self._process or JudgeProcess(lasting=True)
        verdict = None
        try:
            verdict = process.judge(exercise, source, **terms)
            return verdict
        finally:
            if verdict is None or verdict.status == "fault":
                self.close()

    def kill(self) -> None:
        """Let the judge end, without waiting for it; a thread that does gets a ``JudgeFault``."""
        if process := self._process:
            threading.Thread(target=process.kill).start()

    def close(self) -> None:
        """End the judge, whatever it is doing; the next submission would get a new one."""
        if process := self._process:
            process.kill()
            process.close()
        self._process = None


def serve(lasting: bool = False) -> None:
    """Answer requests from standard input until it ends, or a fault. The process ends with it."""
    from dlprep.files import refusal  # now: an error may be that no more files can be opened

    verdicts = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)  # what cases or pytest print must not get between the verdicts
    signal.signal(signal.SIGTERM, _stop)
    try:
        _answer(verdicts, lasting)
    except (KeyboardInterrupt, BrokenPipeError):  # the caller is gone, or ends us
        pass
    except BaseException as error:
        if os.environ.get("DLPREP_DEBUG"):
            import traceback

            traceback.print_exception(error)
        refused = refusal(error)
        fault = {"fault": refused or f"{type(error).__name__}: {error}", "ours": not refused}
        with suppress(BrokenPipeError):
            print(json.dumps(fault), file=verdicts, flush=True)
    finally:
        os._exit(0)  # skip the interpreter's clean-up: the caller waits


def _stop(*_: object) -> NoReturn:
    """Interrupt what is being done, which ends its worker too. A second signal is ignored."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


def _read(requests: SimpleQueue[bytes]) -> None:
    """Take requests in until the caller is gone, then stop whatever is being done."""
    for line in sys.stdin.buffer:
        requests.put(line)
    requests.put(b"")
    for _ in range(ASKING):  # a signal just before a system call that waits is seen too late
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.1)
    from dlprep.sandbox.process import running

    for worker in list(running):  # a long computation in C sees no signal
        worker.kill()
    os._exit(1)


def _limit_memory() -> None:
    """Let this process take no more than ``MEMORY`` beside what it has. Workers undo it."""
    with suppress(ImportError, OSError, ValueError):  # only Linux tells
        import resource

        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        limits = [used + MEMORY, *(one for one in (soft, hard) if one != resource.RLIM_INFINITY)]
        resource.setrlimit(resource.RLIMIT_AS, (min(limits), hard))


def _answer(verdicts: TextIO, lasting: bool) -> None:
    """Judge one request after the other. A worker starts before anything heavy is imported."""
    from dlprep.sandbox.nursery import Nursery
    from dlprep.sandbox.process import WorkerFault, WorkerProcess

    requests: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_read, args=(requests,), daemon=True).start()
    worker: WorkerProcess | None = None
    start: Callable[[], WorkerProcess] = WorkerProcess
    try:
        with suppress(OSError, WorkerFault):  # the judge tries again, and reports it
            if lasting and Nursery.available:
                start = Nursery().worker
            else:
                worker = WorkerProcess()
        from dlprep import catalog
        from dlprep.judge import cases, naming  # noqa: F401 - NumPy and pytest, before a request
        from dlprep.judge.judge import judge

        _limit_memory()
        while line := requests.get():
            request = json.loads(line)
            exercise = catalog.find(request["exercise"])
            if request["seconds"] is not None:
                exercise = replace(exercise, seconds=request["seconds"])
            source = request["source"].encode("latin-1")
            seed, only = request["seed"], request["only"]
            verdict = judge(exercise, source, seed=seed, only=only, worker=worker, start=start)
            print(json.dumps(verdict.to_json()), file=verdicts, flush=True)
            if worker is not None:
                worker.close()
                worker = None
    finally:
        if worker is not None:
            worker.close()
