import numpy as np


def logsumexp(x: np.ndarray, axis: int = -1, keepdims: bool = False) -> np.ndarray:
    """The log of the sum of the exponentials of x along one axis.

    x: any shape with at least one axis. Returns x's shape without axis, or with length 1
    there if keepdims, in x's float dtype; integers give float64. A row of nothing but -inf gives
    -inf, and so does an empty one.
    """
    raise NotImplementedError


def log_softmax(x: np.ndarray, axis: int = -1) -> np.ndarray:
    """The logarithm of the softmax of x along one axis.

    x: any shape with at least one axis. Returns a new array of x's shape, in x's float dtype;
    integers give float64. An entry of -inf gives -inf.
    """
    raise NotImplementedError
