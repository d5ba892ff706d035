"""GELU: Hendrycks and Gimpel, Gaussian Error Linear Units (2016). SiLU: Elfwing, Uchibe and Doya
(2017). Both are x times a gate that rises from 0 to 1."""

import math

import numpy as np

_erfc = np.vectorize(math.erfc, otypes=[float])  # NumPy has none


def gelu(x: np.ndarray, approximate: str = "none") -> np.ndarray:
    """``x * Phi(x)``, or with ``approximate="tanh"`` the paper's approximation of it.

    x: any shape. Returns a new array of x's shape. Float dtypes are kept, integers give float64.
    """
    dtype = np.result_type(x, 1.0)  # integers become float64
    x = np.asarray(x, np.float64)  # in float16 the cube would overflow
    gate, _ = _gelu_gate(x, approximate)
    return (x * gate).astype(dtype, copy=False)


def gelu_backward(dout: np.ndarray, x: np.ndarray, approximate: str = "none") -> np.ndarray:
    """``dout * gelu'(x)``. dout, x: of one shape, which is the result's."""
    dtype = np.result_type(dout, x, 1.0)
    x = np.asarray(x, np.float64)
    gate, slope = _gelu_gate(x, approximate)
    return (dout * (gate + x * slope)).astype(dtype, copy=False)


def silu(x: np.ndarray) -> np.ndarray:
    """``x * sigmoid(x)``, in x's shape and float dtype; integers give float64."""
    x = np.asarray(x, np.result_type(x, 1.0))
    return x * _sigmoid(x)


def silu_backward(dout: np.ndarray, x: np.ndarray) -> np.ndarray:
    """``dout * silu'(x)``. dout, x: of one shape, which is the result's."""
    dtype = np.result_type(dout, x, 1.0)
    dout, x = np.asarray(dout, dtype), np.asarray(x, dtype)
    s = _sigmoid(x)
    return dout * (s + x * s * (1 - s))


def _gelu_gate(x: np.ndarray, approximate: str) -> tuple[np.ndarray, np.ndarray]:
    """The factor of x, and its derivative."""
    if approximate == "tanh":
        k = math.sqrt(8 / math.pi)
        s = _sigmoid(k * (x + 0.044715 * x**3))  # (1 + tanh(z)) / 2 is sigmoid(2z)
        return s, s * (1 - s) * k * (1 + 3 * 0.044715 * x**2)
    cdf = _erfc(-x / math.sqrt(2)) / 2  # Phi
    pdf = np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)  # phi = Phi'
    return cdf, pdf


def _sigmoid(x: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-x)) without overflow: no exponent is ever positive."""
    return np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x)))
