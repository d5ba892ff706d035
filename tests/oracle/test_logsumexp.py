"""logsumexp and log-softmax against PyTorch and against 50-digit arithmetic."""

import mpmath
import numpy as np
import pytest

# the log of an empty sum is -inf: the right answer, of which NumPy warns
pytestmark = pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning")

FLOATS = (np.float16, np.float32, np.float64)
ROWS = [
    [1000.0, 1001.0, 1002.0],
    [-1000.0, -1001.0, -1002.0],
    [1e4, 0.0, -1e4],
    [1e30, 1e30, -1e30],
    [0.0, -500.0, -800.0],
    [1e10, 1e10 - 1, 1e10],
    [-np.inf, 3.0, -700.0],
]


def exact(row):
    """The logsumexp of one row and its log-softmax, in 50 digits, as floats."""
    with mpmath.workdps(50):
        top = max(row)
        values = [mpmath.mpf(float(value)) for value in row]
        total = top + mpmath.log(mpmath.fsum(mpmath.exp(value - top) for value in values))
        return float(total), [float(value - total) for value in values]


@pytest.mark.oracle
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", [-1, 0, 1, 2, -2])
def test_agrees_with_torch(solution, torch, axis, keepdims):
    x = 5 * np.random.default_rng(0).standard_normal((3, 4, 5))
    x[0, 0, :] = x[:, 1, 2] = x[1, :, 3] = -np.inf  # in every axis one row of nothing else
    expected = torch.logsumexp(torch.from_numpy(x), dim=axis, keepdim=keepdims).numpy()
    got = solution.logsumexp(x, axis, keepdims)
    np.testing.assert_allclose(got, expected, rtol=1e-9, strict=True)


@pytest.mark.oracle
@pytest.mark.parametrize("axis", [-1, 0, 1, 2, -2])
def test_log_softmax_agrees_with_torch(solution, torch, axis):
    x = 5 * np.random.default_rng(1).standard_normal((3, 4, 5))
    x[0, 1, 2] = -np.inf
    expected = torch.log_softmax(torch.from_numpy(x), dim=axis).numpy()
    np.testing.assert_allclose(solution.log_softmax(x, axis), expected, rtol=1e-9, strict=True)


@pytest.mark.oracle
@pytest.mark.parametrize(("shape", "axis"), [((2, 0), 1), ((0, 3), 1), ((2, 0, 3), 0)])
def test_empty_rows_and_batches_agree_with_torch(solution, torch, shape, axis):
    nothing = torch.zeros(shape, dtype=torch.float64)
    expected = torch.logsumexp(nothing, dim=axis).numpy()
    np.testing.assert_array_equal(solution.logsumexp(np.zeros(shape), axis), expected, strict=True)
    if shape[axis]:
        expected = torch.log_softmax(nothing, dim=axis).numpy()
        got = solution.log_softmax(np.zeros(shape), axis)
        np.testing.assert_array_equal(got, expected, strict=True)


def test_extreme_rows_agree_with_50_digits(solution):
    x = np.array(ROWS)  # rows far apart
    totals, logs = zip(*map(exact, ROWS), strict=True)
    np.testing.assert_allclose(solution.logsumexp(x), totals, rtol=1e-12, atol=1e-15)
    # the log of a probability near 1 has no more than absolute precision, nor of a sum near 1
    np.testing.assert_allclose(solution.log_softmax(x), logs, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("dtype", [*FLOATS, np.int64])
def test_narrow_floats_agree_with_50_digits_and_inputs_are_untouched(solution, dtype):
    x = (20 * np.random.default_rng(2).standard_normal((4, 30))).astype(dtype)
    x[1] += np.array(20_000, dtype)
    x.flags.writeable = False
    totals, logs = zip(*map(exact, x), strict=True)
    got, got_logs = solution.logsumexp(x), solution.log_softmax(x)
    tolerance = {np.float16: 5e-3, np.float32: 1e-5}.get(dtype, 1e-12)
    for array, right in ((got, totals), (got_logs, logs)):
        assert type(array) is np.ndarray
        assert array.dtype == (dtype if dtype in FLOATS else np.float64)
        assert not np.shares_memory(array, x)
        largest = np.abs(right).max()
        np.testing.assert_allclose(array, right, rtol=tolerance, atol=tolerance * largest)


@pytest.mark.oracle
def test_the_gradient_by_torch_is_the_softmax(reference, torch):
    """As explanation.md and the follow-ups say."""
    x = torch.from_numpy(np.random.default_rng(3).standard_normal(6)).requires_grad_()
    torch.logsumexp(x, 0).backward()
    probabilities = np.exp(reference.log_softmax(x.detach().numpy()))
    np.testing.assert_allclose(x.grad.numpy(), probabilities, rtol=1e-12)
