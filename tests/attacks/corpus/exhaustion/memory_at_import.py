# attack: takes memory until there is none while it is loaded
# verdict: error exception
# case: one_row
# needs: lock

taken = []
for _ in range(128):
    taken.append(b"y" * (64 << 20))

import numpy as np


def softmax(x, axis=-1):
    dtype = np.result_type(x, 1.0)
    x = np.asarray(x, np.promote_types(dtype, np.float32))
    e = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    return (e / e.sum(axis=axis, keepdims=True)).astype(dtype)
