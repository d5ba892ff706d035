"""The formulas as they are written; 1 / (1 + exp(-x)) warns for very negative x, and is right."""

import math

import numpy as np

erf = np.vectorize(math.erf, otypes=[np.float64])
C = math.sqrt(2 / math.pi)


def gelu(x: np.ndarray, approximate: str = "none") -> np.ndarray:
    dtype = np.result_type(x, 1.0)
    x = x.astype(np.float64)
    if approximate == "none":
        y = 0.5 * x * (1 + erf(x / math.sqrt(2)))
    else:
        y = 0.5 * x * (1 + np.tanh(C * (x + 0.044715 * x**3)))
    return y.astype(dtype)


def gelu_backward(dout: np.ndarray, x: np.ndarray, approximate: str = "none") -> np.ndarray:
    dtype = np.result_type(x, 1.0)
    x = x.astype(np.float64)
    if approximate == "none":
        pdf = np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
        slope = 0.5 * (1 + erf(x / math.sqrt(2))) + x * pdf
    else:
        t = np.tanh(C * (x + 0.044715 * x**3))
        slope = 0.5 * (1 + t) + 0.5 * x * (1 - t**2) * C * (1 + 3 * 0.044715 * x**2)
    return (dout * slope).astype(dtype)


def silu(x: np.ndarray) -> np.ndarray:
    return x / (1 + np.exp(-x))


def silu_backward(dout: np.ndarray, x: np.ndarray) -> np.ndarray:
    s = 1 / (1 + np.exp(-x))
    return dout * s * (1 + x * (1 - s))
