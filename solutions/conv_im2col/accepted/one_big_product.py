"""Raw strides for the windows, and one product (F, K) @ (K, N*L) for all images."""

import numpy as np
from numpy.lib.stride_tricks import as_strided


def im2col(x: np.ndarray, kh: int, kw: int, stride: int, pad: int) -> np.ndarray:
    N, C, H, W = x.shape
    dtype = x.dtype if x.dtype.kind == "f" else np.float64
    canvas = np.zeros((N, C, H + 2 * pad, W + 2 * pad), dtype=dtype)
    canvas[:, :, pad : H + pad, pad : W + pad] = x
    out_h = 1 + (H + 2 * pad - kh) // stride
    out_w = 1 + (W + 2 * pad - kw) // stride
    sn, sc, sh, sw = canvas.strides
    windows = as_strided(
        canvas,
        shape=(N, C, kh, kw, out_h, out_w),
        strides=(sn, sc, sh, sw, sh * stride, sw * stride),
    )
    return windows.reshape(N, C * kh * kw, out_h * out_w)


def conv2d(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int, pad: int) -> np.ndarray:
    N, F = x.shape[0], w.shape[0]
    kh, kw = w.shape[2:]
    cols = im2col(x, kh, kw, stride, pad)  # (N, K, L)
    K, L = cols.shape[1:]
    flat = cols.transpose(1, 0, 2).reshape(K, N * L)
    out = w.reshape(F, K).dot(flat).reshape(F, N, L).transpose(1, 0, 2)
    width = (x.shape[3] + 2 * pad - kw) // stride + 1
    return out.reshape(N, F, L // width, width) + b[:, np.newaxis, np.newaxis]
