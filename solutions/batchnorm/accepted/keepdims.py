"""Axes and broadcasting in place of rows; the backward node by node, as a graph would do it."""

import numpy as np


def batchnorm(
    x: np.ndarray,
    gamma: np.ndarray,
    beta: np.ndarray,
    rm: np.ndarray,
    rv: np.ndarray,
    train: bool,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, object]:
    dtype = np.result_type(x, gamma, beta, rm, rv, np.float16)
    if dtype.kind != "f" or not np.issubdtype(x.dtype, np.floating):
        dtype = np.dtype(np.float64)
    x, gamma, beta, rm, rv = (np.asarray(v, dtype=dtype) for v in (x, gamma, beta, rm, rv))
    axes = (0,) if x.ndim == 2 else (0, 2, 3)
    column = (1, -1) if x.ndim == 2 else (1, x.shape[1], 1, 1)
    count = x.size // x.shape[1]
    if train and count:
        mean = np.mean(x, axis=axes, keepdims=True)
        centred = x - mean
        var = np.mean(centred**2, axis=axes, keepdims=True)
        rm2 = rm + momentum * (mean.reshape(rm.shape) - rm)
        rv2 = rv + momentum * (var.reshape(rv.shape) * (count / (count - 1)) - rv)
    else:
        centred = x - rm.reshape(column)
        var = rv.reshape(column)
        rm2, rv2 = rm.copy(), rv.copy()
    inverse = 1 / np.sqrt(var + eps)
    y = gamma.reshape(column) * centred * inverse + beta.reshape(column)
    cache = {
        "centred": centred,
        "inverse": inverse,
        "gamma": gamma.reshape(column),
        "train": train,
        "axes": axes,
        "count": count,
    }
    return y, rm2.astype(dtype), rv2.astype(dtype), cache


def batchnorm_backward(dy: np.ndarray, cache: object) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    centred, inverse, axes = cache["centred"], cache["inverse"], cache["axes"]
    dy = dy.astype(centred.dtype)
    dbeta = dy.sum(axis=axes)
    dgamma = (dy * centred * inverse).sum(axis=axes)
    dxhat = dy * cache["gamma"]
    dx = dxhat * inverse
    if cache["train"] and cache["count"]:
        dinverse = (dxhat * centred).sum(axis=axes, keepdims=True)
        dvar = -0.5 * inverse**3 * dinverse
        dcentred = dx + 2 * centred * dvar / cache["count"]
        dx = dcentred - dcentred.mean(axis=axes, keepdims=True)
    return dx, dgamma, dbeta
