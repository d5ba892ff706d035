import numpy as np


def dropout(x: np.ndarray, p: float, train: bool, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Inverted dropout of single elements.

    x: any shape. p: the probability to drop, 0 to 1. u: float64 of x's shape, uniform on [0, 1);
    in training an element is kept where u >= p.
    Returns y and mask, both of x's shape, with y = x * mask. Float dtypes are kept, integers give
    float64.
    """
    raise NotImplementedError


def dropout_backward(dout: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The gradient of dropout.

    dout: the loss's gradient with respect to y. mask: as dropout returned it.
    Returns dx, of dout's shape.
    """
    raise NotImplementedError


def dropout2d(x: np.ndarray, p: float, train: bool, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Inverted dropout of whole channels.

    x: (N, C, H, W). p: the probability to drop, 0 to 1. u: (N, C) float64, uniform on [0, 1).
    Returns y: (N, C, H, W) and mask: (N, C, 1, 1), with y = x * mask. Float dtypes are kept,
    integers give float64.
    """
    raise NotImplementedError


def dropout2d_backward(dout: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The gradient of dropout2d.

    dout: (N, C, H, W), the loss's gradient with respect to y. mask: (N, C, 1, 1), as dropout2d
    returned it. Returns dx: (N, C, H, W).
    """
    raise NotImplementedError
