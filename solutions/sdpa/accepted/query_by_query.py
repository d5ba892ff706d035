"""One query at a time, over the keys that it may see and no others."""

import math

import numpy as np


def sdpa(
    q: np.ndarray,
    k: np.ndarray,
    v: np.ndarray,
    mask: np.ndarray | None = None,
    causal: bool = False,
) -> tuple[np.ndarray, np.ndarray]:
    B, H, Tq, D = q.shape
    Tk, Dv = v.shape[2:]
    dtype = q.dtype if q.dtype.kind == "f" else np.dtype(np.float64)
    out = np.zeros((B, H, Tq, Dv), dtype)
    attn = np.zeros((B, H, Tq, Tk), dtype)
    may = np.broadcast_to(True if mask is None else mask, (B, H, Tq, Tk))
    for b, h, i in np.ndindex(B, H, Tq):
        last = Tk - Tq + i if causal else Tk - 1
        keys = [j for j in range(Tk) if j <= last and may[b, h, i, j]]
        if not keys:
            continue
        scores = k[b, h, keys].astype(float) @ q[b, h, i].astype(float) / math.sqrt(D)
        weights = np.exp(scores - scores.max())
        weights /= weights.sum()
        attn[b, h, i, keys] = weights
        out[b, h, i] = weights @ v[b, h, keys].astype(float)
    return out, attn
