"""Every reference against an oracle that shares no line with it.

``solutions/EX/oracle.py`` writes the functions of the stub again, by PyTorch or with 50 digits.
The calls that the hidden cases make of the reference are made of the oracle too, so users are
judged by what is proved here. An oracle keeps caches and objects of its own. It says

- ``WITHOUT``: functions that it cannot answer for, each with the reason;
- ``EXACT``: functions whose every element is compared by itself, however small;
- ``invariants(reference)``: asserts that need no oracle, such as a target that is reached.

float64 is compared to nine digits, lower precision as the hidden cases have it. A call that the
oracle raises ``NotImplementedError`` for is not compared; that must be the exception, and no call
whose cache or object is used later. Calls that raise are left to the hidden cases. ``-rP`` shows
how many answers of each function were compared.
"""

from __future__ import annotations

import types
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlprep import catalog
from dlprep.api import read_api
from dlprep.authoring.new import new_exercise
from dlprep.catalog import Exercise
from dlprep.checks import CheckFailed, check_values
from dlprep.checks.values import TOLERANCES, Tolerance
from dlprep.judge.cases import Trial, run_cases
from dlprep.judge.replay import Outcome, load_text, outcome, replay
from dlprep.judge.source import Source
from dlprep.sandbox.process import WorkerProcess
from dlprep.sandbox.replies import Call
from dlprep.sandbox.submission import Submission

SEEDS = (1, 2, 3)
CLOSE = Tolerance(1e-9, 1e-9)
EACH_BY_ITSELF = Tolerance(1e-9, 0.0, np.finfo(float).tiny)


def load_oracle(exercise: Exercise) -> types.ModuleType:
    """The oracle, in a module of its own; a skipped test where PyTorch is not installed."""
    pytest.importorskip("torch").set_num_threads(1)  # more only get into each other's way
    return load_text((exercise.solution / "oracle.py").read_text(encoding="utf-8"), "oracle")


def calls_of_reference(exercise: Exercise, seed: int, worker: WorkerProcess) -> Submission:
    """The hidden cases, run on the reference; the submission holds the calls that they made."""
    text = exercise.reference.read_bytes()
    api = read_api(exercise.stub.read_text(encoding="utf-8"))
    reference = load_text(text.decode())
    submission = Submission("reference", text, api, seconds=60, total=240, worker=worker)
    submission.begin_case()
    submission.load()
    results = run_cases(exercise, Trial(submission, reference, Source(text), seed))
    assert {one.status for one in results if one.tier == "core"} == {"passed"}
    # another solution may be the polished one
    submission.calls = [call for call in submission.calls if not call.failed]
    return submission


def cases(calls: list[Call]) -> list[list[Call]]:
    """The calls, case by case."""
    found: list[list[Call]] = []
    for call in calls:
        if call.request["fresh"]:
            found.append([])
        found[-1].append(call)
    return found


def tolerance_of(call: Call, exact: bool) -> Tolerance:
    """How near an answer to the call is to come, by the lowest precision in it."""
    floats = [array.dtype for array in (*call.arrays, *call.out) if array.dtype.kind == "f"]
    lowest = min(floats, key=lambda dtype: dtype.itemsize, default=np.dtype(float))
    if lowest != np.float64:
        return TOLERANCES[lowest]
    return EACH_BY_ITSELF if exact else CLOSE


@pytest.mark.oracle
@pytest.mark.parametrize("slug", catalog.slugs())
def test_the_reference_agrees_with_its_oracle(slug: str, worker: WorkerProcess) -> None:
    prove(catalog.find(slug), worker)


@pytest.mark.oracle
def test_the_oracle_of_a_new_exercise_agrees(tmp_path: Path, worker: WorkerProcess) -> None:
    new_exercise("double", tmp_path)
    prove(catalog.read("double", tmp_path), worker)


