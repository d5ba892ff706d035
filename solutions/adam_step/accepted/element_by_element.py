"""Plain Python over the flattened arrays."""

import math

import numpy as np


def adam_step(
    w: np.ndarray,
    g: np.ndarray,
    m: np.ndarray,
    v: np.ndarray,
    t: int,
    lr: float = 1e-3,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    dtype = w.dtype if w.dtype.kind == "f" else np.dtype(float)
    w2 = np.zeros(w.shape, dtype)
    m2 = np.zeros(w.shape, dtype)
    v2 = np.zeros(w.shape, dtype)
    for index in np.ndindex(w.shape):
        grad = float(g[index])
        first = b1 * float(m[index]) + (1 - b1) * grad
        second = b2 * float(v[index]) + (1 - b2) * grad * grad
        first_hat = first / (1 - pow(b1, t))
        second_hat = second / (1 - pow(b2, t))
        w2[index] = float(w[index]) - lr * first_hat / (math.sqrt(second_hat) + eps)
        m2[index] = first
        v2[index] = second
    return w2, m2, v2
