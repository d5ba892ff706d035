"""Scaled dot-product attention: Vaswani et al., Attention Is All You Need (2017), section 3.2.1."""

import math

import numpy as np


def sdpa(
    q: np.ndarray,
    k: np.ndarray,
    v: np.ndarray,
    mask: np.ndarray | None = None,
    causal: bool = False,
) -> tuple[np.ndarray, np.ndarray]:
    """``softmax(q @ k^T / sqrt(D)) @ v`` over the allowed keys, and the softmax itself.

    q: (B, H, Tq, D). k: (B, H, Tk, D). v: (B, H, Tk, Dv). mask: bool, broadcast to
    (B, H, Tq, Tk), True where the query may attend. causal: the queries are the last Tq of the Tk
    positions, and see no later key. Returns out: (B, H, Tq, Dv) and attn: (B, H, Tq, Tk); a query
    with nothing to attend to gets zeros. Float dtypes are kept, integers give float64.
    """
    dtype = np.result_type(q, k, v, 1.0)  # integers become float64
    work = np.promote_types(dtype, np.float32)  # float16 is computed in float32
    q, k, v = (np.asarray(value, work) for value in (q, k, v))
    (_, _, Tq, D), (_, _, Tk, _) = q.shape, k.shape

    allowed = True if mask is None else mask  # broadcast to (B, H, Tq, Tk)
    if causal:
        allowed = allowed & np.tri(Tq, Tk, Tk - Tq, dtype=bool)  # aligned at the bottom right

    scores = q @ k.mT / math.sqrt(D)  # (B, H, Tq, Tk)
    scores = np.where(allowed, scores, -np.inf)
    finite = np.finfo(work).min  # the maximum of a row without allowed keys: -inf - -inf is nan
    e = np.exp(scores - scores.max(axis=-1, keepdims=True, initial=finite))
    total = e.sum(axis=-1, keepdims=True)  # (B, H, Tq, 1): at least 1, or 0 without allowed keys
    attn = e / np.maximum(total, 1)  # (B, H, Tq, Tk)
    out = attn @ v  # (B, H, Tq, Dv)
    return out.astype(dtype, copy=False), attn.astype(dtype, copy=False)
