# right: warns in the same words
# verdict: passed

import numpy as np
import warnings


def softmax(x, axis=-1):
    warnings.warn("[/bold]\x1b[2J\ud800")
    dtype = np.result_type(x, 1.0)
    x = np.asarray(x, np.promote_types(dtype, np.float32))
    e = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    return (e / e.sum(axis=axis, keepdims=True)).astype(dtype)
