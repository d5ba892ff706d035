"""Hidden cases of mlp2, from the plain to the extreme; D, H and C differ throughout."""

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

ARGUMENTS = ("X", "y", "W1", "b1", "W2", "b2")
PARTS = ("loss", "grads")
PLAIN = Tolerance(1e-6, 1e-6)  # an epsilon in the log does not show: it has a case of its own
FORM = Tolerance(0.0, np.inf)  # any finite number: the gradient check judges it

# One sample, small enough to show in full; both hidden units are on, and the gradient of each is
# positive under either loss
SAMPLE = {
    "X": np.array([[2.0]]),
    "W1": np.array([[0.5, 1.0]]),
    "b1": np.array([0.0, 0.0]),
    "W2": np.array([[1.0, 0.5, -0.5], [0.5, 2.0, -0.5]]),
    "b2": np.array([0.0, -3.0, 3.0]),
}
TARGET = {"ce": np.array([2]), "mse": np.array([[0.0, -4.0, 3.0]])}
FLIPPED = SAMPLE["W2"] * [[1.0], [-1.0]]  # makes the gradient of the second unit negative

both_losses = pytest.mark.parametrize("loss", ["ce", "mse"])


def expected(reference, *arrays, loss):
    """The reference's answer; gradients from the loss backwards, so that a cause comes first."""
    value, grads = reference.mlp2(*arrays, loss=loss)
    return value, {name: grads[name] for name in ("db2", "dW2", "db1", "dW1")}


def check_sample(submission, reference, loss, **changed):
    """Judge the sample above, with some of its arrays changed."""
    point = {**SAMPLE, "y": TARGET[loss], **changed}
    arrays = [point[name] for name in ARGUMENTS]
    right = expected(reference, *arrays, loss=loss)
    check_values(submission.mlp2(*arrays, loss=loss), right, names=PARTS, tolerance=PLAIN)


def draw_batch(rng, loss):
    """X, y and parameters by name, with no pre-activation near 0."""
    X = rng.normal(size=(5, 4))
    y = rng.integers(3, size=5) if loss == "ce" else rng.normal(size=(5, 3))
    shapes = {"W1": (4, 6), "b1": (6,), "W2": (6, 3), "b2": (3,)}
    params = clear_of_kinks(
        lambda: {name: rng.normal(scale=0.5, size=shape) for name, shape in shapes.items()},
        kinks=lambda W1, b1, **_: X @ W1 + b1,
    )
    return X, y, params


@both_losses
def test_one_sample(submission, reference, loss):
    """backpropagates one sample"""
    check_sample(submission, reference, loss)


@both_losses
def test_mean(submission, reference, loss):
    """averages over the batch: three copies of a sample count as one"""
    X, y, params = SAMPLE["X"], TARGET[loss], [SAMPLE[name] for name in ARGUMENTS[2:]]
    right = expected(reference, X, y, *params, loss=loss)
    got = submission.mlp2(np.repeat(X, 3, axis=0), np.repeat(y, 3, axis=0), *params, loss=loss)
    check_values(got, right, names=PARTS, tolerance=PLAIN)


@both_losses
def test_unit_off(submission, reference, loss):
    """lets no gradient through a hidden unit that is off"""
    check_sample(submission, reference, loss, b1=np.array([0.0, -5.0]), W2=FLIPPED)


@both_losses
def test_negative_gradient(submission, reference, loss):
    """lets a negative gradient through a hidden unit that is on"""
    check_sample(submission, reference, loss, W2=FLIPPED)


@both_losses
def test_unit_at_zero(submission, reference, loss):
    """takes 0 for ReLU's derivative at exactly 0"""
    check_sample(submission, reference, loss, b1=np.array([0.0, -2.0]))


def test_confident_mistake(submission, reference):
    """charges a confident wrong answer in full"""
    check_sample(submission, reference, "ce", b2=np.array([60.0, -3.0, 3.0]))


def test_large_logits(submission):
    """stays right for logits of ±10,000"""
    X, y = np.array([[1e4]]), np.array([1])
    W1, b1 = np.array([[1.0, -1.0]]), np.zeros(2)
    W2, b2 = np.array([[1.0, -1.0, 0.0], [0.0, 1.0, 1.0]]), np.zeros(3)
    grads = {
        "db2": np.array([1.0, -1.0, 0.0]),
        "dW2": np.array([[1e4, -1e4, 0.0], [0.0, 0.0, 0.0]]),
        "db1": np.array([2.0, 0.0]),
        "dW1": np.array([[2e4, 0.0]]),
    }
    check_stability(submission.mlp2(X, y, W1, b1, W2, b2, loss="ce"), (2e4, grads), names=PARTS)


