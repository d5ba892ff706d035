"""Multiplication by masks, as most people write it."""

import numpy as np


def _float(a: np.ndarray) -> np.ndarray:
    return a if a.dtype.kind == "f" else a.astype(np.float64)


def relu(x: np.ndarray) -> np.ndarray:
    return _float(x) * (x > 0)


def relu_backward(dout: np.ndarray, x: np.ndarray) -> np.ndarray:
    return _float(dout) * (x > 0)


def leaky_relu(x: np.ndarray, negative_slope: float = 0.01) -> np.ndarray:
    x = _float(x)
    return x * (x > 0) + negative_slope * x * (x <= 0)


def leaky_relu_backward(
    dout: np.ndarray, x: np.ndarray, negative_slope: float = 0.01
) -> np.ndarray:
    dout = _float(dout)
    return dout * (x > 0) + negative_slope * dout * (x <= 0)


def elu(x: np.ndarray, alpha: float = 1.0) -> np.ndarray:
    x = _float(x)
    return x * (x > 0) + alpha * np.expm1(np.where(x < 0, x, 0))


def elu_backward(dout: np.ndarray, x: np.ndarray, alpha: float = 1.0) -> np.ndarray:
    dout, x = _float(dout), _float(x)
    return dout * ((x > 0) + (x <= 0) * (elu(np.minimum(x, 0), alpha) + alpha))
