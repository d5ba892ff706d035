"""A user's own tests to their score: how many of the exercise's mistakes they catch.

A test counts when it passes on every right solution: the reference (twice) and all the accepted
ones. A mistake is caught when a test that counts does not pass on it.

Plain pytest runs the tests, on each solution in a temporary folder and a process of its own. They
are the user's, on the user's machine, so nothing is locked.
"""

from __future__ import annotations

import faulthandler
import json
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from dlprep.catalog import Exercise
from dlprep.errors import FaultError, UserError
from dlprep.judge.source import Source, unreadable
from dlprep.sandbox import ONE_THREAD, cores
from dlprep.typed import read_as
from dlprep.variants import differing, read_variants
from dlprep.verdict import Location, OwnTest, Problem, Score, ScoredMistake

REFERENCE = "the reference"
FAILED = ("failed", "timeout", "crash")
UNFIT = ("timeout", "crash", "not run")  # on the reference; they would be on all solutions
RUNNING = "running"  # a test's status in the log until it ends
LOADING = 5.0  # seconds more, in which pytest starts and the files load
TOTAL_FACTOR = 4  # the tests on a solution may take as long as four that use up their time
RUNNER = "from dlprep.judge.own_tests import run_trials; run_trials()"
PROCESSES: Any = multiprocessing.get_context("fork" if hasattr(os, "fork") else "spawn")
OPTIONS = ["-c", os.devnull, "--noconftest", "--disable-plugin-autoload", "--rootdir=."]
OPTIONS += ["--tb=native", "--no-summary"]  # quick: nobody reads what pytest prints
OPTIONS += ["-p", "no:cacheprovider", "-p", "no:faulthandler"]  # the latter's timer is used here
SILENT: Any = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)

# The tests on one solution, by name and in their order; or one named "" that says why none loads.
Outcomes = dict[str, OwnTest]


def score_tests(exercise: Exercise, tests: bytes, own: bytes | None) -> Score:
    """Score a file of tests; ``own`` is the user's own solution, if there is one.

    ``UserError`` when the file holds no tests, or does not load.
    """
    began, file = time.perf_counter(), f"{exercise.slug}.py"
    missing = Problem("missing", f"There is no {file} here.")
    problem = missing if own is None else unreadable(own, file)
    reference = exercise.reference.read_text(encoding="utf-8")
    variants = read_variants(exercise)
    right = [(REFERENCE, reference)] * 2 + [(one.name, one.source) for one in variants.accepted]
    wrong = [(one.name, one.source) for one in variants.mistakes if not one.costs_only]
    solutions = [source.encode() for _, source in right + wrong]
    _require_usable(unreadable(tests, f"test_{file}"))
    trials = _run(exercise, tests, solutions if own is None or problem else [*solutions, own])
    _require_usable(_not_loaded(trials[0]))
    on_own: Outcomes = {} if problem else trials.pop()
    if fault := _not_loaded(on_own):
        problem, on_own = fault, {}
        if not fault.message.startswith(file):
            said = f"{fault.message} It does so with {file}, not with the reference."
            problem = replace(fault, message=said, location=None)

    invalid, valid = [], []
    for test in trials[0]:
        found = [
            replace(_of(test, trial), on=name)
            for (name, _), trial in zip(right, trials, strict=False)
        ]
        bad = next((one for one in found if one.status != "passed"), None)
        if bad is None:
            valid.append(test)
            continue
        kind = "wrong" if bad.on == REFERENCE else "over-specific"
        if bad.status in ("skipped", "not run"):
            kind = bad.status
        elif {one.status for one in found[:2]} == {"passed", "failed"}:
            kind = "flaky"
        bad = replace(bad, solution=None, printed="")  # the solution is not the user's
        passes_own = _of(test, on_own).status == "passed"
        invalid.append(replace(bad, kind=kind, passes_own=passes_own))
    mistakes = []
    for (name, source), trial in zip(wrong, trials[len(right) :], strict=True):
        caught_by = tuple(test for test in valid if _of(test, trial).status in FAILED)
        mistakes.append(ScoredMistake(name, differing(reference, source), caught_by))
    return Score(
        exercise.slug,
        tuple(trials[0]),
        problem,
        tuple(one for one in on_own.values() if one.status in FAILED),
        tuple(invalid),
        tuple(mistakes),
        tuple(one.name for one in variants.mistakes if one.costs_only),
        time.perf_counter() - began,
    )


def _of(test: str, trial: Outcomes) -> OwnTest:
    """What became of a test in a trial; it may not even have been collected there."""
    found = trial.get("") or trial.get(test) or OwnTest(test, "not run", "it was not run there")
    return replace(found, test=test)


