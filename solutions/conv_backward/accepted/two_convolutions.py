"""Both gradients as convolutions of dout with zeros put between its pixels."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def conv2d_backward(
    dout: np.ndarray, x: np.ndarray, w: np.ndarray, stride: int, pad: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    dtype = (x.dtype if np.issubdtype(x.dtype, np.floating) else np.dtype(np.float64)).type
    N, _, H, W = x.shape
    F, _, kh, kw = w.shape
    _, _, OH, OW = dout.shape
    PH, PW = H + 2 * pad, W + 2 * pad

    # as a layer of stride 1 would have sent it: zeros where no window starts
    spread = np.zeros((N, F, PH - kh + 1, PW - kw + 1))
    spread[:, :, : stride * OH : stride, : stride * OW : stride] = dout

    framed = np.pad(spread, ((0, 0), (0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1)))
    windows = sliding_window_view(framed, (kh, kw), axis=(2, 3))  # (N, F, PH, PW, kh, kw)
    turned = w[:, :, ::-1, ::-1]
    dx = np.tensordot(windows, turned, axes=([1, 4, 5], [0, 2, 3]))  # (N, PH, PW, C)
    dx = dx[:, pad : PH - pad, pad : PW - pad].transpose(0, 3, 1, 2)

    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = sliding_window_view(padded, spread.shape[2:], axis=(2, 3))
    dw = np.tensordot(spread, windows, axes=([0, 2, 3], [0, 4, 5]))  # (F, C, kh, kw)
    return dx.astype(dtype), dw.astype(dtype), spread.sum(axis=(0, 2, 3)).astype(dtype)
