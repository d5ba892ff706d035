"""What tests of several rooms share: a submission in a real worker, and what a check found."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from dlprep.api import read_api
from dlprep.checks import CheckFailed
from dlprep.sandbox.submission import Submission

Findings = list[tuple[str, str]]

# no test fails because the machine is busy
settings.register_profile("dlprep", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("dlprep")


@pytest.fixture
def submit() -> Iterator[Callable[..., Submission]]:
    """``submit(text, stub)``: the text, loaded in a worker of its own, which is ended afterwards.

    Without a stub the text states its own API.
    """
    submissions = []

    def load(text: str, stub: str | None = None) -> Submission:
        api = read_api(text if stub is None else stub)
        submission = Submission("answer", text.encode(), api, seconds=20, total=120)
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
