# attack: takes a descriptor of the nursery's for itself
# verdict: error exception
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


PIDFD_OPEN, PIDFD_GETFD = 434, 438
process = require(libc.syscall(PIDFD_OPEN, os.getppid(), 0))
require(libc.syscall(PIDFD_GETFD, process, 0, 0))


def softmax(x, axis=-1):
    dtype = np.result_type(x, 1.0)
    x = np.asarray(x, np.promote_types(dtype, np.float32))
    e = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    return (e / e.sum(axis=axis, keepdims=True)).astype(dtype)
