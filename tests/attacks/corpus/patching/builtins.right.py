# right: uses the names of built-in functions for itself
# verdict: passed

import numpy as np

all = any = abs = sum = min = max = sorted = repr = None


def softmax(x, axis=-1):
    dtype = np.result_type(x, 1.0)
    x = np.asarray(x, np.promote_types(dtype, np.float32))
    e = np.exp(x - np.max(x, axis=axis, keepdims=True, initial=-np.inf))
    return (e / e.sum(axis=axis, keepdims=True)).astype(dtype)
