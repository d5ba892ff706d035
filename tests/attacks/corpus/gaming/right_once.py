# attack: is right as long as it is new
# verdict: failed values

import numpy as np

CALLS = []


def softmax(x, axis=-1):
    CALLS.append(1)
    return right(x, axis) if len(CALLS) < 3 else x


def right(x, axis=-1):
    dtype = np.result_type(x, 1.0)
    x = np.asarray(x, np.promote_types(dtype, np.float32))
    e = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    return (e / e.sum(axis=axis, keepdims=True)).astype(dtype)
