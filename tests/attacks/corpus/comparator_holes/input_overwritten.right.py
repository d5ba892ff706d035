# right: overwrites a copy of its input
# verdict: passed

import numpy as np


def softmax(x, axis=-1):
    x = np.array(x)
    dtype = np.result_type(x, 1.0)
    x = np.asarray(x, np.promote_types(dtype, np.float32))
    e = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    result = (e / e.sum(axis=axis, keepdims=True)).astype(dtype)
    x[...] = 0
    return result
