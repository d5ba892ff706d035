"""Convolution as a matrix product: Chellapilla, Puri and Simard, High Performance Convolutional
Neural Networks for Document Processing (2006), "unrolled convolution"."""

import numpy as np


def im2col(x: np.ndarray, kh: int, kw: int, stride: int, pad: int) -> np.ndarray:
    """Every kh x kw window of ``x`` as a column.

    x: (N, C, H, W), zero-padded by ``pad`` on all four sides. Returns (N, C*kh*kw, OH*OW): rows
    channel by channel and row-major within the window, columns row-major over the output.
    Float dtypes are kept, integers give float64.
    """
    N, C, H, W = x.shape
    OH, OW = _out_size(H, kh, stride, pad), _out_size(W, kw, stride, pad)
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))  # (N, C, H + 2 pad, W + 2 pad)
    cols = np.empty((N, C, kh, kw, OH, OW), np.result_type(x, 1.0))  # integers become float64
    for i in range(kh):
        for j in range(kw):
            rows, columns = slice(i, i + stride * OH, stride), slice(j, j + stride * OW, stride)
            cols[:, :, i, j] = padded[:, :, rows, columns]  # (N, C, OH, OW)
    return cols.reshape(N, C * kh * kw, OH * OW)


def conv2d(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int, pad: int) -> np.ndarray:
    """Cross-correlation of ``x`` with the filters ``w``, plus a bias for each filter.

    x: (N, C, H, W), zero-padded by ``pad``. w: (F, C, kh, kw), b: (F,). Returns (N, F, OH, OW);
    float dtypes are kept, integers give float64.
    """
    N, _, H, W = x.shape
    F, _, kh, kw = w.shape
    OH, OW = _out_size(H, kh, stride, pad), _out_size(W, kw, stride, pad)
    dtype = np.result_type(x, w, b, 1.0)
    work = np.promote_types(dtype, np.float32)  # float16 is summed in float32
    cols = im2col(x, kh, kw, stride, pad)  # (N, C*kh*kw, OH*OW)
    out = np.matmul(w.reshape(F, -1), cols, dtype=work) + b[:, None]  # (N, F, OH*OW)
    return out.reshape(N, F, OH, OW).astype(dtype, copy=False)


def _out_size(size: int, kernel: int, stride: int, pad: int) -> int:
    """How many kernels fit along a side: Dumoulin and Visin (2016), relationship 6."""
    return (size + 2 * pad - kernel) // stride + 1
