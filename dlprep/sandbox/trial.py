"""A trial: a user's own tests are run on one solution. The trusted side of ``tester``.

Each trial has a process of its own, and another one from the next test on when a test has ended
it. What the process says is read as strictly as a worker's answers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from dlprep.sandbox import wire
from dlprep.sandbox.answers import Raised, SubmissionError, integer, read_raised, text
from dlprep.sandbox.process import WorkerLost, WorkerProcess, worker_command
from dlprep.sandbox.submission import AFTER_TIMEOUT, MALFORMED

RUN_FACTOR = 4  # a trial may take as long as four tests that use up their time
MAX_PROCESSES = 20  # of one trial
MAX_TESTS, MAX_LINES = 1_000, 20
PACKAGES = ("numpy", "pytest", "pluggy", "iniconfig", "packaging", "pygments")

Status = Literal["passed", "failed", "skipped", "timeout", "crash", "output", "not run"]
Part = Literal["solution", "tests"]


def trial_command() -> list[str]:
    """The command that starts a process for trials."""
    return worker_command("tester.py", PACKAGES)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one test.

    ``failed`` is an exception, ``output`` an answer that is none. ``line`` is the line of the
    tests that raised or was running, ``solution_line`` that of the solution. ``denied``: the lock
    refused what the test asked for. ``ended``: the test ended the whole run.
    """

    status: Status
    text: str = ""
    line: int | None = None
    raised: Raised | None = None
    solution_line: int | None = None
    fixture: str | None = None  # that there is not
    denied: bool = False
    ended: bool = False
    printed: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """What the tests found of one solution.

    ``outcomes`` are in the order of the file. If one of the two texts does not load, ``unloaded``
    says which, and why.
    """

    isolation: str
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    unloaded: tuple[Part, SubmissionError] | None = None


def run_trial(
    name: str,
    solution: bytes,
    tests: bytes,
    *,
    start: Callable[[], WorkerProcess],
    seconds: float,
    leave_out: Collection[str] = (),
) -> Trial:
    """Run the tests, but for those ``leave_out``, on a solution of the exercise ``name``.

    ``start`` starts a process, which this ends. A test gets so many ``seconds``.
    """
    trial = _Trial(name, solution, tests, start, seconds)
    try:
        outcomes = trial.run(leave_out)
    except _Unloaded as error:
        return Trial(trial.isolation, unloaded=(error.part, error.reason))
    finally:
        trial.close()
    return Trial(trial.isolation, outcomes)


class _Unloaded(Exception):  # noqa: N818 - what became of the texts
    def __init__(self, part: Part, reason: SubmissionError) -> None:
        super().__init__(part)
        self.part, self.reason = part, reason


