"""Hidden cases of gelu_silu: the forwards, then the backwards, from the plain to the extreme."""

import numpy as np
import pytest

from dlprep.checks import check_contract, check_gradient, check_stability, check_values

FORMS = {
    "gelu": ("gelu", {}),
    "gelu, tanh": ("gelu", {"approximate": "tanh"}),
    "silu": ("silu", {}),
}
each = pytest.mark.parametrize(("name", "form"), FORMS.values(), ids=FORMS)
SHAPES = ((1,), (3, 2, 4), (), (0,), (0, 3))
LOWER = ("float32", "float16")


def as_array(result):
    """``result`` as an array: NumPy makes scalars of shape () by itself."""
    return np.asarray(result) if isinstance(result, (float, np.floating)) else result


def forward(module, name, x, form):
    return as_array(getattr(module, name)(x, **form))


def backward(module, name, dout, x, form):
    return as_array(getattr(module, f"{name}_backward")(dout, x, **form))


@each
def test_values(submission, reference, name, form):
    """gives the right values on both sides of 0, and at 0"""
    x = np.array([-3.0, -1.0, -0.5, 0.0, 0.5, 2.0, 4.0])
    check_values(forward(submission, name, x, form), forward(reference, name, x, form))


def test_no_approximation_by_name(submission, reference):
    """takes approximate="none" for the exact form of gelu"""
    x = np.array([-2.0, -0.7, 1.5, 3.0])
    check_values(submission.gelu(x, approximate="none"), reference.gelu(x))


@each
def test_below_zero(submission, reference, name, form):
    """fades to 0 below 0"""
    x = np.array([-2.0, -3.0, -4.0, -5.0])
    check_values(forward(submission, name, x, form), forward(reference, name, x, form))


@each
def test_large(submission, name, form):
    """is x for large inputs"""
    x = np.array([40.0, 400.0, 800.0, 1e4])
    check_stability(forward(submission, name, x, form), x)


@each
def test_very_negative(submission, name, form):
    """is 0 for very negative inputs"""
    x = np.array([-800.0, -2000.0, -1e4])
    check_stability(forward(submission, name, x, form), np.zeros(3))


@each
def test_any_shape(submission, reference, rng, name, form):
    """takes arrays of any shape, and empty ones"""
    for shape in SHAPES:
        x = np.asarray(rng.normal(size=shape))
        check_values(forward(submission, name, x, form), forward(reference, name, x, form))


@each
def test_lower_precision(submission, reference, rng, name, form):
    """keeps float32 and float16"""
    for dtype in LOWER:
        x = rng.normal(size=(3, 5)).astype(dtype)
        expected = forward(reference, name, x.astype(float), form).astype(dtype)
        check_values(forward(submission, name, x, form), expected)


@each
def test_integers(submission, reference, name, form):
    """takes integers and answers in float64"""
    x = np.array([[3, -1, 0], [-2, 1, 2]])
    check_values(forward(submission, name, x, form), forward(reference, name, x, form))


@each
def test_memory_order(submission, reference, rng, name, form):
    """reads strided and transposed input"""
    wide = rng.normal(size=(5, 8))
    for x in (wide[:, ::2], wide.T):
        check_values(forward(submission, name, x, form), forward(reference, name, x, form))


@each
def test_contract(submission, rng, name, form):
    """leaves its input alone and returns a new array"""
    check_contract(getattr(submission, name), rng.normal(size=(3, 4)), **form)


@each
def test_gradient(submission, reference, rng, name, form):
    """backward: gives the gradient"""
    x, dout = rng.normal(scale=1.5, size=(2, 3, 4))
    got = backward(submission, name, dout, x, form)

    def loss_of(module):
        return lambda x: (forward(module, name, x, form) * dout).sum()

    check_gradient({"x": got}, loss_of(reference), {"x": x}, rng, own=loss_of(submission))


@each
def test_gradient_values(submission, reference, name, form):
    """backward: gives the right slope at 0 and on both sides of it"""
    x = np.array([-3.0, -1.0, 0.0, 0.5, 2.0, 4.0])
    dout = np.array([1.0, -2.0, 3.0, -1.0, 2.0, 0.5])
    got = backward(submission, name, dout, x, form)
    check_values(got, backward(reference, name, dout, x, form))


@each
def test_gradient_extreme_inputs(submission, name, form):
    """backward: passes dout on for huge inputs, and nothing below"""
    x = np.array([-1e4, -2000.0, -800.0, 800.0, 2000.0, 1e4])
    dout = np.array([3.0, -1.0, 2.0, -4.0, 5.0, 0.5])
    got = backward(submission, name, dout, x, form)
    check_values(got, np.where(x > 0, dout, 0.0))


@each
def test_gradient_any_shape(submission, reference, rng, name, form):
    """backward: takes arrays of any shape, and empty ones"""
    for shape in SHAPES:
        dout, x = (np.asarray(rng.normal(size=shape)) for _ in range(2))
        got = backward(submission, name, dout, x, form)
        check_values(got, backward(reference, name, dout, x, form))


@each
def test_gradient_lower_precision(submission, reference, rng, name, form):
    """backward: keeps float32 and float16"""
    for dtype in LOWER:
        dout, x = rng.normal(size=(2, 3, 5)).astype(dtype)
        got = backward(submission, name, dout, x, form)
        expected = backward(reference, name, dout.astype(float), x.astype(float), form)
        check_values(got, expected.astype(dtype))


@each
def test_gradient_integers(submission, reference, name, form):
    """backward: takes integers and answers in float64"""
    dout, x = np.array([[1, -2, 3], [-4, 5, 6]]), np.array([[3, -1, 0], [-2, 1, 2]])
    got = backward(submission, name, dout, x, form)
    check_values(got, backward(reference, name, dout, x, form))


@each
def test_gradient_memory_order(submission, reference, rng, name, form):
    """backward: reads strided and transposed arrays"""
    dout, x = rng.normal(size=(4, 6))[:, ::2], rng.normal(size=(3, 4)).T
    got = backward(submission, name, dout, x, form)
    check_values(got, backward(reference, name, dout, x, form))


@each
def test_gradient_contract(submission, rng, name, form):
    """backward: leaves its inputs alone and returns a new array"""
    dout, x = rng.normal(size=(2, 3, 4))
    check_contract(getattr(submission, f"{name}_backward"), dout, x, **form)
