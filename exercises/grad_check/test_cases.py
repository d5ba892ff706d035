"""Hidden cases of grad_check: the difference, the error, and what the checker makes of them."""

import numpy as np
import pytest

from dlprep.checks import CheckFailed, check_contract, check_stability, check_values
from dlprep.checks.values import Tolerance

# Rounding alone moves a central difference of numbers about 1 by 1e-11, and h^2 / 6 times the
# third derivative is as much; a one-sided difference is off by 5e-6, an h of 1e-12 by 1e-4.
NUMERIC = Tolerance(1e-8, 1e-8)
# The error of a planted mistake, which is far above the rounding of the difference
PLANTED = Tolerance(1e-3, 0.0)


def bend(x):
    """A smooth function whose entries depend on each other."""
    flat = x.ravel()
    return np.sin(flat).sum() + 0.5 * (flat[:-1] * flat[1:] ** 2).sum()


def dbend(x):
    """Its gradient."""
    flat = x.ravel()
    grad = np.cos(flat)
    grad[:-1] += 0.5 * flat[1:] ** 2
    grad[1:] += flat[:-1] * flat[1:]
    return grad.reshape(x.shape)


def relu(x):
    """The sum of max(x, 0) and a straight line, so that no slope is 0."""
    return np.maximum(x, 0).sum() + 0.5 * x.sum()


def drelu(x):
    """Its gradient, with relu'(0) = 0."""
    return (x > 0) + 0.5


def require_ok(submission, f, df, x):
    """The checker passes this gradient: differences up to 1e-8 are no error at all."""
    ok, _, err = submission.gradcheck(f, df, x)
    check_values((ok, err), (True, 0.0), names=("ok", "err"))


def require_flagged(submission, f, df, x, worst_idx, err):
    """The checker finds this gradient wrong, at that place and by that much."""
    got = submission.gradcheck(f, df, x)
    names = ("ok", "worst_idx", "err")
    check_values(got, (False, worst_idx, err), names=names, tolerance=PLANTED)


def test_difference(submission, reference):
    """takes the central difference with the h it is given"""

    def f(x):
        return (x**3).sum() + 2 * x[0] * x[1] * x[2]

    x = np.array([1.0, -2.0, 4.0])
    got = submission.numerical_grad(f, x, h=0.5)
    check_values(got, reference.numerical_grad(f, x, h=0.5))


def test_default_step(submission, reference, rng):
    """is right to eight digits with the default h, 1e-5"""
    x = rng.uniform(0.5, 1.5, size=5)
    check_values(submission.numerical_grad(bend, x), dbend(x), tolerance=NUMERIC)

    def f(x):
        return np.sin(1000 * x).sum()  # of which a difference shows the h that was taken

    got = submission.numerical_grad(f, x)
    check_values(got, reference.numerical_grad(f, x), tolerance=NUMERIC)


def test_one_at_a_time(submission):
    """moves one entry at a time, and puts it back"""
    x = np.array([[0.7, -1.2, 2.0], [1.5, 0.3, -0.8]])
    far = 0

    def f(point):
        nonlocal far
        far = max(far, np.count_nonzero(np.abs(point - x) > 0.1))
        return bend(point)

    got = submission.numerical_grad(f, x, h=0.25)
    if far > 1:
        found = ("got", f"f was called with {far} entries moved at once")
        raise CheckFailed("values", [found, ("expected", "one entry moved, the others as in x")])
    check_values(got, bend_differences(x, 0.25))


def bend_differences(x, h):
    """The central differences of bend at x, written out."""
    got = np.zeros(x.shape)
    for n in range(x.size):
        step = np.zeros(x.size)
        step[n] = h
        step = step.reshape(x.shape)
        got[np.unravel_index(n, x.shape)] = (bend(x + step) - bend(x - step)) / (2 * h)
    return got


def test_contract(submission):
    """leaves x as it was, to the last bit"""
    check_contract(submission.numerical_grad, bend, np.array([0.7, -1.2, 2.0, 0.1]))


def test_calls(submission):
    """calls f at most 2N + 1 times"""
    count, x = 0, np.linspace(0.5, 1.5, 40)

    def f(point):
        nonlocal count
        count += 1
        return bend(point)

    got = submission.numerical_grad(f, x)
    if count > 81:
        findings = [("got", f"{count} calls of f for 40 entries"), ("expected", "at most 81")]
        raise CheckFailed("scaling", findings, got)
    check_values(got, dbend(x), tolerance=NUMERIC)


@pytest.mark.parametrize("shape", [(), (1,), (3, 2, 2), (0,), (0, 3)], ids=str)
def test_any_shape(submission, rng, shape):
    """takes arrays of any shape, and empty ones"""
    x = np.asarray(rng.uniform(0.5, 1.5, size=shape))
    got = submission.numerical_grad(lambda x: np.sin(x).sum(), x)
    got = np.asarray(got) if isinstance(got, np.floating) else got
    check_values(got, np.asarray(np.cos(x)), tolerance=NUMERIC)


