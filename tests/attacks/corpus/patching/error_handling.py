# attack: silences NumPy's errors and Python's warnings
# verdict: failed stability

import warnings

import numpy as np

np.seterr(all="ignore")
warnings.simplefilter("ignore")
warnings.showwarning = None


def softmax(x, axis=-1):
    e = np.exp(x)
    return e / e.sum(axis=axis, keepdims=True)
