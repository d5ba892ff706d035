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
from typing import TYPE_CHECKING, Any

from dlprep.catalog import Exercise
from dlprep.errors import FaultError, UserError
from dlprep.judge.mistakes import differing
from dlprep.judge.source import Source, unreadable
from dlprep.sandbox import ONE_THREAD, cores
from dlprep.typed import read_as
from dlprep.variants import read_variants
from dlprep.verdict import Location, OwnTest, Problem, Score, ScoredMistake

if TYPE_CHECKING:
    import pytest

REFERENCE = "the reference"
FAILED = ("failed", "timeout", "crash")
STOPPED = ("timeout", "crash")  # tests that end their process
RUNNING = "running"  # a test's status in a log until it ends

TOTAL_FACTOR = 4  # a trial may take as long as four tests that use up their time
MAX_PROCESSES = 20  # of one trial: after a test that ends its process the rest need another
LOADING = 5.0  # seconds on top, in which pytest starts and the files load
GRACE = 20.0  # seconds on top, after which the processes themselves hang and are ended
DONE = 77  # the exit code of a process that came to the end of its tests
RUNNER = "from dlprep.judge.own_tests import run_trials; run_trials()"
OPTIONS = ["-c", os.devnull, "--noconftest", "--disable-plugin-autoload"]
OPTIONS += ["-p", "no:cacheprovider", "-p", "no:faulthandler"]  # the latter's timer is used here

# The tests on one solution, in their order, by name. When the files do not load, there is one with
# the name "", whose kind is syntax, tests (pytest finds none in the file) or exception.
Outcomes = dict[str, OwnTest]


def score_tests(exercise: Exercise, tests: bytes, own: bytes | None) -> Score:
    """Score a file of tests; ``own`` is the user's own solution, if there is one.

    ``UserError`` when the file holds no tests, or does not load.
    """
    began, file = time.perf_counter(), f"{exercise.slug}.py"
    _require_usable(unreadable(tests, f"test_{file}"))
    missing = Problem("missing", f"There is no {file} here.")
    problem = missing if own is None else unreadable(own, file)
    reference = exercise.reference.read_text(encoding="utf-8")
    variants = read_variants(exercise)
    asked = [one for one in variants.mistakes if not one.costs_only]

    [first] = _run(exercise, tests, [reference.encode()], [])
    if "" in first:
        _require_usable(_not_loaded(first[""], f"test_{file}"))
    if not first:
        raise UserError(
            f"test_{file} holds no tests: pytest takes the functions whose names begin with test_."
        )
    # A test that ends or blocks its process here would do so on all solutions.
    unfit = [one.test for one in first.values() if one.status in (*STOPPED, "not run")]
    right = [(REFERENCE, reference), *((one.name, one.source) for one in variants.accepted)]
    texts = [*(source for _, source in right), *(one.source for one in asked)]
    solutions = [text.encode() for text in texts]
    if own is not None and problem is None:
        solutions.append(own)
    trials = _run(exercise, tests, solutions, unfit)
    on_own: Outcomes = trials[-1] if problem is None else {}
    if "" in on_own:
        problem, on_own = _own_not_loaded(on_own[""], file), {}

    names = [REFERENCE, *(name for name, _ in right)]
    on_right = list(zip(names, [first, *trials], strict=False))
    checked = [_invalid(test, on_right, on_own) for test in first]
    invalid = tuple(one for one in checked if one is not None)
    valid = first.keys() - {one.test for one in invalid}
    mistakes = []
    for mistake, trial in zip(asked, trials[len(right) :], strict=False):
        caught_by = [one for one in first if one in valid and _of(one, trial).status in FAILED]
        functions = differing(reference, mistake.source)
        mistakes.append(ScoredMistake(mistake.name, functions, tuple(caught_by)))
    return Score(
        exercise.slug,
        tuple(first),
        problem,
        tuple(one for one in on_own.values() if one.status in FAILED),
        invalid,
        tuple(mistakes),
        tuple(one.name for one in variants.mistakes if one.costs_only),
        time.perf_counter() - began,
    )


def _of(test: str, trial: Outcomes) -> OwnTest:
    """The result of a test in a trial, where it may not even have been collected."""
    if "" in trial:
        said = f"the file does not load: {trial[''].text}"
        return replace(trial[""], test=test, text=said)
    return trial.get(test) or OwnTest(test, "not run", "it was not run there")


def _invalid(
    test: str, on_right: Sequence[tuple[str, Outcomes]], on_own: Outcomes
) -> OwnTest | None:
    """Why a test does not count, or None if it does. The trials begin with the reference, twice."""
    found = [replace(_of(test, trial), on=name) for name, trial in on_right]
    bad = next((one for one in found if one.status != "passed"), None)
    if bad is None:
        return None
    kind = "wrong" if bad.on == REFERENCE else "over-specific"
    if bad.status in ("skipped", "not run"):
        kind = bad.status
    elif bad.status not in STOPPED and found[0].status != found[1].status:
        kind = "flaky"  # a test that was stopped is not run again
    passes_own = _of(test, on_own).status == "passed"
    # the solution is not the user's
    return replace(bad, kind=kind, solution=None, printed="", passes_own=passes_own)