@pytest.mark.parametrize("dtype", ["int64", "float32", "float16"])
def test_works_in_float64(submission, dtype):
    """works in float64, whatever the dtype of x"""
    x = np.array([[1, -2, 3], [2, 0, 1]], dtype=dtype)
    check_values(submission.numerical_grad(bend, x), dbend(x.astype(float)), tolerance=NUMERIC)


def test_memory_order(submission, rng):
    """reads strided and transposed arrays"""
    x = rng.uniform(0.5, 1.5, size=(4, 6))
    for view in (x[:, ::2], x[:2].T):
        check_values(submission.numerical_grad(bend, view), dbend(view), tolerance=NUMERIC)


def test_rel_error(submission):
    """gives the largest relative error, not that of the largest difference"""
    a = np.array([[100.0, -2.0, 0.5], [1e-3, 7.0, -4.0]])
    b = np.array([[101.0, -2.0, 0.4], [1e-3, -7.0, -4.5]])
    check_values(submission.rel_error(a[:1], b[:1]), 0.1 / 0.9)
    check_values(submission.rel_error(a, b), 1.0)
    check_values(submission.rel_error(b[1:, 2:], a[1:, 2:]), 0.5 / 8.5)


def test_zero_over_zero(submission):
    """calls two zeros equal, and takes tiny differences for what they are"""
    zero = np.zeros(3)
    check_values(submission.rel_error(zero, zero), 0.0)
    check_values(submission.rel_error(np.array([2.0, 0.0, 1.0]), np.array([2.5, 0.0, 1.0])), 1 / 9)
    tiny = np.array([0.0, 2e-12, 0.0])
    check_stability(submission.rel_error(zero, tiny), 2e-4)
    check_stability(submission.rel_error(np.array([1e-300, 1e300]), np.array([0.0, 3e300])), 0.5)


def test_nan_passes_through(submission):
    """gives nan for a nan in either array, wherever it is"""
    a, b = np.array([1.0, 2.0, 3.0]), np.array([1.5, 2.0, 3.0])
    for at in range(3):
        spoilt = a.copy()
        spoilt[at] = np.nan
        check_values(submission.rel_error(spoilt, b), np.nan)
        check_values(submission.rel_error(b, spoilt), np.nan)


@pytest.mark.parametrize("shape", [(0,), (2, 0)], ids=str)
def test_error_of_nothing(submission, shape):
    """gives 0 for empty arrays"""
    check_values(submission.rel_error(np.zeros(shape), np.ones(shape)), 0.0)


def test_error_in_float64(submission):
    """computes the error in float64 for float32 and integers as well"""
    a, b = np.array([3.0, 1.0], np.float32), np.array([3.1, 1.0], np.float32)
    check_values(submission.rel_error(a, b), (float(b[0]) - 3) / (float(b[0]) + 3))
    check_values(submission.rel_error(np.array([2, 0, -5]), np.array([3, 0, -5])), 0.2)


def test_contract_of_rel_error(submission, rng):
    """leaves both arrays alone"""
    check_contract(submission.rel_error, *rng.normal(size=(2, 3, 4)))


def test_right_gradient(submission, rng):
    """passes a right gradient"""
    require_ok(submission, bend, dbend, rng.uniform(0.5, 1.5, size=(2, 3)))


def test_planted_mistakes(submission, rng):
    """flags a wrong entry, and says which one and how wrong"""
    x = np.array([[0.7, -1.2, 2.0], [1.5, 0.3, -0.8]])

    def wrong(factor, at):
        def df(x):
            grad = dbend(x)
            grad[at] *= factor
            return grad

        return df

    require_flagged(submission, bend, wrong(2.0, (1, 2)), x, (1, 2), 1 / 3)
    require_flagged(submission, bend, wrong(-1.0, (0, 1)), x, (0, 1), 1.0)
    require_flagged(submission, bend, wrong(0.0, (1, 0)), x, (1, 0), 1.0)


def test_small_mistakes(submission):
    """draws the line at 1e-6 of each entry"""
    slopes = np.array([3.0, 0.02, -2.0])
    x = np.array([0.5, 0.3, 0.4])

    def f(x):
        return (slopes * x).sum()

    def off_by(*parts):
        return lambda x: slopes * (1 + np.array(parts))

    require_flagged(submission, f, off_by(1e-7, 1e-5, 0), x, (1,), 5e-6)
    require_flagged(submission, f, off_by(3e-6, 0, 0), x, (0,), 1.5e-6)
    ok, _, err = submission.gradcheck(f, off_by(1e-6, 0, 0), x)
    check_values((ok, err), (True, 5e-7), names=("ok", "err"), tolerance=PLANTED)


