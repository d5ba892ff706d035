# product reshaped without a transpose
import numpy as np
from numpy.lib.stride_tricks import as_strided


def im2col(x, kh, kw, stride, pad):
    N, C, H, W = x.shape
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    xp[:, :, pad : H + pad, pad : W + pad] = x
    out_h = 1 + (H + 2 * pad - kh) // stride
    out_w = 1 + (W + 2 * pad - kw) // stride
    sn, sc, sh, sw = xp.strides
    windows = as_strided(
        xp,
        shape=(N, C, kh, kw, out_h, out_w),
        strides=(sn, sc, sh, sw, sh * stride, sw * stride),
    )
    return windows.reshape(N, C * kh * kw, out_h * out_w)


def conv2d(x, w, b, stride, pad):
    N, F = x.shape[0], w.shape[0]
    kh, kw = w.shape[2:]
    cols = im2col(x, kh, kw, stride, pad)  # (N, K, L)
    K, L = cols.shape[1:]
    flat = cols.transpose(1, 0, 2).reshape(K, N * L)
    out = w.reshape(F, K).dot(flat)
    width = (x.shape[3] + 2 * pad - kw) // stride + 1
    return out.reshape(N, F, L // width, width) + b[:, np.newaxis, np.newaxis]
