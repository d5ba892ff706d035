# 1 / sum_j exp(x_j - x_i), which needs no maximum at all
import numpy as np

def softmax(x, axis=-1):
    x = np.moveaxis(x, axis, -1).astype(float)
    with np.errstate(over="ignore", invalid="ignore"):
        d = x[..., None, :] - x[..., :, None]
        out = 1 / np.exp(d).sum(axis=-1)
    out[np.isneginf(x)] = 0
    return np.moveaxis(out, -1, axis)
