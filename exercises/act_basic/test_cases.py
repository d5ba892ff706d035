"""Hidden cases of act_basic: the forwards, then the backwards, from the plain to the extreme."""

import numpy as np
import pytest

from dlprep.checks import (
    check_contract,
    check_gradient,
    check_stability,
    check_values,
    clear_of_kinks,
)

SETTINGS = {"relu": {}, "leaky_relu": {"negative_slope": 0.3}, "elu": {"alpha": 1.7}}
each = pytest.mark.parametrize(("name", "settings"), SETTINGS.items(), ids=SETTINGS)
with_settings = pytest.mark.parametrize(
    ("name", "key"), [("leaky_relu", "negative_slope"), ("elu", "alpha")], ids=["leaky_relu", "elu"]
)
UNUSUAL = (2.5, 0.0, -0.5)
SHAPES = ((1,), (3, 2, 4), (), (0,), (0, 3))
LOWER = ("float32", "float16")


def as_array(result):
    """``result`` as an array: NumPy makes scalars of shape () by itself."""
    return np.asarray(result) if isinstance(result, (float, np.floating)) else result


def forward(module, name, x, settings):
    return as_array(getattr(module, name)(x, **settings))


def backward(module, name, dout, x, settings):
    return as_array(getattr(module, f"{name}_backward")(dout, x, **settings))


def judge_gradient(submission, reference, rng, name, settings, x):
    """The backward, with a random upstream gradient, against differences of the forward."""
    dout = rng.normal(size=x.shape)
    got = backward(submission, name, dout, x, settings)

    def loss_of(module):
        return lambda x: (forward(module, name, x, settings) * dout).sum()

    check_gradient(
        {"x": got},
        loss_of(reference),
        {"x": x},
        rng,
        own=loss_of(submission),
        kinks=lambda x: x,
    )


@each
def test_values(submission, reference, name, settings):
    """gives the right values on both sides of 0, and at 0"""
    x = np.array([-3.0, -1.0, -0.5, 0.0, 0.5, 2.0])
    check_values(forward(submission, name, x, settings), forward(reference, name, x, settings))


@each
def test_defaults(submission, reference, name, settings):
    """has the right defaults for negative_slope and alpha"""
    x = np.array([-2.0, -0.25, 0.0, 1.5])
    check_values(forward(submission, name, x, {}), forward(reference, name, x, {}))


@with_settings
def test_unusual_settings(submission, reference, name, key):
    """takes a slope or alpha above 1, of 0, and below 0"""
    x = np.array([-3.0, -0.5, 0.0, 0.5, 2.0])
    for settings in ({key: value} for value in UNUSUAL):
        check_values(forward(submission, name, x, settings), forward(reference, name, x, settings))


@each
def test_extreme_inputs(submission, name, settings):
    """stays right for huge inputs"""
    x = np.array([-1e30, -1e4, -800.0, 800.0, 1e4, 1e30])
    below = {
        "relu": np.zeros(3),
        "leaky_relu": 0.3 * x[:3],
        "elu": np.full(3, -1.7),
    }[name]
    check_stability(forward(submission, name, x, settings), np.concatenate([below, x[3:]]))


@each
def test_tiny_inputs(submission, name, settings):
    """keeps all digits of a tiny result"""
    x = np.array([-1e-8, -1e-12, -1e-20, 1e-20, 1e-12])
    slope = {"relu": 0.0, "leaky_relu": 0.3, "elu": 1.7}[name]
    # elu is alpha (x + x^2 / 2 + ...)
    expected = np.where(x > 0, x, slope * (x + (name == "elu") * x**2 / 2))
    check_stability(forward(submission, name, x, settings), expected)


@each
def test_any_shape(submission, reference, rng, name, settings):
    """takes arrays of any shape, and empty ones"""
    for shape in SHAPES:
        x = np.asarray(rng.normal(size=shape))
        check_values(forward(submission, name, x, settings), forward(reference, name, x, settings))


@each
def test_lower_precision(submission, reference, rng, name, settings):
    """keeps float32 and float16"""
    for dtype in LOWER:
        x = rng.normal(size=(3, 5)).astype(dtype)
        expected = forward(reference, name, x.astype(float), settings).astype(dtype)
        check_values(forward(submission, name, x, settings), expected, dtype=True)


@each
def test_integers(submission, reference, name, settings):
    """takes integers and answers in float64"""
    x = np.array([[3, -1, 0], [-4, 7, -2]])
    check_values(
        forward(submission, name, x, settings), forward(reference, name, x, settings), dtype=True
    )


