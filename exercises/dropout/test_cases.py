"""Hidden cases of dropout: elements, then channels, then the way back."""

import numpy as np
import pytest

from dlprep.checks import check_contract, check_gradient, check_values

NAMES = ("y", "mask")
SHAPES = {"dropout": (3, 4, 2), "dropout2d": (3, 4, 2, 5)}
both_functions = pytest.mark.parametrize("function", SHAPES)
both_modes = pytest.mark.parametrize("train", [True, False], ids=["training", "evaluation"])


def draw(rng, function):
    """x and u for one of the two functions; no two sizes of x are equal."""
    shape = SHAPES[function]
    return rng.normal(size=shape), rng.random(shape[:2] if function == "dropout2d" else shape)


def judge(submission, reference, function, *args, dtype=False):
    """The forward ``function`` of the submission against the reference's."""
    got = getattr(submission, function)(*args)
    check_values(got, getattr(reference, function)(*args), names=NAMES, dtype=dtype)


def test_training(submission, reference):
    """keeps what has u >= p, and divides it by 1 - p"""
    x = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    judge(submission, reference, "dropout", x, 0.2, True, np.array([0.9, 0.1, 0.5, 0.7, 0.15]))


def test_boundary(submission, reference):
    """keeps an element whose u is exactly p"""
    x, u = np.array([1.0, 2.0, 3.0]), np.array([0.25, 0.2499, 0.2501])
    judge(submission, reference, "dropout", x, 0.25, True, u)


def test_evaluation(submission, reference):
    """leaves x as it is in evaluation"""
    x, u = np.array([1.0, -2.0, 3.0, 4.0]), np.array([0.1, 0.8, 0.3, 0.5])
    judge(submission, reference, "dropout", x, 0.4, False, u)


@pytest.mark.parametrize("p", [0.0, 0.05, 0.5, 0.9])
def test_rates(submission, reference, rng, p):
    """drops at low and at high rates"""
    x, u = rng.normal(size=(2, 4)), rng.random((2, 4))
    u[0, 0] = 0.0  # the smallest that a generator may draw: p = 0 keeps it
    judge(submission, reference, "dropout", x, p, True, u)


def test_drop_all(submission, rng):
    """gives zeros when p is 1"""
    x, u = rng.normal(size=(2, 3)), rng.random((2, 3))
    check_values(submission.dropout(x, 1.0, True, u), (np.zeros((2, 3)),) * 2, names=NAMES)


def test_drop_all_in_evaluation(submission, reference, rng):
    """leaves x as it is in evaluation even when p is 1"""
    judge(submission, reference, "dropout", rng.normal(size=(2, 3)), 1.0, False, rng.random((2, 3)))


def test_channels(submission, reference):
    """keeps or drops whole channels"""
    x = np.arange(1.0, 13.0).reshape(1, 3, 2, 2)
    judge(submission, reference, "dropout2d", x, 0.2, True, np.array([[0.7, 0.1, 0.4]]))


def test_channels_of_each_image(submission, reference):
    """drops channels of each image by its own row of u"""
    x, u = np.arange(1.0, 13.0).reshape(2, 3, 1, 2), np.array([[0.9, 0.1, 0.6], [0.2, 0.7, 0.1]])
    judge(submission, reference, "dropout2d", x, 0.5, True, u)


def test_channels_in_evaluation(submission, reference, rng):
    """leaves the channels as they are in evaluation"""
    x, u = draw(rng, "dropout2d")
    judge(submission, reference, "dropout2d", x, 0.4, False, u)


def test_drop_all_channels(submission, rng):
    """gives zeros for all channels when p is 1"""
    x, u = draw(rng, "dropout2d")
    expected = np.zeros((3, 4, 2, 5)), np.zeros((3, 4, 1, 1))
    check_values(submission.dropout2d(x, 1.0, True, u), expected, names=NAMES)


@both_functions
@both_modes
def test_gradient(submission, reference, rng, function, train):
    """sends the gradient back through the forward's own mask"""
    (x, u), dout = draw(rng, function), rng.normal(size=SHAPES[function])

    def loss_of(module):
        return lambda x: (getattr(module, function)(x, 0.4, train, u)[0] * dout).sum()

    mask = getattr(submission, function)(x, 0.4, train, u)[1]
    got = getattr(submission, f"{function}_backward")(dout, mask)
    check_gradient({"x": got}, loss_of(reference), {"x": x}, rng, own=loss_of(submission))


@both_functions
def test_gradient_when_all_is_dropped(submission, rng, function):
    """sends zeros back when p is 1"""
    x, u = draw(rng, function)
    mask = getattr(submission, function)(x, 1.0, True, u)[1]
    check_values(getattr(submission, f"{function}_backward")(x, mask), np.zeros_like(x))


@both_functions
@both_modes
@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_lower_precision(submission, reference, rng, function, train, dtype):
    """keeps the dtype, forward and backward"""
    x, u = draw(rng, function)
    x = x.astype(dtype)
    judge(submission, reference, function, x, 0.3, train, u, dtype=True)
    mask = getattr(reference, function)(x, 0.3, train, u)[1]
    got = getattr(submission, f"{function}_backward")(x, mask)
    check_values(got, getattr(reference, f"{function}_backward")(x, mask), dtype=True)


@both_functions
@both_modes
def test_integers(submission, reference, rng, function, train):
    """takes integers and answers in float64"""
    x, u = draw(rng, function)
    x = (3 * x).round().astype(int)
    judge(submission, reference, function, x, 0.3, train, u, dtype=True)
    mask = getattr(reference, function)(x, 0.3, train, u)[1]
    got = getattr(submission, f"{function}_backward")(x, mask)
    check_values(got, getattr(reference, f"{function}_backward")(x, mask), dtype=True)


@both_functions
@both_modes
def test_empty_batch(submission, function, train):
    """keeps the shapes of an empty batch"""
    x = np.zeros((0, *SHAPES[function][1:]))
    u = np.zeros((0, 4)) if function == "dropout2d" else x
    mask = np.zeros((0, 4, 1, 1)) if function == "dropout2d" else x
    check_values(getattr(submission, function)(x, 0.3, train, u), (x, mask), names=NAMES)
    check_values(getattr(submission, f"{function}_backward")(x, mask), x)


@both_functions
def test_memory_order(submission, reference, rng, function):
    """reads strided and transposed arrays"""
    x, u = draw(rng, function)
    x, u = np.repeat(x, 2, axis=-1)[..., ::2], np.asfortranarray(u)
    judge(submission, reference, function, x, 0.3, True, u)
    mask = getattr(reference, function)(x, 0.3, True, u)[1]
    got = getattr(submission, f"{function}_backward")(x, np.asfortranarray(mask))
    check_values(got, x * mask)


@both_functions
@both_modes
def test_contract(submission, reference, rng, function, train):
    """draws nothing, leaves its inputs alone and returns new arrays"""
    x, u = draw(rng, function)
    check_contract(getattr(submission, function), x, 0.3, train, u)
    mask = getattr(reference, function)(x, 0.3, train, u)[1]
    check_contract(getattr(submission, f"{function}_backward"), x, mask)
