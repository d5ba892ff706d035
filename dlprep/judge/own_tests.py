"""A user's own tests to their score: how many of the exercise's mistakes they catch.

A test counts when it passes on every right solution: the reference, and all the accepted ones. A
mistake is caught when a test that counts does not pass on it.

The tests are untrusted, and so that they cannot answer by whose solution they meet, they meet all
in the same way: each in a process of its own that is told nothing, the same tests in the same
order, and the solutions in an order that is new in every run. Only the reference is tried before,
to learn which tests end the process that they run in; those are left out of the rest.
"""

from __future__ import annotations

import random
import time
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from dlprep.api import read_api
from dlprep.errors import FaultError, UserError
from dlprep.judge.loading import load_problem, unreadable
from dlprep.judge.mistakes import differing, measured_cases
from dlprep.judge.score import FailedTest, Invalid, Kind, Score, ScoredMistake
from dlprep.judge.source import Source
from dlprep.model import Exercise, Problem
from dlprep.sandbox import cores
from dlprep.sandbox.answers import SubmissionError
from dlprep.sandbox.nursery import Nursery
from dlprep.sandbox.process import WorkerFault, WorkerProcess
from dlprep.sandbox.trial import Outcome, Trial, run_trial, trial_command
from dlprep.variants import Mistake, read_variants

REFERENCE = "the reference"
MAY_IMPORT = "Tests may import pytest, NumPy, the standard library and"
DENIED = "Tests open no files and connections here, and start no threads or processes."


def score_tests(exercise: Exercise, tests: bytes, own: bytes | None) -> Score:
    """Score a file of tests; ``own`` is the user's own solution, if there is one.

    ``UserError`` when it holds no tests, or does not load.
    """
    scoring = _Scoring(exercise, tests, own)
    try:
        return scoring.score()
    except WorkerFault as error:
        raise FaultError(f"the tests cannot be run: {error}.") from error
    finally:
        scoring.close()