def _not_loaded(result: OwnTest, file: str) -> Problem:
    """Why a file of tests does not load."""
    message = {
        "": f"{file} does not load: {result.text}.",
        "syntax": f"{file} is not valid Python: {result.text}.",
        "tests": f"pytest makes no tests of {file}: {result.text}",
        "exception": f"{file} raises {result.text} when it is loaded.",
    }[result.kind]
    return Problem(result.kind or result.status, message, result.location)


def _own_not_loaded(result: OwnTest, file: str) -> Problem:
    """Why the user's own file cannot be tried."""
    if result.solution:
        message = f"{file} raises {result.text} when it is loaded."
        return Problem("exception", message, result.solution)
    problem = _not_loaded(result, f"test_{file}")
    said = f"{problem.message} It does so with {file}, not with the reference."
    return replace(problem, message=said)


def _require_usable(problem: Problem | None) -> None:
    """``UserError`` if there is a problem: its message, the line where there is one, and help."""
    if problem is not None:
        place = problem.location
        where = f"    line {place.line}: {place.code.strip()}" if place else ""
        said = [part for part in (problem.message, where, problem.help) if part]
        raise UserError("\n".join(said))


def _run(
    exercise: Exercise, tests: bytes, solutions: Sequence[bytes], leave_out: list[str]
) -> list[Outcomes]:
    """Run the tests on each solution, on all cores. Nothing that they start is left running.

    ``FaultError`` if they cannot be run.
    """
    env = os.environ | ONE_THREAD | {"PYTHONDONTWRITEBYTECODE": "1"}
    env |= {"PYTEST_ADDOPTS": "", "PYTEST_PLUGINS": ""}  # the user's are not for these runs
    runners: list[subprocess.Popen[bytes]] = []
    with tempfile.TemporaryDirectory(prefix="dlprep-", ignore_cleanup_errors=True) as top:
        terms = Path(top, "terms")
        said = {"name": exercise.slug, "seconds": exercise.seconds, "leave_out": leave_out}
        terms.write_text(json.dumps(said), encoding="utf-8")
        folders = [Path(top, str(n)) for n in range(len(solutions))]
        for folder, solution in zip(folders, solutions, strict=True):
            folder.mkdir()
            (folder / f"{exercise.slug}.py").write_bytes(solution)
            (folder / f"test_{exercise.slug}.py").write_bytes(tests)
        try:
            for n in range(min(cores(), len(folders))):
                mine = map(str, folders[n :: cores()])
                runner = subprocess.Popen(
                    # -P: a numpy.py in the user's folder is not NumPy
                    [sys.executable, "-P", "-c", RUNNER, str(terms), *mine],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env=env,
                    start_new_session=True,  # Ctrl-C is the command's; killpg reaches all of it
                )
                runners.append(runner)
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
    if any(one.status == RUNNING for trial in trials for one in trial.values()):
        raise FaultError("the tests cannot be run: their process ended")
    return trials


# What follows runs in the processes of the trials.


def run_trials() -> None:
    """Run the tests in each folder that ``sys.argv`` names, and write a log there."""
    import numpy as np  # noqa: F401 - loaded once, for all that are forked
    import pytest  # noqa: F401 - as above

    terms = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    for folder in sys.argv[2:]:
        ends = time.time() + LOADING + TOTAL_FACTOR * terms["seconds"]
        trial = _Trial(folder, terms["name"], terms["seconds"], ends, terms["leave_out"])
        for _ in range(MAX_PROCESSES):
            code = trial.exit_code()
            for test, one in _read_log(folder).items():
                if one.status == RUNNING and code != DONE:
                    _log(folder, trial.stopped(test, code))
            results = _read_log(folder)
            ran = [test for test, one in results.items() if one.status != "not run"]
            if len(ran) == len(results) or time.time() >= ends:
                break
            trial.leave_out = [*terms["leave_out"], *ran]


