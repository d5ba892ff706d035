"""A user's own tests to their score: how many of the exercise's mistakes they catch.

A test counts when it passes on every right solution: the reference (twice) and all the accepted
ones. A mistake is caught when a test that counts does not pass on it.

Plain pytest runs the tests, on each solution in a temporary folder and a process of its own. They
are the user's, on the user's machine, so nothing is locked.
"""

from __future__ import annotations

import faulthandler
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from dlprep.catalog import Exercise
from dlprep.errors import FaultError, UserError
from dlprep.judge.mistakes import differing
from dlprep.judge.source import Source, unreadable
from dlprep.sandbox import ONE_THREAD, cores
from dlprep.variants import read_variants
from dlprep.verdict import FailedTest, Problem, Score, ScoredMistake

if TYPE_CHECKING:
    import pytest

REFERENCE = "the reference"
FAILED = ("failed", "timeout", "crash")
STOPPED = ("timeout", "crash")  # the tests that end their process

TOTAL_FACTOR = 4  # a trial may take as long as four tests that use up their time
MAX_PROCESSES = 20  # of one trial: after a test that ends its process the rest need another
LOADING = 5.0  # seconds on top, in which pytest starts and the files load
GRACE = 20.0  # seconds after which the processes themselves must hang
DONE = 77  # the exit code of a process that came to the end of its tests
RUNNER = "from dlprep.judge.own_tests import run_trials; run_trials()"
OPTIONS = ["-c", os.devnull, "--noconftest", "--disable-plugin-autoload"]
OPTIONS += ["-p", "no:cacheprovider", "-p", "no:faulthandler"]  # the latter's timer is used here


@dataclass(frozen=True, slots=True)
class TestOutcome:
    """What became of a test. ``test`` is "" when the two files do not even load.

    ``status`` is passed, failed, skipped, timeout, crash or not run, and running until then;
    ``type`` is that of an exception. ``lines`` are the lines of the tests that raised or were
    running, innermost first, ``solution_lines`` those of the solution.
    """

    test: str
    status: str
    text: str = ""
    type: str = ""
    lines: Sequence[int] = ()
    solution_lines: Sequence[int] = ()
    printed: str = ""


Trial = dict[str, TestOutcome]  # of all tests on one solution, in their order


def score_tests(exercise: Exercise, tests: bytes, own: bytes | None) -> Score:
    """Score a file of tests; ``own`` is the user's own solution, if there is one.

    ``UserError`` when the file holds no tests, or does not load.
    """
    began, test_file = time.perf_counter(), f"test_{exercise.slug}.py"
    if problem := unreadable(tests, test_file):
        raise _unusable(problem)
    problem = Problem("missing", f"There is no {exercise.slug}.py here.")
    if own is not None:
        problem = unreadable(own, f"{exercise.slug}.py")
    text, own_text = Source(tests), Source(own or b"")
    reference = exercise.reference.read_text(encoding="utf-8")
    variants = read_variants(exercise)
    asked = [one for one in variants.mistakes if not one.costs_only]

    right = [(REFERENCE, reference)] * 2 + [(one.name, one.source) for one in variants.accepted]
    sources = [*(source for _, source in right), *(one.source for one in asked)]
    solutions = [source.encode() for source in sources]
    if own is not None and problem is None:
        solutions.append(own)
    trials = _run_all(exercise, tests, solutions)
    first = trials[0]
    if "" in first:
        raise _unusable(_not_loaded(first[""], text, test_file))
    if not first:
        raise UserError(
            f"{test_file} holds no tests: pytest takes the functions whose names begin with test_."
        )
    on_own = trials[-1] if problem is None else {}
    if "" in on_own:
        problem, on_own = _own_not_loaded(on_own[""], own_text, text, exercise.slug), {}

    on_right = [(name, trial) for (name, _), trial in zip(right, trials, strict=False)]
    checked = [_invalid(test, on_right, text, on_own) for test in first]
    invalid = tuple(one for one in checked if one is not None)
    valid = first.keys() - {one.test for one in invalid}
    mistakes = []
    for mistake, trial in zip(asked, trials[len(right) :], strict=False):
        caught_by = [one for one in first if one in valid and _of(one, trial).status in FAILED]
        functions = differing(reference, mistake.source)
        mistakes.append(ScoredMistake(mistake.name, functions, tuple(caught_by)))
    failing = [one for one in on_own.values() if one.status in FAILED]
    return Score(
        exercise.slug,
        tuple(first),
        problem,
        tuple(_failed(one, text, own_text) for one in failing),
        invalid,
        tuple(mistakes),
        tuple(one.name for one in variants.mistakes if one.costs_only),
        time.perf_counter() - began,
    )


