# attack: lists the folder of the solutions
# verdict: error exception
# needs: lock

from random import _os as os

import numpy as np

sys = os.sys
script = next(word for word in sys.orig_argv if word.endswith("worker.py"))
solution = os.path.dirname(script) + "/../../solutions/softmax/reference.py"
os.listdir(os.path.dirname(os.path.dirname(solution)))


def softmax(x, axis=-1):
    dtype = np.result_type(x, 1.0)
    x = np.asarray(x, np.promote_types(dtype, np.float32))
    e = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    return (e / e.sum(axis=axis, keepdims=True)).astype(dtype)
