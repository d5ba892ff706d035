"""A user's own tests to their score: how many of the exercise's mistakes they catch.

A test counts when it passes on every right solution: the reference (twice) and all the accepted
ones. A mistake is caught when a test that counts does not pass on it.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from typing import Any

from dlprep.catalog import Exercise
from dlprep.errors import UserError
from dlprep.judge.mistakes import differing
from dlprep.judge.problems import unreadable
from dlprep.judge.source import Source
from dlprep.judge.trials import Outcome, Runner
from dlprep.sandbox import cores
from dlprep.variants import read_variants
from dlprep.verdict import Location, Problem

REFERENCE = "the reference"


@dataclass(frozen=True, slots=True)
class FailedTest:
    """A test that did not pass, and why.

    ``status`` is that of its ``Outcome``; ``location`` is in the tests, ``solution`` in the user's
    file. A test that does not count has a ``kind`` (wrong, over-specific, flaky, skipped or not
    run), the right solution that it was run ``on``, and whether it passes on the user's own file.
    """

    test: str
    status: str
    text: str
    location: Location | None = None
    solution: Location | None = None
    printed: str = ""
    kind: str = ""
    on: str = ""
    passes_own: bool = False


@dataclass(frozen=True, slots=True)
class ScoredMistake:
    """One of our mistakes: the functions in which it is, and the tests that catch it."""

    name: str
    functions: tuple[str, ...]
    caught_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """What a user's own tests are worth.

    ``problem`` is why the user's own file was not tried; ``failures`` are the tests that fail on
    it, ``invalid`` those that do not count. ``left_out`` are mistakes that no plain test shows.
    """

    exercise: str
    tests: tuple[str, ...]
    problem: Problem | None
    failures: tuple[FailedTest, ...]
    invalid: tuple[FailedTest, ...]
    mistakes: tuple[ScoredMistake, ...]
    left_out: tuple[str, ...]
    seconds: float

    @property
    def caught(self) -> int:
        """How many mistakes are caught."""
        return sum(bool(one.caught_by) for one in self.mistakes)

    @property
    def complete(self) -> bool:
        """Whether all tests pass on all that is right, and all mistakes are caught."""
        skipped = all(one.kind == "skipped" for one in self.invalid)
        sound = skipped and not self.failures and self.problem is None
        return sound and self.caught == len(self.mistakes)

    def to_json(self) -> dict[str, Any]:
        """This score as a JSON object."""
        return {**asdict(self), "caught": self.caught, "complete": self.complete}


def score_tests(exercise: Exercise, tests: bytes, own: bytes | None) -> Score:
    """Score a file of tests; ``own`` is the user's own solution, if there is one.

    ``UserError`` when the file holds no tests, or does not load.
    """
    began, test_file = time.perf_counter(), f"test_{exercise.slug}.py"
    if problem := unreadable(tests, test_file):
        raise UserError(_in_words(problem))
    reference = exercise.reference.read_text(encoding="utf-8")
    variants = read_variants(exercise)
    asked = [one for one in variants.mistakes if not one.costs_only]
    text, own_text = Source(tests), Source(own or b"")
    problem = Problem("missing", f"There is no {exercise.slug}.py here.")
    if own is not None:
        problem = unreadable(own, f"{exercise.slug}.py")

    right = [reference, *(one.source for one in variants.accepted)]
    texts = [text.encode() for text in (*right, *(one.source for one in asked))]
    first, *found = _run_all(exercise, tests, texts if own is None or problem else [*texts, own])
    if [one.test for one in first] == [""]:
        raise UserError(_in_words(_not_loaded(first[0], text, test_file)))
    if not first:
        raise UserError(
            f"{test_file} holds no tests: pytest takes the functions whose names begin with test_."
        )
    theirs = found[len(texts)] if len(found) > len(texts) else []
    if [one.test for one in theirs] == [""]:
        problem, theirs = _own_not_loaded(theirs[0], own_text, text, exercise.slug), []
    passing = {one.test for one in theirs if one.status == "passed"}
    names = [REFERENCE, REFERENCE, *(one.name for one in variants.accepted)]
    trials = [{one.test: one for one in trial} for trial in (first, *found)]
    invalid = []
    for test in (one.test for one in first):
        if reason := _reason(test, list(zip(names, trials, strict=False))):
            kind, on, outcome = reason
            failure = _failure(outcome, text, None)
            passes = test in passing
            invalid.append(replace(failure, test=test, kind=kind, on=on, passes_own=passes))
    valid = [one.test for one in first if one.test not in {other.test for other in invalid}]
    return Score(
        exercise.slug,
        tuple(one.test for one in first),
        problem,
        tuple(_failure(one, text, own_text) for one in theirs if one.status in FAILED),
        tuple(invalid),
        tuple(
            ScoredMistake(
                one.name,
                differing(reference, one.source),
                tuple(test for test in valid if _of(test, trial).status in FAILED),
            )
            for one, trial in zip(asked, trials[len(names) :], strict=False)
        ),
        tuple(one.name for one in variants.mistakes if one.costs_only),
        time.perf_counter() - began,
    )


FAILED = ("failed", "timeout", "crash")


def _run_all(exercise: Exercise, tests: bytes, texts: Sequence[bytes]) -> list[list[Outcome]]:
    """Run the tests on the first of these solutions, then on all, as many at a time as cores.

    A test that ends or blocks its process on the first would do so on all, and is left out of
    the rest.
    """
    runners = [Runner(exercise.slug, tests, exercise.seconds) for _ in range(cores())]
    free: queue.SimpleQueue[Runner] = queue.SimpleQueue()
    for runner in runners:
        free.put(runner)
    try:
        first = runners[0].run(texts[0])
        ended = [one.test for one in first if one.status in ("timeout", "crash", "not run")]

        def run(source: bytes) -> list[Outcome]:
            runner = free.get()
            try:
                return runner.run(source, ended)
            finally:
                free.put(runner)

        if not first or first[0].test == "":
            return [first]
        with ThreadPoolExecutor(len(runners)) as pool:
            try:
                return [first, *pool.map(run, texts)]
            except BaseException:  # Ctrl-C: nobody waits for the rest
                pool.shutdown(wait=False, cancel_futures=True)
                for runner in runners:
                    runner.kill()  # the pool waits for its threads
                raise
    finally:
        for runner in runners:
            runner.close()


def _of(test: str, trial: Mapping[str, Outcome]) -> Outcome:
    """What became of a test in a trial; it may not even have been collected there."""
    if (unloaded := trial.get("")) is not None:
        said = f"the file does not load: {_said(unloaded)}"
        return replace(unloaded, test=test, type="", text=said)
    return trial.get(test) or Outcome(test, "not run", text="it was not run there")


def _reason(
    test: str, right: Sequence[tuple[str, Mapping[str, Outcome]]]
) -> tuple[str, str, Outcome] | None:
    """Why a test does not count: the kind, on which solution, what became of it; None if it does.

    ``right`` begins with the reference, twice.
    """
    found = [(name, _of(test, trial)) for name, trial in right]
    bad = [(name, one) for name, one in found if one.status != "passed"]
    if not bad:
        return None
    name, outcome = bad[0]
    if outcome.status in ("skipped", "not run"):
        return outcome.status, name, outcome
    ended = outcome.status in ("timeout", "crash")  # and was not run again
    if not ended and found[0][1].status != found[1][1].status:
        return "flaky", name, outcome
    return "wrong" if name == REFERENCE else "over-specific", name, outcome


def _failure(outcome: Outcome, tests: Source, own: Source | None) -> FailedTest:
    """Why a test did not pass; of the solution's lines only the user's ``own`` are shown."""
    line = next(iter(outcome.lines), None)
    if outcome.status == "timeout":
        line = tests.loop(outcome.lines) or line
    solution = next(iter(outcome.solution_lines), None)
    return FailedTest(
        outcome.test,
        outcome.status,
        _said(outcome),
        tests.at(line),
        None if own is None else own.at(solution),
        "" if own is None else outcome.printed,
    )


def _said(outcome: Outcome) -> str:
    """What became of a test, in words."""
    if outcome.type in ("", "AssertionError", "Failed", "Skipped", "FixtureLookupError"):
        return outcome.text or outcome.type or "it was expected to fail, and passes"
    return f"{outcome.type}: {outcome.text}" if outcome.text else outcome.type


def _not_loaded(outcome: Outcome, tests: Source, file: str) -> Problem:
    """Why a file of tests does not load."""
    place = tests.at(next(iter(outcome.lines), None))
    if outcome.status != "failed":
        return Problem(outcome.status, f"{file} does not load: {outcome.text}.", place)
    if outcome.type == "SyntaxError":
        return Problem("syntax", f"{file} is not valid Python: {outcome.text}.", place)
    if outcome.type == "CollectError":
        return Problem("tests", f"pytest makes no tests of {file}: {outcome.text}", place)
    return Problem("exception", f"{file} raises {_said(outcome)} when it is loaded.", place)


def _own_not_loaded(outcome: Outcome, own: Source, tests: Source, name: str) -> Problem:
    """Why the user's own file cannot be tried."""
    if outcome.solution_lines:
        place = own.at(outcome.solution_lines[0])
        return Problem("exception", f"{name}.py raises {_said(outcome)} when it is loaded.", place)
    problem = _not_loaded(outcome, tests, f"test_{name}.py")
    said = f"{problem.message} It does so with {name}.py, not with the reference."
    return replace(problem, message=said)


def _in_words(problem: Problem) -> str:
    """What went wrong, the line where there is one, and the help."""
    place = problem.location
    where = f"    line {place.line}: {place.code.strip()}" if place else ""
    return "\n".join(part for part in (problem.message, where, problem.help) if part)
