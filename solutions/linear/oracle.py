"""``linear`` and ``multi_dot`` of PyTorch, and autograd."""

import torch


def linear(x, W, b):
    x, W, b = inputs = [leaf(array) for array in (x, W, b)]
    y = torch.nn.functional.linear(x, W.T, b)
    return y.detach().numpy(), (y, inputs)


def linear_backward(dy, cache):
    y, inputs = cache
    return tuple(gradients(y, inputs, dy))


def chain(Ms, dP):
    Ms = [leaf(M) for M in Ms]
    P = torch.linalg.multi_dot(Ms) if len(Ms) > 1 else Ms[0].clone()
    return P.detach().numpy(), gradients(P, Ms, dP)


def gradients(out, inputs, dout):
    dout = torch.tensor(dout, dtype=torch.float64)
    return [grad.numpy() for grad in torch.autograd.grad(out, inputs, dout, retain_graph=True)]


def leaf(array):
    return torch.tensor(array, dtype=torch.float64, requires_grad=True)
