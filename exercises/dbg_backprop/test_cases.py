"""Hidden cases of dbg_backprop: the loss, each promise of the gradients by itself, then all."""

import numpy as np
import pytest

from dlprep.checks import (
    check_contract,
    check_gradient,
    check_raises,
    check_stability,
    check_values,
    clear_of_kinks,
)
from dlprep.checks.values import Tolerance

PARTS = ("loss", "grads")
FORM = Tolerance(0.0, np.inf)  # any finite number: each case judges its own part
both_losses = pytest.mark.parametrize("loss", ["ce", "mse"])


def draw(rng, loss, n=5, b1=0.0):
    """X, y and parameters by name; the pre-activations stand clear of 0, and b1 moves them."""
    X = rng.normal(size=(n, 4))
    y = rng.integers(3, size=n) if loss == "ce" else rng.normal(size=(n, 3))
    shapes = {"W1": (4, 6), "b1": (6,), "W2": (6, 3), "b2": (3,)}

    def params():
        at = {name: rng.normal(scale=0.3, size=shape) for name, shape in shapes.items()}
        return at | {"b1": at["b1"] + b1}

    return X, y, clear_of_kinks(params, kinks=lambda W1, b1, **_: X @ W1 + b1)


def gradients(submission, reference, X, y, params, loss, l2=0.0):
    """The submission's gradients, by the parameters' names; shapes and dtypes are judged."""
    arguments = X, y, *params.values(), loss, l2
    got = submission.mlp_grads(*arguments)
    value, right = reference.mlp_grads(*arguments)
    right = {name: right[name] for name in ("db2", "dW2", "db1", "dW1")}
    check_values(got, (value, right), names=PARTS, tolerance=FORM)
    return {name: got[1][f"d{name}"] for name in params}


def judge(submission, reference, *arguments, **settings):
    """Loss and gradients against the reference's."""
    right = reference.mlp_grads(*arguments, **settings)
    check_values(submission.mlp_grads(*arguments, **settings), right, names=PARTS)


@both_losses
@pytest.mark.parametrize("l2", [0.0, 0.5], ids=["no penalty", "with penalty"])
def test_loss(submission, reference, rng, loss, l2):
    """returns the right loss, as before"""
    X, y, params = draw(rng, loss)
    value, _ = submission.mlp_grads(X, y, *params.values(), loss=loss, l2=l2)
    right, _ = reference.mlp_grads(X, y, *params.values(), loss=loss, l2=l2)
    check_values(value, right, names=["loss"])


def test_large_logits(submission):
    """returns the right loss for logits of ±10,000, as before"""
    ones, W2 = np.ones((1, 1)), np.array([[1e4, -1e4]])
    value, _ = submission.mlp_grads(ones, np.array([1]), ones, np.zeros(1), W2, np.zeros(2))
    check_stability(value, 2e4, names=["loss"])


def test_unknown_loss(submission, rng):
    """raises a ValueError for any other loss, as before"""
    X, y, params = draw(rng, "mse")
    check_raises(submission.mlp_grads, ValueError, X, y, *params.values(), loss="hinge")


@both_losses
def test_mean(submission, reference, rng, loss):
    """gives the weights the gradient of a mean over the rows"""
    X, y, params = draw(rng, loss, b1=3.0)  # every unit is on
    grads = gradients(submission, reference, X, y, params, loss)
    check_gradient(
        {name: grads[name] for name in ("W2", "W1")},
        lambda **at: reference.mlp_grads(X, y, **at, loss=loss)[0],
        at=params,
        rng=rng,
        kinks=lambda W1, b1, **_: X @ W1 + b1,
    )


@both_losses
def test_bias(submission, reference, rng, loss):
    """treats a bias as the weight of an input that is always 1"""
    X, y, params = draw(rng, loss, b1=3.0)  # every unit is on
    X[:, 3], params["W1"][:, 0], params["b1"][0] = 1.0, 0.0, 1.0  # one feature, one unit
    grads = gradients(submission, reference, X, y, params, loss)
    check_values(grads["b2"], grads["W2"][0], names=["db2, beside your dW2[0]"])
    check_values(grads["b1"], grads["W1"][3], names=["db1, beside your dW1[3]"])


