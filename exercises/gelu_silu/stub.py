import numpy as np


def gelu(x: np.ndarray, approximate: str = "none") -> np.ndarray:
    """GELU, as torch.nn.functional.gelu.

    x: any shape. approximate: "none" for x * Phi(x) with the normal distribution's Phi, "tanh" for
    the formula with tanh. Returns a new array of x's shape, in x's float dtype; integers give
    float64.
    """
    raise NotImplementedError


def gelu_backward(dout: np.ndarray, x: np.ndarray, approximate: str = "none") -> np.ndarray:
    """The gradient with respect to gelu's x, given dout, that with respect to its output.

    dout, x: of one shape. Returns the gradient of the same form that approximate names for gelu,
    a new array of that shape and dtype; integers give float64.
    """
    raise NotImplementedError


def silu(x: np.ndarray) -> np.ndarray:
    """x * sigmoid(x), as torch.nn.functional.silu.

    x: any shape. Returns a new array of x's shape, in x's float dtype; integers give float64.
    """
    raise NotImplementedError


def silu_backward(dout: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The gradient with respect to silu's x, given dout, that with respect to its output.

    dout, x: of one shape. Returns a new array of that shape and dtype; integers give float64.
    """
    raise NotImplementedError
