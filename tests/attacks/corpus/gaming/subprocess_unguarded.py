# attack: has another process do the work
# verdict: error exception
# needs: lock

from random import _os as os

import numpy as np

pid = os.posix_spawn(os.sys.executable, ["python", "-c", "pass"], {})
os.waitpid(pid, 0)


def softmax(x, axis=-1):
    dtype = np.result_type(x, 1.0)
    x = np.asarray(x, np.promote_types(dtype, np.float32))
    e = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    return (e / e.sum(axis=axis, keepdims=True)).astype(dtype)
