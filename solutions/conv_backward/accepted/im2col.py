"""im2col, two matrix products, col2im."""

import numpy as np


def conv2d_backward(
    dout: np.ndarray, x: np.ndarray, w: np.ndarray, stride: int, pad: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    kind = x.dtype if x.dtype.kind == "f" else np.dtype(float)
    N, C, H, W = x.shape
    F, _, kh, kw = w.shape
    OH, OW = dout.shape[2:]
    canvas = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    canvas[:, :, pad : H + pad, pad : W + pad] = x

    cols = np.empty((N, C, kh, kw, OH, OW))
    for i in range(kh):
        for j in range(kw):
            cols[:, :, i, j] = canvas[:, :, i : i + stride * OH : stride, j:][
                ..., : stride * OW : stride
            ]
    flat = dout.astype(float).transpose(1, 0, 2, 3).reshape(F, N * OH * OW)
    table = cols.transpose(1, 2, 3, 0, 4, 5).reshape(C * kh * kw, N * OH * OW)
    dw = (flat @ table.T).reshape(w.shape)

    dcols = (w.reshape(F, C * kh * kw).T @ flat).reshape(C, kh, kw, N, OH, OW)
    dcanvas = np.zeros_like(canvas)
    for i in range(kh):
        for j in range(kw):
            part = dcols[:, i, j].transpose(1, 0, 2, 3)
            dcanvas[:, :, i : i + stride * OH : stride, j : j + stride * OW : stride] += part
    dx = dcanvas[:, :, pad : H + pad, pad : W + pad]
    return dx.astype(kind), dw.astype(kind), flat.sum(1).astype(kind)