def _of(test: str, trial: Trial) -> TestOutcome:
    """What became of a test in a trial; it may not even have been collected there."""
    if (unloaded := trial.get("")) is not None:
        said = f"the file does not load: {unloaded.text}"
        return replace(unloaded, test=test, text=said)
    return trial.get(test) or TestOutcome(test, "not run", "it was not run there")


def _invalid(
    test: str, on_right: Sequence[tuple[str, Trial]], tests: Source, on_own: Trial
) -> FailedTest | None:
    """Why a test does not count, or None if it does. The trials begin with the reference, twice."""
    outcomes = [(name, _of(test, trial)) for name, trial in on_right]
    bad = next(((name, one) for name, one in outcomes if one.status != "passed"), None)
    if bad is None:
        return None
    name, outcome = bad
    kind = "wrong" if name == REFERENCE else "over-specific"
    if outcome.status in ("skipped", "not run"):
        kind = outcome.status
    elif outcome.status not in STOPPED and outcomes[0][1].status != outcomes[1][1].status:
        kind = "flaky"  # a test that was stopped is not run again
    passes_own = _of(test, on_own).status == "passed"
    return replace(_failed(outcome, tests), kind=kind, on=name, passes_own=passes_own)


def _failed(outcome: TestOutcome, tests: Source, own: Source | None = None) -> FailedTest:
    """Why a test did not pass; of the solution's lines only the user's ``own`` are shown."""
    line = next(iter(outcome.lines), None)
    if outcome.status == "timeout":
        line = tests.loop(outcome.lines) or line
    failed = FailedTest(outcome.test, outcome.status, outcome.text, tests.at(line))
    if own is None:
        return failed
    solution = own.at(next(iter(outcome.solution_lines), None))
    return replace(failed, solution=solution, printed=outcome.printed)


def _not_loaded(outcome: TestOutcome, tests: Source, file: str) -> Problem:
    """Why a file of tests does not load."""
    kind, message = {
        "": (outcome.status, f"{file} does not load: {outcome.text}."),
        "SyntaxError": ("syntax", f"{file} is not valid Python: {outcome.text}."),
        "CollectError": ("tests", f"pytest makes no tests of {file}: {outcome.text}"),
    }.get(outcome.type, ("exception", f"{file} raises {outcome.text} when it is loaded."))
    return Problem(kind, message, tests.at(next(iter(outcome.lines), None)))


def _own_not_loaded(outcome: TestOutcome, own: Source, tests: Source, name: str) -> Problem:
    """Why the user's own file cannot be tried."""
    if outcome.solution_lines:
        place = own.at(outcome.solution_lines[0])
        message = f"{name}.py raises {outcome.text} when it is loaded."
        return Problem("exception", message, place)
    problem = _not_loaded(outcome, tests, f"test_{name}.py")
    said = f"{problem.message} It does so with {name}.py, not with the reference."
    return replace(problem, message=said)


def _unusable(problem: Problem) -> UserError:
    """What is wrong with the file of tests, the line where there is one, and the help."""
    place = problem.location
    where = f"    line {place.line}: {place.code.strip()}" if place else ""
    return UserError("\n".join(part for part in (problem.message, where, problem.help) if part))


def _run_all(exercise: Exercise, tests: bytes, solutions: Sequence[bytes]) -> list[Trial]:
    """Run the tests on the first of these solutions, and then, if they load, on all others.

    A test that ends or blocks its process on the first would do so on all: it is not run again.
    """
    with tempfile.TemporaryDirectory(prefix="dlprep-", ignore_cleanup_errors=True) as top:
        folders = [Path(top, str(n)) for n in range(len(solutions))]
        for folder, solution in zip(folders, solutions, strict=True):
            folder.mkdir()
            (folder / f"{exercise.slug}.py").write_bytes(solution)
            (folder / f"test_{exercise.slug}.py").write_bytes(tests)
        [first] = _run_in(folders[:1], exercise, [])
        if not first or "" in first:
            return [first]
        unfit = [one.test for one in first.values() if one.status in (*STOPPED, "not run")]
        return [first, *_run_in(folders[1:], exercise, unfit)]


