# attack: returns the same array again and again
# verdict: failed purity | failed contract

import numpy as np

BUFFERS = {}


def softmax(x, axis=-1):
    dtype = np.result_type(x, 1.0)
    x = np.asarray(x, np.promote_types(dtype, np.float32))
    e = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    buffer = BUFFERS.setdefault((x.shape, dtype), np.empty(x.shape, dtype))
    buffer[...] = (e / e.sum(axis=axis, keepdims=True)).astype(dtype)
    return buffer
