"""Hidden cases of softmax, from the plain to the extreme."""

import numpy as np
import pytest

from dlprep.checks import check_stability, check_values, contrast, conventions


def test_one_row(submission, reference):
    """turns one row of logits into probabilities"""
    x = np.array([1.0, 2.0, 4.0])
    check_values(submission.softmax(x), reference.softmax(x))


def test_batch_of_rows(submission, reference, rng):
    """treats each row of a batch by itself, in one batch and the next"""
    x = rng.integers(-8, 9, (4, 7)) / 4  # the next batch has precisely the same sum
    for batch in (x, x[::-1]):
        check_values(submission.softmax(batch), reference.softmax(batch))


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
    x = np.array([[-1e4, -1e4 - 1.0]])
    check_stability(submission.softmax(x), reference.softmax(np.array([[0.0, -1.0]])))


def test_wide_row(submission):
    """gives all to the largest when one row holds -5,000 and 5,000"""
    x = np.array([[-5000.0, 0.0, 5000.0]])
    check_stability(submission.softmax(x), np.array([[0.0, 0.0, 1.0]]))


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


test_conventions = conventions(
    "softmax",
    lambda rng: [rng.normal(size=(3, 5))],
    empty=([np.zeros((0, 3))], np.zeros((0, 3))),
)

# From the simple to the general; each is a shape, an axis, and what is added to the logits
CONTRASTS = {
    "a vector": ((5,), -1, 0.0),
    "one row": ((1, 5), -1, 0.0),
    "axis = -1": ((3, 5), -1, 0.0),
    "axis = 0 of a square": ((4, 4), 0, 0.0),
    "axis = 0": ((3, 5), 0, 0.0),
    "the middle of three axes": ((2, 4, 3), 1, 0.0),
    "large logits close together": ((1, 5), -1, 1000.0),
    "one logit far above": ((1, 5), -1, [0.0, 900.0, 0.0, 0.0, 0.0]),
    "one logit far below": ((1, 5), -1, [0.0, -900.0, 0.0, 0.0, 0.0]),
    "rows far apart": ((2, 5), -1, [[0.0], [1000.0]]),
    "a masked entry": ((3, 5), -1, [0.0, -np.inf, 0.0, 0.0, 0.0]),
}


@contrast("{}")
@pytest.mark.parametrize(("shape", "axis", "plus"), CONTRASTS.values(), ids=CONTRASTS)
def test_contrast(submission, reference, rng, shape, axis, plus):
    x = rng.normal(size=shape) + plus
    check_stability(submission.softmax(x, axis), reference.softmax(x, axis))
