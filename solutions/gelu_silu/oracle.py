"""GELU in 50 digits, for PyTorch's 1 + erf and 1 + tanh cancel below 0; the rest by PyTorch."""

import mpmath
import numpy as np
import torch
from torch.nn import functional

EXACT = ("gelu", "silu")  # a gelu of -3e-7 is right to nine digits, too


def gelu(x, approximate="none"):
    exact = {"none": by_cdf, "tanh": by_tanh}[approximate]
    return np.array([float(exact(mpmath.mpf(float(a)))) for a in x.flat]).reshape(x.shape)


@mpmath.workdps(50)
def by_cdf(a):
    return a * mpmath.ncdf(a)


@mpmath.workdps(400)  # 1 + tanh(-400) is to keep 50 digits
def by_tanh(a):
    inner = mpmath.sqrt(2 / mpmath.pi) * (a + mpmath.mpf("0.044715") * a**3)
    return a * (1 + mpmath.tanh(inner)) / 2


def silu(x):
    return functional.silu(torch.tensor(x, dtype=torch.float64)).numpy()


def gelu_backward(dout, x, approximate="none"):
    return gradient(functional.gelu, dout, x, approximate=approximate)


def silu_backward(dout, x):
    return gradient(functional.silu, dout, x)


def gradient(function, dout, x, **form):
    x = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    dout = torch.tensor(dout, dtype=torch.float64)
    return torch.autograd.grad(function(x, **form), x, dout)[0].numpy()


def invariants(reference):
    """The tail keeps its last digits; the figures of the explanation and of the follow-ups."""
    for form in ("none", "tanh"):
        tail = np.array([-10.0, -20.0])
        np.testing.assert_allclose(reference.gelu(tail, form), gelu(tail, form), rtol=1e-11)

    x = np.linspace(-6, 6, 120_001)
    values, silus = reference.gelu(x), reference.silu(x)
    slopes = reference.gelu_backward(np.ones_like(x), x)
    silu_slopes = reference.silu_backward(np.ones_like(x), x)
    gap = np.abs(values - reference.gelu(x, "tanh"))
    slope_gap = np.abs(slopes - reference.gelu_backward(np.ones_like(x), x, "tanh"))
    found = [
        *(gap.max(), abs(x[gap.argmax()]), slope_gap.max(), abs(x[slope_gap.argmax()])),
        np.abs(values - x / (1 + np.exp(-1.702 * x))).max(),
        *(values.min(), x[values.argmin()], silus.min(), x[silus.argmin()]),
        *(slopes.min(), x[slopes.argmin()], slopes.max()),
        *(silu_slopes.min(), silu_slopes.max(), x[silu_slopes.argmax()]),
    ]
    printed = [4.73e-4, 2.70, 8.68e-4, 2.02, 0.0203, -0.16997, -0.7518, -0.27846, -1.2785]
    printed += [-0.1289, -1.4142, 1.1289, -0.0998, 1.0998, 2.3994]
    np.testing.assert_allclose(found, printed, rtol=3e-3)