def _not_loaded(trial: Outcomes) -> Problem | None:
    """Why the tests, or the solution, do not load in a trial."""
    return Problem(trial[""].kind, trial[""].text, trial[""].location) if "" in trial else None


def _require_usable(problem: Problem | None) -> None:
    """``UserError`` if there is a problem: its message, the line where there is one, and help."""
    if problem is not None:
        place = problem.location
        where = f"    line {place.line}: {place.code.strip()}" if place else ""
        raise UserError("\n".join(filter(None, (problem.message, where, problem.help))))


def _run(exercise: Exercise, tests: bytes, solutions: list[bytes]) -> list[Outcomes]:
    """Run the tests on each solution; on the first alone if they do not load there.

    Nothing that they start is left running. ``FaultError`` if they cannot be run.
    """
    file = f"{exercise.slug}.py"
    env = os.environ | ONE_THREAD | {"PYTHONDONTWRITEBYTECODE": "1"}
    env |= {"PYTEST_ADDOPTS": "", "PYTEST_PLUGINS": ""}  # the user's are not for these runs
    with tempfile.TemporaryDirectory(prefix="dlprep-", ignore_cleanup_errors=True) as top:
        folders = [Path(top, str(n)) for n in range(len(solutions))]
        for folder, solution in zip(folders, solutions, strict=True):
            folder.mkdir()
            (folder / file).write_bytes(solution)
            (folder / f"test_{file}").write_bytes(tests)
        # -P: a numpy.py in the user's folder is not NumPy
        program = [sys.executable, "-P", "-c", RUNNER, file, str(exercise.seconds)]
        program += map(str, folders)
        # in a session of its own: Ctrl-C is the command's, and killpg reaches all of it
        process = subprocess.Popen(program, env=env, start_new_session=True, **SILENT)
        try:
            failed = process.wait((25 + TOTAL_FACTOR * exercise.seconds) * len(folders))
        finally:
            process.kill()
            with suppress(OSError, AttributeError):  # Windows has no groups
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if failed:
            raise FaultError("the tests cannot be run: their process ended")
        return [_read_log(folder) for folder in folders if (folder / "log").exists()]


def _read_log(folder: Path) -> Outcomes:
    """The tests, each by its last line in the log; or "" if they do not load."""
    with (folder / "log").open(encoding="utf-8") as file:
        results: list[OwnTest] = [read_as(OwnTest, json.loads(line), "log") for line in file]
    outcomes = {one.test: one for one in results}
    loading = outcomes.pop("")
    return outcomes if loading.status == "passed" else {"": loading}


# What follows runs in the processes of the trials.


def run_trials() -> None:
    """Run the tests in the folders of ``sys.argv``: in the first, then in the others on all cores.

    A test that ends or blocks its process in the first would do so in all, and is left out there.
    """
    import numpy.testing  # noqa: F401 - loaded once, for all that are forked
    import pytest  # noqa: F401 - as above

    file, seconds, *folders = sys.argv[1:]
    first, *others = [_Trial(Path(folder), file, float(seconds), set()) for folder in folders]
    outcomes = first.complete()
    if "" in outcomes:
        return
    for trial in others:
        trial.left_out = {test for test, one in outcomes.items() if one.status in UNFIT}
    with ProcessPoolExecutor(cores(), PROCESSES) as pool:
        list(pool.map(_Trial.complete, others))


