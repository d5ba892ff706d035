# attack: returns a matrix, whose products and shapes are its own
# verdict: failed type

import numpy as np


def softmax(x, axis=-1):
    return np.matrix(x)
