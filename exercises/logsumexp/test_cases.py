"""Hidden cases of logsumexp: first logsumexp, then log_softmax, from the plain to the extreme."""

import numpy as np
import pytest

from dlprep.checks import check_contract, check_stability, check_values

INF = np.inf
LOG2 = np.log(2.0)


def as_array(result):
    """``result`` as an array where it is a number: for one row they are equally right."""
    return np.asarray(result) if isinstance(result, (float, np.floating)) else result


def test_one_row(submission, reference):
    """reduces one row to a number"""
    x = np.array([1.0, 2.0, 4.0])
    check_values(as_array(submission.logsumexp(x)), as_array(reference.logsumexp(x)))


def test_batch_of_rows(submission, reference, rng):
    """treats each row of a batch by itself"""
    x = rng.normal(size=(4, 7))
    check_values(submission.logsumexp(x), reference.logsumexp(x))


@pytest.mark.parametrize("axis", [0, 1, -2])
def test_other_axis(submission, reference, rng, axis):
    """reduces the axis that is asked for"""
    x = rng.normal(scale=2.0, size=(3, 5, 2))
    check_values(submission.logsumexp(x, axis=axis), reference.logsumexp(x, axis=axis))


@pytest.mark.parametrize("shape", [(1, 5), (3, 1, 4)], ids=str)
def test_other_axis_of_length_1(submission, reference, rng, shape):
    """drops no axis but the one that is asked for"""
    x = rng.normal(size=shape)
    check_values(submission.logsumexp(x), reference.logsumexp(x))


@pytest.mark.parametrize("axis", [0, -1])
def test_keepdims(submission, reference, rng, axis):
    """keeps the axis with length 1 if keepdims is true"""
    x = rng.normal(size=(3, 4, 5))
    got = submission.logsumexp(x, axis=axis, keepdims=True)
    check_values(got, reference.logsumexp(x, axis=axis, keepdims=True))


def test_large_entries(submission):
    """stays finite for large entries"""
    x = np.array([[1000.0, 1000.0], [1e4, 9e3], [1e30, 1e30]])
    check_stability(submission.logsumexp(x), np.array([1000.0 + LOG2, 1e4, 1e30]))


def test_very_negative_entries(submission):
    """stays finite for very negative entries"""
    x = np.array([[-1000.0, -1000.0], [-1e4, -2e4], [-1e30, -1e30]])
    check_stability(submission.logsumexp(x), np.array([-1000.0 + LOG2, -1e4, -1e30]))


def test_rows_far_apart(submission):
    """keeps a small row right beside a row of large entries"""
    x = np.array([[0.0, 0.0], [5000.0, 5000.0]])
    check_stability(submission.logsumexp(x), np.array([LOG2, 5000.0 + LOG2]))


def test_masked_entries(submission):
    """adds nothing for a masked entry (-inf)"""
    x = np.array([[0.5, -INF, 0.5], [-INF, 3.0, -INF]])
    check_stability(submission.logsumexp(x), np.array([0.5 + LOG2, 3.0]))


def test_masked_row(submission):
    """gives -inf for a row of nothing but -inf"""
    x = np.array([[-INF, -INF, -INF], [2.0, 2.0, -INF]])
    check_stability(submission.logsumexp(x), np.array([-INF, 2.0 + LOG2]))


def test_row_without_entries(submission):
    """gives -inf for a row without entries"""
    check_stability(submission.logsumexp(np.zeros((2, 0))), np.array([-INF, -INF]))


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_lower_precision(submission, reference, rng, dtype):
    """keeps the dtype of its input"""
    x = rng.normal(size=(3, 5)).astype(dtype)
    check_values(submission.logsumexp(x), reference.logsumexp(x.astype(float)).astype(dtype))


def test_integers(submission, reference):
    """takes integers and answers in float64"""
    x = np.array([[1, 2, 4], [0, -3, 0]])
    check_values(submission.logsumexp(x), reference.logsumexp(x))


