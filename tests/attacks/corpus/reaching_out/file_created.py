# attack: leaves a file behind
# verdict: error exception
# needs: lock

import numpy as np

with open("@OUTSIDE@/dlprep-attack", "w") as file:
    file.write("here")


def softmax(x, axis=-1):
    dtype = np.result_type(x, 1.0)
    x = np.asarray(x, np.promote_types(dtype, np.float32))
    e = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    return (e / e.sum(axis=axis, keepdims=True)).astype(dtype)
