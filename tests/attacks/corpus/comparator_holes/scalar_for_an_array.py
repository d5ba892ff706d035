# attack: returns one number, which broadcasts over what is expected
# verdict: failed type

import numpy as np


def softmax(x, axis=-1):
    return np.float64(x.size and 1 / x.size)
