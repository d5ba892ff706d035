"""Workers for the tests of the sandbox, and submissions that run in them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dlprep.api import read_api
from dlprep.sandbox.process import WorkerProcess
from dlprep.sandbox.submission import Submission

# How a submission reaches what it may not import, and the worker's own end of the pipe.
REACH = """
import json, struct, time
os = next(
    kind for kind in object.__subclasses__() if kind.__name__ == "_wrap_close"
).__init__.__globals__["sys"].modules["os"]
sys = os.sys

def frames():
    frame = sys._getframe()
    while frame is not None:
        yield frame
        frame = frame.f_back

def own_end():
    return next(f.f_locals["self"].sink for f in frames() if "sink" in dir(f.f_locals.get("self")))

def number():
    return next(f.f_locals["message"]["id"] for f in frames() if f.f_code.co_name == "serve")

def forge(header, body=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    own_end().write(struct.pack(">I", len(text)) + text + body)

def reply(**parts):
    forge({"id": number(), "value": None, "printed": "", "lost": 0, "warnings": [], "arrays": []}
          | parts)

def wait():
    while True:
        time.sleep(60)
"""


@pytest.fixture
def reach() -> str:
    """Text for the beginning of a hostile submission."""
    return REACH


@pytest.fixture
def worker() -> Iterator[WorkerProcess]:
    """A worker of the test's own."""
    started = WorkerProcess()
    yield started
    started.close()


class Pool:
    """One worker for all harmless submissions, replaced when it was lost."""

    def __init__(self) -> None:
        self.worker: WorkerProcess | None = None

    def take(self) -> WorkerProcess:
        if self.worker is None or self.worker.closed:
            self.worker = WorkerProcess()
        return self.worker


@pytest.fixture(scope="session")
def pool() -> Iterator[Pool]:
    """The worker that harmless submissions share."""
    shared = Pool()
    yield shared
    if shared.worker is not None:
        shared.worker.close()


class Tried(Submission):
    """A submission with its functions at hand."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self.functions, name)


@pytest.fixture
def submit_text(
    pool: Pool, start: Callable[[], WorkerProcess]
) -> Iterator[Callable[..., Submission]]:
    """A submission of a text; ``stub`` states its API, which is its own unless it is given.

    A hostile one (``shared=False``) gets a worker of its own.
    """
    made: list[Submission] = []

    def submission(
        source: str,
        stub: str | None = None,
        seconds: float = 60,
        *,
        shared: bool = True,
        key: bytes = b"",
    ) -> Submission:
        api = read_api(source if stub is None else stub)
        made.append(
            Tried(
                "work",
                source.encode(),
                api,
                seconds=seconds,
                total=4 * seconds,
                key=key,
                worker=pool.take() if shared else None,
                start=start,
            )
        )
        return made[-1]

    yield submission
    for one in made:
        one.close()
