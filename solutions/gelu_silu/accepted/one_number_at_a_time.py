"""Plain Python: one number at a time."""

import math

import numpy as np


def _map(function, *arrays: np.ndarray) -> np.ndarray:
    out = np.empty(arrays[0].shape, np.result_type(*arrays, 1.0))
    for index in np.ndindex(out.shape):
        out[index] = function(*(float(array[index]) for array in arrays))
    return out


def _gate(a: float, approximate: str) -> tuple[float, float]:
    if approximate == "tanh":
        inner = math.sqrt(2 / math.pi) * (a + 0.044715 * a * a * a)
        t = math.tanh(inner)
        return (1 + t) / 2, (1 - t) * (1 + t) / 2 * math.sqrt(2 / math.pi) * (1 + 0.134145 * a * a)
    cdf = math.erfc(-a * math.sqrt(0.5)) / 2
    return cdf, math.exp(-a * a / 2) / math.sqrt(math.tau)


def _sigmoid(a: float) -> float:
    return (1 + math.tanh(a / 2)) / 2


def gelu(x: np.ndarray, approximate: str = "none") -> np.ndarray:
    return _map(lambda a: a * _gate(a, approximate)[0], x)


def gelu_backward(dout: np.ndarray, x: np.ndarray, approximate: str = "none") -> np.ndarray:
    def one(d: float, a: float) -> float:
        gate, slope = _gate(a, approximate)
        return d * gate + d * a * slope

    return _map(one, dout, x)


def silu(x: np.ndarray) -> np.ndarray:
    return _map(lambda a: a * _sigmoid(a), x)


def silu_backward(dout: np.ndarray, x: np.ndarray) -> np.ndarray:
    def one(d: float, a: float) -> float:
        s = _sigmoid(a)
        return d * (s + a * s * _sigmoid(-a))

    return _map(one, dout, x)
