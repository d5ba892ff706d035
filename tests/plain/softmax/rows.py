import numpy as np


def softmax(x, axis=-1):
    x = np.moveaxis(np.asarray(x, float), axis, -1)
    rows = x.reshape(-1, x.shape[-1])
    out = np.empty(rows.shape)
    for n, row in enumerate(rows):
        e = np.exp(row - row.max())
        out[n] = e / e.sum()
    return np.moveaxis(out.reshape(x.shape), -1, axis)
