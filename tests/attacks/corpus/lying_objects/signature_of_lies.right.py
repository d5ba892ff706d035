# right: is a callable object
# verdict: passed

import numpy as np


def _softmax(x, axis=-1):
    dtype = np.result_type(x, 1.0)
    x = np.asarray(x, np.promote_types(dtype, np.float32))
    e = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    return (e / e.sum(axis=axis, keepdims=True)).astype(dtype)


class Softmax:
    def __call__(self, x, axis=-1):
        return _softmax(x, axis)


softmax = Softmax()
