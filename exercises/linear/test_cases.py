"""Hidden cases of linear: the layer, its backward gradient by gradient, then the chain."""

import numpy as np
import pytest

from dlprep.checks import check_contract, check_gradient, check_scaling, check_values

GRADIENTS = ("dx", "dW", "db")
SHAPES = {"no axis": (), "one axis": (5,), "two axes": (2, 3), "three axes": (2, 1, 4)}
every_shape = pytest.mark.parametrize("lead", SHAPES.values(), ids=SHAPES)
empty_shape = pytest.mark.parametrize("lead", [(0,), (3, 0), (0, 2)], ids=str)


def draw(rng, *lead, dtype=float):
    """x, W, b and dy, with Din = 4 and Dout = 6."""
    arrays = (3 * rng.normal(size=shape) for shape in [(*lead, 4), (4, 6), (6,), (*lead, 6)])
    return [array.astype(dtype) for array in arrays]


def draw_chain(rng, k, n=3, dtype=float):
    """k matrices, and dP."""
    *Ms, dP = (2 * rng.normal(size=(k + 1, n, n))).astype(dtype)
    return Ms, dP


def judge_layer(submission, reference, x, W, b):
    """The forward alone."""
    y, _ = submission.linear(x, W, b)
    check_values(y, reference.linear(x, W, b)[0], names=["y"])


def judge_backward(submission, reference, x, W, b, dy):
    """db first: it needs neither x nor W."""
    got = submission.linear_backward(dy, submission.linear(x, W, b)[1])
    right = reference.linear_backward(dy, reference.linear(x, W, b)[1])
    for name, one, other in list(zip(GRADIENTS, got, right, strict=True))[::-1]:
        check_values(one, other, names=[name])


def judge_chain(submission, reference, Ms, dP):
    """The product, then the gradients."""
    P, dMs = submission.chain(Ms, dP)
    right, right_dMs = reference.chain(Ms, dP)
    check_values(P, right, names=["P"])
    check_values({"dMs": dMs}, {"dMs": right_dMs})


@every_shape
def test_layer(submission, reference, rng, lead):
    """multiplies by W and adds b, whatever the leading axes"""
    judge_layer(submission, reference, *draw(rng, *lead)[:3])


def test_backward_of_one_row(submission, reference):
    """sends one row's gradient back"""
    x, W = np.array([[1.0, -2.0]]), np.array([[1.0, 2.0, 0.0], [3.0, -1.0, 1.0]])
    dy = np.array([[1.0, 0.5, -1.0]])
    judge_backward(submission, reference, x, W, np.zeros(3), dy)


def test_backward_of_rows(submission, reference):
    """sums the gradients of W and b over the rows"""
    x, W = np.array([[1.0, -2.0], [0.0, 3.0]]), np.array([[1.0, 2.0, 0.0], [3.0, -1.0, 1.0]])
    dy = np.array([[1.0, 0.5, -1.0], [2.0, 0.0, 1.0]])
    judge_backward(submission, reference, x, W, np.ones(3), dy)


@every_shape
def test_backward(submission, reference, rng, lead):
    """sums over all leading axes"""
    judge_backward(submission, reference, *draw(rng, *lead))


@every_shape
def test_gradient(submission, reference, rng, lead):
    """has the gradients that central differences give"""
    x, W, b, dy = draw(rng, *lead)
    at = {"b": b, "W": W, "x": x}

    def loss_of(module):
        return lambda b, W, x: (module.linear(x, W, b)[0] * dy).sum()

    dx, dW, db = submission.linear_backward(dy, submission.linear(x, W, b)[1])
    got = {"b": db, "W": dW, "x": dx}
    check_gradient(got, loss_of(reference), at, rng, own=loss_of(submission))


def test_two_layers(submission, reference, rng):
    """keeps the caches of two layers apart"""
    x, W, b, dy = draw(rng, 2, 3)
    W2, b2 = rng.normal(size=(6, 5)), rng.normal(size=5)
    h, first = submission.linear(x, W, b)
    _, second = submission.linear(h, W2, b2)
    right_first, right_second = reference.linear(x, W, b)[1], reference.linear(h, W2, b2)[1]
    for dh, cache, right in ((dy[..., :5], second, right_second), (dy, first, right_first)):
        got = submission.linear_backward(dh, cache)
        check_values(got, reference.linear_backward(dh, right), names=GRADIENTS)


