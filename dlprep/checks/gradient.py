"""Gradients: analytic ones against central differences of the reference's forward, in float64."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from dlprep.checks import show
from dlprep.checks.failure import CaseError, CheckFailed

Array = np.ndarray[Any, Any]
Point = Mapping[str, Array]
Loss = Callable[..., float]

STEP = 1e-5  # of the central difference
RELATIVE = 1e-6  # error that is allowed; float64 central differences reach 1e-9
DIRECTIONS = 2  # random ones for each parameter: a wrong gradient fits none, almost surely
CLEARANCE = 10 * STEP  # a difference across a kink measures nothing


def check_gradient(
    got: Mapping[str, Any],
    loss: Loss,
    at: Point,
    rng: np.random.Generator,
    *,
    own: Loss | None = None,
    kinks: Callable[..., Array] | None = None,
) -> None:
    """Require ``got[name]`` to be the gradient of ``loss(**at)`` with respect to ``at[name]``.

    ``loss`` is a number computed with the reference's forward; give it a random upstream gradient
    (``(out * upstream).sum()``), for a plain sum is constant through a softmax or a normalisation.
    ``own`` is the same number computed with the submission's forward: it is judged first, and
    tells whether the backward at least fits that forward. ``kinks(**at)`` are the values (the
    inputs of a ReLU) whose zeros are kinks: a point nearer than ten steps is the case's fault.

    Each gradient is tested along random directions; the element by element comparison only
    explains a failure. Raises ``CheckFailed`` of kind ``values`` (forward), ``none``, ``type``,
    ``shape``, ``dtype`` or ``gradient``; ``CaseError`` for a point on a kink.
    """
    if kinks is not None and np.min(np.abs(kinks(**at)), initial=np.inf) <= CLEARANCE:
        raise CaseError("the case's point lies within ten steps of a kink: see clear_of_kinks")
    for name, gradient in got.items():
        _require_like(f"d{name}", gradient, at[name], got)
    if own is not None:
        _judge_forward(got, loss, at, rng, own)
    for name, gradient in got.items():
        if not _fits(gradient, loss, at, name, rng):
            _explain(name, gradient, loss, at, got, fits_own=own is not None)


def clear_of_kinks(
    draw: Callable[[], dict[str, Array]], kinks: Callable[..., Array]
) -> dict[str, Array]:
    """A point from ``draw`` at which no value of ``kinks(**point)`` is within ten steps of zero."""
    for _ in range(1000):
        point = draw()
        if np.min(np.abs(kinks(**point)), initial=np.inf) > 2 * CLEARANCE:
            return point
    raise CaseError("no point without kinks nearby in 1000 draws")


def _require_like(name: str, gradient: Any, value: Array, subject: object) -> None:
    if gradient is None:
        raise CheckFailed("none", [("in", name), ("got", "None")], subject)
    if not isinstance(gradient, np.ndarray):
        findings = [
            ("in", name),
            ("got", show.kind_of(gradient)),
            ("expected", show.kind_of(value)),
        ]
        raise CheckFailed("type", findings, subject)
    if gradient.shape != value.shape:
        findings = [
            ("in", name),
            ("got", f"shape {gradient.shape}"),
            ("expected", f"shape {value.shape}, that of {name[1:]}"),
        ]
        raise CheckFailed("shape", findings, subject)
    if gradient.dtype != np.float64:
        findings = [("in", name), ("got", f"dtype {gradient.dtype}"), ("expected", "dtype float64")]
        raise CheckFailed("dtype", findings, subject)


def _judge_forward(
    got: Mapping[str, Array], loss: Loss, at: Point, rng: np.random.Generator, own: Loss
) -> None:
    mine, right = float(own(**at)), float(loss(**at))
    if abs(mine - right) <= 1e-7 * max(abs(right), 1e-9):
        return
    apart = [name for name, gradient in got.items() if not _fits(gradient, own, at, name, rng)]
    if apart:
        verdict = f"does not fit your own forward either ({', '.join('d' + n for n in apart)})"
    else:
        verdict = "fits your own forward: start with the forward"
    one, other = show.pair(mine, right)
    findings = [
        ("forward", f"{one} where {other} was expected: it is judged before the backward"),
        ("backward", verdict),
    ]
    raise CheckFailed("values", findings, got)


def _fits(gradient: Array, loss: Loss, at: Point, name: str, rng: np.random.Generator) -> bool:
    """Whether the gradient predicts the loss along random directions."""
    if not gradient.size:
        return True
    directions = [rng.normal(size=gradient.shape) for _ in range(DIRECTIONS)]
    numeric = [_slope(loss, at, name, direction) for direction in directions]
    analytic = [float((gradient * direction).sum()) for direction in directions]
    floor = _floor(loss, at) + RELATIVE * 0.1 * max(map(abs, numeric))
    return all(
        abs(a - n) <= RELATIVE * max(abs(a), abs(n)) + floor  # false for nan
        for a, n in zip(analytic, numeric, strict=True)
    )


def _slope(loss: Loss, at: Point, name: str, direction: Any) -> float:
    up, down = (float(loss(**{**at, name: at[name] + sign * STEP * direction})) for sign in (1, -1))
    return (up - down) / (2 * STEP)


def _floor(loss: Loss, at: Point) -> float:
    """What rounding alone does to a central difference of this loss."""
    return 1e3 * float(np.finfo(np.float64).eps) * abs(float(loss(**at))) / STEP + 1e-12


def _explain(
    name: str, gradient: Array, loss: Loss, at: Point, got: Mapping[str, Array], *, fits_own: bool
) -> None:
    """Raise the failure, with the worst element of the gradient."""
    numeric = np.zeros_like(gradient)
    for index in np.ndindex(*gradient.shape):
        one = np.zeros_like(gradient)
        one[index] = 1.0
        numeric[index] = _slope(loss, at, name, one)
    with np.errstate(all="ignore"):
        scale = np.maximum(np.abs(gradient), np.abs(numeric)) + _floor(loss, at)
        error = np.nan_to_num(np.abs(gradient - numeric) / scale, nan=np.inf)
        weight = np.nan_to_num(np.abs(gradient - numeric), nan=np.inf)
    worst = tuple(int(n) for n in np.unravel_index(int(np.argmax(weight)), weight.shape))
    analytic_text, numeric_text = show.pair(gradient[worst], numeric[worst])
    place = ", ".join(map(str, worst))
    wrong = int(np.count_nonzero(error > RELATIVE))
    findings = [
        ("gradient", f"d{name}[{place}], the worst of {wrong} wrong in {gradient.size}"),
        ("analytic", f"{analytic_text}   (yours)"),
        ("numeric", f"{numeric_text}   (central difference, h = {STEP:g})"),
        ("error", f"{float(error[worst]):.2g} relative"),
    ]
    if pattern := _pattern(gradient, numeric):
        findings.append(("pattern", pattern))
    if fits_own:
        findings.append(("backward", "does not fit your own forward, which is right here"))
    raise CheckFailed("gradient", findings, got)


def _pattern(analytic: Array, numeric: Array) -> str:
    if not np.isfinite(analytic).all() or not numeric.any():
        return ""
    if not analytic.any():
        return "every element of yours is 0"
    factor = float((analytic * numeric).sum() / (numeric * numeric).sum())
    if factor and np.allclose(analytic, factor * numeric, rtol=1e-5, atol=1e-8):
        return f"yours = {factor:.4g} × numeric, everywhere"
    if (
        analytic.ndim == 2
        and analytic.shape == numeric.T.shape
        and np.allclose(analytic, numeric.T, rtol=1e-5, atol=1e-8)
    ):
        return "yours is the transpose"
    return ""
