import numpy as np


def layernorm(x: np.ndarray, g: np.ndarray, b: np.ndarray, eps: float) -> tuple[np.ndarray, object]:
    """Layer normalisation over the last axis, with a biased variance and eps inside the root.

    x: (..., D). g, b: (D,), gain and bias. Returns y: (..., D) and a cache of your own design for
    layernorm_backward. Float dtypes are kept, integers give float64.
    """
    raise NotImplementedError


def layernorm_backward(dy: np.ndarray, cache: object) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The gradients of layernorm.

    dy: (..., D), the loss's gradient with respect to y. Returns dx: (..., D), dg: (D,) and
    db: (D,), in the forward's dtype; dg and db are summed over all leading axes.
    """
    raise NotImplementedError


def rmsnorm(x: np.ndarray, g: np.ndarray, eps: float) -> tuple[np.ndarray, object]:
    """Root mean square normalisation over the last axis, with eps inside the root.

    x: (..., D). g: (D,), gain. Returns y: (..., D) and a cache of your own design for
    rmsnorm_backward. Float dtypes are kept, integers give float64.
    """
    raise NotImplementedError


def rmsnorm_backward(dy: np.ndarray, cache: object) -> tuple[np.ndarray, np.ndarray]:
    """The gradients of rmsnorm.

    dy: (..., D), the loss's gradient with respect to y. Returns dx: (..., D) and dg: (D,), in the
    forward's dtype; dg is summed over all leading axes.
    """
    raise NotImplementedError
