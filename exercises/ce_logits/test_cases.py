"""Hidden cases of ce_logits: the plain loss, its extremes, then each option and their mixtures."""

import numpy as np
import pytest

from dlprep.checks import check_contract, check_gradient, check_stability, check_values
from dlprep.checks.values import Tolerance

PARTS = ("loss", "dz")
PLAIN = Tolerance(1e-5, 1e-5)  # an epsilon in the log does not show: it has a case of its own

Z = np.array([[2.0, 1.0, -1.0], [0.0, 3.0, 1.0], [-1.0, 0.5, 1.5], [1.0, -2.0, 0.0]])
Y = np.array([0, 1, 1, 2])
WEIGHT = np.array([0.5, 2.0, 4.0])


def judge(submission, reference, *args, tolerance=None, dtype=False, **options):
    """Loss and gradient against the reference's."""
    right = reference.cross_entropy(*args, **options)
    got = submission.cross_entropy(*args, **options)
    check_values(got, right, names=PARTS, tolerance=tolerance, dtype=dtype)


def test_one_sample(submission, reference):
    """takes the loss of one sample, and its gradient"""
    judge(submission, reference, Z[:1], Y[:1], tolerance=PLAIN)


def test_mean(submission, reference):
    """averages over the batch, in the gradient too"""
    judge(submission, reference, Z, Y, tolerance=PLAIN)


def test_confident_mistake(submission, reference):
    """charges a confident wrong answer in full"""
    judge(submission, reference, np.array([[40.0, 0.0, -1.0]]), np.array([1]))


def test_large_logits(submission):
    """stays right for logits of ±10,000"""
    z, y = np.array([[1e4, -1e4, 0.0]]), np.array([1])
    check_stability(submission.cross_entropy(z, y), (2e4, np.array([[1.0, -1, 0]])), names=PARTS)
    check_stability(submission.cross_entropy(z, y - 1), (0.0, np.zeros((1, 3))), names=PARTS)


def test_rows_far_apart(submission, reference):
    """keeps plain rows right beside rows of large logits"""
    z = np.array([[0.0, 1.0, -2.0], [1e4, 1e4 + 1, 1e4 - 2], [-1e4, -1e4 + 1, -1e4 - 2]])
    loss, row = reference.cross_entropy(z[:1], np.array([2]))
    got = submission.cross_entropy(z, np.array([2, 2, 2]))
    check_values(got, (loss, np.repeat(row, 3, axis=0) / 3), names=PARTS)


def test_smoothing(submission, reference):
    """spreads the smoothing evenly over all classes"""
    judge(submission, reference, Z[:1], Y[:1], label_smoothing=0.3)
    judge(submission, reference, Z, Y, label_smoothing=0.1)


def test_smoothing_large_logits(submission):
    """smooths the targets of large logits"""
    z, y = np.array([[1e4, -1e4, 0.0]]), np.array([0])
    loss, dz = submission.cross_entropy(z, y, label_smoothing=0.75)
    check_stability(loss, 7500.0, names=["loss"])
    check_stability(dz, np.array([[0.5, -0.25, -0.25]]), names=["dz"])


def test_ignored_rows(submission, reference):
    """leaves ignored rows out of the mean, and gives them no gradient"""
    judge(submission, reference, Z, np.array([-100, 1, 0, -100]))


@pytest.mark.parametrize("ignore_index", [-1, 0, 2, 7], ids=str)
def test_ignore_index(submission, reference, ignore_index):
    """ignores the index that it is told, be it that of a class"""
    y = np.array([0, 1, ignore_index, 2])
    judge(submission, reference, Z, y, ignore_index=ignore_index)


def test_weight(submission, reference):
    """weighs loss and gradient by class"""
    judge(submission, reference, Z, Y, weight=WEIGHT)
    judge(submission, reference, Z[:1], Y[:1], weight=WEIGHT)  # one weight cancels


def test_weight_and_ignored_rows(submission, reference):
    """counts the weights of the rows that are not ignored"""
    judge(submission, reference, Z, np.array([0, -100, 1, 2]), weight=WEIGHT)


def test_weight_and_smoothing(submission, reference):
    """weighs each class's share of a smoothed target by itself"""
    judge(submission, reference, Z, Y, label_smoothing=0.3, weight=WEIGHT)


OPTIONS = {
    "plain": {},
    "smoothing": {"label_smoothing": 0.2},
    "ignored rows": {"ignore_index": 2},
    "weights": {"weight": np.array([0.5, 2.0, 1.0, 3.0])},
    "all": {"label_smoothing": 0.2, "ignore_index": 2, "weight": np.array([0.5, 2.0, 1.0, 3.0])},
}
every_option = pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)


def draw(rng):
    """Seven rows of four logits, and classes that all occur."""
    return rng.normal(scale=2.0, size=(7, 4)), rng.permutation([0, 1, 2, 3, 2, 1, 0])


@every_option
def test_gradient(submission, reference, rng, options):
    """has the gradient that central differences give"""
    z, y = draw(rng)

    def loss_of(module):
        return lambda z: module.cross_entropy(z, y, **options)[0]

    got = {"z": submission.cross_entropy(z, y, **options)[1]}
    check_gradient(got, loss_of(reference), {"z": z}, rng, own=loss_of(submission))


@pytest.mark.parametrize("options", [{}, {"weight": WEIGHT}], ids=["plain", "weights"])
def test_nothing_valid(submission, options):
    """gives 0 and no gradient when every row is ignored"""
    got = submission.cross_entropy(Z, np.full(4, -100), **options)
    check_values(got, (0.0, np.zeros((4, 3))), names=PARTS)


@pytest.mark.parametrize("options", [{}, {"weight": WEIGHT}], ids=["plain", "weights"])
def test_empty_batch(submission, options):
    """gives 0 and an empty gradient for an empty batch"""
    got = submission.cross_entropy(Z[:0], Y[:0], **options)
    check_values(got, (0.0, np.zeros((0, 3))), names=PARTS)


@every_option
def test_contract(submission, rng, options):
    """changes none of its arguments and returns new arrays"""
    check_contract(submission.cross_entropy, *draw(rng), **options)


@pytest.mark.parametrize("y", [Y, np.full(4, -100)], ids=["valid rows", "nothing valid"])
def test_float32(submission, reference, y):
    """answers in float32 when everything is float32"""
    z, weight = Z.astype(np.float32), WEIGHT.astype(np.float32)
    loss, dz = reference.cross_entropy(z, y, 0.3, weight=weight)
    got = submission.cross_entropy(z, y, 0.3, weight=weight)
    check_values(got, (np.float32(loss), dz), names=PARTS, dtype=True)


@pytest.mark.parametrize("y", [Y, np.full(4, -100)], ids=["valid rows", "nothing valid"])
def test_integers(submission, reference, y):
    """takes integer logits and weights and answers in float64"""
    z, weight = (2 * Z).astype(int), np.array([1, 3, 2])
    judge(submission, reference, z, y, 0.3, weight=weight, dtype=True)


def test_memory_order(submission, reference, rng):
    """reads strided and transposed arrays"""
    z, y = rng.normal(size=(4, 12)).T, np.repeat(draw(rng)[1], 2)[::2]
    weight = np.linspace(1.0, 2.0, 8)[::2]
    judge(submission, reference, z[:7], y, 0.2, weight=weight)