def _run_in(folders: Sequence[Path], exercise: Exercise, leave_out: list[str]) -> list[Trial]:
    """Run the tests in each folder, on all cores; in the end nothing that they started is left.

    ``FaultError`` if they cannot be run.
    """
    terms = {"name": exercise.slug, "seconds": exercise.seconds, "leave_out": leave_out}
    ours = {"PYTHONDONTWRITEBYTECODE": "1", "PYTEST_ADDOPTS": "", "PYTEST_PLUGINS": ""}
    runners: list[subprocess.Popen[bytes]] = []
    try:
        for n in range(min(cores(), len(folders))):
            runner = subprocess.Popen(
                [sys.executable, "-P", "-c", RUNNER],  # -P: the user's numpy.py is not NumPy
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=os.environ | ONE_THREAD | ours,
                start_new_session=True,  # Ctrl-C is the command's; killpg reaches what tests start
            )
            runners.append(runner)
            assert runner.stdin is not None
            request = {**terms, "folders": [str(one) for one in folders[n :: cores()]]}
            with suppress(BrokenPipeError), runner.stdin as pipe:
                pipe.write(json.dumps(request).encode())
        with suppress(subprocess.TimeoutExpired):
            for runner in runners:
                runner.wait(GRACE + (LOADING + TOTAL_FACTOR * exercise.seconds) * len(folders))
    finally:
        for runner in runners:
            with suppress(OSError):
                if hasattr(os, "killpg"):
                    os.killpg(runner.pid, signal.SIGKILL)
                runner.kill()
            runner.wait()
    trials = [_read_log(str(folder)) for folder in folders]
    if any(one.status == "running" for trial in trials for one in trial.values()):
        raise FaultError("the tests cannot be run: their process ended")
    return trials


# What follows runs in the processes of the trials.


def run_trials() -> None:
    """Run the tests in the folders that standard input names: a log in each says what became."""
    import numpy as np  # noqa: F401 - loaded once, for all that are forked
    import pytest  # noqa: F401 - as above

    terms = json.load(sys.stdin)
    for folder in terms.pop("folders"):
        request = {**terms, "folder": folder}
        request["ends"] = time.time() + LOADING + TOTAL_FACTOR * terms["seconds"]
        for _ in range(MAX_PROCESSES):
            code = _exit_code(request)
            for test, one in _read_log(folder).items():
                if one.status == "running" and code != DONE:
                    _log(folder, _stopped(request, test, code))
            outcomes = _read_log(folder)
            ran = [test for test, one in outcomes.items() if one.status != "not run"]
            if len(ran) == len(outcomes) or time.time() >= request["ends"]:
                break
            request["leave_out"] = [*terms["leave_out"], *ran]


def _exit_code(request: dict[str, Any]) -> int:
    """Run the tests in a process: its exit code."""
    if not hasattr(os, "fork"):
        program = f"from dlprep.judge.own_tests import run_tests; run_tests({request!r})"
        return subprocess.run([sys.executable, "-P", "-c", program], check=False).returncode
    if (pid := os.fork()) == 0:
        run_tests(request)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _stopped(request: dict[str, Any], test: str, code: int) -> TestOutcome:
    """A test that ended its process, or was stopped by the timer, which leaves a traceback."""
    if stack := Path(request["folder"], "stack").read_text(encoding="utf-8"):
        running = re.findall(rf'/test_{request["name"]}\.py", line (\d+)', stack)
        late = f"did not finish in {request['seconds'] + (0 if test else LOADING):.3g} s"
        return TestOutcome(test, "timeout", late, lines=[int(line) for line in running])
    ended = f"the process ended itself with exit code {code}"
    if code < 0:
        ended = f"the process was ended by {signal.Signals(-code).name}"
    return TestOutcome(test, "crash", ended)


def run_tests(request: dict[str, Any]) -> None:
    """Run the tests once, in this process, which ends with them."""
    import random

    import numpy as np
    import pytest

    random.seed()
    np.random.seed(int.from_bytes(os.urandom(4), "little"))  # forks would draw the same numbers
    os.chdir(request["folder"])
    _log(request["folder"], TestOutcome("", "running"))
    with Path("stack").open("w", encoding="utf-8") as stack:
        logger = _Logger(request, stack)
        logger.limit(LOADING)
        file = f"test_{request['name']}.py"
        code = pytest.main([*OPTIONS, "--rootdir", request["folder"], file], plugins=[logger])
    os._exit(0 if code == pytest.ExitCode.INTERRUPTED else DONE)


