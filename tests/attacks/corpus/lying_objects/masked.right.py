# right: uses a masked array inside, and returns a plain one
# verdict: passed

import numpy as np


def softmax(x, axis=-1):
    dtype = np.result_type(x, 1.0)
    x = np.asarray(x, np.promote_types(dtype, np.float32))
    x = np.ma.masked_array(x, mask=np.zeros(x.shape, bool)).filled()
    e = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    return (e / e.sum(axis=axis, keepdims=True)).astype(dtype)
