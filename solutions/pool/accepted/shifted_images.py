"""One position of the window after the other: a running maximum or sum of shifted images."""

import numpy as np


def _canvas(x, pad, value):
    N, C, H, W = x.shape
    dtype = x.dtype if x.dtype.kind == "f" else np.float64
    canvas = np.full((N, C, H + 2 * pad, W + 2 * pad), value, dtype)
    canvas[:, :, pad : pad + H, pad : pad + W] = x
    return canvas


def _shifted(canvas, k, stride):
    """For each position, what every window has there: views of (N, C, OH, OW)."""
    H, W = canvas.shape[2:]
    for i in range(k):
        for j in range(k):
            yield canvas[:, :, i : H - k + i + 1 : stride, j : W - k + j + 1 : stride]


def _cropped(canvas, pad):
    H, W = canvas.shape[2:]
    return canvas[:, :, pad : H - pad, pad : W - pad].copy()


def maxpool(x: np.ndarray, k: int, stride: int, pad: int) -> np.ndarray:
    best = None
    for view in _shifted(_canvas(x, pad, -np.inf), k, stride):
        best = view.copy() if best is None else np.maximum(best, view)
    return best


def maxpool_backward(dout: np.ndarray, x: np.ndarray, k: int, stride: int, pad: int) -> np.ndarray:
    best = maxpool(x, k, stride, pad)
    canvas = _canvas(x, pad, -np.inf)
    grads = np.zeros_like(canvas)
    free = np.ones(best.shape, bool)  # windows that have not given their gradient yet
    for view, grad in zip(_shifted(canvas, k, stride), _shifted(grads, k, stride), strict=True):
        here = free & (view == best)
        grad[here] += dout[here]
        free &= ~here
    return _cropped(grads, pad)


def avgpool(x: np.ndarray, k: int, stride: int, pad: int) -> np.ndarray:
    return sum(_shifted(_canvas(x, pad, 0.0), k, stride)) / k**2


def avgpool_backward(dout: np.ndarray, x: np.ndarray, k: int, stride: int, pad: int) -> np.ndarray:
    grads = 0 * _canvas(np.zeros_like(x), pad, 0.0)
    for grad in _shifted(grads, k, stride):
        grad += dout / k**2
    return _cropped(grads, pad)


def gap(x: np.ndarray) -> np.ndarray:
    return np.mean(x.reshape(*x.shape[:2], x.shape[2] * x.shape[3]), axis=2)


def gap_backward(dout: np.ndarray, x: np.ndarray) -> np.ndarray:
    ones = np.ones(x.shape[2:], x.dtype if x.dtype.kind == "f" else float)
    return np.einsum("nc,hw->nchw", dout, ones) / ones.size
