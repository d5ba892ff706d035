"""One output position at a time, all images at once; one big product over all images."""

import numpy as np


def im2col(x: np.ndarray, kh: int, kw: int, stride: int, pad: int) -> np.ndarray:
    N, C, H, W = x.shape
    dtype = x.dtype if x.dtype.kind == "f" else np.float64
    canvas = np.zeros((N, C, H + 2 * pad, W + 2 * pad), dtype=dtype)
    canvas[:, :, pad : pad + H, pad : pad + W] = x
    patches = []
    for top in range(0, H + 2 * pad - kh + 1, stride):
        for left in range(0, W + 2 * pad - kw + 1, stride):
            patch = canvas[:, :, top : top + kh, left : left + kw]
            patches.append(patch.reshape(N, C * kh * kw))
    return np.stack(patches, axis=2)


def conv2d(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int, pad: int) -> np.ndarray:
    N, F = x.shape[0], w.shape[0]
    kh, kw = w.shape[2:]
    cols = im2col(x, kh, kw, stride, pad)  # (N, K, L)
    K, L = cols.shape[1:]
    flat = cols.transpose(1, 0, 2).reshape(K, N * L)
    out = w.reshape(F, K).dot(flat).reshape(F, N, L).transpose(1, 0, 2)
    width = (x.shape[3] + 2 * pad - kw) // stride + 1
    return out.reshape(N, F, L // width, width) + b[:, np.newaxis, np.newaxis]
