"""The LSTM cell and its backward against PyTorch's LSTMCell and against 50-digit arithmetic."""

import mpmath
import numpy as np
import pytest


def cell_inputs(seed, n=3, d=4, h=5):
    """x, h, c, Wx, Wh, b."""
    rng = np.random.default_rng(seed)
    shapes = [(n, d), (n, h), (n, h), (d, 4 * h), (h, 4 * h), (4 * h,)]
    return [rng.standard_normal(shape) for shape in shapes]


def torch_cell(torch, inputs, dh2, dc2):
    """h2, c2 and the six gradients, by autograd through nn.LSTMCell with no second bias."""
    x, h, c, Wx, Wh, b = (torch.from_numpy(array) for array in inputs)
    cell = torch.nn.LSTMCell(*Wx.shape[:1], Wh.shape[0], dtype=torch.float64)
    with torch.no_grad():
        cell.weight_ih.copy_(Wx.T)
        cell.weight_hh.copy_(Wh.T)
        cell.bias_ih.copy_(b)
        cell.bias_hh.zero_()
    x, h, c = (tensor.clone().requires_grad_() for tensor in (x, h, c))
    h2, c2 = cell(x, (h, c))
    torch.autograd.backward([h2, c2], [torch.from_numpy(dh2), torch.from_numpy(dc2)])
    weights = cell.weight_ih.grad.T, cell.weight_hh.grad.T, cell.bias_ih.grad
    grads = [tensor.numpy() for tensor in (x.grad, h.grad, c.grad, *weights)]
    return h2.detach().numpy(), c2.detach().numpy(), grads


@pytest.mark.oracle
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("which", ["both", "only dh2", "only dc2"])
def test_agrees_with_torch(solution, torch, seed, which):
    inputs = cell_inputs(seed)
    dh2, dc2 = np.random.default_rng(100 + seed).standard_normal((2, 3, 5))
    dh2, dc2 = dh2 * (which != "only dc2"), dc2 * (which != "only dh2")
    h2, c2, expected = torch_cell(torch, inputs, dh2, dc2)
    got_h2, got_c2, cache = solution.lstm_cell(*inputs)
    np.testing.assert_allclose(got_h2, h2, rtol=1e-9, strict=True)
    np.testing.assert_allclose(got_c2, c2, rtol=1e-9, strict=True)
    grads = solution.lstm_backward(dh2, dc2, cache)
    assert len(grads) == 6
    for name, got, right in zip(("x", "h", "c", "Wx", "Wh", "b"), grads, expected, strict=True):
        np.testing.assert_allclose(
            got, right, rtol=1e-9, atol=1e-9 * np.abs(right).max(), strict=True, err_msg=name
        )


@pytest.mark.oracle
def test_two_steps_chained_agree_with_torch(solution, torch):
    """The gradients of the second step's h and c feed the first step."""
    x, h, c, Wx, Wh, b = cell_inputs(7)
    x2 = cell_inputs(8)[0]
    dh2, dc2 = np.random.default_rng(9).standard_normal((2, 3, 5))
    tensors = [torch.tensor(array, requires_grad=True) for array in (h, c, Wx, Wh, b)]
    th, tc, tWx, tWh, tb = tensors
    for step in (x, x2):
        i, f, g, o = (torch.from_numpy(step) @ tWx + th @ tWh + tb).chunk(4, dim=1)
        tc = torch.sigmoid(f) * tc + torch.sigmoid(i) * torch.tanh(g)
        th = torch.sigmoid(o) * torch.tanh(tc)
    torch.autograd.backward([th, tc], [torch.from_numpy(dh2), torch.from_numpy(dc2)])

    h1, c1, first = solution.lstm_cell(x, h, c, Wx, Wh, b)
    _, _, second = solution.lstm_cell(x2, h1, c1, Wx, Wh, b)
    _, dh1, dc1, *late = solution.lstm_backward(dh2, dc2, second)
    _, dh, dc, *early = solution.lstm_backward(dh1, dc1, first)
    summed = [a + b for a, b in zip(early, late, strict=True)]
    for got, tensor in zip([dh, dc, *summed], tensors, strict=True):
        np.testing.assert_allclose(got, tensor.grad.numpy(), rtol=1e-9, atol=1e-12)


def exact_cell(x, h, c, Wx, Wh, b):
    """h2 and c2 in 50 digits, from arrays of mpf."""
    a = x @ Wx + h @ Wh + b
    sigmoid = np.vectorize(lambda value: 1 / (1 + mpmath.exp(-value)), otypes=[object])
    tanh = np.vectorize(mpmath.tanh, otypes=[object])
    i, f, g, o = np.split(a, 4, axis=1)
    c2 = sigmoid(f) * c + sigmoid(i) * tanh(g)
    return sigmoid(o) * tanh(c2), c2


