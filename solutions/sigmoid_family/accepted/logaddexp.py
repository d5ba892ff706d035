"""Everything from NumPy's logaddexp: softplus is logaddexp(0, x)."""

import numpy as np


def softplus(x: np.ndarray) -> np.ndarray:
    x = np.asarray(x)
    return np.logaddexp(np.zeros((), x.dtype if x.dtype.kind == "f" else float), x)


def log_sigmoid(x: np.ndarray) -> np.ndarray:
    x = np.asarray(x)
    return -softplus(-x)


def sigmoid(x: np.ndarray) -> np.ndarray:
    return np.exp(log_sigmoid(x))
