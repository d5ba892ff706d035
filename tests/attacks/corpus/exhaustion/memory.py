# attack: takes memory until there is none
# verdict: failed exception
# case: one_row
# needs: lock

import numpy as np


def softmax(x, axis=-1):
    taken = []
    for _ in range(128):  # of 64 MB each, and every page of it is written
        taken.append(np.ones(8 << 20))
    return right(x, axis)


def right(x, axis=-1):
    dtype = np.result_type(x, 1.0)
    x = np.asarray(x, np.promote_types(dtype, np.float32))
    e = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    return (e / e.sum(axis=axis, keepdims=True)).astype(dtype)
