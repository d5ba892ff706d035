"""Hidden cases of batchnorm: training, evaluation, hard numbers, then both backwards."""

import numpy as np
import pytest

from dlprep.checks import check_contract, check_gradient, check_stability, check_values

NAMES = ("y", "rm2", "rv2")
GRADIENTS = ("dx", "dgamma", "dbeta")
SHAPES = {"rows": (6, 3), "images": (2, 3, 4, 5)}
both_layouts = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
both_modes = pytest.mark.parametrize("train", [True, False], ids=["train", "eval"])


def draw(rng, *shape):
    """Random x, gamma, beta, rm and rv, by name: channels of different mean and spread."""
    c = shape[1]
    scale, offset = rng.uniform(0.5, 3.0, c), rng.uniform(-4.0, 4.0, c)
    x = np.moveaxis(offset + scale * rng.normal(size=(shape[0], *shape[2:], c)), -1, 1)
    at = {
        "x": np.ascontiguousarray(x),
        "gamma": rng.uniform(0.5, 2.0, c),
        "beta": rng.normal(size=c),
    }
    return at | {"rm": rng.normal(size=c), "rv": rng.uniform(0.2, 4.0, c)}


def judge_forward(submission, reference, at, *settings, **named):
    """y, rm2 and rv2."""
    got = submission.batchnorm(*at.values(), *settings, **named)
    check_values(got[:3], reference.batchnorm(*at.values(), *settings, **named)[:3], names=NAMES)


def judge_gradients(submission, reference, rng, at, *settings):
    """dx, dgamma and dbeta, against differences of the reference's forward."""
    dy, (rm, rv) = rng.normal(size=at["x"].shape), (at["rm"], at["rv"])
    cache = submission.batchnorm(*at.values(), *settings)[3]
    got = submission.batchnorm_backward(dy, cache)
    point = {name: at[name] for name in ("x", "gamma", "beta")}

    def loss_of(module):
        return lambda x, gamma, beta: (
            module.batchnorm(x, gamma, beta, rm, rv, *settings)[0] * dy
        ).sum()

    grads = dict(zip(point, got, strict=True))
    check_gradient(grads, loss_of(reference), point, rng, own=loss_of(submission))


def backward_values(module, at, dy, train):
    """The three gradients by one forward and one backward."""
    return module.batchnorm_backward(dy, module.batchnorm(*at.values(), train)[3])


def test_normalises(submission, reference, rng):
    """normalises each column with the batch's mean and variance"""
    at = draw(rng, 6, 3) | {"gamma": np.ones(3), "beta": np.zeros(3)}
    got = submission.batchnorm(*at.values(), True)
    check_values(got[0], reference.batchnorm(*at.values(), True)[0], names=["y"])


def test_scales_and_shifts(submission, reference, rng):
    """multiplies by gamma and adds beta"""
    at = draw(rng, 6, 3)
    got = submission.batchnorm(*at.values(), True)
    check_values(got[0], reference.batchnorm(*at.values(), True)[0], names=["y"])


def test_running_mean(submission, reference, rng):
    """moves the running mean by momentum towards the batch's"""
    at = draw(rng, 6, 3)
    got = submission.batchnorm(*at.values(), True)
    check_values(got[1], reference.batchnorm(*at.values(), True)[1], names=["rm2"])


def test_running_variance(submission, reference, rng):
    """moves the running variance towards the unbiased one"""
    at = draw(rng, 6, 3)
    got = submission.batchnorm(*at.values(), True)
    check_values(got[2], reference.batchnorm(*at.values(), True)[2], names=["rv2"])


def test_images(submission, reference, rng):
    """normalises the channels of images, over the batch and all pixels"""
    judge_forward(submission, reference, draw(rng, 2, 3, 4, 5), True)


def test_one_image(submission, reference, rng):
    """normalises a batch of one image"""
    judge_forward(submission, reference, draw(rng, 1, 4, 3, 2), True)


@both_layouts
def test_eval(submission, reference, rng, shape):
    """normalises with the running values in eval mode, and keeps them"""
    judge_forward(submission, reference, draw(rng, *shape), False)


def test_train_then_eval(submission, reference, rng):
    """evaluates with what three training steps left"""
    at = draw(rng, 5, 3)
    for _ in range(3):
        got = submission.batchnorm(*at.values(), True)
        check_values(got[:3], reference.batchnorm(*at.values(), True)[:3], names=NAMES)
        at |= {"x": draw(rng, 5, 3)["x"], "rm": got[1], "rv": got[2]}
    judge_forward(submission, reference, at, False)


@pytest.mark.parametrize("settings", [{"momentum": 0.7}, {"eps": 0.5}], ids=str)
@both_modes
def test_other_settings(submission, reference, rng, train, settings):
    """uses momentum and eps as they are given"""
    judge_forward(submission, reference, draw(rng, 4, 3), train, **settings)


def test_small_spread(submission):
    """adds eps to the variance, under the root"""
    x = np.array([[3e-3, 1e-6], [-3e-3, -1e-6]])
    y = x / np.sqrt(x[:1] ** 2 + 1e-5)  # each channel has mean 0
    one, zero = np.ones(2), np.zeros(2)
    got = submission.batchnorm(x, one, zero, zero, one, True)
    check_stability(got[0], y, names=["y"])


def test_no_spread(submission):
    """gives beta where a channel is constant"""
    x, beta = np.full((4, 2), [3.0, -5.0]), np.array([0.5, -1.0])
    got = submission.batchnorm(x, np.array([2.0, 3.0]), beta, np.zeros(2), np.ones(2), True)
    expected = np.tile(beta, (4, 1)), np.array([0.3, -0.5]), np.array([0.9, 0.9])
    check_values(got[:3], expected, names=NAMES)


