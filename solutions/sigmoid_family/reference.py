"""The sigmoid, its logarithm and its integral: no exponent is ever positive, and log1p keeps what
1 + e would lose (Mächler, Accurately Computing log(1 - exp(-|a|)), 2012, section on log1pexp)."""

import numpy as np


def sigmoid(x: np.ndarray) -> np.ndarray:
    """``1 / (1 + exp(-x))``, in x's shape and float dtype; integers give float64."""
    x = np.asarray(x, np.result_type(x, 1.0))  # integers become float64
    return np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x)))


def log_sigmoid(x: np.ndarray) -> np.ndarray:
    """``log(sigmoid(x))``, in x's shape and float dtype; integers give float64."""
    x = np.asarray(x, np.result_type(x, 1.0))
    return np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x)))


def softplus(x: np.ndarray) -> np.ndarray:
    """``log(1 + exp(x))``, in x's shape and float dtype; integers give float64."""
    x = np.asarray(x, np.result_type(x, 1.0))
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))
