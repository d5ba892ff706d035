"""A check: a text is judged, and noted in the record before anybody sees the verdict."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, replace

from dlprep.judge.process import JudgeProcess
from dlprep.model import Exercise, Verdict
from dlprep.practice.record import Record, RecordError


@dataclass(frozen=True, slots=True)
class Checked:
    """A verdict, and a ``note`` if there is something to say about the record."""

    verdict: Verdict
    note: str = ""


def judge_text(
    judge: JudgeProcess,
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


def record_check(record: Record, verdict: Verdict, text: bytes, case: str | None = None) -> Checked:
    """Note a verdict in the record; it stands without a record as well."""
    try:
        record.checked(verdict, text, case)
    except RecordError as error:
        return Checked(verdict, str(error))
    return Checked(verdict)