def test_large_mean(submission):
    """finds a variance of 1 around a mean of 10^8"""
    x = np.array([1.0, -1.0, -1.0, 1.0])[:, None] + np.array([1e8, -3e8])
    one, zero = np.ones(2), np.zeros(2)
    got = submission.batchnorm(x, one, zero, zero, one, True)
    y, rv2 = (x - [1e8, -3e8]) / np.sqrt(1 + 1e-5), np.full(2, 0.9 + 0.1 * 4 / 3)
    check_stability(got[:3], (y, np.array([1e7, -3e7]), rv2), names=NAMES)


@both_modes
@both_layouts
def test_float32(submission, reference, rng, shape, train):
    """answers in float32 when everything is float32"""
    at = {name: array.astype(np.float32) for name, array in draw(rng, *shape).items()}
    judge_forward(submission, reference, at, train)


@both_modes
def test_integers(submission, reference, rng, train):
    """takes integers and answers in float64"""
    at = {name: (3 * array).round().astype(int) for name, array in draw(rng, 6, 3).items()}
    judge_forward(submission, reference, at | {"rv": np.array([1, 4, 2])}, train)


@both_modes
@pytest.mark.parametrize("shape", [(0, 3), (0, 3, 4, 5)], ids=str)
def test_empty_batch(submission, rng, shape, train):
    """leaves the running values as they were for an empty batch"""
    at = draw(rng, *shape)
    got = submission.batchnorm(*at.values(), train)
    check_values(got[:3], (np.zeros(shape), at["rm"], at["rv"]), names=NAMES)


@both_layouts
def test_memory_order(submission, reference, rng, shape):
    """reads strided and transposed arrays"""
    at = {name: np.repeat(array, 2, axis=0)[::2] for name, array in draw(rng, *shape).items()}
    judge_forward(submission, reference, at | {"x": np.asfortranarray(at["x"])}, True)


@both_modes
@both_layouts
def test_contract(submission, rng, shape, train):
    """leaves its inputs alone and returns new arrays"""
    check_contract(submission.batchnorm, *draw(rng, *shape).values(), train)


@both_layouts
def test_eval_gradients(submission, reference, rng, shape):
    """sends a gradient back in eval mode, where statistics are constants"""
    judge_gradients(submission, reference, rng, draw(rng, *shape), False)


def test_gradients(submission, reference, rng):
    """sends a gradient back through the statistics of a batch"""
    judge_gradients(submission, reference, rng, draw(rng, 6, 3), True)


def test_image_gradients(submission, reference, rng):
    """sends a gradient back through the statistics of images"""
    judge_gradients(submission, reference, rng, draw(rng, 2, 3, 4, 5), True)


@both_modes
def test_gradients_with_large_eps(submission, reference, rng, train):
    """uses eps in the backward as in the forward"""
    judge_gradients(submission, reference, rng, draw(rng, 5, 3), train, 0.1, 2.0)


def test_gradients_without_spread(submission):
    """sends a gradient back through a constant channel"""
    one, zero, dy = np.ones(1), np.zeros(1), np.array([[1.0], [2.0], [6.0]])
    cache = submission.batchnorm(np.full((3, 1), 7.0), 2 * one, zero, zero, one, True, 0.1, 0.25)[3]
    expected = np.array([[-8.0], [-4.0], [12.0]]), zero, np.array([9.0])
    check_values(submission.batchnorm_backward(dy, cache), expected, names=GRADIENTS)


def test_caches_of_two_calls(submission, reference, rng):
    """keeps the caches of two calls apart"""
    first, second, dy = draw(rng, 5, 3), draw(rng, 5, 3), rng.normal(size=(5, 3))
    cache = submission.batchnorm(*first.values(), True)[3]
    submission.batchnorm(*second.values(), False)
    got = submission.batchnorm_backward(dy, cache)
    check_values(got, backward_values(reference, first, dy, True), names=GRADIENTS)


@both_modes
@both_layouts
def test_contract_of_backward(submission, reference, rng, shape, train):
    """leaves dy and the cache alone"""
    at, dy = draw(rng, *shape), rng.normal(size=shape)
    right = backward_values(reference, at, dy, train)
    cache = submission.batchnorm(*at.values(), train)[3]
    check_contract(
        submission.batchnorm_backward, dy, cache, expected=lambda got: check_values(got, right)
    )


@both_modes
def test_gradients_in_float32(submission, reference, rng, train):
    """answers in float32 in the backward too"""
    at = {name: array.astype(np.float32) for name, array in draw(rng, 2, 3, 4, 5).items()}
    dy = rng.normal(size=(2, 3, 4, 5)).astype(np.float32)
    got = backward_values(submission, at, dy, train)
    check_values(got, backward_values(reference, at, dy, train), names=GRADIENTS)


@both_modes
def test_gradients_of_integers(submission, reference, rng, train):
    """answers in float64 in the backward too"""
    at = {name: (3 * array).round().astype(int) for name, array in draw(rng, 6, 3).items()}
    at, dy = at | {"rv": np.array([1, 4, 2])}, rng.integers(-3, 4, (6, 3))
    got = backward_values(submission, at, dy, train)
    check_values(got, backward_values(reference, at, dy, train), names=GRADIENTS)


@both_modes
@pytest.mark.parametrize("shape", [(0, 3), (0, 3, 4, 5)], ids=str)
def test_gradients_of_empty_batch(submission, rng, shape, train):
    """gives gamma and beta zero gradients for an empty batch"""
    got = backward_values(submission, draw(rng, *shape), np.zeros(shape), train)
    check_values(got, (np.zeros(shape), np.zeros(3), np.zeros(3)), names=GRADIENTS)
