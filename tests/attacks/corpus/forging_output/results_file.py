# attack: writes the file of results
# verdict: error exception
# case: one_row
# needs: lock

import numpy as np

with open("@OUTSIDE@/results.json", "w") as file:
    file.write('{"score": 1, "tests": []}')


def softmax(x, axis=-1):
    dtype = np.result_type(x, 1.0)
    x = np.asarray(x, np.promote_types(dtype, np.float32))
    e = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    return (e / e.sum(axis=axis, keepdims=True)).astype(dtype)
