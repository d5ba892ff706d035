"""Loops over the output positions, all images at once; the padding is never built."""

import numpy as np


def _spans(size, k, stride, pad):
    """The pixels of each window along one side."""
    count = (size + 2 * pad - k) // stride + 1
    starts = [n * stride - pad for n in range(count)]
    return [(max(start, 0), min(start + k, size)) for start in starts]


def _kind(*arrays):
    return np.result_type(*arrays, np.float16) if arrays[0].dtype.kind == "f" else np.float64


def _each(x, k, stride, pad):
    for i, (top, bottom) in enumerate(_spans(x.shape[2], k, stride, pad)):
        for j, (left, right) in enumerate(_spans(x.shape[3], k, stride, pad)):
            yield i, j, (slice(None), slice(None), slice(top, bottom), slice(left, right))


def _empty_output(x, k, stride, pad):
    sides = [len(_spans(size, k, stride, pad)) for size in x.shape[2:]]
    return np.empty((*x.shape[:2], *sides), _kind(x))


def maxpool(x: np.ndarray, k: int, stride: int, pad: int) -> np.ndarray:
    out = _empty_output(x, k, stride, pad)
    for i, j, window in _each(x, k, stride, pad):
        out[:, :, i, j] = np.amax(x[window], axis=(2, 3))
    return out


def maxpool_backward(dout: np.ndarray, x: np.ndarray, k: int, stride: int, pad: int) -> np.ndarray:
    dx = np.zeros(x.shape, _kind(dout))
    n, c = np.ogrid[: x.shape[0], : x.shape[1]]
    for i, j, window in _each(x, k, stride, pad):
        part = x[window]
        height, width = part.shape[2:]
        best = part.reshape(*part.shape[:2], height * width).argmax(axis=2)
        row, column = np.divmod(best, width)
        dx[n, c, row + window[2].start, column + window[3].start] += dout[:, :, i, j]
    return dx


def avgpool(x: np.ndarray, k: int, stride: int, pad: int) -> np.ndarray:
    out = _empty_output(x, k, stride, pad)
    for i, j, window in _each(x, k, stride, pad):
        out[:, :, i, j] = np.sum(x[window], axis=(2, 3)) / (k * k)
    return out


def avgpool_backward(dout: np.ndarray, x: np.ndarray, k: int, stride: int, pad: int) -> np.ndarray:
    dx = np.zeros(x.shape, _kind(dout))
    for i, j, window in _each(x, k, stride, pad):
        dx[window] += dout[:, :, i : i + 1, j : j + 1] / (k * k)
    return dx


def gap(x: np.ndarray) -> np.ndarray:
    return np.sum(x, axis=(2, 3), dtype=_kind(x)) / (x.shape[2] * x.shape[3])


def gap_backward(dout: np.ndarray, x: np.ndarray) -> np.ndarray:
    return np.ones(x.shape, _kind(dout)) * dout[..., None, None] / (x.shape[2] * x.shape[3])
