"""A mask of 0 and -inf that is added, einsum, and nan replaced where a row had nothing."""

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
    Tk = k.shape[2]
    q, k, v = (part.astype(np.float64) for part in (q / D**0.5, k, v))
    s = np.einsum("bhid,bhjd->bhij", q, k)
    if mask is not None:
        s = s + np.where(mask, 0.0, -np.inf)
    if causal:
        s += np.triu(np.full((Tq, Tk), -np.inf), Tk - Tq + 1)
    if Tk == 0:
        return np.zeros((B, H, Tq, v.shape[3]), dtype), np.zeros((B, H, Tq, 0), dtype)
    with np.errstate(invalid="ignore"):
        s = s - np.max(s, axis=3, keepdims=True)
    p = np.exp(s)
    p = np.nan_to_num(p / p.sum(axis=3)[..., None])
    return np.einsum("bhij,bhjv->bhiv", p, v).astype(dtype), p.astype(dtype)
