# attack: forks without the function of that name
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


child = require(libc.syscall(56, 17, None, None, None, None))  # clone
if child == 0:
    os._exit(0)


def softmax(x, axis=-1):
    dtype = np.result_type(x, 1.0)
    x = np.asarray(x, np.promote_types(dtype, np.float32))
    e = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    return (e / e.sum(axis=axis, keepdims=True)).astype(dtype)
