"""Plain Python over the elements."""

import math

import numpy as np


def clip_grad_norm(grads: list[np.ndarray], max_norm: float) -> tuple[list[np.ndarray], float]:
    total = 0.0
    for g in grads:
        for value in g.flat:
            total += float(value) * float(value)
    norm = math.sqrt(total)
    clipped = []
    for g in grads:
        new = np.zeros(g.shape, g.dtype if g.dtype in (np.float16, np.float32) else float)
        for index in np.ndindex(g.shape):
            value = float(g[index])
            new[index] = value if norm + 1e-6 < max_norm else value * (max_norm / (norm + 1e-6))
        clipped.append(new)
    return clipped, norm
