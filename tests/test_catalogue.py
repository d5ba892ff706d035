"""Every exercise of the catalogue: right solutions pass, mistakes are caught and not misnamed.

This is another seed than the three of ``dlprep author check``. A mistake is judged by its own case
alone, and in scripts/nightly by all cases.
"""

from __future__ import annotations

import os
import runpy
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from dlprep import catalog
from dlprep.authoring.check import files, texts
from dlprep.judge.judge import judge
from dlprep.judge.replay import load_text
from dlprep.sandbox.process import WorkerProcess
from dlprep.variants import read_variants
from dlprep.verdict import Verdict

SEED = 4
ALL_CASES = "DLPREP_NIGHTLY" in os.environ


class OneWorker:
    """Judges one text after the other in one worker, and takes a new one when it is lost."""

    def __init__(self) -> None:
        self.worker = WorkerProcess()

    def __call__(self, slug: str, source: str, only: str | None = None) -> Verdict:
        if self.worker.closed:
            self.worker = WorkerProcess()
        exercise = replace(catalog.find(slug), seconds=60)  # the machine may be busy
        return judge(exercise, source.encode(), seed=SEED, only=only, worker=self.worker)


@pytest.fixture(scope="session")
def verdict_on() -> Iterator[OneWorker]:
    """A judge for the whole catalogue."""
    made = OneWorker()
    yield made
    made.worker.close()


@pytest.mark.parametrize("slug", catalog.slugs())
def test_right_solutions_pass_and_mistakes_fail_their_own_case(
    slug: str, verdict_on: OneWorker
) -> None:
    exercise = catalog.find(slug)
    variants = read_variants(exercise)
    right = {"reference": exercise.reference.read_text(encoding="utf-8")}
    right |= {one.name: one.source for one in variants.accepted}
    found = {name: verdict_on(slug, source).status for name, source in right.items()}
    assert found == dict.fromkeys(right, "passed")

    assert len(variants.mistakes) >= 3
    for mistake in variants.mistakes:
        only = None if ALL_CASES else mistake.caught_by
        verdict = verdict_on(slug, mistake.source, only=only)
        caught = [case for case in verdict.failing if mistake.is_caught_by(case.name)]
        assert caught, mistake.name
        core = any(case.tier == "core" for case in caught)
        passes = verdict.status == "passed"  # a mistake of polish fails polish alone
        assert passes is (ALL_CASES and not core), mistake.name
        assert [one.name for one in verdict.mistakes] in ([], [mistake.name])


@pytest.mark.parametrize("slug", catalog.slugs())
def test_an_exercise_is_whole(slug: str) -> None:
    exercise = catalog.find(slug)
    assert [*files(exercise, read_variants(exercise)), *texts(exercise)] == []
    follow_ups = catalog.read_help(exercise).follow_ups
    assert len(follow_ups) >= 3
    assert all(one.question.endswith("?") and one.answer for one in follow_ups)
    explanation = (exercise.solution / "explanation.md").read_text(encoding="utf-8")
    assert len(explanation.split()) > 150
    assert len(catalog.case_names(exercise)) >= 4


def test_the_broken_net_trains_all_the_same_and_only_gradients_are_wrong(
    capsys: pytest.CaptureFixture[str],
) -> None:
    exercise = catalog.find("dbg_backprop")
    broken = runpy.run_path(str(exercise.stub), run_name="__main__")["mlp_grads"]
    losses = [float(line.split()[-1]) for line in capsys.readouterr().out.splitlines()]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < 0.2 < 1.0 < losses[0]

    rng = np.random.default_rng(4)
    X, y, *params = (rng.normal(size=shape) for shape in [(6, 4), 6, (4, 7), 7, (7, 3), 3])
    arguments = X, (y > 0).astype(int), *params
    value, grads = broken(*arguments, l2=0.3)
    reference = load_text(exercise.reference.read_text(encoding="utf-8"))
    right, right_grads = reference.mlp_grads(*arguments, l2=0.3)
    assert value == right
    wrong = {name for name in grads if not np.allclose(grads[name], right_grads[name])}
    assert wrong == {"dW1", "db1", "dW2"}  # in db2 two bugs cancel
