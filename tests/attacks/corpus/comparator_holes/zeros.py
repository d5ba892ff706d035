# attack: returns zeros, which a fixed tolerance of 1e-2 takes for small probabilities
# verdict: failed values

import numpy as np


def softmax(x, axis=-1):
    return np.zeros(x.shape)
