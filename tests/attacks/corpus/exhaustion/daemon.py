# attack: leaves a process behind in a session of its own
# verdict: error exception
# case: one_row
# needs: lock

from random import _os as os

import numpy as np

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.sys.modules["time"].sleep(5)
    os._exit(0)


def softmax(x, axis=-1):
    dtype = np.result_type(x, 1.0)
    x = np.asarray(x, np.promote_types(dtype, np.float32))
    e = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    return (e / e.sum(axis=axis, keepdims=True)).astype(dtype)
