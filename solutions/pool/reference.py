"""Max, average and global average pooling (Lin, Chen and Yan, Network in Network, 2013)."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def maxpool(x: np.ndarray, k: int, stride: int, pad: int) -> np.ndarray:
    """The maximum of every k x k window, padding aside.

    x: (N, C, H, W), pad <= k // 2. Returns (N, C, OH, OW), sizes rounded down.
    Float dtypes are kept, integers give float64.
    """
    return _windows(x, k, stride, pad, -np.inf).max(axis=-1)  # (N, C, OH, OW)


def maxpool_backward(dout: np.ndarray, x: np.ndarray, k: int, stride: int, pad: int) -> np.ndarray:
    """The gradient of :func:`maxpool`; the first of equal maxima in row-major order gets it.

    dout: (N, C, OH, OW), x: (N, C, H, W). Returns dx: (N, C, H, W).
    """
    first = _windows(x, k, stride, pad, -np.inf).argmax(axis=-1)  # (N, C, OH, OW)
    won = first[..., None] == np.arange(k * k)  # (N, C, OH, OW, k*k)
    return _add_up(won * dout[..., None], x.shape, k, stride, pad)


def avgpool(x: np.ndarray, k: int, stride: int, pad: int) -> np.ndarray:
    """The mean of every k x k window, zeros of the padding included.

    x: (N, C, H, W), pad <= k // 2. Returns (N, C, OH, OW), sizes rounded down.
    Float dtypes are kept, integers give float64.
    """
    return _windows(x, k, stride, pad, 0).mean(axis=-1)  # (N, C, OH, OW)


def avgpool_backward(dout: np.ndarray, x: np.ndarray, k: int, stride: int, pad: int) -> np.ndarray:
    """The gradient of :func:`avgpool`: each pixel of a window gets an equal share.

    dout: (N, C, OH, OW), x: (N, C, H, W). Returns dx: (N, C, H, W).
    """
    share = dout[..., None] / k**2  # (N, C, OH, OW, 1)
    return _add_up(np.repeat(share, k * k, axis=-1), x.shape, k, stride, pad)


def gap(x: np.ndarray) -> np.ndarray:
    """Global average pooling. x: (N, C, H, W). Returns (N, C); integers give float64."""
    return x.mean(axis=(2, 3))


def gap_backward(dout: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The gradient of :func:`gap`. dout: (N, C), x: (N, C, H, W). Returns dx: (N, C, H, W)."""
    _, _, H, W = x.shape
    return np.full(x.shape, dout[:, :, None, None] / (H * W))


def _windows(x: np.ndarray, k: int, stride: int, pad: int, border: float) -> np.ndarray:
    """Every window of ``x``, row-major: (N, C, OH, OW, k*k). ``border`` fills the padding."""
    x = x.astype(np.result_type(x, 1.0))  # integers become float64
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), constant_values=border)
    windows = sliding_window_view(padded, (k, k), axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride]  # (N, C, OH, OW, k, k)
    return windows.reshape(*windows.shape[:4], k * k)


def _add_up(
    shares: np.ndarray, shape: tuple[int, ...], k: int, stride: int, pad: int
) -> np.ndarray:
    """The adjoint of :func:`_windows`: every pixel gets the sum of its shares in all windows."""
    N, C, H, W = shape
    OH, OW = shares.shape[2:4]
    height, width = H + 2 * pad, W + 2 * pad
    padded = np.zeros((N, C, height, width), np.result_type(shares, 1.0))
    for i in range(k):
        for j in range(k):
            rows, columns = slice(i, i + stride * OH, stride), slice(j, j + stride * OW, stride)
            padded[:, :, rows, columns] += shares[..., i * k + j]  # (N, C, OH, OW)
    return padded[:, :, pad : height - pad, pad : width - pad]
