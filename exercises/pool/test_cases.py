"""Hidden cases of pool: the three forwards, then the way of a gradient through each."""

import numpy as np
import pytest

from dlprep.checks import check_contract, check_gradient, check_values

# (H, W), k, stride, pad
GEOMETRIES = {
    "side by side": ((4, 6), 2, 2, 0),
    "overlapping": ((4, 5), 3, 1, 0),
    "leaving a rest": ((6, 8), 3, 2, 0),
    "leaving gaps": ((7, 5), 2, 3, 0),
    "padding": ((3, 5), 3, 1, 1),
    "stride 2 and padding": ((4, 7), 3, 2, 1),
    "two rings of padding": ((3, 4), 4, 3, 2),
}
every_geometry = pytest.mark.parametrize("geometry", GEOMETRIES.values(), ids=GEOMETRIES)
low_precision = pytest.mark.parametrize("dtype", ["float32", "float16"])
SLIDING = ("maxpool", "avgpool")


def apart(rng, *shape):
    """Negative integers, no two of them equal: far from any tie, and below zeros around them."""
    return -1.0 - rng.permutation(int(np.prod(shape))).reshape(shape)


def judge_gradient(submission, reference, rng, name, x, *window):
    """The backward of one pooling, against differences of the reference's forward."""
    dout = rng.normal(size=getattr(reference, name)(x, *window).shape)

    def loss_of(module):
        return lambda x: (getattr(module, name)(x, *window) * dout).sum()

    got = getattr(submission, f"{name}_backward")(dout, x, *window)
    check_gradient({"x": got}, loss_of(reference), {"x": x}, rng, own=loss_of(submission))


def judge_all(submission, reference, x, dout, *window):
    """Both sliding poolings and the global one, forward and backward, by their values."""
    for name in SLIDING:
        got = getattr(submission, name)(x, *window)
        check_values(got, getattr(reference, name)(x, *window), names=[name])
        name += "_backward"
        got = getattr(submission, name)(dout, x, *window)
        check_values(got, getattr(reference, name)(dout, x, *window), names=[name])
    check_values(submission.gap(x), reference.gap(x), names=["gap"])
    got = submission.gap_backward(dout[:, :, 0, 0], x)
    check_values(got, reference.gap_backward(dout[:, :, 0, 0], x), names=["gap_backward"])


def test_max_of_one_image(submission):
    """takes the maximum of each window"""
    x = np.array([[[[1.0, 7.0, 2.0, 3.0], [4.0, 5.0, 6.0, 8.0]]]])
    check_values(submission.maxpool(x, 2, 2, 0), np.array([[[[7.0, 8.0]]]]))


@every_geometry
def test_max(submission, reference, rng, geometry):
    """takes the maximum of the right windows"""
    size, *window = geometry
    x = apart(rng, 2, 3, *size)
    check_values(submission.maxpool(x, *window), reference.maxpool(x, *window))


def test_very_negative_pixels(submission):
    """never lets the padding win a maximum"""
    x = np.array([[[[-1e300, -2e300, -3e10], [-4e300, -5e300, -6e10]]]])
    expected = np.array([[[[-1e300, -3e10], [-4e300, -6e10]]]])
    check_values(submission.maxpool(x, 2, 2, 1), expected)


def test_mean_of_one_image(submission):
    """takes the mean of each window"""
    x = np.array([[[[1.0, 7.0, 2.0, 3.0], [4.0, 6.0, 6.0, 9.0]]]])
    check_values(submission.avgpool(x, 2, 2, 0), np.array([[[[4.5, 5.0]]]]))


def test_mean_with_padding(submission):
    """counts the padding in the mean"""
    x = np.array([[[[4.0, 8.0, 12.0]]]])
    check_values(submission.avgpool(x, 2, 2, 1), np.array([[[[1.0, 5.0]]]]))


@every_geometry
def test_mean(submission, reference, rng, geometry):
    """takes the mean of the right windows"""
    size, *window = geometry
    x = rng.normal(size=(2, 3, *size))
    check_values(submission.avgpool(x, *window), reference.avgpool(x, *window))


def test_global_mean(submission, reference, rng):
    """takes the mean of each channel's image"""
    x = rng.normal(size=(2, 3, 4, 5))
    check_values(submission.gap(x), reference.gap(x))


def test_max_gradient_of_one_image(submission):
    """sends each window's gradient to its maximum"""
    x = np.array([[[[1.0, 7.0, 2.0, 3.0], [4.0, 5.0, 6.0, 8.0]]]])
    got = submission.maxpool_backward(np.array([[[[2.0, -3.0]]]]), x, 2, 2, 0)
    check_values(got, np.array([[[[0.0, 2.0, 0.0, 0.0], [0.0, 0.0, 0.0, -3.0]]]]))


