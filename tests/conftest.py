"""What tests of several rooms share: a submission in a real worker, and what a check found."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from warm import AVAILABLE, PROGRAM, Ran, Run, Warm, call

from dlprep.api import read_api
from dlprep.checks import CheckFailed
from dlprep.sandbox.nursery import Nursery
from dlprep.sandbox.process import WorkerProcess
from dlprep.sandbox.submission import Submission

# Those of more than five seconds, wherever they lie
SLOW = """
    attacks bad_input catalogue check cluster commands debug docs grade gradescope judge kills
    learner lock mixed naming own_tests process run setup submission warm watch
    """.split()  # noqa: SIM905 - a list of twenty quoted names reads worse

# A shell that starts the tests in the background has them ignore Ctrl-C, and they would hand that
# on to all that they start.
signal.signal(signal.SIGINT, signal.default_int_handler)

Findings = list[tuple[str, str]]

# No test fails because the machine is busy. scripts/nightly asks for the second one.
for name, examples in (("dlprep", 50), ("nightly", 1000)):
    settings.register_profile(
        name,
        max_examples=examples,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
settings.load_profile("dlprep")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow files first: the quick ones keep all cores busy to the end."""
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


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm | None]:
    """Forks commands in no time; None where that cannot be."""
    made = Warm() if AVAILABLE else None
    yield made
    if made is not None:
        made.close()


@pytest.fixture
def dlprep(tmp_path: Path, warm: Warm | None) -> Run:
    """``dlprep("check", "softmax")`` in an empty folder, with variables of the environment.

    ``fresh=True`` starts a Python for it: for what such a start itself may do wrong.
    """

    def run(*words: str, cwd: Path = tmp_path, fresh: bool = False, **environment: str) -> Ran:
        return call(*words, cwd=cwd, warm=None if fresh else warm, **environment)

    return run


@pytest.fixture
def dlprep_program(warm: Warm | None) -> str:
    """A shell's words for ``dlprep``, to be put into a program of its own."""
    return PROGRAM if warm is None else warm.program


@pytest.fixture
def failure() -> Callable[..., tuple[str, Findings]]:
    """``failure(check, …)``: the kind and the findings of a check that fails.

    Without what is allowed and which outputs are right, which have tests of their own.
    """

    def run(check: Callable[..., None], *args: Any, **kwargs: Any) -> tuple[str, Findings]:
        with pytest.raises(CheckFailed) as failed:
            check(*args, **kwargs)
        findings = failed.value.findings
        return failed.value.kind, [one for one in findings if one[0] not in ("allowed", "outputs")]

    return run
