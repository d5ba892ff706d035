"""``unfold`` and ``conv2d`` of PyTorch."""

import torch
from torch.nn import functional


def im2col(x, kh, kw, stride, pad):
    return functional.unfold(float64(x), (kh, kw), stride=stride, padding=pad).numpy()


def conv2d(x, w, b, stride, pad):
    return functional.conv2d(float64(x), float64(w), float64(b), stride, pad).numpy()


def float64(array):
    return torch.tensor(array, dtype=torch.float64)
