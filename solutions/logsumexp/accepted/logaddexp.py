"""NumPy's own logaddexp, reduced: its neutral element is -inf."""

import numpy as np


def logsumexp(x: np.ndarray, axis: int = -1, keepdims: bool = False) -> np.ndarray:
    values = x.astype(np.result_type(x, 1.0))
    return np.logaddexp.reduce(values, axis=axis, keepdims=keepdims)


def log_softmax(x: np.ndarray, axis: int = -1) -> np.ndarray:
    if x.size == 0:
        return np.zeros(x.shape, np.result_type(x, 1.0))
    z = x.astype(np.result_type(x, 1.0))
    z = z - np.max(z, axis=axis, keepdims=True)
    return z - np.logaddexp.reduce(z, axis=axis, keepdims=True)
