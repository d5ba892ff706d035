# padding left out
import numpy as np


def im2col(x, kh, kw, stride, pad):
    oh = (x.shape[2] - kh) // stride + 1
    ow = (x.shape[3] - kw) // stride + 1
    rows = []
    for c in range(x.shape[1]):
        for i in range(kh):
            for j in range(kw):
                patch = x[
                    :,
                    c,
                    i : i + (oh - 1) * stride + 1 : stride,
                    j : j + (ow - 1) * stride + 1 : stride,
                ]
                rows.append(patch.reshape(len(x), -1))
    return np.stack(rows, 1)


def conv2d(x, w, b, stride, pad):
    cols = im2col(x, w.shape[2], w.shape[3], stride, pad)
    oh = (x.shape[2] - w.shape[2]) // stride + 1
    planes = []
    for kernel, bias in zip(w, b):
        planes.append((kernel.ravel() @ cols + bias).reshape(len(x), oh, -1))
    return np.stack(planes, axis=1)
