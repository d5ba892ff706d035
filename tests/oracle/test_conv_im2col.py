"""im2col and conv2d against PyTorch's unfold and conv2d."""

import numpy as np
import pytest

# (N, C, H, W), F, (kh, kw), stride, pad: ragged edges, non-square images and kernels
GEOMETRIES = [
    ((2, 3, 7, 9), 4, (3, 2), 1, 0),
    ((3, 2, 8, 5), 5, (2, 3), 2, 1),
    ((2, 4, 6, 11), 3, (5, 1), 3, 2),
    ((1, 1, 5, 5), 1, (3, 3), 1, 0),
    ((4, 3, 5, 6), 2, (1, 1), 1, 0),
    ((2, 3, 5, 4), 6, (1, 1), 2, 0),
    ((2, 3, 4, 6), 2, (4, 6), 1, 0),  # one position
    ((2, 2, 3, 4), 3, (4, 3), 2, 2),  # the kernel is higher than the unpadded image
]


@pytest.fixture(params=GEOMETRIES, ids=str)
def geometry(request):
    return request.param


def arrays(geometry, seed=0):
    """Random x, w and b."""
    shape, filters, kernel, _, _ = geometry
    rng = np.random.default_rng(seed)
    w = rng.standard_normal((filters, shape[1], *kernel))
    return rng.standard_normal(shape), w, rng.standard_normal(filters)


@pytest.mark.oracle
@pytest.mark.parametrize("seed", range(2))
def test_im2col_is_torchs_unfold(solution, torch, geometry, seed):
    x, _, _ = arrays(geometry, seed)
    _, _, kernel, stride, pad = geometry
    unfold = torch.nn.functional.unfold
    expected = unfold(torch.from_numpy(x), kernel, stride=stride, padding=pad).numpy()
    got = solution.im2col(x, *kernel, stride, pad)
    np.testing.assert_array_equal(got, expected, strict=True)


@pytest.mark.oracle
@pytest.mark.parametrize("seed", range(2))
def test_conv2d_agrees_with_torch(solution, torch, geometry, seed):
    x, w, b = arrays(geometry, seed)
    *_, stride, pad = geometry
    tensors = (torch.from_numpy(array) for array in (x, w, b))
    expected = torch.nn.functional.conv2d(*tensors, stride=stride, padding=pad).numpy()
    got = solution.conv2d(x, w, b, stride, pad)
    np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-12, strict=True)


def test_an_empty_batch_keeps_its_shapes(solution, geometry):
    (_, c, height, width), filters, (kh, kw), stride, pad = geometry
    x, w, b = arrays(geometry)
    oh = (height + 2 * pad - kh) // stride + 1
    ow = (width + 2 * pad - kw) // stride + 1
    assert solution.im2col(x[:0], kh, kw, stride, pad).shape == (0, c * kh * kw, oh * ow)
    assert solution.conv2d(x[:0], w, b, stride, pad).shape == (0, filters, oh, ow)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int64, np.uint8])
def test_dtypes_follow_the_inputs_which_stay_untouched(solution, geometry, dtype):
    *_, kernel, stride, pad = geometry
    inputs = [np.abs(4 * array).astype(dtype) for array in arrays(geometry)]
    for array in inputs:
        array.flags.writeable = False
    wide = [array.astype(np.float64) for array in inputs]
    expected = [
        solution.im2col(wide[0], *kernel, stride, pad),
        solution.conv2d(*wide, stride, pad),
    ]
    got = [solution.im2col(inputs[0], *kernel, stride, pad), solution.conv2d(*inputs, stride, pad)]
    for array, right in zip(got, expected, strict=True):
        assert type(array) is np.ndarray
        assert array.dtype == (dtype if np.dtype(dtype).kind == "f" else np.float64)
        assert array.flags.writeable
        assert not any(np.shares_memory(array, given) for given in inputs)
        tolerance = {np.float16: 5e-3, np.float32: 1e-5}.get(dtype, 1e-12)
        np.testing.assert_allclose(array, right, rtol=0, atol=tolerance * np.abs(right).max())


def test_non_contiguous_inputs_are_read_right(solution):
    x, w, b = arrays(GEOMETRIES[1])
    turned = np.ascontiguousarray(x.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)
    kernels = np.asfortranarray(w)
    expected = solution.conv2d(x, w, b, 2, 1)
    np.testing.assert_allclose(solution.conv2d(turned, kernels, b, 2, 1), expected, rtol=1e-12)
