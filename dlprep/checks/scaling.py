"""Scaling, without a clock: lines of the submission that run, and memory that it allocates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dlprep.checks.failure import mismatch

SLACK = 12  # extra lines that are allowed: four for each of the three times that 8 is halved


def check_scaling(function: Any, small: Sequence[Any], large: Sequence[Any], *, over: str) -> None:
    """Require that no more lines of the submission run on ``large`` arguments than on ``small``.

    The two differ in one size alone, which ``over`` names ("the batch"): by a factor of eight,
    and by fourteen or more, for a loop may be one line. Comprehensions and called-back lambdas
    count; a call of NumPy does not, nor do a few steps that halve what is left. Deterministic.
    Raises ``CheckFailed`` of kind ``scaling``.
    """
    few = function.observe("lines", *small).lines
    call = function.observe("lines", *large)
    if call.lines > few + SLACK:
        got = f"{few} lines run on the small input, {call.lines} on the large one"
        expected = f"no Python loop over {over}: as many lines on both"
        raise mismatch("scaling", got, expected, call.result)


def check_memory(function: Any, *args: Any, mebibytes: float, why: str) -> None:
    """Require that the call's peak of new allocations stays below ``mebibytes``.

    ``why`` names what would need more ("the (N, M, D) differences"). Raises ``CheckFailed`` of
    kind ``scaling``.
    """
    call = function.observe("memory", *args)
    peak = call.peak / 2**20
    if peak > mebibytes:
        got = f"{peak:.3g} MiB allocated at the peak"
        expected = f"at most {mebibytes:.3g} MiB, without {why}"
        raise mismatch("scaling", got, expected, call.result)
