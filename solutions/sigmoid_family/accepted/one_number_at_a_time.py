"""Plain Python, with a branch for each sign."""

import math

import numpy as np


def _sigmoid(value: float) -> float:
    if value >= 0:
        return 1.0 / (1.0 + math.exp(-value))
    small = math.exp(value)
    return small / (1.0 + small)


def _softplus(value: float) -> float:
    if value > 0:
        return value + math.log1p(math.exp(-value))
    return math.log1p(math.exp(value))


def _map(function, x: np.ndarray) -> np.ndarray:
    out = np.empty(x.shape, x.dtype if x.dtype.kind == "f" else float)
    for index in np.ndindex(x.shape):
        out[index] = function(float(x[index]))
    return out


def sigmoid(x: np.ndarray) -> np.ndarray:
    return _map(_sigmoid, x)


def log_sigmoid(x: np.ndarray) -> np.ndarray:
    return _map(lambda value: -_softplus(-value), x)


def softplus(x: np.ndarray) -> np.ndarray:
    return _map(_softplus, x)
