"""Verdicts for the tests of the judge."""

from collections.abc import Callable, Iterator

import pytest

from dlprep.catalog import Exercise
from dlprep.judge.judge import judge
from dlprep.sandbox.process import WorkerProcess
from dlprep.verdict import Verdict


class Judge:
    """Judges texts; harmless ones share a worker, which is replaced when it was lost."""

    def __init__(self, start: Callable[[], WorkerProcess]) -> None:
        self.start = start
        self.worker: WorkerProcess | None = None

    def __call__(
        self,
        exercise: Exercise,
        source: str | bytes,
        *,
        seed: int = 1,
        only: str | None = None,
        shared: bool = True,
        quick: bool = False,
        start: Callable[[], WorkerProcess] | None = None,
    ) -> Verdict:
        if shared and (self.worker is None or self.worker.closed):
            self.worker = self.start()
        return judge(
            exercise,
            source if isinstance(source, bytes) else source.encode(),
            seed=seed,
            only=only,
            worker=self.worker if shared else None,
            start=start or self.start,
            quick=quick,
        )


@pytest.fixture(scope="session")
def verdict_on(start: Callable[[], WorkerProcess]) -> Iterator[Callable[..., Verdict]]:
    """Judge a text for an exercise. A hostile one (``shared=False``) has a worker of its own."""
    made = Judge(start)
    yield made
    if made.worker is not None:
        made.worker.close()
