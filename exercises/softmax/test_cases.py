"""Hidden cases of softmax, from the plain to the extreme."""

import numpy as np
import pytest

from dlprep.checks import check_contract, check_stability, check_values


def test_one_row(submission, reference):
    """turns one row of logits into probabilities"""
    x = np.array([1.0, 2.0, 4.0])
    check_values(submission.softmax(x), reference.softmax(x))


def test_batch_of_rows(submission, reference, rng):
    """treats each row of a batch by itself"""
    x = rng.normal(size=(4, 7))
    check_values(submission.softmax(x), reference.softmax(x))


@pytest.mark.parametrize("axis", [0, 1, -2])
def test_other_axis(submission, reference, rng, axis):
    """sums to 1 along the axis that is asked for"""
    x = rng.normal(scale=2.0, size=(3, 5, 2))
    check_values(submission.softmax(x, axis=axis), reference.softmax(x, axis=axis))


def test_large_logits(submission, reference):
    """stays finite for large logits"""
    x = np.array([[1000.0, 1001.0, 1002.0]])
    check_stability(submission.softmax(x, axis=-1), reference.softmax(x - 1001.0))


def test_very_negative_logits(submission, reference):
    """stays finite for very negative logits"""
    x = np.array([[-1e4, -1e4 - 1.0], [-1e30, -1e30]])
    expected = np.array([reference.softmax(np.array([0.0, -1.0])), [0.5, 0.5]])
    check_stability(submission.softmax(x), expected)


def test_rows_far_apart(submission, reference):
    """keeps small rows right beside a row of large logits"""
    x = np.array([[0.0, 1.0], [1000.0, 1001.0]])
    row = reference.softmax(np.array([0.0, 1.0]))
    check_stability(submission.softmax(x), np.array([row, row]))


def test_masked_entries(submission, reference):
    """gives a masked entry (-inf) the probability 0"""
    x = np.array([[0.5, -np.inf, 1.5], [-np.inf, 3.0, -np.inf]])
    p, q = reference.softmax(np.array([0.5, 1.5]))
    check_stability(submission.softmax(x), np.array([[p, 0.0, q], [0.0, 1.0, 0.0]]))


def test_tiny_probabilities(submission):
    """keeps a tiny probability instead of rounding it to 0"""
    x = np.array([0.0, -100.0, -600.0])
    check_stability(submission.softmax(x), np.exp(x))  # the sum is 1 within 1e-43


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_lower_precision(submission, reference, rng, dtype):
    """keeps the dtype of its input"""
    x = rng.normal(size=(3, 5)).astype(dtype)
    check_values(submission.softmax(x), reference.softmax(x.astype(float)).astype(dtype))


def test_integers(submission, reference):
    """takes integer logits and answers in float64"""
    x = np.array([[1, 2, 4], [0, -3, 0]])
    check_values(submission.softmax(x), reference.softmax(x))


@pytest.mark.parametrize("shape", [(0, 3), (2, 0, 4)], ids=str)
def test_empty_batch(submission, shape):
    """returns an empty result for an empty batch"""
    check_values(submission.softmax(np.zeros(shape)), np.zeros(shape))


def test_memory_order(submission, reference, rng):
    """reads strided and transposed input"""
    x = rng.normal(size=(5, 8))
    check_values(submission.softmax(x[:, ::2]), reference.softmax(x[:, ::2]))
    check_values(submission.softmax(x.T, axis=0), reference.softmax(x.T, axis=0))


def test_contract(submission, rng):
    """leaves its input alone and returns a new array"""
    check_contract(submission.softmax, rng.normal(size=(3, 4)))
