"""``torch.nn.functional.batch_norm``, which moves its running values in place, and autograd."""

import numpy as np
import torch


def batchnorm(x, gamma, beta, rm, rv, train, momentum=0.1, eps=1e-5):
    if x.size and np.abs(x).max() > 1e6:
        raise NotImplementedError  # PyTorch takes a x + b, which loses the digits of a large mean
    tensors = [torch.tensor(array, dtype=torch.float64) for array in (x, gamma, beta, rm, rv)]
    x, gamma, beta = inputs = [tensor.requires_grad_() for tensor in tensors[:3]]
    rm, rv = tensors[3:]
    y = torch.nn.functional.batch_norm(x, rm, rv, gamma, beta, train, momentum, eps)
    return y.detach().numpy(), rm.numpy(), rv.numpy(), (y, inputs)


def batchnorm_backward(dy, cache):
    y, inputs = cache
    grads = torch.autograd.grad(y, inputs, torch.tensor(dy, dtype=y.dtype), retain_graph=True)
    return tuple(grad.numpy() for grad in grads)


def invariants(reference):
    """A mean of 10^8 changes no digit of y, of the running variance, or of a gradient."""
    x = np.array([[1.0, -2.0], [3.0, 1.0], [-1.0, 4.0], [-3.0, -3.0]])  # both sums are 0
    arrays, dy = np.random.default_rng(0).uniform(0.5, 2.0, (4, 2)), x[::-1] ** 2

    def answers(forward, backward, mean):
        y, _, rv2, cache = forward(x + mean, *arrays, True)
        return y, rv2, *backward(dy, cache)

    right = answers(batchnorm, batchnorm_backward, 0.0)
    got = answers(reference.batchnorm, reference.batchnorm_backward, 1e8)
    for array, expected in zip(got, right, strict=True):
        np.testing.assert_allclose(array, expected, rtol=1e-9, atol=1e-12)
