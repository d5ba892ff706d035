"""One long vector, scaled by its largest element before it is squared; branches for the factor."""

import numpy as np


def clip_grad_norm(grads: list[np.ndarray], max_norm: float) -> tuple[list[np.ndarray], float]:
    out = [np.array(g, dtype=g.dtype if g.dtype.kind == "f" else np.float64) for g in grads]
    flat = np.concatenate([np.zeros(1)] + [g.ravel().astype(np.float64) for g in grads])
    largest = np.abs(flat).max()
    if np.isfinite(largest) and largest > 0:
        norm = largest * np.sqrt(((flat / largest) ** 2).sum())
    else:
        norm = largest
    if not norm + 1e-6 <= max_norm:
        factor = max_norm / (norm + 1e-6)
        for g in out:
            g[...] = g.astype(np.float64) * factor
    return out, norm
