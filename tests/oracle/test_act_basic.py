"""ReLU, leaky ReLU, ELU and their gradients against PyTorch, and ELU against 50 digits."""

import mpmath
import numpy as np
import pytest

# in the unused branch of np.where expm1 may overflow, and alpha = 0 makes nan of its inf
pytestmark = [
    pytest.mark.filterwarnings("ignore:overflow encountered in expm1:RuntimeWarning"),
    pytest.mark.filterwarnings("ignore:invalid value encountered in multiply:RuntimeWarning"),
]

FLOATS = (np.float16, np.float32, np.float64)
SETTINGS = [
    ("relu", {}),
    ("leaky_relu", {}),
    ("leaky_relu", {"negative_slope": 0.3}),
    ("leaky_relu", {"negative_slope": 2.5}),
    ("leaky_relu", {"negative_slope": -0.5}),
    ("elu", {}),
    ("elu", {"alpha": 1.7}),
    ("elu", {"alpha": 0.0}),
    ("elu", {"alpha": -0.5}),
]
every = pytest.mark.parametrize(("name", "settings"), SETTINGS)


@pytest.mark.oracle
@every
@pytest.mark.parametrize("scale", [1.0, 1e-6, 1e4])
def test_values_and_gradients_agree_with_torch(solution, torch, name, settings, scale):
    rng = np.random.default_rng(0)
    x = scale * rng.standard_normal((3, 4, 5))
    x[0, :2], x[1, 0] = 0.0, -0.0  # at the kink too
    dout = rng.standard_normal((3, 4, 5))
    tensor = torch.from_numpy(x).requires_grad_()
    out = getattr(torch.nn.functional, name)(tensor, **settings)
    out.backward(torch.from_numpy(dout))
    got = getattr(solution, name)(x, **settings)
    np.testing.assert_allclose(got, out.detach().numpy(), rtol=1e-9, strict=True)
    dx = getattr(solution, f"{name}_backward")(dout, x, **settings)
    np.testing.assert_allclose(dx, tensor.grad.numpy(), rtol=1e-9, atol=1e-15, strict=True)


def test_elu_agrees_with_50_digits(solution):
    ends = np.array([1e-300, 1e-20, 1e-12, 1e-5, 0.4, 30.0, 800.0, 1e30])
    x = np.concatenate([-ends[::-1], [0.0], ends])
    dout = np.linspace(1, 2, x.size)
    with mpmath.workdps(50):
        low = [min(mpmath.mpf(float(value)), mpmath.mpf(0)) for value in x]
        values = [v if v > 0 else float(1.7 * mpmath.expm1(n)) for v, n in zip(x, low, strict=True)]
        slopes = [1 if v > 0 else float(1.7 * mpmath.exp(n)) for v, n in zip(x, low, strict=True)]
    np.testing.assert_allclose(solution.elu(x, 1.7), values, rtol=1e-14)
    np.testing.assert_allclose(solution.elu_backward(dout, x, 1.7), dout * slopes, atol=1e-15)


@every
@pytest.mark.parametrize("dtype", [*FLOATS, np.int64])
def test_dtypes_follow_the_inputs_which_stay_untouched(solution, name, settings, dtype):
    x, dout = (3 * np.random.default_rng(1).standard_normal((2, 4, 5))).astype(dtype)
    x.flags.writeable = dout.flags.writeable = False
    forward, backward = getattr(solution, name), getattr(solution, f"{name}_backward")
    pairs = [
        (forward(x, **settings), forward(x.astype(float), **settings)),
        (
            backward(dout, x, **settings),
            backward(dout.astype(float), x.astype(float), **settings),
        ),
    ]
    for got, expected in pairs:
        assert type(got) is np.ndarray
        assert got.dtype == (dtype if dtype in FLOATS else np.float64)
        assert got.flags.writeable
        assert not np.shares_memory(got, x)
        assert not np.shares_memory(got, dout)
        tolerance = {np.float16: 5e-3, np.float32: 1e-6}.get(dtype, 1e-12)
        np.testing.assert_allclose(got, expected, rtol=tolerance, atol=tolerance)


@every
@pytest.mark.parametrize("shape", [(), (0,), (0, 3), (2, 1, 3)])
def test_any_shape_is_kept(solution, name, settings, shape):
    x = np.full(shape, 2.0)
    got = np.asarray(getattr(solution, name)(x, **settings))
    np.testing.assert_array_equal(got, x, strict=True)
    got = np.asarray(getattr(solution, f"{name}_backward")(3 * x, x, **settings))
    np.testing.assert_array_equal(got, 3 * x, strict=True)
