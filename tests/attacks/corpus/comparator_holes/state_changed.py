# attack: leaves NumPy's random numbers and error handling as it likes
# verdict: failed purity

import numpy as np


def softmax(x, axis=-1):
    np.random.seed(0)
    np.seterr(all="ignore")
    dtype = np.result_type(x, 1.0)
    x = np.asarray(x, np.promote_types(dtype, np.float32))
    e = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    return (e / e.sum(axis=axis, keepdims=True)).astype(dtype)
