# attack: reaches the files through the root folder of its parent
# verdict: error exception
# needs: lock

from random import _os as os

import numpy as np

with open(f"/proc/{os.getppid()}/root/etc/passwd") as file:
    file.read()


def softmax(x, axis=-1):
    dtype = np.result_type(x, 1.0)
    x = np.asarray(x, np.promote_types(dtype, np.float32))
    e = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    return (e / e.sum(axis=axis, keepdims=True)).astype(dtype)
