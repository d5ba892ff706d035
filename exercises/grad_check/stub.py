from collections.abc import Callable

import numpy as np


def numerical_grad(f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-5) -> np.ndarray:
    """The gradient of f at x by central differences.

    x: any shape and dtype. f: a float64 array of that shape -> a number.
    Returns a float64 array of x's shape.
    """
    raise NotImplementedError


def rel_error(a: np.ndarray, b: np.ndarray) -> float:
    """The largest |a - b| / max(|a| + |b|, 1e-8); nan passes through, empty arrays give 0."""
    raise NotImplementedError


def gradcheck(
    f: Callable[[np.ndarray], float], df: Callable[[np.ndarray], np.ndarray], x: np.ndarray
) -> tuple[bool, tuple[int, ...] | None, float]:
    """Whether df is the gradient of f at x.

    df: a float64 array of x's shape -> an array of that shape.
    Returns whether it holds to 1e-6, the index of the worst entry (None if x is empty) and its
    error.
    """
    raise NotImplementedError
