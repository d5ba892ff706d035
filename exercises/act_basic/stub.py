import numpy as np


def relu(x: np.ndarray) -> np.ndarray:
    """max(x, 0), element by element.

    x: any shape. Returns a new array of x's shape, in x's float dtype; integers give float64.
    """
    raise NotImplementedError


def relu_backward(dout: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The gradient with respect to relu's x, given dout, that with respect to its output.

    dout, x: of one shape. Returns a new array of that shape and dtype; integers give float64.
    """
    raise NotImplementedError


def leaky_relu(x: np.ndarray, negative_slope: float = 0.01) -> np.ndarray:
    """x where x > 0, negative_slope * x elsewhere.

    x: any shape. Returns a new array of x's shape, in x's float dtype; integers give float64.
    """
    raise NotImplementedError


def leaky_relu_backward(
    dout: np.ndarray, x: np.ndarray, negative_slope: float = 0.01
) -> np.ndarray:
    """The gradient with respect to leaky_relu's x, given dout.

    dout, x: of one shape. Returns a new array of that shape and dtype; integers give float64.
    """
    raise NotImplementedError


def elu(x: np.ndarray, alpha: float = 1.0) -> np.ndarray:
    """x where x > 0, alpha * (exp(x) - 1) elsewhere.

    x: any shape. Returns a new array of x's shape, in x's float dtype; integers give float64.
    """
    raise NotImplementedError


def elu_backward(dout: np.ndarray, x: np.ndarray, alpha: float = 1.0) -> np.ndarray:
    """The gradient with respect to elu's x, given dout.

    dout, x: of one shape. Returns a new array of that shape and dtype; integers give float64.
    """
    raise NotImplementedError
