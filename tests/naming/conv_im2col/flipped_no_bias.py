# flipped kernel; no bias
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def windows_of(x, kh, kw, stride, pad):
    padded = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    windows = sliding_window_view(padded, (kh, kw), axis=(2, 3))
    return windows[:, :, ::stride, ::stride]  # (N, C, OH, OW, kh, kw)


def im2col(x, kh, kw, stride, pad):
    windows = windows_of(x, kh, kw, stride, pad)
    n, c, oh, ow = windows.shape[:4]
    return windows.transpose(0, 1, 4, 5, 2, 3).copy().reshape(n, c * kh * kw, oh * ow)


def conv2d(x, w, b, stride, pad):
    windows = windows_of(x, w.shape[2], w.shape[3], stride, pad)
    out = np.tensordot(windows, w[:, :, ::-1, ::-1], axes=([1, 4, 5], [1, 2, 3]))  # (N, OH, OW, F)
    return out.transpose(0, 3, 1, 2)
