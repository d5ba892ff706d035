"""The vanilla RNN and its gradients against PyTorch's nn.RNN and against 50-digit arithmetic."""

import mpmath
import numpy as np
import pytest


def draw(t=4, n=3, d=2, h=5, seed=0):
    """x, h0, Wx, Wh and b."""
    rng = np.random.default_rng(seed)
    shapes = [(t, n, d), (n, h), (d, h), (h, h), (h,)]
    return [0.7 * rng.standard_normal(shape) for shape in shapes]


def torch_rnn(torch, inputs, dhs):
    """hs and the five gradients, by autograd through nn.RNN with no second bias."""
    x, h0, Wx, Wh, b = (torch.from_numpy(array) for array in inputs)
    net = torch.nn.RNN(*Wx.shape, dtype=torch.float64)
    with torch.no_grad():
        net.weight_ih_l0.copy_(Wx.T)
        net.weight_hh_l0.copy_(Wh.T)
        net.bias_ih_l0.copy_(b)
        net.bias_hh_l0.zero_()
    x, h0 = x.clone().requires_grad_(), h0.clone().requires_grad_()
    hs, _ = net(x, h0[None])
    hs.backward(torch.from_numpy(dhs))
    weights = net.weight_ih_l0.grad.T, net.weight_hh_l0.grad.T, net.bias_ih_l0.grad
    return hs.detach().numpy(), [grad.numpy() for grad in (x.grad, h0.grad, *weights)]


@pytest.mark.oracle
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("size", [(4, 3, 2, 5), (1, 2, 3, 4), (12, 1, 1, 3)], ids=str)
def test_agrees_with_torch(solution, torch, size, seed):
    inputs = draw(*size, seed=seed)
    dhs = np.random.default_rng(9).standard_normal((*size[:2], size[3]))
    hs, expected = torch_rnn(torch, inputs, dhs)
    got, cache = solution.rnn(*inputs)
    np.testing.assert_allclose(got, hs, rtol=1e-9, strict=True)
    for array, right in zip(solution.rnn_backward(dhs, cache), expected, strict=True):
        scale = np.abs(right).max()
        np.testing.assert_allclose(array, right, rtol=1e-9, atol=1e-12 * scale, strict=True)


@pytest.mark.parametrize("scale", [1.0, 30.0, 1e4])
def test_saturated_states_and_their_gradients_agree_with_50_digits(solution, scale):
    x, h0, Wx, Wh, b = draw(3, 1, 1, 2, seed=1)
    b = scale * np.array([1.0, 0.001])
    dhs = np.random.default_rng(2).standard_normal((3, 1, 2))
    hs, cache = solution.rnn(x, h0, Wx, Wh, b)
    db = solution.rnn_backward(dhs, cache)[4]
    with mpmath.workdps(50):
        mpf = np.vectorize(lambda value: mpmath.mpf(float(value)), otypes=[object])
        tanh = np.vectorize(mpmath.tanh, otypes=[object])
        exact = [mpf(array) for array in (x, h0, Wx, Wh)]

        def states(bias):
            out = [exact[1]]
            for step in exact[0]:
                out.append(tanh(step @ exact[2] + out[-1] @ exact[3] + bias))
            return np.array(out[1:])

        np.testing.assert_allclose(hs, states(mpf(b)).astype(float), rtol=1e-12)
        tiny = mpmath.mpf(10) ** -20  # a central difference is then right to some 30 digits
        for k in range(2):
            step = mpf(np.eye(2)[k]) * tiny
            change = (states(mpf(b) + step) - states(mpf(b) - step)) * mpf(dhs)
            assert db[k] == pytest.approx(float(change.sum() / (2 * tiny)), rel=1e-9, abs=1e-14)


def test_a_gradient_at_the_last_state_reaches_the_first_step_by_the_product_of_jacobians(solution):
    inputs = draw(6, 1, 2, 4, seed=3)
    hs, cache = solution.rnn(*inputs)
    dhs = np.zeros((6, 1, 4))
    dhs[-1] = 1.0
    expected = dhs[-1, 0]
    for h in hs[::-1, 0]:
        expected = inputs[3] @ (expected * (1 - h**2))
    np.testing.assert_allclose(solution.rnn_backward(dhs, cache)[1][0], expected, rtol=1e-12)


def test_an_empty_batch_gives_empty_states_and_zero_parameter_gradients(solution):
    x, h0, Wx, Wh, b = draw()
    hs, cache = solution.rnn(x[:, :0], h0[:0], Wx, Wh, b)
    np.testing.assert_array_equal(hs, np.zeros((4, 0, 5)), strict=True)
    expected = x[:, :0], h0[:0], 0 * Wx, 0 * Wh, 0 * b
    for grad, right in zip(solution.rnn_backward(hs, cache), expected, strict=True):
        np.testing.assert_array_equal(grad, right, strict=True)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
def test_dtypes_follow_the_inputs_which_stay_untouched(solution, dtype):
    inputs = [*draw(), np.random.default_rng(4).standard_normal((4, 3, 5))]
    inputs = [(2 * array).astype(dtype) for array in inputs]
    for array in inputs:
        array.flags.writeable = False

    def results(arrays):
        hs, cache = solution.rnn(*arrays[:5])
        return [hs, *solution.rnn_backward(arrays[5], cache)]

    wide = results([array.astype(float) for array in inputs])
    for array, right in zip(results(inputs), wide, strict=True):
        assert type(array) is np.ndarray
        assert array.dtype == (np.float64 if dtype == np.int64 else dtype)
        assert array.flags.writeable
        assert not any(np.shares_memory(array, given) for given in inputs)
        tolerance = 1e-4 if dtype == np.float32 else 1e-12
        atol = tolerance * max(np.abs(right).max(), 1)
        np.testing.assert_allclose(array, right, rtol=0, atol=atol)


def test_a_backward_can_be_run_twice_on_one_cache(solution):
    hs, cache = solution.rnn(*draw(seed=5))
    first = [grad.copy() for grad in solution.rnn_backward(hs, cache)]
    for once, again in zip(first, solution.rnn_backward(hs, cache), strict=True):
        np.testing.assert_array_equal(once, again)
