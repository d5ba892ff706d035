# attack: hides a loop over output positions in np.vectorize
# exercise: conv_im2col
# verdict: failed scaling
# case: no_loop_over_positions
import numpy as np


def im2col(x, kh, kw, stride, pad):
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (kh, kw), axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride].transpose(0, 2, 3, 1, 4, 5)
    N, OH, OW = windows.shape[:3]
    columns = np.vectorize(np.ravel, signature="(c,k,l)->(n)")(windows)
    return columns.reshape(N, OH * OW, -1).transpose(0, 2, 1)


def conv2d(x, w, b, stride, pad):
    (F, C, kh, kw), (N, _, H, W) = w.shape, x.shape
    columns = im2col(x, kh, kw, stride, pad)
    out = np.matmul(w.reshape(F, -1), columns)
    OH, OW = (H + 2 * pad - kh) // stride + 1, (W + 2 * pad - kw) // stride + 1
    return np.reshape(out + b[:, None], (N, F, OH, OW))
