"""``max_pool2d``, ``avg_pool2d`` and ``adaptive_avg_pool2d`` of PyTorch, and autograd."""

import torch
from torch.nn import functional


def maxpool(x, k, stride, pad):
    return functional.max_pool2d(float64(x), k, stride, pad).numpy()


def maxpool_backward(dout, x, k, stride, pad):
    return gradient(functional.max_pool2d, dout, x, k, stride, pad)


def avgpool(x, k, stride, pad):
    return functional.avg_pool2d(float64(x), k, stride, pad).numpy()


def avgpool_backward(dout, x, k, stride, pad):
    return gradient(functional.avg_pool2d, dout, x, k, stride, pad)


def gap(x):
    return functional.adaptive_avg_pool2d(float64(x), 1)[:, :, 0, 0].numpy()


def gap_backward(dout, x):
    return gradient(functional.adaptive_avg_pool2d, dout[:, :, None, None], x, 1)


def gradient(pool, dout, x, *window):
    x = float64(x).requires_grad_()
    return torch.autograd.grad(pool(x, *window), x, float64(dout))[0].numpy()


def float64(array):
    return torch.tensor(array, dtype=torch.float64)
