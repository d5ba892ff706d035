"""The backward of conv2d against PyTorch's, and as an adjoint."""

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


def arguments(geometry, seed=0):
    """Random dout, x and w, then stride and pad."""
    shape, filters, kernel, stride, pad = geometry
    rng = np.random.default_rng(seed)
    sizes = zip(shape[2:], kernel, strict=True)
    out = ((size + 2 * pad - side) // stride + 1 for size, side in sizes)
    dout = rng.standard_normal((shape[0], filters, *out))
    w = rng.standard_normal((filters, shape[1], *kernel))
    return dout, rng.standard_normal(shape), w, stride, pad


@pytest.mark.oracle
@pytest.mark.parametrize("seed", range(2))
def test_agrees_with_torch(solution, torch, geometry, seed):
    *arrays, stride, pad = arguments(geometry, seed)
    dout, x, w = (torch.from_numpy(array) for array in arrays)
    how = {"stride": stride, "padding": pad}
    expected = (
        torch.nn.grad.conv2d_input(x.shape, w, dout, **how),
        torch.nn.grad.conv2d_weight(x, w.shape, dout, **how),
        dout.sum(dim=(0, 2, 3)),
    )
    got = solution.conv2d_backward(*arrays, stride, pad)
    for array, right in zip(got, expected, strict=True):
        np.testing.assert_allclose(array, right.numpy(), rtol=1e-9, atol=1e-12, strict=True)


@pytest.mark.oracle
def test_agrees_with_autograd_through_the_layer(solution, torch, geometry):
    dout, x, w, stride, pad = arguments(geometry, seed=3)
    tensors = [torch.tensor(array, requires_grad=True) for array in (x, w, np.zeros(len(w)))]
    out = torch.nn.functional.conv2d(*tensors, stride=stride, padding=pad)
    out.backward(torch.from_numpy(dout))
    got = solution.conv2d_backward(dout, x, w, stride, pad)
    for array, tensor in zip(got, tensors, strict=True):
        np.testing.assert_allclose(array, tensor.grad.numpy(), rtol=1e-9, atol=1e-12, strict=True)


def test_dx_and_dw_are_adjoints_of_one_bilinear_map(solution, geometry):
    """<dout, conv(x, w)> is linear in x and in w, so it is both <dx, x> and <dw, w>."""
    dout, x, w, stride, pad = arguments(geometry, seed=4)
    dx, dw, _ = solution.conv2d_backward(dout, x, w, stride, pad)
    assert (dx * x).sum() == pytest.approx((dw * w).sum(), rel=1e-9, abs=1e-9)


def test_an_empty_batch_gives_zero_gradients(solution, geometry):
    dout, x, w, stride, pad = arguments(geometry)
    got = solution.conv2d_backward(dout[:0], x[:0], w, stride, pad)
    for array, right in zip(got, (x[:0], 0 * w, np.zeros(len(w))), strict=True):
        np.testing.assert_array_equal(array, right, strict=True)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int64, np.uint8])
def test_dtypes_follow_the_inputs_which_stay_untouched(solution, geometry, dtype):
    *arrays, stride, pad = arguments(geometry)
    inputs = [np.abs(3 * array).astype(dtype) for array in arrays]
    for array in inputs:
        array.flags.writeable = False
    wide = [array.astype(np.float64) for array in inputs]
    expected = solution.conv2d_backward(*wide, stride, pad)
    for array, right in zip(solution.conv2d_backward(*inputs, stride, pad), expected, strict=True):
        assert type(array) is np.ndarray
        assert array.dtype == (dtype if np.dtype(dtype).kind == "f" else np.float64)
        assert array.flags.writeable
        assert not any(np.shares_memory(array, given) for given in inputs)
        tolerance = {np.float16: 1e-2, np.float32: 1e-5}.get(dtype, 1e-12)
        np.testing.assert_allclose(array, right, rtol=0, atol=tolerance * np.abs(right).max())
