"""Judging a text of the user's, once or at every save."""

from __future__ import annotations

import random
import time
from dataclasses import replace

from dlprep.catalog import Exercise
from dlprep.judge.service import JudgeProcess, WarmJudge
from dlprep.verdict import Verdict


def judge_text(
    judge: JudgeProcess | WarmJudge,
    exercise: Exercise,
    text: bytes,
    *,
    began: float,
    seed: int | None = None,
    case: str | None = None,
) -> Verdict:
    """The verdict on a text; its seconds are those since ``began`` (``time.perf_counter``).

    Without a ``seed`` the inputs are new ones.
    """
    seed = random.SystemRandom().randrange(10_000) if seed is None else seed
    verdict = judge.judge(exercise.slug, text, seed=seed, only=case)
    return replace(verdict, seconds=time.perf_counter() - began)