@pytest.mark.parametrize(("shape", "left"), [((0, 3), (0,)), ((2, 0, 4), (2, 0))], ids=str)
def test_empty_batch(submission, shape, left):
    """returns an empty result for an empty batch"""
    check_values(submission.logsumexp(np.zeros(shape)), np.zeros(left))


def test_memory_order(submission, reference, rng):
    """reads strided and transposed input"""
    x = rng.normal(size=(5, 8))
    check_values(submission.logsumexp(x[:, ::2]), reference.logsumexp(x[:, ::2]))
    check_values(submission.logsumexp(x.T, axis=0), reference.logsumexp(x.T, axis=0))


def test_contract(submission, rng):
    """leaves its input alone and returns a new array"""
    check_contract(submission.logsumexp, rng.normal(size=(3, 4)), keepdims=True)


def test_log_softmax(submission, reference, rng):
    """log_softmax: gives the log-probabilities of each row of a batch"""
    x = rng.normal(size=(4, 2, 3))
    check_values(submission.log_softmax(x), reference.log_softmax(x))


@pytest.mark.parametrize("axis", [0, 1, -2])
def test_log_softmax_other_axis(submission, reference, rng, axis):
    """log_softmax: normalises along the axis that is asked for"""
    x = rng.normal(scale=2.0, size=(3, 5, 2))
    check_values(submission.log_softmax(x, axis=axis), reference.log_softmax(x, axis=axis))


def test_log_softmax_tiny_probabilities(submission):
    """log_softmax: stays finite where the probability underflows"""
    x = np.array([[0.0, -800.0], [-1e4, 1e4]])
    check_stability(submission.log_softmax(x), np.array([[0.0, -800.0], [-2e4, 0.0]]))


def test_log_softmax_large_scores(submission):
    """log_softmax: gives -log 2 for two equal scores, however large"""
    x = np.array([[1000.0, 1000.0], [1e10, 1e10], [-1e30, -1e30], [1e30, 1e30]])
    check_stability(submission.log_softmax(x), np.full((4, 2), -LOG2))


def test_log_softmax_rows_far_apart(submission):
    """log_softmax: keeps a small row right beside one of large scores"""
    x = np.array([[0.0, 0.0], [5000.0, 5000.0]])
    check_stability(submission.log_softmax(x), np.full((2, 2), -LOG2))


def test_log_softmax_masked_entries(submission):
    """log_softmax: gives a masked entry (-inf) the log-probability -inf"""
    x = np.array([[0.5, -INF, 0.5], [-INF, 3.0, -INF]])
    check_stability(submission.log_softmax(x), np.array([[-LOG2, -INF, -LOG2], [-INF, 0.0, -INF]]))


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_log_softmax_lower_precision(submission, reference, rng, dtype):
    """log_softmax: keeps the dtype of its input"""
    x = rng.normal(size=(3, 5)).astype(dtype)
    check_values(submission.log_softmax(x), reference.log_softmax(x.astype(float)).astype(dtype))


def test_log_softmax_integers(submission, reference):
    """log_softmax: takes integers and answers in float64"""
    x = np.array([[1, 2, 4], [0, -3, 0]])
    check_values(submission.log_softmax(x), reference.log_softmax(x))


@pytest.mark.parametrize("shape", [(0, 3), (2, 0, 4)], ids=str)
def test_log_softmax_empty_batch(submission, shape):
    """log_softmax: returns an empty result for an empty batch"""
    check_values(submission.log_softmax(np.zeros(shape)), np.zeros(shape))


def test_log_softmax_memory_order(submission, reference, rng):
    """log_softmax: reads strided and transposed input"""
    x = rng.normal(size=(5, 8))
    check_values(submission.log_softmax(x[:, ::2]), reference.log_softmax(x[:, ::2]))
    check_values(submission.log_softmax(x.T, axis=0), reference.log_softmax(x.T, axis=0))


def test_log_softmax_contract(submission, rng):
    """log_softmax: leaves its input alone and returns a new array"""
    check_contract(submission.log_softmax, rng.normal(size=(3, 4)))
