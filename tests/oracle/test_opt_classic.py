"""The classic optimisers against torch.optim, over many steps, and against 50-digit arithmetic."""

import mpmath
import numpy as np
import pytest


def torch_states(torch, make, w, gradients, rates, key):
    """The weights and the state called ``key`` after each step of the optimiser."""
    param = torch.nn.Parameter(torch.from_numpy(w.copy()))
    optimiser = make([param])
    for g, lr in zip(gradients, rates, strict=True):
        optimiser.param_groups[0]["lr"] = lr
        param.grad = torch.from_numpy(g.copy())
        optimiser.step()
        state = optimiser.state[param].get(key)
        yield param.detach().numpy().copy(), None if state is None else state.numpy().copy()


def draw(seed, scale=1.0):
    """Weights, twelve gradients with one weight that gets none, and falling rates."""
    rng = np.random.default_rng(seed)
    gradients = scale * rng.standard_normal((12, 3, 4))
    gradients[:, 0, 0] = 0
    return rng.standard_normal((3, 4)), gradients, np.geomspace(0.5, 0.01, 12).tolist()


@pytest.mark.oracle
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    ("mu", "nesterov", "wd"),
    [
        (0, False, 0),
        (0, False, 0.1),
        (0.9, False, 0),
        (0.9, False, 0.1),
        (0.7, True, 0.0),
        (0.9, True, 0.3),
    ],
)
def test_sgd_agrees_with_torch(solution, torch, seed, mu, nesterov, wd):
    w, gradients, rates = draw(seed)
    buf = None

    def make(params):
        return torch.optim.SGD(params, lr=1, momentum=mu, nesterov=nesterov, weight_decay=wd)

    steps = torch_states(torch, make, w, gradients, rates, "momentum_buffer")
    for g, lr, (right_w, right_buf) in zip(gradients, rates, steps, strict=True):
        w, buf = solution.sgd(w, g, buf, lr, mu, nesterov, wd)
        np.testing.assert_allclose(w, right_w, rtol=1e-9, atol=1e-12, strict=True)
        if mu:
            np.testing.assert_allclose(buf, right_buf, rtol=1e-9, atol=1e-12, strict=True)


@pytest.mark.oracle
@pytest.mark.parametrize("scale", [1e-8, 1.0, 1e6])
@pytest.mark.parametrize("eps", [1e-10, 1e-3])
def test_adagrad_agrees_with_torch(solution, torch, scale, eps):
    w, gradients, rates = draw(2, scale)
    s = np.zeros_like(w)
    steps = torch_states(
        torch, lambda p: torch.optim.Adagrad(p, eps=eps), w, gradients, rates, "sum"
    )
    for g, lr, (right_w, right_s) in zip(gradients, rates, steps, strict=True):
        w, s = solution.adagrad(w, g, s, lr, eps)
        np.testing.assert_allclose(w, right_w, rtol=1e-9, atol=1e-12, strict=True)
        np.testing.assert_allclose(s, right_s, rtol=1e-9, strict=True)


@pytest.mark.oracle
@pytest.mark.parametrize("scale", [1e-8, 1.0, 1e6])
@pytest.mark.parametrize(("alpha", "eps"), [(0.99, 1e-8), (0.5, 1e-3)])
def test_rmsprop_agrees_with_torch(solution, torch, scale, alpha, eps):
    w, gradients, rates = draw(3, scale)
    v = np.zeros_like(w)
    steps = torch_states(
        torch,
        lambda p: torch.optim.RMSprop(p, alpha=alpha, eps=eps),
        w,
        gradients,
        rates,
        "square_avg",
    )
    for g, lr, (right_w, right_v) in zip(gradients, rates, steps, strict=True):
        w, v = solution.rmsprop(w, g, v, lr, alpha, eps)
        np.testing.assert_allclose(w, right_w, rtol=1e-9, atol=1e-12, strict=True)
        np.testing.assert_allclose(v, right_v, rtol=1e-9, strict=True)


def test_tiny_and_huge_gradients_agree_with_50_digits(solution):
    g = np.array([0.0, 1e-12, -1e-8, 1e-6, 1.0, -1e8, 1e100])
    state, zero, lr, alpha, eps = 0.3 * g**2, np.zeros(7), 0.1, 0.99, 1e-8
    w_adagrad, s2 = solution.adagrad(zero, g, state, lr, eps)
    w_rmsprop, v2 = solution.rmsprop(zero, g, state, lr, alpha, eps)
    with mpmath.workdps(50):
        for k in range(7):
            grad, old = mpmath.mpf(float(g[k])), mpmath.mpf(float(state[k]))
            total = old + grad**2
            mean = alpha * old + (1 - mpmath.mpf(alpha)) * grad**2
            assert s2[k] == pytest.approx(float(total), rel=1e-12)
            assert v2[k] == pytest.approx(float(mean), rel=1e-12)
            step = -lr * grad / (mpmath.sqrt(total) + eps)
            assert w_adagrad[k] == pytest.approx(float(step), rel=1e-12)
            step = -lr * grad / (mpmath.sqrt(mean) + eps)
            assert w_rmsprop[k] == pytest.approx(float(step), rel=1e-12)


def test_the_buffer_tends_to_ten_gradients(solution):
    w, buf = np.zeros(2), None
    for _ in range(400):
        w, buf = solution.sgd(w, np.array([1.0, -2.0]), buf, 0.1, 0.9)
    np.testing.assert_allclose(buf, [10.0, -20.0], rtol=1e-12)


def test_adagrad_falls_like_the_root_of_the_steps_and_rmsprop_does_not(solution):
    g, s, v = np.array([3.0]), np.zeros(1), np.zeros(1)
    for _ in range(400):
        w_adagrad, s = solution.adagrad(np.zeros(1), g, s, 1.0, 0.0)
        w_rmsprop, v = solution.rmsprop(np.zeros(1), g, v, 1.0, 0.9, 0.0)
    np.testing.assert_allclose(w_adagrad, -1 / 20, rtol=1e-12)
    np.testing.assert_allclose(w_rmsprop, -1.0, rtol=1e-12)


@pytest.mark.parametrize("shape", [(0,), (0, 3), (1,), (2, 3, 4)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
def test_shapes_and_dtypes_follow_the_inputs_which_stay_untouched(solution, dtype, shape):
    rng = np.random.default_rng(0)
    w, g = (20 * rng.standard_normal((2, *shape))).astype(dtype)
    state = np.abs(3 * w) + np.ones(shape, dtype)
    for array in (w, g, state):
        array.flags.writeable = False
    results = [
        solution.sgd(w, g, None, 0.1, 0.9),
        solution.sgd(w, g, state, 0.1, 0.9, True, 0.1),
        solution.adagrad(w, g, state, 0.1, 1e-8),
        solution.rmsprop(w, g, state, 0.1, 0.9, 1e-8),
    ]
    for array in (array for pair in results for array in pair):
        assert type(array) is np.ndarray
        assert array.shape == shape
        assert array.dtype == (np.float64 if dtype == np.int64 else dtype)
        assert array.flags.writeable
        assert not any(np.shares_memory(array, given) for given in (w, g, state))
