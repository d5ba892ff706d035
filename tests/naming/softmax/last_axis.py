# axis ignored
import numpy as np


def softmax(x, axis=-1):
    x = np.asarray(x, float)
    rows = x.reshape(-1, x.shape[-1])
    out = np.empty(rows.shape)
    for n, row in enumerate(rows):
        e = np.exp(row - row.max())
        out[n] = e / e.sum()
    return out.reshape(x.shape)