@empty_shape
def test_empty_batch(submission, reference, rng, lead):
    """gives W and b zero gradients for an empty batch"""
    *layer, dy = draw(rng, *lead)
    judge_layer(submission, reference, *layer)
    judge_backward(submission, reference, *layer, dy)


def test_layer_float32(submission, reference, rng):
    """answers in float32 when everything is float32"""
    *layer, dy = draw(rng, 2, 3, dtype=np.float32)
    judge_layer(submission, reference, *layer)
    judge_backward(submission, reference, *layer, dy)


def test_layer_integers(submission, reference, rng):
    """takes integers and answers in float64"""
    *layer, dy = draw(rng, 2, 3, dtype=int)
    judge_layer(submission, reference, *layer)
    judge_backward(submission, reference, *layer, dy)


def test_layer_memory_order(submission, reference, rng):
    """reads strided and transposed arrays"""
    x, W, b = rng.normal(size=(4, 3, 2)).T, rng.normal(size=(6, 4)).T, rng.normal(size=12)[::2]
    dy = rng.normal(size=(2, 3, 12))[..., 1::2]
    judge_layer(submission, reference, x, W, b)
    judge_backward(submission, reference, x, W, b, dy)


@pytest.mark.parametrize("lead", [(), (2, 3)], ids=["no axis", "two axes"])
def test_layer_contract(submission, reference, rng, lead):
    """leaves arguments and cache alone, and returns new arrays"""
    *layer, dy = draw(rng, *lead)
    check_contract(submission.linear, *layer)
    right = reference.linear_backward(dy, reference.linear(*layer)[1])
    cache = submission.linear(*layer)[1]
    check_contract(
        submission.linear_backward, dy, cache, expected=lambda got: check_values(got, right)
    )


def test_chain_of_two(submission, reference):
    """gives the gradients of a product of two matrices"""
    Ms = [np.array([[1.0, 2.0], [0.0, -1.0]]), np.array([[3.0, 0.0], [1.0, 4.0]])]
    judge_chain(submission, reference, Ms, np.array([[1.0, 0.0], [-2.0, 5.0]]))


@pytest.mark.parametrize("k", [3, 6], ids=["three", "six"])
def test_chain(submission, reference, rng, k):
    """gives the gradient of each matrix of a longer chain"""
    judge_chain(submission, reference, *draw_chain(rng, k))


def test_chain_of_one(submission, reference, rng):
    """takes one matrix, and matrices of one element"""
    judge_chain(submission, reference, *draw_chain(rng, 1))
    judge_chain(submission, reference, *draw_chain(rng, 4, n=1))


def test_chain_gradient(submission, reference, rng):
    """has the gradients of the chain that central differences give"""
    Ms, dP = draw_chain(rng, 5)
    at = {f"Ms[{i}]": M for i, M in enumerate(Ms)}

    def loss_of(module):
        return lambda **Ms: (module.chain(list(Ms.values()), dP)[0] * dP).sum()

    got = dict(zip(at, submission.chain(Ms, dP)[1], strict=True))
    check_gradient(got, loss_of(reference), at, rng, own=loss_of(submission))


def test_chain_singular(submission, reference, rng):
    """takes singular matrices"""
    Ms, dP = draw_chain(rng, 4)
    Ms[1][0], Ms[2][:] = 0.0, 0.0
    judge_chain(submission, reference, Ms, dP)


def test_chain_cost(submission, reference, rng):
    """needs a number of products in proportion to the chain's length"""
    short, long = draw_chain(rng, 8), draw_chain(rng, 32)
    expected = reference.chain(*short), reference.chain(*long)
    over = "the chain's length"
    check_scaling(submission.chain, short, long, expected=expected, over=over, times=4)


def test_chain_dtypes(submission, reference, rng):
    """keeps float32 in the chain, and takes integers"""
    judge_chain(submission, reference, *draw_chain(rng, 3, dtype=np.float32))
    judge_chain(submission, reference, *draw_chain(rng, 3, dtype=int))


def test_chain_memory_order(submission, reference, rng):
    """reads strided and transposed matrices"""
    Ms, dP = draw_chain(rng, 3, n=6)
    judge_chain(
        submission, reference, [Ms[0][::2, ::2], Ms[1][:3, :3].T, Ms[2][3:, ::2]], dP[::2, :3]
    )


@pytest.mark.parametrize("k", [1, 3], ids=["one", "three"])
def test_chain_contract(submission, rng, k):
    """leaves the matrices and dP alone, and returns new arrays"""
    check_contract(submission.chain, *draw_chain(rng, k))
