"""Grading on a Dask cluster: each thread of its workers keeps a warm judge.

The one importer of ``distributed``, and not before a cluster is asked for. Dask carries texts to
its workers and verdicts back, and gives what a worker leaves undone to another one. A submission
runs there as it does here, in a locked process of its own.
"""

from __future__ import annotations

import asyncio
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from dlprep.errors import UserError
from dlprep.grading.model import Versions
from dlprep.grading.run import Judges, JudgesLost, isolation_reached, require_same, versions

CONNECT_SECONDS = 5.0  # for the scheduler to answer
WORKER_SECONDS = 10.0  # for a cluster without workers to get one: a killed one is started again
# What these say on a terminal we say in a sentence.
NOISE = ("distributed", "distributed.client", "tornado", "tornado.application", "asyncio")


@contextmanager
def cluster_judges(address: str, started: str) -> Iterator[Judges]:
    """Warm judges on a Dask cluster, one a thread of its workers, however many there come to be.

    ``started`` tells this run from others. ``UserError`` if no scheduler answers at the address, or
    a machine there would judge otherwise than this one; ``JudgesLost`` if there are no workers.
    """
    try:
        from distributed import Client, Security
        from distributed.exceptions import WorkerStartTimeoutError
        from distributed.versions import VersionMismatchWarning
    except ModuleNotFoundError as error:
        raise UserError(
            f"To grade on a Dask cluster, install {error.name}: pip install 'dlprep[cluster]'"
        ) from error
    for name in NOISE:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    security = Security()
    _require_scheduler(address, security.get_connection_args("client"))
    with warnings.catch_warnings():  # what must be the same is compared below
        warnings.simplefilter("ignore", VersionMismatchWarning)
        client = Client(address, timeout=CONNECT_SECONDS, security=security, set_as_default=False)

    def check() -> None:
        with suppress(OSError):  # the scheduler is gone, as the status says
            try:
                client.wait_for_workers(1, timeout=WORKER_SECONDS)
            except WorkerStartTimeoutError as error:
                raise JudgesLost(f"The Dask scheduler at {address} has no workers.") from error
        if client.status != "running":
            raise JudgesLost(f"The Dask scheduler at {address} was lost.")

    def size() -> int:
        return max(1, int(client.scheduler_info(n_workers=0).get("total_threads", 1)))

    try:
        check()
        levels = set()
        for worker, found in client.run(_probe, started, on_error="return").items():
            if isinstance(found, Exception):
                raise UserError(f"The Dask worker at {worker} cannot judge: {_reason(found)}.")
            require_same(f"The Dask worker at {worker}", found[0], versions(started))
            levels.add(found[1])
        isolation = "full" if levels == {"full"} else "process"
        yield Judges(client.get_executor(pure=False), isolation, size, check)
    finally:
        with suppress(OSError):
            client.close()  # the cluster forgets what it has not judged yet


def _probe(started: str) -> tuple[Versions, str]:
    return versions(started), isolation_reached()


def _reason(error: Exception) -> str:
    said = f"{type(error).__name__}: {error}"  # Dask hands some errors on as text
    return "dlprep is not installed there" if "ModuleNotFoundError" in said else said


def _require_scheduler(address: str, connection_args: dict[str, Any]) -> None:
    """``UserError`` if no scheduler answers. A ``Client`` would wait for other services forever."""
    from distributed.core import rpc

    async def kind() -> str:
        async with rpc(address, connection_args=connection_args) as there:
            return str((await asyncio.wait_for(there.identity(), CONNECT_SECONDS))["type"])

    try:
        found = asyncio.run(kind())
    except Exception as error:  # of many kinds, for an address that leads nowhere
        why = str(error) or f"no answer after {CONNECT_SECONDS:g} s"
        raise UserError(f"No Dask scheduler can be reached at {address}: {why}.") from error
    if found != "Scheduler":
        raise UserError(f"{address} is the address of a Dask {found.lower()}, not of a scheduler.")