@dataclass(eq=False)
class _Trial:
    """The tests on one solution. As a plugin of pytest it logs each, and limits its time."""

    folder: str
    name: str
    seconds: float
    ends: float
    leave_out: list[str]

    def exit_code(self) -> int:
        """Run the tests in a process: its exit code."""
        if not hasattr(os, "fork"):
            program = f"from dlprep.judge.own_tests import _Trial; {self!r}.run()"
            return subprocess.run([sys.executable, "-P", "-c", program], check=False).returncode
        if (pid := os.fork()) == 0:
            self.run()
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def run(self) -> None:
        """Run the tests in this process, which ends with them."""
        import random

        import numpy as np
        import pytest

        random.seed()
        np.random.seed(int.from_bytes(os.urandom(4), "little"))  # forks would draw the same
        os.chdir(self.folder)
        with Path("stack").open("w", encoding="utf-8") as self.stack:
            self._begin("", LOADING)
            options = [*OPTIONS, "--rootdir", self.folder, f"test_{self.name}.py"]
            code = pytest.main(options, plugins=[self])
        os._exit(0 if code == pytest.ExitCode.INTERRUPTED else DONE)

    def stopped(self, test: str, code: int) -> OwnTest:
        """A test that ended its process, or was stopped by the timer, which leaves a traceback."""
        if stack := Path(self.folder, "stack").read_text(encoding="utf-8"):
            file = f"test_{self.name}.py"
            lines = [int(line) for line in re.findall(rf'/{file}", line (\d+)', stack)]
            late = f"did not finish in {self.seconds + (0 if test else LOADING):.3g} s"
            source = self._source(file)
            place = source.at(source.loop(lines) or next(iter(lines), None))
            return OwnTest(test, "timeout", late, place)
        ended = f"the process ended itself with exit code {code}"
        if code < 0:
            ended = f"the process was ended by {signal.Signals(-code).name}"
        return OwnTest(test, "crash", ended)

    def _begin(self, test: str, more: float = 0.0) -> None:
        """Log that a test runs. When its time is over, the process leaves a traceback and ends."""
        self.error: BaseException | None = None
        self.statuses: list[str] = []
        _log(self.folder, OwnTest(test, RUNNING))
        left = min(self.seconds + more, self.ends - time.time())
        faulthandler.dump_traceback_later(max(left, 0.01), exit=True, file=self.stack)

    def pytest_exception_interact(
        self, call: pytest.CallInfo[Any], report: pytest.CollectReport | pytest.TestReport
    ) -> None:
        """The file of tests does not load, or pytest can make no tests of it."""
        error = call.excinfo and call.excinfo.value
        if report.when == "collect" and error is not None:
            self._end("", "failed", error.__cause__ or error)

    def pytest_collection_modifyitems(
        self, session: pytest.Session, items: list[pytest.Item]
    ) -> None:
        """Keep the tests that are wanted now, and log which they are."""
        items[:] = [one for one in items if _name(one.nodeid) not in self.leave_out]
        if not session.testsfailed:
            _log(self.folder, OwnTest("", "passed"))
        for item in items:
            _log(self.folder, OwnTest(_name(item.nodeid), "not run", "the time was used up"))

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """A test begins."""
        self._begin(_name(nodeid))

    def pytest_runtest_makereport(self, call: pytest.CallInfo[None]) -> None:
        """Keep the first exception: what a fixture raises afterwards comes of it."""
        self.error = self.error or (call.excinfo.value if call.excinfo else None)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Log a test after its last phase; an expected failure is ``skipped``."""
        self.statuses.append(report.outcome)
        if report.when == "teardown":
            faulthandler.cancel_dump_traceback_later()
            status = next((one for one in ("failed", "skipped") if one in self.statuses), "passed")
            self._end(_name(report.nodeid), status, self.error, report.capstdout[:2000])

    def _end(self, test: str, status: str, error: BaseException | None, printed: str = "") -> None:
        """Log the result of a test, or of loading the files."""
        raised = "" if error is None else type(error).__name__
        text, file = "" if error is None else f"{error}"[:2000], f"{self.name}.py"
        place, solution = self._place(error, f"test_{file}"), self._place(error, file)
        kind = "" if test else {"CollectError": "tests"}.get(raised, "exception")
        if isinstance(error, SyntaxError) and not test:
            text, kind = error.msg, "syntax"
            place = self._source(f"test_{file}").at(error.lineno or 1)
        elif raised == "FixtureLookupError" and getattr(error, "msg", None) is None:
            text = f"fixture {getattr(error, 'argname', '')!r} not found (no conftest.py is read)"
        elif raised not in ("", "AssertionError", "CollectError", "Failed", "Skipped"):
            text = f"{raised}: {text}" if text else raised
        text = text or raised or "it was expected to fail, and passes"
        _log(self.folder, OwnTest(test, status, text, place, solution, printed, kind))

    def _place(self, error: BaseException | None, file: str) -> Location | None:
        """The innermost line of a file that an exception passed through."""
        frames = traceback.walk_tb(None if error is None else error.__traceback__)
        lines = [line for frame, line in frames if Path(frame.f_code.co_filename).name == file]
        return self._source(file).at(lines[-1]) if lines else None

    def _source(self, file: str) -> Source:
        return Source(Path(self.folder, file).read_bytes())


def _name(nodeid: str) -> str:
    return nodeid.partition("::")[2]


def _log(folder: str, result: OwnTest) -> None:
    """Add a line to the log, at once: the next statement may end the process."""
    with Path(folder, "log").open("a", encoding="utf-8") as file:
        print(json.dumps(asdict(result)), file=file)


def _read_log(folder: str) -> Outcomes:
    """The tests in their order, each by its last line in the log; or "" if they do not load."""
    results = {"": OwnTest("", RUNNING)}
    with suppress(FileNotFoundError), Path(folder, "log").open(encoding="utf-8") as file:
        for line in file:
            result: OwnTest = read_as(OwnTest, json.loads(line), "log")
            results[result.test] = result
    loading = results.pop("")
    return results if loading.status == "passed" else {"": loading}
