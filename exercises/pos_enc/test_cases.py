"""Hidden cases of pos_enc: the sinusoids, one rotated pair, whole arrays, then the extremes."""

import numpy as np
import pytest

from dlprep.checks import check_contract, check_raises, check_values
from dlprep.checks.values import Tolerance

LAYOUTS = ("half", "interleaved")
# right frequencies differ in their last digits, and a far position makes that 100,000 times as much
FAR = Tolerance(1e-8, 1e-8)
both_layouts = pytest.mark.parametrize("layout", LAYOUTS)


def judge(submission, reference, x, pos, tolerance=None, **more):
    """One call of rope."""
    pos = np.array(pos, int)
    got = submission.rope(x, pos, **more)
    check_values(got, reference.rope(x, pos, **more), tolerance=tolerance)


def test_first_position(submission):
    """starts with 0, 1, 0, 1 at position 0"""
    check_values(submission.sinusoidal(1, 6), np.array([[0.0, 1.0] * 3]))


def test_first_frequency(submission):
    """gives sin(t) and cos(t) in the first two columns"""
    t = np.arange(4.0)
    check_values(submission.sinusoidal(4, 2), np.stack([np.sin(t), np.cos(t)], axis=1))


@pytest.mark.parametrize(("T", "D"), [(3, 4), (7, 10), (40, 6)])
def test_sinusoidal(submission, reference, T, D):
    """alternates sine and cosine, with a frequency for each pair"""
    check_values(submission.sinusoidal(T, D), reference.sinusoidal(T, D))


def test_no_positions(submission):
    """gives an empty encoding for no positions"""
    check_values(submission.sinusoidal(0, 4), np.zeros((0, 4)))


def test_far_sinusoids(submission, reference):
    """stays right at position 5,000"""
    got = submission.sinusoidal(5001, 4)
    check_values(got, reference.sinusoidal(5001, 4), tolerance=FAR)


@both_layouts
def test_position_zero(submission, rng, layout):
    """leaves position 0 as it is"""
    x = rng.normal(size=(2, 3, 1, 6))
    check_values(submission.rope(x, np.array([0]), layout=layout), x)


@both_layouts
def test_one_pair(submission, layout):
    """turns (1, 0) towards (0, 1): to (cos, sin)"""
    got = submission.rope(np.array([[[[1.0, 0.0]]]]), np.array([1]), layout=layout)
    check_values(got, np.array([[[[np.cos(1.0), np.sin(1.0)]]]]))


def test_half(submission, reference, rng):
    """pairs feature i with i + D/2, unless told otherwise"""
    judge(submission, reference, np.arange(1.0, 9.0).reshape(1, 1, 1, 8), [1])
    x = rng.normal(size=(2, 3, 5, 8))
    judge(submission, reference, x, range(5))
    judge(submission, reference, x, range(5), layout="half")


def test_interleaved(submission, reference, rng):
    """pairs feature 2i with 2i + 1 when told so"""
    judge(submission, reference, np.arange(1.0, 9.0).reshape(1, 1, 1, 8), [1], layout="interleaved")
    judge(submission, reference, rng.normal(size=(2, 3, 5, 8)), range(5), layout="interleaved")


@both_layouts
def test_given_positions(submission, reference, rng, layout):
    """uses the positions it is given, in any order"""
    x = rng.normal(size=(1, 2, 4, 6))
    judge(submission, reference, x, [11, 12, 13, 14], layout=layout)
    judge(submission, reference, x, [7, 0, 30, 7], layout=layout)
    judge(submission, reference, x[:, :, :1], [25], layout=layout)


@both_layouts
@pytest.mark.parametrize("base", [10.0, 500_000])
def test_base(submission, reference, rng, layout, base):
    """makes the frequencies from base"""
    judge(
        submission, reference, rng.normal(size=(1, 2, 3, 10)), [2, 5, 9], base=base, layout=layout
    )


@both_layouts
def test_norm(submission, rng, layout):
    """keeps the length of every query and key"""
    x = rng.normal(size=(2, 2, 3, 8))
    got = submission.rope(x, np.array([3, 8, 41]), layout=layout)
    check_values(np.linalg.norm(got, axis=-1), np.linalg.norm(x, axis=-1), names=["the norms"])


@both_layouts
def test_relative(submission, rng, layout):
    """makes scores that depend on the distance of query and key alone"""
    q, k = rng.normal(size=(2, 1, 2, 1, 6))

    def score(i, j):
        turned = (submission.rope(x, np.array([p]), layout=layout) for x, p in ((q, i), (k, j)))
        return np.multiply(*turned).sum(axis=-1)

    check_values(score(19, 14), score(5, 0), names=["q·k at 19, 14 beside that at 5, 0"])


@both_layouts
def test_heads_and_batch(submission, reference, rng, layout):
    """turns by the position, not by the head or the batch"""
    for shape in ((3, 3, 3, 4), (1, 4, 4, 2), (5, 1, 2, 4)):
        judge(submission, reference, rng.normal(size=shape), range(shape[2]), layout=layout)


@both_layouts
def test_far_positions(submission, reference, rng, layout):
    """stays right at position 100,000"""
    x = rng.normal(size=(1, 2, 3, 6))
    judge(submission, reference, x, [4_097, 99_999, 100_000], FAR, layout=layout)


@both_layouts
def test_far_positions_float32(submission, reference, rng, layout):
    """computes the angles in float64 when x is float32"""
    x = rng.normal(size=(1, 2, 3, 6)).astype(np.float32)
    judge(submission, reference, x, [4_097, 99_999, 100_000], layout=layout)


@both_layouts
@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.int64])
def test_dtypes(submission, reference, rng, layout, dtype):
    """keeps float32 and float16, and answers integers in float64"""
    x = (5 * rng.normal(size=(2, 1, 3, 4))).astype(dtype)
    judge(submission, reference, x, [0, 1, 6], layout=layout)


@both_layouts
@pytest.mark.parametrize("shape", [(0, 2, 3, 4), (2, 2, 0, 4), (0, 1, 0, 6)], ids=str)
def test_empty(submission, reference, layout, shape):
    """gives empty output for empty input"""
    judge(submission, reference, np.zeros(shape), range(shape[2]), layout=layout)


@both_layouts
def test_contract(submission, rng, layout):
    """changes none of its arguments and returns new arrays"""
    x = rng.normal(size=(2, 3, 2, 4))
    check_contract(submission.rope, x, np.array([4, 9]), 100.0, layout)
    check_contract(submission.sinusoidal, 3, 4)


@both_layouts
def test_memory_order(submission, reference, rng, layout):
    """reads transposed and strided arrays"""
    x = rng.normal(size=(2, 5, 3, 12))
    judge(submission, reference, x.transpose(0, 2, 1, 3), range(5), layout=layout)
    judge(submission, reference, x[..., ::2], [3, 1, 4], layout=layout)


def test_unknown_layout(submission, rng):
    """raises ValueError for a layout that does not exist"""
    x = rng.normal(size=(1, 1, 2, 4))
    check_raises(submission.rope, ValueError, x, np.array([0, 1]), layout="paired")
