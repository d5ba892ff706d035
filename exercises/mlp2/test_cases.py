"""Hidden cases of mlp2, from the plain to the extreme; D, H and C differ throughout."""

import numpy as np
import pytest

from dlprep.checks import check_stability, check_values, contrast, conventions, polish
from dlprep.checks.values import Tolerance

PARTS = ("loss", "grads")
PLAIN = Tolerance(1e-5, 1e-5)  # an epsilon in the log does not show: it has a case of its own

# One sample, small enough to show in full; both hidden units are on, and the gradient of each is
# positive under either loss
SAMPLE = {
    "X": np.array([[2.0]]),
    "W1": np.array([[0.5, 1.0]]),
    "b1": np.array([0.0, 0.0]),
    "W2": np.array([[1.0, -0.5, 0.5], [0.5, -0.5, 2.0]]),
    "b2": np.array([0.0, 3.0, -3.0]),
}
TARGET = {"ce": np.array([1]), "mse": np.array([[0.0, 3.0, -4.0]])}
FLIPPED = SAMPLE["W2"] * [[1.0], [-1.0]]  # makes the gradient of the second unit negative

both_losses = pytest.mark.parametrize("loss", ["ce", "mse"])


def check(submission, reference, *args):
    """Judge one call; the loss is the last of the arguments."""
    tolerance = PLAIN if args[-1] == "ce" else None
    check_values(submission.mlp2(*args), reference.mlp2(*args), names=PARTS, tolerance=tolerance)


def sample(loss, **changed):
    """The arguments of the sample above, with some of its arrays changed."""
    point = {**SAMPLE, **changed}
    return point["X"], TARGET[loss], *(point[name] for name in ("W1", "b1", "W2", "b2")), loss


def draw(rng, loss, N=5, D=4, H=6, C=3, classes=2, bias=0.5, **plus):
    """A batch in which the last class does not occur; ``plus`` is added to arrays, by name."""
    X = rng.normal(size=(N, D))
    y = np.arange(N) % classes if loss == "ce" else rng.normal(size=(N, C))
    params = {
        "W1": rng.normal(scale=0.5, size=(D, H)),
        "b1": rng.normal(scale=bias, size=H),
        "W2": rng.normal(scale=0.5, size=(H, C)),
        "b2": rng.normal(scale=bias, size=C),
    }
    return X, y, *(array + plus.get(name, 0.0) for name, array in params.items()), loss


@both_losses
def test_one_sample(submission, reference, loss):
    """backpropagates one sample"""
    check(submission, reference, *sample(loss))


@both_losses
def test_mean(submission, reference, loss):
    """averages over the batch: four copies of a sample count as one"""
    X, y, *rest = sample(loss)
    check(submission, reference, np.repeat(X, 4, axis=0), np.repeat(y, 4, axis=0), *rest)


@both_losses
def test_unit_off(submission, reference, loss):
    """lets no gradient through a hidden unit that is off"""
    check(submission, reference, *sample(loss, b1=np.array([0.0, -5.0]), W2=FLIPPED))


@both_losses
def test_negative_gradient(submission, reference, loss):
    """lets a negative gradient through a hidden unit that is on"""
    check(submission, reference, *sample(loss, W2=FLIPPED))


def test_confident_mistake(submission, reference):
    """charges a confident wrong answer in full"""
    check(submission, reference, *sample("ce", b2=np.array([60.0, 3.0, -3.0])))


@both_losses
def test_batch(submission, reference, rng, loss):
    """gets a batch of different samples right, and the next one"""
    for _ in range(2):
        check(submission, reference, *draw(rng, loss))


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
    check_stability(submission.mlp2(X, y, W1, b1, W2, b2), (2e4, grads), names=PARTS)


def test_rows_far_apart(submission, reference):
    """keeps plain samples right beside one with large logits"""
    X, y = np.array([[1e4], [1.0], [-0.5]]), np.array([1, 0, 2])
    W1, b1 = np.array([[1.0, -1.0]]), np.zeros(2)
    W2, b2 = np.array([[1.0, -1.0, 0.0], [0.0, 1.0, 1.5]]), np.zeros(3)
    rows = [reference.mlp2(X[[n]], y[[n]], W1, b1, W2, b2) for n in range(3)]
    grads = {name: sum(grads[name] for _, grads in rows) / 3 for name in rows[0][1]}
    right = sum(value for value, _ in rows) / 3, grads
    check_stability(submission.mlp2(X, y, W1, b1, W2, b2), right, names=PARTS)


@polish
def test_unit_at_zero(submission, reference):
    """takes 0 for ReLU's derivative at exactly 0"""
    check(submission, reference, *sample("ce", b1=np.array([0.0, -2.0])))


test_conventions = conventions(
    "mlp2", lambda rng: draw(rng, "ce"), names=PARTS, illegal=[*sample("ce")[:-1], "hinge"]
)

# From the simple to the general: the loss, and what is changed in the general draw
CONTRASTS = {
    "squared error of one sample with one output": ("mse", {"N": 1, "C": 1}),
    "squared error of one sample": ("mse", {"N": 1}),
    "squared error with one output": ("mse", {"C": 1}),
    "squared error": ("mse", {}),
    "cross-entropy of one sample": ("ce", {"N": 1}),
    "cross-entropy with D = H = C": ("ce", {"D": 3, "H": 3}),
    "cross-entropy with biases of 0": ("ce", {"bias": 0.0}),
    "cross-entropy where every class occurs": ("ce", {"classes": 3}),
    "cross-entropy": ("ce", {}),
    "cross-entropy with all hidden units on": ("ce", {"b1": 6.0}),
    "cross-entropy of logits around 1,000": ("ce", {"b2": 1000.0}),
    "cross-entropy of logits from -1,000 to 1,000": ("ce", {"b2": np.array([-1e3, 0.0, 1e3])}),
    "cross-entropy of samples far apart": ("ce", {"W2": 1000.0}),
}


@contrast("{}")
@pytest.mark.parametrize(("loss", "change"), CONTRASTS.values(), ids=CONTRASTS)
def test_contrast(submission, reference, rng, loss, change):
    check(submission, reference, *draw(rng, loss, **change))
