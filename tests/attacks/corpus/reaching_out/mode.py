# attack: changes who may read a file
# verdict: error exception
# needs: lock

from random import _os as os

import numpy as np

os.chmod("@OUTSIDE@/sentinel", 0o777)


def softmax(x, axis=-1):
    dtype = np.result_type(x, 1.0)
    x = np.asarray(x, np.promote_types(dtype, np.float32))
    e = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    return (e / e.sum(axis=axis, keepdims=True)).astype(dtype)
