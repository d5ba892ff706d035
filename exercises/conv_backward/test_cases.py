"""Hidden cases of conv_backward: one filter first, then every geometry, then the limits."""

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from dlprep.checks import check_contract, check_gradient, check_scaling, check_values

NAMES = ("dx", "dw", "db")
# (H, W), (kh, kw), stride, pad
GEOMETRIES = {
    "stride 1": ((4, 5), (3, 2), 1, 0),
    "stride 2 comes out even": ((5, 6), (3, 2), 2, 0),
    "stride 2 leaves a rest": ((6, 8), (3, 3), 2, 0),
    "padding": ((3, 5), (2, 3), 1, 2),
    "stride 2 and padding": ((4, 7), (3, 2), 2, 1),
    "stride 3 and padding": ((9, 5), (2, 4), 3, 2),
    "stride beyond the kernel": ((7, 5), (1, 2), 3, 0),
    "kernel higher than the image": ((2, 6), (4, 3), 2, 1),
}


def conv2d(x, w, b, stride, pad):
    """The layer's forward."""
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = sliding_window_view(padded, w.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    out = np.tensordot(windows, w, axes=((1, 4, 5), (1, 2, 3))) + b  # (N, OH, OW, F)
    return out.transpose(0, 3, 1, 2)


def integers(rng, *shape):
    """Small integers as floats, none of them 0: easy to read, and exact in any order."""
    return rng.choice([-4.0, -3.0, -2.0, -1.0, 1.0, 2.0, 3.0, 4.0], size=shape)


def draw(rng, n, c, f, size, kernel, stride=1, pad=0):
    """dout, x and w of integers, then stride and pad: arguments of conv2d_backward."""
    x, w = integers(rng, n, c, *size), integers(rng, f, c, *kernel)
    out = conv2d(x, w, np.zeros(f), stride, pad)
    return integers(rng, *out.shape), x, w, stride, pad


def judge(submission, reference, args):
    """All three gradients."""
    got = submission.conv2d_backward(*args)
    check_values(got, reference.conv2d_backward(*args), names=NAMES)


def judge_one(submission, reference, args, name):
    """One of the three gradients."""
    part = NAMES.index(name)
    got = submission.conv2d_backward(*args)[part]
    check_values(got, reference.conv2d_backward(*args)[part], names=[name])


def test_bias(submission, reference, rng):
    """sums dout over images and positions for db"""
    judge_one(submission, reference, draw(rng, 2, 1, 3, (4, 3), (2, 2)), "db")


def test_weights_of_one_filter(submission, reference, rng):
    """gives one filter the gradient of its weights"""
    judge_one(submission, reference, draw(rng, 1, 1, 1, (3, 5), (2, 3)), "dw")


def test_image_of_one_filter(submission, reference, rng):
    """adds up at each pixel what all windows send that saw it"""
    judge_one(submission, reference, draw(rng, 1, 1, 1, (3, 5), (2, 3)), "dx")


def test_channels_and_filters(submission, reference, rng):
    """keeps channels and filters apart"""
    judge(submission, reference, draw(rng, 1, 2, 3, (4, 5), (2, 3)))


def test_batch(submission, reference, rng):
    """keeps the images apart in dx, and sums over them in dw and db"""
    judge(submission, reference, draw(rng, 3, 2, 4, (4, 5), (3, 2)))


def test_stride(submission, reference, rng):
    """sends gradients to where the strides put the windows"""
    judge(submission, reference, draw(rng, 1, 1, 1, (5, 5), (3, 3), 2))


def test_rest(submission, reference, rng):
    """gives pixels that no window reaches a gradient of 0"""
    judge(submission, reference, draw(rng, 1, 1, 1, (4, 6), (3, 3), 2))


def test_padding(submission, reference, rng):
    """cuts the padding off dx, and only the padding"""
    judge(submission, reference, draw(rng, 1, 1, 1, (3, 4), (3, 3), 1, 1))


@pytest.mark.parametrize("geometry", GEOMETRIES.values(), ids=GEOMETRIES)
def test_gradients(submission, rng, geometry):
    """strides and pads"""
    size, kernel, stride, pad = geometry
    at = {"x": rng.normal(size=(2, 3, *size)), "w": rng.normal(size=(4, 3, *kernel))}
    at["b"] = rng.normal(size=4)
    dout = rng.normal(size=conv2d(**at, stride=stride, pad=pad).shape)
    got = submission.conv2d_backward(dout, at["x"], at["w"], stride, pad)

    def loss(**point):
        return (conv2d(**point, stride=stride, pad=pad) * dout).sum()

    check_gradient(dict(zip(at, got, strict=True)), loss, at, rng)


def test_one_by_one(submission, reference, rng):
    """goes back through a 1 x 1 kernel"""
    judge(submission, reference, draw(rng, 2, 3, 4, (4, 5), (1, 1)))


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_lower_precision(submission, reference, rng, dtype):
    """keeps the dtype of its input"""
    *arrays, stride, pad = draw(rng, 2, 3, 4, (5, 4), (2, 3), 2, 1)
    got = submission.conv2d_backward(*(array.astype(dtype) for array in arrays), stride, pad)
    expected = reference.conv2d_backward(*arrays, stride, pad)
    check_values(got, tuple(grad.astype(dtype) for grad in expected), names=NAMES, dtype=True)


def test_integers(submission, reference, rng):
    """takes integers and answers in float64"""
    *arrays, stride, pad = draw(rng, 2, 3, 4, (5, 4), (2, 3), 2, 1)
    arrays = [array.astype(int) for array in arrays]
    got = submission.conv2d_backward(*arrays, stride, pad)
    expected = reference.conv2d_backward(*arrays, stride, pad)
    check_values(got, expected, names=NAMES, dtype=True)


def test_empty_batch(submission, rng):
    """gives weights and bias zero gradients for an empty batch"""
    args = draw(rng, 0, 2, 3, (5, 7), (2, 3), 2, 1)
    expected = np.zeros((0, 2, 5, 7)), np.zeros((3, 2, 2, 3)), np.zeros(3)
    check_values(submission.conv2d_backward(*args), expected, names=NAMES)


def test_memory_order(submission, reference, rng):
    """reads strided and transposed arrays"""
    x, w = rng.normal(size=(2, 3, 5, 12))[..., ::2], rng.normal(size=(3, 2, 3, 4)).T
    judge(submission, reference, (rng.normal(size=(4, 4, 4, 2)).T, x, w, 1, 0))


@pytest.mark.parametrize("kernel", [(1, 1), (2, 3)], ids=str)
def test_contract(submission, rng, kernel):
    """leaves its inputs alone and returns new arrays"""
    check_contract(submission.conv2d_backward, *draw(rng, 2, 3, 4, (4, 5), kernel))


def judge_scaling(submission, reference, small, large, over):
    """The lines that run, and both answers."""
    expected = reference.conv2d_backward(*small), reference.conv2d_backward(*large)
    check_scaling(submission.conv2d_backward, small, large, expected=expected, over=over)


def test_no_loop_over_images(submission, reference, rng):
    """handles all images at once"""
    dout, x, w, *how = draw(rng, 64, 2, 3, (4, 5), (2, 3), 1, 1)
    small, large = (dout[:2], x[:2], w, *how), (dout, x, w, *how)
    judge_scaling(submission, reference, small, large, "the images")


def test_no_loop_over_positions(submission, reference, rng):
    """handles all output positions at once"""
    small = draw(rng, 2, 2, 3, (4, 5), (2, 3), 1, 1)
    large = draw(rng, 2, 2, 3, (64, 48), (2, 3), 1, 1)
    judge_scaling(submission, reference, small, large, "the output positions")
