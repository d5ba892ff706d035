"""Clipping against torch.nn.utils.clip_grad_norm_, and against 50-digit arithmetic."""

import mpmath
import numpy as np
import pytest

SHAPES = [(3, 4), (5,), (2, 1, 3), (0, 2)]


def torch_clip(torch, grads, max_norm):
    params = [torch.nn.Parameter(torch.zeros(g.shape, dtype=torch.float64)) for g in grads]
    for param, g in zip(params, grads, strict=True):
        param.grad = torch.from_numpy(g.copy())
    norm = torch.nn.utils.clip_grad_norm_(params, max_norm)
    return [param.grad.numpy() for param in params], float(norm)


@pytest.mark.oracle
@pytest.mark.parametrize("scale", [1e-7, 1e-3, 1.0, 1e6])
@pytest.mark.parametrize("max_norm", [1e-6, 0.5, 4.0, 1e4, np.inf])
def test_agrees_with_torch(solution, torch, scale, max_norm):
    rng = np.random.default_rng(0)
    grads = [scale * rng.standard_normal(shape) for shape in SHAPES]
    expected, right = torch_clip(torch, grads, max_norm)
    got, norm = solution.clip_grad_norm(grads, max_norm)
    assert norm == pytest.approx(right, rel=1e-9)
    for array, other in zip(got, expected, strict=True):
        np.testing.assert_allclose(array, other, rtol=1e-9, strict=True)


@pytest.mark.oracle
def test_a_norm_of_exactly_max_norm_agrees_with_torch(solution, torch):
    grads = [np.array([0.003]), np.array([-0.004])]
    expected, right = torch_clip(torch, grads, 0.005)
    got, norm = solution.clip_grad_norm(grads, 0.005)
    assert norm == pytest.approx(right, rel=1e-12)
    np.testing.assert_allclose(np.stack(got), np.stack(expected), rtol=1e-9)
    assert (np.abs(np.stack(got)) < np.abs(np.stack(grads))).all()


@pytest.mark.oracle
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("max_norm", [1.0, 1e9])
def test_a_norm_that_is_not_finite_gives_what_torch_gives(solution, torch, bad, max_norm):
    grads = [np.array([1.0, bad]), np.array([[2.0, -3.0]])]
    expected, right = torch_clip(torch, grads, max_norm)
    with np.errstate(invalid="ignore"):  # inf * 0
        got, norm = solution.clip_grad_norm(grads, max_norm)
    np.testing.assert_equal(float(norm), right)
    for array, other in zip(got, expected, strict=True):
        np.testing.assert_array_equal(array, other)


@pytest.mark.oracle
def test_no_gradients_agree_with_torch(solution, torch):
    assert torch_clip(torch, [], 1.0) == ([], 0.0)
    assert solution.clip_grad_norm([], 1.0) == ([], 0.0)


@pytest.mark.parametrize(
    ("dtype", "scale"), [(np.float32, 1e20), (np.float32, 1e-30), (np.float16, 1e3)]
)
def test_extreme_gradients_agree_with_50_digits(solution, dtype, scale):
    """PyTorch's own float32 norm of 1e20 is inf, and that of 1e-30 is 0."""
    rng = np.random.default_rng(2)
    grads = [(scale * rng.uniform(-1, 1, shape)).astype(dtype) for shape in SHAPES]
    got, norm = solution.clip_grad_norm(grads, 100.0)
    with mpmath.workdps(50):
        exact = mpmath.sqrt(sum(mpmath.mpf(float(value)) ** 2 for g in grads for value in g.flat))
        factor = float(min(mpmath.mpf(1), 100 / (exact + mpmath.mpf("1e-6"))))
    assert float(norm) == pytest.approx(float(exact), rel=1e-6)
    for array, g in zip(got, grads, strict=True):
        assert array.dtype == dtype
        tolerance = 1e-6 if dtype == np.float32 else 2e-3
        np.testing.assert_allclose(
            array, g.astype(float) * factor, rtol=tolerance, atol=1e-6 * scale
        )


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int64])
@pytest.mark.parametrize("max_norm", [0.5, 1e4])
def test_dtypes_follow_the_gradients_which_stay_untouched(solution, dtype, max_norm):
    rng = np.random.default_rng(1)
    grads = [(9 * rng.standard_normal(shape)).astype(dtype) for shape in SHAPES]
    for g in grads:
        g.flags.writeable = False
    got, _ = solution.clip_grad_norm(grads, max_norm)
    assert type(got) is list
    for array, g in zip(got, grads, strict=True):
        assert type(array) is np.ndarray
        assert array.dtype == (np.float64 if dtype == np.int64 else dtype)
        assert array.shape == g.shape
        assert array.flags.writeable
        assert not np.shares_memory(array, g)
    if max_norm > 1e3:
        np.testing.assert_array_equal(
            np.concatenate([a.ravel() for a in got]), np.concatenate([g.ravel() for g in grads])
        )
    assert len(got) == len(grads)


def test_the_direction_of_the_whole_stays(solution):
    rng = np.random.default_rng(3)
    grads = [rng.standard_normal(shape) for shape in SHAPES]
    got, norm = solution.clip_grad_norm(grads, 0.3)
    flat, before = (np.concatenate([a.ravel() for a in arrays]) for arrays in (got, grads))
    assert np.linalg.norm(flat) == pytest.approx(0.3, rel=1e-5)
    assert flat @ before == pytest.approx(np.linalg.norm(flat) * norm, rel=1e-9)
