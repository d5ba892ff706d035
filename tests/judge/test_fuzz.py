"""Whatever a submission answers, the judge is never at fault, and passes nothing wrong."""

import os
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from fuzz import Trial, try_one

from dlprep import catalog
from dlprep.authoring.new import new_exercise
from dlprep.judge import service

TRIALS = 10_000 if "DLPREP_NIGHTLY" in os.environ else 200
EXPLAINED = 10  # one trial in so many is also named and contrasted

# Weights that two generators draw: any numbers that differ are as right as others
UNJUDGED = {("init", "contract"), ("init", "contract_of_kaiming")}


@pytest.fixture
def bounded() -> Iterator[None]:
    """A limit on memory, as the judge's own process has, and no warnings of odd numbers."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_AS)
    service._limit_memory()
    with warnings.catch_warnings(action="ignore"):
        yield
    resource.setrlimit(resource.RLIMIT_AS, before)


def try_plainly(number: int) -> Trial:
    """A trial without names and contrasts."""
    return try_one(number, explain=False)


def require_judged(numbers: range) -> list[Trial]:
    """Run these trials; none may be the judge's fault, or pass."""
    trials = [try_one(number, explain=number % EXPLAINED == 0) for number in numbers]
    bad = [one for one in trials if one.bad]
    assert [one for one in bad if (one.slug, one.case.partition("[")[0]) not in UNJUDGED] == []
    return trials


def test_odd_results_are_the_submission_s_fault(bounded: None) -> None:
    trials = require_judged(range(TRIALS))
    assert len({one.slug for one in trials}) == len(catalog.slugs())
    assert sum(one.material for one in trials) > TRIALS / 2
    kinds = {case.kind for one in trials for case in one.verdict.cases}
    assert {"none", "type", "shape", "values", "form", "exception"} <= kinds


# A case that gives an answer to the reference unseen, and one that looks at nothing
UNSOUND = """
import numpy as np

def test_unseen(submission, reference):
    \"\"\"doubles twice\"\"\"
    reference.double(submission.double(np.ones(2)))
"""
STRICT = "def double(x):\n    return 2 * x[0] * x / x[0]\n"


def test_an_unsound_case_is_found(
    bounded: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_exercise("double_it", tmp_path)
    exercise = catalog.read("double_it", tmp_path)
    exercise.cases.write_text(UNSOUND)
    exercise.reference.write_text(STRICT)
    monkeypatch.setattr(catalog, "slugs", lambda: ["double_it"])
    monkeypatch.setattr(catalog, "find", lambda _: exercise)
    bad = [one.verdict.status for one in map(try_plainly, range(50)) if one.bad]
    assert {*bad} == {"fault", "passed"}