class _Trial:
    """The processes of one trial, one at a time, and the time that is left."""

    def __init__(
        self,
        name: str,
        solution: bytes,
        tests: bytes,
        start: Callable[[], WorkerProcess],
        seconds: float,
    ) -> None:
        self.name, self.start = name, start
        self.texts: dict[Part, bytes] = {"solution": solution, "tests": tests}
        self.seconds, self.left = seconds, RUN_FACTOR * seconds
        self.worker: WorkerProcess | None = None
        self.isolation = ""

    def run(self, leave_out: Collection[str]) -> dict[str, Outcome]:
        names = self.load()
        wanted = [number for number, one in enumerate(names) if one not in leave_out]
        outcomes: dict[str, Outcome] = {}
        processes = 1
        for number, following in zip(wanted, [*wanted[1:], None], strict=False):
            if self.worker is None and self.left > 0 and processes < MAX_PROCESSES:
                processes += 1
                if not self.reload(names):
                    processes = MAX_PROCESSES
            if self.worker is None or self.left <= 0:
                why = "the time was used up" if self.left <= 0 else "those before ended the process"
                outcomes[names[number]] = Outcome("not run", why)
                continue
            outcome = self.test(number, following)
            outcomes[names[number]] = outcome
            if outcome.ended:
                self.close()
        return outcomes

    def reload(self, names: list[str]) -> bool:
        """Start another process; whether the tests load once more, and are the same."""
        try:
            again = self.load() == names
        except _Unloaded:
            again = False
        if not again:
            self.close()
        return again

    def load(self) -> list[str]:
        """Start a process, and load the solution and then the tests; the tests' names."""
        self.worker = self.start()
        # Of the lines that a process leaves word of, those in a file without a folder are told.
        self.exchange("solution", {"op": "load", "file": f"/{self.name}.py", "name": self.name})
        tests = f"test_{self.name}"
        reply = self.exchange("tests", {"op": "collect", "file": f"{tests}.py", "name": tests})
        try:
            return _read_names(reply["tests"])
        except MALFORMED as error:
            raise _Unloaded("tests", _no_answer(error)) from error

    def exchange(self, part: Part, message: dict[str, Any]) -> dict[str, Any]:
        """Have one of the texts loaded; which it is, the process has no say in."""
        import numpy as np

        try:
            reply = self.ask(message, [np.frombuffer(self.texts[part], np.uint8)])
            if "raised" not in reply:
                return reply
            raised = read_raised(reply["raised"])
        except WorkerLost as lost:
            line = lost.running[0] if lost.running else None
            said = f"no answer {lost}" if lost.kind == "timeout" else str(lost)
            error = SubmissionError(lost.kind, said, line, None, lost.running)
            raise _Unloaded(part, error) from lost
        except MALFORMED as malformed:
            raise _Unloaded(part, _no_answer(malformed)) from malformed
        line = raised.lines[-1] if raised.lines else None
        raise _Unloaded(part, SubmissionError("exception", raised.message, line, raised))

    def test(self, number: int, following: int | None) -> Outcome:
        try:
            reply = self.ask({"op": "run", "test": number, "next": following}, [])
            return _read_outcome(reply)
        except WorkerLost as lost:
            kind: Any = lost.kind
            line = lost.running[0] if lost.running else None
            said = f"did not finish {lost}" if kind == "timeout" else str(lost)
            return Outcome(kind, said, line, ended=True)
        except MALFORMED as error:
            return Outcome("output", f"sent what is not an answer: {error}", ended=True)

    def ask(self, message: dict[str, Any], arrays: list[Any]) -> dict[str, Any]:
        assert self.worker is not None
        self.worker.wait_ready()
        self.isolation = self.worker.isolation
        began, limit = time.monotonic(), min(self.seconds, self.left)
        try:
            reply, _ = self.worker.request(message, arrays, limit, _refuse)
        except WorkerLost as lost:
            if lost.kind != "timeout":
                raise
            # whoever waits for the score has waited enough
            self.left = min(self.left, AFTER_TIMEOUT + time.monotonic() - began)
            said = f"in {limit:.3g} s"
            if limit < self.seconds:  # no number: it differs every time
                said = "in what was left of the time"
            raise WorkerLost("timeout", said, lost.running) from lost
        finally:
            self.left -= time.monotonic() - began
        return reply

    def close(self) -> None:
        if self.worker is not None:
            self.worker.close()
        self.worker = None


def _refuse(message: dict[str, Any], arrays: list[Any]) -> tuple[dict[str, Any], list[Any]]:
    """The answer to a callback: there is nothing of ours that tests may call."""
    return {"op": "reply", "raised": "there are no callbacks"}, []


def _read_names(data: Any) -> list[str]:
    if type(data) is not list or len(data) > MAX_TESTS:
        raise wire.WireError(f"no list of at most {MAX_TESTS} tests")
    names = [text(name) for name in data]
    if len(set(names)) < len(names):
        raise wire.WireError("two tests of one name")
    return names


def _no_answer(error: Exception) -> SubmissionError:
    return SubmissionError("output", f"sent what is not an answer: {error}")


def _read_outcome(reply: dict[str, Any]) -> Outcome:
    status: Any = text(reply["outcome"])
    if status not in ("passed", "failed", "skipped"):
        raise wire.WireError("no outcome")
    ended, printed = bool(reply["ended"]), text(reply["printed"])
    if "raised" not in reply:
        return Outcome(status, ended=ended, printed=printed)
    raised = read_raised(reply["raised"])
    fixture = reply["fixture"]
    lines = [integer(line) for line in reply["solution_lines"][:MAX_LINES]]
    return Outcome(
        status,
        raised.message,
        raised.lines[-1] if raised.lines else None,
        raised,
        lines[-1] if lines else None,
        None if fixture is None else text(fixture, 100),
        bool(reply["denied"]),
        ended,
        printed,
    )
