"""Inverted dropout: Srivastava et al., Dropout (2014), section 10; of whole channels: Tompson et
al., Efficient Object Localization Using Convolutional Networks (2015)."""

import numpy as np


def dropout(x: np.ndarray, p: float, train: bool, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Drop each element with probability ``p`` and divide the others by ``1 - p``.

    x, u: any one shape; u is uniform on [0, 1), and what has u >= p is kept. Returns y and mask,
    of that shape too, with y = x * mask. Float dtypes are kept, integers give float64.
    """
    mask = _mask(x, p, train, u)
    return x * mask, mask


def dropout_backward(dout: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The gradient of :func:`dropout` with respect to x, of dout's shape."""
    return dout * mask


def dropout2d(x: np.ndarray, p: float, train: bool, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Drop each channel of each image with probability ``p`` and divide the others by ``1 - p``.

    x: (N, C, H, W). u: (N, C). Returns y: (N, C, H, W) and mask: (N, C, 1, 1).
    """
    mask = _mask(x, p, train, u[:, :, np.newaxis, np.newaxis])  # (N, C, 1, 1)
    return x * mask, mask  # (N, C, H, W), (N, C, 1, 1)


def dropout2d_backward(dout: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The gradient of :func:`dropout2d` with respect to x: (N, C, H, W)."""
    return dout * mask


def _mask(x: np.ndarray, p: float, train: bool, u: np.ndarray) -> np.ndarray:
    """The factors of x, in the shape of u: 0 or 1 / (1 - p) in training, else 1."""
    dtype = np.result_type(x, 1.0)  # integers become float64
    if not train:
        return np.ones(u.shape, dtype)
    keep = u >= p
    return (keep / (1 - p) if p < 1 else keep).astype(dtype)  # p = 1 keeps nothing
