"""Plain Python, one row at a time."""

import math

import numpy as np


def _row(values: list[float]) -> tuple[float, float]:
    """The largest value, and the log of the sum relative to it."""
    top = max(values, default=-math.inf)
    if top == -math.inf:
        return 0.0, -math.inf
    return top, math.log(math.fsum(math.exp(value - top) for value in values))


def logsumexp(x: np.ndarray, axis: int = -1, keepdims: bool = False) -> np.ndarray:
    rows = np.moveaxis(x, axis, -1)
    out = np.empty(rows.shape[:-1], x.dtype if x.dtype.kind == "f" else float)
    for index in np.ndindex(out.shape):
        out[index] = sum(_row([float(value) for value in rows[index]]))
    return np.expand_dims(out, axis) if keepdims else out


def log_softmax(x: np.ndarray, axis: int = -1) -> np.ndarray:
    out = np.empty(x.shape, x.dtype if x.dtype.kind == "f" else float)
    rows, results = np.moveaxis(x, axis, -1), np.moveaxis(out, axis, -1)
    for index in np.ndindex(rows.shape[:-1]):
        row = [float(value) for value in rows[index]]
        top, log_total = _row(row)
        results[index] = [(value - top) - log_total for value in row]
    return out
