"""Grading on a Dask cluster: each thread of its workers keeps a warm judge.

The only importer of ``distributed``, and only when a cluster is asked for. Dask carries texts to
its workers and verdicts back, and gives the work of a lost worker to another one. A submission
runs there as it does here, in a locked process of its own.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from dlprep.errors import UserError
from dlprep.grading import Versions
from dlprep.grading.run import Judges, JudgesLost, isolation_reached, require_same, versions

CONNECT_SECONDS = 5.0  # for the scheduler to answer
WORKER_SECONDS = 10.0  # for a cluster without workers to get one: a killed one is started again
# These print to the terminal what our messages say in a sentence.
NOISE = ("distributed", "distributed.client", "tornado", "tornado.application", "asyncio")


@contextmanager
def cluster_judges(address: str, started: str) -> Iterator[Judges]:
    """Warm judges on a Dask cluster, one for each thread of its workers, now and later.

    ``started`` tells this run from others. ``UserError`` if no scheduler answers at the address, or
    a worker cannot judge; ``JudgesLost`` if there are no workers, or one has other versions.
    """
    try:
        from distributed import Client
        from distributed.versions import VersionMismatchWarning
    except ModuleNotFoundError as error:
        raise UserError(
            f"To grade on a Dask cluster, install {error.name}: pip install 'dlprep[cluster]'"
        ) from error
    for name in NOISE:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    _require_scheduler(address)
    with warnings.catch_warnings():  # what must be the same is compared below
        warnings.simplefilter("ignore", VersionMismatchWarning)
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)

    def check() -> None:
        try:
            client.wait_for_workers(1, timeout=WORKER_SECONDS)
        except TimeoutError as error:
            raise JudgesLost(f"The Dask scheduler at {address} has no workers.") from error
        except OSError:
            pass  # the scheduler is gone, as the status says
        if client.status != "running":
            raise JudgesLost(f"The Dask scheduler at {address} was lost.")

    def size() -> int:
        return max(1, int(client.scheduler_info(n_workers=0).get("total_threads", 1)))

    def probe() -> tuple[Versions, str]:  # by value: a worker without dlprep says so
        return versions(started), isolation_reached()

    try:
        check()
        levels = set()
        for worker, found in client.run(probe, on_error="return").items():
            if isinstance(found, Exception):
                why = f"{type(found).__name__}: {found}"
                if "ModuleNotFoundError" in why:  # Dask hands some errors on as text
                    why = "dlprep is not installed there"
                raise UserError(f"The Dask worker at {worker} cannot judge: {why}.")
            require_same(f"The Dask worker at {worker}", found[0], versions(started))
            levels.add(found[1])
        isolation = "full" if levels == {"full"} else "process"
        yield Judges(client.get_executor(pure=False), isolation, size, check)
    finally:
        with suppress(OSError):
            client.close()  # the cluster forgets what it has not judged yet


def _require_scheduler(address: str) -> None:
    """``UserError`` if no scheduler answers. A ``Client`` would wait for other services forever."""
    import asyncio

    from distributed import Security
    from distributed.core import rpc

    async def kind() -> str:
        connection = Security().get_connection_args("client")
        async with rpc(address, connection_args=connection) as there:
            return str((await asyncio.wait_for(there.identity(), CONNECT_SECONDS))["type"])

    try:
        found = asyncio.run(kind())
    except Exception as error:  # of many kinds, for an address that leads nowhere
        why = str(error) or f"no answer after {CONNECT_SECONDS:g} s"
        raise UserError(f"No Dask scheduler can be reached at {address}: {why}.") from error
    if found != "Scheduler":
        raise UserError(f"{address} is the address of a Dask {found.lower()}, not of a scheduler.")
