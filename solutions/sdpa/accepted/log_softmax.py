"""By way of the logarithm of the sum, on (B * H) stacked matrices, with a masked maximum."""

import numpy as np


def sdpa(
    q: np.ndarray,
    k: np.ndarray,
    v: np.ndarray,
    mask: np.ndarray | None = None,
    causal: bool = False,
) -> tuple[np.ndarray, np.ndarray]:
    dtype = np.result_type(q, k, v, 1.0)
    B, H, Tq, D = q.shape
    Tk, Dv = v.shape[-2:]
    queries, keys, values = (
        part.reshape(B * H, *part.shape[2:]).astype(np.longdouble) for part in (q, k, v)
    )
    blocked = np.zeros((B, H, Tq, Tk), bool)
    if mask is not None:
        blocked |= ~mask
    if causal:
        blocked |= np.arange(Tk) > np.arange(Tq)[:, None] + Tk - Tq
    blocked = blocked.reshape(B * H, Tq, Tk)
    scores = np.matmul(queries, keys.transpose(0, 2, 1)) * D**-0.5
    top = np.max(scores, axis=-1, keepdims=True, where=~blocked, initial=-1e300)
    weights = np.exp(np.minimum(scores - top, 0)) * ~blocked
    total = weights.sum(axis=-1, keepdims=True)
    total[total == 0] = 1
    weights = np.exp(np.minimum(scores - top, 0) - np.log(total)) * ~blocked
    out = np.matmul(weights, values)
    return (
        out.reshape(B, H, Tq, Dv).astype(dtype),
        weights.reshape(B, H, Tq, Tk).astype(dtype),
    )
