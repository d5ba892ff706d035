"""Cross-entropy against PyTorch's, values and gradients, and against 50-digit arithmetic."""

import mpmath
import numpy as np
import pytest

WEIGHT = np.array([0.5, 2.0, 1.0, 3.0, 0.1])
OPTIONS = {
    "plain": {},
    "smoothing": {"label_smoothing": 0.15},
    "all smoothing": {"label_smoothing": 1.0},
    "ignored class": {"ignore_index": 2},
    "ignored -1": {"ignore_index": -1},
    "weights": {"weight": WEIGHT},
    "weights and smoothing": {"weight": WEIGHT, "label_smoothing": 0.4},
    "all": {"weight": WEIGHT, "label_smoothing": 0.4, "ignore_index": 2},
}
every_option = pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)


def draw(seed, options, n=9):
    """Logits and classes, some of them ignored."""
    rng = np.random.default_rng(seed)
    z, y = 3 * rng.standard_normal((n, 5)), rng.integers(5, size=n)
    y[2:4] = options.get("ignore_index", -100)
    return z, y


def torch_loss(torch, z, y, options):
    if "weight" in options:
        options = {**options, "weight": torch.from_numpy(options["weight"])}
    logits = torch.tensor(z, requires_grad=True)
    loss = torch.nn.functional.cross_entropy(logits, torch.from_numpy(y), **options)
    loss.backward()
    return loss.item(), logits.grad.numpy()


@pytest.mark.oracle
@every_option
@pytest.mark.parametrize("seed", range(2))
def test_agrees_with_torch(solution, torch, options, seed):
    z, y = draw(seed, options)
    expected, slopes = torch_loss(torch, z, y, options)
    loss, dz = solution.cross_entropy(z, y, **options)
    assert loss == pytest.approx(expected, rel=1e-9)
    np.testing.assert_allclose(dz, slopes, rtol=1e-9, atol=1e-12, strict=True)


@pytest.mark.oracle
@every_option
def test_large_logits_agree_with_torch(solution, torch, options):
    z, y = draw(7, options)
    expected, slopes = torch_loss(torch, 3e3 * z, y, options)
    loss, dz = solution.cross_entropy(3e3 * z, y, **options)
    assert loss == pytest.approx(expected, rel=1e-9)
    np.testing.assert_allclose(dz, slopes, rtol=1e-9, atol=1e-12, strict=True)


@pytest.mark.oracle
@every_option
def test_without_a_row_that_counts_it_is_0_where_torch_is_nan(solution, torch, options):
    """So that a data-parallel process without tokens can take part in the sum."""
    z, y = draw(0, options)
    y[:] = options.get("ignore_index", -100)
    for rows in (slice(None), slice(0)):
        assert np.isnan(torch_loss(torch, z[rows], y[rows], options)[0])
        loss, dz = solution.cross_entropy(z[rows], y[rows], **options)
        assert loss == 0
        np.testing.assert_array_equal(dz, np.zeros_like(z[rows]), strict=True)


def exact_loss(z, y, label_smoothing=0.0, ignore_index=-100, weight=None):
    """The formula in 50 digits; z holds mpf numbers."""
    total, divisor = mpmath.mpf(0), mpmath.mpf(0)
    s, C = mpmath.mpf(label_smoothing), z.shape[1]
    weight = [mpmath.mpf(1 if weight is None else float(weight[c])) for c in range(C)]
    for row, target in zip(z, y, strict=True):
        if target == ignore_index:
            continue
        lse = mpmath.log(mpmath.fsum(mpmath.exp(value) for value in row))
        for c in range(C):
            q = s / C + (1 - s if c == target else 0)
            total += weight[c] * q * (lse - row[c])
        divisor += weight[target]
    return total / divisor


@pytest.mark.parametrize("name", ["plain", "all"])
@pytest.mark.parametrize("scale", [1.0, 3e3])
def test_loss_and_gradient_agree_with_50_digits(solution, name, scale):
    options = OPTIONS[name]
    z, y = draw(3, options, n=6)
    z *= scale
    loss, dz = solution.cross_entropy(z, y, **options)
    with mpmath.workdps(50):
        exact = np.vectorize(lambda number: mpmath.mpf(float(number)), otypes=[object])(z)
        assert loss == pytest.approx(float(exact_loss(exact, y, **options)), rel=1e-12)
        h = mpmath.mpf(10) ** -15  # a central difference is then right to some 28 digits
        for index in [(0, int(y[0])), (1, 3), (2, 1)]:
            kept = exact[index]
            exact[index] = kept + h
            above = exact_loss(exact, y, **options)
            exact[index] = kept - h
            slope = (above - exact_loss(exact, y, **options)) / (2 * h)
            exact[index] = kept
            assert dz[index] == pytest.approx(float(slope), rel=1e-9, abs=1e-14)


def test_a_confident_mistake_is_charged_in_full(solution):
    loss, dz = solution.cross_entropy(np.array([[40.0, 0.0]]), np.array([1]))
    assert loss == pytest.approx(40, rel=1e-15)
    np.testing.assert_allclose(dz, [[1, -1]], rtol=1e-15)


@every_option
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
@pytest.mark.parametrize("labels", [np.int64, np.int32])
def test_dtypes_follow_the_logits_and_no_argument_is_changed(solution, options, dtype, labels):
    z, y = draw(1, options)
    z, y = z.astype(dtype), y.astype(labels)
    for array in (z, y):
        array.flags.writeable = False
    expected, slopes = solution.cross_entropy(z.astype(np.float64), y.astype(int), **options)
    loss, dz = solution.cross_entropy(z, y, **options)
    tolerance = 1e-5 if dtype == np.float32 else 1e-12
    assert loss == pytest.approx(expected, rel=tolerance)
    assert dz.dtype == (np.float32 if dtype == np.float32 else np.float64)
    assert dz.flags.writeable
    assert not np.shares_memory(dz, z)
    np.testing.assert_allclose(dz, slopes, rtol=tolerance, atol=tolerance * np.abs(slopes).max())
