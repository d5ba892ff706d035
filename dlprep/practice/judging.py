"""Judging a text of the user's: once, or at every save."""

from __future__ import annotations

import random
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from threading import Thread

from dlprep.catalog import Exercise
from dlprep.judge.service import JudgeProcess
from dlprep.verdict import Verdict


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


class WarmJudge:
    """A judge that stays warm, and works in a thread of its own."""

    def __init__(self) -> None:
        self._process, self._thread = JudgeProcess(lasting=True), ThreadPoolExecutor(1)

    def check(self, exercise: Exercise, text: bytes, began: float) -> Future[Verdict]:
        """Begin to judge a text, once the check before has ended; see ``judge_text``."""
        return self._thread.submit(judge_text, self._process, exercise, text, began=began)

    def replace(self) -> None:
        """Take another process. A check under way ends with ``JudgeFault``, a little later."""
        Thread(target=_end, args=(self._process,)).start()
        self._process = JudgeProcess(lasting=True)

    def close(self) -> None:
        """End the judge, whatever it is doing."""
        _end(self._process)
        self._thread.shutdown()


def _end(judge: JudgeProcess) -> None:
    judge.kill()
    judge.close()
