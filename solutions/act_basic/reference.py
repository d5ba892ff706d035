"""ReLU (Nair and Hinton 2010), leaky ReLU (Maas et al. 2013) and ELU (Clevert et al. 2016), with
their backward passes. At 0 each has the slope of its negative side, as in PyTorch."""

import numpy as np


def relu(x: np.ndarray) -> np.ndarray:
    """``max(x, 0)``, in x's shape and float dtype; integers give float64."""
    x = np.asarray(x, np.result_type(x, 1.0))  # integers become float64
    return np.maximum(x, 0)


def relu_backward(dout: np.ndarray, x: np.ndarray) -> np.ndarray:
    """``dout * relu'(x)``. dout, x: of one shape, which is the result's."""
    dout = np.asarray(dout, np.result_type(dout, x, 1.0))
    return np.where(x > 0, dout, 0)


def leaky_relu(x: np.ndarray, negative_slope: float = 0.01) -> np.ndarray:
    """``x`` where x > 0, else ``negative_slope * x``, in x's shape and float dtype."""
    x = np.asarray(x, np.result_type(x, 1.0))
    return np.maximum(x, 0) + negative_slope * np.minimum(x, 0)


def leaky_relu_backward(
    dout: np.ndarray, x: np.ndarray, negative_slope: float = 0.01
) -> np.ndarray:
    """``dout * leaky_relu'(x)``. dout, x: of one shape, which is the result's."""
    dout = np.asarray(dout, np.result_type(dout, x, 1.0))
    return np.where(x > 0, dout, negative_slope * dout)


def elu(x: np.ndarray, alpha: float = 1.0) -> np.ndarray:
    """``x`` where x > 0, else ``alpha * (exp(x) - 1)``, in x's shape and float dtype."""
    x = np.asarray(x, np.result_type(x, 1.0))
    return np.maximum(x, 0) + alpha * np.expm1(np.minimum(x, 0))


def elu_backward(dout: np.ndarray, x: np.ndarray, alpha: float = 1.0) -> np.ndarray:
    """``dout * elu'(x)``. dout, x: of one shape, which is the result's."""
    dtype = np.result_type(dout, x, 1.0)
    dout, x = np.asarray(dout, dtype), np.asarray(x, dtype)
    slope = alpha * np.exp(np.minimum(x, 0))  # where computes both branches: no overflow here
    return np.where(x > 0, dout, slope * dout)
