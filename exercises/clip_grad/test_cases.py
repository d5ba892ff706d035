"""Hidden cases of clip_grad, from the plain to the extreme; the norm is judged first."""

import numpy as np
import pytest

from dlprep.checks import check_contract, check_stability, check_values
from dlprep.checks.values import Tolerance

PLAIN = Tolerance(1e-6, 1e-6)  # the 1e-6 beside the norm does not show: it has a case of its own
PARTS = [f"grads2[{n}]" for n in range(5)]
both_ways = pytest.mark.parametrize("max_norm", [0.5, 100.0], ids=["clipped", "not clipped"])
# The squares of 0.5, -0.25, 1 and 0.5 sum up to 1.5625, whose root is 1.25
PART, REST, NORM = np.array([0.5, -0.25]), np.array([[1.0, 0.5]]), 1.25


def judge(submission, reference, grads, max_norm, tolerance=None):
    """The norm, and then what is made with it."""
    got, norm = submission.clip_grad_norm(grads, max_norm)
    expected, right = reference.clip_grad_norm(grads, max_norm)
    check_values(norm, right, names=["total_norm"])
    check_values(got, expected, names=PARTS, tolerance=tolerance)


def judge_scaled(submission, size, dtype, max_norm, factor):
    """PART and REST times ``size``, where both the norm and the factor are known."""
    grads = [(g * size).astype(dtype) for g in (PART, REST)]
    got, norm = submission.clip_grad_norm(grads, max_norm)
    check_stability(norm, np.float32(NORM * size), names=["total_norm"])
    expected = [(g * size * factor).astype(dtype) for g in (PART, REST)]
    check_stability(got, expected, names=PARTS)


def judge_mixed(submission, dtypes, max_norm):
    """Three gradients of the given dtypes, of norm 10."""
    wide = [np.array([1.0, -3.0]), np.array([[4.0, 5.0]]), np.array([7.0, 0.0])]
    got, norm = submission.clip_grad_norm(
        [g.astype(dtype) for g, dtype in zip(wide, dtypes, strict=True)], max_norm
    )
    check_values(norm, np.float32(10.0), names=["total_norm"])
    factor = min(1.0, max_norm / (10.0 + 1e-6))
    kept = [dtype if np.issubdtype(dtype, np.floating) else np.float64 for dtype in dtypes]
    expected = [(g * factor).astype(dtype) for g, dtype in zip(wide, kept, strict=True)]
    check_values(got, expected, names=PARTS)


def test_one_gradient(submission, reference):
    """shrinks one gradient that is too long"""
    judge(submission, reference, [np.array([[2.0, -4.0], [5.0, 6.0]])], 3.0, PLAIN)


def test_several_gradients(submission, reference):
    """takes one norm over all gradients, and one factor"""
    grads = [np.array([1.0, -2.0]), np.array([[4.0, 10.0, 20.0]]), np.array([[5.0], [-3.0]])]
    judge(submission, reference, grads, 6.0, PLAIN)


def test_short_gradients(submission, reference):
    """leaves gradients as they are that are short enough"""
    judge(submission, reference, [np.array([1.0, -2.0]), np.array([[2.0], [4.0]])], 20.0, PLAIN)


def test_small_part(submission, reference):
    """shrinks a short gradient along with a long one"""
    judge(submission, reference, [np.array([0.1, -0.2]), np.array([[30.0, 40.0]])], 1.0, PLAIN)


def test_tiny_limit(submission, reference):
    """adds 1e-6 to the norm: it shows when the norm is small"""
    judge(submission, reference, [np.array([3e-6, 4e-6]), np.array([-1e-7])], 2e-6)


def test_norm_at_the_limit(submission, reference):
    """follows the formula where the norm is exactly max_norm"""
    judge(submission, reference, [np.array([0.003, -0.004])], 0.005)


def test_zero_gradients(submission):
    """leaves zero gradients at zero"""
    got, norm = submission.clip_grad_norm([np.zeros(3), np.zeros((2, 1))], 1.0)
    check_values(norm, 0.0, names=["total_norm"])
    check_values(got, [np.zeros(3), np.zeros((2, 1))], names=PARTS)


def test_no_limit(submission, reference, rng):
    """only measures when max_norm is inf"""
    judge(submission, reference, [rng.normal(size=(2, 3)), rng.normal(size=4)], np.inf)


def test_no_gradients(submission):
    """gives an empty list and 0.0 for no gradients"""
    check_values(submission.clip_grad_norm([], 1.0), ([], 0.0), names=["grads2", "total_norm"])


def test_empty_gradients(submission, reference):
    """takes empty arrays among the others"""
    grads = [np.zeros((0, 3)), np.array([3.0, -4.0]), np.zeros(0)]
    judge(submission, reference, grads, 1.0)
    judge(submission, reference, grads[:1], 1.0)


def test_shapes(submission, reference, rng):
    """takes arrays of any shapes"""
    shapes = [(1,), (2, 3), (4, 1, 2), (2, 3, 1, 2), (5,)]
    judge(submission, reference, [rng.normal(size=shape) for shape in shapes], 0.7)


def test_large_float32(submission):
    """stays right for gradients of 1e20 in float32"""
    judge_scaled(submission, 1e20, np.float32, 1e10, 0.8e-10)


def test_small_float32(submission):
    """stays right for gradients of 1e-30 in float32"""
    judge_scaled(submission, 1e-30, np.float32, 1.0, 1.0)


def test_large_float16(submission):
    """stays right for gradients of 1,000 in float16"""
    judge_scaled(submission, 1e3, np.float16, 500.0, 0.4)


def test_nan(submission):
    """makes everything nan when one element is nan"""
    got, norm = submission.clip_grad_norm([np.array([1.0, np.nan]), np.array([[2.0]])], 1.0)
    check_values(norm, np.nan, names=["total_norm"])
    check_values(got, [np.full(2, np.nan), np.full((1, 1), np.nan)], names=PARTS)


def test_inf(submission):
    """makes finite elements 0 and inf nan when the norm is inf"""
    got, norm = submission.clip_grad_norm([np.array([1.0, -np.inf]), np.array([[2.0]])], 1.0)
    check_values(norm, np.inf, names=["total_norm"])
    check_values(got, [np.array([0.0, np.nan]), np.zeros((1, 1))], names=PARTS)


@both_ways
def test_lower_precision(submission, max_norm):
    """keeps the dtype of each gradient"""
    judge_mixed(submission, [np.float32, np.float16, np.float64], max_norm)


@both_ways
def test_integers(submission, max_norm):
    """takes integers and answers in float64"""
    judge_mixed(submission, [np.int64, np.float64, np.int32], max_norm)


@both_ways
def test_contract(submission, rng, max_norm):
    """leaves its arguments alone and returns new arrays"""
    grads = [rng.normal(size=(2, 3)), rng.normal(size=4)]
    check_contract(submission.clip_grad_norm, grads, max_norm)


def test_memory_order(submission, reference, rng):
    """reads strided and transposed arrays"""
    grads = [
        rng.normal(size=(3, 8))[:, ::2],
        rng.normal(size=(2, 3, 4)).T,
        rng.normal(size=6)[::-1],
    ]
    judge(submission, reference, grads, 0.9)
