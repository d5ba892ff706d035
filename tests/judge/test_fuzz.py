"""Whatever a submission answers, the judge is never at fault, and passes nothing wrong."""

import os
import warnings
from collections.abc import Iterator

import pytest
from fuzz import Trial, try_one

from dlprep import catalog
from dlprep.judge import service

PARTS = 40  # of all trials: each can be run by itself, and in parallel
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


def require_judged(numbers: range) -> list[Trial]:
    """Run these trials; none may be the judge's fault, or pass."""
    trials = [try_one(number, explain=number % EXPLAINED == 0) for number in numbers]
    bad = [one for one in trials if one.bad]
    assert [one for one in bad if (one.slug, one.case.partition("[")[0]) not in UNJUDGED] == []
    return trials


def test_odd_results_are_the_submission_s_fault(bounded: None) -> None:
    trials = require_judged(range(300))
    assert len({one.slug for one in trials}) == len(catalog.slugs())
    assert sum(one.material for one in trials) > 200
    kinds = {case.kind for one in trials for case in one.verdict.cases}
    assert {"none", "type", "shape", "values", "form", "exception"} <= kinds


@pytest.mark.nightly
@pytest.mark.skipif("DLPREP_NIGHTLY" not in os.environ, reason="only scripts/nightly has the time")
@pytest.mark.parametrize("part", range(PARTS))
def test_ten_thousand_odd_results(bounded: None, part: int) -> None:
    size = 10_000 // PARTS
    require_judged(range(300 + part * size, 300 + (part + 1) * size))
