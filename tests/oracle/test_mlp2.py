"""The two-layer net against PyTorch's autograd and against 50-digit arithmetic."""

import mpmath
import numpy as np
import pytest

PARAMS = ("W1", "b1", "W2", "b2")


def network(seed, n=6, d=4, h=7, c=3, loss="ce"):
    """Random inputs, targets and parameters, all sizes different."""
    rng = np.random.default_rng(seed)
    shapes = [(d, h), (h,), (h, c), (c,)]
    y = rng.integers(c, size=n) if loss == "ce" else rng.standard_normal((n, c))
    return rng.standard_normal((n, d)), y, *(rng.standard_normal(shape) for shape in shapes)


def torch_loss_and_grads(torch, X, y, *params, loss):
    params = [torch.tensor(param, requires_grad=True) for param in params]
    W1, b1, W2, b2 = params
    z = torch.relu(torch.from_numpy(X) @ W1 + b1) @ W2 + b2
    function = {"ce": torch.nn.functional.cross_entropy, "mse": torch.nn.functional.mse_loss}[loss]
    value = function(z, torch.from_numpy(y))
    value.backward()
    names = ("d" + name for name in PARAMS)
    return value.item(), {name: p.grad.numpy() for name, p in zip(names, params, strict=True)}


@pytest.mark.oracle
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("loss", ["ce", "mse"])
def test_agrees_with_torch(solution, torch, loss, seed):
    inputs = network(seed, loss=loss)
    expected, expected_grads = torch_loss_and_grads(torch, *inputs, loss=loss)
    value, grads = solution.mlp2(*inputs, loss)
    assert value == pytest.approx(expected, rel=1e-9)
    assert grads.keys() == expected_grads.keys()
    for name, grad in grads.items():
        scale = np.abs(expected_grads[name]).max()
        np.testing.assert_allclose(
            grad, expected_grads[name], rtol=1e-9, atol=1e-9 * scale, strict=True, err_msg=name
        )


@pytest.mark.oracle
def test_relu_at_exactly_zero_agrees_with_torch(solution, torch):
    X, y, W1, b1, W2, b2 = network(1, n=2)
    W1[:, :3], b1[:3] = 0, 0  # three hidden units sit at 0
    expected, expected_grads = torch_loss_and_grads(torch, X, y, W1, b1, W2, b2, loss="ce")
    value, grads = solution.mlp2(X, y, W1, b1, W2, b2)
    assert value == pytest.approx(expected, rel=1e-9)
    assert not grads["dW1"][:, :3].any()
    np.testing.assert_allclose(grads["dW1"], expected_grads["dW1"], rtol=1e-9, atol=1e-12)


def exact_cross_entropy(X, y, W1, b1, W2, b2):
    """The mean cross-entropy in 50 digits; the parameters hold mpf numbers."""
    total = mpmath.mpf(0)
    for x, label in zip(X, y, strict=True):
        hidden = [max(a, mpmath.mpf(0)) for a in x @ W1 + b1]
        z = np.array(hidden, dtype=object) @ W2 + b2
        total += mpmath.log(mpmath.fsum(mpmath.exp(value) for value in z)) - z[label]
    return total / len(X)


@pytest.mark.parametrize("scale", [1.0, 1e4])
def test_loss_and_every_gradient_agree_with_50_digits(solution, scale):
    X, y, W1, b1, W2, b2 = network(3, n=3, d=2, h=4, c=3)
    W2, b2 = W2 * scale, b2 * scale
    value, grads = solution.mlp2(X, y, W1, b1, W2, b2)
    with mpmath.workdps(50):
        mpf = np.vectorize(lambda number: mpmath.mpf(float(number)), otypes=[object])
        exact = [mpf(array) for array in (W1, b1, W2, b2)]
        X = mpf(X)
        expected = exact_cross_entropy(X, y, *exact)
        assert value == pytest.approx(float(expected), rel=1e-12)
        h = mpmath.mpf(10) ** -20  # a central difference is then right to some 30 digits
        for name, param in zip(PARAMS, exact, strict=True):
            slopes = np.zeros(param.shape)
            for index in np.ndindex(param.shape):
                kept = param[index]
                param[index] = kept + h
                above = exact_cross_entropy(X, y, *exact)
                param[index] = kept - h
                below = exact_cross_entropy(X, y, *exact)
                param[index] = kept
                slopes[index] = float((above - below) / (2 * h))
            np.testing.assert_allclose(
                grads["d" + name], slopes, rtol=1e-9, atol=1e-12 * scale, err_msg=name
            )


@pytest.mark.parametrize(("label", "expected"), [(0, 0.0), (1, 2e4)])
def test_saturated_logits_have_exact_losses_and_gradients(solution, label, expected):
    X, W1, b1 = np.ones((1, 1)), np.ones((1, 1)), np.zeros(1)
    W2, b2 = np.array([[1e4, -1e4]]), np.zeros(2)
    value, grads = solution.mlp2(X, np.array([label]), W1, b1, W2, b2)
    assert value == expected
    assert grads["db2"].tolist() == ([0, 0] if label == 0 else [1, -1])


@pytest.mark.parametrize("loss", ["ce", "mse"])
def test_an_empty_batch_gives_zero(solution, loss):
    X, y, *params = network(0, loss=loss)
    value, grads = solution.mlp2(X[:0], y[:0], *params, loss)
    assert value == 0
    for name, param in zip(PARAMS, params, strict=True):
        np.testing.assert_array_equal(grads["d" + name], np.zeros_like(param), strict=True)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int64])
@pytest.mark.parametrize("loss", ["ce", "mse"])
def test_dtypes_follow_the_inputs_which_stay_untouched(solution, loss, dtype):
    inputs = network(2, loss=loss)
    arrays = [(2 * a).astype(dtype) if a.dtype == np.float64 else a for a in inputs]
    for array in arrays:
        array.flags.writeable = False
    wide = [a.astype(np.float64) if a.dtype.kind == "f" else a for a in arrays]
    expected, expected_grads = solution.mlp2(*wide, loss)
    value, grads = solution.mlp2(*arrays, loss)
    tolerance = {np.float16: 3e-3, np.float32: 1e-5}.get(dtype, 1e-12)
    assert value == pytest.approx(expected, rel=tolerance)
    for name, grad in grads.items():
        assert grad.dtype == (np.float64 if dtype == np.int64 else dtype)
        assert grad.flags.writeable
        assert not any(np.shares_memory(grad, array) for array in arrays)
        scale = np.abs(expected_grads[name]).max()
        np.testing.assert_allclose(grad, expected_grads[name], rtol=0, atol=tolerance * scale)


def test_an_unknown_loss_is_a_value_error(solution):
    with pytest.raises(ValueError, match="loss"):
        solution.mlp2(*network(0), loss="hinge")
