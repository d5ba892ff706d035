"""One kernel position after the other; conv2d adds up scaled, shifted images, without columns."""

import numpy as np


def _pad(x, pad):
    N, C, H, W = x.shape
    canvas = np.zeros((N, C, H + 2 * pad, W + 2 * pad), x.dtype if x.dtype.kind == "f" else float)
    canvas[:, :, pad : pad + H, pad : pad + W] = x
    return canvas


def _shifted(canvas, i, j, kh, kw, stride):
    """What every window has at its position (i, j)."""
    H, W = canvas.shape[2:]
    return canvas[:, :, i : H - kh + i + 1 : stride, j : W - kw + j + 1 : stride]


def im2col(x: np.ndarray, kh: int, kw: int, stride: int, pad: int) -> np.ndarray:
    canvas = _pad(x, pad)
    positions = [(i, j) for i in range(kh) for j in range(kw)]
    rows = [_shifted(canvas, i, j, kh, kw, stride) for i, j in positions]
    cols = np.stack(rows, axis=2)  # (N, C, kh*kw, OH, OW)
    N, C, K, OH, OW = cols.shape
    return cols.reshape(N, C * K, OH * OW)


def conv2d(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int, pad: int) -> np.ndarray:
    kh, kw = w.shape[2:]
    canvas = _pad(x, pad)
    out = b.reshape(-1, 1, 1)
    for i in range(kh):
        for j in range(kw):
            shifted = _shifted(canvas, i, j, kh, kw, stride)
            out = out + np.einsum("fc,nchw->nfhw", w[:, :, i, j], shifted)
    return out
