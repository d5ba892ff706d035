# attack: writes into a file that is not its own
# verdict: error exception
# needs: lock

import numpy as np

with open("@OUTSIDE@/sentinel", "w") as file:
    file.write("changed")


def softmax(x, axis=-1):
    dtype = np.result_type(x, 1.0)
    x = np.asarray(x, np.promote_types(dtype, np.float32))
    e = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    return (e / e.sum(axis=axis, keepdims=True)).astype(dtype)
