"""Hidden cases of init: bounds and moments of what is drawn, never the draws themselves.

Every tolerance is more than six standard deviations of the statistic: a right solution fails one
of them once in some hundred million runs.
"""

import math
from functools import partial

import numpy as np
import pytest

from dlprep.checks import CheckFailed, check_contract, check_values
from dlprep.checks.values import Tolerance

WIDE, TALL, CONV = (100, 400), (400, 100), (64, 24, 5, 3)
FANS = {WIDE: (100, 400), TALL: (400, 100), CONV: (360, 960)}
ANYTHING = Tolerance(0.0, 0.0, math.inf)
SAMPLED = Tolerance(0.03, 0.0)  # of a standard deviation; by chance 0.5 % at most
ALMOST = Tolerance(0.001, 0.0)  # the largest of 20,000 uniform draws is that near to the bound
shapes = pytest.mark.parametrize("shape", [TALL, WIDE, CONV], ids=str)
modes = pytest.mark.parametrize("mode", ["fan_in", "fan_out"])


def require_array(w, shape):
    """A float64 array of that shape, of finite entries, each drawn by itself."""
    check_values(w, np.zeros(shape), tolerance=ANYTHING)
    distinct = np.unique(w).size
    if distinct < w.size:
        found = ("got", f"{distinct} different numbers among {w.size} entries")
        raise CheckFailed("values", [found, ("expected", "every entry drawn by itself")], w)


def require_moments(w, std):
    """Mean 0, and that standard deviation."""
    spread = Tolerance(0.0, 0.0, 6.5 * std / math.sqrt(w.size))
    check_values(float(w.std()), std, names=["standard deviation"], tolerance=SAMPLED)
    check_values(float(w.mean()), 0.0, names=["mean"], tolerance=spread)


def require_share(w, beyond, share):
    """That share of the entries is further from 0 than so many standard deviations."""
    got = float((np.abs(w) > beyond * w.std()).mean())
    spread = Tolerance(0.0, 0.0, 6.5 * math.sqrt(share * (1 - share) / w.size))
    name = f"share beyond {beyond} standard deviations"
    check_values(got, share, names=[name], tolerance=spread)


@shapes
def test_xavier(submission, rng, shape):
    """Xavier: has the variance 2 / (fan_in + fan_out)"""
    w = submission.xavier_uniform(shape, rng)
    require_array(w, shape)
    require_moments(w, math.sqrt(2 / sum(FANS[shape])))


@shapes
def test_xavier_is_uniform(submission, rng, shape):
    """Xavier: is uniform, up to sqrt(3) standard deviations"""
    w = submission.xavier_uniform(shape, rng)
    require_array(w, shape)
    bound = math.sqrt(6 / sum(FANS[shape]))
    check_values(float(np.abs(w).max()), bound, names=["largest entry"], tolerance=ALMOST)
    require_share(w, 1, 1 - 1 / math.sqrt(3))


@shapes
def test_kaiming(submission, rng, shape):
    """Kaiming: has the variance 2 / fan_in"""
    w = submission.kaiming_normal(shape, rng)
    require_array(w, shape)
    require_moments(w, math.sqrt(2 / FANS[shape][0]))


@shapes
@modes
def test_kaiming_modes(submission, rng, shape, mode):
    """Kaiming: takes the fan that mode names"""
    w = submission.kaiming_normal(shape, rng, mode=mode)
    require_array(w, shape)
    require_moments(w, math.sqrt(2 / FANS[shape][mode == "fan_out"]))


@shapes
def test_kaiming_is_normal(submission, rng, shape):
    """Kaiming: is normal, with its tails"""
    w = submission.kaiming_normal(shape, rng)
    require_array(w, shape)
    require_share(w, 1, 0.31731)
    require_share(w, 2, 0.04550)


def through_layers(draw, activation, rng):
    """How many times its mean square a batch has after 20 layers of 128 units."""
    x = rng.normal(size=(64, 128))
    before = (x**2).mean()
    for _ in range(20):
        x = activation(x @ draw())
    return float((x**2).mean() / before)


def require_scale(ratio, limit):
    """Twenty layers multiply the mean square by 1, but for chance."""
    if not 1 / limit <= ratio <= limit:
        found = f"a mean square {ratio:.2g} times that of the input after 20 layers"
        raise CheckFailed("values", [("got", found), ("expected", f"1, within {limit:g} times")])


def test_twenty_relu_layers(submission, rng):
    """Kaiming: keeps the scale through 20 layers with ReLU"""

    def draw():
        return submission.kaiming_normal((128, 128), rng.spawn(1)[0])

    # the logarithm spreads by 0.8
    require_scale(through_layers(draw, lambda x: np.maximum(x, 0), rng), 400)


def test_twenty_linear_layers(submission, rng):
    """Xavier: keeps the scale through 20 linear layers"""

    def draw():
        return submission.xavier_uniform((128, 128), rng.spawn(1)[0])

    require_scale(through_layers(draw, lambda x: x, rng), 4)  # it spreads by 0.2


@pytest.mark.parametrize("shape", [(3, 4), (4, 3, 2, 2)], ids=str)
def test_contract(submission, rng, shape):
    """Xavier: draws from rng alone"""
    expected = partial(require_array, shape=shape)
    check_contract(submission.xavier_uniform, shape, rng, expected=expected)
    require_other(submission.xavier_uniform, shape, rng)


@pytest.mark.parametrize("shape", [(3, 4), (4, 3, 2, 2)], ids=str)
def test_contract_of_kaiming(submission, rng, shape):
    """Kaiming: draws from rng alone"""
    expected = partial(require_array, shape=shape)
    check_contract(submission.kaiming_normal, shape, rng, expected=expected)
    require_other(submission.kaiming_normal, shape, rng)


def require_other(function, shape, rng):
    """Two generators in different states give different weights."""
    one, other = (function(shape, child) for child in rng.spawn(2))
    require_array(one, shape)
    require_array(other, shape)
    if np.isin(one, other).any():
        findings = [("got", "the same weights from two generators")]
        findings.append(("expected", "rng's state decides what is drawn"))
        raise CheckFailed("contract", findings, other)
