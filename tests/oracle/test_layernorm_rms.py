"""LayerNorm and RMSNorm, forward and backward, against PyTorch and 50-digit arithmetic."""

import mpmath
import numpy as np
import pytest

SHAPES = [(5,), (4, 5), (2, 3, 5), (3, 1), (2, 1, 3, 4)]
DEVIATIONS = np.array([[1.0, -2.0, 3.0, -1.0, -1.0], [-2.0, 1.0, 1.0, 2.0, -2.0]])


def draw(seed, norm, shape):
    """x, g and, for layernorm, b."""
    rng = np.random.default_rng(seed)
    arrays = [3 * rng.standard_normal(shape) + 1, rng.standard_normal(shape[-1])]
    return arrays + ([rng.standard_normal(shape[-1])] if norm == "layernorm" else [])


def run(solution, norm, arrays, eps, dy):
    """y and the gradients."""
    y, cache = getattr(solution, norm)(*arrays, eps)
    return [y, *getattr(solution, f"{norm}_backward")(dy, cache)]


def torch_run(torch, norm, arrays, eps, dy):
    leaves = [torch.tensor(array, requires_grad=True) for array in arrays]
    function = {"layernorm": "layer_norm", "rmsnorm": "rms_norm"}[norm]
    x, *weights = leaves
    y = getattr(torch.nn.functional, function)(x, x.shape[-1:], *weights, eps=eps)
    y.backward(torch.from_numpy(dy))
    return [y.detach().numpy(), *(leaf.grad.numpy() for leaf in leaves)]


def assert_close(got, expected, relative=1e-9):
    for array, right in zip(got, expected, strict=True):
        scale = np.abs(right).max(initial=0)
        np.testing.assert_allclose(
            array, right, rtol=relative, atol=relative * scale + 1e-12, strict=True
        )


