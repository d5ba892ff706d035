"""The mended net against PyTorch's autograd and 50-digit arithmetic; the broken one trains."""

import runpy
from pathlib import Path

import mpmath
import numpy as np
import pytest

PARAMS = ("W1", "b1", "W2", "b2")
STUB = Path(__file__).resolve().parents[2] / "exercises/dbg_backprop/stub.py"


def network(seed, n=6, d=4, h=7, c=3, loss="ce"):
    """Random inputs, targets and parameters, all sizes different."""
    rng = np.random.default_rng(seed)
    shapes = [(d, h), (h,), (h, c), (c,)]
    y = rng.integers(c, size=n) if loss == "ce" else rng.standard_normal((n, c))
    return rng.standard_normal((n, d)), y, *(rng.standard_normal(shape) for shape in shapes)


@pytest.mark.oracle
@pytest.mark.parametrize("n", [1, 6])
@pytest.mark.parametrize("l2", [0.0, 0.3])
@pytest.mark.parametrize("loss", ["ce", "mse"])
def test_agrees_with_torch(solution, torch, loss, l2, n):
    X, y, *params = network(n, n=n, loss=loss)
    tensors = [torch.tensor(param, requires_grad=True) for param in params]
    W1, b1, W2, b2 = tensors
    z = torch.relu(torch.from_numpy(X) @ W1 + b1) @ W2 + b2
    function = {"ce": torch.nn.functional.cross_entropy, "mse": torch.nn.functional.mse_loss}[loss]
    expected = function(z, torch.from_numpy(y)) + l2 / 2 * ((W1**2).sum() + (W2**2).sum())
    expected.backward()
    value, grads = solution.mlp_grads(X, y, *params, loss=loss, l2=l2)
    assert value == pytest.approx(expected.item(), rel=1e-9)
    assert set(grads) == {"dW1", "db1", "dW2", "db2"}
    for name, tensor in zip(PARAMS, tensors, strict=True):
        right = tensor.grad.numpy()
        scale = np.abs(right).max()
        np.testing.assert_allclose(
            grads[f"d{name}"], right, rtol=1e-9, atol=1e-9 * scale, strict=True, err_msg=name
        )


@pytest.mark.oracle
@pytest.mark.parametrize("scale", [1.0, 1e4])
def test_units_at_0_and_large_logits_agree_with_torch(solution, torch, scale):
    X, y, W1, b1, W2, b2 = network(1, n=2)
    W1[:, :3], b1[:3] = 0, 0  # three hidden units sit at 0
    W2 *= scale
    tensors = [torch.tensor(param, requires_grad=True) for param in (W1, b1, W2, b2)]
    z = torch.relu(torch.from_numpy(X) @ tensors[0] + tensors[1]) @ tensors[2] + tensors[3]
    expected = torch.nn.functional.cross_entropy(z, torch.from_numpy(y))
    expected.backward()
    value, grads = solution.mlp_grads(X, y, W1, b1, W2, b2)
    assert value == pytest.approx(expected.item(), rel=1e-9)
    for name, tensor in zip(PARAMS, tensors, strict=True):
        right = tensor.grad.numpy()
        np.testing.assert_allclose(
            grads[f"d{name}"], right, rtol=1e-9, atol=1e-12 * scale, err_msg=name
        )


def exact_loss(X, y, W1, b1, W2, b2, loss, l2):
    """The loss in 50 digits; the arrays hold mpf numbers."""
    total = mpmath.mpf(0)
    for x, target in zip(X, y, strict=True):
        hidden = [max(a, mpmath.mpf(0)) for a in x.dot(W1) + b1]
        z = np.array(hidden, dtype=object).dot(W2) + b2
        if loss == "ce":
            total += mpmath.log(mpmath.fsum(mpmath.exp(value) for value in z)) - z[target]
        else:
            total += ((z - target) ** 2).sum() / len(z)
    return total / len(X) + mpmath.mpf(l2) / 2 * ((W1**2).sum() + (W2**2).sum())


@pytest.mark.parametrize("loss", ["ce", "mse"])
def test_loss_and_every_gradient_agree_with_50_digits(solution, loss):
    X, y, *params = network(3, n=2, d=2, h=4, c=3, loss=loss)
    value, grads = solution.mlp_grads(X, y, *params, loss=loss, l2=0.3)
    with mpmath.workdps(50):
        mpf = np.vectorize(lambda number: mpmath.mpf(float(number)), otypes=[object])
        X, y, exact = mpf(X), y if loss == "ce" else mpf(y), [mpf(param) for param in params]
        assert value == pytest.approx(float(exact_loss(X, y, *exact, loss, 0.3)), rel=1e-12)
        h = mpmath.mpf(10) ** -20  # a central difference is then right to some 30 digits
        for name, param in zip(PARAMS, exact, strict=True):
            slopes = np.zeros(param.shape)
            for index in np.ndindex(param.shape):
                kept = param[index]
                param[index] = kept + h
                above = exact_loss(X, y, *exact, loss, 0.3)
                param[index] = kept - h
                slopes[index] = float((above - exact_loss(X, y, *exact, loss, 0.3)) / (2 * h))
                param[index] = kept
            np.testing.assert_allclose(grads[f"d{name}"], slopes, rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
@pytest.mark.parametrize("loss", ["ce", "mse"])
def test_dtypes_follow_the_inputs_which_stay_untouched(solution, loss, dtype):
    inputs = network(2, loss=loss)
    arrays = [(2 * a).astype(dtype) if a.dtype == np.float64 else a for a in inputs]
    for array in arrays:
        array.flags.writeable = False
    wide = [a.astype(np.float64) if a.dtype.kind == "f" else a for a in arrays]
    expected, expected_grads = solution.mlp_grads(*wide, loss=loss, l2=0.3)
    value, grads = solution.mlp_grads(*arrays, loss=loss, l2=0.3)
    tolerance = 1e-5 if dtype == np.float32 else 1e-12
    assert value == pytest.approx(expected, rel=tolerance)
    for name, grad in grads.items():
        assert grad.dtype == (np.float32 if dtype == np.float32 else np.float64)
        assert grad.flags.writeable
        assert not any(np.shares_memory(grad, array) for array in arrays)
        scale = np.abs(expected_grads[name]).max()
        np.testing.assert_allclose(grad, expected_grads[name], rtol=0, atol=tolerance * scale)


def test_an_unknown_loss_is_a_value_error(solution):
    with pytest.raises(ValueError, match="loss"):
        solution.mlp_grads(*network(0), loss="hinge")


def test_the_stub_trains_in_spite_of_its_bugs_and_only_its_gradients_are_wrong(reference, capsys):
    broken = runpy.run_path(str(STUB), run_name="__main__")
    losses = [float(line.split()[-1]) for line in capsys.readouterr().out.splitlines()]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < 0.2 < 1.0 < losses[0]
    inputs = network(4)
    value, grads = broken["mlp_grads"](*inputs, l2=0.3)
    right, right_grads = reference.mlp_grads(*inputs, l2=0.3)
    assert value == right
    wrong = {name for name in grads if not np.allclose(grads[name], right_grads[name], rtol=1e-6)}
    assert wrong == {"dW1", "db1", "dW2"}  # in db2 two bugs cancel
