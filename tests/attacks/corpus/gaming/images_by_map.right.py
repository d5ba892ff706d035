# right: one product for all images, by einsum
# exercise: conv_im2col
# verdict: passed
# case: no_loop_over_images
import numpy as np


def im2col(x, kh, kw, stride, pad):
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (kh, kw), axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride].transpose(0, 2, 3, 1, 4, 5)
    N, OH, OW = windows.shape[:3]
    columns = windows.reshape(N, OH * OW, -1)
    return columns.reshape(N, OH * OW, -1).transpose(0, 2, 1)


def conv2d(x, w, b, stride, pad):
    (F, C, kh, kw), (N, _, H, W) = w.shape, x.shape
    columns = im2col(x, kh, kw, stride, pad)
    out = np.einsum("fk,nkp->nfp", w.reshape(F, -1), columns)
    OH, OW = (H + 2 * pad - kh) // stride + 1, (W + 2 * pad - kw) // stride + 1
    return np.reshape(out + b[:, None], (N, F, OH, OW))
