"""Plain Python over the flattened arrays; Nesterov written out as one sum."""

import math

import numpy as np


def _dtype(w: np.ndarray) -> type:
    return np.float32 if w.dtype == np.float32 else np.float64


def sgd(
    w: np.ndarray,
    g: np.ndarray,
    buf: np.ndarray | None,
    lr: float,
    mu: float = 0,
    nesterov: bool = False,
    wd: float = 0,
) -> tuple[np.ndarray, np.ndarray]:
    w2, buf2 = np.empty(w.shape, _dtype(w)), np.empty(w.shape, _dtype(w))
    for index in np.ndindex(w.shape):
        grad = float(g[index]) + wd * float(w[index])
        old = 0.0 if buf is None else float(buf[index])
        buf2[index] = mu * old + grad
        ahead = (1 + mu) * grad + mu * mu * old if nesterov else mu * old + grad
        w2[index] = float(w[index]) - lr * ahead
    return w2, buf2


def adagrad(
    w: np.ndarray, g: np.ndarray, s: np.ndarray, lr: float, eps: float
) -> tuple[np.ndarray, np.ndarray]:
    w2, s2 = np.empty(w.shape, _dtype(w)), np.empty(w.shape, _dtype(w))
    for index in np.ndindex(w.shape):
        grad = float(g[index])
        total = float(s[index]) + grad * grad
        w2[index] = float(w[index]) - lr * grad / (math.sqrt(total) + eps)
        s2[index] = total
    return w2, s2


def rmsprop(
    w: np.ndarray, g: np.ndarray, v: np.ndarray, lr: float, alpha: float, eps: float
) -> tuple[np.ndarray, np.ndarray]:
    w2, v2 = np.empty(w.shape, _dtype(w)), np.empty(w.shape, _dtype(w))
    for index in np.ndindex(w.shape):
        grad, old = float(g[index]), float(v[index])
        mean = old + (1 - alpha) * (grad * grad - old)
        w2[index] = float(w[index]) - lr * grad / (math.sqrt(mean) + eps)
        v2[index] = mean
    return w2, v2
