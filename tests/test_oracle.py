"""Every reference against an oracle that shares no line with it.

``solutions/EX/oracle.py`` writes the functions of the stub again, by PyTorch or with 50 digits.
The calls that the hidden cases make of the reference are made of the oracle too, so users are
judged by what is proved here. An oracle keeps caches and objects of its own. It says

- ``WITHOUT``: functions that it cannot answer for, each with the reason;
- ``EXACT``: functions whose every element is compared by itself, however small;
- ``invariants(reference)``: asserts that need no oracle, such as a target that is reached.

A call that it raises ``NotImplementedError`` for is not compared.
"""

from __future__ import annotations

import types
from collections import Counter
from typing import Any

import numpy as np
import pytest

from dlprep import catalog
from dlprep.api import read_api
from dlprep.checks import CheckFailed, check_values
from dlprep.checks.values import Tolerance
from dlprep.judge.cases import Run
from dlprep.judge.naming import load_text, outcome, replay
from dlprep.judge.session import run_cases
from dlprep.judge.source import Source
from dlprep.model import Exercise
from dlprep.sandbox.answers import Call
from dlprep.sandbox.process import WorkerProcess
from dlprep.sandbox.submission import Submission

SEEDS = (1, 2, 3)
CLOSE = Tolerance(1e-9, 1e-9)
EACH_BY_ITSELF = Tolerance(1e-9, 0.0, np.finfo(float).tiny)


def load_oracle(exercise: Exercise) -> types.ModuleType:
    """The oracle, in a module of its own; a skipped test where what it imports is not installed."""
    text = (exercise.solution / "oracle.py").read_text(encoding="utf-8")
    try:
        return load_text(text, "oracle")
    except ModuleNotFoundError as error:
        assert error.name == "torch"
        pytest.skip("the oracle needs PyTorch")


def calls_of_reference(exercise: Exercise, seed: int, worker: WorkerProcess) -> Submission:
    """The hidden cases, run on the reference; the submission holds the calls that they made."""
    text = exercise.reference.read_bytes()
    api = read_api(exercise.stub.read_text(encoding="utf-8"))
    reference = load_text(text.decode())
    submission = Submission("reference", text, api, seconds=60, total=240, worker=worker)
    submission.begin_case()
    submission.load()
    run = Run(submission, reference, api, Source(text), seed, None)
    results = run_cases(exercise.cases, exercise.folder.parent, run)
    assert {one.status for one in results} == {"passed"}
    return submission


def cases(calls: list[Call]) -> list[list[Call]]:
    """The calls, case by case."""
    found: list[list[Call]] = []
    for call in calls:
        if call.request["fresh"]:
            found.append([])
        found[-1].append(call)
    return found


def is_float64(call: Call) -> bool:
    """Whether every float of the call is of the precision that an oracle has."""
    given = [*call.arrays, *call.out]
    return all(array.dtype.kind != "f" or array.dtype == np.float64 for array in given)


@pytest.mark.oracle
@pytest.mark.parametrize("slug", catalog.slugs())
def test_the_reference_agrees_with_its_oracle(slug: str, worker: WorkerProcess) -> None:
    exercise = catalog.find(slug)
    oracle = load_oracle(exercise)
    without, exact = getattr(oracle, "WITHOUT", {}), getattr(oracle, "EXACT", ())
    compared: Counter[str] = Counter()
    for seed in SEEDS:
        submission = calls_of_reference(exercise, seed, worker)
        for calls in cases(submission.calls):
            for call, its in zip(calls, replay(submission, calls, oracle), strict=True):
                if call.function in without or call.raised or not is_float64(call):
                    continue
                if its.raised and its.raised[0] == "NotImplementedError":
                    continue
                assert its.raised is None, (call.function, call.args, call.kwargs, its.raised)
                close = EACH_BY_ITSELF if call.function in exact else CLOSE
                compared[call.function] += agree(outcome(call).value, its.value, close, call)
        submission.close()
    functions = read_api(exercise.stub.read_text(encoding="utf-8")).keys()
    assert without.keys() <= functions
    assert all(without.values())
    assert compared.keys() == functions - without.keys(), "an oracle that is asked nothing"
    if invariants := getattr(oracle, "invariants", None):
        invariants(load_text(exercise.reference.read_text(encoding="utf-8")))
    assert compared or invariants is not None


def agree(got: Any, expected: Any, close: Tolerance, call: Call) -> bool:
    """Fail unless the reference's answer is the oracle's; whether there was anything to compare."""
    try:
        check_values(got, expected, tolerance=close)
    except CheckFailed as failed:
        pytest.fail(f"{call.function}{call.args} {call.kwargs}: {failed.kind} {failed.findings}")
    return True


@pytest.fixture(scope="session")
def worker() -> Any:
    """One worker for all references."""
    made = WorkerProcess()
    yield made
    made.close()
