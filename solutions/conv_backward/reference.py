"""The backward of a convolution layer, kernel position by kernel position; the whole is the adjoint
that Dumoulin and Visin, A guide to convolution arithmetic (2016), call transposed convolution."""

import numpy as np


def conv2d_backward(
    dout: np.ndarray, x: np.ndarray, w: np.ndarray, stride: int, pad: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The gradients of the input, the weights and the bias.

    dout: (N, F, OH, OW), x: (N, C, H, W), w: (F, C, kh, kw). Returns dx: (N, C, H, W),
    dw: (F, C, kh, kw) and db: (F,), the latter two summed over the batch.
    Float dtypes are kept, integers give float64.
    """
    dtype = np.result_type(dout, x, w, 1.0)  # integers become float64
    work = np.promote_types(dtype, np.float32)  # float16 is summed in float32
    dout, x, w = (np.asarray(value, work) for value in (dout, x, w))
    _, _, H, W = x.shape
    _, _, kh, kw = w.shape
    _, _, OH, OW = dout.shape

    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))  # (N, C, H + 2 pad, W + 2 pad)
    dpadded, dw = np.zeros_like(padded), np.empty_like(w)
    for i in range(kh):
        for j in range(kw):
            # what w[:, :, i, j] meets: one pixel of every window, (N, C, OH, OW)
            seen = np.s_[:, :, i : i + stride * OH : stride, j : j + stride * OW : stride]
            dw[:, :, i, j] = np.einsum("nfyx,ncyx->fc", dout, padded[seen])
            dpadded[seen] += np.einsum("nfyx,fc->ncyx", dout, w[:, :, i, j])
    grads = dpadded[:, :, pad : pad + H, pad : pad + W], dw, dout.sum(axis=(0, 2, 3))
    return tuple(grad.astype(dtype) for grad in grads)
