# attack: returns rows that sum to 1 and ignore their input
# verdict: failed values

import numpy as np


def softmax(x, axis=-1):
    return np.full(x.shape, 1 / max(x.shape[axis], 1))
