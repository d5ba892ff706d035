"""What tests of several rooms share: a submission in a real worker, and what a check found."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from dlprep.api import read_api
from dlprep.checks import CheckFailed
from dlprep.sandbox.nursery import Nursery
from dlprep.sandbox.process import WorkerProcess
from dlprep.sandbox.submission import Submission

# Those of more than ten seconds, wherever they lie
SLOW = """
    attacks bad_input catalogue check cluster commands gradescope grade judge kills learner learn
    lockdown naming night planted proxy record run setup tester watch
    """.split()  # noqa: SIM905 - a list of twenty quoted names reads worse

Findings = list[tuple[str, str]]

# no test fails because the machine is busy
settings.register_profile(
    "dlprep", max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("dlprep")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow files first: whoever tests on several cores has the quick ones to even them out."""
    items.sort(key=lambda item: item.path.stem.removeprefix("test_") not in SLOW)


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery | None]:
    """Forks workers in no time; None where that cannot be."""
    made = Nursery() if Nursery.available else None
    yield made
    if made is not None:
        made.close()


@pytest.fixture(scope="session")
def start(nursery: Nursery | None) -> Callable[[], WorkerProcess]:
    """Starts a worker."""
    return WorkerProcess if nursery is None else nursery.worker


@pytest.fixture
def submit(start: Callable[[], WorkerProcess]) -> Iterator[Callable[..., Submission]]:
    """``submit(text, stub)``: the text, loaded in a worker of its own, which is ended afterwards.

    Without a stub the text states its own API.
    """
    submissions = []

    def load(text: str, stub: str | None = None) -> Submission:
        api = read_api(text if stub is None else stub)
        submission = Submission("answer", text.encode(), api, seconds=20, total=120, start=start)
        submissions.append(submission)
        submission.load()
        return submission

    yield load
    for submission in submissions:
        submission.close()


@pytest.fixture
def failure() -> Callable[..., tuple[str, Findings]]:
    """``failure(check, …)``: the kind and all the findings of a check that fails."""

    def run(check: Callable[..., None], *args: Any, **kwargs: Any) -> tuple[str, Findings]:
        with pytest.raises(CheckFailed) as failed:
            check(*args, **kwargs)
        return failed.value.kind, list(failed.value.findings)

    return run
