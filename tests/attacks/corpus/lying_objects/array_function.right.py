# right: works with a subclass inside, and returns a plain array
# verdict: passed

import numpy as np


class Named(np.ndarray):
    """An array with names: used inside, never returned."""


def softmax(x, axis=-1):
    dtype = np.result_type(x, 1.0)
    x = np.asarray(x, np.promote_types(dtype, np.float32))
    e = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    e = np.asarray(e.view(Named))
    return (e / e.sum(axis=axis, keepdims=True)).astype(dtype)
