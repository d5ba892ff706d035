# attack: loads a program into the kernel, or measures others with it
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


attributes = ctypes.create_string_buffer(128)
attributes.raw = (1).to_bytes(4, "little") + (128).to_bytes(4, "little") + b"\0" * 120
require(libc.syscall(298, attributes, 0, -1, -1, 0))  # perf_event_open, of itself


def softmax(x, axis=-1):
    dtype = np.result_type(x, 1.0)
    x = np.asarray(x, np.promote_types(dtype, np.float32))
    e = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    return (e / e.sum(axis=axis, keepdims=True)).astype(dtype)
