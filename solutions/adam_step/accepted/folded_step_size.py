"""The paper's cheaper order of computation (end of section 2): the corrections are scalars."""

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
    dtype = np.result_type(w, g, m, v, 1.0)
    w, g, m, v = (array.astype(np.float64) for array in (w, g, m, v))
    root = math.sqrt(1 - b2**t)
    step = lr * root / (1 - b1**t)
    m2 = m + (1 - b1) * (g - m)
    v2 = v + (1 - b2) * (g * g - v)
    w2 = w - step * m2 / (np.sqrt(v2) + eps * root)
    return w2.astype(dtype), m2.astype(dtype), v2.astype(dtype)
