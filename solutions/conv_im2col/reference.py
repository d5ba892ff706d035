"""Convolution as a matrix product: Chellapilla, Puri and Simard, High Performance Convolutional
Neural Networks for Document Processing (2006), "unrolled convolution"."""

import numpy as np


def im2col(x: np.ndarray, kh: int, kw: int, stride: int, pad: int) -> np.ndarray:
    """Every kh x kw window of ``x`` as a column.

    x: (N, C, H, W), zero-padded by ``pad`` on all four sides. Returns (N, C*kh*kw, OH*OW): rows by
    channel, then kernel row, then kernel column; columns row by row over the output.
    """
    N, C, H, W = x.shape
    OH, OW = _out_size(H, kh, stride, pad), _out_size(W, kw, stride, pad)
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))  # (N, C, H + 2 pad, W + 2 pad)
    pixels = [  # of every window at once, one kernel position after the other
        padded[:, :, i : i + stride * OH : stride, j : j + stride * OW : stride]  # (N, C, OH, OW)
        for i in range(kh)
        for j in range(kw)
    ]
    cols = np.stack(pixels, axis=2)  # (N, C, kh*kw, OH, OW)
    return cols.reshape(N, C * kh * kw, OH * OW)


def conv2d(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int, pad: int) -> np.ndarray:
    """Cross-correlation of ``x`` with the filters ``w``, plus a bias for each filter.

    x: (N, C, H, W), zero-padded by ``pad``. w: (F, C, kh, kw), b: (F,). Returns (N, F, OH, OW).
    """
    N, _, H, W = x.shape
    F, _, kh, kw = w.shape
    OH, OW = _out_size(H, kh, stride, pad), _out_size(W, kw, stride, pad)
    cols = im2col(x, kh, kw, stride, pad)  # (N, C*kh*kw, OH*OW)
    out = w.reshape(F, -1) @ cols + b[:, None]  # (N, F, OH*OW)
    return out.reshape(N, F, OH, OW)


def _out_size(size: int, kernel: int, stride: int, pad: int) -> int:
    """How many windows fit along a side: Dumoulin and Visin (2016), relationship 6."""
    return (size + 2 * pad - kernel) // stride + 1
