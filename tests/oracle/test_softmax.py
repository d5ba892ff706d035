"""Softmax against PyTorch and against 50-digit arithmetic."""

import mpmath
import numpy as np
import pytest

FLOATS = (np.float16, np.float32, np.float64)


def exact_softmax(row):
    """The softmax of one row, in 50 digits, as float64."""
    with mpmath.workdps(50):
        exps = [mpmath.exp(mpmath.mpf(float(value))) for value in row]
        total = mpmath.fsum(exps)
        return np.array([float(e / total) for e in exps])


@pytest.mark.oracle
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("axis", [-1, 0, 1, 2, -2])
def test_agrees_with_torch(solution, torch, axis, seed):
    x = 5 * np.random.default_rng(seed).standard_normal((3, 4, 5))
    expected = torch.softmax(torch.from_numpy(x), dim=axis).numpy()
    np.testing.assert_allclose(solution.softmax(x, axis), expected, rtol=1e-9, strict=True)


@pytest.mark.oracle
def test_masked_entries_agree_with_torch(solution, torch):
    x = np.array([[-np.inf, 0.5, 2.0], [1.0, -np.inf, -np.inf]])
    expected = torch.softmax(torch.from_numpy(x), dim=1).numpy()
    np.testing.assert_allclose(solution.softmax(x, axis=1), expected, rtol=1e-9, strict=True)


@pytest.mark.parametrize(
    "row",
    [
        [1000.0, 1001.0, 1002.0],
        [-1000.0, -1001.0, -1002.0],
        [1e4, 0.0, -1e4],
        [1e30, 1e30, 1e30, -1e30],
        [0.0, -500.0, -700.0],
        [710.0, 709.0, -3.0],
        [88.8, 88.9, 12.0],
    ],
)
def test_extreme_rows_agree_with_50_digits(solution, row):
    x = np.array([row, [0.0] * len(row), row[::-1]])  # rows far apart
    expected = np.array([exact_softmax(values) for values in x])
    got = solution.softmax(x)
    np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-300, strict=True)


@pytest.mark.parametrize("dtype", FLOATS)
def test_narrow_floats_agree_with_50_digits_and_keep_their_dtype(solution, dtype):
    x = np.random.default_rng(5).normal(0, 30, (4, 300)).astype(dtype)
    x[1] += 20_000
    expected = np.array([exact_softmax(values) for values in x])
    got = solution.softmax(x)
    assert got.dtype == dtype
    tolerance = {np.float16: 2e-3, np.float32: 1e-5, np.float64: 1e-12}[dtype]
    np.testing.assert_allclose(got, expected, rtol=tolerance, atol=tolerance * expected.max())


def test_the_reference_does_not_wrap_around_on_unsigned_integers(reference):
    x = np.array([[3, 1, 250]], np.uint8)
    expected = reference.softmax(x.astype(np.float64))
    np.testing.assert_array_equal(reference.softmax(x), expected, strict=True)


def test_the_reference_sums_float16_beyond_its_range(reference):
    x = np.zeros(70_000, np.float16)  # the sum of the exponentials is above 65,504
    np.testing.assert_allclose(reference.softmax(x), 1 / 70_000, rtol=0.01)


@pytest.mark.parametrize("dtype", [*FLOATS, np.int64])
def test_inputs_are_untouched_and_integers_become_float64(solution, dtype):
    x = np.arange(12, dtype=dtype).reshape(3, 4)
    x.flags.writeable = False
    got = solution.softmax(x, axis=0)
    assert type(got) is np.ndarray
    assert got.dtype == (dtype if dtype in FLOATS else np.float64)
    assert got.flags.writeable
    assert not np.shares_memory(got, x)
    np.testing.assert_allclose(got.sum(axis=0), 1, rtol=1e-2 if dtype == np.float16 else 1e-6)


@pytest.mark.parametrize(("shape", "axis"), [((0, 3), -1), ((4, 0), 0), ((2, 0, 5), 2)])
def test_an_empty_batch_keeps_its_shape(solution, shape, axis):
    got = solution.softmax(np.zeros(shape, np.float32), axis)
    np.testing.assert_array_equal(got, np.zeros(shape, np.float32), strict=True)


@pytest.mark.oracle
def test_the_reference_takes_an_empty_class_axis_as_torch_does(reference, torch):
    expected = torch.softmax(torch.zeros(4, 0), dim=1).numpy()
    got = reference.softmax(np.zeros((4, 0), np.float32))
    np.testing.assert_array_equal(got, expected, strict=True)
