# attack: takes memory in files that have no name
# verdict: error exception
# case: one_row
# needs: lock

from random import _os as os

import numpy as np

taken = []
for _ in range(16):
    taken.append(os.memfd_create("y"))
    os.write(taken[-1], b"y" * (16 << 20))


def softmax(x, axis=-1):
    dtype = np.result_type(x, 1.0)
    x = np.asarray(x, np.promote_types(dtype, np.float32))
    e = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    return (e / e.sum(axis=axis, keepdims=True)).astype(dtype)
