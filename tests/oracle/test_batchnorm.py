"""Batch normalisation against PyTorch's, and against 50-digit arithmetic."""

import mpmath
import numpy as np
import pytest

SHAPES = [(6, 3), (2, 1), (3, 4, 5, 2), (1, 3, 4, 4), (2, 2, 1, 1)]


def draw(shape, seed=0):
    """x, gamma, beta, rm and rv."""
    rng = np.random.default_rng(seed)
    x = 2 * rng.standard_normal(shape) + 3
    gamma, beta, rm = rng.standard_normal((3, shape[1]))
    return x, gamma, beta, rm, rng.uniform(0.1, 3, shape[1])


def torch_batchnorm(torch, arrays, dy, train, momentum, eps):
    """y, the running values afterwards, and the three gradients."""
    x, gamma, beta = (torch.tensor(array, requires_grad=True) for array in arrays[:3])
    rm, rv = (torch.tensor(array) for array in arrays[3:])  # changed in place
    y = torch.nn.functional.batch_norm(x, rm, rv, gamma, beta, train, momentum, eps)
    y.backward(torch.from_numpy(dy))
    forward = [tensor.detach().numpy() for tensor in (y, rm, rv)]
    return forward, [tensor.grad.numpy() for tensor in (x, gamma, beta)]


@pytest.mark.oracle
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("train", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize("settings", [(0.1, 1e-5), (0.7, 0.3)], ids=str)
def test_agrees_with_torch(solution, torch, shape, train, settings):
    arrays = draw(shape)
    dy = np.random.default_rng(1).standard_normal(shape)
    forward, grads = torch_batchnorm(torch, arrays, dy, train, *settings)
    *got, cache = solution.batchnorm(*arrays, train, *settings)
    for array, right in zip(got, forward, strict=True):
        np.testing.assert_allclose(array, right, rtol=1e-9, atol=1e-12, strict=True)
    for array, right in zip(solution.batchnorm_backward(dy, cache), grads, strict=True):
        scale = max(np.abs(right).max(), 1)
        np.testing.assert_allclose(array, right, rtol=1e-9, atol=1e-12 * scale, strict=True)


@pytest.mark.parametrize("offset", [0.0, 1e8])
def test_a_large_mean_agrees_with_50_digits(solution, offset):
    x, gamma, beta, rm, rv = draw((5, 2), seed=2)
    x, dy = x + offset, np.random.default_rng(3).standard_normal((5, 2))
    y, _, rv2, cache = solution.batchnorm(x, gamma, beta, rm, rv, True)
    dx, dgamma, _ = solution.batchnorm_backward(dy, cache)
    with mpmath.workdps(50):
        mpf = np.vectorize(lambda value: mpmath.mpf(float(value)), otypes=[object])
        exact, up = mpf(x), mpf(dy)
        centred = exact - exact.sum(axis=0) / 5
        squares = (centred**2).sum(axis=0)
        root = np.array([mpmath.sqrt(value / 5 + mpmath.mpf(1e-5)) for value in squares])
        xhat = centred / root
        inner = up - up.sum(axis=0) / 5 - xhat * (up * xhat).sum(axis=0) / 5
        expected = {
            "y": (y, mpf(gamma) * xhat + mpf(beta)),
            "rv2": (rv2, mpf(rv) * mpmath.mpf(0.9) + squares / 4 * mpmath.mpf(0.1)),
            "dx": (dx, mpf(gamma) / root * inner),
            "dgamma": (dgamma, (up * xhat).sum(axis=0)),
        }
    # the mean itself is rounded, by some 1e-16 of its 10^8
    for name, (got, right) in expected.items():
        np.testing.assert_allclose(got, right.astype(float), rtol=1e-7, atol=1e-7, err_msg=name)


def test_a_training_gradient_sums_to_zero_and_is_orthogonal_to_the_input(solution):
    x, gamma, beta, rm, rv = draw((3, 4, 5, 2))
    cache = solution.batchnorm(x, gamma, beta, rm, rv, True, eps=0.0)[3]
    dx, _, _ = solution.batchnorm_backward(np.random.default_rng(4).standard_normal(x.shape), cache)
    np.testing.assert_allclose(dx.sum(axis=(0, 2, 3)), 0, atol=1e-12)
    np.testing.assert_allclose((dx * x).sum(axis=(0, 2, 3)), 0, atol=1e-12)


@pytest.mark.parametrize("shape", [(0, 3), (0, 3, 4, 5)], ids=str)
@pytest.mark.parametrize("train", [True, False], ids=["train", "eval"])
def test_an_empty_batch_leaves_the_running_values(solution, shape, train):
    """As torch.nn.functional.batch_norm does, whose gradients are judged elsewhere."""
    arrays = draw((2, 3))
    y, rm2, rv2, cache = solution.batchnorm(np.zeros(shape), *arrays[1:], train)
    grads = solution.batchnorm_backward(np.zeros(shape), cache)
    expected = np.zeros(shape), *arrays[3:], np.zeros(shape), np.zeros(3), np.zeros(3)
    for got, right in zip((y, rm2, rv2, *grads), expected, strict=True):
        np.testing.assert_array_equal(got, right, strict=True)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("train", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
def test_dtypes_follow_the_inputs_which_stay_untouched(solution, shape, train, dtype):
    inputs = [(3 * array).round(0 if dtype == np.int64 else 4) for array in draw(shape)]
    inputs.append(np.random.default_rng(5).integers(-4, 5, shape))
    inputs = [array.astype(dtype) for array in inputs]
    for array in inputs:
        array.flags.writeable = False
    wide = [array.astype(np.float64) for array in inputs]

    def results(arrays):
        *forward, cache = solution.batchnorm(*arrays[:5], train)
        return [*forward, *solution.batchnorm_backward(arrays[5], cache)]

    for array, right in zip(results(inputs), results(wide), strict=True):
        assert type(array) is np.ndarray
        assert array.dtype == (np.float64 if dtype == np.int64 else dtype)
        assert array.flags.writeable
        assert not any(np.shares_memory(array, given) for given in inputs)
        tolerance = 1e-4 if dtype == np.float32 else 1e-12
        atol = tolerance * max(np.abs(right).max(), 1)
        np.testing.assert_allclose(array, right, rtol=0, atol=atol)
