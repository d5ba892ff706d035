"""Dropout against PyTorch: its own draw is read off its output, then the values are compared."""

import mpmath
import numpy as np
import pytest


def noise_of(kept, p, rng):
    """A u that keeps what is ``kept``: at least p there, below p elsewhere."""
    r = rng.random(kept.shape)
    return np.where(kept, p + (1 - p) * r, p * r)


@pytest.mark.oracle
@pytest.mark.parametrize("p", [0.0, 0.1, 0.5, 0.85, 1.0])
@pytest.mark.parametrize("train", [True, False])
@pytest.mark.parametrize("name", ["dropout", "dropout2d"])
def test_agrees_with_torch(solution, torch, name, p, train):
    rng = np.random.default_rng(0)
    x, dout = rng.standard_normal((2, 6, 5, 2, 3))
    torch.manual_seed(0)
    leaf = torch.tensor(x, requires_grad=True)
    out = getattr(torch.nn.functional, name)(leaf, p, training=train)
    out.backward(torch.from_numpy(dout))
    kept = out.detach().numpy() != 0
    u = noise_of(kept[:, :, 0, 0] if name == "dropout2d" else kept, p, rng)
    if 0.1 < p < 1 and train:
        assert 0 < kept.mean() < 1

    y, mask = getattr(solution, name)(x, p, train, u)
    np.testing.assert_allclose(y, out.detach().numpy(), rtol=1e-9, strict=True)
    assert mask.shape == ((6, 5, 1, 1) if name == "dropout2d" else x.shape)
    dx = getattr(solution, f"{name}_backward")(dout, mask)
    np.testing.assert_allclose(dx, leaf.grad.numpy(), rtol=1e-9, strict=True)


@pytest.mark.parametrize("p", [0.1, 0.5, 0.999])
def test_the_factor_agrees_with_50_digits(solution, p):
    _, mask = solution.dropout(np.ones(3), p, True, np.array([0.0, 0.9995, p]))
    with mpmath.workdps(50):
        factor = float(1 / (1 - mpmath.mpf(p)))
    np.testing.assert_allclose(mask, [0.0, factor, factor], rtol=1e-12)


@pytest.mark.parametrize("p", [0.0, 0.25, 0.5, 0.75])
def test_the_mean_is_kept_over_evenly_spread_noise(solution, p):
    u = (np.arange(8) + 0.5) / 8
    y, _ = solution.dropout(np.full(8, 3.0), p, True, u)
    assert y.mean() == pytest.approx(3.0, rel=1e-12)


def test_the_added_variance_is_that_of_the_explanation(solution):
    u = (np.arange(1000) + 0.5) / 1000
    y, _ = solution.dropout(np.full(1000, 3.0), 0.2, True, u)
    assert y.var() == pytest.approx(3.0**2 * 0.2 / 0.8, rel=1e-12)


@pytest.mark.parametrize("shape", [(0,), (0, 3, 2, 2), (2, 0, 2, 2)])
@pytest.mark.parametrize("p", [0.5, 1.0])
def test_empty_arrays_keep_their_shape(solution, shape, p):
    x = np.zeros(shape)
    y, mask = solution.dropout(x, p, True, x)
    assert y.shape == mask.shape == solution.dropout_backward(x, mask).shape == shape
    if len(shape) == 4:
        y, mask = solution.dropout2d(x, p, True, np.zeros(shape[:2]))
        assert mask.shape == (*shape[:2], 1, 1)
        assert y.shape == solution.dropout2d_backward(x, mask).shape == shape


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int64])
@pytest.mark.parametrize("train", [True, False])
def test_dtypes_follow_the_input_which_stays_untouched(solution, dtype, train):
    rng = np.random.default_rng(1)
    x, u = (9 * rng.standard_normal((2, 3, 4, 5))).astype(dtype), rng.random((2, 3, 4, 5))
    x.flags.writeable = u.flags.writeable = False
    wanted = np.float64 if dtype == np.int64 else dtype
    for name, noise in (("dropout", u), ("dropout2d", u[:, :, 0, 0])):
        y, mask = getattr(solution, name)(x, 0.25, train, noise)
        dx = getattr(solution, f"{name}_backward")(x, mask)
        for array in (y, mask, dx):
            assert type(array) is np.ndarray
            assert array.dtype == wanted
            assert array.flags.writeable
            assert not np.shares_memory(array, x)
        np.testing.assert_array_equal(dx, y)
