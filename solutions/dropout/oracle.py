"""What the noise keeps is the stub's rule; the factor is read off PyTorch's own dropout."""

import numpy as np
import torch
from torch.nn import functional


def dropout(x, p, train, u):
    ones = torch.ones(2000, dtype=torch.float64)
    return dropped(x, functional.dropout(ones, p, train), p, train, u)


def dropout2d(x, p, train, u):
    ones = torch.ones(2000, 1, 1, 1, dtype=torch.float64)
    return dropped(x, functional.dropout2d(ones, p, train), p, train, u[:, :, None, None])


def dropped(x, sample, p, train, u):
    mask = (torch.tensor(u >= p) | (not train)) * sample.max()  # of 2,000 some are kept
    return (torch.tensor(x) * mask).numpy(), mask.numpy()


def dropout_backward(dout, mask):
    x = torch.zeros(dout.shape, dtype=torch.float64, requires_grad=True)
    y = x * torch.tensor(mask)
    return torch.autograd.grad(y, x, torch.tensor(dout, dtype=torch.float64))[0].numpy()


dropout2d_backward = dropout_backward


def invariants(reference):
    """The variance that dropout adds is that of the explanation."""
    u = (np.arange(1000) + 0.5) / 1000
    y, _ = reference.dropout(np.full(1000, 3.0), 0.2, True, u)
    np.testing.assert_allclose(y.var(), 3.0**2 * 0.2 / 0.8, rtol=1e-12)
