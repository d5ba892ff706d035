# attack: imports a package that is installed beside NumPy
# verdict: error exception
# needs: lock

from random import _os as os

sys = os.sys
import_module = sys.modules["builtins"].__import__

import numpy as np

sys.path.append(os.path.dirname(os.path.dirname(np.__file__)))
import_module("pytest")


def softmax(x, axis=-1):
    dtype = np.result_type(x, 1.0)
    x = np.asarray(x, np.promote_types(dtype, np.float32))
    e = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    return (e / e.sum(axis=axis, keepdims=True)).astype(dtype)
