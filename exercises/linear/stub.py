import numpy as np


def linear(x: np.ndarray, W: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, object]:
    """A linear layer, x @ W + b.

    x: (..., Din), with any number of leading axes, also none. W: (Din, Dout), b: (Dout,).
    Returns y: (..., Dout) and a cache of your own design for linear_backward.
    float32 stays float32, integers give float64.
    """
    raise NotImplementedError


def linear_backward(dy: np.ndarray, cache: object) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The gradients of linear, given that of its output, dy: (..., Dout).

    Returns dx: (..., Din), dW: (Din, Dout) and db: (Dout,); dW and db are summed over all leading
    axes.
    """
    raise NotImplementedError


def chain(Ms: list[np.ndarray], dP: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    """The product P = Ms[0] @ Ms[1] @ ... and the gradients of its factors.

    Ms: one or more (n, n) matrices, which may be singular. dP: (n, n), the gradient of P.
    Returns P: (n, n) and a list with the gradient of each matrix, (n, n), in the order of Ms.
    The number of products grows in proportion to len(Ms).
    """
    raise NotImplementedError
