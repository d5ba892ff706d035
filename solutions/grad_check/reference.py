"""A gradient checker by central differences; PyTorch's is torch.autograd.gradcheck."""

from collections.abc import Callable

import numpy as np


def numerical_grad(f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-5) -> np.ndarray:
    """The gradient of ``f`` at ``x`` by central differences, two calls of ``f`` an entry.

    x: any shape and dtype. f: a float64 array of that shape -> a number.
    Returns a float64 array of x's shape.
    """
    x = np.asarray(x, dtype=np.float64)
    grad = np.empty(x.shape)
    for index in np.ndindex(x.shape):
        grad[index] = (_moved(f, x, index, h) - _moved(f, x, index, -h)) / (2 * h)
    return grad


def rel_error(a: np.ndarray, b: np.ndarray) -> float:
    """The largest ``|a - b| / max(|a| + |b|, 1e-8)``; nan passes through, empty arrays give 0."""
    a = np.asarray(a, dtype=np.float64)
    b = np.asarray(b, dtype=np.float64)
    error = np.abs(a - b) / np.maximum(np.abs(a) + np.abs(b), 1e-8)
    return float(np.max(error, initial=0.0))


def gradcheck(
    f: Callable[[np.ndarray], float], df: Callable[[np.ndarray], np.ndarray], x: np.ndarray
) -> tuple[bool, tuple[int, ...] | None, float]:
    """Whether ``df`` is the gradient of ``f`` at ``x``.

    df: a float64 array of x's shape -> an array of that shape. Returns whether it holds to 1e-6,
    the index of the worst entry (None if x is empty) and its error. Entries near a kink are
    skipped, for no difference across one means anything.
    """
    x = np.asarray(x, dtype=np.float64)
    if not x.size:
        return True, None, 0.0
    analytic, numeric = np.asarray(df(x)), numerical_grad(f, x)
    error = np.empty(x.shape)
    for index in np.ndindex(x.shape):
        a, n = analytic[index], numeric[index]
        if not np.isfinite(a):
            error[index] = np.inf
        elif abs(a - n) <= 1e-8 or _near_kink(f, x, index):
            error[index] = 0
        else:
            error[index] = abs(a - n) / (abs(a) + abs(n))
    worst = np.unravel_index(np.argmax(error), x.shape)
    return bool(error[worst] <= 1e-6), tuple(map(int, worst)), float(error[worst])


def _near_kink(f: Callable[[np.ndarray], float], x: np.ndarray, index: tuple[int, ...]) -> bool:
    """Whether the slopes to the left and to the right differ by more than curvature explains."""
    here = f(x)
    left = (here - _moved(f, x, index, -1e-4)) / 1e-4
    right = (_moved(f, x, index, 1e-4) - here) / 1e-4
    return bool(abs(right - left) > 0.01 * max(1.0, abs(left), abs(right)))


def _moved(
    f: Callable[[np.ndarray], float], x: np.ndarray, index: tuple[int, ...], step: float
) -> float:
    """``f`` with one entry of ``x`` moved; ``x`` itself stays as it is."""
    x = x.copy()
    x[index] += step
    return f(x)
