"""Indices of every window's pixels, and np.add.at for the way back."""

import numpy as np


def _pixels(H, W, k, stride, pad):
    """Row and column of every window's pixels in the image: (OH, OW, k*k), and which exist."""
    OH, OW = (H + 2 * pad - k) // stride + 1, (W + 2 * pad - k) // stride + 1
    i, j = np.arange(OH) * stride - pad, np.arange(OW) * stride - pad
    di, dj = np.divmod(np.arange(k * k), k)
    rows = i[:, None, None] + di + 0 * j[:, None]
    columns = j[:, None] + dj + 0 * i[:, None, None]
    there = (rows >= 0) & (rows < H) & (columns >= 0) & (columns < W)
    return rows.clip(0, H - 1), columns.clip(0, W - 1), there


def _float(x):
    return x if np.issubdtype(x.dtype, np.floating) else x.astype(np.float64)


def maxpool(x: np.ndarray, k: int, stride: int, pad: int) -> np.ndarray:
    rows, columns, there = _pixels(*x.shape[2:], k, stride, pad)
    return np.where(there, _float(x)[:, :, rows, columns], -np.inf).max(-1)


def maxpool_backward(dout: np.ndarray, x: np.ndarray, k: int, stride: int, pad: int) -> np.ndarray:
    dout = _float(dout)
    rows, columns, there = _pixels(*x.shape[2:], k, stride, pad)
    values = np.where(there, _float(x)[:, :, rows, columns], -np.inf)
    first = np.argmax(values, axis=-1)
    a, b = np.indices(rows.shape[:2])
    n, c = np.arange(x.shape[0])[:, None, None, None], np.arange(x.shape[1])[:, None, None]
    dx = np.zeros(x.shape, dout.dtype)
    np.add.at(dx, (n, c, rows[a, b, first], columns[a, b, first]), dout)
    return dx


def avgpool(x: np.ndarray, k: int, stride: int, pad: int) -> np.ndarray:
    rows, columns, there = _pixels(*x.shape[2:], k, stride, pad)
    return np.where(there, _float(x)[:, :, rows, columns], 0).mean(-1)


def avgpool_backward(dout: np.ndarray, x: np.ndarray, k: int, stride: int, pad: int) -> np.ndarray:
    dout = _float(dout)
    rows, columns, there = _pixels(*x.shape[2:], k, stride, pad)
    dx = np.zeros(x.shape, dout.dtype)
    shares = there * dout[..., None] / (k * k)
    np.add.at(dx, (slice(None), slice(None), rows, columns), shares)
    return dx


def gap(x: np.ndarray) -> np.ndarray:
    return np.einsum("nchw->nc", _float(x)) / (x.shape[2] * x.shape[3])


def gap_backward(dout: np.ndarray, x: np.ndarray) -> np.ndarray:
    grad = np.empty(x.shape, _float(dout).dtype)
    grad[:] = (dout / x[0, 0].size if len(x) else dout)[:, :, None, None]
    return grad
