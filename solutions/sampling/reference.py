"""Sampling from a language model: Fan et al. 2018 (top-k), Holtzman et al. 2020 (top-p)."""

import numpy as np


def filter_probs(
    z: np.ndarray, temperature: float, top_k: int = 0, top_p: float = 1.0
) -> np.ndarray:
    """Probabilities (V,) of the logits ``z`` after temperature, top-k and top-p, in this order.

    Ties with the k-th logit stay; ties at the top-p cut go to the lower index. Temperature 0 puts
    everything on the first maximum. Float dtypes are kept, integers give float64.
    """
    dtype = np.result_type(z, 1.0)
    z = np.asarray(z, np.float64)
    if temperature == 0:
        p = np.zeros(len(z))
        p[z.argmax()] = 1
        return p.astype(dtype)

    logits = (z - z.max()) / temperature  # shifted first: z / 1e-305 would overflow
    if top_k:
        kth = np.sort(logits)[-min(top_k, len(z))]
        logits = np.where(logits < kth, -np.inf, logits)
    p = np.exp(logits)
    p /= p.sum()

    if top_p < 1:
        order = np.argsort(-p, kind="stable")  # the most likely first
        before = np.cumsum(p[order]) - p[order]  # the sum that a token finds
        p[order[1:][before[1:] >= top_p]] = 0
        p /= p.sum()
    return p.astype(dtype)


def pick(p: np.ndarray, u: float) -> int:
    """The first index at which the cumulative sum of ``p`` (V,) exceeds ``u`` in [0, 1)."""
    index = np.searchsorted(np.cumsum(p), u, side="right")
    return min(index, np.flatnonzero(p)[-1])  # rounding may leave the whole sum below u