def test_max_gradient_of_overlapping_windows(submission):
    """adds up what several windows send to one pixel"""
    x = np.array([[[[1.0, 2.0, 3.0], [4.0, 9.0, 5.0], [8.0, 7.0, 6.0]]]])
    got = submission.maxpool_backward(np.array([[[[1.0, 2.0], [3.0, 4.0]]]]), x, 2, 1, 0)
    check_values(got, np.array([[[[0.0, 0.0, 0.0], [0.0, 10.0, 0.0], [0.0, 0.0, 0.0]]]]))


def test_tie(submission):
    """gives the gradient of [[5, 5], [5, 5]] to the first 5"""
    x = np.array([[[[1.0, 2.0, 5.0, 5.0], [2.0, 2.0, 5.0, 5.0]]]])
    got = submission.maxpool_backward(np.array([[[[3.0, -4.0]]]]), x, 2, 2, 0)
    check_values(got, np.array([[[[0.0, 3.0, -4.0, 0.0], [0.0, 0.0, 0.0, 0.0]]]]))


@pytest.mark.parametrize("window", [(2, 2, 0), (3, 1, 0), (3, 2, 1)], ids=str)
def test_ties(submission, reference, rng, window):
    """gives the gradient to the first of equal maxima in a batch"""
    x = rng.integers(0, 2, (2, 3, 4, 6)).astype(float)
    x[0, 0] = 1.0
    dout = rng.normal(size=reference.maxpool(x, *window).shape)
    got = submission.maxpool_backward(dout, x, *window)
    check_values(got, reference.maxpool_backward(dout, x, *window))


@every_geometry
def test_max_gradient(submission, reference, rng, geometry):
    """sends a gradient back through the maximum"""
    size, *window = geometry
    judge_gradient(submission, reference, rng, "maxpool", apart(rng, 2, 3, *size), *window)


def test_gradient_of_very_negative_pixels(submission, reference, rng):
    """never sends a gradient into the padding"""
    x = apart(rng, 1, 2, 3, 4) * 1e300
    x[0, 1] = np.finfo(float).min
    dout = rng.normal(size=(1, 2, 3, 4))
    got = submission.maxpool_backward(dout, x, 3, 1, 1)
    check_values(got, reference.maxpool_backward(dout, x, 3, 1, 1), dtype=True)


@every_geometry
def test_mean_gradient(submission, reference, rng, geometry):
    """sends a gradient back through the mean"""
    size, *window = geometry
    judge_gradient(submission, reference, rng, "avgpool", rng.normal(size=(2, 3, *size)), *window)


def test_global_gradient(submission, reference, rng):
    """sends a gradient back through the global mean"""
    judge_gradient(submission, reference, rng, "gap", rng.normal(size=(2, 3, 4, 5)))


@low_precision
def test_lower_precision(submission, reference, rng, dtype):
    """keeps the dtype of its input"""
    x, dout = apart(rng, 2, 3, 4, 5).astype(dtype), rng.normal(size=(2, 3, 2, 3)).astype(dtype)
    judge_all(submission, reference, x, dout, 3, 2, 1)


def test_integers(submission, reference, rng):
    """takes integers and answers in float64"""
    x, dout = apart(rng, 2, 3, 4, 5).astype(int), rng.integers(1, 9, (2, 3, 2, 3))
    judge_all(submission, reference, x, dout, 3, 2, 1)


def test_empty_batch(submission):
    """keeps the shapes of an empty batch"""
    x, dout = np.zeros((0, 2, 5, 7)), np.zeros((0, 2, 3, 4))
    for forward, backward in (
        (submission.maxpool, submission.maxpool_backward),
        (submission.avgpool, submission.avgpool_backward),
    ):
        check_values(forward(x, 3, 2, 1), dout)
        check_values(backward(dout, x, 3, 2, 1), x)
    check_values(submission.gap(x), np.zeros((0, 2)))
    check_values(submission.gap_backward(np.zeros((0, 2)), x), x)


def test_memory_order(submission, reference, rng):
    """reads strided and transposed arrays"""
    x, dout = apart(rng, 10, 4, 3, 2).T[..., ::2], rng.normal(size=(3, 2, 3, 2)).T
    judge_all(submission, reference, x, dout, 3, 2, 1)


@pytest.mark.parametrize("window", [(1, 1, 0), (3, 2, 1)], ids=str)
def test_contract(submission, rng, window):
    """leaves its inputs alone and returns new arrays"""
    x = apart(rng, 2, 3, 3, 2)
    dout = rng.normal(size=(2, 3, 3, 2) if window == (1, 1, 0) else (2, 3, 2, 1))
    for name in SLIDING:
        check_contract(getattr(submission, name), x, *window)
        check_contract(getattr(submission, f"{name}_backward"), dout, x, *window)


def test_contract_of_global_mean(submission, rng):
    """leaves the inputs of the global mean alone, even a single pixel"""
    for x in (rng.normal(size=(2, 3, 4, 5)), rng.normal(size=(2, 3, 1, 1))):
        check_contract(submission.gap, x)
        check_contract(submission.gap_backward, rng.normal(size=(2, 3)), x)
