"""One entry at a time, moved in place on a copy and put back; one pass for everything."""

import math
from collections.abc import Callable

import numpy as np


def numerical_grad(f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-5) -> np.ndarray:
    x = np.array(x, dtype=float)
    grad = np.empty_like(x)
    it = np.nditer(x, flags=["multi_index", "zerosize_ok"])
    while not it.finished:
        i = it.multi_index
        old = x[i]
        x[i] = old + h
        plus = float(f(x))
        x[i] = old - h
        minus = float(f(x))
        x[i] = old
        grad[i] = (plus - minus) / (2 * h)
        it.iternext()
    return grad


def rel_error(a: np.ndarray, b: np.ndarray) -> float:
    worst = 0.0
    for one, other in zip(np.ravel(a).tolist(), np.ravel(b).tolist(), strict=True):
        error = _error(one, other)
        if math.isnan(error):
            return error
        worst = max(worst, error)
    return worst


def gradcheck(
    f: Callable[[np.ndarray], float], df: Callable[[np.ndarray], np.ndarray], x: np.ndarray
) -> tuple[bool, tuple[int, ...] | None, float]:
    x = np.array(x, dtype=float)
    if x.size == 0:
        return True, None, 0.0
    claimed = np.array(df(x), dtype=float)
    measured = numerical_grad(f, x)
    worst, err = None, -1.0
    for i in np.ndindex(x.shape):
        if not math.isfinite(claimed[i]):
            error = math.inf
        elif abs(claimed[i] - measured[i]) <= 1e-8 or _kink(f, x, i):
            error = 0.0
        else:
            error = _error(float(claimed[i]), float(measured[i]))
        if error > err:
            worst, err = i, error
    return err <= 1e-6, worst, err


def _error(one: float, other: float) -> float:
    return abs(one - other) / max(abs(one) + abs(other), 1e-8)


def _kink(f: Callable[[np.ndarray], float], x: np.ndarray, i: tuple[int, ...]) -> bool:
    values = []
    for step in (-1e-4, 0.0, 1e-4):
        point = x.copy()
        point[i] += step
        values.append(float(f(point)))
    left, right = (values[1] - values[0]) / 1e-4, (values[2] - values[1]) / 1e-4
    return abs(right - left) > 0.01 * max(1.0, abs(left), abs(right))
