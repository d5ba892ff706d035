"""Backpropagation through every node of the graph: mean, difference, square, root, quotient."""

import numpy as np


def _work(dtype: np.dtype) -> type:
    return np.float32 if dtype in (np.float16, np.float32) else np.float64


def layernorm(x: np.ndarray, g: np.ndarray, b: np.ndarray, eps: float) -> tuple[np.ndarray, object]:
    dtype = np.result_type(x, g, b, 1.0)
    x = x.astype(_work(dtype))
    mean = x.sum(axis=-1, keepdims=True) / x.shape[-1]
    diff = x - mean
    var = (diff * diff).sum(axis=-1, keepdims=True) / x.shape[-1]
    std = np.sqrt(var + np.asarray(eps, x.dtype))
    ratio = diff / std
    y = ratio * g.astype(x.dtype) + b.astype(x.dtype)
    return y.astype(dtype), (diff, std, ratio, g.astype(x.dtype), dtype)


def layernorm_backward(dy: np.ndarray, cache: object) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    diff, std, ratio, g, dtype = cache
    dy = np.array(dy, diff.dtype)
    D = diff.shape[-1]
    dratio = dy * g
    ddiff = dratio / std
    dstd = -(dratio * diff).sum(-1, keepdims=True) / std**2
    dvar = dstd / (2 * std)
    ddiff = ddiff + 2 * diff * dvar / D
    dmean = -ddiff.sum(-1, keepdims=True)
    dx = ddiff + dmean / D
    dg, db = dy * ratio, dy
    while dg.ndim > 1:
        dg, db = dg.sum(axis=0), db.sum(axis=0)
    return dx.astype(dtype), dg.astype(dtype), db.astype(dtype)


def rmsnorm(x: np.ndarray, g: np.ndarray, eps: float) -> tuple[np.ndarray, object]:
    dtype = np.result_type(x, g, 1.0)
    x = x.astype(_work(dtype))
    rms = np.sqrt((x * x).sum(axis=-1, keepdims=True) / x.shape[-1] + np.asarray(eps, x.dtype))
    y = x / rms * g.astype(x.dtype)
    return y.astype(dtype), (x, rms, g.astype(x.dtype), dtype)


def rmsnorm_backward(dy: np.ndarray, cache: object) -> tuple[np.ndarray, np.ndarray]:
    x, rms, g, dtype = cache
    dy = np.array(dy, x.dtype)
    dratio = dy * g
    drms = -(dratio * x).sum(-1, keepdims=True) / rms**2
    dsquare = drms / (2 * rms) / x.shape[-1]
    dx = dratio / rms + 2 * x * dsquare
    dg = dy * x / rms
    while dg.ndim > 1:
        dg = dg.sum(axis=0)
    return dx.astype(dtype), dg.astype(dtype)
