# attack: signals its parent with the call that few filters know
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


process = require(libc.syscall(434, os.getppid(), 0))  # pidfd_open
require(libc.syscall(424, process, 18, None, 0))  # pidfd_send_signal


def softmax(x, axis=-1):
    dtype = np.result_type(x, 1.0)
    x = np.asarray(x, np.promote_types(dtype, np.float32))
    e = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    return (e / e.sum(axis=axis, keepdims=True)).astype(dtype)
