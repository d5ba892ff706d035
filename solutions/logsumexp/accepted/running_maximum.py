"""One pass along the axis with a running maximum and a running sum, one slice at a time."""

import numpy as np


def _statistics(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The maximum over the first axis, and the sum of the exponentials of what lies below it."""
    top = np.full(z.shape[1:], -np.inf)
    total = np.zeros(z.shape[1:])
    for entry in z:
        new = np.maximum(top, entry)
        safe = np.where(np.isneginf(new), 0.0, new)
        total = total * np.exp(top - safe) + np.exp(entry - safe)
        top = new
    return top, total


def logsumexp(x: np.ndarray, axis: int = -1, keepdims: bool = False) -> np.ndarray:
    top, total = _statistics(np.moveaxis(x.astype(np.float64), axis, 0))
    result = np.full(top.shape, -np.inf)
    some = total > 0
    result[some] = top[some] + np.log(total[some])
    if keepdims:
        result = np.expand_dims(result, axis)
    return result.astype(x.dtype if x.dtype.kind == "f" else np.float64)


def log_softmax(x: np.ndarray, axis: int = -1) -> np.ndarray:
    z = np.moveaxis(x.astype(np.float64), axis, 0)
    if z.size:
        top, total = _statistics(z)
        z = (z - top) - np.log(total)
    return np.moveaxis(z, 0, axis).astype(x.dtype if x.dtype.kind == "f" else np.float64)