@each
def test_memory_order(submission, reference, rng, name, settings):
    """reads strided and transposed input"""
    wide = rng.normal(size=(5, 8))
    for x in (wide[:, ::2], wide.T):
        check_values(forward(submission, name, x, settings), forward(reference, name, x, settings))


@each
def test_contract(submission, rng, name, settings):
    """leaves its input alone and returns a new array"""
    check_contract(getattr(submission, name), rng.normal(size=(3, 4)), **settings)
    check_contract(getattr(submission, name), rng.uniform(1.0, 2.0, size=(3, 4)), **settings)


@each
def test_gradient(submission, reference, rng, name, settings):
    """backward: gives the gradient on both sides of 0"""
    at = clear_of_kinks(lambda: {"x": rng.normal(size=(3, 4))}, lambda x: x)
    judge_gradient(submission, reference, rng, name, settings, at["x"])


@each
def test_gradient_at_zero(submission, name, settings):
    """backward: takes the negative side's slope at exactly 0"""
    x, dout = np.array([0.0, -0.0, 2.0, -3.0, 0.0]), np.array([2.0, -3.0, 5.0, 0.0, -1.0])
    slope = {"relu": 0.0, "leaky_relu": 0.3, "elu": 1.7}[name]
    got = backward(submission, name, dout, x, settings)
    check_values(got, np.where(x > 0, dout, slope * dout) + 0.0)  # 0.0, not -0.0


@each
def test_gradient_defaults(submission, reference, rng, name, settings):
    """backward: has the same defaults"""
    at = clear_of_kinks(lambda: {"x": rng.normal(size=5)}, lambda x: x)
    judge_gradient(submission, reference, rng, name, {}, at["x"])


@with_settings
def test_gradient_unusual_settings(submission, reference, rng, name, key):
    """backward: takes a slope or alpha above 1, of 0, and below 0"""
    at = clear_of_kinks(lambda: {"x": rng.normal(size=6)}, lambda x: x)
    for value in UNUSUAL:
        judge_gradient(submission, reference, rng, name, {key: value}, at["x"])


@each
def test_gradient_extreme_inputs(submission, name, settings):
    """backward: stays right for huge inputs"""
    x = np.array([-1e30, -1e4, -800.0, 800.0, 1e4, 1e30])
    dout = np.array([3.0, -1.0, 2.0, -4.0, 5.0, 0.5])
    slope = {"relu": 0.0, "leaky_relu": 0.3, "elu": 0.0}[name]
    got = backward(submission, name, dout, x, settings)
    check_values(got, np.where(x > 0, dout, slope * dout) + 0.0)  # 0.0, not -0.0


@each
def test_gradient_any_shape(submission, reference, rng, name, settings):
    """backward: takes arrays of any shape, and empty ones"""
    for shape in SHAPES:
        dout, x = (np.asarray(rng.normal(size=shape)) for _ in range(2))
        got = backward(submission, name, dout, x, settings)
        check_values(got, backward(reference, name, dout, x, settings))


@each
def test_gradient_lower_precision(submission, reference, rng, name, settings):
    """backward: keeps float32 and float16"""
    for dtype in LOWER:
        dout, x = rng.normal(size=(2, 3, 5)).astype(dtype)
        got = backward(submission, name, dout, x, settings)
        expected = backward(reference, name, dout.astype(float), x.astype(float), settings)
        check_values(got, expected.astype(dtype), dtype=True)


@each
def test_gradient_integers(submission, reference, name, settings):
    """backward: takes integers and answers in float64"""
    dout, x = np.array([[1, -2, 3], [-4, 5, 6]]), np.array([[3, -1, 0], [-4, 7, -2]])
    got = backward(submission, name, dout, x, settings)
    check_values(got, backward(reference, name, dout, x, settings), dtype=True)


@each
def test_gradient_memory_order(submission, reference, rng, name, settings):
    """backward: reads strided and transposed arrays"""
    wide, x = rng.normal(size=(4, 6)), rng.normal(size=(3, 4)).T
    got = backward(submission, name, wide[:, ::2], x, settings)
    check_values(got, backward(reference, name, wide[:, ::2], x, settings))


@each
def test_gradient_contract(submission, rng, name, settings):
    """backward: leaves its inputs alone and returns a new array"""
    dout, x = rng.normal(size=(2, 3, 4))
    check_contract(getattr(submission, f"{name}_backward"), dout, x, **settings)
