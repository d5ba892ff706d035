"""Hidden cases of sigmoid_family: plain values, then both ends of each function, then arrays."""

import numpy as np
import pytest

from dlprep.checks import check_contract, check_stability, check_values

each = pytest.mark.parametrize("function", ["sigmoid", "log_sigmoid", "softplus"])


def as_array(result):
    """``result`` as an array: NumPy makes scalars of shape () by itself."""
    return np.asarray(result) if isinstance(result, (float, np.floating)) else result


def judge(submission, reference, function, x):
    """The submission's answer against the reference's."""
    got = as_array(getattr(submission, function)(x))
    check_values(got, as_array(getattr(reference, function)(x)))


@each
def test_values(submission, reference, function):
    """gives the right values for moderate inputs"""
    judge(submission, reference, function, np.array([-3.0, -1.0, 0.0, 0.5, 2.0, 5.0]))


def test_sigmoid_large(submission):
    """sigmoid: is 1 for large inputs"""
    x = np.array([50.0, 800.0, 1e4, 1e30])
    check_stability(submission.sigmoid(x), np.ones(4))


def test_sigmoid_very_negative(submission):
    """sigmoid: is 0 for very negative inputs"""
    x = np.array([-800.0, -1e4, -1e30])
    check_stability(submission.sigmoid(x), np.zeros(3))


def test_sigmoid_tiny(submission):
    """sigmoid: keeps all digits of a tiny result"""
    x = np.array([-30.0, -50.0, -200.0, -700.0])
    check_stability(submission.sigmoid(x), np.exp(x))  # 1 + exp(x) is 1, within 1e-13


def test_log_sigmoid_very_negative(submission):
    """log_sigmoid: is x for very negative inputs"""
    x = np.array([-50.0, -800.0, -1e4, -1e30])
    check_stability(submission.log_sigmoid(x), x)


def test_log_sigmoid_tiny(submission):
    """log_sigmoid: keeps all digits of a tiny result"""
    x = np.array([30.0, 50.0, 200.0, 700.0])
    check_stability(submission.log_sigmoid(x), -np.exp(-x))


def test_log_sigmoid_large(submission):
    """log_sigmoid: is 0 for large inputs"""
    x = np.array([800.0, 1e4, 1e30])
    check_stability(submission.log_sigmoid(x), np.zeros(3))


def test_softplus_large(submission):
    """softplus: is x for large inputs"""
    x = np.array([50.0, 800.0, 1e4, 1e30])
    check_stability(submission.softplus(x), x)


def test_softplus_tiny(submission):
    """softplus: keeps all digits of a tiny result"""
    x = np.array([-30.0, -50.0, -200.0, -700.0])
    check_stability(submission.softplus(x), np.exp(x))


def test_softplus_very_negative(submission):
    """softplus: is 0 for very negative inputs"""
    x = np.array([-800.0, -1e4, -1e30])
    check_stability(submission.softplus(x), np.zeros(3))


@each
def test_any_shape(submission, reference, rng, function):
    """takes arrays of any shape, and empty ones"""
    for shape in ((1,), (3, 2, 4), (), (0,), (0, 3)):
        judge(submission, reference, function, np.asarray(rng.normal(scale=3.0, size=shape)))


@each
def test_lower_precision(submission, reference, rng, function):
    """keeps float32 and float16"""
    for dtype in ("float32", "float16"):
        x = rng.normal(size=(3, 5)).astype(dtype)
        expected = getattr(reference, function)(x.astype(float)).astype(dtype)
        check_values(getattr(submission, function)(x), expected)


@each
def test_float32_tails(submission, reference, function):
    """is right in both tails in float32"""
    x = np.array([-1e4, -85.0, -30.0, 30.0, 85.0, 1e4], np.float32)
    expected = getattr(reference, function)(x.astype(float)).astype(np.float32)
    check_stability(getattr(submission, function)(x), expected)


@each
def test_integers(submission, reference, function):
    """takes integers and answers in float64"""
    judge(submission, reference, function, np.array([[3, -1, 0], [-4, 7, 2]]))


@each
def test_memory_order(submission, reference, rng, function):
    """reads strided and transposed input"""
    x = rng.normal(size=(5, 8))
    judge(submission, reference, function, x[:, ::2])
    judge(submission, reference, function, x.T)


@each
def test_contract(submission, rng, function):
    """leaves its input alone and returns a new array"""
    check_contract(getattr(submission, function), rng.normal(scale=3.0, size=(3, 4)))
