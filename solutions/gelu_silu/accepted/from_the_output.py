"""The backwards from the forwards, y = x * gate: silu' = y + s (1 - y); erf by np.frompyfunc."""

import math

import numpy as np


def _wide(x: np.ndarray) -> np.ndarray:
    return np.array(x, dtype=np.float64)


def _logistic(x: np.ndarray) -> np.ndarray:
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, e) / (1.0 + e)


def _cdf(x: np.ndarray, approximate: str) -> np.ndarray:
    if approximate == "tanh":
        return _logistic(2 * np.sqrt(2 / np.pi) * x * (1 + 0.044715 * np.square(x)))
    erf = np.frompyfunc(math.erf, 1, 1)
    return 0.5 + 0.5 * np.asarray(erf(x * np.sqrt(0.5)), dtype=np.float64)


def gelu(x: np.ndarray, approximate: str = "none") -> np.ndarray:
    z = _wide(x)
    return np.multiply(z, _cdf(z, approximate)).astype(np.result_type(x, 1.0))


def gelu_backward(dout: np.ndarray, x: np.ndarray, approximate: str = "none") -> np.ndarray:
    z = _wide(x)
    gate = _cdf(z, approximate)
    if approximate == "tanh":
        inner = 2 * np.sqrt(2 / np.pi) * (1 + 3 * 0.044715 * z**2)
        slope = gate + z * gate * (1 - gate) * inner
    else:
        slope = gate + z * np.exp(-np.square(z) / 2) / np.sqrt(2 * np.pi)
    return (_wide(dout) * slope).astype(np.result_type(dout, x, 1.0))


def silu(x: np.ndarray) -> np.ndarray:
    z = _wide(x)
    return (z * _logistic(z)).astype(np.result_type(x, 1.0))


def silu_backward(dout: np.ndarray, x: np.ndarray) -> np.ndarray:
    z = _wide(x)
    s = _logistic(z)
    y = z * s
    return (_wide(dout) * (y + s * (1 - y))).astype(np.result_type(dout, x, 1.0))
