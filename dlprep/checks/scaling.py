"""Scaling, without a clock: lines of Python that run, and memory that is allocated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dlprep.checks.failure import mismatch
from dlprep.checks.values import check_values

SLACK = 12  # extra lines that are allowed: four for each of the three times that 8 is halved


def check_scaling(
    function: Any,
    small: Sequence[Any],
    large: Sequence[Any],
    *,
    expected: tuple[Any, Any],
    over: str,
    times: int = 1,
) -> None:
    """Require that no more lines of Python run on ``large`` arguments than on ``small``.

    The two differ in one size alone, which ``over`` names ("the batch"): by a factor of eight,
    and by fourteen or more, for a loop may be one line. Comprehensions, called-back functions and
    the items of a ``map`` or an ``np.vectorize`` count, and so does NumPy's own Python; its C does
    not, nor do a few steps that halve what is left. With ``times``, so many times as many lines
    may run. Deterministic. ``expected`` are the right answers to both, which are judged as well.
    Raises ``CheckFailed`` of kind ``scaling``, or as ``check_values`` does.
    """
    check_values(function(*small), expected[0])  # what the first call loads does not count
    first = function.observe("lines", *small)
    check_values(first.result, expected[0])
    call = function.observe("lines", *large)
    check_values(call.result, expected[1])
    if call.lines > times * first.lines + SLACK:
        got = f"{first.lines} lines run on the small input, {call.lines} on the large one"
        must = f"no Python loop over {over}: as many lines on both"
        if times > 1:
            must = f"a cost in proportion to {over}: at most {times} times as many lines"
        raise mismatch("scaling", got, must, call.result)


def check_memory(function: Any, *args: Any, expected: Any, mebibytes: float, why: str) -> None:
    """Require that the call's peak of new allocations stays below ``mebibytes``.

    ``expected`` is the right answer, which is judged as well; ``why`` names what would need more
    ("the (N, M, D) differences"). Raises ``CheckFailed`` of kind ``scaling``, or as
    ``check_values`` does.
    """
    call = function.observe("memory", *args)
    check_values(call.result, expected)
    peak = call.peak / 2**20
    if peak > mebibytes:
        got = f"{peak:.3g} MiB allocated at the peak"
        must = f"at most {mebibytes:.3g} MiB, without {why}"
        raise mismatch("scaling", got, must, call.result)
