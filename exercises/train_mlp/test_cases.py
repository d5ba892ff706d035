"""Hidden cases of train_mlp: what comes back, XOR, spirals, and what must not leak.

Every data set has as many points of one class as of another: a network that has not learnt to
tell them apart then has a loss of exactly ln C, however it was trained.
"""

import numpy as np
import pytest

from dlprep.checks import CheckFailed, check_contract, check_values

LOSS, ACCURACY = 0.05, 0.97
CORNERS, XOR = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([0, 1, 1, 0])


def clouds(rng, n):
    """XOR: n points around each of the four corners."""
    X = np.repeat(CORNERS, n, axis=0) + rng.uniform(-0.15, 0.15, (4 * n, 2))
    order = rng.permutation(4 * n)
    return X[order], np.repeat(XOR, n)[order]


def spirals(rng, n, start):
    """Three arms of n points each, turned by ``start``, around a centre off the origin."""
    arm = np.tile(np.arange(3), n)
    r = np.repeat(np.linspace(0.2, 1.0, n), 3)
    angle = start + 2 * np.pi * (r + arm / 3)
    X = np.stack([0.3 + r * np.cos(angle), r * np.sin(angle) - 0.2], axis=1)
    order = rng.permutation(3 * n)
    return (X + rng.uniform(-0.02, 0.02, X.shape))[order], arm[order]


def probabilities(predict, X, classes):
    """What ``predict`` says of X, if it has the form of probabilities."""
    p, form = predict(X), np.full((len(X), classes), 1 / classes)
    if type(p) is not np.ndarray or p.shape != form.shape or p.dtype != form.dtype:
        check_values(p, form)
    sums = p.sum(axis=1)
    wrong = ~((p >= 0).all(axis=1) & (np.abs(sums - 1) < 1e-9))
    if wrong.any():
        n = int(np.argmax(wrong))
        got = f"row {n}: [{', '.join(f'{value:.4g}' for value in p[n])}], sum {sums[n]:.4g}"
        raise CheckFailed("values", [("got", got), ("expected", "no entry below 0, sum 1")], p)
    return p


def judge_fit(predict, X, y, fresh, labels):
    """Require the target on the training data (X, y) and on fresh data."""
    p, q = probabilities(predict, X, y.max() + 1), probabilities(predict, fresh, y.max() + 1)
    loss = -np.log(p[np.arange(len(y)), y]).mean()
    learnt, carried = (p.argmax(axis=1) == y).mean(), (q.argmax(axis=1) == labels).mean()
    if not (loss < LOSS and learnt >= ACCURACY and carried >= ACCURACY):
        got = f"loss {loss:.4f}, accuracy {learnt:.3f}, on fresh data {carried:.3f}"
        expected = f"loss < {LOSS}, accuracy ≥ {ACCURACY}, on fresh data too"
        findings = [("got", got), ("expected", expected), *facts(p, X)]
        raise CheckFailed("values", findings, p)


def facts(p, X):
    """What can be seen of the cause in the probabilities alone."""
    if np.ptp(p, axis=0).max() < 1e-6:
        yield "pattern", "the same probabilities for every point: they do not depend on X"
        return
    logits = np.log(p) - np.log(p[:, :1])
    plane = np.column_stack([X, np.ones(len(X))])
    if np.isfinite(logits).all():
        rest = logits - plane @ np.linalg.lstsq(plane, logits)[0]
        if np.abs(rest).max() < 1e-6 * np.abs(logits).max():
            yield "pattern", "the logits are linear in X: every boundary is a straight line"


def test_probabilities(submission, rng):
    """predicts a row of probabilities for each point"""
    predict = submission.fit(CORNERS, XOR, rng)
    for points in (CORNERS, rng.normal(size=(7, 2))):
        probabilities(predict, points, 2)


@pytest.mark.parametrize("n", [1, 2], ids=lambda n: f"data set {n}")
def test_xor(submission, rng, n):
    """learns XOR, from 20 points around each corner"""
    X, y = clouds(rng, 20)
    judge_fit(submission.fit(X, y, rng), X, y, *clouds(rng, 100))


@pytest.mark.parametrize("n", [1, 2, 3], ids=lambda n: f"data set {n}")
def test_spirals(submission, rng, n):
    """learns three spirals, from 60 points on each"""
    start = rng.uniform(0, 2 * np.pi)
    X, y = spirals(rng, 60, start)
    judge_fit(submission.fit(X, y, rng), X, y, *spirals(rng, 200, start))


def test_each_point_by_itself(submission, rng):
    """judges each point by itself, whatever else is asked"""
    predict, points = submission.fit(CORNERS, XOR, rng), rng.normal(size=(6, 2))
    p = probabilities(predict, points, 2)
    check_values(predict(points[4:1:-1]), p[4:1:-1])
    check_values(predict(points[:1]), p[:1])
    probabilities(predict, points[:0], 2)


def test_same_rng(submission, rng):
    """gives the same predictions for the same rng"""
    first, second = (submission.fit(CORNERS, XOR, rng) for _ in range(2))
    points = rng.normal(size=(9, 2))
    check_values(second(points), first(points))


def test_contract(submission, rng):
    """leaves its data and NumPy's global random state alone"""
    X, y = clouds(rng, 2)
    probabilities(submission.fit(X, y, rng), X, 2)
    check_contract(submission.fit, X, y, rng, expected=lambda predict: probabilities(predict, X, 2))


def test_two_fits(submission, rng):
    """keeps an earlier fit when another follows"""
    first, points = submission.fit(CORNERS, XOR, rng), rng.normal(size=(9, 2))
    before = first(points)
    probabilities(submission.fit(CORNERS, 1 - XOR, rng), points, 2)
    check_values(first(points), before)


def test_far_points(submission, rng):
    """has probabilities for points far away"""
    predict = submission.fit(CORNERS, XOR, rng)
    probabilities(predict, 1e6 * rng.normal(size=(50, 2)), 2)


def test_continuous(submission, rng):
    """changes its mind gradually between two points"""
    predict, (a, b) = submission.fit(CORNERS, XOR, rng), CORNERS[:2]
    for _ in range(3):  # ever closer to the steepest place
        line = a + np.linspace(0, 1, 1001)[:, None] * (b - a)
        p = probabilities(predict, line, 2)
        n = int(np.abs(np.diff(p[:, 0])).argmax())
        a, b = line[n], line[n + 1]
    if (jump := abs(p[n + 1, 0] - p[n, 0])) > 1e-3:
        got = f"a jump of {jump:.3f} between two points {np.linalg.norm(b - a):.0e} apart"
        raise CheckFailed("values", [("got", got), ("expected", "no jump")], p)


def test_dtypes(submission, rng):
    """takes float32 points and integers of any size, strided or not"""
    X, y = np.repeat(CORNERS, 2, axis=1)[:, ::2], XOR.astype(np.uint8)
    probabilities(submission.fit(np.asfortranarray(X, np.float32), y, rng), X, 2)
    probabilities(submission.fit(X.astype(int), y, rng), X.astype(int), 2)
