"""Branches for the three kinds of call, np.where, and a boolean mask that is scaled at the end."""

import numpy as np


def _factor(p: float) -> float:
    return 0.0 if p == 1 else 1.0 / (1.0 - p)


def dropout(x: np.ndarray, p: float, train: bool, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    x = np.array(x, dtype=x.dtype if np.issubdtype(x.dtype, np.floating) else float)
    if not train:
        return x, np.ones_like(x)
    dropped = u < p
    mask = np.full_like(x, _factor(p))
    mask[dropped] = 0
    y = np.where(dropped, 0, x * x.dtype.type(_factor(p)))
    return y, mask


def dropout_backward(dout: np.ndarray, mask: np.ndarray) -> np.ndarray:
    grad = np.array(dout, dtype=mask.dtype)
    grad *= mask
    return grad


def dropout2d(x: np.ndarray, p: float, train: bool, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    n, c = u.shape
    plane = np.broadcast_to(u.reshape(n, c, 1, 1), x.shape)
    y, _ = dropout(x, p, train, plane)
    mask = np.zeros((n, c, 1, 1), dtype=y.dtype)
    if not train:
        mask += 1
    else:
        mask[u >= p] = _factor(p)
    return y, mask


def dropout2d_backward(dout: np.ndarray, mask: np.ndarray) -> np.ndarray:
    return np.einsum("nchw,nc->nchw", dout, mask[:, :, 0, 0])
