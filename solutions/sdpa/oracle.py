"""``scaled_dot_product_attention``; the weights are its output for values that are unit vectors."""

import torch
from torch.nn.functional import scaled_dot_product_attention


def sdpa(q, k, v, mask=None, causal=False):
    q, k, v = (torch.tensor(array, dtype=torch.float64) for array in (q, k, v))
    Tq, Tk = q.shape[2], k.shape[2]
    allowed = torch.ones(Tq, Tk, dtype=torch.bool)
    if mask is not None:
        allowed = allowed & torch.tensor(mask)
    if causal:  # PyTorch's is_causal is aligned at the top left
        allowed = allowed.tril(Tk - Tq)
    unit = torch.eye(Tk, dtype=torch.float64).expand(*k.shape[:2], Tk, Tk)
    attend = scaled_dot_product_attention
    return tuple(attend(q, k, values, attn_mask=allowed).numpy() for values in (v, unit))