class _Logger:
    """A plugin of pytest. It logs what becomes of each test as it happens, and limits its time."""

    def __init__(self, request: dict[str, Any], stack: TextIO) -> None:
        self.request, self.folder, self.stack = request, request["folder"], stack
        self.error: BaseException | None = None
        self.statuses: list[str] = []

    def limit(self, more: float = 0.0) -> None:
        """Give what follows its time, after which the process leaves a traceback and ends."""
        left = min(self.request["seconds"] + more, self.request["ends"] - time.time())
        faulthandler.dump_traceback_later(max(left, 0.01), exit=True, file=self.stack)

    def pytest_exception_interact(
        self, call: pytest.CallInfo[Any], report: pytest.CollectReport | pytest.TestReport
    ) -> None:
        """The file of tests does not load, or pytest can make no tests of it."""
        error = call.excinfo and call.excinfo.value
        if report.when == "collect" and error is not None:
            self._log_result("", "failed", error.__cause__ or error)

    def pytest_collection_modifyitems(
        self, session: pytest.Session, items: list[pytest.Item]
    ) -> None:
        """Keep the tests that are wanted now, and log which they are."""
        items[:] = [one for one in items if _name(one.nodeid) not in self.request["leave_out"]]
        if not session.testsfailed:
            _log(self.folder, TestOutcome("", "passed"))
        for item in items:
            _log(self.folder, TestOutcome(_name(item.nodeid), "not run", "the time was used up"))

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """A test begins, and its time."""
        self.error, self.statuses = None, []
        _log(self.folder, TestOutcome(_name(nodeid), "running"))
        self.limit()

    def pytest_runtest_makereport(self, call: pytest.CallInfo[None]) -> None:
        """Keep the first exception: what a fixture raises afterwards comes of it."""
        self.error = self.error or (call.excinfo.value if call.excinfo else None)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Log a test after its last phase; an expected failure is ``skipped``."""
        self.statuses.append(report.outcome)
        if report.when == "teardown":
            faulthandler.cancel_dump_traceback_later()
            status = next((one for one in ("failed", "skipped") if one in self.statuses), "passed")
            self._log_result(_name(report.nodeid), status, self.error, report.capstdout[:2000])

    def _log_result(
        self, test: str, status: str, error: BaseException | None, printed: str = ""
    ) -> None:
        name, kind = self.request["name"], "" if error is None else type(error).__name__
        lines, text = _lines(error, f"test_{name}"), "" if error is None else f"{error}"[:2000]
        if isinstance(error, SyntaxError) and not test:
            lines, text = [error.lineno or 1], error.msg
        elif kind == "FixtureLookupError" and getattr(error, "msg", None) is None:
            text = f"fixture {getattr(error, 'argname', '')!r} not found (no conftest.py is read)"
        elif kind not in ("", "AssertionError", "CollectError", "Failed", "Skipped"):
            text = f"{kind}: {text}" if text else kind
        text = text or kind or "it was expected to fail, and passes"
        own_lines = _lines(error, name)
        _log(self.folder, TestOutcome(test, status, text, kind, lines, own_lines, printed))


def _log(folder: str, outcome: TestOutcome) -> None:
    """Add a line to the log, at once: the next statement may end the process."""
    with Path(folder, "log").open("a", encoding="utf-8") as file:
        print(json.dumps(asdict(outcome)), file=file)


def _read_log(folder: str) -> Trial:
    """The tests in their order, each by its last line in the log; or "" if they do not load."""
    outcomes = {"": TestOutcome("", "running")}
    with suppress(FileNotFoundError), Path(folder, "log").open(encoding="utf-8") as file:
        for outcome in (TestOutcome(**json.loads(line)) for line in file):
            outcomes[outcome.test] = outcome
    loading = outcomes.pop("")
    return outcomes if loading.status == "passed" else {"": loading}


def _name(nodeid: str) -> str:
    return nodeid.partition("::")[2]


def _lines(error: BaseException | None, module: str) -> list[int]:
    """The lines of a module that an exception passed through, innermost first."""
    frames = traceback.walk_tb(None if error is None else error.__traceback__)
    lines = [line for frame, line in frames if Path(frame.f_code.co_filename).stem == module]
    return lines[::-1]
