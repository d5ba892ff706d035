# right: keeps its answers by the whole of the input
# verdict: passed

import numpy as np

KEPT = {}


def softmax(x, axis=-1):
    key = x.tobytes(), x.shape, x.dtype, axis
    if key not in KEPT:
        KEPT[key] = right(x, axis)
    return KEPT[key].copy()


def right(x, axis=-1):
    dtype = np.result_type(x, 1.0)
    x = np.asarray(x, np.promote_types(dtype, np.float32))
    e = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    return (e / e.sum(axis=axis, keepdims=True)).astype(dtype)
