"""``layer_norm`` and ``rms_norm`` of PyTorch, and autograd."""

import numpy as np
import torch
from torch.nn import functional


def layernorm(x, g, b, eps):
    return normed(functional.layer_norm, x, g, b, eps=eps)


def rmsnorm(x, g, eps):
    return normed(functional.rms_norm, x, g, eps=eps)


def normed(function, *arrays, eps):
    x, *weights = inputs = [
        torch.tensor(array, dtype=torch.float64, requires_grad=True) for array in arrays
    ]
    y = function(x, x.shape[-1:], *weights, eps=eps)
    return y.detach().numpy(), (y, inputs)


def layernorm_backward(dy, cache):
    y, inputs = cache
    grads = torch.autograd.grad(y, inputs, torch.tensor(dy, dtype=y.dtype), retain_graph=True)
    return tuple(grad.numpy() for grad in grads)


rmsnorm_backward = layernorm_backward


def invariants(reference):
    """In one pass the variance is as wrong as the explanation says; the reference's is right."""
    for x, wrong in (((1e4 + np.arange(4.0)).astype(np.float32), 0), (1e8 + np.arange(3.0), 2)):
        assert (x**2).mean() - x.mean() ** 2 == wrong
    y, _ = reference.layernorm(x, np.ones(3), np.zeros(3), 0.0)
    np.testing.assert_allclose(y, np.array([-1, 0, 1]) / np.arange(3.0).std(), rtol=1e-12)
