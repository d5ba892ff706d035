"""Gradients: analytic ones against central differences of the reference's forward, in float64."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from dlprep.checks import show
from dlprep.checks.failure import CaseError, CheckFailed, mismatch
from dlprep.checks.show import Array
from dlprep.checks.values import Tolerance, no_number, require_form

Point = Mapping[str, Array]
Loss = Callable[..., float]
Kinks = Callable[..., Array]
Rng = np.random.Generator

STEP = 1e-5  # of the central difference
RELATIVE = 1e-6  # error that is allowed; float64 central differences reach 1e-9
ALLOWED = Tolerance(RELATIVE, 0.0)
DIRECTIONS = 2  # random ones for each parameter: a wrong gradient fits none, almost surely
CLEARANCE = 10 * STEP  # a difference across a kink measures nothing
CLOSE = 1e-9  # over so short a step a loss is a straight line, apart from rounding


def check_gradient(
    got: Mapping[str, Any],
    loss: Loss,
    at: Point,
    rng: Rng,
    *,
    own: Loss | None = None,
    kinks: Kinks | None = None,
) -> None:
    """Require ``got[name]`` to be the gradient of ``loss(**at)`` with respect to ``at[name]``.

    ``loss`` is a number computed with the reference's forward. Give it a random upstream gradient
    (``(out * upstream).sum()``): a plain sum is constant through a softmax or a normalisation.
    ``own`` is the same number computed with the submission's forward: it is judged first, and
    tells whether the backward at least fits that forward. ``kinks(**at)`` are the values (the
    inputs of a ReLU) whose zeros are kinks: a point nearer than ten steps is the case's fault.

    Each gradient is tested along random directions; where that fails, an element by element
    comparison decides and explains. Raises ``CheckFailed`` of kind ``values`` (forward), ``none``,
    ``type``, ``shape``, ``dtype`` or ``gradient``; ``CaseError`` for a point on a kink.
    """
    if not got:
        raise CaseError("the case gives no gradient to check")
    if kinks is not None and np.min(np.abs(kinks(**at)), initial=np.inf) <= CLEARANCE:
        raise CaseError("the case's point lies within ten steps of a kink: see clear_of_kinks")
    for name, gradient in got.items():
        require_form(gradient, at[name].astype(np.float64), f"d{name}", got)
    if own is not None:
        _judge_forward(got, loss, at, rng, own)
    for name, gradient in got.items():
        if _fits(gradient, loss, at, name, rng):
            continue
        if findings := _explain(name, gradient, loss, at, rng):
            if own is not None:
                verdict = "does not fit your own forward, which is right here"
                if _fits(gradient, own, at, name, rng):
                    verdict = "fits your own forward, which is right only at this point"
                findings.append(("backward", verdict))
            right = [f"d{one}" for one in got if _fits(got[one], loss, at, one, rng)]
            wrong = [f"d{one}" for one in got if f"d{one}" not in right]
            findings.append(("outputs", show.parts(right, wrong)))
            raise CheckFailed("gradient", findings, got)


def clear_of_kinks(draw: Callable[[], dict[str, Array]], kinks: Kinks) -> dict[str, Array]:
    """A point from ``draw`` at which no value of ``kinks(**point)`` is within ten steps of zero."""
    for _ in range(1000):
        point = draw()
        if np.min(np.abs(kinks(**point)), initial=np.inf) > 2 * CLEARANCE:
            return point
    raise CaseError("no point without kinks nearby in 1000 draws")


def _judge_forward(got: Mapping[str, Array], loss: Loss, at: Point, rng: Rng, own: Loss) -> None:
    mine, right = own(**at), float(loss(**at))
    if wanted := no_number(mine, right):
        raise mismatch("type", show.kind_of(mine), wanted, got, "forward")
    if abs(mine - right) <= 1e-7 * max(abs(right), 1e-6):
        return
    if all(_fits(gradient, loss, at, name, rng) for name, gradient in got.items()):
        verdict = "is right: only the forward needs a fix"
    elif apart := [f"d{name}" for name in got if not _fits(got[name], own, at, name, rng)]:
        verdict = f"does not fit your own forward either ({', '.join(apart)})"
    else:
        verdict = "fits your own forward: start with the forward"
    one, other = show.pair(float(mine), right)
    findings = [
        ("forward", f"{one} where {other} was expected: it is judged before the backward"),
        ("backward", verdict),
    ]
    raise CheckFailed("values", findings, got)


def _fits(gradient: Array, loss: Loss, at: Point, name: str, rng: Rng) -> bool:
    """Whether the gradient predicts the loss along random directions."""
    if not gradient.size:
        return True
    directions = rng.normal(size=(DIRECTIONS, *gradient.shape))
    numeric = np.array([_slope(loss, at, name, direction) for direction in directions])
    with np.errstate(all="ignore"):
        analytic = np.array([(gradient * direction).sum() for direction in directions])
    floor = RELATIVE * 0.1 * float(np.abs(numeric).max())  # one may be across the gradient
    if (_off(analytic, numeric, floor) <= 1).all():
        return True
    floor += _rounding(loss, at, name, directions[0])
    return bool((_off(analytic, numeric, floor) <= 1).all())


def _slope(loss: Loss, at: Point, name: str, direction: Any) -> float:
    up, down = (float(loss(**{**at, name: at[name] + sign * STEP * direction})) for sign in (1, -1))
    return (up - down) / (2 * STEP)


def _rounding(loss: Loss, at: Point, name: str, direction: Any) -> float:
    """What rounding alone does to a central difference of this loss.

    The loss does not tell, for large terms may cancel in it. So it is measured: as what bends the
    loss where it should be straight.
    """
    line = [float(loss(**{**at, name: at[name] + n * CLOSE * direction})) for n in range(10)]
    with np.errstate(all="ignore"):
        bend = np.abs(np.diff(line, 2)).max() + 4 * np.spacing(np.abs(line).max())
    return 4 * float(bend) / STEP


def _off(analytic: Array, numeric: Array, floor: float) -> Array:
    """How far apart two gradients are, in tolerances: above 1 is wrong; inf where not finite."""
    with np.errstate(all="ignore"):
        allowed = RELATIVE * np.maximum(np.abs(analytic), np.abs(numeric)) + floor
        off = np.where(analytic == numeric, 0.0, np.abs(analytic - numeric) / allowed)
        return np.where(np.isfinite(analytic) & np.isfinite(numeric), off, np.inf)


def _explain(name: str, gradient: Array, loss: Loss, at: Point, rng: Rng) -> list[tuple[str, str]]:
    """What is wrong with the gradient, by its worst element; empty if each is right."""
    numeric = np.zeros_like(gradient)
    for index in np.ndindex(*gradient.shape):
        one = np.zeros_like(gradient)
        one[index] = 1.0
        numeric[index] = _slope(loss, at, name, one)
    floor = _rounding(loss, at, name, rng.normal(size=gradient.shape))
    wrong = _off(gradient, numeric, floor) > 1
    if not wrong.any():
        return []
    with np.errstate(all="ignore"):
        distance = np.nan_to_num(np.abs(gradient - numeric), nan=np.inf, posinf=np.inf)
        relative = distance / np.maximum(np.abs(gradient), np.abs(numeric))  # nan: inf / inf
    flat = int(np.argmax(np.where(wrong, distance, -1)))
    worst = tuple(int(n) for n in np.unravel_index(flat, gradient.shape))
    analytic_text, numeric_text = show.pair(gradient[worst], numeric[worst])
    place = f"[{', '.join(map(str, worst))}]" if worst else ""
    error = np.nan_to_num(relative[worst], nan=np.inf, posinf=np.inf)
    count = f"{np.count_nonzero(wrong)} wrong in {gradient.size}"
    return [
        ("gradient", f"d{name}{place}, the worst of {count}"),
        ("analytic", f"{analytic_text}   (yours)"),
        ("numeric", f"{numeric_text}   (central difference, h = {STEP:g})"),
        ("error", f"{error:.2g} relative"),
        ("allowed", ALLOWED.text),
        ("pattern", _pattern(gradient, numeric, floor)),
    ]


def _pattern(analytic: Array, numeric: Array, floor: float) -> str:
    """A plain fact that holds for all elements at once, or ""; one number is not a pattern."""
    if np.count_nonzero(np.abs(numeric) > floor) < 2 or not np.isfinite(analytic).all():
        return ""  # anything is a multiple of what is 0 but for rounding
    if not analytic.any():
        return "every element of yours is 0"
    factor = show.ratio(analytic, numeric)
    if (_off(analytic, factor * numeric, max(1.0, abs(factor)) * floor) <= 1).all():
        return f"yours = {show.factor(factor, RELATIVE / 10)} × numeric, everywhere"
    square = analytic.ndim == 2 and analytic.shape == numeric.T.shape
    if square and (_off(analytic, numeric.T, floor) <= 1).all():
        return "yours is the transpose"
    return ""
