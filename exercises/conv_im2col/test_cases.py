"""Hidden cases of conv_im2col: the columns first, then the layer."""

import numpy as np
import pytest

from dlprep.checks import check_scaling, check_values, contrast, conventions


def draw(
    rng, N=1, C=1, F=1, size=(5, 6), kernel=(3, 2), stride=1, pad=0, bias=False, symmetric=False
):
    """Arguments of conv2d. Halves are easy to read, and every order of summation is exact."""
    x, w, b = (rng.integers(-8, 9, n) / 2 for n in [(N, C, *size), (F, C, *kernel), F])
    return x, w + symmetric * w[:, :, ::-1, ::-1], bias * b + 0.0, stride, pad  # no -0


def check_columns(submission, reference, x, w, b, *settings):
    args = x, *w.shape[2:], *settings
    check_values(submission.im2col(*args), reference.im2col(*args))


def check_layer(submission, reference, *args):
    check_values(submission.conv2d(*args), reference.conv2d(*args))


GEOMETRIES = {
    "padding": {"size": (3, 5), "kernel": (2, 3), "pad": 2},
    "stride 2 comes out even": {"size": (5, 6), "kernel": (3, 2), "stride": 2},
    "stride 2 leaves pixels over": {"size": (6, 8), "kernel": (3, 3), "stride": 2},
    "stride 2 and padding": {"size": (4, 7), "kernel": (3, 2), "stride": 2, "pad": 1},
    "stride 3 and padding": {"size": (9, 5), "kernel": (2, 4), "stride": 3, "pad": 2},
    "stride beyond the kernel": {"size": (7, 5), "kernel": (1, 2), "stride": 3},
}
every_geometry = pytest.mark.parametrize("geometry", GEOMETRIES.values(), ids=GEOMETRIES)


def test_one_window(submission, reference):
    """lays a window out by channel, kernel row, kernel column"""
    x = np.arange(1.0, 13.0).reshape(1, 2, 2, 3)
    check_values(submission.im2col(x, 2, 3, 1, 0), reference.im2col(x, 2, 3, 1, 0))


def test_columns_in_order(submission, reference):
    """puts the windows side by side, row by row over the output"""
    x = np.arange(1.0, 25.0).reshape(1, 2, 3, 4)
    check_values(submission.im2col(x, 2, 2, 1, 0), reference.im2col(x, 2, 2, 1, 0))


def test_columns_of_a_batch(submission, reference, rng):
    """keeps the columns of each image to that image, in one batch and the next"""
    for _ in range(2):
        check_columns(submission, reference, *draw(rng, N=3, C=2, size=(4, 3)))


@every_geometry
def test_columns(submission, reference, rng, geometry):
    """lays out the right windows"""
    check_columns(submission, reference, *draw(rng, N=2, C=3, **geometry))


def test_one_filter(submission, reference, rng):
    """slides one kernel over one image, unflipped"""
    check_layer(submission, reference, *draw(rng, size=(4, 5), kernel=(2, 3)))


def test_filters(submission, reference, rng):
    """sums over the channels, and gives each filter its plane"""
    check_layer(submission, reference, *draw(rng, C=2, F=3, size=(4, 5), kernel=(2, 3)))


def test_bias(submission, reference):
    """adds each filter's bias to its plane"""
    x, w = np.ones((1, 2, 3, 4)), np.zeros((3, 2, 2, 2))
    b = np.array([1.0, 2.0, 3.0])  # as many as the output has columns
    check_layer(submission, reference, x, w, b, 1, 0)


def test_batch(submission, reference, rng):
    """convolves each image of a batch by itself, in one batch and the next"""
    for _ in range(2):
        check_layer(submission, reference, *draw(rng, N=3, C=2, F=4, size=(4, 5), bias=True))


@every_geometry
def test_layer(submission, reference, rng, geometry):
    """strides and pads"""
    check_layer(submission, reference, *draw(rng, N=2, C=3, F=4, bias=True, **geometry))