class _Scoring:
    """One run of all trials, and the processes that are at work for it."""

    def __init__(self, exercise: Exercise, tests: bytes, own: bytes | None) -> None:
        self.began = time.perf_counter()
        self.exercise, self.tests, self.own = exercise, tests, own
        self.file, self.test_file = f"{exercise.slug}.py", f"test_{exercise.slug}.py"
        self.reference = exercise.reference.read_text(encoding="utf-8")
        self.variants = read_variants(exercise)
        self.text = Source(tests)
        self.nursery: Nursery | None = None
        self.workers: list[WorkerProcess] = []
        self.closed = False

    def score(self) -> Score:
        """Run the trials and count; see ``score_tests``."""
        if problem := unreadable(self.tests, self.test_file):
            raise UserError(_in_words(problem))
        if Nursery.available:
            self.nursery = Nursery(trial_command())
        first, own, problem = self.try_first()
        outcomes = first.outcomes
        ended = {name for name, one in outcomes.items() if one.ended or one.status == "not run"}
        measured = measured_cases(self.exercise.cases.read_text(encoding="utf-8"))
        asked = [one for one in self.variants.mistakes if one.caught_by not in measured]
        right, wrong = self.try_all(asked, ended)
        invalid = self.judge_tests(outcomes, right, ended, own)
        valid = [name for name in outcomes if name not in {one.failure.test for one in invalid}]
        return Score(
            exercise=self.exercise.slug,
            tests=tuple(outcomes),
            problem=problem,
            failures=tuple(
                self.failure(name, outcome, self.own)
                for name, outcome in own.items()
                if outcome.status not in ("passed", "skipped")
            ),
            invalid=tuple(invalid),
            mistakes=tuple(
                ScoredMistake(
                    one.name,
                    differing(self.reference, one.source),
                    tuple(name for name in valid if _catches(name, wrong[one.name])),
                )
                for one in asked
            ),
            left_out=tuple(one.name for one in self.variants.mistakes if one not in asked),
            seconds=time.perf_counter() - self.began,
            isolation=first.isolation,
        )

    def try_first(self) -> tuple[Trial, Mapping[str, Outcome], Problem | None]:
        """Try the reference, and the user's own file: its outcomes, and why there are none."""
        problem: Problem | None = Problem("missing", f"There is no {self.file} here.")
        texts = [self.reference.encode()]
        if self.own is not None:
            problem = unreadable(self.own, self.file)
            texts += [] if problem else [self.own]
        first, *rest = self.try_each([(text, ()) for text in texts])
        if first.unloaded is not None:
            raise self.not_loaded(*first.unloaded)
        if not first.outcomes:
            raise UserError(
                f"{self.test_file} holds no tests: pytest takes the functions whose names begin"
                " with test_."
            )
        if not rest:
            return first, {}, problem
        if rest[0].unloaded is not None:
            part, error = rest[0].unloaded
            if part == "solution":
                problem = load_problem(error, Source(self.own or b""), self.file)
            else:
                said = load_problem(error, self.text, self.test_file)
                message = f"{said.message} It does so with {self.file}, not with the reference."
                problem = Problem(said.kind, message, said.location)
        return first, rest[0].outcomes, problem

    def try_all(
        self, mistakes: Sequence[Mistake], leave_out: Collection[str]
    ) -> tuple[dict[str, Trial], dict[str, Trial]]:
        """Try all right solutions, and these wrong ones: the trials by name."""
        right = {REFERENCE: self.reference} | {
            one.name: one.source for one in self.variants.accepted
        }
        wrong = {one.name: one.source for one in mistakes}
        order = [*right.items(), *wrong.items()]
        random.SystemRandom().shuffle(order)
        trials = self.try_each([(source.encode(), leave_out) for _, source in order])
        found = {name: trial for (name, _), trial in zip(order, trials, strict=True)}
        return {name: found[name] for name in right}, {name: found[name] for name in wrong}

    def try_each(self, texts: Sequence[tuple[bytes, Collection[str]]]) -> list[Trial]:
        """Run the tests on each of these solutions, as many at a time as there are cores."""

        def run(one: tuple[bytes, Collection[str]]) -> Trial:
            return run_trial(
                self.exercise.slug,
                one[0],
                self.tests,
                start=self.start,
                seconds=self.exercise.seconds,
                leave_out=one[1],
            )

        with ThreadPoolExecutor(cores()) as pool:
            trials = [pool.submit(run, one) for one in texts]
            try:
                return [trial.result() for trial in trials]
            except BaseException:  # Ctrl-C: nobody waits for the rest
                pool.shutdown(wait=False, cancel_futures=True)
                self.close()  # before the pool waits for its threads
                raise

    def start(self) -> WorkerProcess:
        """A new process for a trial."""
        if self.closed:
            raise WorkerFault("the run is over")
        if self.nursery is not None:
            worker = self.nursery.worker()
        else:
            worker = WorkerProcess(command=trial_command())
        self.workers.append(worker)
        if self.closed:  # by another thread, which may not have seen this one
            worker.kill()
        return worker

    def close(self) -> None:
        """End all processes; the trials that are at work in other threads end with them."""
        self.closed = True
        if self.nursery is not None:
            self.nursery.close()
        for worker in self.workers:
            worker.kill()

    def judge_tests(
        self,
        first: Mapping[str, Outcome],
        right: Mapping[str, Trial],
        ended: Collection[str],
        own: Mapping[str, Outcome],
    ) -> list[Invalid]:
        """The tests that do not count, in their order."""
        invalid = []
        for name, before in first.items():
            found = {solution: _outcome(name, trial) for solution, trial in right.items()}
            again = found.pop(REFERENCE)
            failing = {key: one for key, one in found.items() if one.status != "passed"}
            kind: Kind
            if name in ended or (before.status == again.status != "passed"):
                kind, solution, outcome = "wrong", REFERENCE, before
            elif before.status != again.status:
                failed = before if before.status != "passed" else again
                kind, solution, outcome = "flaky", REFERENCE, failed
            elif failing:
                kind = "over-specific"
                solution, outcome = next(iter(failing.items()))
            else:
                continue
            if outcome.denied:
                kind = "refused"
            elif outcome.status in ("skipped", "not run"):
                kind = "skipped" if outcome.status == "skipped" else "not run"
            failure = self.failure(name, outcome, None)
            passes = name in own and own[name].status == "passed"
            invalid.append(Invalid(kind, solution, failure, passes))
        return invalid

    def failure(self, name: str, outcome: Outcome, own: bytes | None) -> FailedTest:
        """Why a test did not pass; of the solution's lines only the user's ``own`` are shown."""
        running = (outcome.line,) if outcome.status == "timeout" and outcome.line else ()
        return FailedTest(
            name,
            outcome.status,
            _said(outcome),
            self.text.at(self.text.loop(running) or outcome.line),
            None if own is None else Source(own).at(outcome.solution_line),
            "" if own is None else outcome.printed,
        )

    def not_loaded(self, part: str, error: SubmissionError) -> Exception:
        """Why the tests do not load with the reference."""
        if part == "solution":
            return FaultError(f"the reference of {self.exercise.slug} does not load: {error}")
        raised = error.raised
        problem = load_problem(error, self.text, self.test_file)
        match raised.type if raised else "":
            case "NotCollected":
                message = f"pytest makes no tests of {self.test_file}: {error}"
                problem = replace(problem, message=message)
            case "ModuleNotFoundError":
                problem = replace(problem, help=f"{MAY_IMPORT} {self.exercise.slug}.")
            case "ImportError":
                stub = read_api(self.exercise.stub.read_text(encoding="utf-8"))
                help_text = f"Test what the stub has: {'; '.join(map(str, stub.values()))}."
                problem = replace(problem, help=help_text)
        return UserError(_in_words(problem))


def _outcome(name: str, trial: Trial) -> Outcome:
    """What became of a test in a trial; it may not even have been collected there."""
    if trial.unloaded is not None:
        _, error = trial.unloaded
        kind = f"{error.raised.type}: " if error.raised else ""
        return Outcome("failed", f"the file does not load: {kind}{error}", error.line)
    return trial.outcomes.get(name) or Outcome("not run", "it is not collected there")


def _catches(name: str, trial: Trial) -> bool:
    return _outcome(name, trial).status in ("failed", "timeout", "crash", "output")


def _said(outcome: Outcome) -> str:
    """What became of a test, in words."""
    raised = outcome.raised
    if outcome.fixture is not None:
        said = f"fixture {outcome.fixture!r} not found (no conftest.py is read)"
    elif raised is None or raised.type in ("AssertionError", "Failed", "Skipped"):
        said = outcome.text or (raised.type if raised else "it was expected to fail, and passes")
    else:
        said = f"{raised.type}: {outcome.text}" if outcome.text else raised.type
    if raised is not None and raised.type == "Exit":
        said += "\nThe test ends the whole run: let it fail by an assertion instead."
    return f"{said}\n{DENIED}" if outcome.denied else said


def _in_words(problem: Problem) -> str:
    """What went wrong, the line where there is one, and the help."""
    place = problem.location
    where = f"    line {place.line}: {place.code.strip()}" if place else ""
    return "\n".join(part for part in (problem.message, where, problem.help) if part)
