"""Adam against torch.optim.Adam, over many steps, and against 50-digit arithmetic."""

import mpmath
import numpy as np
import pytest

SETTINGS = [
    {},
    {"lr": 0.05, "b1": 0.7, "b2": 0.9, "eps": 1e-3},
    {"lr": 0.3, "b1": 0.0, "b2": 0.5, "eps": 1e-12},
]


@pytest.mark.oracle
@pytest.mark.parametrize("settings", SETTINGS, ids=["defaults", "other betas", "no momentum"])
@pytest.mark.parametrize("scale", [1.0, 1e-6, 1e6])
@pytest.mark.parametrize("seed", range(2))
def test_agrees_with_torch_over_twelve_steps(solution, torch, settings, scale, seed):
    rng = np.random.default_rng(seed)
    w = rng.standard_normal((3, 4))
    m, v = np.zeros((2, 3, 4))
    param = torch.nn.Parameter(torch.from_numpy(w.copy()))
    full = {"lr": 1e-3, "b1": 0.9, "b2": 0.999, "eps": 1e-8} | settings
    optimiser = torch.optim.Adam(
        [param], lr=full["lr"], betas=(full["b1"], full["b2"]), eps=full["eps"]
    )
    for t in range(1, 13):
        g = scale * rng.standard_normal((3, 4))
        g[0, 0] = 0  # a weight that never gets a gradient
        param.grad = torch.from_numpy(g)
        optimiser.step()
        w, m, v = solution.adam_step(w, g, m, v, t, **settings)
        state = optimiser.state[param]
        np.testing.assert_allclose(w, param.detach().numpy(), rtol=1e-9, strict=True)
        np.testing.assert_allclose(m, state["exp_avg"].numpy(), rtol=1e-9, atol=1e-12 * scale)
        np.testing.assert_allclose(v, state["exp_avg_sq"].numpy(), rtol=1e-9)


def test_tiny_and_huge_gradients_agree_with_50_digits(solution):
    g = np.array([0.0, 1e-12, -1e-8, 1e-6, 1.0, -1e8, 1e100])
    m, v, w = 0.3 * g[::-1].copy(), 0.2 * np.abs(g), np.zeros(7)
    lr, b1, b2, eps, t = 1e-3, 0.9, 0.999, 1e-8, 4
    w2, m2, v2 = solution.adam_step(w, g, m, v, t, lr, b1, b2, eps)
    with mpmath.workdps(50):
        one_b1, one_b2 = 1 - mpmath.mpf(b1), 1 - mpmath.mpf(b2)
        for k in range(7):
            grad = mpmath.mpf(float(g[k]))
            first = b1 * mpmath.mpf(float(m[k])) + one_b1 * grad
            second = b2 * mpmath.mpf(float(v[k])) + one_b2 * grad**2
            root = mpmath.sqrt(second / (1 - mpmath.mpf(b2) ** t))
            step = lr * first / (1 - mpmath.mpf(b1) ** t) / (root + eps)
            assert m2[k] == pytest.approx(float(first), rel=1e-12)
            assert v2[k] == pytest.approx(float(second), rel=1e-12)
            assert w2[k] == pytest.approx(float(-step), rel=1e-12)


@pytest.mark.parametrize("shape", [(0,), (0, 3), (1,), (2, 3, 4)])
def test_any_shape_works_and_a_first_step_is_about_lr(solution, shape):
    w, g = np.zeros(shape), np.full(shape, -250.0)
    w2, m2, v2 = solution.adam_step(w, g, np.zeros(shape), np.zeros(shape), 1, lr=0.01)
    assert w2.shape == m2.shape == v2.shape == shape
    np.testing.assert_allclose(w2, 0.01, rtol=1e-9)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int64])
def test_dtypes_follow_the_inputs_which_stay_untouched(solution, dtype):
    rng = np.random.default_rng(0)
    w, g, m = (20 * rng.standard_normal((3, 2, 5))).astype(dtype)
    v = np.abs(m)
    g[0, 0], m[0, 0], v[0, 0] = 0, 0, 0  # in float16 1e-8 is 0
    for array in (w, g, m, v):
        array.flags.writeable = False
    expected = solution.adam_step(*(array.astype(np.float64) for array in (w, g, m, v)), 3, lr=0.5)
    got = solution.adam_step(w, g, m, v, 3, lr=0.5)
    for array, right in zip(got, expected, strict=True):
        assert type(array) is np.ndarray
        assert array.dtype == (np.float64 if dtype == np.int64 else dtype)
        assert array.flags.writeable
        assert not any(np.shares_memory(array, given) for given in (w, g, m, v))
        tolerance = {np.float16: 2e-3, np.float32: 1e-5}.get(dtype, 1e-12)
        np.testing.assert_allclose(array, right, rtol=0, atol=tolerance * np.abs(right).max())
