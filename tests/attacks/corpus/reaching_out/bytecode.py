# attack: poisons the bytecode of a module that others will import
# verdict: error exception
# needs: lock

from random import _os as os

import numpy as np

import numpy

cache = os.path.dirname(numpy.__file__) + "/__pycache__/dlprep-attack.pyc"
with open(cache, "wb") as file:
    file.write(b"here")


def softmax(x, axis=-1):
    dtype = np.result_type(x, 1.0)
    x = np.asarray(x, np.promote_types(dtype, np.float32))
    e = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    return (e / e.sum(axis=axis, keepdims=True)).astype(dtype)
