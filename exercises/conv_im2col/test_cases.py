"""Hidden cases of conv_im2col: the columns first, then the layer."""

import numpy as np
import pytest

from dlprep.checks import check_contract, check_scaling, check_values

# (H, W), (kh, kw), stride, pad
GEOMETRIES = {
    "stride 2 comes out even": ((5, 6), (3, 2), 2, 0),
    "stride 2 leaves a rest": ((6, 8), (3, 3), 2, 0),
    "padding": ((3, 5), (2, 3), 1, 2),
    "stride 2 and padding": ((4, 7), (3, 2), 2, 1),
    "stride 3 and padding": ((9, 5), (2, 4), 3, 2),
    "stride beyond the kernel": ((7, 5), (1, 2), 3, 0),
    "kernel higher than the image": ((2, 6), (4, 3), 2, 1),
}
every_geometry = pytest.mark.parametrize("geometry", GEOMETRIES.values(), ids=GEOMETRIES)


def integers(rng, *shape):
    """Small integers as floats: easy to read, and every order of summation is exact."""
    return rng.integers(-4, 5, shape).astype(float)


def test_one_window(submission, reference):
    """lays a window out by channel, kernel row, kernel column"""
    x = np.arange(1.0, 13.0).reshape(1, 2, 2, 3)
    check_values(submission.im2col(x, 2, 3, 1, 0), reference.im2col(x, 2, 3, 1, 0))


def test_columns_in_order(submission, reference):
    """puts the windows side by side, row by row over the output"""
    x = np.arange(1.0, 25.0).reshape(1, 2, 3, 4)
    check_values(submission.im2col(x, 2, 2, 1, 0), reference.im2col(x, 2, 2, 1, 0))


def test_columns_of_a_batch(submission, reference, rng):
    """keeps the columns of each image to that image"""
    x = integers(rng, 3, 2, 4, 3)
    check_values(submission.im2col(x, 3, 2, 1, 0), reference.im2col(x, 3, 2, 1, 0))


@every_geometry
def test_columns(submission, reference, rng, geometry):
    """lays out the right windows"""
    size, kernel, stride, pad = geometry
    x = integers(rng, 2, 3, *size)
    got = submission.im2col(x, *kernel, stride, pad)
    check_values(got, reference.im2col(x, *kernel, stride, pad))


def test_one_filter(submission, reference, rng):
    """slides one kernel over one image, unflipped"""
    x, w, b = integers(rng, 1, 1, 4, 5), integers(rng, 1, 1, 2, 3), np.zeros(1)
    check_values(submission.conv2d(x, w, b, 1, 0), reference.conv2d(x, w, b, 1, 0))


def test_filters(submission, reference, rng):
    """sums over the channels, and gives each filter its plane"""
    x, w, b = integers(rng, 1, 2, 4, 5), integers(rng, 3, 2, 2, 3), np.zeros(3)
    check_values(submission.conv2d(x, w, b, 1, 0), reference.conv2d(x, w, b, 1, 0))


def test_bias(submission, reference, rng):
    """adds each filter's bias to its plane"""
    x, w = integers(rng, 1, 2, 3, 4), np.zeros((3, 2, 2, 2))
    b = np.array([1.0, 2.0, 3.0])  # as many as the output has columns
    check_values(submission.conv2d(x, w, b, 1, 0), reference.conv2d(x, w, b, 1, 0))


def test_batch(submission, reference, rng):
    """convolves each image of a batch by itself"""
    x, w, b = integers(rng, 3, 2, 4, 5), integers(rng, 4, 2, 3, 2), integers(rng, 4)
    check_values(submission.conv2d(x, w, b, 1, 0), reference.conv2d(x, w, b, 1, 0))


@every_geometry
def test_layer(submission, reference, rng, geometry):
    """strides and pads"""
    size, kernel, stride, pad = geometry
    x, w, b = rng.normal(size=(2, 3, *size)), rng.normal(size=(4, 3, *kernel)), rng.normal(size=4)
    check_values(submission.conv2d(x, w, b, stride, pad), reference.conv2d(x, w, b, stride, pad))