DOUBLE, WITHOUT = "def double(x): {}\n", 'WITHOUT = {"double": "hard"}\n'
UNSOUND = {
    "another value": (DOUBLE.format("return 2.0001 * x"), "everywhere"),
    "no value": (DOUBLE.format("pass"), "expected', 'None'"),
    "an exception": (DOUBLE.format("return x.shape[9]"), "the oracle raised .*IndexError"),
    "no answer": (DOUBLE.format("raise NotImplementedError"), "double: the oracle hardly answers"),
    "no reason": ('WITHOUT = {"double": ""}', "double: for what reason"),
    "no such function": ('EXACT = ("triple",)', "the stub has no triple"),
    "no invariants": (WITHOUT, "nothing is proved"),
    "an invariant": (WITHOUT + "def invariants(_): raise AssertionError('missed')", "missed"),
}


@pytest.mark.oracle
@pytest.mark.parametrize(("oracle", "said"), UNSOUND.values(), ids=UNSOUND)
def test_an_oracle_that_does_not_agree_or_proves_nothing_fails(
    tmp_path: Path, worker: WorkerProcess, oracle: str, said: str
) -> None:
    new_exercise("double", tmp_path)
    (tmp_path / "solutions/double/oracle.py").write_text(oracle)
    with pytest.raises(AssertionError, match=said):
        prove(catalog.read("double", tmp_path), worker)


def prove(exercise: Exercise, worker: WorkerProcess) -> None:
    """``AssertionError`` unless the reference gives what the oracle gives."""
    oracle = load_oracle(exercise)
    without, exact = getattr(oracle, "WITHOUT", {}), getattr(oracle, "EXACT", ())
    invariants = getattr(oracle, "invariants", None)
    functions = read_api(exercise.stub.read_text(encoding="utf-8")).keys()
    for function, reason in without.items():
        assert reason, f"{function}: for what reason is there no oracle?"
    for function in {*without, *exact} - functions:
        raise AssertionError(f"the stub has no {function}")

    compared, declined = Counter[str](), Counter[str]()
    for seed in SEEDS:
        submission = calls_of_reference(exercise, seed, worker)
        for calls in cases(submission.calls):
            for call, its in zip(calls, replay(submission, calls, oracle), strict=True):
                if call.function in without or call.raised:
                    continue
                if its.raised and its.raised[0] == "NotImplementedError":
                    declined[call.function] += 1
                    continue
                answer = outcome(call).value
                close = tolerance_of(call, call.function in exact)
                require_agreement(call, answer, its, close)
                compared[call.function] += tells(answer)
        submission.close()
    print(f"compared: {dict(compared)}, declined: {dict(declined)}")
    for function in functions - without.keys():
        assert compared[function] > declined[function], f"{function}: the oracle hardly answers"
    assert compared or invariants, "nothing is proved: state invariants"
    if invariants:
        invariants(load_text(exercise.reference.read_text(encoding="utf-8")))


def require_agreement(call: Call, answer: Any, its: Outcome, close: Tolerance) -> None:
    """``AssertionError`` unless the ``answer`` of the reference to the call is the oracle's."""
    said = f"{call.function}{call.args} {call.kwargs}"
    assert its.raised is None, f"{said}: the oracle raised {its.raised}"
    try:
        check_values(widened(answer), widened(its.value), tolerance=close)
    except CheckFailed as failed:
        raise AssertionError(f"{said}: {failed.kind} {failed.findings}") from failed


def widened(value: Any) -> Any:
    """The same in float64; arrays of shape () as numbers, for NumPy makes the one of the other."""
    match value:
        case tuple() | list():
            return tuple(widened(part) for part in value)
        case dict():
            return {name: widened(part) for name, part in value.items()}
        case np.ndarray() | np.floating() if value.dtype.kind == "f":
            return value.astype(np.float64)[()]
    return value


def tells(answer: Any) -> bool:
    """Whether there is anything to compare: a cache, an object or None tells nothing."""
    if isinstance(answer, (tuple, list)):
        return any(tells(part) for part in answer)
    return not (answer is None or (isinstance(answer, str) and answer.startswith("<")))


@pytest.fixture(scope="session")
def worker() -> Iterator[WorkerProcess]:
    """One worker for all references."""
    made = WorkerProcess()
    yield made
    made.close()
