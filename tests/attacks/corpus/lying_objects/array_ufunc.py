# attack: returns an array whose differences are always 0
# verdict: failed type

import numpy as np


class Right(np.ndarray):
    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        return np.zeros(self.shape)

    def __eq__(self, other):
        return np.ones(self.shape, bool)


def softmax(x, axis=-1):
    return x.view(Right)