def test_one_by_one(submission, reference, rng):
    """mixes channels with a 1 x 1 kernel"""
    x, w, b = integers(rng, 2, 3, 4, 5), integers(rng, 4, 3, 1, 1), integers(rng, 4)
    check_values(submission.conv2d(x, w, b, 1, 0), reference.conv2d(x, w, b, 1, 0))


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_lower_precision(submission, reference, rng, dtype):
    """keeps the dtype of its input"""
    x, w, b = integers(rng, 2, 3, 5, 4), integers(rng, 4, 3, 2, 3), integers(rng, 4)
    low = [array.astype(dtype) for array in (x, w, b)]
    check_values(submission.im2col(low[0], 2, 3, 2, 1), reference.im2col(low[0], 2, 3, 2, 1))
    check_values(submission.conv2d(*low, 2, 1), reference.conv2d(x, w, b, 2, 1).astype(dtype))


def test_integers(submission, reference, rng):
    """takes integers and answers in float64"""
    x, w, b = (integers(rng, *shape).astype(int) for shape in [(2, 3, 5, 4), (4, 3, 2, 3), (4,)])
    check_values(submission.im2col(x, 2, 3, 2, 1), reference.im2col(x, 2, 3, 2, 1))
    check_values(submission.conv2d(x, w, b, 2, 1), reference.conv2d(x, w, b, 2, 1))


def test_empty_batch(submission, rng):
    """keeps the shapes of an empty batch"""
    x, w, b = np.zeros((0, 2, 5, 7)), rng.normal(size=(3, 2, 2, 3)), rng.normal(size=3)
    check_values(submission.im2col(x, 2, 3, 2, 1), np.zeros((0, 12, 12)))
    check_values(submission.conv2d(x, w, b, 2, 1), np.zeros((0, 3, 3, 4)))


def test_memory_order(submission, reference, rng):
    """reads strided images and transposed kernels"""
    x = rng.normal(size=(2, 3, 5, 12))[..., ::2]
    w, b = rng.normal(size=(3, 2, 3, 4)).T, rng.normal(size=4)  # (4, 3, 2, 3)
    check_values(submission.im2col(x, 2, 3, 1, 0), reference.im2col(x, 2, 3, 1, 0))
    check_values(submission.conv2d(x, w, b, 1, 0), reference.conv2d(x, w, b, 1, 0))


@pytest.mark.parametrize("kernel", [(1, 1), (2, 3)], ids=str)
def test_contract(submission, rng, kernel):
    """leaves its inputs alone and returns new arrays"""
    x, w, b = rng.normal(size=(2, 3, 4, 5)), rng.normal(size=(4, 3, *kernel)), rng.normal(size=4)
    check_contract(submission.im2col, x, *kernel, 1, 0)
    check_contract(submission.conv2d, x, w, b, 1, 0)


def judge_scaling(submission, reference, small, large, w, b, over):
    """The lines that both functions run, and their answers."""
    for name, *rest in (("im2col", 2, 3, 1, 1), ("conv2d", w, b, 1, 1)):
        sizes = (small, *rest), (large, *rest)
        expected = tuple(getattr(reference, name)(*args) for args in sizes)
        check_scaling(getattr(submission, name), *sizes, expected=expected, over=over)


def test_no_loop_over_images(submission, reference, rng):
    """handles all images at once"""
    x, w, b = rng.normal(size=(64, 2, 4, 5)), rng.normal(size=(3, 2, 2, 3)), rng.normal(size=3)
    judge_scaling(submission, reference, x[:2], x, w, b, "the images")


def test_no_loop_over_positions(submission, reference, rng):
    """handles all output positions at once"""
    x, w, b = rng.normal(size=(2, 2, 64, 48)), rng.normal(size=(3, 2, 2, 3)), rng.normal(size=3)
    judge_scaling(submission, reference, x[:, :, :4, :5], x, w, b, "the output positions")
