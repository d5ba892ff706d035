"""The checker on functions whose gradients PyTorch knows, and against 50-digit arithmetic."""

import mpmath
import numpy as np
import pytest


def torch_pair(torch, function):
    """``function`` of a tensor as f and df of arrays."""

    def f(x):
        return function(torch.from_numpy(np.array(x))).item()

    def df(x):
        point = torch.from_numpy(np.array(x)).requires_grad_()
        function(point).backward()
        return point.grad.numpy()

    return f, df


FUNCTIONS = {
    "gelu": lambda F, x: F.gelu(x).sum(),
    "tanh": lambda F, x: (x.tanh() * x.flip(-1)).sum(),
}


@pytest.mark.oracle
@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("shape", [(3,), (2, 4), (2, 1, 3)])
@pytest.mark.parametrize("seed", range(2))
def test_autograd_s_gradients_pass_and_spoilt_ones_do_not(solution, torch, name, shape, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=shape)
    f, df = torch_pair(torch, lambda x: FUNCTIONS[name](torch.nn.functional, x))
    np.testing.assert_allclose(solution.numerical_grad(f, x), df(x), rtol=1e-8, atol=1e-9)
    assert solution.gradcheck(f, df, x)[::2] == (True, 0.0)
    at = tuple(int(rng.integers(size)) for size in shape)

    def spoilt(x):
        grad = df(x)
        grad[at] *= 1.01
        return grad

    ok, worst, err = solution.gradcheck(f, spoilt, x)
    assert (ok, worst) == (False, at)
    assert err == pytest.approx(0.01 / 2.01, rel=1e-4)


@pytest.mark.oracle
def test_relu_s_gradient_passes_at_its_kink(solution, torch):
    f, df = torch_pair(torch, lambda x: torch.relu(x).sum())
    x = np.array([[0.0, 1.0, -1.0], [4e-6, -9e-5, 0.5]])
    assert solution.gradcheck(f, df, x)[0]
    assert not solution.gradcheck(f, lambda x: df(x) + 0.1, x)[0]


@pytest.mark.parametrize("h", [0.5, 1e-2, 1e-5])
def test_differences_agree_with_50_digits(solution, h):
    x = np.array([0.3, 1.1, -2.0])
    got = solution.numerical_grad(lambda x: np.exp(x).sum(), x, h)
    with mpmath.workdps(50):
        for k in range(3):
            at, step = mpmath.mpf(float(x[k])), mpmath.mpf(h)
            expected = (mpmath.exp(at + step) - mpmath.exp(at - step)) / (2 * step)
            assert got[k] == pytest.approx(float(expected), rel=1e-9 if h == 1e-5 else 1e-12)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ([0.0], [0.0], 0.0),
        ([1e-300, 1.0], [0.0, 1.0], 1e-292),
        ([1e-9], [3e-9], 0.2),
        ([1e200, 1.0], [3e200, 1.0], 0.5),
        ([1.0, np.nan, 1.0], [1.0, 1.0, 5.0], np.nan),
        ([], [], 0.0),
    ],
)
def test_rel_error_by_its_formula(solution, a, b, expected):
    got = solution.rel_error(np.array(a), np.array(b))
    assert got == pytest.approx(expected, rel=1e-12, nan_ok=True)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.int64])
def test_x_stays_and_f_is_given_float64(solution, dtype):
    x = np.array([[1, -2, 3]], dtype)
    x.flags.writeable = False
    seen = []

    def f(point):
        seen.append(point.dtype)
        return (point**2).sum()

    expected = 2 * x.astype(np.float64)
    np.testing.assert_allclose(solution.numerical_grad(f, x), expected, rtol=1e-8, strict=True)
    assert solution.gradcheck(f, lambda point: 2 * point, x)[0]
    assert set(seen) == {np.dtype(np.float64)}
