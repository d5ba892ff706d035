"""Scaling, without a clock: lines of the submission that run, and memory that it allocates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dlprep.checks.contract import Function
from dlprep.checks.failure import CheckFailed

SLACK = 8  # lines that may come on top, for instance to reduce a ragged end


def check_scaling(
    function: Function, small: Sequence[Any], large: Sequence[Any], *, over: str
) -> None:
    """Require that no more lines of the submission run on ``large`` arguments than on ``small``.

    The two differ in one size alone, by a factor of eight or more; ``over`` names it ("the
    batch"). A Python loop over it, a comprehension and a called-back lambda all show; one call of
    NumPy does not. Deterministic. Raises ``CheckFailed`` of kind ``scaling``.
    """
    few = function.observe("lines", *small).lines
    call = function.observe("lines", *large)
    if call.lines > 2 * few + SLACK:
        raise CheckFailed(
            "scaling",
            [
                ("got", f"{few} lines run on the small input, {call.lines} on the large one"),
                ("expected", f"no Python loop over {over}: as many lines on both"),
            ],
            call.result,
        )


def check_memory(function: Function, *args: Any, mebibytes: float, why: str) -> None:
    """Require that the call's peak of new allocations stays below ``mebibytes``.

    ``why`` names what would need more ("the (N, M, D) differences"). Raises ``CheckFailed`` of
    kind ``scaling``.
    """
    call = function.observe("memory", *args)
    peak = call.peak / 2**20
    if peak > mebibytes:
        raise CheckFailed(
            "scaling",
            [
                ("got", f"{peak:.3g} MiB allocated at the peak"),
                ("expected", f"at most {mebibytes:.3g} MiB, without {why}"),
            ],
            call.result,
        )
