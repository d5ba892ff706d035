"""A copy, and an assignment where x is not positive; in ELU's branches exp may overflow unused."""

import numpy as np


def _copy(array: np.ndarray) -> np.ndarray:
    return np.array(array, dtype=np.result_type(array, 1.0))


def relu(x: np.ndarray) -> np.ndarray:
    out = _copy(x)
    out[x < 0] = 0
    return out


def relu_backward(dout: np.ndarray, x: np.ndarray) -> np.ndarray:
    dx = _copy(dout)
    dx[x <= 0] = 0
    return dx


def leaky_relu(x: np.ndarray, negative_slope: float = 0.01) -> np.ndarray:
    out = _copy(x)
    out[x < 0] *= negative_slope
    return out


def leaky_relu_backward(
    dout: np.ndarray, x: np.ndarray, negative_slope: float = 0.01
) -> np.ndarray:
    dx = _copy(dout)
    dx[x <= 0] *= negative_slope
    return dx


def elu(x: np.ndarray, alpha: float = 1.0) -> np.ndarray:
    x = _copy(x)
    return np.where(x > 0, x, alpha * np.expm1(x))


def elu_backward(dout: np.ndarray, x: np.ndarray, alpha: float = 1.0) -> np.ndarray:
    dx = _copy(dout)
    below = x <= 0
    dx[below] *= alpha * np.exp(_copy(x)[below])
    return dx
