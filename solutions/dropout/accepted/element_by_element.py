"""Plain Python: one element, or one channel, after the other."""

import numpy as np


def dropout(x: np.ndarray, p: float, train: bool, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    dtype = x.dtype if x.dtype.kind == "f" else np.dtype("float64")
    y, mask = np.empty(x.shape, dtype), np.empty(x.shape, dtype)
    for index in np.ndindex(x.shape):
        if not train:
            mask[index] = 1
        elif u[index] < p:
            mask[index] = 0
        else:
            mask[index] = 1 / (1 - p)
        y[index] = float(x[index]) * float(mask[index])
    return y, mask


def dropout_backward(dout: np.ndarray, mask: np.ndarray) -> np.ndarray:
    dx = np.zeros(dout.shape, mask.dtype)
    for index in np.ndindex(dout.shape):
        if mask[index] != 0:
            dx[index] = float(dout[index]) * float(mask[index])
    return dx


def dropout2d(x: np.ndarray, p: float, train: bool, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    N, C = u.shape
    dtype = x.dtype if x.dtype.kind == "f" else np.dtype("float64")
    y = x.astype(dtype)
    mask = np.ones((N, C, 1, 1), dtype)
    if train:
        for n in range(N):
            for c in range(C):
                mask[n, c, 0, 0] = 1 / (1 - p) if u[n, c] >= p else 0
                y[n, c] *= mask[n, c, 0, 0]
    return y, mask


def dropout2d_backward(dout: np.ndarray, mask: np.ndarray) -> np.ndarray:
    dx = dout.astype(mask.dtype)
    for n, image in enumerate(dx):
        for c in range(image.shape[0]):
            image[c] *= mask[n, c, 0, 0]
    return dx
