"""The class axis goes to the front, where plain broadcasting needs no keepdims."""

import numpy as np


def softmax(x, axis=-1):
    z = np.moveaxis(np.asarray(x, dtype=np.float64), axis, 0)
    z = z - z.max(0)
    p = np.exp(z)
    p = p / p.sum(0)
    return np.moveaxis(p, 0, axis)