@pytest.mark.oracle
@pytest.mark.parametrize("norm", ["layernorm", "rmsnorm"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("eps", [1e-5, 0.5])
def test_agrees_with_torch(solution, torch, norm, shape, eps):
    arrays = draw(0, norm, shape)
    dy = np.random.default_rng(1).standard_normal(shape)
    got = run(solution, norm, arrays, eps, dy)
    assert_close(got, torch_run(torch, norm, arrays, eps, dy))


@pytest.mark.oracle
@pytest.mark.parametrize("norm", ["layernorm", "rmsnorm"])
def test_rows_without_spread_agree_with_torch(solution, torch, norm):
    x, *weights = draw(2, norm, (3, 5))
    x[1], x[2] = 3.0, 0.0
    dy = np.random.default_rng(3).standard_normal((3, 5))
    got = run(solution, norm, [x, *weights], 1e-5, dy)
    assert_close(got, torch_run(torch, norm, [x, *weights], 1e-5, dy))


def exact(norm, arrays, eps):
    """y in 50 digits."""
    mpf = np.vectorize(lambda value: mpmath.mpf(float(value)), otypes=[object])
    x, g, *b = (mpf(array) for array in arrays)
    if norm == "layernorm":
        x = x - x.sum(axis=-1, keepdims=True) / x.shape[-1]
    square = (x * x).sum(axis=-1, keepdims=True) / x.shape[-1] + eps
    root = np.vectorize(mpmath.sqrt, otypes=[object])(square)
    return (x / root * g + (b[0] if b else 0)).astype(float)


@pytest.mark.parametrize("offset", [0.0, 1e4, 1e8])
def test_a_large_offset_agrees_with_50_digits(solution, offset):
    arrays = [offset + DEVIATIONS, *draw(4, "layernorm", (2, 5))[1:]]
    y, _ = solution.layernorm(*arrays, 1e-5)
    with mpmath.workdps(50):
        right = exact("layernorm", arrays, 1e-5)
    # Welford's mean is rounded to the offset's last digit at each step
    np.testing.assert_allclose(y, right, rtol=1e-6 if offset == 1e8 else 1e-9)


@pytest.mark.parametrize("norm", ["layernorm", "rmsnorm"])
@pytest.mark.parametrize("scale", [1e-150, 1e-6, 1e6, 1e150])
def test_tiny_and_huge_rows_agree_with_50_digits(solution, norm, scale):
    arrays = draw(5, norm, (3, 4))
    arrays[0] *= scale
    with mpmath.workdps(50):
        right = exact(norm, arrays, 1e-5)
    y, _ = getattr(solution, norm)(*arrays, 1e-5)
    np.testing.assert_allclose(y, right, rtol=1e-9, atol=1e-300)


@pytest.mark.parametrize("norm", ["layernorm", "rmsnorm"])
def test_large_float16_agrees_with_50_digits(solution, norm):
    arrays = [array.astype(np.float16) for array in draw(6, norm, (3, 6))]
    arrays[0] = (arrays[0] * np.float16(150)).astype(np.float16)
    y, _ = getattr(solution, norm)(*arrays, 1e-5)
    with mpmath.workdps(50):
        right = exact(norm, arrays, 1e-5)
    assert y.dtype == np.float16
    np.testing.assert_allclose(y, right, rtol=2e-3, atol=2e-3)


def test_the_one_pass_variance_is_as_wrong_as_the_explanation_says(reference):
    x = (1e4 + np.arange(4.0)).astype(np.float32)
    assert (x**2).mean() - x.mean() ** 2 == 0
    x = 1e8 + np.arange(3.0)
    assert (x**2).mean() - x.mean() ** 2 == 2
    right = np.arange(3.0).var()
    y, _ = reference.layernorm(x, np.ones(3), np.zeros(3), 0.0)
    np.testing.assert_allclose(y, (np.arange(3.0) - 1) / np.sqrt(right), rtol=1e-12)


@pytest.mark.parametrize("norm", ["layernorm", "rmsnorm"])
def test_dx_has_no_part_along_what_the_norm_ignores(solution, norm):
    arrays, dy = draw(7, norm, (4, 5)), np.random.default_rng(8).standard_normal((4, 5))
    dx = run(solution, norm, arrays, 0.0, dy)[1]
    np.testing.assert_allclose((dx * arrays[0]).sum(-1), 0, atol=1e-14 * 30)
    if norm == "layernorm":
        np.testing.assert_allclose(dx.sum(-1), 0, atol=1e-14)


@pytest.mark.parametrize("norm", ["layernorm", "rmsnorm"])
@pytest.mark.parametrize("shape", [(0, 4), (2, 0, 4)])
def test_an_empty_batch_gives_zero_parameter_gradients(solution, norm, shape):
    x, *weights = draw(0, norm, shape)
    y, dx, *grads = run(solution, norm, [x, *weights], 1e-5, x)
    assert y.shape == dx.shape == shape
    for grad in grads:
        np.testing.assert_array_equal(grad, np.zeros(4), strict=True)


@pytest.mark.parametrize("norm", ["layernorm", "rmsnorm"])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int64])
@pytest.mark.parametrize("shape", [(5,), (3, 5)], ids=str)
def test_dtypes_follow_the_inputs_which_stay_untouched(solution, norm, dtype, shape):
    arrays = [(3 * array).astype(dtype) for array in draw(9, norm, shape)]
    dy = (3 * np.random.default_rng(10).standard_normal(shape)).astype(dtype)
    for array in (*arrays, dy):
        array.flags.writeable = False
    expected = run(solution, norm, [a.astype(float) for a in arrays], 1e-5, dy.astype(float))
    for array, right in zip(run(solution, norm, arrays, 1e-5, dy), expected, strict=True):
        assert type(array) is np.ndarray
        assert array.dtype == (np.float64 if dtype == np.int64 else dtype)
        assert array.flags.writeable
        assert not any(np.shares_memory(array, given) for given in (*arrays, dy))
        tolerance = {np.float16: 3e-3, np.float32: 1e-5}.get(dtype, 1e-12)
        np.testing.assert_allclose(array, right, rtol=0, atol=tolerance * np.abs(right).max())


@pytest.mark.parametrize("norm", ["layernorm", "rmsnorm"])
def test_a_backward_can_be_run_twice_on_one_cache(solution, norm):
    arrays = draw(11, norm, (3, 5))
    y, cache = getattr(solution, norm)(*arrays, 1e-5)
    back = getattr(solution, f"{norm}_backward")
    first = [grad.copy() for grad in back(y, cache)]
    for once, again in zip(first, back(y, cache), strict=True):
        np.testing.assert_array_equal(once, again)
