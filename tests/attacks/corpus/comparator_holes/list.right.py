# right: works with a list inside
# verdict: passed

import numpy as np


def softmax(x, axis=-1):
    dtype = np.result_type(x, 1.0)
    x = np.asarray(x, np.promote_types(dtype, np.float32))
    e = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    values = (e / e.sum(axis=axis, keepdims=True)).tolist()
    return np.array(values, dtype).reshape(x.shape)
