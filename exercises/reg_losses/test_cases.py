"""Hidden cases of reg_losses: single errors, the mean, then shapes and dtypes."""

import numpy as np
import pytest

from dlprep.checks import (
    check_contract,
    check_gradient,
    check_raises,
    check_values,
    clear_of_kinks,
)

PARTS = ("loss", "dpred")
every_loss = pytest.mark.parametrize("name", ["mse", "mae", "huber"])


def judge(submission, reference, name, pred, target, **settings):
    """Loss and gradient of one loss, against the reference's."""
    got = getattr(submission, name)(pred, target, **settings)
    check_values(got, getattr(reference, name)(pred, target, **settings), names=PARTS)


def judge_errors(submission, reference, name, *errors, **settings):
    """The loss of given errors; of one alone, no mean is in the way."""
    target = np.full(len(errors), 0.5)
    judge(submission, reference, name, target + errors, target, **settings)


@pytest.mark.parametrize("error", [2.0, -1.5], ids=str)
def test_mse(submission, reference, error):
    """squares an error"""
    judge_errors(submission, reference, "mse", error)


@pytest.mark.parametrize("error", [2.0, -1.5], ids=str)
def test_mae(submission, reference, error):
    """takes an error's size, and its sign for the gradient"""
    judge_errors(submission, reference, "mae", error)


@pytest.mark.parametrize("error", [0.5, -0.25], ids=str)
def test_huber_small_error(submission, reference, error):
    """halves the square of a small error"""
    judge_errors(submission, reference, "huber", error)


@pytest.mark.parametrize("error", [4.0, -2.5], ids=str)
def test_huber_large_error(submission, reference, error):
    """goes on in a straight line for a large error"""
    judge_errors(submission, reference, "huber", error)


@every_loss
def test_mean(submission, reference, name):
    """averages over the batch, in the gradient too"""
    pred, target = np.array([2.0, 0.5, -1.0, 0.0, 3.0]), np.array([1.5, 3.5, -1.25, 0.75, -1.0])
    judge(submission, reference, name, pred, target)


@pytest.mark.parametrize("delta", [0.5, 1.5], ids=str)
def test_huber_delta(submission, reference, delta):
    """bends at delta, with the slope delta from there on"""
    judge_errors(submission, reference, "huber", 0.25, -0.75, 2.0, -4.0, delta=delta)


@pytest.mark.parametrize("delta", [0.75, 2.0], ids=str)
def test_huber_joint(submission, reference, delta):
    """joins its two pieces without a step"""
    errors = delta * (1 - 1e-6), -delta * (1 + 1e-6)
    judge_errors(submission, reference, "huber", *errors, delta=delta)


@every_loss
def test_exact_prediction(submission, reference, name):
    """gives an exact prediction no gradient"""
    judge(submission, reference, name, np.array([1.5, 2.0, -3.0]), np.array([1.5, 0.5, -3.0]))


@every_loss
def test_all_elements(submission, reference, rng, name):
    """averages over all elements, whatever their axes"""
    for shape in [(4, 3), (2, 3, 5)]:
        pred, target = rng.normal(scale=2.0, size=(2, *shape))
        judge(submission, reference, name, pred, target)


@every_loss
def test_column(submission, reference, rng, name):
    """pairs (N,) with (N, 1) element by element"""
    for shapes in [((5, 1), (5,)), ((5,), (5, 1)), ((1, 1), (1,))]:
        pred, target = (rng.normal(scale=2.0, size=shape) for shape in shapes)
        loss, dpred = getattr(submission, name)(pred, target)
        right = getattr(reference, name)(pred, target)
        check_values(dpred, right[1], names=["dpred"])  # its shape tells most
        check_values(loss, right[0], names=["loss"])


@every_loss
def test_gradient(submission, reference, rng, name):
    """has the gradient that central differences give"""
    target, settings = rng.normal(size=(3, 4)), {"delta": 0.7} if name == "huber" else {}

    def kinks(pred):
        size = np.abs(pred - target)
        return size * (size - settings.get("delta", -1.0))

    def loss_of(module):
        return lambda pred: getattr(module, name)(pred, target, **settings)[0]

    at = clear_of_kinks(lambda: {"pred": rng.normal(size=(3, 4))}, kinks)
    got = {"pred": getattr(submission, name)(at["pred"], target, **settings)[1]}
    check_gradient(got, loss_of(reference), at, rng, own=loss_of(submission), kinks=kinks)


@every_loss
def test_other_shapes(submission, name):
    """raises a ValueError for shapes that do not pair"""
    pairs = [((6,), (5,)), ((4, 3), (3,)), ((4, 1), (1, 4)), ((2, 3), (3, 2)), ((2, 3), (6,))]
    for pred, target in pairs:
        function = getattr(submission, name)
        check_raises(function, ValueError, np.ones(pred), np.ones(target))


@every_loss
def test_empty_batch(submission, name):
    """gives 0 and an empty gradient for an empty batch"""
    for shapes in [((0,), (0,)), ((0, 3), (0, 3)), ((0, 1), (0,))]:
        pred, target = (np.zeros(shape) for shape in shapes)
        check_values(getattr(submission, name)(pred, target), (0.0, pred), names=PARTS)


@every_loss
def test_contract(submission, rng, name):
    """changes none of its arguments and returns new arrays"""
    check_contract(getattr(submission, name), *rng.normal(scale=2.0, size=(2, 3, 4)))
    check_contract(getattr(submission, name), rng.normal(size=4), rng.normal(size=(4, 1)))


@every_loss
def test_float32(submission, reference, rng, name):
    """answers in float32 when both are float32"""
    pred, target = rng.normal(scale=2.0, size=(2, 3, 4)).astype(np.float32)
    loss, dpred = getattr(reference, name)(pred, target)
    got = getattr(submission, name)(pred, target)
    check_values(got, (np.float32(loss), dpred), names=PARTS, dtype=True)


@every_loss
def test_integers(submission, reference, name):
    """takes integers and answers in float64"""
    judge(submission, reference, name, np.array([[3, -1, 4]]), np.array([[1, -1, 9]]))


@every_loss
def test_unsigned_integers(submission, reference, name):
    """takes unsigned integers, whose differences may be negative"""
    pred, target = np.array([200, 7, 0], np.uint8), np.array([10, 9, 255], np.uint8)
    judge(submission, reference, name, pred, target)


@every_loss
def test_memory_order(submission, reference, rng, name):
    """reads strided and transposed arrays"""
    pred, target = rng.normal(scale=2.0, size=(3, 8))[:, ::2], rng.normal(size=(4, 3)).T
    judge(submission, reference, name, pred, target)
