"""Pooling and its gradients against PyTorch's."""

import numpy as np
import pytest

# (N, C, H, W), k, stride, pad
GEOMETRIES = [
    ((2, 3, 4, 6), 2, 2, 0),
    ((2, 3, 7, 8), 3, 2, 0),  # a rest on one side
    ((3, 2, 5, 9), 3, 1, 1),
    ((2, 2, 8, 5), 2, 3, 1),  # gaps
    ((1, 2, 6, 3), 5, 2, 2),  # windows wider than the image
    ((2, 3, 4, 4), 1, 1, 0),
    ((2, 1, 3, 5), 1, 2, 0),
]


@pytest.fixture(params=GEOMETRIES, ids=str)
def geometry(request):
    return request.param


def output_shape(shape, k, stride, pad):
    """(N, C, OH, OW)."""
    return (*shape[:2], *((size + 2 * pad - k) // stride + 1 for size in shape[2:]))


def draw(shape, window, seed=0):
    """A random x, and a dout for it."""
    rng = np.random.default_rng(seed)
    return rng.standard_normal(shape), rng.standard_normal(output_shape(shape, *window))


def torch_pool(torch, pool, x, dout, *window):
    """The output and the gradient of one of PyTorch's poolings."""
    x = torch.tensor(x, requires_grad=True)
    out = pool(x, *window)
    out.backward(torch.from_numpy(dout))
    return out.detach().numpy(), x.grad.numpy()


@pytest.mark.oracle
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("name", ["maxpool", "avgpool"])
def test_sliding_windows_agree_with_torch(solution, torch, geometry, name, seed):
    shape, *window = geometry
    x, dout = draw(shape, window, seed)
    functional = torch.nn.functional
    pool = {"maxpool": functional.max_pool2d, "avgpool": functional.avg_pool2d}[name]
    expected, dx = torch_pool(torch, pool, x, dout, *window)
    got = getattr(solution, name)(x, *window)
    np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-14, strict=True)
    got = getattr(solution, f"{name}_backward")(dout, x, *window)
    np.testing.assert_allclose(got, dx, rtol=1e-9, atol=1e-14, strict=True)


@pytest.mark.oracle
def test_global_pooling_agrees_with_torch(solution, torch):
    rng = np.random.default_rng(3)
    x, dout = rng.standard_normal((3, 2, 5, 7)), rng.standard_normal((3, 2))
    expected, dx = torch_pool(torch, lambda x: x.mean(dim=(2, 3)), x, dout)
    np.testing.assert_allclose(solution.gap(x), expected, rtol=1e-9, strict=True)
    np.testing.assert_allclose(solution.gap_backward(dout, x), dx, rtol=1e-9, strict=True)


@pytest.mark.oracle
def test_ties_and_extreme_pixels_agree_with_torch(solution, torch, geometry):
    shape, *window = geometry
    _, dout = draw(shape, window)
    lowest = np.finfo(float).min
    for levels in ([0.0, 1.0], [-1.0, -1e300], [lowest, lowest]):
        x = np.random.default_rng(1).choice(levels, size=shape)
        expected, dx = torch_pool(torch, torch.nn.functional.max_pool2d, x, dout, *window)
        np.testing.assert_array_equal(solution.maxpool(x, *window), expected, strict=True)
        got = solution.maxpool_backward(dout, x, *window)
        np.testing.assert_allclose(got, dx, rtol=1e-9, atol=1e-14, strict=True)


@pytest.mark.parametrize("name", ["maxpool", "avgpool"])
def test_an_empty_batch_keeps_its_shapes(solution, geometry, name):
    shape, *window = geometry
    x, dout = draw(shape, window)
    assert getattr(solution, name)(x[:0], *window).shape == dout[:0].shape
    got = getattr(solution, f"{name}_backward")(dout[:0], x[:0], *window)
    np.testing.assert_array_equal(got, x[:0], strict=True)
    np.testing.assert_array_equal(solution.gap(x[:0]), x[:0, :, 0, 0], strict=True)
    got = solution.gap_backward(x[:0, :, 0, 0], x[:0])
    np.testing.assert_array_equal(got, x[:0], strict=True)


def results(solution, x, dout, *window):
    """The six functions' answers."""
    top = dout[:, :, 0, 0]
    return [
        solution.maxpool(x, *window),
        solution.maxpool_backward(dout, x, *window),
        solution.avgpool(x, *window),
        solution.avgpool_backward(dout, x, *window),
        solution.gap(x),
        solution.gap_backward(top, x),
    ]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int64, np.uint8])
def test_dtypes_follow_the_inputs_which_stay_untouched(solution, geometry, dtype):
    shape, *window = geometry
    x, dout = (np.abs(9 * array).astype(dtype) for array in draw(shape, window))
    x.flags.writeable = dout.flags.writeable = False
    expected = results(solution, x.astype(float), dout.astype(float), *window)
    for array, right in zip(results(solution, x, dout, *window), expected, strict=True):
        assert type(array) is np.ndarray
        assert array.dtype == (dtype if np.dtype(dtype).kind == "f" else np.float64)
        assert array.flags.writeable
        assert not any(np.shares_memory(array, given) for given in (x, dout))
        tolerance = {np.float16: 5e-3, np.float32: 1e-5}.get(dtype, 1e-12)
        np.testing.assert_allclose(array, right, rtol=0, atol=tolerance * np.abs(right).max())
