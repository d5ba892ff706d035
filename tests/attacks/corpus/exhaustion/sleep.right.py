# right: sleeps for a moment
# verdict: passed

import numpy as np
import time


def softmax(x, axis=-1):
    time.sleep(0.001)
    dtype = np.result_type(x, 1.0)
    x = np.asarray(x, np.promote_types(dtype, np.float32))
    e = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    return (e / e.sum(axis=axis, keepdims=True)).astype(dtype)