def test_rows_far_apart(submission, reference):
    """keeps plain samples right beside one with large logits"""
    X, y = np.array([[1e4], [1.0], [-0.5]]), np.array([1, 0, 2])
    W1, b1 = np.array([[1.0, -1.0]]), np.zeros(2)
    W2, b2 = np.array([[1.0, -1.0, 0.0], [0.0, 1.0, 1.5]]), np.zeros(3)
    rows = [expected(reference, X[[n]], y[[n]], W1, b1, W2, b2, loss="ce") for n in range(3)]
    grads = {name: sum(grads[name] for _, grads in rows) / 3 for name in rows[0][1]}
    right = sum(value for value, _ in rows) / 3, grads
    check_stability(submission.mlp2(X, y, W1, b1, W2, b2, loss="ce"), right, names=PARTS)


def test_single_output(submission, reference):
    """works with one sample, one feature, one unit and one output"""
    arrays = [np.array(value) for value in ([[2.0]], [[1.0]], [[3.0]], [1.0], [[0.5]], [-1.0])]
    right = expected(reference, *arrays, loss="mse")
    check_values(submission.mlp2(*arrays, loss="mse"), right, names=PARTS)


@both_losses
def test_gradient(submission, reference, rng, loss):
    """has the gradients that central differences give"""
    X, y, params = draw_batch(rng, loss)
    form = expected(reference, X, y, *params.values(), loss=loss)

    def answer(**at):
        got = submission.mlp2(X, y, *at.values(), loss=loss)
        check_values(got, form, names=PARTS, tolerance=FORM)
        return got

    grads = answer(**params)[1]
    check_gradient(
        {name: grads[f"d{name}"] for name in ("b2", "W2", "b1", "W1")},
        lambda **at: reference.mlp2(X, y, **at, loss=loss)[0],
        at=params,
        rng=rng,
        own=lambda **at: answer(**at)[0],
        kinks=lambda W1, b1, **_: X @ W1 + b1,
    )


@both_losses
def test_empty_batch(submission, loss):
    """gives 0 and zero gradients for an empty batch"""
    params = [SAMPLE[name] for name in ARGUMENTS[2:]]
    right = {f"d{name}": np.zeros_like(SAMPLE[name]) for name in ("b2", "W2", "b1", "W1")}
    got = submission.mlp2(SAMPLE["X"][:0], TARGET[loss][:0], *params, loss=loss)
    check_values(got, (0.0, right), names=PARTS)


@both_losses
def test_contract(submission, rng, loss):
    """changes none of its arguments and returns new arrays"""
    X, y, params = draw_batch(rng, loss)
    check_contract(submission.mlp2, X, y, *params.values(), loss=loss)


@both_losses
def test_float32(submission, reference, rng, loss):
    """answers in float32 when everything is float32"""
    X, y, params = draw_batch(rng, loss)
    arrays = [a.astype(np.float32) if a.dtype == float else a for a in (X, y, *params.values())]
    value, grads = expected(reference, *arrays, loss=loss)
    got = submission.mlp2(*arrays, loss=loss)
    check_values(got, (np.float32(value), grads), names=PARTS)


@both_losses
def test_integers(submission, reference, loss):
    """takes integers and answers in float64"""
    X, W1, b1 = np.array([[2], [-1]]), np.array([[1, -1]]), np.array([0, 1])
    W2, b2 = np.array([[1, 0, -1], [0, 2, 1]]), np.array([0, 1, -1])
    y = np.array({"ce": [1, 0], "mse": [[1, 0, 2], [0, 3, -1]]}[loss])
    right = expected(reference, X, y, W1, b1, W2, b2, loss=loss)
    check_values(submission.mlp2(X, y, W1, b1, W2, b2, loss=loss), right, names=PARTS)


@both_losses
def test_memory_order(submission, reference, rng, loss):
    """reads strided and transposed arrays"""
    X, y, params = draw_batch(rng, loss)
    W1, b1, W2, b2 = params.values()
    arrays = X[:, ::2], y, W1.T[:4, ::2].T, b1[:4], W2[:4], b2
    right = expected(reference, *arrays, loss=loss)
    check_values(submission.mlp2(*arrays, loss=loss), right, names=PARTS)


def test_unknown_loss(submission, rng):
    """raises a ValueError for any other loss"""
    X, y, params = draw_batch(rng, "mse")
    check_raises(submission.mlp2, ValueError, X, y, *params.values(), loss="hinge")
