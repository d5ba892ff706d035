"""Grading on a Dask cluster: each thread of its workers keeps a warm judge.

The one importer of ``distributed``, and not before a cluster is asked for. Dask carries texts to
its workers and verdicts back, and gives what a worker leaves undone to another one. A submission
runs there as it does here, in a locked process of its own.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from contextlib import suppress
from functools import lru_cache
from importlib import metadata
from typing import Any

from dlprep import __version__, catalog
from dlprep.errors import FaultError, UserError
from dlprep.grading.model import Request
from dlprep.grading.run import ExecutorLost, WarmJudge, isolation_reached
from dlprep.model import Problem, Verdict

CONNECT_SECONDS = 5.0  # for the scheduler to answer
WORKER_SECONDS = 15.0  # for a cluster without workers to get one: a killed one is started again
GLANCE_SECONDS = 2.0  # without a verdict, after which one looks whether there are workers
TRIES = 2  # of a submission whose verdict is a fault: its machine may be one that goes away
# What these say on a terminal we say in a sentence.
NOISE = ("distributed", "distributed.client", "tornado", "tornado.application", "asyncio")

_thread = threading.local()


class ClusterExecutor:
    """Warm judges on a Dask cluster, one a thread of its workers, however many there come to be.

    ``UserError`` if none answers at the address, or it has no workers.
    """

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client, Security
            from distributed.versions import VersionMismatchWarning
        except ModuleNotFoundError as error:
            raise UserError(
                f"To grade on a Dask cluster, install {error.name}: pip install 'dlprep[cluster]'"
            ) from error
        for name in NOISE:
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._where = f"The Dask scheduler at {address}"
        security = Security()
        _require_scheduler(address, security.get_connection_args("client"))
        with warnings.catch_warnings():  # what must be the same is compared below
            warnings.simplefilter("ignore", VersionMismatchWarning)
            self._client = Client(
                address, timeout=CONNECT_SECONDS, security=security, set_as_default=False
            )
        try:
            self._require_workers()
            self.size = self._threads()
        except BaseException:
            self.close()
            raise

    def isolation(self) -> str:
        """The worst level of isolation that is reached on its workers.

        ``UserError`` if one of them would judge otherwise than this machine.
        """
        run = self._client.id
        try:
            _require_same(self._where, self._client.run_on_scheduler(_house, run), _house(run))
            workers = self._client.run(_probe, run, on_error="return")
        except Exception as error:
            raise _explained(self._where, error) from error
        levels = set()
        for address, found in workers.items():
            where = f"The Dask worker at {address}"
            if isinstance(found, Exception):
                raise _explained(where, found)
            house, level = found
            _require_same(where, house, _house(run))
            levels.add(level)
        return "full" if levels == {"full"} else "process"

    def submit(self, request: Request) -> Future[Verdict]:
        """Have a submission judged by the next judge that is free."""
        return asyncio.run_coroutine_threadsafe(
            self._verdict(request), self._client.loop.asyncio_loop
        )

    def wait(self, pending: Iterable[Future[Verdict]]) -> Iterable[Future[Verdict]]:
        """Those that are done, as soon as there is one."""
        while not (done := wait(pending, GLANCE_SECONDS, FIRST_COMPLETED).done):
            self._require_workers()
        if self._client.status == "running":  # else the futures say what became of it
            self.size = self._threads()
        return done

    def close(self) -> None:
        """Leave the cluster, which then forgets what it has not judged yet."""
        with suppress(OSError):
            self._client.close()

    async def _verdict(self, request: Request) -> Verdict:
        for _ in range(TRIES):
            verdict = await self._judged(request)
            if verdict.status != "fault":
                break
        return verdict

    async def _judged(self, request: Request) -> Verdict:
        from distributed import KilledWorker
        from distributed.comm import CommClosedError

        run = self._client.id
        try:
            found = await self._client.submit(_judge, request, run, _house(run), pure=False)
        except KilledWorker:  # the scheduler has tried several
            said = "The Dask workers that judged the submission ended, one after the other."
            name, problem = f"{request.exercise}.py", Problem("fault", said)
            return Verdict(request.exercise, name, "fault", request.seed, 0.0, "", problem=problem)
        except (CancelledError, CommClosedError) as error:
            raise ExecutorLost(f"{self._where} was lost.") from error
        except Exception as error:
            raise ExecutorLost(str(_explained("A Dask worker", error))) from error
        return Verdict.from_json(json.loads(found))

    def _require_workers(self) -> None:
        """``ExecutorLost`` if there is no worker, and none comes soon."""
        from distributed.exceptions import WorkerStartTimeoutError

        try:
            self._client.wait_for_workers(1, timeout=WORKER_SECONDS)
        except WorkerStartTimeoutError as error:
            raise ExecutorLost(f"{self._where} has no workers.") from error
        except OSError:  # the scheduler is gone, as the futures will say
            return

    def _threads(self) -> int:
        return max(1, int(self._client.scheduler_info(n_workers=0).get("total_threads", 1)))


def _require_scheduler(address: str, connection_args: dict[str, Any]) -> None:
    """``UserError`` if no scheduler answers. A ``Client`` would wait for other services forever."""
    from distributed.core import rpc

    async def kind() -> str:
        there = rpc(address, connection_args=connection_args)
        try:
            return str((await asyncio.wait_for(there.identity(), CONNECT_SECONDS))["type"])
        finally:
            await there.close_rpc()

    try:
        found = asyncio.run(kind())
    except Exception as error:  # of many kinds, for an address that is none
        why = str(error) or f"no answer after {CONNECT_SECONDS:g} s"
        raise UserError(f"No Dask scheduler can be reached at {address}: {why}.") from error
    if found != "Scheduler":
        raise UserError(f"{address} is the address of a Dask {found.lower()}, not of a scheduler.")


def _judge(request: Request, run: str, expected: dict[str, str]) -> str:
    """The verdict, as JSON: what each task of the cluster is."""
    _require_same("A Dask worker that came later", _house(run), expected)
    if not hasattr(_thread, "judge"):
        _thread.judge = WarmJudge()  # it ends when its input does, and so with this process
    return json.dumps(_thread.judge.verdict(request).to_json())


def _probe(run: str) -> tuple[dict[str, str], str]:
    return _house(run), isolation_reached()


@lru_cache(maxsize=8)
def _house(run: str) -> dict[str, str]:
    """What decides a verdict beside the submission; read once a run in each process."""
    digest = hashlib.sha256()
    for room in ("exercises", "solutions"):
        for path in sorted((catalog.HOME / room).rglob("*")):
            name = path.relative_to(catalog.HOME)
            if path.is_file() and "__pycache__" not in name.parts:
                digest.update(f"{name.as_posix()}\0{path.stat().st_size}\0".encode())
                digest.update(path.read_bytes())
    return {
        "dlprep": __version__,
        "set of exercises": digest.hexdigest()[:12],
        "Python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "NumPy": metadata.version("numpy"),
    }


def _require_same(where: str, there: dict[str, str], here: dict[str, str]) -> None:
    """``UserError`` if a machine of the cluster would judge otherwise than this one."""
    for name, ours in here.items():
        if there[name] != ours:
            raise UserError(f"{where} has another {name} ({there[name]}) than this one ({ours}).")


def _explained(where: str, error: Exception) -> UserError | FaultError:
    """What went wrong on a machine of the cluster, in a sentence."""
    if isinstance(error, UserError):
        return error
    if isinstance(error, FaultError):
        return FaultError(f"{where}: {error}")
    what = f"{type(error).__name__}: {error}"
    if "ModuleNotFoundError" in what:  # Dask hands some errors on as text
        return UserError(f"{where} has no dlprep {__version__}: install it there.")
    return UserError(f"{where} failed: {what}")
