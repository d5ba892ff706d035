"""Both encodings by complex numbers of length 1, as Llama's ``apply_rotary_emb`` has them."""

import torch


def sinusoidal(T, D):
    turns = turned(torch.arange(T), D, 1e4)  # (T, D/2)
    return torch.view_as_real(1j * turns.conj()).reshape(T, D).numpy()  # sin, cos


def rope(x, pos, base=1e4, layout="half"):
    *lead, D = x.shape
    order = torch.arange(D)  # of the features, a pair after the other
    if layout == "half":
        order = order.reshape(2, D // 2).T.flatten()
    pairs = torch.tensor(x, dtype=torch.float64)[..., order].reshape(*lead, D // 2, 2)
    rotated = torch.view_as_complex(pairs) * turned(torch.tensor(pos), D, base)
    out = torch.empty(x.shape, dtype=torch.float64)
    out[..., order] = torch.view_as_real(rotated).reshape(x.shape)
    return out.numpy()


def turned(pos, D, base):
    """exp(i t / base^(2j / D)) of the positions t: (T, D/2)."""
    frequencies = torch.logspace(0, 2 / D - 1, D // 2, base, dtype=torch.float64)
    angles = torch.outer(pos.double(), frequencies)
    return torch.polar(torch.ones_like(angles), angles)
