"""The differences are those that PyTorch's own gradient checker takes."""

import numpy as np
import torch
from torch.autograd.gradcheck import _get_numerical_jacobian

WITHOUT = {"gradcheck": "PyTorch's knows neither kinks nor the worst entry"}


def numerical_grad(f, x, h=1e-5):
    def of_tensor(point):
        return torch.tensor(float(f(point.detach().numpy())), dtype=torch.float64)

    point = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    [(jacobian,)] = _get_numerical_jacobian(of_tensor, (point,), eps=h)
    return jacobian.reshape(x.shape).numpy()


def rel_error(a, b):
    a, b = (torch.tensor(array, dtype=torch.float64) for array in (a, b))
    error = (a - b).abs() / (a.abs() + b.abs()).clamp(min=1e-8)
    return error.max().item() if error.numel() else 0.0


def invariants(reference):
    """Autograd's gradients pass, also at a kink; spoilt ones are told, with place and size."""
    rng = np.random.default_rng(0)
    for function in (torch.nn.functional.gelu, lambda x: x.tanh() * x.flip(-1)):
        for shape in ((3,), (2, 4), (2, 1, 3)):
            x, at = rng.normal(size=shape), tuple(rng.integers(shape).tolist())
            assert reference.gradcheck(*with_gradient(function), x)[::2] == (True, 0.0)
            factor = np.ones(shape)
            factor[at] = 1.01
            ok, worst, error = reference.gradcheck(*with_gradient(function, factor), x)
            assert (ok, worst) == (False, at)
            assert abs(error - 0.01 / 2.01) < 1e-6
    x = np.array([[0.0, 1.0, -1.0], [4e-6, -9e-5, 0.5]])
    assert reference.gradcheck(*with_gradient(torch.relu), x)[0]
    assert not reference.gradcheck(*with_gradient(torch.relu, 1.1), x)[0]


def with_gradient(function, factor=1.0):
    """The sum of a function of tensors, and its gradient by autograd, both of arrays."""

    def f(x):
        return function(torch.tensor(x)).sum().item()

    def df(x):
        x = torch.tensor(x, requires_grad=True)
        return factor * torch.autograd.grad(function(x).sum(), x)[0].numpy()

    return f, df