@dataclass(eq=False)
class _Trial:
    """The tests on one solution. As a plugin of pytest it logs what becomes of each."""

    folder: Path
    file: str  # of the solution
    seconds: float  # for each test
    left_out: set[str]

    def complete(self) -> Outcomes:
        """Run the tests in a process; those after one that ends the process run in another."""
        self.ends = time.monotonic() + LOADING + TOTAL_FACTOR * self.seconds
        waiting = {""}
        while waiting and time.monotonic() < self.ends:
            process = PROCESSES.Process(target=self.run)
            process.start()
            process.join()
            for test, one in _read_log(self.folder).items():
                if one.status == RUNNING:
                    self.log(self.stopped(test, process.exitcode))
            outcomes = _read_log(self.folder)
            waiting = {test for test, one in outcomes.items() if one.status == "not run"}
            self.left_out |= outcomes.keys() - waiting
        return outcomes

    def run(self) -> None:
        """Run the tests in this process, and end it."""
        import numpy as np
        import pytest

        np.random.seed()  # forks would draw the same
        os.chdir(self.folder)
        with Path("stack").open("w", encoding="utf-8") as self.stack:
            self.pytest_runtest_logstart("")  # loading is timed as a test is
            pytest.main([*OPTIONS, f"test_{self.file}"], plugins=[self])
            os._exit(0)

    def stopped(self, test: str, code: int) -> OwnTest:
        """A test that ended its process, or was stopped by the timer, which leaves a traceback."""
        file = f"test_{self.file}"
        status, place, said = "crash", None, f"the process ended itself with exit code {code}"
        if stack := (self.folder / "stack").read_text(encoding="utf-8"):
            lines = [int(line) for line in re.findall(rf'{file}", line (\d+)', stack)]
            source = self.source(file)
            status, place = "timeout", source.at(source.loop(lines) or next(iter(lines), None))
            said = f"did not finish in {self.seconds + (0 if test else LOADING):.3g} s"
        elif code < 0:
            said = f"the process was ended by {signal.Signals(-code).name}"
        said = said if test else f"{file} does not load: {said}."
        return OwnTest(test, status, said, place, kind="" if test else status)

    def log(self, outcome: OwnTest) -> None:
        """Add a line to the log, at once: the next statement may end the process."""
        with (self.folder / "log").open("a", encoding="utf-8") as file:
            print(json.dumps(asdict(outcome)), file=file)

    def pytest_exception_interact(self, call: Any, report: Any) -> None:
        """The file of tests does not load, or pytest can make no tests of it."""
        if report.when != "collect":
            return
        error = call.excinfo.value.__cause__ or call.excinfo.value
        frames = traceback.extract_tb(error.__traceback__)
        lines = {Path(one.filename).name: one.lineno for one in frames if one.name == "<module>"}
        if isinstance(error, SyntaxError):
            lines[Path(error.filename or "").name] = error.lineno
        file = self.file if self.file in lines else f"test_{self.file}"
        text = self.outcome("", "failed", error).text
        kind, said = "exception", f"{file} raises {text} when it is loaded."
        if isinstance(error, SyntaxError):
            kind, said = "syntax", f"{file} is not valid Python: {error.msg}."
        elif type(error).__name__ in ("CollectError", "Failed"):
            kind, said = "tests", f"pytest makes no tests of {file}: {text}"
        place = self.source(file).at(lines.get(file))
        self.log(OwnTest("", "failed", said, place, kind=kind))

    def pytest_collection_modifyitems(self, session: Any, items: list[Any]) -> None:
        """Keep the tests that are wanted now, and log which they are."""
        if not session.testsfailed:
            names = "pytest takes the functions whose names begin with test_."
            empty = f"test_{self.file} holds no tests: {names}"
            self.log(OwnTest("", "passed" if items else "failed", empty, kind="tests"))
        items[:] = [one for one in items if _name(one.nodeid) not in self.left_out]
        for item in items:
            self.log(OwnTest(_name(item.nodeid), "not run", "the time was used up"))

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Log that a test runs. When its time is over, the process leaves a traceback and ends."""
        self.error: BaseException | None = None
        self.statuses: set[str] = set()
        self.log(OwnTest(_name(nodeid), RUNNING))
        limit = min(self.seconds + (0 if nodeid else LOADING), self.ends - time.monotonic())
        faulthandler.dump_traceback_later(max(limit, 0.01), exit=True, file=self.stack)

    def pytest_runtest_makereport(self, call: Any) -> None:
        """Keep the first exception: what a fixture raises afterwards comes of it."""
        self.error = self.error or (call.excinfo and call.excinfo.value)

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Log a test after its last phase; an expected failure is ``skipped``."""
        self.statuses.add(report.outcome)
        if report.when == "teardown":
            faulthandler.cancel_dump_traceback_later()
            status = next(one for one in ("failed", "skipped", "passed") if one in self.statuses)
            result = self.outcome(_name(report.nodeid), status, self.error)
            self.log(replace(result, printed=report.capstdout[:2000]))

    def outcome(self, test: str, status: str, error: Any) -> OwnTest:
        """What became of a test, and why."""
        text, raised = str(error)[:2000], type(error).__name__
        if error is None:
            text = "it was expected to fail, and passes"
        elif raised == "FixtureLookupError" and error.msg is None:
            text = f"fixture {error.argname!r} not found (no conftest.py is read)"
        elif raised not in ("AssertionError", "CollectError", "Failed", "Skipped"):
            text = f"{raised}: {text}" if text else raised
        places = self.place(error, f"test_{self.file}"), self.place(error, self.file)
        return OwnTest(test, status, text or raised, *places)

    def place(self, error: BaseException | None, file: str) -> Location | None:
        """The innermost line of a file that an exception passed through."""
        frames = traceback.extract_tb(error.__traceback__) if error else []
        lines = [one.lineno for one in frames if Path(one.filename).name == file]
        return self.source(file).at(lines[-1]) if lines else None

    def source(self, file: str) -> Source:
        return Source((self.folder / file).read_bytes())


def _name(nodeid: str) -> str:
    return nodeid.partition("::")[2]
