# attack: returns an object that says it is an ndarray
# verdict: failed type

import numpy as np


class Liar:
    shape, dtype, ndim, size = (3,), np.dtype(float), 1, 3

    @property
    def __class__(self):
        return np.ndarray

    def __array__(self, dtype=None, copy=None):
        return np.ones(3)


def softmax(x, axis=-1):
    return Liar()
