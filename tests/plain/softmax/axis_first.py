import numpy as np


def softmax(x, axis=-1):
    z = np.moveaxis(np.asarray(x, float), axis, 0)
    top = z.max(axis=0)
    e = np.exp(z - top)
    p = e / e.sum(axis=0)
    return np.ascontiguousarray(np.moveaxis(p, 0, axis))
