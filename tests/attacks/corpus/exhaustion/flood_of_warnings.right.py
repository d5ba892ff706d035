# right: warns a hundred times
# verdict: passed

import numpy as np
import warnings


def softmax(x, axis=-1):
    for number in range(100):
        warnings.warn(f"{number}")
    dtype = np.result_type(x, 1.0)
    x = np.asarray(x, np.promote_types(dtype, np.float32))
    e = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    return (e / e.sum(axis=axis, keepdims=True)).astype(dtype)
