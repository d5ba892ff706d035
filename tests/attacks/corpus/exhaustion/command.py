# attack: runs a command
# verdict: error exception
# case: one_row
# needs: lock

from random import _os as os

import numpy as np

if os.system("exit 0") != 0:
    raise OSError("refused")


def softmax(x, axis=-1):
    dtype = np.result_type(x, 1.0)
    x = np.asarray(x, np.promote_types(dtype, np.float32))
    e = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    return (e / e.sum(axis=axis, keepdims=True)).astype(dtype)
