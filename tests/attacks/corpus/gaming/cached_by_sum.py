# attack: answers with what it answered to the last input of this sum
# verdict: failed values

import numpy as np

KEPT = {}


def softmax(x, axis=-1):
    return KEPT.setdefault(round(float(np.nan_to_num(x).sum()), 0), right(x, axis))


def right(x, axis=-1):
    dtype = np.result_type(x, 1.0)
    x = np.asarray(x, np.promote_types(dtype, np.float32))
    e = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    return (e / e.sum(axis=axis, keepdims=True)).astype(dtype)
