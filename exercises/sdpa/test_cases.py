"""Hidden cases of sdpa: attention without masks, then with each mask, then the extremes."""

import numpy as np
import pytest

from dlprep.checks import check_contract, check_stability, check_values
from dlprep.checks.values import Tolerance

# one rounding is in the common table; a solution that works in float16 throughout rounds each step
LOWER = {"float32": None, "float16": Tolerance(6e-2, 6e-3)}


def draw(rng, b=2, h=3, tq=4, tk=6, d=5, dv=7):
    """Random q, k and v; no two sizes are equal."""
    return tuple(rng.normal(size=(b, h, *tail)) for tail in ((tq, d), (tk, d), (tk, dv)))


def judge(got, expected, check=check_values, **how):
    """The weights first: the output is made from them."""
    out, attn = got
    check(attn, expected[1], names=["attn"], **how)
    check(out, expected[0], names=["out"], **how)


def attend(submission, scores, mask=None):
    """One query to one-hot keys whose scores are given; the values are those keys."""
    keys = np.eye(len(scores))[None, None]
    q = np.array(scores)[None, None, None] * np.sqrt(len(scores))
    return submission.sdpa(q, keys, keys, mask)


def test_one_head(submission, reference, rng):
    """weighs the values by softmax(q k^T / sqrt(D))"""
    q, k, v = draw(rng, b=1, h=1, tq=2, tk=3, d=4, dv=2)
    judge(submission.sdpa(q, k, v), reference.sdpa(q, k, v))


def test_batch_of_heads(submission, reference, rng):
    """treats each head of each sequence by itself"""
    q, k, v = draw(rng)
    judge(submission.sdpa(q, k, v), reference.sdpa(q, k, v))


def test_mask(submission, reference, rng):
    """attends only where the mask is True"""
    (q, k, v), mask = draw(rng), rng.random((2, 3, 4, 6)) < 0.5
    mask[..., 1] = True  # every query has something to attend to
    judge(submission.sdpa(q, k, v, mask), reference.sdpa(q, k, v, mask))


@pytest.mark.parametrize("shape", [(4, 6), (2, 1, 1, 6), (3, 1, 6), (6,), (2, 3, 4, 1)], ids=str)
def test_mask_shapes(submission, reference, rng, shape):
    """broadcasts a mask of fewer axes, or of length 1"""
    (q, k, v), mask = draw(rng), rng.random(shape) < 0.5
    mask[..., 0] = True
    judge(submission.sdpa(q, k, v, mask=mask), reference.sdpa(q, k, v, mask=mask))


def test_causal(submission, reference, rng):
    """sees no later key under a causal mask"""
    q, k, v = draw(rng, tq=6)
    judge(submission.sdpa(q, k, v, causal=True), reference.sdpa(q, k, v, causal=True))


def test_causal_with_fewer_queries(submission, reference, rng):
    """lets the last query see every key, with fewer queries than keys"""
    q, k, v = draw(rng)
    judge(submission.sdpa(q, k, v, causal=True), reference.sdpa(q, k, v, causal=True))


def test_future(submission, reference, rng):
    """keeps what lies in the future out of the past"""
    q, k, v = draw(rng)
    out, attn = reference.sdpa(q, k, v, causal=True)
    k[:, :, -1], v[:, :, -1] = 100.0, -100.0
    got = submission.sdpa(q, k, v, causal=True)
    judge([part[:, :, :-1] for part in got], (out[:, :, :-1], attn[:, :, :-1]))


def test_mask_and_causal(submission, reference, rng):
    """heeds a mask and causality at once"""
    (q, k, v), mask = draw(rng), rng.random((2, 1, 1, 6)) < 0.5
    mask[..., 0] = True
    judge(submission.sdpa(q, k, v, mask, True), reference.sdpa(q, k, v, mask, True))