def test_one_by_one(submission, reference, rng):
    """mixes channels with a 1 x 1 kernel"""
    check_layer(submission, reference, *draw(rng, N=2, C=3, F=4, kernel=(1, 1), bias=True))


def judge_scaling(submission, reference, small, large, w, b, over):
    """The lines that both functions run, and their answers."""
    for name, *rest in (("im2col", 2, 3, 1, 1), ("conv2d", w, b, 1, 1)):
        sizes = (small, *rest), (large, *rest)
        expected = tuple(getattr(reference, name)(*args) for args in sizes)
        check_scaling(getattr(submission, name), *sizes, expected=expected, over=over)


def test_no_loop_over_images(submission, reference, rng):
    """handles all images at once"""
    x, w, b, *_ = draw(rng, N=64, C=2, F=3, size=(4, 5), kernel=(2, 3))
    judge_scaling(submission, reference, x[:2], x, w, b, "the images")


def test_no_loop_over_positions(submission, reference, rng):
    """handles all output positions at once"""
    x, w, b, *_ = draw(rng, N=2, C=2, F=3, size=(64, 48), kernel=(2, 3))
    judge_scaling(submission, reference, x[:, :, :4, :5], x, w, b, "the output positions")


test_conventions_of_im2col = conventions(
    "im2col",
    lambda rng: [rng.normal(size=(2, 3, 4, 5)), 1, 1, 1, 0],  # where x itself is all columns
    integers=False,  # they stay exact, whether as integers or as floats
    empty=([np.zeros((0, 2, 5, 7)), 2, 3, 2, 1], np.zeros((0, 12, 12))),
)

test_conventions = conventions(
    "conv2d",
    lambda rng: [*(rng.normal(size=n) for n in [(2, 3, 5, 4), (4, 3, 2, 3), 4]), 2, 1],
    integers=False,
    empty=(
        [np.zeros((0, 2, 5, 7)), np.ones((3, 2, 2, 3)), np.ones(3), 2, 1],
        np.zeros((0, 3, 3, 4)),
    ),
)

# From the simple to the general: what differs from one image of one channel, one filter without
# bias, stride 1 and no padding
COLUMNS = {
    "a single window": {"size": (3, 2)},
    "a 1 x 1 kernel": {"kernel": (1, 1)},
    "a kernel of one row": {"kernel": (1, 3)},
    "one row of windows": {"size": (3, 6)},
    "square image and kernel": {"size": (6, 6), "kernel": (3, 3)},
    "one image of one channel": {},
    "several images": {"N": 3},
    "several channels": {"C": 3},
    "pad = 1": {"pad": 1},
    "stride = 2": {"stride": 2},
    "stride = 2 with pixels left over": {"size": (6, 7), "stride": 2},
    "all of these at once": {"N": 2, "C": 3, "size": (6, 7), "stride": 2, "pad": 1},
}
LAYERS = {
    "a single window": {"size": (3, 2)},
    "a 1 x 1 kernel": {"kernel": (1, 1)},
    "a symmetric kernel": {"symmetric": True},
    "square image and kernel": {"size": (6, 6), "kernel": (3, 3)},
    "one image, channel and filter": {},
    "several channels": {"C": 3},
    "several filters": {"F": 4},
    "several images and filters": {"N": 3, "F": 4},
    "a bias": {"bias": True},
    "pad = 1": {"pad": 1},
    "stride = 2": {"stride": 2},
    "all of these at once": {"N": 2, "C": 3, "F": 4, "bias": True, "stride": 2, "pad": 1},
}


@contrast("{}")
@pytest.mark.parametrize("settings", COLUMNS.values(), ids=COLUMNS)
def test_columns_contrast(submission, reference, rng, settings):
    check_columns(submission, reference, *draw(rng, **settings))


@contrast("{}")
@pytest.mark.parametrize("settings", LAYERS.values(), ids=LAYERS)
def test_layer_contrast(submission, reference, rng, settings):
    check_layer(submission, reference, *draw(rng, **settings))
