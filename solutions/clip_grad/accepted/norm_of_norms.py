"""The order of PyTorch's own code: a norm for each tensor, their norm, a clamped coefficient."""

import numpy as np


def clip_grad_norm(grads: list[np.ndarray], max_norm: float) -> tuple[list[np.ndarray], float]:
    if len(grads) == 0:
        return [], 0.0
    norms = [np.linalg.norm(g.astype(np.float64).reshape(-1)) for g in grads]
    total_norm = np.linalg.norm(np.stack(norms))
    clip_coef = max_norm / (total_norm + 1e-6)
    clip_coef_clamped = np.clip(clip_coef, None, 1.0)
    clipped = []
    for g in grads:
        copy = g.copy() if g.dtype.kind == "f" else g.astype(float)
        copy *= clip_coef_clamped
        clipped.append(copy)
    return clipped, total_norm
