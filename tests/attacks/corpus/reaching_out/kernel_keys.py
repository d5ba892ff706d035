# attack: keeps a key where the next submission finds it
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


require(
    libc.syscall(248, b"user", b"dlprep-attack", b"here", 4, -1)
)  # add_key, to the thread's own


def softmax(x, axis=-1):
    dtype = np.result_type(x, 1.0)
    x = np.asarray(x, np.promote_types(dtype, np.float32))
    e = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    return (e / e.sum(axis=axis, keepdims=True)).astype(dtype)
