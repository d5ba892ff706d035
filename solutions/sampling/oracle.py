"""The filters token by token in 50 digits; PyTorch has none of its own."""

import mpmath
import numpy as np
import torch

EXACT = ("filter_probs",)


@mpmath.workdps(50)
def filter_probs(z, temperature, top_k=0, top_p=1.0):
    order = sorted(range(len(z)), key=lambda n: -z[n])  # stable: of equals the lower index first
    if temperature == 0:
        return np.eye(len(z))[order[0]]
    last = z[order[:top_k][-1]] if top_k else -np.inf
    order = [n for n in order if z[n] >= last]
    largest = mpmath.mpf(float(z[order[0]]))
    weights = [mpmath.exp((float(z[n]) - largest) / temperature) for n in order]
    total, kept = mpmath.fsum(weights), 1
    while kept < len(order) and mpmath.fsum(weights[:kept]) < top_p * total:
        kept += 1
    p = np.zeros(len(z))
    p[order[:kept]] = [float(weight / mpmath.fsum(weights[:kept])) for weight in weights[:kept]]
    return p


def pick(p, u):
    p = torch.tensor(p)
    index = torch.searchsorted(p.cumsum(0), torch.tensor(u, dtype=p.dtype), right=True)
    return min(index.item(), p.nonzero()[-1].item())  # the last one where rounding left a gap
