"""Adam: Kingma and Ba, Adam: A Method for Stochastic Optimization (2015), algorithm 1."""

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
    """Step number ``t`` of Adam, counted from 1.

    w, g, m, v: weights, gradient, first and second moment, all of one shape. Returns new arrays
    w2, m2 and v2 of that shape; the moments are the raw averages, before bias correction.
    """
    m2 = b1 * m + (1 - b1) * g
    v2 = b2 * v + (1 - b2) * g**2
    m_hat = m2 / (1 - b1**t)
    v_hat = v2 / (1 - b2**t)
    w2 = w - lr * m_hat / (np.sqrt(v_hat) + eps)
    return w2, m2, v2