@both_losses
def test_unit_off(submission, reference, rng, loss):
    """lets no gradient through a hidden unit that is off"""
    X, y, params = draw(rng, loss, n=1, b1=np.array([3.0, -3.0, 3.0, -3.0, 3.0, -3.0]))
    grads = gradients(submission, reference, X, y, params, loss)
    check_gradient(
        {name: grads[name] for name in ("b1", "W1")},
        lambda **at: reference.mlp_grads(X, y, **at, loss=loss)[0],
        at=params,
        rng=rng,
        kinks=lambda W1, b1, **_: X @ W1 + b1,
    )


@both_losses
def test_unit_at_zero(submission, reference, rng, loss):
    """takes 0 for ReLU's derivative at exactly 0"""
    X, y, params = draw(rng, loss, n=1, b1=3.0)
    params["W1"][:, :2], params["b1"][:2] = 0.0, 0.0
    grads = gradients(submission, reference, X, y, params, loss)
    for name in ("b1", "W1"):
        check_values(grads[name][..., :2], 0.0 * params[name][..., :2], names=[f"d{name}[..., :2]"])


@both_losses
def test_penalty(submission, reference, rng, loss):
    """adds the penalty's gradient to that of the weights alone"""
    X, y, params = draw(rng, loss)
    without = gradients(submission, reference, X, y, params, loss)
    grads = gradients(submission, reference, X, y, params, loss, l2=0.5)

    def penalty(**at):
        values = (reference.mlp_grads(X, y, **at, loss=loss, l2=l2)[0] for l2 in (0.5, 0.0))
        return next(values) - next(values)

    added = {name: grads[name] - without[name] for name in ("W2", "W1", "b2", "b1")}
    check_gradient(added, penalty, at=params, rng=rng)


@both_losses
def test_gradient(submission, reference, rng, loss):
    """has the gradients that central differences of the loss give"""
    X, y, params = draw(rng, loss)
    grads = gradients(submission, reference, X, y, params, loss, l2=0.3)
    check_gradient(
        {name: grads[name] for name in ("b2", "W2", "b1", "W1")},
        lambda **at: reference.mlp_grads(X, y, **at, loss=loss, l2=0.3)[0],
        at=params,
        rng=rng,
        kinks=lambda W1, b1, **_: X @ W1 + b1,
    )


@both_losses
def test_float32(submission, reference, rng, loss):
    """answers in float32 when everything is float32"""
    X, y, params = draw(rng, loss)
    arrays = [a.astype(np.float32) if a.dtype == float else a for a in (X, y, *params.values())]
    value, grads = reference.mlp_grads(*arrays, loss=loss, l2=0.3)
    got = submission.mlp_grads(*arrays, loss=loss, l2=0.3)
    check_values(got, (np.float32(value), grads), names=PARTS)


@both_losses
def test_integers(submission, reference, loss):
    """takes integers and answers in float64"""
    X, W1, b1 = np.array([[2], [-1]]), np.array([[1, -1]]), np.array([0, 1])
    W2, b2 = np.array([[1, 0, -1], [0, 2, 1]]), np.array([0, 1, -1])
    y = np.array({"ce": [1, 0], "mse": [[1, 0, 2], [0, 3, -1]]}[loss])
    judge(submission, reference, X, y, W1, b1, W2, b2, loss=loss, l2=1)


@both_losses
def test_memory_order(submission, reference, rng, loss):
    """reads strided and transposed arrays"""
    X, y, params = draw(rng, loss)
    W1, b1, W2, b2 = params.values()
    arrays = X[:, ::2], y, W1.T[:4, ::2].T, b1[:4], W2[:4], b2
    judge(submission, reference, *arrays, loss=loss, l2=0.3)


@both_losses
def test_contract(submission, rng, loss):
    """changes none of its arguments and returns new arrays"""
    X, y, params = draw(rng, loss)
    check_contract(submission.mlp_grads, X, y, *params.values(), loss=loss, l2=0.3)