def test_worst_is_relative(submission):
    """takes for the worst the largest relative error, not the largest difference"""

    def f(x):
        return 9 * x[0] + 0.1 * x[1]

    x = np.array([0.2, 0.1])
    require_flagged(submission, f, lambda x: np.array([10.0, 0.3]), x, (1,), 0.5)


def test_zero_gradients(submission):
    """counts differences up to 1e-8 as 0"""

    def f(x):
        return (x**2).sum() / 2

    x = np.array([0.0, 1.0, 0.0])
    require_ok(submission, f, lambda x: x, x)
    require_ok(submission, f, lambda x: x + 5e-9, x)
    require_flagged(submission, f, lambda x: x - 3e-8, x, (0,), 1.0)

    def constant(x):
        return 7.0  # no rounding at all

    require_ok(submission, constant, lambda x: np.full(3, -1e-8), x)
    got = submission.gradcheck(constant, lambda x: np.array([0, 1.1e-8, 0]), x)
    check_values(got, (False, (1,), 1.0), names=("ok", "worst_idx", "err"))


def test_kinks(submission):
    """raises no alarm at a kink"""
    x = np.array([0.7, 0.0, -0.4, 3e-6, -8e-6])
    require_ok(submission, relu, drelu, x)
    require_ok(submission, relu, lambda x: (x >= 0) + 0.5, x)


def test_kink_within_ten_h(submission):
    """skips an entry with a kink up to 10 h away, whatever df says there"""
    x = np.array([0.7, 6e-5, -0.4, -6e-5])

    def df(x):
        return np.where(abs(x) < 1e-3, 7.0, drelu(x))

    require_ok(submission, relu, df, x)


def test_mistakes_beside_kinks(submission):
    """still flags what is wrong away from a kink"""
    x = np.array([0.0, 0.7, 1.5e-4, -0.4])
    require_flagged(submission, relu, lambda x: drelu(x) - (x == x[1]), x, (1,), 0.5)
    require_flagged(submission, relu, lambda x: drelu(x) + 1.5 * (x == x[2]), x, (2,), 1 / 3)
    require_flagged(submission, relu, lambda x: drelu(x) + (x == x[3]), x, (3,), 0.5)


def test_curvature_is_no_kink(submission):
    """does not take the bottom of a parabola for a kink"""

    def f(x):
        return (x**2).sum() + x[1] ** 3

    def df(x):
        return np.array([2 * x[0] + 0.5, 2 * x[1] + 3 * x[1] ** 2])

    require_flagged(submission, f, df, np.array([0.0, 0.8]), (0,), 1.0)


def test_slight_kinks(submission):
    """tells a kink from curvature by a hundredth of the slopes, or by 0.01"""

    def with_jump(jump):
        return lambda x: 0.3 * x[0] + 0.015 * abs(x[0]) / 2 + 1e3 * x[1] + jump * abs(x[1]) / 2

    def df(x):
        return np.array([0.31, 1010.0])

    require_ok(submission, with_jump(15.0), df, np.zeros(2))
    require_flagged(submission, with_jump(2.0), df, np.zeros(2), (1,), 10 / 2010)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf], ids=str)
def test_not_finite(submission, bad):
    """flags an entry that is not finite, at a kink too"""
    x = np.array([0.7, 0.0, 1.2])
    for at in range(3):
        got = submission.gradcheck(
            relu, lambda x, at=at: np.where(np.arange(3) == at, bad, drelu(x)), x
        )
        check_values(got, (False, (at,), np.inf), names=("ok", "worst_idx", "err"))


@pytest.mark.parametrize("shape", [(1,), (3, 2, 2), ()], ids=str)
def test_gradcheck_of_any_shape(submission, shape):
    """checks arrays of any shape, and gives the whole index"""
    x = np.full(shape, 0.5)
    at = tuple(size - 1 for size in shape)

    def df(x):
        grad = np.array(np.cos(x))
        grad[at] *= 3
        return grad

    require_ok(submission, lambda x: np.sin(x).sum(), np.cos, x)
    require_flagged(submission, lambda x: np.sin(x).sum(), df, x, at, 0.5)


@pytest.mark.parametrize("shape", [(0,), (2, 0)], ids=str)
def test_gradcheck_of_nothing(submission, shape):
    """has nothing to find in an empty x"""
    got = submission.gradcheck(lambda x: 0.0, lambda x: x, np.zeros(shape))
    check_values(got, (True, None, 0.0), names=("ok", "worst_idx", "err"))


@pytest.mark.parametrize("dtype", ["int64", "float32"])
def test_gradcheck_in_float64(submission, dtype):
    """checks in float64, whatever the dtype of x"""
    x = np.array([[1, -2, 3], [2, 0, 1]], dtype=dtype)
    require_ok(submission, bend, dbend, x)


def test_contract_of_gradcheck(submission):
    """leaves x alone while it checks"""
    check_contract(submission.gradcheck, bend, dbend, np.array([0.7, -1.2, 2.0, 0.1]))
