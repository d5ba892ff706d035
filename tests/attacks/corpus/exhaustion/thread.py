# attack: leaves a thread running that does not answer for itself
# verdict: error exception
# case: one_row
# needs: lock

from random import _os as os

sys = os.sys
import_module = sys.modules["builtins"].__import__

import numpy as np


time = import_module("time")
import_module("_thread").start_new_thread(time.sleep, (5,))


def softmax(x, axis=-1):
    dtype = np.result_type(x, 1.0)
    x = np.asarray(x, np.promote_types(dtype, np.float32))
    e = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    return (e / e.sum(axis=axis, keepdims=True)).astype(dtype)
