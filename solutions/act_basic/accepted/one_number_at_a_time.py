"""Plain Python: a branch for each number."""

import math

import numpy as np


def _map(function, *arrays: np.ndarray) -> np.ndarray:
    out = np.empty(arrays[0].shape, np.result_type(*arrays, 1.0))
    for index in np.ndindex(out.shape):
        out[index] = function(*(float(array[index]) for array in arrays))
    return out


def relu(x: np.ndarray) -> np.ndarray:
    return _map(lambda a: max(a, 0.0), x)


def relu_backward(dout: np.ndarray, x: np.ndarray) -> np.ndarray:
    return _map(lambda d, a: d if a > 0 else 0.0, dout, x)


def leaky_relu(x: np.ndarray, negative_slope: float = 0.01) -> np.ndarray:
    return _map(lambda a: a if a > 0 else negative_slope * a, x)


def leaky_relu_backward(
    dout: np.ndarray, x: np.ndarray, negative_slope: float = 0.01
) -> np.ndarray:
    return _map(lambda d, a: d if a > 0 else negative_slope * d, dout, x)


def elu(x: np.ndarray, alpha: float = 1.0) -> np.ndarray:
    return _map(lambda a: a if a > 0 else alpha * math.expm1(a), x)


def elu_backward(dout: np.ndarray, x: np.ndarray, alpha: float = 1.0) -> np.ndarray:
    return _map(lambda d, a: d if a > 0 else d * alpha * math.exp(a), dout, x)
