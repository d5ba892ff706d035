"""The net, its losses and its penalty by PyTorch, the gradients by autograd."""

import torch
from torch.nn import functional


def mlp_grads(X, y, W1, b1, W2, b2, loss="ce", l2=0.0):
    X, *params = (torch.tensor(array, dtype=torch.float64) for array in (X, W1, b1, W2, b2))
    W1, b1, W2, b2 = (param.requires_grad_() for param in params)
    z = functional.linear(functional.relu(functional.linear(X, W1.T, b1)), W2.T, b2)
    if loss == "ce":
        value = functional.cross_entropy(z, torch.tensor(y))
    else:
        value = functional.mse_loss(z, torch.tensor(y, dtype=torch.float64))
    value = value + l2 / 2 * (W1.norm() ** 2 + W2.norm() ** 2)
    grads = torch.autograd.grad(value, params)
    names = ("dW1", "db1", "dW2", "db2")
    return value.item(), {name: grad.numpy() for name, grad in zip(names, grads, strict=True)}
