"""The activations by PyTorch's, and their gradients by autograd."""

import torch
from torch.nn import functional

EXACT = ("relu", "leaky_relu", "elu", "elu_backward")  # an elu of -1e-20 has all its digits


def relu(x):
    return functional.relu(float64(x)).numpy()


def leaky_relu(x, negative_slope=0.01):
    return functional.leaky_relu(float64(x), negative_slope).numpy()


def elu(x, alpha=1.0):
    return functional.elu(float64(x), alpha).numpy()


def relu_backward(dout, x):
    return gradient(functional.relu, dout, x)


def leaky_relu_backward(dout, x, negative_slope=0.01):
    return gradient(functional.leaky_relu, dout, x, negative_slope)


def elu_backward(dout, x, alpha=1.0):
    return gradient(functional.elu, dout, x, alpha)


def gradient(function, dout, x, *settings):
    x = float64(x).requires_grad_()
    return torch.autograd.grad(function(x, *settings), x, float64(dout))[0].numpy()


def float64(array):
    return torch.tensor(array, dtype=torch.float64)
