"""softmax by PyTorch, in float64."""

import torch

EXACT = ("softmax",)  # a probability of 1e-261 is right to nine digits, too


def softmax(x, axis=-1):
    return torch.softmax(torch.as_tensor(x.astype(float)), dim=axis).numpy()
