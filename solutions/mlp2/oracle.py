"""The net and its losses by PyTorch, the gradients by autograd."""

import torch
from torch.nn import functional


def mlp2(X, y, W1, b1, W2, b2, loss="ce"):
    X, *params = (torch.tensor(array, dtype=torch.float64) for array in (X, W1, b1, W2, b2))
    W1, b1, W2, b2 = (param.requires_grad_() for param in params)
    z = functional.linear(functional.relu(functional.linear(X, W1.T, b1)), W2.T, b2)
    if loss == "ce":
        value = functional.cross_entropy(z, torch.tensor(y))
    else:
        value = functional.mse_loss(z, torch.tensor(y, dtype=torch.float64))
    grads = torch.autograd.grad(value, params)
    names = ("dW1", "db1", "dW2", "db2")
    return value.item(), {name: grad.numpy() for name, grad in zip(names, grads, strict=True)}
