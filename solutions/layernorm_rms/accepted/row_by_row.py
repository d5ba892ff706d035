"""One row after the other, with the Jacobian of each written out; Welford's mean and variance."""

import math

import numpy as np


def _float(*arrays: np.ndarray) -> np.dtype:
    return np.result_type(*arrays, np.float16) if arrays[0].dtype.kind == "f" else np.dtype(float)


def _moments(row: np.ndarray) -> tuple[float, float]:
    mean, squares = 0.0, 0.0
    for k, value in enumerate(map(float, row), start=1):
        delta = value - mean
        mean += delta / k
        squares += delta * (value - mean)
    return mean, squares / len(row)


def _apply(x: np.ndarray, g: np.ndarray, eps: float, dtype: np.dtype, centre: bool) -> tuple:
    D = x.shape[-1]
    rows = x.reshape(-1, D).astype(np.float64)
    hats, stds = np.zeros(rows.shape), np.zeros(len(rows))
    for n, row in enumerate(rows):
        mean, var = _moments(row) if centre else (0.0, math.fsum(row * row) / D)
        stds[n] = math.sqrt(var + eps)
        hats[n] = (row - mean) / stds[n]
    return hats, (hats, stds, g.astype(np.float64), dtype, x.shape, centre)


def _back(dy: np.ndarray, cache: object) -> list[np.ndarray]:
    hats, stds, g, dtype, shape, centre = cache
    D = shape[-1]
    rows = dy.reshape(-1, D).astype(np.float64)
    dx, dg, db = np.zeros(rows.shape), np.zeros(D), np.zeros(D)
    for n, row in enumerate(rows):
        jacobian = np.eye(D) - np.outer(hats[n], hats[n]) / D
        if centre:
            jacobian -= np.full((D, D), 1 / D)
        dx[n] = jacobian @ (row * g) / stds[n]
        dg += row * hats[n]
        db += row
    return [dx.reshape(shape).astype(dtype), dg.astype(dtype), db.astype(dtype)]


def layernorm(x: np.ndarray, g: np.ndarray, b: np.ndarray, eps: float) -> tuple[np.ndarray, object]:
    dtype = _float(x, g, b)
    hats, cache = _apply(x, g, eps, dtype, centre=True)
    return (hats * g + b).reshape(x.shape).astype(dtype), cache


def layernorm_backward(dy: np.ndarray, cache: object) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    dx, dg, db = _back(dy, cache)
    return dx, dg, db


def rmsnorm(x: np.ndarray, g: np.ndarray, eps: float) -> tuple[np.ndarray, object]:
    dtype = _float(x, g)
    hats, cache = _apply(x, g, eps, dtype, centre=False)
    return (hats * g).reshape(x.shape).astype(dtype), cache


def rmsnorm_backward(dy: np.ndarray, cache: object) -> tuple[np.ndarray, np.ndarray]:
    dx, dg, _ = _back(dy, cache)
    return dx, dg
