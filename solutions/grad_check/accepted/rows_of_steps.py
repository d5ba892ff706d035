"""All points at once, as rows of a matrix; a kink is what bends f in one place of a fine grid."""

from collections.abc import Callable

import numpy as np


def numerical_grad(f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-5) -> np.ndarray:
    x = np.asarray(x, dtype=np.float64)
    steps = h * np.eye(x.size)
    plus, minus = _along(f, x, steps), _along(f, x, -steps)
    return ((plus - minus) / h / 2).reshape(x.shape)


def rel_error(a: np.ndarray, b: np.ndarray) -> float:
    a, b = a.astype(np.float64), b.astype(np.float64)
    size = np.abs(a) + np.abs(b)
    size[size < 1e-8] = 1e-8
    return (np.abs(a - b) / size).max() if a.size else 0.0


def gradcheck(
    f: Callable[[np.ndarray], float], df: Callable[[np.ndarray], np.ndarray], x: np.ndarray
) -> tuple[bool, tuple[int, ...] | None, float]:
    if not np.size(x):
        return True, None, 0.0
    x = np.asarray(x, dtype=np.float64)
    analytic, numeric = np.ravel(df(x)).astype(np.float64), numerical_grad(f, x).ravel()
    error = np.full(x.size, np.inf)
    for n in np.flatnonzero(np.isfinite(analytic)):
        one, other = analytic[n : n + 1], numeric[n : n + 1]
        fine = abs(one - other)[0] <= 1e-8
        error[n] = 0.0 if fine or _bends(f, x, n) else rel_error(one, other)
    worst = int(error.argmax())
    index = tuple(int(i) for i in np.unravel_index(worst, x.shape))
    return error[worst] <= 1e-6, index, error[worst]


def _along(f: Callable[[np.ndarray], float], x: np.ndarray, steps: np.ndarray) -> np.ndarray:
    return np.array([f(x + step.reshape(x.shape)) for step in steps], dtype=np.float64)


def _bends(f: Callable[[np.ndarray], float], x: np.ndarray, n: int) -> bool:
    steps = np.zeros((21, x.size))
    steps[:, n] = np.linspace(-1e-4, 1e-4, 21)
    slopes = np.diff(_along(f, x, steps)) / 1e-5
    bend = np.abs(np.diff(slopes))
    typical = 20 * np.median(bend) + 1e-4
    return bend.max() > max(typical, 0.01 * np.abs(slopes).max())