def test_contract(submission, rng):
    """changes none of its arguments and returns new arrays"""
    mask = np.tile([True, False, True], (2, 1, 4, 2))
    check_contract(submission.sdpa, *draw(rng), mask, causal=True)


def test_nothing_to_attend(submission, reference, rng):
    """gives a query with nothing to attend to zeros, not nan"""
    (q, k, v), mask = draw(rng), np.ones((2, 1, 4, 6), bool)
    mask[0, :, 1], mask[1] = False, False
    judge(submission.sdpa(q, k, v, mask), reference.sdpa(q, k, v, mask))


def test_causal_with_more_queries(submission, reference, rng):
    """gives zeros to queries that come before the first key"""
    q, k, v = draw(rng, tq=6, tk=4)
    judge(submission.sdpa(q, k, v, causal=True), reference.sdpa(q, k, v, causal=True))


def test_large_scores(submission):
    """stays finite for scores of ±10,000"""
    expected = np.array([[[[0.0, 0.5, 0.5, 0.0]]]])
    got = attend(submission, [-1e4, 1e4, 1e4, 0.0])
    judge(got, (expected, expected), check_stability)


def test_queries_far_apart(submission, reference, rng):
    """keeps a query of small scores right beside one of large scores"""
    q, k, v = draw(rng)
    right = reference.sdpa(q[:, :, 1:], k, v)
    q[:, :, 0] *= 1e4
    judge([part[:, :, 1:] for part in submission.sdpa(q, k, v)], right)


def test_tiny_weights(submission):
    """keeps a tiny weight instead of rounding it to 0"""
    expected = np.exp([[[[0.0, -100.0, -600.0]]]])  # the sum is 1 within 1e-43
    got = attend(submission, [0.0, -100.0, -600.0])
    judge(got, (expected, expected), check_stability, relative=1e-8)


def test_large_masked_scores(submission):
    """is not disturbed by the large score of a masked key"""
    p = 1 / (1 + np.exp(-1.0))
    expected = np.array([[[[1 - p, p, 0.0]]]])
    got = attend(submission, [1.0, 2.0, 1e4], np.array([True, True, False]))
    judge(got, (expected, expected), check_stability)


@pytest.mark.parametrize(("dtype", "tolerance"), LOWER.items(), ids=LOWER)
def test_lower_precision(submission, reference, rng, dtype, tolerance):
    """keeps the dtype of its input"""
    arrays, mask = [part.astype(dtype) for part in draw(rng)], np.arange(6) > 1
    wide = reference.sdpa(*(part.astype(float) for part in arrays), mask, True)
    expected = tuple(part.astype(dtype) for part in wide)
    judge(submission.sdpa(*arrays, mask, True), expected, tolerance=tolerance)


def test_integers(submission, reference, rng):
    """takes integers and answers in float64"""
    arrays = [(2 * part).round().astype(int) for part in draw(rng)]
    judge(submission.sdpa(*arrays), reference.sdpa(*arrays))


@pytest.mark.parametrize("size", [{"b": 0}, {"tq": 0}, {"tk": 0}], ids=["B=0", "Tq=0", "Tk=0"])
@pytest.mark.parametrize("causal", [False, True], ids=["", "causal"])
def test_empty(submission, reference, rng, size, causal):
    """takes no sequences, no queries, or no keys"""
    arrays = draw(rng, **size)
    judge(submission.sdpa(*arrays, causal=causal), reference.sdpa(*arrays, causal=causal))


def test_memory_order(submission, reference, rng):
    """reads strided and transposed arrays"""
    q, k, v = (np.repeat(part, 2, axis=-1)[..., ::2] for part in draw(rng))
    q, k, v = np.asfortranarray(q), k, v.swapaxes(0, 1).copy().swapaxes(0, 1)
    mask = np.asfortranarray(rng.random((4, 6)) < 0.7)
    mask[:, 0] = True
    judge(submission.sdpa(q, k, v, mask), reference.sdpa(q, k, v, mask))
