# attack: overwrites its input before the expected value can be computed from it
# verdict: failed purity

import numpy as np


def softmax(x, axis=-1):
    given = x
    dtype = np.result_type(x, 1.0)
    x = np.asarray(x, np.promote_types(dtype, np.float32))
    e = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    result = (e / e.sum(axis=axis, keepdims=True)).astype(dtype)
    given[...] = 0
    return result