@pytest.mark.parametrize("scale", [1.0, 30.0, 1e4])
def test_saturated_gates_and_their_gradients_agree_with_50_digits(solution, scale):
    inputs = cell_inputs(4, n=2, d=2, h=2)
    inputs[3] *= 0.1
    inputs[4] *= 0.1
    inputs[5] = scale * np.array([1, -1, -1, 1, 1, -1, 1, -1.0])  # every gate at both ends
    dh2, dc2 = np.random.default_rng(5).standard_normal((2, 2, 2))
    h2, c2, cache = solution.lstm_cell(*inputs)
    grads = solution.lstm_backward(dh2, dc2, cache)
    with mpmath.workdps(50):
        mpf = np.vectorize(lambda value: mpmath.mpf(float(value)), otypes=[object])
        exact = [mpf(array) for array in inputs]
        expected_h2, expected_c2 = exact_cell(*exact)
        np.testing.assert_allclose(h2, expected_h2.astype(float), rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(c2, expected_c2.astype(float), rtol=1e-12, atol=1e-15)

        def projected():
            out_h, out_c = exact_cell(*exact)
            return (dh2 * out_h + dc2 * out_c).sum()

        step = mpmath.mpf(10) ** -20  # a central difference is then right to some 30 digits
        for array, grad in zip(exact, grads, strict=True):
            slopes = np.zeros(array.shape)
            for index in np.ndindex(array.shape):
                kept = array[index]
                array[index] = kept + step
                above = projected()
                array[index] = kept - step
                slopes[index] = float((above - projected()) / (2 * step))
                array[index] = kept
            np.testing.assert_allclose(grad, slopes, rtol=1e-9, atol=1e-14)


def test_an_open_forget_gate_and_a_closed_input_gate_keep_the_cell_exactly(solution):
    x, h, c, Wx, Wh, _ = cell_inputs(6)
    b = np.repeat([-1e4, 1e4, 1e4, 1e4], 5)
    h2, c2, cache = solution.lstm_cell(x, h, c, Wx, Wh, b)
    np.testing.assert_array_equal(c2, c)
    np.testing.assert_allclose(h2, np.tanh(c), rtol=1e-12)
    dc2 = np.ones((3, 5))
    np.testing.assert_array_equal(solution.lstm_backward(0 * dc2, dc2, cache)[2], dc2)


def test_an_empty_batch_gives_empty_states_and_zero_parameter_gradients(solution):
    x, h, c, Wx, Wh, b = cell_inputs(0)
    h2, c2, cache = solution.lstm_cell(x[:0], h[:0], c[:0], Wx, Wh, b)
    assert h2.shape == c2.shape == (0, 5)
    grads = solution.lstm_backward(h2, c2, cache)
    for grad, right in zip(grads, (x[:0], h[:0], c[:0], 0 * Wx, 0 * Wh, 0 * b), strict=True):
        np.testing.assert_array_equal(grad, right, strict=True)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int64])
def test_dtypes_follow_the_inputs_which_stay_untouched(solution, dtype):
    inputs = [(1.5 * array).astype(dtype) for array in cell_inputs(3)]
    dh2, dc2 = (3 * np.random.default_rng(1).standard_normal((2, 3, 5))).astype(dtype)
    for array in (*inputs, dh2, dc2):
        array.flags.writeable = False
    wide = [array.astype(np.float64) for array in (*inputs, dh2, dc2)]
    *states, cache = solution.lstm_cell(*wide[:6])
    expected = [*states, *solution.lstm_backward(*wide[6:], cache)]
    *states, cache = solution.lstm_cell(*inputs)
    got = [*states, *solution.lstm_backward(dh2, dc2, cache)]
    for array, right in zip(got, expected, strict=True):
        assert type(array) is np.ndarray
        assert array.dtype == (np.float64 if dtype == np.int64 else dtype)
        assert array.flags.writeable
        assert not any(np.shares_memory(array, given) for given in (*inputs, dh2, dc2))
        tolerance = {np.float16: 5e-3, np.float32: 1e-5}.get(dtype, 1e-12)
        np.testing.assert_allclose(array, right, rtol=0, atol=tolerance * np.abs(right).max())


def test_a_backward_can_be_run_twice_on_one_cache(solution):
    inputs = cell_inputs(2)
    h2, c2, cache = solution.lstm_cell(*inputs)
    first = [grad.copy() for grad in solution.lstm_backward(h2, c2, cache)]
    for once, again in zip(first, solution.lstm_backward(h2, c2, cache), strict=True):
        np.testing.assert_array_equal(once, again)
