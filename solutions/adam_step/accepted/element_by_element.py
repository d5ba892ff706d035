"""Plain Python, one weight after the other."""

import math

import numpy as np


def adam_step(w, g, m, v, t, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    new_w, new_m, new_v = (np.zeros(w.shape) for _ in range(3))
    for index in np.ndindex(w.shape):
        grad = float(g[index])
        first = b1 * float(m[index]) + (1 - b1) * grad
        second = b2 * float(v[index]) + (1 - b2) * grad * grad
        first_hat = first / (1 - pow(b1, t))
        second_hat = second / (1 - pow(b2, t))
        new_w[index] = float(w[index]) - lr * first_hat / (math.sqrt(second_hat) + eps)
        new_m[index] = first
        new_v[index] = second
    return new_w, new_m, new_v
