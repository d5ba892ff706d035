"""A right program passes however it is written, and without a thought for conventions."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dlprep import catalog
from dlprep.judge.judge import judge
from dlprep.sandbox.process import WorkerProcess

PROGRAMS = sorted(Path(__file__).with_name("plain").rglob("*.py"))


@pytest.fixture(scope="module")
def worker() -> Iterator[WorkerProcess]:
    made = WorkerProcess()
    yield made
    made.close()


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_right_program_passes(path: Path, worker: WorkerProcess) -> None:
    exercise = catalog.find(path.parent.name)
    for seed in (1, 2):
        verdict = judge(exercise, path.read_bytes(), seed=seed, worker=worker)
        assert (verdict.failing[:1], verdict.problem) == ([], None) or verdict.status == "passed"
        assert verdict.passing == len(verdict.core)
