# attack: returns infinities, whose difference is no number
# verdict: failed values

import numpy as np


def softmax(x, axis=-1):
    return np.full(x.shape, np.inf)
