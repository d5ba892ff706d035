# attack: leaves shared memory behind that outlives it
# verdict: error exception
# case: one_row
# needs: lock

from random import _os as os

import numpy as np

sys = os.sys
import_module = sys.modules["builtins"].__import__
ctypes = import_module("ctypes")
libc = ctypes.CDLL(None, use_errno=True)


def require(result):
    """Raise what the C library says went wrong, if anything did."""
    if result == -1:
        raise OSError(ctypes.get_errno(), "refused")
    return result


PRIVATE, CREATE, REMOVE = 0, 0o1000, 0
segment = require(libc.shmget(PRIVATE, 1 << 20, CREATE | 0o600))
libc.shmctl(segment, REMOVE, None)  # it could: that is enough to know


def softmax(x, axis=-1):
    dtype = np.result_type(x, 1.0)
    x = np.asarray(x, np.promote_types(dtype, np.float32))
    e = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    return (e / e.sum(axis=axis, keepdims=True)).astype(dtype)
