# attack: returns one element, which broadcasts over what is expected
# verdict: failed shape

import numpy as np


def softmax(x, axis=-1):
    return np.ones(1) / 3
